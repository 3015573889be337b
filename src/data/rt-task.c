/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The split of a dataset into samples to train on, to validate on, and to leave alone until the
 * end.
 *
 * rt_task_new() goes class by class: collect() sorts the class's samples by the part that the
 * dataset gives them, split_class() deals them out. Each class has its own random stream of (seed,
 * class), and a class's shuffled list is cut from the front: validation first, then training; a
 * test part that the dataset does not have is cut from its end. Two invariants follow. The number
 * of samples to train on does not move the validation set, so runs with 20 and with 50 samples a
 * class are compared on the same pictures; and the 20 are among the
 * 50. Unlabelled samples are in no part: nothing here can learn from or judge them.
 */
#include "config.h"

#include "rt-task.h"

#include "rt-rng.h"

#include <math.h>
#include <stdlib.h>

/* What the random streams are for. */
#define STREAM_POOL       0x5441534b504f4f4cu
#define STREAM_VALIDATION 0x5441534b56414c49u

/* The samples of one class, by the part the dataset gives them. */
typedef struct
{
  GArray *pool;         /* of size_t: to train on, or to split */
  GArray *validation;
  GArray *test;
} ClassSamples;

/* The parts of the task as they grow. */
typedef struct
{
  GArray *train;
  GArray *validation;
  GArray *test;
} Parts;

static GArray *
index_array (void)
{
  return g_array_new (FALSE, FALSE, sizeof (size_t));
}

static void
parts_clear (Parts *parts)
{
  g_clear_pointer (&parts->train, g_array_unref);
  g_clear_pointer (&parts->validation, g_array_unref);
  g_clear_pointer (&parts->test, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static void
class_samples_free (ClassSamples *classes,
                    int           n_classes)
{
  for (int i = 0; i < n_classes; i++)
    {
      g_array_unref (classes[i].pool);
      g_array_unref (classes[i].validation);
      g_array_unref (classes[i].test);
    }
  g_free (classes);
}

static ClassSamples *
collect (const RtDataset *dataset,
         gboolean        *has_validation,
         gboolean        *has_test)
{
  int n_classes = rt_dataset_get_n_classes (dataset);
  ClassSamples *classes = g_new (ClassSamples, n_classes);

  *has_validation = *has_test = FALSE;
  for (int i = 0; i < n_classes; i++)
    classes[i] = (ClassSamples) { index_array (), index_array (), index_array () };

  for (size_t i = 0; i < dataset->n_samples; i++)
    {
      int label = dataset->labels[i];

      if (label < 0 || label >= n_classes)
        continue;
      switch ((RtPart) dataset->parts[i])
        {
        case RT_PART_VALIDATION:
          g_array_append_val (classes[label].validation, i);
          *has_validation = TRUE;
          break;
        case RT_PART_TEST:
          g_array_append_val (classes[label].test, i);
          *has_test = TRUE;
          break;
        case RT_PART_ANY:
        case RT_PART_TRAIN:
        default:
          g_array_append_val (classes[label].pool, i);
          break;
        }
    }
  return classes;
}

static void
shuffle (GArray   *samples,
         uint64_t  seed,
         uint64_t  stream,
         int       label)
{
  RtRng rng;

  rt_rng_init (&rng, seed, rt_rng_mix (stream, label));
  rt_rng_shuffle (&rng, (size_t *) (void *) samples->data, samples->len);
}

/* How many of the @n samples that validation left go to a test part; one is kept to train on. */
static size_t
count_test (const RtTaskOptions *options,
            size_t               n_pool,
            size_t               n,
            size_t               n_train)
{
  if (options->test == RT_TASK_REST)
    return n - n_train;
  return MIN ((size_t) llround (options->test * (double) n_pool), n_train > 0 ? n - 1 : n);
}

/* How many of @n the option asks for; a fraction that is not nothing is at least one. */
static size_t
count_validation (double validation,
                  size_t n)
{
  if (validation >= 1)
    return (size_t) MIN (validation, 1e15);
  if (validation <= 0)
    return 0;
  return MAX (1, (size_t) llround (validation * n));
}

/* How many of the pool go to validation; all but one at the most where the class is to be trained.
 * */
static gboolean
count_from_pool (size_t               *n_validation,
                 const char           *name,
                 size_t                n_pool,
                 const RtTaskOptions  *options,
                 gboolean              trained,
                 GError              **error)
{
  size_t asked = count_validation (options->validation, n_pool);
  size_t most = trained ? n_pool - 1 : n_pool;

  if (asked <= most)
    {
      *n_validation = asked;
      return TRUE;
    }
  if (trained && n_pool < 2)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "class \"%s\" has a single sample, and one is needed to train and another to "
                   "validate; add samples to it or remove the class", name);
      return FALSE;
    }
  if (trained && options->validation >= 1)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "class \"%s\" has %zu samples, and %zu for validation would leave none to "
                   "train; ask for at most %zu", name, n_pool, asked, most);
      return FALSE;
    }
  *n_validation = most;
  return TRUE;
}

static gboolean
split_class (Parts                *parts,
             const RtDataset      *dataset,
             int                   label,
             ClassSamples         *samples,
             gboolean              own_validation,
             gboolean              own_test,
             gboolean              trained,
             const RtTaskOptions  *options,
             GError              **error)
{
  const char *name = rt_dataset_get_class_name (dataset, label);
  GArray *from = own_validation ? samples->validation : samples->pool;
  size_t n_validation = 0, n_test = 0, n_left, n_train, skip;

  g_array_append_vals (parts->test, samples->test->data, samples->test->len);
  if (samples->pool->len + samples->validation->len + samples->test->len == 0)
    return TRUE;
  if (trained && samples->pool->len == 0)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "class \"%s\" has no sample to train on; add some, or leave the class out",
                   name);
      return FALSE;
    }

  shuffle (samples->pool, options->seed, STREAM_POOL, label);
  shuffle (samples->validation, options->seed, STREAM_VALIDATION, label);
  if (!own_validation)
    {
      if (!count_from_pool (&n_validation, name, samples->pool->len, options, trained, error))
        return FALSE;
    }
  else if (options->validation > 0)
    {
      n_validation = samples->validation->len;
      if (options->validation >= 1)
        n_validation = MIN (n_validation, count_validation (options->validation, 0));
    }
  g_array_append_vals (parts->validation, from->data, n_validation);

  skip = own_validation ? 0 : n_validation;
  n_left = samples->pool->len - skip;
  n_train = trained ? n_left : 0;
  if (options->samples_per_class > 0)
    n_train = MIN (n_train, (size_t) options->samples_per_class);
  if (!own_test)
    n_test = count_test (options, samples->pool->len, n_left, n_train);
  n_train = MIN (n_train, n_left - n_test);
  g_array_append_vals (parts->train, (size_t *) (void *) samples->pool->data + skip, n_train);
  g_array_append_vals (parts->test,
                       (size_t *) (void *) samples->pool->data + samples->pool->len - n_test,
                       n_test);
  return TRUE;
}

/* Which classes are trained: (n_classes), or NULL where the names to leave out are wrong. */
static gboolean *
choose_trained (const RtDataset    *dataset,
                const char *const  *leave_out,
                GError            **error)
{
  int n_classes = rt_dataset_get_n_classes (dataset);
  g_autofree gboolean *trained = g_new (gboolean, n_classes + 1);

  for (int i = 0; i < n_classes; i++)
    trained[i] = TRUE;
  for (int i = 0; leave_out != NULL && leave_out[i] != NULL; i++)
    {
      const char *name = leave_out[i];
      int label = rt_dataset_find_class (dataset, name);

      if (label < 0)
        {
          g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
                       "class \"%s\" is to be left out, and %s has no class of that name "
                       "(its first is \"%s\")", name, dataset->spec,
                       n_classes > 0 ? rt_dataset_get_class_name (dataset, 0) : "");
          return NULL;
        }
      trained[label] = FALSE;
    }
  return g_steal_pointer (&trained);
}

static gboolean
check_classes (const RtDataset     *dataset,
               const ClassSamples  *classes,
               const gboolean      *trained,
               GError             **error)
{
  int n_classes = rt_dataset_get_n_classes (dataset);
  int n_present = 0, n_trained = 0, present = 0;

  for (int i = 0; i < n_classes; i++)
    {
      if (classes[i].pool->len + classes[i].validation->len + classes[i].test->len == 0)
        continue;
      n_present++;
      n_trained += trained[i];
      present = i;
    }

  if (n_present == 0)
    g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                 "%s has no labelled sample; at least two classes with two samples each are needed",
                 dataset->spec);
  else if (n_present == 1)
    g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                 "%s has samples of one class only, \"%s\"; at least two classes are needed to "
                 "tell apart", dataset->spec, rt_dataset_get_class_name (dataset, present));
  else if (n_trained == 0)
    g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                 "every class of %s is left out, so there is nothing to train on; leave out fewer",
                 dataset->spec);
  return n_present > 1 && n_trained > 0;
}

static int
compare_indices (const void *a,
                 const void *b)
{
  size_t x = *(const size_t *) a, y = *(const size_t *) b;

  return (x > y) - (x < y);
}

static size_t *
take_sorted (GArray **array,
             size_t  *n)
{
  *n = (*array)->len;
  g_array_sort (*array, compare_indices);
  return (size_t *) (void *) g_array_free (g_steal_pointer (array), FALSE);
}

RtTask *
rt_task_new (RtDataset            *dataset,
             const RtTaskOptions  *options,
             GError              **error)
{
  g_auto (Parts) parts = { index_array (), index_array (), index_array () };
  g_autofree gboolean *trained = NULL;
  ClassSamples *classes;
  gboolean own_validation, own_test, ok;
  int n_classes;
  RtTask *task;

  g_return_val_if_fail (dataset != NULL && options != NULL, NULL);
  g_return_val_if_fail (options->samples_per_class >= 0, NULL);
  g_return_val_if_fail (options->validation >= 0, NULL);
  g_return_val_if_fail (options->test == RT_TASK_REST || (options->test >= 0 && options->test < 1),
                        NULL);

  trained = choose_trained (dataset, options->leave_out, error);
  if (trained == NULL)
    return NULL;

  n_classes = rt_dataset_get_n_classes (dataset);
  classes = collect (dataset, &own_validation, &own_test);
  ok = check_classes (dataset, classes, trained, error);
  for (int i = 0; ok && i < n_classes; i++)
    ok = split_class (&parts, dataset, i, &classes[i], own_validation, own_test, trained[i],
                      options, error);
  class_samples_free (classes, n_classes);
  if (!ok)
    return NULL;

  task = g_new0 (RtTask, 1);
  task->dataset = rt_dataset_ref (dataset);
  task->train = take_sorted (&parts.train, &task->n_train);
  task->validation = take_sorted (&parts.validation, &task->n_validation);
  task->test = take_sorted (&parts.test, &task->n_test);
  return task;
}

void
rt_task_free (RtTask *task)
{
  if (task == NULL)
    return;

  rt_dataset_unref (task->dataset);
  g_free (task->train);
  g_free (task->validation);
  g_free (task->test);
  g_free (task);
}
