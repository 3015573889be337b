/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/* In dispose: lets go of the template's widgets, and of the direct children among them that have
 * no field, which gtk_widget_dispose_template() of GTK 4.8 leaves behind. */
static inline void
retort_template_dispose (gpointer self,
                         GType    type)
{
  GtkWidget *child;

  gtk_widget_dispose_template (GTK_WIDGET (self), type);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}
