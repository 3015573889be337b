/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-dataset.h"

#include <stdatomic.h>

typedef struct
{
  RtDataset  base;
  gboolean  *broken;    /* (n_samples) */
  int        delay;
  int        width;
  int        height;
  int        channels;
  atomic_int n_reads;   /* (atomic) */
} FakeDataset;

uint8_t
fake_dataset_pixel (size_t sample,
                    size_t place)
{
  return (uint8_t) ((sample * 131 + place * 7 + (place >> 5) * 3) % 256);
}

static RtImage *
fake_dataset_read_image (const RtDataset  *dataset,
                         size_t            index,
                         GError          **error)
{
  FakeDataset *self = (FakeDataset *) dataset;
  size_t n = (size_t) self->width * self->height * self->channels;
  RtImage *image;

  atomic_fetch_add (&self->n_reads, 1);
  if (self->delay > 0)
    g_usleep (self->delay);
  if (self->broken[index])
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID, "fake-%zu.png: broken", index);
      return NULL;
    }

  image = rt_image_new (self->width, self->height, self->channels);
  for (size_t i = 0; i < n; i++)
    image->pixels[i] = fake_dataset_pixel (index, i);
  return image;
}

static void
fake_dataset_free (RtDataset *dataset)
{
  g_free (((FakeDataset *) dataset)->broken);
}

RtDataset *
fake_dataset_new (size_t n_samples,
                  int    n_classes,
                  int    width,
                  int    height,
                  int    channels)
{
  static const RtDatasetClass klass = {
    sizeof (FakeDataset), fake_dataset_read_image, fake_dataset_free,
  };
  RtDataset *dataset = rt_dataset_new (&klass, "fake:set", n_samples);
  FakeDataset *self = (FakeDataset *) dataset;

  for (int i = 0; i < n_classes; i++)
    g_ptr_array_add (dataset->class_names, g_strdup_printf ("class %d", i));
  for (size_t i = 0; i < n_samples; i++)
    dataset->labels[i] = (int) (i % n_classes);
  dataset->width = self->width = width;
  dataset->height = self->height = height;
  dataset->channels = self->channels = channels;
  self->broken = g_new0 (gboolean, n_samples);
  return dataset;
}

void
fake_dataset_break (RtDataset *dataset,
                    size_t     index)
{
  ((FakeDataset *) dataset)->broken[index] = TRUE;
}

void
fake_dataset_set_delay (RtDataset *dataset,
                        int        microseconds)
{
  ((FakeDataset *) dataset)->delay = microseconds;
}

int
fake_dataset_get_n_reads (const RtDataset *dataset)
{
  return atomic_load (&((FakeDataset *) dataset)->n_reads);
}
