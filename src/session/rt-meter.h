/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RtMeter:
 *
 * How far work on another thread is, and what it does: set there, read by who waits for it. Each
 * holds a reference.
 */
typedef struct _RtMeter RtMeter;

RtMeter *rt_meter_new   (void) G_GNUC_WARN_UNUSED_RESULT;
RtMeter *rt_meter_ref   (RtMeter *meter);
void     rt_meter_unref (RtMeter *meter);

/* @fraction: 0 .. 1; @text: (nullable). From any thread. */
void     rt_meter_set   (RtMeter    *meter,
                         double      fraction,
                         const char *text);
/* @text: (out) (nullable) (transfer full): NULL before anything was set */
double   rt_meter_get   (RtMeter  *meter,
                         char    **text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtMeter, rt_meter_unref)

G_END_DECLS
