/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-fetch-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CATALOGUE_ROW (retort_catalogue_row_get_type ())

/**
 * RetortCatalogueRow:
 *
 * Something that can be fetched: what it is, how large and under which licence, and the button that
 * is due: Fetch, Cancel or Use. Signal `use`: it was fetched, and is wanted.
 */
G_DECLARE_FINAL_TYPE (RetortCatalogueRow, retort_catalogue_row, RETORT, CATALOGUE_ROW,
                      GtkListBoxRow)

GtkWidget   *retort_catalogue_row_new      (RtFetchItem *item);
RtFetchItem *retort_catalogue_row_get_item (RetortCatalogueRow *self);

G_END_DECLS
