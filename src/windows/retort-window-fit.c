/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "Fit in N minutes": a dialog while it is measured what fits, then the run. What was decided is
 * told, and is the recipe from then on; undo brings back the one before.
 */
#include "config.h"

#include "retort-window-private.h"

#include <glib/gi18n.h>

#define TICK 100    /* milliseconds from one look at the meter to the next */

typedef struct
{
  RetortWindow *window;        /* Owned */
  GtkWidget    *dialog;        /* Weak (nullable) */
  GtkWidget    *progress;      /* Borrowed from the dialog */
  RtMeter      *meter;         /* Owned */
  GCancellable *cancellable;   /* Owned */
  guint         timer;
  int           minutes;
} Fit;

static void
fit_free (Fit *fit)
{
  g_clear_handle_id (&fit->timer, g_source_remove);
  g_clear_weak_pointer (&fit->dialog);
  rt_meter_unref (fit->meter);
  g_object_unref (fit->window);
  g_object_unref (fit->cancellable);
  g_free (fit);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fit, fit_free)

static gboolean
tick_cb (gpointer data)
{
  Fit *fit = data;
  g_autofree char *text = NULL;
  double fraction = rt_meter_get (fit->meter, &text);

  /* Cancelled: what is being measured is waited for without it. */
  if (fit->dialog == NULL)
    return G_SOURCE_CONTINUE;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (fit->progress), fraction);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (fit->progress), text != NULL ? _(text) : NULL);
  return G_SOURCE_CONTINUE;
}

static void
train (RetortWindow *self,
       const char   *decided,
       int           minutes)
{
  g_autofree char *text = g_strdup_printf (
    g_dngettext (NULL, "Fitted into %d minute: %s. Undo brings the recipe back.",
                 "Fitted into %d minutes: %s. Undo brings the recipe back.", (gulong) minutes),
    minutes, decided);

  rt_session_train (self->session);
  retort_window_tell_long (self, text);
}

/* The reason stays where it was asked for. */
static void
show_wrong (Fit          *fit,
            const GError *error)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (fit->dialog);

  adw_message_dialog_set_body (dialog, error->message);
  adw_message_dialog_set_extra_child (dialog, NULL);
  adw_message_dialog_set_response_label (dialog, "cancel", _("_Close"));
}

static void
fitted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (Fit) fit = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *decided = rt_session_fit_finish (RT_SESSION (source), result, &error);

  /* Cancelled: the recipe has stayed, whatever was found. */
  if (fit->dialog == NULL || g_cancellable_is_cancelled (fit->cancellable))
    return;
  if (decided == NULL)
    show_wrong (fit, error);
  else
    {
      gtk_window_destroy (GTK_WINDOW (fit->dialog));
      train (fit->window, decided, fit->minutes);
    }
}

static GtkWidget *
new_dialog (GtkWindow *window,
            GtkWidget *progress,
            int        minutes)
{
  g_autofree char *heading = g_strdup_printf (
    g_dngettext (NULL, "What fits into %d minute?", "What fits into %d minutes?",
                 (gulong) minutes), minutes);
  GtkWidget *dialog = adw_message_dialog_new (window, heading,
                                              _("One batch is timed, block by block; the epochs "
                                                "are mended as it trains."));

  gtk_accessible_update_property (GTK_ACCESSIBLE (progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Measuring"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), progress);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  return dialog;
}

static void
fit_cb (GtkWidget  *widget,
        const char *name,
        GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  Fit *fit = g_new0 (Fit, 1);

  fit->window = g_object_ref (self);
  fit->minutes = g_variant_get_int32 (parameter);
  fit->cancellable = g_cancellable_new ();
  fit->meter = rt_meter_new ();
  fit->progress = gtk_progress_bar_new ();
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (fit->progress), TRUE);
  g_set_weak_pointer (&fit->dialog, new_dialog (GTK_WINDOW (self), fit->progress, fit->minutes));
  fit->timer = g_timeout_add (TICK, tick_cb, fit);
  g_signal_connect_object (fit->dialog, "response", G_CALLBACK (g_cancellable_cancel),
                           fit->cancellable, G_CONNECT_SWAPPED);
  g_signal_connect_object (fit->dialog, "destroy", G_CALLBACK (g_cancellable_cancel),
                           fit->cancellable, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (fit->dialog));
  rt_session_fit_async (self->session, 60.0 * fit->minutes, fit->meter, fit->cancellable, fitted_cb,
                        fit);
}

void
retort_window_install_fit (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.fit", "i", fit_cb);
}
