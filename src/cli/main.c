/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * retort-cli: all that the engine can, without GTK. This file is the table of commands; each stands
 * in its own cmd-<verb>.c. What they share: rt-cli.h (options, errors, exit statuses), rt-line.h
 * (--json), rt-progress.h (a run as it is told), rt-signals.h (Ctrl-C), rt-training.h.
 */

#include "config.h"

#include "rt-cli.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const RtCommand *const commands[] = {
  &rt_command_run,
  &rt_command_resume,
  &rt_command_runs,
  &rt_command_delete,
  &rt_command_check,
  &rt_command_evaluate,
  &rt_command_predict,
  &rt_command_datasets,
  &rt_command_backbones,
  &rt_command_fetch,
  &rt_command_export,
  &rt_command_bench,
};

static void
print_help (void)
{
  printf ("Usage: retort-cli COMMAND [OPTION]...\n\n"
          "Trains, fine-tunes and distils networks; its runs are those of the desktop.\n\n"
          "Commands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *usage = g_strconcat (commands[i]->name, " ", commands[i]->arguments, NULL);

      printf ("  %-28s %s\n", usage, commands[i]->summary);
    }
  printf ("\nretort-cli COMMAND --help shows the options of one; --json prints one JSON object a "
          "line.\nRuns are kept in $RETORT_HOME, else in the user's data folder.\n"
          "Exit status: 0 done, 1 the work failed, 2 the input was wrong, 130 interrupted with the "
          "state saved.\n");
}

static const RtCommand *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

static RtExit
run (int    argc,
     char **argv)
{
  const RtCommand *command;
  GString *names;
  RtExit status;

  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--json") == 0)
      rt_cli_set_json (TRUE);
  if (argc < 2)
    return rt_cli_fail (RT_EXIT_INPUT, "which command? retort-cli --help lists them");
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 ||
      strcmp (argv[1], "help") == 0)
    {
      print_help ();
      return RT_EXIT_DONE;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      printf ("retort-cli %s\n", RETORT_VERSION);
      return RT_EXIT_DONE;
    }
  command = find_command (argv[1]);
  if (command != NULL)
    return command->run (argc - 1, argv + 1);

  names = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", commands[i]->name);
  status = rt_cli_fail (RT_EXIT_INPUT, "there is no command “%s”; there are %s", argv[1],
                        names->str);
  g_string_free (names, TRUE);
  return status;
}

int
main (int    argc,
      char **argv)
{
  RtExit status;

  /* A file that may not grow is a failed write with its reason, not the end. */
  signal (SIGXFSZ, SIG_IGN);

  /* For what people type and are shown; numbers keep their decimal point. */
  setlocale (LC_CTYPE, "");
  status = run (argc, argv);

  /* A table that did not fit on the disk is not done. */
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == RT_EXIT_DONE)
    {
      fprintf (stderr, "retort-cli: the output could not be written\n");
      status = RT_EXIT_FAILED;
    }
  return status;
}
