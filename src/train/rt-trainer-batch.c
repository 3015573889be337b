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
  /* Not the one that fills its cache, a view at a time. */
  if (self->teacher != NULL && self->teacher->logits == NULL)
    rt_loader_begin (self->teacher->loader, self->epoch, self->step_in_epoch);
}

void
rt_trainer_note_unreadable (RtTrainer            *self,
                            const RtBatch        *batch,
                            const RtTrainerHooks *hooks)
{
  for (int i = 0; i < batch->n_unreadable; i++)
    {
      g_autofree char *text = NULL;

      if (self->unreadable[batch->unreadable[i]])
        continue;
      self->unreadable[batch->unreadable[i]] = TRUE;
      g_ptr_array_add (self->problems, g_strdup (batch->problems[i]));
      if (self->problems->len > MAX_SKIPPED_SHOWN + 1)
        continue;
      if (self->problems->len <= MAX_SKIPPED_SHOWN)
        text = g_strdup_printf ("Left out, as it cannot be read: %s", batch->problems[i]);
      else
        text = g_strdup ("Left out, without more names: other pictures that cannot be read");
      rt_trainer_tell (hooks, RT_EVENT_NOTE, 0.0, text);
    }
}

static void
take_features (RtTrainer    *self,
               RtTrainBatch *batch)
{
  RtShape shape = rt_plan_get_input_shape (self->plan);
  size_t n_row = rt_shape_count (&shape);
  int view = rt_trainer_get_view (self, self->epoch);
  size_t start = self->step_in_epoch * self->batch_size;
  size_t end = MIN (start + self->batch_size, self->task->n_train);

  for (size_t i = start; i < end; i++)
    {
      size_t sample = self->order[i];

      if (self->unreadable[sample])
        continue;
      memcpy (self->batch_features + batch->n * n_row,
              rt_feature_cache_get_row (self->features, sample, view), n_row * sizeof (float));
      self->batch_labels[batch->n] = self->task->dataset->labels[sample];
      self->batch_samples[batch->n++] = sample;
    }
  batch->images = self->batch_features;
  batch->labels = self->batch_labels;
  batch->samples = self->batch_samples;
}

static void
take_pictures (RtTrainer            *self,
               RtTrainBatch         *batch,
               const RtTrainerHooks *hooks)
{
  const RtBatch *loaded = rt_loader_next (self->loader);

  rt_trainer_note_unreadable (self, loaded, hooks);
  *batch = (RtTrainBatch) { loaded->images, loaded->labels, loaded->samples, NULL, loaded->n };
}

/* Runs the teacher on its own look at the same samples and view. */
static void
ask_teacher (RtTrainer    *self,
             RtTrainBatch *batch)
{
  RtTeacher *teacher = self->teacher;
  const RtBatch *loaded = rt_loader_next (teacher->loader);
  int n_out = rt_network_get_n_classes (teacher->network);
  RtShape shape = rt_plan_get_input_shape (teacher->plan);
  size_t n_row = rt_shape_count (&shape);
  const float *out;

  /* A file that was taken away between the two looks: nothing is learned from such a batch. */
  if (loaded->n != batch->n)
    batch->n = 0;
  if (batch->n == 0)
    return;
  for (int from = 0; from < loaded->n; from += teacher->fill_batch)
    {
      const float *images = loaded->images + (size_t) from * n_row;
      int n = MIN (teacher->fill_batch, loaded->n - from);

      rt_plan_forward (teacher->plan, &images, n, FALSE, 0, 0);
      out = rt_plan_get_output (teacher->plan, 0);
      for (int i = 0; i < n; i++)
        for (int k = 0; k < self->n_classes; k++)
          self->batch_teacher[(from + i) * self->n_classes + k]
            = out[i * n_out + teacher->columns[k]];
    }
}

void
rt_trainer_next_batch (RtTrainer            *self,
                       RtTrainBatch         *batch,
                       const RtTrainerHooks *hooks)
{
  RtTeacher *teacher = self->teacher;

  *batch = (RtTrainBatch) { 0 };
  if (self->cut > 0)
    take_features (self, batch);
  else
    take_pictures (self, batch, hooks);
  if (teacher == NULL)
    return;

  batch->teacher = self->batch_teacher;
  if (teacher->logits == NULL)
    {
      ask_teacher (self, batch);
      return;
    }
  for (int i = 0; i < batch->n; i++)
    memcpy (self->batch_teacher + i * self->n_classes,
            rt_feature_cache_get_row (teacher->logits, batch->samples[i],
                                      rt_trainer_get_view (self, self->epoch)),
            self->n_classes * sizeof (float));
}
