/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window does where nothing outside can make it happen, or not at the right moment. A drop
 * cannot be made from outside: the window's own target is given the value that GTK would give. */
#include "config.h"

#include "retort-chart.h"
#include "retort-correction-menu.h"
#include "retort-data-dialog.h"
#include "retort-image-grid.h"
#include "retort-input-dialog.h"
#include "retort-window-private.h"
#include "retort-widgets.h"
#include "session-test.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char         *home;
  RtLibrary    *library;
  RtSession    *session;
  RetortWindow *window;
  const char   *wanted;   /* that is waited for */
  GtkWidget    *place;    /* (nullable) where; else anywhere in the window */
} Fixture;

/* A run in @state, as an earlier start of the program left it. */
static int
put_run (Fixture    *f,
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

/* @data: what the window finds in the history when it opens: a run in this state, or nothing. */
static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);

  f->library = session_test_open (&f->home);
  session_test_put_photos (f->home, 5);
  if (data != NULL)
    put_run (f, GPOINTER_TO_INT (data), NULL);
  f->session = rt_session_new (f->library);
  rt_session_set_recipe (f->session, recipe);
  f->window = RETORT_WINDOW (retort_window_new (NULL, f->session));
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *) &f->window);
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  if (f->window != NULL)
    gtk_window_destroy (GTK_WINDOW (f->window));
  session_test_close (f->session, f->library, f->home);
}

static GtkDropTarget *
find_target (const Fixture *f)
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

/* As a file, or as a list with it in it; whether it was taken. */
static gboolean
drop (const Fixture *f,
      const char    *name,
      gboolean       in_list)
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
  g_signal_emit_by_name (find_target (f), "drop", &value, 5.0, 5.0, &taken);
  return taken;
}

/* A label that shows @text anywhere below @widget. */
static gboolean
has_text (GtkWidget  *widget,
          const char *text)
{
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_text (child, text))
      return TRUE;
  return FALSE;
}

static gboolean
is_told (void *data)
{
  const Fixture *f = data;

  return has_text (f->place != NULL ? f->place : GTK_WIDGET (f->window), f->wanted);
}

static void
wait_for (Fixture    *f,
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

static void
wait_without (Fixture    *f,
              const char *text)
{
  f->wanted = text;
  session_test_wait (is_gone, f);
}

static void
test_folder (Fixture       *f,
             gconstpointer  data)
{
  g_autofree char *spec = g_strconcat ("folder:", f->home, "/photos", NULL);
  g_autofree char *chosen = NULL;

  g_assert_true (drop (f, "photos", TRUE));
  wait_for (f, "10 pictures of 2 classes");
  g_object_get (f->session, "dataset", &chosen, NULL);
  g_assert_cmpstr (chosen, ==, spec);
}

/* What was given up does not become the task after all, nor is anything said of it. */
static void
test_cancelled (Fixture       *f,
                gconstpointer  data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_object_get (f->session, "dataset", &before, NULL);
  g_assert_true (drop (f, "photos", TRUE));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.cancel-opening", NULL));
  session_test_iterate (1.0);
  g_assert_false (has_text (GTK_WIDGET (f->window), "10 pictures of 2 classes"));
  g_assert_false (has_text (GTK_WIDGET (f->window), "cancelled"));
  g_object_get (f->session, "dataset", &after, NULL);
  g_assert_cmpstr (before, ==, after);
}

/* Of two that are opened the last counts, whichever is read first. */
static void
test_another (Fixture       *f,
              gconstpointer  data)
{
  g_assert_true (drop (f, "nowhere.csv", TRUE));
  g_assert_true (drop (f, "photos", TRUE));
  wait_for (f, "10 pictures of 2 classes");
  g_assert_false (has_text (GTK_WIDGET (f->window), "nowhere.csv"));
}

static void
test_weights (Fixture       *f,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (f->home, "broken.onnx", NULL);

  g_assert_true (g_file_set_contents (path, "no weights", -1, NULL));
  g_assert_true (drop (f, "broken.onnx", FALSE));
  wait_for (f, "broken.onnx");
}

/* It is tried where there is a run that can answer; what the answer looks like the driven tests
 * see. */
static void
test_picture (Fixture       *f,
              gconstpointer  data)
{
  g_assert_true (drop (f, "photos/dark/1.png", FALSE));
  wait_for (f, "train first");
}

static gboolean
is_idle (void *data)
{
  const Fixture *f = data;
  int state;

  g_object_get (f->session, "state", &state, NULL);
  return state == RT_SESSION_IDLE;
}

/* With a run that can answer; the window is then closed with that run shown. */
static void
test_picture_tried (Fixture       *f,
                    gconstpointer  data)
{
  rt_session_train (f->session);
  session_test_wait (is_idle, f);
  g_assert_true (drop (f, "photos/dark/1.png", FALSE));
  wait_for (f, "taken for");
}

static void
test_unknown (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GFile) far = g_file_new_for_uri ("http://nowhere.invalid/cat.png");
  g_autofree char *path = g_build_filename (f->home, "README", NULL);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_assert_true (drop (f, "README", FALSE));
  wait_for (f, "there is no such file or folder");
  g_assert_true (g_file_set_contents (path, "read me", -1, NULL));
  g_assert_true (drop (f, "README", FALSE));
  wait_for (f, "is no picture, dataset");
  g_value_init (&value, G_TYPE_FILE);
  g_value_set_object (&value, far);
  g_signal_emit_by_name (find_target (f), "drop", &value, 5.0, 5.0, &taken);
  g_assert_true (taken);
  wait_for (f, "Only files of this computer");
}

static GtkWindow *
find_question (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *w = windows; w != NULL; w = w->next)
    if (ADW_IS_MESSAGE_DIALOG (w->data))
      return w->data;
  g_assert_not_reached ();
}

static gboolean
is_closed (void *data)
{
  return ((const Fixture *) data)->window == NULL;
}

/* The run ends while the question about it is still open: any answer that closes, closes. */
static void
test_close_after_end (Fixture       *f,
                      gconstpointer  data)
{
  rt_session_train (f->session);
  gtk_window_close (GTK_WINDOW (f->window));
  session_test_wait (is_idle, f);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_question ()), "save");
  session_test_wait (is_closed, f);
}

static gboolean
has_stepped (void *data)
{
  return rt_session_get_last_step (((const Fixture *) data)->session) != NULL;
}

/* A run that has begun, and cannot write its @file. */
static void
step_and_block (Fixture    *f,
                const char *file)
{
  rt_session_step (f->session);
  session_test_wait (has_stepped, f);
  session_test_block (f->home, file);
}

/* What could not be saved is not closed over: the reason is read, then the window closes. */
static void
test_close_unsaved (Fixture       *f,
                    gconstpointer  data)
{
  step_and_block (f, "state.safetensors");
  gtk_window_close (GTK_WINDOW (f->window));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_question ()), "save");
  session_test_wait (is_idle, f);
  session_test_iterate (0.3);
  g_assert_nonnull (f->window);
  wait_for (f, "free some space");
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (f->window->runs)));
  gtk_window_close (GTK_WINDOW (f->window));
  session_test_wait (is_closed, f);
}

/* As the reason why it failed says. */
static void
test_take_up_failed (Fixture       *f,
                     gconstpointer  data)
{
  int id = put_run (f, RT_RUN_FAILED, "no space");
  RtRunItem *item = rt_library_find_run (f->library, id);

  retort_window_set_run (f->window, item);
  g_assert_true (has_text (GTK_WIDGET (f->window->inspectors), "no space"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.take-up", "i", id));
  g_assert_false (has_text (GTK_WIDGET (f->window->inspectors), "no space"));
  session_test_wait (is_idle, f);
  g_assert_cmpint (rt_run_item_get_state (item), ==, RT_RUN_FINISHED);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.take-up", "i", id));
  wait_for (f, "can be taken up again");
}

static gboolean
is_still (void *data)
{
  return ((const Fixture *) data)->window->moving == 0;
}

/* As a person does, when it has come in. */
static void
close_toast (Fixture *f)
{
  session_test_wait (is_still, f);
  adw_toast_dismiss (f->window->toast);
}

static void
set_animated (gboolean animated)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", animated, NULL);
}

/* Of several at once, some while another comes in, the last is read. */
static void
test_quick (Fixture       *f,
            gconstpointer  data)
{
  set_animated (TRUE);
  for (int i = 1; i <= 5; i++)
    {
      g_autofree char *message = g_strdup_printf ("Message %d", i);

      retort_window_tell (f->window, message);
      if (i == 1)
        session_test_iterate (0.1);
    }
  wait_for (f, "Message 5");
  wait_without (f, "Message 1");
  session_test_wait (is_still, f);
  g_assert_true (has_text (GTK_WIDGET (f->window), "Message 5"));
  set_animated (FALSE);
}

/* What is out of date before it has come in, or before it is shown at all. */
static void
test_take_back (Fixture       *f,
                gconstpointer  data)
{
  set_animated (TRUE);
  for (int i = 0; i < 2; i++)
    {
      AdwToast *toast = adw_toast_new ("Reading");

      adw_toast_set_action_name (toast, "win.undo");
      adw_toast_set_button_label (toast, "Cancel");
      retort_window_show_toast (f->window, toast, 0);
      retort_window_take_back_toast (f->window, "win.undo");
    }
  wait_without (f, "Reading");
  session_test_wait (is_still, f);
  g_assert_null (f->window->toast);
  set_animated (FALSE);
}

/* The offer gives way to what is said, and comes back until a person has closed it. */
static void
test_offer (Fixture       *f,
            gconstpointer  data)
{
  const char *offer = "was left in the middle";

  wait_for (f, offer);
  retort_window_tell_wrong (f->window, "The disk is full");
  wait_for (f, "The disk is full");
  wait_without (f, offer);
  close_toast (f);
  wait_for (f, offer);
  close_toast (f);
  retort_window_tell (f->window, "Renamed");
  wait_for (f, "Renamed");
  close_toast (f);
  wait_without (f, "Renamed");
  session_test_wait (is_still, f);
  g_assert_false (has_text (GTK_WIDGET (f->window), offer));
}

static gboolean
has_two_steps (void *data)
{
  const RtStepMetrics *step = rt_session_get_last_step (((const Fixture *) data)->session);

  return step != NULL && step->step == 1;
}

/* What is missing of the next recipe does not concern the run under way. */
static void
test_step (Fixture       *f,
           gconstpointer  data)
{
  g_autofree char *problem = NULL;

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.step", NULL));
  session_test_wait (has_stepped, f);
  g_object_set (f->session, "style", "no such style", NULL);
  g_object_get (f->session, "problem", &problem, NULL);
  g_assert_nonnull (problem);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.step", NULL);
  session_test_wait (has_two_steps, f);
  rt_session_stop (f->session);
  session_test_wait (is_idle, f);
}

/* In the list of runs, and where its mistakes would be. */
static void
test_failed (Fixture       *f,
             gconstpointer  data)
{
  int id = put_run (f, RT_RUN_FAILED, "the disk is full");
  RtRunItem *item = rt_library_find_run (f->library, id);

  g_assert_true (has_text (GTK_WIDGET (f->window->runs), "the disk is full"));
  g_assert_false (has_text (GTK_WIDGET (f->window->inspectors), "the disk is full"));
  retort_window_set_run (f->window, item);
  g_assert_true (has_text (GTK_WIDGET (f->window->inspectors), "the disk is full"));
}

/* One that fails before the eyes says so in the same places. */
static void
test_fails (Fixture       *f,
            gconstpointer  data)
{
  step_and_block (f, "best.safetensors");
  rt_session_resume (f->session);
  session_test_wait (is_idle, f);
  g_assert_true (has_text (GTK_WIDGET (f->window->runs), "free some space"));
  g_assert_true (has_text (GTK_WIDGET (f->window->inspectors), "free some space"));
}

static gboolean
is_inspected (void *data)
{
  const Fixture *f = data;

  return retort_inspectors_get_inspection (f->window->inspectors) != NULL;
}

/* Names of classes are shown as they are: an underline in a menu would be a mnemonic's. */
static void
test_class_menu (Fixture       *f,
                 gconstpointer  data)
{
  g_autofree char *from = g_build_filename (f->home, "photos", "dark", NULL);
  g_autofree char *to = g_build_filename (f->home, "photos", "very_dark_", NULL);
  g_autofree char *spec = g_strconcat ("folder:", f->home, "/photos", NULL);
  g_autofree char *label = NULL;
  g_autoptr (GMenuModel) menu = NULL;
  g_autoptr (GMenuModel) classes = NULL;
  g_autoptr (GVariant) target = NULL;
  const char *name;
  int row;

  g_assert_cmpint (g_rename (from, to), ==, 0);
  g_object_set (f->session, "dataset", spec, "samples-per-class", 0, NULL);
  rt_session_train (f->session);
  session_test_wait (is_idle, f);
  session_test_wait (is_inspected, f);
  menu = retort_correction_menu_new (retort_inspectors_get_inspection (f->window->inspectors), 0);
  g_assert_nonnull (menu);
  classes = g_menu_model_get_item_link (menu, 0, G_MENU_LINK_SECTION);
  g_assert_true (g_menu_model_get_item_attribute (classes, 1, G_MENU_ATTRIBUTE_LABEL, "s",
                                                  &label));
  g_assert_cmpstr (label, ==, "very__dark__");
  target = g_menu_model_get_item_attribute_value (classes, 1, G_MENU_ATTRIBUTE_TARGET, NULL);
  g_variant_get (target, "(i&s)", &row, &name);
  g_assert_cmpstr (name, ==, "very_dark_");
}

/* Without a picture of the task there is no preview, and it is said why. */
static void
test_no_preview (Fixture       *f,
                 gconstpointer  data)
{
  g_autoptr (RtBackbone) backbone = rt_backbone_new ();
  g_autofree char *spec = g_strconcat ("folder:", f->home, "/nowhere", NULL);
  GtkWidget *dialog;

  backbone->name = g_strdup ("mine");
  backbone->network = g_strdup ("resnet8");
  rt_backbone_get_default_format ("resnet8", &backbone->format);
  g_object_set (f->session, "dataset", spec, NULL);
  dialog = retort_input_dialog_new (f->session, backbone);
  gtk_window_present (GTK_WINDOW (dialog));
  f->place = dialog;
  wait_for (f, "nowhere");
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static GtkWidget *
find_button (GtkWidget  *widget,
             const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget)
      && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

/* What the network cannot take is refused, and why; it is not that the file had no head. */
static void
test_refused (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (RtBackbone) backbone = rt_backbone_new ();
  GtkWidget *dialog;

  backbone->name = g_strdup ("mine");
  backbone->network = g_strdup ("resnet8");
  backbone->weights_path = g_build_filename (f->home, "nothing.safetensors", NULL);
  rt_backbone_get_default_format ("resnet8", &backbone->format);
  dialog = retort_input_dialog_new (f->session, backbone);
  gtk_window_present (GTK_WINDOW (dialog));
  f->place = dialog;
  g_assert_true (gtk_widget_get_sensitive (find_button (dialog, "Keep")));
  wait_for (f, "nothing.safetensors");
  g_assert_false (gtk_widget_get_sensitive (find_button (dialog, "Keep")));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* The row of a list that says @text. (nullable) */
static GtkWidget *
find_row (GtkWidget  *widget,
          const char *text)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LIST_BOX_ROW (widget) && has_text (widget, text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_row (child, text);
  return found;
}

static void
assert_chosen (GtkWidget  *dialog,
               const char *network,
               float       mean,
               const char *difference)
{
  const RtBackbone *backbone = retort_input_dialog_get_backbone (RETORT_INPUT_DIALOG (dialog));

  g_assert_cmpstr (backbone->network, ==, network);
  g_assert_cmpfloat (backbone->format.mean[0], ==, mean);
  g_assert_cmpint (backbone->format.channels, ==, 3);
  g_assert_true (has_text (dialog, difference));
}

/* Which of the networks that a file could be of is a person's choice, and in what they differ is
 * said. The inputs go with it, unless the file says them. */
static void
test_choose_network (Fixture       *f,
                     gconstpointer  data)
{
  for (int guessed = 1; guessed >= 0; guessed--)
    {
      g_autoptr (RtBackbone) backbone = rt_backbone_new ();
      GtkWidget *dialog, *row;

      backbone->name = g_strdup ("mine");
      backbone->network = g_strdup ("efficientnet_lite0");
      backbone->identity = (RtIdentity) { .network = "efficientnet_lite0", .channels = 3,
                                          .others = { "efficientnet_lite0-symmetric" } };
      backbone->format_guessed = guessed;
      rt_backbone_get_default_format (backbone->network, &backbone->format);
      if (!guessed)
        backbone->format.mean[0] = 0.1f;
      dialog = retort_input_dialog_new (f->session, backbone);
      row = find_row (dialog, "Network");
      g_assert_nonnull (find_row (dialog, "Input size"));
      g_assert_cmpint (gtk_widget_get_visible (find_row (dialog, "Values of a pixel")), ==,
                       guessed);
      assert_chosen (dialog, "efficientnet_lite0", guessed ? 127.0f / 255.0f : 0.1f, "TensorFlow");
      adw_combo_row_set_selected (ADW_COMBO_ROW (row), 1);
      assert_chosen (dialog, "efficientnet_lite0-symmetric", guessed ? 0.485f : 0.1f, "PyTorch");
      adw_combo_row_set_selected (ADW_COMBO_ROW (row), 0);
      assert_chosen (dialog, "efficientnet_lite0", guessed ? 127.0f / 255.0f : 0.1f, "TensorFlow");
      gtk_window_destroy (GTK_WINDOW (dialog));
    }
}

/* A long list is shown in part, and the rest of it when a person asks. */
static void
test_data_more (Fixture       *f,
                gconstpointer  data)
{
  g_autofree char *spec = g_strconcat ("folder:", f->home, "/photos", NULL);
  GtkWidget *dialog;

  for (int i = 0; i < 50; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/photos/dark/broken-%02d.png", f->home, i);

      g_assert_true (g_file_set_contents (path, "no picture", -1, NULL));
    }
  g_object_set (f->session, "dataset", spec, "samples-per-class", 0, NULL);
  dialog = retort_data_dialog_new (f->session, "problems");
  gtk_window_present (GTK_WINDOW (dialog));
  f->place = dialog;
  wait_for (f, "40 of 50 are shown");
  g_assert_false (has_text (dialog, "broken-40.png"));
  g_assert_true (gtk_widget_activate (find_row (dialog, "Show 10 more")));
  wait_for (f, "broken-49.png");
  g_assert_false (has_text (dialog, "are shown"));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static RetortChart *
find_chart (GtkWidget *widget)
{
  RetortChart *chart = NULL;

  if (RETORT_IS_CHART (widget))
    return RETORT_CHART (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && chart == NULL;
       child = gtk_widget_get_next_sibling (child))
    chart = find_chart (child);
  return chart;
}

static double
get_last_epoch (Fixture *f)
{
  RetortChart *chart = find_chart (GTK_WIDGET (f->window->curves));

  return rt_chart_get_x_axis (retort_chart_get_model (chart))->high;
}

/* A run that is laid over is called in the legend what it is called in the list. */
static void
test_renamed (Fixture       *f,
              gconstpointer  data)
{
  RtRunItem *item = rt_library_find_run (f->library, put_run (f, RT_RUN_FINISHED, NULL));
  g_autoptr (GError) error = NULL;

  rt_run_item_set_overlaid (item, TRUE);
  g_assert_true (has_text (GTK_WIDGET (f->window->curves), "1 Digits"));
  g_assert_true (rt_library_rename_run (f->library, item, "Letters", &error));
  g_assert_no_error (error);
  g_assert_true (has_text (GTK_WIDGET (f->window->curves), "1 Letters"));
}

/* A run whose epochs are decided anew while it trains. */
static void
test_replanned (Fixture       *f,
                gconstpointer  data)
{
  RtRunItem *item = rt_library_find_run (f->library, put_run (f, RT_RUN_FINISHED, NULL));

  retort_window_set_run (f->window, item);
  g_assert_cmpfloat (get_last_epoch (f), ==, 1.0);
  rt_run_item_set_n_epochs (item, 55);
  g_assert_cmpfloat (get_last_epoch (f), ==, 55.0);
}

/* The first of the pictures of the task; the grid of samples is the first grid. */
static RetortImageItem *
find_sample (GtkWidget *widget)
{
  RetortImageItem *item = NULL;

  if (RETORT_IS_IMAGE_GRID (widget))
    return retort_image_grid_get_item (RETORT_IMAGE_GRID (widget), 0);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && item == NULL;
       child = gtk_widget_get_next_sibling (child))
    item = find_sample (child);
  return item;
}

/* How many views of it stand side by side; 0 while there is none. */
static int
count_views (Fixture *f)
{
  RetortImageItem *item = find_sample (GTK_WIDGET (f->window->inspectors));
  GdkTexture *texture = item != NULL ? retort_image_item_get_texture (item) : NULL;

  return texture != NULL ? gdk_texture_get_width (texture) / gdk_texture_get_height (texture) : 0;
}

static gboolean
has_one_view (void *data)
{
  return count_views (data) == 1;
}

static gboolean
has_three_views (void *data)
{
  return count_views (data) == 3;
}

/* The pictures of the task follow the augmentation that is chosen. */
static void
test_augmented (Fixture       *f,
                gconstpointer  data)
{
  session_test_wait (has_one_view, f);
  g_object_set (f->session, "augment", "light", NULL);
  session_test_wait (has_three_views, f);
  g_object_set (f->session, "augment", "none", NULL);
  session_test_wait (has_one_view, f);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void      (*run) (Fixture *, gconstpointer);
    RtRunState  found;
  } tests[] = {
    { "/close/after-end", test_close_after_end, RT_RUN_NEW },
    { "/close/unsaved", test_close_unsaved, RT_RUN_NEW },
    { "/data/more", test_data_more, RT_RUN_NEW },
    { "/drop/folder", test_folder, RT_RUN_NEW },
    { "/drop/cancelled", test_cancelled, RT_RUN_NEW },
    { "/drop/another", test_another, RT_RUN_NEW },
    { "/drop/weights", test_weights, RT_RUN_NEW },
    { "/drop/picture", test_picture, RT_RUN_NEW },
    { "/drop/picture-tried", test_picture_tried, RT_RUN_NEW },
    { "/drop/unknown", test_unknown, RT_RUN_NEW },
    { "/input/no-preview", test_no_preview, RT_RUN_NEW },
    { "/input/refused", test_refused, RT_RUN_NEW },
    { "/input/choose-network", test_choose_network, RT_RUN_NEW },
    { "/messages/offer", test_offer, RT_RUN_INTERRUPTED },
    { "/messages/quick", test_quick, RT_RUN_NEW },
    { "/messages/take-back", test_take_back, RT_RUN_NEW },
    { "/mistakes/class-menu", test_class_menu, RT_RUN_NEW },
    { "/samples/augmented", test_augmented, RT_RUN_NEW },
    { "/runs/failed", test_failed, RT_RUN_NEW },
    { "/runs/fails", test_fails, RT_RUN_NEW },
    { "/runs/renamed", test_renamed, RT_RUN_NEW },
    { "/runs/replanned", test_replanned, RT_RUN_NEW },
    { "/runs/take-up-failed", test_take_up_failed, RT_RUN_NEW },
    { "/train/step", test_step, RT_RUN_NEW },
  };

  g_test_init (&argc, &argv, NULL);
  adw_init ();
  retort_widgets_init ();
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, GINT_TO_POINTER (tests[i].found), set_up, tests[i].run,
                tear_down);
  return g_test_run ();
}
