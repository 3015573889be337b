/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-export.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a run can be exported as: an item for each form, in a menu for run number @run, or, where
 * that is 0, for the run that is shown. (transfer full) */
GMenuModel   *retort_export_menu_new       (int run) G_GNUC_WARN_UNUSED_RESULT;

/* The form that an item's action names: "weights", "onnx", "folder", "recipe", "metrics". */
RtExportForm  retort_export_menu_get_form  (const char *word);

/* What the file chooser says. (transfer none) */
const char   *retort_export_menu_get_title (RtExportForm form);

G_END_DECLS
