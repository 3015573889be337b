/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is computed once: the frozen prefix and the teacher, for each training sample and view, and
 * for the validation set. Filling goes through the samples in their ascending order in batches of
 * one size, so the same numbers come out whenever it is done; a view is filled when the first epoch
 * that shows it begins, the validation set when one has made its steps.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* Rows for the batch just run. */
typedef void (*StoreFunc) (RtTrainer     *self,
                           const RtBatch *batch,
                           int            view,
                           const float   *out);

typedef struct
{
  RtPlan              *plan;
  RtLoader            *loader;
  size_t               n;       /* samples of it */
  int                  view;
  StoreFunc            store;
  const char          *text;    /* what a person is told */
} Fill;

static RtControlState
wait_while_paused (RtTrainer            *self,
                   const RtTrainerHooks *hooks)
{
  double start = self->now ();
  RtControlState state = hooks != NULL && hooks->control != NULL
                         ? rt_control_wait (hooks->control) : RT_CONTROL_GO;

  self->pace.paused += self->now () - start;
  return state;
}

/* FALSE when the control wants an end. */
static gboolean
fill (RtTrainer            *self,
      const Fill           *job,
      const RtTrainerHooks *hooks)
{
  const RtBatch *batch;
  size_t done = 0;

  rt_loader_begin (job->loader, job->view, 0);
  while ((batch = rt_loader_next (job->loader)) != NULL)
    {
      rt_trainer_note_unreadable (self, batch, hooks);
      if (batch->n > 0)
        {
          rt_plan_forward (job->plan, &batch->images, batch->n, FALSE, 0, 0);
          job->store (self, batch, job->view, rt_plan_get_output (job->plan, 0));
        }
      done += batch->n + batch->n_unreadable;
      rt_trainer_tell (hooks, RT_EVENT_PROGRESS, (double) done / (double) job->n, job->text);
      if (wait_while_paused (self, hooks) != RT_CONTROL_GO)
        return FALSE;
    }
  return TRUE;
}

static gboolean
reserve (RtFeatureCache  *cache,   /* (nullable) */
         GError         **error)
{
  return cache == NULL || rt_feature_cache_reserve (cache, error);
}

gboolean
rt_trainer_reserve (RtTrainer  *self,
                    GError    **error)
{
  return reserve (self->features, error) && reserve (self->validation_features, error)
         && (self->teacher == NULL || reserve (self->teacher->logits, error));
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
    memcpy (rt_feature_cache_fill_row (self->features, batch->samples[i], view), out + i * n_row,
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
    memcpy (rt_feature_cache_fill_row (self->validation_features, batch->samples[i], 0),
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
      float *row = rt_feature_cache_fill_row (self->teacher->logits, batch->samples[i], view);

      for (int k = 0; k < self->n_classes; k++)
        row[k] = out[(size_t) i * n_out + self->teacher->columns[k]];
    }
}

/* Pictures are kept from one view to the next, and let go after the last. */
static gboolean
fill_view (RtTrainer             *self,
           RtFeatureCache        *cache,
           RtLoader             **loader,
           const RtInputFormat   *format,
           int                    batch_size,
           Fill                   job,
           const RtTrainerHooks  *hooks,
           GError               **error)
{
  gboolean complete = TRUE;

  if (rt_feature_cache_has_view (cache, job.view))
    return TRUE;
  if (!rt_feature_cache_reserve (cache, error))
    return FALSE;
  if (*loader == NULL)
    *loader = rt_trainer_make_loader (self, self->task->train, self->task->n_train, format,
                                      batch_size, TRUE, self->n_views > 1);
  job.loader = *loader;
  job.n = self->task->n_train;
  if (!fill (self, &job, hooks))
    return FALSE;
  rt_feature_cache_set_view (cache, job.view);
  for (int i = 0; i < self->n_views; i++)
    complete = complete && rt_feature_cache_has_view (cache, i);
  if (complete)
    g_clear_pointer (loader, rt_loader_free);
  return TRUE;
}

gboolean
rt_trainer_fill_caches (RtTrainer             *self,
                        int                    epoch,
                        const RtTrainerHooks  *hooks,
                        GError               **error)
{
  RtTeacher *teacher = self->teacher;
  Fill job = { .view = rt_trainer_get_view (self, epoch) };

  if (self->features != NULL)
    {
      job.plan = self->prefix;
      job.store = store_features;
      job.text = N_("Computing the frozen blocks once");
      if (!fill_view (self, self->features, &self->fill_loader, &self->format, self->fill_batch,
                      job, hooks, error))
        return FALSE;
    }
  if (teacher == NULL || teacher->logits == NULL)
    return TRUE;
  job.plan = teacher->plan;
  job.store = store_teacher;
  job.text = N_("Asking the teacher once");
  return fill_view (self, teacher->logits, &teacher->loader, &teacher->format, teacher->fill_batch,
                    job, hooks, error);
}

gboolean
rt_trainer_fill_validation (RtTrainer             *self,
                            const RtTrainerHooks  *hooks,
                            GError               **error)
{
  const RtTask *task = self->task;
  g_autoptr (RtLoader) loader = NULL;
  Fill job = { .plan = self->prefix, .n = task->n_validation, .store = store_validation_features,
               .text = N_("Computing the frozen blocks once, for validation") };

  if (self->validation_features == NULL
      || rt_feature_cache_has_view (self->validation_features, 0))
    return TRUE;
  if (!rt_feature_cache_reserve (self->validation_features, error))
    return FALSE;
  loader = rt_trainer_make_loader (self, task->validation, task->n_validation, &self->format,
                                   self->fill_batch, FALSE, FALSE);
  job.loader = loader;
  if (!fill (self, &job, hooks))
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
                   N_("Asking the teacher about the validation set"));
  return rt_trainer_peek (hooks) == RT_CONTROL_GO;
}

gboolean
rt_trainer_fill_teacher_validation (RtTrainer             *self,
                                    const RtTrainerHooks  *hooks,
                                    GError               **error)
{
  RtTeacher *teacher = self->teacher;
  g_autoptr (GError) failure = NULL;
  g_autofree char *text = NULL;

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
  self->teacher_accuracy = rt_predictions_get_accuracy (teacher->validation);
  text = rt_trainer_describe_teacher (self);
  rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, text);
  return TRUE;
}
