/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the weights of the recipe's backbone come from, read on a worker thread: what has no card
 * is a file that is read whole.
 */
#include "config.h"

#include "rt-session-private.h"
#include "rt-worker.h"

typedef struct
{
  char       *home;     /* Owned */
  char       *spec;     /* Owned */
  char       *network;  /* Owned */
  RtBackbone *found;    /* Owned (nullable) */
} Reading;

static void
reading_free (Reading *reading)
{
  g_free (reading->home);
  g_free (reading->spec);
  g_free (reading->network);
  rt_backbone_free (reading->found);
  g_free (reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;
  g_autoptr (RtStore) store = rt_store_open (reading->home, &error);
  RtResolver resolver;

  if (store != NULL)
    {
      rt_store_get_resolver (store, &resolver);
      reading->found = rt_resolver_find (&resolver, reading->spec, reading->network, NULL, &error);
    }
  if (reading->found != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rt_session_read_backbone_async (RtSession           *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                void                *data)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  g_return_if_fail (RT_IS_SESSION (self));
  g_return_if_fail (!rt_recipe_is_random (self->recipe));

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, rt_session_read_backbone_async);
  reading = g_new0 (Reading, 1);
  reading->home = g_strdup (rt_library_get_home (self->library));
  reading->spec = g_strdup (self->recipe->backbone.weights);
  reading->network = g_strdup (self->recipe->backbone.network);
  rt_worker_run (task, reading, (GDestroyNotify) reading_free, read_thread);
}

RtBackbone *
rt_session_read_backbone_finish (RtSession     *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  g_autoptr (Reading) reading = rt_worker_take (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&reading->found);
}
