/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is corrected of a dataset from where its pictures are seen: the actions of a picture's menu,
 * and the toast that takes the last one back.
 */
#include "config.h"

#include "retort-window-private.h"

#include "retort-data-dialog.h"

#include <glib/gi18n.h>

#define TOLD       10   /* seconds */
#define INSPECTION "retort-inspection"

/* The pictures that are shown; NULL where they are gone, or are those of a run that went on. */
static RtInspection *
get_inspection (RetortWindow *self,
                int           row)
{
  RtInspection *inspection = retort_inspectors_get_inspection (self->inspectors);

  if (inspection == NULL || !rt_inspection_can_correct (inspection)
      || row < 0 || row >= rt_inspection_get_predictions (inspection)->n)
    return NULL;
  return inspection;
}

static void
changed (RetortWindow *self)
{
  retort_inspectors_update_corrections (self->inspectors);
  rt_session_dataset_corrected (self->session);
}

/* Not by the pictures that are shown: these may be another run's, or in the dialog about the
 * data. */
static void
corrected_cb (RetortWindow *self)
{
  RtInspection *inspection = retort_inspectors_get_inspection (self->inspectors);

  if (inspection != NULL)
    rt_inspection_reload_corrections (inspection);
  changed (self);
}

static void undo_cb (RetortWindow *self,
                     AdwToast     *toast);

/* The message takes back what was done to @inspection, whichever is shown by then. */
static void
tell_corrected (RetortWindow *self,
                RtInspection *inspection,
                const char   *message)
{
  g_autofree char *title = g_markup_escape_text (message, -1);
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, _("_Undo"));
  g_object_set_data_full (G_OBJECT (toast), INSPECTION, g_object_ref (inspection), g_object_unref);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undo_cb), self, G_CONNECT_SWAPPED);
  retort_window_show_toast (self, toast, TOLD);
}

/* What was asked for, until it is answered; the window may be closed by then. */
typedef struct
{
  RetortWindow *window;    /* Owned */
  char         *message;   /* Owned (nullable): once it is done */
} Asked;

static Asked *
asked_new (RetortWindow *self,
           char         *message)
{
  Asked *asked = g_new0 (Asked, 1);

  *asked = (Asked) { g_object_ref (self), message };
  return asked;
}

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->window);
  g_free (asked->message);
  g_free (asked);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

static void
changed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  RtInspection *inspection = RT_INSPECTION (source);
  g_autoptr (Asked) asked = data;
  RetortWindow *self = asked->window;
  g_autoptr (GError) error = NULL;
  gboolean done = rt_inspection_change_finish (inspection, result, &error);

  if (self->session == NULL)
    return;
  if (error != NULL)
    retort_window_tell_wrong (self, error->message);
  else if (!done)
    retort_window_tell (self, _("There is nothing to undo any more"));
  else if (inspection == retort_inspectors_get_inspection (self->inspectors))
    changed (self);
  else
    corrected_cb (self);
  if (done && asked->message != NULL)
    tell_corrected (self, inspection, asked->message);
}

static void
undo_cb (RetortWindow *self,
         AdwToast     *toast)
{
  RtInspection *inspection = g_object_get_data (G_OBJECT (toast), INSPECTION);

  rt_inspection_undo_async (inspection, changed_cb, asked_new (self, NULL));
}

/* @label as of rt_inspection_correct_async() */
static void
correct (RetortWindow *self,
         int           row,
         const char   *label)
{
  RtInspection *inspection = get_inspection (self, row);
  g_autofree char *name = NULL;
  char *message;

  if (inspection == NULL)
    return;
  name = rt_inspection_dup_name (inspection, row);
  if (label != NULL)
    message = g_strdup_printf (_("%s counts as %s from the next training on"), name, label);
  else
    message = g_strdup_printf (_("%s is set aside from the next training on"), name);
  rt_inspection_correct_async (inspection, row, label, changed_cb, asked_new (self, message));
}

static void
mend_label_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  const char *label;
  int row;

  g_variant_get (parameter, "(i&s)", &row, &label);
  correct (RETORT_WINDOW (widget), row, label);
}

static void
set_aside_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  correct (RETORT_WINDOW (widget), g_variant_get_int32 (parameter), NULL);
}

static void
revert_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  int row = g_variant_get_int32 (parameter);
  RtInspection *inspection = get_inspection (self, row);

  if (inspection != NULL)
    rt_inspection_revert_async (inspection, row, changed_cb, asked_new (self, NULL));
}

/* The parameter names the page that is shown first. */
static void
show_data_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  GtkWidget *dialog = retort_data_dialog_new (self->session,
                                              g_variant_get_string (parameter, NULL));

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  g_signal_connect_object (dialog, "corrected", G_CALLBACK (corrected_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
retort_window_install_corrections (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.mend-label", "(is)", mend_label_cb);
  gtk_widget_class_install_action (widget_class, "win.set-aside", "i", set_aside_cb);
  gtk_widget_class_install_action (widget_class, "win.revert-correction", "i", revert_cb);
  gtk_widget_class_install_action (widget_class, "win.show-data", "s", show_data_cb);
}
