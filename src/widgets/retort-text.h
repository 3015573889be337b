/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "18,432". (transfer full) */
char *retort_format_count   (gint64 count) G_GNUC_WARN_UNUSED_RESULT;

/* A share as bars and cells say it: "62 %", "4.1 %", "< 0.1 %". (transfer full) */
char *retort_format_share   (double share) G_GNUC_WARN_UNUSED_RESULT;

/* Of memory or a file, in decimal units: "12.3 kB", "61 MB", "1.2 GB". (transfer full) */
char *retort_format_size    (double bytes) G_GNUC_WARN_UNUSED_RESULT;

/* A learning rate, to two digits: "0.003", "1.2e-05". (transfer full) */
char *retort_format_rate    (double rate) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
