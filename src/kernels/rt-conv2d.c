/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-conv2d.h"

#include "rt-ref.h"

size_t
rt_conv2d_workspace_size (const RtConv2dDims *dims,
                          const RtTeam       *team)
{
  return 0;
}

void
rt_conv2d_forward (float              *out,
                   const float        *inp,
                   const float        *weight,
                   const float        *bias,
                   RtActivation        activation,
                   const RtConv2dDims *dims,
                   RtTeam             *team,
                   float              *workspace)
{
  rt_ref_conv2d_forward (out, inp, weight, bias, activation, dims, team, workspace);
}

void
rt_conv2d_backward_input (float              *dinp,
                          const float        *dout,
                          const float        *weight,
                          bool                accumulate,
                          const RtConv2dDims *dims,
                          RtTeam             *team,
                          float              *workspace)
{
  rt_ref_conv2d_backward_input (dinp, dout, weight, accumulate, dims, team, workspace);
}

void
rt_conv2d_backward_weight (float              *dweight,
                           float              *dbias,
                           const float        *dout,
                           const float        *inp,
                           const RtConv2dDims *dims,
                           RtTeam             *team,
                           float              *workspace)
{
  rt_ref_conv2d_backward_weight (dweight, dbias, dout, inp, dims, team, workspace);
}
