/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/* What `datasets SPEC` is asked to correct. */
typedef struct
{
  char   **mend;        /* (nullable) "SAMPLE=CLASS" */
  char   **set_aside;   /* (nullable) "SAMPLE" */
  char   **revert;      /* (nullable) "SAMPLE", or "all" */
} RtMending;

/* Corrects @dataset as asked, all of it or nothing, and keeps it. */
gboolean rt_mending_apply (const RtMending  *mending,
                           const RtDataset  *dataset,
                           GError          **error);

/* Each correction in a line, or as a member of the JSON line that is being made. */
void     rt_mending_print (const RtDataset *dataset);

G_END_DECLS
