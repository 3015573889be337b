/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-evaluate.h"

G_BEGIN_DECLS

/*
 * A run's predictions as tensors, for a file: samples, labels, logits, where there was one the
 * teacher's, and digests of the samples' names, because a dataset may be another by the time that
 * they are looked at.
 */

/* (transfer full) */
RtTensorList  *rt_predictions_to_tensors   (const RtPredictions *predictions,
                                            const RtDataset     *dataset)
                                            G_GNUC_WARN_UNUSED_RESULT;

/* Those of the samples that @dataset still has, by their names, with the labels they had; NULL
 * where the dataset does not go with them. (transfer full) (nullable) */
RtPredictions *rt_predictions_from_tensors (const RtTensorList *list,
                                            const RtDataset    *dataset) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
