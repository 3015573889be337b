/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-database.h"
#include "rt-run-lock.h"
#include "rt-store.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A user that owns nothing, for what root may do and others may not. */
#define NOBODY 65534

typedef struct
{
  char    *home;
  RtStore *store;
} Fixture;

static int
remove_cb (const char        *path,
           const struct stat *info,
           int                kind,
           struct FTW        *walk)
{
  return remove (path);
}

static void
set_up (Fixture    *fixture,
        const void *data)
{
  g_autoptr (GError) error = NULL;

  fixture->home = g_dir_make_tmp ("retort-store-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->store = rt_store_open (fixture->home, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture    *fixture,
           const void *data)
{
  g_clear_pointer (&fixture->store, rt_store_close);
  g_assert_cmpint (nftw (fixture->home, remove_cb, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
  g_free (fixture->home);
}

static int
add_run (RtStore    *store,
         const char *name)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_SCRATCH);
  g_autoptr (GError) error = NULL;
  int id;

  g_free (recipe->name);
  recipe->name = g_strdup (name);
  recipe->seed = G_MAXUINT32;
  recipe->train.epochs = 7;
  id = rt_store_add_run (store, recipe, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  return id;
}

static RtRun *
get_run (RtStore *store,
         int      id)
{
  g_autoptr (GError) error = NULL;
  RtRun *run = rt_store_get_run (store, id, &error);

  g_assert_no_error (error);
  return run;
}

static char *
get_database_path (Fixture *fixture)
{
  return g_build_filename (fixture->home, "retort.db", NULL);
}

static void
test_add (Fixture    *fixture,
          const void *data)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_SCRATCH);
  g_autoptr (RtRecipe) kept = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = NULL;
  g_autofree char *json = NULL;
  g_autofree char *kept_json = NULL;
  RtRunSeries series = { "twins", 6, TRUE };
  int id;

  g_free (recipe->name);
  recipe->name = g_strdup ("Letters; DROP TABLE runs");
  recipe->seed = 42;
  recipe->train.epochs = 12;
  id = rt_store_add_run (fixture->store, recipe, &series, &error);
  g_assert_no_error (error);
  g_assert_cmpint (id, ==, 1);

  /* As another process would find it. */
  rt_store_close (fixture->store);
  fixture->store = rt_store_open (fixture->home, &error);
  g_assert_no_error (error);
  run = get_run (fixture->store, id);
  g_assert_cmpint (run->id, ==, 1);
  g_assert_cmpstr (run->name, ==, "Letters; DROP TABLE runs");
  g_assert_cmpstr (run->method, ==, "scratch");
  g_assert_cmpstr (run->group, ==, "twins");
  g_assert_cmpint (run->group_runs, ==, 6);
  g_assert_true (run->is_baseline);
  g_assert_cmpuint (run->seed, ==, 42);
  g_assert_cmpint (run->state, ==, RT_RUN_NEW);
  g_assert_null (run->message);
  g_assert_cmpint (ABS (run->created - g_get_real_time () / G_USEC_PER_SEC), <, 60);
  g_assert_cmpint (run->n_epochs, ==, 12);
  g_assert_cmpint (run->epoch, ==, 0);
  g_assert_true (isnan (run->cost.seconds_per_epoch));
  g_assert_cmpint (run->result.best_epoch, ==, 0);
  g_assert_true (isnan (run->result.validation_accuracy));

  kept = rt_store_get_recipe (fixture->store, id, &error);
  g_assert_no_error (error);
  json = rt_recipe_to_json (recipe, FALSE);
  kept_json = rt_recipe_to_json (kept, FALSE);
  g_assert_cmpstr (kept_json, ==, json);
}

static void
test_list (Fixture    *fixture,
           const void *data)
{
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;
  int first = add_run (fixture->store, "first");
  int second = add_run (fixture->store, "second");

  g_assert_true (rt_store_rename_run (fixture->store, first, "renamed", &error));
  g_assert_true (rt_store_set_state (fixture->store, second, RT_RUN_FAILED, "no disk", &error));
  g_assert_no_error (error);
  runs = rt_store_list_runs (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (runs->len, ==, 2);
  g_assert_cmpint (((RtRun *) runs->pdata[0])->id, ==, second);
  g_assert_cmpint (((RtRun *) runs->pdata[0])->state, ==, RT_RUN_FAILED);
  g_assert_cmpstr (((RtRun *) runs->pdata[0])->message, ==, "no disk");
  g_assert_cmpint (((RtRun *) runs->pdata[1])->id, ==, first);
  g_assert_cmpstr (((RtRun *) runs->pdata[1])->name, ==, "renamed");
}

static void
test_no_run (Fixture    *fixture,
             const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) second_error = NULL;
  g_autoptr (GError) third_error = NULL;
  int id;

  g_assert_null (rt_store_get_run (fixture->store, 3, &error));
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_NO_RUN);
  g_assert_nonnull (strstr (error->message, "there are no runs yet"));
  id = add_run (fixture->store, "one");
  g_assert_null (rt_store_get_epochs (fixture->store, id + 1, &second_error));
  g_assert_error (second_error, RT_STORE_ERROR, RT_STORE_ERROR_NO_RUN);
  g_assert_cmpstr (second_error->message, ==, "there is no run 2; there are 1");
  g_assert_false (rt_store_set_state (fixture->store, 9, RT_RUN_FAILED, NULL, &third_error));
  g_assert_error (third_error, RT_STORE_ERROR, RT_STORE_ERROR_NO_RUN);
}

static RtEpochMetrics
make_epoch (int epoch)
{
  return (RtEpochMetrics) {
    .epoch = epoch, .step = (uint64_t) epoch * 10, .train_loss = 1.0 / 3.0 / epoch,
    .train_label_part = DBL_TRUE_MIN, .train_soft_part = NAN, .train_accuracy = nextafter (0.7, 1),
    .validation_loss = -0.0, .validation_accuracy = 1.0, .learning_rate = INFINITY,
    .best = epoch == 2, .seconds = 1e300,
  };
}

static RtStepMetrics
make_step (uint64_t step)
{
  return (RtStepMetrics) {
    .step = step, .loss = 1.0 / (double) (step + 3), .label_part = -INFINITY, .soft_part = NAN,
    .accuracy = 0.1 + 0.2, .learning_rate = 5e-324, .seconds = (double) step,
  };
}

/* Equal to the bit, a NaN to a NaN. */
static void
assert_same (double a,
             double b)
{
  if (isnan (a) || isnan (b))
    g_assert_true (isnan (a) && isnan (b));
  else
    g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
}

static void
assert_epoch (const RtEpochMetrics *a,
              const RtEpochMetrics *b)
{
  g_assert_cmpint (a->epoch, ==, b->epoch);
  g_assert_cmpuint (a->step, ==, b->step);
  g_assert_cmpint (a->best, ==, b->best);
  assert_same (a->train_loss, b->train_loss);
  assert_same (a->train_label_part, b->train_label_part);
  assert_same (a->train_soft_part, b->train_soft_part);
  assert_same (a->train_accuracy, b->train_accuracy);
  assert_same (a->validation_loss, b->validation_loss);
  assert_same (a->validation_accuracy, b->validation_accuracy);
  assert_same (a->learning_rate, b->learning_rate);
  assert_same (a->seconds, b->seconds);
}

static void
assert_step (const RtStepMetrics *a,
             const RtStepMetrics *b)
{
  g_assert_cmpuint (a->step, ==, b->step);
  assert_same (a->loss, b->loss);
  assert_same (a->label_part, b->label_part);
  assert_same (a->soft_part, b->soft_part);
  assert_same (a->accuracy, b->accuracy);
  assert_same (a->learning_rate, b->learning_rate);
  assert_same (a->seconds, b->seconds);
}

static void
test_exact (Fixture    *fixture,
            const void *data)
{
  RtEpochMetrics epochs[3] = { make_epoch (1), make_epoch (2), make_epoch (3) };
  RtStepMetrics steps[4] = { make_step (0), make_step (1), make_step (2), make_step (3) };
  g_autoptr (GArray) kept_epochs = NULL;
  g_autoptr (GArray) kept_steps = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = NULL;
  int id = add_run (fixture->store, "exact");

  g_assert_true (rt_store_add_metrics (fixture->store, id, epochs, 3, steps, 4, &error));
  g_assert_no_error (error);
  kept_epochs = rt_store_get_epochs (fixture->store, id, &error);
  kept_steps = rt_store_get_steps (fixture->store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept_epochs->len, ==, 3);
  g_assert_cmpuint (kept_steps->len, ==, 4);
  for (int i = 0; i < 3; i++)
    assert_epoch (&g_array_index (kept_epochs, RtEpochMetrics, i), &epochs[i]);
  for (int i = 0; i < 4; i++)
    assert_step (&g_array_index (kept_steps, RtStepMetrics, i), &steps[i]);
  run = get_run (fixture->store, id);
  g_assert_cmpint (run->epoch, ==, 3);
}

static void
test_cost_and_result (Fixture    *fixture,
                      const void *data)
{
  RtCost cost = {
    .n_trainable = G_MAXUINT64 - 5, .n_params = 78666, .seconds_per_epoch = 0.1,
    .memory_bytes = (size_t) 5 << 32, .disk_bytes = 3, .n_train = 4, .n_validation = 5,
    .steps_per_epoch = 6, .n_epochs = 55, .first_cached_block = 2, .seconds_uncached = NAN,
  };
  RtResult result = {
    .best_epoch = 3, .validation_accuracy = 0.97, .validation_loss = 0.1, .test_accuracy = NAN,
    .test_loss = NAN, .teacher_accuracy = 0.99, .left_out_accuracy = 0.5,
    .left_out_corrected = 0.98,
    .bias_correction = -0.0, .seconds = 12.5,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = NULL;
  int id = add_run (fixture->store, "cost");

  g_assert_true (rt_store_set_cost (fixture->store, id, &cost, &error));
  g_assert_true (rt_store_set_result (fixture->store, id, &result, &error));
  g_assert_no_error (error);
  run = get_run (fixture->store, id);
  g_assert_cmpuint (run->cost.n_trainable, ==, cost.n_trainable);
  g_assert_cmpuint (run->cost.n_params, ==, cost.n_params);
  g_assert_cmpuint (run->cost.memory_bytes, ==, cost.memory_bytes);
  g_assert_cmpuint (run->cost.disk_bytes, ==, cost.disk_bytes);
  g_assert_cmpuint (run->cost.n_train, ==, cost.n_train);
  g_assert_cmpuint (run->cost.n_validation, ==, cost.n_validation);
  /* What is not kept is not known, and not none. */
  g_assert_true (isnan (run->cost.seconds_once) && isnan (run->cost.seconds_all));
  g_assert_cmpuint (run->cost.steps_per_epoch, ==, cost.steps_per_epoch);
  g_assert_cmpint (run->cost.n_epochs, ==, cost.n_epochs);
  g_assert_cmpint (run->n_epochs, ==, cost.n_epochs);
  g_assert_cmpint (run->cost.first_cached_block, ==, cost.first_cached_block);
  assert_same (run->cost.seconds_per_epoch, cost.seconds_per_epoch);
  assert_same (run->cost.seconds_uncached, cost.seconds_uncached);
  g_assert_cmpint (run->result.best_epoch, ==, result.best_epoch);
  assert_same (run->result.validation_accuracy, result.validation_accuracy);
  assert_same (run->result.validation_loss, result.validation_loss);
  assert_same (run->result.test_accuracy, result.test_accuracy);
  assert_same (run->result.test_loss, result.test_loss);
  assert_same (run->result.teacher_accuracy, result.teacher_accuracy);
  assert_same (run->result.left_out_accuracy, result.left_out_accuracy);
  assert_same (run->result.left_out_corrected, result.left_out_corrected);
  assert_same (run->result.bias_correction, result.bias_correction);
  assert_same (run->result.seconds, result.seconds);
}

static void
assert_counts (RtStore *store,
               int      id,
               guint    n_epochs,
               guint    n_steps)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) epochs = rt_store_get_epochs (store, id, &error);
  g_autoptr (GArray) steps = rt_store_get_steps (store, id, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (epochs->len, ==, n_epochs);
  g_assert_cmpuint (steps->len, ==, n_steps);
}

static void
test_replace (Fixture    *fixture,
              const void *data)
{
  RtEpochMetrics epochs[3] = { make_epoch (1), make_epoch (2), make_epoch (3) };
  RtStepMetrics steps[6];
  g_autoptr (GError) error = NULL;
  int id = add_run (fixture->store, "resumed");
  int other = add_run (fixture->store, "left alone");

  for (int i = 0; i < 6; i++)
    steps[i] = make_step (i);
  for (int i = 0; i < 2; i++)
    g_assert_true (rt_store_add_metrics (fixture->store, i == 0 ? id : other, epochs, 3, steps, 6,
                                         &error));

  /* Epoch 2 again: what was known of 3 is gone, and its steps. */
  g_assert_true (rt_store_add_metrics (fixture->store, id, &epochs[1], 1, &steps[2], 2, &error));
  assert_counts (fixture->store, id, 2, 4);
  g_assert_true (rt_store_forget_after (fixture->store, id, 1, 2, &error));
  assert_counts (fixture->store, id, 1, 2);
  g_assert_true (rt_store_add_metrics (fixture->store, id, NULL, 0, &steps[2], 1, &error));
  assert_counts (fixture->store, id, 1, 3);
  g_assert_true (rt_store_forget_after (fixture->store, id, 0, 0, &error));
  assert_counts (fixture->store, id, 0, 0);
  assert_counts (fixture->store, other, 3, 6);
  g_assert_no_error (error);
}

static void
test_delete (Fixture    *fixture,
             const void *data)
{
  RtEpochMetrics epoch = make_epoch (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) missing = NULL;
  int id = add_run (fixture->store, "gone");
  int other = add_run (fixture->store, "kept");
  g_autofree char *file = rt_store_get_path (fixture->store, id, "deep/best.safetensors");
  g_autofree char *deep = g_path_get_dirname (file);
  g_autofree char *folder = g_path_get_dirname (deep);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *other_recipe = rt_store_get_path (fixture->store, other, "recipe.json");
  g_autofree char *other_folder = g_path_get_dirname (other_recipe);

  g_assert_cmpint (g_mkdir (deep, 0777), ==, 0);
  g_assert_true (g_file_set_contents (file, "weights", -1, &error));
  g_assert_cmpint (symlink (other_folder, link), ==, 0);
  g_assert_true (rt_store_add_metrics (fixture->store, id, &epoch, 1, NULL, 0, &error));

  g_assert_true (rt_store_delete_run (fixture->store, id, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other_recipe, G_FILE_TEST_EXISTS));
  g_assert_null (rt_store_get_run (fixture->store, id, &missing));
  g_assert_error (missing, RT_STORE_ERROR, RT_STORE_ERROR_NO_RUN);

  /* Numbers are names: they are not given again, and neither is that of a folder left behind. */
  g_assert_true (rt_store_delete_run (fixture->store, other, &error));
  g_assert_cmpint (add_run (fixture->store, "new"), ==, 3);
  g_free (deep);
  deep = rt_store_get_path (fixture->store, 17, "");
  g_assert_cmpint (g_mkdir (deep, 0777), ==, 0);
  g_assert_cmpint (add_run (fixture->store, "newer"), ==, 18);
  assert_counts (fixture->store, 18, 0, 0);
}

/* A run that a process trains, which then dies. */
static void
test_interrupted (Fixture    *fixture,
                  const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) busy = NULL;
  int id = add_run (fixture->store, "killed");
  g_autofree char *folder = rt_store_get_path (fixture->store, id, "");
  g_autofree char *number = NULL;
  g_autoptr (RtRun) run = NULL;
  RtRunLock *lock;
  int ready[2], status;
  pid_t child;

  g_assert_true (rt_store_set_state (fixture->store, id, RT_RUN_RUNNING, NULL, &error));
  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    {
      lock = rt_run_lock_take (folder, id, NULL);
      if (lock == NULL || write (ready[1], "", 1) != 1)
        _exit (1);
      pause ();
      _exit (0);
    }
  g_assert_cmpint (read (ready[0], &status, 1), ==, 1);

  run = get_run (fixture->store, id);
  g_assert_cmpint (run->state, ==, RT_RUN_RUNNING);
  g_assert_false (rt_store_delete_run (fixture->store, id, &busy));
  g_assert_error (busy, RT_STORE_ERROR, RT_STORE_ERROR_BUSY);
  number = g_strdup_printf ("process %ld:", (long) child);
  g_assert_nonnull (strstr (busy->message, number));

  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_clear_pointer (&run, rt_run_free);
  run = get_run (fixture->store, id);
  g_assert_cmpint (run->state, ==, RT_RUN_INTERRUPTED);
  lock = rt_run_lock_take (folder, id, &error);
  g_assert_no_error (error);
  rt_run_lock_release (lock);
  g_assert_true (rt_store_delete_run (fixture->store, id, &error));
  close (ready[0]);
  close (ready[1]);
}

/* Two locks in one process, as the desktop's two threads would have them. */
static void
test_lock (Fixture    *fixture,
           const void *data)
{
  g_autoptr (GError) error = NULL;
  int id = add_run (fixture->store, "locked");
  g_autofree char *folder = rt_store_get_path (fixture->store, id, "");
  RtRunLock *lock = rt_run_lock_take (folder, id, &error);
  RtRunLock *guard;

  g_assert_no_error (error);
  g_assert_null (rt_run_lock_take (folder, id, &error));
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_BUSY);
  g_assert_false (rt_run_lock_is_free (folder, &guard));
  rt_run_lock_release (lock);
  g_assert_true (rt_run_lock_is_free (folder, &guard));
  g_assert_nonnull (guard);
  rt_run_lock_release (guard);
}

static void
expect_open_error (Fixture    *fixture,
                   int         code,
                   const char *first,
                   const char *second)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = get_database_path (fixture);

  g_assert_null (rt_store_open (fixture->home, &error));
  g_assert_error (error, RT_STORE_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, first));
  g_assert_nonnull (strstr (error->message, second));
}

static void
test_newer (Fixture    *fixture,
            const void *data)
{
  g_autofree char *path = get_database_path (fixture);
  g_autoptr (GError) error = NULL;
  RtDatabase *database;

  g_clear_pointer (&fixture->store, rt_store_close);
  database = rt_database_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (rt_database_execute (database, "PRAGMA user_version = 99", &error));
  rt_database_close (database);
  expect_open_error (fixture, RT_STORE_ERROR_NEWER, "format 99",
                     "up to " G_STRINGIFY (RT_DATABASE_FORMAT));
}

/* A history of the first format is brought up to date with its runs. */
static void
test_older (Fixture    *fixture,
            const void *data)
{
  g_autofree char *path = get_database_path (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = NULL;
  int id = add_run (fixture->store, "kept");
  RtDatabase *database;

  g_clear_pointer (&fixture->store, rt_store_close);
  database = rt_database_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (rt_database_execute (database, "ALTER TABLE runs DROP COLUMN group_runs;"
                                     "ALTER TABLE runs DROP COLUMN seen", &error));
  g_assert_true (rt_database_execute (database, "PRAGMA user_version = 1", &error));
  rt_database_close (database);

  fixture->store = rt_store_open (fixture->home, &error);
  g_assert_no_error (error);
  run = get_run (fixture->store, id);
  g_assert_cmpstr (run->name, ==, "kept");
  g_assert_cmpint (run->group_runs, ==, 0);
  g_assert_null (run->seen);
}

static void
test_foreign (Fixture    *fixture,
              const void *data)
{
  g_autofree char *path = get_database_path (fixture);
  sqlite3 *connection;

  g_clear_pointer (&fixture->store, rt_store_close);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (sqlite3_open (path, &connection), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (connection, "CREATE TABLE songs (name)", NULL, NULL, NULL), ==, 0);
  sqlite3_close (connection);
  expect_open_error (fixture, RT_STORE_ERROR_HOME, "another program", "RETORT_HOME");
}

static void
test_corrupt (Fixture    *fixture,
              const void *data)
{
  g_autofree char *path = get_database_path (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  size_t length;

  add_run (fixture->store, "lost");
  g_clear_pointer (&fixture->store, rt_store_close);
  g_assert_true (g_file_get_contents (path, &bytes, &length, &error));

  /* Not a database at all. */
  g_assert_true (g_file_set_contents (path, "A shopping list: eggs, flour, milk", -1, &error));
  expect_open_error (fixture, RT_STORE_ERROR_HOME, "damaged", "move it away");

  /* One whose first page is torn. */
  memset (bytes + 100, 0xa5, 2000);
  g_assert_true (g_file_set_contents (path, bytes, length, &error));
  expect_open_error (fixture, RT_STORE_ERROR_HOME, "damaged", "move it away");
}

/* A disk that is full in the middle of a transaction leaves what was there before. */
static void
test_full (Fixture    *fixture,
           const void *data)
{
  g_autofree char *path = get_database_path (fixture);
  g_autofree RtStepMetrics *steps = g_new (RtStepMetrics, 20000);
  RtEpochMetrics epoch = make_epoch (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtDatabase) database = NULL;
  sqlite3_stmt *insert;
  gboolean full = FALSE;
  int id = add_run (fixture->store, "large");

  for (int i = 0; i < 20000; i++)
    steps[i] = make_step (i);
  g_assert_true (rt_store_add_metrics (fixture->store, id, &epoch, 1, steps, 10, &error));

  database = rt_database_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (rt_database_execute (database, "PRAGMA max_page_count = 20", &error));
  insert = rt_database_prepare (database, "UPDATE steps SET loss = zeroblob (60000)", &error);
  g_assert_nonnull (insert);
  g_assert_true (rt_database_begin (database, &error));
  full = !rt_database_step (database, insert, NULL, &error);
  rt_database_rollback (database);
  g_assert_true (full);
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "the disk is full"));
  assert_counts (fixture->store, id, 1, 10);
}

/* As a user who may not write: what went wrong, through a pipe. */
static void
open_as_nobody (const char *home,
                int         out)
{
  g_autoptr (GError) error = NULL;

  if (getuid () == 0 && setresuid (NOBODY, NOBODY, NOBODY) != 0)
    _exit (2);
  if (rt_store_open (home, &error) != NULL || error == NULL)
    _exit (3);
  if (!g_error_matches (error, RT_STORE_ERROR, RT_STORE_ERROR_HOME) ||
      write (out, error->message, strlen (error->message)) < 0)
    _exit (4);
  _exit (0);
}

static void
test_read_only (Fixture    *fixture,
                const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = get_database_path (fixture);
  char message[1000] = "";
  int out[2], status;
  pid_t child;

  add_run (fixture->store, "kept");
  g_clear_pointer (&fixture->store, rt_store_close);
  g_assert_cmpint (g_chmod (path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture->home, 0555), ==, 0);
  g_assert_cmpint (pipe (out), ==, 0);
  child = fork ();
  if (child == 0)
    open_as_nobody (fixture->home, out[1]);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_chmod (fixture->home, 0755);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (read (out[0], message, sizeof message - 1), >, 0);
  close (out[0]);
  close (out[1]);
  g_test_message ("%s", message);
  g_assert_true (g_str_has_prefix (message, path));
  g_assert_nonnull (strstr (message, "it may not be written"));
  g_assert_nonnull (strstr (message, "RETORT_HOME"));

  /* And a home that cannot be made. */
  g_assert_null (rt_store_open ("/proc/retort", &error));
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_HOME);
  g_assert_nonnull (strstr (error->message, "/proc/retort/runs"));
}

#define N_THREADS 4
#define N_RUNS_EACH 15

static void *
add_many (void *home)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtStore) store = rt_store_open (home, &error);

  g_assert_no_error (error);
  for (int i = 0; i < N_RUNS_EACH; i++)
    {
      RtEpochMetrics epoch = make_epoch (1);
      int id = add_run (store, "of many");

      g_assert_true (rt_store_add_metrics (store, id, &epoch, 1, NULL, 0, &error));
      g_assert_no_error (error);
    }
  return NULL;
}

/* Several at once on a home that is not there yet. */
static void
test_together (Fixture    *fixture,
               const void *data)
{
  g_autofree char *home = g_build_filename (fixture->home, "a", "b", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtStore) store = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  GThread *threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("store", add_many, home);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  store = rt_store_open (home, &error);
  g_assert_no_error (error);
  runs = rt_store_list_runs (store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (runs->len, ==, N_THREADS * N_RUNS_EACH);
  for (guint i = 0; i < runs->len; i++)
    {
      RtRun *run = runs->pdata[i];

      g_assert_cmpint (run->id, ==, N_THREADS * N_RUNS_EACH - (int) i);
      g_assert_cmpint (run->epoch, ==, 1);
    }
}

static void
test_resolver (Fixture    *fixture,
               const void *data)
{
  RtEpochMetrics epochs[3] = { make_epoch (1), make_epoch (2), make_epoch (3) };
  g_autoptr (RtBackbone) backbone = rt_backbone_new ();
  g_autoptr (RtBackbone) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) early = NULL;
  g_autoptr (GError) unkept = NULL;
  RtResolver resolver;
  int id = add_run (fixture->store, "teacher");
  g_autofree char *card = rt_store_get_path (fixture->store, id, "best.json");
  g_autofree char *weights = rt_store_get_path (fixture->store, id, "best.safetensors");

  rt_store_get_resolver (fixture->store, &resolver);
  g_assert_null (resolver.resolve_run (id, 0, resolver.data, &early));
  g_assert_error (early, RT_STORE_ERROR, RT_STORE_ERROR_STATE);
  g_assert_nonnull (strstr (early->message, "run 1 is new and has no weights yet"));

  backbone->title = g_strdup ("resnet8 on letters");
  backbone->network = g_strdup ("resnet8");
  rt_backbone_get_default_format ("resnet8", &backbone->format);
  g_assert_true (rt_backbone_write_card (backbone, card, &error));
  g_assert_no_error (error);
  g_assert_true (rt_store_add_metrics (fixture->store, id, epochs, 3, NULL, 0, &error));
  found = resolver.resolve_run (id, 2, resolver.data, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->network, ==, "resnet8");
  g_assert_cmpstr (found->weights_path, ==, weights);
  g_assert_null (resolver.resolve_run (id, 1, resolver.data, &unkept));
  g_assert_error (unkept, RT_STORE_ERROR, RT_STORE_ERROR_STATE);
  g_assert_nonnull (strstr (unkept->message, "epoch 1 of run 1"));
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    void      (*run) (Fixture *, const void *);
  } tests[] = {
    { "/store/add", test_add },
    { "/store/list", test_list },
    { "/store/no-run", test_no_run },
    { "/store/exact", test_exact },
    { "/store/cost-and-result", test_cost_and_result },
    { "/store/replace", test_replace },
    { "/store/delete", test_delete },
    { "/store/interrupted", test_interrupted },
    { "/store/lock", test_lock },
    { "/store/older", test_older },
    { "/store/newer", test_newer },
    { "/store/foreign", test_foreign },
    { "/store/corrupt", test_corrupt },
    { "/store/full", test_full },
    { "/store/read-only", test_read_only },
    { "/store/together", test_together },
    { "/store/resolver", test_resolver },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
