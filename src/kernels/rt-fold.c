/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-fold.h"

#include <math.h>

void
rt_fold_batch_norm (float       *out_weight,
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
                    size_t       n_each)
{
  size_t between_outputs = channels_last ? 1 : n_each;
  size_t between_values = channels_last ? n_out : 1;

  for (size_t o = 0; o < n_out; o++)
    {
      float scale = norm_weight[o] / sqrtf (var[o] + eps);
      size_t start = o * between_outputs;

      for (size_t i = 0; i < n_each; i++)
        out_weight[start + i * between_values] = scale * weight[start + i * between_values];
      out_bias[o] = scale * ((bias != NULL ? bias[o] : 0.0f) - mean[o]) + norm_bias[o];
    }
}
