/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/* One drawn dataset that the program brings with it. */
typedef struct
{
  const char *name;           /* "glyphs/digits": after "builtin:" */
  const char *title;          /* "Glyphs: digits" */
  const char *styles;         /* "print,hand,street": the first is the default */
  const char *note;           /* a sentence on what it is for */
} RtBuiltinInfo;

/* All of them; @n gets their number. */
const RtBuiltinInfo *rt_builtin_list (int *n);

/* Opens one; the error lists the names there are. (transfer full) */
RtDataset           *rt_builtin_open (const char              *name,
                                      const RtDatasetOptions  *options,
                                      GError                 **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
