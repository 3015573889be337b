/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-control.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* From now on Ctrl-C (and SIGTERM, SIGHUP) asks the work to save its state and end; the second ends
 * the program at once, with what the last checkpoint holds. */
void       rt_signals_start       (void);

/* What they act on. (transfer none) */
RtControl *rt_signals_get_control (void);

/* The same for work that is no run. (transfer none) */
GCancellable *rt_signals_get_cancellable (void);

gboolean   rt_signals_arrived     (void);

G_END_DECLS
