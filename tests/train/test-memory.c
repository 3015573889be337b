/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run within its memory: batches that go through the network in parts are still batches, on any
 * number of threads and wherever they are given up; and statistics that a recipe keeps stay.
 */
#include "config.h"

#include "train-run.h"

#include "rt-formats.h"
#include "rt-trainer-private.h"

#include <math.h>
#include <string.h>

#define ROUNDING 2e-4   /* of a loss after some steps whose sums were made in another order */

/* So little that batches are cut as far as they may be. */
static RtRecipe *
make_recipe (RtMethod    method,
             const char *network,
             const char *weights)
{
  RtRecipe *recipe = train_run_recipe (method, network, weights);

  recipe->train.memory = 1;
  recipe->train.epochs = 2;
  return recipe;
}

/* A network without batch norm learns the same from parts as from the whole. */
static void
check_parts (RtRecipe *recipe)
{
  g_autoptr (TrainRun) parts = NULL;
  g_autoptr (TrainRun) whole = NULL;

  parts = train_run_all (recipe);
  recipe->train.memory = 0;
  whole = train_run_all (recipe);
  g_assert_cmpint (parts->trainer->part, ==, RT_MIN_PART);
  g_assert_cmpint (whole->trainer->part, ==, whole->trainer->batch_size);
  g_assert_cmpuint (parts->steps->len, ==, whole->steps->len);
  for (guint i = 0; i < parts->steps->len; i++)
    {
      const RtStepMetrics *a = &g_array_index (parts->steps, RtStepMetrics, i);
      const RtStepMetrics *b = &g_array_index (whole->steps, RtStepMetrics, i);

      g_assert_cmpfloat (fabs (a->loss - b->loss), <=, ROUNDING * b->loss);
      g_assert_cmpfloat (fabs (a->label_part - b->label_part), <=, ROUNDING * b->label_part);
      g_assert_cmpfloat (a->accuracy, ==, b->accuracy);
      g_assert_true (isnan (b->soft_part)
                     ? isnan (a->soft_part)
                     : fabs (a->soft_part - b->soft_part) <= ROUNDING * b->soft_part);
    }
}

static void
test_parts (void)
{
  g_autoptr (RtRecipe) plain = make_recipe (RT_METHOD_SCRATCH, "lenet5", "random");
  g_autoptr (RtRecipe) weighed = make_recipe (RT_METHOD_SCRATCH, "lenet5", "random");
  g_autoptr (RtRecipe) distil = make_recipe (RT_METHOD_DISTIL, "lenet5", "random");

  plain->train.batch_size = 18;   /* parts of 4 and of 3 */
  check_parts (plain);
  weighed->train.class_weights = TRUE;
  check_parts (weighed);
  distil->train.learning_rate = 0.003;
  check_parts (distil);
}

/* Of classes that are not equally many the weighed mean is not the mean of the parts' means. */
static void
test_parts_weights (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (RT_METHOD_SCRATCH, "lenet5", "random");
  double losses[2];

  recipe->train.epochs = 1;
  recipe->train.batch_size = 60;
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (TrainRun) run = NULL;

      recipe->train.memory = 1 - i;
      run = train_run_new (recipe);
      run->trainer->class_weights = g_new (float, 10);
      for (int k = 0; k < 10; k++)
        run->trainer->class_weights[k] = (float) (1 + k * k);
      train_run_go (run);
      g_assert_no_error (run->error);
      losses[i] = g_array_index (run->epochs, RtEpochMetrics, 0).train_loss;
    }
  g_assert_cmpfloat (fabs (losses[0] - losses[1]), <=, ROUNDING * losses[1]);
}

static void
test_threads (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) one = NULL;

  recipe->task.samples_per_class = 12;
  recipe->train.batch_size = 60;
  recipe->train.memory = 70;
  one = train_run_threads (recipe);
  g_test_message ("parts of %d", one->trainer->part);
  g_assert_cmpint (one->trainer->part, >, RT_MIN_PART);
  g_assert_cmpint (one->trainer->part, <, 60);
}

/* More than is needed changes no bit. */
static void
test_enough (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) limited = train_run_all (recipe);
  g_autoptr (TrainRun) free_run = NULL;
  RtCost cost;

  recipe->train.memory = 0;
  free_run = train_run_all (recipe);
  train_run_assert_same (limited, free_run);
  rt_trainer_get_cost (limited->trainer, &cost);
  g_assert_cmpint (cost.at_once, ==, 16);
  g_assert_cmpint (cost.batch_size, ==, 16);
}

/* The head alone takes a batch whole where the rest with it does not, and what it costs is said
 * before. */
static void
test_said (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) run = NULL;
  g_autoptr (TrainRun) whole = NULL;
  RtCost cost, most;

  recipe->task.samples_per_class = 100;
  recipe->train.epochs = 2;
  recipe->train.batch_size = 500;
  recipe->train.head_first = 1;
  recipe->train.memory = 0;
  whole = train_run_new (recipe);
  rt_trainer_get_cost (whole->trainer, &most);
  recipe->train.memory = 60;
  run = train_run_new (recipe);
  rt_trainer_get_cost (run->trainer, &cost);
  g_test_message ("%d of %d at once, %zu MB; without a limit %zu MB", cost.at_once, cost.batch_size,
                  cost.memory_bytes / 1000000, most.memory_bytes / 1000000);
  g_assert_cmpint (run->trainer->part, ==, 500);
  g_assert_cmpint (cost.at_once, <, 500);
  g_assert_cmpint (cost.at_once, >=, RT_MIN_PART);
  g_assert_cmpuint (cost.memory_limit, ==, 60 * 1000 * 1000);
  g_assert_cmpuint (most.memory_limit, ==, SIZE_MAX);
  g_assert_cmpuint (most.memory_bytes, >, 60 * 1000 * 1000);
  g_assert_cmpuint (cost.memory_bytes, <, most.memory_bytes);
}

/* What is said to be within a budget is, scratch memory of the threads and all, as long as parts
 * can be made smaller; and threads do not change the parts. */
static void
test_within (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "resnet8", "random");
  int parts[8] = { 0 }, n_cut = 0;

  recipe->task.samples_per_class = 100;
  recipe->train.batch_size = 256;
  for (int threads = 1; threads <= 4; threads *= 2)
    for (int i = 0; i < 8; i++)
      {
        g_autoptr (TrainRun) run = NULL;
        RtCost cost;

        recipe->threads = threads;
        recipe->train.memory = 10 + 10 * i;
        run = train_run_new (recipe);
        rt_trainer_get_cost (run->trainer, &cost);
        if (cost.at_once > RT_MIN_PART)
          g_assert_cmpuint (cost.memory_bytes, <=, cost.memory_limit);
        if (threads > 1)
          g_assert_cmpint (cost.at_once, ==, parts[i]);
        parts[i] = cost.at_once;
        n_cut += cost.at_once > RT_MIN_PART && cost.at_once < 256;
      }
  g_assert_cmpint (n_cut, >=, 3);
}

/* While the state is saved it is there three times: itself, as tensors, and as their file. */
static void
test_saved (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "mlp", "random");
  g_autoptr (TrainRun) run = NULL;
  g_autoptr (RtTensorList) state = NULL;
  size_t bytes = 0;
  RtCost cost;

  recipe->backbone.hidden[0] = recipe->backbone.hidden[1] = 1000;
  recipe->train.epochs = 1;
  run = train_run_new (recipe);
  rt_trainer_get_cost (run->trainer, &cost);
  train_run_go (run);
  g_assert_no_error (run->error);
  state = rt_trainer_save_state (run->trainer);
  for (size_t i = 0; i < rt_tensor_list_get_n (state); i++)
    bytes += rt_shape_count (&rt_tensor_list_get (state, i)->shape) * sizeof (float);
  g_assert_cmpuint (cost.memory_bytes, >, 2 * bytes + rt_safetensors_get_size (state));
}

/* What is computed once goes to a file where memory has no room for it: when it is computed, and
 * not when it is only measured what a run costs. */
static void
test_measured_without_disk (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (RtRecipe) recipe = make_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
      g_autoptr (TrainRun) run = NULL;
      g_autoptr (GError) error = NULL;

      g_setenv ("XDG_CACHE_HOME", "/dev/null/cache", TRUE);
      g_strfreev (recipe->backbone.frozen);
      recipe->backbone.frozen = g_strsplit ("stem,stage1", ",", -1);
      run = train_run_new (recipe);
      g_assert_true (rt_trainer_measure (run->trainer, 0.01, NULL, &error));
      g_assert_no_error (error);
      train_run_go (run);
      g_assert_cmpint (run->end, ==, RT_TRAINER_FAILED);
      g_assert_nonnull (strstr (run->error->message, "/dev/null/cache"));
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

/* Given up in the middle of a step */

static int calls_left;

static gboolean
interrupt_in_step (void *data)
{
  TrainRun *run = data;

  if (--calls_left >= 0)
    return FALSE;
  rt_control_interrupt (run->control);
  return TRUE;
}

static void
test_interrupted_step (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) whole = train_run_all (recipe);
  static const int calls[] = { 0, 7, 60, 250, 500, 801 };

  for (size_t i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (TrainRun) first = train_run_new (recipe);
      g_autoptr (TrainRun) next = NULL;

      calls_left = calls[i];
      rt_plan_set_stop (first->trainer->plan, interrupt_in_step, first);
      train_run_go (first);
      g_assert_no_error (first->error);
      g_assert_cmpint (first->end, ==, RT_TRAINER_INTERRUPTED);
      next = train_run_take_up (recipe, first, first->states->len - 1);
      train_run_go (next);
      g_assert_no_error (next->error);
      train_run_assert_same (next, whole);
    }
}

/* A stop in the middle of a step keeps the best epoch and looks at nothing again. */
static void
test_stopped_step (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) run = train_run_new (recipe);
  g_autoptr (RtPredictions) p = NULL;

  train_run_go (run);
  g_assert_no_error (run->error);
  g_assert_nonnull (run->trainer->best_predictions);
  p = rt_trainer_predict_validation (run->trainer, &run->error);
  g_assert_no_error (run->error);
  g_assert_cmpfloat (rt_predictions_get_loss (p), ==, run->result.validation_loss);
}

/* Batch norm */

static void
test_keep (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");

  for (int keep = 0; keep < 2; keep++)
    {
      g_autoptr (TrainRun) run = NULL;
      g_autofree float *before = NULL;
      RtNetwork *network;
      const float *after;

      recipe->train.batch_norm = keep ? RT_BATCH_NORM_KEEP : RT_BATCH_NORM_UPDATE;
      run = train_run_new (recipe);
      network = rt_trainer_get_network (run->trainer);
      before = g_memdup2 (rt_network_get_values (network),
                          rt_network_get_n_values (network) * sizeof (float));
      train_run_go (run);
      g_assert_no_error (run->error);
      after = rt_network_get_values (network);
      for (int i = 0; i < rt_network_get_n_params (network); i++)
        {
          const RtParam *param = rt_network_get_param (network, i);
          gboolean same = memcmp (before + param->offset, after + param->offset,
                                  param->count * sizeof (float)) == 0;

          g_assert_cmpint (same, ==, keep && param->spec.kind == RT_PARAM_STATISTIC);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  train_run_set_up ();
  g_test_add_func ("/memory/parts", test_parts);
  g_test_add_func ("/memory/parts-weights", test_parts_weights);
  g_test_add_func ("/memory/threads", test_threads);
  g_test_add_func ("/memory/enough", test_enough);
  g_test_add_func ("/memory/said", test_said);
  g_test_add_func ("/memory/within", test_within);
  g_test_add_func ("/memory/saved", test_saved);
  g_test_add_func ("/memory/measured-without-disk", test_measured_without_disk);
  g_test_add_func ("/memory/interrupted-step", test_interrupted_step);
  g_test_add_func ("/memory/stopped-step", test_stopped_step);
  g_test_add_func ("/memory/batch-norm", test_keep);
  status = g_test_run ();
  train_run_tear_down ();
  return status;
}
