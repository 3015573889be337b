/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is computed once: the frozen prefix and the teacher, for each training sample and view, and
 * for the validation set. Filling goes through the samples in their ascending order in batches of
 * one size, so the same numbers come out whenever it is done; a view is filled when the first epoch
 * that shows it begins.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include <string.h>

/* Rows for the batch just run. */
typedef void (*StoreFunc) (RtTrainer     *self,
                           const RtBatch *batch,
                           int            view,
                           const float   *out);

typedef struct
{
  RtPlan              *plan;
  const RtInputFormat *format;
  const size_t        *samples;
  size_t               n;
  gboolean             train;
  int                  view;
  StoreFunc            store;
  const char          *text;    /* what a person is told */
} Fill;

static gboolean
fill (RtTrainer             *self,
      const Fill            *job,
      const RtTrainerHooks  *hooks,
      GError               **error)
{
  g_autoptr (RtLoader) loader = rt_trainer_make_loader (self, job->samples, job->n, job->format,
                                                        job->train);
  g_autoptr (GError) failure = NULL;
  const RtBatch *batch;
  size_t done = 0;

  rt_loader_begin (loader, job->view, 0);
  while ((batch = rt_loader_next (loader, &failure)) != NULL)
    {
      rt_plan_forward (job->plan, &batch->images, batch->n, FALSE, 0, 0);
      job->store (self, batch, job->view, rt_plan_get_output (job->plan, 0));
      done += batch->n;
      rt_trainer_tell (hooks, RT_EVENT_PROGRESS, (double) done / (double) job->n, job->text);
      if (rt_trainer_peek (hooks) != RT_CONTROL_GO)
        return FALSE;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return TRUE;
}

static void
store_features (RtTrainer     *self,
                const RtBatch *batch,
                int            view,
                const float   *out)
{
  RtShape shape = rt_plan_get_input_shape (self->plan);
  size_t n_row = rt_shape_count (&shape);

  for (int i = 0; i < batch->n; i++)
    memcpy (rt_feature_cache_get_row (self->features, batch->samples[i], view), out + i * n_row,
            n_row * sizeof (float));
}

static void
store_validation_features (RtTrainer     *self,
                           const RtBatch *batch,
                           int            view,
                           const float   *out)
{
  RtShape shape = rt_plan_get_input_shape (self->plan);
  size_t n_row = rt_shape_count (&shape);

  for (int i = 0; i < batch->n; i++)
    memcpy (rt_feature_cache_get_row (self->validation_features, batch->samples[i], 0),
            out + i * n_row, n_row * sizeof (float));
}

static void
store_teacher (RtTrainer     *self,
               const RtBatch *batch,
               int            view,
               const float   *out)
{
  int n_out = rt_network_get_n_classes (self->teacher->network);

  for (int i = 0; i < batch->n; i++)
    {
      float *row = rt_feature_cache_get_row (self->teacher->logits, batch->samples[i], view);

      for (int k = 0; k < self->n_classes; k++)
        row[k] = out[(size_t) i * n_out + self->teacher->columns[k]];
    }
}

gboolean
rt_trainer_fill_caches (RtTrainer             *self,
                        int                    epoch,
                        const RtTrainerHooks  *hooks,
                        GError               **error)
{
  int view = rt_trainer_get_view (self, epoch);

  if (self->features != NULL && !rt_feature_cache_has_view (self->features, view))
    {
      Fill job = { self->prefix, &self->format, self->task->train, self->task->n_train, TRUE, view,
                   store_features, "Computing the frozen blocks once" };

      if (!fill (self, &job, hooks, error))
        return FALSE;
      rt_feature_cache_set_view (self->features, view);
    }
  if (self->teacher != NULL && self->teacher->logits != NULL
      && !rt_feature_cache_has_view (self->teacher->logits, view))
    {
      Fill job = { self->teacher->plan, &self->teacher->format, self->task->train,
                   self->task->n_train, TRUE, view, store_teacher, "Asking the teacher once" };

      if (!fill (self, &job, hooks, error))
        return FALSE;
      rt_feature_cache_set_view (self->teacher->logits, view);
    }
  return TRUE;
}

gboolean
rt_trainer_fill_validation (RtTrainer             *self,
                            const RtTrainerHooks  *hooks,
                            GError               **error)
{
  Fill job = { self->prefix, &self->format, self->task->validation, self->task->n_validation,
               FALSE, 0, store_validation_features, "Computing the frozen blocks once" };

  if (self->validation_features == NULL
      || rt_feature_cache_has_view (self->validation_features, 0))
    return TRUE;
  if (!fill (self, &job, hooks, error))
    return FALSE;
  rt_feature_cache_set_view (self->validation_features, 0);
  return TRUE;
}

static gboolean
tell_progress (double  fraction,
               void   *data)
{
  const RtTrainerHooks *hooks = data;

  rt_trainer_tell (hooks, RT_EVENT_PROGRESS, fraction,
                   "Asking the teacher about the validation set");
  return rt_trainer_peek (hooks) == RT_CONTROL_GO;
}

gboolean
rt_trainer_fill_teacher_validation (RtTrainer             *self,
                                    const RtTrainerHooks  *hooks,
                                    GError               **error)
{
  RtTeacher *teacher = self->teacher;
  g_autoptr (GError) failure = NULL;

  if (teacher == NULL || teacher->validation != NULL)
    return TRUE;
  teacher->validation = rt_evaluate (teacher->network, self->task->dataset, self->task->validation,
                                     self->task->n_validation, &teacher->format, teacher->columns,
                                     self->n_classes, self->team, tell_progress, (void *) hooks,
                                     &failure);
  if (teacher->validation == NULL)
    {
      if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  teacher->accuracy = rt_predictions_get_accuracy (teacher->validation);
  return TRUE;
}
