/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart-palette.h"

#include <pango/pangocairo.h>

G_BEGIN_DECLS

/**
 * RtChartText:
 * @scale: 1 is the context's own size
 * @x_align: which part of the text lies at the given x: 0 its left end, 1 its right end
 * @y_align: likewise, 0 its top, 1 its bottom
 *
 * How a line of text is set.
 */
typedef struct
{
  double   scale;
  gboolean bold;
  double   x_align;
  double   y_align;
} RtChartText;

/* The size of @text on one line. @width and @height may be %NULL. */
void rt_chart_text_measure (PangoContext      *context,
                            const char        *text,
                            const RtChartText *how,
                            double            *width,
                            double            *height);

/* Draws @text on one line in the current source. */
void rt_chart_text_draw    (cairo_t           *cr,
                            PangoContext      *context,
                            const char        *text,
                            const RtChartText *how,
                            double             x,
                            double             y);

/* The same in @colour, with a rim of @back that keeps curves behind it off the letters. */
void rt_chart_text_draw_clear (cairo_t             *cr,
                               PangoContext        *context,
                               const char          *text,
                               const RtChartText   *how,
                               double               x,
                               double               y,
                               const RtChartColour *back,
                               const RtChartColour *colour);

G_END_DECLS
