/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#include <math.h>
#include <string.h>

#define THRESHOLD 3e-7

#define STEP               0.5
#define GRADIENT_TOLERANCE 1e-5

static const size_t lengths[] = { 1, 9, 1000, 50003 };

static void
test_add (void)
{
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (RtActivation f = RT_ACTIVATION_NONE; f <= RT_ACTIVATION_RELU6; f++)
      {
        size_t n = lengths[l];
        g_auto (KtFloats) a = kt_random (n, 1);
        g_auto (KtFloats) b = kt_random (n, 2);
        g_auto (KtFloats) expected = rt_floats_new (n);

        rt_ref_add_forward (expected, a, b, f, n, NULL);
        for (int team = 0; team < KT_N_TEAMS; team++)
          {
            g_auto (KtFloats) out = kt_random (n, 3);
            g_auto (KtFloats) in_place = kt_copy (b, n);

            rt_add_forward (out, a, b, f, n, kt_team (team));
            kt_assert_same_bits (out, expected, n);
            rt_add_forward (in_place, a, in_place, f, n, kt_team (team));
            kt_assert_same_bits (in_place, expected, n);
          }
      }
}

static void
test_scale (void)
{
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (int accumulate = 0; accumulate < 2; accumulate++)
      {
        size_t n = lengths[l];
        g_auto (KtFloats) inp = kt_random (n, 1);
        g_auto (KtFloats) expected = kt_random (n, 2);
        g_auto (KtFloats) first = NULL;

        rt_ref_scale (expected, inp, -0.7f, accumulate, n, NULL);
        for (int team = 0; team < KT_N_TEAMS; team++)
          {
            g_auto (KtFloats) out = kt_random (n, 2);

            rt_scale (out, inp, -0.7f, accumulate, n, kt_team (team));
            kt_assert_close (out, expected, n, THRESHOLD);
            first = first != NULL ? first : kt_copy (out, n);
            kt_assert_same_bits (out, first, n);
          }
      }
}

static void
test_channels (void)
{
  static const int shapes[][4] = { { 1, 1, 1, 0 }, { 100, 5, 12, 3 }, { 3000, 16, 48, 32 } };

  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      int rows = shapes[i][0], few = shapes[i][1], many = shapes[i][2], offset = shapes[i][3];
      size_t n_few = (size_t) rows * few, n_many = (size_t) rows * many;
      g_auto (KtFloats) inp = kt_random (n_few, 1);
      g_auto (KtFloats) wide = kt_random (n_many, 2);

      for (int team = 0; team < KT_N_TEAMS; team++)
        {
          g_auto (KtFloats) out = kt_copy (wide, n_many);
          g_auto (KtFloats) expected = kt_copy (wide, n_many);

          rt_copy_channels (out, inp, rows, few, many, offset, kt_team (team));
          rt_ref_copy_channels (expected, inp, rows, few, many, offset, NULL);
          kt_assert_same_bits (out, expected, n_many);
          for (int accumulate = 0; accumulate < 2; accumulate++)
            {
              g_auto (KtFloats) taken = kt_copy (inp, n_few);
              g_auto (KtFloats) taken_expected = kt_copy (inp, n_few);

              rt_take_channels (taken, wide, accumulate, rows, few, many, offset, kt_team (team));
              rt_ref_take_channels (taken_expected, wide, accumulate, rows, few, many, offset,
                                    NULL);
              kt_assert_same_bits (taken, taken_expected, n_few);
            }
        }
    }
}

static const int shortcuts[][6] = {
  /* n, h, w, c, stride, out_c */
  { 3, 8, 8, 16, 2, 32 }, { 2, 7, 5, 3, 2, 8 }, { 1, 4, 4, 5, 1, 5 }, { 1, 10, 11, 2, 3, 7 },
};

static void
test_shortcut (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      const int *s = shortcuts[i];
      size_t n_inp = (size_t) s[0] * s[1] * s[2] * s[3];
      size_t n_out = (size_t) s[0] * ((s[1] + s[4] - 1) / s[4]) * ((s[2] + s[4] - 1) / s[4]) * s[5];
      g_auto (KtFloats) inp = kt_random (n_inp, 1);
      g_auto (KtFloats) dout = kt_projection (n_out);
      double forward_dot, backward_dot = 0.0;

      for (int team = 0; team < KT_N_TEAMS; team++)
        {
          g_auto (KtFloats) out = kt_random (n_out, 2);
          g_auto (KtFloats) expected = kt_random (n_out, 3);

          rt_shortcut_forward (out, inp, s[0], s[1], s[2], s[3], s[4], s[5], kt_team (team));
          rt_ref_shortcut_forward (expected, inp, s[0], s[1], s[2], s[3], s[4], s[5], NULL);
          kt_assert_same_bits (out, expected, n_out);
          forward_dot = kt_project (out, n_out);
          for (int accumulate = 1; accumulate >= 0; accumulate--)
            {
              g_auto (KtFloats) dinp = kt_random (n_inp, 4);
              g_auto (KtFloats) dinp_expected = kt_random (n_inp, 4);

              rt_shortcut_backward (dinp, dout, accumulate, s[0], s[1], s[2], s[3], s[4], s[5],
                                    kt_team (team));
              rt_ref_shortcut_backward (dinp_expected, dout, accumulate, s[0], s[1], s[2], s[3],
                                        s[4], s[5], NULL);
              kt_assert_same_bits (dinp, dinp_expected, n_inp);
              backward_dot = 0.0;
              for (size_t j = 0; j < n_inp; j++)
                backward_dot += (double) dinp[j] * inp[j];
            }
          /* A linear function and its transpose: <r, f x> = <f^T r, x>. */
          g_assert_cmpfloat_with_epsilon (forward_dot, backward_dot,
                                          1e-6 * fabs (forward_dot) + 1e-9);
        }
    }
}

static void
test_dropout (void)
{
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (int accumulate = 0; accumulate < 2; accumulate++)
      {
        size_t n = lengths[l];
        g_auto (KtFloats) inp = kt_random (n, 1);
        g_auto (KtFloats) expected = kt_random (n, 2);
        g_auto (KtFloats) first = NULL;
        RtRng rng;

        rt_rng_init (&rng, 3, 4);
        rt_ref_dropout (expected, inp, 0.3f, accumulate, rng, n, NULL);
        for (int team = 0; team < KT_N_TEAMS; team++)
          {
            g_auto (KtFloats) out = kt_random (n, 2);

            rt_dropout (out, inp, 0.3f, accumulate, rng, n, kt_team (team));
            kt_assert_close (out, expected, n, THRESHOLD);
            first = first != NULL ? first : kt_copy (out, n);
            kt_assert_same_bits (out, first, n);
          }
      }
}

/* The share that is dropped, no sign of pairs, and another stream gives another mask. */
static void
test_dropout_statistics (void)
{
  size_t n = 200000, dropped = 0, both = 0, same = 0;
  g_auto (KtFloats) ones = rt_floats_new (n);
  g_auto (KtFloats) out = rt_floats_new (n);
  g_auto (KtFloats) other = rt_floats_new (n);
  RtRng rng;

  for (size_t i = 0; i < n; i++)
    ones[i] = 1.0f;
  rt_rng_init (&rng, 1, 1);
  rt_dropout (out, ones, 0.25f, false, rng, n, NULL);
  rt_rng_init (&rng, 1, 2);
  rt_dropout (other, ones, 0.25f, false, rng, n, NULL);
  for (size_t i = 0; i < n; i++)
    {
      g_assert_true (out[i] == 0.0f || fabsf (out[i] - 4.0f / 3.0f) < 1e-6f);
      dropped += out[i] == 0.0f;
      both += i > 0 && out[i] == 0.0f && out[i - 1] == 0.0f;
      same += out[i] == 0.0f && other[i] == 0.0f;
    }

  /* Five standard deviations of a binomial. */
  g_assert_cmpfloat (fabs ((double) dropped / n - 0.25), <, 0.005);
  g_assert_cmpfloat (fabs ((double) both / n - 0.0625), <, 0.003);
  g_assert_cmpfloat (fabs ((double) same / n - 0.0625), <, 0.003);

  rt_dropout (out, ones, 0.0f, false, rng, n, NULL);
  kt_assert_same_bits (out, ones, n);
}

typedef struct
{
  float *inp, *out;
  size_t n;
} Case;

static double
dropout_loss (void *data)
{
  Case *c = data;
  RtRng rng;

  rt_rng_init (&rng, 3, 4);
  rt_dropout (c->out, c->inp, 0.5f, false, rng, c->n, kt_team (1));
  return kt_project (c->out, c->n);
}

/* Backward is the same call on dout. */
static void
test_dropout_gradient (void)
{
  size_t n = 300;
  g_auto (KtFloats) inp = kt_random (n, 1);
  g_auto (KtFloats) out = rt_floats_new (n);
  g_auto (KtFloats) dout = kt_projection (n);
  g_auto (KtFloats) dinp = rt_floats_new (n);
  Case c = { inp, out, n };
  RtRng rng;

  rt_rng_init (&rng, 3, 4);
  rt_dropout (dinp, dout, 0.5f, false, rng, n, NULL);
  kt_check_gradient (inp, dinp, n, STEP, GRADIENT_TOLERANCE, dropout_loss, &c);
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  g_test_add_func ("/elementwise/add", test_add);
  g_test_add_func ("/elementwise/scale", test_scale);
  g_test_add_func ("/elementwise/channels", test_channels);
  g_test_add_func ("/elementwise/shortcut", test_shortcut);
  g_test_add_func ("/elementwise/dropout", test_dropout);
  g_test_add_func ("/elementwise/dropout-statistics", test_dropout_statistics);
  g_test_add_func ("/elementwise/dropout-gradient", test_dropout_gradient);
  return kt_run ();
}
