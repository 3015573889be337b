/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RETORT_TYPE_APPLICATION (retort_application_get_type ())

/**
 * RetortApplication:
 *
 * The program: one window on one history. Where the history cannot be opened, it says why.
 */
G_DECLARE_FINAL_TYPE (RetortApplication, retort_application, RETORT, APPLICATION, AdwApplication)

/* @start: monotonic time at the top of main(), for RETORT_MEASURE=start. */
RetortApplication *retort_application_new (gint64 start) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
