/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-image-item.h"

G_BEGIN_DECLS

#define RETORT_TYPE_IMAGE_CELL (retort_image_cell_get_type ())

/**
 * RetortImageCell:
 *
 * A picture with a mark, a caption and a detail under it. Part of #RetortImageGrid, and of use
 * alone.
 */
G_DECLARE_FINAL_TYPE (RetortImageCell, retort_image_cell, RETORT, IMAGE_CELL, GtkWidget)

GtkWidget *retort_image_cell_new      (void);

/* @size is the height of the picture in pixels, and @across how many times as wide it is. */
void       retort_image_cell_set_size (RetortImageCell *self,
                                       int              size,
                                       int              across);

/* @item may be %NULL: nothing. */
void       retort_image_cell_set_item (RetortImageCell *self,
                                       RetortImageItem *item);

G_END_DECLS
