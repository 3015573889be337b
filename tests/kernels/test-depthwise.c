/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "conv-test.h"

#include "rt-depthwise.h"

/* A value is a sum of at most 49 products: less rounding than in a full convolution, but for the
 * weights, whose gradients are sums over all pixels. */
static const ConvKernels kernels = {
  .name = "depthwise",
  .workspace_size = rt_depthwise_workspace_size,
  .forward = rt_depthwise_forward,
  .ref_forward = rt_ref_depthwise_forward,
  .backward_input = rt_depthwise_backward_input,
  .ref_backward_input = rt_ref_depthwise_backward_input,
  .backward_weight = rt_depthwise_backward_weight,
  .ref_backward_weight = rt_ref_depthwise_backward_weight,
  .forward_threshold = 1e-6,
  .input_threshold = 1e-6,
  .weight_threshold = 3e-6,
  .activations = { RT_ACTIVATION_NONE, RT_ACTIVATION_RELU6, RT_ACTIVATION_HARD_SWISH },
  .n_activations = 3,
};

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

int
main (int    argc,
      char **argv)
{
  kt_init (&argc, &argv);
  conv_test_add (&kernels, cases, G_N_ELEMENTS (cases));
  return kt_run ();
}
