/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The history of runs: rows in retort.db, and for each a folder runs/N with its recipe and its
 * weights.
 *
 * Row and folder cannot change in one transaction, so the order decides what a program killed in
 * between leaves behind: a run's folder is made before its row is committed, and a row is deleted
 * before its folder is removed. What can be left is a folder without a row, never a row without its
 * recipe; numbers of folders that are there are not given again, so nothing is ever written over.
 *
 * A row says "running" from the moment its trainer has the lock of its folder (rt-run-lock.c).
 * Where the row says so and the lock is free, its process has died: it is shown as interrupted, and
 * marked so while the lock is kept from everybody else.
 */

#include "config.h"

#include "rt-run-lock.h"
#include "rt-store-private.h"

#include "rt-archive.h"
#include "rt-dirs.h"
#include "rt-quark.h"
#include "rt-resolver.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

RT_DEFINE_QUARK (rt-store-error-quark, rt_store_error)

#define MAX_NUMBERS_NAMED 12

static const char *const state_names[] = {
  [RT_RUN_NEW] = "new",
  [RT_RUN_RUNNING] = "running",
  [RT_RUN_INTERRUPTED] = "interrupted",
  [RT_RUN_FINISHED] = "finished",
  [RT_RUN_STOPPED] = "stopped",
  [RT_RUN_FAILED] = "failed",
};

const char *
rt_run_state_to_string (RtRunState state)
{
  g_return_val_if_fail ((guint) state < G_N_ELEMENTS (state_names), NULL);

  return state_names[state];
}

static RtRunState
parse_state (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (text, state_names[i]) == 0)
      return i;
  return RT_RUN_FAILED;
}

void
rt_run_free (RtRun *run)
{
  if (run == NULL)
    return;
  g_free (run->name);
  g_free (run->method);
  g_free (run->group);
  g_free (run->message);
  g_free (run->seen);
  g_free (run);
}

RtStore *
rt_store_open (const char  *home,
               GError     **error)
{
  g_autoptr (RtStore) self = g_new0 (RtStore, 1);
  g_autoptr (GError) cause = NULL;
  g_autofree char *path = NULL;
  g_autofree char *runs = NULL;

  self->home = home != NULL ? g_strdup (home) : rt_dirs_get_home ();
  if (!g_path_is_absolute (self->home))
    {
      g_autofree char *relative = g_steal_pointer (&self->home);

      self->home = g_canonicalize_filename (relative, NULL);
    }
  path = g_build_filename (self->home, "retort.db", NULL);
  runs = g_build_filename (self->home, "runs", NULL);
  if (g_mkdir_with_parents (runs, 0777) != 0)
    {
      g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_HOME,
                   "%s: the folder of the runs could not be made (%s): set RETORT_HOME to a folder "
                   "that can be written", runs, g_strerror (errno));
      return NULL;
    }
  self->database = rt_database_open (path, &cause);
  if (self->database == NULL)
    {
      if (g_error_matches (cause, RT_STORE_ERROR, RT_STORE_ERROR_IO))
        cause->code = RT_STORE_ERROR_HOME;
      g_propagate_error (error, g_steal_pointer (&cause));
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
rt_store_close (RtStore *self)
{
  if (self == NULL)
    return;
  rt_database_close (self->database);
  g_free (self->home);
  g_free (self);
}

char *
rt_store_get_folder (RtStore *self,
                     int      id)
{
  char number[16];

  g_snprintf (number, sizeof number, "%d", id);
  return g_build_filename (self->home, "runs", number, NULL);
}

char *
rt_store_get_path (RtStore    *self,
                   int         id,
                   const char *file)
{
  g_autofree char *folder = NULL;

  g_return_val_if_fail (self != NULL && file != NULL, NULL);

  folder = rt_store_get_folder (self, id);
  return g_build_filename (folder, file, NULL);
}

/* Writing runs */

/* The number after every row that ever was and every folder that is there. Inside a transaction. */
static gboolean
choose_number (RtStore  *self,
               int      *id,
               GError  **error)
{
  g_autofree char *runs = g_build_filename (self->home, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  sqlite3_stmt *statement;
  const char *name;
  gboolean row;

  statement = rt_database_prepare (self->database,
                                   "SELECT seq FROM sqlite_sequence WHERE name = 'runs'", error);
  if (statement == NULL || !rt_database_step (self->database, statement, &row, error))
    return FALSE;
  *id = row ? sqlite3_column_int (statement, 0) : 0;
  sqlite3_reset (statement);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      guint64 number;

      if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT - 1, &number, NULL))
        *id = MAX (*id, (int) number);
    }
  *id += 1;
  return TRUE;
}

static gboolean
insert_run (RtStore            *self,
            int                 id,
            const RtRecipe     *recipe,
            const RtRunSeries  *series,
            GError            **error)
{
  static const RtCost no_cost = { .seconds_per_epoch = NAN, .seconds_uncached = NAN,
                                  .seconds_once = NAN, .seconds_all = NAN };
  static const RtResult no_result = { 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
  sqlite3_stmt *statement =
    rt_database_prepare (self->database,
                         "INSERT INTO runs (id, name, method, run_group, group_runs, is_baseline, "
                         "seed, state, created, n_epochs, "
                         RT_RUN_COST_COLUMNS ", " RT_RUN_RESULT_COLUMNS ") "
                         "VALUES (?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?)",
                         error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int (statement, 1, id);
  sqlite3_bind_text (statement, 2, recipe->name != NULL ? recipe->name : "", -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 3, rt_method_to_string (recipe->method), -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 4, series->group, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int (statement, 5, series->n_runs);
  sqlite3_bind_int (statement, 6, series->is_baseline);
  sqlite3_bind_int64 (statement, 7, (gint64) recipe->seed);
  sqlite3_bind_text (statement, 8, state_names[RT_RUN_NEW], -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 9, g_get_real_time () / G_USEC_PER_SEC);
  sqlite3_bind_int (statement, 10, recipe->train.epochs);
  rt_field_bind (rt_run_cost_fields, RT_RUN_N_COST_FIELDS, &no_cost, statement, 11);
  rt_field_bind (rt_run_result_fields, RT_RUN_N_RESULT_FIELDS, &no_result, statement,
                 11 + RT_RUN_N_COST_FIELDS);
  return rt_database_step (self->database, statement, NULL, error);
}

static gboolean
remove_folder (const char  *path,
               GError     **error)
{
  g_autoptr (GError) cause = NULL;

  if (rt_archive_remove (path, &cause))
    return TRUE;
  g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO,
               "%s: it could not be removed (%s): remove it by hand", path, cause->message);
  return FALSE;
}

static gboolean
make_folder (const char  *folder,
             GError     **error)
{
  if (g_mkdir (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO,
               "%s: the folder of the run could not be made (%s): free some space or give "
               "write permission, or set RETORT_HOME to another folder", folder,
               g_strerror (errno));
  return FALSE;
}

gboolean
rt_store_set_recipe (RtStore         *self,
                     int              id,
                     const RtRecipe  *recipe,
                     GError         **error)
{
  g_autofree char *path = rt_store_get_path (self, id, "recipe.json");
  g_autofree char *json = rt_recipe_to_json (recipe, TRUE);
  g_autoptr (GError) cause = NULL;

  if (g_file_set_contents_full (path, json, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                &cause))
    return TRUE;
  g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO,
               "%s: it could not be written (%s): free some space or give write permission, or set "
               "RETORT_HOME to another folder", path, cause->message);
  return FALSE;
}

static gboolean
write_folder (RtStore         *self,
              int              id,
              const RtRecipe  *recipe,
              GError         **error)
{
  g_autofree char *folder = rt_store_get_folder (self, id);

  if (!make_folder (folder, error))
    return FALSE;
  if (rt_store_set_recipe (self, id, recipe, error))
    return TRUE;
  remove_folder (folder, NULL);
  return FALSE;
}

int
rt_store_add_run (RtStore            *self,
                  const RtRecipe     *recipe,
                  const RtRunSeries  *series,
                  GError            **error)
{
  static const RtRunSeries alone = { NULL };
  g_autofree char *folder = NULL;
  g_autoptr (RtRecipe) kept = NULL;
  int id = 0;

  g_return_val_if_fail (self != NULL && recipe != NULL, 0);

  kept = rt_recipe_copy (recipe);
  if (!rt_recipe_pin_corrections (kept, error) || !rt_database_begin (self->database, error))
    return 0;
  if (!choose_number (self, &id, error) ||
      !insert_run (self, id, kept, series != NULL ? series : &alone, error) ||
      !write_folder (self, id, kept, error))
    {
      rt_database_rollback (self->database);
      return 0;
    }
  if (rt_database_commit (self->database, error))
    return id;

  folder = rt_store_get_folder (self, id);
  remove_folder (folder, NULL);
  return 0;
}

gboolean
rt_store_update_run (RtStore       *self,
                     int            id,
                     sqlite3_stmt  *statement,
                     GError       **error)
{
  int n;

  sqlite3_bind_int (statement, 1, id);
  if (!rt_database_begin (self->database, error))
    return FALSE;
  if (!rt_database_step (self->database, statement, NULL, error))
    {
      rt_database_rollback (self->database);
      return FALSE;
    }
  n = rt_database_get_changes (self->database);
  if (!rt_database_commit (self->database, error))
    return FALSE;
  if (n == 0)
    rt_store_set_no_run (self, id, error);
  return n > 0;
}

gboolean
rt_store_set_state (RtStore     *self,
                    int          id,
                    RtRunState   state,
                    const char  *message,
                    GError     **error)
{
  sqlite3_stmt *statement;

  g_return_val_if_fail (self != NULL && (guint) state < G_N_ELEMENTS (state_names), FALSE);

  statement = rt_database_prepare (self->database,
                                   "UPDATE runs SET state = ?2, message = ?3 WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 2, state_names[state], -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 3, message, -1, SQLITE_TRANSIENT);
  return rt_store_update_run (self, id, statement, error);
}

gboolean
rt_store_set_seen (RtStore     *self,
                   int          id,
                   const char  *seen,
                   GError     **error)
{
  sqlite3_stmt *statement;

  g_return_val_if_fail (self != NULL && seen != NULL, FALSE);

  statement = rt_database_prepare (self->database,
                                   "UPDATE runs SET seen = ?2 WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 2, seen, -1, SQLITE_TRANSIENT);
  return rt_store_update_run (self, id, statement, error);
}

gboolean
rt_store_rename_run (RtStore     *self,
                     int          id,
                     const char  *name,
                     GError     **error)
{
  sqlite3_stmt *statement;

  g_return_val_if_fail (self != NULL && name != NULL, FALSE);

  statement = rt_database_prepare (self->database,
                                   "UPDATE runs SET name = ?2 WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 2, name, -1, SQLITE_TRANSIENT);
  return rt_store_update_run (self, id, statement, error);
}

gboolean
rt_store_delete_run (RtStore  *self,
                     int       id,
                     GError  **error)
{
  g_autofree char *folder = NULL;
  g_autoptr (RtRunLock) lock = NULL;
  sqlite3_stmt *statement;

  g_return_val_if_fail (self != NULL, FALSE);

  folder = rt_store_get_folder (self, id);
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      lock = rt_run_lock_take (folder, id, error);
      if (lock == NULL)
        return FALSE;
    }
  statement = rt_database_prepare (self->database, "DELETE FROM runs WHERE id = ?1", error);
  return statement != NULL &&
         rt_store_update_run (self, id, statement, error) &&
         remove_folder (folder, error);
}

/* Reading runs */

#define RUN_COLUMNS \
  "id, name, method, run_group, is_baseline, seed, state, message, created, n_epochs, " \
  "(SELECT max (epoch) FROM epochs WHERE run = id), group_runs, seen, " \
  RT_RUN_COST_COLUMNS ", " RT_RUN_RESULT_COLUMNS
#define N_PLAIN_COLUMNS 13

static RtRun *
read_run (sqlite3_stmt *row)
{
  RtRun *run = g_new0 (RtRun, 1);

  run->id = sqlite3_column_int (row, 0);
  run->name = g_strdup ((const char *) sqlite3_column_text (row, 1));
  run->method = g_strdup ((const char *) sqlite3_column_text (row, 2));
  run->group = g_strdup ((const char *) sqlite3_column_text (row, 3));
  run->is_baseline = sqlite3_column_int (row, 4) != 0;
  run->seed = (uint64_t) sqlite3_column_int64 (row, 5);
  run->state = parse_state ((const char *) sqlite3_column_text (row, 6));
  run->message = g_strdup ((const char *) sqlite3_column_text (row, 7));
  run->created = sqlite3_column_int64 (row, 8);
  run->n_epochs = sqlite3_column_int (row, 9);
  run->epoch = sqlite3_column_int (row, 10);
  run->group_runs = sqlite3_column_int (row, 11);
  run->seen = g_strdup ((const char *) sqlite3_column_text (row, 12));
  run->cost.seconds_once = run->cost.seconds_all = NAN;
  rt_field_read (rt_run_cost_fields, RT_RUN_N_COST_FIELDS, &run->cost, row, N_PLAIN_COLUMNS);
  rt_field_read (rt_run_result_fields, RT_RUN_N_RESULT_FIELDS, &run->result, row,
                 N_PLAIN_COLUMNS + RT_RUN_N_COST_FIELDS);
  return run;
}

/* A run whose process is gone. That it could not be written down does not change what is so. */
static void
recognise_interrupted (RtStore *self,
                       RtRun   *run)
{
  g_autofree char *folder = rt_store_get_folder (self, run->id);
  g_autoptr (RtRunLock) guard = NULL;
  sqlite3_stmt *statement;

  if (run->state != RT_RUN_RUNNING || !rt_run_lock_is_free (folder, &guard))
    return;
  statement = rt_database_prepare (self->database,
                                   "UPDATE runs SET state = 'interrupted' "
                                   "WHERE id = ?1 AND state = 'running'", NULL);
  if (statement != NULL && rt_store_update_run (self, run->id, statement, NULL))
    {
      run->state = RT_RUN_INTERRUPTED;
      return;
    }

  /* It may have ended well between the reading of the row and the look at the lock. */
  statement = rt_database_prepare (self->database, "SELECT state FROM runs WHERE id = ?", NULL);
  if (statement == NULL)
    return;
  sqlite3_bind_int (statement, 1, run->id);
  if (sqlite3_step (statement) == SQLITE_ROW)
    run->state = parse_state ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_reset (statement);
  if (run->state == RT_RUN_RUNNING)
    run->state = RT_RUN_INTERRUPTED;
}

GPtrArray *
rt_store_list_runs (RtStore  *self,
                    GError  **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_run_free);
  sqlite3_stmt *statement;
  gboolean row = FALSE;

  g_return_val_if_fail (self != NULL, NULL);

  statement = rt_database_prepare (self->database,
                                   "SELECT " RUN_COLUMNS " FROM runs ORDER BY id DESC", error);
  if (statement == NULL)
    return NULL;
  for (;;)
    {
      if (!rt_database_step (self->database, statement, &row, error))
        return NULL;
      if (!row)
        break;
      g_ptr_array_add (runs, read_run (statement));
    }
  for (guint i = 0; i < runs->len; i++)
    recognise_interrupted (self, g_ptr_array_index (runs, i));
  return g_steal_pointer (&runs);
}

void
rt_store_set_no_run (RtStore  *self,
                     int       id,
                     GError  **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  sqlite3_stmt *statement;
  int n = 0;

  statement = rt_database_prepare (self->database, "SELECT id FROM runs ORDER BY id DESC", NULL);
  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    if (n++ < MAX_NUMBERS_NAMED)
      g_string_append_printf (text, "%s%d", n > 1 ? ", " : "", sqlite3_column_int (statement, 0));
  if (statement != NULL)
    sqlite3_reset (statement);
  if (n > MAX_NUMBERS_NAMED)
    g_string_append_printf (text, " and %d older ones", n - MAX_NUMBERS_NAMED);
  if (n == 0)
    g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_NO_RUN,
                 "there is no run %d: there are no runs yet", id);
  else
    g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_NO_RUN,
                 "there is no run %d; there are %s", id, text->str);
}

RtRun *
rt_store_get_run (RtStore  *self,
                  int       id,
                  GError  **error)
{
  RtRun *run = NULL;
  sqlite3_stmt *statement;
  gboolean row = FALSE;

  g_return_val_if_fail (self != NULL, NULL);

  statement = rt_database_prepare (self->database,
                                   "SELECT " RUN_COLUMNS " FROM runs WHERE id = ?", error);
  if (statement == NULL)
    return NULL;
  sqlite3_bind_int (statement, 1, id);
  if (!rt_database_step (self->database, statement, &row, error))
    return NULL;
  if (!row)
    {
      rt_store_set_no_run (self, id, error);
      return NULL;
    }
  run = read_run (statement);
  sqlite3_reset (statement);
  recognise_interrupted (self, run);
  return run;
}

RtRecipe *
rt_store_get_recipe (RtStore  *self,
                     int       id,
                     GError  **error)
{
  g_autoptr (RtRun) run = rt_store_get_run (self, id, error);
  g_autofree char *path = NULL;

  if (run == NULL)
    return NULL;
  path = rt_store_get_path (self, id, "recipe.json");
  return rt_recipe_read (path, error);
}
