/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_INTERVAL_BAR (retort_interval_bar_get_type ())

/**
 * RetortIntervalBar:
 *
 * A difference and its interval on a line that always has 0 on it: whether the interval holds 0 is
 * seen at once.
 */
G_DECLARE_FINAL_TYPE (RetortIntervalBar, retort_interval_bar, RETORT, INTERVAL_BAR, GtkWidget)

GtkWidget *retort_interval_bar_new (void);

/* In points. @low and @high are NaN where there is no interval. */
void       retort_interval_bar_set (RetortIntervalBar *self,
                                    double             mean,
                                    double             low,
                                    double             high);

/* The place of a value on the line, 0..1 from the left. */
double     retort_interval_bar_get_place (RetortIntervalBar *self,
                                          double             value);

G_END_DECLS
