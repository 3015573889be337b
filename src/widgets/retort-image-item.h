/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-mark.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_IMAGE_ITEM (retort_image_item_get_type ())

/**
 * RetortImageItem:
 *
 * What one cell of a #RetortImageGrid shows. It does not change.
 */
G_DECLARE_FINAL_TYPE (RetortImageItem, retort_image_item, RETORT, IMAGE_ITEM, GObject)

/* @texture is %NULL while the picture is not there yet; @caption and @detail may be %NULL.
 * (transfer full) */
RetortImageItem *retort_image_item_new         (GdkTexture     *texture,
                                                const char     *caption,
                                                const char     *detail,
                                                RetortMarkKind  mark) G_GNUC_WARN_UNUSED_RESULT;

/* (nullable) */
GdkTexture      *retort_image_item_get_texture (RetortImageItem *self);
const char      *retort_image_item_get_caption (RetortImageItem *self);
const char      *retort_image_item_get_detail  (RetortImageItem *self);
RetortMarkKind   retort_image_item_get_mark    (RetortImageItem *self);

/* Caption, mark and detail as one line. (transfer full) */
char            *retort_image_item_describe    (RetortImageItem *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * retort_texture_new_from_pixels:
 * @pixels: (H, W, C), rows without gaps
 * @n_channels: 1 (grey), 3 (RGB) or 4 (RGBA)
 *
 * A texture of a copy of @pixels. Small pictures are enlarged by a whole factor, to 96 pixels or
 * more, so that their pixels stay squares when GTK scales them.
 *
 * Returns: (transfer full)
 */
G_GNUC_WARN_UNUSED_RESULT
GdkTexture      *retort_texture_new_from_pixels (const guint8 *pixels,
                                                 int           width,
                                                 int           height,
                                                 int           n_channels);

G_END_DECLS
