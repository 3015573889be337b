/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#include <math.h>

/* Means are up to 40 standard deviations from zero, and x * scale + shift in float rounds what is
 * as large as the mean: 40 * 6e-8, and as much again for the shift. */
#define FORWARD_THRESHOLD  5e-6
#define BACKWARD_THRESHOLD 5e-6

#define STEP               0.05
#define GRADIENT_TOLERANCE 2e-3

#define EPS      1e-5f
#define MOMENTUM 0.1f

static const struct
{
  int rows, channels;
} cases[] = {
  { 7, 1 }, { 5, 3 }, { 64, 16 }, { 1000, 16 }, { 2051, 32 }, { 640, 64 }, { 77, 24 }, { 333, 10 },
  { 100, 33 }, { 50, 257 }, { 49, 512 }, { 300, 144 }, { 9001, 5 },
};

static const RtActivation fused[] = { RT_ACTIVATION_NONE, RT_ACTIVATION_RELU, RT_ACTIVATION_RELU6 };

/* Everything that goes in and comes out of both directions. */
typedef struct
{
  int          rows, channels, team;
  size_t       n;
  RtActivation activation;
  bool         with_residual;
  bool         infer;
  float       *inp, *residual, *weight, *bias, *dout;
  float       *out, *mean, *inv_std, *running_mean, *running_var;
  float       *dinp, *dresidual, *dweight, *dbias;
} Case;

static Case
case_new (int          rows,
          int          channels,
          int          team,
          RtActivation activation,
          bool         with_residual,
          bool         infer)
{
  size_t n = (size_t) rows * channels;
  Case c = {
    .rows = rows, .channels = channels, .team = team, .n = n, .activation = activation,
    .with_residual = with_residual, .infer = infer,
    .inp = kt_random (n, 1), .residual = kt_random (n, 2), .weight = kt_random (channels, 3),
    .bias = kt_random (channels, 4), .dout = kt_projection (n), .out = kt_random (n, 6),
    .mean = kt_random (channels, 7), .inv_std = kt_random (channels, 8),
    .running_mean = kt_random (channels, 9), .running_var = kt_random (channels, 10),
    .dinp = kt_random (n, 11), .dresidual = kt_random (n, 12),
    .dweight = kt_random (channels, 13), .dbias = kt_random (channels, 14),
  };

  /* A mean far from zero: the variance must not drown in it. */
  for (size_t i = 0; i < n; i++)
    c.inp[i] = c.inp[i] * (1.0f + i % channels) + 20.0f * (float) (i % channels % 3);
  for (int i = 0; i < channels; i++)
    c.running_var[i] = 0.5f + fabsf (c.running_var[i]);
  return c;
}

static void
case_clear (Case *c)
{
  float **all[] = {
    &c->inp, &c->residual, &c->weight, &c->bias, &c->dout, &c->out, &c->mean, &c->inv_std,
    &c->running_mean, &c->running_var, &c->dinp, &c->dresidual, &c->dweight, &c->dbias
  };

  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    kt_floats_clear (all[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static void
forward (Case *c)
{
  size_t size = rt_batch_norm_workspace_size (c->rows, c->channels, kt_team (c->team));
  float *workspace = kt_workspace_new (size);
  const float *residual = c->with_residual ? c->residual : NULL;

  if (c->infer)
    rt_batch_norm_forward_infer (c->out, c->inp, c->weight, c->bias, c->running_mean,
                                 c->running_var, residual, c->activation, EPS, c->rows,
                                 c->channels, kt_team (c->team));
  else
    rt_batch_norm_forward_train (c->out, c->mean, c->inv_std, c->running_mean, c->running_var,
                                 c->inp, c->weight, c->bias, residual, c->activation, EPS,
                                 MOMENTUM, c->rows, c->channels, kt_team (c->team), workspace);
  kt_workspace_free (workspace, size);
}

static void
ref_forward (Case *c)
{
  const float *residual = c->with_residual ? c->residual : NULL;

  if (c->infer)
    rt_ref_batch_norm_forward_infer (c->out, c->inp, c->weight, c->bias, c->running_mean,
                                     c->running_var, residual, c->activation, EPS, c->rows,
                                     c->channels, NULL);
  else
    rt_ref_batch_norm_forward_train (c->out, c->mean, c->inv_std, c->running_mean, c->running_var,
                                     c->inp, c->weight, c->bias, residual, c->activation, EPS,
                                     MOMENTUM, c->rows, c->channels, NULL, NULL);
}

static void
backward (Case *c,
          bool  accumulate,
          bool  with_inp,
          bool  with_params)
{
  size_t size = rt_batch_norm_workspace_size (c->rows, c->channels, kt_team (c->team));
  float *workspace = kt_workspace_new (size);
  float *dinp = with_inp ? c->dinp : NULL;
  float *dresidual = c->with_residual ? c->dresidual : NULL;
  const float *out = c->activation != RT_ACTIVATION_NONE ? c->out : NULL;

  if (c->infer)
    rt_batch_norm_backward_infer (dinp, dresidual, with_params ? c->dweight : NULL,
                                  with_params ? c->dbias : NULL, c->dout, out, c->inp, c->weight,
                                  c->running_mean, c->running_var, accumulate, accumulate,
                                  c->activation, EPS, c->rows, c->channels, kt_team (c->team),
                                  workspace);
  else
    rt_batch_norm_backward_train (dinp, dresidual, with_params ? c->dweight : NULL,
                                  with_params ? c->dbias : NULL, c->dout, out, c->inp, c->weight,
                                  c->mean, c->inv_std, accumulate, accumulate, c->activation,
                                  c->rows, c->channels, kt_team (c->team), workspace);
  kt_workspace_free (workspace, size);
}

static void
ref_backward (Case *c,
              bool  accumulate,
              bool  with_inp,
              bool  with_params)
{
  float *dinp = with_inp ? c->dinp : NULL;
  float *dresidual = c->with_residual ? c->dresidual : NULL;
  const float *out = c->activation != RT_ACTIVATION_NONE ? c->out : NULL;

  if (c->infer)
    rt_ref_batch_norm_backward_infer (dinp, dresidual, with_params ? c->dweight : NULL,
                                      with_params ? c->dbias : NULL, c->dout, out, c->inp,
                                      c->weight, c->running_mean, c->running_var, accumulate,
                                      accumulate, c->activation, EPS, c->rows, c->channels, NULL,
                                      NULL);
  else
    rt_ref_batch_norm_backward_train (dinp, dresidual, with_params ? c->dweight : NULL,
                                      with_params ? c->dbias : NULL, c->dout, out, c->inp,
                                      c->weight, c->mean, c->inv_std, accumulate, accumulate,
                                      c->activation, c->rows, c->channels, NULL, NULL);
}

static void
compare_one (int          index,
             RtActivation activation,
             bool         with_residual,
             bool         infer)
{
  int rows = cases[index].rows, channels = cases[index].channels;
  g_auto (Case) kept = case_new (rows, channels, 0, activation, with_residual, infer);

  forward (&kept);
  for (int team = 0; team < KT_N_TEAMS; team++)
    {
      g_auto (Case) c = case_new (rows, channels, team, activation, with_residual, infer);
      g_auto (Case) r = { 0 };

      forward (&c);
      kt_assert_same_bits (c.out, kept.out, c.n);
      kt_assert_same_bits (c.running_var, kept.running_var, channels);
      if (team > 0)
        continue;
      r = case_new (rows, channels, team, activation, with_residual, infer);
      ref_forward (&r);
      kt_assert_close (c.out, r.out, c.n, FORWARD_THRESHOLD);
      kt_assert_close (c.mean, r.mean, channels, FORWARD_THRESHOLD);
      kt_assert_close (c.inv_std, r.inv_std, channels, FORWARD_THRESHOLD);
      kt_assert_close (c.running_mean, r.running_mean, channels, FORWARD_THRESHOLD);
      kt_assert_close (c.running_var, r.running_var, channels, FORWARD_THRESHOLD);
    }
}

static void
compare_backward (int          index,
                  RtActivation activation,
                  bool         with_residual,
                  bool         infer,
                  int          mode)
{
  int rows = cases[index].rows, channels = cases[index].channels;
  bool accumulate = mode & 1, with_inp = mode != 2, with_params = mode != 3;
  g_auto (KtFloats) first_inp = NULL;
  g_auto (KtFloats) first_weight = NULL;
  g_auto (Case) r = case_new (rows, channels, 0, activation, with_residual, infer);

  forward (&r);
  ref_backward (&r, accumulate, with_inp, with_params);
  for (int team = 0; team < KT_N_TEAMS; team++)
    {
      g_auto (Case) c = case_new (rows, channels, team, activation, with_residual, infer);

      /* Both see the same forward pass, so that values at a kink are the same ones. */
      forward (&c);
      backward (&c, accumulate, with_inp, with_params);
      kt_assert_close (c.dinp, r.dinp, c.n, BACKWARD_THRESHOLD);
      kt_assert_close (c.dresidual, r.dresidual, c.n, BACKWARD_THRESHOLD);
      kt_assert_close (c.dweight, r.dweight, channels, BACKWARD_THRESHOLD);
      kt_assert_close (c.dbias, r.dbias, channels, BACKWARD_THRESHOLD);
      if (first_inp == NULL)
        {
          first_inp = kt_copy (c.dinp, c.n);
          first_weight = kt_copy (c.dweight, channels);
        }
      kt_assert_same_bits (first_inp, c.dinp, c.n);
      kt_assert_same_bits (first_weight, c.dweight, channels);
    }
}

static void
test_twin (gconstpointer infer)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (size_t a = 0; a < G_N_ELEMENTS (fused); a++)
      for (int residual = (i + a) % 2; residual < 2; residual += 2)
        {
          compare_one (i, fused[a], residual, infer != NULL);
          for (int mode = 0; mode < 4; mode++)
            compare_backward (i, fused[a], residual, infer != NULL, mode);
        }
}

/* dinp may be dout. */
static void
test_in_place (void)
{
  for (int infer = 0; infer < 2; infer++)
    {
      g_auto (Case) c = case_new (300, 24, 1, RT_ACTIVATION_RELU, true, infer);
      g_auto (KtFloats) apart = NULL;

      forward (&c);
      backward (&c, false, true, true);
      apart = kt_copy (c.dinp, c.n);
      rt_floats_free (c.dinp);
      c.dinp = c.dout;
      backward (&c, false, true, true);
      kt_assert_same_bits (apart, c.dinp, c.n);
      c.dinp = NULL;
    }
}

static double
loss (void *data)
{
  Case *c = data;

  forward (c);
  return kt_project (c->out, c->n);
}

static void
test_gradient (gconstpointer infer)
{
  for (size_t i = 1; i < 4; i++)
    {
      g_auto (Case) c = case_new (cases[i].rows, cases[i].channels, 1, RT_ACTIVATION_NONE, true,
                                  infer != NULL);

      for (size_t at = 0; at < c.n; at++)
        c.inp[at] = c.inp[at] / 20.0f;
      for (int k = 0; k < c.channels; k++)
        c.dweight[k] = c.dbias[k] = 0.0f;
      forward (&c);
      backward (&c, false, true, true);
      kt_check_gradient (c.inp, c.dinp, c.n, STEP / 20.0, GRADIENT_TOLERANCE, loss, &c);
      kt_check_gradient (c.residual, c.dresidual, c.n, STEP, GRADIENT_TOLERANCE, loss, &c);
      kt_check_gradient (c.weight, c.dweight, c.channels, STEP, GRADIENT_TOLERANCE, loss, &c);
      kt_check_gradient (c.bias, c.dbias, c.channels, STEP, GRADIENT_TOLERANCE, loss, &c);
    }
}

/* As for a convolution: a smaller batch is cut into more pieces here and there. */
static void
test_workspace (void)
{
  static const int channels[] = { 1, 24, 64, 512, 2048 };

  for (size_t i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      size_t before = 0;

      for (int rows = 1; rows < 3000; rows++)
        {
          size_t size = rt_batch_norm_workspace_size (rows, channels[i], NULL);

          g_assert_cmpuint (size, >=, before);
          before = size;
        }
    }
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  g_test_add_data_func ("/batch-norm/twin/train", NULL, test_twin);
  g_test_add_data_func ("/batch-norm/twin/infer", "infer", test_twin);
  g_test_add_func ("/batch-norm/in-place", test_in_place);
  g_test_add_func ("/batch-norm/workspace", test_workspace);
  g_test_add_data_func ("/batch-norm/gradient/train", NULL, test_gradient);
  g_test_add_data_func ("/batch-norm/gradient/infer", "infer", test_gradient);
  return kt_run ();
}
