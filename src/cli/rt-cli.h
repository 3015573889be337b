/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-catalogue.h"
#include "rt-store.h"

G_BEGIN_DECLS

/* Exit statuses, as every command gives them. */
typedef enum
{
  RT_EXIT_DONE        = 0,
  RT_EXIT_FAILED      = 1,    /* the work failed */
  RT_EXIT_INPUT       = 2,    /* what was asked for is wrong */
  RT_EXIT_INTERRUPTED = 130,  /* by Ctrl-C, the state saved */
} RtExit;

/* One command: a constant struct in its own file, listed in main.c. */
typedef struct
{
  const char *name;
  const char *arguments;   /* what follows the name in a usage line, options left out */
  const char *summary;     /* one line, for the list of commands */
  RtExit    (*run) (int    argc,     /* the command's name is argv[0] */
                    char **argv);
} RtCommand;

extern const RtCommand rt_command_run;
extern const RtCommand rt_command_resume;
extern const RtCommand rt_command_runs;
extern const RtCommand rt_command_delete;
extern const RtCommand rt_command_check;
extern const RtCommand rt_command_evaluate;
extern const RtCommand rt_command_predict;
extern const RtCommand rt_command_datasets;
extern const RtCommand rt_command_backbones;
extern const RtCommand rt_command_fetch;
extern const RtCommand rt_command_export;
extern const RtCommand rt_command_bench;

/* Whether --json was given: set once, while options are read; errors look at it. */
void     rt_cli_set_json        (gboolean json);
gboolean rt_cli_get_json        (void);

/* Reads the options of @command; what is left stands in argv[1] and up. FALSE after having said
 * what is wrong, where the exit status is RT_EXIT_INPUT. --help ends the program. Each command gets
 * --json without naming it. */
gboolean rt_cli_parse           (const RtCommand    *command,
                                 const GOptionEntry *entries,
                                 const char         *description,
                                 int                *argc,
                                 char             ***argv);

/* Says "retort-cli: ..." on standard error, and as {"event":"error"} on standard output with
 * --json. */
RtExit   rt_cli_fail            (RtExit      status,
                                 const char *format,
                                 ...) G_GNUC_PRINTF (2, 3);

/* The same of @error, with the status that its domain and code have. @error may be NULL. */
RtExit   rt_cli_fail_with       (const GError *error);

/* What the user should know and need not act on: on standard error. */
void     rt_cli_note            (const char *format,
                                 ...) G_GNUC_PRINTF (1, 2);

/* Each of @notes, of char *. */
void     rt_cli_note_each       (const GPtrArray *notes);

/* A name as it may stand in a line: what would end or move that is escaped. (transfer full) */
char    *rt_cli_show            (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* A number of a run among the arguments; 0 after having said what is wrong. */
int      rt_cli_parse_run       (const char *text);

/* Whether the folder that @path is to be written into is there; FALSE after having said that it is
 * not. */
gboolean rt_cli_check_folder    (const char *path);

/* "mean": a number for each of @n channels, with commas, or one for all; from @low to 255. FALSE
 * after having said what is wrong. */
gboolean rt_cli_parse_channels  (const char *option,
                                 const char *text,
                                 float       low,
                                 int         n,
                                 float      *values);

/* The store of runs; NULL after having said what is wrong (RT_EXIT_INPUT: the home is not usable).
 * (transfer full) */
RtStore *rt_cli_open_store      (void) G_GNUC_WARN_UNUSED_RESULT;

/* What of @kind was fetched, for a list of what there is; nothing where the catalogue cannot be
 * read, which retort-cli fetch says. */
void     rt_cli_list_fetched    (RtCatalogueKind kind);

/* A resolver that opens the store only when a run is asked for, so that commands that need none
 * leave no trace. Lives as long as the program. */
const RtResolver *rt_cli_get_resolver (void);

/* "1.2 s", "3 min 5 s", "2 h 10 min"; "1.5 MB". (transfer full) */
char    *rt_cli_format_seconds  (double seconds) G_GNUC_WARN_UNUSED_RESULT;
char    *rt_cli_format_bytes    (double bytes) G_GNUC_WARN_UNUSED_RESULT;
char    *rt_cli_format_count    (guint64 n) G_GNUC_WARN_UNUSED_RESULT;   /* "12,938" */

G_END_DECLS
