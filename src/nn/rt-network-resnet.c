/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CIFAR family of residual networks (He, Zhang, Ren and Sun 2015, "Deep residual learning",
 * section 4.2): a 3x3 stem, three stages of n basic blocks, shortcuts without parameters (option
 * A), and a head on the average of the last stage. Depth is 6n + 2. Names are those of the public
 * PyTorch implementation whose checkpoints are around (conv1, bn1, layer1.0.conv1, ..., linear).
 */
#include "config.h"

#include "rt-network-builder.h"

static int
add_basic_block (RtBuilder *b,
                 int        in,
                 int        stage,
                 int        index,
                 int        width,
                 int        stride,
                 bool       widens)
{
  g_autofree char *conv1 = g_strdup_printf ("layer%d.%d.conv1", stage, index);
  g_autofree char *bn1 = g_strdup_printf ("layer%d.%d.bn1", stage, index);
  g_autofree char *conv2 = g_strdup_printf ("layer%d.%d.conv2", stage, index);
  g_autofree char *bn2 = g_strdup_printf ("layer%d.%d.bn2", stage, index);
  int x = rt_builder_conv (b, conv1, in, width, 3, stride, 1, false);
  int shortcut = widens ? rt_builder_shortcut (b, in, stride, width) : in;

  x = rt_builder_batch_norm (b, bn1, x);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);
  x = rt_builder_conv (b, conv2, x, width, 3, 1, 1, false);
  x = rt_builder_batch_norm (b, bn2, x);
  x = rt_builder_add (b, x, shortcut);
  return rt_builder_activation (b, x, RT_ACTIVATION_RELU);
}

static int
build (RtBuilder *b,
       int        n,
       int        width)
{
  int x = rt_builder_input (b);
  int channels = width;

  rt_builder_block (b, "stem");
  x = rt_builder_conv (b, "conv1", x, width, 3, 1, 1, false);
  x = rt_builder_batch_norm (b, "bn1", x);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);

  for (int stage = 1; stage <= 3; stage++)
    {
      rt_builder_block (b, "stage%d", stage);
      for (int i = 0; i < n; i++)
        {
          int out = width << (stage - 1);
          int stride = stage > 1 && i == 0 ? 2 : 1;

          x = add_basic_block (b, x, stage, i, out, stride, out != channels);
          channels = out;
        }
    }

  rt_builder_block (b, "head");
  x = rt_builder_global_pool (b, x);
  return rt_builder_linear (b, "linear", x, b->options->classes);
}

int
rt_network_build_resnet8 (RtBuilder *b)
{
  return build (b, 1, 16);
}

int
rt_network_build_resnet20 (RtBuilder *b)
{
  return build (b, 3, 16);
}

int
rt_network_build_resnet32 (RtBuilder *b)
{
  return build (b, 5, 16);
}

int
rt_network_build_resnet44 (RtBuilder *b)
{
  return build (b, 7, 16);
}

int
rt_network_build_resnet56 (RtBuilder *b)
{
  return build (b, 9, 16);
}

/* Our teacher: twice as wide (Zagoruyko and Komodakis 2016 on width against depth). */
int
rt_network_build_wide14 (RtBuilder *b)
{
  return build (b, 2, 32);
}
