/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-schedule.h"

#include <math.h>

#define FINAL_DIV 1e5   /* one-cycle ends with the peak over this */

/* From @start to @end along half a cosine, @part 0..1 of the way. */
static double
anneal (double start,
        double end,
        double part)
{
  return end + (start - end) * 0.5 * (1.0 + cos (G_PI * part));
}

static double
one_cycle (double         peak,
           double         part,
           const RtCycle *cycle)
{
  if (part < cycle->up)
    return anneal (peak / cycle->start_div, peak, part / cycle->up);
  return anneal (peak, peak / FINAL_DIV, (part - cycle->up) / (1.0 - cycle->up));
}

float
rt_schedule_get_rate (RtScheduleKind kind,
                      float          peak,
                      uint64_t       step,
                      uint64_t       n_steps,
                      uint64_t       warm_up,
                      const RtCycle *cycle)
{
  double part;

  n_steps = MAX (n_steps, 1);
  if (kind == RT_SCHEDULE_ONE_CYCLE)
    return (float) one_cycle (peak, (double) step / (double) n_steps,
                              cycle != NULL ? cycle : &RT_CYCLE_DEFAULT);
  if (step < warm_up)
    return (float) (peak * (double) (step + 1) / (double) warm_up);

  if (kind == RT_SCHEDULE_FLAT_COSINE)
    {
      part = (double) step / (double) n_steps;
      return part <= RT_SCHEDULE_FLAT
             ? peak : (float) anneal (peak, 0.0, MIN ((part - RT_SCHEDULE_FLAT)
                                                      / (1.0 - RT_SCHEDULE_FLAT), 1.0));
    }
  part = (double) (step - warm_up) / (double) MAX (n_steps - MIN (warm_up, n_steps), 1);
  switch (kind)
    {
    case RT_SCHEDULE_STEP:
      return (float) (part < 0.5 ? peak : part < 0.75 ? peak * 0.1 : peak * 0.01);
    case RT_SCHEDULE_COSINE:
      return (float) anneal (peak, 0.0, MIN (part, 1.0));
    case RT_SCHEDULE_CONSTANT:
    case RT_SCHEDULE_ONE_CYCLE:
    case RT_SCHEDULE_FLAT_COSINE:
    default:
      return peak;
    }
}
