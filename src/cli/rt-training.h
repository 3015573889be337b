/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-cli.h"

G_BEGIN_DECLS

/* What `run` and `resume` have in common: trains run @id, tells of it, and says how it ended.
 * @result may be NULL. The signals must have been started. */
RtExit    rt_training_run         (RtStore  *store,
                                   int       id,
                                   RtResult *result);

/* A recipe from a file with what --set and --threads change; NULL after having said what is wrong
 * (RT_EXIT_INPUT). @threads below 0: as the recipe says. (transfer full) */
RtRecipe *rt_training_read_recipe (const char        *path,
                                   const char *const *settings,
                                   int                threads) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
