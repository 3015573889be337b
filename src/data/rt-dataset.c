/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all kinds of dataset share: the life of the struct and its class names. A kind (a file
 * format, a drawn set) calls rt_dataset_new() with its class, fills labels, parts and names, and
 * from then on nothing of it changes; rt-dataset-open.c finds the kind from a spec.
 */
#include "config.h"

#include "rt-dataset.h"

#include "rt-corrections.h"

RtDataset *
rt_dataset_new (const RtDatasetClass *klass,
                const char           *spec,
                size_t                n_samples)
{
  RtDataset *dataset;

  g_return_val_if_fail (klass != NULL && klass->read_image != NULL, NULL);
  g_return_val_if_fail (klass->size >= sizeof (RtDataset), NULL);

  dataset = g_malloc0 (klass->size);
  dataset->klass = klass;
  g_atomic_ref_count_init (&dataset->ref_count);
  dataset->spec = g_strdup (spec);
  dataset->class_names = g_ptr_array_new_with_free_func (g_free);
  dataset->problems = g_ptr_array_new_with_free_func (g_free);
  dataset->notes = g_ptr_array_new_with_free_func (g_free);
  dataset->n_samples = n_samples;
  dataset->labels = g_new0 (int, n_samples);
  dataset->parts = g_new0 (uint8_t, n_samples);
  return dataset;
}

RtDataset *
rt_dataset_ref (RtDataset *dataset)
{
  g_return_val_if_fail (dataset != NULL, NULL);

  g_atomic_ref_count_inc (&dataset->ref_count);
  return dataset;
}

void
rt_dataset_unref (RtDataset *dataset)
{
  g_return_if_fail (dataset != NULL);

  if (!g_atomic_ref_count_dec (&dataset->ref_count))
    return;

  if (dataset->klass->free != NULL)
    dataset->klass->free (dataset);
  g_free (dataset->spec);
  g_free (dataset->title);
  g_free (dataset->domain);
  g_ptr_array_unref (dataset->class_names);
  g_ptr_array_unref (dataset->problems);
  g_ptr_array_unref (dataset->notes);
  g_clear_pointer (&dataset->corrections, rt_corrections_free);
  g_free (dataset->labels);
  g_free (dataset->parts);
  g_free (dataset);
}

RtImage *
rt_dataset_read_image (const RtDataset  *dataset,
                       size_t            index,
                       GError          **error)
{
  g_return_val_if_fail (dataset != NULL, NULL);
  g_return_val_if_fail (index < dataset->n_samples, NULL);

  return dataset->klass->read_image (dataset, index, error);
}

RtImage *
rt_dataset_read_reduced (const RtDataset  *dataset,
                         size_t            index,
                         int               min_side,
                         GError          **error)
{
  g_return_val_if_fail (dataset != NULL, NULL);
  g_return_val_if_fail (index < dataset->n_samples, NULL);

  if (dataset->klass->read_reduced == NULL)
    return dataset->klass->read_image (dataset, index, error);
  return dataset->klass->read_reduced (dataset, index, min_side, error);
}

RtImage *
rt_dataset_read_thumbnail (const RtDataset  *dataset,
                           size_t            index,
                           int               side,
                           GError          **error)
{
  g_autoptr (RtImage) image = rt_dataset_read_reduced (dataset, index, side, error);
  int shorter;

  g_return_val_if_fail (side > 0, NULL);
  if (image == NULL)
    return NULL;
  shorter = MIN (image->width, image->height);
  if (shorter <= side)
    return g_steal_pointer (&image);
  return rt_image_resize (image, (int) ((int64_t) image->width * side / shorter),
                          (int) ((int64_t) image->height * side / shorter), image->channels);
}

char *
rt_dataset_get_file (const RtDataset *dataset,
                     size_t           index)
{
  g_return_val_if_fail (dataset != NULL, NULL);
  g_return_val_if_fail (index < dataset->n_samples, NULL);

  return dataset->klass->get_file != NULL ? dataset->klass->get_file (dataset, index) : NULL;
}

gboolean
rt_dataset_may_flip (const RtDataset *dataset)
{
  static const char *const writing[] = { "print", "handwriting", "street", NULL };

  g_return_val_if_fail (dataset != NULL, FALSE);

  return dataset->domain == NULL || !g_strv_contains (writing, dataset->domain);
}

int
rt_dataset_get_n_classes (const RtDataset *dataset)
{
  g_return_val_if_fail (dataset != NULL, 0);

  return (int) dataset->class_names->len;
}

const char *
rt_dataset_get_class_name (const RtDataset *dataset,
                           int              label)
{
  g_return_val_if_fail (dataset != NULL, NULL);
  g_return_val_if_fail (label >= 0 && (guint) label < dataset->class_names->len, NULL);

  return g_ptr_array_index (dataset->class_names, label);
}

int
rt_class_names_find (const GPtrArray *names,
                     const char      *name)
{
  g_autofree char *composed = NULL;

  g_return_val_if_fail (names != NULL && name != NULL, -1);
  for (guint i = 0; i < names->len; i++)
    if (g_str_equal (names->pdata[i], name))
      return (int) i;

  composed = g_str_is_ascii (name) ? NULL : g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  for (guint i = 0; composed != NULL && i < names->len; i++)
    {
      g_autofree char *other = g_utf8_normalize (names->pdata[i], -1, G_NORMALIZE_NFC);

      if (g_strcmp0 (other, composed) == 0)
        return (int) i;
    }
  return -1;
}

int
rt_dataset_find_class (const RtDataset *dataset,
                       const char      *name)
{
  g_return_val_if_fail (dataset != NULL && name != NULL, -1);

  return rt_class_names_find (dataset->class_names, name);
}
