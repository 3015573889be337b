/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Batch normalisation, with the residual that is added to it and the activation after it where the
 * plan has fused them. Kept from forward to backward: the batch's mean and inverse deviation,
 * (2,C).
 */
#include "config.h"

#include "rt-batch-norm.h"
#include "rt-ops.h"

static int
get_channels (const RtShape *shape)
{
  return shape->dims[shape->n_dims - 1];
}

static int
get_rows (const RtShape *shape,
          int            batch)
{
  return (int) (rt_shape_count (shape) / get_channels (shape)) * batch;
}

static gboolean
batch_norm_infer (const void     *params,
                  const RtShape  *in,
                  int             n_in,
                  RtShape        *out,
                  GError        **error)
{
  *out = in[0];
  return TRUE;
}

static int
batch_norm_list_params (const void    *params,
                        const RtShape *in,
                        RtParamSpec   *specs)
{
  static const struct { const char *suffix; RtParamKind kind; } list[] = {
    { "weight", RT_PARAM_NORM },
    { "bias", RT_PARAM_NORM },
    { "running_mean", RT_PARAM_STATISTIC },
    { "running_var", RT_PARAM_STATISTIC },
  };
  int c = get_channels (in);

  for (int i = 0; i < 4; i++)
    specs[i] = (RtParamSpec) { list[i].suffix, RT_SHAPE_1 (c), RT_SHAPE_1 (c), RT_LAYOUT_PLAIN,
                               list[i].kind, 1 };
  return 4;
}

static size_t
batch_norm_saved_size (const void    *params,
                       const RtShape *in,
                       int            batch)
{
  return 2 * (size_t) get_channels (in);
}

static size_t
batch_norm_workspace_size (const void    *params,
                           const RtShape *in,
                           int            batch,
                           RtTeam        *team)
{
  return rt_batch_norm_workspace_size (get_rows (in, batch), get_channels (in), team);
}

static void
batch_norm_forward (const void *data,
                    RtOpRun    *run)
{
  const RtBatchNormParams *params = data;
  const RtShape *shape = run->in_shape[0];
  int c = get_channels (shape);
  int rows = get_rows (shape, run->batch);
  const float *residual = params->residual ? run->in[1] : NULL;

  if (run->training)
    rt_batch_norm_forward_train (run->out, run->saved, run->saved + c, run->param[2], run->param[3],
                                 run->in[0], run->param[0], run->param[1], residual,
                                 params->activation, params->eps, params->momentum, rows, c,
                                 run->team, run->workspace);
  else
    rt_batch_norm_forward_infer (run->out, run->in[0], run->param[0], run->param[1], run->param[2],
                                 run->param[3], residual, params->activation, params->eps, rows, c,
                                 run->team);
}

static void
batch_norm_backward (const void *data,
                     RtOpRun    *run)
{
  const RtBatchNormParams *params = data;
  const RtShape *shape = run->in_shape[0];
  int c = get_channels (shape);
  int rows = get_rows (shape, run->batch);
  float *dresidual = params->residual ? run->din[1] : NULL;
  bool accumulate_residual = params->residual && run->accumulate[1];

  if (run->training)
    rt_batch_norm_backward_train (run->din[0], dresidual, run->dparam[0], run->dparam[1], run->dout,
                                  run->out, run->in[0], run->param[0], run->saved, run->saved + c,
                                  run->accumulate[0], accumulate_residual, params->activation,
                                  rows, c, run->team, run->workspace);
  else
    rt_batch_norm_backward_infer (run->din[0], dresidual, run->dparam[0], run->dparam[1], run->dout,
                                  run->out, run->in[0], run->param[0], run->param[2], run->param[3],
                                  run->accumulate[0], accumulate_residual, params->activation,
                                  params->eps, rows, c, run->team, run->workspace);
}

static RtOpNeeds
batch_norm_needs (const void *data,
                  bool        trains)
{
  const RtBatchNormParams *params = data;

  return RT_OP_NEEDS_INPUT
         | (params->activation != RT_ACTIVATION_NONE ? RT_OP_NEEDS_OUTPUT : 0);
}

static RtActivation *
batch_norm_activation (void *params)
{
  return &((RtBatchNormParams *) params)->activation;
}

const RtOp rt_op_batch_norm = {
  .name = "batch_norm",
  .params_size = sizeof (RtBatchNormParams),
  .infer = batch_norm_infer,
  .list_params = batch_norm_list_params,
  .saved_size = batch_norm_saved_size,
  .workspace_size = batch_norm_workspace_size,
  .forward = batch_norm_forward,
  .backward = batch_norm_backward,
  .needs = batch_norm_needs,
  .activation = batch_norm_activation,
};
