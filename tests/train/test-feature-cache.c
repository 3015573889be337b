/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-feature-cache.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define N_ROW 5

static const size_t samples[] = { 2, 3, 17, 400, 401 };

static RtFeatureCache *
make (int    n_views,
      size_t budget)
{
  g_autoptr (GError) error = NULL;
  RtFeatureCache *cache = rt_feature_cache_new (samples, G_N_ELEMENTS (samples), n_views, N_ROW,
                                                budget);

  g_assert_true (rt_feature_cache_reserve (cache, &error));
  g_assert_no_error (error);
  g_assert_true (rt_feature_cache_reserve (cache, &error));   /* it has it */
  g_assert_cmpuint (rt_feature_cache_get_bytes (cache), ==,
                    G_N_ELEMENTS (samples) * n_views * N_ROW * sizeof (float));
  return cache;
}

/* Written in any order, a row is its sample's and its view's: in memory and in a mapped file
 * alike. */
static void
test_rows (void)
{
  g_autoptr (RtFeatureCache) memory = make (3, 1 << 20);
  g_autoptr (RtFeatureCache) file = make (3, 0);
  RtFeatureCache *both[] = { memory, file };

  for (int c = 0; c < 2; c++)
    for (int view = 2; view >= 0; view--)
      for (int i = G_N_ELEMENTS (samples) - 1; i >= 0; i--)
        for (int k = 0; k < N_ROW; k++)
          rt_feature_cache_fill_row (both[c], samples[i], view)[k]
            = (float) (1000 * view + (int) samples[i]) + 0.1f * (float) k;
  for (int view = 0; view < 3; view++)
    {
      rt_feature_cache_set_view (memory, view);
      rt_feature_cache_set_view (file, view);
    }

  for (int view = 0; view < 3; view++)
    for (size_t i = 0; i < G_N_ELEMENTS (samples); i++)
      {
        const float *row = rt_feature_cache_get_row (memory, samples[i], view);

        g_assert_cmpfloat (row[0], ==, (float) (1000 * view + (int) samples[i]));
        g_assert_cmpfloat (row[4], ==, (float) (1000 * view + (int) samples[i]) + 0.1f * 4.0f);
        g_assert_cmpmem (row, N_ROW * sizeof (float),
                         rt_feature_cache_get_row (file, samples[i], view), N_ROW * sizeof (float));
      }
}

/* Rows of one view lie one after the other in the order of the samples: evaluation reads them
 * so. */
static void
test_order (void)
{
  g_autoptr (RtFeatureCache) cache = make (2, 0);
  const float *first = rt_feature_cache_fill_row (cache, samples[0], 1);

  rt_feature_cache_set_view (cache, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (samples); i++)
    g_assert_true (rt_feature_cache_get_row (cache, samples[i], 1) == first + i * N_ROW);
}

static void
test_views (void)
{
  g_autoptr (RtFeatureCache) cache = make (2, 0);

  g_assert_false (rt_feature_cache_has_view (cache, 0));
  rt_feature_cache_set_view (cache, 1);
  g_assert_true (rt_feature_cache_has_view (cache, 1));
  g_assert_false (rt_feature_cache_has_view (cache, 0));
}

/* A sample that the cache was not made for is a mistake of the caller, and so is a row that was not
 * computed. */
static void
test_stranger (gconstpointer data)
{
  if (g_test_subprocess ())
    {
      g_autoptr (RtFeatureCache) cache = make (1, 1 << 20);

      if (data != NULL)
        rt_feature_cache_set_view (cache, 0);
      rt_feature_cache_get_row (cache, data != NULL ? 5 : samples[0], 0);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

/* No room for the file. A limit on the size of files stands for a full disk: it makes the same
 * call fail, at the same place. In a process of its own, because a limit cannot be taken back. */
static void
test_full_disk (void)
{
  if (g_test_subprocess ())
    {
      struct rlimit limit = { 1 << 16, 1 << 16 };
      g_autoptr (GError) error = NULL;
      g_autoptr (RtFeatureCache) cache = NULL;

      signal (SIGXFSZ, SIG_IGN);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      cache = rt_feature_cache_new (samples, G_N_ELEMENTS (samples), 1, 1 << 20, 0);
      g_assert_false (rt_feature_cache_reserve (cache, &error));
      g_assert_nonnull (error);
      g_assert_cmpuint (error->domain, ==, G_IO_ERROR);
      g_assert_nonnull (strstr (error->message, g_get_user_cache_dir ()));
      g_assert_nonnull (strstr (error->message, "no room for 0.0 GB"));
      g_assert_nonnull (strstr (error->message, "Freeze higher"));
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

/* A folder that is none. */
static void
test_no_folder (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RtFeatureCache) cache = NULL;

      g_setenv ("XDG_CACHE_HOME", "/dev/null/cache", TRUE);
      cache = rt_feature_cache_new (samples, G_N_ELEMENTS (samples), 1, N_ROW, 0);
      g_assert_false (rt_feature_cache_reserve (cache, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "/dev/null/cache"));
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feature-cache/rows", test_rows);
  g_test_add_func ("/feature-cache/order", test_order);
  g_test_add_func ("/feature-cache/views", test_views);
  g_test_add_data_func ("/feature-cache/stranger", "stranger", test_stranger);
  g_test_add_data_func ("/feature-cache/not-filled", NULL, test_stranger);
  g_test_add_func ("/feature-cache/full-disk", test_full_disk);
  g_test_add_func ("/feature-cache/no-folder", test_no_folder);
  return g_test_run ();
}
