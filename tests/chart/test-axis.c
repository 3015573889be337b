/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-chart-axis.h"

#include <math.h>

static void
assert_labels (const RtChartAxis *axis,
               int                target,
               RtChartFormat      format,
               const char        *expected)
{
  RtChartTick ticks[RT_CHART_MAX_TICKS];
  int n = rt_chart_axis_ticks (axis, target, format, ticks);
  g_autoptr (GString) found = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    {
      g_string_append_printf (found, "%s%s", i > 0 ? "|" : "", ticks[i].label);
      g_assert_cmpfloat_with_epsilon (ticks[i].at, rt_chart_axis_map (axis, ticks[i].value), 1e-12);
      g_assert_true (i == 0 || ticks[i].value > ticks[i - 1].value);
    }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_map (void)
{
  RtChartAxis linear = { 2.0, 6.0, FALSE };
  RtChartAxis decades = { 0.01, 100.0, TRUE };

  g_assert_cmpfloat (rt_chart_axis_map (&linear, 2.0), ==, 0.0);
  g_assert_cmpfloat (rt_chart_axis_map (&linear, 5.0), ==, 0.75);
  g_assert_cmpfloat (rt_chart_axis_unmap (&linear, 0.75), ==, 5.0);
  g_assert_cmpfloat_with_epsilon (rt_chart_axis_map (&decades, 1.0), 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (rt_chart_axis_unmap (&decades, 0.25), 0.1, 1e-12);
  g_assert_true (isnan (rt_chart_axis_map (&decades, 0.0)));
  g_assert_true (isnan (rt_chart_axis_map (&decades, -1.0)));
  g_assert_true (isnan (rt_chart_axis_map (&linear, NAN)));
  g_assert_true (isnan (rt_chart_axis_map (&linear, INFINITY)));
}

static void
test_ticks (void)
{
  assert_labels (&(RtChartAxis) { 0, 2, FALSE }, 4, RT_CHART_FORMAT_NUMBER, "0|0.5|1.0|1.5|2.0");
  assert_labels (&(RtChartAxis) { 0, 20, FALSE }, 5, RT_CHART_FORMAT_NUMBER, "0|5|10|15|20");
  assert_labels (&(RtChartAxis) { 0.4, 1, FALSE }, 3, RT_CHART_FORMAT_PERCENT,
                 "40 %|60 %|80 %|100 %");
  assert_labels (&(RtChartAxis) { 0.9, 1, FALSE }, 5, RT_CHART_FORMAT_PERCENT,
                 "90 %|92 %|94 %|96 %|98 %|100 %");
  assert_labels (&(RtChartAxis) { -0.3, 0.3, FALSE }, 6, RT_CHART_FORMAT_NUMBER,
                 "-0.3|-0.2|-0.1|0|0.1|0.2|0.3");
  assert_labels (&(RtChartAxis) { 0, 4e6, FALSE }, 4, RT_CHART_FORMAT_NUMBER,
                 "0|1e+06|2e+06|3e+06|4e+06");
}

static void
test_log_ticks (void)
{
  assert_labels (&(RtChartAxis) { 0.001, 10, TRUE }, 5, RT_CHART_FORMAT_NUMBER,
                 "0.001|0.01|0.1|1|10");
  assert_labels (&(RtChartAxis) { 0.05, 2, TRUE }, 5, RT_CHART_FORMAT_NUMBER,
                 "0.05|0.1|0.2|0.5|1|2");
  assert_labels (&(RtChartAxis) { 1e-8, 1, TRUE }, 4, RT_CHART_FORMAT_NUMBER,
                 "1e-08|1e-06|0.0001|0.01|1");
  /* Less than 1, 2 or 5 twice: as on a linear axis. */
  assert_labels (&(RtChartAxis) { 2.2, 4.4, TRUE }, 4, RT_CHART_FORMAT_NUMBER, "3|4");
}

/* A range that follows shows the data, between round ends, and stands still for small changes. */
static void
test_follow (void)
{
  RtChartAxis axis = { 0 };

  g_assert_true (rt_chart_axis_follow (&axis, 0.31, 1.9));
  g_assert_cmpfloat (axis.low, ==, 0.0);
  g_assert_cmpfloat (axis.high, ==, 2.0);
  g_assert_false (rt_chart_axis_follow (&axis, 0.31, 1.2));     /* it still fills half */
  g_assert_cmpfloat (axis.high, ==, 2.0);
  g_assert_true (rt_chart_axis_follow (&axis, 0.31, 2.3));      /* cut off */
  g_assert_cmpfloat (axis.high, ==, 2.5);
  g_assert_true (rt_chart_axis_follow (&axis, 0.1, 0.4));       /* far too much room */
  g_assert_cmpfloat_with_epsilon (axis.high, 0.4, 1e-12);

  axis = (RtChartAxis) { 0 };
  g_assert_true (rt_chart_axis_follow (&axis, 0.91, 0.98));
  g_assert_cmpfloat_with_epsilon (axis.low, 0.9, 1e-12);
  g_assert_cmpfloat_with_epsilon (axis.high, 0.98, 1e-12);

  g_assert_false (rt_chart_axis_follow (&axis, NAN, 1.0));
  g_assert_false (rt_chart_axis_follow (&axis, INFINITY, -INFINITY));
}

static void
test_follow_flat (void)
{
  RtChartAxis axis = { 0 };

  g_assert_true (rt_chart_axis_follow (&axis, 0.0, 0.0));
  g_assert_cmpfloat (axis.low, <=, 0.0);
  g_assert_cmpfloat (axis.high, >, 0.0);
  axis = (RtChartAxis) { 0 };
  g_assert_true (rt_chart_axis_follow (&axis, 0.7, 0.7));
  g_assert_cmpfloat (axis.low, <, 0.7);
  g_assert_cmpfloat (axis.high, >, 0.7);
}

static void
test_follow_log (void)
{
  RtChartAxis axis = { .log = TRUE };

  g_assert_true (rt_chart_axis_follow (&axis, 0.03, 1.8));
  g_assert_cmpfloat_with_epsilon (axis.low, 0.02, 1e-12);
  g_assert_cmpfloat_with_epsilon (axis.high, 2.0, 1e-12);
  g_assert_false (rt_chart_axis_follow (&axis, 0.0, 1.8));
  g_assert_true (rt_chart_axis_follow (&axis, 5e-5, 1.8));
  g_assert_cmpfloat_with_epsilon (axis.low, 5e-5, 1e-15);
}

static void
assert_value (double         value,
              RtChartFormat  format,
              const char    *expected)
{
  g_autofree char *text = rt_chart_format_value (value, format);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_format (void)
{
  assert_value (0.912, RT_CHART_FORMAT_PERCENT, "91.2 %");
  assert_value (0.37123, RT_CHART_FORMAT_NUMBER, "0.3712");
  assert_value (2.30259, RT_CHART_FORMAT_NUMBER, "2.303");
  assert_value (0.000012, RT_CHART_FORMAT_NUMBER, "1.20e-05");
  assert_value (NAN, RT_CHART_FORMAT_PERCENT, "–");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chart/axis/map", test_map);
  g_test_add_func ("/chart/axis/ticks", test_ticks);
  g_test_add_func ("/chart/axis/log-ticks", test_log_ticks);
  g_test_add_func ("/chart/axis/follow", test_follow);
  g_test_add_func ("/chart/axis/follow-flat", test_follow_flat);
  g_test_add_func ("/chart/axis/follow-log", test_follow_log);
  g_test_add_func ("/chart/axis/format", test_format);
  return g_test_run ();
}
