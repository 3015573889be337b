/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-pool.h"

#include "rt-ref.h"

void
rt_max_pool_forward (float            *out,
                     uint8_t          *which,
                     const float      *inp,
                     const RtPoolDims *dims,
                     RtTeam           *team)
{
  rt_ref_max_pool_forward (out, which, inp, dims, team);
}

void
rt_max_pool_backward (float            *dinp,
                      const float      *dout,
                      const uint8_t    *which,
                      bool              accumulate,
                      const RtPoolDims *dims,
                      RtTeam           *team)
{
  rt_ref_max_pool_backward (dinp, dout, which, accumulate, dims, team);
}

void
rt_average_pool_forward (float            *out,
                         const float      *inp,
                         const RtPoolDims *dims,
                         RtTeam           *team)
{
  rt_ref_average_pool_forward (out, inp, dims, team);
}

void
rt_average_pool_backward (float            *dinp,
                          const float      *dout,
                          bool              accumulate,
                          const RtPoolDims *dims,
                          RtTeam           *team)
{
  rt_ref_average_pool_backward (dinp, dout, accumulate, dims, team);
}

void
rt_global_average_pool_forward (float       *out,
                                const float *inp,
                                int          n,
                                int          n_pixels,
                                int          n_channels,
                                RtTeam      *team)
{
  rt_ref_global_average_pool_forward (out, inp, n, n_pixels, n_channels, team);
}

void
rt_global_average_pool_backward (float       *dinp,
                                 const float *dout,
                                 bool         accumulate,
                                 int          n,
                                 int          n_pixels,
                                 int          n_channels,
                                 RtTeam      *team)
{
  rt_ref_global_average_pool_backward (dinp, dout, accumulate, n, n_pixels, n_channels, team);
}
