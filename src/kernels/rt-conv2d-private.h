/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-conv2d.h"

G_BEGIN_DECLS

/* What rt_conv2d_backward_weight() needs. */
size_t rt_conv2d_weight_workspace_size (const RtConv2dDims *dims,
                                        const RtTeam       *team);

static inline void
rt_conv2d_check (const RtConv2dDims *d)
{
  g_assert (d->n > 0 && d->h > 0 && d->w > 0 && d->c > 0 && d->out_h > 0 && d->out_w > 0);
  g_assert (d->kernel_h > 0 && d->kernel_w > 0 && d->stride > 0 && d->out_c > 0);
  g_assert (d->groups > 0 && d->c % d->groups == 0 && d->out_c % d->groups == 0);
}

G_END_DECLS
