/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-loader.h"

G_BEGIN_DECLS

/**
 * RtPictureCache:
 *
 * The decoded pictures of a loader, at training size, as bytes. A sample is named by its ordinal,
 * its place in the loader's list of samples. Several threads may read at once.
 */
typedef struct _RtPictureCache RtPictureCache;

/* @samples (n_samples) is borrowed for as long as the cache lives; at most @bytes are kept. */
RtPictureCache *rt_picture_cache_new  (RtDataset           *dataset,
                                       const size_t        *samples,
                                       size_t               n_samples,
                                       const RtInputFormat *format,
                                       size_t               bytes) G_GNUC_WARN_UNUSED_RESULT;
void            rt_picture_cache_free (RtPictureCache *cache);

/* @view becomes the picture at training size; its pixels belong to the cache, or to @owned where
 * that is set to an image (transfer full). The error names the sample. */
gboolean        rt_picture_cache_read (RtPictureCache  *cache,
                                       size_t           ordinal,
                                       RtImage         *view,
                                       RtImage        **owned,
                                       GError         **error);

G_END_DECLS
