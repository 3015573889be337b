/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CHART_LEGEND (retort_chart_legend_get_type ())

/**
 * RetortChartLegend:
 *
 * The names of a chart's series, each a toggle button with a sample of its line, set from the right
 * and on as many lines as it takes. Part of #RetortChart.
 *
 * Signals: `toggled` (gpointer series, gboolean visible), by the user.
 */
G_DECLARE_FINAL_TYPE (RetortChartLegend, retort_chart_legend, RETORT, CHART_LEGEND, GtkWidget)

/* Makes the entries those of @chart's series, keeping what is there already. */
void retort_chart_legend_update (RetortChartLegend *self,
                                 RtChart           *chart);

G_END_DECLS
