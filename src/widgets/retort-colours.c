/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-colours.h"

#include <string.h>

static const RetortColours light = {
  .trains = { 0.776, 0.275, 0.0, 1.0 },
  .frozen = { 0.110, 0.443, 0.847, 1.0 },
  .right = { 0.0, 0.478, 0.345, 1.0 },
  .wrong = { 0.753, 0.310, 0.0, 1.0 },
};

static const RetortColours dark = {
  .trains = { 1.0, 0.639, 0.282, 1.0 },
  .frozen = { 0.471, 0.682, 0.929, 1.0 },
  .right = { 0.173, 0.780, 0.604, 1.0 },
  .wrong = { 1.0, 0.541, 0.298, 1.0 },
};

static void
look_up (GtkStyleContext *context,
         const char      *name,
         RtChartColour   *colour)
{
  GdkRGBA rgba;

  if (gtk_style_context_lookup_color (context, name, &rgba))
    *colour = (RtChartColour) { rgba.red, rgba.green, rgba.blue, rgba.alpha };
}

void
retort_colours_load (GtkWidget     *widget,
                     RetortColours *colours)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  char name[] = "retort_series_0";
  GdkRGBA text;
  gboolean on_dark;

  gtk_style_context_get_color (context, &text);
  on_dark = text.red + text.green + text.blue > 1.5f;
  *colours = on_dark ? dark : light;
  colours->chart = on_dark ? rt_chart_palette_dark : rt_chart_palette_light;
  colours->chart.text = (RtChartColour) { text.red, text.green, text.blue, text.alpha };

  for (int i = 0; i < RT_CHART_N_COLOURS; i++)
    {
      name[strlen ("retort_series_")] = (char) ('0' + i);
      look_up (context, name, &colours->chart.series[i]);
    }
  look_up (context, "retort_dim", &colours->chart.dim);
  look_up (context, "retort_grid", &colours->chart.grid);
  look_up (context, "retort_back", &colours->chart.back);
  look_up (context, "retort_trains", &colours->trains);
  look_up (context, "retort_frozen", &colours->frozen);
  look_up (context, "retort_right", &colours->right);
  look_up (context, "retort_wrong", &colours->wrong);
}
