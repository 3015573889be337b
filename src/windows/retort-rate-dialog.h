/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RETORT_TYPE_RATE_DIALOG (retort_rate_dialog_get_type ())

/**
 * RetortRateDialog:
 *
 * The learning-rate finder: begins as it opens, then shows the loss over the rate, and offers the
 * rate that it suggests. Closing it cancels.
 */
G_DECLARE_FINAL_TYPE (RetortRateDialog, retort_rate_dialog, RETORT, RATE_DIALOG, AdwWindow)

GtkWidget *retort_rate_dialog_new (GtkWindow *parent,
                                   RtSession *session);

G_END_DECLS
