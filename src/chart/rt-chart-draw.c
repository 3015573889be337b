/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture of a chart, in layers.
 *
 * rt_chart_layout() measures the ticks and leaves the frame; rt_chart_draw_back() draws grid, ticks
 * and the label of x; rt_chart_draw_series() a band, the ghost of the raw points and the curve, all
 * cut to the frame; rt_chart_draw_marks() the best points, which may reach over the frame
 * (rt-chart-mark.c). A widget keeps each layer's drawing until its part changes; rt_chart_draw()
 * stacks them for a file, under a title and a legend.
 */
#include "config.h"

#include "rt-chart-draw.h"

#include "rt-chart-mark.h"

#include <math.h>

#define LINE_WIDTH    2.2
#define TICK_GAP      8.0     /* between the frame and a tick's label */
#define TOP           14.0    /* for the text of a mark near the top */
#define RIGHT         10.0
#define SAMPLE_WIDTH  20.0
#define MARGIN        4.0     /* how far beyond a strip what touches it may lie */

static const RtChartText tick_right = { 0.85, FALSE, 1.0, 0.5 };
static const RtChartText tick_below = { 0.85, FALSE, 0.5, 0.0 };
static const RtChartText label_below = { 0.85, FALSE, 1.0, 0.0 };
static const RtChartText title_text = { 1.1, TRUE, 0.0, 0.5 };
static const RtChartText legend_text = { 0.95, FALSE, 0.0, 0.5 };

static int
y_target (double height)
{
  return (int) CLAMP (height / 26.0, 2.0, 8.0);
}

static int
x_target (double width)
{
  return (int) CLAMP (width / 64.0, 2.0, 10.0);
}

void
rt_chart_layout (const RtChart      *chart,
                 const RtChartStyle *style,
                 double              width,
                 double              height,
                 RtChartMap         *map)
{
  RtChartTick ticks[RT_CHART_MAX_TICKS];
  double line, left;
  int n;

  map->x_axis = *rt_chart_get_x_axis (chart);
  map->y_axis = *rt_chart_get_y_axis (chart);

  /* "0.00" is the least that is left free, so that the frame does not move when ticks grow a
   * digit. */
  rt_chart_text_measure (style->pango, "0.00", &tick_right, &left, &line);
  map->frame.y = TOP;
  /* Whole pixels: a clip between two pixels costs a mask with each drawing. */
  map->frame.height = MAX (floor (height - TOP - line - TICK_GAP), 1.0);

  n = rt_chart_axis_ticks (&map->y_axis, y_target (map->frame.height),
                           rt_chart_get_y_format (chart), ticks);
  for (int i = 0; i < n; i++)
    {
      double tick_width;

      rt_chart_text_measure (style->pango, ticks[i].label, &tick_right, &tick_width, NULL);
      left = MAX (left, tick_width);
    }
  map->frame.x = ceil (left + TICK_GAP);
  map->frame.width = MAX (floor (width - map->frame.x - RIGHT), 1.0);
}

static void
draw_y_ticks (const RtChart      *chart,
              cairo_t            *cr,
              const RtChartStyle *style,
              const RtChartMap   *map)
{
  const RtChartFrame *frame = &map->frame;
  RtChartTick ticks[RT_CHART_MAX_TICKS];
  int n = rt_chart_axis_ticks (&map->y_axis, y_target (frame->height),
                               rt_chart_get_y_format (chart), ticks);

  cairo_set_line_width (cr, 1.0);
  for (int i = 0; i < n; i++)
    {
      double y = round (frame->y + (1.0 - ticks[i].at) * frame->height);

      rt_chart_set_colour (cr, &style->palette.grid, 1.0);
      cairo_move_to (cr, frame->x, y + 0.5);
      cairo_rel_line_to (cr, frame->width, 0.0);
      cairo_stroke (cr);
      rt_chart_set_colour (cr, &style->palette.dim, 1.0);
      rt_chart_text_draw (cr, style->pango, ticks[i].label, &tick_right, frame->x - TICK_GAP, y);
    }
}

/* The axis is named in the row of its numbers, before the last: curves go everywhere else. Numbers
 * that lie where the name is are left out. */
static void
draw_x_ticks (const RtChart      *chart,
              cairo_t            *cr,
              const RtChartStyle *style,
              const RtChartMap   *map)
{
  const RtChartFrame *frame = &map->frame;
  RtChartTick ticks[RT_CHART_MAX_TICKS];
  int n = rt_chart_axis_ticks (&map->x_axis, x_target (frame->width), RT_CHART_FORMAT_NUMBER,
                               ticks);
  double top = frame->y + frame->height + TICK_GAP - 2.0;
  double left = frame->x + frame->width;
  double name = 0.0;

  rt_chart_text_measure (style->pango, rt_chart_get_x_label (chart), &label_below, &name, NULL);
  for (int i = n - 1; i >= 0; i--)
    {
      double x = frame->x + ticks[i].at * frame->width;
      double half;

      rt_chart_text_measure (style->pango, ticks[i].label, &tick_below, &half, NULL);
      half /= 2.0;
      x = MIN (x, frame->x + frame->width + RIGHT - half);
      if (i < n - 1 && name > 0.0 && x + half > left - 2.0 * TICK_GAP - name)
        continue;
      rt_chart_text_draw (cr, style->pango, ticks[i].label, &tick_below, x, top);
      if (i == n - 1)
        left = x - half;
    }
  rt_chart_text_draw (cr, style->pango, rt_chart_get_x_label (chart), &label_below,
                      left - TICK_GAP, top);
}

void
rt_chart_draw_back (const RtChart      *chart,
                    cairo_t            *cr,
                    const RtChartStyle *style,
                    const RtChartMap   *map)
{
  cairo_save (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
  draw_y_ticks (chart, cr, style, map);
  rt_chart_set_colour (cr, &style->palette.dim, 1.0);
  draw_x_ticks (chart, cr, style, map);
  cairo_restore (cr);
}

static void
draw_band (const RtChartSeries *series,
           cairo_t             *cr,
           const RtChartColour *colour,
           const RtChartMap    *map)
{
  const double *x, *lower, *upper;
  int n = rt_chart_series_get_band (series, &x, &lower, &upper);
  gboolean open = FALSE;

  for (int i = 0; i < n; i++)
    {
      double y = rt_chart_map_y (map, upper[i]);

      if (isnan (y))
        continue;
      if (open)
        cairo_line_to (cr, rt_chart_map_x (map, x[i]), y);
      else
        cairo_move_to (cr, rt_chart_map_x (map, x[i]), y);
      open = TRUE;
    }
  for (int i = n - 1; i >= 0; i--)
    {
      double y = rt_chart_map_y (map, lower[i]);

      /* On a log axis a band that reaches zero goes down to the bottom. */
      if (isnan (y) && !isnan (lower[i]))
        y = map->frame.y + map->frame.height + RT_CHART_OVERHANG;
      if (open && !isnan (y))
        cairo_line_to (cr, rt_chart_map_x (map, x[i]), y);
    }
  if (open)
    cairo_close_path (cr);
  rt_chart_set_colour (cr, colour, 0.18);
  cairo_fill (cr);
}

/* The raw points: as a line while that is legible, else as the range that they fill in each
 * column of pixels, which looks the same and is drawn many times faster than a line that goes up
 * and down in every column. */
static void
draw_ghost (cairo_t             *cr,
            const RtChartColour *colour,
            const RtChartMap    *map,
            const double        *x,
            const double        *raw,
            int                  n,
            double               from,
            double               to)
{
  cairo_save (cr);
  rt_chart_set_colour (cr, colour, 0.32);
  if (rt_chart_is_dense (map, x, n))
    {
      cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
      rt_chart_trace_ranges (cr, map, x, raw, n, from, to);
      cairo_fill (cr);
    }
  else
    {
      rt_chart_set_dash (cr, RT_CHART_DASH_SOLID, 1.0);
      cairo_set_line_join (cr, CAIRO_LINE_JOIN_BEVEL);
      rt_chart_trace_part (cr, map, x, raw, n, from, to, NULL);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

/* The curve itself between @from and @to. Dashes take up where the part before left them (but
 * for the part after a gap inside the strip, which begins like the first). */
static void
draw_line (cairo_t           *cr,
           RtChartDash        dash,
           const RtChartMap  *map,
           const double      *x,
           const double      *shown,
           int                n,
           double             from,
           double             to)
{
  double length = 0.0;

  rt_chart_set_dash (cr, dash, LINE_WIDTH);
  /* Corners of a pixel or two: nobody sees that they are not round. */
  if (rt_chart_is_dense (map, x, n))
    cairo_set_line_join (cr, CAIRO_LINE_JOIN_BEVEL);
  rt_chart_trace_part (cr, map, x, shown, n, from, to,
                       dash != RT_CHART_DASH_SOLID ? &length : NULL);
  if (length > 0.0)
    {
      double lengths[4];
      int n_lengths = MIN (cairo_get_dash_count (cr), 4);

      cairo_get_dash (cr, lengths, NULL);
      cairo_set_dash (cr, lengths, n_lengths, length);
    }
  cairo_stroke (cr);
}

void
rt_chart_draw_series (const RtChartSeries *series,
                      cairo_t             *cr,
                      const RtChartStyle  *style,
                      const RtChartMap    *map)
{
  rt_chart_draw_strip (series, cr, style, map, map->frame.x - RT_CHART_OVERHANG,
                       map->frame.x + map->frame.width + RT_CHART_OVERHANG);
}

void
rt_chart_draw_strip (const RtChartSeries *series,
                     cairo_t             *cr,
                     const RtChartStyle  *style,
                     const RtChartMap    *map,
                     double               from,
                     double               to)
{
  const RtChartColour *colour = &style->palette.series[rt_chart_series_get_colour (series)];
  const RtChartFrame *frame = &map->frame;
  const double *x, *raw, *shown;
  int n;

  if (!rt_chart_series_get_visible (series))
    return;

  from = MAX (from, frame->x - RT_CHART_OVERHANG);
  to = MIN (to, frame->x + frame->width + RT_CHART_OVERHANG);
  if (from >= to)
    return;
  n = rt_chart_series_get_points (series, &x, &raw, &shown);
  cairo_save (cr);
  cairo_rectangle (cr, from, frame->y - RT_CHART_OVERHANG, to - from,
                   frame->height + 2 * RT_CHART_OVERHANG);
  cairo_clip (cr);
  draw_band (series, cr, colour, map);
  if (rt_chart_series_get_smoothing (series) > 0.0 && rt_chart_series_get_smoothable (series)
      && rt_chart_series_get_ghost (series))
    draw_ghost (cr, colour, map, x, raw, n, from - MARGIN, to + MARGIN);
  rt_chart_set_colour (cr, colour, 1.0);
  draw_line (cr, rt_chart_series_get_dash (series), map, x, shown, n, from - MARGIN, to + MARGIN);
  cairo_restore (cr);
}

void
rt_chart_draw_sample (cairo_t             *cr,
                      const RtChartColour *colour,
                      RtChartDash          dash,
                      double               x,
                      double               y,
                      double               width)
{
  cairo_save (cr);
  rt_chart_set_dash (cr, dash, LINE_WIDTH + 0.3);
  rt_chart_set_colour (cr, colour, 1.0);
  cairo_move_to (cr, x, y);
  cairo_rel_line_to (cr, width, 0.0);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* Sets the legend of the visible series in lines from the left; returns the y below the last. */
static double
draw_legend (const RtChart      *chart,
             cairo_t            *cr,
             const RtChartStyle *style,
             double              left,
             double              right,
             double              y)
{
  double x = left, line = 0.0;

  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    {
      const RtChartSeries *series = rt_chart_get_series (chart, i);
      const RtChartColour *colour = &style->palette.series[rt_chart_series_get_colour (series)];
      const char *name = rt_chart_series_get_title (series);
      double width;

      if (!rt_chart_series_get_visible (series))
        continue;
      rt_chart_text_measure (style->pango, name, &legend_text, &width, &line);
      if (x > left && x + SAMPLE_WIDTH + 6.0 + width > right)
        {
          x = left;
          y += line + 4.0;
        }
      rt_chart_draw_sample (cr, colour, rt_chart_series_get_dash (series), x, y + line / 2,
                            SAMPLE_WIDTH);
      rt_chart_set_colour (cr, &style->palette.text, 1.0);
      rt_chart_text_draw (cr, style->pango, name, &legend_text, x + SAMPLE_WIDTH + 6.0,
                          y + line / 2);
      x += SAMPLE_WIDTH + 6.0 + width + 16.0;
    }
  return y + line;
}

void
rt_chart_draw (RtChart            *chart,
               cairo_t            *cr,
               const RtChartStyle *style,
               double              width,
               double              height)
{
  const double margin = 12.0;
  RtChartMap map;
  double top = margin, line;

  rt_chart_update_axes (chart);
  rt_chart_set_colour (cr, &style->palette.back, 1.0);
  cairo_paint (cr);
  if (*rt_chart_get_title (chart) != '\0')
    {
      rt_chart_text_measure (style->pango, rt_chart_get_title (chart), &title_text, NULL, &line);
      rt_chart_set_colour (cr, &style->palette.text, 1.0);
      rt_chart_text_draw (cr, style->pango, rt_chart_get_title (chart), &title_text, margin,
                          top + line / 2);
      top += line + 4.0;
    }
  top = draw_legend (chart, cr, style, margin, width - margin, top) + 8.0;

  cairo_save (cr);
  cairo_translate (cr, margin, top);
  rt_chart_layout (chart, style, width - 2 * margin, MAX (height - top - margin, 1.0), &map);
  rt_chart_draw_back (chart, cr, style, &map);
  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    rt_chart_draw_series (rt_chart_get_series (chart, i), cr, style, &map);
  rt_chart_draw_marks (chart, cr, style, &map);
  cairo_restore (cr);
}
