/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which file is opened or saved, and what is read or written at once. Each dialog carries its
 * window; the answer's function gets the window and the path.
 */
#include "config.h"

#include "retort-window-private.h"

#include "rt-dirs.h"

#include <glib/gi18n.h>

typedef struct
{
  RetortWindow         *window;      /* Borrowed: the dialog goes with it */
  GtkFileChooserNative *chooser;     /* Owned */
  GVariant             *parameter;   /* Owned (nullable) */
  RetortPathFunc        func;
} Ask;

static void
answered_cb (Ask *ask,
             int  response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (ask->chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL)
    ask->func (ask->window, path, ask->parameter);
  g_clear_pointer (&ask->parameter, g_variant_unref);
  g_object_unref (ask->chooser);
}

void
retort_window_ask_path (GtkWidget            *widget,
                        const char           *title,
                        GtkFileChooserAction  action,
                        const char           *name,
                        GtkFileFilter        *filter,
                        RetortPathFunc        func,
                        GVariant             *parameter)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->window = RETORT_WINDOW (widget);
  ask->func = func;
  ask->parameter = parameter != NULL ? g_variant_ref_sink (parameter) : NULL;
  ask->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (widget), action, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (ask->chooser), TRUE);
  if (name != NULL)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (ask->chooser), name);
  if (filter != NULL)
    {
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (ask->chooser), filter);
      g_object_unref (filter);
    }
  g_signal_connect_data (ask->chooser, "response", G_CALLBACK (answered_cb), ask,
                         (GClosureNotify) (void (*) (void)) g_free, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (ask->chooser));
}

static void
ask_path (GtkWidget            *widget,
          const char           *title,
          GtkFileChooserAction  action,
          const char           *name,
          RetortPathFunc        func)
{
  retort_window_ask_path (widget, title, action, name, NULL, func, NULL);
}

/* Datasets and weights */

static void
open_dataset (RetortWindow *self,
              const char   *path,
              GVariant     *parameter)
{
  retort_window_open_dataset (self, path);
}

static void
open_folder_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  ask_path (widget, _("Open a folder of class folders"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
            NULL, open_dataset);
}

static void
open_file_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  ask_path (widget, _("Open a dataset"), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, open_dataset);
}

static void
open_weights (RetortWindow *self,
              const char   *path,
              GVariant     *parameter)
{
  retort_window_open_weights (self, path);
}

static void
open_weights_cb (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  static const char *const suffixes[] = {
    "safetensors", "pth", "pt", "th", "bin", "h5", "keras", "onnx"
  };
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("Weights"));
  for (size_t i = 0; i < G_N_ELEMENTS (suffixes); i++)
    gtk_file_filter_add_suffix (filter, suffixes[i]);
  retort_window_ask_path (widget, _("Open a weights file"), GTK_FILE_CHOOSER_ACTION_OPEN, NULL,
                          filter, open_weights, NULL);
}

/* Pictures */

static void
try_picture (RetortWindow *self,
             const char   *path,
             GVariant     *parameter)
{
  if (!retort_inspectors_try_picture (self->inspectors, path))
    retort_window_tell_wrong (self, _("A picture is tried on a run that has ended: train first, or "
                                      "choose such a run"));
}

static void
try_picture_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("Pictures"));
  gtk_file_filter_add_pixbuf_formats (filter);
  retort_window_ask_path (widget, _("Try a picture"), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, filter,
                          try_picture, NULL);
}

/* Recipes */

static void
open_recipe (RetortWindow *self,
             const char   *path,
             GVariant     *parameter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) recipe = rt_recipe_read (path, &error);

  if (recipe != NULL)
    rt_session_set_recipe (self->session, recipe);
  else
    retort_window_tell_wrong (self, error->message);
}

static void
open_recipe_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  ask_path (widget, _("Open a recipe"), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, open_recipe);
}

/* One of the recipes that come with the program. */
static void
use_recipe_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  g_autofree char *file = g_strdup_printf ("recipes/%s.json", g_variant_get_string (parameter,
                                                                                    NULL));
  g_autofree char *path = rt_dirs_get_data (file);

  open_recipe (RETORT_WINDOW (widget), path, NULL);
}

static void
save_recipe (RetortWindow *self,
             const char   *path,
             GVariant     *parameter)
{
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (self->session);
  g_autofree char *text = rt_recipe_to_json (recipe, TRUE);
  g_autofree char *done = g_strdup_printf (_("Saved as %s"), path);
  g_autoptr (GError) error = NULL;

  if (rt_backbone_check_no_card (path, &error) && g_file_set_contents (path, text, -1, &error))
    retort_window_tell (self, done);
  else
    retort_window_tell_wrong (self, error->message);
}

static void
save_recipe_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  ask_path (widget, _("Save the recipe"), GTK_FILE_CHOOSER_ACTION_SAVE, "recipe.json",
            save_recipe);
}

static void
open_path (RetortWindow *self,
           const char   *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *message = NULL;

  switch (rt_session_guess_kind (path))
    {
    case RT_OPEN_DATASET:
      retort_window_open_dataset (self, path);
      break;
    case RT_OPEN_WEIGHTS:
      retort_window_open_weights (self, path);
      break;
    case RT_OPEN_PICTURE:
      try_picture (self, path, NULL);
      break;
    case RT_OPEN_RECIPE:
      open_recipe (self, path, NULL);
      break;
    case RT_OPEN_UNKNOWN:
    default:
      message = g_strdup_printf (g_file_test (path, G_FILE_TEST_EXISTS)
                                 ? _("%s: is no picture, dataset, file of weights or recipe, by "
                                     "its name")
                                 : _("%s: there is no such file or folder; check its name"),
                                 shown);
      retort_window_tell_wrong (self, message);
    }
}

void
retort_window_open_file (RetortWindow *self,
                         GFile        *file)
{
  g_autofree char *path = NULL;

  g_return_if_fail (RETORT_IS_WINDOW (self));
  g_return_if_fail (G_IS_FILE (file));

  path = g_file_get_path (file);
  if (path != NULL)
    open_path (self, path);
  else
    retort_window_tell_wrong (self, _("Only files of this computer can be opened: copy it here "
                                      "first"));
}

void
retort_window_install_files (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.open-folder", NULL, open_folder_cb);
  gtk_widget_class_install_action (widget_class, "win.open-file", NULL, open_file_cb);
  gtk_widget_class_install_action (widget_class, "win.open-recipe", NULL, open_recipe_cb);
  gtk_widget_class_install_action (widget_class, "win.open-weights", NULL, open_weights_cb);
  gtk_widget_class_install_action (widget_class, "win.try-picture", NULL, try_picture_cb);
  gtk_widget_class_install_action (widget_class, "win.use-built-in", "s", use_recipe_cb);
  gtk_widget_class_install_action (widget_class, "win.save-recipe", NULL, save_recipe_cb);
}
