/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#include <math.h>

/* After ten steps. */
#define THRESHOLD 1e-6

#define N_STEPS 10

static const size_t lengths[] = { 1, 13, 40000 };

static void
test_sgd (void)
{
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (int mode = 0; mode < 4; mode++)
      {
        size_t n = lengths[l];
        float momentum = mode == 0 ? 0.0f : 0.9f;
        float decay = mode == 3 ? 0.0f : 5e-4f;
        g_auto (KtFloats) expected = kt_random (n, 1);
        g_auto (KtFloats) velocity_expected = rt_floats_new (n);
        g_auto (KtFloats) first = NULL;

        for (int step = 0; step < N_STEPS; step++)
          {
            g_auto (KtFloats) grad = kt_random (n, 100 + step);

            rt_ref_update_sgd (expected, mode == 0 ? NULL : velocity_expected, grad, 0.1f,
                               momentum, mode == 2, decay, n, NULL);
          }
        for (int team = 0; team < KT_N_TEAMS; team++)
          {
            g_auto (KtFloats) param = kt_random (n, 1);
            g_auto (KtFloats) velocity = rt_floats_new (n);

            for (int step = 0; step < N_STEPS; step++)
              {
                g_auto (KtFloats) grad = kt_random (n, 100 + step);

                rt_update_sgd (param, mode == 0 ? NULL : velocity, grad, 0.1f, momentum,
                               mode == 2, decay, n, kt_team (team));
              }
            kt_assert_close (param, expected, n, THRESHOLD);
            kt_assert_close (velocity, velocity_expected, n, THRESHOLD);
            first = first != NULL ? first : kt_copy (param, n);
            kt_assert_same_bits (param, first, n);
          }
      }
}

static void
test_adam (void)
{
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (int decoupled = 0; decoupled < 2; decoupled++)
      {
        size_t n = lengths[l];
        g_auto (KtFloats) expected = kt_random (n, 1);
        g_auto (KtFloats) m_expected = rt_floats_new (n);
        g_auto (KtFloats) v_expected = rt_floats_new (n);
        g_auto (KtFloats) first = NULL;

        for (int step = 1; step <= N_STEPS; step++)
          {
            g_auto (KtFloats) grad = kt_random (n, 100 + step);

            rt_ref_update_adam (expected, m_expected, v_expected, grad, 0.01f, 0.9f, 0.999f, 1e-8f,
                                0.1f, decoupled, step, n, NULL);
          }
        for (int team = 0; team < KT_N_TEAMS; team++)
          {
            g_auto (KtFloats) param = kt_random (n, 1);
            g_auto (KtFloats) m = rt_floats_new (n);
            g_auto (KtFloats) v = rt_floats_new (n);

            for (int step = 1; step <= N_STEPS; step++)
              {
                g_auto (KtFloats) grad = kt_random (n, 100 + step);

                rt_update_adam (param, m, v, grad, 0.01f, 0.9f, 0.999f, 1e-8f, 0.1f, decoupled,
                                step, n, kt_team (team));
              }
            kt_assert_close (param, expected, n, THRESHOLD);
            kt_assert_close (m, m_expected, n, THRESHOLD);
            kt_assert_close (v, v_expected, n, THRESHOLD);
            first = first != NULL ? first : kt_copy (param, n);
            kt_assert_same_bits (param, first, n);
          }
      }
}

/* By hand: the first step of Adam is the rate times the sign of the gradient, whatever its size;
 * two steps of momentum 0.5 on a gradient of 1 go 1 and then 1.5 rates. */
static void
test_known_values (void)
{
  float param[3] = { 1.0f, 2.0f, 3.0f }, m[3] = { 0 }, v[3] = { 0 };
  const float grad[3] = { 5.0f, -0.01f, 1.0f };
  float p = 0.0f, velocity = 0.0f;
  const float one = 1.0f;

  rt_update_adam (param, m, v, grad, 0.1f, 0.9f, 0.999f, 1e-12f, 0.0f, false, 1, 3, NULL);
  g_assert_cmpfloat_with_epsilon (param[0], 0.9f, 1e-5f);
  g_assert_cmpfloat_with_epsilon (param[1], 2.1f, 1e-5f);
  g_assert_cmpfloat_with_epsilon (param[2], 2.9f, 1e-5f);

  for (int i = 0; i < 2; i++)
    rt_update_sgd (&p, &velocity, &one, 0.1f, 0.5f, false, 0.0f, 1, NULL);
  g_assert_cmpfloat_with_epsilon (p, -0.25f, 1e-6f);
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  g_test_add_func ("/update/sgd", test_sgd);
  g_test_add_func ("/update/adam", test_adam);
  g_test_add_func ("/update/known-values", test_known_values);
  return kt_run ();
}
