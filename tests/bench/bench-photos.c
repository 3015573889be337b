/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes a folder of photographs and times how it is opened: seconds to list it, to its first batch,
 * and pictures a second while it is decoded for the first time.
 *
 *   bench-photos FOLDER [COUNT [SIDE]]
 *
 * The photographs are SEEDS different JPEG pictures of several sizes up to 1600 x 1200, linked
 * under COUNT names (10,000) in ten classes. A folder that is there is used as it is.
 * bench-photos.py trains on it. Not a test: it fails only when it cannot run.
 */
#include "config.h"

#include "rt-clock.h"
#include "rt-formats.h"
#include "rt-loader.h"
#include "rt-rng.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SEEDS     40
#define CLASSES   10
#define BATCH     32
#define N_BATCHES 10

/* Soft shapes with fine grain over them, so that it compresses about as a photograph does. */
static void
draw (GdkPixbuf *pixbuf,
      int        seed)
{
  uint8_t *pixels = gdk_pixbuf_get_pixels (pixbuf);
  int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  float waves[3][2];
  RtRng rng;

  rt_rng_init (&rng, 1, (uint64_t) seed);
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < 2; i++)
      waves[c][i] = 0.004f + 0.02f * rt_rng_uniform (&rng);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        {
          float value = 128.0f + 70.0f * sinf (waves[c][0] * x) * cosf (waves[c][1] * y)
                        + 12.0f * (rt_rng_uniform (&rng) - 0.5f);

          pixels[(size_t) y * gdk_pixbuf_get_rowstride (pixbuf) + 3 * x + c] = (uint8_t) value;
        }
}

static char *
name_picture (const char *folder,
              int         i)
{
  g_autofree char *class_folder = g_strdup_printf ("%s/class-%d", folder, i % CLASSES);

  g_mkdir_with_parents (class_folder, 0700);
  return g_strdup_printf ("%s/%05d.jpg", class_folder, i);
}

static void
make (const char *folder,
      int         count)
{
  static const int sizes[][2] = { { 1600, 1200 }, { 1200, 1600 }, { 1024, 768 }, { 800, 600 },
                                  { 640, 480 } };
  double start = rt_clock_now ();

  for (int i = 0; i < count; i++)
    {
      g_autofree char *path = name_picture (folder, i);
      g_autofree char *original = name_picture (folder, i % SEEDS);
      const int *size = sizes[i % G_N_ELEMENTS (sizes)];
      g_autoptr (GdkPixbuf) pixbuf = NULL;
      g_autoptr (GError) error = NULL;

      if (i >= SEEDS)
        {
          if (link (original, path) != 0)
            g_error ("%s: cannot be linked", path);
          continue;
        }
      pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, size[0], size[1]);
      draw (pixbuf, i);
      if (!gdk_pixbuf_save (pixbuf, path, "jpeg", &error, "quality", "90", NULL))
        g_error ("%s", error->message);
    }
  printf ("made %d photographs in %.1f s\n", count, rt_clock_now () - start);
}

static void
measure (const char *folder,
         int         side)
{
  g_autofree char *spec = g_strconcat ("folder:", folder, NULL);
  g_autoptr (GError) error = NULL;
  double start = rt_clock_now (), listed, first;
  g_autoptr (RtDataset) dataset = rt_dataset_open (spec, NULL, NULL, &error);
  g_autofree size_t *samples = NULL;
  g_autoptr (RtLoader) loader = NULL;
  RtLoaderOptions options = {
    .dataset = dataset, .seed = 1, .shuffle = TRUE, .batch_size = BATCH,
    .n_threads = rt_team_count_cores () - 1, .cache_bytes = (size_t) 512 << 20,
    .format = { side, side, 3, { 0.5f, 0.5f, 0.5f }, { 0.25f, 0.25f, 0.25f } },
  };

  if (dataset == NULL)
    g_error ("%s", error->message);
  listed = rt_clock_now ();
  samples = g_new (size_t, dataset->n_samples);
  for (size_t i = 0; i < dataset->n_samples; i++)
    samples[i] = i;
  options.samples = samples;
  options.n_samples = dataset->n_samples;
  loader = rt_loader_new (&options);
  rt_loader_begin (loader, 0, 0);
  if (rt_loader_next (loader) == NULL)
    g_error ("%s: no batch", folder);
  first = rt_clock_now ();
  for (int i = 0; i < N_BATCHES; i++)
    if (rt_loader_next (loader) == NULL)
      g_error ("%s: fewer than %d batches", folder, N_BATCHES);
  printf ("%zu photographs listed   %8.2f s\n", dataset->n_samples, listed - start);
  printf ("first batch of %d at %d   %8.2f s\n", BATCH, side, first - listed);
  printf ("decoded                   %8.0f pictures/s\n",
          N_BATCHES * BATCH / (rt_clock_now () - first));
}

int
main (int    argc,
      char **argv)
{
  if (argc < 2 || argc > 4)
    {
      fprintf (stderr, "usage: bench-photos FOLDER [COUNT [SIDE]]\n");
      return 2;
    }
  if (!g_file_test (argv[1], G_FILE_TEST_EXISTS))
    make (argv[1], argc > 2 ? atoi (argv[2]) : 10000);
  measure (argv[1], argc > 3 ? atoi (argv[3]) : 224);
  return 0;
}
