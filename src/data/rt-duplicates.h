/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-task.h"

G_BEGIN_DECLS

/* Two samples of the same content, where that is wrong: they are in different parts, so that what
 * is trained on is also judged by, or in different classes. */
typedef struct
{
  size_t first;          /* the lower of the indices in the dataset */
  size_t second;
  RtPart first_part;
  RtPart second_part;
} RtDuplicate;

/* All of them, by their second sample; each sample that is one too many is there once, with the
 * first that it stands against. Content is the bytes of the file where a sample is a file, else its
 * pixels. Parts are those of @task (nullable), and what is in none is passed over; or those that
 * the dataset itself gives, and where it gives none each sample that is there again may come to be
 * in two. (transfer full) (element-type RtDuplicate) */
GArray *rt_duplicates_find     (const RtDataset *dataset,
                                const RtTask    *task,
                                RtTeam          *team,           /* (nullable) */
                                GCancellable    *cancellable)    /* (nullable) */
                                G_GNUC_WARN_UNUSED_RESULT;

/* For people, who are told where to look. (transfer full) */
char   *rt_duplicate_describe  (const RtDuplicate *duplicate,
                                const RtDataset   *dataset) G_GNUC_WARN_UNUSED_RESULT;

/* A sample as people know it: its file, else its number. (transfer full) */
char   *rt_duplicate_name      (const RtDataset *dataset,
                                size_t           sample) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
