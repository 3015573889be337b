/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run that is interrupted anywhere and taken up from its state goes on to the bit; and what a
 * person, patience or a broken loss does to a run.
 */
#include "config.h"

#include "train-run.h"

#include "rt-formats.h"
#include "rt-trainer-private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

static void
check_interrupt (const RtRecipe *recipe,
                 TrainRun       *whole,
                 uint64_t        k)
{
  g_autoptr (TrainRun) first = train_run_new (recipe);
  g_autoptr (TrainRun) next = NULL;

  g_test_message ("interrupted after %d steps", (int) k);
  first->interrupt_after = k;
  train_run_go (first);
  g_assert_no_error (first->error);
  g_assert_cmpint (first->end, ==, RT_TRAINER_INTERRUPTED);
  g_assert_cmpuint (first->steps->len, ==, k);
  g_assert_false (first->has_result);

  next = train_run_take_up (recipe, first, first->states->len - 1);
  train_run_go (next);
  g_assert_no_error (next->error);
  g_assert_cmpint (next->end, ==, RT_TRAINER_FINISHED);
  train_run_assert_same (whole, next);
}

/* From each epoch's checkpoint, as after a kill. */
static void
check_checkpoints (const RtRecipe *recipe,
                   TrainRun       *whole)
{
  for (guint i = 0; i < whole->states->len; i++)
    {
      const RtEpochMetrics *epoch = &g_array_index (whole->epochs, RtEpochMetrics, i);
      g_autoptr (TrainRun) next = train_run_take_up (recipe, whole, i);

      g_test_message ("killed after epoch %d", epoch->epoch);
      train_run_go (next);
      g_assert_no_error (next->error);
      train_run_assert_same (whole, next);
    }
}

/* Across the change of phase: 4 steps an epoch, the head alone in the first. */
static void
test_fine_tune (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) whole = NULL;
  static const uint64_t places[] = { 1, 3, 4, 5, 7, 8, 11 };

  recipe->train.head_first = 1;
  recipe->train.schedule = RT_SCHEDULE_ONE_CYCLE;
  g_free (recipe->task.augment);
  recipe->task.augment = g_strdup ("light");
  recipe->train.views = 2;
  whole = train_run_all (recipe);
  g_assert_cmpuint (whole->steps->len, ==, 12);
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    check_interrupt (recipe, whole, places[i]);
  check_checkpoints (recipe, whole);
}

static void
test_distil (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_DISTIL, "lenet5", "random");
  g_autoptr (TrainRun) whole = NULL;

  recipe->train.optimizer = RT_OPTIMIZER_SGD;
  recipe->train.schedule = RT_SCHEDULE_COSINE;
  recipe->train.warm_up = 0.5;
  g_free (recipe->task.augment);
  recipe->task.augment = g_strdup ("light");
  recipe->train.views = 2;
  whole = train_run_all (recipe);
  for (uint64_t k = 1; k < 12; k += 3)
    check_interrupt (recipe, whole, k);
  check_checkpoints (recipe, whole);
}

static void
assert_rates (const TrainRun *before,
              const RtRecipe *recipe)
{
  g_autoptr (TrainRun) whole = train_run_all (recipe);
  g_autoptr (TrainRun) next = train_run_take_up (recipe, before, 0);
  guint n_left = whole->steps->len / 3 * 2;

  train_run_go (next);
  g_assert_no_error (next->error);
  for (guint i = 1; i <= n_left; i++)
    g_assert_cmpfloat (g_array_index (next->steps, RtStepMetrics, next->steps->len - i)
                         .learning_rate, ==,
                       g_array_index (whole->steps, RtStepMetrics, whole->steps->len - i)
                         .learning_rate);
}

/* With more samples than before, or fewer, an epoch has other steps, and the schedule goes on where
 * the epoch is in it. */
static void
test_other_samples (void)
{
  g_autoptr (RtRecipe) few = train_run_recipe (RT_METHOD_SCRATCH, "mlp", "random");
  g_autoptr (RtRecipe) many = train_run_recipe (RT_METHOD_SCRATCH, "mlp", "random");
  g_autoptr (TrainRun) of_few = NULL;
  g_autoptr (TrainRun) of_many = NULL;

  few->train.schedule = many->train.schedule = RT_SCHEDULE_ONE_CYCLE;
  many->task.samples_per_class = 4 * few->task.samples_per_class;
  of_few = train_run_all (few);
  of_many = train_run_all (many);
  g_assert_cmpuint (of_few->steps->len, <, of_many->steps->len);
  assert_rates (of_few, many);
  assert_rates (of_many, few);
}

/* A state of something else is refused. */
static void
test_foreign_state (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "mlp", "random");
  g_autoptr (RtRecipe) other = train_run_recipe (RT_METHOD_SCRATCH, "lenet5", "random");
  g_autoptr (TrainRun) a = train_run_new (recipe);
  g_autoptr (TrainRun) b = train_run_new (other);
  g_autoptr (RtTensorList) state = rt_trainer_save_state (a->trainer);
  g_autoptr (RtTensorList) weights = rt_trainer_save_weights (b->trainer);
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_trainer_load_state (b->trainer, state, &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (rt_trainer_load_state (b->trainer, weights, &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED);
}

/* Patience */

static RtRecipe *
make_patient (void)
{
  RtRecipe *recipe = train_run_recipe (RT_METHOD_SCRATCH, "mlp", "random");

  /* Too small a rate to move a weight: no epoch is better than the first. */
  recipe->train.learning_rate = 1e-12;
  recipe->train.weight_decay = 0.0;
  recipe->train.epochs = 8;
  recipe->train.patience = 2;
  return recipe;
}

static void
test_patience (void)
{
  g_autoptr (RtRecipe) recipe = make_patient ();
  g_autoptr (TrainRun) run = train_run_all (recipe);

  g_assert_cmpuint (run->epochs->len, ==, 3);
  g_assert_cmpint (run->result.best_epoch, ==, 1);
  g_assert_cmpuint (run->notes->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (run->notes, 0), "early"));
  /* Killed after the last checkpoint and taken up, it is over too. */
  check_checkpoints (recipe, run);
}

/* A loss that is no number */

static void
test_not_a_number (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "mlp", "random");
  g_autoptr (TrainRun) run = train_run_new (recipe);

  rt_network_get_values (rt_trainer_get_network (run->trainer))[0] = NAN;
  train_run_go (run);
  g_assert_cmpint (run->end, ==, RT_TRAINER_FAILED);
  g_assert_error (run->error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED);
  g_assert_nonnull (strstr (run->error->message, "step 1"));
  g_assert_nonnull (strstr (run->error->message, "learning rate below 0.01"));
  g_assert_cmpuint (run->steps->len, ==, 0);
  g_assert_false (run->has_result);
}

/* Control */

static void
stop_at_six (TrainRun            *run,
             const RtStepMetrics *step)
{
  if (step->step == 5)
    rt_control_stop (run->control);
}

/* Stopped in the second epoch of 4 steps: the result is the first epoch's, with its weights. */
static void
test_stop (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "lenet5", "random");
  g_autoptr (TrainRun) run = train_run_new (recipe);
  g_autoptr (RtPredictions) validation = NULL;

  run->on_step = stop_at_six;
  train_run_go (run);
  g_assert_no_error (run->error);
  g_assert_cmpint (run->end, ==, RT_TRAINER_STOPPED);
  g_assert_cmpuint (run->steps->len, ==, 6);
  g_assert_cmpuint (run->epochs->len, ==, 1);
  g_assert_true (run->has_result);
  g_assert_cmpint (run->result.best_epoch, ==, 1);
  g_assert_cmpfloat (run->result.validation_loss, ==,
                     g_array_index (run->epochs, RtEpochMetrics, 0).validation_loss);
  validation = rt_trainer_predict_validation (run->trainer, &run->error);
  g_assert_no_error (run->error);
  g_assert_cmpfloat_with_epsilon (rt_predictions_get_loss (validation),
                                  run->result.validation_loss, 1e-6);
}

/* Before anything was done: an end at once, with a state to go on from or a result of nothing. */
static void
test_end_at_once (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "lenet5", "run:5");
  g_autoptr (TrainRun) stopped = train_run_new (recipe);
  g_autoptr (TrainRun) interrupted = train_run_new (recipe);

  rt_control_stop (stopped->control);
  train_run_go (stopped);
  g_assert_cmpint (stopped->end, ==, RT_TRAINER_STOPPED);
  g_assert_true (stopped->has_result);
  g_assert_cmpint (stopped->result.best_epoch, ==, 0);

  rt_control_interrupt (interrupted->control);
  train_run_go (interrupted);
  g_assert_cmpint (interrupted->end, ==, RT_TRAINER_INTERRUPTED);
  g_assert_cmpuint (interrupted->states->len, ==, 1);
  g_assert_cmpuint (interrupted->steps->len, ==, 0);
}

static void
stop_on_step (TrainRun            *run,
              const RtStepMetrics *step)
{
  rt_control_stop (run->control);
}

/* What the teacher gets right was told before: who takes a run up only to stop it does not lose
 * that. */
static void
test_stop_with_teacher (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_DISTIL, "lenet5", "random");
  g_autoptr (TrainRun) whole = train_run_all (recipe);
  g_autoptr (TrainRun) next = train_run_take_up (recipe, whole, 0);

  next->on_step = stop_on_step;
  train_run_go (next);
  g_assert_no_error (next->error);
  g_assert_cmpint (next->end, ==, RT_TRAINER_STOPPED);
  g_assert_true (isfinite (next->result.teacher_accuracy));
  g_assert_cmpfloat (next->result.teacher_accuracy, ==, whole->result.teacher_accuracy);
}

static void
interrupt_in_test_set (TrainRun   *run,
                       const char *text)
{
  if (g_str_equal (text, "Opening the test set"))
    rt_control_interrupt (run->control);
}

/* The network holds the best weights by then: the last epoch is not kept with those. */
static void
test_end_in_test_set (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "lenet5", "random");
  g_autoptr (TrainRun) plain = train_run_all (recipe);
  g_autoptr (TrainRun) run = train_run_new (recipe);
  g_autoptr (TrainRun) next = NULL;

  run->on_progress = interrupt_in_test_set;
  train_run_go (run);
  g_assert_no_error (run->error);
  g_assert_cmpint (run->end, ==, RT_TRAINER_INTERRUPTED);
  g_assert_false (run->has_result);
  g_assert_cmpuint (run->states->len, ==, plain->states->len);
  next = train_run_take_up (recipe, run, run->states->len - 1);
  train_run_go (next);
  train_run_assert_same (plain, next);
}

static void
interrupt_before_validation (TrainRun   *run,
                             const char *text)
{
  if (strstr (text, "validation") != NULL)
    rt_control_interrupt (run->control);
}

static void
stop_before_validation (TrainRun   *run,
                        const char *text)
{
  if (strstr (text, "validation") != NULL)
    rt_control_stop (run->control);
}

static void
check_end_before_validation (const RtRecipe *recipe,
                             TrainRun       *plain,
                             void          (*on_progress) (TrainRun   *run,
                                                           const char *text))
{
  g_autoptr (TrainRun) run = train_run_new (recipe);
  g_autoptr (TrainRun) next = NULL;

  run->on_progress = on_progress;
  train_run_go (run);
  g_assert_no_error (run->error);
  g_assert_cmpint (run->end, ==, RT_TRAINER_INTERRUPTED);
  g_assert_cmpuint (run->steps->len, ==, plain->trainer->steps_per_epoch);
  g_assert_cmpuint (run->epochs->len, ==, 0);
  next = train_run_take_up (recipe, run, run->states->len - 1);
  train_run_go (next);
  train_run_assert_same (plain, next);
}

/* What of the validation set is computed once may take minutes, by a teacher too: the steps of the
 * first epoch are seen before it, and are not lost where a run ends in it. A stop would keep
 * nothing. */
static void
check_ends_before_validation (const RtRecipe *recipe)
{
  g_autoptr (TrainRun) plain = train_run_all (recipe);

  check_end_before_validation (recipe, plain, interrupt_before_validation);
  check_end_before_validation (recipe, plain, stop_before_validation);
}

static void
test_end_before_validation (void)
{
  g_autoptr (RtRecipe) frozen = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (RtRecipe) taught = train_run_recipe (RT_METHOD_DISTIL, "lenet5", "random");

  g_strfreev (frozen->backbone.frozen);
  frozen->backbone.frozen = g_strsplit ("stem,stage1", ",", -1);
  check_ends_before_validation (frozen);
  check_ends_before_validation (taught);
}

static void
pause_at_three (TrainRun            *run,
                const RtStepMetrics *step)
{
  if (step->step == 2)
    rt_control_pause (run->control);
}

static void *
run_thread (void *data)
{
  train_run_go (data);
  return NULL;
}

static void
test_pause (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "lenet5", "random");
  g_autoptr (TrainRun) plain = train_run_all (recipe);
  g_autoptr (TrainRun) run = train_run_new (recipe);
  pthread_t thread;

  run->on_step = pause_at_three;
  g_assert_cmpint (pthread_create (&thread, NULL, run_thread, run), ==, 0);
  while (!rt_control_is_paused (run->control))
    g_usleep (1000);
  rt_control_step (run->control);
  g_usleep (50 * 1000);
  rt_control_resume (run->control);
  pthread_join (thread, NULL);
  g_assert_no_error (run->error);
  train_run_assert_same (plain, run);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  train_run_set_up ();
  g_test_add_func ("/trainer/resume/fine-tune", test_fine_tune);
  g_test_add_func ("/trainer/resume/distil", test_distil);
  g_test_add_func ("/trainer/resume/other-samples", test_other_samples);
  g_test_add_func ("/trainer/resume/foreign", test_foreign_state);
  g_test_add_func ("/trainer/patience", test_patience);
  g_test_add_func ("/trainer/not-a-number", test_not_a_number);
  g_test_add_func ("/trainer/stop", test_stop);
  g_test_add_func ("/trainer/end-at-once", test_end_at_once);
  g_test_add_func ("/trainer/stop-with-teacher", test_stop_with_teacher);
  g_test_add_func ("/trainer/end-in-test-set", test_end_in_test_set);
  g_test_add_func ("/trainer/end-before-validation", test_end_before_validation);
  g_test_add_func ("/trainer/pause", test_pause);
  status = g_test_run ();
  train_run_tear_down ();
  return status;
}
