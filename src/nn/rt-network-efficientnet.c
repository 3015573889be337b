/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EfficientNet-Lite0: EfficientNet-B0 (Tan and Le 2019, table 1) without squeeze-and-excitation and
 * with ReLU6, its stem and head unscaled, with timm's names. As released by its authors it has
 * TensorFlow's padding and an epsilon of 0.001; timm's own training of it has PyTorch's.
 */
#include "config.h"

#include "rt-network-builder.h"

typedef struct
{
  int kernel;
  int stride;
  int expand;
  int width;
  int n;
} Stage;

static const Stage stages[] = {
  { 3, 1, 1, 16, 1 },
  { 3, 2, 6, 24, 2 },
  { 5, 2, 6, 40, 2 },
  { 3, 2, 6, 80, 3 },
  { 5, 1, 6, 112, 3 },
  { 5, 2, 6, 192, 4 },
  { 3, 1, 6, 320, 1 },
};

static int
get_pad (const RtBuilder *b,
         int              kernel)
{
  return (b->variants & RT_VARIANT_SYMMETRIC) != 0 ? kernel / 2 : RT_PAD_SAME;
}

static int
add_norm (RtBuilder  *b,
          const char *prefix,
          int         number,
          int         x,
          bool        activate)
{
  g_autofree char *name = g_strdup_printf ("%s.bn%d", prefix, number);

  x = rt_builder_batch_norm (b, name, x);
  return activate ? rt_builder_activation (b, x, RT_ACTIVATION_RELU6) : x;
}

static int
add_block (RtBuilder   *b,
           const char  *prefix,
           int          in,
           int          channels,
           const Stage *stage,
           int          stride)
{
  bool expands = stage->expand > 1;
  g_autofree char *expand = g_strdup_printf ("%s.conv_pw", prefix);
  g_autofree char *depthwise = g_strdup_printf ("%s.conv_dw", prefix);
  g_autofree char *project = g_strdup_printf ("%s.%s", prefix, expands ? "conv_pwl" : "conv_pw");
  int x = in, number = 1;

  if (expands)
    {
      x = rt_builder_conv (b, expand, x, channels * stage->expand, 1, 1, 0, false);
      x = add_norm (b, prefix, number++, x, true);
    }
  x = rt_builder_depthwise (b, depthwise, x, stage->kernel, stride, get_pad (b, stage->kernel));
  x = add_norm (b, prefix, number++, x, true);
  x = rt_builder_conv (b, project, x, stage->width, 1, 1, 0, false);
  x = add_norm (b, prefix, number, x, false);
  return stride == 1 && channels == stage->width ? rt_builder_add (b, x, in) : x;
}

int
rt_network_build_efficientnet_lite0 (RtBuilder *b)
{
  int x = rt_builder_input (b);
  int channels = 32;

  if ((b->variants & RT_VARIANT_SYMMETRIC) == 0)
    {
      b->norm.eps = 1e-3f;
      b->norm.momentum = 0.01f;
    }
  rt_builder_block (b, "stem");
  x = rt_builder_conv (b, "conv_stem", x, channels, 3, 2, get_pad (b, 3), false);
  x = rt_builder_batch_norm (b, "bn1", x);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU6);

  for (int s = 0; s < (int) G_N_ELEMENTS (stages); s++)
    for (int i = 0; i < stages[s].n; i++)
      {
        g_autofree char *prefix = g_strdup_printf ("blocks.%d.%d", s, i);

        rt_builder_block (b, "stage%d.%d", s + 1, i);
        x = add_block (b, prefix, x, channels, &stages[s], i == 0 ? stages[s].stride : 1);
        channels = stages[s].width;
      }

  rt_builder_block (b, "last");
  x = rt_builder_conv (b, "conv_head", x, 1280, 1, 1, 0, false);
  x = rt_builder_batch_norm (b, "bn2", x);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU6);

  rt_builder_block (b, "head");
  x = rt_builder_global_pool (b, x);
  return rt_builder_linear (b, "classifier", x, b->options->classes);
}
