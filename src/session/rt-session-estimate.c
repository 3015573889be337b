/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the recipe would cost. Counts come from the architecture at once. Seconds and memory are
 * measured on a worker thread by a trainer of its own, a moment after the last change; a result
 * that comes after the next change is dropped by its cancellable. Nothing is measured while a run
 * is under way.
 */
#include "config.h"

#include "rt-session-private.h"

#include "rt-worker.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define ESTIMATE_DELAY   200    /* milliseconds after the last change */
#define ESTIMATE_SECONDS 0.15   /* of measuring */
#define STALE_DELAY      1000   /* milliseconds after it after which old figures go */

/* Blocks */

void
rt_session_free_blocks (RtSession *self)
{
  for (int i = 0; i < self->n_blocks; i++)
    g_free (self->blocks[i].name);
  g_clear_pointer (&self->blocks, g_free);
  g_clear_pointer (&self->network, rt_network_free);
  self->n_blocks = 0;
}

/* Where the classes are not known yet ten stand for them: only the head's size depends on it. */
static RtNetwork *
make_network (RtSession *self)
{
  const RtRecipeBackbone *b = &self->recipe->backbone;
  RtNetworkOptions options = { .name = b->network, .classes = 10, .height = b->input_size,
                               .width = b->input_size };

  memcpy (options.hidden, b->hidden, sizeof options.hidden);
  return rt_network_new_layout (&options, NULL);
}

static const RtCost not_known = {
  .seconds_per_epoch = NAN, .seconds_uncached = NAN, .seconds_once = NAN, .seconds_all = NAN,
};

/* What was known of the recipe once it had been opened. */
static void
forget_opened (RtSession *self)
{
  self->measured = not_known;
  g_clear_pointer (&self->guess, g_free);
  g_clear_pointer (&self->seen, g_free);
}

void
rt_session_update_blocks (RtSession *self)
{
  const RtRecipeBackbone *b = &self->recipe->backbone;
  g_autoptr (GString) key = g_string_new (NULL);

  g_string_printf (key, "%s %s %d", b->network, b->weights, b->input_size);
  for (int i = 0; i < RT_MAX_HIDDEN && b->hidden[i] != 0; i++)
    g_string_append_printf (key, " %d", b->hidden[i]);
  if (g_strcmp0 (key->str, self->blocks_of) == 0)
    return;
  g_free (self->blocks_of);
  self->blocks_of = g_strdup (key->str);
  forget_opened (self);
  rt_session_free_blocks (self);
  self->network = make_network (self);
  if (self->network != NULL)
    {
      self->n_blocks = rt_network_get_n_blocks (self->network);
      self->blocks = g_new0 (RtSessionBlock, self->n_blocks);
      for (int i = 0; i < self->n_blocks; i++)
        {
          const RtBlockInfo *info = rt_network_get_block (self->network, i);

          self->blocks[i] = (RtSessionBlock) { .name = g_strdup (info->name), .shape = info->shape,
                                               .n_params = info->n_params };
        }
    }
  g_signal_emit (self, rt_session_signals[SIGNAL_BLOCKS_CHANGED], 0);
}

uint32_t
rt_session_get_frozen (RtSession *self)
{
  char **frozen = self->recipe->backbone.frozen;
  uint32_t mask = 0;

  for (int i = 0; self->network != NULL && frozen != NULL && frozen[i] != NULL; i++)
    mask |= rt_network_find_blocks (self->network, frozen[i]);
  return mask;
}

static void
update_rates (RtSession *self,
              uint32_t   frozen)
{
  double rate, decay;

  rt_recipe_get_rates (self->recipe, self->n_blocks, &rate, &decay);
  for (int i = self->n_blocks - 1; i >= 0; i--, rate *= decay)
    self->blocks[i].rate = (frozen & 1u << i) == 0 ? rate : 0.0;
}

/* The trained blocks counted again; the rest stays until it is measured. What cannot be trained
 * takes no time and no memory: what was measured of the recipe before is forgotten. */
void
rt_session_update_cost (RtSession *self)
{
  uint32_t frozen = rt_session_get_frozen (self);

  if (self->problem != NULL)
    forget_opened (self);
  self->cost = self->measured;
  self->cost.n_epochs = self->recipe->train.epochs;
  self->cost.n_params = self->cost.n_trainable = 0;
  for (int i = 0; i < self->n_blocks; i++)
    {
      self->cost.n_params += self->blocks[i].n_params;
      if ((frozen & 1u << i) == 0)
        self->cost.n_trainable += self->blocks[i].n_params;
    }
  update_rates (self, frozen);
  g_signal_emit (self, rt_session_signals[SIGNAL_COST_CHANGED], 0);
}

/* Estimates: what can be counted is there when the task is open, times when all is measured. */

typedef struct
{
  RtRecipe  *recipe;     /* Owned */
  char      *home;       /* Owned */
  char      *guess;      /* Owned (nullable) */
  char      *seen;       /* Owned (nullable) */
  RtTrainer *trainer;    /* Owned (nullable): not open yet */
  RtCost     cost;
  RtShape    shapes[32]; /* of the blocks, with the task's classes and the backbone's input */
  size_t     n_params[32];
  int        n_blocks;
} Estimate;

static void
estimate_free (Estimate *estimate)
{
  g_clear_pointer (&estimate->trainer, rt_trainer_free);
  rt_recipe_free (estimate->recipe);
  g_free (estimate->home);
  g_free (estimate->guess);
  g_free (estimate->seen);
  g_free (estimate);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Estimate, estimate_free)

/* (transfer full) (nullable) */
static char *
join_guesses (const GPtrArray *guesses)
{
  GString *text;

  if (guesses->len == 0)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < guesses->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "",
                            (const char *) g_ptr_array_index (guesses, i));
  return g_string_free (text, FALSE);
}

static void
count_blocks (Estimate *estimate)
{
  const RtNetwork *network = rt_trainer_get_network (estimate->trainer);

  estimate->n_blocks = MIN (rt_network_get_n_blocks (network), 32);
  for (int i = 0; i < estimate->n_blocks; i++)
    {
      estimate->shapes[i] = rt_network_get_block (network, i)->shape;
      estimate->n_params[i] = rt_network_get_block (network, i)->n_params;
    }
}

static void
open_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  Estimate *estimate = data;
  GError *error = NULL;
  g_autoptr (RtStore) store = rt_store_open (estimate->home, &error);
  RtResolver resolver;

  if (store != NULL)
    {
      rt_store_get_resolver (store, &resolver);
      estimate->trainer = rt_trainer_new (estimate->recipe, &resolver, cancellable, &error);
    }
  if (estimate->trainer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  rt_trainer_get_cost (estimate->trainer, &estimate->cost);
  estimate->guess = join_guesses (rt_trainer_get_guesses (estimate->trainer));
  estimate->seen = g_strdup (rt_trainer_get_seen (estimate->trainer));
  count_blocks (estimate);
  g_task_return_boolean (task, TRUE);
}

static void
measure_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Estimate *estimate = data;
  GError *error = NULL;
  gboolean ok = !g_cancellable_set_error_if_cancelled (cancellable, &error)
                && rt_trainer_measure (estimate->trainer, ESTIMATE_SECONDS, cancellable, &error);

  rt_trainer_get_cost (estimate->trainer, &estimate->cost);
  g_clear_pointer (&estimate->trainer, rt_trainer_free);   /* it may take longer than a frame */
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
take_cost (RtSession      *self,
           const Estimate *estimate)
{
  self->measured = estimate->cost;
  if (estimate->n_blocks == self->n_blocks)
    {
      for (int i = 0; i < self->n_blocks; i++)
        {
          self->blocks[i].shape = estimate->shapes[i];
          self->blocks[i].n_params = estimate->n_params[i];
        }
      g_signal_emit (self, rt_session_signals[SIGNAL_BLOCKS_CHANGED], 0);
    }
  rt_session_update_cost (self);
}

static void begin_estimate (RtSession *self);
static void measured_cb    (GObject      *object,
                            GAsyncResult *result,
                            gpointer      data);

static void
end_estimate (RtSession *self)
{
  g_clear_object (&self->estimate);
  g_clear_handle_id (&self->stale_timer, g_source_remove);
}

/* @estimate: (transfer full) */
static void
run_estimate (RtSession           *self,
              GCancellable        *cancellable,
              Estimate            *estimate,
              GTaskThreadFunc      func,
              GAsyncReadyCallback  callback)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, NULL);

  g_task_set_source_tag (task, run_estimate);
  rt_worker_run (task, estimate, (GDestroyNotify) estimate_free, func);
}

/* (transfer full) (nullable): NULL where it failed, which is told, or is of an earlier recipe. */
static Estimate *
take_estimate (RtSession *self,
               GTask     *task)
{
  g_autoptr (Estimate) estimate = rt_worker_take (task);
  g_autoptr (GError) error = NULL;
  GCancellable *of = g_task_get_cancellable (task);

  if (g_task_propagate_boolean (task, &error) && of == self->estimate)
    return g_steal_pointer (&estimate);
  /* To let go of the trainer may take longer than a frame: what was given up does it there. */
  if (estimate->trainer != NULL)
    {
      run_estimate (self, of, g_steal_pointer (&estimate), measure_thread, measured_cb);
      return NULL;
    }
  g_clear_pointer (&estimate, estimate_free);   /* two at once take the memory of two */
  self->estimating = FALSE;
  if (of == self->estimate)
    {
      end_estimate (self);
      if (self->problem == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          self->problem = g_strdup (error->message);
          rt_session_update_cost (self);
          rt_session_notify (self, PROP_PROBLEM);
        }
    }
  if (self->estimate_waits)
    begin_estimate (self);
  return NULL;
}

static void
measured_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      data)
{
  RtSession *self = RT_SESSION (object);
  g_autoptr (Estimate) estimate = take_estimate (self, G_TASK (result));

  if (estimate == NULL)
    return;
  self->estimating = FALSE;
  end_estimate (self);
  take_cost (self, estimate);
}

/* Of the same task as before the old times are shown until there are new ones: where that is soon,
 * nothing flickers. */
static void
opened_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  RtSession *self = RT_SESSION (object);
  Estimate *estimate = take_estimate (self, G_TASK (result));
  const RtCost *old = &self->measured;

  if (estimate == NULL)
    return;
  g_free (self->guess);
  self->guess = g_steal_pointer (&estimate->guess);
  g_free (self->seen);
  self->seen = g_steal_pointer (&estimate->seen);
  self->counted = estimate->cost;
  if (old->n_train != estimate->cost.n_train || old->n_validation != estimate->cost.n_validation
      || old->n_test != estimate->cost.n_test)
    take_cost (self, estimate);
  run_estimate (self, self->estimate, estimate, measure_thread, measured_cb);
}

void
rt_session_cancel_estimate (RtSession *self)
{
  g_clear_handle_id (&self->estimate_timer, g_source_remove);
  g_clear_handle_id (&self->stale_timer, g_source_remove);
  self->estimate_waits = FALSE;
  if (self->estimate != NULL)
    g_cancellable_cancel (self->estimate);
  g_clear_object (&self->estimate);
}

void
rt_session_drop_estimate (RtSession *self)
{
  gboolean stale = self->estimate_timer != 0 || self->stale_timer != 0;

  rt_session_cancel_estimate (self);
  if (!stale)
    return;
  self->measured = self->counted;
  rt_session_update_cost (self);
}

/* A large network takes seconds to measure, and so does giving one up that is being measured: what
 * is shown meanwhile is not of the recipe. */
static gboolean
stale_cb (gpointer data)
{
  RtSession *self = data;

  self->stale_timer = 0;
  self->measured = self->counted;
  rt_session_update_cost (self);
  return G_SOURCE_REMOVE;
}

static void
begin_estimate (RtSession *self)
{
  Estimate *estimate;

  self->estimate_waits = FALSE;
  if (self->problem != NULL || self->state != RT_SESSION_IDLE)
    return;
  self->estimating = TRUE;
  self->estimate = g_cancellable_new ();
  estimate = g_new0 (Estimate, 1);
  estimate->recipe = rt_recipe_copy (self->recipe);
  estimate->home = g_strdup (rt_library_get_home (self->library));
  run_estimate (self, self->estimate, estimate, open_thread, opened_cb);
}

/* One of an earlier recipe may not be given up yet: two at once take the memory of two. */
static gboolean
estimate_timer_cb (gpointer data)
{
  RtSession *self = data;

  self->estimate_timer = 0;
  if (self->estimating)
    self->estimate_waits = TRUE;
  else
    begin_estimate (self);
  return G_SOURCE_REMOVE;
}

void
rt_session_schedule_estimate (RtSession *self)
{
  rt_session_cancel_estimate (self);
  self->counted = not_known;
  self->measured.seconds_per_epoch = self->measured.seconds_uncached = NAN;
  self->measured.seconds_once = self->measured.seconds_all = NAN;
  self->estimate_timer = g_timeout_add (ESTIMATE_DELAY, estimate_timer_cb, self);
  self->stale_timer = g_timeout_add (STALE_DELAY, stale_cb, self);
}

void
rt_session_resume_estimate (RtSession *self)
{
  if (self->state == RT_SESSION_IDLE && self->runner != NULL && self->estimate == NULL
      && (self->measured.memory_bytes == 0 || !isfinite (self->measured.seconds_per_epoch)
          || !isfinite (self->measured.seconds_all)))
    rt_session_schedule_estimate (self);
}

gboolean
rt_session_refuse (RtSession *self,
                   GTask     *task)
{
  if (self->state != RT_SESSION_IDLE)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BUSY,
                             _("A run is under way: wait until it has ended, or stop it"));
  else if (self->problem != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s", self->problem);
  else
    return FALSE;
  return TRUE;
}
