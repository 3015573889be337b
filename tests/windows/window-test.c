/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-test.h"

#include "retort-widgets.h"

#include <string.h>

int
window_test_put_run (WindowTest *f,
                     RtRunState  state,
                     const char *message)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  RtStore *store = rt_library_get_store (f->library);
  g_autoptr (GError) error = NULL;
  int id = rt_store_add_run (store, recipe, NULL, &error);

  g_assert_true (rt_store_set_state (store, id, state, message, &error));
  g_assert_true (rt_library_refresh (f->library, &error));
  g_assert_no_error (error);
  return id;
}

/* @data: the state of the run that the window finds. */
static void
set_up (WindowTest   *f,
        gconstpointer data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);

  f->library = session_test_open (&f->home);
  session_test_put_photos (f->home, 5);
  if (data != NULL)
    window_test_put_run (f, GPOINTER_TO_INT (data), NULL);
  f->session = rt_session_new (f->library);
  rt_session_set_recipe (f->session, recipe);
  f->window = RETORT_WINDOW (retort_window_new (NULL, f->session));
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *) &f->window);
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
tear_down (WindowTest   *f,
           gconstpointer data)
{
  if (f->window != NULL)
    gtk_window_destroy (GTK_WINDOW (f->window));
  session_test_close (f->session, f->library, f->home);
}

GtkDropTarget *
window_test_find_target (const WindowTest *f)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->window));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        return GTK_DROP_TARGET (controller);   /* the window keeps it */
    }
  g_assert_not_reached ();
}

gboolean
window_test_drop (const WindowTest *f,
                  const char       *name,
                  gboolean          in_list)
{
  g_autofree char *path = g_build_filename (f->home, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GSList) list = g_slist_append (NULL, file);
  gboolean taken = FALSE;

  g_value_init (&value, in_list ? GDK_TYPE_FILE_LIST : G_TYPE_FILE);
  if (in_list)
    g_value_set_boxed (&value, list);
  else
    g_value_set_object (&value, file);
  g_signal_emit_by_name (window_test_find_target (f), "drop", &value, 5.0, 5.0, &taken);
  return taken;
}

GtkWidget *
window_test_find (GtkWidget        *widget,
                  WindowTestMatches matches,
                  const char       *text)
{
  GtkWidget *found = matches (widget, text) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = window_test_find (child, matches, text);
  return found;
}

static gboolean
is_label (GtkWidget  *widget,
          const char *text)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL;
}

gboolean
window_test_has_text (GtkWidget  *widget,
                      const char *text)
{
  return window_test_find (widget, is_label, text) != NULL;
}

static gboolean
is_told (void *data)
{
  const WindowTest *f = data;

  return window_test_has_text (f->place != NULL ? f->place : GTK_WIDGET (f->window), f->wanted);
}

void
window_test_wait_for (WindowTest *f,
                      const char *text)
{
  f->wanted = text;
  session_test_wait (is_told, f);
}

static gboolean
is_gone (void *data)
{
  return !is_told (data);
}

void
window_test_wait_without (WindowTest *f,
                          const char *text)
{
  f->wanted = text;
  session_test_wait (is_gone, f);
}

gboolean
window_test_is_still (void *data)
{
  return ((const WindowTest *) data)->window->moving == 0;
}

void
window_test_close_toast (WindowTest *f)
{
  session_test_wait (window_test_is_still, f);
  adw_toast_dismiss (f->window->toast);
}

gboolean
window_test_is_closed (void *data)
{
  return ((const WindowTest *) data)->window == NULL;
}

gboolean
window_test_is_idle (void *data)
{
  const WindowTest *f = data;
  int state;

  g_object_get (f->session, "state", &state, NULL);
  return state == RT_SESSION_IDLE;
}

int
window_test_run (int                   argc,
                 char                **argv,
                 const WindowTestCase *tests,
                 size_t                n_tests)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  retort_widgets_init ();
  for (size_t i = 0; i < n_tests; i++)
    g_test_add (tests[i].name, WindowTest, GINT_TO_POINTER (tests[i].found), set_up, tests[i].run,
                tear_down);
  return g_test_run ();
}
