/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A curve's points, smoothed as they come.
 *
 * Smoothing is the exponential moving average with the bias of its start taken out, as TensorBoard
 * draws it:
 *
 *   m_0 = 0,  m_n = w m_{n-1} + (1 - w) y_n,  shown_n = m_n / (1 - w^n)
 *
 * so the first shown value is the first value. Points that are not finite are gaps: shown as they
 * are, and not part of the average. The state (m, w^n) is kept, so that a point costs a
 * multiplication; changing the weight, or taking the curve up again at an earlier x, works it out
 * anew from the first point.
 *
 * Invariant: x ascends strictly; extent covers exactly the points and the band.
 */
#include "config.h"

#include "rt-chart-series.h"

#include <math.h>

struct _RtChartSeries
{
  char         *id;
  char         *title;
  int           colour;
  RtChartDash   dash;
  gboolean      hidden;
  gboolean      no_ghost;
  gboolean      exact;      /* smoothing does not apply */

  /* Points: Owned */
  GArray       *x;
  GArray       *raw;
  GArray       *shown;
  RtChartExtent extent;

  /* The running average */
  double        weight;
  double        mean;
  double        bias;       /* weight to the power of the number of finite points */

  /* The band: Owned */
  GArray       *band_x;
  GArray       *lower;
  GArray       *upper;

  double        best;
  char         *best_text;  /* (nullable) */
};

#define AT(array, i) g_array_index ((array), double, (i))

static const RtChartExtent nothing = { INFINITY, -INFINITY, INFINITY, -INFINITY, INFINITY };

RtChartSeries *
rt_chart_series_new (const char  *id,
                     const char  *title,
                     int          colour,
                     RtChartDash  dash)
{
  RtChartSeries *series;
  GArray **arrays[6];

  g_return_val_if_fail (id != NULL && title != NULL && colour >= 0, NULL);
  g_return_val_if_fail (dash < RT_CHART_N_DASHES, NULL);

  series = g_new0 (RtChartSeries, 1);
  arrays[0] = &series->x;
  arrays[1] = &series->raw;
  arrays[2] = &series->shown;
  arrays[3] = &series->band_x;
  arrays[4] = &series->lower;
  arrays[5] = &series->upper;
  for (size_t i = 0; i < G_N_ELEMENTS (arrays); i++)
    *arrays[i] = g_array_new (FALSE, FALSE, sizeof (double));
  series->id = g_strdup (id);
  series->title = g_strdup (title);
  series->colour = colour % RT_CHART_N_COLOURS;
  series->dash = dash;
  rt_chart_series_clear (series);
  return series;
}

void
rt_chart_series_free (RtChartSeries *series)
{
  if (series == NULL)
    return;
  g_array_unref (series->x);
  g_array_unref (series->raw);
  g_array_unref (series->shown);
  g_array_unref (series->band_x);
  g_array_unref (series->lower);
  g_array_unref (series->upper);
  g_free (series->best_text);
  g_free (series->title);
  g_free (series->id);
  g_free (series);
}

const char *
rt_chart_series_get_id (const RtChartSeries *series)
{
  return series->id;
}

const char *
rt_chart_series_get_title (const RtChartSeries *series)
{
  return series->title;
}

int
rt_chart_series_get_colour (const RtChartSeries *series)
{
  return series->colour;
}

RtChartDash
rt_chart_series_get_dash (const RtChartSeries *series)
{
  return series->dash;
}

void
rt_chart_series_set_visible (RtChartSeries *series,
                             gboolean       visible)
{
  series->hidden = !visible;
}

gboolean
rt_chart_series_get_visible (const RtChartSeries *series)
{
  return !series->hidden;
}

static void
extend_by (RtChartExtent *extent,
           double         x,
           double         y)
{
  extent->x_min = MIN (extent->x_min, x);
  extent->x_max = MAX (extent->x_max, x);
  if (!isfinite (y))
    return;
  extent->y_min = MIN (extent->y_min, y);
  extent->y_max = MAX (extent->y_max, y);
  if (y > 0.0)
    extent->y_positive = MIN (extent->y_positive, y);
}

static double
smooth_next (RtChartSeries *series,
             double         y)
{
  if (!isfinite (y) || series->weight <= 0.0 || series->exact)
    return y;
  series->mean = series->weight * series->mean + (1.0 - series->weight) * y;
  series->bias *= series->weight;
  return series->mean / (1.0 - series->bias);
}

/* Works out from the points what is kept beside them: averages and extent. */
static void
renew (RtChartSeries *series)
{
  series->mean = 0.0;
  series->bias = 1.0;
  series->extent = nothing;
  for (guint i = 0; i < series->x->len; i++)
    {
      AT (series->shown, i) = smooth_next (series, AT (series->raw, i));
      extend_by (&series->extent, AT (series->x, i), AT (series->raw, i));
    }
  for (guint i = 0; i < series->band_x->len; i++)
    {
      extend_by (&series->extent, AT (series->band_x, i), AT (series->lower, i));
      extend_by (&series->extent, AT (series->band_x, i), AT (series->upper, i));
    }
}

/* The number of points before @x. */
static guint
count_before (const RtChartSeries *series,
              double               x)
{
  guint low = 0, high = series->x->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (AT (series->x, middle) < x)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
truncate_at (RtChartSeries *series,
             double         x)
{
  guint n = count_before (series, x);

  g_array_set_size (series->x, n);
  g_array_set_size (series->raw, n);
  g_array_set_size (series->shown, n);
  renew (series);
}

void
rt_chart_series_append (RtChartSeries *series,
                        double         x,
                        double         y)
{
  double shown;

  g_return_if_fail (series != NULL && isfinite (x));

  if (series->x->len > 0 && x <= AT (series->x, series->x->len - 1))
    truncate_at (series, x);
  shown = smooth_next (series, y);
  g_array_append_val (series->x, x);
  g_array_append_val (series->raw, y);
  g_array_append_val (series->shown, shown);
  extend_by (&series->extent, x, y);
}

void
rt_chart_series_clear (RtChartSeries *series)
{
  g_array_set_size (series->x, 0);
  g_array_set_size (series->raw, 0);
  g_array_set_size (series->shown, 0);
  rt_chart_series_set_best (series, NAN, NULL);
  rt_chart_series_set_band (series, 0, NULL, NULL, NULL);
}

void
rt_chart_series_set_smoothing (RtChartSeries *series,
                               double         weight)
{
  g_return_if_fail (weight >= 0.0 && weight < 1.0);

  if (series->weight == weight)
    return;
  series->weight = weight;
  renew (series);
}

double
rt_chart_series_get_smoothing (const RtChartSeries *series)
{
  return series->weight;
}

void
rt_chart_series_set_smoothable (RtChartSeries *series,
                                gboolean       smoothable)
{
  if (series->exact == !smoothable)
    return;
  series->exact = !smoothable;
  renew (series);
}

gboolean
rt_chart_series_get_smoothable (const RtChartSeries *series)
{
  return !series->exact;
}

void
rt_chart_series_set_ghost (RtChartSeries *series,
                           gboolean       ghost)
{
  series->no_ghost = !ghost;
}

gboolean
rt_chart_series_get_ghost (const RtChartSeries *series)
{
  return !series->no_ghost;
}

void
rt_chart_series_set_band (RtChartSeries *series,
                          int            n,
                          const double  *x,
                          const double  *lower,
                          const double  *upper)
{
  g_return_if_fail (n >= 0);

  g_array_set_size (series->band_x, 0);
  g_array_set_size (series->lower, 0);
  g_array_set_size (series->upper, 0);
  if (n > 0)
    {
      g_array_append_vals (series->band_x, x, n);
      g_array_append_vals (series->lower, lower, n);
      g_array_append_vals (series->upper, upper, n);
    }
  renew (series);
}

/* By way of void: GArray's data is typed as bytes, and is aligned for anything. */
static const double *
get_values (const GArray *array)
{
  return (const void *) array->data;
}

int
rt_chart_series_get_band (const RtChartSeries  *series,
                          const double        **x,
                          const double        **lower,
                          const double        **upper)
{
  *x = get_values (series->band_x);
  *lower = get_values (series->lower);
  *upper = get_values (series->upper);
  return (int) series->band_x->len;
}

void
rt_chart_series_set_best (RtChartSeries *series,
                          double         x,
                          const char    *text)
{
  char *copy = g_strdup (text);

  g_free (series->best_text);
  series->best = x;
  series->best_text = copy;
}

double
rt_chart_series_get_best (const RtChartSeries  *series,
                          const char          **text)
{
  if (text != NULL)
    *text = series->best_text;
  return series->best;
}

int
rt_chart_series_get_points (const RtChartSeries  *series,
                            const double        **x,
                            const double        **raw,
                            const double        **shown)
{
  if (x != NULL)
    *x = get_values (series->x);
  if (raw != NULL)
    *raw = get_values (series->raw);
  if (shown != NULL)
    *shown = get_values (series->shown);
  return (int) series->x->len;
}

void
rt_chart_series_extend (const RtChartSeries *series,
                        RtChartExtent       *extent)
{
  extent->x_min = MIN (extent->x_min, series->extent.x_min);
  extent->x_max = MAX (extent->x_max, series->extent.x_max);
  extent->y_min = MIN (extent->y_min, series->extent.y_min);
  extent->y_max = MAX (extent->y_max, series->extent.y_max);
  extent->y_positive = MIN (extent->y_positive, series->extent.y_positive);
}

int
rt_chart_series_find (const RtChartSeries *series,
                      double               x)
{
  guint i = count_before (series, x);

  if (series->x->len == 0)
    return -1;
  if (i == series->x->len)
    return (int) i - 1;
  if (i > 0 && x - AT (series->x, i - 1) < AT (series->x, i) - x)
    return (int) i - 1;
  return (int) i;
}

double
rt_chart_series_get_value_at (const RtChartSeries *series,
                              double               x)
{
  int last = (int) series->x->len - 1;
  int i = rt_chart_series_find (series, x);
  double reach;

  if (i < 0)
    return NAN;
  /* Beyond an end the curve reaches half a step; a single point reaches nowhere else. */
  if (last == 0)
    reach = 0.0;
  else
    reach = AT (series->x, MAX (i, 1)) - AT (series->x, MAX (i, 1) - 1);
  if (i == 0 && x < AT (series->x, 0) - reach / 2)
    return NAN;
  if (i == last && x > AT (series->x, last) + reach / 2)
    return NAN;
  return AT (series->shown, i);
}
