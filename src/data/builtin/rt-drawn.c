/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-drawn.h"

/* Changing this changes every drawn picture, and with them the shipped backbones. */
#define DRAWN_SEED 0x72657430u

RtDrawn *
rt_drawn_new (const RtDatasetClass *klass,
              const RtDrawnOptions *options)
{
  const int n_classes = options->n_classes;
  const size_t n_samples = (size_t) n_classes * (RT_DRAWN_PER_CLASS + RT_DRAWN_TEST_PER_CLASS);
  g_autofree char *spec = g_strconcat ("builtin:", options->info->name, NULL);
  RtDataset *dataset = rt_dataset_new (klass, spec, n_samples);
  RtDrawn *drawn = (RtDrawn *) dataset;

  g_free (dataset->title);
  dataset->title = g_strdup (options->info->title);
  g_free (dataset->domain);
  dataset->domain = g_strdup (options->domain);
  dataset->width = dataset->height = options->size;
  dataset->channels = 3;
  for (int i = 0; i < n_classes; i++)
    g_ptr_array_add (dataset->class_names, g_strdup (options->class_names[options->classes[i]]));
  for (size_t i = 0; i < n_samples; i++)
    {
      dataset->labels[i] = (int) (i % n_classes);
      dataset->parts[i] = i / n_classes < RT_DRAWN_PER_CLASS ? RT_PART_ANY : RT_PART_TEST;
    }
  drawn->style = options->style;
  drawn->shift = options->shift;
  drawn->classes = options->classes;
  return drawn;
}

int
rt_drawn_get_class (const RtDrawn *drawn,
                    size_t         index)
{
  return drawn->classes[drawn->base.labels[index]];
}

gboolean
rt_drawn_is_test (const RtDrawn *drawn,
                  size_t         index)
{
  return drawn->base.parts[index] == RT_PART_TEST;
}

void
rt_drawn_init_rng (const RtDrawn *drawn,
                   size_t         index,
                   uint64_t       purpose,
                   RtRng         *rng)
{
  uint64_t place = index / drawn->base.class_names->len;
  uint64_t sample = rt_rng_mix (rt_drawn_get_class (drawn, index), place);

  rt_rng_init (rng, DRAWN_SEED, rt_rng_mix (sample, purpose));
}
