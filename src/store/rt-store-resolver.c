/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * "run:N" and "run:N@E" as backbones: how a trainer that knows no store gets the weights of a run.
 *
 * A run keeps the weights of its best epoch (best.safetensors with its card best.json) and, once it
 * has run to its end, those of its last (epoch-N.safetensors and epoch-N.json).
 */

#include "config.h"

#include "rt-store-private.h"

#include "rt-resolver.h"

/* The epoch that best.json is of; 0 where none is. */
static gboolean
read_best_epoch (RtStore  *self,
                 int       id,
                 int      *epoch,
                 GError  **error)
{
  sqlite3_stmt *statement;
  gboolean row;

  statement = rt_database_prepare (self->database,
                                   "SELECT max (epoch) FROM epochs WHERE run = ? AND best", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int (statement, 1, id);
  if (!rt_database_step (self->database, statement, &row, error))
    return FALSE;
  *epoch = row ? sqlite3_column_int (statement, 0) : 0;
  sqlite3_reset (statement);
  return TRUE;
}

/* The card of what is kept of @epoch, whether it is there or not. (transfer full) */
static char *
find_card (RtStore *self,
           int      id,
           int      epoch,
           int      best_epoch)
{
  g_autofree char *file = g_strdup_printf ("epoch-%d.json", epoch);

  return rt_store_get_path (self, id, epoch == 0 || epoch == best_epoch ? "best.json" : file);
}

static RtBackbone *
resolve_run (int      id,
             int      epoch,
             void    *data,
             GError **error)
{
  RtStore *self = data;
  g_autoptr (RtRun) run = rt_store_get_run (self, id, error);
  g_autofree char *path = NULL;
  int best_epoch;

  if (run == NULL || !read_best_epoch (self, id, &best_epoch, error))
    return NULL;
  path = find_card (self, id, epoch, best_epoch);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return rt_backbone_read_card (path, error);

  if (epoch == 0 && best_epoch > 0)
    g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_STATE,
                 "%s: the weights of run %d are gone: put the file back, or run its recipe again",
                 path, id);
  else if (epoch == 0)
    g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_STATE,
                 "run %d is %s and has no weights yet: train it to the end of an epoch first",
                 id, rt_run_state_to_string (run->state));
  else
    g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_STATE,
                 "the weights of epoch %d of run %d are not kept: a run keeps those of its best "
                 "epoch (here %d) and, once it has run to its end, of its last",
                 epoch, id, best_epoch);
  return NULL;
}

static gboolean
names_run (const char *spec,
           int         id)
{
  int run;

  return rt_resolver_parse_run (spec, &run, NULL) && run == id;
}

GPtrArray *
rt_store_list_dependent (RtStore  *self,
                         int       id,
                         GError  **error)
{
  g_autoptr (GPtrArray) runs = rt_store_list_runs (self, error);

  for (guint i = runs != NULL ? runs->len : 0; i-- > 0;)
    {
      const RtRun *run = g_ptr_array_index (runs, i);
      g_autofree char *path = rt_store_get_path (self, run->id, "recipe.json");
      g_autoptr (RtRecipe) recipe = rt_recipe_read (path, NULL);

      if (recipe == NULL || (!names_run (recipe->backbone.weights, id) &&
                             !names_run (recipe->distil.teacher, id)))
        g_ptr_array_remove_index (runs, i);
    }
  return g_steal_pointer (&runs);
}

void
rt_store_get_resolver (RtStore    *self,
                       RtResolver *resolver)
{
  g_return_if_fail (self != NULL && resolver != NULL);

  resolver->resolve_run = resolve_run;
  resolver->count_seen = rt_store_count_seen;
  resolver->data = self;
}
