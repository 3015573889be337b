/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-task.h"
#include "rt-tensor.h"

G_BEGIN_DECLS

/*
 * Which samples a run is trained, validated and tested on, as tensors for a file of it: a folder
 * may hold others by the time that the run is taken up or evaluated, and then a split drawn anew
 * deals out those that stayed otherwise too.
 */
#define RT_SPLIT_FILE "split.safetensors"

/* That of @task, with those of @before (nullable) that are in no part of it any more: what was
 * trained on once remains so. (transfer full) */
RtTensorList *rt_split_to_tensors      (const RtTask       *task,
                                        const RtTensorList *before) G_GNUC_WARN_UNUSED_RESULT;

/* The rows of a split: each sample's digest, RT_DIGEST_PARTS numbers that rt_sample_digest_hash()
 * takes, and its RtPart. FALSE where @list is no split. */
gboolean      rt_split_get_rows        (const RtTensorList  *list,
                                        float              **digests,
                                        const float        **parts,
                                        size_t              *n);

/* (samples of @dataset) the RtPart that each was in, RT_PART_ANY: in none. NULL with an error where
 * @list is no split. (transfer full) */
uint8_t      *rt_split_get_parts       (const RtTensorList  *list,
                                        const RtDataset     *dataset,
                                        GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* A split of then beside a task's of now; counts of samples, by RtPart. */
typedef struct
{
  size_t n_then[RT_PART_TEST + 1];
  size_t n_now[RT_PART_TEST + 1];
  size_t n_kept[RT_PART_TEST + 1];   /* in this part then and now */
  size_t n_moved;                    /* from one part to another */
  size_t n_new;
  size_t n_gone;
} RtSplitChange;

gboolean      rt_split_compare         (const RtTensorList  *list,
                                        const RtTask        *task,
                                        RtSplitChange       *change,
                                        GError             **error);

gboolean      rt_split_is_same         (const RtSplitChange *change);
/* Whether figures before and after are still of samples that were not trained on: none has moved,
 * and there is one that was trained on to tell that by. */
gboolean      rt_split_is_honest       (const RtSplitChange *change);
/* "28 training, 12 validation samples then; 35, 14 now: 5 in another part, 9 new", for people.
 * (transfer full) */
char         *rt_split_describe        (const RtSplitChange *change) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
