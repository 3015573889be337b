/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart.h"
#include "rt-chart-text.h"
#include "rt-chart-trace.h"

G_BEGIN_DECLS

/**
 * RtChartStyle:
 * @pango: sets all text; its font description is the size of body text. Borrowed.
 */
typedef struct
{
  RtChartPalette palette;
  PangoContext  *pango;
} RtChartStyle;

/* How far a line may reach over the frame, in pixels. */
#define RT_CHART_OVERHANG 3.0

/* Lays the chart out in a rectangle: the frame that is left within room for the ticks. */
void rt_chart_layout      (const RtChart      *chart,
                           const RtChartStyle *style,
                           double              width,
                           double              height,
                           RtChartMap         *map);

/* The layers, lowest first. The first changes only with the axes, the texts and the size. */
void rt_chart_draw_back   (const RtChart      *chart,
                           cairo_t            *cr,
                           const RtChartStyle *style,
                           const RtChartMap   *map);

void rt_chart_draw_series (const RtChartSeries *series,
                           cairo_t             *cr,
                           const RtChartStyle  *style,
                           const RtChartMap    *map);

/* The same for the strip of the picture between two whole pixels, clipped to it: strips side by
 * side make the whole. */
void rt_chart_draw_strip  (const RtChartSeries *series,
                           cairo_t             *cr,
                           const RtChartStyle  *style,
                           const RtChartMap    *map,
                           double               from,
                           double               to);

/* A short piece of the series' line, centred on @y, as legends show it. */
void rt_chart_draw_sample (cairo_t             *cr,
                           const RtChartColour *colour,
                           RtChartDash          dash,
                           double               x,
                           double               y,
                           double               width);

/* Everything, with title and legend on top, from 0, 0; @width and @height should be at least 200
 * and 120. */
void rt_chart_draw        (RtChart            *chart,
                           cairo_t            *cr,
                           const RtChartStyle *style,
                           double              width,
                           double              height);

G_END_DECLS
