/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window does where nothing outside can make it happen, or not at the right moment. */
#include "config.h"

#include "retort-chart.h"
#include "retort-correction-menu.h"
#include "retort-data-dialog.h"
#include "retort-image-grid.h"
#include "retort-input-dialog.h"
#include "window-test.h"

#include <glib/gstdio.h>
#include <string.h>

static GtkWindow *
find_question (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *w = windows; w != NULL; w = w->next)
    if (ADW_IS_MESSAGE_DIALOG (w->data))
      return w->data;
  g_assert_not_reached ();
}

/* The run ends while the question about it is still open: any answer that closes, closes. */
static void
test_close_after_end (WindowTest   *f,
                      gconstpointer data)
{
  rt_session_train (f->session);
  gtk_window_close (GTK_WINDOW (f->window));
  session_test_wait (window_test_is_idle, f);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_question ()), "save");
  session_test_wait (window_test_is_closed, f);
}

static gboolean
has_stepped (void *data)
{
  return rt_session_get_last_step (((const WindowTest *) data)->session) != NULL;
}

/* A run that has begun, and cannot write its @file. */
static void
step_and_block (WindowTest *f,
                const char *file)
{
  rt_session_step (f->session);
  session_test_wait (has_stepped, f);
  session_test_block (f->home, file);
}

/* What could not be saved is not closed over: the reason is read, then the window closes. */
static void
test_close_unsaved (WindowTest   *f,
                    gconstpointer data)
{
  step_and_block (f, "state.safetensors");
  gtk_window_close (GTK_WINDOW (f->window));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_question ()), "save");
  session_test_wait (window_test_is_idle, f);
  session_test_iterate (0.3);
  g_assert_nonnull (f->window);
  window_test_wait_for (f, "free some space");
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (f->window->runs)));
  gtk_window_close (GTK_WINDOW (f->window));
  session_test_wait (window_test_is_closed, f);
}

/* As the reason why it failed says. */
static void
test_take_up_failed (WindowTest   *f,
                     gconstpointer data)
{
  int id = window_test_put_run (f, RT_RUN_FAILED, "no space");
  RtRunItem *item = rt_library_find_run (f->library, id);

  retort_window_set_run (f->window, item);
  g_assert_true (window_test_has_text (GTK_WIDGET (f->window->inspectors), "no space"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.take-up", "i", id));
  g_assert_false (window_test_has_text (GTK_WIDGET (f->window->inspectors), "no space"));
  session_test_wait (window_test_is_idle, f);
  g_assert_cmpint (rt_run_item_get_state (item), ==, RT_RUN_FINISHED);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.take-up", "i", id));
  window_test_wait_for (f, "can be taken up again");
}

/* What learns from a run, or began with it, is named before the run is gone. */
static void
test_delete (WindowTest   *f,
             gconstpointer data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL;
  int first = window_test_put_run (f, RT_RUN_FINISHED, NULL);
  int second;

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.delete-run", "i", first));
  g_assert_null (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (find_question ())),
                         "began with"));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_question ()), "cancel");
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup_printf ("run:%d", first);
  second = rt_store_add_run (rt_library_get_store (f->library), recipe, NULL, &error);
  g_assert_no_error (error);
  expected = g_strdup_printf ("Run %d, “%s”", second, recipe->name);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.delete-run", "i", first));
  g_assert_nonnull (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (find_question ())),
                            expected));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_question ()), "delete");
  g_assert_null (rt_library_find_run (f->library, first));
}

static gboolean
takes_wheel (GtkWidget  *widget,
             const char *text)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean takes = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        takes = gtk_event_controller_get_propagation_phase (controller) != GTK_PHASE_NONE;
    }
  return takes && (GTK_IS_SPIN_BUTTON (widget) || GTK_IS_SCALE (widget));
}

static gboolean
is_folded (GtkWidget  *widget,
           const char *text)
{
  return GTK_IS_EXPANDER (widget) && !gtk_expander_get_expanded (GTK_EXPANDER (widget));
}

static gboolean
is_number (GtkWidget  *widget,
           const char *text)
{
  return GTK_IS_SPIN_BUTTON (widget);
}

/* Who scrolls down the cards with the wheel does not change the numbers that pass below it. */
static void
test_wheel (WindowTest   *f,
            gconstpointer data)
{
  GtkWidget *folded;

  while ((folded = window_test_find (GTK_WIDGET (f->window), is_folded, NULL)) != NULL)
    gtk_expander_set_expanded (GTK_EXPANDER (folded), TRUE);
  g_assert_nonnull (window_test_find (GTK_WIDGET (f->window), is_number, NULL));
  g_assert_null (window_test_find (GTK_WIDGET (f->window), takes_wheel, NULL));
}

static void
set_animated (gboolean animated)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", animated, NULL);
}

/* Of several at once, some while another comes in, the last is read. */
static void
test_quick (WindowTest   *f,
            gconstpointer data)
{
  set_animated (TRUE);
  for (int i = 1; i <= 5; i++)
    {
      g_autofree char *message = g_strdup_printf ("Message %d", i);

      retort_window_tell (f->window, message);
      if (i == 1)
        session_test_iterate (0.1);
    }
  window_test_wait_for (f, "Message 5");
  window_test_wait_without (f, "Message 1");
  session_test_wait (window_test_is_still, f);
  g_assert_true (window_test_has_text (GTK_WIDGET (f->window), "Message 5"));
  set_animated (FALSE);
}

/* What is out of date before it has come in, or before it is shown at all. */
static void
test_take_back (WindowTest   *f,
                gconstpointer data)
{
  set_animated (TRUE);
  for (int i = 0; i < 2; i++)
    {
      retort_window_set_busy (f->window, adw_toast_new ("Reading"));
      retort_window_set_busy (f->window, NULL);
    }
  window_test_wait_without (f, "Reading");
  session_test_wait (window_test_is_still, f);
  g_assert_null (f->window->toast);
  set_animated (FALSE);
}

/* The offer gives way to what is said, and comes back until a person has closed it. */
static void
test_offer (WindowTest   *f,
            gconstpointer data)
{
  const char *offer = "was left in the middle";

  window_test_wait_for (f, offer);
  retort_window_tell_wrong (f->window, "The disk is full");
  window_test_wait_for (f, "The disk is full");
  window_test_wait_without (f, offer);
  window_test_close_toast (f);
  window_test_wait_for (f, offer);
  window_test_close_toast (f);
  retort_window_tell (f->window, "Renamed");
  window_test_wait_for (f, "Renamed");
  window_test_close_toast (f);
  window_test_wait_without (f, "Renamed");
  session_test_wait (window_test_is_still, f);
  g_assert_false (window_test_has_text (GTK_WIDGET (f->window), offer));
}

static gboolean
has_two_steps (void *data)
{
  const RtStepMetrics *step = rt_session_get_last_step (((const WindowTest *) data)->session);

  return step != NULL && step->step == 1;
}

/* What is missing of the next recipe does not concern the run under way. */
static void
test_step (WindowTest   *f,
           gconstpointer data)
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
  session_test_wait (window_test_is_idle, f);
}

/* In the list of runs, and where its mistakes would be. */
static void
test_failed (WindowTest   *f,
             gconstpointer data)
{
  int id = window_test_put_run (f, RT_RUN_FAILED, "the disk is full");
  RtRunItem *item = rt_library_find_run (f->library, id);

  g_assert_true (window_test_has_text (GTK_WIDGET (f->window->runs), "the disk is full"));
  g_assert_false (window_test_has_text (GTK_WIDGET (f->window->inspectors), "the disk is full"));
  retort_window_set_run (f->window, item);
  g_assert_true (window_test_has_text (GTK_WIDGET (f->window->inspectors), "the disk is full"));
}

/* One that fails before the eyes says so in the same places. */
static void
test_fails (WindowTest   *f,
            gconstpointer data)
{
  step_and_block (f, "best.safetensors");
  rt_session_resume (f->session);
  session_test_wait (window_test_is_idle, f);
  g_assert_true (window_test_has_text (GTK_WIDGET (f->window->runs), "free some space"));
  g_assert_true (window_test_has_text (GTK_WIDGET (f->window->inspectors), "free some space"));
}

static gboolean
is_inspected (void *data)
{
  const WindowTest *f = data;

  return retort_inspectors_get_inspection (f->window->inspectors) != NULL;
}

/* Names of classes are shown as they are: an underline in a menu would be a mnemonic's. */
static void
test_class_menu (WindowTest   *f,
                 gconstpointer data)
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
  session_test_wait (window_test_is_idle, f);
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
test_no_preview (WindowTest   *f,
                 gconstpointer data)
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
  window_test_wait_for (f, "nowhere");
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static gboolean
is_row (GtkWidget  *widget,
        const char *text)
{
  return GTK_IS_LIST_BOX_ROW (widget) && window_test_has_text (widget, text);
}

static gboolean
is_button (GtkWidget  *widget,
           const char *text)
{
  return GTK_IS_BUTTON (widget)
         && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0;
}

/* What the network cannot take is refused, and why; it is not that the file had no head. */
static void
test_refused (WindowTest   *f,
              gconstpointer data)
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
  g_assert_true (gtk_widget_get_sensitive (window_test_find (dialog, is_button, "Keep")));
  window_test_wait_for (f, "nothing.safetensors");
  g_assert_false (gtk_widget_get_sensitive (window_test_find (dialog, is_button, "Keep")));
  gtk_window_destroy (GTK_WINDOW (dialog));
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
  g_assert_true (window_test_has_text (dialog, difference));
}

/* Which of the networks that a file could be of is a person's choice, and in what they differ is
 * said. The inputs go with it, unless the file says them. */
static void
test_choose_network (WindowTest   *f,
                     gconstpointer data)
{
  for (int guessed = 1; guessed >= 0; guessed--)
    {
      g_autoptr (RtBackbone) backbone = rt_backbone_new ();
      GtkWidget *dialog, *row, *values;

      backbone->name = g_strdup ("mine");
      backbone->network = g_strdup ("efficientnet_lite0");
      backbone->identity = (RtIdentity) { .network = "efficientnet_lite0", .channels = 3,
                                          .others = { "efficientnet_lite0-symmetric" } };
      backbone->format_guessed = guessed;
      rt_backbone_get_default_format (backbone->network, &backbone->format);
      if (!guessed)
        backbone->format.mean[0] = 0.1f;
      dialog = retort_input_dialog_new (f->session, backbone);
      row = window_test_find (dialog, is_row, "Network");
      g_assert_nonnull (window_test_find (dialog, is_row, "Input size"));
      values = window_test_find (dialog, is_row, "Values of a pixel");
      g_assert_cmpint (gtk_widget_get_visible (values), ==, guessed);
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
test_data_more (WindowTest   *f,
                gconstpointer data)
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
  window_test_wait_for (f, "40 of 50 are shown");
  g_assert_false (window_test_has_text (dialog, "broken-40.png"));
  g_assert_true (gtk_widget_activate (window_test_find (dialog, is_row, "Show 10 more")));
  window_test_wait_for (f, "broken-49.png");
  g_assert_false (window_test_has_text (dialog, "are shown"));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* How a folder was read is told with what is in it. */
static void
test_data_notes (WindowTest   *f,
                 gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->home, "wrap", NULL);
  g_autofree char *spec = g_strconcat ("folder:", folder, NULL);
  GtkWidget *dialog;

  session_test_put_photos (folder, 5);
  g_object_set (f->session, "dataset", spec, "samples-per-class", 0, NULL);
  dialog = retort_data_dialog_new (f->session, "split");
  gtk_window_present (GTK_WINDOW (dialog));
  f->place = dialog;
  window_test_wait_for (f, "wrap: read from \"photos\" in it");
  window_test_wait_for (f, "Nothing is in two parts or in two classes, byte for byte.");
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static gboolean
is_chart (GtkWidget  *widget,
          const char *text)
{
  return RETORT_IS_CHART (widget);
}

static double
get_last_epoch (WindowTest *f)
{
  GtkWidget *chart = window_test_find (GTK_WIDGET (f->window->curves), is_chart, NULL);

  return rt_chart_get_x_axis (retort_chart_get_model (RETORT_CHART (chart)))->high;
}

/* A run that is laid over is called in the legend what it is called in the list. */
static void
test_renamed (WindowTest   *f,
              gconstpointer data)
{
  int id = window_test_put_run (f, RT_RUN_FINISHED, NULL);
  RtRunItem *item = rt_library_find_run (f->library, id);
  g_autoptr (GError) error = NULL;

  rt_run_item_set_overlaid (item, TRUE);
  g_assert_true (window_test_has_text (GTK_WIDGET (f->window->curves), "1 Digits"));
  g_assert_true (rt_library_rename_run (f->library, item, "Letters", &error));
  g_assert_no_error (error);
  g_assert_true (window_test_has_text (GTK_WIDGET (f->window->curves), "1 Letters"));
}

/* A run whose epochs are decided anew while it trains. */
static void
test_replanned (WindowTest   *f,
                gconstpointer data)
{
  int id = window_test_put_run (f, RT_RUN_FINISHED, NULL);
  RtRunItem *item = rt_library_find_run (f->library, id);

  retort_window_set_run (f->window, item);
  g_assert_cmpfloat (get_last_epoch (f), ==, 1.0);
  rt_run_item_set_n_epochs (item, 55);
  g_assert_cmpfloat (get_last_epoch (f), ==, 55.0);
}

static gboolean
is_grid (GtkWidget  *widget,
         const char *text)
{
  return RETORT_IS_IMAGE_GRID (widget);
}

/* How many views of the first of the pictures of the task stand side by side; 0 while there is
 * none. The grid of samples is the first grid. */
static int
count_views (WindowTest *f)
{
  GtkWidget *grid = window_test_find (GTK_WIDGET (f->window->inspectors), is_grid, NULL);
  RetortImageItem *item = retort_image_grid_get_item (RETORT_IMAGE_GRID (grid), 0);
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
test_augmented (WindowTest   *f,
                gconstpointer data)
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
  static const WindowTestCase tests[] = {
    { "/close/after-end", test_close_after_end, RT_RUN_NEW },
    { "/close/unsaved", test_close_unsaved, RT_RUN_NEW },
    { "/data/more", test_data_more, RT_RUN_NEW },
    { "/data/notes", test_data_notes, RT_RUN_NEW },
    { "/input/no-preview", test_no_preview, RT_RUN_NEW },
    { "/input/refused", test_refused, RT_RUN_NEW },
    { "/input/choose-network", test_choose_network, RT_RUN_NEW },
    { "/messages/offer", test_offer, RT_RUN_INTERRUPTED },
    { "/messages/quick", test_quick, RT_RUN_NEW },
    { "/messages/take-back", test_take_back, RT_RUN_NEW },
    { "/mistakes/class-menu", test_class_menu, RT_RUN_NEW },
    { "/samples/augmented", test_augmented, RT_RUN_NEW },
    { "/runs/delete", test_delete, RT_RUN_NEW },
    { "/runs/failed", test_failed, RT_RUN_NEW },
    { "/runs/fails", test_fails, RT_RUN_NEW },
    { "/runs/renamed", test_renamed, RT_RUN_NEW },
    { "/runs/replanned", test_replanned, RT_RUN_NEW },
    { "/runs/take-up-failed", test_take_up_failed, RT_RUN_NEW },
    { "/train/wheel", test_wheel, RT_RUN_NEW },
    { "/train/step", test_step, RT_RUN_NEW },
  };

  return window_test_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
