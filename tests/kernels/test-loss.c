/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#include <math.h>

#define THRESHOLD 3e-7

#define STEP               0.02
#define GRADIENT_TOLERANCE 1e-4

#define N_ROWS    9
#define N_CLASSES 7
#define N         (N_ROWS * N_CLASSES)

typedef struct
{
  enum { CROSS_ENTROPY, DISTILLATION, SQUARED } kind;
  float       *logits, *other;
  float        smoothing;
  const float *class_weights;
  float        temperature;
} Case;

static const int labels[N_ROWS] = { 0, 6, 3, 3, 1, 5, 2, 0, 6 };
static const float class_weights[N_CLASSES] = { 1.0f, 0.25f, 2.0f, 0.0f, 3.0f, 1.5f, 0.7f };

static double
evaluate (Case  *c,
          float *d,
          float  scale,
          bool   twin)
{
  switch (c->kind)
    {
    case CROSS_ENTROPY:
      return (twin ? rt_ref_cross_entropy : rt_cross_entropy)
        (d, c->logits, labels, c->smoothing, c->class_weights, scale, N_ROWS, N_CLASSES);
    case DISTILLATION:
      return (twin ? rt_ref_distillation : rt_distillation)
        (d, c->logits, c->other, c->temperature, scale, N_ROWS, N_CLASSES);
    case SQUARED:
    default:
      return (twin ? rt_ref_mean_squared_error : rt_mean_squared_error)
        (d, c->logits, c->other, scale, N);
    }
}

static double
loss (void *data)
{
  return evaluate (data, NULL, 1.0f, false);
}

static void
test_all (void)
{
  g_auto (KtFloats) logits = kt_random (N, 1);
  g_auto (KtFloats) other = kt_random (N, 2);
  Case cases[] = {
    { CROSS_ENTROPY, logits, other, 0.0f, NULL, 1.0f },
    { CROSS_ENTROPY, logits, other, 0.1f, NULL, 1.0f },
    { CROSS_ENTROPY, logits, other, 0.0f, class_weights, 1.0f },
    { CROSS_ENTROPY, logits, other, 0.2f, class_weights, 1.0f },
    { DISTILLATION, logits, other, 0.0f, NULL, 1.0f },
    { DISTILLATION, logits, other, 0.0f, NULL, 4.0f },
    { DISTILLATION, logits, other, 0.0f, NULL, 20.0f },
    { SQUARED, logits, other, 0.0f, NULL, 1.0f },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (KtFloats) d = kt_random (N, 3);
      g_auto (KtFloats) expected = kt_random (N, 3);
      g_auto (KtFloats) fresh = rt_floats_new (N);
      double value = evaluate (&cases[i], d, 0.7f, false);
      double expected_value = evaluate (&cases[i], expected, 0.7f, true);

      g_assert_cmpfloat (fabs (value - expected_value), <=, 1e-12 * (1.0 + fabs (value)));
      g_assert_true (value == loss (&cases[i]));
      kt_assert_close (d, expected, N, THRESHOLD);

      evaluate (&cases[i], fresh, 1.0f, false);
      kt_check_gradient (logits, fresh, N, STEP, GRADIENT_TOLERANCE, loss, &cases[i]);
    }
}

/* By hand: two classes with logits 0 and log 3 have probabilities 1/4 and 3/4. */
static void
test_known_values (void)
{
  const float logits[] = { 0.0f, 1.0986123f, 1.0986123f, 0.0f };
  const float teacher[] = { 0.0f, 0.0f, 0.0f, 0.0f };
  const int both[] = { 1, 1 };
  const float weights[] = { 1.0f, 3.0f };
  float out[4], d[4] = { 0 };

  rt_softmax (out, logits, 1.0f, 2, 2);
  g_assert_cmpfloat_with_epsilon (out[1], 0.75f, 1e-6f);
  g_assert_cmpfloat_with_epsilon (out[3], 0.25f, 1e-6f);
  rt_softmax (out, logits, 2.0f, 2, 2);
  g_assert_cmpfloat_with_epsilon (out[1] / out[0], sqrt (3.0), 1e-5);

  g_assert_cmpfloat_with_epsilon (rt_cross_entropy (d, logits, both, 0.0f, NULL, 2.0f, 2, 2),
                                  -(log (0.75) + log (0.25)) / 2.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (d[0], 0.25f, 1e-6f);
  g_assert_cmpfloat_with_epsilon (d[3], -0.75f, 1e-6f);

  /* Both have the label of weight 3, so the weights cancel. */
  g_assert_cmpfloat_with_epsilon (rt_cross_entropy (NULL, logits, both, 0.0f, weights, 1.0f, 2, 2),
                                  -(log (0.75) + log (0.25)) / 2.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (rt_distillation (NULL, logits, teacher, 1.0f, 1.0f, 2, 2),
                                  0.5 * log (0.5 / 0.25) + 0.5 * log (0.5 / 0.75), 1e-6);
  g_assert_cmpfloat (rt_distillation (NULL, logits, logits, 3.0f, 1.0f, 2, 2), ==, 0.0);
  g_assert_cmpint (rt_count_correct (logits, both, 2, 2), ==, 1);
  g_assert_cmpint (rt_argmax (teacher, 4), ==, 0);
  g_assert_cmpint (rt_ref_count_correct (logits, both, 2, 2), ==, 1);
}

static void
test_softmax (void)
{
  for (float temperature = 0.5f; temperature < 20.0f; temperature *= 3.0f)
    {
      g_auto (KtFloats) logits = kt_random (N, 1);
      g_auto (KtFloats) out = rt_floats_new (N);
      g_auto (KtFloats) expected = rt_floats_new (N);

      rt_softmax (out, logits, temperature, N_ROWS, N_CLASSES);
      rt_ref_softmax (expected, logits, temperature, N_ROWS, N_CLASSES);
      kt_assert_close (out, expected, N, THRESHOLD);
    }
}

/* Logits that exp would turn into infinity. */
static void
test_extremes (void)
{
  const float logits[] = { 1000.0f, -1000.0f, 0.0f };
  const float teacher[] = { -1000.0f, 1000.0f, 0.0f };
  const int second[] = { 1 };
  float out[3], d[3] = { 0 };

  rt_softmax (out, logits, 1.0f, 1, 3);
  g_assert_true (out[0] == 1.0f && out[1] == 0.0f && out[2] == 0.0f);
  g_assert_cmpfloat_with_epsilon (rt_cross_entropy (d, logits, second, 0.0f, NULL, 1.0f, 1, 3),
                                  2000.0, 1e-9);
  g_assert_true (d[0] == 1.0f && d[1] == -1.0f && d[2] == 0.0f);
  g_assert_cmpfloat_with_epsilon (rt_distillation (d, logits, teacher, 1.0f, 1.0f, 1, 3), 2000.0,
                                  1e-9);
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  g_test_add_func ("/loss/all", test_all);
  g_test_add_func ("/loss/known-values", test_known_values);
  g_test_add_func ("/loss/softmax", test_softmax);
  g_test_add_func ("/loss/extremes", test_extremes);
  return kt_run ();
}
