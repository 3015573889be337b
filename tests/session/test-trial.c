/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of one's own, asked about. */
#include "config.h"

#include "session-test.h"

#include "rt-trial.h"

#include "rt-formats.h"

#include <string.h>

typedef struct
{
  RtTrial *trial;
  GError  *error;
} Answer;

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  Answer *answer = data;

  answer->trial = rt_trial_ask_finish (result, &answer->error);
}

static gboolean
is_answered (void *data)
{
  return ((Answer *) data)->trial != NULL || ((Answer *) data)->error != NULL;
}

static RtTrial *
ask (RtLibrary   *library,
     int          run,
     const char  *path,
     GError     **error)
{
  Answer answer = { NULL, NULL };

  rt_trial_ask_async (library, run, path, NULL, asked_cb, &answer);
  session_test_wait (is_answered, &answer);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.trial;
}

/* The likeliest five of ten, in order; a file that is no picture and a run that is not there are
 * named. */
static void
test_ask (void)
{
  char *home = session_test_make_home ();
  g_autoptr (GError) error = NULL;
  RtLibrary *library = rt_library_new (home, &error);
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 1);
  g_autofree char *path = g_build_filename (home, "two.png", NULL);
  g_autofree char *text = g_build_filename (home, "text.png", NULL);
  g_autoptr (RtImage) image = NULL;
  g_autoptr (RtTrial) trial = NULL;
  int run;

  g_assert_no_error (error);
  run = session_test_train (rt_library_get_store (library), recipe);
  image = rt_image_new (2, 1, 3);
  memset (image->pixels, 100, 2 * 1 * 3);
  g_assert_true (rt_png_write (image, path, &error));
  g_assert_true (g_file_set_contents (text, "no picture", -1, &error));
  trial = ask (library, run, path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (trial->image->width, ==, 2);
  g_assert_cmpint (trial->n, ==, RT_TRIAL_MOST);
  g_assert_cmpfloat (trial->seconds, >, 0.0);
  g_assert_cmpfloat (trial->shares[0], >=, 0.1);
  for (int i = 1; i < trial->n; i++)
    {
      g_assert_cmpfloat (trial->shares[i], <=, trial->shares[i - 1]);
      g_assert_cmpfloat (trial->shares[i], >=, 0.0);
      g_assert_cmpstr (trial->names[i], !=, trial->names[i - 1]);
    }

  g_assert_null (ask (library, run, text, &error));
  g_assert_nonnull (strstr (error->message, "text.png"));
  g_clear_error (&error);
  g_assert_null (ask (library, run + 1, path, &error));
  g_assert_nonnull (error);
  session_test_wait_alone (library);
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trial/ask", test_ask);
  return g_test_run ();
}
