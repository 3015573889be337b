/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-formats.h"
#include "rt-zip.h"

G_BEGIN_DECLS

/*
 * What the parsers share with each other, and the doors that take bytes instead of a file: for
 * tests and fuzzing. @name is what an error calls the bytes.
 */

/* The most pixels that are decoded at full size. */
#define RT_MAX_IMAGE_PIXELS ((size_t) 1 << 27)

#define RT_HDF5_MAGIC "\x89HDF\r\n\x1a\n"

GBytes       *rt_gzip_unpack         (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      size_t          max_bytes,
                                      const char     *name,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  RT_PICTURE_PNG,
  RT_PICTURE_JPEG,
  RT_PICTURE_WEBP,
  RT_PICTURE_GIF,
  RT_PICTURE_BMP,
  RT_PICTURE_TIFF,
} RtPictureFormat;

typedef struct
{
  RtPictureFormat format;
  int             width;      /* as stored, before any orientation is applied */
  int             height;
  int             channels;   /* 1 where it is grey for certain, else 3 */
  gboolean        may_turn;   /* it has EXIF data, or may: width and height may be exchanged */
} RtPictureInfo;

/* What a picture's header says, and that the file is all there as far as can be told without
 * decoding: a few short reads, whatever the file's size. */
gboolean      rt_picture_probe       (const char     *path,
                                      const char     *name,
                                      RtPictureInfo  *info,
                                      GError        **error);
gboolean      rt_picture_probe_bytes (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      const char     *name,
                                      RtPictureInfo  *info,
                                      GError        **error);

/* By how much a picture is reduced: the largest power of two, at most @most, that leaves the
 * shorter side at least @min_side. */
int           rt_picture_get_reduction (int width,
                                        int height,
                                        int min_side,
                                        int most);

/* How many bytes a GIF's first frame ends after. Gives NULL, or what is wrong. */
const char   *rt_gif_find_frame_end  (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      size_t         *end);

/* EXIF's orientation of a PNG or a WebP, 1 to 8; 1, which is upright, where it says none. */
int           rt_exif_find_orientation (const uint8_t   *bytes,
                                        size_t           n_bytes,
                                        RtPictureFormat  format);

/* @image (transfer full), or in its place the one that EXIF's @orientation makes of it. (transfer
 * full) */
RtImage      *rt_exif_turn           (RtImage *image,
                                      int      orientation) G_GNUC_WARN_UNUSED_RESULT;

RtImage      *rt_picture_read_bytes  (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      int             min_side,
                                      const char     *name,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reduced while it is decoded, so that a very large picture needs memory for a few of its rows
 * only. */
RtImage      *rt_png_read_reduced    (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      int             min_side,
                                      const char     *name,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/* One array of bytes: labels (N), grey pictures (N,H,W) or coloured ones (N,H,W,C). */
typedef struct
{
  int            n_dims;
  uint32_t       dims[4];
  size_t         count;     /* the product of dims */
  const uint8_t *values;    /* Borrowed from what was parsed */
} RtIdx;

gboolean      rt_idx_parse           (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      const char     *name,
                                      RtIdx          *idx,
                                      GError        **error);

RtDataset    *rt_cifar_parse         (const char     *spec,
                                      const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      const char     *name,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;

RtDataset    *rt_csv_parse           (const char     *spec,
                                      const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      const char     *name,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/* PyTorch's zip. (transfer full) */
RtTensorList *rt_torch_parse_archive (RtZip         *zip,
                                      const char    *name,
                                      GCancellable  *cancellable,
                                      GError       **error) G_GNUC_WARN_UNUSED_RESULT;

/* Keras 3's .keras. (transfer full) */
gboolean      rt_keras_is_archive    (const RtZip  *zip);
RtTensorList *rt_keras_parse_archive (RtZip         *zip,
                                      const char    *name,
                                      GCancellable  *cancellable,
                                      GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
