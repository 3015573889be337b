/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-batch-norm.h"

#include "rt-ref.h"

size_t
rt_batch_norm_workspace_size (int           n_rows,
                              int           n_channels,
                              const RtTeam *team)
{
  return 0;
}

void
rt_batch_norm_forward_train (float        *out,
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
  rt_ref_batch_norm_forward_train (out, mean, inv_std, running_mean, running_var, inp, weight,
                                   bias, residual, activation, eps, momentum, n_rows, n_channels,
                                   team, workspace);
}

void
rt_batch_norm_forward_infer (float        *out,
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
  rt_ref_batch_norm_forward_infer (out, inp, weight, bias, running_mean, running_var, residual,
                                   activation, eps, n_rows, n_channels, team);
}

void
rt_batch_norm_backward_train (float        *dinp,
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
  rt_ref_batch_norm_backward_train (dinp, dresidual, dweight, dbias, dout, out, inp, weight,
                                    mean, inv_std, accumulate_inp, accumulate_residual,
                                    activation, n_rows, n_channels, team, workspace);
}

void
rt_batch_norm_backward_infer (float        *dinp,
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
  rt_ref_batch_norm_backward_infer (dinp, dresidual, dweight, dbias, dout, out, inp, weight,
                                    running_mean, running_var, accumulate_inp,
                                    accumulate_residual, activation, eps, n_rows, n_channels,
                                    team, workspace);
}
