/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-conv2d.h"

G_BEGIN_DECLS

/*
 * Depthwise convolution: groups == c == out_c in the dims. The weights lie as (KH,KW,C), so that
 * the innermost loop runs over channels in all three functions.
 */

size_t rt_depthwise_workspace_size  (const RtConv2dDims *dims,
                                     const RtTeam       *team);

/* out (N,OH,OW,C) = f(conv (inp (N,H,W,C), weight (KH,KW,C)) + bias (C)); @bias may be NULL. */
void   rt_depthwise_forward         (float              *out,
                                     const float        *inp,
                                     const float        *weight,
                                     const float        *bias,
                                     RtActivation        activation,
                                     const RtConv2dDims *dims,
                                     RtTeam             *team,
                                     float              *workspace);

/* dinp (N,H,W,C) (+)= */
void   rt_depthwise_backward_input  (float              *dinp,
                                     const float        *dout,
                                     const float        *weight,
                                     bool                accumulate,
                                     const RtConv2dDims *dims,
                                     RtTeam             *team,
                                     float              *workspace);

/* dweight (KH,KW,C) += , dbias (C) += ; @dbias may be NULL. */
void   rt_depthwise_backward_weight (float              *dweight,
                                     float              *dbias,
                                     const float        *dout,
                                     const float        *inp,
                                     const RtConv2dDims *dims,
                                     RtTeam             *team,
                                     float              *workspace);

G_END_DECLS
