/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-plan.h"
#include "rt-schedule.h"

G_BEGIN_DECLS

typedef enum
{
  RT_OPTIMIZER_SGD,
  RT_OPTIMIZER_ADAM,
  RT_OPTIMIZER_ADAMW,
} RtOptimizerKind;

typedef struct
{
  RtOptimizerKind kind;
  float           momentum;       /* sgd */
  gboolean        nesterov;       /* sgd */
  float           beta1, beta2, eps;
  float           weight_decay;   /* not on biases and norms */
  float           layer_decay;    /* rate of a block = rate * layer_decay ^ (blocks above it) */
} RtOptimizerOptions;

/**
 * RtOptimizer:
 *
 * Updates a network's trainable parameters from a plan's gradients. Its state is one block for
 * the trainable parameters only.
 */
typedef struct _RtOptimizer RtOptimizer;

RtOptimizer  *rt_optimizer_new          (RtNetwork                *network,
                                         uint32_t                  frozen,
                                         const RtOptimizerOptions *options)
  G_GNUC_WARN_UNUSED_RESULT;
void          rt_optimizer_free         (RtOptimizer *optimizer);

/* One step from the gradients that @plan's last backward pass left. */
void          rt_optimizer_step         (RtOptimizer *optimizer,
                                         RtPlan      *plan,
                                         float        learning_rate,
                                         RtTeam      *team);

size_t        rt_optimizer_get_n_state  (const RtOptimizer *optimizer);   /* floats */

/* For checkpoints: its state and step count as tensors "optimizer.*", added to @list and taken
 * from it. */
void          rt_optimizer_save         (const RtOptimizer *optimizer,
                                         RtTensorList      *list);
gboolean      rt_optimizer_load         (RtOptimizer         *optimizer,
                                         const RtTensorList  *list,
                                         GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtOptimizer, rt_optimizer_free)

G_END_DECLS
