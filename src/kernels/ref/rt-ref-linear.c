/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

void
rt_ref_linear_forward (float       *out,
                       const float *inp,
                       const float *weight,
                       const float *bias,
                       int          n_rows,
                       int          n_in,
                       int          n_out,
                       RtTeam      *team,
                       float       *workspace)
{
  for (size_t n = 0; n < (size_t) n_rows; n++)
    for (size_t o = 0; o < (size_t) n_out; o++)
      {
        double sum = bias != NULL ? bias[o] : 0.0;

        for (size_t i = 0; i < (size_t) n_in; i++)
          sum += (double) inp[n * n_in + i] * weight[o * n_in + i];
        out[n * n_out + o] = (float) sum;
      }
}

void
rt_ref_linear_backward_input (float       *dinp,
                              const float *dout,
                              const float *weight,
                              bool         accumulate,
                              int          n_rows,
                              int          n_in,
                              int          n_out,
                              RtTeam      *team,
                              float       *workspace)
{
  for (size_t n = 0; n < (size_t) n_rows; n++)
    for (size_t i = 0; i < (size_t) n_in; i++)
      {
        double sum = accumulate ? dinp[n * n_in + i] : 0.0;

        for (size_t o = 0; o < (size_t) n_out; o++)
          sum += (double) dout[n * n_out + o] * weight[o * n_in + i];
        dinp[n * n_in + i] = (float) sum;
      }
}

void
rt_ref_linear_backward_weight (float       *dweight,
                               float       *dbias,
                               const float *dout,
                               const float *inp,
                               int          n_rows,
                               int          n_in,
                               int          n_out,
                               RtTeam      *team,
                               float       *workspace)
{
  for (size_t o = 0; o < (size_t) n_out; o++)
    {
      double total = 0.0;

      for (size_t i = 0; i < (size_t) n_in; i++)
        {
          double sum = 0.0;

          for (size_t n = 0; n < (size_t) n_rows; n++)
            sum += (double) dout[n * n_out + o] * inp[n * n_in + i];
          dweight[o * n_in + i] += (float) sum;
        }
      for (size_t n = 0; n < (size_t) n_rows; n++)
        total += dout[n * n_out + o];
      if (dbias != NULL)
        dbias[o] += (float) total;
    }
}
