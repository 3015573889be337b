/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-inspection.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What can be corrected of one picture, as actions of the window: its label, whether it counts.
 * NULL where nothing can. (transfer full) (nullable) */
GMenuModel *retort_correction_menu_new      (RtInspection *inspection,
                                             int           row) G_GNUC_WARN_UNUSED_RESULT;

/* "is cat", or what that is corrected to, in a few words. (transfer full) */
char       *retort_correction_describe      (RtInspection *inspection,
                                             int           row) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
