/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the window says below its content. A message takes the place of the one before it: the
 * newest is what matters. What goes on, and an offer, wait behind messages and come back after
 * them.
 *
 * The overlay's own queue and priorities are not used: in libadwaita 1.2 the program ends where a
 * toast is dismissed while it still comes in, or comes back while it still goes out. So one thing
 * at a time, each when the movement before it is over.
 */
#include "config.h"

#include "retort-window-private.h"

#define MOVING      400000   /* microseconds: somewhat more than a toast takes to come or go */
#define TOAST_WIDTH 40       /* letters: what the narrowest window has room for */
#define TOLD        6        /* seconds */
#define TOLD_LONG   20

static void move_on (RetortWindow *self);

/* By the time of the frames, as the toast moves. */
static gboolean
tick_cb (GtkWidget     *toasts,
         GdkFrameClock *clock,
         gpointer       data)
{
  RetortWindow *self = data;
  gint64 now = gdk_frame_clock_get_frame_time (clock);

  if (self->moving_since == 0)
    self->moving_since = now;
  if (now - self->moving_since < MOVING)
    return G_SOURCE_CONTINUE;
  self->moving = 0;
  move_on (self);
  return G_SOURCE_REMOVE;
}

static void
stop_moving (RetortWindow *self)
{
  if (self->moving != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->toasts), self->moving);
  self->moving = 0;
}

static void
begin_moving (RetortWindow *self)
{
  stop_moving (self);
  self->moving_since = 0;
  self->moving = gtk_widget_add_tick_callback (GTK_WIDGET (self->toasts), tick_cb, self, NULL);
}

/* What waits behind messages. */
static AdwToast **
get_waiting (RetortWindow *self)
{
  return self->busy != NULL ? &self->busy : &self->offer;
}

/* Where nothing comes next it went by itself or was closed: an offer is then answered, and of what
 * goes on nothing more is to be heard. */
static void
dismissed_cb (RetortWindow *self,
              AdwToast     *toast)
{
  AdwToast **waiting = get_waiting (self);

  if (toast != self->toast)
    return;
  g_clear_weak_pointer (&self->toast);
  if (toast == *waiting && self->next == NULL)
    g_clear_object (waiting);
  begin_moving (self);
}

/* A toast like @toast: one that was dismissed cannot be shown again. (transfer full) */
static AdwToast *
copy_toast (AdwToast *toast)
{
  AdwToast *copy = adw_toast_new (adw_toast_get_title (toast));

  adw_toast_set_button_label (copy, adw_toast_get_button_label (toast));
  adw_toast_set_action_name (copy, adw_toast_get_action_name (toast));
  adw_toast_set_action_target_value (copy, adw_toast_get_action_target_value (toast));
  adw_toast_set_timeout (copy, 0);
  return copy;
}

static void
show (RetortWindow *self,
      AdwToast     *toast)
{
  self->stale = FALSE;
  g_set_weak_pointer (&self->toast, toast);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (dismissed_cb), self, G_CONNECT_SWAPPED);
  begin_moving (self);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
move_on (RetortWindow *self)
{
  if (self->moving != 0)
    return;
  if (self->toast != NULL && (self->next != NULL || self->stale))
    adw_toast_dismiss (self->toast);
  else if (self->toast == NULL && self->next != NULL)
    show (self, g_steal_pointer (&self->next));
  else if (self->toast == NULL && *get_waiting (self) != NULL)
    {
      AdwToast *copy = copy_toast (*get_waiting (self));

      g_set_object (get_waiting (self), copy);
      show (self, copy);
    }
}

void
retort_window_show_toast (RetortWindow *self,
                          AdwToast     *toast,
                          guint         seconds)
{
  adw_toast_set_timeout (toast, seconds);
  g_clear_object (&self->next);
  self->next = toast;
  move_on (self);
}

void
retort_window_offer (RetortWindow *self,
                     AdwToast     *offer)
{
  g_clear_object (&self->offer);
  self->offer = offer;
  move_on (self);
}

void
retort_window_set_busy (RetortWindow *self,
                        AdwToast     *busy)
{
  gboolean waits = self->toast != NULL && self->toast == *get_waiting (self);

  if (busy == NULL && self->busy == NULL)
    return;
  self->stale = self->stale || waits;
  g_clear_object (&self->busy);
  self->busy = busy;
  move_on (self);
}

void
retort_window_end_message (RetortWindow *self)
{
  self->stale = self->stale || (self->toast != NULL && self->toast != *get_waiting (self));
  move_on (self);
}

void
retort_window_drop_toasts (RetortWindow *self)
{
  stop_moving (self);
  g_clear_weak_pointer (&self->toast);
  g_clear_object (&self->next);
  g_clear_object (&self->busy);
  g_clear_object (&self->offer);
}

/* In lines of its own: a toast's title would end in an ellipsis, and the next step with it. */
static void
add_toast (RetortWindow *self,
           const char   *message,
           guint         seconds)
{
  AdwToast *toast = adw_toast_new ("");
  GtkWidget *label = gtk_label_new (message);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_max_width_chars (GTK_LABEL (label), TOAST_WIDTH);
  adw_toast_set_custom_title (toast, label);
  retort_window_show_toast (self, toast, seconds);
}

void
retort_window_tell (RetortWindow *self,
                    const char   *message)
{
  add_toast (self, message, TOLD);
}

void
retort_window_tell_long (RetortWindow *self,
                         const char   *message)
{
  add_toast (self, message, TOLD_LONG);
}

void
retort_window_tell_wrong (RetortWindow *self,
                          const char   *message)
{
  add_toast (self, message, TOLD_LONG);
}

void
retort_window_tell_found (RetortWindow *self,
                          const char   *found,
                          const GError *error)
{
  if (self->session == NULL)
    return;
  if (found != NULL)
    retort_window_tell (self, found);
  else
    retort_window_tell_wrong (self, error->message);
}
