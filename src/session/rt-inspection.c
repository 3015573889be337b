/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-inspection-private.h"

#include "rt-formats.h"
#include "rt-loss.h"
#include "rt-predictions-file.h"
#include "rt-recipe-task.h"
#include "rt-worker.h"

#include <glib/gi18n.h>

#define PREDICTIONS_FILE "predictions.safetensors"

G_DEFINE_FINAL_TYPE (RtInspection, rt_inspection, G_TYPE_OBJECT)

static void
rt_inspection_finalize (GObject *object)
{
  RtInspection *self = RT_INSPECTION (object);

  g_clear_pointer (&self->dataset, rt_dataset_unref);
  g_clear_pointer (&self->predictions, rt_predictions_free);
  g_clear_pointer (&self->corrections, rt_corrections_free);
  g_clear_pointer (&self->undo, g_ptr_array_unref);
  g_queue_free (self->changes);   /* empty: a change holds what it is made to */
  G_OBJECT_CLASS (rt_inspection_parent_class)->finalize (object);
}

static void
rt_inspection_class_init (RtInspectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_inspection_finalize;
}

static void
rt_inspection_init (RtInspection *self)
{
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_correction_before_free);
  self->changes = g_queue_new ();
}

/* What the loading thread is given, copies only, and what it makes of it. */
typedef struct
{
  RtRecipe     *recipe;       /* Owned */
  char         *path;         /* Owned */
  RtInspection *inspection;   /* Owned (nullable) */
} Load;

static void
load_free (Load *load)
{
  rt_recipe_free (load->recipe);
  g_free (load->path);
  g_clear_object (&load->inspection);
  g_free (load);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Load, load_free)

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  Load *load = data;
  const RtRecipeTask *t = &load->recipe->task;
  RtDatasetOptions options = rt_recipe_get_dataset_options (load->recipe);
  g_autoptr (RtInspection) self = g_object_new (RT_TYPE_INSPECTION, NULL);
  g_autoptr (RtTensorList) list = NULL;
  GError *error = NULL;

  list = rt_weights_read (load->path, cancellable, &error);
  if (list != NULL)
    self->dataset = rt_dataset_open (t->dataset, &options, cancellable, &error);
  if (self->dataset != NULL)
    self->predictions = rt_predictions_from_tensors (list, self->dataset);
  if (self->dataset != NULL && self->predictions == NULL)
    g_set_error (&error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                 _("%s: does not go with the dataset any more; train again to look inside"),
                 load->path);
  /* Where they cannot be read, the next training says so. */
  if (self->predictions != NULL && !g_str_has_prefix (self->dataset->spec, "builtin:"))
    self->corrections = rt_corrections_load (self->dataset->spec, "latest", NULL);
  if (self->predictions == NULL)
    g_task_return_error (task, error);
  else
    {
      load->inspection = g_steal_pointer (&self);
      g_task_return_boolean (task, TRUE);
    }
}

void
rt_inspection_load_async (RtLibrary           *library,
                          RtRunItem           *item,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          void                *data)
{
  g_autoptr (GTask) task = g_task_new (library, cancellable, callback, data);
  RtStore *store = rt_library_get_store (library);
  int id = rt_run_item_get_id (item);
  g_autoptr (Load) load = g_new0 (Load, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, rt_inspection_load_async);
  load->recipe = rt_store_get_recipe (store, id, &error);
  load->path = rt_store_get_path (store, id, PREDICTIONS_FILE);
  if (load->recipe == NULL)
    g_task_return_error (task, error);
  else
    rt_worker_run (task, g_steal_pointer (&load), (GDestroyNotify) load_free, load_thread);
}

RtInspection *
rt_inspection_load_finish (GAsyncResult  *result,
                           GError       **error)
{
  g_autoptr (Load) load = rt_worker_take (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&load->inspection);
}

const RtPredictions *
rt_inspection_get_predictions (RtInspection *self)
{
  g_return_val_if_fail (RT_IS_INSPECTION (self), NULL);
  return self->predictions;
}

const RtDataset *
rt_inspection_get_dataset (RtInspection *self)
{
  g_return_val_if_fail (RT_IS_INSPECTION (self), NULL);
  return self->dataset;
}

int
rt_inspection_get_n_classes (RtInspection *self)
{
  g_return_val_if_fail (RT_IS_INSPECTION (self), 0);
  return self->predictions->n_classes;
}

const char *
rt_inspection_get_class_name (RtInspection *self,
                              int           label)
{
  g_return_val_if_fail (RT_IS_INSPECTION (self), NULL);
  return rt_dataset_get_class_name (self->dataset, label);
}

static const float *
get_logits (RtInspection *self,
            int           row)
{
  return self->predictions->logits + (size_t) row * self->predictions->n_classes;
}

int
rt_inspection_get_predicted (RtInspection *self,
                             int           row)
{
  g_return_val_if_fail (RT_IS_INSPECTION (self), 0);
  return rt_argmax (get_logits (self, row), self->predictions->n_classes);
}

static int
compare_loss (const void *a,
              const void *b,
              gpointer    data)
{
  const double *losses = data;
  double x = losses[*(const int *) a];
  double y = losses[*(const int *) b];

  return x > y ? -1 : x < y;
}

GArray *
rt_inspection_list_mistakes (RtInspection *self)
{
  const RtPredictions *p = self->predictions;
  g_autofree double *losses = g_new0 (double, MAX (p->n, 1));
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (int));

  for (int i = 0; i < p->n; i++)
    {
      if (p->labels[i] < 0 || rt_inspection_get_predicted (self, i) == p->labels[i])
        continue;
      losses[i] = rt_cross_entropy (NULL, get_logits (self, i), &p->labels[i], 0.0f, NULL, 0.0f, 1,
                                    p->n_classes);
      g_array_append_val (rows, i);
    }
  g_array_sort_with_data (rows, compare_loss, losses);
  return rows;
}

GArray *
rt_inspection_list_cell (RtInspection *self,
                         int           label,
                         int           predicted)
{
  const RtPredictions *p = self->predictions;
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (int));

  for (int i = 0; i < p->n; i++)
    if (p->labels[i] == label && rt_inspection_get_predicted (self, i) == predicted)
      g_array_append_val (rows, i);
  return rows;
}

void
rt_inspection_get_student (RtInspection *self,
                           int           row,
                           float         temperature,
                           float        *probabilities)
{
  g_return_if_fail (RT_IS_INSPECTION (self));
  rt_softmax (probabilities, get_logits (self, row), temperature, 1, self->predictions->n_classes);
}

gboolean
rt_inspection_get_teacher (RtInspection *self,
                           int           row,
                           float         temperature,
                           float        *probabilities)
{
  const RtPredictions *p = self->predictions;

  g_return_val_if_fail (RT_IS_INSPECTION (self), FALSE);
  if (p->teacher == NULL)
    return FALSE;
  rt_softmax (probabilities, p->teacher + (size_t) row * p->n_classes, temperature, 1,
              p->n_classes);
  return TRUE;
}

/* Pictures of rows: the inspection does not change, and datasets are read by several threads at
 * once. */
typedef struct
{
  GArray    *rows;     /* Owned: of int */
  int        side;
  GPtrArray *images;   /* Owned: of RtImage */
} Reading;

static void
reading_free (Reading *reading)
{
  g_array_unref (reading->rows);
  g_ptr_array_unref (reading->images);
  g_free (reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  RtInspection *self = source;
  Reading *job = data;

  for (guint i = 0; i < job->rows->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      size_t sample = self->predictions->samples[g_array_index (job->rows, int, i)];

      g_ptr_array_add (job->images, rt_dataset_read_thumbnail (self->dataset, sample, job->side,
                                                               NULL));
    }
  g_task_return_boolean (task, TRUE);
}

void
rt_inspection_read_images_async (RtInspection        *self,
                                 const int           *rows,
                                 int                  n,
                                 int                  side,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 void                *data)
{
  g_autoptr (GTask) task = NULL;
  Reading *job;

  g_return_if_fail (RT_IS_INSPECTION (self));
  job = g_new0 (Reading, 1);
  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, rt_inspection_read_images_async);
  job->rows = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_append_vals (job->rows, rows, (guint) n);
  job->side = side;
  job->images = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_image_free);
  rt_worker_run (task, job, (GDestroyNotify) reading_free, read_thread);
}

GPtrArray *
rt_inspection_read_images_finish (RtInspection  *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  g_autoptr (Reading) job = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  job = rt_worker_take (G_TASK (result));
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_ptr_array_ref (job->images);
}

/* Corrections */

gboolean
rt_inspection_can_correct (RtInspection *self)
{
  g_return_val_if_fail (RT_IS_INSPECTION (self), FALSE);
  return self->corrections != NULL;
}

char *
rt_inspection_dup_name (RtInspection *self,
                        int           row)
{
  g_return_val_if_fail (RT_IS_INSPECTION (self), NULL);
  return rt_dataset_dup_sample_name (self->dataset, self->predictions->samples[row]);
}

void
rt_inspection_reload_corrections (RtInspection *self)
{
  RtCorrections *now;

  g_return_if_fail (RT_IS_INSPECTION (self));
  if (self->corrections == NULL)
    return;
  now = rt_corrections_load (self->dataset->spec, "latest", NULL);
  if (now == NULL)
    return;
  g_clear_pointer (&self->corrections, rt_corrections_free);
  self->corrections = now;
}

const RtCorrection *
rt_inspection_get_correction (RtInspection *self,
                              int           row)
{
  g_autofree char *name = rt_inspection_dup_name (self, row);

  return self->corrections != NULL ? rt_corrections_find (self->corrections, name) : NULL;
}
