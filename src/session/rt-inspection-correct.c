/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Corrections made while looking at what a run got wrong. A picture is known by its content, which
 * may lie on a slow disk, so a change is made by a worker: it takes what is there now, by whomever
 * it was corrected, changes it and keeps it. Changes are made one after the other in the order in
 * which they were asked for; what could not be kept was not corrected. To undo one puts its own
 * picture's correction back and leaves what was done to others elsewhere.
 */
#include "config.h"

#include "rt-inspection-private.h"

#include "rt-worker.h"

typedef enum
{
  CHANGE_CORRECT,
  CHANGE_REVERT,
  CHANGE_UNDO
} ChangeKind;

/* What the thread is given, copies only but for the dataset, which nobody changes, and what it made
 * of it. */
typedef struct
{
  ChangeKind          kind;
  RtDataset          *dataset;       /* Owned (nullable) */
  size_t              sample;
  char               *label;         /* Owned (nullable) */
  RtCorrectionBefore *before;        /* Owned (nullable): what was there, or is put back */
  RtCorrections      *corrections;   /* Owned (nullable): what is there now */
} Change;

void
rt_correction_before_free (RtCorrectionBefore *before)
{
  g_free (before->sample);
  rt_corrections_free (before->was);
  g_free (before);
}

static void
change_free (Change *change)
{
  g_clear_pointer (&change->dataset, rt_dataset_unref);
  g_free (change->label);
  g_clear_pointer (&change->before, rt_correction_before_free);
  g_clear_pointer (&change->corrections, rt_corrections_free);
  g_free (change);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Change, change_free)

static gboolean
make_change (RtCorrections  *corrections,
             void           *data,
             GError        **error)
{
  Change *change = data;

  if (change->kind == CHANGE_UNDO)
    {
      rt_corrections_take (corrections, change->before->was, change->before->sample);
      return TRUE;
    }
  change->before = g_new0 (RtCorrectionBefore, 1);
  change->before->sample = rt_dataset_dup_sample_name (change->dataset, change->sample);
  change->before->was = rt_corrections_new ();
  rt_corrections_take (change->before->was, corrections, change->before->sample);
  if (change->kind == CHANGE_CORRECT)
    return rt_corrections_correct (corrections, change->dataset, change->sample, change->label,
                                   error);
  rt_corrections_remove (corrections, change->before->sample);
  return TRUE;
}

static void
change_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Change *change = data;
  GError *error = NULL;

  change->corrections = rt_corrections_change (change->dataset->spec, make_change, change, &error);
  if (change->corrections != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void start_change (RtInspection *self);

static void
take_change (RtInspection *self,
             Change       *change)
{
  g_clear_pointer (&self->corrections, rt_corrections_free);
  self->corrections = g_steal_pointer (&change->corrections);
  if (change->kind != CHANGE_UNDO)
    g_ptr_array_add (self->undo, g_steal_pointer (&change->before));
}

static void
changed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  RtInspection *self = RT_INSPECTION (source);
  g_autoptr (GTask) asked = g_queue_pop_head (self->changes);
  g_autoptr (Change) change = rt_worker_take (G_TASK (result));
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      take_change (self, change);
      g_task_return_boolean (asked, TRUE);
    }
  else
    {
      if (change->kind == CHANGE_UNDO)
        g_ptr_array_add (self->undo, g_steal_pointer (&change->before));
      g_task_return_error (asked, error);
    }
  start_change (self);
}

/* The first of those that wait; what there is to undo is known only now. */
static void
start_change (RtInspection *self)
{
  GTask *asked = g_queue_peek_head (self->changes);
  Change *change = asked != NULL ? g_task_get_task_data (asked) : NULL;
  g_autoptr (GTask) task = NULL;
  Change *copy;

  if (change == NULL)
    return;
  if (change->kind == CHANGE_UNDO && self->undo->len == 0)
    {
      g_queue_pop_head (self->changes);
      g_task_return_boolean (asked, FALSE);
      g_object_unref (asked);
      start_change (self);
      return;
    }
  copy = g_new0 (Change, 1);
  *copy = (Change) { .kind = change->kind, .dataset = rt_dataset_ref (self->dataset),
                     .sample = change->sample, .label = g_strdup (change->label) };
  if (copy->kind == CHANGE_UNDO)
    copy->before = g_ptr_array_steal_index (self->undo, self->undo->len - 1);
  task = g_task_new (self, NULL, changed_cb, NULL);
  g_task_set_source_tag (task, start_change);
  rt_worker_run (task, copy, (GDestroyNotify) change_free, change_thread);
}

static void
ask_change (RtInspection        *self,
            ChangeKind           kind,
            int                  row,
            const char          *label,
            GAsyncReadyCallback  callback,
            void                *data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  Change *change = g_new0 (Change, 1);

  change->kind = kind;
  change->sample = kind != CHANGE_UNDO ? self->predictions->samples[row] : 0;
  change->label = g_strdup (label);
  g_task_set_source_tag (task, ask_change);
  g_task_set_task_data (task, change, (GDestroyNotify) change_free);
  g_queue_push_tail (self->changes, task);
  if (g_queue_get_length (self->changes) == 1)
    start_change (self);
}

void
rt_inspection_correct_async (RtInspection        *self,
                             int                  row,
                             const char          *label,
                             GAsyncReadyCallback  callback,
                             void                *data)
{
  g_return_if_fail (rt_inspection_can_correct (self));
  g_return_if_fail (row >= 0 && row < self->predictions->n);
  ask_change (self, CHANGE_CORRECT, row, label, callback, data);
}

void
rt_inspection_revert_async (RtInspection        *self,
                            int                  row,
                            GAsyncReadyCallback  callback,
                            void                *data)
{
  g_return_if_fail (rt_inspection_can_correct (self));
  g_return_if_fail (row >= 0 && row < self->predictions->n);
  ask_change (self, CHANGE_REVERT, row, NULL, callback, data);
}

void
rt_inspection_undo_async (RtInspection        *self,
                          GAsyncReadyCallback  callback,
                          void                *data)
{
  g_return_if_fail (rt_inspection_can_correct (self));
  ask_change (self, CHANGE_UNDO, 0, NULL, callback, data);
}

gboolean
rt_inspection_change_finish (RtInspection  *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
