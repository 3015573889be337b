/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-run-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_RUN_ROW (retort_run_row_get_type ())

/**
 * RetortRunRow:
 *
 * A run in the list. Its line's sample lays its curves over those shown; its menu does the rest.
 * Property `item`.
 */
G_DECLARE_FINAL_TYPE (RetortRunRow, retort_run_row, RETORT, RUN_ROW, GtkListBoxRow)

GtkWidget *retort_run_row_new      (RtRunItem *item);
RtRunItem *retort_run_row_get_item (RetortRunRow *self);

G_END_DECLS
