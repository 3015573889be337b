/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-control.h"

#include "rt-loader.h"
#include "rt-plan.h"

G_BEGIN_DECLS

/* Logits of samples, and what is counted from them. */
typedef struct
{
  int     n;
  int     n_classes;
  size_t *samples;     /* (n) indices in the dataset */
  int    *labels;      /* (n) */
  float  *logits;      /* (n, classes) */
  float  *teacher;     /* (n, classes), or NULL */
  GPtrArray *problems; /* of char *: why samples are not here that could not be read */
} RtPredictions;

/* Zeroed, without a teacher's. (transfer full) */
RtPredictions *rt_predictions_new          (const RtDataset *dataset,
                                            const size_t    *samples,
                                            size_t           n,
                                            int              n_classes) G_GNUC_WARN_UNUSED_RESULT;
RtPredictions *rt_predictions_copy         (const RtPredictions *predictions)
  G_GNUC_WARN_UNUSED_RESULT;
void           rt_predictions_free         (RtPredictions *predictions);

/* None yet, with room for @capacity; rows of logits are added with rt_predictions_append() for a
 * batch, of whose pictures those that could not be read go to the problems. (transfer full) */
RtPredictions *rt_predictions_new_empty    (size_t           capacity,
                                            int              n_classes) G_GNUC_WARN_UNUSED_RESULT;
void           rt_predictions_append       (RtPredictions   *predictions,
                                            const RtBatch   *batch,
                                            const float     *logits);

/* The part of labelled samples whose largest logit is the label's, 0..1; NaN where there are
 * none. */
double         rt_predictions_get_accuracy (const RtPredictions *predictions);

/* Mean cross entropy over labelled samples; NaN where there are none. */
double         rt_predictions_get_loss     (const RtPredictions *predictions);

/* @counts (classes, classes): row the label, column what was predicted. */
void           rt_predictions_count        (const RtPredictions *predictions,
                                            int                 *counts);

/* Told how far it is, on the calling thread; returning FALSE ends the work with
 * G_IO_ERROR_CANCELLED. */
typedef gboolean (*RtProgressFunc) (double  fraction,
                                    void   *data);

/* How many pictures a network is run on at once where nothing is trained: as many as make it
 * quick, and so few that it can be told to end within a fraction of a second. Decided by the
 * network alone. */
int            rt_evaluate_choose_batch    (RtNetwork *network,
                                            RtTeam    *team);

/* What a network gives for samples, in their order, without augmentation; those that cannot be read
 * are left out and among the problems. The network's classes
 * and the dataset's need not be the same: @columns (n_columns), where not NULL, says which of
 * the network's logits are taken. (transfer full) */
RtPredictions *rt_evaluate                 (RtNetwork            *network,
                                            RtDataset            *dataset,
                                            const size_t         *samples,
                                            size_t                n,
                                            const RtInputFormat  *format,
                                            const int            *columns,
                                            int                   n_columns,
                                            RtTeam               *team,
                                            RtProgressFunc        progress,
                                            void                 *data,
                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPredictions, rt_predictions_free)

G_END_DECLS
