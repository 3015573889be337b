/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operators that look at one value, or one pixel, at a time: activation, add, concat, flatten,
 * dropout, softmax, gradient reversal, and the parameter-free shortcut of the CIFAR ResNets.
 */
#include "config.h"

#include "rt-elementwise.h"
#include "rt-loss.h"
#include "rt-ops.h"

#include <string.h>

static size_t
count_in (const RtOpRun *run,
          int            i)
{
  return rt_shape_count (run->in_shape[i]) * run->batch;
}

static gboolean
same_infer (const void     *params,
            const RtShape  *in,
            int             n_in,
            RtShape        *out,
            GError        **error)
{
  for (int i = 1; i < n_in; i++)
    if (!rt_shape_equal (&in[0], &in[i]))
      {
        g_autofree char *a = rt_shape_to_string (&in[0]);
        g_autofree char *b = rt_shape_to_string (&in[i]);

        g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE, "%s and %s cannot be added", a, b);
        return FALSE;
      }
  *out = in[0];
  return TRUE;
}

static RtOpNeeds
needs_nothing (const void *params,
               bool        trains)
{
  return RT_OP_NEEDS_NOTHING;
}

static RtActivation *
get_activation (void *params)
{
  return &((RtActivationParams *) params)->activation;
}

/* activation */

static void
activation_forward (const void *data,
                    RtOpRun    *run)
{
  const RtActivationParams *params = data;

  rt_activation_forward (run->out, run->in[0], params->activation, count_in (run, 0), run->team);
}

static void
activation_backward (const void *data,
                     RtOpRun    *run)
{
  const RtActivationParams *params = data;
  bool from_output = rt_activation_backward_from_output (params->activation);

  rt_activation_backward (run->din[0], run->dout, from_output ? run->out : run->in[0],
                          params->activation, count_in (run, 0), run->accumulate[0], run->team);
}

static RtOpNeeds
activation_needs (const void *data,
                  bool        trains)
{
  const RtActivationParams *params = data;

  return rt_activation_backward_from_output (params->activation) ? RT_OP_NEEDS_OUTPUT
                                                                 : RT_OP_NEEDS_INPUT;
}

const RtOp rt_op_activation = {
  .name = "activation",
  .params_size = sizeof (RtActivationParams),
  .infer = same_infer,
  .forward = activation_forward,
  .backward = activation_backward,
  .needs = activation_needs,
};

/* add: of two inputs */

static void
add_forward (const void *data,
             RtOpRun    *run)
{
  const RtActivationParams *params = data;

  rt_add_forward (run->out, run->in[0], run->in[1], params->activation, count_in (run, 0),
                  run->team);
}

static void
add_backward (const void *data,
              RtOpRun    *run)
{
  const RtActivationParams *params = data;

  if (params->activation != RT_ACTIVATION_NONE)
    rt_activation_backward (run->dout, run->dout, run->out, params->activation, count_in (run, 0),
                            false, run->team);
  for (int i = 0; i < 2; i++)
    if (run->din[i] != NULL)
      rt_scale (run->din[i], run->dout, 1.0f, run->accumulate[i], count_in (run, i), run->team);
}

static RtOpNeeds
add_needs (const void *data,
           bool        trains)
{
  const RtActivationParams *params = data;

  return params->activation != RT_ACTIVATION_NONE ? RT_OP_NEEDS_OUTPUT : RT_OP_NEEDS_NOTHING;
}

const RtOp rt_op_add = {
  .name = "add",
  .params_size = sizeof (RtActivationParams),
  .infer = same_infer,
  .forward = add_forward,
  .backward = add_backward,
  .needs = add_needs,
  .activation = get_activation,
};

/* concat: along the channels */

static gboolean
concat_infer (const void     *params,
              const RtShape  *in,
              int             n_in,
              RtShape        *out,
              GError        **error)
{
  int last = in[0].n_dims - 1;

  *out = in[0];
  for (int i = 1; i < n_in; i++)
    {
      RtShape other = in[i];

      other.dims[last] = in[0].dims[last];
      if (!rt_shape_equal (&in[0], &other))
        {
          g_autofree char *a = rt_shape_to_string (&in[0]);
          g_autofree char *b = rt_shape_to_string (&in[i]);

          g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE,
                       "%s and %s cannot be joined along their channels", a, b);
          return FALSE;
        }
      out->dims[last] += in[i].dims[last];
    }
  return TRUE;
}

static void
concat_forward (const void *params,
                RtOpRun    *run)
{
  int channels = run->out_shape.dims[run->out_shape.n_dims - 1];
  int rows = (int) (rt_shape_count (&run->out_shape) / channels) * run->batch;

  for (int i = 0, offset = 0; i < run->n_in; i++)
    {
      int c = run->in_shape[i]->dims[run->in_shape[i]->n_dims - 1];

      rt_copy_channels (run->out, run->in[i], rows, c, channels, offset, run->team);
      offset += c;
    }
}

static void
concat_backward (const void *params,
                 RtOpRun    *run)
{
  int channels = run->out_shape.dims[run->out_shape.n_dims - 1];
  int rows = (int) (rt_shape_count (&run->out_shape) / channels) * run->batch;

  for (int i = 0, offset = 0; i < run->n_in; i++)
    {
      int c = run->in_shape[i]->dims[run->in_shape[i]->n_dims - 1];

      if (run->din[i] != NULL)
        rt_take_channels (run->din[i], run->dout, run->accumulate[i], rows, c, channels, offset,
                          run->team);
      offset += c;
    }
}

const RtOp rt_op_concat = {
  .name = "concat",
  .infer = concat_infer,
  .forward = concat_forward,
  .backward = concat_backward,
  .needs = needs_nothing,
};

/* flatten: the plan gives its output the memory of its input, so that nothing is left to do */

static gboolean
flatten_infer (const void     *params,
               const RtShape  *in,
               int             n_in,
               RtShape        *out,
               GError        **error)
{
  *out = RT_SHAPE_1 ((int) rt_shape_count (in));
  return TRUE;
}

static void
flatten_forward (const void *params,
                 RtOpRun    *run)
{
  memcpy (run->out, run->in[0], count_in (run, 0) * sizeof (float));
}

static void
flatten_backward (const void *params,
                  RtOpRun    *run)
{
  rt_scale (run->din[0], run->dout, 1.0f, run->accumulate[0], count_in (run, 0), run->team);
}

const RtOp rt_op_flatten = {
  .name = "flatten",
  .infer = flatten_infer,
  .forward = flatten_forward,
  .backward = flatten_backward,
  .needs = needs_nothing,
};

/* dropout */

static void
dropout_forward (const void *data,
                 RtOpRun    *run)
{
  const RtDropoutParams *params = data;

  if (run->training)
    rt_dropout (run->out, run->in[0], params->rate, false, run->rng, count_in (run, 0), run->team);
  else
    rt_scale (run->out, run->in[0], 1.0f, false, count_in (run, 0), run->team);
}

static void
dropout_backward (const void *data,
                  RtOpRun    *run)
{
  const RtDropoutParams *params = data;

  if (run->training)
    rt_dropout (run->din[0], run->dout, params->rate, run->accumulate[0], run->rng,
                count_in (run, 0), run->team);
  else
    rt_scale (run->din[0], run->dout, 1.0f, run->accumulate[0], count_in (run, 0), run->team);
}

const RtOp rt_op_dropout = {
  .name = "dropout",
  .params_size = sizeof (RtDropoutParams),
  .infer = same_infer,
  .forward = dropout_forward,
  .backward = dropout_backward,
  .needs = needs_nothing,
};

/* softmax: over the channels */

static int
get_classes (const RtOpRun *run)
{
  return run->out_shape.dims[run->out_shape.n_dims - 1];
}

static void
softmax_forward (const void *params,
                 RtOpRun    *run)
{
  int n = get_classes (run);

  rt_softmax (run->out, run->in[0], 1.0f, (int) (count_in (run, 0) / n), n);
}

static void
softmax_backward (const void *params,
                  RtOpRun    *run)
{
  int n = get_classes (run);
  size_t rows = count_in (run, 0) / n;

  rt_softmax_backward (run->din[0], run->dout, run->out, run->accumulate[0], (int) rows, n);
}

static RtOpNeeds
softmax_needs (const void *params,
               bool        trains)
{
  return RT_OP_NEEDS_OUTPUT;
}

const RtOp rt_op_softmax = {
  .name = "softmax",
  .infer = same_infer,
  .forward = softmax_forward,
  .backward = softmax_backward,
  .needs = softmax_needs,
};

/* gradient reversal */

static void
gradient_reversal_forward (const void *params,
                           RtOpRun    *run)
{
  rt_scale (run->out, run->in[0], 1.0f, false, count_in (run, 0), run->team);
}

static void
gradient_reversal_backward (const void *data,
                            RtOpRun    *run)
{
  const RtGradientReversalParams *params = data;

  rt_scale (run->din[0], run->dout, -params->lambda, run->accumulate[0], count_in (run, 0),
            run->team);
}

const RtOp rt_op_gradient_reversal = {
  .name = "gradient_reversal",
  .params_size = sizeof (RtGradientReversalParams),
  .infer = same_infer,
  .forward = gradient_reversal_forward,
  .backward = gradient_reversal_backward,
  .needs = needs_nothing,
};

/* shortcut */

static gboolean
shortcut_infer (const void     *data,
                const RtShape  *in,
                int             n_in,
                RtShape        *out,
                GError        **error)
{
  const RtShortcutParams *params = data;

  if (in->n_dims != 3 || params->out_c < in->dims[2])
    {
      g_autofree char *shape = rt_shape_to_string (in);

      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE,
                   "no parameter-free shortcut leads from %s to %d channels", shape, params->out_c);
      return FALSE;
    }
  *out = RT_SHAPE_3 ((in->dims[0] + params->stride - 1) / params->stride,
                     (in->dims[1] + params->stride - 1) / params->stride, params->out_c);
  return TRUE;
}

static void
shortcut_forward (const void *data,
                  RtOpRun    *run)
{
  const RtShortcutParams *params = data;
  const RtShape *in = run->in_shape[0];

  rt_shortcut_forward (run->out, run->in[0], run->batch, in->dims[0], in->dims[1], in->dims[2],
                       params->stride, params->out_c, run->team);
}

static void
shortcut_backward (const void *data,
                   RtOpRun    *run)
{
  const RtShortcutParams *params = data;
  const RtShape *in = run->in_shape[0];

  rt_shortcut_backward (run->din[0], run->dout, run->accumulate[0], run->batch, in->dims[0],
                        in->dims[1], in->dims[2], params->stride, params->out_c, run->team);
}

const RtOp rt_op_shortcut = {
  .name = "shortcut",
  .params_size = sizeof (RtShortcutParams),
  .infer = shortcut_infer,
  .forward = shortcut_forward,
  .backward = shortcut_backward,
  .needs = needs_nothing,
};
