/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-application.h"

#include "retort-measure.h"
#include "retort-widgets.h"
#include "retort-window.h"

#include <glib/gi18n.h>

struct _RetortApplication
{
  AdwApplication  parent_instance;

  gint64          start;
};

G_DEFINE_FINAL_TYPE (RetortApplication, retort_application, ADW_TYPE_APPLICATION)

/* The window closes as if by hand: it asks while a run is under way. */
static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (data));

  if (window != NULL)
    gtk_window_close (window);
  else
    g_application_quit (G_APPLICATION (data));
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       data)
{
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (data)),
                         "application-name", _("Retort"),
                         "application-icon", "org.retort.Retort",
                         "version", RETORT_VERSION,
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _("Fine-tune and distil real networks, and see why it works"),
                         NULL);
}

static void
explain (RetortApplication *self,
         const char        *message)
{
  GtkWidget *dialog = adw_message_dialog_new (NULL, _("The history of runs cannot be opened"),
                                              message);

  gtk_window_set_application (GTK_WINDOW (dialog), GTK_APPLICATION (self));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* (transfer none) (nullable) where the history cannot be opened, which is told then */
static GtkWindow *
make_window (RetortApplication *self)
{
  GtkWindow *window;
  g_autoptr (RtLibrary) library = NULL;
  g_autoptr (RtSession) session = NULL;
  g_autoptr (GError) error = NULL;

  library = rt_library_new (NULL, &error);
  if (library == NULL)
    {
      explain (self, error->message);
      return NULL;
    }
  session = rt_session_new (library);
  window = GTK_WINDOW (retort_window_new (GTK_APPLICATION (self), session));
  retort_measure_window (window, session, self->start);
  return window;
}

/* The one window, among those that are open. (transfer none) (nullable) */
static GtkWindow *
find_window (RetortApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (RETORT_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
retort_application_activate (GApplication *application)
{
  RetortApplication *self = RETORT_APPLICATION (application);
  GtkWindow *window = find_window (self);

  if (window == NULL)
    window = make_window (self);
  if (window != NULL)
    gtk_window_present (window);
}

static void
retort_application_open (GApplication  *application,
                         GFile        **files,
                         int            n_files,
                         const char    *hint)
{
  GtkWindow *window;

  g_application_activate (application);
  window = find_window (RETORT_APPLICATION (application));
  for (int i = 0; window != NULL && i < n_files; i++)
    retort_window_open_file (RETORT_WINDOW (window), files[i]);
}

static void
retort_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { "quit", quit_cb },
    { "about", about_cb },
  };
  static const struct { const char *action, *keys[3]; } keys[] = {
    { "app.quit", { "<Control>q" } },
    { "window.close", { "<Control>w" } },
    { "win.train", { "<Control>Return", "<Control>KP_Enter" } },
    { "win.pause", { "<Control>space" } },
    { "win.step", { "<Control>period" } },
    { "win.stop", { "<Control>Escape" } },
    { "win.undo", { "<Control>z" } },
    { "win.redo", { "<Control><Shift>z" } },
    { "win.show-runs", { "F9" } },
    { "win.open-recipe", { "<Control>o" } },
    { "win.save-recipe", { "<Control>s" } },
    { "win.show-help-overlay", { "<Control>question" } },
  };

  G_APPLICATION_CLASS (retort_application_parent_class)->startup (application);
  retort_widgets_init ();
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries),
                                   application);
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), keys[i].action,
                                           (const char *const *) keys[i].keys);
  gtk_window_set_default_icon_name ("org.retort.Retort");
}

static void
retort_application_class_init (RetortApplicationClass *klass)
{
  G_APPLICATION_CLASS (klass)->activate = retort_application_activate;
  G_APPLICATION_CLASS (klass)->open = retort_application_open;
  G_APPLICATION_CLASS (klass)->startup = retort_application_startup;
}

static void
retort_application_init (RetortApplication *self)
{
}

RetortApplication *
retort_application_new (gint64 start)
{
  RetortApplication *self = g_object_new (RETORT_TYPE_APPLICATION,
                                          "application-id", "org.retort.Retort",
                                          "flags", G_APPLICATION_HANDLES_OPEN,
                                          "resource-base-path", RETORT_WIDGETS_RESOURCE_BASE,
                                          NULL);

  self->start = start;
  return self;
}
