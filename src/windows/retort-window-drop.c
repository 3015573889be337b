/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that are dropped on the window, or pasted: a picture is tried on the run that is shown, a
 * folder is opened as a dataset, weights become the backbone. While one is held over the window it
 * says so over all of it.
 */
#include "config.h"

#include "retort-window-private.h"

#include <glib/gi18n.h>

/* The first of what was dropped or copied. (transfer none) (nullable) */
static GFile *
get_file (const GValue *value)
{
  GSList *files = NULL;

  if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    return g_value_get_object (value);
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    files = g_value_get_boxed (value);
  return files != NULL ? files->data : NULL;
}

static gboolean
open_file (RetortWindow *self,
           const GValue *value)
{
  GFile *file = get_file (value);

  if (file != NULL)
    retort_window_open_file (self, file);
  return file != NULL;
}

static gboolean
drop_cb (RetortWindow *self,
         const GValue *value,
         double        x,
         double        y)
{
  return open_file (self, value);
}

static void
current_drop_cb (RetortWindow  *self,
                 GParamSpec    *pspec,
                 GtkDropTarget *target)
{
  gtk_widget_set_visible (self->drop_hint, gtk_drop_target_get_current_drop (target) != NULL);
}

/* Pasting */

static void
pasted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (RetortWindow) self = data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, NULL);

  if (self->session != NULL && (value == NULL || !open_file (self, value)))
    retort_window_tell (self, _("There is no file to paste: copy a picture, a folder or a file of "
                                "weights first"));
}

static void
paste_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  gdk_clipboard_read_value_async (gtk_widget_get_clipboard (widget), GDK_TYPE_FILE_LIST,
                                  G_PRIORITY_DEFAULT, NULL, pasted_cb, g_object_ref (widget));
}

void
retort_window_install_drop (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.paste-file", NULL, paste_cb);
  /* Bound to the class, so that a field of text has it first. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "win.paste-file",
                                       NULL);
}

/* Around the content of the template: what is said while a file is held over it. */
static void
add_hint (RetortWindow *self)
{
  AdwApplicationWindow *window = ADW_APPLICATION_WINDOW (self);
  g_autoptr (GtkWidget) content = g_object_ref (adw_application_window_get_content (window));
  GtkWidget *overlay = gtk_overlay_new ();

  self->drop_hint = gtk_label_new (_("Drop a picture to try it, a folder of class folders to learn "
                                     "from it, or a file of weights to begin with it"));
  gtk_label_set_wrap (GTK_LABEL (self->drop_hint), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->drop_hint), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->drop_hint, "retort-drop");
  gtk_widget_set_can_target (self->drop_hint, FALSE);
  gtk_widget_hide (self->drop_hint);
  adw_application_window_set_content (window, overlay);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), content);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->drop_hint);
}

void
retort_window_take_drops (RetortWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_FILE };

  add_hint (self);
  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "notify::current-drop", G_CALLBACK (current_drop_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
