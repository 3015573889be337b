/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can be fetched, and what becomes of it. Where it was waited for it is chosen at once; where
 * the catalogue was closed meanwhile, the recipe may be about something else by then, and it is
 * only offered.
 */
#include "config.h"

#include "retort-window-private.h"

#include "retort-catalogue.h"

#include <glib/gi18n.h>

static void
catalogue_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  GtkWidget *catalogue = retort_catalogue_new (GTK_WINDOW (self), self->session,
                                               g_variant_get_string (parameter, NULL));

  g_set_weak_pointer (&self->catalogue, catalogue);
  gtk_window_present (GTK_WINDOW (catalogue));
}

static void
use (RetortWindow *self,
     RtFetchItem  *item)
{
  const RtCatalogueEntry *entry = rt_fetch_item_get_entry (item);
  g_autofree char *text = g_strdup_printf (entry->kind == RT_CATALOGUE_DATASET
                                           ? _("“%s” is here, and is the task now")
                                           : _("“%s” is here, and is the backbone now"),
                                           entry->title);

  rt_session_use_fetched (self->session, item);
  retort_window_tell_long (self, text);
}

static void
offer (RetortWindow *self,
       RtFetchItem  *item)
{
  const RtCatalogueEntry *entry = rt_fetch_item_get_entry (item);
  g_autofree char *title = g_markup_escape_text (entry->title, -1);
  g_autofree char *text = g_strdup_printf (_("“%s” is here"), title);
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_button_label (toast, _("_Use"));
  adw_toast_set_action_name (toast, "win.use-fetched");
  adw_toast_set_action_target (toast, "s", entry->name);
  retort_window_offer (self, toast);
}

void
retort_window_take_fetched (RetortWindow *self,
                            RtFetchItem  *item)
{
  if (self->catalogue == NULL)
    {
      offer (self, item);
      return;
    }
  use (self, item);
  retort_catalogue_finish (RETORT_CATALOGUE (self->catalogue));
}

static void
use_fetched_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  GListModel *items = rt_library_get_catalogue (rt_session_get_library (self->session), NULL);
  guint n = items != NULL ? g_list_model_get_n_items (items) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RtFetchItem) item = g_list_model_get_item (items, i);

      if (g_str_equal (rt_fetch_item_get_entry (item)->name,
                       g_variant_get_string (parameter, NULL)))
        rt_session_use_fetched (self->session, item);
    }
}

void
retort_window_install_catalogue (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.catalogue", "s", catalogue_cb);
  gtk_widget_class_install_action (widget_class, "win.use-fetched", "s", use_fetched_cb);
}
