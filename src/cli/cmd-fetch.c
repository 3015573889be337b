/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-bar.h"
#include "rt-cli.h"
#include "rt-line.h"
#include "rt-signals.h"

#include "rt-clock.h"
#include "rt-fetch.h"

#include <stdio.h>
#include <unistd.h>

/* What is said of a fetch while it goes on. */
typedef struct
{
  const RtCatalogueEntry *entry;
  RtBar                   bar;
  gboolean                terminal;
  RtFetchStage            stage;     /* said last, without a terminal */
  const char             *file;      /* the same */
  double                  printed;   /* when, with --json */
} Telling;

#define LINE_SECONDS 0.5

static const char *const stage_words[] = {
  [RT_FETCH_CONNECTING] = "connecting",
  [RT_FETCH_RECEIVING] = "receiving",
  [RT_FETCH_CHECKING] = "checking",
  [RT_FETCH_UNPACKING] = "unpacking",
};

/* "46.8 MB", "about 14.2 MB" (transfer full) */
static char *
format_size (const RtCatalogueEntry *entry)
{
  gboolean exact;
  g_autofree char *size = rt_cli_format_bytes ((double) rt_catalogue_entry_get_bytes (entry,
                                                                                      &exact));

  return g_strconcat (exact ? "" : "about ", size, NULL);
}

/* The list */

static void
print_entry_line (const RtCatalogueEntry *entry,
                  gboolean                fetched)
{
  g_autoptr (RtLine) line = rt_line_new ("result");
  g_autofree char *spec = rt_catalogue_entry_get_spec (entry);
  g_autofree char *folder = rt_catalogue_entry_get_folder (entry);
  gboolean exact;

  rt_line_add_string (line, "name", entry->name);
  rt_line_add_string (line, "spec", spec);
  rt_line_add_string (line, "kind", entry->kind == RT_CATALOGUE_DATASET ? "dataset" : "weights");
  rt_line_add_string (line, "title", entry->title);
  rt_line_add_string (line, "licence", entry->licence);
  rt_line_add_string (line, "publisher", entry->publisher);
  rt_line_add_string (line, "origin", entry->origin);
  rt_line_add_uint (line, "bytes", rt_catalogue_entry_get_bytes (entry, &exact));
  rt_line_add_bool (line, "exact", exact);
  rt_line_add_bool (line, "fetched", fetched);
  rt_line_add_uint (line, "kept_bytes", fetched ? 0 : rt_fetch_get_kept_bytes (entry));
  rt_line_add_string (line, "folder", folder);
  rt_line_print (line);
}

static void
print_entry (const RtCatalogueEntry *entry,
             gboolean                fetched)
{
  g_autofree char *size = format_size (entry);
  guint64 kept = fetched ? 0 : rt_fetch_get_kept_bytes (entry);
  g_autofree char *kept_text = rt_cli_format_bytes ((double) kept);

  printf ("%-18s  %14s  %s\n", entry->name, size, entry->title);
  printf ("%-18s  %14s  %s\n", "", fetched ? "fetched" : kept > 0 ? kept_text : "not fetched",
          entry->licence);
}

static RtExit
list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = rt_catalogue_read (&error);

  if (entries == NULL)
    return rt_cli_fail_with (error);
  for (guint i = 0; i < entries->len; i++)
    {
      gboolean fetched = rt_catalogue_entry_is_fetched (entries->pdata[i]);

      if (rt_cli_get_json ())
        print_entry_line (entries->pdata[i], fetched);
      else
        print_entry (entries->pdata[i], fetched);
    }
  if (!rt_cli_get_json ())
    printf ("\nretort-cli fetch NAME fetches one from its publisher; it is then catalogue:NAME,\n"
            "a dataset or weights like any other. Nothing is fetched unless you say so.\n");
  return RT_EXIT_DONE;
}

/* One entry */

static void
print_progress_line (Telling               *self,
                     const RtFetchProgress *progress)
{
  g_autoptr (RtLine) line = NULL;

  if (rt_clock_now () - self->printed < LINE_SECONDS && progress->stage == self->stage)
    return;
  self->printed = rt_clock_now ();
  self->stage = progress->stage;
  line = rt_line_new ("progress");
  rt_line_add_string (line, "name", self->entry->name);
  rt_line_add_string (line, "file", progress->file);
  rt_line_add_string (line, "stage", stage_words[progress->stage]);
  rt_line_add_uint (line, "bytes", progress->done);
  rt_line_add_uint (line, "of_bytes", progress->total);
  rt_line_add_uint (line, "taken_up_bytes", progress->taken_up);
  rt_line_print (line);
}

static void
draw_progress (Telling               *self,
               const RtFetchProgress *progress)
{
  g_autofree char *done = rt_cli_format_bytes ((double) progress->done);
  g_autofree char *total = rt_cli_format_bytes ((double) progress->total);
  g_autofree char *text = progress->total > 0
                          ? g_strdup_printf ("%s of %s  %s %s", done, total,
                                             stage_words[progress->stage], progress->file)
                          : g_strdup_printf ("%s  %s %s", done, stage_words[progress->stage],
                                             progress->file);

  rt_bar_draw (&self->bar, progress->total > 0
               ? (double) progress->done / (double) progress->total : 1.0, text);
}

static void
progress_cb (const RtFetchProgress *progress,
             void                  *data)
{
  Telling *self = data;

  if (rt_cli_get_json ())
    print_progress_line (self, progress);
  else if (self->terminal)
    draw_progress (self, progress);
  else if (progress->stage == RT_FETCH_RECEIVING && self->file != progress->file)
    {
      g_autofree char *taken_up = rt_cli_format_bytes ((double) progress->taken_up);

      self->file = progress->file;
      if (progress->taken_up > 0)
        printf ("%s: going on with %s, after %s\n", self->entry->name, progress->file, taken_up);
      else
        printf ("%s: receiving %s\n", self->entry->name, progress->file);
      fflush (stdout);
    }
}

static RtExit
fetch (const RtCatalogueEntry *entry,
       const RtFetchOptions   *options)
{
  Telling telling = { .entry = entry, .terminal = !rt_cli_get_json () && isatty (STDOUT_FILENO) };
  g_autofree char *size = format_size (entry);
  g_autofree char *folder = rt_catalogue_entry_get_folder (entry);
  g_autoptr (GError) error = NULL;
  gboolean good, was_there = rt_catalogue_entry_is_fetched (entry);

  if (!rt_cli_get_json () && !was_there)
    printf ("%s: %s, %s\n  licence: %s\n", entry->name, entry->title, size, entry->licence);
  good = rt_fetch_entry (entry, options, progress_cb, &telling, rt_signals_get_cancellable (),
                         &error);
  rt_bar_clear (&telling.bar);
  if (!good && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return rt_cli_fail (RT_EXIT_INTERRUPTED, "%s: interrupted; what has come is kept, and "
                        "retort-cli fetch %s goes on from there", entry->name, entry->name);
  if (!good)
    return rt_cli_fail_with (error);
  if (rt_cli_get_json ())
    print_entry_line (entry, TRUE);
  else
    printf ("catalogue:%s %s in %s\n", entry->name, was_there ? "was fetched before; it is"
            : "is fetched and checked; it is", folder);
  return RT_EXIT_DONE;
}

static RtExit
run (int    argc,
     char **argv)
{
  int stall = 0;
  const GOptionEntry entries[] = {
    { "stall", 0, 0, G_OPTION_ARG_INT, &stall,
      "Give a connection up after so many seconds in which nothing came (30)", "SECONDS" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                                 rt_catalogue_entry_unref);
  RtFetchOptions options = { 0 };
  RtExit status = RT_EXIT_DONE;

  if (!rt_cli_parse (&rt_command_fetch, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (stall < 0 || stall > 3600)
    return rt_cli_fail (RT_EXIT_INPUT, "--stall %d: it must be from 1 to 3600 seconds", stall);
  if (argc == 1)
    return list ();
  options.stall_seconds = (guint) stall;
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GError) error = NULL;
      RtCatalogueEntry *entry = rt_catalogue_find (argv[i], &error);

      if (entry == NULL)
        return rt_cli_fail_with (error);
      g_ptr_array_add (wanted, entry);
    }
  rt_signals_start ("ending the fetch; what has come is kept");
  for (guint i = 0; i < wanted->len && status == RT_EXIT_DONE; i++)
    status = fetch (wanted->pdata[i], &options);
  return status;
}

const RtCommand rt_command_fetch = {
  .name = "fetch",
  .arguments = "[NAME]...",
  .summary = "List the catalogue, or fetch sets and weights of it",
  .run = run,
};
