/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-conv2d.h"
#include "rt-window.h"

G_BEGIN_DECLS

/* What rt_conv2d_backward_weight() needs. */
size_t rt_conv2d_weight_workspace_size (const RtConv2dDims *dims,
                                        const RtTeam       *team);

/* For rt_window_plan(): over the input, and over dout for the gradient of the input pixels
 * stride * q + (@y,@x). Tap (i,j) of the latter has the weight (@ky - i * stride, @kx - j *
 * stride); it has no taps where these pixels get no gradient. */
RtWindow rt_conv2d_get_window       (const RtConv2dDims *dims);
RtWindow rt_conv2d_get_phase_window (const RtConv2dDims *dims,
                                     int                 y,
                                     int                 x,
                                     int                *ky,
                                     int                *kx);

static inline void
rt_conv2d_check (const RtConv2dDims *d)
{
  g_assert (d->n > 0 && d->h > 0 && d->w > 0 && d->c > 0 && d->out_h > 0 && d->out_w > 0);
  g_assert (d->kernel_h > 0 && d->kernel_w > 0 && d->stride > 0 && d->out_c > 0);
  g_assert (d->groups > 0 && d->c % d->groups == 0 && d->out_c % d->groups == 0);
}

G_END_DECLS
