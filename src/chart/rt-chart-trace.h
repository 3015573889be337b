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
 * Adds the curve through @n points to the path, left to right: at most one pair of points (the lowest and the highest) for each
 * column of pixels, whatever @n is, with gaps where y is not finite. Points left and right of
 * the frame are passed over, but for the two nearest to it, to which the curve still leads.
 *
 * Returns: the number of points in the path
 */
int    rt_chart_trace (cairo_t          *cr,
                       const RtChartMap *map,
                       const double     *x,
                       const double     *y,
                       int               n);

G_END_DECLS
