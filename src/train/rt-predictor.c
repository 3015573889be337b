/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-predictor.h"

#include "rt-arena.h"
#include "rt-augment.h"
#include "rt-clock.h"
#include "rt-loss.h"
#include "rt-plan.h"

#include <math.h>

#define N_TURNS   4
#define N_WARM_UP 2   /* of each turn */
#define N_TIMED   5

struct _RtPredictor
{
  RtBackbone *backbone;       /* Owned */
  RtNetwork  *network;        /* Owned */
  RtTeam     *team;           /* Owned */
  RtPlan     *plan;           /* Owned */
  float      *pixels;         /* Owned: (1,H,W,C) */
  float      *probabilities;  /* Owned: (classes) */
  int         n_classes;
};

RtPredictor *
rt_predictor_new (const RtBackbone  *backbone,
                  GError           **error)
{
  g_autoptr (RtPredictor) self = g_new0 (RtPredictor, 1);
  const RtInputFormat *format = &backbone->format;
  RtPlanOptions options = { .batch = 1, .last_block = -1 };

  self->backbone = rt_backbone_copy (backbone);
  self->network = rt_backbone_load (backbone, error);
  if (self->network == NULL)
    return NULL;
  options.frozen = (uint32_t) ((1ull << rt_network_get_n_blocks (self->network)) - 1);
  self->team = rt_team_new (1);
  self->plan = rt_plan_new (self->network, &options, self->team, error);
  if (self->plan == NULL)
    return NULL;
  self->n_classes = rt_network_get_n_classes (self->network);
  self->pixels = rt_floats_new ((size_t) format->width * format->height * format->channels);
  self->probabilities = rt_floats_new (self->n_classes);
  for (int i = (int) self->backbone->class_names->len; i < self->n_classes; i++)
    g_ptr_array_add (self->backbone->class_names, g_strdup_printf ("class %d", i));
  return g_steal_pointer (&self);
}

void
rt_predictor_free (RtPredictor *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->plan, rt_plan_free);
  g_clear_pointer (&self->team, rt_team_free);
  g_clear_pointer (&self->network, rt_network_free);
  g_clear_pointer (&self->backbone, rt_backbone_free);
  rt_floats_free (self->pixels);
  rt_floats_free (self->probabilities);
  g_free (self);
}

const RtBackbone *
rt_predictor_get_backbone (const RtPredictor *self)
{
  return self->backbone;
}

int
rt_predictor_get_n_classes (const RtPredictor *self)
{
  return self->n_classes;
}

const char *
rt_predictor_get_class_name (const RtPredictor *self,
                             int                index)
{
  return g_ptr_array_index (self->backbone->class_names, index);
}

static void
compute (RtPredictor *self)
{
  const float *inputs[1] = { self->pixels };

  rt_plan_forward (self->plan, inputs, 1, FALSE, 0, 0);
}

const float *
rt_predictor_ask (RtPredictor   *self,
                  const RtImage *image,
                  double        *seconds)
{
  const RtInputFormat *format = &self->backbone->format;
  const RtAugment none = { 0 };
  double start = rt_clock_now ();
  g_autoptr (RtImage) fitted = rt_input_format_fit (format, image);
  RtRng rng;

  rt_rng_init (&rng, 0, 0);
  rt_augment_apply (self->pixels, fitted, &none, &rng, format->width, format->height,
                    format->channels, format->mean, format->std);
  compute (self);
  rt_softmax (self->probabilities, rt_plan_get_output (self->plan, 0), 1.0f, 1, self->n_classes);
  if (seconds != NULL)
    *seconds = rt_clock_now () - start;
  return self->probabilities;
}

void
rt_predictor_count (const RtPredictor *self,
                    RtDeployment      *deployment)
{
  RtPlanCost cost;

  rt_plan_get_cost (self->plan, &cost);
  *deployment = (RtDeployment) {
    .bytes = self->backbone->bytes,
    .multiply_adds = cost.forward_madds,
    .latency = NAN,
  };
  for (int i = 0; i < rt_network_get_n_blocks (self->network); i++)
    deployment->n_params += rt_network_get_block (self->network, i)->n_params;
}

static double
time_answer (RtPredictor *self)
{
  double start = rt_clock_now ();

  compute (self);
  return rt_clock_now () - start;
}

void
rt_predictor_measure (RtPredictor *const *predictors,
                      int                 n,
                      double             *latencies)
{
  g_autofree double *times = g_new (double, (gsize) n * N_TURNS * N_TIMED);

  for (int turn = 0; turn < N_TURNS; turn++)
    for (int i = 0; i < n; i++)
      {
        double *of_turn = times + (i * N_TURNS + turn) * N_TIMED;

        for (int k = 0; k < N_WARM_UP; k++)
          time_answer (predictors[i]);
        for (int k = 0; k < N_TIMED; k++)
          of_turn[k] = time_answer (predictors[i]);
      }
  for (int i = 0; i < n; i++)
    latencies[i] = rt_clock_median (times + i * N_TURNS * N_TIMED, N_TURNS * N_TIMED);
}
