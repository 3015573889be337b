/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart-draw.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CHART_PLOT (retort_chart_plot_get_type ())

/**
 * RetortChartPlot:
 *
 * The drawn part of #RetortChart: layers kept as render nodes, and the cursor, which follows the
 * pointer or the arrow keys.
 *
 * Properties: `cursor` (double), the x at which values are shown, NaN for none.
 */
G_DECLARE_FINAL_TYPE (RetortChartPlot, retort_chart_plot, RETORT, CHART_PLOT, GtkWidget)

/* @chart is borrowed, and must outlive the plot or be replaced by %NULL. */
void   retort_chart_plot_set_chart      (RetortChartPlot *self,
                                         RtChart         *chart);

/* Say what changed: everything, or only one series' points. */
void   retort_chart_plot_changed        (RetortChartPlot *self);
void   retort_chart_plot_series_changed (RetortChartPlot     *self,
                                         const RtChartSeries *series);

/* Say that points were added to @series, and what the x of the point before them is (or of the
 * first of them where there is none, or where points were taken back): the curve left of it is
 * as it was. */
void   retort_chart_plot_series_appended (RetortChartPlot     *self,
                                          const RtChartSeries *series,
                                          double               x);

/* Call before a series goes. */
void   retort_chart_plot_forget_series  (RetortChartPlot     *self,
                                         const RtChartSeries *series);

void   retort_chart_plot_set_cursor     (RetortChartPlot *self,
                                         double           x);
double retort_chart_plot_get_cursor     (RetortChartPlot *self);

/* Where things were drawn last. */
const RtChartMap *retort_chart_plot_get_map (RetortChartPlot *self);

G_END_DECLS
