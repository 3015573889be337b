/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a run beats its baseline: the paired differences over shared seeds and their 95 %
 * interval by Student's t.
 *
 *   d_i  = run_i - baseline_i
 *   mean = sum d_i / n,  s^2 = sum (d_i - mean)^2 / (n - 1)
 *   interval = mean +- t(0.975; n - 1) s / sqrt (n)
 *
 * The quantile comes from the distribution itself, since with three or five seeds the normal one
 * would promise far too much. The probability between -t and t is 1 - I(nu / (nu + t^2); nu / 2,
 * 1 / 2), I the regularised incomplete beta function, which is taken from its continued fraction
 * (Abramowitz and Stegun 1964, 26.5.8) by the modified method of Lentz, and turned round by
 * bisection.
 */
#include "config.h"

#include "rt-verdict.h"

#include <glib/gi18n.h>
#include <math.h>

#define CONFIDENCE 0.95
#define POINT 0.01        /* one point of accuracy */
#define TINY 1e-300

/* The term with index @m of the continued fraction, @odd or even. */
static double
get_term (double   a,
          double   b,
          double   x,
          int      m,
          gboolean odd)
{
  if (odd)
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
  return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
}

static double
keep_off_zero (double value)
{
  return fabs (value) < TINY ? TINY : value;
}

/* 1 / (1 + d_1 / (1 + d_2 / (1 + ...))), good for x below (a + 1) / (a + b + 2) */
static double
sum_fraction (double a,
              double b,
              double x)
{
  double c = 1, d = 1 / keep_off_zero (1 + get_term (a, b, x, 0, TRUE)), value = d;

  for (int i = 2; i < 2000; i++)
    {
      double term = get_term (a, b, x, i / 2, i % 2 == 1);
      double factor;

      d = 1 / keep_off_zero (1 + term * d);
      c = keep_off_zero (1 + term / c);
      factor = c * d;
      value *= factor;
      if (fabs (factor - 1) < 1e-15)
        break;
    }
  return value;
}

static double
incomplete_beta (double a,
                 double b,
                 double x)
{
  double front;

  if (x <= 0 || x >= 1)
    return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2))
    return 1 - incomplete_beta (b, a, 1 - x);
  front = exp (lgamma (a + b) - lgamma (a) - lgamma (b) + a * log (x) + b * log1p (-x));
  return front * sum_fraction (a, b, x) / a;
}

double
rt_verdict_get_t (double confidence,
                  int    degrees)
{
  double low = 0, high = 1e6;

  g_return_val_if_fail (confidence > 0 && confidence < 1 && degrees >= 1, NAN);
  for (int i = 0; i < 200 && high - low > 1e-14 * high; i++)
    {
      double t = (low + high) / 2;
      double outside = incomplete_beta (degrees / 2.0, 0.5, degrees / (degrees + t * t));

      if (1 - outside < confidence)
        low = t;
      else
        high = t;
    }
  return (low + high) / 2;
}

static double
get_mean (const double *values,
          int           n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += values[i];
  return sum / n;
}

/* A comparison with a NaN is false: accuracies that are not known are never a win. */
static RtVerdictKind
judge (const RtVerdict *verdict)
{
  if (verdict->n < 2 || isnan (verdict->low) || isnan (verdict->high))
    return RT_VERDICT_INCONCLUSIVE;
  if (verdict->low > 0)
    return RT_VERDICT_BEATS;
  if (verdict->high <= 0 || (verdict->low > -POINT && verdict->high < POINT))
    return RT_VERDICT_DOES_NOT_BEAT;
  return RT_VERDICT_INCONCLUSIVE;
}

void
rt_verdict_compute (RtVerdict    *verdict,
                    const double *run,
                    const double *baseline,
                    int           n)
{
  double squares = 0, half;

  g_return_if_fail (verdict != NULL && n >= 1);
  *verdict = (RtVerdict) { .n = n, .low = NAN, .high = NAN };
  verdict->run_mean = get_mean (run, n);
  verdict->baseline_mean = get_mean (baseline, n);
  for (int i = 0; i < n; i++)
    verdict->mean += (run[i] - baseline[i]) / n;
  if (n >= 2)
    {
      for (int i = 0; i < n; i++)
        {
          double off = run[i] - baseline[i] - verdict->mean;

          squares += off * off;
        }
      half = rt_verdict_get_t (CONFIDENCE, n - 1) * sqrt (squares / (n - 1) / n);
      verdict->low = verdict->mean - half;
      verdict->high = verdict->mean + half;
    }
  verdict->kind = judge (verdict);
}

gboolean
rt_verdict_gather (const RtResult *results,
                   int             n,
                   double         *accuracies)
{
  gboolean test = TRUE;

  for (int i = 0; i < n; i++)
    test = test && !isnan (results[i].test_accuracy);
  for (int i = 0; i < n; i++)
    accuracies[i] = test ? results[i].test_accuracy : results[i].validation_accuracy;
  return test;
}

const char *
rt_verdict_to_string (RtVerdictKind kind)
{
  switch (kind)
    {
    case RT_VERDICT_BEATS:
      return "BEATS";
    case RT_VERDICT_DOES_NOT_BEAT:
      return "DOES NOT BEAT";
    case RT_VERDICT_INCONCLUSIVE:
    default:
      return "INCONCLUSIVE";
    }
}

const char *
rt_verdict_explain (const RtVerdict *verdict)
{
  if (verdict->n == 1)
    return N_("One seed cannot tell a difference from chance: run at least three.");
  if (isnan (verdict->low))
    return N_("An accuracy is missing.");
  if (verdict->kind == RT_VERDICT_BEATS)
    return N_("The interval lies above 0.");
  if (verdict->high < 0)
    return N_("It is worse than its baseline.");
  if (verdict->kind == RT_VERDICT_INCONCLUSIVE)
    return verdict->mean < 0
           ? N_("The interval holds 0, though on average the run is worse than its baseline: more "
                "seeds would narrow it.")
           : N_("The interval holds 0: more seeds would narrow it.");
  return verdict->low > -POINT && verdict->high < POINT
         ? N_("Any difference is smaller than one point.")
         : N_("The interval does not lie above 0.");
}

char *
rt_verdict_describe (const RtVerdict *verdict)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%.1f %% against %.1f %% over %d seed%s: %+.1f points",
                          100 * verdict->run_mean, 100 * verdict->baseline_mean, verdict->n,
                          verdict->n == 1 ? "" : "s", 100 * verdict->mean);
  if (!isnan (verdict->low))
    g_string_append_printf (out, ", 95 %% interval %+.1f to %+.1f", 100 * verdict->low,
                            100 * verdict->high);
  g_string_append (out, ". ");
  g_string_append (out, rt_verdict_explain (verdict));
  return g_string_free (out, FALSE);
}

char *
rt_verdict_describe_seen (const char *const *seen,
                          int                n)
{
  const char *one = NULL;
  int n_seen = 0;

  for (int i = 0; i < n; i++)
    if (seen[i] != NULL)
      {
        n_seen++;
        one = one != NULL ? one : seen[i];
      }
  if (one == NULL)
    return NULL;
  return g_strdup_printf ("%d of the %d runs began from weights, or were taught by a teacher, that "
                          "had seen what they are judged by. One of them: %s", n_seen, n, one);
}
