/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-rate-curve.h"
#include "train-run.h"

#include <math.h>

/* Flat, then falling from step 30 to 69, then rising: the middle of the fall is step 49 or 50. */
static void
test_suggest (void)
{
  RtRateCurve curve = { .n = RT_RATE_STEPS };

  for (int i = 0; i < curve.n; i++)
    {
      curve.rates[i] = pow (10.0, -7.0 + i / 12.5);
      curve.losses[i] = i < 30 ? 2.0 : i < 70 ? 2.0 - 0.03 * (i - 29) : 0.8 + 0.2 * (i - 69);
    }
  g_assert_cmpfloat (rt_rate_curve_suggest (&curve), >=, curve.rates[48]);
  g_assert_cmpfloat (rt_rate_curve_suggest (&curve), <=, curve.rates[50]);
}

static void
test_nothing_falls (void)
{
  RtRateCurve curve = { .n = 20 };

  g_assert_true (isnan (rt_rate_curve_suggest (&(RtRateCurve) { .n = 0 })));
  for (int i = 0; i < curve.n; i++)
    curve.losses[i] = i;
  g_assert_true (isnan (rt_rate_curve_suggest (&curve)));
}

/* A rate is found that is of use, and the run after it is the run that would have been without. */
static void
test_find (gconstpointer data)
{
  const char *weights = data;
  g_autoptr (RtRecipe) recipe = train_run_recipe (g_str_equal (weights, "random")
                                                  ? RT_METHOD_SCRATCH : RT_METHOD_FINE_TUNE,
                                                  "resnet8", weights);
  g_autoptr (TrainRun) plain = NULL;
  g_autoptr (TrainRun) after = NULL;
  static const RtTrainerHooks hooks = { NULL };
  RtRateCurve curve;
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (weights, "random"))
    {
      g_strfreev (recipe->backbone.frozen);
      recipe->backbone.frozen = g_strsplit ("stem,stage1", ",", -1);
      /* A hundred steps are 25 epochs of these samples, each of another view than the last. */
      g_free (recipe->task.augment);
      recipe->task.augment = g_strdup ("light");
      recipe->train.epochs = 1;
    }
  plain = train_run_all (recipe);
  after = train_run_new (recipe);
  g_assert_true (rt_trainer_find_rate (after->trainer, &hooks, &curve, &error));
  g_assert_no_error (error);
  g_assert_cmpint (curve.n, >, 30);
  g_assert_cmpfloat (curve.suggestion, >, 1e-6);
  g_assert_cmpfloat (curve.suggestion, <, 1.0);
  train_run_go (after);
  train_run_assert_same (plain, after);
}

/* Asked to end at once, it ends and leaves the run as it was. */
static void
test_stopped (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "resnet8", "random");
  g_autoptr (TrainRun) plain = train_run_all (recipe);
  g_autoptr (TrainRun) after = train_run_new (recipe);
  g_autoptr (RtControl) control = rt_control_new ();
  RtTrainerHooks hooks = { .control = control };
  RtRateCurve curve;
  g_autoptr (GError) error = NULL;

  rt_control_stop (control);
  g_assert_false (rt_trainer_find_rate (after->trainer, &hooks, &curve, &error));
  g_assert_no_error (error);
  train_run_go (after);
  train_run_assert_same (plain, after);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  train_run_set_up ();
  g_test_add_func ("/rate-curve/suggest", test_suggest);
  g_test_add_func ("/rate-curve/nothing-falls", test_nothing_falls);
  g_test_add_data_func ("/rate-curve/find", "random", test_find);
  g_test_add_data_func ("/rate-curve/find-frozen", "run:8", test_find);
  g_test_add_func ("/rate-curve/stopped", test_stopped);
  status = g_test_run ();
  train_run_tear_down ();
  return status;
}
