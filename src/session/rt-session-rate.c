/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The learning-rate finder: a hundred steps of the recipe being made, on a worker thread and with a
 * trainer of its own. What it changes goes with that trainer.
 */
#include "config.h"

#include "rt-session-private.h"
#include "rt-worker.h"

#include <glib/gi18n.h>
#include <math.h>

typedef struct
{
  RtRecipe    *recipe;     /* Owned */
  char        *home;       /* Owned */
  RtMeter     *meter;      /* Owned */
  RtControl   *control;    /* Owned */
  RtRateCurve  curve;
} Search;

static void
search_free (Search *search)
{
  rt_recipe_free (search->recipe);
  g_free (search->home);
  rt_meter_unref (search->meter);
  rt_control_unref (search->control);
  g_free (search);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Search, search_free)

static void
event_cb (const RtEvent *event,
          void          *data)
{
  if (event->kind == RT_EVENT_PROGRESS)
    rt_meter_set (((Search *) data)->meter, event->fraction, event->text);
}

static void
cancelled_cb (GCancellable *cancellable,
              RtControl    *control)
{
  rt_control_stop (control);
}

static gboolean
search (Search        *self,
        GCancellable  *cancellable,
        GError       **error)
{
  g_autoptr (RtStore) store = rt_store_open (self->home, error);
  g_autoptr (RtTrainer) trainer = NULL;
  RtTrainerHooks hooks = { .control = self->control, .event = event_cb, .data = self };
  RtResolver resolver;

  if (store == NULL)
    return FALSE;
  rt_store_get_resolver (store, &resolver);
  trainer = rt_trainer_new (self->recipe, &resolver, cancellable, error);
  return trainer != NULL && rt_trainer_find_rate (trainer, &hooks, &self->curve, error);
}

static void
search_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Search *self = data;
  GError *error = NULL;
  gulong handler = 0;
  gboolean done;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self->control, NULL);
  done = search (self, cancellable, &error);
  g_cancellable_disconnect (cancellable, handler);
  if (done)
    g_task_return_boolean (task, TRUE);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
}

void
rt_session_find_rate_async (RtSession           *self,
                            RtMeter             *meter,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Search *search;

  g_return_if_fail (RT_IS_SESSION (self));
  g_task_set_source_tag (task, rt_session_find_rate_async);
  if (rt_session_refuse (self, task))
    return;
  rt_session_cancel_estimate (self);
  search = g_new0 (Search, 1);
  search->recipe = rt_recipe_copy (self->recipe);
  search->home = g_strdup (rt_library_get_home (self->library));
  search->meter = rt_meter_ref (meter);
  search->control = rt_control_new ();
  rt_worker_run (task, search, (GDestroyNotify) search_free, search_thread);
}

gboolean
rt_session_find_rate_finish (RtSession     *self,
                             GAsyncResult  *result,
                             RtRateCurve   *curve,
                             GError       **error)
{
  g_autoptr (Search) search = rt_worker_take (G_TASK (result));

  rt_session_resume_estimate (self);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *curve = search->curve;
  return TRUE;
}
