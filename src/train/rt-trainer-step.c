/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One training step: forward, the loss with its parts, backward, update. The loss of distillation
 * is
 *
 *   L = alpha T^2 KL (softmax (teacher / T) || softmax (student / T)) + (1 - alpha) CE (label,
 *   student)
 *
 * and its parts are reported unweighted. With alpha 0 the teacher's part adds exact zeros to the
 * gradient, so the run has the bits of one without a teacher.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include "rt-loss.h"

#include <math.h>

static double
get_alpha (const RtTrainer *self)
{
  return self->teacher != NULL ? self->recipe->distil.alpha : 0.0;
}

double
rt_trainer_get_rate (const RtTrainer *self,
                     uint64_t         step)
{
  const RtRecipeTrain *t = &self->recipe->train;
  const RtPhase *phase = &self->phases[self->phase];
  uint64_t before = (uint64_t) phase->first_epoch * self->steps_per_epoch;
  uint64_t n_steps = (uint64_t) phase->n_epochs * self->steps_per_epoch;
  uint64_t warm_up = (uint64_t) llround (t->warm_up * (double) self->steps_per_epoch);

  if (!isnan (self->forced_rate))
    return self->forced_rate;
  return rt_schedule_get_rate (t->schedule, (float) phase->learning_rate, step - before, n_steps,
                               MIN (warm_up, n_steps));
}

/* The parts of the loss, their gradients added to the output's. */
static void
get_loss (RtTrainer          *self,
          const RtTrainBatch *batch,
          RtStepMetrics      *metrics)
{
  const RtRecipe *recipe = self->recipe;
  const float *logits = rt_plan_get_output (self->plan, 0);
  float *gradient = rt_plan_get_output_gradient (self->plan, 0);
  double alpha = get_alpha (self);

  metrics->label_part = rt_cross_entropy (gradient, logits, batch->labels,
                                          (float) recipe->train.label_smoothing,
                                          self->class_weights, (float) (1.0 - alpha), batch->n,
                                          self->n_classes);
  metrics->soft_part = NAN;
  metrics->loss = metrics->label_part;
  if (batch->teacher != NULL)
    {
      metrics->soft_part = rt_distillation (alpha > 0.0 ? gradient : NULL, logits, batch->teacher,
                                            (float) recipe->distil.temperature, (float) alpha,
                                            batch->n, self->n_classes);
      metrics->loss = alpha * metrics->soft_part + (1.0 - alpha) * metrics->label_part;
    }
}

void
rt_trainer_train_on (RtTrainer          *self,
                     const RtTrainBatch *batch,
                     RtStepMetrics      *metrics)
{
  int correct;

  *metrics = (RtStepMetrics) { .step = self->step,
                               .learning_rate = rt_trainer_get_rate (self, self->step) };
  rt_plan_forward (self->plan, &batch->images, batch->n, TRUE, self->recipe->seed, self->step);
  get_loss (self, batch, metrics);
  correct = rt_count_correct (rt_plan_get_output (self->plan, 0), batch->labels, batch->n,
                              self->n_classes);
  rt_plan_backward (self->plan);
  rt_optimizer_step (self->optimizer, self->plan, (float) metrics->learning_rate, self->team);
  metrics->accuracy = (double) correct / batch->n;

  self->sums.loss += metrics->loss * batch->n;
  self->sums.label_part += metrics->label_part * batch->n;
  self->sums.soft_part += metrics->soft_part * batch->n;
  self->sums.n_correct += correct;
  self->sums.n_samples += batch->n;
}
