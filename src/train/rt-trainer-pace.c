/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run that is to end at a certain time (rt_control_set_deadline()).
 *
 * How many epochs fit is decided anew after each one, by what they have taken so far, what is still
 * to be computed once, and the test set. That must not change what was done already: so it is only
 * for the schedule "flat-cosine", whose rate is the peak for the first three quarters of the
 * epochs, however many there are, and only before its fall begins. The recipe then says the number
 * that was decided last, and run again without a deadline gives the same curve to the bit. Where
 * the epochs of the fall take much longer than those before did, as when something else begins on
 * the machine, the last of them are left out.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include <math.h>

#define MEMORY      5.0    /* seconds: what is longer ago counts for less than 1/e */
#define LEAST_DECAY 0.5    /* of one epoch to the next */
#define CHANGE      0.02   /* of the epochs, that is worth telling */
#define MAX_EPOCHS  10000
/* What a run may take over its time rather than hardly learn: a part of the time, or some seconds,
 * which are given anew until the rate begins to fall, so at most four times that in all. */
#define MARGIN      0.08
#define SLACK       0.5
#define OVERTIME    0.12   /* of the time, that epochs which were decided on may take in all */

static int
count_views_left (const RtFeatureCache *cache,
                  int                   n_views)
{
  int n = 0;

  for (int i = 0; cache != NULL && i < n_views; i++)
    n += !rt_feature_cache_has_view (cache, i);
  return n;
}

int
rt_trainer_count_views_left (const RtTrainer *self)
{
  return MAX (count_views_left (self->features, self->n_views),
              count_views_left (self->teacher != NULL ? self->teacher->logits : NULL,
                                self->n_views));
}

void
rt_pace_add_epoch (RtPace *pace,
                   double  seconds)
{
  double kept = MAX (exp (-seconds / MEMORY), LEAST_DECAY);

  pace->seconds = kept * pace->seconds + seconds;
  pace->epochs = kept * pace->epochs + 1.0;
}

/* The epochs in which the rate rises, and one after them. */
static int
count_rising (const RtTrainer *self)
{
  return (int) floor (self->recipe->train.warm_up) + 1;
}

/* The fewest epochs that the last phase may still have: none of those that are done may have had
 * another rate, and the rate rises only before all of them. */
static int
count_least (const RtTrainer *self,
             const RtPhase   *phase)
{
  int done = self->epoch - phase->first_epoch;

  return MAX ((int) ceil (done / RT_SCHEDULE_FLAT), count_rising (self));
}

/* Epochs that the last phase is to have in all. The next ones compute a view each, as long as there
 * are any left. */
static int
count_epochs (const RtTrainer *self,
              const RtPhase   *phase,
              double           left,     /* seconds */
              double           margin)   /* seconds besides */
{
  const RtPace *pace = &self->pace;
  int done = self->epoch - phase->first_epoch, n_views = rt_trainer_count_views_left (self);
  double epoch = MAX (pace->seconds, 1e-9) / pace->epochs;
  double next = epoch + (n_views > 0 ? pace->view : 0.0), more;

  left -= (double) self->task->n_test * pace->sample;
  more = floor (left / next);
  if (more > n_views)
    more = floor ((left - n_views * pace->view) / epoch);
  /* Where what is computed once has taken nearly all, cached epochs still take next to nothing. */
  margin = MAX (left + margin, SLACK);
  more = MAX (more, MIN (phase->n_epochs - done, floor (margin / next)));

  return (int) CLAMP (done + more, count_least (self, phase), MAX_EPOCHS - phase->first_epoch);
}

/* 0 where there is none. */
static double
get_deadline (const RtTrainerHooks *hooks)
{
  return hooks->control != NULL ? rt_control_get_deadline (hooks->control) : 0.0;
}

gboolean
rt_trainer_is_overdue (const RtTrainer      *self,
                       const RtTrainerHooks *hooks)
{
  const RtPace *pace = &self->pace;
  const RtPhase *phase = &self->phases[self->n_phases - 1];
  int done = self->epoch - phase->first_epoch;
  double deadline = get_deadline (hooks);
  double spare = MAX (OVERTIME * (deadline - pace->begun), 4.0 * SLACK), end;

  if (deadline <= 0.0 || pace->epochs <= 0.0 || self->step_in_epoch > 0
      || self->recipe->train.schedule != RT_SCHEDULE_FLAT_COSINE
      || done <= RT_SCHEDULE_FLAT * phase->n_epochs || done < count_rising (self))
    return FALSE;
  end = self->now () - pace->paused + pace->seconds / pace->epochs
        + (double) self->task->n_test * pace->sample;
  return end > deadline + spare;
}

void
rt_trainer_replan (RtTrainer            *self,
                   const RtTrainerHooks *hooks)
{
  double deadline = get_deadline (hooks);
  RtPhase *phase = &self->phases[self->n_phases - 1];
  int done = self->epoch - phase->first_epoch, n;
  RtEvent event = { .kind = RT_EVENT_PLAN };

  if (deadline <= 0.0 || self->recipe->train.schedule != RT_SCHEDULE_FLAT_COSINE
      || done < 1 || done > RT_SCHEDULE_FLAT * phase->n_epochs)
    return;
  n = count_epochs (self, phase, deadline + self->pace.paused - self->now (),
                    MARGIN * (deadline - self->pace.begun));
  if (abs (n - phase->n_epochs) <= CHANGE * n)
    return;
  phase->n_epochs = n;
  self->recipe->train.epochs = phase->first_epoch + n;
  rt_trainer_get_cost (self, &event.cost);
  if (hooks->event != NULL)
    hooks->event (&event, hooks->data);
}
