/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-op.h"

G_BEGIN_DECLS

/* The operators and their params structs. An `activation` is what the operator applies to its
 * output; networks leave it at none and add activation nodes, which the plan fuses. */

extern const RtOp rt_op_conv2d;
extern const RtOp rt_op_depthwise;
extern const RtOp rt_op_linear;
extern const RtOp rt_op_batch_norm;
extern const RtOp rt_op_activation;
extern const RtOp rt_op_max_pool;
extern const RtOp rt_op_average_pool;
extern const RtOp rt_op_global_pool;
extern const RtOp rt_op_add;
extern const RtOp rt_op_concat;
extern const RtOp rt_op_flatten;
extern const RtOp rt_op_dropout;
extern const RtOp rt_op_softmax;
extern const RtOp rt_op_gradient_reversal;
extern const RtOp rt_op_shortcut;

/* Every operator there is, in the order above, ending with NULL: what tests walk through. */
extern const RtOp *const rt_ops[];

/* TensorFlow's SAME: the output is ceil (input / stride) and an odd total of padding has its
 * larger half at the bottom and on the right. */
#define RT_PAD_SAME (-1)

/* PyTorch's ceil_mode without padding, for pooling: a last window that begins inside counts,
 * though it ends outside. */
#define RT_PAD_CEIL (-2)

typedef struct
{
  int          out_c;       /* depthwise: ignored, it is the input's */
  int          kernel;      /* square, 1 .. 15 */
  int          stride;
  int          pad;         /* on each side, or RT_PAD_SAME */
  int          groups;      /* depthwise: ignored */
  bool         bias;
  RtActivation activation;
} RtConvParams;

typedef struct
{
  int          out;
  bool         bias;
  RtActivation activation;
  /* the image that was flattened before it, 0 where there was none */
  int          flat_h, flat_w, flat_c;
} RtLinearParams;

typedef struct
{
  float        eps;
  float        momentum;
  RtActivation activation;
  /* a second input is added before the activation: set by the plan only */
  bool         residual;
} RtBatchNormParams;

typedef struct
{
  RtActivation activation;
} RtActivationParams;      /* of activation and add */

typedef struct
{
  int kernel;
  int stride;
  int pad;                  /* on each side, RT_PAD_SAME or RT_PAD_CEIL */
} RtPoolParams;

typedef struct
{
  float rate;
} RtDropoutParams;

typedef struct
{
  /* gradients are multiplied by -lambda (Ganin and Lempitsky 2015, section 3.1) */
  float lambda;
} RtGradientReversalParams;

typedef struct
{
  int stride;
  int out_c;
} RtShortcutParams;

/* The output's side and the padding before it, for one dimension of a window. FALSE where
 * nothing would come out. */
gboolean rt_op_window (int  size,
                       int  kernel,
                       int  stride,
                       int  pad,
                       int *out,
                       int *pad_before);

G_END_DECLS
