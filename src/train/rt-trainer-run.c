/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop of a run: phases, epochs, steps; what leaves it as events; where it looks whether a
 * person wants it to stop. Seconds count training and validation, not pauses.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include "rt-clock.h"
#include "rt-corrections.h"

#include <math.h>
#include <string.h>

static RtControlState
check (const RtTrainerHooks *hooks)
{
  return hooks->control != NULL ? rt_control_check (hooks->control) : RT_CONTROL_GO;
}

static void
send (const RtTrainerHooks *hooks,
      RtEvent              *event)
{
  if (hooks->event != NULL)
    hooks->event (event, hooks->data);
}

static void
send_start (RtTrainer            *self,
            const RtTrainerHooks *hooks)
{
  RtEvent event = { .kind = RT_EVENT_START };
  g_autofree char *skipped = rt_trainer_describe_skipped (self);
  g_autofree char *corrected = rt_corrections_describe (self->task->dataset->corrections);
  const GPtrArray *notes = self->task->dataset->notes;

  rt_trainer_get_cost (self, &event.cost);
  send (hooks, &event);
  for (guint i = 0; i < self->guesses->len; i++)
    rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, g_ptr_array_index (self->guesses, i));
  for (guint i = 0; i < notes->len; i++)
    rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, g_ptr_array_index (notes, i));
  if (self->seen != NULL)
    rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, self->seen);
  if (corrected != NULL)
    rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, corrected);
  if (skipped != NULL)
    rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, skipped);
}

/* Seconds by the trainer's clock, which stands while it is paused. */
static double
get_time (const RtTrainer *self)
{
  return self->now () - self->pace.paused;
}

static RtTrainerEnd
to_end (RtControlState state)
{
  return state == RT_CONTROL_STOP ? RT_TRAINER_STOPPED : RT_TRAINER_INTERRUPTED;
}

/* After something that did not come to its end. @failure: (transfer full) (nullable) */
static RtTrainerEnd
give_up (const RtTrainerHooks  *hooks,
         GError                *failure,
         GError               **error)
{
  if (failure == NULL)
    return to_end (rt_trainer_peek (hooks));
  g_propagate_error (error, failure);
  return RT_TRAINER_FAILED;
}

/* Of the training steps of the epoch until its end, an interruption, or a failure. */
static RtTrainerEnd
run_steps (RtTrainer             *self,
           const RtTrainerHooks  *hooks,
           GError               **error)
{
  while (self->step_in_epoch < self->steps_per_epoch)
    {
      double waiting = self->now ();
      RtControlState state = check (hooks);
      double start = rt_clock_now ();
      RtEvent event = { .kind = RT_EVENT_STEP };
      RtTrainBatch batch;

      self->pace.paused += self->now () - waiting;
      if (state != RT_CONTROL_GO)
        return to_end (state);
      rt_trainer_next_batch (self, &batch, hooks);
      /* Batch norm has no statistics of one sample, nor anything of none. */
      if (batch.n < MIN (2, self->batch_size))
        {
          self->step++;
          self->step_in_epoch++;
          continue;
        }
      if (!rt_trainer_train_on (self, &batch, &event.step))
        return to_end (rt_trainer_peek (hooks));
      if (!isfinite (event.step.loss))
        {
          g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED,
                       "the loss became %s in step %" G_GUINT64_FORMAT "; try a learning rate "
                       "below %g", isnan (event.step.loss) ? "no number" : "infinite",
                       self->step + 1, self->recipe->train.learning_rate);
          return RT_TRAINER_FAILED;
        }
      self->step++;
      self->step_in_epoch++;
      self->epoch_seconds += rt_clock_now () - start;
      event.step.seconds = self->seconds + self->epoch_seconds;
      send (hooks, &event);
    }
  return RT_TRAINER_FINISHED;
}

static gboolean
is_better (const RtTrainer *self,
           double           accuracy,
           double           loss)
{
  if (self->best_epoch == 0)
    return TRUE;
  return accuracy > self->best_accuracy
         || (accuracy == self->best_accuracy && loss < self->best_loss);
}

static void
keep_best (RtTrainer             *self,
           const RtEpochMetrics  *metrics,
           RtPredictions        **validation)
{
  g_clear_pointer (&self->best_predictions, rt_predictions_free);
  self->best_predictions = g_steal_pointer (validation);
  self->best_epoch = metrics->epoch;
  self->best_accuracy = metrics->validation_accuracy;
  self->best_loss = metrics->validation_loss;
  memcpy (self->best_values, rt_network_get_values (self->network),
          rt_network_get_n_values (self->network) * sizeof (float));
}

static void
note_patience (RtTrainer *self,
               double     loss)
{
  if (loss < self->lowest_loss)
    {
      self->lowest_loss = loss;
      self->bad_epochs = 0;
    }
  else
    self->bad_epochs++;
}

static RtTrainerEnd
fail_unreadable (const RtTrainer  *self,
                 const char       *purpose,
                 GError          **error)
{
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED,
               "no picture of %s to %s can be read (%s); see that the folder is still there and "
               "its pictures are whole", self->task->dataset->spec, purpose,
               self->problems->len > 0 ? (char *) g_ptr_array_index (self->problems, 0) : "");
  return RT_TRAINER_FAILED;
}

static RtTrainerEnd
end_epoch (RtTrainer             *self,
           const RtTrainerHooks  *hooks,
           GError               **error)
{
  double start = rt_clock_now ();
  double looking = self->now ();
  g_autoptr (RtPredictions) validation = NULL;
  const RtEpochSums *sums = &self->sums;
  RtEvent event = { .kind = RT_EVENT_EPOCH };
  RtEpochMetrics *m = &event.epoch;

  if (sums->n_samples <= 0.0)
    return fail_unreadable (self, "train on", error);
  validation = rt_trainer_validate (self, hooks);
  if (validation == NULL)
    return to_end (rt_trainer_peek (hooks));
  if (validation->n == 0)
    return fail_unreadable (self, "validate on", error);
  /* The first look at a picture is that at its file. */
  if (self->pace.epochs <= 0.0)
    self->pace.sample += (self->now () - looking) / (double) MAX (self->task->n_validation, 1);
  *m = (RtEpochMetrics) {
    .epoch = self->epoch + 1, .step = self->step,
    .train_loss = sums->loss / sums->n_samples,
    .train_label_part = sums->label_part / sums->n_samples,
    .train_soft_part = self->teacher != NULL ? sums->soft_part / sums->n_samples : (double) NAN,
    .train_accuracy = sums->n_correct / sums->n_samples,
    .validation_loss = rt_predictions_get_loss (validation),
    .validation_accuracy = rt_predictions_get_accuracy (validation),
    .learning_rate = rt_trainer_get_rate (self, self->step_in_epoch - 1),
  };
  m->best = is_better (self, m->validation_accuracy, m->validation_loss);
  if (m->best)
    keep_best (self, m, &validation);
  note_patience (self, m->validation_loss);
  self->epoch_seconds += rt_clock_now () - start;
  m->seconds = self->epoch_seconds;

  self->seconds += self->epoch_seconds;
  self->epoch_seconds = 0.0;
  self->sums = (RtEpochSums) { 0 };
  self->step_in_epoch = 0;
  self->epoch++;
  send (hooks, &event);
  return hooks->checkpoint == NULL || hooks->checkpoint (self, m->best, hooks->data, error)
         ? RT_TRAINER_FINISHED : RT_TRAINER_FAILED;
}

static RtTrainerEnd
prepare (RtTrainer             *self,
         const RtTrainerHooks  *hooks,
         GError               **error)
{
  double begun = get_time (self), start;
  GError *failure = NULL;
  int n_left;

  if (!rt_trainer_enter_phase (self, rt_trainer_find_phase (self, self->epoch), error))
    return RT_TRAINER_FAILED;
  start = get_time (self);
  n_left = rt_trainer_count_views_left (self);
  if (!rt_trainer_fill_caches (self, self->epoch, hooks, &failure))
    return give_up (hooks, failure, error);
  if (rt_trainer_count_views_left (self) < n_left)
    self->pace.view = get_time (self) - start;
  self->seconds += get_time (self) - begun;
  return RT_TRAINER_FINISHED;
}

/* What of the validation set is computed once, the teacher's view of it among it: after the first
 * steps, so that a person sees these without waiting for it. It is no part of its epoch. */
static RtTrainerEnd
prepare_validation (RtTrainer             *self,
                    const RtTrainerHooks  *hooks,
                    double                *seconds,   /* that it took */
                    GError               **error)
{
  double begun = get_time (self);
  GError *failure = NULL;

  if (!rt_trainer_fill_validation (self, hooks, &failure))
    return give_up (hooks, failure, error);
  if (self->pace.epochs <= 0.0)
    self->pace.sample = (get_time (self) - begun) / (double) MAX (self->task->n_validation, 1);
  if (!rt_trainer_fill_teacher_validation (self, hooks, &failure))
    return give_up (hooks, failure, error);
  *seconds = get_time (self) - begun;
  self->seconds += *seconds;
  return RT_TRAINER_FINISHED;
}

static gboolean
is_out_of_patience (const RtTrainer *self)
{
  int patience = self->recipe->train.patience;

  return patience > 0 && self->bad_epochs >= patience && self->step_in_epoch == 0;
}

static RtTrainerEnd
run_epochs (RtTrainer             *self,
            const RtTrainerHooks  *hooks,
            GError               **error)
{
  const RtRecipeTrain *t = &self->recipe->train;

  while (self->epoch < t->epochs)
    {
      double begun, aside;
      RtTrainerEnd end;

      /* Looked at before the epoch and not after the last: so a run taken up from its last
       * checkpoint sees it too. */
      if (is_out_of_patience (self))
        {
          g_autofree char *text = NULL;

          text = g_strdup_printf ("Ended early: no better validation loss in %d epochs",
                                  t->patience);

          rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, text);
          break;
        }
      if (rt_trainer_is_overdue (self, hooks))
        {
          g_autofree char *text = NULL;

          text = g_strdup_printf ("Ended with its time, after %d of %d epochs: the last ones took "
                                  "longer than those before", self->epoch, t->epochs);

          rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, text);
          break;
        }
      end = prepare (self, hooks, error);
      if (end != RT_TRAINER_FINISHED)
        return end;
      begun = get_time (self);
      rt_trainer_begin_epoch (self);
      end = run_steps (self, hooks, error);
      if (end != RT_TRAINER_FINISHED)
        return end;
      end = prepare_validation (self, hooks, &aside, error);
      if (end != RT_TRAINER_FINISHED)
        return end;
      end = end_epoch (self, hooks, error);
      if (end != RT_TRAINER_FINISHED)
        return end;
      rt_pace_add_epoch (&self->pace, get_time (self) - begun - aside);
      rt_trainer_replan (self, hooks);
    }
  return RT_TRAINER_FINISHED;
}

/* Who stops a run does not wait for the test set; it can be evaluated on later. */
static gboolean
send_result (RtTrainer             *self,
             const RtTrainerHooks  *hooks,
             RtTrainerEnd           end,
             GError               **error)
{
  RtEvent event = { .kind = RT_EVENT_RESULT };

  if (self->best_epoch > 0)
    memcpy (rt_network_get_values (self->network), self->best_values,
            rt_network_get_n_values (self->network) * sizeof (float));
  if (!rt_trainer_make_result (self, hooks, end == RT_TRAINER_FINISHED, &event.result, error))
    return FALSE;
  send (hooks, &event);
  return TRUE;
}

static RtTrainerEnd
run (RtTrainer             *self,
     const RtTrainerHooks  *hooks,
     GError               **error)
{
  g_autoptr (GError) failure = NULL;
  RtTrainerEnd end;

  send_start (self, hooks);
  end = run_epochs (self, hooks, error);
  /* Nothing would be kept of what was done. */
  if (end == RT_TRAINER_STOPPED && self->best_epoch == 0 && self->step > 0)
    end = RT_TRAINER_INTERRUPTED;
  if (end == RT_TRAINER_FINISHED || end == RT_TRAINER_STOPPED)
    {
      if (send_result (self, hooks, end, &failure))
        return end;
      /* No checkpoint: that of the last epoch is there, and the network holds the best weights by
       * now, not its last ones. */
      if (failure == NULL)
        return RT_TRAINER_INTERRUPTED;
      g_propagate_error (error, g_steal_pointer (&failure));
      return RT_TRAINER_FAILED;
    }
  if (end == RT_TRAINER_INTERRUPTED && hooks->checkpoint != NULL
      && !hooks->checkpoint (self, FALSE, hooks->data, error))
    return RT_TRAINER_FAILED;
  return end;
}

RtTrainerEnd
rt_trainer_run (RtTrainer             *self,
                const RtTrainerHooks  *hooks,
                GError               **error)
{
  RtTrainerEnd end;

  self->cancellable = rt_trainer_get_cancellable (hooks);
  self->pace.begun = self->now ();
  end = run (self, hooks, error);
  self->cancellable = NULL;
  return end;
}
