/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#include <math.h>

#define THRESHOLD 5e-7

/* Smooth functions at a step where differences in float and the fifth derivative are both small. */
#define STEP               0.03
#define GRADIENT_TOLERANCE 2e-4

static const RtActivation all[] = {
  RT_ACTIVATION_NONE, RT_ACTIVATION_RELU, RT_ACTIVATION_RELU6, RT_ACTIVATION_GELU,
  RT_ACTIVATION_SILU, RT_ACTIVATION_HARD_SWISH, RT_ACTIVATION_SIGMOID
};

/* More than one piece and no multiple of a vector. */
static const size_t lengths[] = { 5, 23, 1000, 40001 };

/* Values over the whole range, and none within 0.2 of a kink. */
static KtFloats
make_input (size_t n)
{
  float *x = kt_random (n, 1);

  for (size_t i = 0; i < n; i++)
    {
      static const float kinks[] = { -3.0f, 0.0f, 3.0f, 6.0f };

      x[i] *= 4.0f;
      for (size_t k = 0; k < G_N_ELEMENTS (kinks); k++)
        if (fabsf (x[i] - kinks[k]) < 0.2f)
          x[i] += 0.4f;
    }
  return x;
}

static void
test_forward (void)
{
  for (size_t a = 0; a < G_N_ELEMENTS (all); a++)
    for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
      {
        size_t n = lengths[l];
        g_auto (KtFloats) inp = make_input (n);
        g_auto (KtFloats) expected = rt_floats_new (n);
        g_auto (KtFloats) first = NULL;

        rt_ref_activation_forward (expected, inp, all[a], n, NULL);
        for (int team = 0; team < KT_N_TEAMS; team++)
          {
            g_auto (KtFloats) out = kt_random (n, 2);
            g_auto (KtFloats) in_place = kt_copy (inp, n);

            rt_activation_forward (out, inp, all[a], n, kt_team (team));
            kt_assert_close (out, expected, n, THRESHOLD);
            rt_activation_forward (in_place, in_place, all[a], n, kt_team (team));
            kt_assert_same_bits (in_place, out, n);
            if (first == NULL)
              first = kt_copy (out, n);
            kt_assert_same_bits (first, out, n);
          }
      }
}

static void
test_backward (void)
{
  for (size_t a = 0; a < G_N_ELEMENTS (all); a++)
    for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
      for (int accumulate = 0; accumulate < 2; accumulate++)
        {
          size_t n = lengths[l];
          g_auto (KtFloats) kept = make_input (n);
          g_auto (KtFloats) dout = kt_random (n, 2);
          g_auto (KtFloats) expected = kt_random (n, 3);
          g_auto (KtFloats) first = NULL;

          if (rt_activation_backward_from_output (all[a]))
            rt_ref_activation_forward (kept, kept, all[a], n, NULL);
          rt_ref_activation_backward (expected, dout, kept, all[a], n, accumulate, NULL);
          for (int team = 0; team < KT_N_TEAMS; team++)
            {
              g_auto (KtFloats) dinp = kt_random (n, 3);
              g_auto (KtFloats) in_place = kt_copy (dout, n);

              rt_activation_backward (dinp, dout, kept, all[a], n, accumulate, kt_team (team));
              kt_assert_close (dinp, expected, n, THRESHOLD);
              if (!accumulate)
                {
                  rt_activation_backward (in_place, in_place, kept, all[a], n, false,
                                          kt_team (team));
                  kt_assert_same_bits (in_place, dinp, n);
                }
              if (first == NULL)
                first = kt_copy (dinp, n);
              kt_assert_same_bits (first, dinp, n);
            }
        }
}

typedef struct
{
  RtActivation activation;
  float       *inp, *out;
  size_t       n;
} Case;

static double
loss (void *data)
{
  Case *c = data;

  rt_activation_forward (c->out, c->inp, c->activation, c->n, kt_team (1));
  return kt_project (c->out, c->n);
}

static void
test_gradient (void)
{
  for (size_t a = 0; a < G_N_ELEMENTS (all); a++)
    {
      size_t n = 200;
      g_auto (KtFloats) inp = make_input (n);
      g_auto (KtFloats) out = rt_floats_new (n);
      g_auto (KtFloats) dout = kt_projection (n);
      g_auto (KtFloats) dinp = rt_floats_new (n);
      Case c = { all[a], inp, out, n };

      rt_activation_forward (out, inp, all[a], n, NULL);
      rt_activation_backward (dinp, dout, rt_activation_backward_from_output (all[a]) ? out : inp,
                              all[a], n, false, NULL);
      kt_check_gradient (inp, dinp, n, STEP, GRADIENT_TOLERANCE, loss, &c);
    }
}

/* Far from zero nothing overflows, and what is not a number stays so. */
static void
test_extremes (void)
{
  for (size_t a = 0; a < G_N_ELEMENTS (all); a++)
    {
      float inp[20], out[20];

      for (int i = 0; i < 20; i++)
        inp[i] = (i % 2 ? -1.0f : 1.0f) * powf (10.0f, i - 5.0f);
      rt_activation_forward (out, inp, all[a], 20, NULL);
      for (int i = 0; i < 20; i++)
        g_assert_true (isfinite (out[i]));
      for (int i = 0; i < 20; i++)
        inp[i] = NAN;
      rt_activation_forward (out, inp, all[a], 20, NULL);
      for (int i = 0; i < 20; i++)
        g_assert_true (isnan (out[i]));
    }
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  g_test_add_func ("/activation/forward", test_forward);
  g_test_add_func ("/activation/backward", test_backward);
  g_test_add_func ("/activation/gradient", test_gradient);
  g_test_add_func ("/activation/extremes", test_extremes);
  return kt_run ();
}
