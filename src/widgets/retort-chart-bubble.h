/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-colours.h"
#include "rt-chart-draw.h"

G_BEGIN_DECLS

/* Draws what the curves of @chart show at @x: a line through them, a dot on each, and a bubble
 * that lists names and values beside the line, inside @width by @height. */
void retort_chart_bubble_draw     (cairo_t             *cr,
                                   RtChart             *chart,
                                   const RetortColours *colours,
                                   PangoContext        *pango,
                                   const RtChartMap    *map,
                                   double               x,
                                   double               width,
                                   double               height);

/* The same in words: "epoch 9: this 91.2 %, baseline 85.9 %". (transfer full) */
char *retort_chart_bubble_to_text (RtChart *chart,
                                   double   x) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
