/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Best points: a ring on the curve, and a text beside it.
 *
 * A text may lie on any side of its ring. Each place costs as many pixels of curves as run through
 * it, and far more where another mark or its text is; the first of the cheapest places is taken,
 * so that a text stays above its ring while nothing is in the way.
 */
#include "config.h"

#include "rt-chart-mark.h"

#include <math.h>

#define RING      5.0      /* radius */
#define GAP       8.0      /* between a point and its text */
#define TAKEN     1000.0   /* what it costs to cover a mark or another text */
#define MAX_MARKS 16       /* that texts keep out of each other's way for */

static const RtChartText mark = { 0.85, TRUE, 0.0, 0.0 };

/* How much of the segment from a to b lies in @rect (Liang and Barsky 1984). */
static double
measure_inside (const RtChartFrame *rect,
                double              ax,
                double              ay,
                double              bx,
                double              by)
{
  double steps[] = { ax - bx, bx - ax, ay - by, by - ay };
  double rooms[] = { ax - rect->x, rect->x + rect->width - ax, ay - rect->y,
                     rect->y + rect->height - ay };
  double from = 0.0, to = 1.0;

  for (int i = 0; i < 4; i++)
    {
      if (steps[i] == 0.0 && rooms[i] < 0.0)
        return 0.0;
      if (steps[i] < 0.0)
        from = MAX (from, rooms[i] / steps[i]);
      else if (steps[i] > 0.0)
        to = MIN (to, rooms[i] / steps[i]);
    }
  return to > from ? (to - from) * hypot (bx - ax, by - ay) : 0.0;
}

/* Pixels of the series' curve in @rect. */
static double
measure_covered (const RtChartSeries *series,
                 cairo_t             *cr,
                 const RtChartMap    *map,
                 const RtChartFrame  *rect)
{
  const double *x, *shown;
  int n = rt_chart_series_get_points (series, &x, NULL, &shown);
  double length = 0.0, at_x = 0.0, at_y = 0.0;
  cairo_path_t *path;

  cairo_new_path (cr);
  rt_chart_trace_part (cr, map, x, shown, n, rect->x, rect->x + rect->width, NULL);
  path = cairo_copy_path (cr);
  for (int i = 0; i < path->num_data; i += path->data[i].header.length)
    {
      const cairo_path_data_t *to = &path->data[i + 1];

      if (path->data[i].header.type == CAIRO_PATH_LINE_TO)
        length += measure_inside (rect, at_x, at_y, to->point.x, to->point.y);
      at_x = to->point.x;
      at_y = to->point.y;
    }
  cairo_path_destroy (path);
  cairo_new_path (cr);
  return length;
}

static gboolean
overlap (const RtChartFrame *a,
         const RtChartFrame *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width
         && a->y < b->y + b->height && b->y < a->y + a->height;
}

static double
get_cost (const RtChart      *chart,
          cairo_t            *cr,
          const RtChartMap   *map,
          const RtChartFrame *rect,
          const RtChartFrame *taken,
          int                 n_taken)
{
  double cost = 0.0;

  for (int i = 0; i < n_taken; i++)
    cost += overlap (rect, &taken[i]) ? TAKEN : 0.0;
  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    if (rt_chart_series_get_visible (rt_chart_get_series (chart, i)))
      cost += measure_covered (rt_chart_get_series (chart, i), cr, map, rect);
  return cost;
}

RtChartFrame
rt_chart_place_text (const RtChart      *chart,
                     cairo_t            *cr,
                     const RtChartMap   *map,
                     double              x,
                     double              y,
                     double              width,
                     double              height,
                     const RtChartFrame *taken,
                     int                 n_taken)
{
  const RtChartFrame *frame = &map->frame;
  double lefts[] = { x - width / 2, x + GAP, x - GAP - width };
  double tops[] = { y - GAP - height, y + GAP, y - height / 2, y - GAP - 2 * height,
                    y + GAP + height };
  double right = frame->x + frame->width - width, bottom = frame->y + frame->height - height;
  RtChartFrame best = { CLAMP (lefts[0], frame->x, MAX (frame->x, right)), MAX (tops[0], 0.0),
                        width, height };
  double least = INFINITY;

  for (size_t i = 0; i < G_N_ELEMENTS (tops); i++)
    for (size_t k = 0; k < G_N_ELEMENTS (lefts); k++)
      {
        RtChartFrame rect = { lefts[k], tops[i], width, height };
        double cost;

        /* In the middle only above and below; there it may move along the frame's ends. */
        if (k == 0)
          rect.x = CLAMP (rect.x, frame->x, MAX (frame->x, right));
        if ((i == 2 && k == 0) || rect.y < 0.0 || rect.y > bottom || rect.x < frame->x
            || rect.x > right)
          continue;
        cost = get_cost (chart, cr, map, &rect, taken, n_taken);
        if (cost >= least)
          continue;
        least = cost;
        best = rect;
      }
  return best;
}

/* Where the series' best point is; FALSE where none is in view. */
static gboolean
find_point (const RtChartSeries *series,
            const RtChartMap    *map,
            double              *x,
            double              *y)
{
  const RtChartFrame *frame = &map->frame;
  double best = rt_chart_series_get_best (series, NULL);
  double at = rt_chart_axis_map (&map->x_axis, best);

  if (!rt_chart_series_get_visible (series) || isnan (at) || at < 0.0 || at > 1.0)
    return FALSE;
  *x = rt_chart_map_x (map, best);
  *y = rt_chart_map_y (map, rt_chart_series_get_value_at (series, best));
  return !isnan (*y) && *y >= frame->y - RT_CHART_OVERHANG
         && *y <= frame->y + frame->height + RT_CHART_OVERHANG;
}

static void
draw_ring (cairo_t            *cr,
           const RtChartStyle *style,
           const RtChartColour *colour,
           double              x,
           double              y)
{
  cairo_new_path (cr);
  cairo_arc (cr, x, y, RING, 0.0, 2 * G_PI);
  rt_chart_set_colour (cr, &style->palette.back, 1.0);
  cairo_fill_preserve (cr);
  rt_chart_set_colour (cr, colour, 1.0);
  cairo_set_line_width (cr, 2.5);
  cairo_stroke (cr);
}

void
rt_chart_draw_marks (const RtChart      *chart,
                     cairo_t            *cr,
                     const RtChartStyle *style,
                     const RtChartMap   *map)
{
  RtChartFrame taken[2 * MAX_MARKS];
  int n = rt_chart_get_n_series (chart), n_taken = 0;
  double x, y;

  cairo_save (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
  for (int i = 0; i < n && n_taken < MAX_MARKS; i++)
    if (find_point (rt_chart_get_series (chart, i), map, &x, &y))
      taken[n_taken++] = (RtChartFrame) { x - RING, y - RING, 2 * RING, 2 * RING };
  for (int i = 0; i < n; i++)
    {
      const RtChartSeries *series = rt_chart_get_series (chart, i);
      const RtChartColour *colour = &style->palette.series[rt_chart_series_get_colour (series)];
      const char *text;
      RtChartFrame place;

      if (!find_point (series, map, &x, &y))
        continue;
      draw_ring (cr, style, colour, x, y);
      rt_chart_series_get_best (series, &text);
      if (text == NULL)
        continue;
      rt_chart_text_measure (style->pango, text, &mark, &place.width, &place.height);
      place = rt_chart_place_text (chart, cr, map, x, y, place.width, place.height, taken, n_taken);
      rt_chart_text_draw_clear (cr, style->pango, text, &mark, place.x, place.y,
                                &style->palette.back, colour);
      if (n_taken < 2 * MAX_MARKS)
        taken[n_taken++] = place;
    }
  cairo_restore (cr);
}
