/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dtype.h"
#include "rt-tensor.h"

G_BEGIN_DECLS

/* One tensor as the header has it. */
typedef struct
{
  char     *name;      /* Owned */
  char     *type;      /* Owned: "F32" */
  int       n_dims;    /* -1: not said; past RT_MAX_DIMS, only the first are in dims */
  uint64_t  dims[RT_MAX_DIMS];
  int       n_offsets;
  uint64_t  offsets[2];
  guint     order;     /* in the header */
  RtDtype   dtype;     /* filled in by what checks it, as is shape */
  RtShape   shape;
} RtSafetensorsEntry;

/* The header's JSON: its tensors in order, and its metadata put into @list. (transfer full) */
GArray *rt_safetensors_read_header (const char    *text,
                                    size_t         n,
                                    RtTensorList  *list,
                                    const char    *name,
                                    GError       **error);

G_END_DECLS
