/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "session-test.h"

#include <glib/gstdio.h>
#include <string.h>

static RtLibrary *
open_library (const char *home)
{
  g_autoptr (GError) error = NULL;
  RtLibrary *library = rt_library_new (home, &error);

  g_assert_no_error (error);
  return library;
}

static const RtChoice *
find (GPtrArray  *choices,
      const char *spec)
{
  for (guint i = 0; i < choices->len; i++)
    if (g_str_equal (((const RtChoice *) g_ptr_array_index (choices, i))->spec, spec))
      return g_ptr_array_index (choices, i);
  return NULL;
}

static void
count_cb (GObject *object,
          gpointer data)
{
  ++*(int *) data;
}

static void
test_empty (void)
{
  char *home = session_test_make_home ();
  RtLibrary *library = open_library (NULL);
  const RtChoice *random;

  g_assert_cmpstr (rt_library_get_home (library), ==, home);
  g_assert_cmpuint (g_list_model_get_n_items (rt_library_get_runs (library)), ==, 0);
  g_assert_null (rt_library_find_run (library, 1));
  g_assert_nonnull (find (rt_library_get_datasets (library), "builtin:glyphs/digits"));
  g_assert_nonnull (find (rt_library_get_datasets (library), "builtin:animals"));
  random = find (rt_library_get_backbones (library), "random:resnet8");
  g_assert_nonnull (random);
  g_assert_cmpstr (random->network, ==, "resnet8");
  g_assert_null (find (rt_library_get_teachers (library), "random:resnet8"));
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

/* Each of the networks that can be chosen with random weights can be made, under its own name; a
 * variant stands with the network that it is one of. */
static void
test_random (void)
{
  char *home = session_test_make_home ();
  RtLibrary *library = open_library (NULL);
  GPtrArray *backbones = rt_library_get_backbones (library);
  g_autofree char *before = NULL;
  int n_variants = 0;

  for (guint i = 0; i < backbones->len; i++)
    {
      const RtChoice *choice = g_ptr_array_index (backbones, i);
      RtNetworkOptions options = { .name = choice->network, .classes = 10 };
      g_autoptr (GError) error = NULL;
      g_autoptr (RtNetwork) network = NULL;
      size_t base = strcspn (choice->network, "-");

      if (!g_str_has_prefix (choice->spec, "random:"))
        continue;
      network = rt_network_new_layout (&options, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (choice->spec + strlen ("random:"), ==, choice->network);
      if (choice->network[base] != '\0')
        {
          n_variants++;
          g_assert_cmpint (strncmp (before, choice->network, base), ==, 0);
        }
      g_free (before);
      before = g_strdup (choice->network);
    }
  g_assert_cmpint (n_variants, ==, 7);
  g_assert_nonnull (find (backbones, "random:mobilenet_v1-0.25"));
  g_assert_nonnull (find (backbones, "random:resnet18-cifar"));
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

/* Items that stay are the same objects; a run that has weights is something to choose; deleted
 * it is not. */
static void
test_runs (void)
{
  char *home = session_test_make_home ();
  RtLibrary *library = open_library (home);
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 2);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *folder = NULL;
  RtRunItem *first, *second;
  int changes = 0, id;

  g_signal_connect (library, "choices-changed", G_CALLBACK (count_cb), &changes);
  id = session_test_train (rt_library_get_store (library), recipe);
  g_assert_true (rt_library_refresh (library, &error));
  g_assert_no_error (error);
  g_assert_cmpint (changes, ==, 1);
  first = rt_library_find_run (library, id);
  g_assert_nonnull (first);
  g_assert_cmpint (rt_run_item_get_state (first), ==, RT_RUN_FINISHED);
  g_assert_nonnull (find (rt_library_get_backbones (library), "run:1"));
  g_assert_nonnull (find (rt_library_get_teachers (library), "run:1"));

  rt_store_add_run (rt_library_get_store (library), recipe, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (rt_library_refresh (library, &error));
  g_assert_true (rt_library_find_run (library, 1) == first);
  second = g_list_model_get_item (rt_library_get_runs (library), 0);   /* newest first */
  g_assert_cmpint (rt_run_item_get_id (second), ==, 2);
  g_object_unref (second);
  g_assert_null (find (rt_library_get_backbones (library), "run:2"));  /* nothing is trained */

  g_assert_true (rt_library_rename_run (library, first, "Mine", &error));
  g_assert_no_error (error);
  g_object_get (first, "name", &name, NULL);
  g_assert_cmpstr (name, ==, "Mine");
  g_assert_cmpstr (find (rt_library_get_backbones (library), "run:1")->title, ==, "Mine");

  g_assert_cmpuint (rt_run_item_get_epochs (first)->len, ==, 0);
  g_assert_true (rt_library_load_curves (library, first, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rt_run_item_get_epochs (first)->len, ==, 2);
  g_assert_cmpuint (rt_run_item_get_steps (first)->len, ==, 8);

  folder = rt_store_get_path (rt_library_get_store (library), 1, "");
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  g_object_ref (first);
  g_assert_true (rt_library_delete_run (library, first, &error));
  g_assert_no_error (error);
  g_assert_null (rt_library_find_run (library, 1));
  g_assert_null (find (rt_library_get_backbones (library), "run:1"));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_finalize_object (first);
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

typedef struct
{
  int   n;
  guint place, removed, added;
} Change;

static void
changed_cb (GListModel *runs,
            guint       place,
            guint       removed,
            guint       added,
            Change     *change)
{
  *change = (Change) { change->n + 1, place, removed, added };
}

static void
refresh (RtLibrary *library)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rt_library_refresh (library, &error));
  g_assert_no_error (error);
}

/* Only the row that is new or gone: the others are not made anew. */
static void
test_rows_stay (void)
{
  char *home = session_test_make_home ();
  RtLibrary *library = open_library (home);
  RtStore *store = rt_library_get_store (library);
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  Change change = { 0 };

  for (int i = 0; i < 4; i++)
    g_assert_cmpint (rt_store_add_run (store, recipe, NULL, NULL), >, 0);
  refresh (library);
  g_signal_connect (rt_library_get_runs (library), "items-changed", G_CALLBACK (changed_cb),
                    &change);
  refresh (library);
  g_assert_cmpint (change.n, ==, 0);
  g_assert_cmpint (rt_store_add_run (store, recipe, NULL, NULL), ==, 5);
  refresh (library);
  g_assert_cmpint (change.n, ==, 1);
  g_assert_cmpuint (change.place + change.removed, ==, 0);
  g_assert_cmpuint (change.added, ==, 1);
  g_assert_true (rt_store_delete_run (store, 3, NULL));
  refresh (library);
  g_assert_cmpint (change.n, ==, 2);
  g_assert_cmpuint (change.place, ==, 2);
  g_assert_cmpuint (change.removed, ==, 1);
  g_assert_cmpuint (change.added, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (rt_library_get_runs (library)), ==, 4);
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

/* What a run with weights was made of is not read again each time that the history changes. */
static void
test_read_once (void)
{
  char *home = session_test_make_home ();
  RtLibrary *library = open_library (home);
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  int id = session_test_train (rt_library_get_store (library), recipe);
  g_autofree char *path = rt_store_get_path (rt_library_get_store (library), id, "recipe.json");
  const RtChoice *teacher;

  refresh (library);
  g_assert_cmpint (g_unlink (path), ==, 0);
  refresh (library);
  teacher = find (rt_library_get_teachers (library), "run:1");
  g_assert_nonnull (teacher);
  g_assert_cmpstr (teacher->dataset, ==, recipe->task.dataset);
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

/* Datasets that were opened are there after a restart; twice the same is one. */
static void
test_datasets (void)
{
  char *home = session_test_make_home ();
  RtLibrary *library = open_library (home);
  const RtChoice *choice;
  guint n = rt_library_get_datasets (library)->len;

  rt_library_add_dataset (library, "folder:/some; where", "Leaves; pressed");
  rt_library_add_dataset (library, "folder:/some; where", "Leaves; pressed");
  g_assert_cmpuint (rt_library_get_datasets (library)->len, ==, n + 1);
  g_assert_finalize_object (library);
  library = open_library (home);
  g_assert_cmpuint (rt_library_get_datasets (library)->len, ==, n + 1);
  choice = find (rt_library_get_datasets (library), "folder:/some; where");
  g_assert_nonnull (choice);
  g_assert_cmpstr (choice->title, ==, "Leaves; pressed");
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

static void
test_bad_home (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rt_library_new ("/dev/null/home", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/dev/null"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/empty", test_empty);
  g_test_add_func ("/library/random", test_random);
  g_test_add_func ("/library/runs", test_runs);
  g_test_add_func ("/library/rows-stay", test_rows_stay);
  g_test_add_func ("/library/read-once", test_read_once);
  g_test_add_func ("/library/datasets", test_datasets);
  g_test_add_func ("/library/bad-home", test_bad_home);
  return g_test_run ();
}
