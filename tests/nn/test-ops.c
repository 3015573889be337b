/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gradients of every operator by the four-point difference, through a graph and its plan.
 *
 * Each case is a small network. Its lowest block is a test operator, `source`, that gives its own
 * parameter, a value for each sample: so the gradient of an operator's input is that of a
 * parameter. The block above it holds the operator; the loss is a fixed random linear form of all
 * outputs. Each case is run with everything trained; with the operator's block frozen, where it
 * runs folded and in inference form and the gradient has to pass it; and with the source read a
 * second time by another output, where gradients have to be added up. An operator of rt_ops without
 * a case fails.
 */
#include "config.h"

#include "rt-network-builder.h"
#include "rt-plan.h"

#include <math.h>
#include <string.h>

#define BATCH 3

typedef struct
{
  const RtOp *op;
  const char *name;
  RtShape     shape;       /* of each input, for one sample */
  int         n_in;
  int         channels[3]; /* of the inputs, where they are not the shape's */
  union
  {
    RtConvParams             conv;
    RtLinearParams           linear;
    RtBatchNormParams        norm;
    RtActivationParams       activation;
    RtPoolParams             pool;
    RtDropoutParams          dropout;
    RtGradientReversalParams reversal;
    RtShortcutParams         shortcut;
  };
  RtActivation then;       /* an activation node after it, which the plan may fuse */
  bool         residual;   /* the sum with a second source after it */
  float        step;       /* of the difference */
  double       tolerance;  /* of the residual's norm by the gradient's */
} Case;

#define IMAGE(h, w, c) { 3, { h, w, c, 0 } }
#define CONV(c, k, s, p, g, b) .conv = { c, k, s, p, g, b, RT_ACTIVATION_NONE }
#define USUAL .step = 2e-2f, .tolerance = 1e-3

static const Case cases[] = {
  { &rt_op_conv2d, "1x1", IMAGE (4, 5, 3), 1, { 0 }, { CONV (4, 1, 1, 0, 1, true) }, USUAL },
  { &rt_op_conv2d, "3x3", IMAGE (5, 6, 2), 1, { 0 }, { CONV (3, 3, 1, 1, 1, false) }, USUAL },
  { &rt_op_conv2d, "3x3-stride", IMAGE (7, 6, 2), 1, { 0 }, { CONV (3, 3, 2, 1, 1, true) }, USUAL },
  { &rt_op_conv2d, "5x5-same", IMAGE (6, 7, 2), 1, { 0 },
    { CONV (2, 5, 2, RT_PAD_SAME, 1, true) }, USUAL },
  { &rt_op_conv2d, "4x4-same", IMAGE (6, 7, 2), 1, { 0 },
    { CONV (2, 4, 1, RT_PAD_SAME, 1, false) }, USUAL },
  { &rt_op_conv2d, "7x7", IMAGE (8, 8, 1), 1, { 0 }, { CONV (2, 7, 2, 3, 1, false) }, USUAL },
  { &rt_op_conv2d, "groups", IMAGE (5, 5, 6), 1, { 0 }, { CONV (4, 3, 1, 1, 2, true) }, USUAL },
  { &rt_op_conv2d, "sigmoid", IMAGE (4, 4, 2), 1, { 0 }, { CONV (3, 3, 1, 1, 1, true) },
    .then = RT_ACTIVATION_SIGMOID, USUAL },
  { &rt_op_conv2d, "gelu", IMAGE (4, 4, 2), 1, { 0 }, { CONV (3, 3, 1, 1, 1, true) },
    .then = RT_ACTIVATION_GELU, USUAL },
  { &rt_op_depthwise, "3x3", IMAGE (5, 6, 4), 1, { 0 }, { CONV (0, 3, 1, 1, 0, true) }, USUAL },
  { &rt_op_depthwise, "5x5-same", IMAGE (7, 6, 3), 1, { 0 },
    { CONV (0, 5, 2, RT_PAD_SAME, 0, false) }, USUAL },
  { &rt_op_depthwise, "sigmoid", IMAGE (5, 5, 3), 1, { 0 }, { CONV (0, 3, 2, 1, 0, true) },
    .then = RT_ACTIVATION_SIGMOID, USUAL },
  { &rt_op_linear, "bias", { 1, { 7 } }, 1, { 0 }, { .linear = { 5, true } }, USUAL },
  { &rt_op_depthwise, "hard-swish", IMAGE (5, 5, 3), 1, { 0 }, { CONV (0, 3, 2, 1, 0, true) },
    .then = RT_ACTIVATION_HARD_SWISH, USUAL },
  { &rt_op_linear, "gelu", { 1, { 7 } }, 1, { 0 }, { .linear = { 5, true } },
    .then = RT_ACTIVATION_GELU, USUAL },
  { &rt_op_linear, "sigmoid", { 1, { 7 } }, 1, { 0 }, { .linear = { 5, false } },
    .then = RT_ACTIVATION_SIGMOID, USUAL },
  { &rt_op_batch_norm, "image", IMAGE (3, 4, 5), 1, { 0 }, { .norm = { 1e-5f, 0.1f } }, USUAL },
  { &rt_op_batch_norm, "vector", { 1, { 6 } }, 1, { 0 }, { .norm = { 1e-5f, 0.1f } },
    .step = 1e-2f, .tolerance = 3e-3 },
  { &rt_op_batch_norm, "sigmoid", IMAGE (3, 3, 4), 1, { 0 }, { .norm = { 1e-5f, 0.1f } },
    .then = RT_ACTIVATION_SIGMOID, USUAL },
  { &rt_op_batch_norm, "residual", IMAGE (3, 3, 4), 1, { 0 }, { .norm = { 1e-5f, 0.1f } },
    .then = RT_ACTIVATION_SIGMOID, .residual = true, USUAL },
  { &rt_op_batch_norm, "gelu", IMAGE (3, 3, 4), 1, { 0 }, { .norm = { 1e-5f, 0.1f } },
    .then = RT_ACTIVATION_GELU, USUAL },
  /* Values of the sources keep off the kinks of what has kinks, by more than the step. */
  { &rt_op_activation, "relu", IMAGE (3, 4, 3), 1, { 0 },
    { .activation = { RT_ACTIVATION_RELU } }, USUAL },
  { &rt_op_activation, "relu6", IMAGE (3, 4, 3), 1, { 0 },
    { .activation = { RT_ACTIVATION_RELU6 } }, USUAL },
  { &rt_op_activation, "gelu", IMAGE (3, 4, 3), 1, { 0 },
    { .activation = { RT_ACTIVATION_GELU } }, USUAL },
  { &rt_op_activation, "silu", IMAGE (3, 4, 3), 1, { 0 },
    { .activation = { RT_ACTIVATION_SILU } }, USUAL },
  { &rt_op_activation, "hard-swish", IMAGE (3, 4, 3), 1, { 0 },
    { .activation = { RT_ACTIVATION_HARD_SWISH } }, USUAL },
  { &rt_op_activation, "sigmoid", IMAGE (3, 4, 3), 1, { 0 },
    { .activation = { RT_ACTIVATION_SIGMOID } }, USUAL },
  { &rt_op_max_pool, "2x2", IMAGE (4, 6, 3), 1, { 0 }, { .pool = { 2, 2, 0 } }, USUAL },
  { &rt_op_max_pool, "3x3-overlap", IMAGE (5, 7, 2), 1, { 0 }, { .pool = { 3, 2, 1 } }, USUAL },
  { &rt_op_max_pool, "3x3-same", IMAGE (6, 6, 2), 1, { 0 },
    { .pool = { 3, 2, RT_PAD_SAME } }, USUAL },
  { &rt_op_average_pool, "2x2", IMAGE (4, 6, 3), 1, { 0 }, { .pool = { 2, 2, 0 } }, USUAL },
  { &rt_op_average_pool, "3x3-same", IMAGE (6, 5, 2), 1, { 0 },
    { .pool = { 3, 2, RT_PAD_SAME } }, USUAL },
  { &rt_op_global_pool, "image", IMAGE (4, 5, 6), 1, { 0 }, USUAL },
  { &rt_op_add, "two", IMAGE (3, 3, 4), 2, { 0 }, { .activation = { RT_ACTIVATION_NONE } }, USUAL },
  { &rt_op_add, "sigmoid", IMAGE (3, 3, 4), 2, { 0 }, { .activation = { RT_ACTIVATION_NONE } },
    .then = RT_ACTIVATION_SIGMOID, USUAL },
  { &rt_op_add, "silu", IMAGE (3, 3, 4), 2, { 0 }, { .activation = { RT_ACTIVATION_NONE } },
    .then = RT_ACTIVATION_SILU, USUAL },
  { &rt_op_concat, "three", IMAGE (3, 4, 0), 3, { 2, 3, 1 }, USUAL },
  { &rt_op_flatten, "image", IMAGE (3, 4, 2), 1, { 0 }, USUAL },
  { &rt_op_dropout, "half", IMAGE (4, 5, 3), 1, { 0 }, { .dropout = { 0.5f } }, USUAL },
  { &rt_op_softmax, "vector", { 1, { 6 } }, 1, { 0 }, USUAL },
  { &rt_op_softmax, "image", IMAGE (2, 3, 4), 1, { 0 }, USUAL },
  { &rt_op_gradient_reversal, "half", IMAGE (3, 3, 2), 1, { 0 }, { .reversal = { 0.5f } }, USUAL },
  { &rt_op_shortcut, "stride", IMAGE (5, 6, 3), 1, { 0 }, { .shortcut = { 2, 7 } }, USUAL },
  { &rt_op_shortcut, "same", IMAGE (3, 4, 3), 1, { 0 }, { .shortcut = { 1, 6 } }, USUAL },
};

/* source: its parameter, whatever its input */

static gboolean
source_infer (const void     *params,
              const RtShape  *in,
              int             n_in,
              RtShape        *out,
              GError        **error)
{
  *out = *(const RtShape *) params;
  return TRUE;
}

static int
source_list_params (const void    *params,
                    const RtShape *in,
                    RtParamSpec   *specs)
{
  RtShape shape = RT_SHAPE_1 (BATCH * (int) rt_shape_count (params));

  specs[0] = (RtParamSpec) { "value", shape, shape, RT_LAYOUT_PLAIN, RT_PARAM_WEIGHT, 1 };
  return 1;
}

static void
source_forward (const void *params,
                RtOpRun    *run)
{
  memcpy (run->out, run->param[0],
          run->batch * rt_shape_count (&run->out_shape) * sizeof (float));
}

static void
source_backward (const void *params,
                 RtOpRun    *run)
{
  size_t n = run->dparam[0] != NULL ? run->batch * rt_shape_count (&run->out_shape) : 0;

  for (size_t i = 0; i < n; i++)
    run->dparam[0][i] += run->dout[i];
}

static RtOpNeeds
source_needs (const void *params,
              bool        trains)
{
  return RT_OP_NEEDS_NOTHING;
}

static const RtOp source = {
  .name = "source",
  .params_size = sizeof (RtShape),
  .infer = source_infer,
  .list_params = source_list_params,
  .forward = source_forward,
  .backward = source_backward,
  .needs = source_needs,
};

/* The network of a case */

static const Case *building;
static gboolean shared;

static int
put (RtBuilder  *builder,
     const RtOp *op,
     const void *params,
     const char *name,
     int         n_in,
     const int  *in)
{
  if (builder->error != NULL)
    return -1;
  return rt_graph_add (builder->graph, op, params, name, (int) builder->blocks->len - 1, n_in, in,
                       &builder->error);
}

static int
build_case (RtBuilder *builder)
{
  const Case *c = building;
  int input = rt_builder_input (builder);
  int sources[3], residual = -1, node;

  rt_builder_block (builder, "stem");
  for (int i = 0; i < c->n_in; i++)
    {
      g_autofree char *name = g_strdup_printf ("source%d", i);
      RtShape shape = c->shape;

      if (c->channels[i] > 0)
        shape.dims[shape.n_dims - 1] = c->channels[i];
      sources[i] = put (builder, &source, &shape, name, 1, &input);
    }
  if (c->residual)
    residual = put (builder, &source, &c->shape, "residual", 1, &input);

  rt_builder_block (builder, "head");
  node = put (builder, c->op, &c->conv, "op", c->n_in, sources);
  if (residual >= 0)
    node = rt_builder_add (builder, node, residual);
  if (c->then != RT_ACTIVATION_NONE)
    node = rt_builder_activation (builder, node, c->then);
  if (shared)
    for (int i = 0; i < c->n_in && builder->error == NULL; i++)
      rt_graph_add_output (builder->graph,
                           rt_builder_activation (builder, sources[i], RT_ACTIVATION_SIGMOID));
  return node;
}

static RtNetwork *
make_network (int (*build) (RtBuilder *builder))
{
  RtArchitecture *architecture = g_new0 (RtArchitecture, 1);
  RtNetworkOptions options = { .name = "case", .classes = 2 };
  g_autoptr (GError) error = NULL;
  RtNetwork *network;

  architecture->info = (RtNetworkInfo) { "case", "Case", "", 2, 2, 1, 1 };
  architecture->build = build;
  network = rt_network_new_from (architecture, &options, &error);
  g_assert_no_error (error);
  g_free (architecture);
  return network;
}

/* Sources: distinct values, in a random order, -1.95, -1.85 .. and so away from 0, 3 and 6 and
 * from each other by more than twice the step. Parameters of the operator: random. */
static void
fill (RtNetwork *network)
{
  RtRng rng;

  rt_rng_init (&rng, 3, 1);
  for (int i = 0; i < rt_network_get_n_params (network); i++)
    {
      const RtParam *param = rt_network_get_param (network, i);
      float *values = rt_network_get_values (network) + param->offset;
      g_autofree size_t *order = g_new (size_t, param->count);

      for (size_t j = 0; j < param->count; j++)
        order[j] = j;
      rt_rng_shuffle (&rng, order, param->count);
      for (size_t j = 0; j < param->count; j++)
        if (g_str_has_suffix (param->name, ".value"))
          values[j] = 0.1f * ((float) order[j] - floorf (0.3f * (float) param->count)) + 0.05f;
        else if (g_str_has_suffix (param->name, "running_var"))
          values[j] = rt_rng_range (&rng, 0.5f, 1.5f);
        else
          values[j] = rt_rng_range (&rng, -0.5f, 0.5f);
      /* Small enough that sigmoids and softmaxes have a slope, where that costs no kink. */
      if (building != NULL && g_str_has_suffix (param->name, ".value")
          && (building->op == &rt_op_softmax || building->then != RT_ACTIVATION_NONE || shared)
          && building->op != &rt_op_max_pool && building->op != &rt_op_activation)
        for (size_t j = 0; j < param->count; j++)
          values[j] *= 10.0f / (float) param->count;
    }
}

/* The loss is linear in the outputs, with weights that a stream names. */
static double
get_loss (RtPlan *plan)
{
  static const float zeros[BATCH * 4];
  const float *inputs[] = { zeros };
  double loss = 0.0;

  rt_plan_forward (plan, inputs, BATCH, TRUE, 7, 1);
  for (int i = 0; i < rt_plan_get_n_outputs (plan); i++)
    {
      RtShape shape = rt_plan_get_output_shape (plan, i);
      const float *out = rt_plan_get_output (plan, i);
      float *gradient = rt_plan_get_output_gradient (plan, i);
      RtRng rng;

      rt_rng_init (&rng, 9, i);
      for (size_t j = 0; j < BATCH * rt_shape_count (&shape); j++)
        {
          float weight = rt_rng_range (&rng, -1.0f, 1.0f);

          gradient[j] += weight;
          loss += (double) weight * out[j];
        }
    }
  return loss;
}

static double
get_slope (RtPlan *plan,
           float  *value,
           float   h)
{
  static const struct { int at; double weight; } points[] = {
    { -2, 1.0 }, { -1, -8.0 }, { 1, 8.0 }, { 2, -1.0 },
  };
  float start = *value;
  double slope = 0.0;

  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      *value = start + points[i].at * h;
      slope += points[i].weight * get_loss (plan);
    }
  *value = start;
  return slope / (12.0 * (double) h);
}

/* What passes a gradient reversal is not the gradient, by design. */
static double
get_factor (const Case *c)
{
  return c->op == &rt_op_gradient_reversal ? (double) -c->reversal.lambda : 1.0;
}

static void
check_gradients (const Case *c,
                 uint32_t    frozen)
{
  g_autoptr (RtNetwork) network = make_network (build_case);
  RtPlanOptions options = { .batch = BATCH, .backward = TRUE, .frozen = frozen, .last_block = -1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTeam) team = rt_team_new (2);
  g_autoptr (RtPlan) plan = rt_plan_new (network, &options, team, &error);

  g_assert_no_error (error);
  fill (network);
  rt_plan_invalidate (plan);
  for (int i = 0; i < rt_network_get_n_params (network); i++)
    {
      const RtParam *param = rt_network_get_param (network, i);
      float *values = rt_network_get_values (network) + param->offset;
      g_autofree float *gradient = NULL;
      double residual = 0.0, norm = 0.0;

      get_loss (plan);
      rt_plan_backward (plan, FALSE);
      if (param->spec.kind == RT_PARAM_STATISTIC || (frozen >> param->block & 1) != 0)
        {
          g_assert_null (rt_plan_get_gradient (plan, i));
          continue;
        }
      gradient = g_memdup2 (rt_plan_get_gradient (plan, i), param->count * sizeof (float));
      for (size_t j = 0; j < param->count; j++)
        {
          double expected = get_slope (plan, &values[j], c->step) * get_factor (c);

          residual += (gradient[j] - expected) * (gradient[j] - expected);
          norm += expected * expected;
        }
      g_test_message ("%s: residual %.2g of %.2g", param->name, sqrt (residual), sqrt (norm));
      g_assert_cmpfloat (norm, >, 0.0);
      /* A NaN anywhere fails too. */
      if (!(sqrt (residual / norm) <= c->tolerance))
        g_error ("%s/%s, %s: the gradient is off by %.3g, %.3g is allowed", c->op->name, c->name,
                 param->name, sqrt (residual / norm), c->tolerance);
    }
}

static void
test_gradient (gconstpointer data)
{
  building = data;
  shared = FALSE;
  check_gradients (data, 0);
}

static void
test_frozen (gconstpointer data)
{
  building = data;
  shared = FALSE;
  check_gradients (data, 1u << 1);
}

/* The reversal's factor holds for one of two ways only. */
static void
test_shared (gconstpointer data)
{
  building = data;
  shared = TRUE;
  check_gradients (data, 0);
}

/* Fused, folded and flattened away, an operator gives what it gives alone. */
static void
test_inference (gconstpointer data)
{
  g_autoptr (RtNetwork) network = NULL;
  RtPlanOptions fused = { .batch = BATCH, .last_block = -1 };
  RtPlanOptions plain = { .batch = BATCH, .last_block = -1, .keep_all = TRUE };
  static const float zeros[BATCH * 4];
  const float *inputs[] = { zeros };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPlan) a = NULL;
  g_autoptr (RtPlan) b = NULL;
  RtShape shape;

  building = data;
  shared = FALSE;
  network = make_network (build_case);
  fill (network);
  a = rt_plan_new (network, &fused, NULL, &error);
  g_assert_no_error (error);
  b = rt_plan_new (network, &plain, NULL, &error);
  g_assert_no_error (error);
  rt_plan_forward (a, inputs, BATCH, FALSE, 1, 0);
  rt_plan_forward (b, inputs, BATCH, FALSE, 1, 0);
  shape = rt_plan_get_output_shape (a, 0);
  for (size_t i = 0; i < BATCH * rt_shape_count (&shape); i++)
    g_assert_cmpfloat_with_epsilon (rt_plan_get_output (a, 0)[i], rt_plan_get_output (b, 0)[i],
                                    1e-5);
}

static void
test_every_op (void)
{
  for (int i = 0; rt_ops[i] != NULL; i++)
    {
      gboolean found = FALSE;

      for (size_t j = 0; j < G_N_ELEMENTS (cases); j++)
        found = found || cases[j].op == rt_ops[i];
      if (!found)
        g_error ("the operator “%s” has no case", rt_ops[i]->name);
    }
}

/* Several inputs: each its own, in the order in which they were added. */

static int
build_two_inputs (RtBuilder *builder)
{
  RtActivationParams none = { RT_ACTIVATION_NONE };
  int in[2];

  in[0] = rt_builder_input (builder);
  in[1] = rt_graph_add_input (builder->graph, "other", &RT_SHAPE_3 (2, 2, 2));
  rt_builder_block (builder, "stem");
  in[0] = rt_builder_conv (builder, "conv", in[0], 2, 1, 1, 0, false);
  rt_builder_block (builder, "head");
  return put (builder, &rt_op_add, &none, "add", 2, in);
}

static void
test_inputs (void)
{
  g_autoptr (RtNetwork) network = make_network (build_two_inputs);
  RtPlanOptions options = { .batch = 1, .backward = TRUE, .last_block = -1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPlan) plan = rt_plan_new (network, &options, NULL, &error);
  const float first[] = { 1, 2, 3, 4 };
  const float second[] = { 10, 20, 30, 40, 50, 60, 70, 80 };
  const float *inputs[] = { first, second };
  float *weight = rt_network_get_values (network);
  const float *out;

  g_assert_no_error (error);
  weight[0] = 2.0f;
  weight[1] = -1.0f;
  rt_plan_forward (plan, inputs, 1, TRUE, 1, 0);
  out = rt_plan_get_output (plan, 0);
  for (int i = 0; i < 8; i++)
    g_assert_cmpfloat (out[i], ==, second[i] + first[i / 2] * weight[i % 2]);
  for (int i = 0; i < 8; i++)
    rt_plan_get_output_gradient (plan, 0)[i] = 1.0f;
  rt_plan_backward (plan, FALSE);
  g_assert_cmpfloat (rt_plan_get_gradient (plan, 0)[0], ==, 10.0f);
  g_assert_cmpfloat (rt_plan_get_gradient (plan, 0)[1], ==, 10.0f);
}

/* An operator without backward: refused where a gradient has to pass it, and only there. */

static const RtOp wall = {
  .name = "wall",
  .params_size = sizeof (RtShape),
  .infer = source_infer,
  .forward = source_forward,
  .needs = source_needs,
};

static int
build_wall (RtBuilder *builder)
{
  RtShape shape = RT_SHAPE_3 (2, 2, 1);
  int node = rt_builder_input (builder);

  rt_builder_block (builder, "stem");
  node = put (builder, &source, &shape, "source", 1, &node);
  rt_builder_block (builder, "middle");
  node = put (builder, &wall, &shape, "middle.wall", 1, &node);
  rt_builder_block (builder, "head");
  return rt_builder_conv (builder, "head", node, 2, 1, 1, 0, false);
}

static void
test_no_gradient (void)
{
  g_autoptr (RtNetwork) network = make_network (build_wall);
  RtPlanOptions options = { .batch = 1, .backward = TRUE, .last_block = -1 };
  RtPlanOptions frozen = { .batch = 1, .backward = TRUE, .frozen = 1, .last_block = -1 };
  RtPlanOptions forward = { .batch = 1, .last_block = -1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPlan) refused = rt_plan_new (network, &options, NULL, &error);
  g_autoptr (RtPlan) above = NULL;
  g_autoptr (RtPlan) inference = NULL;

  g_assert_null (refused);
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_NO_GRADIENT);
  g_assert_nonnull (strstr (error->message, "middle.wall (wall)"));
  g_clear_error (&error);
  above = rt_plan_new (network, &frozen, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (above);
  inference = rt_plan_new (network, &forward, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (inference);
}

static void
add (const char    *kind,
     const Case    *c,
     GTestDataFunc  func)
{
  g_autofree char *path = g_strdup_printf ("/ops/%s/%s/%s", kind, c->op->name, c->name);

  g_test_add_data_func (path, c, func);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/every-one", test_every_op);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      add ("gradient", &cases[i], test_gradient);
      add ("frozen", &cases[i], test_frozen);
      add ("inference", &cases[i], test_inference);
      if (cases[i].op != &rt_op_gradient_reversal)
        add ("shared", &cases[i], test_shared);
    }
  g_test_add_func ("/ops/inputs", test_inputs);
  g_test_add_func ("/ops/no-gradient", test_no_gradient);
  return g_test_run ();
}
