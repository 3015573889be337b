/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/* Which part a folder's name stands for ("seg_train", "val2017"), or RT_PART_ANY. @rest: (out)
 * (nullable) (transfer full): what else it says, "seg ": without words that say nothing, such as
 * "set" */
RtPart   rt_folder_parse_part    (const char  *name,
                                  char       **rest);

/* The same of a name whose rest is @rest; of another RT_PART_ANY. */
RtPart   rt_folder_parse_part_of (const char *name,
                                  const char *rest);

/* Whether a folder is the same part as that around it: "seg_train" in "seg_train", or "train" in
 * that. */
gboolean rt_folder_is_same_part  (const char *name,
                                  const char *inner);

G_END_DECLS
