/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-clock.h"

#include <stdlib.h>

double
rt_clock_now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
rt_clock_median (double *times,
                 int     n)
{
  qsort (times, n, sizeof *times, compare);
  return times[n / 2];
}
