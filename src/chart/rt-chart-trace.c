/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From points to a path of bounded length.
 *
 * Points are taken in order of x and gathered by the column of pixels that they fall into. When a point of another column comes,
 * the gathered column is put out: its only point, or its lowest and highest in the order in which they came. That looks like
 * the whole curve, spikes included, and costs the same to stroke for a thousand points as for a million.
 */
#include "config.h"

#include "rt-chart-trace.h"

#include <math.h>

typedef struct
{
  cairo_t *cr;
  gboolean pen_down;
  int      column;
  int      n_in_column;
  double   low_x, low_y;
  double   high_x, high_y;
  int      n_out;
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
  if (tracer->low_x < tracer->high_x)
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

/* A lone point between two gaps has no line: a stroke of no length shows it with round caps, else as a
 * short dash. */
static void
lift_pen (Tracer *tracer)
{
  int before = tracer->n_out;
  gboolean was_down = tracer->pen_down;

  put_column (tracer);
  if (!was_down && tracer->n_out == before + 1)
    cairo_rel_line_to (tracer->cr, 1.0, 0.0);
  tracer->pen_down = FALSE;
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

int
rt_chart_trace (cairo_t          *cr,
                const RtChartMap *map,
                const double     *x,
                const double     *y,
                int               n)
{
  Tracer tracer = { .cr = cr };
  int first = 0;

  while (first + 1 < n && x[first + 1] < map->x_axis.low)
    first++;
  for (int i = first; i < n; i++)
    {
      double py = rt_chart_map_y (map, y[i]);

      if (isnan (py))
        lift_pen (&tracer);
      else
        gather (&tracer, rt_chart_map_x (map, x[i]), py);
      if (x[i] > map->x_axis.high)
        break;
    }
  lift_pen (&tracer);
  return tracer.n_out;
}
