/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-widgets.h"

#include "retort-chart-legend.h"
#include "retort-chart-plot.h"
#include "retort-network-stack.h"
#include "retort-widgets-resources.h"

void
retort_widgets_init (void)
{
  static gsize done;

  if (!g_once_init_enter (&done))
    return;
  g_resources_register (retort_widgets_get_resource ());
  g_type_ensure (RETORT_TYPE_BARS);
  g_type_ensure (RETORT_TYPE_CHART);
  g_type_ensure (RETORT_TYPE_CHART_LEGEND);
  g_type_ensure (RETORT_TYPE_CHART_PLOT);
  g_type_ensure (RETORT_TYPE_CONFUSION_GRID);
  g_type_ensure (RETORT_TYPE_IMAGE_GRID);
  g_type_ensure (RETORT_TYPE_INTERVAL_BAR);
  g_type_ensure (RETORT_TYPE_LINE_SAMPLE);
  g_type_ensure (RETORT_TYPE_LOSS_BAR);
  g_type_ensure (RETORT_TYPE_MARK);
  g_type_ensure (RETORT_TYPE_NETWORK_STACK);
  g_type_ensure (RETORT_TYPE_NETWORK_VIEW);
  g_once_init_leave (&done, 1);
}

void
retort_widget_set_tooltip (GtkWidget  *widget,
                           const char *text)
{
  if (g_strcmp0 (gtk_widget_get_tooltip_text (widget), text) != 0)
    gtk_widget_set_tooltip_text (widget, text);
}
