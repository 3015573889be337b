/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

#define RT_CHART_N_COLOURS 8

typedef struct
{
  double red;
  double green;
  double blue;
  double alpha;
} RtChartColour;

/**
 * RtChartPalette:
 * @series: told apart by people of any colour vision, after Okabe and Ito, "Color Universal Design"
 *   (2008); still, dashes and names always go with them
 * @text: of titles and values
 * @dim: of ticks and labels
 * @grid: of the lines behind the curves
 * @back: what the chart stands on
 */
typedef struct
{
  RtChartColour series[RT_CHART_N_COLOURS];
  RtChartColour text;
  RtChartColour dim;
  RtChartColour grid;
  RtChartColour back;
} RtChartPalette;

typedef enum
{
  RT_CHART_DASH_SOLID,
  RT_CHART_DASH_DASHED,
  RT_CHART_DASH_DOTTED,
  RT_CHART_DASH_DASH_DOT,
  RT_CHART_DASH_SHORT,
  RT_CHART_N_DASHES
} RtChartDash;

extern const RtChartPalette rt_chart_palette_light;
extern const RtChartPalette rt_chart_palette_dark;

/* Sets the source to @colour with its alpha times @alpha. */
void rt_chart_set_colour (cairo_t             *cr,
                          const RtChartColour *colour,
                          double               alpha);

/* Sets line width, caps and dashes. */
void rt_chart_set_dash   (cairo_t     *cr,
                          RtChartDash  dash,
                          double       width);

G_END_DECLS
