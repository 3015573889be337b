/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"
#include "rt-tensor.h"

G_BEGIN_DECLS

/*
 * One door for each format; each parser is a file of its own. Every size that a file claims is
 * checked against the file's length before anything is allocated. Errors are RT_DATA_ERROR and name
 * the file and what is wrong.
 */

/* The longest side of a picture that is opened. */
#define RT_MAX_IMAGE_SIDE 16384

/* A picture: PNG through libpng, all else through gdk-pixbuf; alpha goes over white, 16 bits
 * become 8, orientation (EXIF) is applied. Decoded at reduced scale where the shorter side would
 * still be at least @min_side (0: full size). (transfer full) */
RtImage      *rt_picture_read        (const char  *path,
                                      int          min_side,
                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;
RtImage      *rt_png_read_bytes      (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      const char     *name,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean      rt_png_write           (const RtImage  *image,
                                      const char     *path,
                                      GError        **error);

/* The whole of a file, unpacked where it is gzipped (known by its first bytes, not its name), at
 * most @max_bytes. */
GBytes       *rt_gzip_read_file      (const char  *path,
                                      size_t       max_bytes,
                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Datasets. @path as in the spec, already absolute. (transfer full) */
RtDataset    *rt_idx_open            (const char    *spec,
                                      const char    *path_prefix,
                                      GError       **error) G_GNUC_WARN_UNUSED_RESULT;
RtDataset    *rt_cifar_open          (const char    *spec,
                                      const char    *path,
                                      GError       **error) G_GNUC_WARN_UNUSED_RESULT;
RtDataset    *rt_folder_open         (const char    *spec,
                                      const char    *path,
                                      GCancellable  *cancellable,
                                      GError       **error) G_GNUC_WARN_UNUSED_RESULT;
RtDataset    *rt_csv_open            (const char    *spec,
                                      const char    *path,
                                      GError       **error) G_GNUC_WARN_UNUSED_RESULT;

/* Weights, by their first bytes: safetensors, PyTorch's zip form or its older stream, Keras's
 * HDF5 or archive, ONNX. Ends with G_IO_ERROR_CANCELLED soon after @cancellable (nullable) was,
 * however large the file is. (transfer full) */
RtTensorList *rt_weights_read        (const char    *path,
                                      GCancellable  *cancellable,
                                      GError       **error) G_GNUC_WARN_UNUSED_RESULT;

RtTensorList *rt_safetensors_parse   (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      const char     *name,
                                      GCancellable   *cancellable,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;
/* Atomic: a new file is renamed over the old. */
gboolean      rt_safetensors_write   (const RtTensorList  *list,
                                      const char          *path,
                                      GError             **error);
/* How long the file of it is; looks at no values. */
size_t        rt_safetensors_get_size (const RtTensorList *list);
RtTensorList *rt_torch_parse         (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      const char     *name,
                                      GCancellable   *cancellable,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;
RtTensorList *rt_keras_parse         (const uint8_t  *bytes,
                                      size_t          n_bytes,
                                      const char     *name,
                                      GCancellable   *cancellable,
                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
