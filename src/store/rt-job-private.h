/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-job.h"

G_BEGIN_DECLS

/* rt-job.c: @list as a file of the run; what goes wrong with it, as the store says it. */
gboolean rt_job_write_tensors (RtStore             *store,
                               int                  id,
                               const RtTensorList  *list,
                               const char          *file,
                               GError             **error);

/* rt-job-split.c */

/* Of a run that begins. */
gboolean rt_job_keep_split    (RtStore       *store,
                               int            id,
                               const RtTask  *task,
                               GError       **error);

/* Of a run that is taken up: whether it may go on with the split of @task. RT_STORE_ERROR_SPLIT
 * where samples have moved from one part to another; where they came or went otherwise, what is to
 * be said of that in @note. */
gboolean rt_job_compare_split (RtStore       *store,
                               int            id,
                               const RtTask  *task,
                               char         **note,
                               GError       **error);

G_END_DECLS
