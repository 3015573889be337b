/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "session-test.h"

#include "format-files.h"
#include "rt-clock.h"
#include "rt-job.h"

#include <glib/gstdio.h>

char *
session_test_make_home (void)
{
  g_autoptr (GError) error = NULL;
  char *home = g_dir_make_tmp ("retort-session-XXXXXX", &error);

  g_assert_no_error (error);
  g_setenv ("RETORT_HOME", home, TRUE);
  return home;
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_remove (path);
}

void
session_test_remove_home (char *home)
{
  remove_all (home);
  g_free (home);
}

void
session_test_put_photos (const char *home,
                         int         per_class)
{
  format_put_photos (home, "photos", 0, per_class);
}

RtLibrary *
session_test_open (char **home)
{
  g_autoptr (GError) error = NULL;
  RtLibrary *library;

  *home = session_test_make_home ();
  library = rt_library_new (NULL, &error);
  g_assert_no_error (error);
  return library;
}

void
session_test_close (RtSession *session,
                    RtLibrary *library,
                    char      *home)
{
  rt_session_shutdown (session);
  session_test_wait_alone (session);
  g_assert_finalize_object (session);
  /* A worker that is done lets go of it later than it calls back. */
  session_test_wait_alone (library);
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

static void
set_up (SessionTest   *test,
        gconstpointer  network)
{
  test->library = session_test_open (&test->home);
  test->session = rt_session_new (test->library);
  if (network != NULL)
    {
      g_autoptr (RtRecipe) recipe = session_test_recipe (network, 3);

      rt_session_set_recipe (test->session, recipe);
    }
}

static void
tear_down (SessionTest   *test,
           gconstpointer  network)
{
  session_test_close (test->session, test->library, test->home);
}

void
session_test_add (const char      *path,
                  const char      *network,
                  SessionTestFunc  func)
{
  g_test_add (path, SessionTest, network, set_up, func, tear_down);
}

void
session_test_block (const char *home,
                    const char *file)
{
  g_autofree char *path = g_build_filename (home, "runs", "1", file, "in-the-way", NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0777), ==, 0);
}

RtRecipe *
session_test_recipe (const char *network,
                     int         epochs)
{
  RtRecipe *recipe = rt_recipe_new (RT_METHOD_SCRATCH);

  g_free (recipe->name);
  recipe->name = g_strdup ("Digits");
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup ("builtin:glyphs/digits");
  g_free (recipe->task.style);
  recipe->task.style = g_strdup ("print");
  g_free (recipe->task.augment);
  recipe->task.augment = g_strdup ("none");
  recipe->task.samples_per_class = 6;
  recipe->task.validation = 4;
  g_free (recipe->backbone.network);
  recipe->backbone.network = g_strdup (network);
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup ("random");
  g_strfreev (recipe->backbone.frozen);
  recipe->backbone.frozen = g_new0 (char *, 1);
  recipe->train.epochs = epochs;
  recipe->train.batch_size = 16;
  recipe->train.head_first = 0;
  recipe->train.patience = 0;
  recipe->threads = 1;
  return recipe;
}

int
session_test_train (RtStore        *store,
                    const RtRecipe *recipe)
{
  g_autoptr (GError) error = NULL;
  int id = rt_store_add_run (store, recipe, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (rt_job_run (store, id, NULL, NULL, NULL, &error), ==, RT_TRAINER_FINISHED);
  g_assert_no_error (error);
  return id;
}

double
session_test_seconds (double seconds)
{
  const char *slow = g_getenv ("RETORT_TEST_SLOW");

  return slow != NULL ? seconds * g_ascii_strtod (slow, NULL) : seconds;
}

void
session_test_iterate (double seconds)
{
  double end = rt_clock_now () + session_test_seconds (seconds);

  for (; rt_clock_now () < end; g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

void
session_test_wait (SessionTestDone  done,
                   void            *data)
{
  gboolean late = FALSE;
  guint limit = g_timeout_add_seconds ((guint) session_test_seconds (60), set_flag, &late);
  gboolean tick = FALSE;
  guint ticks = g_timeout_add (20, set_flag, &tick);

  while (!done (data))
    {
      g_assert_false (late);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (limit);
  g_source_remove (ticks);
}

static gboolean
is_alone (void *object)
{
  return g_atomic_int_get ((int *) &G_OBJECT (object)->ref_count) == 1;
}

void
session_test_wait_alone (gpointer object)
{
  session_test_wait (is_alone, object);
}
