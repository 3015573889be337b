/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-cli.h"

G_BEGIN_DECLS

/* Which of a network's outputs stands for each class of @dataset (n classes): by name where the
 * backbone knows its classes and all are among them, else by position where there are as many. NULL
 * with @error where neither does. @by_name says which it was. */
int      *rt_judge_map_classes (const RtBackbone  *backbone,
                                const RtDataset   *dataset,
                                int                n_outputs,
                                gboolean          *by_name,
                                GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* "evaluate": what is counted from predictions, as a table or an object. */
void      rt_judge_print       (const RtPredictions *predictions,
                                const RtDataset     *dataset,
                                const RtBackbone    *backbone,
                                const char          *part);

G_END_DECLS
