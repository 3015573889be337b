/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The run under way: starting it, what a person wants of it, and what comes back from the runner.
 */
#include "config.h"

#include "rt-session-private.h"

#include "rt-clock.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define LEAST_CHANGE  0.1   /* of the seconds of an epoch, that is shown */
#define TELL_DELAY    100   /* milliseconds from one status to the next */
#define LEAST_WAITING 0.5   /* seconds between two steps that a person is told about */

void
rt_session_set_state (RtSession      *self,
                      RtSessionState  state)
{
  if (self->state == state)
    return;
  self->state = state;
  if (self->run != NULL)
    rt_run_item_set_activity (self->run, state);
  rt_session_notify (self, PROP_STATE);
}

void
rt_session_set_status (RtSession  *self,
                       const char *status,
                       double      fraction)
{
  g_free (self->status);
  self->status = g_strdup (status);
  self->fraction = CLAMP (fraction, 0.0, 1.0);
  rt_session_notify (self, PROP_STATUS);
  rt_session_notify (self, PROP_FRACTION);
}

void
rt_session_fail (RtSession  *self,
                 const char *message)
{
  rt_session_clear_series (self);
  rt_session_set_state (self, RT_SESSION_IDLE);
  rt_session_set_status (self, NULL, 0.0);
  rt_session_resume_estimate (self);
  g_signal_emit (self, rt_session_signals[SIGNAL_FAILED], 0, message);
}

/* Progress */

static const char *
get_method_name (RtSession *self)
{
  const char *method = rt_run_item_get_method (self->run);

  if (g_strcmp0 (method, "fine-tune") == 0)
    return _("Fine-tune");
  if (g_strcmp0 (method, "distil") == 0)
    return _("Distil");
  if (g_strcmp0 (method, "pretrain") == 0)
    return _("Pretrain");
  return _("From scratch");
}

static char *
format_left (double seconds)
{
  if (!isfinite (seconds))
    return g_strdup (_("measuring"));
  if (seconds >= 90.0)
    return g_strdup_printf (_("%.0f min left"), ceil (seconds / 60.0));
  return g_strdup_printf (_("%.0f s left"), ceil (seconds));
}

/* In a comparison: which run of how many, and the fraction of them all. */
static void
tell (RtSession  *self,
      const char *status,
      double      fraction)
{
  g_autofree char *text = NULL;

  if (self->series == NULL)
    {
      rt_session_set_status (self, status, fraction);
      return;
    }
  text = g_strdup_printf (_("Run %d of %d · %s"), self->series_at + 1, self->series_n, status);
  rt_session_set_status (self, text, (self->series_at + fraction) / self->series_n);
}

/* Of the run; 0 before its first step. */
static double
get_fraction (RtSession *self)
{
  const RtCost *cost = &self->run_cost;
  double n_steps = (double) cost->steps_per_epoch * cost->n_epochs;

  return self->has_step && n_steps > 0.0 ? ((double) self->last_step.step + 1.0) / n_steps : 0.0;
}

static void show_news (RtSession *self);

/* Something else than steps. What is over at once is not told between them: it would flicker. */
static void
tell_waiting (RtSession  *self,
              const char *what,
              double      fraction)   /* of that */
{
  double now = rt_clock_now ();
  g_autofree char *status = NULL;

  if (self->waiting_since == 0.0)
    self->waiting_since = now;
  if (self->has_step && now - self->waiting_since < LEAST_WAITING)
    return;
  show_news (self);
  self->untold = FALSE;
  status = g_strdup_printf (_("%s · %.0f %%"), what, floor (100.0 * fraction));
  tell (self, status, get_fraction (self));
}

/* From the pace since the first step that was seen; validation is in it, pauses are not. */
static void
tell_progress (RtSession *self)
{
  const RtCost *cost = &self->run_cost;
  const RtStepMetrics *step = &self->last_step;
  double n_steps = (double) cost->steps_per_epoch * cost->n_epochs;
  double done = (double) step->step + 1.0;
  double seen = (double) (step->step - self->first_step);
  double pace = seen > 0.0 ? (step->seconds - self->first_seconds) / seen : (double) NAN;
  g_autofree char *left = format_left (pace * (n_steps - done));
  g_autofree char *status = NULL;

  if (n_steps <= 0.0)
    return;
  status = g_strdup_printf (_("%s · epoch %d of %d · %s"), get_method_name (self),
                            (int) (step->step / cost->steps_per_epoch) + 1, cost->n_epochs, left);
  tell (self, status, get_fraction (self));
}

static gboolean
tell_cb (gpointer data)
{
  RtSession *self = data;

  if (!self->untold)
    {
      self->tell_timer = 0;
      return G_SOURCE_REMOVE;
    }
  self->untold = FALSE;
  tell_progress (self);
  return G_SOURCE_CONTINUE;
}

/* At once, and then no more often than can be read. */
static void
tell_steps (RtSession *self)
{
  self->untold = TRUE;
  if (self->tell_timer == 0 && tell_cb (self) == G_SOURCE_CONTINUE)
    self->tell_timer = g_timeout_add (TELL_DELAY, tell_cb, self);
}

void
rt_session_end_telling (RtSession *self)
{
  g_clear_handle_id (&self->tell_timer, g_source_remove);
  self->untold = FALSE;
}

static void
take_step (RtSession           *self,
           const RtStepMetrics *step)
{
  if (!isfinite (self->first_seconds))
    {
      self->first_seconds = step->seconds;
      self->first_step = step->step;
    }
  self->last_step = *step;
  self->has_step = TRUE;
  self->waiting_since = 0.0;
  g_array_append_val (self->new_steps, *step);
}

/* What a run costs stands for the recipe being made only as long as that is the one that runs. */
static gboolean
runs_recipe (RtSession *self)
{
  g_autofree char *made = rt_recipe_to_json (self->recipe, TRUE);
  g_autofree char *run = rt_recipe_to_json (self->run_recipe, TRUE);

  return g_str_equal (made, run);
}

/* But for its times, which it has not measured. */
static void
take_cost (RtSession    *self,
           const RtCost *cost)
{
  RtCost old = self->measured;

  self->run_cost = *cost;
  rt_run_item_set_n_epochs (self->run, cost->n_epochs);
  if (!runs_recipe (self))
    return;
  self->measured = *cost;
  self->measured.seconds_per_epoch = old.seconds_per_epoch;
  self->measured.seconds_uncached = old.seconds_uncached;
  self->measured.seconds_once = old.seconds_once;
  self->measured.seconds_all = old.seconds_all;
  rt_session_update_cost (self);
}

/* Where it is about the same as before, only what is shown would flicker. */
static void
take_seconds (RtSession *self,
              double     seconds)
{
  double *shown = &self->measured.seconds_per_epoch;

  if (fabs (seconds - *shown) < LEAST_CHANGE * *shown || !runs_recipe (self))
    return;
  *shown = seconds;
  rt_session_update_cost (self);
}

/* Of a quick run hundreds of steps and epochs come in a second: what a person sees of them is made
 * once for those that came together. */
static void
show_news (RtSession *self)
{
  GArray *steps = self->new_steps, *epochs = self->new_epochs;
  gboolean stepped = steps->len > 0;

  if (stepped)
    {
      rt_run_item_add_steps (self->run, (const RtStepMetrics *) (void *) steps->data, steps->len);
      g_array_set_size (steps, 0);
      if (self->state == RT_SESSION_PREPARING)
        rt_session_set_state (self, RT_SESSION_TRAINING);
      tell_steps (self);
    }
  if (epochs->len > 0)
    {
      double seconds = g_array_index (epochs, RtEpochMetrics, epochs->len - 1).seconds;

      rt_run_item_add_epochs (self->run, (const RtEpochMetrics *) (void *) epochs->data,
                              epochs->len);
      g_array_set_size (epochs, 0);
      take_seconds (self, seconds);
    }
  if (stepped)
    g_signal_emit (self, rt_session_signals[SIGNAL_STEP], 0);
}

static void
delivered_cb (void *data)
{
  show_news (data);
}

static void
event_cb (const RtEvent *event,
          void          *data)
{
  RtSession *self = data;

  if (self->run == NULL || event->run != rt_run_item_get_id (self->run))
    return;
  switch (event->kind)
    {
    case RT_EVENT_START:
    case RT_EVENT_PLAN:
      take_cost (self, &event->cost);
      break;
    case RT_EVENT_PROGRESS:
      self->first_seconds = NAN;
      tell_waiting (self, _(event->text), event->fraction);
      break;
    case RT_EVENT_VALIDATING:
      tell_waiting (self, _("Validating"), event->fraction);
      break;
    case RT_EVENT_STEP:
      take_step (self, &event->step);
      break;
    case RT_EVENT_EPOCH:
      g_array_append_val (self->new_epochs, event->epoch);
      break;
    case RT_EVENT_NOTE:
      /* What is guessed of the weights, and what they have seen, is shown with the recipe. */
      if ((self->guess == NULL || strstr (self->guess, event->text) == NULL)
          && g_strcmp0 (self->seen, event->text) != 0)
        g_signal_emit (self, rt_session_signals[SIGNAL_NOTE], 0, event->text);
      break;
    case RT_EVENT_RESULT:
    default:
      break;
    }
}

static char *
describe_end (RtSession    *self,
              RtTrainerEnd  end)
{
  double accuracy = rt_run_item_get_accuracy (self->run);

  if (end == RT_TRAINER_INTERRUPTED)
    return g_strdup (_("Saved; take it up again when you like"));
  if (accuracy < 0.0)
    return g_strdup (_("Stopped before the first epoch ended"));
  return g_strdup_printf (end == RT_TRAINER_STOPPED ? _("Stopped, the best kept: %.1f %%")
                                                    : _("Done: %.1f %% on validation"),
                          100.0 * accuracy);
}

/* A comparison is told of after its last run: all that is shown of a run is there by then. */
static void
finish (RtSession *self,
        RtRunItem *item)
{
  gboolean compared = self->series != NULL;

  rt_session_clear_series (self);
  g_signal_emit (self, rt_session_signals[SIGNAL_FINISHED], 0, item);
  if (compared)
    g_signal_emit (self, rt_session_signals[SIGNAL_COMPARED], 0, item);
}

static void
ended_cb (const RtRunnerEnd *end,
          void              *data)
{
  RtSession *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *status = NULL;

  show_news (self);
  rt_session_end_telling (self);
  self->control = NULL;
  if (!rt_library_refresh (self->library, &error))
    g_signal_emit (self, rt_session_signals[SIGNAL_FAILED], 0, error->message);
  if (end->end == RT_TRAINER_FAILED)
    {
      g_autoptr (RtRunItem) ended = g_object_ref (self->run);

      rt_session_fail (self, end->message);
      g_signal_emit (self, rt_session_signals[SIGNAL_FINISHED], 0, ended);
      return;
    }
  rt_run_item_set_activity (self->run, RT_SESSION_IDLE);
  if (rt_session_compare_next (self, end->end))
    return;
  status = describe_end (self, end->end);
  rt_session_set_state (self, RT_SESSION_IDLE);
  rt_session_set_status (self, status, end->end == RT_TRAINER_INTERRUPTED ? self->fraction : 1.0);
  rt_session_resume_estimate (self);
  finish (self, self->run);
}

/* Wishes */

void
rt_session_start_runner (RtSession *self)
{
  RtRunnerHooks hooks = { event_cb, delivered_cb, ended_cb, self };

  self->runner = rt_runner_new (rt_library_get_home (self->library), &hooks);
}

/* @recipe: (transfer full) of that run */
static void
start (RtSession *self,
       int        id,
       RtRecipe  *recipe)
{
  RtRunItem *item = rt_library_find_run (self->library, id);

  rt_session_drop_estimate (self);
  g_set_object (&self->run, item);
  g_clear_pointer (&self->run_recipe, rt_recipe_free);
  self->run_recipe = recipe;
  self->has_step = FALSE;
  self->first_seconds = NAN;
  self->waiting_since = 0.0;
  self->run_cost = (RtCost) { 0 };
  rt_run_item_set_activity (item, RT_SESSION_PREPARING);
  rt_session_notify (self, PROP_RUN);
  rt_session_set_state (self, RT_SESSION_PREPARING);
  tell (self, _("Preparing"), 0.0);
  self->control = rt_runner_train (self->runner, id);
  if (self->control != NULL && self->deadline > rt_clock_now ())
    rt_control_set_deadline (self->control, self->deadline);
  self->deadline = 0.0;
}

gboolean
rt_session_begin (RtSession          *self,
                  const RtRecipe     *recipe,
                  const RtRunSeries  *series)
{
  RtStore *store = rt_library_get_store (self->library);
  g_autoptr (GError) error = NULL;
  int id = 0;

  if (rt_recipe_validate (recipe, &error))
    id = rt_store_add_run (store, recipe, series, &error);
  if (id == 0 || !rt_library_refresh (self->library, &error))
    {
      rt_session_fail (self, error->message);
      return FALSE;
    }
  start (self, id, rt_recipe_copy (recipe));
  return TRUE;
}

void
rt_session_train (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  if (self->state == RT_SESSION_IDLE && self->runner != NULL)
    rt_session_begin (self, self->recipe, NULL);
}

void
rt_session_take_up (RtSession *self,
                    RtRunItem *item)
{
  RtStore *store = rt_library_get_store (self->library);
  g_autoptr (GError) error = NULL;
  RtRecipe *recipe = NULL;

  g_return_if_fail (RT_IS_SESSION (self));
  if (self->state != RT_SESSION_IDLE || self->runner == NULL)
    return;
  if (rt_library_load_curves (self->library, item, &error))
    recipe = rt_store_get_recipe (store, rt_run_item_get_id (item), &error);
  if (recipe == NULL)
    {
      rt_session_fail (self, error->message);
      return;
    }
  rt_session_compare_take_up (self, rt_run_item_get_run (item));
  start (self, rt_run_item_get_id (item), recipe);
}

void
rt_session_pause (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  if (self->control == NULL || self->state == RT_SESSION_STOPPING)
    return;
  rt_control_pause (self->control);
  rt_session_set_state (self, RT_SESSION_PAUSED);
}

void
rt_session_resume (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  if (self->control == NULL || self->state == RT_SESSION_STOPPING)
    return;
  rt_control_resume (self->control);
  rt_session_set_state (self, self->has_step ? RT_SESSION_TRAINING : RT_SESSION_PREPARING);
}

void
rt_session_step (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  if (self->state == RT_SESSION_IDLE)
    rt_session_train (self);
  if (self->control == NULL || self->state == RT_SESSION_STOPPING)
    return;
  rt_control_step (self->control);
  rt_session_set_state (self, RT_SESSION_PAUSED);
}

void
rt_session_stop (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  if (self->control == NULL)
    return;
  rt_control_stop (self->control);
  rt_session_set_state (self, RT_SESSION_STOPPING);
}

void
rt_session_interrupt (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  if (self->control == NULL)
    return;
  rt_control_interrupt (self->control);
  rt_session_set_state (self, RT_SESSION_STOPPING);
}

void
rt_session_shutdown (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  rt_session_cancel_estimate (self);
  rt_session_end_telling (self);
  self->control = NULL;
  g_clear_pointer (&self->runner, rt_runner_free);
  rt_session_clear_series (self);
}

/* The loss */

void
rt_session_get_loss (RtSession     *self,
                     RtSessionLoss *loss)
{
  const RtRecipeDistil *d = &self->recipe->distil;
  const RtRecipeDistil *run = NULL;

  g_return_if_fail (RT_IS_SESSION (self));
  if (self->run_recipe != NULL && self->run_recipe->method == RT_METHOD_DISTIL)
    run = &self->run_recipe->distil;
  if (run != NULL && self->state != RT_SESSION_IDLE)
    d = run;
  *loss = (RtSessionLoss) { d->temperature, d->alpha, NAN, NAN };
  if (run == NULL || !self->has_step || !isfinite (self->last_step.soft_part)
      || run->temperature != d->temperature || run->alpha != d->alpha)
    return;
  loss->kl = self->last_step.soft_part / (run->temperature * run->temperature);
  loss->ce = self->last_step.label_part;
}
