/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RETORT_TYPE_DATA_DIALOG (retort_data_dialog_get_type ())

/**
 * RetortDataDialog:
 *
 * The dataset of the recipe as training would have it: how it is split, what is wrong with it, what
 * was corrected.
 *
 * Signal `corrected`: a correction was taken back here.
 */
G_DECLARE_FINAL_TYPE (RetortDataDialog, retort_data_dialog, RETORT, DATA_DIALOG,
                      AdwPreferencesWindow)

/* @page: "split", "problems" or "corrections" */
GtkWidget *retort_data_dialog_new (RtSession  *session,
                                   const char *page) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
