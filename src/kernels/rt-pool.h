/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-team.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* A window over NHWC images; what lies outside the image does not take part (the average is over
 * the whole window only where it lies inside). */
typedef struct
{
  int n, h, w, c;
  int out_h, out_w;
  int kernel, stride;
  int pad_top, pad_left;
} RtPoolDims;

/* out (N,OH,OW,C); @which (N,OH,OW,C) gets the place of each maximum in its window (kh * kernel
 * + kw), for the backward pass; NULL where there is none to come. */
void rt_max_pool_forward            (float            *out,
                                     uint8_t          *which,
                                     const float      *inp,
                                     const RtPoolDims *dims,
                                     RtTeam           *team);
void rt_max_pool_backward           (float            *dinp,
                                     const float      *dout,
                                     const uint8_t    *which,
                                     bool              accumulate,
                                     const RtPoolDims *dims,
                                     RtTeam           *team);

void rt_average_pool_forward        (float            *out,
                                     const float      *inp,
                                     const RtPoolDims *dims,
                                     RtTeam           *team);
void rt_average_pool_backward       (float            *dinp,
                                     const float      *dout,
                                     bool              accumulate,
                                     const RtPoolDims *dims,
                                     RtTeam           *team);

/* out (N,C) = mean over the @n_pixels of inp (N,P,C). */
void rt_global_average_pool_forward  (float       *out,
                                      const float *inp,
                                      int          n,
                                      int          n_pixels,
                                      int          n_channels,
                                      RtTeam      *team);
void rt_global_average_pool_backward (float       *dinp,
                                      const float *dout,
                                      bool         accumulate,
                                      int          n,
                                      int          n_pixels,
                                      int          n_channels,
                                      RtTeam      *team);

G_END_DECLS
