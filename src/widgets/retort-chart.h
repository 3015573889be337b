/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CHART (retort_chart_get_type ())

/**
 * RetortChart:
 *
 * Curves under a title and a legend. A click on a name in the legend hides or shows its curve; the
 * pointer, or the arrow keys when the plot has the focus, show the values at one x in a bubble
 * (Home, End, Page Up and Page Down go far, Escape hides it).
 *
 * Properties (each may be bound; all notify):
 * - `title` (string), also the accessible name
 * - `x-label` (string): "epoch"
 * - `percent` (boolean): y is a share, 0.5 reads "50 %"
 * - `log-scale` (boolean): y by decades
 * - `smoothing` (double, 0..0.99): weight of the past in the debiased moving average; the raw
 *   points stay as a ghost
 * - `show-tools` (boolean): whether the buttons for `log-scale` and `smoothing` show
 * - `empty-text` (string): said while no visible series has a point
 * - `menu-model` (GMenuModel): of a button beside the tools that saves the picture; hidden without
 * - `cursor` (double): the x at which values are shown, NaN for none; bind those of two charts and
 *   they move together
 *
 * Actions: `chart.log-scale`.
 *
 * Signals: `series-toggled` (string id, gboolean visible), when the user did it in the legend.
 */
G_DECLARE_FINAL_TYPE (RetortChart, retort_chart, RETORT, CHART, GtkWidget)

GtkWidget     *retort_chart_new            (void);

/* Adds a curve on top. @id must be new; @colour indexes the palette and wraps round. Returns a
 * handle that lives until the curve is removed (transfer none). */
RtChartSeries *retort_chart_add_series     (RetortChart *self,
                                            const char  *id,
                                            const char  *title,
                                            int          colour,
                                            RtChartDash  dash);
RtChartSeries *retort_chart_find_series    (RetortChart *self,
                                            const char  *id);
void           retort_chart_remove_series  (RetortChart   *self,
                                            RtChartSeries *series);
void           retort_chart_clear          (RetortChart *self);

/* Adds a point; see rt_chart_series_append(). Cheap: what it changes is drawn with the next
 * frame, however many are added before. */
void           retort_chart_append         (RetortChart   *self,
                                            RtChartSeries *series,
                                            double         x,
                                            double         y);

/* Say so after calling rt_chart_series_set_band(), _best(), _visible(), _ghost() or _clear() on
 * a handle. */
void           retort_chart_series_changed (RetortChart   *self,
                                            RtChartSeries *series);

/* Fixed ends; NaN for an end that follows the data. Where an end is known (0, 100 %) fix it, and
 * the view stands still; see rt_chart_set_y_range(). */
void           retort_chart_set_x_range    (RetortChart *self,
                                            double       low,
                                            double       high);
void           retort_chart_set_y_range    (RetortChart *self,
                                            double       low,
                                            double       high);

void           retort_chart_set_title      (RetortChart *self,
                                            const char  *title);
const char    *retort_chart_get_title      (RetortChart *self);
void           retort_chart_set_x_label    (RetortChart *self,
                                            const char  *label);
const char    *retort_chart_get_x_label    (RetortChart *self);
void           retort_chart_set_percent    (RetortChart *self,
                                            gboolean     percent);
gboolean       retort_chart_get_percent    (RetortChart *self);
void           retort_chart_set_log_scale  (RetortChart *self,
                                            gboolean     log_scale);
gboolean       retort_chart_get_log_scale  (RetortChart *self);
/* The x axis by decades. */
void           retort_chart_set_x_log      (RetortChart *self,
                                            gboolean     log);
void           retort_chart_set_smoothing  (RetortChart *self,
                                            double       smoothing);
double         retort_chart_get_smoothing  (RetortChart *self);
void           retort_chart_set_show_tools (RetortChart *self,
                                            gboolean     show_tools);
gboolean       retort_chart_get_show_tools (RetortChart *self);
void           retort_chart_set_empty_text (RetortChart *self,
                                            const char  *text);
const char    *retort_chart_get_empty_text (RetortChart *self);
void           retort_chart_set_menu_model (RetortChart *self,
                                            GMenuModel  *menu);
void           retort_chart_set_cursor     (RetortChart *self,
                                            double       x);
double         retort_chart_get_cursor     (RetortChart *self);

/* What the chart shows, in words: the values under the cursor, else each curve's last value and
 * the best one. (transfer full) */
char          *retort_chart_get_summary    (RetortChart *self) G_GNUC_WARN_UNUSED_RESULT;

/* Writes the chart by the ending of @path, at the size that it has on the screen; see
 * rt_chart_export(). */
gboolean       retort_chart_export         (RetortChart  *self,
                                            const char   *path,
                                            GError      **error);

/* What is drawn, to be read (transfer none). */
const RtChart *retort_chart_get_model      (RetortChart *self);

G_END_DECLS
