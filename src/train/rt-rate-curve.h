/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-trainer.h"

G_BEGIN_DECLS

#define RT_RATE_STEPS     100
#define RT_RATE_SMOOTHING 0.98

/**
 * RtRateCurve:
 * @n: how many steps were taken
 * @rates: the learning rate of each, from 1e-7 to at most 10, evenly on a log axis
 * @raw: the loss of its batch before it
 * @losses: the same, smoothed as fastai does (debiased moving average, RT_RATE_SMOOTHING)
 * @suggestion: rt_rate_curve_suggest() of it
 *
 * What the loss does while the learning rate grows from step to step (Smith 2017, "Cyclical
 * learning rates", section 3.3).
 */
typedef struct
{
  int    n;
  double rates[RT_RATE_STEPS];
  double raw[RT_RATE_STEPS];
  double losses[RT_RATE_STEPS];
  double suggestion;
} RtRateCurve;

/* Takes at most RT_RATE_STEPS steps on the side, fewer where the loss flies off, and puts weights,
 * statistics and optimiser back: a run that follows does not see it. The first phase is what is
 * tried. Tells @hooks how far it is; FALSE without an error where its control wants an end. */
gboolean rt_trainer_find_rate (RtTrainer             *trainer,
                               const RtTrainerHooks  *hooks,
                               RtRateCurve           *curve,
                               GError               **error);

/* The rate in the middle of the longest fall of the losses, the "valley" that fastai suggests; NaN
 * where nothing falls. */
double   rt_rate_curve_suggest (const RtRateCurve *curve);

G_END_DECLS
