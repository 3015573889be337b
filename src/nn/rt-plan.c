/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Running a network.
 *
 * rt_plan_new() lowers a stretch of the graph to steps (rt-plan-lower.c), places all buffers in one
 * block (rt-plan-memory.c) and binds parameters. rt_plan_forward() and rt_plan_backward() then walk
 * the steps and allocate nothing.
 *
 * Invariants: a frozen step never writes to the network (its parameters are folded copies or read
 * only, its running statistics are not touched); a batch of n samples uses the first n of each
 * buffer; what depends on chance gets a stream named by (seed, step, node).
 */
#include "config.h"

#include "rt-plan-private.h"

#include "rt-arena.h"
#include "rt-clock.h"
#include "rt-fold.h"

#include <string.h>

static void
bind_step (RtPlan *plan,
           RtStep *step)
{
  const RtNode *node = rt_graph_get_node (rt_network_get_graph (plan->network), step->node);
  float *values = rt_network_get_values (plan->network);

  for (int i = 0; i < node->n_params; i++)
    {
      const RtParam *param = rt_network_get_param (plan->network, node->first_param + i);

      step->param[i] = values + param->offset;
      step->dparam[i] = step->trains ? plan->param_gradients[node->first_param + i] : NULL;
    }
  if (step->norm >= 0)
    {
      const RtParam *weight = rt_network_get_param (plan->network, node->first_param);
      size_t n_weight = RT_ALIGN_FLOATS (weight->count);
      size_t n = n_weight + RT_ALIGN_FLOATS (step->shape.dims[2]);

      ((RtConvParams *) step->params)->bias = true;
      plan->n_folded += n;
      if (plan->options.count_only)
        return;
      step->folded = rt_floats_new (n);
      step->param[0] = step->folded;
      step->param[1] = step->folded + n_weight;
    }
}

/* One block for the gradients of what is trained. */
static void
make_gradients (RtPlan *plan)
{
  const RtGraph *graph = rt_network_get_graph (plan->network);

  plan->param_gradients = g_new0 (float *, MAX (rt_network_get_n_params (plan->network), 1));
  for (int pass = 0; pass < 2; pass++)
    {
      size_t offset = 0;

      for (int i = 0; i < plan->n_steps; i++)
        {
          const RtNode *node = rt_graph_get_node (graph, plan->steps[i].node);

          for (int j = 0; plan->steps[i].trains && j < node->n_params; j++)
            {
              int index = node->first_param + j;
              const RtParam *param = rt_network_get_param (plan->network, index);

              if (param->spec.kind == RT_PARAM_STATISTIC)
                continue;
              if (pass == 1)
                plan->param_gradients[index] = plan->gradients + offset;
              offset += RT_ALIGN_FLOATS (param->count);
            }
        }
      if (pass == 0)
        {
          plan->n_gradients = offset;
          if (plan->options.count_only)
            return;
          plan->gradients = rt_floats_new (offset);
        }
    }
}

static void
get_in_shapes (const RtPlan *plan,
               const RtStep *step,
               RtShape      *shapes)
{
  const RtNode *node = rt_graph_get_node (rt_network_get_graph (plan->network), step->node);

  /* A flattened input is the image's value; the operator is told the shape that its node knew. */
  for (int i = 0; i < step->n_in; i++)
    shapes[i] = i < node->n_in
                ? rt_graph_get_node (rt_network_get_graph (plan->network), node->in[i])->shape
                : plan->values[step->in[i]].shape;
}

static void
ask_sizes (RtPlan *plan)
{
  for (int i = 0; i < plan->n_steps; i++)
    {
      RtStep *step = &plan->steps[i];
      RtShape shapes[RT_OP_MAX_INPUTS];

      get_in_shapes (plan, step, shapes);
      if (step->op->workspace_size != NULL)
        step->workspace = step->op->workspace_size (step->params, shapes, plan->options.batch,
                                                    plan->team);
      if (step->op->saved_size != NULL && (!step->frozen || step->backward))
        step->saved.size = RT_ALIGN_FLOATS (step->op->saved_size (step->params, shapes,
                                                                  plan->options.batch));
    }
}

RtPlan *
rt_plan_new (RtNetwork            *network,
             const RtPlanOptions  *options,
             RtTeam               *team,
             GError              **error)
{
  g_autoptr (RtPlan) plan = g_new0 (RtPlan, 1);

  g_assert (options->batch >= 1);
  plan->network = network;
  plan->team = team;
  plan->options = *options;
  plan->n_nodes = rt_graph_get_n_nodes (rt_network_get_graph (network));
  plan->values = g_new0 (RtValue, plan->n_nodes);
  plan->value_of = g_new0 (int, plan->n_nodes);
  plan->steps = g_new0 (RtStep, 2 * plan->n_nodes);
  plan->folded_stale = TRUE;

  if (!rt_plan_lower (plan, error) || !rt_plan_mark_backward (plan, error))
    return NULL;
  make_gradients (plan);
  for (int i = 0; i < plan->n_steps; i++)
    bind_step (plan, &plan->steps[i]);
  ask_sizes (plan);
  rt_plan_place (plan);
  return g_steal_pointer (&plan);
}

void
rt_plan_free (RtPlan *plan)
{
  if (plan == NULL)
    return;
  for (int i = 0; i < plan->n_steps; i++)
    {
      g_free (plan->steps[i].params);
      rt_floats_free (plan->steps[i].folded);
    }
  g_free (plan->steps);
  g_free (plan->values);
  g_free (plan->value_of);
  g_free (plan->param_gradients);
  rt_floats_free (plan->memory);
  rt_floats_free (plan->gradients);
  g_free (plan);
}

void
rt_plan_invalidate (RtPlan *plan)
{
  plan->folded_stale = TRUE;
}

static void
fold (RtPlan *plan)
{
  const RtGraph *graph = rt_network_get_graph (plan->network);
  const float *values = rt_network_get_values (plan->network);

  for (int i = 0; i < plan->n_steps; i++)
    {
      RtStep *step = &plan->steps[i];
      const RtNode *conv = rt_graph_get_node (graph, step->node);
      const RtParam *weight, *norm;
      const RtNode *norm_node;
      size_t n_out = step->shape.dims[2];

      if (step->norm < 0)
        continue;
      norm_node = rt_graph_get_node (graph, step->norm);
      weight = rt_network_get_param (plan->network, conv->first_param);
      norm = rt_network_get_param (plan->network, norm_node->first_param);
      rt_fold_batch_norm (step->param[0], step->param[1], values + weight->offset,
                          conv->n_params > 1 ? values + weight[1].offset : NULL,
                          values + norm[0].offset, values + norm[1].offset,
                          values + norm[2].offset, values + norm[3].offset,
                          ((RtBatchNormParams *) norm_node->params)->eps,
                          step->op == &rt_op_depthwise, n_out, weight->count / n_out);
    }
  plan->folded_stale = FALSE;
}

static float *
get_value (const RtPlan *plan,
           int           value)
{
  const RtValue *v = &plan->values[value];

  return v->producer < 0 ? (float *) plan->supplied[v->input] : plan->memory + v->value.offset;
}

static void
fill_run (RtPlan  *plan,
          int      index,
          RtShape *shapes,
          RtOpRun *run)
{
  RtStep *step = &plan->steps[index];

  get_in_shapes (plan, step, shapes);
  *run = (RtOpRun) {
    .batch = plan->n, .n_in = step->n_in, .out_shape = step->shape,
    .out = get_value (plan, step->out),
    .training = plan->training && !step->frozen
                && !(plan->options.keep_statistics && step->op == &rt_op_batch_norm),
    .saved = step->saved.last >= 0 ? plan->memory + step->saved.offset : NULL,
    .workspace = plan->memory + plan->workspace,
    .team = plan->team,
  };
  for (int i = 0; i < step->n_in; i++)
    {
      run->in[i] = get_value (plan, step->in[i]);
      run->in_shape[i] = &shapes[i];
    }
  memcpy (run->param, step->param, sizeof run->param);
  rt_rng_init (&run->rng, plan->seed, rt_rng_mix (plan->step, step->node));
}

void
rt_plan_set_stop (RtPlan         *plan,
                  RtPlanStopFunc  func,
                  void           *data)
{
  plan->stop = func;
  plan->stop_data = data;
}

void
rt_plan_set_profile (RtPlan *plan,
                     double *forward,
                     double *backward)
{
  plan->forward_seconds = forward;
  plan->backward_seconds = backward;
}

/* What the call of an operator of @step takes. */
static void
call (void       (*func) (const void *params,
                          RtOpRun    *run),
      const RtStep *step,
      RtOpRun      *run,
      double       *seconds)   /* of each block (nullable) */
{
  double start = seconds != NULL ? rt_clock_now () : 0.0;

  func (step->params, run);
  if (seconds != NULL)
    seconds[step->block] += rt_clock_now () - start;
}

static gboolean
is_stopped (const RtPlan *plan)
{
  return plan->stop != NULL && plan->stop (plan->stop_data);
}

gboolean
rt_plan_forward (RtPlan             *plan,
                 const float *const *inputs,
                 int                 n,
                 gboolean            training,
                 uint64_t            seed,
                 uint64_t            step)
{
  g_assert (n >= 1 && n <= plan->options.batch && !plan->options.count_only);
  plan->n = n;
  plan->training = training && plan->options.backward;
  plan->seed = seed;
  plan->step = step;
  memcpy (plan->supplied, inputs, plan->n_inputs * sizeof (float *));
  if (plan->folded_stale)
    fold (plan);

  for (int i = 0; i < plan->n_steps; i++)
    {
      RtShape shapes[RT_OP_MAX_INPUTS];
      RtOpRun run;

      if (is_stopped (plan))
        return FALSE;
      fill_run (plan, i, shapes, &run);
      call (plan->steps[i].op->forward, &plan->steps[i], &run, plan->forward_seconds);
    }
  for (int i = 0; plan->options.backward && i < plan->n_outputs; i++)
    memset (rt_plan_get_output_gradient (plan, i), 0,
            rt_shape_count (&plan->values[plan->outputs[i]].shape) * n * sizeof (float));
  return TRUE;
}

gboolean
rt_plan_backward (RtPlan  *plan,
                  gboolean add)
{
  g_assert (plan->options.backward);
  if (!add)
    memset (plan->gradients, 0, plan->n_gradients * sizeof (float));

  for (int i = plan->n_steps - 1; i >= 0; i--)
    {
      RtStep *step = &plan->steps[i];
      RtShape shapes[RT_OP_MAX_INPUTS];
      RtOpRun run;

      if (!step->backward)
        continue;
      if (is_stopped (plan))
        return FALSE;
      fill_run (plan, i, shapes, &run);
      run.dout = plan->memory + plan->values[step->out].gradient.offset;
      memcpy (run.dparam, step->dparam, sizeof run.dparam);
      for (int j = 0; j < step->n_in; j++)
        {
          RtValue *in = &plan->values[step->in[j]];

          run.din[j] = in->wants_gradient ? plan->memory + in->gradient.offset : NULL;
          run.accumulate[j] = step->accumulate[j];
        }
      call (step->op->backward, step, &run, plan->backward_seconds);
    }
  return TRUE;
}

int
rt_plan_get_n_outputs (const RtPlan *plan)
{
  return plan->n_outputs;
}

const float *
rt_plan_get_output (const RtPlan *plan,
                    int           index)
{
  g_return_val_if_fail (index >= 0 && index < plan->n_outputs, NULL);
  return get_value (plan, plan->outputs[index]);
}

RtShape
rt_plan_get_output_shape (const RtPlan *plan,
                          int           index)
{
  return plan->values[plan->outputs[index]].shape;
}

RtShape
rt_plan_get_input_shape (const RtPlan *plan)
{
  return plan->values[plan->inputs[0]].shape;
}

float *
rt_plan_get_output_gradient (RtPlan *plan,
                             int     index)
{
  g_return_val_if_fail (plan->options.backward, NULL);
  return plan->memory + plan->values[plan->outputs[index]].gradient.offset;
}

float *
rt_plan_get_gradient (const RtPlan *plan,
                      int           param)
{
  return plan->param_gradients[param];
}

const float *
rt_plan_get_node_value (const RtPlan *plan,
                        int           node)
{
  int value = node >= 0 && node < plan->n_nodes ? plan->value_of[node] : -1;

  return plan->options.keep_all && value >= 0 ? get_value (plan, value) : NULL;
}

void
rt_plan_get_cost (const RtPlan *plan,
                  RtPlanCost   *cost)
{
  const RtGraph *graph = rt_network_get_graph (plan->network);

  *cost = (RtPlanCost) {
    .activation_bytes = plan->n_memory * sizeof (float),
    .workspace_bytes = (plan->n_memory - plan->workspace) * sizeof (float),
    .gradient_bytes = plan->n_gradients * sizeof (float),
    .folded_bytes = plan->n_folded * sizeof (float),
    .n_fused = plan->n_fused,
  };
  for (int i = 0; i < plan->n_steps; i++)
    {
      const RtStep *step = &plan->steps[i];
      const RtNode *node = rt_graph_get_node (graph, step->node);
      RtShape shapes[RT_OP_MAX_INPUTS];
      uint64_t madds;

      if (step->op->multiply_adds == NULL)
        continue;
      get_in_shapes (plan, step, shapes);
      madds = step->op->multiply_adds (node->params, shapes);
      cost->forward_madds += madds;
      cost->backward_madds += step->trains ? madds : 0;
      cost->backward_madds += plan->values[step->in[0]].wants_gradient ? madds : 0;
    }
}
