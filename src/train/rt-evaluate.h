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
} RtPredictions;

/* Zeroed, without a teacher's. (transfer full) */
RtPredictions *rt_predictions_new          (const RtDataset *dataset,
                                            const size_t    *samples,
                                            size_t           n,
                                            int              n_classes) G_GNUC_WARN_UNUSED_RESULT;
void           rt_predictions_free         (RtPredictions *predictions);

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

/* What a network gives for samples, in their order, without augmentation. The network's classes
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
