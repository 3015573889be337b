/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What leaves the program: a run as files that others read, and the curves as a picture. The menu
 * of a run's row names its run; the main menu's is about the run that is shown.
 */
#include "config.h"

#include "retort-export-menu.h"
#include "retort-window-private.h"

#include <glib/gi18n.h>

/* Runs */

static void
exported_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (RetortWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *done = rt_session_export_run_finish (RT_SESSION (source), result, &error);

  retort_window_tell_found (self, done, error);
}

/* @parameter: (is), the run and the form's word */
static void
export_run (RetortWindow *self,
            const char   *path,
            GVariant     *parameter)
{
  const char *word;
  int run;

  g_variant_get (parameter, "(i&s)", &run, &word);
  rt_session_export_run_async (self->session, run, retort_export_menu_get_form (word), path, NULL,
                               exported_cb, g_object_ref (self));
}

static void
export_run_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  const char *word;
  RtExportForm form;
  g_autofree char *file = NULL;
  int run;

  g_variant_get (parameter, "(i&s)", &run, &word);
  form = retort_export_menu_get_form (word);
  file = g_strdup_printf ("run-%d%s", run,
                          form == RT_EXPORT_FOLDER ? "" : rt_export_get_ending (form));
  retort_window_ask_path (widget, retort_export_menu_get_title (form),
                          GTK_FILE_CHOOSER_ACTION_SAVE, file, NULL, export_run, parameter);
}

static void
export_shown_cb (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  const char *word = g_variant_get_string (parameter, NULL);

  if (self->run != NULL)
    export_run_cb (widget, name, g_variant_new ("(is)", rt_run_item_get_id (self->run), word));
}

/* Charts */

static void
export_chart (RetortWindow *self,
              const char   *path,
              GVariant     *parameter)
{
  gboolean accuracy = g_str_has_prefix (g_variant_get_string (parameter, NULL), "accuracy");
  g_autoptr (GError) error = NULL;
  g_autofree char *done = g_strdup_printf (_("Saved as %s"), path);

  if (retort_curves_export (self->curves, accuracy, path, &error))
    retort_window_tell (self, done);
  else
    retort_window_tell_wrong (self, error->message);
}

/* The parameter is the name that is suggested; its ending says the form. */
static void
export_chart_cb (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  retort_window_ask_path (widget, _("Export the curves"), GTK_FILE_CHOOSER_ACTION_SAVE,
                          g_variant_get_string (parameter, NULL), NULL, export_chart, parameter);
}

void
retort_window_install_exports (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.export-run", "(is)", export_run_cb);
  gtk_widget_class_install_action (widget_class, "win.export-shown", "s", export_shown_cb);
  gtk_widget_class_install_action (widget_class, "win.export-chart", "s", export_chart_cb);
}
