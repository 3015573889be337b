/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures a second out of the loader once all are decoded: with each preset, at the size of small
 * pictures and of photographs. Best of several epochs. Not a test: it fails only when it cannot
 * run.
 */
#include "config.h"

#include "fake-dataset.h"
#include "rt-clock.h"
#include "rt-loader.h"

#include <stdio.h>

#define ROUNDS 5

static double
measure (RtDataset  *dataset,
         const char *preset,
         int         n_threads)
{
  g_autofree size_t *samples = g_new (size_t, dataset->n_samples);
  RtLoaderOptions options = {
    .dataset = dataset, .samples = samples, .n_samples = dataset->n_samples,
    .format = { dataset->width, dataset->height, 3, { 0.5f, 0.5f, 0.5f }, { 0.25f, 0.25f, 0.25f } },
    .seed = 1, .shuffle = TRUE, .batch_size = 32, .n_threads = n_threads, .cache_bytes = SIZE_MAX,
  };
  g_autoptr (RtLoader) loader = NULL;
  double best = G_MAXDOUBLE;

  for (size_t i = 0; i < dataset->n_samples; i++)
    samples[i] = i;
  if (!rt_augment_from_preset (&options.augment, preset, TRUE))
    g_error ("No preset \"%s\"", preset);
  loader = rt_loader_new (&options);

  /* The first epoch decodes and is not counted. */
  for (int epoch = 0; epoch <= ROUNDS; epoch++)
    {
      double start = rt_clock_now ();

      rt_loader_begin (loader, epoch, 0);
      while (rt_loader_next (loader) != NULL)
        continue;
      if (epoch > 0)
        best = MIN (best, rt_clock_now () - start);
    }
  return dataset->n_samples / best;
}

int
main (void)
{
  static const char *presets[] = { "none", "light", "strong" };
  static const int sides[] = { 32, 224 };

  printf ("%-10s %-8s %8s %14s\n", "size", "augment", "threads", "pictures/s");
  for (size_t i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (RtDataset) dataset = fake_dataset_new (sides[i] > 100 ? 200 : 5000, 10,
                                                        sides[i], sides[i], 3);

      for (size_t j = 0; j < G_N_ELEMENTS (presets); j++)
        {
          for (int n_threads = 0; n_threads <= 2; n_threads++)
            printf ("%3dx%dx3 %6s %-8s %8d %14.0f\n", sides[i], sides[i], "", presets[j], n_threads,
                    measure (dataset, presets[j], n_threads));
        }
    }
  return 0;
}
