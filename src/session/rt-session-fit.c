/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "Fit in N minutes": what of the recipe's network trains, at which size and for how many epochs is
 * decided on a worker thread by one measured batch. Only what was decided becomes the recipe, as
 * one change. The run that is started next is told when to end, and mends the number of its epochs
 * as it goes.
 */
#include "config.h"

#include "rt-session-private.h"
#include "rt-worker.h"

#include "rt-clock.h"
#include "rt-fit.h"

#include <glib/gi18n.h>

#define RESERVE 0.98   /* of a budget is trained in; the rest is for starting and keeping */

typedef struct
{
  RtRecipe *recipe;    /* Owned */
  char     *home;      /* Owned */
  RtMeter  *meter;     /* Owned */
  double    seconds;
  double    deadline;  /* when its run is to end; by rt_clock_now() */
  RtFit     fit;
} Fitting;

static void
fitting_free (Fitting *fitting)
{
  rt_recipe_free (fitting->recipe);
  g_free (fitting->home);
  rt_meter_unref (fitting->meter);
  g_free (fitting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fitting, fitting_free)

static void
event_cb (const RtEvent *event,
          void          *data)
{
  if (event->kind == RT_EVENT_PROGRESS)
    rt_meter_set (((Fitting *) data)->meter, event->fraction, event->text);
}

static void
fit_thread (GTask        *task,
            gpointer      source,
            gpointer      data,
            GCancellable *cancellable)
{
  Fitting *fitting = data;
  GError *error = NULL;
  g_autoptr (RtStore) store = rt_store_open (fitting->home, &error);
  RtTrainerHooks hooks = { .event = event_cb, .data = fitting };
  RtResolver resolver;

  if (store != NULL)
    rt_store_get_resolver (store, &resolver);
  if (store != NULL
      && rt_recipe_fit (fitting->recipe, &resolver, fitting->seconds, cancellable, &hooks,
                        &fitting->fit, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rt_session_fit_async (RtSession           *self,
                      double               seconds,
                      RtMeter             *meter,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Fitting *fitting;

  g_return_if_fail (RT_IS_SESSION (self));
  g_task_set_source_tag (task, rt_session_fit_async);
  if (rt_session_refuse (self, task))
    return;
  rt_session_cancel_estimate (self);
  fitting = g_new0 (Fitting, 1);
  fitting->recipe = rt_recipe_copy (self->recipe);
  fitting->home = g_strdup (rt_library_get_home (self->library));
  fitting->meter = rt_meter_ref (meter);
  fitting->seconds = seconds;
  fitting->deadline = rt_clock_now () + RESERVE * seconds;
  rt_worker_run (task, fitting, (GDestroyNotify) fitting_free, fit_thread);
}

/* (transfer full) */
static char *
describe (RtSession   *self,
          const RtFit *fit)
{
  GString *text = g_string_new (NULL);

  if (fit->n_frozen > 0)
    g_string_append_printf (text, _("%d of %d blocks frozen"), fit->n_frozen, self->n_blocks);
  else
    g_string_append (text, _("nothing frozen"));
  if (fit->input_size > 0)
    g_string_append_printf (text, _(", pictures of %d×%d"), fit->input_size, fit->input_size);
  if (fit->spreads_rates)
    g_string_append (text, _(", lower rates for lower blocks"));
  if (fit->keeps_statistics)
    g_string_append (text, _(", batch norm’s statistics kept"));
  g_string_append_printf (text, g_dngettext (NULL, ", %d epoch", ", %d epochs",
                                             (gulong) fit->epochs), fit->epochs);
  if (fit->seconds < 100.0)
    g_string_append_printf (text, _(", about %.0f s"), fit->seconds);
  else
    g_string_append_printf (text, _(", about %.1f min"), fit->seconds / 60.0);
  return g_string_free (text, FALSE);
}

char *
rt_session_fit_finish (RtSession     *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_autoptr (Fitting) fitting = rt_worker_take (G_TASK (result));

  rt_session_resume_estimate (self);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  rt_session_set_recipe (self, fitting->recipe);
  self->deadline = fitting->deadline;
  return describe (self, &fitting->fit);
}
