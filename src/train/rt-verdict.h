/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-event.h"

G_BEGIN_DECLS

typedef enum
{
  RT_VERDICT_INCONCLUSIVE,
  RT_VERDICT_BEATS,
  RT_VERDICT_DOES_NOT_BEAT,
} RtVerdictKind;

/* Paired over shared seeds: the mean difference of accuracies (run minus baseline) and its 95 %
 * interval by Student's t with n - 1 degrees of freedom. BEATS: the interval lies above 0. DOES
 * NOT BEAT: it lies at or below 0, or it is narrower than one point either way of 0. Else, and
 * always for one seed, INCONCLUSIVE. */
typedef struct
{
  RtVerdictKind kind;
  int           n;
  double        mean;        /* of the differences, 0..1 */
  double        low;         /* of the interval; NaN for one seed */
  double        high;
  double        run_mean;
  double        baseline_mean;
} RtVerdict;

void        rt_verdict_compute   (RtVerdict    *verdict,
                                  const double *run,
                                  const double *baseline,
                                  int           n);

/* The figures to compare: on the test part where every result has one, which nothing was chosen by
 * (TRUE), else on the validation set (FALSE). */
gboolean    rt_verdict_gather    (const RtResult *results,
                                  int             n,
                                  double         *accuracies);

/* The quantile t of Student's distribution with @degrees of freedom: with probability
 * @confidence a draw lies between -t and t. */
double      rt_verdict_get_t     (double confidence,
                                  int    degrees);

/* "BEATS", "DOES NOT BEAT", "INCONCLUSIVE" */
const char *rt_verdict_to_string (RtVerdictKind kind);

/* What the interval says, in a sentence; translated by who shows it. */
const char *rt_verdict_explain   (const RtVerdict *verdict);

/* One or two sentences for people, with the figures in points; where the run is worse than its
 * baseline they say so. (transfer full) */
char       *rt_verdict_describe  (const RtVerdict *verdict) G_GNUC_WARN_UNUSED_RESULT;

/* How many of the runs compared are judged by what was trained on before, with what is said of one
 * of them: @seen (n) has of each what rt_trainer_get_seen() says. (transfer full) (nullable) */
char       *rt_verdict_describe_seen (const char *const *seen,
                                      int                n) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
