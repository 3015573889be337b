/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The samples by which a network is judged. They come in the dataset's own order; those without a
 * label, or set aside, are left out. A limit takes as many of each class as is its share, since a
 * folder's first thousand are of its first class. Where no dataset is named it is the run's own
 * task, and of its parts the samples that were in them when it was trained. A run of before splits
 * were kept has its split drawn anew, which is another where files came or went. Where the run's
 * own dataset is named, its own split says how many it was trained on.
 */

#include "config.h"

#include "rt-judged-samples.h"

#include "rt-formats.h"
#include "rt-recipe-task.h"
#include "rt-split-file.h"

#include <math.h>

void
rt_judged_samples_clear (RtJudgedSamples *self)
{
  g_clear_pointer (&self->recipe, rt_recipe_free);
  g_clear_pointer (&self->task, rt_task_free);
  g_clear_pointer (&self->split, rt_tensor_list_free);
  g_clear_pointer (&self->parts, g_free);
  g_clear_pointer (&self->dataset, rt_dataset_unref);
  g_clear_pointer (&self->samples, g_array_unref);
}

gboolean
rt_judged_samples_take_run (RtJudgedSamples  *self,
                            int               run,
                            GError          **error)
{
  g_autoptr (RtStore) store = rt_store_open (NULL, error);
  g_autofree char *path = NULL;

  self->run = run;
  self->recipe = store != NULL ? rt_store_get_recipe (store, run, error) : NULL;
  if (self->recipe == NULL)
    return FALSE;
  path = rt_store_get_path (store, run, RT_SPLIT_FILE);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  self->split = rt_weights_read (path, NULL, error);
  return self->split != NULL;
}

gboolean
rt_judged_samples_open (RtJudgedSamples  *self,
                        const char       *dataset,
                        const char       *style,
                        double            shift,
                        GError          **error)
{
  gboolean own = dataset == NULL;
  RtDatasetOptions options = { 0 };
  RtTaskOptions split;

  if (own)
    options = rt_recipe_get_dataset_options (self->recipe);
  if (style != NULL)
    options.style = style;
  if (!isnan (shift))
    options.shift = shift;
  self->style = options.style;
  self->shift = options.shift;
  self->dataset = rt_dataset_open (own ? self->recipe->task.dataset : dataset, &options, NULL,
                                   error);
  if (self->dataset == NULL)
    return FALSE;
  rt_cli_note_each (self->dataset->notes);
  if (!own)
    return TRUE;
  split = rt_recipe_get_task_options (self->recipe);
  self->task = rt_task_new (self->dataset, &split, error);
  return self->task != NULL;
}

/* Says where the run's split is not what it was trained with, or may not be. */
static gboolean
compare_split (RtJudgedSamples  *self,
               GError          **error)
{
  RtSplitChange change;
  g_autofree char *what = NULL;

  if (self->split == NULL && self->dataset->klass->get_name != NULL)
    rt_cli_note ("run %d does not keep its split: it is drawn anew, and where files of %s came or "
                 "went since, samples it was trained on are among those judged", self->run,
                 self->dataset->spec);
  if (self->split == NULL)
    return TRUE;
  self->parts = rt_split_get_parts (self->split, self->dataset, error);
  if (self->parts == NULL || !rt_split_compare (self->split, self->task, &change, error))
    return FALSE;
  if (rt_split_is_same (&change))
    return TRUE;
  what = rt_split_describe (&change);
  rt_cli_note ("%s has changed since run %d was trained (%s), and a split drawn now would be "
               "another; judged are the samples of its part then that are still there",
               self->dataset->spec, self->run, what);
  return TRUE;
}

static gboolean
has_part (const RtDataset *dataset,
          RtPart           part)
{
  for (size_t i = 0; i < dataset->n_samples; i++)
    if (dataset->parts[i] == part)
      return TRUE;
  return FALSE;
}

static RtPart
parse_part (const char *name)
{
  if (g_str_equal (name, "test"))
    return RT_PART_TEST;
  if (g_str_equal (name, "validation"))
    return RT_PART_VALIDATION;
  return g_str_equal (name, "train") ? RT_PART_TRAIN : RT_PART_ANY;
}

/* A part by the run's own split. */
static void
take_from_task (RtJudgedSamples *self,
                RtPart           part)
{
  const RtTask *task = self->task;

  if (part == RT_PART_TRAIN)
    g_array_append_vals (self->samples, task->train, (guint) task->n_train);
  else if (part == RT_PART_VALIDATION)
    g_array_append_vals (self->samples, task->validation, (guint) task->n_validation);
  else
    g_array_append_vals (self->samples, task->test, (guint) task->n_test);
}

/* A part (RT_PART_ANY: all) by @parts, of what has a label to be judged by. */
static void
take_from_parts (RtJudgedSamples *self,
                 const uint8_t   *parts,
                 RtPart           part)
{
  size_t n_left_out = 0;

  for (size_t i = 0; i < self->dataset->n_samples; i++)
    if (part != RT_PART_ANY && parts[i] != part)
      continue;
    else if (self->dataset->labels[i] < 0)
      n_left_out++;
    else
      g_array_append_val (self->samples, i);
  if (n_left_out > 0)
    rt_cli_note ("left out: %zu without a label, or set aside", n_left_out);
}

static int
compare_by_class (const void *a,
                  const void *b,
                  void       *data)
{
  const int *labels = data;
  size_t x = *(const size_t *) a, y = *(const size_t *) b;

  if (labels[x] != labels[y])
    return labels[x] < labels[y] ? -1 : 1;
  return (x > y) - (x < y);
}

static int
compare_samples (const void *a,
                 const void *b)
{
  size_t x = *(const size_t *) a, y = *(const size_t *) b;

  return (x > y) - (x < y);
}

/* Every @every-th of @samples, and @limit of these at most (0: all), spread over the classes and
 * the places in each. */
static void
thin (GArray *samples,
      int    *labels,
      int     every,
      int     limit)
{
  guint n = 0;

  for (guint i = 0; i < samples->len; i += (guint) every)
    g_array_index (samples, size_t, n++) = g_array_index (samples, size_t, i);
  g_array_set_size (samples, n);
  if (limit == 0 || n <= (guint) limit)
    return;
  g_array_sort_with_data (samples, compare_by_class, labels);
  for (guint64 i = 0; i < (guint64) limit; i++)
    g_array_index (samples, size_t, i) = g_array_index (samples, size_t,
                                                        (2 * i + 1) * n / (2 * (guint64) limit));
  g_array_set_size (samples, (guint) limit);
  g_array_sort (samples, compare_samples);
}

/* Whether the dataset that was named is what the run was trained on. */
static gboolean
is_own_dataset (const RtJudgedSamples *self)
{
  RtRecipe named;

  if (self->recipe == NULL)
    return FALSE;
  named = *self->recipe;
  named.task.dataset = (char *) self->dataset->spec;
  named.task.style = (char *) self->style;
  named.task.shift = self->shift;
  return rt_recipe_has_same_dataset (&named, self->recipe);
}

/* Of the run's own dataset that was named, and so was not split: how many it was trained on. */
static gboolean
note_trained (RtJudgedSamples  *self,
              GError          **error)
{
  size_t n = 0;
  gboolean tested = FALSE;

  if (self->split == NULL)
    {
      rt_cli_note ("run %d was trained on samples of %s and does not keep its split: some may be "
                   "among those judged; evaluate --run %d without --dataset judges a part of them",
                   self->run, self->dataset->spec, self->run);
      return TRUE;
    }
  self->parts = rt_split_get_parts (self->split, self->dataset, error);
  if (self->parts == NULL)
    return FALSE;
  for (size_t i = 0; i < self->dataset->n_samples; i++)
    tested = tested || self->parts[i] == RT_PART_TEST;
  for (guint i = 0; i < self->samples->len; i++)
    n += self->parts[g_array_index (self->samples, size_t, i)] == RT_PART_TRAIN;
  if (n > 0)
    rt_cli_note ("run %d was trained on %zu of the %u samples judged, so the figures say too much; "
                 "evaluate --run %d without --dataset judges its %s samples", self->run, n,
                 self->samples->len, self->run, tested ? "test" : "validation");
  return TRUE;
}

static void
set_no_samples (const RtJudgedSamples  *self,
                RtPart                  part,
                gboolean                own,
                GError                **error)
{
  const char *spec = self->dataset->spec;

  if (part == RT_PART_ANY)
    g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "%s: all its samples are set aside, or have no label; datasets --revert takes "
                 "corrections back", spec);
  else if (self->task != NULL)
    g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "run %d kept no %s samples of %s apart; leave out --part to judge those that it "
                 "did", self->run, self->part, spec);
  else if (own)
    g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "%s has no %s part of its own; run %d's is judged by evaluate --run %d --part %s, "
                 "without --dataset", spec, self->part, self->run, self->run, self->part);
  else
    g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "%s has no %s part of its own; --part all takes all its samples", spec,
                 self->part);
}

gboolean
rt_judged_samples_choose (RtJudgedSamples  *self,
                          const char       *name,
                          int               every,
                          int               limit,
                          GError          **error)
{
  const RtDataset *dataset = self->dataset;
  gboolean own = self->task == NULL && is_own_dataset (self);
  RtPart part;

  if (name == NULL && self->task != NULL)
    name = self->task->n_test > 0 ? "test" : "validation";
  else if (name == NULL)
    name = has_part (dataset, RT_PART_TEST) ? "test" : "all";
  part = parse_part (name);
  self->part = name;
  self->samples = g_array_new (FALSE, FALSE, sizeof (size_t));
  if (self->task != NULL && part != RT_PART_ANY && !compare_split (self, error))
    return FALSE;
  if (self->task != NULL && part != RT_PART_ANY && self->parts == NULL)
    take_from_task (self, part);
  else
    take_from_parts (self, self->parts != NULL ? self->parts : dataset->parts, part);
  if (self->samples->len == 0)
    {
      set_no_samples (self, part, own, error);
      return FALSE;
    }
  thin (self->samples, dataset->labels, every, limit);
  return !own || note_trained (self, error);
}
