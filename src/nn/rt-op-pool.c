/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pooling: maximum, average, and the average of the whole image. */
#include "config.h"

#include "rt-ops.h"
#include "rt-pool.h"

static RtPoolDims
get_dims (const RtPoolParams *params,
          const RtShape      *in,
          int                 batch)
{
  RtPoolDims dims = {
    .n = batch, .h = in->dims[0], .w = in->dims[1], .c = in->dims[2],
    .kernel = params->kernel, .stride = params->stride,
  };

  rt_op_window (dims.h, params->kernel, params->stride, params->pad, &dims.out_h, &dims.pad_top);
  rt_op_window (dims.w, params->kernel, params->stride, params->pad, &dims.out_w, &dims.pad_left);
  return dims;
}

static gboolean
pool_infer (const void     *params,
            const RtShape  *in,
            int             n_in,
            RtShape        *out,
            GError        **error)
{
  g_autofree char *shape = rt_shape_to_string (in);
  RtPoolDims dims;

  if (in->n_dims == 3)
    {
      dims = get_dims (params, in, 1);
      if (dims.out_h > 0 && dims.out_w > 0)
        {
          *out = RT_SHAPE_3 (dims.out_h, dims.out_w, dims.c);
          return TRUE;
        }
    }
  g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE, "an input of %s cannot be pooled by %dx%d",
               shape, ((const RtPoolParams *) params)->kernel,
               ((const RtPoolParams *) params)->kernel);
  return FALSE;
}

/* The places of the maxima: a byte each, kept in floats. */
static size_t
max_pool_saved_size (const void    *params,
                     const RtShape *in,
                     int            batch)
{
  RtPoolDims dims = get_dims (params, in, batch);

  return ((size_t) batch * dims.out_h * dims.out_w * dims.c + 3) / 4;
}

static void
max_pool_forward (const void *params,
                  RtOpRun    *run)
{
  RtPoolDims dims = get_dims (params, run->in_shape[0], run->batch);

  rt_max_pool_forward (run->out, (uint8_t *) run->saved, run->in[0], &dims, run->team);
}

static void
max_pool_backward (const void *params,
                   RtOpRun    *run)
{
  RtPoolDims dims = get_dims (params, run->in_shape[0], run->batch);

  rt_max_pool_backward (run->din[0], run->dout, (const uint8_t *) run->saved, run->accumulate[0],
                        &dims, run->team);
}

static void
average_pool_forward (const void *params,
                      RtOpRun    *run)
{
  RtPoolDims dims = get_dims (params, run->in_shape[0], run->batch);

  rt_average_pool_forward (run->out, run->in[0], &dims, run->team);
}

static void
average_pool_backward (const void *params,
                       RtOpRun    *run)
{
  RtPoolDims dims = get_dims (params, run->in_shape[0], run->batch);

  rt_average_pool_backward (run->din[0], run->dout, run->accumulate[0], &dims, run->team);
}

static gboolean
global_pool_infer (const void     *params,
                   const RtShape  *in,
                   int             n_in,
                   RtShape        *out,
                   GError        **error)
{
  if (in->n_dims != 3)
    {
      g_set_error_literal (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE, "global pooling needs an image");
      return FALSE;
    }
  *out = RT_SHAPE_1 (in->dims[2]);
  return TRUE;
}

static void
global_pool_forward (const void *params,
                     RtOpRun    *run)
{
  const RtShape *in = run->in_shape[0];

  rt_global_average_pool_forward (run->out, run->in[0], run->batch, in->dims[0] * in->dims[1],
                                  in->dims[2], run->team);
}

static void
global_pool_backward (const void *params,
                      RtOpRun    *run)
{
  const RtShape *in = run->in_shape[0];

  rt_global_average_pool_backward (run->din[0], run->dout, run->accumulate[0], run->batch,
                                   in->dims[0] * in->dims[1], in->dims[2], run->team);
}

static RtOpNeeds
needs_nothing (const void *params,
               bool        trains)
{
  return RT_OP_NEEDS_NOTHING;
}

const RtOp rt_op_max_pool = {
  .name = "max_pool",
  .params_size = sizeof (RtPoolParams),
  .infer = pool_infer,
  .saved_size = max_pool_saved_size,
  .forward = max_pool_forward,
  .backward = max_pool_backward,
  .needs = needs_nothing,
};

const RtOp rt_op_average_pool = {
  .name = "average_pool",
  .params_size = sizeof (RtPoolParams),
  .infer = pool_infer,
  .forward = average_pool_forward,
  .backward = average_pool_backward,
  .needs = needs_nothing,
};

const RtOp rt_op_global_pool = {
  .name = "global_pool",
  .infer = global_pool_infer,
  .forward = global_pool_forward,
  .backward = global_pool_backward,
  .needs = needs_nothing,
};
