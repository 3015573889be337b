/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The connection to retort.db, and the one history of its layout.
 *
 * rt_database_open() opens or makes the file, makes sure that it is ours (application_id) and not
 * newer than we are (user_version), and brings it up by the migrations that it has not seen, all of
 * them in one transaction, so that a program killed half-way leaves the old layout. A migration,
 * once released, is never edited: what is wrong with it is put right by the next.
 *
 * WAL lets the desktop read while a run on the command line writes. synchronous is FULL: a commit
 * that has returned is on the disk, because rt-job.c writes the checkpoint that counts on it right
 * after. Commits are rare (one a second at most while training), so this costs nothing that can be
 * seen.
 *
 * A statement is prepared once and found again by the address of its text.
 */

#include "config.h"

#include "rt-database.h"
#include "rt-store.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define APPLICATION_ID   0x52747274   /* "Rtrt": what file(1) and we know the file by */
#define BUSY_MILLISECONDS 10000

struct _RtDatabase
{
  sqlite3    *connection;   /* Owned */
  char       *path;         /* Owned */
  GHashTable *statements;   /* Owned: of sqlite3_stmt by the address of their text */
};

static const char *const migrations[RT_DATABASE_FORMAT] = {
  /* 1 */
  "CREATE TABLE runs ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  name TEXT NOT NULL,"
  "  method TEXT NOT NULL,"
  "  run_group TEXT,"
  "  is_baseline INTEGER NOT NULL,"
  "  seed INTEGER NOT NULL,"
  "  state TEXT NOT NULL,"
  "  message TEXT,"
  "  created INTEGER NOT NULL,"
  "  n_epochs INTEGER NOT NULL,"
  "  cost_n_trainable, cost_n_params, cost_seconds_per_epoch, cost_memory_bytes, cost_disk_bytes,"
  "  cost_n_train, cost_n_validation, cost_steps_per_epoch, cost_n_epochs, cost_first_cached_block,"
  "  cost_seconds_uncached,"
  "  result_best_epoch, result_validation_accuracy, result_validation_loss, result_test_accuracy,"
  "  result_test_loss, result_teacher_accuracy, result_left_out_accuracy,"
  "  result_left_out_corrected, result_bias_correction, result_seconds);"
  "CREATE TABLE epochs ("
  "  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
  "  epoch INTEGER NOT NULL,"
  "  step, train_loss, train_label_part, train_soft_part, train_accuracy, validation_loss,"
  "  validation_accuracy, learning_rate, best, seconds,"
  "  PRIMARY KEY (run, epoch)) WITHOUT ROWID;"
  "CREATE TABLE steps ("
  "  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,"
  "  step INTEGER NOT NULL,"
  "  loss, label_part, soft_part, accuracy, learning_rate, seconds,"
  "  PRIMARY KEY (run, step)) WITHOUT ROWID;",
  /* 2: a comparison that was interrupted can be taken up */
  "ALTER TABLE runs ADD COLUMN group_runs INTEGER NOT NULL DEFAULT 0;",
  /* 3: figures that say more than is true are known by it for good */
  "ALTER TABLE runs ADD COLUMN seen TEXT;",
};

/* What a person can do about a result code that has a cause of its own. */
static const char *
advise (int code)
{
  switch (code & 0xff)
    {
    case SQLITE_FULL:
      return "the disk is full: free some space there and try again; nothing that was kept is lost";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "it may not be written: give write permission to it and its folder, or set "
             "RETORT_HOME to another folder";
    case SQLITE_CANTOPEN:
      return "it could not be opened: look at the permissions of its folder, or set RETORT_HOME to "
             "another folder";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program has kept it locked for too long: end that program and try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "it is damaged or no database: move it away, and a new one is made; the recipes and "
             "weights in the folder runs beside it stay";
    default:
      return NULL;
    }
}

static void
set_error (RtDatabase  *self,
           int          code,
           GError     **error)
{
  const char *advice = advise (code);
  int system_errno = self->connection != NULL ? sqlite3_system_errno (self->connection) : 0;

  if (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG)
    advice = advise (SQLITE_FULL);
  if (advice != NULL)
    g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO, "%s: %s", self->path, advice);
  else
    g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO,
                 "%s: it could not be read or written (%s%s%s): look at the disk and its "
                 "permissions, and try again",
                 self->path, sqlite3_errstr (code), system_errno != 0 ? ": " : "",
                 system_errno != 0 ? g_strerror (system_errno) : "");
}

gboolean
rt_database_execute (RtDatabase  *self,
                     const char  *sql,
                     GError     **error)
{
  int code = sqlite3_exec (self->connection, sql, NULL, NULL, NULL);

  if (code != SQLITE_OK)
    set_error (self, code, error);
  return code == SQLITE_OK;
}

static gboolean
read_number (RtDatabase  *self,
             const char  *sql,
             gint64      *number,
             GError     **error)
{
  sqlite3_stmt *statement = rt_database_prepare (self, sql, error);
  gboolean row = FALSE;

  if (statement == NULL || !rt_database_step (self, statement, &row, error))
    return FALSE;
  *number = row ? sqlite3_column_int64 (statement, 0) : 0;
  sqlite3_reset (statement);
  return TRUE;
}

/* That the file is ours, and of no newer layout than this program knows. */
static gboolean
check_identity (RtDatabase  *self,
                gint64      *format,
                GError     **error)
{
  gint64 application = 0, n_tables = 0;

  if (!read_number (self, "PRAGMA user_version", format, error) ||
      !read_number (self, "PRAGMA application_id", &application, error) ||
      !read_number (self, "SELECT count(*) FROM sqlite_master", &n_tables, error))
    return FALSE;

  if (application != APPLICATION_ID && (application != 0 || n_tables != 0))
    {
      g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO,
                   "%s: it is the database of another program: move it away, or set RETORT_HOME to "
                   "another folder", self->path);
      return FALSE;
    }
  if (*format > RT_DATABASE_FORMAT)
    {
      g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_NEWER,
                   "%s: it was written by a newer version of Retort, in format %" G_GINT64_FORMAT
                   "; this version (%s) knows formats up to %d: use the newer version, or set "
                   "RETORT_HOME to another folder",
                   self->path, *format, RETORT_VERSION, RT_DATABASE_FORMAT);
      return FALSE;
    }
  return TRUE;
}

static gboolean
migrate (RtDatabase  *self,
         gint64       format,
         GError     **error)
{
  g_autofree char *done = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                           APPLICATION_ID, RT_DATABASE_FORMAT);

  if (format == RT_DATABASE_FORMAT)
    return TRUE;

  /* Somebody else may have migrated it between the look and the lock. */
  if (!rt_database_begin (self, error))
    return FALSE;
  if (!check_identity (self, &format, error))
    goto failed;
  for (gint64 i = format; i < RT_DATABASE_FORMAT; i++)
    if (!rt_database_execute (self, migrations[i], error))
      goto failed;
  if (format < RT_DATABASE_FORMAT && !rt_database_execute (self, done, error))
    goto failed;
  return rt_database_commit (self, error);

failed:
  rt_database_rollback (self);
  return FALSE;
}

/* The change to WAL does not wait as other locks do, so two programs that make the database at once
 * have to try again. */
static gboolean
use_wal (RtDatabase  *self,
         GError     **error)
{
  for (int waited = 0;; waited += 10)
    {
      int code = sqlite3_exec (self->connection, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);

      if (code == SQLITE_OK)
        return rt_database_execute (self, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
                                    error);
      if (code != SQLITE_BUSY || waited >= BUSY_MILLISECONDS)
        {
          set_error (self, code, error);
          return FALSE;
        }
      g_usleep (10000);
    }
}

static void
finalize_statement (void *statement)
{
  sqlite3_finalize (statement);
}

RtDatabase *
rt_database_open (const char  *path,
                  GError     **error)
{
  g_autoptr (RtDatabase) self = g_new0 (RtDatabase, 1);
  gint64 format;
  int code;

  self->path = g_strdup (path);
  self->statements = g_hash_table_new_full (g_direct_hash, g_direct_equal,
                                            NULL, finalize_statement);
  code = sqlite3_open_v2 (path, &self->connection,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  /* SQLite falls back to reading alone where it may not write. */
  if (code == SQLITE_OK && sqlite3_db_readonly (self->connection, "main") == 1)
    code = SQLITE_READONLY;
  if (code != SQLITE_OK)
    {
      set_error (self, code, error);
      return NULL;
    }
  sqlite3_busy_timeout (self->connection, BUSY_MILLISECONDS);

  /* Nothing is changed in a file that is not ours, not even the way its journal is kept. One
   * transaction, so that another program's migration is seen whole or not at all. */
  if (!rt_database_execute (self, "BEGIN", error) ||
      !check_identity (self, &format, error) ||
      !rt_database_commit (self, error) ||
      !use_wal (self, error) ||
      !migrate (self, format, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rt_database_close (RtDatabase *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->statements);
  sqlite3_close (self->connection);
  g_free (self->path);
  g_free (self);
}

sqlite3_stmt *
rt_database_prepare (RtDatabase  *self,
                     const char  *sql,
                     GError     **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  int code;

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  code = sqlite3_prepare_v3 (self->connection, sql, -1, SQLITE_PREPARE_PERSISTENT,
                             &statement, NULL);
  if (code != SQLITE_OK)
    {
      set_error (self, code, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

gboolean
rt_database_step (RtDatabase    *self,
                  sqlite3_stmt  *statement,
                  gboolean      *row,
                  GError       **error)
{
  int code = sqlite3_step (statement);

  if (row != NULL)
    *row = code == SQLITE_ROW;
  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    set_error (self, code, error);
  sqlite3_reset (statement);
  return code == SQLITE_DONE;
}

gboolean
rt_database_begin (RtDatabase  *self,
                   GError     **error)
{
  return rt_database_execute (self, "BEGIN IMMEDIATE", error);
}

gboolean
rt_database_commit (RtDatabase  *self,
                    GError     **error)
{
  if (rt_database_execute (self, "COMMIT", error))
    return TRUE;
  rt_database_rollback (self);
  return FALSE;
}

void
rt_database_rollback (RtDatabase *self)
{
  /* After a full disk SQLite has rolled back by itself. */
  if (!sqlite3_get_autocommit (self->connection))
    sqlite3_exec (self->connection, "ROLLBACK", NULL, NULL, NULL);
}

int
rt_database_get_changes (RtDatabase *self)
{
  return sqlite3_changes (self->connection);
}

void
rt_field_bind (const RtField *fields,
               int            n_fields,
               const void    *record,
               sqlite3_stmt  *statement,
               int            first)
{
  for (int i = 0; i < n_fields; i++)
    {
      const void *value = (const char *) record + fields[i].offset;

      switch (fields[i].type)
        {
        case RT_FIELD_INT:
          sqlite3_bind_int (statement, first + i, *(const int *) value);
          break;
        case RT_FIELD_UINT64:
          sqlite3_bind_int64 (statement, first + i, (gint64) *(const uint64_t *) value);
          break;
        case RT_FIELD_SIZE:
          sqlite3_bind_int64 (statement, first + i, (gint64) *(const size_t *) value);
          break;
        case RT_FIELD_DOUBLE:
          if (isnan (*(const double *) value))
            sqlite3_bind_null (statement, first + i);
          else
            sqlite3_bind_double (statement, first + i, *(const double *) value);
          break;
        default:
          g_assert_not_reached ();
        }
    }
}

void
rt_field_read (const RtField *fields,
               int            n_fields,
               void          *record,
               sqlite3_stmt  *statement,
               int            first)
{
  for (int i = 0; i < n_fields; i++)
    {
      void *value = (char *) record + fields[i].offset;
      gboolean is_null = sqlite3_column_type (statement, first + i) == SQLITE_NULL;

      switch (fields[i].type)
        {
        case RT_FIELD_INT:
          *(int *) value = sqlite3_column_int (statement, first + i);
          break;
        case RT_FIELD_UINT64:
          *(uint64_t *) value = (uint64_t) sqlite3_column_int64 (statement, first + i);
          break;
        case RT_FIELD_SIZE:
          *(size_t *) value = (size_t) sqlite3_column_int64 (statement, first + i);
          break;
        case RT_FIELD_DOUBLE:
          *(double *) value = is_null ? NAN : sqlite3_column_double (statement, first + i);
          break;
        default:
          g_assert_not_reached ();
        }
    }
}
