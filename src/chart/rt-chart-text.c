/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-chart-text.h"

#include <math.h>

static PangoLayout *
set_line (PangoContext      *context,
          const char        *text,
          const RtChartText *how)
{
  const PangoFontDescription *normal = pango_context_get_font_description (context);
  g_autoptr (PangoFontDescription) font = pango_font_description_copy (normal);
  PangoLayout *layout = pango_layout_new (context);
  int size = (int) (pango_font_description_get_size (normal) * how->scale);

  if (pango_font_description_get_size_is_absolute (normal))
    pango_font_description_set_absolute_size (font, size);
  else
    pango_font_description_set_size (font, size);
  if (how->bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

void
rt_chart_text_measure (PangoContext      *context,
                       const char        *text,
                       const RtChartText *how,
                       double            *width,
                       double            *height)
{
  g_autoptr (PangoLayout) layout = set_line (context, text, how);
  PangoRectangle logical;

  pango_layout_get_extents (layout, NULL, &logical);
  if (width != NULL)
    *width = (double) logical.width / PANGO_SCALE;
  if (height != NULL)
    *height = (double) logical.height / PANGO_SCALE;
}

/* Moves to where the text begins. */
static void
move_to_start (cairo_t           *cr,
               PangoLayout       *layout,
               const RtChartText *how,
               double             x,
               double             y)
{
  PangoRectangle logical;

  pango_layout_get_extents (layout, NULL, &logical);
  x -= how->x_align * logical.width / PANGO_SCALE;
  y -= how->y_align * logical.height / PANGO_SCALE;
  cairo_move_to (cr, x, round (y));   /* a baseline between two pixels blurs */
}

void
rt_chart_text_draw (cairo_t           *cr,
                    PangoContext      *context,
                    const char        *text,
                    const RtChartText *how,
                    double             x,
                    double             y)
{
  g_autoptr (PangoLayout) layout = set_line (context, text, how);

  move_to_start (cr, layout, how, x, y);
  pango_cairo_show_layout (cr, layout);
}

void
rt_chart_text_draw_clear (cairo_t             *cr,
                          PangoContext        *context,
                          const char          *text,
                          const RtChartText   *how,
                          double               x,
                          double               y,
                          const RtChartColour *back,
                          const RtChartColour *colour)
{
  g_autoptr (PangoLayout) layout = set_line (context, text, how);

  cairo_save (cr);
  move_to_start (cr, layout, how, x, y);
  pango_cairo_layout_path (cr, layout);
  cairo_set_line_width (cr, 3.0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  rt_chart_set_colour (cr, back, 0.85);
  cairo_stroke (cr);
  move_to_start (cr, layout, how, x, y);
  rt_chart_set_colour (cr, colour, 1.0);
  pango_cairo_show_layout (cr, layout);
  cairo_restore (cr);
}
