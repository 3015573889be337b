/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-linear.h"

#include "rt-ref.h"

size_t
rt_linear_workspace_size (int           rows,
                          int           in,
                          int           out,
                          const RtTeam *team)
{
  return 0;
}

void
rt_linear_forward (float       *out,
                   const float *inp,
                   const float *weight,
                   const float *bias,
                   int          n_rows,
                   int          n_in,
                   int          n_out,
                   RtTeam      *team,
                   float       *workspace)
{
  rt_ref_linear_forward (out, inp, weight, bias, n_rows, n_in, n_out, team, workspace);
}

void
rt_linear_backward_input (float       *dinp,
                          const float *dout,
                          const float *weight,
                          bool         accumulate,
                          int          n_rows,
                          int          n_in,
                          int          n_out,
                          RtTeam      *team,
                          float       *workspace)
{
  rt_ref_linear_backward_input (dinp, dout, weight, accumulate, n_rows, n_in, n_out, team,
                                workspace);
}

void
rt_linear_backward_weight (float       *dweight,
                           float       *dbias,
                           const float *dout,
                           const float *inp,
                           int          n_rows,
                           int          n_in,
                           int          n_out,
                           RtTeam      *team,
                           float       *workspace)
{
  rt_ref_linear_backward_weight (dweight, dbias, dout, inp, n_rows, n_in, n_out, team,
                                 workspace);
}
