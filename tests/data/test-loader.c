/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-dataset.h"
#include "rt-loader.h"

#include <string.h>

#define SIDE 8
#define VALUES (SIDE * SIDE * 3)
#define N_SAMPLES 70
#define BATCH 16

/* All of one epoch, copied out. */
typedef struct
{
  GArray *images;    /* of float */
  GArray *labels;    /* of int */
  GArray *samples;   /* of size_t */
  int     n_batches;
  int     view;
} Epoch;

static void
epoch_clear (Epoch *epoch)
{
  g_array_unref (epoch->images);
  g_array_unref (epoch->labels);
  g_array_unref (epoch->samples);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Epoch, epoch_clear)

/* Every second sample of the dataset, so that a sample's index is not its place. */
static RtLoader *
make_loader (RtDataset  *dataset,
             int         n_threads,
             const char *preset,
             size_t      cache_bytes,
             int         n_views)
{
  size_t samples[N_SAMPLES];
  RtLoaderOptions options = {
    .dataset = dataset, .samples = samples, .n_samples = N_SAMPLES,
    .format = { SIDE, SIDE, 3, { 0.4914f, 0.4822f, 0.4465f }, { 0.247f, 0.2435f, 0.2616f } },
    .n_views = n_views, .seed = 3, .shuffle = TRUE, .batch_size = BATCH,
    .n_threads = n_threads, .cache_bytes = cache_bytes,
  };

  for (size_t i = 0; i < N_SAMPLES; i++)
    samples[i] = 2 * i + 1;
  g_assert_true (rt_augment_from_preset (&options.augment, preset, TRUE));
  return rt_loader_new (&options);
}

static RtDataset *
make_dataset (void)
{
  return fake_dataset_new (2 * N_SAMPLES, 5, SIDE, SIDE, 3);
}

static Epoch
read_epoch (RtLoader *loader,
            int       number,
            size_t    first_batch)
{
  Epoch epoch = {
    g_array_new (FALSE, FALSE, sizeof (float)),
    g_array_new (FALSE, FALSE, sizeof (int)),
    g_array_new (FALSE, FALSE, sizeof (size_t)),
  };
  const RtBatch *batch;

  rt_loader_begin (loader, number, first_batch);
  while ((batch = rt_loader_next (loader)) != NULL)
    {
      g_array_append_vals (epoch.images, batch->images, (guint) batch->n * VALUES);
      g_array_append_vals (epoch.labels, batch->labels, batch->n);
      g_array_append_vals (epoch.samples, batch->samples, batch->n);
      epoch.n_batches++;
      epoch.view = batch->view;
    }
  return epoch;
}

static void
assert_same_bits (const Epoch *a,
                  const Epoch *b)
{
  g_assert_cmpint (a->n_batches, ==, b->n_batches);
  g_assert_cmpint (a->view, ==, b->view);
  g_assert_cmpmem (a->samples->data, a->samples->len * sizeof (size_t),
                   b->samples->data, b->samples->len * sizeof (size_t));
  g_assert_cmpmem (a->labels->data, a->labels->len * sizeof (int),
                   b->labels->data, b->labels->len * sizeof (int));
  g_assert_cmpmem (a->images->data, a->images->len * sizeof (float),
                   b->images->data, b->images->len * sizeof (float));
}

static void
test_exact (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 1, "none", 1 << 20, 0);
  static const float mean[] = { 0.4914f, 0.4822f, 0.4465f }, std[] = { 0.247f, 0.2435f, 0.2616f };

  /* The second epoch comes from the cache. */
  for (int number = 0; number < 2; number++)
    {
      g_auto (Epoch) epoch = read_epoch (loader, number, 0);

      g_assert_cmpuint (epoch.samples->len, ==, N_SAMPLES);
      for (guint i = 0; i < N_SAMPLES; i++)
        {
          size_t sample = g_array_index (epoch.samples, size_t, i);

          g_assert_cmpint (g_array_index (epoch.labels, int, i), ==, dataset->labels[sample]);
          for (int j = 0; j < VALUES; j++)
            {
              float v = (float) fake_dataset_pixel (sample, j);
              float expected = (v / 255.0f - mean[j % 3]) / std[j % 3];
              float value = g_array_index (epoch.images, float, i * VALUES + j);

              g_assert_cmpmem (&value, sizeof value, &expected, sizeof expected);
            }
        }
    }
  g_assert_cmpint (fake_dataset_get_n_reads (dataset), ==, N_SAMPLES);
}

static void
test_threads (void)
{
  static const size_t caches[] = { 0, 20 * VALUES, 1 << 20 };
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) plain = make_loader (dataset, 0, "strong", 0, 0);

  for (int number = 0; number < 3; number++)
    {
      g_auto (Epoch) expected = read_epoch (plain, number, 0);

      for (int n_threads = 0; n_threads <= 3; n_threads++)
        {
          for (size_t i = 0; i < G_N_ELEMENTS (caches); i++)
            {
              g_autoptr (RtLoader) loader = NULL;

              loader = make_loader (dataset, n_threads, "strong", caches[i], 0);

              for (int round = 0; round < 2; round++)
                {
                  g_auto (Epoch) epoch = read_epoch (loader, number, 0);

                  assert_same_bits (&epoch, &expected);
                }
            }
        }
    }
}

static void
test_cache_budget (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 2, "light", 20 * VALUES + VALUES - 1, 0);

  for (int number = 0; number < 3; number++)
    {
      g_auto (Epoch) epoch = read_epoch (loader, number, 0);

      g_assert_cmpuint (epoch.samples->len, ==, N_SAMPLES);
      g_assert_cmpint (fake_dataset_get_n_reads (dataset), ==,
                       N_SAMPLES + number * (N_SAMPLES - 20));
    }
}

static void
test_order (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 2, "none", 0, 0);
  g_auto (Epoch) first = read_epoch (loader, 0, 0);
  g_auto (Epoch) second = read_epoch (loader, 1, 0);
  g_auto (Epoch) again = read_epoch (loader, 0, 0);
  gboolean seen[2 * N_SAMPLES] = { FALSE };
  size_t samples[N_SAMPLES], order[N_SAMPLES];

  assert_same_bits (&first, &again);
  for (size_t i = 0; i < N_SAMPLES; i++)
    samples[i] = 2 * i + 1;
  rt_loader_get_order (samples, N_SAMPLES, 3, 1, order);
  g_assert_cmpmem (order, sizeof order, second.samples->data, N_SAMPLES * sizeof (size_t));
  g_assert_cmpint (memcmp (first.samples->data, second.samples->data, N_SAMPLES * sizeof (size_t)),
                   !=, 0);
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      size_t sample = g_array_index (second.samples, size_t, i);

      g_assert_cmpuint (sample % 2, ==, 1);
      g_assert_false (seen[sample]);
      seen[sample] = TRUE;
    }
}

/* A sample's view does not depend on where in the epoch it comes. */
static void
test_identity (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 2, "strong", 0, 1);
  g_auto (Epoch) a = read_epoch (loader, 0, 0);
  g_auto (Epoch) b = read_epoch (loader, 1, 0);

  for (guint i = 0; i < N_SAMPLES; i++)
    {
      for (guint j = 0; j < N_SAMPLES; j++)
        {
          if (g_array_index (a.samples, size_t, i) == g_array_index (b.samples, size_t, j))
            g_assert_cmpmem (&g_array_index (a.images, float, i * VALUES), VALUES * sizeof (float),
                             &g_array_index (b.images, float, j * VALUES), VALUES * sizeof (float));
        }
    }
}

/* What is drawn for people of a view is what is trained on, to the next of 256 values. */
static void
test_drawn_views (void)
{
  static const float mean[] = { 0.4914f, 0.4822f, 0.4465f }, std[] = { 0.247f, 0.2435f, 0.2616f };
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 0, "strong", 0, 2);
  g_auto (Epoch) epoch = read_epoch (loader, 1, 0);
  RtAugment augment;

  rt_augment_from_preset (&augment, "strong", TRUE);
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      size_t sample = g_array_index (epoch.samples, size_t, i);
      g_autoptr (RtImage) image = rt_dataset_read_image (dataset, sample, NULL);
      g_autoptr (RtImage) view = NULL;
      RtRng rng;

      rt_augment_init_rng (&rng, 3, sample, 1);
      view = rt_augment_draw (image, &augment, &rng, SIDE, SIDE, mean);
      for (int j = 0; j < VALUES; j++)
        {
          float value = g_array_index (epoch.images, float, i * VALUES + j);

          g_assert_cmpfloat_with_epsilon (255.0f * (value * std[j % 3] + mean[j % 3]),
                                          view->pixels[j], 0.51f);
        }
    }
}

/* A view is the sample's own: two alike pictures are changed differently, and in another list of
 * samples the same one is changed alike. */
static void
test_own_views (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (257, 2, SIDE, SIDE, 3);
  static const size_t samples[] = { 0, 100, 7, 256 };
  RtLoaderOptions options = {
    .dataset = dataset, .samples = samples, .n_samples = 4, .batch_size = 4,
    .format = { SIDE, SIDE, 3, { 0 }, { 1, 1, 1 } },
    .augment = { .shift = 0.2f, .rotate = 20, .colour = 0.3f },
  };
  g_autoptr (RtLoader) loader = rt_loader_new (&options);
  g_autoptr (RtLoader) other = NULL;
  const RtBatch *batch, *alone;

  g_assert_cmpint (fake_dataset_pixel (0, 9), ==, fake_dataset_pixel (256, 9));
  rt_loader_begin (loader, 0, 0);
  batch = rt_loader_next (loader);
  g_assert_cmpint (memcmp (batch->images, batch->images + 3 * VALUES, VALUES * sizeof (float)),
                   !=, 0);

  options.samples = samples + 3;
  options.n_samples = 1;
  other = rt_loader_new (&options);
  rt_loader_begin (other, 0, 0);
  alone = rt_loader_next (other);
  g_assert_cmpmem (alone->images, VALUES * sizeof (float),
                   batch->images + 3 * VALUES, VALUES * sizeof (float));
}

static void
test_resume (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();

  for (int n_threads = 0; n_threads <= 2; n_threads++)
    {
      g_autoptr (RtLoader) loader = make_loader (dataset, n_threads, "strong", 0, 0);
      g_autoptr (RtLoader) fresh = make_loader (dataset, n_threads, "strong", 0, 0);
      g_auto (Epoch) whole = read_epoch (loader, 4, 0);

      for (guint first = 0; first <= 6; first++)
        {
          g_auto (Epoch) rest = read_epoch (fresh, 4, first);
          guint skipped = MIN (first * BATCH, N_SAMPLES);

          g_assert_cmpuint (rest.samples->len, ==, N_SAMPLES - skipped);
          if (rest.samples->len == 0)
            continue;
          g_assert_cmpmem (rest.images->data, rest.images->len * sizeof (float),
                           &g_array_index (whole.images, float, skipped * VALUES),
                           (size_t) rest.samples->len * VALUES * sizeof (float));
        }
    }
}

static void
test_views (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 1, "strong", 1 << 20, 3);
  g_autoptr (RtLoader) endless = make_loader (dataset, 1, "strong", 1 << 20, 0);
  float views[6][VALUES];
  float fresh[6][VALUES];

  for (int number = 0; number < 6; number++)
    {
      g_auto (Epoch) epoch = read_epoch (loader, number, 0);
      g_auto (Epoch) other = read_epoch (endless, number, 0);

      g_assert_cmpint (epoch.view, ==, number % 3);
      g_assert_cmpint (other.view, ==, number);
      for (guint i = 0; i < N_SAMPLES; i++)
        {
          const float *view = &g_array_index (epoch.images, float, i * VALUES);
          const float *one_time = &g_array_index (other.images, float, i * VALUES);

          if (g_array_index (epoch.samples, size_t, i) == 7)
            memcpy (views[number], view, sizeof views[0]);
          if (g_array_index (other.samples, size_t, i) == 7)
            memcpy (fresh[number], one_time, sizeof fresh[0]);
        }
    }
  for (int a = 0; a < 6; a++)
    {
      for (int b = 0; b < a; b++)
        {
          g_assert_cmpint (memcmp (views[a], views[b], sizeof views[0]) == 0, ==, a % 3 == b % 3);
          g_assert_cmpint (memcmp (fresh[a], fresh[b], sizeof fresh[0]), !=, 0);
        }
    }
}

/* What cannot be read is left out and said, in the order of its places, whoever met it first; the
 * rest of its batch and all other batches are as they were. */
static void
test_unreadable (void)
{
  for (int n_threads = 0; n_threads <= 3; n_threads++)
    {
      g_autoptr (RtDataset) dataset = make_dataset ();
      g_autoptr (RtLoader) loader = make_loader (dataset, n_threads, "light", 20 * VALUES, 0);
      g_auto (Epoch) whole = read_epoch (loader, 0, 0);
      const size_t *order = (const size_t *) (void *) whole.samples->data;
      const float *images = (const float *) (void *) whole.images->data;
      g_autoptr (RtLoader) fresh = make_loader (dataset, n_threads, "light", 20 * VALUES, 0);

      fake_dataset_break (dataset, order[2 * BATCH + 1]);
      fake_dataset_break (dataset, order[2 * BATCH + 9]);
      for (int round = 0; round < 10; round++)
        {
          g_autofree char *name = g_strdup_printf ("fake-%zu.png", order[2 * BATCH + 9]);
          const RtBatch *batch;

          rt_loader_begin (fresh, 0, 1);
          batch = rt_loader_next (fresh);
          g_assert_cmpint (batch->n, ==, BATCH);
          g_assert_cmpint (batch->n_unreadable, ==, 0);
          batch = rt_loader_next (fresh);
          g_assert_cmpint (batch->n, ==, BATCH - 2);
          g_assert_cmpint (batch->n_unreadable, ==, 2);
          g_assert_cmpuint (batch->unreadable[0], ==, order[2 * BATCH + 1]);
          g_assert_cmpuint (batch->unreadable[1], ==, order[2 * BATCH + 9]);
          g_assert_nonnull (strstr (batch->problems[1], name));
          for (int i = 0, from = 0; i < batch->n; i++, from++)
            {
              from += from == 1 || from == 9;
              g_assert_cmpuint (batch->samples[i], ==, order[2 * BATCH + from]);
              g_assert_cmpint (batch->labels[i], ==, dataset->labels[batch->samples[i]]);
              g_assert_cmpmem (batch->images + i * VALUES, VALUES * sizeof (float),
                               images + (2 * BATCH + from) * VALUES, VALUES * sizeof (float));
            }
          batch = rt_loader_next (fresh);
          g_assert_cmpint (batch->n, ==, BATCH);
          g_assert_cmpint (batch->n_unreadable, ==, 0);
        }
    }
}

/* Not one of a batch can be read: it comes, empty, and the next after it. */
static void
test_all_unreadable (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 2, "none", 0, 0);
  g_auto (Epoch) whole = read_epoch (loader, 0, 0);
  const RtBatch *batch;

  for (int i = 0; i < BATCH; i++)
    fake_dataset_break (dataset, g_array_index (whole.samples, size_t, i));
  rt_loader_begin (loader, 0, 0);
  batch = rt_loader_next (loader);
  g_assert_cmpint (batch->n, ==, 0);
  g_assert_cmpint (batch->n_unreadable, ==, BATCH);
  batch = rt_loader_next (loader);
  g_assert_cmpint (batch->n, ==, BATCH);
}

/* Begins and frees at every point of an epoch, while slow pictures are being read. */
static void
test_interrupted (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) plain = make_loader (dataset, 0, "light", 0, 0);
  g_auto (Epoch) expected = read_epoch (plain, 1, 0);

  fake_dataset_set_delay (dataset, 50);
  for (int n_threads = 0; n_threads <= 3; n_threads++)
    {
      for (int n_read = 0; n_read < 5; n_read++)
        {
          g_autoptr (RtLoader) loader = make_loader (dataset, n_threads, "light", 30 * VALUES, 0);
          g_auto (Epoch) epoch = { 0 };

          for (int number = 0; number < 4; number++)
            {
              rt_loader_begin (loader, number, 0);
              for (int i = 0; i < n_read; i++)
                g_assert_nonnull (rt_loader_next (loader));
            }
          epoch = read_epoch (loader, 1, 0);
          assert_same_bits (&epoch, &expected);
          rt_loader_begin (loader, 2, 0);
          if (n_read % 2)
            g_assert_nonnull (rt_loader_next (loader));
        }
    }
}

/* Begin does not wait for pictures that nobody needs any more. */
static void
test_begin_does_not_wait (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 2, "none", 0, 0);
  gint64 before;

  fake_dataset_set_delay (dataset, 200 * 1000);
  rt_loader_begin (loader, 0, 0);
  while (fake_dataset_get_n_reads (dataset) < 2)
    g_usleep (1000);
  before = g_get_monotonic_time ();
  for (int i = 0; i < 50; i++)
    rt_loader_begin (loader, i, 0);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 150 * 1000);
}

static void
test_ahead (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  g_autoptr (RtLoader) loader = make_loader (dataset, 2, "none", 0, 0);

  /* With the first batch lent, the two after it get read, and no more. */
  rt_loader_begin (loader, 0, 0);
  g_assert_nonnull (rt_loader_next (loader));
  for (int i = 0; fake_dataset_get_n_reads (dataset) < 3 * BATCH && i < 5000; i++)
    g_usleep (1000);
  g_usleep (20 * 1000);
  g_assert_cmpint (fake_dataset_get_n_reads (dataset), ==, 3 * BATCH);
}

static void
test_batches (void)
{
  g_autoptr (RtDataset) dataset = make_dataset ();
  size_t samples[N_SAMPLES];
  RtLoaderOptions options = {
    .dataset = dataset, .samples = samples, .n_samples = N_SAMPLES, .batch_size = BATCH,
    .format = { 4, 6, 1, { 0 }, { 1 } },
  };
  g_autoptr (RtLoader) whole = NULL;
  g_autoptr (RtLoader) dropped = NULL;
  g_autoptr (RtLoader) few = NULL;
  g_autoptr (RtLoader) empty = NULL;
  const RtBatch *batch;

  for (size_t i = 0; i < N_SAMPLES; i++)
    samples[i] = i;
  whole = rt_loader_new (&options);
  g_assert_null (rt_loader_next (whole));   /* before begin */
  g_assert_cmpuint (rt_loader_get_n_batches (whole), ==, 5);
  g_assert_cmpuint (rt_loader_get_n_samples (whole), ==, N_SAMPLES);
  rt_loader_begin (whole, 0, 4);
  batch = rt_loader_next (whole);
  g_assert_cmpint (batch->n, ==, 6);
  g_assert_cmpuint (batch->samples[5], ==, 69);   /* not shuffled */
  g_assert_null (rt_loader_next (whole));
  g_assert_null (rt_loader_next (whole));

  options.drop_last = TRUE;
  dropped = rt_loader_new (&options);
  g_assert_cmpuint (rt_loader_get_n_batches (dropped), ==, 4);
  g_assert_cmpuint (rt_loader_get_n_samples (dropped), ==, 64);

  /* The only batch is never left out: training on nothing would help nobody. */
  options.n_samples = 5;
  few = rt_loader_new (&options);
  g_assert_cmpuint (rt_loader_get_n_batches (few), ==, 1);
  rt_loader_begin (few, 0, 0);
  batch = rt_loader_next (few);
  g_assert_cmpint (batch->n, ==, 5);

  options.n_samples = 0;
  empty = rt_loader_new (&options);
  rt_loader_begin (empty, 0, 0);
  g_assert_null (rt_loader_next (empty));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loader/exact", test_exact);
  g_test_add_func ("/loader/threads", test_threads);
  g_test_add_func ("/loader/cache-budget", test_cache_budget);
  g_test_add_func ("/loader/order", test_order);
  g_test_add_func ("/loader/identity", test_identity);
  g_test_add_func ("/loader/drawn-views", test_drawn_views);
  g_test_add_func ("/loader/own-views", test_own_views);
  g_test_add_func ("/loader/resume", test_resume);
  g_test_add_func ("/loader/views", test_views);
  g_test_add_func ("/loader/unreadable", test_unreadable);
  g_test_add_func ("/loader/all-unreadable", test_all_unreadable);
  g_test_add_func ("/loader/interrupted", test_interrupted);
  g_test_add_func ("/loader/begin-does-not-wait", test_begin_does_not_wait);
  g_test_add_func ("/loader/ahead", test_ahead);
  g_test_add_func ("/loader/batches", test_batches);
  return g_test_run ();
}
