/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-clock.h"

double
rt_clock_now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}
