/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a graph to steps.
 *
 * rt_plan_lower() walks the nodes of the stretch in order. Each becomes a step, unless a step that
 * is there already can take it in, which is possible where that step's output has no other reader:
 *
 *   convolution, then batch norm in inference form    -> the norm is folded into weights and bias
 *   batch norm, convolution, linear or add, then an
 *   activation whose derivative comes from its output -> the step applies the activation
 *   batch norm in training form, then add             -> the norm adds the other input
 *   flatten                                           -> nothing: NHWC is flat already
 *
 * A step that takes something in moves to the end of the list: its inputs are there, and nobody
 * between has read its output. More fusions, or a choice among kernels, have their place here.
 *
 * rt_plan_mark_backward() then follows gradients down to the lowest trainable parameter.
 */
#include "config.h"

#include "rt-plan-private.h"

#include <string.h>

static gboolean
is_frozen (const RtPlan *plan,
           int           block)
{
  return !plan->options.backward || (plan->options.frozen >> block & 1) != 0;
}

/* Above the node that a cut supplies and not above the one that it ends with. To be asked before
 * the ends, found by choose_ends(), become values. */
static gboolean
in_stretch (const RtPlan *plan,
            int           index)
{
  const RtNode *node = rt_graph_get_node (rt_network_get_graph (plan->network), index);

  return node->op != NULL
         && (plan->options.first_block == 0 || index > plan->inputs[0])
         && (plan->options.last_block < 0 || index <= plan->outputs[0]);
}

/* How often each node of the stretch is read, so that one with a single reader can be fused into
 * it. */
static void
count_readers (RtPlan *plan)
{
  const RtGraph *graph = rt_network_get_graph (plan->network);

  for (int i = 0; i < plan->n_nodes; i++)
    {
      const RtNode *node = rt_graph_get_node (graph, i);

      plan->values[i].shape = node->shape;
      plan->values[i].producer = -1;
      if (in_stretch (plan, i))
        for (int j = 0; j < node->n_in; j++)
          plan->values[node->in[j]].n_readers++;
    }
}

/* The step that makes @value, where it may be changed: no one else reads the value. NULL where
 * it may not. */
static RtStep *
get_open_step (RtPlan *plan,
               int     value)
{
  RtValue *v = &plan->values[value];

  if (v->producer < 0 || v->n_readers != 1 || plan->options.keep_all)
    return NULL;
  return &plan->steps[v->producer];
}

/* The step goes to the end of the list and makes @node's value from now on. */
static void
move_step (RtPlan *plan,
           RtStep *step,
           int     node)
{
  RtStep *moved = &plan->steps[plan->n_steps];

  *moved = *step;
  step->dead = TRUE;
  step->params = NULL;
  plan->value_of[moved->out] = -1;
  moved->out = node;
  plan->value_of[node] = node;
  plan->values[node].producer = plan->n_steps++;
  plan->n_fused++;
}

static gboolean
fuse_activation (RtPlan       *plan,
                 const RtNode *node,
                 int           index,
                 int           in)
{
  RtActivation wanted = ((const RtActivationParams *) node->params)->activation;
  RtStep *step = get_open_step (plan, in);
  RtActivation *activation;

  if (step == NULL || step->op->activation == NULL || step->frozen != is_frozen (plan, node->block))
    return FALSE;
  activation = step->op->activation (step->params);
  if (*activation != RT_ACTIVATION_NONE
      || (plan->options.backward && !rt_activation_backward_from_output (wanted)))
    return FALSE;
  /* Its kernel knows the rectifiers only. */
  if (step->op == &rt_op_batch_norm
      && wanted != RT_ACTIVATION_RELU && wanted != RT_ACTIVATION_RELU6)
    return FALSE;
  *activation = wanted;
  move_step (plan, step, index);
  return TRUE;
}

static gboolean
fuse_batch_norm (RtPlan       *plan,
                 const RtNode *node,
                 int           index,
                 int           in)
{
  RtStep *step = get_open_step (plan, in);

  if (step == NULL || !is_frozen (plan, node->block) || !step->frozen || step->norm >= 0
      || (step->op != &rt_op_conv2d && step->op != &rt_op_depthwise)
      || ((RtConvParams *) step->params)->activation != RT_ACTIVATION_NONE)
    return FALSE;
  step->norm = index;
  move_step (plan, step, index);
  return TRUE;
}

static gboolean
fuse_add (RtPlan       *plan,
          const RtNode *node,
          int           index,
          const int    *in)
{
  for (int i = 0; i < 2; i++)
    {
      RtStep *step = get_open_step (plan, in[i]);
      RtBatchNormParams *params;

      if (step == NULL || step->op != &rt_op_batch_norm || step->frozen || in[0] == in[1]
          || is_frozen (plan, node->block))
        continue;
      params = step->params;
      if (params->residual || params->activation != RT_ACTIVATION_NONE)
        continue;
      params->residual = true;
      step->in[1] = in[1 - i];
      step->n_in = 2;
      move_step (plan, step, index);
      return TRUE;
    }
  return FALSE;
}

/* The flattened value is the image's own; those who read one now read the other. */
static gboolean
pass_flatten (RtPlan       *plan,
              const RtNode *node,
              int           index,
              int           in)
{
  RtValue *image = &plan->values[in];

  if (node->op != &rt_op_flatten)
    return FALSE;
  image->n_readers += plan->values[index].n_readers - 1;
  plan->value_of[index] = in;
  plan->n_fused++;
  return TRUE;
}

static gboolean
fuse (RtPlan       *plan,
      const RtNode *node,
      int           index,
      const int    *in)
{
  if (node->op == &rt_op_activation)
    return fuse_activation (plan, node, index, in[0]);
  if (node->op == &rt_op_batch_norm)
    return fuse_batch_norm (plan, node, index, in[0]);
  if (node->op == &rt_op_add)
    return fuse_add (plan, node, index, in);
  return pass_flatten (plan, node, index, in[0]);
}

static void
add_step (RtPlan       *plan,
          const RtNode *node,
          int           index,
          const int    *in)
{
  RtStep *step = &plan->steps[plan->n_steps];

  *step = (RtStep) {
    .op = node->op,
    .params = g_memdup2 (node->params, node->op->params_size),
    .node = index, .norm = -1, .block = node->block,
    .n_in = node->n_in, .out = index, .shape = node->shape,
    .frozen = is_frozen (plan, node->block),
  };
  memcpy (step->in, in, node->n_in * sizeof (int));
  plan->value_of[index] = index;
  plan->values[index].producer = plan->n_steps++;
}

static void
drop_dead_steps (RtPlan *plan)
{
  int kept = 0;

  for (int i = 0; i < plan->n_steps; i++)
    {
      if (plan->steps[i].dead)
        continue;
      plan->steps[kept] = plan->steps[i];
      plan->values[plan->steps[kept].out].producer = kept;
      kept++;
    }
  plan->n_steps = kept;
}

static gboolean
choose_ends (RtPlan  *plan,
             GError **error)
{
  const RtGraph *graph = rt_network_get_graph (plan->network);
  const RtPlanOptions *o = &plan->options;

  if (o->first_block > 0)
    plan->inputs[plan->n_inputs++] = rt_graph_find_boundary (graph, o->first_block - 1);
  else
    for (int i = 0; i < rt_graph_get_n_inputs (graph); i++)
      plan->inputs[plan->n_inputs++] = rt_graph_get_input (graph, i);

  if (o->last_block >= 0)
    plan->outputs[plan->n_outputs++] = rt_graph_find_boundary (graph, o->last_block);
  else
    for (int i = 0; i < rt_graph_get_n_outputs (graph); i++)
      plan->outputs[plan->n_outputs++] = rt_graph_get_output (graph, i);

  if (plan->inputs[0] < 0 || plan->outputs[0] < 0)
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE,
                   "%s cannot be cut above block %d: more than one value crosses there",
                   rt_network_get_options (plan->network)->name,
                   plan->inputs[0] < 0 ? o->first_block - 1 : o->last_block);
      return FALSE;
    }
  return TRUE;
}

gboolean
rt_plan_lower (RtPlan  *plan,
               GError **error)
{
  const RtGraph *graph = rt_network_get_graph (plan->network);

  if (!choose_ends (plan, error))
    return FALSE;
  count_readers (plan);
  for (int i = 0; i < plan->n_nodes; i++)
    plan->value_of[i] = -1;
  for (int i = 0; i < plan->n_inputs; i++)
    {
      plan->value_of[plan->inputs[i]] = plan->inputs[i];
      plan->values[plan->inputs[i]].input = i;
    }
  for (int i = 0; i < plan->n_outputs; i++)
    plan->values[plan->outputs[i]].n_readers++;

  for (int i = 0; i < plan->n_nodes; i++)
    {
      const RtNode *node = rt_graph_get_node (graph, i);
      int in[RT_OP_MAX_INPUTS];

      if (!in_stretch (plan, i))
        continue;
      for (int j = 0; j < node->n_in; j++)
        in[j] = plan->value_of[node->in[j]];
      if (!fuse (plan, node, i, in))
        add_step (plan, node, i, in);
    }
  drop_dead_steps (plan);
  for (int i = 0; i < plan->n_outputs; i++)
    plan->outputs[i] = plan->value_of[plan->outputs[i]];
  return TRUE;
}

gboolean
rt_plan_mark_backward (RtPlan  *plan,
                       GError **error)
{
  const RtGraph *graph = rt_network_get_graph (plan->network);
  g_autofree gboolean *written = g_new0 (gboolean, plan->n_nodes);

  if (!plan->options.backward)
    return TRUE;
  for (int i = 0; i < plan->n_steps; i++)
    {
      RtStep *step = &plan->steps[i];

      step->trains = !step->frozen && rt_graph_get_node (graph, step->node)->n_params > 0;
      step->backward = step->trains;
      for (int j = 0; j < step->n_in; j++)
        step->backward = step->backward || plan->values[step->in[j]].wants_gradient;
      plan->values[step->out].wants_gradient = step->backward;
      if (step->backward && step->op->backward == NULL)
        {
          g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_NO_GRADIENT,
                       "%s (%s) has no gradient, and one would have to pass it",
                       rt_graph_get_node (graph, step->node)->name, step->op->name);
          return FALSE;
        }
    }

  /* The first in the backward pass to write a gradient sets it, the others add; outputs are
   * written by the losses. */
  for (int i = 0; i < plan->n_outputs; i++)
    written[plan->outputs[i]] = TRUE;
  for (int i = plan->n_steps - 1; i >= 0; i--)
    for (int j = 0; plan->steps[i].backward && j < plan->steps[i].n_in; j++)
      {
        int value = plan->steps[i].in[j];

        plan->steps[i].accumulate[j] = written[value];
        written[value] = TRUE;
      }
  return TRUE;
}
