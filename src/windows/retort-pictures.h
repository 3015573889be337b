/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-inspection.h"

#include "retort-image-grid.h"

G_BEGIN_DECLS

#define RETORT_TYPE_PICTURES (retort_pictures_get_type ())

/**
 * RetortPictures:
 *
 * Brings the pictures of an inspection to the places that a grid has for them, a handful at a time,
 * read off the main thread.
 */
G_DECLARE_FINAL_TYPE (RetortPictures, retort_pictures, RETORT, PICTURES, GObject)

RetortPictures *retort_pictures_new  (RetortImageGrid *grid) G_GNUC_WARN_UNUSED_RESULT;

/* The grid has @n places, which wait for the pictures of these rows. What was loading is
 * dropped. */
void            retort_pictures_load (RetortPictures *self,
                                      RtInspection   *inspection,
                                      const int      *rows,
                                      int             n);

/* The grid shows something else now, or goes. */
void            retort_pictures_stop (RetortPictures *self);

G_END_DECLS
