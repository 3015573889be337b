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
 *
 * A correction moves no other sample: samples are dealt out by the labels that the dataset gives,
 * those set aside among them, and only then do corrections count. Otherwise one mended label would
 * shuffle two classes anew, and accuracies before and after it would be of other pictures.
 */
#include "config.h"

#include "rt-task.h"

#include "rt-corrections.h"
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

/* What is dealt out, and how. */
typedef struct
{
  const RtDataset     *dataset;
  const RtTaskOptions *options;
  const gboolean      *trained;         /* (n_classes) */
  const size_t        *n_present;       /* (n_classes) samples, as they are labelled now */
  gboolean             own_validation;
  gboolean             own_test;
} Deal;

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

/* The labels that samples are dealt out by: (n_samples). */
static int *
dup_given_labels (const RtDataset *dataset)
{
  int *labels = g_memdup2 (dataset->labels, dataset->n_samples * sizeof *labels);
  guint n = dataset->corrections != NULL ? rt_corrections_get_n (dataset->corrections) : 0;

  for (guint i = 0; i < n; i++)
    {
      const RtCorrection *correction = rt_corrections_get (dataset->corrections, i);

      /* What had no label is dealt out by the one that it was given since. */
      if (correction->applied && correction->was >= 0)
        labels[correction->index] = correction->was;
    }
  return labels;
}

static ClassSamples *
collect (const RtDataset *dataset,
         gboolean        *has_validation,
         gboolean        *has_test)
{
  int n_classes = rt_dataset_get_n_classes (dataset);
  ClassSamples *classes = g_new (ClassSamples, n_classes);
  g_autofree int *labels = dup_given_labels (dataset);

  *has_validation = *has_test = FALSE;
  for (int i = 0; i < n_classes; i++)
    classes[i] = (ClassSamples) { index_array (), index_array (), index_array () };

  for (size_t i = 0; i < dataset->n_samples; i++)
    {
      int label = labels[i];

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
 * Whether there is a class to refuse is decided by what it is after corrections. */
static gboolean
count_from_pool (size_t      *n_validation,
                 const Deal  *deal,
                 int          label,
                 size_t       n_pool,
                 GError     **error)
{
  const char *name = rt_dataset_get_class_name (deal->dataset, label);
  gboolean trained = deal->trained[label] && n_pool > 0;
  size_t n_present = trained ? deal->n_present[label] : 0;
  size_t asked = count_validation (deal->options->validation, n_pool);
  size_t most = trained ? n_pool - 1 : n_pool;

  if (asked > most && n_pool < 2 && n_present == 1)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "class \"%s\" has a single sample, and one is needed to train and another to "
                   "validate; add samples to it or remove the class", name);
      return FALSE;
    }
  if (asked > most && n_present > 0 && deal->options->validation >= 1)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "class \"%s\" has %zu samples, and %zu for validation would leave none to "
                   "train; ask for at most %zu", name, n_pool, asked, most);
      return FALSE;
    }
  *n_validation = MIN (asked, most);
  return TRUE;
}

/* @n samples of @from, from place @first: those with a label, and one of @trained where that is
 * given. */
static void
append_labelled (GArray          *part,
                 const RtDataset *dataset,
                 const GArray    *from,
                 size_t           first,
                 size_t           n,
                 const gboolean  *trained)
{
  for (size_t i = first; i < first + n; i++)
    {
      size_t index = g_array_index (from, size_t, (guint) i);
      int label = dataset->labels[index];

      if (label >= 0 && (trained == NULL || trained[label]))
        g_array_append_val (part, index);
    }
}

static gboolean
split_class (Parts         *parts,
             const Deal    *deal,
             int            label,
             ClassSamples  *samples,
             GError       **error)
{
  const RtTaskOptions *options = deal->options;
  GArray *from = deal->own_validation ? samples->validation : samples->pool;
  size_t n_pool = samples->pool->len, n_validation = 0, n_test = 0, n_left, n_train, skip;

  append_labelled (parts->test, deal->dataset, samples->test, 0, samples->test->len, NULL);
  shuffle (samples->pool, options->seed, STREAM_POOL, label);
  shuffle (samples->validation, options->seed, STREAM_VALIDATION, label);
  if (!deal->own_validation)
    {
      if (!count_from_pool (&n_validation, deal, label, n_pool, error))
        return FALSE;
    }
  else if (options->validation > 0)
    {
      n_validation = samples->validation->len;
      if (options->validation >= 1)
        n_validation = MIN (n_validation, count_validation (options->validation, 0));
    }
  append_labelled (parts->validation, deal->dataset, from, 0, n_validation, NULL);

  skip = deal->own_validation ? 0 : n_validation;
  n_left = n_pool - skip;
  n_train = deal->trained[label] ? n_left : 0;
  if (options->samples_per_class > 0)
    n_train = MIN (n_train, (size_t) options->samples_per_class);
  if (!deal->own_test)
    n_test = count_test (options, n_pool, n_left, n_train);
  n_train = MIN (n_train, n_left - n_test);
  append_labelled (parts->train, deal->dataset, samples->pool, skip, n_train, deal->trained);
  append_labelled (parts->test, deal->dataset, samples->pool, n_pool - n_test, n_test, NULL);
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

/* How many samples each class has now, of @part or, where that is NULL, of all: (n_classes). */
static size_t *
count_labels (const RtDataset *dataset,
              const GArray    *part)
{
  int n_classes = rt_dataset_get_n_classes (dataset);
  size_t *counts = g_new0 (size_t, n_classes + 1);
  size_t n = part != NULL ? part->len : dataset->n_samples;

  for (size_t i = 0; i < n; i++)
    {
      int label = dataset->labels[part != NULL ? g_array_index (part, size_t, (guint) i) : i];

      if (label >= 0 && label < n_classes)
        counts[label]++;
    }
  return counts;
}

static gboolean
check_classes (const Deal  *deal,
               GError     **error)
{
  const RtDataset *dataset = deal->dataset;
  int n_classes = rt_dataset_get_n_classes (dataset);
  int n_present = 0, n_trained = 0, present = 0;

  for (int i = 0; i < n_classes; i++)
    {
      if (deal->n_present[i] == 0)
        continue;
      n_present++;
      n_trained += deal->trained[i];
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

/* Whether each class that is to be trained has got a sample for it, and validation one at all. */
static gboolean
check_parts (const Deal   *deal,
             const Parts  *parts,
             GError      **error)
{
  g_autofree size_t *n_train = count_labels (deal->dataset, parts->train);

  for (int i = 0; i < rt_dataset_get_n_classes (deal->dataset); i++)
    {
      if (!deal->trained[i] || deal->n_present[i] == 0 || n_train[i] > 0)
        continue;
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "class \"%s\" has no sample to train on; add some, or leave the class out",
                   rt_dataset_get_class_name (deal->dataset, i));
      return FALSE;
    }
  if (deal->options->validation > 0 && parts->validation->len == 0)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "%s has no sample left to validate on: take one that is set aside back, or "
                   "choose another seed", deal->dataset->spec);
      return FALSE;
    }
  return TRUE;
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
  g_autofree size_t *n_present = NULL;
  Deal deal = { .dataset = dataset, .options = options };
  ClassSamples *classes;
  gboolean ok;
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
  deal.trained = trained;
  deal.n_present = n_present = count_labels (dataset, NULL);
  classes = collect (dataset, &deal.own_validation, &deal.own_test);
  ok = check_classes (&deal, error);
  for (int i = 0; ok && i < n_classes; i++)
    ok = split_class (&parts, &deal, i, &classes[i], error);
  ok = ok && check_parts (&deal, &parts, error);
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
