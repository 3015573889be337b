/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart-axis.h"
#include "rt-chart-series.h"

G_BEGIN_DECLS

/**
 * RtChart:
 *
 * What a picture of curves shows: series in drawing order, two axes, their texts. It has no size
 * and no colours; rt-chart-draw.h gives it both.
 */
typedef struct _RtChart RtChart;

#define RT_CHART_ERROR (rt_chart_error_quark ())

typedef enum
{
  RT_CHART_ERROR_FORMAT,    /* the ending of the file names no known form */
  RT_CHART_ERROR_DRAW,      /* the picture could not be made: too large, no memory */
} RtChartError;

GQuark         rt_chart_error_quark     (void);

/* (transfer full) */
RtChart       *rt_chart_new             (void) G_GNUC_WARN_UNUSED_RESULT;
void           rt_chart_free            (RtChart *chart);

/* Adds a series on top. @id must be new. Returns it (transfer none); it lives until it is
 * removed. */
RtChartSeries *rt_chart_add_series      (RtChart     *chart,
                                         const char  *id,
                                         const char  *title,
                                         int          colour,
                                         RtChartDash  dash);
/* %NULL where there is none of that name. (transfer none) */
RtChartSeries *rt_chart_find_series     (const RtChart *chart,
                                         const char    *id);
void           rt_chart_remove_series   (RtChart       *chart,
                                         RtChartSeries *series);
/* Removes all series. */
void           rt_chart_clear           (RtChart *chart);

int            rt_chart_get_n_series    (const RtChart *chart);
RtChartSeries *rt_chart_get_series      (const RtChart *chart,
                                         int            index);

/* Texts; %NULL is the same as "". */
void           rt_chart_set_title       (RtChart    *chart,
                                         const char *title);
const char    *rt_chart_get_title       (const RtChart *chart);
void           rt_chart_set_x_label     (RtChart    *chart,
                                         const char *label);
const char    *rt_chart_get_x_label     (const RtChart *chart);

void           rt_chart_set_y_format    (RtChart       *chart,
                                         RtChartFormat  format);
RtChartFormat  rt_chart_get_y_format    (const RtChart *chart);

/* The y axis by decades. Values that are not positive are gaps then. */
void           rt_chart_set_log         (RtChart  *chart,
                                         gboolean  log);
gboolean       rt_chart_get_log         (const RtChart *chart);
/* The same of the x axis. */
void           rt_chart_set_x_log       (RtChart  *chart,
                                         gboolean  log);

/* Of all series, those added later too. See rt_chart_series_set_smoothing(). */
void           rt_chart_set_smoothing   (RtChart *chart,
                                         double   weight);
double         rt_chart_get_smoothing   (const RtChart *chart);

/* Fixed ends; NaN for an end that follows the data. A range that follows begins at 0 where the
 * data come near it. Where the end is known (0 epochs, 100 %, a loss of 0) fix it: the view then
 * stands still from the first point on. On a log axis an end that is not positive follows. */
void           rt_chart_set_x_range     (RtChart *chart,
                                         double   low,
                                         double   high);
void           rt_chart_set_y_range     (RtChart *chart,
                                         double   low,
                                         double   high);

/* Lets the axes follow what is visible. Returns whether one of them changed. */
gboolean       rt_chart_update_axes     (RtChart *chart);
const RtChartAxis *rt_chart_get_x_axis  (const RtChart *chart);
const RtChartAxis *rt_chart_get_y_axis  (const RtChart *chart);

/* Whether there is a visible series with at least one point. */
gboolean       rt_chart_has_points      (const RtChart *chart);

/**
 * rt_chart_step:
 * @x: where to start; NaN for outside
 * @direction: 1 or -1
 * @least: the least distance to go
 *
 * The nearest x of a point of any visible series that lies at least @least further in @direction;
 * the first or the last point where there is none. From NaN it enters from the other side. NaN
 * where there are no points.
 */
double         rt_chart_step            (const RtChart *chart,
                                         double         x,
                                         int            direction,
                                         double         least);

/* The x of the visible point that is nearest to @x; NaN where there are none. */
double         rt_chart_snap            (const RtChart *chart,
                                         double         x);

/* All points as a table: a column of x, one for each series, two more for a band; a line for
 * each x that occurs. Decimal points whatever the language. (transfer full) */
char          *rt_chart_to_csv          (const RtChart *chart) G_GNUC_WARN_UNUSED_RESULT;

/**
 * rt_chart_export:
 * @path: a file ending in .png, .svg, .pdf or .csv, which is replaced as a whole or not touched
 * @width: in pixels (points in a PDF); a PNG has twice as many each way, for print
 *
 * Draws the chart with title and legend, in the light palette, or writes its table.
 */
gboolean       rt_chart_export          (RtChart     *chart,
                                         const char  *path,
                                         int          width,
                                         int          height,
                                         GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtChart, rt_chart_free)

G_END_DECLS
