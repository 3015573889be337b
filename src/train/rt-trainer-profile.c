/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a run's time goes, block by block, from one batch that is measured: what it would take with
 * any number of blocks frozen follows from it (rt-fit.c).
 */
#include "config.h"

#include "rt-trainer-profile.h"

#include "rt-trainer-private.h"

#include "rt-arena.h"
#include "rt-clock.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define BATCH       16     /* samples at most */
/* A batch is repeated for so long, and at least so often where that takes no longer than LONG: what
 * else the machine does makes some of them slow, and the quickest is taken. */
#define MIN_SECONDS 0.2
#define MIN_REPEATS 5
#define LONG        2.0
#define MAX_REPEATS 100
#define PICTURES    32

static double
sum (const double *seconds,
     int           n)
{
  double total = 0.0;

  for (int i = 0; i < n; i++)
    total += seconds[i];
  return total;
}

/* Of one sample, from those of a batch of @n. */
static void
divide (double       *seconds,
        const double *batch,
        int           n_blocks,
        int           n)
{
  for (int i = 0; i < n_blocks; i++)
    seconds[i] = batch[i] / n;
}

static gboolean
is_enough (const RtTrainer *self,
           int              repeats,
           double           seconds)
{
  return repeats >= MAX_REPEATS || seconds >= (repeats < MIN_REPEATS ? LONG : MIN_SECONDS)
         || g_cancellable_is_cancelled (self->cancellable);
}

static RtTrainBatch
make_batch (RtTrainer   *self,
            const float *images)
{
  int n = MIN (self->part, BATCH);

  for (int i = 0; i < n; i++)
    self->batch_labels[i] = i % self->n_classes;
  return (RtTrainBatch) { .images = images, .labels = self->batch_labels, .n = n,
                          .teacher = self->teacher != NULL ? self->batch_teacher : NULL };
}

static void
warm_up (RtTrainer         *self,
         const float       *images,
         RtTrainerProfile  *profile)
{
  RtTrainBatch batch = make_batch (self, images);
  RtStepMetrics metrics;

  rt_trainer_train_on (self, &batch, &metrics);
}

static void
profile_training (RtTrainer         *self,
                  const float       *images,
                  RtTrainerProfile  *profile)
{
  RtTrainBatch batch = make_batch (self, images);
  RtStepMetrics metrics;
  int repeats = 0, n_blocks = profile->n_blocks;
  double begun = rt_clock_now (), least = INFINITY;

  do
    {
      double forward[RT_MAX_BLOCKS] = { 0.0 }, backward[RT_MAX_BLOCKS] = { 0.0 };
      double start = rt_clock_now (), seconds;

      rt_plan_set_profile (self->plan, forward, backward);
      rt_trainer_train_on (self, &batch, &metrics);
      seconds = rt_clock_now () - start;
      if (seconds >= least)
        continue;
      least = seconds;
      divide (profile->forward, forward, n_blocks, batch.n);
      divide (profile->backward, backward, n_blocks, batch.n);
      profile->step = MAX (seconds - sum (forward, n_blocks) - sum (backward, n_blocks), 0.0);
    }
  while (!is_enough (self, ++repeats, rt_clock_now () - begun));
  rt_plan_set_profile (self->plan, NULL, NULL);
}

static void
profile_inference (RtTrainer         *self,
                   const float       *images,
                   RtTrainerProfile  *profile)
{
  int n = MIN (self->fill_batch, BATCH), repeats = 0;
  double begun, least = INFINITY;

  rt_plan_forward (self->evaluation, &images, n, FALSE, 0, 0);
  begun = rt_clock_now ();
  do
    {
      double inference[RT_MAX_BLOCKS] = { 0.0 };

      rt_plan_set_profile (self->evaluation, inference, NULL);
      rt_plan_forward (self->evaluation, &images, n, FALSE, 0, 0);
      if (sum (inference, profile->n_blocks) >= least)
        continue;
      least = sum (inference, profile->n_blocks);
      divide (profile->inference, inference, profile->n_blocks, n);
    }
  while (!is_enough (self, ++repeats, rt_clock_now () - begun));
  rt_plan_set_profile (self->evaluation, NULL, NULL);
}

static void
profile_loading (RtTrainer         *self,
                 const float       *images,
                 RtTrainerProfile  *profile)
{
  size_t n = MIN (self->task->n_train, PICTURES);
  g_autoptr (RtLoader) loader = NULL;

  loader = rt_trainer_make_loader (self, self->task->train, n, &self->format, BATCH, TRUE, FALSE);
  profile->load = rt_trainer_time_epoch (self, loader, 0) / (double) MAX (n, 1);
}

static void
profile_teacher (RtTrainer         *self,
                 const float       *images,
                 RtTrainerProfile  *profile)
{
  profile->teacher = rt_trainer_time_teacher (self);
}

/* What is measured, in this order; the teacher only where there is one. */
static const struct
{
  const char *text;
  void      (*measure) (RtTrainer         *self,
                        const float       *images,
                        RtTrainerProfile  *profile);
} stages[] = {
  { N_("Warming up"), warm_up },
  { N_("Timing a training step"), profile_training },
  { N_("Timing validation"), profile_inference },
  { N_("Timing the reading of pictures"), profile_loading },
  { N_("Timing the teacher"), profile_teacher },
};

/* Measures, until it is cancelled: a step is then given up in its middle. */
static void
profile_stages (RtTrainer            *self,
                const float          *images,
                const RtTrainerHooks *hooks,
                RtTrainerProfile     *profile)
{
  int n = self->teacher != NULL ? G_N_ELEMENTS (stages) : G_N_ELEMENTS (stages) - 1;

  for (int i = 0; i < n && !g_cancellable_is_cancelled (self->cancellable); i++)
    {
      rt_trainer_tell (hooks, RT_EVENT_PROGRESS, (i + 1.0) / (n + 1.0), stages[i].text);
      stages[i].measure (self, images, profile);
    }
}

gboolean
rt_trainer_profile (RtTrainer             *self,
                    const RtTrainerHooks  *hooks,
                    GCancellable          *cancellable,
                    RtTrainerProfile      *profile,
                    GError               **error)
{
  RtShape shape = rt_plan_get_input_shape (self->plan);
  size_t n = rt_shape_count (&shape) * BATCH;
  float *images = rt_floats_new (n);
  gboolean done;
  RtRng rng;
  RtKept kept;

  g_return_val_if_fail (self->cut == 0, FALSE);
  *profile = (RtTrainerProfile) { .n_blocks = rt_network_get_n_blocks (self->network) };
  rt_rng_init (&rng, 0, 0);
  for (size_t i = 0; i < n; i++)
    images[i] = rt_rng_uniform (&rng);
  rt_trainer_keep (self, &kept);
  self->cancellable = cancellable;
  profile_stages (self, images, hooks, profile);
  self->cancellable = NULL;
  rt_floats_free (images);
  done = !g_cancellable_set_error_if_cancelled (cancellable, error);
  return rt_trainer_put_back (self, &kept, done ? error : NULL) && done;
}
