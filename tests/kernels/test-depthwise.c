/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#define FORWARD_THRESHOLD 1e-6
#define INPUT_THRESHOLD   1e-6
#define WEIGHT_THRESHOLD  3e-6

/* The function is linear in each argument: only rounding is left. */
#define STEP               2.0
#define GRADIENT_TOLERANCE 2e-5

#define DEPTHWISE(n, h, w, c, oh, ow, kh, kw, s, pt, pl) \
  { n, h, w, c, oh, ow, c, kh, kw, s, pt, pl, c }

static const RtConv2dDims cases[] = {
  DEPTHWISE (3, 8, 8, 16, 8, 8, 3, 3, 1, 1, 1),
  DEPTHWISE (2, 28, 28, 24, 28, 28, 3, 3, 1, 1, 1),
  DEPTHWISE (2, 9, 7, 40, 5, 4, 3, 3, 2, 1, 1),
  DEPTHWISE (2, 8, 8, 32, 4, 4, 3, 3, 2, 0, 0),      /* SAME: padding below and right only */
  DEPTHWISE (2, 14, 14, 20, 14, 14, 5, 5, 1, 2, 2),
  DEPTHWISE (1, 15, 13, 33, 8, 7, 5, 5, 2, 2, 2),
  DEPTHWISE (1, 11, 12, 9, 11, 12, 7, 7, 1, 3, 3),
  DEPTHWISE (2, 5, 6, 8, 5, 6, 1, 1, 1, 0, 0),
  DEPTHWISE (2, 6, 6, 8, 3, 3, 1, 1, 2, 0, 0),       /* pixels that get no gradient */
  DEPTHWISE (1, 1, 1, 3, 1, 1, 3, 3, 1, 1, 1),
  DEPTHWISE (2, 7, 7, 5, 5, 5, 3, 3, 1, 0, 0),
  DEPTHWISE (1, 10, 10, 12, 4, 4, 4, 4, 3, 1, 1),
  DEPTHWISE (40, 4, 4, 16, 4, 4, 3, 3, 1, 1, 1),
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
    .n_out = (size_t) d->n * d->out_h * d->out_w * d->c,
    .n_weight = (size_t) d->kernel_h * d->kernel_w * d->c,
    .n_workspace = rt_depthwise_workspace_size (d, kt_team (team)),
    .team = team,
  };

  c.inp = kt_random (c.n_inp, 1);
  c.weight = kt_random (c.n_weight, 2);
  c.bias = kt_random (d->c, 3);
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

  rt_depthwise_forward (out, c->inp, c->weight, with_bias ? c->bias : NULL, activation, c->d,
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

  rt_depthwise_backward_input (dinp, c->dout, c->weight, accumulate, c->d, kt_team (c->team),
                               workspace);
  kt_workspace_free (workspace, c->n_workspace);
  workspace = kt_workspace_new (c->n_workspace);
  rt_depthwise_backward_weight (dweight, dbias, c->dout, c->inp, c->d, kt_team (c->team),
                                workspace);
  kt_workspace_free (workspace, c->n_workspace);
}

static void
test_forward (gconstpointer data)
{
  for (int mode = 0; mode < 3; mode++)
    {
      static const RtActivation activations[] = {
        RT_ACTIVATION_NONE, RT_ACTIVATION_RELU6, RT_ACTIVATION_HARD_SWISH
      };
      g_auto (KtFloats) first = NULL;

      for (int team = 0; team < KT_N_TEAMS; team++)
        {
          g_auto (Case) c = case_new (data, team);
          g_auto (KtFloats) expected = kt_random (c.n_out, 9);

          forward (&c, c.out, mode > 0, activations[mode]);
          rt_ref_depthwise_forward (expected, c.inp, c.weight, mode > 0 ? c.bias : NULL,
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
          g_auto (KtFloats) dbias = kt_random (c.d->c, 8);
          g_auto (KtFloats) dinp_expected = kt_copy (dinp, c.n_inp);
          g_auto (KtFloats) dweight_expected = kt_copy (dweight, c.n_weight);
          g_auto (KtFloats) dbias_expected = kt_copy (dbias, c.d->c);

          backward (&c, dinp, dweight, mode ? dbias : NULL, mode);
          rt_ref_depthwise_backward_input (dinp_expected, c.dout, c.weight, mode, c.d, NULL, NULL);
          rt_ref_depthwise_backward_weight (dweight_expected, mode ? dbias_expected : NULL, c.dout,
                                            c.inp, c.d, NULL, NULL);
          kt_assert_close (dinp, dinp_expected, c.n_inp, INPUT_THRESHOLD);
          kt_assert_close (dweight, dweight_expected, c.n_weight, WEIGHT_THRESHOLD);
          kt_assert_close (dbias, dbias_expected, c.d->c, WEIGHT_THRESHOLD);
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
  g_auto (KtFloats) dbias = rt_floats_new (c.d->c);

  backward (&c, dinp, dweight, dbias, false);
  kt_check_gradient (c.inp, dinp, c.n_inp, STEP, GRADIENT_TOLERANCE, loss, &c);
  kt_check_gradient (c.weight, dweight, c.n_weight, STEP, GRADIENT_TOLERANCE, loss, &c);
  kt_check_gradient (c.bias, dbias, c.d->c, STEP, GRADIENT_TOLERANCE, loss, &c);
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
        = g_strdup_printf ("%dx%dx%dx%d-to-%dx%d-by-%dx%d-stride-%d", d->n, d->h, d->w, d->c,
                           d->out_h, d->out_w, d->kernel_h, d->kernel_w, d->stride);
      g_autofree char *forward_path = g_strconcat ("/depthwise/forward/", name, NULL);
      g_autofree char *backward_path = g_strconcat ("/depthwise/backward/", name, NULL);
      g_autofree char *gradient_path = g_strconcat ("/depthwise/gradient/", name, NULL);

      g_test_add_data_func (forward_path, d, test_forward);
      g_test_add_data_func (backward_path, d, test_backward);
      g_test_add_data_func (gradient_path, d, test_gradient);
    }
  return kt_run ();
}
