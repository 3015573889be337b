/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"

#define THRESHOLD 3e-6

#define STEP               2.0
#define GRADIENT_TOLERANCE 2e-5

static const struct
{
  int rows, in, out;
} cases[] = {
  { 1, 1, 1 }, { 7, 5, 3 }, { 32, 64, 10 }, { 65, 257, 63 }, { 128, 784, 300 }, { 130, 33, 520 },
};

typedef struct
{
  int    rows, in, out;
  int    team;
  float *inp, *weight, *bias, *dout, *result;
} Case;

static Case
case_new (int index,
          int team)
{
  Case c = { cases[index].rows, cases[index].in, cases[index].out, team };

  c.inp = kt_random ((size_t) c.rows * c.in, 1);
  c.weight = kt_random ((size_t) c.out * c.in, 2);
  c.bias = kt_random (c.out, 3);
  c.dout = kt_projection ((size_t) c.rows * c.out);
  c.result = kt_random ((size_t) c.rows * c.out, 5);
  return c;
}

static void
case_clear (Case *c)
{
  kt_floats_clear (&c->inp);
  kt_floats_clear (&c->weight);
  kt_floats_clear (&c->bias);
  kt_floats_clear (&c->dout);
  kt_floats_clear (&c->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static void
forward (Case        *c,
         const float *bias)
{
  size_t size = rt_linear_workspace_size (c->rows, c->in, c->out, kt_team (c->team));
  float *workspace = kt_workspace_new (size);

  rt_linear_forward (c->result, c->inp, c->weight, bias, c->rows, c->in, c->out,
                     kt_team (c->team), workspace);
  kt_workspace_free (workspace, size);
}

static void
backward (const Case *c,
          float      *dinp,
          float      *dweight,
          float      *dbias,
          bool        accumulate)
{
  size_t size = rt_linear_workspace_size (c->rows, c->in, c->out, kt_team (c->team));
  float *workspace = kt_workspace_new (size);

  rt_linear_backward_input (dinp, c->dout, c->weight, accumulate, c->rows, c->in, c->out,
                            kt_team (c->team), workspace);
  rt_linear_backward_weight (dweight, dbias, c->dout, c->inp, c->rows, c->in, c->out,
                             kt_team (c->team), workspace);
  kt_workspace_free (workspace, size);
}

static void
test_forward (void)
{
  for (int i = 0; i < (int) G_N_ELEMENTS (cases); i++)
    for (int biased = 0; biased < 2; biased++)
      {
        g_auto (KtFloats) first = NULL;

        for (int team = 0; team < KT_N_TEAMS; team++)
          {
            g_auto (Case) c = case_new (i, team);
            size_t n = (size_t) c.rows * c.out;
            g_auto (KtFloats) expected = kt_random (n, 9);

            forward (&c, biased ? c.bias : NULL);
            rt_ref_linear_forward (expected, c.inp, c.weight, biased ? c.bias : NULL, c.rows, c.in,
                                   c.out, NULL, NULL);
            kt_assert_close (c.result, expected, n, THRESHOLD);
            if (first == NULL)
              first = kt_copy (c.result, n);
            kt_assert_same_bits (first, c.result, n);
          }
      }
}

static void
test_backward (void)
{
  for (int i = 0; i < (int) G_N_ELEMENTS (cases); i++)
    for (int mode = 0; mode < 2; mode++)
      {
        g_auto (KtFloats) first_inp = NULL;
        g_auto (KtFloats) first_weight = NULL;

        for (int team = 0; team < KT_N_TEAMS; team++)
          {
            g_auto (Case) c = case_new (i, team);
            size_t n_inp = (size_t) c.rows * c.in, n_weight = (size_t) c.out * c.in;
            g_auto (KtFloats) dinp = kt_random (n_inp, 6);
            g_auto (KtFloats) dweight = kt_random (n_weight, 7);
            g_auto (KtFloats) dbias = kt_random (c.out, 8);
            g_auto (KtFloats) dinp_expected = kt_copy (dinp, n_inp);
            g_auto (KtFloats) dweight_expected = kt_copy (dweight, n_weight);
            g_auto (KtFloats) dbias_expected = kt_copy (dbias, c.out);

            backward (&c, dinp, dweight, mode ? dbias : NULL, mode);
            rt_ref_linear_backward_input (dinp_expected, c.dout, c.weight, mode, c.rows, c.in,
                                          c.out, NULL, NULL);
            rt_ref_linear_backward_weight (dweight_expected, mode ? dbias_expected : NULL, c.dout,
                                           c.inp, c.rows, c.in, c.out, NULL, NULL);
            kt_assert_close (dinp, dinp_expected, n_inp, THRESHOLD);
            kt_assert_close (dweight, dweight_expected, n_weight, THRESHOLD);
            kt_assert_close (dbias, dbias_expected, c.out, THRESHOLD);
            if (first_inp == NULL)
              {
                first_inp = kt_copy (dinp, n_inp);
                first_weight = kt_copy (dweight, n_weight);
              }
            kt_assert_same_bits (first_inp, dinp, n_inp);
            kt_assert_same_bits (first_weight, dweight, n_weight);
          }
      }
}

static double
loss (void *data)
{
  Case *c = data;

  forward (c, c->bias);
  return kt_project (c->result, (size_t) c->rows * c->out);
}

static void
test_gradient (void)
{
  for (int i = 0; i < (int) G_N_ELEMENTS (cases); i++)
    {
      g_auto (Case) c = case_new (i, 1);
      size_t n_inp = (size_t) c.rows * c.in, n_weight = (size_t) c.out * c.in;
      g_auto (KtFloats) dinp = kt_random (n_inp, 6);
      g_auto (KtFloats) dweight = rt_floats_new (n_weight);
      g_auto (KtFloats) dbias = rt_floats_new (c.out);

      backward (&c, dinp, dweight, dbias, false);
      kt_check_gradient (c.inp, dinp, n_inp, STEP, GRADIENT_TOLERANCE, loss, &c);
      kt_check_gradient (c.weight, dweight, n_weight, STEP, GRADIENT_TOLERANCE, loss, &c);
      kt_check_gradient (c.bias, dbias, c.out, STEP, GRADIENT_TOLERANCE, loss, &c);
    }
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  g_test_add_func ("/linear/forward", test_forward);
  g_test_add_func ("/linear/backward", test_backward);
  g_test_add_func ("/linear/gradient", test_gradient);
  return kt_run ();
}
