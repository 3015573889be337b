/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-cli.h"

G_BEGIN_DECLS

/* One thing to be timed. Each is timed in a process of its own, so that its peak of resident memory
 * is its own too. */
typedef struct
{
  char   *kind;       /* "step", "inference", "frozen" */
  char   *network;
  int     batch;
  int     threads;
  double  seconds;    /* about how long to go on */
  double  peak;       /* of sgemm with as many threads, in GFLOP/s; 0: not known */
} RtBenchCase;

typedef struct
{
  double   min;             /* seconds */
  double   median;
  int      n;               /* how many were timed */
  uint64_t flops;           /* of one */
  size_t   planned_bytes;
} RtBenchTimes;

/* Forward, loss, backward and update of whole batches, in rt-bench-steps.c; forward alone. */
gboolean rt_bench_time_steps     (const RtBenchCase  *what,
                                  RtBenchTimes       *times,
                                  GError            **error);
gboolean rt_bench_time_inference (const RtBenchCase  *what,
                                  RtBenchTimes       *times,
                                  GError            **error);

/* GFLOP/s of OpenBLAS' sgemm, a piece a thread. */
double   rt_bench_get_peak       (int threads);

/* An epoch with nothing frozen and one with all but the head frozen, by the trainer itself. */
typedef struct
{
  double unfrozen;      /* seconds of the quickest epoch */
  double frozen;        /* the same, from the cached features */
  double fill;          /* seconds that computing the features took, once */
  size_t n_train;
  size_t n_validation;
} RtBenchFrozen;

gboolean rt_bench_time_frozen    (const RtBenchCase  *what,
                                  RtBenchFrozen      *times,
                                  GError            **error);

G_END_DECLS
