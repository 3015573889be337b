/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Optimisers. What is trained is known when one is made: a list of parameters with their
 * rate's factor (layer-wise decay) and whether weight decay applies. State is one block: `slots`
 * runs of floats (velocity; or first and second moments) for each trained parameter in turn.
 */
#include "config.h"

#include "rt-optimizer.h"

#include "rt-arena.h"
#include "rt-update.h"

#include <math.h>
#include <string.h>

typedef struct
{
  int    param;     /* index in the network */
  size_t offset;    /* in the network's values */
  size_t count;
  size_t state;     /* start of its state */
  float  factor;    /* of the learning rate */
  float  decay;
} Item;

struct _RtOptimizer
{
  RtNetwork         *network;   /* Borrowed */
  RtOptimizerOptions options;
  Item              *items;     /* Owned */
  int                n_items;
  int                slots;
  float             *state;     /* Owned */
  size_t             n_state;
  int                step;      /* steps done */
};

static int
count_slots (const RtOptimizerOptions *options)
{
  if (options->kind == RT_OPTIMIZER_SGD)
    return options->momentum != 0.0f ? 1 : 0;
  return 2;
}

RtOptimizer *
rt_optimizer_new (RtNetwork                *network,
                  uint32_t                  frozen,
                  const RtOptimizerOptions *options)
{
  RtOptimizer *self = g_new0 (RtOptimizer, 1);
  int n_params = rt_network_get_n_params (network);
  int top = rt_network_get_n_blocks (network) - 1;

  self->network = network;
  self->options = *options;
  self->slots = count_slots (options);
  self->items = g_new0 (Item, n_params);
  for (int i = 0; i < n_params; i++)
    {
      const RtParam *param = rt_network_get_param (network, i);

      if (param->spec.kind == RT_PARAM_STATISTIC || (frozen >> param->block & 1) != 0)
        continue;
      self->items[self->n_items++] = (Item) {
        .param = i, .offset = param->offset, .count = param->count, .state = self->n_state,
        .factor = powf (options->layer_decay, (float) (top - param->block)),
        .decay = param->spec.kind == RT_PARAM_WEIGHT ? options->weight_decay : 0.0f,
      };
      self->n_state += self->slots * RT_ALIGN_FLOATS (param->count);
    }
  self->state = rt_floats_new (self->n_state);
  return self;
}

void
rt_optimizer_free (RtOptimizer *self)
{
  if (self == NULL)
    return;
  rt_floats_free (self->state);
  g_free (self->items);
  g_free (self);
}

static void
update (RtOptimizer *self,
        const Item  *item,
        const float *gradient,
        float        rate,
        RtTeam      *team)
{
  const RtOptimizerOptions *o = &self->options;
  float *param = rt_network_get_values (self->network) + item->offset;
  float *first = self->state + item->state;
  float *second = first + RT_ALIGN_FLOATS (item->count);

  if (o->kind == RT_OPTIMIZER_SGD)
    rt_update_sgd (param, self->slots > 0 ? first : NULL, gradient, rate * item->factor,
                   o->momentum, o->nesterov, item->decay, item->count, team);
  else
    rt_update_adam (param, first, second, gradient, rate * item->factor, o->beta1, o->beta2,
                    o->eps, item->decay, o->kind == RT_OPTIMIZER_ADAMW, self->step, item->count,
                    team);
}

void
rt_optimizer_step (RtOptimizer *self,
                   RtPlan      *plan,
                   float        learning_rate,
                   RtTeam      *team)
{
  self->step++;
  for (int i = 0; i < self->n_items; i++)
    {
      const float *gradient = rt_plan_get_gradient (plan, self->items[i].param);

      if (gradient != NULL)
        update (self, &self->items[i], gradient, learning_rate, team);
    }
}

size_t
rt_optimizer_get_n_state (const RtOptimizer *self)
{
  return self->n_state;
}

/* A step count is exact as a float up to 2^24, so it is kept as two halves of 16 bits. */
void
rt_optimizer_save (const RtOptimizer *self,
                   RtTensorList      *list)
{
  RtTensor *state = rt_tensor_list_add (list, "optimizer.state", &RT_SHAPE_1 ((int) self->n_state));
  RtTensor *step = rt_tensor_list_add (list, "optimizer.step", &RT_SHAPE_1 (2));

  memcpy (state->data, self->state, self->n_state * sizeof (float));
  step->data[0] = (float) (self->step >> 16);
  step->data[1] = (float) (self->step & 0xffff);
}

gboolean
rt_optimizer_load (RtOptimizer         *self,
                   const RtTensorList  *list,
                   GError             **error)
{
  const RtTensor *state = rt_tensor_list_find (list, "optimizer.state");
  const RtTensor *step = rt_tensor_list_find (list, "optimizer.step");

  if (state == NULL || step == NULL || rt_shape_count (&state->shape) != self->n_state
      || rt_shape_count (&step->shape) != 2)
    {
      g_set_error_literal (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH,
                           "the optimiser's state in the checkpoint is not that of this recipe");
      return FALSE;
    }
  memcpy (self->state, state->data, self->n_state * sizeof (float));
  self->step = ((int) step->data[0] << 16) | (int) step->data[1];
  return TRUE;
}
