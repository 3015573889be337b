/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-linear.h"
#include "rt-ops.h"

static gboolean
linear_infer (const void     *data,
              const RtShape  *in,
              int             n_in,
              RtShape        *out,
              GError        **error)
{
  const RtLinearParams *params = data;

  if (in->n_dims != 1)
    {
      g_autofree char *shape = rt_shape_to_string (in);

      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE,
                   "a linear layer needs a vector, not %s: flatten or pool before it", shape);
      return FALSE;
    }
  *out = RT_SHAPE_1 (params->out);
  return TRUE;
}

static int
linear_list_params (const void    *data,
                    const RtShape *in,
                    RtParamSpec   *specs)
{
  const RtLinearParams *params = data;
  int n = in->dims[0];

  specs[0] = (RtParamSpec) { "weight", RT_SHAPE_2 (params->out, n), RT_SHAPE_2 (params->out, n),
                             RT_LAYOUT_PLAIN, RT_PARAM_WEIGHT, n };
  if (params->flat_c > 0)
    {
      specs[0].layout = RT_LAYOUT_FLAT_CHW;
      specs[0].shape = RT_SHAPE_4 (params->out, params->flat_h, params->flat_w, params->flat_c);
    }
  if (!params->bias)
    return 1;
  specs[1] = (RtParamSpec) { "bias", RT_SHAPE_1 (params->out), RT_SHAPE_1 (params->out),
                             RT_LAYOUT_PLAIN, RT_PARAM_BIAS, n };
  return 2;
}

static size_t
linear_workspace_size (const void    *data,
                       const RtShape *in,
                       int            batch,
                       RtTeam        *team)
{
  const RtLinearParams *params = data;

  return rt_linear_workspace_size (batch, in->dims[0], params->out, team);
}

static void
linear_forward (const void *data,
                RtOpRun    *run)
{
  const RtLinearParams *params = data;

  rt_linear_forward (run->out, run->in[0], run->param[0], params->bias ? run->param[1] : NULL,
                     run->batch, run->in_shape[0]->dims[0], params->out, run->team,
                     run->workspace);
  if (params->activation != RT_ACTIVATION_NONE)
    rt_activation_forward (run->out, run->out, params->activation,
                           (size_t) run->batch * params->out, run->team);
}

static void
linear_backward (const void *data,
                 RtOpRun    *run)
{
  const RtLinearParams *params = data;
  int n = run->in_shape[0]->dims[0];

  if (params->activation != RT_ACTIVATION_NONE)
    rt_activation_backward (run->dout, run->dout, run->out, params->activation,
                            (size_t) run->batch * params->out, false, run->team);
  if (run->dparam[0] != NULL)
    rt_linear_backward_weight (run->dparam[0], params->bias ? run->dparam[1] : NULL, run->dout,
                               run->in[0], run->batch, n, params->out, run->team, run->workspace);
  if (run->din[0] != NULL)
    rt_linear_backward_input (run->din[0], run->dout, run->param[0], run->accumulate[0],
                              run->batch, n, params->out, run->team, run->workspace);
}

static RtOpNeeds
linear_needs (const void *data,
              bool        trains)
{
  const RtLinearParams *params = data;

  return (trains ? RT_OP_NEEDS_INPUT : 0)
         | (params->activation != RT_ACTIVATION_NONE ? RT_OP_NEEDS_OUTPUT : 0);
}

static RtActivation *
linear_activation (void *params)
{
  return &((RtLinearParams *) params)->activation;
}

static uint64_t
linear_multiply_adds (const void    *data,
                      const RtShape *in)
{
  const RtLinearParams *params = data;

  return (uint64_t) in->dims[0] * params->out;
}

const RtOp rt_op_linear = {
  .name = "linear",
  .params_size = sizeof (RtLinearParams),
  .infer = linear_infer,
  .list_params = linear_list_params,
  .workspace_size = linear_workspace_size,
  .forward = linear_forward,
  .backward = linear_backward,
  .needs = linear_needs,
  .activation = linear_activation,
  .multiply_adds = linear_multiply_adds,
};
