/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-chart.h"

#include <math.h>

/* The formula itself, a sum over the past: sum of w^(n-i) (1-w) y_i, over 1 - w^n. */
static double
smooth_plainly (const double *y,
                int           n,
                double        weight)
{
  double sum = 0.0;
  int finite = 0, seen = 0;

  for (int i = 0; i < n; i++)
    finite += isfinite (y[i]);
  for (int i = 0; i < n; i++)
    if (isfinite (y[i]))
      sum += pow (weight, finite - ++seen) * (1.0 - weight) * y[i];
  return sum / (1.0 - pow (weight, finite));
}

static void
test_smoothing (void)
{
  static const double y[] = { 2.0, 1.0, NAN, 4.0, 0.5, 0.25, 3.0 };
  static const double weights[] = { 0.9, 0.6, 0.0 };
  g_autoptr (RtChartSeries) series = rt_chart_series_new ("a", "A", 0, RT_CHART_DASH_SOLID);
  const double *raw, *shown;

  rt_chart_series_set_smoothing (series, 0.3);
  for (size_t i = 0; i < G_N_ELEMENTS (y); i++)
    rt_chart_series_append (series, i, y[i]);

  for (size_t w = 0; w < G_N_ELEMENTS (weights); w++)
    {
      rt_chart_series_set_smoothing (series, weights[w]);
      g_assert_cmpint (rt_chart_series_get_points (series, NULL, &raw, &shown), ==, 7);
      for (int i = 0; i < 7; i++)
        if (isfinite (y[i]))
          g_assert_cmpfloat_with_epsilon (shown[i], smooth_plainly (y, i + 1, weights[w]), 1e-12);
        else
          g_assert_true (isnan (shown[i]) && isnan (raw[i]));
      g_assert_cmpfloat (raw[3], ==, 4.0);
    }
}

/* The first value shown is the first value: the bias towards zero is taken out. */
static void
test_no_bias (void)
{
  g_autoptr (RtChartSeries) series = rt_chart_series_new ("a", "A", 0, RT_CHART_DASH_SOLID);
  const double *shown;

  rt_chart_series_set_smoothing (series, 0.99);
  for (int i = 0; i < 50; i++)
    rt_chart_series_append (series, i, 3.0);
  rt_chart_series_get_points (series, NULL, NULL, &shown);
  for (int i = 0; i < 50; i++)
    g_assert_cmpfloat_with_epsilon (shown[i], 3.0, 1e-9);
}

static void
test_resume (void)
{
  g_autoptr (RtChartSeries) whole = rt_chart_series_new ("a", "A", 0, RT_CHART_DASH_SOLID);
  g_autoptr (RtChartSeries) resumed = rt_chart_series_new ("b", "B", 0, RT_CHART_DASH_SOLID);
  RtChartExtent extent = { INFINITY, -INFINITY, INFINITY, -INFINITY, INFINITY };
  const double *x, *a, *b;

  rt_chart_series_set_smoothing (whole, 0.8);
  rt_chart_series_set_smoothing (resumed, 0.8);
  for (int i = 0; i < 10; i++)
    rt_chart_series_append (whole, i, 1.0 / (i + 1));
  for (int i = 0; i < 7; i++)
    rt_chart_series_append (resumed, i, i < 4 ? 1.0 / (i + 1) : 50.0);
  for (int i = 4; i < 10; i++)
    rt_chart_series_append (resumed, i, 1.0 / (i + 1));

  g_assert_cmpint (rt_chart_series_get_points (resumed, &x, NULL, &b), ==, 10);
  rt_chart_series_get_points (whole, NULL, NULL, &a);
  for (int i = 0; i < 10; i++)
    {
      g_assert_cmpfloat (x[i], ==, i);
      g_assert_cmpfloat (a[i], ==, b[i]);
    }
  rt_chart_series_extend (resumed, &extent);
  g_assert_cmpfloat (extent.y_max, ==, 1.0);
  g_assert_cmpfloat (extent.y_min, ==, 0.1);
  g_assert_cmpfloat (extent.x_max, ==, 9.0);
}

static void
test_find (void)
{
  g_autoptr (RtChartSeries) series = rt_chart_series_new ("a", "A", 0, RT_CHART_DASH_SOLID);

  g_assert_cmpint (rt_chart_series_find (series, 1.0), ==, -1);
  g_assert_true (isnan (rt_chart_series_get_value_at (series, 1.0)));
  for (int i = 2; i <= 5; i++)
    rt_chart_series_append (series, i, 10.0 * i);
  g_assert_cmpint (rt_chart_series_find (series, -3.0), ==, 0);
  g_assert_cmpint (rt_chart_series_find (series, 3.4), ==, 1);
  g_assert_cmpint (rt_chart_series_find (series, 3.6), ==, 2);
  g_assert_cmpint (rt_chart_series_find (series, 99.0), ==, 3);
  g_assert_cmpfloat (rt_chart_series_get_value_at (series, 5.4), ==, 50.0);
  g_assert_true (isnan (rt_chart_series_get_value_at (series, 5.6)));
  g_assert_cmpfloat (rt_chart_series_get_value_at (series, 1.6), ==, 20.0);
  g_assert_true (isnan (rt_chart_series_get_value_at (series, 1.4)));
}

static void
test_chart_range (void)
{
  g_autoptr (RtChart) chart = rt_chart_new ();
  RtChartSeries *a = rt_chart_add_series (chart, "a", "A", 0, RT_CHART_DASH_SOLID);
  RtChartSeries *b = rt_chart_add_series (chart, "b", "B", 1, RT_CHART_DASH_DASHED);
  const RtChartAxis *y = rt_chart_get_y_axis (chart);

  g_assert_false (rt_chart_has_points (chart));
  for (int i = 0; i <= 10; i++)
    {
      rt_chart_series_append (a, i, 2.0 - 0.1 * i);
      rt_chart_series_append (b, i, 9.0);
    }
  g_assert_true (rt_chart_update_axes (chart));
  g_assert_false (rt_chart_update_axes (chart));
  g_assert_cmpfloat (rt_chart_get_x_axis (chart)->high, ==, 10.0);
  g_assert_cmpfloat (y->high, ==, 10.0);

  rt_chart_series_set_visible (b, FALSE);
  g_assert_true (rt_chart_update_axes (chart));
  g_assert_cmpfloat (y->high, ==, 2.0);

  rt_chart_set_x_range (chart, 0.0, 20.0);
  rt_chart_set_y_range (chart, NAN, 3.0);
  g_assert_cmpfloat (rt_chart_get_x_axis (chart)->high, ==, 20.0);
  g_assert_cmpfloat (y->high, ==, 3.0);

  rt_chart_set_y_range (chart, NAN, NAN);
  rt_chart_set_log (chart, TRUE);
  g_assert_true (y->log);
  g_assert_cmpfloat (y->low, ==, 1.0);
  g_assert_cmpfloat (y->high, ==, 2.0);

  g_assert_true (rt_chart_find_series (chart, "b") == b);
  rt_chart_remove_series (chart, b);
  g_assert_null (rt_chart_find_series (chart, "b"));
  g_assert_cmpint (rt_chart_get_n_series (chart), ==, 1);
}

static void
test_step (void)
{
  g_autoptr (RtChart) chart = rt_chart_new ();
  RtChartSeries *fine = rt_chart_add_series (chart, "fine", "Fine", 0, RT_CHART_DASH_SOLID);
  RtChartSeries *coarse = rt_chart_add_series (chart, "coarse", "Coarse", 1, RT_CHART_DASH_DASHED);

  g_assert_true (isnan (rt_chart_step (chart, 1.0, 1, 0.0)));
  for (int i = 0; i <= 40; i++)
    rt_chart_series_append (fine, i * 0.1, i);
  for (int i = 1; i <= 5; i++)
    rt_chart_series_append (coarse, i, i);
  g_assert_cmpfloat (rt_chart_step (chart, NAN, 1, 0.05), ==, 0.0);
  g_assert_cmpfloat (rt_chart_step (chart, NAN, -1, 0.05), ==, 5.0);
  g_assert_cmpfloat_with_epsilon (rt_chart_step (chart, 1.0, 1, 0.05), 1.1, 1e-12);
  g_assert_cmpfloat_with_epsilon (rt_chart_step (chart, 1.0, -1, 0.35), 0.6, 1e-12);
  g_assert_cmpfloat (rt_chart_step (chart, 4.0, 1, 0.05), ==, 5.0);
  g_assert_cmpfloat (rt_chart_step (chart, 5.0, 1, 0.05), ==, 5.0);
  g_assert_cmpfloat (rt_chart_snap (chart, 4.6), ==, 5.0);
  rt_chart_series_set_visible (coarse, FALSE);
  g_assert_cmpfloat (rt_chart_snap (chart, 4.6), ==, 4.0);
}

static void
test_csv (void)
{
  g_autoptr (RtChart) chart = rt_chart_new ();
  RtChartSeries *a = rt_chart_add_series (chart, "a", "train, raw", 0, RT_CHART_DASH_SOLID);
  RtChartSeries *b = rt_chart_add_series (chart, "b", "val", 1, RT_CHART_DASH_DASHED);
  static const double x[] = { 1.0, 2.0 }, low[] = { 0.5, 0.6 }, high[] = { 0.7, 0.8 };
  g_autofree char *csv = NULL;

  rt_chart_set_x_label (chart, "epoch");
  rt_chart_series_append (a, 0.5, 2.25);
  rt_chart_series_append (a, 1.0, NAN);
  rt_chart_series_append (b, 1.0, 0.625);
  rt_chart_series_set_band (b, 2, x, low, high);
  csv = rt_chart_to_csv (chart);
  g_assert_cmpstr (csv, ==,
                   "epoch,\"train, raw\",val,val (low),val (high)\n"
                   "0.5,2.25,,,\n"
                   "1,,0.625,0.5,0.7\n"
                   "2,,,0.6,0.8\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chart/series/smoothing", test_smoothing);
  g_test_add_func ("/chart/series/no-bias", test_no_bias);
  g_test_add_func ("/chart/series/resume", test_resume);
  g_test_add_func ("/chart/series/find", test_find);
  g_test_add_func ("/chart/chart/range", test_chart_range);
  g_test_add_func ("/chart/chart/step", test_step);
  g_test_add_func ("/chart/chart/csv", test_csv);
  return g_test_run ();
}
