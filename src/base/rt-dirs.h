/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file of the program's own data ("glyphs/print-0.png", "backbones/resnet8-letters.safetensors"),
 * from $RETORT_DATADIR, else the `data` folder of the source tree that the program was built in,
 * else the installed one. The path may name nothing. (transfer full) */
char *rt_dirs_get_data (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* $RETORT_HOME, else `retort` in the XDG data folder. Not created. (transfer full) */
char *rt_dirs_get_home (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
