/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-pixels.h"

#include <string.h>

typedef struct
{
  RtDataset  base;
  uint8_t   *pixels;   /* (N,H,W,C) Owned */
} RtPixels;

static size_t
count_bytes (const RtDataset *dataset)
{
  return (size_t) dataset->width * dataset->height * dataset->channels;
}

static RtImage *
rt_pixels_read_image (const RtDataset  *dataset,
                      size_t            index,
                      GError          **error)
{
  const RtPixels *self = (const RtPixels *) dataset;
  RtImage *image = rt_image_new (dataset->width, dataset->height, dataset->channels);

  memcpy (image->pixels, self->pixels + index * count_bytes (dataset), count_bytes (dataset));
  return image;
}

static void
rt_pixels_free (RtDataset *dataset)
{
  g_free (((RtPixels *) dataset)->pixels);
}

static const RtDatasetClass rt_pixels_class = {
  sizeof (RtPixels),
  rt_pixels_read_image,
  rt_pixels_free,
};

RtDataset *
rt_pixels_new (const char *spec,
               const char *title,
               const char *domain,
               size_t      n_samples,
               int         width,
               int         height,
               int         channels)
{
  RtDataset *dataset = rt_dataset_new (&rt_pixels_class, spec, n_samples);

  g_free (dataset->title);
  dataset->title = g_strdup (title);
  g_free (dataset->domain);
  dataset->domain = g_strdup (domain);
  dataset->width = width;
  dataset->height = height;
  dataset->channels = channels;
  ((RtPixels *) dataset)->pixels = g_malloc0_n (n_samples, count_bytes (dataset));
  return dataset;
}

uint8_t *
rt_pixels_get (RtDataset *dataset,
               size_t     index)
{
  return ((RtPixels *) dataset)->pixels + index * count_bytes (dataset);
}

void
rt_pixels_name_classes (RtDataset         *dataset,
                        const char *const *names,
                        int                n_names)
{
  g_autofree int *classes = NULL;   /* of each value: its class, or -1 */
  int n_values = 0;

  for (size_t i = 0; i < dataset->n_samples; i++)
    n_values = MAX (n_values, dataset->labels[i] + 1);
  classes = g_new (int, n_values);
  memset (classes, -1, sizeof (int) * n_values);
  for (size_t i = 0; i < dataset->n_samples; i++)
    if (dataset->labels[i] >= 0)
      classes[dataset->labels[i]] = 0;
  for (int value = 0; value < n_values; value++)
    if (classes[value] == 0)
      {
        classes[value] = dataset->class_names->len;
        g_ptr_array_add (dataset->class_names,
                         value < n_names ? g_strdup (names[value]) : g_strdup_printf ("%d", value));
      }
  for (size_t i = 0; i < dataset->n_samples; i++)
    if (dataset->labels[i] >= 0)
      dataset->labels[i] = classes[dataset->labels[i]];
}
