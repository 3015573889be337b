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
 *
 * A batch for which the plan is too small goes through it in parts (rt-trainer-memory.c).
 */
#include "config.h"

#include "rt-trainer-private.h"

#include "rt-loss.h"

#include <math.h>
#include <string.h>

static double
get_alpha (const RtTrainer *self)
{
  return self->teacher != NULL ? self->recipe->distil.alpha : 0.0;
}

double
rt_trainer_get_rate (const RtTrainer *self,
                     size_t           step_in_epoch)
{
  const RtRecipeTrain *t = &self->recipe->train;
  const RtPhase *phase = &self->phases[self->phase];
  /* By the epoch, not by the steps of the run: those before may have been more or fewer in an
   * epoch, where it was taken up with other samples. */
  uint64_t step = (uint64_t) (self->epoch - phase->first_epoch) * self->steps_per_epoch
                  + step_in_epoch;
  uint64_t n_steps = (uint64_t) phase->n_epochs * self->steps_per_epoch;
  uint64_t warm_up = (uint64_t) llround (t->warm_up * (double) self->steps_per_epoch);

  if (!isnan (self->forced_rate))
    return self->forced_rate;
  return rt_schedule_get_rate (t->schedule, (float) phase->learning_rate, step, n_steps,
                               MIN (warm_up, n_steps), &phase->cycle);
}

/* What a part's mean counts for in that of the batch: by samples, or where classes are weighed by
 * their weights. Exactly 1 for a batch of one part. */
static double
get_share (const RtTrainer    *self,
           const RtTrainBatch *part,
           const RtTrainBatch *batch,
           gboolean            weighed)
{
  double sums[2] = { 0.0 };

  if (part->n == batch->n)
    return 1.0;
  if (!weighed || self->class_weights == NULL)
    return (double) part->n / batch->n;
  for (int i = 0; i < batch->n; i++)
    sums[0] += self->class_weights[batch->labels[i]];
  for (int i = 0; i < part->n; i++)
    sums[1] += self->class_weights[part->labels[i]];
  return sums[1] / sums[0];
}

/* Adds the part's share of the parts of the loss, and its gradient. */
static void
add_loss (RtTrainer          *self,
          const RtTrainBatch *part,
          const RtTrainBatch *batch,
          RtStepMetrics      *metrics)
{
  const RtRecipe *recipe = self->recipe;
  const float *logits = rt_plan_get_output (self->plan, 0);
  float *gradient = rt_plan_get_output_gradient (self->plan, 0);
  double alpha = get_alpha (self);
  double label_share = get_share (self, part, batch, TRUE);
  double soft_share = get_share (self, part, batch, FALSE);

  metrics->label_part += label_share
                         * rt_cross_entropy (gradient, logits, part->labels,
                                             (float) recipe->train.label_smoothing,
                                             self->class_weights,
                                             (float) ((1.0 - alpha) * label_share), part->n,
                                             self->n_classes);
  if (part->teacher != NULL)
    metrics->soft_part += soft_share
                          * rt_distillation (alpha > 0.0 ? gradient : NULL, logits, part->teacher,
                                             (float) recipe->distil.temperature,
                                             (float) (alpha * soft_share), part->n,
                                             self->n_classes);
}

/* Running statistics move in each forward pass: a step that is given up leaves them as they
 * were. */
static void
copy_statistics (RtTrainer *self,
                 gboolean   back)
{
  float *values = rt_network_get_values (self->network);
  float *kept = self->statistics;

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    {
      const RtParam *param = rt_network_get_param (self->network, i);

      if (param->spec.kind != RT_PARAM_STATISTIC)
        continue;
      memcpy (back ? values + param->offset : kept, back ? kept : values + param->offset,
              param->count * sizeof (float));
      kept += param->count;
    }
}

/* Samples @from to @to. */
static RtTrainBatch
get_part (const RtTrainer    *self,
          const RtTrainBatch *batch,
          int                 from,
          int                 to)
{
  RtShape shape = rt_plan_get_input_shape (self->plan);

  return (RtTrainBatch) {
    batch->images + (size_t) from * rt_shape_count (&shape), batch->labels + from,
    batch->samples != NULL ? batch->samples + from : NULL,
    batch->teacher != NULL ? batch->teacher + (size_t) from * self->n_classes : NULL, to - from,
  };
}

/* Gradients of the whole batch, part by part in their order. Parts differ by one sample at most. */
static gboolean
pass_batch (RtTrainer          *self,
            const RtTrainBatch *batch,
            RtStepMetrics      *metrics,
            int                *correct)
{
  int n_parts = (batch->n + self->part - 1) / self->part;

  for (int i = 0; i < n_parts; i++)
    {
      RtTrainBatch part = get_part (self, batch, i * batch->n / n_parts,
                                    (i + 1) * batch->n / n_parts);

      /* Each part has streams of chance of its own; the first those of a batch that is not cut. */
      if (!rt_plan_forward (self->plan, &part.images, part.n, TRUE, self->recipe->seed,
                            self->step + ((uint64_t) i << 48)))
        return FALSE;
      add_loss (self, &part, batch, metrics);
      *correct += rt_count_correct (rt_plan_get_output (self->plan, 0), part.labels, part.n,
                                    self->n_classes);
      if (!rt_plan_backward (self->plan, i > 0))
        return FALSE;
    }
  return TRUE;
}

gboolean
rt_trainer_train_on (RtTrainer          *self,
                     const RtTrainBatch *batch,
                     RtStepMetrics      *metrics)
{
  double alpha = get_alpha (self);
  int correct = 0;

  *metrics = (RtStepMetrics) { .step = self->step,
                               .learning_rate = rt_trainer_get_rate (self, self->step_in_epoch) };
  copy_statistics (self, FALSE);
  if (!pass_batch (self, batch, metrics, &correct))
    {
      copy_statistics (self, TRUE);
      return FALSE;
    }
  metrics->loss = metrics->label_part;
  if (batch->teacher != NULL)
    metrics->loss = alpha * metrics->soft_part + (1.0 - alpha) * metrics->label_part;
  else
    metrics->soft_part = NAN;
  rt_optimizer_step (self->optimizer, self->plan, (float) metrics->learning_rate, self->team);
  metrics->accuracy = (double) correct / batch->n;

  self->sums.loss += metrics->loss * batch->n;
  self->sums.label_part += metrics->label_part * batch->n;
  self->sums.soft_part += metrics->soft_part * batch->n;
  self->sums.n_correct += correct;
  self->sums.n_samples += batch->n;
  return TRUE;
}
