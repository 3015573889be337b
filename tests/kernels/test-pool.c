/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#include <string.h>

#define THRESHOLD 1e-6

/* Piecewise linear: a step that does not change which value is the largest leaves only rounding.
 * Values are whole numbers apart, so two steps of a quarter change no order. */
#define STEP               0.25
#define GRADIENT_TOLERANCE 2e-3

static const RtPoolDims cases[] = {
  /* n, h, w, c, out_h, out_w, kernel, stride, pad_top, pad_left */
  { 3, 8, 8, 16, 4, 4, 2, 2, 0, 0 },
  { 2, 9, 7, 5, 4, 3, 2, 2, 0, 0 },       /* what is left over is not looked at */
  { 2, 11, 12, 9, 6, 6, 3, 2, 1, 1 },     /* windows overlap */
  { 2, 8, 8, 7, 4, 4, 3, 2, 0, 0 },       /* SAME: over the edge below and right only */
  { 1, 6, 6, 3, 6, 6, 3, 1, 1, 1 },
  { 1, 5, 5, 40, 1, 1, 5, 1, 0, 0 },
  { 2, 10, 9, 1, 4, 3, 3, 3, 1, 0 },
};

static size_t
count_inp (const RtPoolDims *d)
{
  return (size_t) d->n * d->h * d->w * d->c;
}

static size_t
count_out (const RtPoolDims *d)
{
  return (size_t) d->n * d->out_h * d->out_w * d->c;
}

static void
test_max (gconstpointer data)
{
  const RtPoolDims *d = data;
  size_t n_inp = count_inp (d), n_out = count_out (d);
  g_auto (KtFloats) inp = kt_random (n_inp, 1);
  g_auto (KtFloats) dout = kt_random (n_out, 2);
  g_auto (KtFloats) expected = rt_floats_new (n_out);
  g_autofree uint8_t *which_expected = g_malloc0 (n_out);

  inp[0] = inp[d->c];   /* equal values: the first counts */
  rt_ref_max_pool_forward (expected, which_expected, inp, d, NULL);
  for (int team = 0; team < KT_N_TEAMS; team++)
    {
      g_auto (KtFloats) out = kt_random (n_out, 3);
      g_autofree uint8_t *which = g_malloc (n_out);

      memset (which, 255, n_out);
      rt_max_pool_forward (out, which, inp, d, kt_team (team));
      kt_assert_same_bits (out, expected, n_out);
      g_assert_cmpmem (which, n_out, which_expected, n_out);
      rt_max_pool_forward (out, NULL, inp, d, kt_team (team));
      kt_assert_same_bits (out, expected, n_out);

      for (int accumulate = 0; accumulate < 2; accumulate++)
        {
          g_auto (KtFloats) dinp = kt_random (n_inp, 4);
          g_auto (KtFloats) dinp_expected = kt_random (n_inp, 4);

          rt_max_pool_backward (dinp, dout, which, accumulate, d, kt_team (team));
          rt_ref_max_pool_backward (dinp_expected, dout, which, accumulate, d, NULL);
          kt_assert_same_bits (dinp, dinp_expected, n_inp);
        }
    }
}

static void
test_average (gconstpointer data)
{
  const RtPoolDims *d = data;
  size_t n_inp = count_inp (d), n_out = count_out (d);
  g_auto (KtFloats) inp = kt_random (n_inp, 1);
  g_auto (KtFloats) dout = kt_random (n_out, 2);
  g_auto (KtFloats) expected = rt_floats_new (n_out);
  g_auto (KtFloats) first = NULL;
  g_auto (KtFloats) first_inp = NULL;

  rt_ref_average_pool_forward (expected, inp, d, NULL);
  for (int team = 0; team < KT_N_TEAMS; team++)
    {
      g_auto (KtFloats) out = kt_random (n_out, 3);

      rt_average_pool_forward (out, inp, d, kt_team (team));
      kt_assert_close (out, expected, n_out, THRESHOLD);
      first = first != NULL ? first : kt_copy (out, n_out);
      kt_assert_same_bits (out, first, n_out);

      for (int accumulate = 1; accumulate >= 0; accumulate--)
        {
          g_auto (KtFloats) dinp = kt_random (n_inp, 4);
          g_auto (KtFloats) dinp_expected = kt_random (n_inp, 4);

          rt_average_pool_backward (dinp, dout, accumulate, d, kt_team (team));
          rt_ref_average_pool_backward (dinp_expected, dout, accumulate, d, NULL);
          kt_assert_close (dinp, dinp_expected, n_inp, THRESHOLD);
          if (accumulate)
            continue;
          first_inp = first_inp != NULL ? first_inp : kt_copy (dinp, n_inp);
          kt_assert_same_bits (dinp, first_inp, n_inp);
        }
    }
}

static void
test_global (void)
{
  static const int shapes[][3] = { { 5, 64, 64 }, { 3, 49, 13 }, { 1, 1, 1 }, { 40, 16, 70 } };

  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      int n = shapes[i][0], pixels = shapes[i][1], channels = shapes[i][2];
      size_t n_inp = (size_t) n * pixels * channels, n_out = (size_t) n * channels;
      g_auto (KtFloats) inp = kt_random (n_inp, 1);
      g_auto (KtFloats) dout = kt_random (n_out, 2);
      g_auto (KtFloats) expected = rt_floats_new (n_out);
      g_auto (KtFloats) first = NULL;

      rt_ref_global_average_pool_forward (expected, inp, n, pixels, channels, NULL);
      for (int team = 0; team < KT_N_TEAMS; team++)
        {
          g_auto (KtFloats) out = kt_random (n_out, 3);

          rt_global_average_pool_forward (out, inp, n, pixels, channels, kt_team (team));
          kt_assert_close (out, expected, n_out, THRESHOLD);
          first = first != NULL ? first : kt_copy (out, n_out);
          kt_assert_same_bits (out, first, n_out);
          for (int accumulate = 0; accumulate < 2; accumulate++)
            {
              g_auto (KtFloats) dinp = kt_random (n_inp, 4);
              g_auto (KtFloats) dinp_expected = kt_random (n_inp, 4);

              rt_global_average_pool_backward (dinp, dout, accumulate, n, pixels, channels,
                                               kt_team (team));
              rt_ref_global_average_pool_backward (dinp_expected, dout, accumulate, n, pixels,
                                                   channels, NULL);
              kt_assert_close (dinp, dinp_expected, n_inp, THRESHOLD);
            }
        }
    }
}

typedef enum { POOL_MAX, POOL_AVERAGE, POOL_GLOBAL } PoolKind;

typedef struct
{
  PoolKind          kind;
  const RtPoolDims *d;
  float            *inp, *out;
  uint8_t          *which;
} Case;

static double
loss (void *data)
{
  Case *c = data;
  const RtPoolDims *d = c->d;

  if (c->kind == POOL_MAX)
    rt_max_pool_forward (c->out, c->which, c->inp, d, kt_team (1));
  else if (c->kind == POOL_AVERAGE)
    rt_average_pool_forward (c->out, c->inp, d, kt_team (1));
  else
    rt_global_average_pool_forward (c->out, c->inp, d->n, d->h * d->w, d->c, kt_team (1));
  return kt_project (c->out, c->kind == POOL_GLOBAL ? (size_t) d->n * d->c : count_out (d));
}

static void
test_gradient (gconstpointer data)
{
  const RtPoolDims *d = data;
  size_t n_inp = count_inp (d);

  for (PoolKind kind = POOL_MAX; kind <= POOL_GLOBAL; kind++)
    {
      size_t n_out = MAX (count_out (d), (size_t) d->n * d->c);
      g_auto (KtFloats) inp = rt_floats_new (n_inp);
      g_auto (KtFloats) out = rt_floats_new (n_out);
      g_auto (KtFloats) dout = kt_projection (n_out);
      g_auto (KtFloats) dinp = kt_random (n_inp, 4);
      g_autofree uint8_t *which = g_malloc (n_out);
      Case c = { kind, d, inp, out, which };

      for (size_t i = 0; i < n_inp; i++)
        inp[i] = (float) (i * 37 % 101);
      loss (&c);
      if (kind == POOL_MAX)
        rt_max_pool_backward (dinp, dout, which, false, d, kt_team (2));
      else if (kind == POOL_AVERAGE)
        rt_average_pool_backward (dinp, dout, false, d, kt_team (2));
      else
        rt_global_average_pool_backward (dinp, dout, false, d->n, d->h * d->w, d->c, kt_team (2));
      kt_check_gradient (inp, dinp, n_inp, STEP, GRADIENT_TOLERANCE, loss, &c);
    }
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const RtPoolDims *d = &cases[i];
      g_autofree char *name
        = g_strdup_printf ("%dx%dx%dx%d-by-%d-stride-%d", d->n, d->h, d->w, d->c, d->kernel,
                           d->stride);
      g_autofree char *max = g_strconcat ("/pool/max/", name, NULL);
      g_autofree char *average = g_strconcat ("/pool/average/", name, NULL);
      g_autofree char *gradient = g_strconcat ("/pool/gradient/", name, NULL);

      g_test_add_data_func (max, d, test_max);
      g_test_add_data_func (average, d, test_average);
      g_test_add_data_func (gradient, d, test_gradient);
    }
  g_test_add_func ("/pool/global", test_global);
  return kt_run ();
}
