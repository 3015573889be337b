/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Predictions and the dataset they were made of, which people go on changing: pictures come and go
 * in a folder, and with each all those after it have another place. So each row has the digest of
 * its sample (rt-sample-digest.h), and is found by it again. Of a sample that is no file the label
 * must be what it was too. Files of before have no digests, and of them too the labels must be what
 * they were.
 */
#include "config.h"

#include "rt-predictions-file.h"

#include "rt-sample-digest.h"

#include <string.h>

static gboolean
is_file (const RtDataset *dataset)
{
  return dataset->klass->get_name != NULL;
}

/* (transfer full) */
static char *
join_classes (const RtDataset *dataset)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < dataset->class_names->len; i++)
    g_string_append_printf (names, "%s\n", (const char *) dataset->class_names->pdata[i]);
  return g_string_free (names, FALSE);
}

RtTensorList *
rt_predictions_to_tensors (const RtPredictions *p,
                           const RtDataset     *dataset)
{
  RtTensorList *list = rt_tensor_list_new ();
  size_t n_logits = (size_t) p->n * p->n_classes;
  g_autofree char *classes = join_classes (dataset);
  RtTensor *samples = rt_tensor_list_add (list, "samples", &RT_SHAPE_1 (p->n));
  RtTensor *labels = rt_tensor_list_add (list, "labels", &RT_SHAPE_1 (p->n));
  RtTensor *names = rt_tensor_list_add (list, "names", &RT_SHAPE_2 (p->n, RT_DIGEST_PARTS));

  for (int i = 0; i < p->n; i++)
    {
      RtSampleDigest digest;

      rt_sample_digest_init (&digest, dataset, p->samples[i]);
      samples->data[i] = (float) p->samples[i];
      labels->data[i] = (float) p->labels[i];
      memcpy (names->data + i * RT_DIGEST_PARTS, digest.parts, sizeof digest.parts);
    }
  memcpy (rt_tensor_list_add (list, "logits", &RT_SHAPE_2 (p->n, p->n_classes))->data,
          p->logits, n_logits * sizeof (float));
  if (p->teacher != NULL)
    memcpy (rt_tensor_list_add (list, "teacher", &RT_SHAPE_2 (p->n, p->n_classes))->data,
            p->teacher, n_logits * sizeof (float));
  rt_tensor_list_set_meta (list, "dataset", dataset->spec);
  rt_tensor_list_set_meta (list, "classes", classes);
  return list;
}

/* Where a row's sample is in the dataset by now. */
typedef struct
{
  const RtTensor *samples;
  const RtTensor *names;     /* (nullable) */
  RtSampleDigest *digests;   /* Owned: (samples of the dataset) */
  GHashTable     *places;    /* Owned: from those to their places */
} Finder;

static void
clear_finder (Finder *finder)
{
  g_free (finder->digests);
  g_clear_pointer (&finder->places, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Finder, clear_finder)

static void
prepare_finder (Finder          *finder,
                const RtDataset *dataset)
{
  if (finder->names == NULL)
    return;
  finder->digests = g_new (RtSampleDigest, MAX (dataset->n_samples, 1));
  finder->places = g_hash_table_new (rt_sample_digest_hash, rt_sample_digest_equal);
  for (size_t i = 0; i < dataset->n_samples; i++)
    {
      rt_sample_digest_init (&finder->digests[i], dataset, i);
      g_hash_table_insert (finder->places, &finder->digests[i], GSIZE_TO_POINTER (i));
    }
}

static gboolean
find_sample (const Finder    *finder,
             const RtDataset *dataset,
             size_t           row,
             size_t          *sample)
{
  float place = finder->samples->data[row];
  gpointer found;

  if (finder->names == NULL && place >= 0.0f && place < (float) dataset->n_samples)
    {
      *sample = (size_t) place;
      return TRUE;
    }
  if (finder->names == NULL
      || !g_hash_table_lookup_extended (finder->places,
                                        finder->names->data + row * RT_DIGEST_PARTS, NULL, &found))
    return FALSE;
  *sample = GPOINTER_TO_SIZE (found);
  return TRUE;
}

static gboolean
is_of_size (const RtTensor *tensor,
            size_t          n)
{
  return tensor != NULL && rt_shape_count (&tensor->shape) == n;
}

/* @teacher (nullable) */
static void
add_row (RtPredictions *p,
         size_t         sample,
         int            label,
         const float   *logits,
         const float   *teacher)
{
  size_t at = (size_t) p->n * p->n_classes;

  p->samples[p->n] = sample;
  p->labels[p->n] = label;
  memcpy (p->logits + at, logits, p->n_classes * sizeof (float));
  if (teacher != NULL)
    memcpy (p->teacher + at, teacher, p->n_classes * sizeof (float));
  p->n++;
}

RtPredictions *
rt_predictions_from_tensors (const RtTensorList *list,
                             const RtDataset    *dataset)
{
  const RtTensor *labels = rt_tensor_list_find (list, "labels");
  const RtTensor *logits = rt_tensor_list_find (list, "logits");
  const RtTensor *teacher = rt_tensor_list_find (list, "teacher");
  g_auto (Finder) finder = { .samples = rt_tensor_list_find (list, "samples"),
                             .names = rt_tensor_list_find (list, "names") };
  int n_classes = rt_dataset_get_n_classes (dataset);
  size_t n = finder.samples != NULL ? rt_shape_count (&finder.samples->shape) : 0;
  g_autofree char *classes = join_classes (dataset);
  g_autoptr (RtPredictions) p = NULL;

  if (finder.samples == NULL || !is_of_size (labels, n) || !is_of_size (logits, n * n_classes)
      || (teacher != NULL && !is_of_size (teacher, n * n_classes))
      || (finder.names != NULL && (!is_of_size (finder.names, n * RT_DIGEST_PARTS)
                                   || !rt_tensor_list_has_meta (list, "classes", classes))))
    return NULL;
  prepare_finder (&finder, dataset);
  p = rt_predictions_new_empty (n, n_classes);
  if (teacher != NULL)
    p->teacher = g_new (float, MAX (n * n_classes, 1));
  for (size_t i = 0; i < n; i++)
    {
      float label = labels->data[i];
      size_t sample;
      gboolean found = find_sample (&finder, dataset, i, &sample);

      if (!(label >= -1.0f && label < (float) n_classes) || (!found && finder.names == NULL)
          || (found && (finder.names == NULL || !is_file (dataset))
              && label != (float) dataset->labels[sample]))
        return NULL;
      if (found)
        add_row (p, sample, (int) label, logits->data + i * n_classes,
                 teacher != NULL ? teacher->data + i * n_classes : NULL);
    }
  return p->n > 0 || n == 0 ? g_steal_pointer (&p) : NULL;
}
