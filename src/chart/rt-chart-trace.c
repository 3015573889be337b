/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From points to a path of bounded length.
 *
 * Points are taken in order of x and gathered by the column of pixels that they fall into. When a
 * point of another column comes, the gathered column is put out: its only point, or its lowest and
 * highest in the order in which they came, or their middle where they are less than a pixel apart.
 * That looks like the whole curve, spikes included, and costs the same to stroke for a thousand
 * points as for a million.
 */
#include "config.h"

#include "rt-chart-trace.h"

#include <math.h>

#define FLAT 1.0    /* pixels: less than that from lowest to highest is one point */

typedef struct
{
  cairo_t *cr;
  gboolean pen_down;
  int      column;
  int      n_in_column;
  double   low_x, low_y;
  double   high_x, high_y;
  int      n_out;

  /* A part of the picture: points before it are held back, the last of them in case the curve
   * goes on into it */
  double   from;
  double   held_x, held_y;
  gboolean held;
  double   length;        /* from the last gap to the held point */
  double   length_before; /* the same where the path began */
} Tracer;

double
rt_chart_map_x (const RtChartMap *map,
                double            x)
{
  double at = CLAMP (rt_chart_axis_map (&map->x_axis, x), -4.0, 5.0);

  return map->frame.x + at * map->frame.width;
}

double
rt_chart_map_y (const RtChartMap *map,
                double            y)
{
  double at = CLAMP (rt_chart_axis_map (&map->y_axis, y), -4.0, 5.0);

  return map->frame.y + (1.0 - at) * map->frame.height;
}

static void
put (Tracer *tracer,
     double  x,
     double  y)
{
  if (x < tracer->from && tracer->n_out == 0)
    {
      tracer->length += tracer->held ? hypot (x - tracer->held_x, y - tracer->held_y) : 0.0;
      tracer->held_x = x;
      tracer->held_y = y;
      tracer->held = TRUE;
      return;
    }
  if (tracer->held)
    {
      cairo_move_to (tracer->cr, tracer->held_x, tracer->held_y);
      tracer->held = FALSE;
      tracer->pen_down = TRUE;
      tracer->length_before = tracer->length;
      tracer->n_out++;
    }
  if (tracer->pen_down)
    cairo_line_to (tracer->cr, x, y);
  else
    cairo_move_to (tracer->cr, x, y);
  tracer->pen_down = TRUE;
  tracer->n_out++;
}

static void
put_column (Tracer *tracer)
{
  if (tracer->n_in_column == 0)
    return;
  if (tracer->n_in_column > 1 && tracer->low_y - tracer->high_y < FLAT)
    {
      put (tracer, tracer->column + 0.5, (tracer->low_y + tracer->high_y) / 2);
    }
  else if (tracer->low_x < tracer->high_x)
    {
      put (tracer, tracer->low_x, tracer->low_y);
      put (tracer, tracer->high_x, tracer->high_y);
    }
  else
    {
      put (tracer, tracer->high_x, tracer->high_y);
      if (tracer->low_x != tracer->high_x)
        put (tracer, tracer->low_x, tracer->low_y);
    }
  tracer->n_in_column = 0;
}

/* A lone point between two gaps has no line: a stroke of no length shows it with round caps,
 * else as a short dash. */
static void
lift_pen (Tracer *tracer)
{
  int before = tracer->n_out;
  gboolean was_down = tracer->pen_down;

  put_column (tracer);
  if (!was_down && tracer->n_out == before + 1)
    cairo_rel_line_to (tracer->cr, 1.0, 0.0);
  tracer->pen_down = FALSE;
  tracer->held = FALSE;
  tracer->length = 0.0;
}

static void
gather (Tracer *tracer,
        double  x,
        double  y)
{
  int column = (int) floor (x);

  if (tracer->n_in_column > 0 && column != tracer->column)
    put_column (tracer);
  if (tracer->n_in_column == 0 || y > tracer->low_y)
    {
      tracer->low_x = x;
      tracer->low_y = y;
    }
  if (tracer->n_in_column == 0 || y < tracer->high_y)
    {
      tracer->high_x = x;
      tracer->high_y = y;
    }
  tracer->column = column;
  tracer->n_in_column++;
}

/* The last point left of the frame, or the first of all. */
static int
find_first (const RtChartMap *map,
            const double     *x,
            int               n)
{
  int low = 0, high = n;

  while (low < high)
    {
      int middle = (low + high) / 2;

      if (x[middle] < map->x_axis.low)
        low = middle + 1;
      else
        high = middle;
    }
  return MAX (low - 1, 0);
}

/* The last point at or before @at and outside its column of pixels, or the first of all. */
static int
find_before (const RtChartMap *map,
             const double     *x,
             int               n,
             double            at)
{
  RtChartMap moved = *map;
  int first = find_first (map, x, n);

  if (!isfinite (at))
    return first;
  moved.x_axis.low = rt_chart_axis_unmap (&map->x_axis,
                                          (floor (at) - 1.0 - map->frame.x) / map->frame.width);
  return MAX (find_first (&moved, x, n), first);
}

int
rt_chart_trace (cairo_t          *cr,
                const RtChartMap *map,
                const double     *x,
                const double     *y,
                int               n)
{
  return rt_chart_trace_part (cr, map, x, y, n, -INFINITY, INFINITY, NULL);
}

int
rt_chart_trace_part (cairo_t          *cr,
                     const RtChartMap *map,
                     const double     *x,
                     const double     *y,
                     int               n,
                     double            from,
                     double            to,
                     double           *length)
{
  Tracer tracer = { .cr = cr, .from = from };
  int first = length != NULL ? find_first (map, x, n) : find_before (map, x, n, from);

  for (int i = first; i < n; i++)
    {
      double px = rt_chart_map_x (map, x[i]);
      double py = rt_chart_map_y (map, y[i]);

      if (isnan (py))
        lift_pen (&tracer);
      else
        gather (&tracer, px, py);
      if (x[i] > map->x_axis.high || floor (px) > to + 1.0)
        break;
    }
  lift_pen (&tracer);
  if (length != NULL)
    *length = tracer.length_before;
  return tracer.n_out;
}

gboolean
rt_chart_is_dense (const RtChartMap *map,
                   const double     *x,
                   int               n)
{
  int first = find_first (map, x, n);
  double last;

  if (n - first < 32)
    return FALSE;
  last = MIN (x[n - 1], map->x_axis.high);
  return n - first > 1.5 * (rt_chart_map_x (map, last) - rt_chart_map_x (map, x[first]));
}

typedef struct
{
  int    column;
  double top;       /* NaN while the column has no point */
  double bottom;
} Range;

/* Adds the range's rectangle, stretched to touch the one in the column before, so that steep
 * parts leave no holes. */
static int
put_range (cairo_t *cr,
           Range   *range,
           Range   *before)
{
  if (isnan (range->top))
    return 0;
  if (before->column + 1 == range->column && !isnan (before->top))
    {
      range->top = MIN (range->top, before->bottom);
      range->bottom = MAX (range->bottom, before->top);
    }
  cairo_rectangle (cr, range->column, floor (range->top), 1.0,
                   MAX (ceil (range->bottom) - floor (range->top), 1.0));
  *before = *range;
  return 1;
}

int
rt_chart_trace_ranges (cairo_t          *cr,
                       const RtChartMap *map,
                       const double     *x,
                       const double     *y,
                       int               n,
                       double            from,
                       double            to)
{
  Range range = { G_MININT, NAN, NAN }, before = range;
  int n_ranges = 0;

  for (int i = find_before (map, x, n, from); i < n && x[i] <= map->x_axis.high; i++)
    {
      double py = rt_chart_map_y (map, y[i]);
      int column = (int) floor (rt_chart_map_x (map, x[i]));

      if (column > to)
        break;
      if (isnan (py))
        continue;
      if (column != range.column)
        {
          n_ranges += put_range (cr, &range, &before);
          range = (Range) { column, py, py };
        }
      range.top = MIN (range.top, py);
      range.bottom = MAX (range.bottom, py);
    }
  return n_ranges + put_range (cr, &range, &before);
}
