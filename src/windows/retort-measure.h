/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* By $RETORT_MEASURE: "start" prints the milliseconds from @start to the end of the first frame,
 * and quits; "training" trains the first recipe for a while, stops it, prints what frames took
 * meanwhile and how soon stopping was answered, and quits; "frames" paints without a pause, and
 * prints on SIGUSR1 what frames took since the last, and how soon each stop was answered. */
void retort_measure_window (GtkWindow *window,
                            RtSession *session,
                            gint64     start);

G_END_DECLS
