/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of series and the axes that follow them.
 *
 * Ranges are worked out once a frame by rt_chart_update_axes(), not with each point: each series
 * keeps its extent, so that costs a few comparisons a series. A fixed end overrides what following
 * would choose.
 */
#include "config.h"

#include "rt-chart.h"

#include "rt-quark.h"

#include <math.h>

struct _RtChart
{
  GPtrArray     *series;    /* Owned: RtChartSeries in drawing order */
  char          *title;
  char          *x_label;
  RtChartFormat  format;
  gboolean       log;
  gboolean       x_log;
  double         smoothing;

  RtChartAxis    x_axis;
  RtChartAxis    y_axis;
  double         x_fixed[2];  /* low, high; NaN follows */
  double         y_fixed[2];
  gboolean       x_followed;  /* the axis has been chosen for data, not for want of any */
  gboolean       y_followed;
};

RT_DEFINE_QUARK (rt-chart-error-quark, rt_chart_error)

static const RtChartAxis unit_axis = { 0.0, 1.0, FALSE };

RtChart *
rt_chart_new (void)
{
  RtChart *chart = g_new0 (RtChart, 1);

  chart->series = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_chart_series_free);
  chart->title = g_strdup ("");
  chart->x_label = g_strdup ("");
  chart->x_axis = chart->y_axis = (RtChartAxis) { 0 };
  for (int i = 0; i < 2; i++)
    chart->x_fixed[i] = chart->y_fixed[i] = NAN;
  rt_chart_update_axes (chart);
  return chart;
}

void
rt_chart_free (RtChart *chart)
{
  if (chart == NULL)
    return;
  g_ptr_array_unref (chart->series);
  g_free (chart->title);
  g_free (chart->x_label);
  g_free (chart);
}

RtChartSeries *
rt_chart_add_series (RtChart     *chart,
                     const char  *id,
                     const char  *title,
                     int          colour,
                     RtChartDash  dash)
{
  RtChartSeries *series;

  g_return_val_if_fail (chart != NULL, NULL);
  g_return_val_if_fail (rt_chart_find_series (chart, id) == NULL, NULL);

  series = rt_chart_series_new (id, title, colour, dash);
  rt_chart_series_set_smoothing (series, chart->smoothing);
  g_ptr_array_add (chart->series, series);
  return series;
}

RtChartSeries *
rt_chart_find_series (const RtChart *chart,
                      const char    *id)
{
  for (guint i = 0; i < chart->series->len; i++)
    {
      RtChartSeries *series = g_ptr_array_index (chart->series, i);

      if (g_str_equal (rt_chart_series_get_id (series), id))
        return series;
    }
  return NULL;
}

/* With the last series goes the view that it had, so that the next one is not shown in a
 * stranger's range. */
static void
forget_view (RtChart *chart)
{
  if (chart->series->len == 0)
    chart->x_followed = chart->y_followed = FALSE;
  rt_chart_update_axes (chart);
}

void
rt_chart_remove_series (RtChart       *chart,
                        RtChartSeries *series)
{
  g_return_if_fail (g_ptr_array_remove (chart->series, series));
  forget_view (chart);
}

void
rt_chart_clear (RtChart *chart)
{
  g_ptr_array_set_size (chart->series, 0);
  forget_view (chart);
}

int
rt_chart_get_n_series (const RtChart *chart)
{
  return (int) chart->series->len;
}

RtChartSeries *
rt_chart_get_series (const RtChart *chart,
                     int            index)
{
  g_return_val_if_fail (index >= 0 && index < (int) chart->series->len, NULL);
  return g_ptr_array_index (chart->series, index);
}

static void
replace_text (char       **text,
              const char  *with)
{
  char *copy = g_strdup (with != NULL ? with : "");

  g_free (*text);
  *text = copy;
}

void
rt_chart_set_title (RtChart    *chart,
                    const char *title)
{
  replace_text (&chart->title, title);
}

const char *
rt_chart_get_title (const RtChart *chart)
{
  return chart->title;
}

void
rt_chart_set_x_label (RtChart    *chart,
                      const char *label)
{
  replace_text (&chart->x_label, label);
}

const char *
rt_chart_get_x_label (const RtChart *chart)
{
  return chart->x_label;
}

void
rt_chart_set_y_format (RtChart       *chart,
                       RtChartFormat  format)
{
  chart->format = format;
}

RtChartFormat
rt_chart_get_y_format (const RtChart *chart)
{
  return chart->format;
}

void
rt_chart_set_log (RtChart  *chart,
                  gboolean  log)
{
  if (chart->log == log)
    return;
  chart->log = log;
  chart->y_axis = (RtChartAxis) { 0 };
  rt_chart_update_axes (chart);
}

gboolean
rt_chart_get_log (const RtChart *chart)
{
  return chart->log;
}

void
rt_chart_set_x_log (RtChart  *chart,
                    gboolean  log)
{
  if (chart->x_log == log)
    return;
  chart->x_log = log;
  chart->x_axis = (RtChartAxis) { 0 };
  rt_chart_update_axes (chart);
}

void
rt_chart_set_smoothing (RtChart *chart,
                        double   weight)
{
  g_return_if_fail (weight >= 0.0 && weight < 1.0);

  chart->smoothing = weight;
  for (guint i = 0; i < chart->series->len; i++)
    rt_chart_series_set_smoothing (g_ptr_array_index (chart->series, i), weight);
}

double
rt_chart_get_smoothing (const RtChart *chart)
{
  return chart->smoothing;
}

static void
set_range (double      *fixed,
           RtChartAxis *axis,
           double       low,
           double       high)
{
  g_return_if_fail (isnan (low) || isnan (high) || low < high);

  if ((fixed[0] == low || (isnan (fixed[0]) && isnan (low)))
      && (fixed[1] == high || (isnan (fixed[1]) && isnan (high))))
    return;
  fixed[0] = low;
  fixed[1] = high;
  *axis = (RtChartAxis) { 0 };
}

void
rt_chart_set_x_range (RtChart *chart,
                      double   low,
                      double   high)
{
  set_range (chart->x_fixed, &chart->x_axis, low, high);
  rt_chart_update_axes (chart);
}

void
rt_chart_set_y_range (RtChart *chart,
                      double   low,
                      double   high)
{
  set_range (chart->y_fixed, &chart->y_axis, low, high);
  rt_chart_update_axes (chart);
}

/* Follows @min to @max, then puts the fixed ends in place, where that leaves a range at all. */
static gboolean
follow_fixed (RtChartAxis  *axis,
              const double *fixed,
              gboolean     *followed,
              double        min,
              double        max)
{
  RtChartAxis before = *axis;
  double low, high;

  if (min <= max && !*followed)
    {
      axis->low = axis->high = 0.0;
      *followed = TRUE;
    }
  if (!isnan (fixed[0]))
    min = MIN (min, fixed[0]);
  if (!isnan (fixed[1]))
    max = MAX (max, fixed[1]);
  rt_chart_axis_follow (axis, min, max);
  if (axis->high <= axis->low || (axis->log && axis->low <= 0.0))
    {
      axis->low = axis->log ? 0.1 : unit_axis.low;
      axis->high = unit_axis.high;
    }

  low = isnan (fixed[0]) || (axis->log && fixed[0] <= 0.0) ? axis->low : fixed[0];
  high = isnan (fixed[1]) || (axis->log && fixed[1] <= 0.0) ? axis->high : fixed[1];
  if (low < high)
    {
      axis->low = low;
      axis->high = high;
    }
  return axis->low != before.low || axis->high != before.high || axis->log != before.log;
}

gboolean
rt_chart_update_axes (RtChart *chart)
{
  RtChartExtent extent = { INFINITY, -INFINITY, INFINITY, -INFINITY, INFINITY };
  gboolean changed;

  for (guint i = 0; i < chart->series->len; i++)
    {
      RtChartSeries *series = g_ptr_array_index (chart->series, i);

      if (rt_chart_series_get_visible (series))
        rt_chart_series_extend (series, &extent);
    }
  chart->x_axis.log = chart->x_log;
  chart->y_axis.log = chart->log;
  changed = follow_fixed (&chart->x_axis, chart->x_fixed, &chart->x_followed, extent.x_min,
                          extent.x_max);
  changed |= follow_fixed (&chart->y_axis, chart->y_fixed, &chart->y_followed,
                           chart->log ? extent.y_positive : extent.y_min, extent.y_max);
  return changed;
}

const RtChartAxis *
rt_chart_get_x_axis (const RtChart *chart)
{
  return &chart->x_axis;
}

const RtChartAxis *
rt_chart_get_y_axis (const RtChart *chart)
{
  return &chart->y_axis;
}

gboolean
rt_chart_has_points (const RtChart *chart)
{
  return !isnan (rt_chart_snap (chart, 0.0));
}

double
rt_chart_step (const RtChart *chart,
               double         x,
               int            direction,
               double         least)
{
  double found = NAN, end = NAN;

  g_return_val_if_fail (direction == 1 || direction == -1, NAN);

  for (guint i = 0; i < chart->series->len; i++)
    {
      RtChartSeries *series = g_ptr_array_index (chart->series, i);
      const double *points;
      int n = rt_chart_series_get_points (series, &points, NULL, NULL);
      int k;

      if (n == 0 || !rt_chart_series_get_visible (series))
        continue;
      if (isnan (x))
        k = direction > 0 ? 0 : n - 1;
      else
        k = rt_chart_series_find (series, x + direction * least);
      while (!isnan (x) && k >= 0 && k < n && (points[k] - x) * direction < least)
        k += direction;
      if (k >= 0 && k < n && (isnan (found) || (points[k] - found) * direction < 0.0))
        found = points[k];
      k = direction > 0 ? n - 1 : 0;
      if (isnan (end) || (points[k] - end) * direction > 0.0)
        end = points[k];
    }
  return isnan (found) ? end : found;
}

double
rt_chart_snap (const RtChart *chart,
               double         x)
{
  double found = NAN;

  for (guint i = 0; i < chart->series->len; i++)
    {
      RtChartSeries *series = g_ptr_array_index (chart->series, i);
      int k = rt_chart_series_find (series, x);
      const double *points;

      if (k < 0 || !rt_chart_series_get_visible (series))
        continue;
      rt_chart_series_get_points (series, &points, NULL, NULL);
      if (isnan (found) || fabs (points[k] - x) < fabs (found - x))
        found = points[k];
    }
  return found;
}
