/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-image-item.h"

G_BEGIN_DECLS

#define RETORT_TYPE_IMAGE_GRID (retort_image_grid_get_type ())

/**
 * RetortImageGrid:
 *
 * Pictures with captions in a grid that scrolls; thousands cost no more than those in sight. Arrow
 * keys move, Return or a click activates.
 *
 * Properties (both notify):
 * - `cell-size` (int): the side of a picture, 64 at first
 * - `empty-text` (string): said while there is none
 *
 * Signals: `activated` (guint index), by the user; `menu` (guint index, GdkRectangle place): a
 * picture's menu is asked for, by the second button of the mouse, the menu key or Shift+F10, and
 * belongs to @place within the grid.
 */
G_DECLARE_FINAL_TYPE (RetortImageGrid, retort_image_grid, RETORT, IMAGE_GRID, GtkWidget)

GtkWidget       *retort_image_grid_new            (void);

/* Adds a picture at the end, or with @texture %NULL the place for one. @caption and @detail may be
 * %NULL; @mark shows as a sign and a
 * colour before the caption. */
void             retort_image_grid_append         (RetortImageGrid *self,
                                                   GdkTexture      *texture,
                                                   const char      *caption,
                                                   const char      *detail,
                                                   RetortMarkKind   mark);
/* What is said under the picture of that place. */
void             retort_image_grid_set_detail     (RetortImageGrid *self,
                                                   guint            index,
                                                   const char      *detail);
/* The picture of that place is there now. */
void             retort_image_grid_set_texture    (RetortImageGrid *self,
                                                   guint            index,
                                                   GdkTexture      *texture);
void             retort_image_grid_clear          (RetortImageGrid *self);

guint            retort_image_grid_get_n          (RetortImageGrid *self);
/* (transfer none) */
RetortImageItem *retort_image_grid_get_item       (RetortImageGrid *self,
                                                   guint            index);

void             retort_image_grid_set_cell_size  (RetortImageGrid *self,
                                                   int              size);
int              retort_image_grid_get_cell_size  (RetortImageGrid *self);
/* Each picture is of so many squares side by side; its cell is so many times as wide as high. */
void             retort_image_grid_set_across     (RetortImageGrid *self,
                                                   int              across);
void             retort_image_grid_set_empty_text (RetortImageGrid *self,
                                                   const char      *text);
const char      *retort_image_grid_get_empty_text (RetortImageGrid *self);

G_END_DECLS
