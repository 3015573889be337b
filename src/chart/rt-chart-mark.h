/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart-draw.h"

G_BEGIN_DECLS

/* The marks of the best points of all series that are shown, each with its text where that covers
 * least; over all curves. */
void         rt_chart_draw_marks (const RtChart      *chart,
                                  cairo_t            *cr,
                                  const RtChartStyle *style,
                                  const RtChartMap   *map);

/**
 * rt_chart_place_text:
 * @cr: its path is lost, nothing is drawn
 * @x, @y: the marked point, in pixels
 * @width, @height: of the text
 * @taken: where nothing may be covered: other marks and their texts
 *
 * Looks about the point for the place where a text covers the least of the curves.
 *
 * Returns: the rectangle; above the point where nothing is in the way
 */
RtChartFrame rt_chart_place_text (const RtChart      *chart,
                                  cairo_t            *cr,
                                  const RtChartMap   *map,
                                  double              x,
                                  double              y,
                                  double              width,
                                  double              height,
                                  const RtChartFrame *taken,
                                  int                 n_taken);

G_END_DECLS
