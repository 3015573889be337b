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

static void
leave_wheel (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_NONE);
    }
}

void
retort_widget_pass_wheel (GtkWidget *widget)
{
  if (GTK_IS_SPIN_BUTTON (widget) || GTK_IS_RANGE (widget))
    leave_wheel (widget);
  else
    for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
         child = gtk_widget_get_next_sibling (child))
      retort_widget_pass_wheel (child);
}
