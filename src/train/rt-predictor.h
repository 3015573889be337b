/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-resolver.h"

#include "rt-formats.h"

G_BEGIN_DECLS

/* What a network asks of the machine that it is to run on. */
typedef struct
{
  guint64 bytes;          /* of its file */
  guint64 n_params;
  guint64 multiply_adds;  /* of one picture */
  double  latency;        /* seconds of one picture on one thread here: the median; NaN where it was
                             not timed */
} RtDeployment;

/**
 * RtPredictor:
 *
 * A trained network that answers for one picture at a time, on one thread, as a program that uses
 * it would.
 */
typedef struct _RtPredictor RtPredictor;

/* @backbone is copied; it must have a head. (transfer full) */
RtPredictor      *rt_predictor_new            (const RtBackbone  *backbone,
                                               GError           **error)
  G_GNUC_WARN_UNUSED_RESULT;
void              rt_predictor_free           (RtPredictor *predictor);

const RtBackbone *rt_predictor_get_backbone   (const RtPredictor *predictor);
int               rt_predictor_get_n_classes  (const RtPredictor *predictor);
/* "class 17" where it is not known. */
const char       *rt_predictor_get_class_name (const RtPredictor *predictor,
                                               int                index);

/* Probabilities of @image, one for each class, until the next call (transfer none). @seconds: (out)
 * (nullable): of scaling and computing */
const float      *rt_predictor_ask            (RtPredictor   *predictor,
                                               const RtImage *image,
                                               double        *seconds);

/* What can be said without timing it. */
void              rt_predictor_count          (const RtPredictor *predictor,
                                               RtDeployment      *deployment);
/* The latency of each, from some twenty answers; in turns: what else the machine does is in all. */
void              rt_predictor_measure        (RtPredictor *const *predictors,
                                               int                 n,
                                               double             *latencies);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPredictor, rt_predictor_free)

G_END_DECLS
