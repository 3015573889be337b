/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

#include <math.h>

/* One channel of y = f (weight * (x - mean) * inv_std + bias + residual). */
static void
normalize_channel (float        *out,
                   const float  *inp,
                   const float  *residual,
                   double        mean,
                   double        scale,
                   double        bias,
                   RtActivation  activation,
                   int           n_rows,
                   int           n_channels,
                   int           c)
{
  for (int r = 0; r < n_rows; r++)
    {
      size_t at = (size_t) r * n_channels + c;

      out[at] = (float) ((inp[at] - mean) * scale + bias + (residual != NULL ? residual[at] : 0.0));
      rt_ref_activation_forward (out + at, out + at, activation, 1, NULL);
    }
}

void
rt_ref_batch_norm_forward_train (float        *out,
                                 float        *mean,
                                 float        *inv_std,
                                 float        *running_mean,
                                 float        *running_var,
                                 const float  *inp,
                                 const float  *weight,
                                 const float  *bias,
                                 const float  *residual,
                                 RtActivation  activation,
                                 float         eps,
                                 float         momentum,
                                 int           n_rows,
                                 int           n_channels,
                                 RtTeam       *team,
                                 float        *workspace)
{
  for (int c = 0; c < n_channels; c++)
    {
      double sum = 0.0, squares = 0.0, m, var;

      for (int r = 0; r < n_rows; r++)
        sum += inp[(size_t) r * n_channels + c];
      m = sum / n_rows;
      for (int r = 0; r < n_rows; r++)
        squares += pow (inp[(size_t) r * n_channels + c] - m, 2.0);
      var = squares / n_rows;

      mean[c] = (float) m;
      inv_std[c] = (float) (1.0 / sqrt (var + eps));
      running_mean[c] = (float) ((1.0 - momentum) * running_mean[c] + momentum * m);
      running_var[c] = (float) ((1.0 - momentum) * running_var[c]
                                + momentum * squares / MAX (n_rows - 1, 1));
      normalize_channel (out, inp, residual, m, weight[c] / sqrt (var + eps), bias[c], activation,
                         n_rows, n_channels, c);
    }
}

void
rt_ref_batch_norm_forward_infer (float        *out,
                                 const float  *inp,
                                 const float  *weight,
                                 const float  *bias,
                                 const float  *running_mean,
                                 const float  *running_var,
                                 const float  *residual,
                                 RtActivation  activation,
                                 float         eps,
                                 int           n_rows,
                                 int           n_channels,
                                 RtTeam       *team)
{
  for (int c = 0; c < n_channels; c++)
    normalize_channel (out, inp, residual, running_mean[c],
                       weight[c] / sqrt ((double) running_var[c] + eps), bias[c], activation,
                       n_rows, n_channels, c);
}

/* One channel backward. With @moving the mean and the variance depend on the inputs. */
static void
backward_channel (float        *dinp,
                  float        *dresidual,
                  float        *dweight,
                  float        *dbias,
                  const float  *dout,
                  const float  *out,
                  const float  *inp,
                  double        weight,
                  double        mean,
                  double        inv_std,
                  bool          moving,
                  bool          accumulate_inp,
                  bool          accumulate_residual,
                  RtActivation  activation,
                  int           n_rows,
                  int           n_channels,
                  int           c)
{
  double sum = 0.0, dot = 0.0;

  for (int pass = 0; pass < 2; pass++)
    for (int r = 0; r < n_rows; r++)
      {
        size_t at = (size_t) r * n_channels + c;
        double xhat = (inp[at] - mean) * inv_std;
        double value;
        float g;

        rt_ref_activation_backward (&g, dout + at, out != NULL ? out + at : NULL,
                                    activation, 1, false, NULL);
        if (pass == 0)
          {
            sum += g;
            dot += g * xhat;
            continue;
          }
        value = weight * inv_std * (moving ? g - sum / n_rows - xhat * dot / n_rows : g);
        if (dresidual != NULL)
          dresidual[at] = (accumulate_residual ? dresidual[at] : 0.0f) + g;
        if (dinp != NULL)
          dinp[at] = (float) ((accumulate_inp ? dinp[at] : 0.0) + value);
      }
  if (dweight != NULL)
    {
      dweight[c] += (float) dot;
      dbias[c] += (float) sum;
    }
}

void
rt_ref_batch_norm_backward_train (float        *dinp,
                                  float        *dresidual,
                                  float        *dweight,
                                  float        *dbias,
                                  const float  *dout,
                                  const float  *out,
                                  const float  *inp,
                                  const float  *weight,
                                  const float  *mean,
                                  const float  *inv_std,
                                  bool          accumulate_inp,
                                  bool          accumulate_residual,
                                  RtActivation  activation,
                                  int           n_rows,
                                  int           n_channels,
                                  RtTeam       *team,
                                  float        *workspace)
{
  for (int c = 0; c < n_channels; c++)
    backward_channel (dinp, dresidual, dweight, dbias, dout, out, inp, weight[c], mean[c],
                      inv_std[c], true, accumulate_inp, accumulate_residual, activation, n_rows,
                      n_channels, c);
}

void
rt_ref_batch_norm_backward_infer (float        *dinp,
                                  float        *dresidual,
                                  float        *dweight,
                                  float        *dbias,
                                  const float  *dout,
                                  const float  *out,
                                  const float  *inp,
                                  const float  *weight,
                                  const float  *running_mean,
                                  const float  *running_var,
                                  bool          accumulate_inp,
                                  bool          accumulate_residual,
                                  RtActivation  activation,
                                  float         eps,
                                  int           n_rows,
                                  int           n_channels,
                                  RtTeam       *team,
                                  float        *workspace)
{
  for (int c = 0; c < n_channels; c++)
    backward_channel (dinp, dresidual, dweight, dbias, dout, out, inp, weight[c], running_mean[c],
                      1.0 / sqrt ((double) running_var[c] + eps), false, accumulate_inp,
                      accumulate_residual, activation, n_rows, n_channels, c);
}
