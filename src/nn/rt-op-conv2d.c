/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Convolution and depthwise convolution. They share their params and their shapes; they differ in
 * how the weights lie and in which kernels run.
 *
 * An activation that was fused is undone first in the backward pass, in place in dout, from the
 * output: only such activations are fused (rt_activation_backward_from_output()).
 */
#include "config.h"

#include "rt-depthwise.h"
#include "rt-ops.h"

static RtConv2dDims
get_dims (const RtConvParams *params,
          const RtShape      *in,
          int                 batch,
          bool                depthwise)
{
  RtConv2dDims dims = {
    .n = batch, .h = in->dims[0], .w = in->dims[1], .c = in->dims[2],
    .out_c = depthwise ? in->dims[2] : params->out_c,
    .kernel_h = params->kernel, .kernel_w = params->kernel,
    .stride = params->stride,
    .groups = depthwise ? in->dims[2] : MAX (params->groups, 1),
  };

  rt_op_window (dims.h, params->kernel, params->stride, params->pad, &dims.out_h, &dims.pad_top);
  rt_op_window (dims.w, params->kernel, params->stride, params->pad, &dims.out_w, &dims.pad_left);
  return dims;
}

static gboolean
infer (const RtConvParams  *params,
       const RtShape       *in,
       bool                 depthwise,
       RtShape             *out,
       GError             **error)
{
  g_autofree char *shape = rt_shape_to_string (in);
  RtConv2dDims dims;

  if (in->n_dims != 3)
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE,
                   "a convolution needs an image (height x width x channels), not %s", shape);
      return FALSE;
    }
  dims = get_dims (params, in, 1, depthwise);
  if (dims.out_h <= 0 || dims.out_w <= 0)
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE,
                   "an input of %s is too small for a %dx%d convolution",
                   shape, params->kernel, params->kernel);
      return FALSE;
    }
  if (dims.c % dims.groups != 0 || dims.out_c % dims.groups != 0)
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE,
                   "%d and %d channels cannot be cut into %d groups",
                   dims.c, dims.out_c, dims.groups);
      return FALSE;
    }
  *out = RT_SHAPE_3 (dims.out_h, dims.out_w, dims.out_c);
  return TRUE;
}

static gboolean
conv2d_infer (const void     *params,
              const RtShape  *in,
              int             n_in,
              RtShape        *out,
              GError        **error)
{
  return infer (params, in, false, out, error);
}

static gboolean
depthwise_infer (const void     *params,
                 const RtShape  *in,
                 int             n_in,
                 RtShape        *out,
                 GError        **error)
{
  return infer (params, in, true, out, error);
}

static int
add_bias (const RtConvParams *params,
          int                 channels,
          int                 fan_in,
          RtParamSpec        *spec)
{
  if (!params->bias)
    return 1;
  *spec = (RtParamSpec) { "bias", RT_SHAPE_1 (channels), RT_SHAPE_1 (channels),
                          RT_LAYOUT_PLAIN, RT_PARAM_BIAS, fan_in };
  return 2;
}

static int
conv2d_list_params (const void    *data,
                    const RtShape *in,
                    RtParamSpec   *specs)
{
  const RtConvParams *params = data;
  int k = params->kernel;
  int c = in->dims[2] / MAX (params->groups, 1);

  specs[0] = (RtParamSpec) { "weight", RT_SHAPE_4 (params->out_c, k, k, c),
                             RT_SHAPE_4 (params->out_c, c, k, k),
                             RT_LAYOUT_CONV, RT_PARAM_WEIGHT, k * k * c };
  return add_bias (params, params->out_c, k * k * c, &specs[1]);
}

static int
depthwise_list_params (const void    *data,
                       const RtShape *in,
                       RtParamSpec   *specs)
{
  const RtConvParams *params = data;
  int k = params->kernel;
  int c = in->dims[2];

  specs[0] = (RtParamSpec) { "weight", RT_SHAPE_3 (k, k, c), RT_SHAPE_4 (c, 1, k, k),
                             RT_LAYOUT_DEPTHWISE, RT_PARAM_WEIGHT, k * k };
  return add_bias (params, c, k * k, &specs[1]);
}

static size_t
conv2d_workspace_size (const void    *params,
                       const RtShape *in,
                       int            batch,
                       RtTeam        *team)
{
  RtConv2dDims dims = get_dims (params, in, batch, false);

  return rt_conv2d_workspace_size (&dims, team);
}

static size_t
depthwise_workspace_size (const void    *params,
                          const RtShape *in,
                          int            batch,
                          RtTeam        *team)
{
  RtConv2dDims dims = get_dims (params, in, batch, true);

  return rt_depthwise_workspace_size (&dims, team);
}

static void
conv2d_forward (const void *data,
                RtOpRun    *run)
{
  const RtConvParams *params = data;
  RtConv2dDims dims = get_dims (params, run->in_shape[0], run->batch, false);

  rt_conv2d_forward (run->out, run->in[0], run->param[0], params->bias ? run->param[1] : NULL,
                     params->activation, &dims, run->team, run->workspace);
}

static void
depthwise_forward (const void *data,
                   RtOpRun    *run)
{
  const RtConvParams *params = data;
  RtConv2dDims dims = get_dims (params, run->in_shape[0], run->batch, true);

  rt_depthwise_forward (run->out, run->in[0], run->param[0], params->bias ? run->param[1] : NULL,
                        params->activation, &dims, run->team, run->workspace);
}

static void
undo_activation (const RtConvParams *params,
                 RtOpRun            *run)
{
  if (params->activation != RT_ACTIVATION_NONE)
    rt_activation_backward (run->dout, run->dout, run->out, params->activation,
                            rt_shape_count (&run->out_shape) * run->batch, false, run->team);
}

static void
conv2d_backward (const void *data,
                 RtOpRun    *run)
{
  const RtConvParams *params = data;
  RtConv2dDims dims = get_dims (params, run->in_shape[0], run->batch, false);

  undo_activation (params, run);
  if (run->dparam[0] != NULL)
    rt_conv2d_backward_weight (run->dparam[0], params->bias ? run->dparam[1] : NULL, run->dout,
                               run->in[0], &dims, run->team, run->workspace);
  if (run->din[0] != NULL)
    rt_conv2d_backward_input (run->din[0], run->dout, run->param[0], run->accumulate[0], &dims,
                              run->team, run->workspace);
}

static void
depthwise_backward (const void *data,
                    RtOpRun    *run)
{
  const RtConvParams *params = data;
  RtConv2dDims dims = get_dims (params, run->in_shape[0], run->batch, true);

  undo_activation (params, run);
  if (run->dparam[0] != NULL)
    rt_depthwise_backward_weight (run->dparam[0], params->bias ? run->dparam[1] : NULL, run->dout,
                                  run->in[0], &dims, run->team, run->workspace);
  if (run->din[0] != NULL)
    rt_depthwise_backward_input (run->din[0], run->dout, run->param[0], run->accumulate[0], &dims,
                                 run->team, run->workspace);
}

static RtOpNeeds
needs (const void *data,
       bool        trains)
{
  const RtConvParams *params = data;

  return (trains ? RT_OP_NEEDS_INPUT : 0)
         | (params->activation != RT_ACTIVATION_NONE ? RT_OP_NEEDS_OUTPUT : 0);
}

static RtActivation *
activation (void *params)
{
  return &((RtConvParams *) params)->activation;
}

static uint64_t
multiply_adds (const RtConv2dDims *dims)
{
  return (uint64_t) dims->out_h * dims->out_w * dims->out_c * dims->kernel_h * dims->kernel_w
         * (dims->c / dims->groups);
}

static uint64_t
conv2d_multiply_adds (const void    *params,
                      const RtShape *in)
{
  RtConv2dDims dims = get_dims (params, in, 1, false);

  return multiply_adds (&dims);
}

static uint64_t
depthwise_multiply_adds (const void    *params,
                         const RtShape *in)
{
  RtConv2dDims dims = get_dims (params, in, 1, true);

  return multiply_adds (&dims);
}

const RtOp rt_op_conv2d = {
  .name = "conv2d",
  .params_size = sizeof (RtConvParams),
  .infer = conv2d_infer,
  .list_params = conv2d_list_params,
  .workspace_size = conv2d_workspace_size,
  .forward = conv2d_forward,
  .backward = conv2d_backward,
  .needs = needs,
  .activation = activation,
  .multiply_adds = conv2d_multiply_adds,
};

const RtOp rt_op_depthwise = {
  .name = "depthwise",
  .params_size = sizeof (RtConvParams),
  .infer = depthwise_infer,
  .list_params = depthwise_list_params,
  .workspace_size = depthwise_workspace_size,
  .forward = depthwise_forward,
  .backward = depthwise_backward,
  .needs = needs,
  .activation = activation,
  .multiply_adds = depthwise_multiply_adds,
};
