/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart-axis.h"

#include <cairo.h>

G_BEGIN_DECLS

/**
 * RtChartFrame:
 *
 * Where the curves go, in pixels: the rectangle between the axes.
 */
typedef struct
{
  double x;
  double y;
  double width;
  double height;
} RtChartFrame;

/**
 * RtChartMap:
 *
 * From values to pixels.
 */
typedef struct
{
  RtChartFrame frame;
  RtChartAxis  x_axis;
  RtChartAxis  y_axis;
} RtChartMap;

double rt_chart_map_x (const RtChartMap *map,
                       double            x);

/* NaN where @y has no place; never further from the frame than a few of its heights, which Cairo's
 * coordinates can still hold. */
double rt_chart_map_y (const RtChartMap *map,
                       double            y);

/**
 * rt_chart_trace:
 *
 * Adds the curve through @n points to the path, left to right: at most one pair of points (the
 * lowest and the highest) for each column of pixels, whatever @n is, with gaps where y is not
 * finite. Points left and right of the frame are passed over, but for the two nearest to it, to
 * which the curve still leads.
 *
 * Returns: the number of points in the path
 */
int    rt_chart_trace (cairo_t          *cr,
                       const RtChartMap *map,
                       const double     *x,
                       const double     *y,
                       int               n);

/**
 * rt_chart_trace_part:
 * @from: in pixels: the part of the curve from here
 * @to: to here is traced, with one point more on each side
 * @length: (out): how long the curve is from its last gap to the first point of the path, which is
 *   where dashes have to take up so that parts fit together
 *
 * As rt_chart_trace(), for a strip of the picture. Curves that are not dashed need no @length
 * (%NULL), and then the points before the strip cost nothing.
 */
int    rt_chart_trace_part (cairo_t          *cr,
                            const RtChartMap *map,
                            const double     *x,
                            const double     *y,
                            int               n,
                            double            from,
                            double            to,
                            double           *length);

/* Whether the points in view lie clearly closer than a pixel. */
gboolean rt_chart_is_dense (const RtChartMap *map,
                            const double     *x,
                            int               n);

/* Adds to the path, for each column of pixels between @from and @to, a rectangle from its lowest
 * to its highest point, reaching to the next column's. Returns the number of rectangles. */
int    rt_chart_trace_ranges (cairo_t          *cr,
                              const RtChartMap *map,
                              const double     *x,
                              const double     *y,
                              int               n,
                              double            from,
                              double            to);

G_END_DECLS
