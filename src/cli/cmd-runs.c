/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-cli.h"
#include "rt-line.h"

#include "rt-deployed.h"

#include <math.h>
#include <stdio.h>

static char *
format_date (gint64 seconds)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (seconds);

  return date != NULL ? g_date_time_format (date, "%Y-%m-%d %H:%M") : g_strdup ("?");
}

static char *
format_percent (double value)
{
  return isnan (value) ? g_strdup ("-") : g_strdup_printf ("%.2f %%", 100.0 * value);
}

static void
print_run_line (const RtRun *run)
{
  g_autoptr (RtLine) line = rt_line_new ("result");

  rt_line_add_int (line, "run", run->id);
  rt_line_add_string (line, "name", run->name);
  rt_line_add_string (line, "method", run->method);
  rt_line_add_string (line, "group", run->group);
  rt_line_add_bool (line, "baseline", run->is_baseline);
  rt_line_add_uint (line, "seed", run->seed);
  rt_line_add_string (line, "state", rt_run_state_to_string (run->state));
  rt_line_add_string (line, "message", run->message);
  rt_line_add_string (line, "seen", run->seen);
  rt_line_add_int (line, "created", run->created);
  rt_line_add_int (line, "epochs_done", run->epoch);
  rt_line_add_int (line, "epochs_planned", run->n_epochs);
  rt_line_begin (line, "cost", '{');
  rt_line_add_cost (line, &run->cost);
  rt_line_end (line);
  rt_line_add_result (line, &run->result);
  rt_line_print (line);
}

static RtExit
list (RtStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = rt_store_list_runs (store, &error);

  if (runs == NULL)
    return rt_cli_fail_with (error);
  if (!rt_cli_get_json () && runs->len == 0)
    printf ("There are no runs yet; retort-cli run RECIPE makes one.\n");
  else if (!rt_cli_get_json ())
    printf ("%5s  %-11s  %-9s  %9s  %9s  %9s  %-16s  %s\n", "run", "state", "method", "epochs",
            "valid.", "test", "created", "name");
  for (guint i = 0; i < runs->len; i++)
    {
      const RtRun *run = g_ptr_array_index (runs, i);
      g_autofree char *epochs = g_strdup_printf ("%d of %d", run->epoch, run->n_epochs);
      g_autofree char *validation = format_percent (run->result.validation_accuracy);
      g_autofree char *test = format_percent (run->result.test_accuracy);
      g_autofree char *date = format_date (run->created);
      g_autofree char *name = rt_cli_show (run->name);

      if (rt_cli_get_json ())
        print_run_line (run);
      else
        printf ("%5d  %-11s  %-9s  %9s  %9s  %9s  %-16s  %s%s\n", run->id,
                rt_run_state_to_string (run->state), run->method, epochs, validation, test, date,
                name, run->is_baseline ? " (baseline)" : "");
    }
  return RT_EXIT_DONE;
}

static void
print_run (RtStore     *store,
           const RtRun *run)
{
  g_autofree char *date = format_date (run->created);
  g_autofree char *memory = rt_cli_format_bytes (run->cost.memory_bytes);
  g_autofree char *trainable = rt_cli_format_count (run->cost.n_trainable);
  g_autofree char *folder = rt_store_get_path (store, run->id, "");
  g_autofree char *name = rt_cli_show (run->name);
  const RtResult *result = &run->result;

  printf ("Run %d: %s\n", run->id, name);
  printf ("  %s, seed %" G_GUINT64_FORMAT "%s, %s, begun %s\n", run->method, run->seed,
          run->is_baseline ? ", baseline" : "", rt_run_state_to_string (run->state), date);
  if (run->message != NULL)
    printf ("  why: %s\n", run->message);
  if (run->group != NULL)
    printf ("  one of the series %s\n", run->group);
  if (run->cost.n_params > 0)
    printf ("  %s parameters trainable, %s of memory, %" G_GSIZE_FORMAT " samples to train on, "
            "%" G_GSIZE_FORMAT " to validate\n", trainable, memory, run->cost.n_train,
            run->cost.n_validation);
  printf ("  kept in %s\n", folder);
  if (result->best_epoch > 0)
    {
      g_autofree char *validation = format_percent (result->validation_accuracy);
      g_autofree char *test = format_percent (result->test_accuracy);
      g_autofree char *teacher = format_percent (result->teacher_accuracy);
      g_autofree char *seconds = rt_cli_format_seconds (result->seconds);

      printf ("  best epoch %d: validation accuracy %s; test %s; teacher %s; %s\n",
              result->best_epoch, validation, test, teacher, seconds);
    }
  if (run->seen != NULL)
    printf ("  %s\n", run->seen);
}

/* --- deployment cards */

static void
print_deployment_line (const RtDeployed *deployed)
{
  const RtDeployment *d = &deployed->figures;
  g_autoptr (RtLine) line = rt_line_new ("deployment");

  rt_line_add_string (line, "what", rt_deployed_role_to_string (deployed->role));
  rt_line_add_string (line, "weights", deployed->spec);
  rt_line_add_string (line, "network", deployed->network);
  rt_line_add_uint (line, "bytes", d->bytes);
  rt_line_add_uint (line, "parameters", d->n_params);
  rt_line_add_uint (line, "multiply_adds", d->multiply_adds);
  rt_line_add_double (line, "latency", d->latency);
  rt_line_add_double (line, "accuracy", deployed->accuracy);
  rt_line_add_double (line, "test_accuracy", deployed->test_accuracy);
  rt_line_print (line);
}

static void
print_deployment (const RtDeployed *deployed)
{
  const RtDeployment *d = &deployed->figures;
  g_autofree char *bytes = rt_cli_format_bytes (d->bytes);
  g_autofree char *validation = format_percent (deployed->accuracy);
  g_autofree char *test = format_percent (deployed->test_accuracy);

  printf ("  %-8s %-22s %9s %9.1f M %9.2f ms %10s %10s\n",
          rt_deployed_role_to_string (deployed->role), deployed->network, bytes,
          (double) d->multiply_adds / 1e6, 1e3 * d->latency, validation, test);
}

/* What the run's network asks of a device, beside its teacher's or its backbone's. */
static gboolean
show_deployment (RtStore  *store,
                 int       id,
                 GError  **error)
{
  g_autoptr (GPtrArray) list = rt_deployed_list (store, id, TRUE, error);

  if (list == NULL)
    return FALSE;
  if (!rt_cli_get_json ())
    printf ("  %-8s %-22s %9s %11s %12s %10s %10s\n", "", "network", "on disk", "mult.-adds",
            "one picture", "validation", "test");
  for (guint i = 0; i < list->len; i++)
    {
      const RtDeployed *deployed = g_ptr_array_index (list, i);

      if (deployed->problem != NULL)
        rt_cli_note ("%s", deployed->problem);
      else if (rt_cli_get_json ())
        print_deployment_line (deployed);
      else
        print_deployment (deployed);
    }
  return TRUE;
}

static RtExit
show (RtStore  *store,
      int       id,
      gboolean  deployment)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = rt_store_get_run (store, id, &error);
  g_autoptr (GArray) epochs = run != NULL ? rt_store_get_epochs (store, id, &error) : NULL;

  if (epochs == NULL)
    return rt_cli_fail_with (error);
  if (!rt_cli_get_json ())
    {
      print_run (store, run);
      if (epochs->len > 0)
        printf ("%7s  %10s  %10s  %10s  %10s  %10s  %8s\n", "epoch", "loss", "accuracy",
                "val. loss", "val. acc.", "rate", "seconds");
    }
  for (guint i = 0; i < epochs->len; i++)
    {
      const RtEpochMetrics *m = &g_array_index (epochs, RtEpochMetrics, i);

      if (rt_cli_get_json ())
        {
          g_autoptr (RtLine) line = rt_line_new ("epoch");

          rt_line_add_int (line, "run", id);
          rt_line_add_epoch (line, m);
          rt_line_print (line);
        }
      else
        printf ("%7d  %10.4f  %8.2f %%  %10.4f  %8.2f %%  %10.3g  %8.3g%s\n", m->epoch,
                m->train_loss, 100.0 * m->train_accuracy, m->validation_loss,
                100.0 * m->validation_accuracy, m->learning_rate, m->seconds,
                m->best ? "  best" : "");
    }
  if (rt_cli_get_json ())
    print_run_line (run);
  if (deployment && !show_deployment (store, id, &error))
    return rt_cli_fail_with (error);
  return RT_EXIT_DONE;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_autoptr (RtStore) store = NULL;
  gboolean deployment = FALSE;
  int id = 0;
  const GOptionEntry entries[] = {
    { "deployment", 0, 0, G_OPTION_ARG_NONE, &deployment,
      "Also the run's deployment card, and its teacher's or backbone's: size, work, time, accuracy",
      NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_runs, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc > 2)
    return rt_cli_fail (RT_EXIT_INPUT, "runs takes one number of a run at most");
  if (deployment && argc < 2)
    return rt_cli_fail (RT_EXIT_INPUT, "--deployment is of one run: give its number");
  if (argc == 2)
    {
      id = rt_cli_parse_run (argv[1]);
      if (id == 0)
        return RT_EXIT_INPUT;
    }
  store = rt_cli_open_store ();
  if (store == NULL)
    return RT_EXIT_INPUT;
  return id > 0 ? show (store, id, deployment) : list (store);
}

const RtCommand rt_command_runs = {
  .name = "runs",
  .arguments = "[N]",
  .summary = "List the runs, or show one with its epochs",
  .run = run,
};
