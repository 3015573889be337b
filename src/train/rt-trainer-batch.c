/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The next batch: pictures from the loader, or, above a cut, rows of the cache in the order in
 * which a loader would have brought the samples; with the teacher's logits beside them.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include <string.h>

int
rt_trainer_get_view (const RtTrainer *self,
                     int              epoch)
{
  return self->n_views > 0 ? epoch % self->n_views : 0;
}

void
rt_trainer_begin_epoch (RtTrainer *self)
{
  rt_loader_get_order (self->task->train, self->task->n_train, self->recipe->seed, self->epoch,
                       self->order);
  if (self->loader != NULL)
    rt_loader_begin (self->loader, self->epoch, self->step_in_epoch);
  if (self->teacher != NULL && self->teacher->loader != NULL)
    rt_loader_begin (self->teacher->loader, self->epoch, self->step_in_epoch);
}

static void
take_features (RtTrainer    *self,
               RtTrainBatch *batch)
{
  RtShape shape = rt_plan_get_input_shape (self->plan);
  size_t n_row = rt_shape_count (&shape);
  int view = rt_trainer_get_view (self, self->epoch);
  size_t start = self->step_in_epoch * self->batch_size;

  batch->n = (int) MIN ((size_t) self->batch_size, self->task->n_train - start);
  batch->samples = self->order + start;
  for (int i = 0; i < batch->n; i++)
    {
      memcpy (self->batch_features + i * n_row,
              rt_feature_cache_get_row (self->features, batch->samples[i], view),
              n_row * sizeof (float));
      self->batch_labels[i] = self->task->dataset->labels[batch->samples[i]];
    }
  batch->images = self->batch_features;
  batch->labels = self->batch_labels;
}

static gboolean
take_pictures (RtTrainer     *self,
               RtTrainBatch  *batch,
               GError       **error)
{
  const RtBatch *loaded = rt_loader_next (self->loader, error);

  if (loaded == NULL)
    return FALSE;
  *batch = (RtTrainBatch) { loaded->images, loaded->labels, loaded->samples, NULL, loaded->n };
  return TRUE;
}

/* Runs the teacher on its own look at the same samples and view. */
static gboolean
ask_teacher (RtTrainer  *self,
             GError    **error)
{
  RtTeacher *teacher = self->teacher;
  const RtBatch *loaded = rt_loader_next (teacher->loader, error);
  int n_out = rt_network_get_n_classes (teacher->network);
  const float *out;

  if (loaded == NULL)
    return FALSE;
  rt_plan_forward (teacher->plan, &loaded->images, loaded->n, FALSE, 0, 0);
  out = rt_plan_get_output (teacher->plan, 0);
  for (int i = 0; i < loaded->n; i++)
    for (int k = 0; k < self->n_classes; k++)
      self->batch_teacher[i * self->n_classes + k] = out[i * n_out + teacher->columns[k]];
  return TRUE;
}

gboolean
rt_trainer_next_batch (RtTrainer     *self,
                       RtTrainBatch  *batch,
                       GError       **error)
{
  RtTeacher *teacher = self->teacher;

  *batch = (RtTrainBatch) { 0 };
  if (self->cut > 0)
    take_features (self, batch);
  else if (!take_pictures (self, batch, error))
    return FALSE;
  if (teacher == NULL)
    return TRUE;

  batch->teacher = self->batch_teacher;
  if (teacher->logits == NULL)
    return ask_teacher (self, error);
  for (int i = 0; i < batch->n; i++)
    memcpy (self->batch_teacher + i * self->n_classes,
            rt_feature_cache_get_row (teacher->logits, batch->samples[i],
                                      rt_trainer_get_view (self, self->epoch)),
            self->n_classes * sizeof (float));
  return TRUE;
}
