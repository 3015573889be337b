/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum
{
  RT_SCHEDULE_CONSTANT,
  RT_SCHEDULE_STEP,       /* times 0.1 at 1/2 and at 3/4 of the way (He et al. 2015, section 4.2) */
  /* half a cosine down to 0 (Loshchilov and Hutter 2017, eq. 5, no restart) */
  RT_SCHEDULE_COSINE,
  /* up from peak/25 over 30 %, down to peak/1e5, both by cosines (Smith and Topin 2018; fastai's
   * numbers) */
  RT_SCHEDULE_ONE_CYCLE,
  /* the peak for three quarters of the way, then half a cosine down to 0 (fastai's
   * Learner.fit_flat_cos); until then the rate does not depend on how many steps there are */
  RT_SCHEDULE_FLAT_COSINE,
} RtScheduleKind;

#define RT_SCHEDULE_FLAT 0.75

/* The shape of a one-cycle. */
typedef struct
{
  double up;          /* the part of the steps over which the rate grows */
  double start_div;   /* it starts from the peak over this */
} RtCycle;

#define RT_CYCLE_DEFAULT ((RtCycle) { 0.3, 25.0 })

/* The learning rate at @step of @n_steps (0-based) of a schedule; of one-cycle in the shape of
 * @cycle (nullable: the default). During the first @warm_up steps the rate of
 * a schedule other than one-cycle grows linearly from peak / warm_up. */
float rt_schedule_get_rate (RtScheduleKind kind,
                            float          peak,
                            uint64_t       step,
                            uint64_t       n_steps,
                            uint64_t       warm_up,
                            const RtCycle *cycle);

G_END_DECLS
