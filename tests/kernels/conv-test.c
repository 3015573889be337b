/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "conv-test.h"

#include "rt-arena.h"

/* The function is linear in each argument: only rounding is left. */
#define STEP               2.0
#define GRADIENT_TOLERANCE 2e-5
#define MOST_IMAGES        40

/* What a test is given. Owned by the list of tests, to the end. */
typedef struct
{
  const ConvKernels  *kernels;
  const RtConv2dDims *dims;
} Place;

ConvCase
conv_case_new (const ConvKernels  *k,
               const RtConv2dDims *d,
               int                 team)
{
  ConvCase c = {
    .k = k,
    .d = d,
    .n_inp = (size_t) d->n * d->h * d->w * d->c,
    .n_out = (size_t) d->n * d->out_h * d->out_w * d->out_c,
    .n_weight = (size_t) d->out_c * d->kernel_h * d->kernel_w * d->c / d->groups,
    .n_workspace = k->workspace_size (d, kt_team (team)),
    .team = team,
  };

  c.inp = kt_random (c.n_inp, 1);
  c.weight = kt_random (c.n_weight, 2);
  c.bias = kt_random (d->out_c, 3);
  c.dout = kt_projection (c.n_out);
  c.out = kt_random (c.n_out, 5);
  return c;
}

void
conv_case_clear (ConvCase *c)
{
  kt_floats_clear (&c->inp);
  kt_floats_clear (&c->weight);
  kt_floats_clear (&c->bias);
  kt_floats_clear (&c->dout);
  kt_floats_clear (&c->out);
}

void
conv_case_forward (const ConvCase *c,
                   float          *out,
                   bool            with_bias,
                   RtActivation    activation)
{
  float *workspace = kt_workspace_new (c->n_workspace);

  c->k->forward (out, c->inp, c->weight, with_bias ? c->bias : NULL, activation, c->d,
                 kt_team (c->team), workspace);
  kt_workspace_free (workspace, c->n_workspace);
}

static void
backward (const ConvCase *c,
          float          *dinp,
          float          *dweight,
          float          *dbias,
          bool            accumulate)
{
  float *workspace = kt_workspace_new (c->n_workspace);

  c->k->backward_input (dinp, c->dout, c->weight, accumulate, c->d, kt_team (c->team), workspace);
  kt_workspace_free (workspace, c->n_workspace);
  workspace = kt_workspace_new (c->n_workspace);
  c->k->backward_weight (dweight, dbias, c->dout, c->inp, c->d, kt_team (c->team), workspace);
  kt_workspace_free (workspace, c->n_workspace);
}

static void
test_forward (gconstpointer data)
{
  const Place *place = data;
  const ConvKernels *k = place->kernels;

  for (int mode = 0; mode < 2 * k->n_activations; mode++)
    {
      RtActivation activation = k->activations[mode / 2];
      g_auto (KtFloats) first = NULL;

      for (int team = 0; team < KT_N_TEAMS; team++)
        {
          g_auto (ConvCase) c = conv_case_new (k, place->dims, team);
          g_auto (KtFloats) expected = kt_random (c.n_out, 9);

          conv_case_forward (&c, c.out, mode % 2, activation);
          k->ref_forward (expected, c.inp, c.weight, mode % 2 ? c.bias : NULL, activation, c.d,
                          NULL, NULL);
          kt_assert_close (c.out, expected, c.n_out, k->forward_threshold);
          if (first == NULL)
            first = kt_copy (c.out, c.n_out);
          kt_assert_same_bits (first, c.out, c.n_out);
        }
    }
}

static void
test_backward (gconstpointer data)
{
  const Place *place = data;
  const ConvKernels *k = place->kernels;

  for (int mode = 0; mode < 2; mode++)
    {
      g_auto (KtFloats) first_inp = NULL;
      g_auto (KtFloats) first_weight = NULL;

      for (int team = 0; team < KT_N_TEAMS; team++)
        {
          g_auto (ConvCase) c = conv_case_new (k, place->dims, team);
          g_auto (KtFloats) dinp = kt_random (c.n_inp, 6);
          g_auto (KtFloats) dweight = kt_random (c.n_weight, 7);
          g_auto (KtFloats) dbias = kt_random (c.d->out_c, 8);
          g_auto (KtFloats) dinp_expected = kt_copy (dinp, c.n_inp);
          g_auto (KtFloats) dweight_expected = kt_copy (dweight, c.n_weight);
          g_auto (KtFloats) dbias_expected = kt_copy (dbias, c.d->out_c);

          backward (&c, dinp, dweight, mode ? dbias : NULL, mode);
          k->ref_backward_input (dinp_expected, c.dout, c.weight, mode, c.d, NULL, NULL);
          k->ref_backward_weight (dweight_expected, mode ? dbias_expected : NULL, c.dout, c.inp,
                                  c.d, NULL, NULL);
          kt_assert_close (dinp, dinp_expected, c.n_inp, k->input_threshold);
          kt_assert_close (dweight, dweight_expected, c.n_weight, k->weight_threshold);
          kt_assert_close (dbias, dbias_expected, c.d->out_c, k->weight_threshold);
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
  ConvCase *c = data;

  conv_case_forward (c, c->out, true, RT_ACTIVATION_NONE);
  return kt_project (c->out, c->n_out);
}

static void
test_gradient (gconstpointer data)
{
  const Place *place = data;
  g_auto (ConvCase) c = conv_case_new (place->kernels, place->dims, 1);
  g_auto (KtFloats) dinp = kt_random (c.n_inp, 6);
  g_auto (KtFloats) dweight = rt_floats_new (c.n_weight);
  g_auto (KtFloats) dbias = rt_floats_new (c.d->out_c);

  backward (&c, dinp, dweight, dbias, false);
  kt_check_gradient (c.inp, dinp, c.n_inp, STEP, GRADIENT_TOLERANCE, loss, &c);
  kt_check_gradient (c.weight, dweight, c.n_weight, STEP, GRADIENT_TOLERANCE, loss, &c);
  kt_check_gradient (c.bias, dbias, c.d->out_c, STEP, GRADIENT_TOLERANCE, loss, &c);
}

/* A plan is made for a whole batch, and the last one of an epoch is smaller: what the largest needs
 * is enough for any. */
static void
test_workspace (gconstpointer data)
{
  const Place *place = data;

  for (int team = 0; team < KT_N_TEAMS; team++)
    for (int most = 1; most <= MOST_IMAGES; most++)
      {
        RtConv2dDims d = *place->dims;
        size_t size;

        d.n = most;
        size = place->kernels->workspace_size (&d, kt_team (team));
        for (d.n = 1; d.n < most; d.n++)
          g_assert_cmpuint (place->kernels->workspace_size (&d, kt_team (team)), <=, size);
      }
}

static void
add (const ConvKernels  *k,
     const RtConv2dDims *d,
     const char         *what,
     GTestDataFunc       test)
{
  g_autofree char *path
    = g_strdup_printf ("/%s/%s/%dx%dx%dx%d-to-%dx%dx%d-by-%dx%d-stride-%d-groups-%d", k->name, what,
                       d->n, d->h, d->w, d->c, d->out_h, d->out_w, d->out_c, d->kernel_h,
                       d->kernel_w, d->stride, d->groups);
  Place *place = g_new (Place, 1);

  *place = (Place) { k, d };
  g_test_add_data_func_full (path, place, test, g_free);
}

void
conv_test_add (const ConvKernels  *kernels,
               const RtConv2dDims *dims,
               size_t              n)
{
  for (size_t i = 0; i < n; i++)
    {
      add (kernels, &dims[i], "forward", test_forward);
      add (kernels, &dims[i], "backward", test_backward);
      add (kernels, &dims[i], "gradient", test_gradient);
      add (kernels, &dims[i], "workspace", test_workspace);
    }
}
