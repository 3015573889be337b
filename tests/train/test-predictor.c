/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-predictor.h"
#include "train-run.h"

#include <math.h>

static RtPredictor *
open (int number)
{
  g_autofree char *spec = g_strdup_printf ("run:%d", number);
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) backbone = rt_resolver_find (&resolver, spec, NULL, NULL, &error);
  RtPredictor *predictor = rt_predictor_new (backbone, &error);

  g_assert_no_error (error);
  return predictor;
}

static void
test_ask (void)
{
  g_autoptr (RtPredictor) predictor = open (10);
  g_autoptr (RtImage) image = rt_image_new (40, 50, 3);
  const float *probabilities;
  double seconds = -1.0, sum = 0.0;

  probabilities = rt_predictor_ask (predictor, image, &seconds);
  g_assert_cmpint (rt_predictor_get_n_classes (predictor), ==, 10);
  g_assert_cmpstr (rt_predictor_get_class_name (predictor, 7), ==, "7");
  for (int i = 0; i < 10; i++)
    {
      g_assert_cmpfloat (probabilities[i], >=, 0.0f);
      sum += probabilities[i];
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-5);
  g_assert_cmpfloat (seconds, >, 0.0);
}

/* Classes that nobody named have a number each. */
static void
test_names (void)
{
  g_autoptr (RtPredictor) predictor = open (8);

  g_assert_cmpint (rt_predictor_get_n_classes (predictor), ==, 26);
  g_assert_cmpstr (rt_predictor_get_class_name (predictor, 25), ==, "class 25");
}

static void
test_measure (void)
{
  g_autoptr (RtPredictor) one = open (8);
  g_autoptr (RtPredictor) other = open (8);
  RtPredictor *const predictors[2] = { one, other };
  double latencies[2];

  for (int i = 0; i < 2; i++)
    {
      RtDeployment figures;

      rt_predictor_count (predictors[i], &figures);
      g_assert_cmpuint (figures.multiply_adds, >, 1000000);
      g_assert_cmpuint (figures.n_params, >, 70000);
      g_assert_true (isnan (figures.latency));
    }
  rt_predictor_measure (predictors, 2, latencies);
  for (int i = 0; i < 2; i++)
    g_assert_cmpfloat (latencies[i], >, 0.0);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  train_run_set_up ();
  g_test_add_func ("/predictor/ask", test_ask);
  g_test_add_func ("/predictor/names", test_names);
  g_test_add_func ("/predictor/measure", test_measure);
  status = g_test_run ();
  train_run_tear_down ();
  return status;
}
