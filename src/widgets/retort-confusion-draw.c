/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drawing of a confusion matrix.
 *
 * A cell's shade is its count's share of the row, so that classes with few samples are as legible
 * as those with many; right ones (the diagonal) and wrong ones have different colours, and the
 * diagonal is told by its place too. The shade's alpha goes with the square root of the share:
 * three mistakes in a hundred are what one looks for, and would not be seen on a linear scale.
 *
 * Names shrink before they go: rows are named where a cell is as high as a line of the smallest
 * text; columns are named flat where their names fit, else upright.
 */
#include "config.h"

#include "retort-confusion-draw.h"

#include "rt-chart-text.h"

#include <glib/gi18n.h>
#include <math.h>

#define PADDING    6.0
#define MAX_NAME   0.3      /* of the widget: what names may take away from the cells */
#define MAX_CELL   72.0
#define SMALL      0.72
#define SMALLEST   0.62
#define USUAL      0.88

static const RtChartText axis_text = { USUAL, TRUE, 0.5, 0.5 };

static double
text_scale (double      cell,
            double      line)
{
  return CLAMP (cell / line, SMALLEST, USUAL);
}

static double
widest_name (const RetortConfusion *matrix,
             PangoContext          *pango,
             double                 scale)
{
  const RtChartText how = { scale, FALSE, 0.0, 0.0 };
  double widest = 0.0;

  for (int i = 0; i < matrix->n; i++)
    {
      double width;

      rt_chart_text_measure (pango, matrix->names[i], &how, &width, NULL);
      widest = MAX (widest, width);
    }
  return widest;
}

/* Whether the columns' names are too wide for flat ones. */
static gboolean
is_upright (const RetortConfusion *matrix,
            PangoContext          *pango,
            double                 line)
{
  return widest_name (matrix, pango, text_scale (matrix->cell, line)) > matrix->cell - 1.0;
}

void
retort_confusion_layout (RetortConfusion *matrix,
                         PangoContext    *pango,
                         double           width,
                         double           height)
{
  double line, name, axis;

  if (matrix->n == 0)
    return;
  rt_chart_text_measure (pango, "Xg", &axis_text, NULL, &line);
  line /= USUAL;
  axis = line + PADDING;
  name = widest_name (matrix, pango, USUAL);
  matrix->left = axis + MIN (name, width * MAX_NAME) + PADDING;
  matrix->top = axis + line + PADDING;
  matrix->cell = MIN ((width - matrix->left - 2.0) / matrix->n,
                      (height - matrix->top - 2.0) / matrix->n);
  if (is_upright (matrix, pango, line))
    {
      matrix->top = axis + MIN (name, height * MAX_NAME) + PADDING;
      matrix->cell = MIN (matrix->cell, (height - matrix->top - 2.0) / matrix->n);
    }
  matrix->cell = CLAMP (floor (matrix->cell), 2.0, MAX_CELL);
  matrix->left = floor (MAX (matrix->left, (width - matrix->n * matrix->cell) / 2.0));
  matrix->top = floor (matrix->top);
}

/* A name cut to the room that it has, by a clip with a soft place for it: longer ones lose their
 * end. */
static void
draw_name (cairo_t           *cr,
           PangoContext      *pango,
           const char        *name,
           const RtChartText *how,
           double             room)
{
  double width;

  rt_chart_text_measure (pango, name, how, &width, NULL);
  if (width > room)
    {
      glong n_fitting = (glong) (g_utf8_strlen (name, -1) * room / width) - 1;
      g_autofree char *start = g_utf8_substring (name, 0, MAX (n_fitting, 1));
      g_autofree char *cut = g_strconcat (start, "…", NULL);

      rt_chart_text_draw (cr, pango, cut, how, 0.0, 0.0);
    }
  else
    {
      rt_chart_text_draw (cr, pango, name, how, 0.0, 0.0);
    }
}

static void
draw_names (const RetortConfusion *matrix,
            cairo_t               *cr,
            PangoContext          *pango,
            const RetortColours   *colours,
            double                 line)
{
  double scale = text_scale (matrix->cell, line);
  gboolean upright = is_upright (matrix, pango, line);
  /* Where cells are lower than a line, every second or third name is left out. */
  int every = (int) ceil (line * SMALLEST * 0.8 / matrix->cell);

  for (int i = 0; i < matrix->n; i += every)
    {
      RtChartText row = { scale, i == matrix->truth, 1.0, 0.5 };
      RtChartText column = { scale, i == matrix->predicted, upright ? 0.0 : 0.5, 0.5 };
      double middle = (i + 0.5) * matrix->cell;

      rt_chart_set_colour (cr, i == matrix->truth ? &colours->chart.text : &colours->chart.dim,
                           1.0);
      cairo_save (cr);
      cairo_translate (cr, matrix->left - PADDING, matrix->top + middle);
      draw_name (cr, pango, matrix->names[i], &row, matrix->left - PADDING - line);
      cairo_restore (cr);

      rt_chart_set_colour (cr, i == matrix->predicted ? &colours->chart.text : &colours->chart.dim,
                           1.0);
      cairo_save (cr);
      cairo_translate (cr, matrix->left + middle, matrix->top - (upright ? PADDING : line * 0.7));
      if (upright)
        cairo_rotate (cr, -G_PI / 2);
      draw_name (cr, pango, matrix->names[i], &column,
                 upright ? matrix->top - PADDING - line : matrix->cell);
      cairo_restore (cr);
    }
}

static void
draw_axis_names (const RetortConfusion *matrix,
                 cairo_t               *cr,
                 PangoContext          *pango,
                 const RetortColours   *colours,
                 double                 line)
{
  double side = matrix->n * matrix->cell;
  double names = widest_name (matrix, pango, text_scale (matrix->cell, line));

  rt_chart_set_colour (cr, &colours->chart.text, 1.0);
  rt_chart_text_draw (cr, pango, C_("class", "predicted"), &axis_text, matrix->left + side / 2,
                      line / 2);
  cairo_save (cr);
  cairo_translate (cr, matrix->left - PADDING - names - line, matrix->top + side / 2);
  cairo_rotate (cr, -G_PI / 2);
  rt_chart_text_draw (cr, pango, C_("class", "true"), &axis_text, 0.0, 0.0);
  cairo_restore (cr);
}

static void
draw_cell (const RetortConfusion *matrix,
           cairo_t               *cr,
           PangoContext          *pango,
           const RetortColours   *colours,
           int                    truth,
           int                    predicted)
{
  int count = matrix->counts[truth * matrix->n + predicted];
  double share = matrix->row_sums[truth] > 0 ? (double) count / matrix->row_sums[truth] : 0.0;
  double x = matrix->left + predicted * matrix->cell;
  double y = matrix->top + truth * matrix->cell;
  double space = matrix->cell >= 12.0 ? 1.0 : 0.0;
  const RtChartText how = { matrix->cell >= 34.0 ? 1.0 : SMALL, truth == predicted, 0.5, 0.5 };
  g_autofree char *text = NULL;
  double width, height;

  cairo_rectangle (cr, x, y, matrix->cell - space, matrix->cell - space);
  rt_chart_set_colour (cr, &colours->chart.grid, 0.55);
  cairo_fill (cr);
  if (count == 0)
    return;
  cairo_rectangle (cr, x, y, matrix->cell - space, matrix->cell - space);
  rt_chart_set_colour (cr, truth == predicted ? &colours->right : &colours->wrong,
                       0.15 + 0.55 * sqrt (share));
  cairo_fill (cr);

  text = g_strdup_printf ("%d", count);
  rt_chart_text_measure (pango, text, &how, &width, &height);
  if (width > matrix->cell - 3.0 || height > matrix->cell)
    return;
  rt_chart_set_colour (cr, &colours->chart.text, 1.0);
  rt_chart_text_draw (cr, pango, text, &how, x + (matrix->cell - space) / 2,
                      y + (matrix->cell - space) / 2);
}

void
retort_confusion_draw (const RetortConfusion *matrix,
                       cairo_t               *cr,
                       PangoContext          *pango,
                       const RetortColours   *colours)
{
  double line;

  if (matrix->n == 0)
    return;
  rt_chart_text_measure (pango, "Xg", &axis_text, NULL, &line);
  line /= USUAL;
  for (int truth = 0; truth < matrix->n; truth++)
    for (int predicted = 0; predicted < matrix->n; predicted++)
      draw_cell (matrix, cr, pango, colours, truth, predicted);
  draw_names (matrix, cr, pango, colours, line);
  draw_axis_names (matrix, cr, pango, colours, line);
  if (matrix->truth >= 0)
    {
      cairo_rectangle (cr, matrix->left + matrix->predicted * matrix->cell - 0.5,
                       matrix->top + matrix->truth * matrix->cell - 0.5,
                       matrix->cell, matrix->cell);
      rt_chart_set_colour (cr, &colours->chart.text, 1.0);
      cairo_set_line_width (cr, 2.0);
      cairo_stroke (cr);
    }
}
