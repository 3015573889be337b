/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-rng.h"

#include <math.h>

static void
test_streams (void)
{
  RtRng a, b, c;

  rt_rng_init (&a, 1, 2);
  rt_rng_init (&b, 1, 2);
  rt_rng_init (&c, 1, 3);
  for (int i = 0; i < 100; i++)
    {
      uint64_t draw = rt_rng_next (&a);

      g_assert_cmpuint (draw, ==, rt_rng_next (&b));
      g_assert_cmpuint (draw, !=, rt_rng_next (&c));
    }
}

static void
test_moments (void)
{
  RtRng rng;
  double sum = 0, squares = 0, normal = 0, normal_squares = 0;
  int n = 100000;

  rt_rng_init (&rng, 7, 0);
  for (int i = 0; i < n; i++)
    {
      float u = rt_rng_uniform (&rng);
      float z = rt_rng_normal (&rng);

      g_assert_true (u >= 0.0f && u < 1.0f);
      sum += u;
      squares += (double) u * u;
      normal += z;
      normal_squares += (double) z * z;
    }
  g_assert_cmpfloat (fabs (sum / n - 0.5), <, 0.005);
  g_assert_cmpfloat (fabs (squares / n - 1.0 / 3.0), <, 0.005);
  g_assert_cmpfloat (fabs (normal / n), <, 0.015);
  g_assert_cmpfloat (fabs (normal_squares / n - 1.0), <, 0.02);
}

static void
test_below (void)
{
  RtRng rng;
  int counts[7] = { 0 };

  rt_rng_init (&rng, 3, 0);
  for (int i = 0; i < 70000; i++)
    counts[rt_rng_below (&rng, 7)]++;
  for (int i = 0; i < 7; i++)
    g_assert_cmpint (ABS (counts[i] - 10000), <, 500);
}

static void
test_shuffle (void)
{
  RtRng rng;
  size_t items[50];
  gboolean seen[50] = { FALSE };
  int moved = 0;

  for (int i = 0; i < 50; i++)
    items[i] = i;
  rt_rng_init (&rng, 5, 0);
  rt_rng_shuffle (&rng, items, 50);
  for (int i = 0; i < 50; i++)
    {
      g_assert_false (seen[items[i]]);
      seen[items[i]] = TRUE;
      moved += items[i] != (size_t) i;
    }
  g_assert_cmpint (moved, >, 40);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rng/streams", test_streams);
  g_test_add_func ("/rng/moments", test_moments);
  g_test_add_func ("/rng/below", test_below);
  g_test_add_func ("/rng/shuffle", test_shuffle);
  return g_test_run ();
}
