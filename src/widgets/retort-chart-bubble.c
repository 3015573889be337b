/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-chart-bubble.h"

#include <math.h>

#define PADDING 10.0
#define DOT     3.5
#define KEY     22.0      /* the width of a line sample and the gap after it */
#define COLUMN  20.0      /* between names and values */

static const RtChartText heading = { 0.9, TRUE, 0.0, 0.5 };
static const RtChartText name_text = { 0.9, FALSE, 0.0, 0.5 };
static const RtChartText value_text = { 0.9, TRUE, 1.0, 0.5 };

/* "epoch 9" */
static char *
format_x (RtChart *chart,
          double   x)
{
  const char *label = rt_chart_get_x_label (chart);

  return g_strdup_printf ("%s%s%.4g", label, *label != '\0' ? " " : "", x);
}

static double
get_shown_value (RtChart *chart,
                 int      index,
                 double   x)
{
  RtChartSeries *series = rt_chart_get_series (chart, index);

  return rt_chart_series_get_visible (series) ? rt_chart_series_get_value_at (series, x) : NAN;
}

static int
measure (RtChart      *chart,
         PangoContext *pango,
         double        x,
         double       *width,
         double       *line)
{
  g_autofree char *title = format_x (chart, x);
  int n = 0;

  rt_chart_text_measure (pango, title, &heading, width, line);
  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    {
      double value = get_shown_value (chart, i, x);
      g_autofree char *text = rt_chart_format_value (value, rt_chart_get_y_format (chart));
      double name_width, value_width;

      if (isnan (value))
        continue;
      rt_chart_text_measure (pango, rt_chart_series_get_title (rt_chart_get_series (chart, i)),
                             &name_text, &name_width, NULL);
      rt_chart_text_measure (pango, text, &value_text, &value_width, NULL);
      *width = MAX (*width, KEY + name_width + COLUMN + value_width);
      n++;
    }
  *line += 4.0;
  *width += 2 * PADDING;
  return n;
}

static void
add_round_rectangle (cairo_t *cr,
                     double   x,
                     double   y,
                     double   width,
                     double   height,
                     double   radius)
{
  cairo_new_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI / 2, 0.0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0.0, G_PI / 2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

static void
draw_panel (cairo_t             *cr,
            const RetortColours *colours,
            double               x,
            double               y,
            double               width,
            double               height)
{
  for (int i = 3; i >= 1; i--)    /* a soft shadow */
    {
      add_round_rectangle (cr, x - i, y - i + 1, width + 2 * i, height + 2 * i, 8.0 + i);
      cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.03);
      cairo_fill (cr);
    }
  add_round_rectangle (cr, x + 0.5, y + 0.5, width - 1.0, height - 1.0, 8.0);
  rt_chart_set_colour (cr, &colours->chart.back, 0.96);
  cairo_fill_preserve (cr);
  rt_chart_set_colour (cr, &colours->chart.dim, 0.35);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
}

/* The line through the curves, and a dot on each. */
static void
draw_cross (cairo_t             *cr,
            RtChart             *chart,
            const RetortColours *colours,
            const RtChartMap    *map,
            double               x)
{
  static const double dots[] = { 3.0, 3.0 };
  double px = rt_chart_map_x (map, x);

  cairo_set_line_width (cr, 1.0);
  cairo_set_dash (cr, dots, 2, 0.0);
  rt_chart_set_colour (cr, &colours->chart.dim, 1.0);
  cairo_move_to (cr, floor (px) + 0.5, map->frame.y);
  cairo_rel_line_to (cr, 0.0, map->frame.height);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    {
      int colour = rt_chart_series_get_colour (rt_chart_get_series (chart, i));
      double py = rt_chart_map_y (map, get_shown_value (chart, i, x));

      if (isnan (py) || py < map->frame.y - DOT || py > map->frame.y + map->frame.height + DOT)
        continue;
      cairo_new_path (cr);
      cairo_arc (cr, px, py, DOT, 0.0, 2 * G_PI);
      rt_chart_set_colour (cr, &colours->chart.series[colour], 1.0);
      cairo_fill (cr);
    }
}

static void
draw_rows (cairo_t             *cr,
           RtChart             *chart,
           const RetortColours *colours,
           PangoContext        *pango,
           double               x,
           double               left,
           double               right,
           double               y,
           double               line)
{
  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    {
      RtChartSeries *series = rt_chart_get_series (chart, i);
      double value = get_shown_value (chart, i, x);
      g_autofree char *text = rt_chart_format_value (value, rt_chart_get_y_format (chart));

      if (isnan (value))
        continue;
      y += line;
      rt_chart_draw_sample (cr, &colours->chart.series[rt_chart_series_get_colour (series)],
                            rt_chart_series_get_dash (series), left, y, KEY - 6.0);
      rt_chart_set_colour (cr, &colours->chart.text, 1.0);
      rt_chart_text_draw (cr, pango, rt_chart_series_get_title (series), &name_text, left + KEY, y);
      rt_chart_text_draw (cr, pango, text, &value_text, right, y);
    }
}

void
retort_chart_bubble_draw (cairo_t             *cr,
                          RtChart             *chart,
                          const RetortColours *colours,
                          PangoContext        *pango,
                          const RtChartMap    *map,
                          double               x,
                          double               width,
                          double               height)
{
  g_autofree char *title = format_x (chart, x);
  double at = rt_chart_axis_map (&map->x_axis, x);
  double panel_width, panel_height, line, left, top;
  int n;

  if (isnan (at) || at < 0.0 || at > 1.0)
    return;
  cairo_save (cr);
  draw_cross (cr, chart, colours, map, x);
  n = measure (chart, pango, x, &panel_width, &line);
  panel_height = (n + 1) * line + 2 * PADDING - 4.0;

  left = rt_chart_map_x (map, x) + 10.0;
  if (left + panel_width > width)
    left = MAX (rt_chart_map_x (map, x) - 10.0 - panel_width, 0.0);
  top = CLAMP (map->frame.y + map->frame.height - panel_height - 10.0, 2.0,
               MAX (height - panel_height - 2.0, 2.0));
  draw_panel (cr, colours, floor (left), floor (top), ceil (panel_width), ceil (panel_height));
  rt_chart_set_colour (cr, &colours->chart.text, 1.0);
  top += PADDING + line / 2 - 2.0;
  rt_chart_text_draw (cr, pango, title, &heading, left + PADDING, top);
  draw_rows (cr, chart, colours, pango, x, left + PADDING, left + panel_width - PADDING, top, line);
  cairo_restore (cr);
}

char *
retort_chart_bubble_to_text (RtChart *chart,
                             double   x)
{
  g_autofree char *title = format_x (chart, x);
  GString *text = g_string_new (title);
  const char *separator = ": ";

  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    {
      double value = get_shown_value (chart, i, x);
      g_autofree char *shown = rt_chart_format_value (value, rt_chart_get_y_format (chart));

      if (isnan (value))
        continue;
      g_string_append_printf (text, "%s%s %s", separator,
                              rt_chart_series_get_title (rt_chart_get_series (chart, i)), shown);
      separator = ", ";
    }
  return g_string_free (text, FALSE);
}
