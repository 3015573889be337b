/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * RtImage:
 *
 * A picture of 8 bits a value: pixels (H,W,C) without gaps, C 1 (grey) or 3 (RGB). Formats decode
 * to it, drawn datasets draw into it, augmentation reads it.
 */
typedef struct
{
  int      width;
  int      height;
  int      channels;
  uint8_t *pixels;
} RtImage;

/* Refuses nothing: formats check sizes before they come here. (transfer full) */
RtImage *rt_image_new    (int width,
                          int height,
                          int channels) G_GNUC_WARN_UNUSED_RESULT;
void     rt_image_free   (RtImage *image);

/* The image at another size and number of channels: area average when shrinking, bilinear when
 * growing; grey to RGB by repetition, RGB to grey by 0.299 R + 0.587 G + 0.114 B. (transfer
 * full) */
RtImage *rt_image_resize (const RtImage *image,
                          int            width,
                          int            height,
                          int            channels) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtImage, rt_image_free)

/* Errors of the data folder. */
#define RT_DATA_ERROR (rt_data_error_quark ())
GQuark rt_data_error_quark (void);

typedef enum
{
  RT_DATA_ERROR_NOT_FOUND,    /* the thing named is not there */
  RT_DATA_ERROR_INVALID,      /* it is there and is not what it should be */
  RT_DATA_ERROR_UNSUPPORTED,  /* it is valid, and something this program does not do */
  RT_DATA_ERROR_WRITE,        /* it could not be written: full disk, read-only, no such folder */
} RtDataError;

G_END_DECLS
