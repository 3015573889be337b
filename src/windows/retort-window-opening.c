/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is read on another thread, and may take a while: datasets and files of weights. Of each kind
 * one at a time: the next that is opened takes the place of the one that is being read. Meanwhile
 * the window says what it reads, and can be told to give it up.
 */
#include "config.h"

#include "retort-window-private.h"

#include "retort-input-dialog.h"

#include <glib/gi18n.h>

#define PATIENCE       500   /* ms: what takes no longer need not be told of */
#define CANCEL_OPENING "win.cancel-opening"

/* (transfer full) (nullable) where nothing is read */
static char *
make_text (const RetortWindow *self)
{
  const char *dataset = self->opening[RETORT_OPENING_DATASET].name;
  const char *weights = self->opening[RETORT_OPENING_WEIGHTS].name;

  if (dataset != NULL && weights != NULL)
    return g_strdup_printf (_("Reading “%s” and “%s”…"), dataset, weights);
  if (dataset != NULL || weights != NULL)
    return g_strdup_printf (_("Reading “%s”…"), dataset != NULL ? dataset : weights);
  return NULL;
}

static void
tell_reading (RetortWindow *self)
{
  g_autofree char *text = make_text (self);
  g_autofree char *title = text != NULL ? g_markup_escape_text (text, -1) : NULL;
  AdwToast *toast = title != NULL ? adw_toast_new (title) : NULL;

  if (toast != NULL)
    {
      adw_toast_set_button_label (toast, _("_Cancel"));
      adw_toast_set_action_name (toast, CANCEL_OPENING);
    }
  retort_window_set_busy (self, toast);
}

static gboolean
reading_cb (gpointer data)
{
  RetortWindow *self = data;

  self->reading = 0;
  tell_reading (self);
  return G_SOURCE_REMOVE;
}

static void
end (RetortWindow     *self,
     RetortOpeningKind kind)
{
  RetortOpening *opening = &self->opening[kind];
  gboolean last = self->opening[1 - kind].cancellable == NULL;

  if (opening->cancellable == NULL)
    return;
  g_cancellable_cancel (opening->cancellable);
  g_clear_object (&opening->cancellable);
  g_clear_pointer (&opening->name, g_free);
  if (last)
    g_clear_handle_id (&self->reading, g_source_remove);
  if (last || self->reading == 0)
    tell_reading (self);
}

/* (transfer none) what cancels it */
static GCancellable *
begin (RetortWindow     *self,
       RetortOpeningKind kind,
       const char       *path)
{
  RetortOpening *opening = &self->opening[kind];

  end (self, kind);
  retort_window_end_message (self);
  opening->cancellable = g_cancellable_new ();
  opening->name = g_filename_display_basename (path);
  if (self->reading == 0)
    self->reading = g_timeout_add (PATIENCE, reading_cb, self);
  return opening->cancellable;
}

/* Whether this is what is waited for: what comes of one that was cancelled is nobody's business. */
static gboolean
take (RetortWindow     *self,
      RetortOpeningKind kind,
      GAsyncResult     *result)
{
  if (g_task_get_cancellable (G_TASK (result)) != self->opening[kind].cancellable)
    return FALSE;
  end (self, kind);
  return TRUE;
}

/* Datasets */

static void
dataset_opened_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      data)
{
  g_autoptr (RetortWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *found = rt_session_open_dataset_finish (RT_SESSION (source), result, &error);

  if (take (self, RETORT_OPENING_DATASET, result))
    retort_window_tell_found (self, found, error);
}

void
retort_window_open_dataset (RetortWindow *self,
                            const char   *path)
{
  rt_session_open_dataset_async (self->session, path, begin (self, RETORT_OPENING_DATASET, path),
                                 dataset_opened_cb, g_object_ref (self));
}

/* Weights */

static void weights_opened_cb (GObject      *source,
                               GAsyncResult *result,
                               gpointer      data);

static void
inputs_chosen_cb (RetortWindow      *self,
                  RetortInputDialog *dialog)
{
  const RtBackbone *backbone = retort_input_dialog_get_backbone (dialog);

  rt_session_keep_weights_async (self->session, backbone,
                                 begin (self, RETORT_OPENING_WEIGHTS, backbone->weights_path),
                                 weights_opened_cb, g_object_ref (self));
}

/* Nobody says with which inputs it was trained: a person does. */
static void
ask_inputs (RetortWindow     *self,
            const RtBackbone *backbone)
{
  GtkWidget *dialog = retort_input_dialog_new (self->session, backbone);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  g_signal_connect_object (dialog, "chosen", G_CALLBACK (inputs_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
weights_opened_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      data)
{
  g_autoptr (RetortWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) asked = NULL;
  g_autofree char *found = rt_session_open_weights_finish (RT_SESSION (source), result, &asked,
                                                           &error);

  if (!take (self, RETORT_OPENING_WEIGHTS, result))
    return;
  if (asked != NULL)
    ask_inputs (self, asked);
  else
    retort_window_tell_found (self, found, error);
}

void
retort_window_open_weights (RetortWindow *self,
                            const char   *path)
{
  rt_session_open_weights_async (self->session, path, begin (self, RETORT_OPENING_WEIGHTS, path),
                                 weights_opened_cb, g_object_ref (self));
}

/* Giving up */

void
retort_window_cancel_opening (RetortWindow *self)
{
  end (self, RETORT_OPENING_DATASET);
  end (self, RETORT_OPENING_WEIGHTS);
}

static void
cancel_opening_cb (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  retort_window_cancel_opening (RETORT_WINDOW (widget));
}

void
retort_window_install_opening (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, CANCEL_OPENING, NULL, cancel_opening_cb);
  /* Bound to the class, so that what has the focus may want it first. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, CANCEL_OPENING, NULL);
}
