/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-catalogue.h"

#include "retort-catalogue-row.h"

#include <glib/gi18n.h>

struct _RetortCatalogue
{
  AdwWindow      parent_instance;

  /* Template widgets */
  GtkStack      *stack;
  GtkListBox    *datasets;
  GtkListBox    *weights;
  AdwStatusPage *problem;

  /* Owned */
  RtSession     *session;
};

G_DEFINE_FINAL_TYPE (RetortCatalogue, retort_catalogue, ADW_TYPE_WINDOW)

static void
use_cb (RetortCatalogue    *self,
        RetortCatalogueRow *row)
{
  rt_session_use_fetched (self->session, retort_catalogue_row_get_item (row));
  gtk_window_close (GTK_WINDOW (self));
}

static void
add_row (RetortCatalogue *self,
         RtFetchItem     *item)
{
  GtkWidget *row = retort_catalogue_row_new (item);

  g_signal_connect_object (row, "use", G_CALLBACK (use_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_append (rt_fetch_item_get_entry (item)->kind == RT_CATALOGUE_DATASET
                       ? self->datasets : self->weights, row);
}

static void
fill (RetortCatalogue *self)
{
  g_autoptr (GError) error = NULL;
  GListModel *items = rt_library_get_catalogue (rt_session_get_library (self->session), &error);
  guint n = items != NULL ? g_list_model_get_n_items (items) : 0;

  if (items == NULL)
    {
      adw_status_page_set_description (self->problem, error->message);
      gtk_stack_set_visible_child_name (self->stack, "problem");
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RtFetchItem) item = g_list_model_get_item (items, i);

      add_row (self, item);
    }
}

/* Under the introduction, with its heading. */
static void
put_first (GtkWidget *list)
{
  GtkBox *box = GTK_BOX (gtk_widget_get_parent (list));
  GtkWidget *heading = gtk_widget_get_prev_sibling (list);

  gtk_box_reorder_child_after (box, heading, gtk_widget_get_first_child (GTK_WIDGET (box)));
  gtk_box_reorder_child_after (box, list, heading);
}

static void
retort_catalogue_dispose (GObject *object)
{
  RetortCatalogue *self = RETORT_CATALOGUE (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_CATALOGUE);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (retort_catalogue_parent_class)->dispose (object);
}

static void
retort_catalogue_class_init (RetortCatalogueClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_catalogue_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-catalogue.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogue, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogue, datasets);
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogue, weights);
  gtk_widget_class_bind_template_child (widget_class, RetortCatalogue, problem);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
retort_catalogue_init (RetortCatalogue *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
retort_catalogue_new (GtkWindow  *parent,
                      RtSession  *session,
                      const char *section)
{
  RetortCatalogue *self = g_object_new (RETORT_TYPE_CATALOGUE, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  fill (self);
  put_first (GTK_WIDGET (g_str_equal (section, "weights") ? self->weights : self->datasets));
  return GTK_WIDGET (self);
}

void
retort_catalogue_finish (RetortCatalogue *self)
{
  GListModel *items = rt_library_get_catalogue (rt_session_get_library (self->session), NULL);
  guint n = items != NULL ? g_list_model_get_n_items (items) : 0;

  g_return_if_fail (RETORT_IS_CATALOGUE (self));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RtFetchItem) item = g_list_model_get_item (items, i);

      if (rt_fetch_item_get_state (item) == RT_FETCH_ITEM_COMING)
        return;
    }
  gtk_window_close (GTK_WINDOW (self));
}
