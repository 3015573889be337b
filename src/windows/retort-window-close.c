/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-window-private.h"

#include <glib/gi18n.h>

static gboolean
destroy_cb (gpointer data)
{
  RetortWindow *self = data;

  if (self->closing)
    gtk_window_destroy (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

/* The window goes when the session, which it owns, has said all that it has to say. */
void
retort_window_close_if_idle (RetortWindow *self)
{
  int state;

  g_object_get (self->session, "state", &state, NULL);
  if (state == RT_SESSION_IDLE && self->closing)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, destroy_cb, g_object_ref (self), g_object_unref);
}

void
retort_window_keep_open (RetortWindow *self)
{
  self->closing = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->runs), TRUE);
}

static void
answered_cb (RetortWindow *self,
             const char   *response)
{
  if (g_str_equal (response, "keep"))
    return;
  self->closing = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->runs), FALSE);
  if (g_str_equal (response, "stop"))
    rt_session_stop (self->session);
  else
    rt_session_interrupt (self->session);
  retort_window_close_if_idle (self);   /* the run may have ended meanwhile */
}

gboolean
retort_window_may_close (RetortWindow *self)
{
  GtkWidget *dialog;
  int state;

  g_object_get (self->session, "state", &state, NULL);
  if (state == RT_SESSION_IDLE)
    return TRUE;
  if (self->closing)
    return FALSE;
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _("A network is being trained"),
                                   _("Saved, it can be taken up again from where it is."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog),
                                    "keep", _("_Keep training"),
                                    "stop", _("S_top and keep the best"),
                                    "save", _("_Save and close"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  g_signal_connect_object (dialog, "response", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
  return FALSE;
}
