/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#include <math.h>

/* Sums in float against sums in double: of up to 2700 products, each rounded to 6e-8, whose errors
 * grow as the root of their number. */
#define FORWARD_THRESHOLD 3e-6
#define INPUT_THRESHOLD   3e-6
#define WEIGHT_THRESHOLD  3e-6

/* The function is linear in each argument: only rounding is left. */
#define STEP               2.0
#define GRADIENT_TOLERANCE 2e-5

static const RtConv2dDims cases[] = {
  /* n, h, w, c, out_h, out_w, out_c, kernel, stride, pad_top, pad_left, groups */
  { 5, 8, 8, 16, 8, 8, 16, 3, 3, 1, 1, 1, 1 },
  { 3, 32, 32, 16, 32, 32, 16, 3, 3, 1, 1, 1, 1 },
  { 2, 32, 32, 3, 32, 32, 16, 3, 3, 1, 1, 1, 1 },      /* a stem */
  { 2, 16, 16, 32, 16, 16, 32, 3, 3, 1, 1, 1, 1 },
  { 3, 8, 8, 64, 8, 8, 64, 3, 3, 1, 1, 1, 1 },
  { 3, 9, 7, 16, 5, 4, 32, 3, 3, 2, 1, 1, 1 },         /* odd sides, stride 2 */
  { 2, 8, 8, 16, 4, 4, 32, 3, 3, 2, 0, 0, 1 },         /* SAME: padding below and right only */
  { 2, 32, 32, 16, 16, 16, 32, 3, 3, 2, 1, 1, 1 },
  { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1 },
  { 1, 1, 1, 5, 1, 1, 7, 3, 3, 1, 1, 1, 1 },           /* nothing but border */
  { 4, 7, 7, 16, 7, 7, 48, 1, 1, 1, 0, 0, 1 },
  { 4, 7, 5, 13, 7, 5, 21, 1, 1, 1, 0, 0, 1 },         /* no multiple of a vector */
  { 4, 8, 8, 16, 4, 4, 32, 1, 1, 2, 0, 0, 1 },         /* pixels that get no gradient */
  { 2, 12, 11, 5, 12, 11, 6, 5, 5, 1, 2, 2, 1 },
  { 2, 28, 28, 1, 24, 24, 6, 5, 5, 1, 0, 0, 1 },       /* no padding */
  { 2, 14, 14, 6, 10, 10, 16, 5, 5, 1, 0, 0, 1 },
  { 1, 21, 19, 3, 11, 10, 17, 7, 7, 2, 3, 3, 1 },
  { 1, 15, 15, 4, 5, 5, 9, 7, 7, 3, 3, 3, 1 },         /* stride 3 */
  { 2, 6, 6, 12, 6, 6, 8, 3, 3, 1, 1, 1, 4 },          /* groups */
  { 2, 7, 6, 32, 4, 3, 64, 3, 3, 2, 1, 1, 2 },
  { 2, 5, 9, 10, 5, 9, 10, 1, 3, 1, 0, 1, 1 },         /* a flat kernel */
  { 1, 6, 600, 3, 6, 600, 4, 3, 3, 1, 1, 1, 1 },       /* rows longer than a block */
  { 2, 4, 4, 300, 4, 4, 150, 3, 3, 1, 1, 1, 1 },       /* deeper than one pass, split panels */
  { 40, 3, 3, 8, 3, 3, 8, 3, 3, 1, 1, 1, 1 },          /* several images in a block */
  { 2, 8, 8, 6, 2, 2, 10, 4, 4, 4, 0, 0, 1 },          /* patches */
};

typedef struct
{
  const RtConv2dDims *d;
  size_t              n_inp, n_out, n_weight;
  size_t              n_workspace;
  float              *inp, *weight, *bias, *dout, *out;
  int                 team;
} Case;

static Case
case_new (const RtConv2dDims *d,
          int                 team)
{
  Case c = {
    .d = d,
    .n_inp = (size_t) d->n * d->h * d->w * d->c,
    .n_out = (size_t) d->n * d->out_h * d->out_w * d->out_c,
    .n_weight = (size_t) d->out_c * d->kernel_h * d->kernel_w * d->c / d->groups,
    .n_workspace = rt_conv2d_workspace_size (d, kt_team (team)),
    .team = team,
  };

  c.inp = kt_random (c.n_inp, 1);
  c.weight = kt_random (c.n_weight, 2);
  c.bias = kt_random (d->out_c, 3);
  c.dout = kt_projection (c.n_out);
  c.out = kt_random (c.n_out, 5);
  return c;
}

static void
case_clear (Case *c)
{
  kt_floats_clear (&c->inp);
  kt_floats_clear (&c->weight);
  kt_floats_clear (&c->bias);
  kt_floats_clear (&c->dout);
  kt_floats_clear (&c->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static void
forward (const Case   *c,
         float        *out,
         bool          with_bias,
         RtActivation  activation)
{
  float *workspace = kt_workspace_new (c->n_workspace);

  rt_conv2d_forward (out, c->inp, c->weight, with_bias ? c->bias : NULL, activation, c->d,
                     kt_team (c->team), workspace);
  kt_workspace_free (workspace, c->n_workspace);
}

static void
backward (const Case *c,
          float      *dinp,
          float      *dweight,
          float      *dbias,
          bool        accumulate)
{
  float *workspace = kt_workspace_new (c->n_workspace);

  rt_conv2d_backward_input (dinp, c->dout, c->weight, accumulate, c->d, kt_team (c->team),
                            workspace);
  kt_workspace_free (workspace, c->n_workspace);
  workspace = kt_workspace_new (c->n_workspace);
  rt_conv2d_backward_weight (dweight, dbias, c->dout, c->inp, c->d, kt_team (c->team), workspace);
  kt_workspace_free (workspace, c->n_workspace);
}

static void
test_forward (gconstpointer data)
{
  for (int mode = 0; mode < 4; mode++)
    {
      static const RtActivation activations[] = {
        RT_ACTIVATION_NONE, RT_ACTIVATION_RELU, RT_ACTIVATION_RELU6, RT_ACTIVATION_SILU
      };
      g_auto (KtFloats) first = NULL;

      for (int team = 0; team < KT_N_TEAMS; team++)
        {
          g_auto (Case) c = case_new (data, team);
          g_auto (KtFloats) expected = kt_random (c.n_out, 9);

          forward (&c, c.out, mode % 2, activations[mode]);
          rt_ref_conv2d_forward (expected, c.inp, c.weight, mode % 2 ? c.bias : NULL,
                                 activations[mode], c.d, NULL, NULL);
          kt_assert_close (c.out, expected, c.n_out, FORWARD_THRESHOLD);
          if (first == NULL)
            first = kt_copy (c.out, c.n_out);
          kt_assert_same_bits (first, c.out, c.n_out);
        }
    }
}

static void
test_backward (gconstpointer data)
{
  for (int mode = 0; mode < 2; mode++)
    {
      g_auto (KtFloats) first_inp = NULL;
      g_auto (KtFloats) first_weight = NULL;

      for (int team = 0; team < KT_N_TEAMS; team++)
        {
          g_auto (Case) c = case_new (data, team);
          g_auto (KtFloats) dinp = kt_random (c.n_inp, 6);
          g_auto (KtFloats) dweight = kt_random (c.n_weight, 7);
          g_auto (KtFloats) dbias = kt_random (c.d->out_c, 8);
          g_auto (KtFloats) dinp_expected = kt_copy (dinp, c.n_inp);
          g_auto (KtFloats) dweight_expected = kt_copy (dweight, c.n_weight);
          g_auto (KtFloats) dbias_expected = kt_copy (dbias, c.d->out_c);

          backward (&c, dinp, dweight, mode ? dbias : NULL, mode);
          rt_ref_conv2d_backward_input (dinp_expected, c.dout, c.weight, mode, c.d, NULL, NULL);
          rt_ref_conv2d_backward_weight (dweight_expected, mode ? dbias_expected : NULL, c.dout,
                                         c.inp, c.d, NULL, NULL);
          kt_assert_close (dinp, dinp_expected, c.n_inp, INPUT_THRESHOLD);
          kt_assert_close (dweight, dweight_expected, c.n_weight, WEIGHT_THRESHOLD);
          kt_assert_close (dbias, dbias_expected, c.d->out_c, WEIGHT_THRESHOLD);
          if (first_inp == NULL)
            {
              first_inp = kt_copy (dinp, c.n_inp);
              first_weight = kt_copy (dweight, c.n_weight);
            }
          kt_assert_same_bits (first_inp, dinp, c.n_inp);
          kt_assert_same_bits (first_weight, dweight, c.n_weight);
        }
    }
}

static double
loss (void *data)
{
  Case *c = data;

  forward (c, c->out, true, RT_ACTIVATION_NONE);
  return kt_project (c->out, c->n_out);
}

static void
test_gradient (gconstpointer data)
{
  g_auto (Case) c = case_new (data, 1);
  g_auto (KtFloats) dinp = kt_random (c.n_inp, 6);
  g_auto (KtFloats) dweight = rt_floats_new (c.n_weight);
  g_auto (KtFloats) dbias = rt_floats_new (c.d->out_c);

  backward (&c, dinp, dweight, dbias, false);
  kt_check_gradient (c.inp, dinp, c.n_inp, STEP, GRADIENT_TOLERANCE, loss, &c);
  kt_check_gradient (c.weight, dweight, c.n_weight, STEP, GRADIENT_TOLERANCE, loss, &c);
  kt_check_gradient (c.bias, dbias, c.d->out_c, STEP, GRADIENT_TOLERANCE, loss, &c);
}

/* One NaN in the input must show in the output: the padding must not hide it, nor the gradient. */
static void
test_nan_shows (void)
{
  g_auto (Case) c = case_new (&cases[0], 0);

  c.inp[17] = NAN;
  forward (&c, c.out, false, RT_ACTIVATION_RELU);
  g_assert_true (isnan (kt_project (c.out, c.n_out)));
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const RtConv2dDims *d = &cases[i];
      g_autofree char *name
        = g_strdup_printf ("%dx%dx%dx%d-to-%dx%dx%d-by-%dx%d-stride-%d-groups-%d", d->n, d->h, d->w,
                           d->c, d->out_h, d->out_w, d->out_c, d->kernel_h, d->kernel_w, d->stride,
                           d->groups);
      g_autofree char *forward_path = g_strconcat ("/conv2d/forward/", name, NULL);
      g_autofree char *backward_path = g_strconcat ("/conv2d/backward/", name, NULL);
      g_autofree char *gradient_path = g_strconcat ("/conv2d/gradient/", name, NULL);

      g_test_add_data_func (forward_path, d, test_forward);
      g_test_add_data_func (backward_path, d, test_backward);
      g_test_add_data_func (gradient_path, d, test_gradient);
    }
  g_test_add_func ("/conv2d/nan-shows", test_nan_shows);
  return kt_run ();
}
