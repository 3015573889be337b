/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart-palette.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * RetortColours:
 * @chart: series, text, grid and background (`retort_series_0` to `_7`, `retort_dim`,
 *   `retort_grid`, `retort_back`; the text's colour is the widget's own)
 * @trains: of what learns (`retort_trains`)
 * @frozen: of what does not, and of the ice line (`retort_frozen`)
 * @right: of a right answer (`retort_right`)
 * @wrong: of a wrong one (`retort_wrong`)
 *
 * The colours that drawn widgets use, by their names in the style sheet.
 */
typedef struct
{
  RtChartPalette chart;
  RtChartColour  trains;
  RtChartColour  frozen;
  RtChartColour  right;
  RtChartColour  wrong;
} RetortColours;

/* Looks the names up for @widget. What the style sheet does not name comes from the built-in
 * light or dark palette, by how light the widget's text is. Cheap enough for every frame. */
void retort_colours_load (GtkWidget     *widget,
                          RetortColours *colours);

G_END_DECLS
