/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run is worth: the validation set after each epoch, from the cut up where there is one, and
 * at the end the result of the best weights, for which alone the test set is opened.
 *
 * For classes that were left out of the transfer set the one correction of Hinton, Vinyals and Dean
 * 2015 (section 3) is made: the same amount is added to their logits, the amount that does best on
 * the validation set, and both figures are reported.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include "rt-arena.h"
#include "rt-clock.h"
#include "rt-loss.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Of validation that may be left when a person stops a run. */
#define STOP_SECONDS 0.5

#define BIAS_STEP  0.1
#define BIAS_STEPS 150

/* The next of the validation samples whose features there are, from @start on; returns where the
 * ones after them start. */
static size_t
take_features (RtTrainer *self,
               RtBatch   *batch,
               size_t     start)
{
  const RtTask *task = self->task;
  RtShape shape = rt_plan_get_input_shape (self->evaluation);
  size_t n_row = rt_shape_count (&shape), at = start;

  batch->n = 0;
  for (; at < task->n_validation && batch->n < self->fill_batch; at++)
    {
      size_t sample = task->validation[at];

      if (self->unreadable[sample])
        continue;
      memcpy (self->batch_features + batch->n * n_row,
              rt_feature_cache_get_row (self->validation_features, sample, 0),
              n_row * sizeof (float));
      self->batch_labels[batch->n] = task->dataset->labels[sample];
      self->batch_samples[batch->n++] = sample;
    }
  return at;
}

static void
validate_features (RtTrainer     *self,
                   RtPredictions *p)
{
  RtBatch batch = { .images = self->batch_features, .labels = self->batch_labels,
                    .samples = self->batch_samples };

  for (size_t at = 0; at < self->task->n_validation;)
    {
      at = take_features (self, &batch, at);
      if (batch.n == 0)
        continue;
      rt_plan_forward (self->evaluation, &batch.images, batch.n, FALSE, 0, 0);
      rt_predictions_append (p, &batch, rt_plan_get_output (self->evaluation, 0));
    }
}

/* FALSE when interrupted: an epoch's validation is made again when the run is taken up. A stop
 * waits for it, as the epoch may be the best, but not for long. */
static gboolean
validate_pictures (RtTrainer            *self,
                   RtPredictions        *p,
                   const RtTrainerHooks *hooks)
{
  const RtBatch *batch;
  double start = rt_clock_now (), done = 0.0, left;

  rt_loader_begin (self->validation_loader, 0, 0);
  while ((batch = rt_loader_next (self->validation_loader)) != NULL)
    {
      rt_trainer_note_unreadable (self, batch, hooks);
      if (batch->n > 0)
        rt_plan_forward (self->evaluation, &batch->images, batch->n, FALSE, 0, 0);
      rt_predictions_append (p, batch, rt_plan_get_output (self->evaluation, 0));
      done += batch->n + batch->n_unreadable;
      rt_trainer_tell (hooks, RT_EVENT_VALIDATING, done / (double) self->task->n_validation, NULL);
      left = (rt_clock_now () - start) / done * ((double) self->task->n_validation - done);
      if (rt_trainer_peek (hooks) == RT_CONTROL_INTERRUPT
          || (rt_trainer_peek (hooks) == RT_CONTROL_STOP && left > STOP_SECONDS))
        return FALSE;
    }
  return TRUE;
}

RtPredictions *
rt_trainer_validate (RtTrainer            *self,
                     const RtTrainerHooks *hooks)
{
  g_autoptr (RtPredictions) p = rt_predictions_new_empty (self->task->n_validation,
                                                          self->n_classes);

  rt_plan_invalidate (self->evaluation);
  if (self->cut > 0)
    validate_features (self, p);
  else if (!validate_pictures (self, p, hooks))
    return NULL;
  return g_steal_pointer (&p);
}

/* By what was computed once, or what the best epoch gave: so with the bits of the run's own
 * figures, and at once. */
RtPredictions *
rt_trainer_predict_validation (RtTrainer  *self,
                               GError    **error)
{
  const RtTeacher *teacher = self->teacher;
  RtPredictions *p;

  if (self->best_predictions != NULL)
    p = rt_predictions_copy (self->best_predictions);
  else if (rt_trainer_fill_validation (self, NULL, error))
    p = rt_trainer_validate (self, NULL);
  else
    return NULL;
  if (teacher != NULL && teacher->validation != NULL && teacher->validation->n == p->n)
    p->teacher = g_memdup2 (teacher->validation->logits,
                            (size_t) p->n * self->n_classes * sizeof (float));
  return p;
}

static gboolean
is_left_out (const RtTrainer *self,
             int              label)
{
  return label >= 0
         && g_strv_contains ((const char *const *) self->recipe->distil.leave_out,
                             rt_dataset_get_class_name (self->task->dataset, label));
}

/* Accuracy with @bias added to the logits of the left-out classes: over all samples, or over
 * theirs only. */
static double
get_biased_accuracy (const RtTrainer     *self,
                     const RtPredictions *p,
                     double               bias,
                     gboolean             left_out_only)
{
  g_autofree float *row = g_new (float, self->n_classes);
  int n = 0, correct = 0;

  for (int i = 0; i < p->n; i++)
    {
      if (p->labels[i] < 0 || (left_out_only && !is_left_out (self, p->labels[i])))
        continue;
      for (int k = 0; k < self->n_classes; k++)
        row[k] = p->logits[(size_t) i * self->n_classes + k]
                 + (is_left_out (self, k) ? (float) bias : 0.0f);
      n++;
      correct += rt_argmax (row, self->n_classes) == p->labels[i];
    }
  return n > 0 ? (double) correct / n : (double) NAN;
}

static void
correct_left_out (RtTrainer           *self,
                  const RtPredictions *validation,
                  const RtPredictions *final,
                  RtResult            *result)
{
  double best = -1.0;

  if (self->recipe->method != RT_METHOD_DISTIL || self->recipe->distil.leave_out == NULL
      || self->recipe->distil.leave_out[0] == NULL)
    return;
  for (int i = 0; i <= BIAS_STEPS; i++)
    {
      double accuracy = get_biased_accuracy (self, validation, i * BIAS_STEP, FALSE);

      if (accuracy > best)
        {
          best = accuracy;
          result->bias_correction = i * BIAS_STEP;
        }
    }
  result->left_out_accuracy = get_biased_accuracy (self, final, 0.0, TRUE);
  result->left_out_corrected = get_biased_accuracy (self, final, result->bias_correction, TRUE);
}

static gboolean
tell_test (double  fraction,
           void   *data)
{
  rt_trainer_tell (data, RT_EVENT_PROGRESS, fraction, N_("Opening the test set"));
  return rt_trainer_peek (data) != RT_CONTROL_INTERRUPT;
}

static void
tell_unreadable_test (const RtPredictions  *test,
                      const RtTrainerHooks *hooks)
{
  for (guint i = 0; i < test->problems->len && i < MAX_SKIPPED_SHOWN; i++)
    {
      g_autofree char *text = g_strdup_printf ("Left out of the test set: %s",
                                               (char *) g_ptr_array_index (test->problems, i));

      rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, text);
    }
  if (test->n == 0)
    rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0,
                     "No picture of the test set can be read: it is left out");
}

/* The best weights on the test part, where there is one. */
static gboolean
open_test (RtTrainer             *self,
           const RtTrainerHooks  *hooks,
           RtResult              *result,
           RtPredictions        **test,
           GError               **error)
{
  const RtTask *task = self->task;

  if (task->n_test == 0)
    return TRUE;
  *test = rt_evaluate (self->network, task->dataset, task->test, task->n_test, &self->format, NULL,
                       0, self->team, tell_test, (void *) hooks, error);
  if (*test == NULL)
    return FALSE;
  tell_unreadable_test (*test, hooks);
  result->test_accuracy = rt_predictions_get_accuracy (*test);
  result->test_loss = rt_predictions_get_loss (*test);
  return TRUE;
}

gboolean
rt_trainer_make_result (RtTrainer             *self,
                        const RtTrainerHooks  *hooks,
                        gboolean               with_test,
                        RtResult              *result,
                        GError               **error)
{
  g_autoptr (RtPredictions) made = NULL;
  g_autoptr (RtPredictions) test = NULL;
  g_autoptr (GError) failure = NULL;
  const RtPredictions *validation = self->best_predictions;

  *result = (RtResult) {
    .best_epoch = self->best_epoch,
    .validation_accuracy = self->best_epoch > 0 ? self->best_accuracy : (double) NAN,
    .validation_loss = self->best_epoch > 0 ? self->best_loss : (double) NAN,
    .test_accuracy = NAN, .test_loss = NAN,
    .teacher_accuracy = self->teacher_accuracy,
    .left_out_accuracy = NAN, .left_out_corrected = NAN, .bias_correction = NAN,
    .seconds = self->seconds,
  };
  /* Stopped before an epoch was over: there is nothing to judge. */
  if (self->best_epoch == 0)
    return TRUE;
  if (validation == NULL && rt_trainer_fill_validation (self, hooks, &failure))
    validation = made = rt_trainer_validate (self, hooks);
  if (validation != NULL && !rt_trainer_fill_teacher_validation (self, hooks, &failure))
    validation = NULL;
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (validation == NULL)
    return rt_trainer_peek (hooks) == RT_CONTROL_STOP;   /* without what takes predictions */
  result->teacher_accuracy = self->teacher_accuracy;
  if (with_test && !open_test (self, hooks, result, &test, &failure))
    {
      if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  correct_left_out (self, validation, test != NULL && test->n > 0 ? test : validation, result);
  return TRUE;
}
