/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-database.h"
#include "rt-store.h"

#include "rt-resolver.h"

G_BEGIN_DECLS

struct _RtStore
{
  char       *home;       /* Owned */
  RtDatabase *database;   /* Owned */
};

/* (transfer full) runs/N */
char       *rt_store_get_folder     (RtStore *store,
                                     int      id) G_GNUC_WARN_UNUSED_RESULT;

/* RT_STORE_ERROR_NO_RUN, with the number and those there are. */
void        rt_store_set_no_run     (RtStore  *store,
                                     int       id,
                                     GError  **error);

/* Runs @statement, which changes the row of @id, in a transaction of its own. */
gboolean    rt_store_update_run     (RtStore       *store,
                                     int            id,
                                     sqlite3_stmt  *statement,
                                     GError       **error);

/* rt-store-seen.c: the resolver's @count_seen, @data the store. */
void        rt_store_count_seen     (int              run,
                                     const RtRecipe  *recipe,
                                     const RtTask    *task,
                                     RtSeen          *seen,
                                     void            *data);

/* Cost and result as columns, in the order of RT_RUN_COST_COLUMNS and RT_RUN_RESULT_COLUMNS. */
#define RT_RUN_COST_COLUMNS \
  "cost_n_trainable, cost_n_params, cost_seconds_per_epoch, cost_memory_bytes, cost_disk_bytes, " \
  "cost_n_train, cost_n_validation, cost_steps_per_epoch, cost_n_epochs, " \
  "cost_first_cached_block, cost_seconds_uncached"
#define RT_RUN_RESULT_COLUMNS \
  "result_best_epoch, result_validation_accuracy, result_validation_loss, " \
  "result_test_accuracy, result_test_loss, result_teacher_accuracy, " \
  "result_left_out_accuracy, result_left_out_corrected, result_bias_correction, result_seconds"

#define RT_RUN_N_COST_FIELDS   11
#define RT_RUN_N_RESULT_FIELDS 10

extern const RtField rt_run_cost_fields[RT_RUN_N_COST_FIELDS];
extern const RtField rt_run_result_fields[RT_RUN_N_RESULT_FIELDS];

G_END_DECLS
