/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

#define RT_DIGEST_PARTS 3

/* What a run's files know a sample by, whatever its place in a dataset that people go on changing:
 * 72 bits of a SHA-256 of its name as three whole numbers that a float holds exactly. A sample that
 * is no file is known by its place alone: its digest has the number of samples in it. */
typedef struct
{
  float parts[RT_DIGEST_PARTS];
} RtSampleDigest;

void     rt_sample_digest_init  (RtSampleDigest  *digest,
                                 const RtDataset *dataset,
                                 size_t           index);

/* For a GHashTable: of RtSampleDigest, or of as many floats in a tensor. */
guint    rt_sample_digest_hash  (gconstpointer digest);
gboolean rt_sample_digest_equal (gconstpointer a,
                                 gconstpointer b);

G_END_DECLS
