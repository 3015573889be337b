/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-signals.h"
#include "rt-training.h"

static RtExit
run (int    argc,
     char **argv)
{
  g_autoptr (RtStore) store = NULL;
  int id;

  if (!rt_cli_parse (&rt_command_resume, NULL, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc != 2)
    return rt_cli_fail (RT_EXIT_INPUT, "resume takes the number of one run; retort-cli runs lists "
                        "them");
  id = rt_cli_parse_run (argv[1]);
  store = id > 0 ? rt_cli_open_store () : NULL;
  if (store == NULL)
    return RT_EXIT_INPUT;
  rt_signals_start ("saving the state");
  return rt_training_run (store, id, NULL);
}

const RtCommand rt_command_resume = {
  .name = "resume",
  .arguments = "N",
  .summary = "Take up an interrupted run",
  .run = run,
};
