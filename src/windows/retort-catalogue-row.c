/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-catalogue-row.h"

#include <glib/gi18n.h>

struct _RetortCatalogueRow
{
  GtkListBoxRow   parent_instance;

  /* Template widgets */
  GtkLabel       *title;
  GtkLabel       *status;
  GtkLabel       *licence;
  GtkProgressBar *progress;
  GtkButton      *button;

  /* Owned */
  RtFetchItem    *item;
};

static guint use_signal;

G_DEFINE_FINAL_TYPE (RetortCatalogueRow, retort_catalogue_row, GTK_TYPE_LIST_BOX_ROW)

static void
clicked_cb (RetortCatalogueRow *self)
{
  switch (rt_fetch_item_get_state (self->item))
    {
    case RT_FETCH_ITEM_COMING:
      rt_fetch_item_cancel (self->item);
      break;
    case RT_FETCH_ITEM_HERE:
      g_signal_emit (self, use_signal, 0);
      break;
    case RT_FETCH_ITEM_ABSENT:
    default:
      rt_fetch_item_start (self->item);
      break;
    }
}

static void
retort_catalogue_row_dispose (GObject *object)
{
  RetortCatalogueRow *self = RETORT_CATALOGUE_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_CATALOGUE_ROW);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (retort_catalogue_row_parent_class)->dispose (object);
}

static void
retort_catalogue_row_class_init (RetortCatalogueRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_catalogue_row_dispose;
  use_signal = g_signal_new ("use", RETORT_TYPE_CATALOGUE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                             NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-catalogue-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogueRow, title);
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogueRow, status);
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogueRow, licence);
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogueRow, progress);
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogueRow, button);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
}

static void
retort_catalogue_row_init (RetortCatalogueRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* The button's name says what of: "Fetch MNIST: handwritten digits". */
static void
show_button (RetortCatalogueRow *self,
             const char         *title)
{
  RtFetchItemState state = rt_fetch_item_get_state (self->item);
  const char *word = state == RT_FETCH_ITEM_COMING ? _("Cancel")
                     : state == RT_FETCH_ITEM_HERE ? _("Use") : _("Fetch");
  g_autofree char *name = g_strdup_printf ("%s %s", word, title);

  gtk_button_set_label (self->button, word);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

static void
changed_cb (RetortCatalogueRow *self)
{
  double fraction = rt_fetch_item_get_fraction (self->item);
  gboolean coming = rt_fetch_item_get_state (self->item) == RT_FETCH_ITEM_COMING;

  gtk_label_set_label (self->status, rt_fetch_item_get_status (self->item));
  if (rt_fetch_item_is_wrong (self->item))
    gtk_widget_add_css_class (GTK_WIDGET (self->status), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->status), "error");
  gtk_widget_set_visible (GTK_WIDGET (self->progress), coming);
  if (fraction >= 0.0)
    gtk_progress_bar_set_fraction (self->progress, fraction);
  else if (coming)
    gtk_progress_bar_pulse (self->progress);
  show_button (self, rt_fetch_item_get_entry (self->item)->title);
}

GtkWidget *
retort_catalogue_row_new (RtFetchItem *item)
{
  RetortCatalogueRow *self = g_object_new (RETORT_TYPE_CATALOGUE_ROW, NULL);
  const RtCatalogueEntry *entry = rt_fetch_item_get_entry (item);
  g_autofree char *licence = g_strdup_printf (_("Licence: %s"), entry->licence);
  g_autofree char *more = g_strdup_printf ("%s\n%s", entry->publisher, entry->origin);

  self->item = g_object_ref (item);
  gtk_label_set_label (self->title, entry->title);
  gtk_label_set_label (self->licence, licence);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), more);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  entry->title, -1);
  g_signal_connect_object (item, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}

RtFetchItem *
retort_catalogue_row_get_item (RetortCatalogueRow *self)
{
  g_return_val_if_fail (RETORT_IS_CATALOGUE_ROW (self), NULL);
  return self->item;
}
