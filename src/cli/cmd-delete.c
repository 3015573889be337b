/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-cli.h"
#include "rt-line.h"

#include <stdio.h>
#include <unistd.h>

/* "run 3 (interrupted) and run 5 (finished)"; NULL where none is. (transfer full) */
static char *
join_runs (const GPtrArray *runs)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < runs->len; i++)
    {
      const RtRun *run = g_ptr_array_index (runs, i);

      g_string_append_printf (text, "%srun %d (%s)",
                              i == 0 ? "" : i + 1 < runs->len ? ", " : " and ", run->id,
                              rt_run_state_to_string (run->state));
    }
  return runs->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* What other runs lose with it, before a yes and where none is asked for. */
static gboolean
say_dependent (RtStore  *store,
               int       id,
               GError  **error)
{
  g_autoptr (GPtrArray) runs = rt_store_list_dependent (store, id, error);
  g_autofree char *names = runs != NULL ? join_runs (runs) : NULL;

  if (names != NULL)
    rt_cli_note ("run %d is the backbone or the teacher of %s: without it, what is not finished "
                 "cannot be taken up, and a deployment card has no row of it", id, names);
  return runs != NULL;
}

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
  if (old == NULL || !say_dependent (store, id, &error))
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
