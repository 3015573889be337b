/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-cli.h"
#include "rt-line.h"

#include <stdio.h>
#include <unistd.h>

/* Only what is typed counts as a yes. */
static gboolean
ask (const RtRun *run)
{
  char answer[16] = "";

  printf ("Delete run %d, “%s”, with its weights and curves? [y/N] ", run->id, run->name);
  fflush (stdout);
  return fgets (answer, sizeof answer, stdin) != NULL && (*answer == 'y' || *answer == 'Y');
}

static RtExit
run (int    argc,
     char **argv)
{
  gboolean yes = FALSE;
  const GOptionEntry entries[] = {
    { "yes", 'y', 0, G_OPTION_ARG_NONE, &yes, "Do not ask", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (RtStore) store = NULL;
  g_autoptr (RtRun) old = NULL;
  g_autoptr (GError) error = NULL;
  int id;

  if (!rt_cli_parse (&rt_command_delete, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc != 2)
    return rt_cli_fail (RT_EXIT_INPUT, "delete takes the number of one run; retort-cli runs lists "
                        "them");
  id = rt_cli_parse_run (argv[1]);
  store = id > 0 ? rt_cli_open_store () : NULL;
  if (store == NULL)
    return RT_EXIT_INPUT;
  old = rt_store_get_run (store, id, &error);
  if (old == NULL)
    return rt_cli_fail_with (error);
  if (!yes && (rt_cli_get_json () || !isatty (STDIN_FILENO)))
    return rt_cli_fail (RT_EXIT_INPUT, "run %d was not deleted: there is nobody to ask here; "
                        "retort-cli delete %d --yes deletes without asking", id, id);
  if (!yes && !ask (old))
    {
      printf ("Run %d is kept.\n", id);
      return RT_EXIT_DONE;
    }
  if (!rt_store_delete_run (store, id, &error))
    return rt_cli_fail_with (error);
  if (rt_cli_get_json ())
    {
      g_autoptr (RtLine) line = rt_line_new ("result");

      rt_line_add_int (line, "deleted", id);
      rt_line_print (line);
    }
  else
    printf ("Run %d is deleted.\n", id);
  return RT_EXIT_DONE;
}

const RtCommand rt_command_delete = {
  .name = "delete",
  .arguments = "N",
  .summary = "Delete a run, after asking",
  .run = run,
};
