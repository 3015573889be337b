/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "conv-test.h"

#include <math.h>

/* Sums in float against sums in double: of up to 2700 products, each rounded to 6e-8, whose errors
 * grow as the root of their number. */
static const ConvKernels kernels = {
  .name = "conv2d",
  .workspace_size = rt_conv2d_workspace_size,
  .forward = rt_conv2d_forward,
  .ref_forward = rt_ref_conv2d_forward,
  .backward_input = rt_conv2d_backward_input,
  .ref_backward_input = rt_ref_conv2d_backward_input,
  .backward_weight = rt_conv2d_backward_weight,
  .ref_backward_weight = rt_ref_conv2d_backward_weight,
  .forward_threshold = 3e-6,
  .input_threshold = 3e-6,
  .weight_threshold = 3e-6,
  .activations = { RT_ACTIVATION_NONE, RT_ACTIVATION_RELU, RT_ACTIVATION_RELU6,
                   RT_ACTIVATION_SILU },
  .n_activations = 4,
};

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

/* One NaN in the input must show in the output: the padding must not hide it, nor the gradient. */
static void
test_nan_shows (void)
{
  g_auto (ConvCase) c = conv_case_new (&kernels, &cases[0], 0);

  c.inp[17] = NAN;
  conv_case_forward (&c, c.out, false, RT_ACTIVATION_RELU);
  g_assert_true (isnan (kt_project (c.out, c.n_out)));
}

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  conv_test_add (&kernels, cases, G_N_ELEMENTS (cases));
  g_test_add_func ("/conv2d/nan-shows", test_nan_shows);
  return kt_run ();
}
