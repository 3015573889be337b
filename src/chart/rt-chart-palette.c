/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-chart-palette.h"

#define HEX(c) { ((c) >> 16 & 255) / 255.0, ((c) >> 8 & 255) / 255.0, ((c) & 255) / 255.0, 1.0 }

const RtChartPalette rt_chart_palette_light = {
  .series = { HEX (0x009e73), HEX (0xc98600), HEX (0x0072b2), HEX (0xd55e00),
              HEX (0xb8649a), HEX (0x2f8fc4), HEX (0x7d8286), HEX (0x5b4a9e) },
  .text = HEX (0x2e2e32),
  .dim = HEX (0x6b6b70),
  .grid = HEX (0xe6e6e6),
  .back = HEX (0xffffff),
};

const RtChartPalette rt_chart_palette_dark = {
  .series = { HEX (0x2cc79a), HEX (0xf2b632), HEX (0x56b4e9), HEX (0xff8a4c),
              HEX (0xe39ac6), HEX (0x8cd0ff), HEX (0xa4a9ad), HEX (0xb9a9ff) },
  .text = HEX (0xffffff),
  .dim = HEX (0xb0b0b0),
  .grid = HEX (0x454545),
  .back = HEX (0x343434),
};

void
rt_chart_set_colour (cairo_t             *cr,
                     const RtChartColour *colour,
                     double               alpha)
{
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, colour->alpha * alpha);
}

void
rt_chart_set_dash (cairo_t     *cr,
                   RtChartDash  dash,
                   double       width)
{
  static const double dashed[] = { 4.0, 1.8 };
  static const double dotted[] = { 0.9, 1.3 };
  static const double dash_dot[] = { 3.6, 1.4, 0.9, 1.4 };
  static const double brief[] = { 2.0, 1.2 };
  static const struct { const double *lengths; int n; } patterns[RT_CHART_N_DASHES] = {
    [RT_CHART_DASH_DASHED] = { dashed, G_N_ELEMENTS (dashed) },
    [RT_CHART_DASH_DOTTED] = { dotted, G_N_ELEMENTS (dotted) },
    [RT_CHART_DASH_DASH_DOT] = { dash_dot, G_N_ELEMENTS (dash_dot) },
    [RT_CHART_DASH_SHORT] = { brief, G_N_ELEMENTS (brief) },
  };
  double lengths[4];

  g_return_if_fail (dash < RT_CHART_N_DASHES);

  for (int i = 0; i < patterns[dash].n; i++)
    lengths[i] = patterns[dash].lengths[i] * width;
  cairo_set_dash (cr, lengths, patterns[dash].n, 0.0);
  cairo_set_line_width (cr, width);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
}
