/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RT_CHART_MAX_TICKS 24

typedef enum
{
  RT_CHART_FORMAT_NUMBER,
  RT_CHART_FORMAT_PERCENT,    /* a value of 0.5 reads "50 %" */
} RtChartFormat;

/**
 * RtChartAxis:
 * @low: the value at 0
 * @high: the value at 1; greater than @low
 * @log: whether the decades are evenly spaced; then @low is positive
 *
 * Maps values to 0..1, and back.
 */
typedef struct
{
  double   low;
  double   high;
  gboolean log;
} RtChartAxis;

/**
 * RtChartTick:
 * @value: a round value on the axis
 * @at: where it is, 0..1
 * @label: what is written beside it
 */
typedef struct
{
  double value;
  double at;
  char   label[24];
} RtChartTick;

/* Where @value is: 0..1 inside the axis, beyond it outside, NaN where the axis has no such place
 * (not finite, or not positive on a log axis). */
double rt_chart_axis_map    (const RtChartAxis *axis,
                             double             value);

double rt_chart_axis_unmap  (const RtChartAxis *axis,
                             double             at);

/* Fills @ticks with round values, about @target of them and never more than %RT_CHART_MAX_TICKS, in
 * ascending order; returns how many. */
int    rt_chart_axis_ticks  (const RtChartAxis *axis,
                             int                target,
                             RtChartFormat      format,
                             RtChartTick       *ticks);

/* Makes the axis show @min to @max between round ends. An axis that shows them already is left
 * as it is unless less than half of it would do, so that the view stands still while points come
 * in. Returns whether it changed. */
gboolean rt_chart_axis_follow (RtChartAxis *axis,
                               double       min,
                               double       max);

/* @value as the bubble and the spoken summary say it: "0.3712", "1.2e-05", "91.2 %". (transfer
 * full) */
char  *rt_chart_format_value (double        value,
                              RtChartFormat format) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
