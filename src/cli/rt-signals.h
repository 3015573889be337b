/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-control.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* From now on Ctrl-C (and SIGTERM, SIGHUP) asks the work to keep what it has and end, which @said
 * says in words (it stays the caller's); the second ends the program at once, with what was kept
 * before. */
void       rt_signals_start       (const char *said);

/* What they act on. (transfer none) */
RtControl *rt_signals_get_control (void);

/* The same for work that is no run. (transfer none) */
GCancellable *rt_signals_get_cancellable (void);

gboolean   rt_signals_arrived     (void);

G_END_DECLS
