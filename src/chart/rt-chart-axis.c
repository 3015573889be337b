/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An axis: values to 0..1 and back, round ticks, and a range that follows the data without
 * fidgeting.
 *
 * Round means 1, 2 or 5 times a power of ten. Ticks are counted in steps from zero (value = i *
 * step), never by adding up, so that 0.3 is 3 * 0.1 and zero is zero. A log axis is marked at its
 * decades where there are at least two of them, at 1, 2 and 5 of each where there is less, and like
 * a linear one where even those are too few.
 *
 * Following: rt_chart_axis_follow() works out the range that it would choose for the data alone,
 * and takes it only where the present range cuts data off, or is more than twice as long.
 */
#include "config.h"

#include "rt-chart-axis.h"

#include <math.h>

double
rt_chart_axis_map (const RtChartAxis *axis,
                   double             value)
{
  if (!isfinite (value))
    return NAN;
  if (!axis->log)
    return (value - axis->low) / (axis->high - axis->low);
  if (value <= 0.0)
    return NAN;
  return log (value / axis->low) / log (axis->high / axis->low);
}

double
rt_chart_axis_unmap (const RtChartAxis *axis,
                     double             at)
{
  if (!axis->log)
    return axis->low + at * (axis->high - axis->low);
  return axis->low * pow (axis->high / axis->low, at);
}

/* The least of 1, 2 and 5 times a power of ten that is at least @rough. */
static double
round_step (double rough)
{
  double decade = pow (10.0, floor (log10 (rough)));
  double unit = rough / decade;

  /* The tolerance keeps an exact 2 from becoming 5 by a rounding error. */
  if (unit <= 1.0 + 1e-9)
    return decade;
  if (unit <= 2.0 + 1e-9)
    return 2.0 * decade;
  if (unit <= 5.0 + 1e-9)
    return 5.0 * decade;
  return 10.0 * decade;
}

static void
format_tick (char          *label,
             size_t         size,
             double         value,
             double         step,
             RtChartFormat  format)
{
  double scale = format == RT_CHART_FORMAT_PERCENT ? 100.0 : 1.0;
  const char *unit = format == RT_CHART_FORMAT_PERCENT ? " %" : "";
  double shown = value * scale;
  int decimals = (int) CLAMP (-floor (log10 (step * scale) + 1e-9), 0.0, 12.0);

  if (fabs (shown) < step * scale * 1e-6)
    g_snprintf (label, size, "0%s", unit);
  else if (fabs (shown) >= 1e6 || decimals > 4)
    g_snprintf (label, size, "%.3g%s", shown, unit);
  else
    g_snprintf (label, size, "%.*f%s", decimals, shown, unit);
}

static int
linear_ticks (const RtChartAxis *axis,
              int                target,
              RtChartFormat      format,
              RtChartTick       *ticks)
{
  double step = round_step ((axis->high - axis->low) / MAX (target, 1));
  double first = ceil (axis->low / step - 1e-6);
  double last = floor (axis->high / step + 1e-6);
  int n = 0;

  for (double i = first; i <= last && n < RT_CHART_MAX_TICKS; i++)
    {
      RtChartTick *tick = &ticks[n++];

      tick->value = i * step;
      tick->at = rt_chart_axis_map (axis, tick->value);
      format_tick (tick->label, sizeof tick->label, tick->value, step, format);
    }
  return n;
}

/* Marks of a log axis: each @stride-th decade, and within it the multiples. */
static int
log_ticks (const RtChartAxis *axis,
           const int         *multiples,
           int                n_multiples,
           int                stride,
           RtChartFormat      format,
           RtChartTick       *ticks)
{
  int first = (int) floor (log10 (axis->low) + 1e-9);
  int last = (int) ceil (log10 (axis->high) - 1e-9);
  int n = 0;

  for (int decade = first; decade <= last; decade++)
    for (int i = 0; i < n_multiples; i++)
      {
        double power = pow (10.0, decade);
        double value = multiples[i] * power;
        double at = rt_chart_axis_map (axis, value);

        if (at < -1e-6 || at > 1.0 + 1e-6 || decade % stride != 0 || n == RT_CHART_MAX_TICKS)
          continue;
        ticks[n].value = value;
        ticks[n].at = at;
        format_tick (ticks[n].label, sizeof ticks[n].label, value, power, format);
        n++;
      }
  return n;
}

int
rt_chart_axis_ticks (const RtChartAxis *axis,
                     int                target,
                     RtChartFormat      format,
                     RtChartTick       *ticks)
{
  static const int one[] = { 1 };
  static const int all[] = { 1, 2, 5 };
  double decades;
  int n;

  g_return_val_if_fail (axis->high > axis->low, 0);
  g_return_val_if_fail (!axis->log || axis->low > 0.0, 0);

  if (!axis->log)
    return linear_ticks (axis, target, format, ticks);

  decades = log10 (axis->high / axis->low);
  if (decades > 2.0)
    n = log_ticks (axis, one, 1, MAX ((int) ceil (decades / MAX (target, 1)), 1), format, ticks);
  else
    n = log_ticks (axis, all, 3, 1, format, ticks);
  return n >= 2 ? n : linear_ticks (axis, target, format, ticks);
}

static void
choose_linear (double  min,
               double  max,
               double *low,
               double *high)
{
  double pad = MAX (fabs (max) * 0.05, 1e-9);
  double step;

  if (max - min < pad)    /* a flat line lies in the middle */
    {
      min = min >= 0.0 ? MAX (min - pad, 0.0) : min - pad;
      max += pad;
    }
  if (min > 0.0 && min < 0.3 * max)    /* zero is near enough to be shown */
    min = 0.0;
  step = round_step ((max - min) / 5.0);
  *low = floor (min / step + 1e-9) * step;
  *high = ceil (max / step - 1e-9) * step;
}

static void
choose_log (double  min,
            double  max,
            double *low,
            double *high)
{
  double below = pow (10.0, floor (log10 (min)));

  *low = min >= 5.0 * below ? 5.0 * below : min >= 2.0 * below ? 2.0 * below : below;
  *high = round_step (max);
  if (*high <= *low * 1.5)
    *high = round_step (*low * 2.0);
}

gboolean
rt_chart_axis_follow (RtChartAxis *axis,
                      double       min,
                      double       max)
{
  double low, high, chosen, present;

  if (!isfinite (min) || !isfinite (max) || min > max || (axis->log && min <= 0.0))
    return FALSE;

  if (axis->log)
    choose_log (min, max, &low, &high);
  else
    choose_linear (min, max, &low, &high);

  if (axis->high > axis->low && (!axis->log || axis->low > 0.0))
    {
      chosen = axis->log ? log (high / low) : high - low;
      present = axis->log ? log (axis->high / axis->low) : axis->high - axis->low;
      if (min >= axis->low && max <= axis->high && chosen >= 0.5 * present)
        return FALSE;
    }
  axis->low = low;
  axis->high = high;
  return TRUE;
}

char *
rt_chart_format_value (double        value,
                       RtChartFormat format)
{
  if (!isfinite (value))
    return g_strdup ("–");
  if (format == RT_CHART_FORMAT_PERCENT)
    return g_strdup_printf ("%.1f %%", value * 100.0);
  if (value != 0.0 && (fabs (value) < 0.001 || fabs (value) >= 1e5))
    return g_strdup_printf ("%.2e", value);
  return g_strdup_printf (fabs (value) >= 100.0 ? "%.1f" : fabs (value) >= 1.0 ? "%.3f" : "%.4f",
                          value);
}
