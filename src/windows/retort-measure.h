/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* By $RETORT_MEASURE: "start" prints the milliseconds from @start to the end of the first frame,
 * and quits; "frames" prints, when @window goes, how many frames there were while training and
 * the share of those within 16.7 ms of the main thread. */
void retort_measure_window (GtkWindow *window,
                            RtSession *session,
                            gint64     start);

G_END_DECLS
