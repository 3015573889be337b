/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the task looks like: pictures of its training samples, as they lie in the dataset or as the
 * recipe's network will get them. They go through the same two functions as in training, which fit
 * a picture to the network's input and augment it, and are drawn from the run's own stream: a view
 * that is shown is one of those that will be trained on.
 */
#include "config.h"

#include "rt-session-private.h"

#include "rt-recipe-task.h"
#include "rt-worker.h"

#include <string.h>

typedef struct
{
  RtRecipe      *recipe;   /* Owned */
  char          *home;     /* Owned */
  int            n;
  RtSessionLook  look;
  GPtrArray     *found;    /* Owned (nullable): of RtSessionSample */
} Samples;

/* How a sample is read. */
typedef struct
{
  RtInputFormat format;
  RtAugment     augment;
  int           n_views;   /* 0: as it lies in the dataset */
} Reading;

static void
samples_free (Samples *samples)
{
  rt_recipe_free (samples->recipe);
  g_free (samples->home);
  g_clear_pointer (&samples->found, g_ptr_array_unref);
  g_free (samples);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Samples, samples_free)

static void
sample_free (RtSessionSample *sample)
{
  for (int i = 0; i < sample->n_views; i++)
    rt_image_free (sample->views[i]);
  g_free (sample->class_name);
  g_free (sample);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtSessionSample, sample_free)

/* Weights that cannot be found do not hide the pictures: they are seen as the network's usual
 * weights would see them. */
static void
find_format (const Samples   *job,
             const RtDataset *dataset,
             RtInputFormat   *format)
{
  const RtRecipeBackbone *b = &job->recipe->backbone;
  g_autoptr (RtStore) store = rt_store_open (job->home, NULL);
  g_autoptr (RtBackbone) backbone = NULL;
  RtResolver resolver;

  if (store != NULL && !rt_recipe_is_random (job->recipe))
    {
      rt_store_get_resolver (store, &resolver);
      backbone = rt_resolver_find (&resolver, b->weights, b->network, job->recipe->folder, NULL);
    }
  rt_recipe_get_input_format (job->recipe, backbone, dataset, format);
}

static void
plan_reading (const Samples   *job,
              const RtDataset *dataset,
              Reading         *reading)
{
  int n_views = rt_recipe_count_views (job->recipe);

  *reading = (Reading) { .n_views = job->look == RT_SESSION_LOOK_STORED ? 0 : 1 };
  if (reading->n_views == 0)
    return;
  find_format (job, dataset, &reading->format);
  if (reading->format.width == 0)
    reading->n_views = 0;   /* a network that nobody knows */
  else if (job->look == RT_SESSION_LOOK_AUGMENTED)
    {
      reading->augment = rt_recipe_get_augment (job->recipe, dataset);
      reading->n_views = n_views > 0 ? MIN (n_views, RT_SESSION_VIEWS) : RT_SESSION_VIEWS;
    }
}

/* @image, or a smaller one in its place. (transfer full) */
static RtImage *
make_small (RtImage *image)
{
  int longer = MAX (image->width, image->height);
  RtImage *small;

  if (longer <= RT_SESSION_THUMBNAIL)
    return image;
  small = rt_image_resize (image, MAX (1, image->width * RT_SESSION_THUMBNAIL / longer),
                           MAX (1, image->height * RT_SESSION_THUMBNAIL / longer),
                           image->channels);
  rt_image_free (image);
  return small;
}

static RtSessionSample *
read_sample (const RtTask   *task,
             size_t          index,
             const Reading  *reading,
             uint64_t        seed,
             GError        **error)
{
  const RtDataset *dataset = task->dataset;
  const RtInputFormat *format = &reading->format;
  g_autoptr (RtSessionSample) sample = g_new0 (RtSessionSample, 1);
  g_autoptr (RtImage) image = NULL;
  g_autoptr (RtImage) fitted = NULL;

  sample->class_name = g_strdup (rt_dataset_get_class_name (dataset, dataset->labels[index]));
  image = reading->n_views == 0
          ? rt_dataset_read_thumbnail (dataset, index, RT_SESSION_THUMBNAIL, error)
          : rt_dataset_read_reduced (dataset, index, rt_input_format_get_min_side (format), error);
  if (image == NULL)
    return NULL;
  if (reading->n_views == 0)
    {
      sample->views[sample->n_views++] = g_steal_pointer (&image);
      return g_steal_pointer (&sample);
    }
  fitted = rt_input_format_fit (format, image);
  for (int i = 0; i < reading->n_views; i++)
    {
      RtRng rng;

      rt_augment_init_rng (&rng, seed, index, i);
      sample->views[sample->n_views++]
        = make_small (rt_augment_draw (fitted, &reading->augment, &rng, format->width,
                                       format->height, format->mean));
    }
  return g_steal_pointer (&sample);
}

/* The next training sample of a class, from @place on; n_train where there is none left. */
static size_t
find_sample (const RtTask *task,
             int           wanted,
             size_t        place)
{
  while (place < task->n_train && task->dataset->labels[task->train[place]] != wanted)
    place++;
  return place;
}

/* One of each class in turn, from the training samples; classes that have no more are passed over,
 * and pictures that cannot be read where any can. */
static gboolean
take_samples (Samples       *job,
              const RtTask  *task,
              GCancellable  *cancellable,
              GError       **error)
{
  int n_classes = rt_dataset_get_n_classes (task->dataset);
  g_autofree size_t *next = g_new0 (size_t, n_classes);   /* where to look for each class */
  g_autoptr (GError) first = NULL;   /* of those that could not be read */
  int missed = 0;   /* classes in a row that have no more */
  Reading reading;

  plan_reading (job, task->dataset, &reading);
  for (int class = 0; job->found->len < (guint) job->n && missed < n_classes;
       class = (class + 1) % n_classes)
    {
      size_t place = find_sample (task, class, next[class]);
      RtSessionSample *sample;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      next[class] = place + 1;
      missed = place < task->n_train ? 0 : missed + 1;
      if (missed > 0)
        continue;
      sample = read_sample (task, task->train[place], &reading, job->recipe->seed,
                            first == NULL ? &first : NULL);
      if (sample != NULL)
        g_ptr_array_add (job->found, sample);
    }
  if (job->found->len > 0 || first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

static void
samples_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Samples *job = data;
  const RtRecipeTask *t = &job->recipe->task;
  RtDatasetOptions options = rt_recipe_get_dataset_options (job->recipe);
  RtTaskOptions task_options = rt_recipe_get_task_options (job->recipe);
  GError *error = NULL;
  RtDataset *dataset = rt_dataset_open (t->dataset, &options, cancellable, &error);
  g_autoptr (RtTask) split = dataset != NULL ? rt_task_new (dataset, &task_options, &error) : NULL;

  job->found = g_ptr_array_new_with_free_func ((GDestroyNotify) sample_free);
  if (split == NULL || !take_samples (job, split, cancellable, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_clear_pointer (&dataset, rt_dataset_unref);
}

void
rt_session_load_samples_async (RtSession           *self,
                               int                  n,
                               RtSessionLook        look,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Samples *job = g_new0 (Samples, 1);

  g_task_set_source_tag (task, rt_session_load_samples_async);
  job->recipe = rt_recipe_copy (self->recipe);
  job->home = g_strdup (rt_library_get_home (self->library));
  job->n = n;
  job->look = look;
  rt_worker_run (task, job, (GDestroyNotify) samples_free, samples_thread);
}

GPtrArray *
rt_session_load_samples_finish (RtSession     *self,
                                GAsyncResult  *result,
                                GError       **error)
{
  g_autoptr (Samples) job = rt_worker_take (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&job->found);
}
