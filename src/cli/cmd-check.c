/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-line.h"
#include "rt-training.h"

#include "rt-corrections.h"
#include "rt-duplicates.h"
#include "rt-rate-curve.h"

#include <math.h>
#include <stdio.h>

/* About how long the measuring of steps may take. */
#define MEASURE_SECONDS 2.0

static void
print_memory (const RtRecipe *recipe,
              const RtCost   *cost)
{
  g_autofree char *memory = rt_cli_format_bytes (cost->memory_bytes);

  printf ("  memory                 %s beside the program itself", memory);
  if (cost->at_once < cost->batch_size)
    printf ("; steps of %d in parts of at most %d, to stay within train.memory%s", cost->batch_size,
            cost->at_once, recipe->train.batch_norm == RT_BATCH_NORM_UPDATE
                           ? " (batch norm sees a part at a time)" : "");
  printf ("\n");
  if (cost->memory_bytes > cost->memory_limit)
    printf ("                         more than train.memory, %d MB\n", recipe->train.memory);
}

static void
print_cost (const RtRecipe *recipe,
            const RtCost   *cost)
{
  g_autofree char *trainable = rt_cli_format_count (cost->n_trainable);
  g_autofree char *all = rt_cli_format_count (cost->n_params);
  g_autofree char *seconds = rt_cli_format_seconds (cost->seconds_per_epoch);
  g_autofree char *once = rt_cli_format_seconds (cost->seconds_once);
  g_autofree char *whole = rt_cli_format_seconds (cost->seconds_all);
  g_autofree char *disk = rt_cli_format_bytes (cost->disk_bytes);

  printf ("%s: valid (%s, %s)\n", recipe->name, rt_method_to_string (recipe->method),
          recipe->backbone.network);
  printf ("  trainable parameters   %s of %s\n", trainable, all);
  printf ("  samples                %" G_GSIZE_FORMAT " to train on, %" G_GSIZE_FORMAT
          " to validate", cost->n_train, cost->n_validation);
  if (cost->n_test > 0)
    printf (", %" G_GSIZE_FORMAT " to test", cost->n_test);
  printf ("\n");
  printf ("  steps per epoch        %" G_GSIZE_FORMAT "\n", cost->steps_per_epoch);
  printf ("  seconds per epoch      %s predicted; %s for %d epochs and what is done once "
          "(%s)\n", seconds, whole, cost->n_epochs, once);
  if (cost->first_cached_block > 0 && !isnan (cost->seconds_uncached))
    {
      g_autofree char *uncached = rt_cli_format_seconds (cost->seconds_uncached);

      printf ("                         (%s if the frozen blocks were not computed once)\n",
              uncached);
    }
  print_memory (recipe, cost);
  printf ("  size on disk           %s\n", disk);
}

static void
print_curve (const RtRateCurve *curve)
{
  g_autoptr (RtLine) line = rt_line_new ("rate");

  rt_line_add_double (line, "suggestion", curve->suggestion);
  rt_line_begin (line, "rates", '[');
  for (int i = 0; i < curve->n; i++)
    rt_line_add_double (line, NULL, curve->rates[i]);
  rt_line_end (line);
  rt_line_begin (line, "losses", '[');
  for (int i = 0; i < curve->n; i++)
    rt_line_add_double (line, NULL, curve->losses[i]);
  rt_line_print (line);
}

static gboolean
find_rate (RtTrainer  *trainer,
           GError    **error)
{
  static const RtTrainerHooks hooks = { NULL };
  const RtRecipe *recipe = rt_trainer_get_recipe (trainer);
  RtRateCurve curve;

  if (!rt_trainer_find_rate (trainer, &hooks, &curve, error))
    return FALSE;
  if (rt_cli_get_json ())
    print_curve (&curve);
  else if (isnan (curve.suggestion))
    printf ("  learning rate          %g; no better one was found: the loss does not fall at any\n",
            recipe->train.learning_rate);
  else
    printf ("  learning rate          %g; suggested: %.1e (--set train.learning_rate=%.1e)\n",
            recipe->train.learning_rate, curve.suggestion, curve.suggestion);
  return TRUE;
}

/* Of pictures that are files: those a person may have copied. */
static void
note_duplicates (const RtTask *task)
{
  g_autofree char *file = task->dataset->n_samples > 0 ? rt_dataset_get_file (task->dataset, 0)
                                                       : NULL;
  g_autoptr (RtTeam) team = NULL;
  g_autoptr (GArray) found = NULL;
  g_autofree char *first = NULL;

  if (file == NULL)
    return;
  team = rt_team_new (0);
  found = rt_duplicates_find (task->dataset, task, team, NULL);
  if (found->len == 0)
    return;
  first = rt_duplicate_describe (&g_array_index (found, RtDuplicate, 0), task->dataset);
  rt_cli_note ("%u %s in two parts or two classes, so figures say too much; the first: %s",
               found->len, found->len == 1 ? "picture is" : "pictures are", first);
}

static RtExit
run (int    argc,
     char **argv)
{
  g_auto (GStrv) settings = NULL;
  g_autoptr (RtRecipe) recipe = NULL;
  g_autoptr (RtTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *corrected = NULL;
  g_autofree char *skipped = NULL;
  RtCost cost;
  int threads = -1;
  gboolean rate = FALSE;
  const GOptionEntry entries[] = {
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
      "Change a field of the recipe, such as train.epochs=20; may be repeated", "KEY=VALUE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Threads to compute with; 0: one a core", "N" },
    { "find-rate", 0, 0, G_OPTION_ARG_NONE, &rate,
      "Also try a hundred learning rates, and suggest one", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_check, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc != 2)
    return rt_cli_fail (RT_EXIT_INPUT, "check takes one recipe, a .json file");
  recipe = rt_training_read_recipe (argv[1], (const char *const *) settings, threads);
  if (recipe == NULL)
    return RT_EXIT_INPUT;
  trainer = rt_trainer_new (recipe, rt_cli_get_resolver (), NULL, &error);
  if (trainer == NULL || !rt_trainer_measure (trainer, MEASURE_SECONDS, NULL, &error))
    return rt_cli_fail_with (error);
  rt_cli_note_each (rt_trainer_get_guesses (trainer));
  rt_cli_note_each (rt_trainer_get_task (trainer)->dataset->notes);
  if (rt_trainer_get_seen (trainer) != NULL)
    rt_cli_note ("%s", rt_trainer_get_seen (trainer));
  corrected = rt_corrections_describe (rt_trainer_get_task (trainer)->dataset->corrections);
  if (corrected != NULL)
    rt_cli_note ("%s", corrected);
  skipped = rt_trainer_describe_skipped (trainer);
  if (skipped != NULL)
    rt_cli_note ("%s", skipped);
  note_duplicates (rt_trainer_get_task (trainer));
  rt_trainer_get_cost (trainer, &cost);
  if (rt_cli_get_json ())
    {
      g_autoptr (RtLine) line = rt_line_new ("result");

      rt_line_add_string (line, "name", recipe->name);
      rt_line_add_string (line, "method", rt_method_to_string (recipe->method));
      rt_line_add_string (line, "network", recipe->backbone.network);
      rt_line_add_cost (line, &cost);
      rt_line_print (line);
    }
  else
    print_cost (recipe, &cost);
  if (rate && !find_rate (trainer, &error))
    return rt_cli_fail_with (error);
  return RT_EXIT_DONE;
}

const RtCommand rt_command_check = {
  .name = "check",
  .arguments = "RECIPE",
  .summary = "Validate a recipe and say what it will cost",
  .run = run,
};
