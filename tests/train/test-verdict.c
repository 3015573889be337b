/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-verdict.h"

#include <math.h>
#include <string.h>

/* Two-sided 95 % and 99 % points as printed tables have them, to all their digits. */
static void
test_quantiles (void)
{
  static const struct { int degrees; double t95, t99; } table[] = {
    { 1, 12.706, 63.657 }, { 2, 4.303, 9.925 }, { 3, 3.182, 5.841 },
    { 4, 2.776, 4.604 }, { 5, 2.571, 4.032 }, { 6, 2.447, 3.707 },
    { 7, 2.365, 3.499 }, { 8, 2.306, 3.355 }, { 9, 2.262, 3.250 },
    { 10, 2.228, 3.169 }, { 15, 2.131, 2.947 }, { 20, 2.086, 2.845 },
    { 30, 2.042, 2.750 }, { 60, 2.000, 2.660 }, { 120, 1.980, 2.617 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_assert_cmpfloat_with_epsilon (rt_verdict_get_t (0.95, table[i].degrees), table[i].t95,
                                      0.00051);
      g_assert_cmpfloat_with_epsilon (rt_verdict_get_t (0.99, table[i].degrees), table[i].t99,
                                      0.00051);
    }
  g_assert_cmpfloat_with_epsilon (rt_verdict_get_t (0.95, 1000000), 1.959966, 1e-5);
}

/* For 1, 2 and 4 degrees the quantile has a closed form. */
static void
test_closed_forms (void)
{
  for (double p = 0.05; p < 0.9999; p += 0.0371)
    {
      double one = tan (G_PI * p / 2);
      double two = p * sqrt (2 / (1 - p * p));
      double a = 1 - p * p, q = cos (acos (sqrt (a)) / 3) / sqrt (a);

      g_assert_cmpfloat (fabs (rt_verdict_get_t (p, 1) / one - 1), <, 1e-10);
      g_assert_cmpfloat (fabs (rt_verdict_get_t (p, 2) / two - 1), <, 1e-10);
      g_assert_cmpfloat (fabs (rt_verdict_get_t (p, 4) / (2 * sqrt (q - 1)) - 1), <, 1e-9);
    }
}

static RtVerdict
judge (const double *differences,
       int           n)
{
  double run[16], baseline[16];
  RtVerdict verdict;

  for (int i = 0; i < n; i++)
    {
      baseline[i] = 0.7 + 0.01 * (i % 3);
      run[i] = baseline[i] + differences[i];
    }
  rt_verdict_compute (&verdict, run, baseline, n);
  return verdict;
}

static void
test_figures (void)
{
  double run[] = { 0.90, 0.92, 0.94 }, baseline[] = { 0.85, 0.88, 0.88 };
  RtVerdict verdict;
  double half = 4.302652729911275 * 0.01 / sqrt (3);   /* the deviation of 5, 4 and 6 points is 1 */

  rt_verdict_compute (&verdict, run, baseline, 3);
  g_assert_cmpint (verdict.kind, ==, RT_VERDICT_BEATS);
  g_assert_cmpint (verdict.n, ==, 3);
  g_assert_cmpfloat_with_epsilon (verdict.mean, 0.05, 1e-12);
  g_assert_cmpfloat_with_epsilon (verdict.run_mean, 0.92, 1e-12);
  g_assert_cmpfloat_with_epsilon (verdict.baseline_mean, 0.87, 1e-12);
  g_assert_cmpfloat_with_epsilon (verdict.low, 0.05 - half, 1e-10);
  g_assert_cmpfloat_with_epsilon (verdict.high, 0.05 + half, 1e-10);
}

static void
test_kinds (void)
{
  static const struct { RtVerdictKind kind; int n; double d[5]; } cases[] = {
    { RT_VERDICT_BEATS, 3, { 0.05, 0.06, 0.055 } },
    { RT_VERDICT_BEATS, 2, { 0.02, 0.02 } },
    { RT_VERDICT_BEATS, 5, { 0.004, 0.005, 0.006, 0.005, 0.005 } },      /* small but sure */
    { RT_VERDICT_DOES_NOT_BEAT, 3, { -0.05, -0.06, -0.055 } },
    { RT_VERDICT_DOES_NOT_BEAT, 3, { 0, 0, 0 } },
    { RT_VERDICT_DOES_NOT_BEAT, 5, { 0.001, -0.001, 0.002, 0, -0.001 } },  /* within a point of 0 */
    { RT_VERDICT_INCONCLUSIVE, 3, { 0.05, -0.01, 0.02 } },
    { RT_VERDICT_INCONCLUSIVE, 2, { 0.01, 0.05 } },                      /* t is 12.7 */
    { RT_VERDICT_INCONCLUSIVE, 1, { 0.3 } },
    { RT_VERDICT_INCONCLUSIVE, 1, { -0.3 } },
    { RT_VERDICT_INCONCLUSIVE, 3, { NAN, 0.05, 0.05 } },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RtVerdict verdict = judge (cases[i].d, cases[i].n);

      if (verdict.kind != cases[i].kind)
        g_error ("case %zu is %s", i, rt_verdict_to_string (verdict.kind));
      g_assert_true (cases[i].n == 1 ? isnan (verdict.low) && isnan (verdict.high) : TRUE);
    }
}

static void
test_words (void)
{
  RtVerdict better = judge ((double[]) { 0.05, 0.06, 0.055 }, 3);
  RtVerdict worse = judge ((double[]) { -0.05, -0.06, -0.055 }, 3);
  RtVerdict one = judge ((double[]) { 0.3 }, 1);
  RtVerdict same = judge ((double[]) { 0, 0.001, -0.001 }, 3);
  RtVerdict open = judge ((double[]) { -0.05, 0.01, -0.02 }, 3);
  g_autofree char *better_text = rt_verdict_describe (&better);
  g_autofree char *worse_text = rt_verdict_describe (&worse);
  g_autofree char *one_text = rt_verdict_describe (&one);
  g_autofree char *same_text = rt_verdict_describe (&same);
  g_autofree char *open_text = rt_verdict_describe (&open);

  g_assert_cmpstr (better_text, ==, "76.5 % against 71.0 % over 3 seeds: +5.5 points, 95 % "
                                    "interval +4.3 to +6.7. "
                   "The interval lies above 0.");
  g_assert_cmpstr (worse_text, ==, "65.5 % against 71.0 % over 3 seeds: -5.5 points, 95 % interval "
                                   "-6.7 to -4.3. "
                   "It is worse than its baseline.");
  g_assert_cmpstr (one_text, ==, "100.0 % against 70.0 % over 1 seed: +30.0 points. "
                   "One seed cannot tell a difference from chance: run at least three.");
  g_assert_nonnull (strstr (same_text, "smaller than one point"));
  g_assert_nonnull (strstr (open_text, "on average the run is worse than its baseline"));
  g_assert_cmpstr (rt_verdict_to_string (RT_VERDICT_BEATS), ==, "BEATS");
  g_assert_cmpstr (rt_verdict_to_string (RT_VERDICT_DOES_NOT_BEAT), ==, "DOES NOT BEAT");
  g_assert_cmpstr (rt_verdict_to_string (RT_VERDICT_INCONCLUSIVE), ==, "INCONCLUSIVE");
}

/* Runs of one that was trained on what they are judged by. */
static void
test_seen (void)
{
  g_autofree char *none = rt_verdict_describe_seen ((const char *[]) { NULL, NULL }, 2);
  g_autofree char *two = rt_verdict_describe_seen ((const char *[]) { NULL, "first.", "second." },
                                                   3);

  g_assert_null (none);
  g_assert_true (g_str_has_prefix (two, "2 of the 3 runs "));
  g_assert_true (g_str_has_suffix (two, "One of them: first."));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verdict/quantiles", test_quantiles);
  g_test_add_func ("/verdict/closed-forms", test_closed_forms);
  g_test_add_func ("/verdict/figures", test_figures);
  g_test_add_func ("/verdict/kinds", test_kinds);
  g_test_add_func ("/verdict/words", test_words);
  g_test_add_func ("/verdict/seen", test_seen);
  return g_test_run ();
}
