/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-activation.h"

G_BEGIN_DECLS

/*
 * Batch normalisation (Ioffe and Szegedy 2015, algorithm 1) over the rows of (R,C), R = N*H*W, with
 * what so often follows it fused: y = f(weight * (x - mean) / sqrt(var + eps) + bias + residual).
 * @activation is one whose derivative comes from the output (none, relu, relu6).
 */

/* The floats of workspace that any of the functions below needs, for @n_rows or any fewer. */
size_t rt_batch_norm_workspace_size (int           n_rows,
                                     int           n_channels,
                                     const RtTeam *team);

/* With the batch's own statistics (the biased variance), which are left in @mean (C) and
 * @inv_std (C) for the backward pass; running = (1 - momentum) * running + momentum * batch,
 * where the variance that goes into @running_var is the unbiased one, as in PyTorch. @residual
 * (R,C) may be NULL. */
void   rt_batch_norm_forward_train  (float        *out,
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
                                     float        *workspace);

/* With given statistics. */
void   rt_batch_norm_forward_infer  (float        *out,
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
                                     RtTeam       *team);

/* Of rt_batch_norm_forward_train(): dinp (R,C) (+)= , dresidual (R,C) (+)= , dweight (C) += ,
 * dbias (C) += . @dinp, @dresidual, and the pair @dweight, @dbias may be NULL where not wanted.
 * @out is what forward gave (for the activation; may be NULL with RT_ACTIVATION_NONE). @dinp may
 * be @dout. */
void   rt_batch_norm_backward_train (float        *dinp,
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
                                     float        *workspace);

/* Of rt_batch_norm_forward_infer(), with the running statistics constant: what a frozen block
 * between trainable ones, or a block whose statistics are kept, needs. */
void   rt_batch_norm_backward_infer (float        *dinp,
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
                                     float        *workspace);

G_END_DECLS
