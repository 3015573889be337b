/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-network-builder.h"

void
rt_builder_block (RtBuilder  *builder,
                  const char *format,
                  ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (builder->blocks, g_strdup_vprintf (format, args));
  va_end (args);
}

/* @in is not used after an error, where the nodes it names may not be there. */
static int
add (RtBuilder  *builder,
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

int
rt_builder_input (RtBuilder *builder)
{
  const RtNetworkOptions *o = builder->options;

  return rt_graph_add_input (builder->graph, "input",
                             &RT_SHAPE_3 (o->height, o->width, o->channels));
}

int
rt_builder_conv (RtBuilder  *builder,
                 const char *name,
                 int         in,
                 int         out_c,
                 int         kernel,
                 int         stride,
                 int         pad,
                 bool        bias)
{
  RtConvParams params = { .out_c = out_c, .kernel = kernel, .stride = stride, .pad = pad,
                          .groups = 1, .bias = bias };

  return add (builder, &rt_op_conv2d, &params, name, 1, &in);
}

int
rt_builder_depthwise (RtBuilder  *builder,
                      const char *name,
                      int         in,
                      int         kernel,
                      int         stride,
                      int         pad)
{
  RtConvParams params = { .kernel = kernel, .stride = stride, .pad = pad };

  return add (builder, &rt_op_depthwise, &params, name, 1, &in);
}

int
rt_builder_batch_norm (RtBuilder  *builder,
                       const char *name,
                       int         in)
{
  return add (builder, &rt_op_batch_norm, &builder->norm, name, 1, &in);
}

int
rt_builder_activation (RtBuilder   *builder,
                       int          in,
                       RtActivation activation)
{
  RtActivationParams params = { activation };

  return add (builder, &rt_op_activation, &params, "activation", 1, &in);
}

int
rt_builder_add (RtBuilder *builder,
                int        a,
                int        b)
{
  RtActivationParams params = { RT_ACTIVATION_NONE };
  int in[] = { a, b };

  return add (builder, &rt_op_add, &params, "add", 2, in);
}

int
rt_builder_concat (RtBuilder *builder,
                   int        a,
                   int        b)
{
  int in[] = { a, b };

  return add (builder, &rt_op_concat, NULL, "concat", 2, in);
}

int
rt_builder_max_pool (RtBuilder *builder,
                     int        in,
                     int        kernel,
                     int        stride,
                     int        pad)
{
  RtPoolParams params = { .kernel = kernel, .stride = stride, .pad = pad };

  return add (builder, &rt_op_max_pool, &params, "max_pool", 1, &in);
}

int
rt_builder_global_pool (RtBuilder *builder,
                        int        in)
{
  return add (builder, &rt_op_global_pool, NULL, "pool", 1, &in);
}

int
rt_builder_shortcut (RtBuilder *builder,
                     int        in,
                     int        stride,
                     int        out_c)
{
  RtShortcutParams params = { stride, out_c };

  return add (builder, &rt_op_shortcut, &params, "shortcut", 1, &in);
}

int
rt_builder_linear (RtBuilder  *builder,
                   const char *name,
                   int         in,
                   int         out)
{
  RtLinearParams params = { .out = out, .bias = true };
  const RtShape *shape;

  if (builder->error != NULL)
    return -1;
  shape = &rt_graph_get_node (builder->graph, in)->shape;
  if (shape->n_dims == 3)
    {
      params.flat_h = shape->dims[0];
      params.flat_w = shape->dims[1];
      params.flat_c = shape->dims[2];
      in = add (builder, &rt_op_flatten, NULL, "flatten", 1, &in);
    }
  return add (builder, &rt_op_linear, &params, name, 1, &in);
}
