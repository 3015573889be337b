/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/* What is wrong with each sample that is a file of its own and cannot be read, in the order of the
 * samples: a dataset that is opened looks at the beginning of each only. Every picture is decoded,
 * as small as it goes, on the threads of @team; when cancelled, what was found by then. (transfer
 * full): of char * */
GPtrArray *rt_damage_find (const RtDataset *dataset,
                           RtTeam          *team,
                           GCancellable    *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
