/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Of this folder only: nobody else sees SQLite. */

/* The layout of the database that this program writes; each migration raises it by one. */
#define RT_DATABASE_FORMAT 3

/**
 * RtDatabase:
 *
 * One connection with its prepared statements. Errors are RT_STORE_ERROR and name the file and the
 * next step.
 */
typedef struct _RtDatabase RtDatabase;

/* Makes or migrates the database at @path. (transfer full) */
RtDatabase   *rt_database_open        (const char  *path,
                                       GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void          rt_database_close       (RtDatabase *database);

/* The statement of @sql, a string that lives as long as the program, reset and without bindings;
 * made the first time it is asked for. (transfer none); NULL with @error. */
sqlite3_stmt *rt_database_prepare     (RtDatabase  *database,
                                       const char  *sql,
                                       GError     **error);

/* One step; *@row (which may be NULL) says whether there is a row to be read. The statement is
 * reset where there is none. */
gboolean      rt_database_step        (RtDatabase    *database,
                                       sqlite3_stmt  *statement,
                                       gboolean      *row,
                                       GError       **error);

/* A write transaction: begun, and either committed or rolled back. */
gboolean      rt_database_begin       (RtDatabase  *database,
                                       GError     **error);
gboolean      rt_database_commit      (RtDatabase  *database,
                                       GError     **error);
void          rt_database_rollback    (RtDatabase *database);

/* Several statements of text; for tests and migrations. */
gboolean      rt_database_execute     (RtDatabase  *database,
                                       const char  *sql,
                                       GError     **error);

/* How many rows the last statement changed. */
int           rt_database_get_changes (RtDatabase *database);

/*
 * A plain struct as a stretch of columns: one description serves writing and reading. Columns have
 * no declared type, so that SQLite keeps a double as it is (of one declared REAL it would keep -0.0
 * as the integer 0); NaN, which it cannot keep, is NULL.
 */
typedef enum
{
  RT_FIELD_INT,
  RT_FIELD_UINT64,
  RT_FIELD_SIZE,
  RT_FIELD_DOUBLE,
} RtFieldType;

typedef struct
{
  RtFieldType type;
  size_t      offset;
} RtField;

/* From @first on: parameters count from 1, columns from 0, as SQLite has it. */
void          rt_field_bind           (const RtField *fields,
                                       int            n_fields,
                                       const void    *record,
                                       sqlite3_stmt  *statement,
                                       int            first);
void          rt_field_read           (const RtField *fields,
                                       int            n_fields,
                                       void          *record,
                                       sqlite3_stmt  *statement,
                                       int            first);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtDatabase, rt_database_close)

G_END_DECLS
