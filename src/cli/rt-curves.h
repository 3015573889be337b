/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-store.h"

G_BEGIN_DECLS

/* Draws a run's @curve ("loss", "accuracy") over its @epochs (of RtEpochMetrics) into a picture
 * file. */
gboolean rt_curves_export (const RtRun   *run,
                           const GArray  *epochs,
                           const char    *curve,
                           const char    *path,
                           GError       **error);

G_END_DECLS
