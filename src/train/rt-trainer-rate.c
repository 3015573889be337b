/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The learning-rate finder (Smith 2017, section 3.3): a hundred steps, each at a higher rate than
 * the last, and the loss beside them. It trains the run's own first phase on its own batches; what
 * it changes is put back.
 */
#include "config.h"

#include "rt-rate-curve.h"
#include "rt-trainer-private.h"

#include "rt-arena.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define LOWEST   1e-7
#define HIGHEST  10.0
#define TOO_HIGH 4.0    /* times the lowest loss: what is above need not be seen */

double
rt_rate_curve_suggest (const RtRateCurve *curve)
{
  int length[RT_RATE_STEPS];   /* of the longest fall that ends there, steps left out or not */
  int end = 0, start;

  for (int i = 0; i < curve->n; i++)
    {
      length[i] = 1;
      for (int j = 0; j < i; j++)
        if (curve->losses[i] < curve->losses[j])
          length[i] = MAX (length[i], length[j] + 1);
      if (length[i] > length[end])
        end = i;
    }
  if (curve->n == 0 || length[end] < 3)
    return NAN;
  start = MAX (end - length[end], 0);
  return curve->rates[start + (end - start) / 2];
}

/* The next batch, of a further epoch where this one is over. FALSE where it was interrupted. */
static gboolean
next_batch (RtTrainer            *self,
            RtTrainBatch         *batch,
            const RtTrainerHooks *hooks,
            GError              **error)
{
  if (self->step_in_epoch == self->steps_per_epoch)
    {
      if (!rt_trainer_fill_caches (self, self->epoch + 1, hooks, error))
        return FALSE;
      self->epoch++;
      self->step_in_epoch = 0;
      rt_trainer_begin_epoch (self);
    }
  rt_trainer_next_batch (self, batch, hooks);
  return TRUE;
}

static gboolean
climb (RtTrainer             *self,
       const RtTrainerHooks  *hooks,
       RtRateCurve           *curve,
       GError               **error)
{
  double average = 0.0, lowest = INFINITY;

  self->step_in_epoch = 0;
  rt_trainer_begin_epoch (self);
  for (int i = 0; i < RT_RATE_STEPS; i++)
    {
      RtTrainBatch batch;
      RtStepMetrics metrics;
      int n = curve->n;

      if (rt_trainer_peek (hooks) != RT_CONTROL_GO || !next_batch (self, &batch, hooks, error))
        return FALSE;
      self->step_in_epoch++;
      if (batch.n < MIN (2, self->batch_size))
        continue;
      self->forced_rate = LOWEST * pow (HIGHEST / LOWEST, i / (RT_RATE_STEPS - 1.0));
      if (!rt_trainer_train_on (self, &batch, &metrics))
        return FALSE;
      if (!isfinite (metrics.loss))
        break;
      average = RT_RATE_SMOOTHING * average + (1.0 - RT_RATE_SMOOTHING) * metrics.loss;
      curve->rates[n] = self->forced_rate;
      curve->raw[n] = metrics.loss;
      curve->losses[n] = average / (1.0 - pow (RT_RATE_SMOOTHING, n + 1));
      curve->n++;
      lowest = MIN (lowest, curve->losses[n]);
      if (curve->losses[n] > TOO_HIGH * lowest)
        break;
      rt_trainer_tell (hooks, RT_EVENT_PROGRESS, (i + 1.0) / RT_RATE_STEPS,
                       N_("Looking for a learning rate"));
    }
  return TRUE;
}

gboolean
rt_trainer_find_rate (RtTrainer             *self,
                      const RtTrainerHooks  *hooks,
                      RtRateCurve           *curve,
                      GError               **error)
{
  gboolean ok;
  RtKept kept;

  *curve = (RtRateCurve) { .suggestion = NAN };
  if (!rt_trainer_enter_phase (self, 0, error)
      || !rt_trainer_fill_caches (self, 0, hooks, error))
    return FALSE;
  rt_trainer_keep (self, &kept);
  self->cancellable = rt_trainer_get_cancellable (hooks);
  ok = climb (self, hooks, curve, error);
  self->cancellable = NULL;
  self->forced_rate = NAN;
  if (!rt_trainer_put_back (self, &kept, ok ? error : NULL) || !ok)
    return FALSE;
  curve->suggestion = rt_rate_curve_suggest (curve);
  return TRUE;
}
