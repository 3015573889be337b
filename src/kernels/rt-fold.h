/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Batch norm in inference form folded into the convolution before it: with s = norm_weight /
 * sqrt (var + eps), out_weight = s * weight for each output channel and out_bias = s * (bias -
 * mean) + norm_bias. @weight is (O,K), or, where @channels_last, (K,O) as depthwise weights lie;
 * @bias may be NULL. */
void rt_fold_batch_norm (float       *out_weight,
                         float       *out_bias,
                         const float *weight,
                         const float *bias,
                         const float *norm_weight,
                         const float *norm_bias,
                         const float *mean,
                         const float *var,
                         float        eps,
                         bool         channels_last,
                         size_t       n_out,
                         size_t       n_each);
