/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "18,432". (transfer full) */
char *retort_format_count   (gint64 count) G_GNUC_WARN_UNUSED_RESULT;

/* A share as bars and cells say it: "62 %", "4.1 %", "< 0.1 %". (transfer full) */
char *retort_format_share   (double share) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
