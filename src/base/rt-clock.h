/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Seconds on a clock that never goes back, from an arbitrary start. */
double rt_clock_now (void);

/* The median of @n times, above 0, which are sorted in place. */
double rt_clock_median (double *times,
                        int     n);

G_END_DECLS
