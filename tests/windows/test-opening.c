/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is opened by dropping it. A drop cannot be made from outside: the window's own target is
 * given the value that GTK would give. */
#include "config.h"

#include "window-test.h"

#include "rt-file.h"

#include <unistd.h>

static void
test_folder (WindowTest   *f,
             gconstpointer data)
{
  g_autofree char *spec = g_strconcat ("folder:", f->home, "/photos", NULL);
  g_autofree char *chosen = NULL;

  g_assert_true (window_test_drop (f, "photos", TRUE));
  window_test_wait_for (f, "10 pictures of 2 classes");
  g_object_get (f->session, "dataset", &chosen, NULL);
  g_assert_cmpstr (chosen, ==, spec);
}

/* What was given up does not become the task after all, nor is anything said of it. */
static void
test_cancelled (WindowTest   *f,
                gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_object_get (f->session, "dataset", &before, NULL);
  g_assert_true (window_test_drop (f, "photos", TRUE));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.cancel-opening", NULL));
  session_test_iterate (1.0);
  g_assert_false (window_test_has_text (GTK_WIDGET (f->window), "10 pictures of 2 classes"));
  g_assert_false (window_test_has_text (GTK_WIDGET (f->window), "cancelled"));
  g_object_get (f->session, "dataset", &after, NULL);
  g_assert_cmpstr (before, ==, after);
}

/* Of two that are opened the last counts, whichever is read first. */
static void
test_another (WindowTest   *f,
              gconstpointer data)
{
  g_assert_true (window_test_drop (f, "nowhere.csv", TRUE));
  g_assert_true (window_test_drop (f, "photos", TRUE));
  window_test_wait_for (f, "10 pictures of 2 classes");
  g_assert_false (window_test_has_text (GTK_WIDGET (f->window), "nowhere.csv"));
}

/* What is said of it. */
static void
drop_broken (WindowTest *f)
{
  g_autofree char *path = g_build_filename (f->home, "broken.onnx", NULL);

  g_assert_true (g_file_set_contents (path, "no weights", -1, NULL));
  g_assert_true (window_test_drop (f, "broken.onnx", FALSE));
  window_test_wait_for (f, "broken.onnx: is not a file of weights");
}

static void
test_weights (WindowTest   *f,
              gconstpointer data)
{
  drop_broken (f);
}

/* The largest file that is read at all: for seconds, wherever it is. It takes no place on the
 * disk. */
static void
drop_large (WindowTest *f)
{
  g_autofree char *path = g_build_filename (f->home, "large & <i>.safetensors", NULL);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (truncate (path, (off_t) RT_MAX_FILE_BYTES), ==, 0);
  g_assert_true (window_test_drop (f, "large & <i>.safetensors", FALSE));
}

#define READING_LARGE "Reading “large & <i>.safetensors”…"

/* It is told for as long as it lasts, also after what else is said, until it is cancelled. */
static void
test_weights_cancelled (WindowTest   *f,
                        gconstpointer data)
{
  drop_large (f);
  window_test_wait_for (f, READING_LARGE);
  retort_window_tell (f->window, "Renamed");
  window_test_wait_for (f, "Renamed");
  window_test_wait_without (f, READING_LARGE);
  window_test_close_toast (f);
  window_test_wait_for (f, READING_LARGE);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.cancel-opening", NULL));
  window_test_wait_without (f, READING_LARGE);
  session_test_wait (window_test_is_still, f);
  g_assert_null (f->window->toast);
}

/* Another file of weights takes its place; a dataset does not, and both are told. */
static void
test_weights_another (WindowTest   *f,
                      gconstpointer data)
{
  drop_large (f);
  g_assert_true (window_test_drop (f, "photos", TRUE));
  window_test_wait_for (f, "10 pictures of 2 classes");
  window_test_close_toast (f);
  window_test_wait_for (f, READING_LARGE);
  drop_broken (f);
  window_test_wait_without (f, READING_LARGE);
  window_test_close_toast (f);
  session_test_wait (window_test_is_still, f);
  g_assert_null (f->window->toast);
}

/* The window closes, and nothing is waited for. */
static void
test_close_opening (WindowTest   *f,
                    gconstpointer data)
{
  drop_large (f);
  window_test_wait_for (f, READING_LARGE);
  gtk_window_close (GTK_WINDOW (f->window));
  session_test_wait (window_test_is_closed, f);
}

/* It is tried where there is a run that can answer; what the answer looks like the driven tests
 * see. */
static void
test_picture (WindowTest   *f,
              gconstpointer data)
{
  g_assert_true (window_test_drop (f, "photos/dark/1.png", FALSE));
  window_test_wait_for (f, "train first");
}

/* With a run that can answer; the window is then closed with that run shown. */
static void
test_picture_tried (WindowTest   *f,
                    gconstpointer data)
{
  rt_session_train (f->session);
  session_test_wait (window_test_is_idle, f);
  g_assert_true (window_test_drop (f, "photos/dark/1.png", FALSE));
  window_test_wait_for (f, "taken for");
}

static void
test_unknown (WindowTest   *f,
              gconstpointer data)
{
  g_autoptr (GFile) far = g_file_new_for_uri ("http://nowhere.invalid/cat.png");
  g_autofree char *path = g_build_filename (f->home, "README", NULL);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_assert_true (window_test_drop (f, "README", FALSE));
  window_test_wait_for (f, "there is no such file or folder");
  g_assert_true (g_file_set_contents (path, "read me", -1, NULL));
  g_assert_true (window_test_drop (f, "README", FALSE));
  window_test_wait_for (f, "is no picture, dataset");
  g_value_init (&value, G_TYPE_FILE);
  g_value_set_object (&value, far);
  g_signal_emit_by_name (window_test_find_target (f), "drop", &value, 5.0, 5.0, &taken);
  g_assert_true (taken);
  window_test_wait_for (f, "Only files of this computer");
}

int
main (int    argc,
      char **argv)
{
  static const WindowTestCase tests[] = {
    { "/opening/folder", test_folder, RT_RUN_NEW },
    { "/opening/cancelled", test_cancelled, RT_RUN_NEW },
    { "/opening/another", test_another, RT_RUN_NEW },
    { "/opening/weights", test_weights, RT_RUN_NEW },
    { "/opening/weights-another", test_weights_another, RT_RUN_NEW },
    { "/opening/weights-cancelled", test_weights_cancelled, RT_RUN_NEW },
    { "/opening/picture", test_picture, RT_RUN_NEW },
    { "/opening/picture-tried", test_picture_tried, RT_RUN_NEW },
    { "/opening/unknown", test_unknown, RT_RUN_NEW },
    { "/opening/closed", test_close_opening, RT_RUN_NEW },
  };

  return window_test_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
