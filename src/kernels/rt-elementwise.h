/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-activation.h"

#include "rt-rng.h"

G_BEGIN_DECLS

/* out = f(a + b), f one whose derivative comes from the output. out may be a or b. */
void rt_add_forward      (float        *out,
                          const float  *a,
                          const float  *b,
                          RtActivation  activation,
                          size_t        n,
                          RtTeam       *team);

/* out = scale * inp, or out += scale * inp. Gradient reversal is this with -lambda. */
void rt_scale            (float       *out,
                          const float *inp,
                          float        scale,
                          bool         accumulate,
                          size_t       n,
                          RtTeam      *team);

/* The n_rows rows of inp (R,CI) go to (or, @gather, come from) channels @offset .. @offset + CI
 * - 1 of out (R,CO): concat and its gradient. */
void rt_copy_channels    (float       *out,
                          const float *inp,
                          int          n_rows,
                          int          inp_channels,
                          int          out_channels,
                          int          offset,
                          RtTeam      *team);
void rt_take_channels    (float       *out,
                          const float *inp,
                          bool         accumulate,
                          int          n_rows,
                          int          out_channels,
                          int          inp_channels,
                          int          offset,
                          RtTeam      *team);

/* The parameter-free shortcut of the CIFAR ResNets (He et al. 2015, section 4.2, option A): every
 * @stride-th pixel, channels padded with zeros, (out_c - c) / 2 of them below. inp (N,H,W,C),
 * out (N,ceil(H/stride),ceil(W/stride),OC). */
void rt_shortcut_forward  (float       *out,
                           const float *inp,
                           int          n,
                           int          h,
                           int          w,
                           int          c,
                           int          stride,
                           int          out_c,
                           RtTeam      *team);
void rt_shortcut_backward (float       *dinp,
                           const float *dout,
                           bool         accumulate,
                           int          n,
                           int          h,
                           int          w,
                           int          c,
                           int          stride,
                           int          out_c,
                           RtTeam      *team);

/* Inverted dropout (Srivastava et al. 2014): each value kept with probability 1 - rate and divided
 * by it. The mask of element i comes from @rng's stream and i alone, so backward draws the same. */
void rt_dropout           (float       *out,
                           const float *inp,
                           float        rate,
                           bool         accumulate,
                           RtRng        rng,
                           size_t       n,
                           RtTeam      *team);

G_END_DECLS
