/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-split-file.h"

#include "rt-sample-digest.h"

#include <string.h>

#define NAMES "names"   /* (n, RT_DIGEST_PARTS) */
#define PARTS "parts"   /* (n) RtPart */

/* The rows of a split as they grow. */
typedef struct
{
  GArray *digests;   /* of RtSampleDigest */
  GArray *parts;     /* of float */
} Rows;

static void
clear_rows (Rows *rows)
{
  g_clear_pointer (&rows->digests, g_array_unref);
  g_clear_pointer (&rows->parts, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rows, clear_rows)

static void
add_part (Rows            *rows,
          const RtDataset *dataset,
          const size_t    *samples,
          size_t           n,
          RtPart           part)
{
  float value = part;

  for (size_t i = 0; i < n; i++)
    {
      RtSampleDigest digest;

      rt_sample_digest_init (&digest, dataset, samples[i]);
      g_array_append_val (rows->digests, digest);
      g_array_append_val (rows->parts, value);
    }
}

/* Those that are not among the rows yet. */
static void
add_gone (Rows               *rows,
          const RtTensorList *before)
{
  const RtTensor *parts = rt_tensor_list_find (before, PARTS);
  const float *digest = rt_tensor_list_find (before, NAMES)->data;
  g_autoptr (GHashTable) known = g_hash_table_new_full (rt_sample_digest_hash,
                                                        rt_sample_digest_equal, g_free, NULL);
  guint n = rows->digests->len;

  for (guint i = 0; i < n; i++)
    g_hash_table_add (known, g_memdup2 (&g_array_index (rows->digests, RtSampleDigest, i),
                                        sizeof (RtSampleDigest)));
  for (size_t i = 0; i < rt_shape_count (&parts->shape); i++, digest += RT_DIGEST_PARTS)
    if (!g_hash_table_contains (known, digest))
      {
        g_array_append_vals (rows->digests, digest, 1);
        g_array_append_val (rows->parts, parts->data[i]);
      }
}

RtTensorList *
rt_split_to_tensors (const RtTask       *task,
                     const RtTensorList *before)
{
  RtTensorList *list = rt_tensor_list_new ();
  g_auto (Rows) rows = { g_array_new (FALSE, FALSE, sizeof (RtSampleDigest)),
                         g_array_new (FALSE, FALSE, sizeof (float)) };
  int n;

  add_part (&rows, task->dataset, task->train, task->n_train, RT_PART_TRAIN);
  add_part (&rows, task->dataset, task->validation, task->n_validation, RT_PART_VALIDATION);
  add_part (&rows, task->dataset, task->test, task->n_test, RT_PART_TEST);
  if (before != NULL)
    add_gone (&rows, before);
  n = (int) rows.parts->len;
  memcpy (rt_tensor_list_add (list, NAMES, &RT_SHAPE_2 (n, RT_DIGEST_PARTS))->data,
          rows.digests->data, n * sizeof (RtSampleDigest));
  memcpy (rt_tensor_list_add (list, PARTS, &RT_SHAPE_1 (n))->data, rows.parts->data,
          n * sizeof (float));
  return list;
}

gboolean
rt_split_get_rows (const RtTensorList  *list,
                   float              **digests,
                   const float        **parts,
                   size_t              *n)
{
  const RtTensor *names = rt_tensor_list_find (list, NAMES);
  const RtTensor *there = rt_tensor_list_find (list, PARTS);

  *n = there != NULL ? rt_shape_count (&there->shape) : 0;
  if (*n == 0 || names == NULL || rt_shape_count (&names->shape) != *n * RT_DIGEST_PARTS)
    return FALSE;
  for (size_t i = 0; i < *n; i++)
    if (!(there->data[i] >= RT_PART_TRAIN && there->data[i] <= RT_PART_TEST))
      return FALSE;
  *digests = names->data;
  *parts = there->data;
  return TRUE;
}

uint8_t *
rt_split_get_parts (const RtTensorList  *list,
                    const RtDataset     *dataset,
                    GError             **error)
{
  g_autoptr (GHashTable) then = NULL;
  const float *parts;
  float *digest;
  uint8_t *found;
  size_t n;

  if (!rt_split_get_rows (list, &digest, &parts, &n))
    {
      g_set_error_literal (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                           "its " RT_SPLIT_FILE " is damaged: put it back, or remove it, and "
                           "nothing is known then of which samples the run was trained on");
      return NULL;
    }
  then = g_hash_table_new (rt_sample_digest_hash, rt_sample_digest_equal);
  for (size_t i = 0; i < n; i++, digest += RT_DIGEST_PARTS)
    g_hash_table_insert (then, digest, GINT_TO_POINTER ((int) parts[i]));
  found = g_new0 (uint8_t, MAX (dataset->n_samples, 1));
  for (size_t i = 0; i < dataset->n_samples; i++)
    {
      RtSampleDigest name;

      rt_sample_digest_init (&name, dataset, i);
      found[i] = (uint8_t) GPOINTER_TO_INT (g_hash_table_lookup (then, &name));
    }
  return found;
}

/* @then: (samples of the dataset) */
static void
count_part (RtSplitChange *change,
            const uint8_t *then,
            const size_t  *samples,
            size_t         n,
            RtPart         part)
{
  change->n_now[part] = n;
  for (size_t i = 0; i < n; i++)
    if (then[samples[i]] == part)
      change->n_kept[part]++;
    else if (then[samples[i]] == RT_PART_ANY)
      change->n_new++;
    else
      change->n_moved++;
}

gboolean
rt_split_compare (const RtTensorList  *list,
                  const RtTask        *task,
                  RtSplitChange       *change,
                  GError             **error)
{
  g_autofree uint8_t *then = rt_split_get_parts (list, task->dataset, error);
  const RtTensor *parts;
  size_t n;

  if (then == NULL)
    return FALSE;
  *change = (RtSplitChange) { 0 };
  parts = rt_tensor_list_find (list, PARTS);
  n = rt_shape_count (&parts->shape);
  for (size_t i = 0; i < n; i++)
    change->n_then[(int) parts->data[i]]++;
  count_part (change, then, task->train, task->n_train, RT_PART_TRAIN);
  count_part (change, then, task->validation, task->n_validation, RT_PART_VALIDATION);
  count_part (change, then, task->test, task->n_test, RT_PART_TEST);
  change->n_gone = n - change->n_moved - change->n_kept[RT_PART_TRAIN]
                   - change->n_kept[RT_PART_VALIDATION] - change->n_kept[RT_PART_TEST];
  return TRUE;
}

gboolean
rt_split_is_same (const RtSplitChange *change)
{
  return change->n_moved + change->n_new + change->n_gone == 0;
}

gboolean
rt_split_is_honest (const RtSplitChange *change)
{
  return change->n_moved == 0 && change->n_kept[RT_PART_TRAIN] > 0;
}

static void
add_count (GString    *text,
           const char *before,
           size_t      n,
           const char *what)
{
  if (n > 0)
    g_string_append_printf (text, "%s%zu %s", text->len > 0 ? ", " : before, n, what);
}

char *
rt_split_describe (const RtSplitChange *change)
{
  const size_t *then = change->n_then, *now = change->n_now;
  gboolean tested = then[RT_PART_TEST] + now[RT_PART_TEST] > 0;
  g_autoptr (GString) moves = g_string_new (NULL);
  g_autofree char *tests_then = g_strdup_printf (", %zu test", then[RT_PART_TEST]);
  g_autofree char *tests_now = g_strdup_printf (", %zu", now[RT_PART_TEST]);

  add_count (moves, ": ", change->n_moved, "in another part");
  add_count (moves, ": ", change->n_new, "new");
  add_count (moves, ": ", change->n_gone, "gone");
  return g_strdup_printf ("%zu training, %zu validation%s samples then; %zu, %zu%s now%s",
                          then[RT_PART_TRAIN], then[RT_PART_VALIDATION], tested ? tests_then : "",
                          now[RT_PART_TRAIN], now[RT_PART_VALIDATION], tested ? tests_now : "",
                          moves->str);
}
