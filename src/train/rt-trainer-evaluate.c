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
#include "rt-loss.h"

#include <math.h>
#include <string.h>

#define BIAS_STEP  0.1
#define BIAS_STEPS 150

static RtPredictions *
validate_features (RtTrainer *self)
{
  const RtTask *task = self->task;
  RtPredictions *p = rt_predictions_new (task->dataset, task->validation, task->n_validation,
                                         self->n_classes);
  const int batch = 64;

  for (size_t start = 0; start < task->n_validation; start += batch)
    {
      int n = (int) MIN ((size_t) batch, task->n_validation - start);
      /* Rows of one view lie in the order of the samples. */
      const float *rows = rt_feature_cache_get_row (self->validation_features,
                                                    task->validation[start], 0);

      rt_plan_forward (self->evaluation, &rows, n, FALSE, 0, 0);
      memcpy (p->logits + start * self->n_classes, rt_plan_get_output (self->evaluation, 0),
              (size_t) n * self->n_classes * sizeof (float));
    }
  return p;
}

static RtPredictions *
validate_pictures (RtTrainer  *self,
                   GError    **error)
{
  const RtTask *task = self->task;
  g_autoptr (RtPredictions) p = rt_predictions_new (task->dataset, task->validation,
                                                    task->n_validation, self->n_classes);
  g_autoptr (GError) failure = NULL;
  const RtBatch *batch;
  size_t done = 0;

  rt_loader_begin (self->validation_loader, 0, 0);
  while ((batch = rt_loader_next (self->validation_loader, &failure)) != NULL)
    {
      rt_plan_forward (self->evaluation, &batch->images, batch->n, FALSE, 0, 0);
      memcpy (p->logits + done * self->n_classes, rt_plan_get_output (self->evaluation, 0),
              (size_t) batch->n * self->n_classes * sizeof (float));
      done += batch->n;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return g_steal_pointer (&p);
}

RtPredictions *
rt_trainer_validate (RtTrainer  *self,
                     GError    **error)
{
  rt_plan_invalidate (self->evaluation);
  return self->cut > 0 ? validate_features (self) : validate_pictures (self, error);
}

RtPredictions *
rt_trainer_predict (RtTrainer  *self,
                    RtPart      part,
                    GError    **error)
{
  const RtTask *task = self->task;
  const size_t *samples = part == RT_PART_TRAIN ? task->train
                          : part == RT_PART_TEST ? task->test : task->validation;
  size_t n = part == RT_PART_TRAIN ? task->n_train
             : part == RT_PART_TEST ? task->n_test : task->n_validation;
  RtPredictions *p = rt_evaluate (self->network, task->dataset, samples, n, &self->format, NULL, 0,
                                  self->team, NULL, NULL, error);

  if (p != NULL && part == RT_PART_VALIDATION && self->teacher != NULL
      && self->teacher->validation != NULL)
    p->teacher = g_memdup2 (self->teacher->validation->logits,
                            n * self->n_classes * sizeof (float));
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
  rt_trainer_tell (data, RT_EVENT_PROGRESS, fraction, "Opening the test set");
  return TRUE;
}

/* Whether there is anything left, where there was. */
static gboolean
leave_out_unreadable_test (RtTrainer            *self,
                           const RtTrainerHooks *hooks)
{
  RtTask *task = self->task;
  guint n_known = self->problems->len;
  gboolean any = task->n_test == 0;

  task->n_test = rt_dataset_keep_readable (task->dataset, task->test, task->n_test, self->team,
                                           NULL, self->problems);
  for (guint i = n_known; i < self->problems->len && i - n_known < MAX_SKIPPED_SHOWN; i++)
    {
      g_autofree char *text = g_strdup_printf ("Left out of the test set: %s",
                                               (char *) g_ptr_array_index (self->problems, i));

      rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, text);
    }
  return any || task->n_test > 0;
}

gboolean
rt_trainer_make_result (RtTrainer             *self,
                        const RtTrainerHooks  *hooks,
                        gboolean               with_test,
                        RtResult              *result,
                        GError               **error)
{
  RtTask *task = self->task;
  g_autoptr (RtPredictions) validation = rt_trainer_validate (self, error);
  g_autoptr (RtPredictions) test = NULL;

  if (validation == NULL)
    return FALSE;
  *result = (RtResult) {
    .best_epoch = self->best_epoch,
    .validation_accuracy = rt_predictions_get_accuracy (validation),
    .validation_loss = rt_predictions_get_loss (validation),
    .test_accuracy = NAN, .test_loss = NAN,
    .teacher_accuracy = self->teacher != NULL ? self->teacher->accuracy : (double) NAN,
    .left_out_accuracy = NAN, .left_out_corrected = NAN, .bias_correction = NAN,
    .seconds = self->seconds,
  };
  if (with_test && !leave_out_unreadable_test (self, hooks))
    rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0,
                     "No picture of the test set can be read: it is left out");
  if (with_test && task->n_test > 0)
    {
      test = rt_evaluate (self->network, task->dataset, task->test, task->n_test, &self->format,
                          NULL, 0, self->team, tell_test, (void *) hooks, error);
      if (test == NULL)
        return FALSE;
      result->test_accuracy = rt_predictions_get_accuracy (test);
      result->test_loss = rt_predictions_get_loss (test);
    }
  correct_left_out (self, validation, test != NULL ? test : validation, result);
  return TRUE;
}
