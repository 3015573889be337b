/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart-palette.h"

G_BEGIN_DECLS

/**
 * RtChartSeries:
 *
 * One curve: points with ascending x, their smoothed twin, how it is drawn, and optionally a band
 * (the spread over seeds) and one point marked as the best. Adding a point costs the same however
 * many there are.
 */
typedef struct _RtChartSeries RtChartSeries;

/**
 * RtChartExtent:
 *
 * What the points (and the band) cover. Nothing at all where @x_min > @x_max, respectively @y_min >
 * @y_max;
 * @y_positive is the least positive y, infinite where there is none.
 */
typedef struct
{
  double x_min;
  double x_max;
  double y_min;
  double y_max;
  double y_positive;
} RtChartExtent;

/* (transfer full). @colour indexes the palette, and wraps round. */
RtChartSeries *rt_chart_series_new          (const char  *id,
                                             const char  *title,
                                             int          colour,
                                             RtChartDash  dash) G_GNUC_WARN_UNUSED_RESULT;
void           rt_chart_series_free         (RtChartSeries *series);

const char    *rt_chart_series_get_id       (const RtChartSeries *series);
const char    *rt_chart_series_get_title    (const RtChartSeries *series);
int            rt_chart_series_get_colour   (const RtChartSeries *series);
RtChartDash    rt_chart_series_get_dash     (const RtChartSeries *series);

/* A hidden series is neither drawn nor counted in the range. Visible at first. */
void           rt_chart_series_set_visible  (RtChartSeries *series,
                                             gboolean       visible);
gboolean       rt_chart_series_get_visible  (const RtChartSeries *series);

/* Adds a point. A @y that is not finite leaves a gap in the curve. An @x at or before the last
 * one takes the curve up again from there: the points from @x on are dropped first, as when a
 * run is resumed from a checkpoint. @x must be finite. */
void           rt_chart_series_append       (RtChartSeries *series,
                                             double         x,
                                             double         y);

/* Drops points, band and mark. */
void           rt_chart_series_clear        (RtChartSeries *series);

/* The weight of the past in the debiased exponential moving average, 0 (none) to below 1. */
void           rt_chart_series_set_smoothing (RtChartSeries *series,
                                              double         weight);
double         rt_chart_series_get_smoothing (const RtChartSeries *series);

/* Whether smoothing applies; it does at first. A series of one point an epoch reads better as it
 * is. */
void           rt_chart_series_set_smoothable (RtChartSeries *series,
                                               gboolean       smoothable);
gboolean       rt_chart_series_get_smoothable (const RtChartSeries *series);

/* Whether the raw points show as a ghost behind the smoothed curve; they do at first. */
void           rt_chart_series_set_ghost    (RtChartSeries *series,
                                             gboolean       ghost);
gboolean       rt_chart_series_get_ghost    (const RtChartSeries *series);

/* The band from @lower to @upper; @n 0 removes it. The arrays are copied. */
void           rt_chart_series_set_band     (RtChartSeries *series,
                                             int            n,
                                             const double  *x,
                                             const double  *lower,
                                             const double  *upper);
int            rt_chart_series_get_band     (const RtChartSeries  *series,
                                             const double        **x,
                                             const double        **lower,
                                             const double        **upper);

/* Marks the point at @x with @text ("best, kept"); NaN for none. */
void           rt_chart_series_set_best     (RtChartSeries *series,
                                             double         x,
                                             const char    *text);
/* NaN where none is marked. @text may be %NULL. */
double         rt_chart_series_get_best     (const RtChartSeries  *series,
                                             const char          **text);

/* The points; valid until the next change. @shown is what is drawn as the curve: @raw smoothed.
 * Each may be %NULL. */
int            rt_chart_series_get_points   (const RtChartSeries  *series,
                                             const double        **x,
                                             const double        **raw,
                                             const double        **shown);

/* Widens @extent by what the series covers. */
void           rt_chart_series_extend       (const RtChartSeries *series,
                                             RtChartExtent       *extent);

/* The index of the point nearest to @x, -1 where there are none. */
int            rt_chart_series_find         (const RtChartSeries *series,
                                             double               x);

/* What the curve shows at @x: at the nearest point; NaN before the first and after the last, by
 * more than half the distance to their neighbours. */
double         rt_chart_series_get_value_at (const RtChartSeries *series,
                                             double               x);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtChartSeries, rt_chart_series_free)

G_END_DECLS
