/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run has seen of another's task.
 *
 * A run's split (rt-split-file.h) names the samples that it was trained on, and its recipe the runs
 * that it began from and was taught by, whose samples it has seen as well; so on to their end.
 * Those of the same dataset go into one set, in which the task's validation and test samples are
 * looked up. What cannot be read, of a run of before splits were kept or of one that was deleted,
 * is not known.
 */
#include "config.h"

#include "rt-store-private.h"

#include "rt-sample-digest.h"
#include "rt-split-file.h"

#include "rt-formats.h"
#include "rt-recipe-task.h"

/* A chain longer than this is followed no further. */
#define MOST_RUNS 100

typedef enum
{
  NOT_SEEN,
  SEEN_ITSELF,
  SEEN_BEFORE,      /* by a run that it comes from */
} Seen;

typedef struct
{
  RtStore        *store;     /* Borrowed */
  const RtRecipe *recipe;    /* Borrowed: of the task */
  GArray         *runs;      /* Owned: of int, those to be looked at after those that were */
  GPtrArray      *splits;    /* Owned: of RtTensorList, which hold the digests */
  GHashTable     *trained;   /* Owned: Seen by digest */
  RtRecipe       *own;       /* Owned (nullable): of the run itself, where its split is known */
} Search;

static void
clear_search (Search *self)
{
  g_clear_pointer (&self->trained, g_hash_table_unref);
  g_clear_pointer (&self->splits, g_ptr_array_unref);
  g_clear_pointer (&self->runs, g_array_unref);
  g_clear_pointer (&self->own, rt_recipe_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, clear_search)

/* Each run once, whatever leads to it. */
static void
add_run (Search     *self,
         const char *spec)
{
  int run;

  if (!rt_resolver_parse_run (spec, &run, NULL) || self->runs->len >= MOST_RUNS)
    return;
  for (guint i = 0; i < self->runs->len; i++)
    if (g_array_index (self->runs, int, i) == run)
      return;
  g_array_append_val (self->runs, run);
}

/* FALSE where it is not known. */
static gboolean
add_split (Search *self,
           int     run,
           Seen    how)
{
  g_autofree char *path = rt_store_get_path (self->store, run, RT_SPLIT_FILE);
  RtTensorList *split = rt_weights_read (path, NULL, NULL);
  const float *parts;
  float *digest;
  size_t n;

  if (split == NULL)
    return FALSE;
  g_ptr_array_add (self->splits, split);
  if (!rt_split_get_rows (split, &digest, &parts, &n))
    return FALSE;
  for (size_t i = 0; i < n; i++, digest += RT_DIGEST_PARTS)
    if (parts[i] == RT_PART_TRAIN && !g_hash_table_contains (self->trained, digest))
      g_hash_table_insert (self->trained, digest, GINT_TO_POINTER (how));
  return TRUE;
}

static void
look_at (Search *self,
         int     run,
         Seen    how)
{
  g_autoptr (RtRecipe) recipe = rt_store_get_recipe (self->store, run, NULL);

  if (recipe == NULL)
    return;
  add_run (self, recipe->backbone.weights);
  if (recipe->method == RT_METHOD_DISTIL)
    add_run (self, recipe->distil.teacher);
  if (rt_recipe_has_same_dataset (recipe, self->recipe) && add_split (self, run, how)
      && how == SEEN_ITSELF)
    self->own = g_steal_pointer (&recipe);
}

static size_t
count (const Search *self,
       const RtTask *task,
       const size_t *samples,
       size_t        n,
       gboolean     *inherited)
{
  size_t n_seen = 0;

  for (size_t i = 0; i < n; i++)
    {
      RtSampleDigest digest;
      Seen how;

      rt_sample_digest_init (&digest, task->dataset, samples[i]);
      how = GPOINTER_TO_INT (g_hash_table_lookup (self->trained, &digest));
      n_seen += how != NOT_SEEN;
      *inherited = *inherited || how == SEEN_BEFORE;
    }
  return n_seen;
}

/* Whether none that the run itself was judged by was trained on. */
static gboolean
is_clean (const Search *self)
{
  const float *parts;
  float *digest;
  size_t n;

  if (self->own == NULL
      || !rt_split_get_rows (g_ptr_array_index (self->splits, 0), &digest, &parts, &n))
    return FALSE;
  for (size_t i = 0; i < n; i++, digest += RT_DIGEST_PARTS)
    if (parts[i] != RT_PART_TRAIN && g_hash_table_contains (self->trained, digest))
      return FALSE;
  return TRUE;
}

void
rt_store_count_seen (int              run,
                     const RtRecipe  *recipe,
                     const RtTask    *task,
                     RtSeen          *seen,
                     void            *data)
{
  g_auto (Search) search = {
    .store = data, .recipe = recipe, .runs = g_array_new (FALSE, FALSE, sizeof (int)),
    .splits = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_tensor_list_free),
    .trained = g_hash_table_new (rt_sample_digest_hash, rt_sample_digest_equal),
  };

  g_array_append_val (search.runs, run);
  for (guint i = 0; i < search.runs->len; i++)
    look_at (&search, g_array_index (search.runs, int, i), i == 0 ? SEEN_ITSELF : SEEN_BEFORE);
  if (g_hash_table_size (search.trained) == 0)
    return;
  seen->n_validation = count (&search, task, task->validation, task->n_validation,
                              &seen->inherited);
  seen->n_test = count (&search, task, task->test, task->n_test, &seen->inherited);
  if (seen->n_validation + seen->n_test == 0 || !is_clean (&search))
    return;
  seen->split_is_clean = TRUE;
  seen->seed = search.own->seed;
  seen->validation = search.own->task.validation;
  seen->test = search.own->task.test;
}
