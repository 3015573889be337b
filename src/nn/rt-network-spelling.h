/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RT_N_SPELLINGS 6

/* What a tensor of a checkpoint is called in this project, where another publisher named it; a name
 * it does not know it leaves as it is, without the prefixes of containers. (transfer full) */
typedef char *(*RtSpelling) (const char *name);

/* The ecosystem's own names first, then one publisher each. */
extern const RtSpelling rt_spellings[RT_N_SPELLINGS];

G_END_DECLS
