/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ops.h"

#include "rt-quark.h"

RT_DEFINE_QUARK (rt-nn-error-quark, rt_nn_error)

const RtOp *const rt_ops[] = {
  &rt_op_conv2d,
  &rt_op_depthwise,
  &rt_op_linear,
  &rt_op_batch_norm,
  &rt_op_activation,
  &rt_op_max_pool,
  &rt_op_average_pool,
  &rt_op_global_pool,
  &rt_op_add,
  &rt_op_concat,
  &rt_op_flatten,
  &rt_op_dropout,
  &rt_op_softmax,
  &rt_op_gradient_reversal,
  &rt_op_shortcut,
  NULL,
};

gboolean
rt_op_window (int  size,
              int  kernel,
              int  stride,
              int  pad,
              int *out,
              int *pad_before)
{
  if (pad == RT_PAD_SAME)
    {
      *out = (size + stride - 1) / stride;
      *pad_before = MAX ((*out - 1) * stride + kernel - size, 0) / 2;
      return *out > 0;
    }
  if (pad == RT_PAD_CEIL)
    {
      *out = size < kernel ? 0 : (size - kernel + stride - 1) / stride + 1;
      if ((*out - 1) * stride >= size)
        (*out)--;
      *pad_before = 0;
      return *out > 0;
    }
  *out = size + 2 * pad < kernel ? 0 : (size + 2 * pad - kernel) / stride + 1;
  *pad_before = pad;
  return *out > 0;
}
