/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The deployment card of a run, made on a worker thread. Networks are timed only while nothing
 * trains, and the recipe that is being made is measured when they are done: else one of two equal
 * networks would be told to be slower.
 */
#include "config.h"

#include "rt-session-private.h"
#include "rt-worker.h"

#include <math.h>

typedef struct
{
  char      *home;    /* Owned */
  int        run;
  gboolean   timed;
  GPtrArray *found;   /* Owned (nullable): of RtDeployed */
} Card;

static void
card_free (Card *card)
{
  g_free (card->home);
  g_clear_pointer (&card->found, g_ptr_array_unref);
  g_free (card);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Card, card_free)

static void
card_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  Card *card = data;
  GError *error = NULL;
  g_autoptr (RtStore) store = rt_store_open (card->home, &error);

  if (store != NULL)
    card->found = rt_deployed_list (store, card->run, card->timed, &error);
  if (card->found != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rt_session_deploy_async (RtSession           *self,
                         int                  run,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Card *card = g_new0 (Card, 1);

  g_return_if_fail (RT_IS_SESSION (self));
  g_task_set_source_tag (task, rt_session_deploy_async);
  card->home = g_strdup (rt_library_get_home (self->library));
  card->run = run;
  card->timed = self->state == RT_SESSION_IDLE;
  if (card->timed)
    rt_session_cancel_estimate (self);
  rt_worker_run (task, card, (GDestroyNotify) card_free, card_thread);
}

GPtrArray *
rt_session_deploy_finish (RtSession     *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_autoptr (Card) card = rt_worker_take (G_TASK (result));

  rt_session_resume_estimate (self);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  /* A run that began meanwhile is in the times. */
  for (guint i = 0; i < card->found->len && self->state != RT_SESSION_IDLE; i++)
    ((RtDeployed *) g_ptr_array_index (card->found, i))->figures.latency = NAN;
  return g_steal_pointer (&card->found);
}
