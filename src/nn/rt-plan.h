/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-network.h"

G_BEGIN_DECLS

/**
 * RtPlanOptions:
 * @batch: the largest number of samples that it runs at once
 * @backward: whether gradients will be asked for
 * @frozen: bit i: block i is frozen. It runs in inference form (batch norm folded into the
 *   convolution before it) and has no parameter gradients; gradients pass it only where a lower
 *   block trains.
 * @first_block: 0: from the inputs. Else the plan begins at the value that blocks below this one
 *   give (rt_graph_find_boundary()), which the caller supplies in place of the input.
 * @last_block: -1: to the outputs. Else the plan ends with that block's output.
 * @keep_all: keep every node's output (for looking at activations); more memory
 * @keep_statistics: batch norm of blocks that are not frozen runs on its running statistics too,
 *   in training and in backward, and leaves them as they are; its scale and shift still train
 * @count_only: for rt_plan_get_cost(): takes no memory, and cannot run
 */
typedef struct
{
  int      batch;
  gboolean backward;
  uint32_t frozen;
  int      first_block;
  int      last_block;
  gboolean keep_all;
  gboolean keep_statistics;
  gboolean count_only;
} RtPlanOptions;

/**
 * RtPlan:
 *
 * How a network, or a stretch of its blocks, is run: which kernels, what is fused, where each
 * activation lies in one block of memory placed by lifetime. Made once; running allocates nothing.
 */
typedef struct _RtPlan RtPlan;

/* Borrows @network and @team, which must outlive it. (transfer full) */
RtPlan       *rt_plan_new            (RtNetwork            *network,
                                      const RtPlanOptions  *options,
                                      RtTeam               *team,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void          rt_plan_free           (RtPlan *plan);

/* The network's parameters have changed behind the plan's back (loaded, updated by another
 * plan's training): what was folded from them is made anew at the next forward pass. A plan that
 * trains need not be told of its own updates. */
void          rt_plan_invalidate     (RtPlan *plan);

/* Whether a pass under way is to be given up: asked between operators. */
typedef gboolean (*RtPlanStopFunc) (void *data);

/* @func: (nullable) */
void          rt_plan_set_stop       (RtPlan         *plan,
                                      RtPlanStopFunc  func,
                                      void           *data);

/* Seconds that each block takes are added to its number in @forward and @backward, until NULL is
 * set. Borrows both. (nullable) */
void          rt_plan_set_profile    (RtPlan *plan,
                                      double *forward,
                                      double *backward);

/* Runs @n samples, 1 .. batch, from @inputs (one for each input of the stretch; (N, shape)).
 * @training: dropout drops and batch norm of unfrozen blocks uses the batch. @step names the
 * stream of dropout. FALSE where it was given up: outputs are of no use, and running statistics
 * may have moved. */
gboolean      rt_plan_forward        (RtPlan             *plan,
                                      const float *const *inputs,
                                      int                 n,
                                      gboolean            training,
                                      uint64_t            seed,
                                      uint64_t            step);

int           rt_plan_get_n_outputs  (const RtPlan *plan);
/* (N, shape) of the last forward pass. */
const float  *rt_plan_get_output     (const RtPlan *plan,
                                      int           index);
RtShape       rt_plan_get_output_shape (const RtPlan *plan,
                                        int           index);
RtShape       rt_plan_get_input_shape  (const RtPlan *plan);

/* The gradient of the loss with respect to an output; zeroed by forward, for the losses to add
 * to. */
float        *rt_plan_get_output_gradient (RtPlan *plan,
                                           int     index);

/* Gradients down to the lowest trainable block, of the forward pass just run with training.
 * Parameter gradients are set, or with @add added to those of the passes before. FALSE where it
 * was given up: gradients are of no use. */
gboolean      rt_plan_backward       (RtPlan  *plan,
                                      gboolean add);

/* The gradient of one parameter (rt_network_get_param()), or NULL where it is not trained. */
float        *rt_plan_get_gradient   (const RtPlan *plan,
                                      int           param);

/* The value of a node (keep_all), and of the gradient there after backward. NULL where the plan
 * does not have it. */
const float  *rt_plan_get_node_value (const RtPlan *plan,
                                      int           node);

/* What it costs. */
typedef struct
{
  size_t   activation_bytes;   /* the one block, workspace included */
  size_t   workspace_bytes;    /* the part of it that depends on the number of threads */
  size_t   gradient_bytes;
  size_t   folded_bytes;
  uint64_t forward_madds;      /* multiply-adds of one sample */
  uint64_t backward_madds;
  int      n_fused;            /* nodes that another node has taken in */
} RtPlanCost;

void          rt_plan_get_cost       (const RtPlan *plan,
                                      RtPlanCost   *cost);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPlan, rt_plan_free)

G_END_DECLS
