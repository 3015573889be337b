/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run that is to end at a certain time, on a clock that the test turns: what steps cost is made
 * up, whatever the machine does meanwhile.
 */
#include "config.h"

#include "train-run.h"

#include "rt-schedule.h"
#include "rt-trainer-private.h"

#include <math.h>

#define BUDGET 400.0   /* seconds on that clock */

static double seconds;         /* on the clock */
static double later;           /* times what a step costs, after a part of the budget */
static double part = 1.0 / 3.0;

static double
get_seconds (void)
{
  return seconds;
}

static void
pass_time (TrainRun            *run,
           const RtStepMetrics *step)
{
  seconds += seconds > BUDGET * part ? later : 1.0;
}

static RtRecipe *
make_recipe (int epochs)
{
  RtRecipe *recipe = train_run_recipe (RT_METHOD_SCRATCH, "lenet5", "random");

  recipe->train.epochs = epochs;
  recipe->train.schedule = RT_SCHEDULE_FLAT_COSINE;
  recipe->train.warm_up = 1.0;
  return recipe;
}

/* With the clock at @begun. */
static void
train_by_clock (TrainRun *run,
                double    begun,
                void    (*on_step) (TrainRun            *run,
                                    const RtStepMetrics *step))
{
  seconds = begun;
  run->trainer->now = get_seconds;
  run->on_step = on_step;
  rt_control_set_deadline (run->control, BUDGET);
  train_run_go (run);
  g_assert_no_error (run->error);
}

static TrainRun *
run_to_deadline (const RtRecipe *recipe,
                 double          slower,
                 uint64_t        interrupt_after)
{
  TrainRun *run = train_run_new (recipe);

  later = slower;
  run->interrupt_after = interrupt_after;
  train_by_clock (run, 0.0, pass_time);
  return run;
}

/* However wrong the guess was, and whatever steps take later on. */
static void
test_deadline (void)
{
  static const int guesses[] = { 10, 100, 1000 };
  static const double slower[] = { 1.0, 0.5, 1.5, 3.0 };

  for (size_t i = 0; i < G_N_ELEMENTS (guesses); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (slower); j++)
      {
        g_autoptr (RtRecipe) recipe = make_recipe (guesses[i]);
        g_autoptr (TrainRun) run = run_to_deadline (recipe, slower[j], 0);

        g_test_message ("guess %d, later %g times: ended at %.0f of %.0f, %u epochs", guesses[i],
                        slower[j], seconds, BUDGET, run->epochs->len);
        g_assert_cmpfloat (seconds, >, 0.85 * BUDGET);
        g_assert_cmpfloat (seconds, <, 1.15 * BUDGET);
        g_assert_cmpint (rt_trainer_get_recipe (run->trainer)->train.epochs, ==,
                         (int) run->epochs->len);
      }
}

/* When the rate falls already the number of epochs stays, and what there is no time for is left
 * out: all of them would take twice the budget. */
static void
test_fall (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (100);
  g_autoptr (TrainRun) run = NULL;
  int n_epochs;

  part = 0.8;
  run = run_to_deadline (recipe, 6.0, 0);
  part = 1.0 / 3.0;
  n_epochs = rt_trainer_get_recipe (run->trainer)->train.epochs;
  g_test_message ("ended at %.0f of %.0f, %u of %d epochs", seconds, BUDGET, run->epochs->len,
                  n_epochs);
  g_assert_cmpint (run->end, ==, RT_TRAINER_FINISHED);
  g_assert_cmpuint (run->epochs->len, <, n_epochs);
  g_assert_cmpuint (run->epochs->len, >=, RT_SCHEDULE_FLAT * n_epochs);
  g_assert_cmpfloat (seconds, >, BUDGET);
  g_assert_cmpfloat (seconds, <, 1.15 * BUDGET);
  g_assert_cmpuint (run->notes->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (run->notes, 0), "Ended with its time"));
}

/* What the recipe says in the end gives the same run, without a clock. */
static void
test_same_again (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (20);
  g_autoptr (TrainRun) first = run_to_deadline (recipe, 1.5, 0);
  g_autoptr (TrainRun) again = train_run_all (rt_trainer_get_recipe (first->trainer));

  g_assert_cmpuint (first->epochs->len, !=, 20);
  train_run_assert_same (first, again);
}

/* Taken up without a deadline, it keeps to what was decided last. */
static void
test_resume (void)
{
  static const uint64_t steps[] = { 3, 90, 310 };

  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (RtRecipe) recipe = make_recipe (60);
      g_autoptr (TrainRun) first = run_to_deadline (recipe, 1.0, steps[i]);
      const RtRecipe *decided = rt_trainer_get_recipe (first->trainer);
      g_autoptr (TrainRun) next = NULL;
      g_autoptr (TrainRun) whole = train_run_all (decided);

      g_assert_cmpint (first->end, ==, RT_TRAINER_INTERRUPTED);
      next = train_run_take_up (decided, first, first->states->len - 1);
      train_run_go (next);
      g_assert_no_error (next->error);
      train_run_assert_same (next, whole);
    }
}

static void
pass_quickly (TrainRun            *run,
              const RtStepMetrics *step)
{
  seconds += 1e-3;
}

/* What is computed once has taken all of the time: epochs that take next to none are still made. */
static void
test_late (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (20);
  g_autoptr (TrainRun) run = train_run_new (recipe);

  train_by_clock (run, BUDGET, pass_quickly);
  g_assert_cmpuint (run->epochs->len, >=, 20);
  g_assert_cmpfloat (seconds, <, BUDGET + 1.0);
}

static void
pass_all (TrainRun   *run,
          const char *text)
{
  if (g_str_has_prefix (text, "Computing the frozen blocks"))
    seconds = BUDGET;
}

static void
pass_a_little (TrainRun            *run,
               const RtStepMetrics *step)
{
  seconds += 0.3;
}

/* Epochs of a second are still made where the time was one of minutes: it is kept all the same. */
static void
test_late_once (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) run = NULL;

  g_strfreev (recipe->backbone.frozen);
  recipe->backbone.frozen = g_strsplit ("stem,stage1", ",", -1);
  recipe->train.epochs = 20;
  recipe->train.schedule = RT_SCHEDULE_FLAT_COSINE;
  run = train_run_new (recipe);
  run->on_progress = pass_all;
  train_by_clock (run, 0.0, pass_a_little);
  g_assert_cmpuint (run->epochs->len, ==, 20);
  g_assert_cmpfloat (seconds, <, 1.15 * BUDGET);
}

static void
pass_slowly (TrainRun            *run,
             const RtStepMetrics *step)
{
  seconds += BUDGET / 10.0;
}

/* Far slower than was guessed: the epochs in which the rate rises stay, and one after them, so that
 * what is kept is a recipe that can be run. */
static void
test_warm_up (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (12);
  g_autoptr (TrainRun) run = NULL;
  g_autoptr (TrainRun) again = NULL;
  g_autoptr (GError) error = NULL;

  recipe->train.warm_up = 5.0;
  run = train_run_new (recipe);
  train_by_clock (run, 0.0, pass_slowly);
  g_assert_cmpuint (run->epochs->len, ==, 6);
  g_assert_true (rt_recipe_validate (rt_trainer_get_recipe (run->trainer), &error));
  g_assert_no_error (error);
  again = train_run_all (rt_trainer_get_recipe (run->trainer));
  train_run_assert_same (run, again);
}

/* A schedule that would have to change what was done keeps its epochs. */
static void
test_other_schedule (void)
{
  g_autoptr (RtRecipe) recipe = make_recipe (5);
  g_autoptr (TrainRun) run = NULL;

  recipe->train.schedule = RT_SCHEDULE_ONE_CYCLE;
  run = run_to_deadline (recipe, 1.0, 0);
  g_assert_cmpuint (run->epochs->len, ==, 5);
}

/* The rate of a step does not depend on the number of steps before its fall. */
static void
test_flat (void)
{
  float before = 1.0f;

  for (uint64_t step = 0; step < 75; step++)
    {
      float rate = rt_schedule_get_rate (RT_SCHEDULE_FLAT_COSINE, 1.0f, step, 100, 10, NULL);

      g_assert_cmpfloat (rate, ==, rt_schedule_get_rate (RT_SCHEDULE_FLAT_COSINE, 1.0f, step, 7000,
                                                         10, NULL));
    }
  for (uint64_t step = 76; step < 100; step++)
    {
      float rate = rt_schedule_get_rate (RT_SCHEDULE_FLAT_COSINE, 1.0f, step, 100, 10, NULL);

      g_assert_cmpfloat (rate, <, before);
      before = rate;
    }
  g_assert_cmpfloat (before, <, 0.01);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  train_run_set_up ();
  g_test_add_func ("/pace/deadline", test_deadline);
  g_test_add_func ("/pace/fall", test_fall);
  g_test_add_func ("/pace/same-again", test_same_again);
  g_test_add_func ("/pace/resume", test_resume);
  g_test_add_func ("/pace/late", test_late);
  g_test_add_func ("/pace/late-once", test_late_once);
  g_test_add_func ("/pace/warm-up", test_warm_up);
  g_test_add_func ("/pace/other-schedule", test_other_schedule);
  g_test_add_func ("/pace/flat", test_flat);
  status = g_test_run ();
  train_run_tear_down ();
  return status;
}
