/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RtFeatureCache:
 *
 * What was computed once for each sample and view: the output of the frozen prefix, a teacher's
 * logits. Rows are keyed by the sample, never by its place in a batch. In memory up to a budget,
 * else in a memory-mapped file that has no name and so vanishes with the process.
 */
typedef struct _RtFeatureCache RtFeatureCache;

/* @samples: (n) ascending; copied. @n_row: floats in a row. Takes no space yet. */
RtFeatureCache *rt_feature_cache_new       (const size_t  *samples,
                                            size_t         n,
                                            int            n_views,
                                            size_t         n_row,
                                            size_t         budget_bytes) G_GNUC_WARN_UNUSED_RESULT;
void            rt_feature_cache_free      (RtFeatureCache *cache);

/* Takes its space, where it has none yet: before the first row is filled. The error names the
 * folder of the file and its size. */
gboolean        rt_feature_cache_reserve   (RtFeatureCache  *cache,
                                            GError         **error);

/* The row of @sample, which must be among those it was made for: to be written to, and once its
 * view is complete to be read. */
float          *rt_feature_cache_fill_row  (RtFeatureCache       *cache,
                                            size_t                sample,
                                            int                   view);
const float    *rt_feature_cache_get_row   (const RtFeatureCache *cache,
                                            size_t                sample,
                                            int                   view);

/* Whether a view was marked as complete, and to mark it. */
gboolean        rt_feature_cache_has_view  (const RtFeatureCache *cache,
                                            int                   view);
void            rt_feature_cache_set_view  (RtFeatureCache *cache,
                                            int             view);

size_t          rt_feature_cache_get_bytes (const RtFeatureCache *cache);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtFeatureCache, rt_feature_cache_free)

G_END_DECLS
