/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A run carried out with everything kept.
 *
 * rt_job_run() takes the run's lock, opens a trainer for its recipe, puts it where the last
 * checkpoint left it, and stands between it and its caller: events pass through, and what they say
 * is gathered until the next flush.
 *
 * A flush writes, in this order: the metrics (one transaction), the best weights with what they say
 * of the validation set, the state. The state comes last, so whatever it tells of is already kept;
 * what was written after it by a program that was then killed is forgotten when the run is taken
 * up, and computed again to the same bits. Epochs may take milliseconds, so a flush is made at the
 * end of an epoch when the last one is a second ago, and long enough ago for flushing to take at
 * most a twentieth of the time. What a kill can cost is that much work and nothing else.
 *
 * RESULT leaves only when the run's files and row are complete, because who sees it opens them.
 */

#include "config.h"

#include "rt-job-private.h"

#include "rt-predictions-file.h"
#include "rt-run-lock.h"
#include "rt-store-private.h"

#include "rt-clock.h"
#include "rt-formats.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_SECONDS   1.0
#define FLUSH_FRACTION  0.05

#define STATE_FILE "state.safetensors"

typedef struct
{
  RtStore      *store;         /* Borrowed */
  int           id;
  RtTrainer    *trainer;       /* Owned */
  RtEventFunc   event;         /* (nullable) */
  void         *data;

  GArray       *epochs;        /* Owned: not yet written */
  GArray       *steps;         /* Owned: not yet written */
  RtTensorList *best;          /* Owned: (nullable) not yet written */
  RtEpochMetrics best_metrics; /* of best */
  int           n_done;        /* epochs that have ended */
  RtResult      result;
  gboolean      has_result;
  char         *note;          /* Owned: (nullable) to be told after the start */

  double        flushed;       /* when the last flush ended */
  double        flush_seconds; /* what it took */
  gboolean      has_flushed;
  GError       *failure;       /* Owned: (nullable) of a write that an event caused */
} RtJob;

static void
clear_job (RtJob *self)
{
  g_clear_pointer (&self->trainer, rt_trainer_free);
  g_clear_pointer (&self->epochs, g_array_unref);
  g_clear_pointer (&self->steps, g_array_unref);
  g_clear_pointer (&self->best, rt_tensor_list_free);
  g_clear_pointer (&self->note, g_free);
  g_clear_error (&self->failure);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtJob, clear_job)

/* Writing */

gboolean
rt_job_write_tensors (RtStore             *store,
                      int                  id,
                      const RtTensorList  *list,
                      const char          *file,
                      GError             **error)
{
  g_autofree char *path = rt_store_get_path (store, id, file);
  g_autoptr (GError) cause = NULL;

  if (rt_safetensors_write (list, path, &cause))
    return TRUE;
  g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO,
               "%s: free some space or give write permission, then take up run %d; nothing "
               "before that is lost", cause->message, id);
  return FALSE;
}

/* The weights with a card beside them, so that they serve as a backbone or a teacher. */
static gboolean
write_backbone (RtJob                 *self,
                const RtTensorList    *weights,
                const RtEpochMetrics  *metrics,
                const char            *stem,
                GError               **error)
{
  const RtNetworkOptions *options;
  const RtTask *task = rt_trainer_get_task (self->trainer);
  const RtRecipe *recipe = rt_trainer_get_recipe (self->trainer);
  g_autoptr (RtBackbone) card = rt_backbone_new ();
  g_autofree char *file = g_strconcat (stem, ".safetensors", NULL);
  g_autofree char *card_file = g_strconcat (stem, ".json", NULL);
  g_autofree char *path = rt_store_get_path (self->store, self->id, file);
  g_autofree char *card_path = rt_store_get_path (self->store, self->id, card_file);
  RtCost cost;
  GStatBuf info;

  if (!rt_job_write_tensors (self->store, self->id, weights, file, error))
    return FALSE;

  options = rt_network_get_options (rt_trainer_get_network (self->trainer));
  rt_trainer_get_cost (self->trainer, &cost);
  card->network = g_strdup (options->name);
  memcpy (card->hidden, options->hidden, sizeof card->hidden);
  card->title = g_strdup_printf ("%s, %s", options->name, recipe->name);
  card->trained_on = g_strdup (task->dataset->title);
  card->trained_by = g_strdup_printf ("Retort, run %d, epoch %d", self->id, metrics->epoch);
  card->accuracy = metrics->validation_accuracy;
  card->n_params = cost.n_params;
  card->bytes = g_stat (path, &info) == 0 ? (guint64) info.st_size : 0;
  rt_trainer_get_input_format (self->trainer, &card->format);
  for (int k = 0; k < rt_dataset_get_n_classes (task->dataset); k++)
    g_ptr_array_add (card->class_names, g_strdup (rt_dataset_get_class_name (task->dataset, k)));
  return rt_backbone_write_card (card, card_path, error);
}

/* Of the best weights so far: whoever stops a run need not wait for them. */
static gboolean
write_predictions (RtJob   *self,
                   GError **error)
{
  g_autoptr (RtPredictions) p = rt_trainer_predict_validation (self->trainer, error);
  g_autoptr (RtTensorList) list = NULL;

  if (p == NULL)
    return FALSE;
  list = rt_predictions_to_tensors (p, rt_trainer_get_task (self->trainer)->dataset);
  return rt_job_write_tensors (self->store, self->id, list, "predictions.safetensors", error);
}

static gboolean
flush_metrics (RtJob   *self,
               GError **error)
{
  if (!rt_store_add_metrics (self->store, self->id,
                             (const RtEpochMetrics *) (void *) self->epochs->data,
                             self->epochs->len,
                             (const RtStepMetrics *) (void *) self->steps->data,
                             self->steps->len, error))
    return FALSE;
  g_array_set_size (self->epochs, 0);
  g_array_set_size (self->steps, 0);
  return TRUE;
}

static gboolean
flush (RtJob     *self,
       gboolean   with_state,
       GError   **error)
{
  double start = rt_clock_now ();
  g_autoptr (RtTensorList) state = NULL;

  if (!flush_metrics (self, error))
    return FALSE;
  if (self->best != NULL &&
      (!write_backbone (self, self->best, &self->best_metrics, "best", error) ||
       !write_predictions (self, error)))
    return FALSE;
  g_clear_pointer (&self->best, rt_tensor_list_free);
  if (with_state)
    {
      state = rt_trainer_save_state (self->trainer);
      if (!rt_job_write_tensors (self->store, self->id, state, STATE_FILE, error))
        return FALSE;
    }
  self->flushed = rt_clock_now ();
  self->flush_seconds = self->flushed - start;
  self->has_flushed = TRUE;
  return TRUE;
}

/* What the trainer says */

/* What was done under the number of epochs before is what it would have been under the new one: so
 * the state kept last goes with either recipe. */
static void
take_plan (RtJob         *self,
           const RtCost  *cost)
{
  if (self->failure != NULL
      || !rt_store_set_recipe (self->store, self->id, rt_trainer_get_recipe (self->trainer),
                               &self->failure))
    return;
  rt_store_set_cost (self->store, self->id, cost, &self->failure);
}

/* For good: the runs that it comes from may be deleted by the time that its figures are read. */
static void
take_start (RtJob        *self,
            const RtCost *cost)
{
  const char *seen = rt_trainer_get_seen (self->trainer);

  if (self->failure == NULL)
    rt_store_set_cost (self->store, self->id, cost, &self->failure);
  if (self->failure == NULL && seen != NULL)
    rt_store_set_seen (self->store, self->id, seen, &self->failure);
}

static void
tell_note (RtJob *self)
{
  RtEvent event = { .kind = RT_EVENT_NOTE, .run = self->id, .text = self->note };

  if (self->note != NULL && self->event != NULL)
    self->event (&event, self->data);
}

static void
event_cb (const RtEvent *event,
          void          *data)
{
  RtJob *self = data;
  RtEvent own = *event;

  own.run = self->id;
  switch (event->kind)
    {
    case RT_EVENT_START:
      take_start (self, &event->cost);
      break;
    case RT_EVENT_PLAN:
      take_plan (self, &event->cost);
      break;
    case RT_EVENT_STEP:
      g_array_append_val (self->steps, event->step);
      break;
    case RT_EVENT_EPOCH:
      g_array_append_val (self->epochs, event->epoch);
      self->n_done = event->epoch.epoch;
      if (event->epoch.best)
        self->best_metrics = event->epoch;
      break;
    case RT_EVENT_RESULT:
      self->result = event->result;
      self->has_result = TRUE;
      return;
    case RT_EVENT_PROGRESS:
    case RT_EVENT_NOTE:
    default:
      break;
    }
  if (self->event != NULL)
    self->event (&own, self->data);
  if (event->kind == RT_EVENT_START)
    tell_note (self);
}

static gboolean
checkpoint_cb (RtTrainer  *trainer,
               gboolean    best,
               void       *data,
               GError    **error)
{
  RtJob *self = data;
  double since = rt_clock_now () - self->flushed;

  if (self->failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->failure));
      return FALSE;
    }
  if (best)
    {
      g_clear_pointer (&self->best, rt_tensor_list_free);
      self->best = rt_trainer_save_weights (trainer);
    }
  /* The last epoch's weights are gone from the network once the best ones are put back. */
  if (self->epochs->len > 0 && self->n_done == rt_trainer_get_recipe (trainer)->train.epochs)
    {
      const RtEpochMetrics *last = &g_array_index (self->epochs, RtEpochMetrics,
                                                   self->epochs->len - 1);
      g_autofree char *stem = g_strdup_printf ("epoch-%d", self->n_done);
      g_autoptr (RtTensorList) weights = rt_trainer_save_weights (trainer);

      if (!write_backbone (self, weights, last, stem, error))
        return FALSE;
    }
  if (self->has_flushed &&
      (since < FLUSH_SECONDS || since * FLUSH_FRACTION < self->flush_seconds))
    return TRUE;
  return flush (self, TRUE, error);
}

/* The beginning and the end */

/* Where the last checkpoint left it, and the history cut off there. */
static gboolean
take_up (RtJob   *self,
         GError **error)
{
  g_autofree char *path = rt_store_get_path (self->store, self->id, STATE_FILE);
  const RtTask *task = rt_trainer_get_task (self->trainer);
  g_autoptr (RtTensorList) state = NULL;
  const char *epoch, *step;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return rt_job_keep_split (self->store, self->id, task, error)
           && rt_store_forget_after (self->store, self->id, 0, 0, error);

  state = rt_weights_read (path, NULL, error);
  if (state == NULL
      || !rt_job_compare_split (self->store, self->id, task, &self->note, error)
      || !rt_trainer_load_state (self->trainer, state, error))
    {
      g_prefix_error (error, "run %d cannot be taken up: ", self->id);
      return FALSE;
    }
  epoch = rt_tensor_list_get_meta (state, "state.epoch");
  step = rt_tensor_list_get_meta (state, "state.step");
  self->n_done = (int) g_ascii_strtoll (epoch, NULL, 10);
  return rt_store_forget_after (self->store, self->id, self->n_done,
                                g_ascii_strtoull (step, NULL, 10), error);
}

/* The run is over: all of it is kept, and the state, of no more use, removed. */
static gboolean
finish (RtJob         *self,
        RtTrainerEnd   end,
        GError       **error)
{
  RtRunState state = end == RT_TRAINER_STOPPED ? RT_RUN_STOPPED : RT_RUN_FINISHED;
  RtEvent event = { .kind = RT_EVENT_RESULT, .run = self->id };
  g_autofree char *path = rt_store_get_path (self->store, self->id, STATE_FILE);

  if (!flush (self, FALSE, error) ||
      !rt_store_set_result (self->store, self->id, &self->result, error) ||
      !rt_store_set_state (self->store, self->id, state, NULL, error))
    return FALSE;
  g_remove (path);
  event.result = self->result;
  if (self->event != NULL)
    self->event (&event, self->data);
  return TRUE;
}

/* What a run that failed had reached: its best epoch is looked at, exported and learned from as any
 * other run's is. Where that cannot be written, why the run failed has said so already. */
static void
keep_reached (RtJob *self)
{
  RtResult result = { 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0.0 };
  g_autoptr (GArray) epochs = NULL;

  if (!flush (self, FALSE, NULL))
    return;
  epochs = rt_store_get_epochs (self->store, self->id, NULL);
  for (guint i = 0; epochs != NULL && i < epochs->len; i++)
    {
      const RtEpochMetrics *epoch = &g_array_index (epochs, RtEpochMetrics, i);

      result.seconds += epoch->seconds;
      if (!epoch->best)
        continue;
      result.best_epoch = epoch->epoch;
      result.validation_accuracy = epoch->validation_accuracy;
      result.validation_loss = epoch->validation_loss;
    }
  if (result.best_epoch > 0)
    rt_store_set_result (self->store, self->id, &result, NULL);
}

static RtTrainerEnd
train (RtJob      *self,
       RtControl  *control,
       GError    **error)
{
  RtTrainerHooks hooks = { control, event_cb, checkpoint_cb, self };
  RtTrainerEnd end = rt_trainer_run (self->trainer, &hooks, error);

  switch (end)
    {
    case RT_TRAINER_FINISHED:
    case RT_TRAINER_STOPPED:
      return finish (self, end, error) ? end : RT_TRAINER_FAILED;
    case RT_TRAINER_INTERRUPTED:
      return flush (self, TRUE, error) &&
             rt_store_set_state (self->store, self->id, RT_RUN_INTERRUPTED, NULL, error)
             ? end : RT_TRAINER_FAILED;
    case RT_TRAINER_FAILED:
    default:
      return RT_TRAINER_FAILED;
    }
}

/* The run, where there is something to be trained; asked before the lock is taken and after.
 * (transfer full) */
static RtRun *
check_state (RtStore  *store,
             int       id,
             GError  **error)
{
  g_autoptr (RtRun) run = rt_store_get_run (store, id, error);

  if (run == NULL || (run->state != RT_RUN_FINISHED && run->state != RT_RUN_STOPPED))
    return g_steal_pointer (&run);
  g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_STATE,
               "run %d is %s: there is nothing to take up; run its recipe again for a new run", id,
               rt_run_state_to_string (run->state));
  return NULL;
}

/* Better before the training than at its first checkpoint. */
static gboolean
check_folder (const char  *folder,
              int          id,
              GError     **error)
{
  if (access (folder, W_OK | X_OK) == 0)
    return TRUE;
  g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_READ_ONLY,
               "%s: the folder of run %d may not be written (%s): give write permission to it, and "
               "take the run up again", folder, id, g_strerror (errno));
  return FALSE;
}

static RtTrainerEnd
open_and_train (RtJob      *self,
                RtControl  *control,
                GError    **error)
{
  g_autoptr (RtRecipe) recipe = rt_store_get_recipe (self->store, self->id, error);
  g_autoptr (GError) failure = NULL;
  RtResolver resolver;

  if (recipe == NULL)
    return RT_TRAINER_FAILED;
  rt_store_get_resolver (self->store, &resolver);
  self->trainer = rt_trainer_new (recipe, &resolver,
                                  control != NULL ? rt_control_get_cancellable (control) : NULL,
                                  &failure);
  /* Ended while it was opened, by whichever wish: all that was there of it still is. */
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return rt_store_set_state (self->store, self->id, RT_RUN_INTERRUPTED, NULL, error)
           ? RT_TRAINER_INTERRUPTED : RT_TRAINER_FAILED;
  if (self->trainer == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return RT_TRAINER_FAILED;
    }
  if (!take_up (self, error) || !rt_trainer_reserve (self->trainer, error))
    return RT_TRAINER_FAILED;
  return train (self, control, error);
}

/* A run that was begun and of which nothing could be opened now: what is to be done without what
 * it misses. */
static void
describe_closed (RtJob   *self,
                 GError **failure)
{
  g_autofree char *path = rt_store_get_path (self->store, self->id, "recipe.json");

  g_prefix_error (failure, "run %d cannot be taken up: ", self->id);
  if (g_error_matches (*failure, RT_STORE_ERROR, RT_STORE_ERROR_NO_RUN))
    {
      g_autofree char *text = g_strdup_printf ("%s. For a new run, name another one in its recipe, "
                                               "%s", (*failure)->message, path);

      g_free ((*failure)->message);
      (*failure)->message = g_steal_pointer (&text);
    }
}

/* @before: the run as it was, and still is where its training was not taken up at all; but one that
 * never began has only its failure to show. */
static void
note_failure (RtJob        *self,
              const RtRun  *before,
              GError      **failure)
{
  gboolean closed = self->trainer == NULL && before->state != RT_RUN_NEW;

  if (closed)
    describe_closed (self, failure);
  if (closed || g_error_matches (*failure, RT_STORE_ERROR, RT_STORE_ERROR_SPLIT))
    {
      rt_store_set_state (self->store, self->id, before->state, before->message, NULL);
      return;
    }
  if (self->trainer != NULL)
    keep_reached (self);
  /* On a full disk this fails too; then the row says running, which with the lock free is read as
   * interrupted. */
  rt_store_set_state (self->store, self->id, RT_RUN_FAILED, (*failure)->message, NULL);
}

RtTrainerEnd
rt_job_run (RtStore      *store,
            int           id,
            RtControl    *control,
            RtEventFunc   event,
            void         *data,
            GError      **error)
{
  g_auto (RtJob) self = { .store = store, .id = id, .event = event, .data = data };
  g_autofree char *folder = NULL;
  g_autoptr (RtRunLock) lock = NULL;
  g_autoptr (RtRun) before = NULL;
  g_autoptr (RtRun) locked = NULL;
  g_autoptr (GError) failure = NULL;
  RtTrainerEnd end;

  g_return_val_if_fail (store != NULL, RT_TRAINER_FAILED);

  before = check_state (store, id, error);
  if (before == NULL)
    return RT_TRAINER_FAILED;
  folder = rt_store_get_folder (store, id);
  if (!check_folder (folder, id, error))
    return RT_TRAINER_FAILED;
  lock = rt_run_lock_take (folder, id, error);
  locked = lock != NULL ? check_state (store, id, error) : NULL;
  if (locked == NULL || !rt_store_set_state (store, id, RT_RUN_RUNNING, NULL, error))
    return RT_TRAINER_FAILED;

  self.epochs = g_array_new (FALSE, FALSE, sizeof (RtEpochMetrics));
  self.steps = g_array_new (FALSE, FALSE, sizeof (RtStepMetrics));
  end = open_and_train (&self, control, &failure);
  if (end == RT_TRAINER_FAILED)
    {
      note_failure (&self, before, &failure);
      g_propagate_error (error, g_steal_pointer (&failure));
    }
  return end;
}
