/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a run measured: its epochs and steps, its cost and its result.
 *
 * Each struct of rt-event.h is described once as a list of fields, in the order of its columns.
 * Doubles come back with the bits they went in with (NaN as a NaN), because a resumed run is
 * compared with one left alone to the bit.
 */

#include "config.h"

#include "rt-store-private.h"

#define FIELD(Type, kind, name) { RT_FIELD_##kind, G_STRUCT_OFFSET (Type, name) }

const RtField rt_run_cost_fields[RT_RUN_N_COST_FIELDS] = {
  FIELD (RtCost, UINT64, n_trainable),
  FIELD (RtCost, UINT64, n_params),
  FIELD (RtCost, DOUBLE, seconds_per_epoch),
  FIELD (RtCost, SIZE, memory_bytes),
  FIELD (RtCost, SIZE, disk_bytes),
  FIELD (RtCost, SIZE, n_train),
  FIELD (RtCost, SIZE, n_validation),
  FIELD (RtCost, SIZE, steps_per_epoch),
  FIELD (RtCost, INT, n_epochs),
  FIELD (RtCost, INT, first_cached_block),
  FIELD (RtCost, DOUBLE, seconds_uncached),
};

const RtField rt_run_result_fields[RT_RUN_N_RESULT_FIELDS] = {
  FIELD (RtResult, INT, best_epoch),
  FIELD (RtResult, DOUBLE, validation_accuracy),
  FIELD (RtResult, DOUBLE, validation_loss),
  FIELD (RtResult, DOUBLE, test_accuracy),
  FIELD (RtResult, DOUBLE, test_loss),
  FIELD (RtResult, DOUBLE, teacher_accuracy),
  FIELD (RtResult, DOUBLE, left_out_accuracy),
  FIELD (RtResult, DOUBLE, left_out_corrected),
  FIELD (RtResult, DOUBLE, bias_correction),
  FIELD (RtResult, DOUBLE, seconds),
};

#define EPOCH_COLUMNS \
  "epoch, step, train_loss, train_label_part, train_soft_part, train_accuracy, validation_loss, " \
  "validation_accuracy, learning_rate, best, seconds"

static const RtField epoch_fields[] = {
  FIELD (RtEpochMetrics, INT, epoch),
  FIELD (RtEpochMetrics, UINT64, step),
  FIELD (RtEpochMetrics, DOUBLE, train_loss),
  FIELD (RtEpochMetrics, DOUBLE, train_label_part),
  FIELD (RtEpochMetrics, DOUBLE, train_soft_part),
  FIELD (RtEpochMetrics, DOUBLE, train_accuracy),
  FIELD (RtEpochMetrics, DOUBLE, validation_loss),
  FIELD (RtEpochMetrics, DOUBLE, validation_accuracy),
  FIELD (RtEpochMetrics, DOUBLE, learning_rate),
  FIELD (RtEpochMetrics, INT, best),
  FIELD (RtEpochMetrics, DOUBLE, seconds),
};

#define STEP_COLUMNS "step, loss, label_part, soft_part, accuracy, learning_rate, seconds"

static const RtField step_fields[] = {
  FIELD (RtStepMetrics, UINT64, step),
  FIELD (RtStepMetrics, DOUBLE, loss),
  FIELD (RtStepMetrics, DOUBLE, label_part),
  FIELD (RtStepMetrics, DOUBLE, soft_part),
  FIELD (RtStepMetrics, DOUBLE, accuracy),
  FIELD (RtStepMetrics, DOUBLE, learning_rate),
  FIELD (RtStepMetrics, DOUBLE, seconds),
};

/* Every row of @sql for run @id as a record of @size bytes. */
static GArray *
read_records (RtStore        *store,
              int             id,
              const char     *sql,
              const RtField  *fields,
              int             n_fields,
              size_t          size,
              GError        **error)
{
  g_autoptr (GArray) records = g_array_new (FALSE, TRUE, size);
  sqlite3_stmt *statement = rt_database_prepare (store->database, sql, error);
  gboolean row = FALSE;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int (statement, 1, id);
  for (;;)
    {
      if (!rt_database_step (store->database, statement, &row, error))
        return NULL;
      if (!row)
        break;
      g_array_set_size (records, records->len + 1);
      rt_field_read (fields, n_fields, records->data + (records->len - 1) * size, statement, 0);
    }
  if (records->len == 0)
    {
      g_autoptr (RtRun) run = rt_store_get_run (store, id, error);

      if (run == NULL)
        return NULL;
    }
  return g_steal_pointer (&records);
}

GArray *
rt_store_get_epochs (RtStore  *store,
                     int       id,
                     GError  **error)
{
  g_return_val_if_fail (store != NULL, NULL);

  return read_records (store, id,
                       "SELECT " EPOCH_COLUMNS " FROM epochs WHERE run = ? ORDER BY epoch",
                       epoch_fields, G_N_ELEMENTS (epoch_fields), sizeof (RtEpochMetrics), error);
}

GArray *
rt_store_get_steps (RtStore  *store,
                    int       id,
                    GError  **error)
{
  g_return_val_if_fail (store != NULL, NULL);

  return read_records (store, id, "SELECT " STEP_COLUMNS " FROM steps WHERE run = ? ORDER BY step",
                       step_fields, G_N_ELEMENTS (step_fields), sizeof (RtStepMetrics), error);
}

/* Inside a transaction: rows of one table from @records. */
static gboolean
insert_records (RtStore        *store,
                int             id,
                const char     *sql,
                const RtField  *fields,
                int             n_fields,
                const void     *records,
                size_t          size,
                size_t          n,
                GError        **error)
{
  for (size_t i = 0; i < n; i++)
    {
      sqlite3_stmt *statement = rt_database_prepare (store->database, sql, error);

      if (statement == NULL)
        return FALSE;
      sqlite3_bind_int (statement, 1, id);
      rt_field_bind (fields, n_fields, (const char *) records + i * size, statement, 2);
      if (!rt_database_step (store->database, statement, NULL, error))
        return FALSE;
    }
  return TRUE;
}

/* Inside a transaction: the rows of @sql from @first on. */
static gboolean
delete_from (RtStore     *store,
             int          id,
             const char  *sql,
             gint64       first,
             GError     **error)
{
  sqlite3_stmt *statement = rt_database_prepare (store->database, sql, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int (statement, 1, id);
  sqlite3_bind_int64 (statement, 2, first);
  return rt_database_step (store->database, statement, NULL, error);
}

#define DELETE_EPOCHS "DELETE FROM epochs WHERE run = ? AND epoch >= ?"
#define DELETE_STEPS  "DELETE FROM steps WHERE run = ? AND step >= ?"
#define INSERT_EPOCH  "INSERT INTO epochs (run, " EPOCH_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
#define INSERT_STEP   "INSERT INTO steps (run, " STEP_COLUMNS ") VALUES (?,?,?,?,?,?,?,?)"

gboolean
rt_store_add_metrics (RtStore               *store,
                      int                    id,
                      const RtEpochMetrics  *epochs,
                      size_t                 n_epochs,
                      const RtStepMetrics   *steps,
                      size_t                 n_steps,
                      GError               **error)
{
  g_return_val_if_fail (store != NULL, FALSE);

  if (n_epochs + n_steps == 0)
    return TRUE;
  if (!rt_database_begin (store->database, error))
    return FALSE;
  if ((n_epochs > 0 && !delete_from (store, id, DELETE_EPOCHS, epochs[0].epoch, error)) ||
      (n_steps > 0 && !delete_from (store, id, DELETE_STEPS, (gint64) steps[0].step, error)) ||
      !insert_records (store, id, INSERT_EPOCH, epoch_fields, G_N_ELEMENTS (epoch_fields),
                       epochs, sizeof *epochs, n_epochs, error) ||
      !insert_records (store, id, INSERT_STEP, step_fields, G_N_ELEMENTS (step_fields),
                       steps, sizeof *steps, n_steps, error))
    {
      rt_database_rollback (store->database);
      return FALSE;
    }
  return rt_database_commit (store->database, error);
}

gboolean
rt_store_forget_after (RtStore   *store,
                       int        id,
                       int        epoch,
                       uint64_t   step,
                       GError   **error)
{
  g_return_val_if_fail (store != NULL, FALSE);

  if (!rt_database_begin (store->database, error))
    return FALSE;
  if (!delete_from (store, id, DELETE_EPOCHS, epoch + 1, error) ||
      !delete_from (store, id, DELETE_STEPS, (gint64) step, error))
    {
      rt_database_rollback (store->database);
      return FALSE;
    }
  return rt_database_commit (store->database, error);
}

gboolean
rt_store_set_cost (RtStore       *store,
                   int            id,
                   const RtCost  *cost,
                   GError       **error)
{
  sqlite3_stmt *statement;

  g_return_val_if_fail (store != NULL && cost != NULL, FALSE);

  statement = rt_database_prepare (store->database,
                                   "UPDATE runs SET (" RT_RUN_COST_COLUMNS ") = "
                                   "(?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12), n_epochs = ?13 "
                                   "WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  rt_field_bind (rt_run_cost_fields, RT_RUN_N_COST_FIELDS, cost, statement, 2);
  sqlite3_bind_int (statement, 2 + RT_RUN_N_COST_FIELDS, cost->n_epochs);
  return rt_store_update_run (store, id, statement, error);
}

gboolean
rt_store_set_result (RtStore         *store,
                     int              id,
                     const RtResult  *result,
                     GError         **error)
{
  sqlite3_stmt *statement;

  g_return_val_if_fail (store != NULL && result != NULL, FALSE);

  statement = rt_database_prepare (store->database,
                                   "UPDATE runs SET (" RT_RUN_RESULT_COLUMNS ") = "
                                   "(?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  rt_field_bind (rt_run_result_fields, RT_RUN_N_RESULT_FIELDS, result, statement, 2);
  return rt_store_update_run (store, id, statement, error);
}
