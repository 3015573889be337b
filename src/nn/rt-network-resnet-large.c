/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The residual networks for photographs (He et al. 2016, table 1), with torchvision's names: a stem
 * of 7x7 and a pool, four stages of basic blocks (18, 34) or of bottlenecks (50), whose stride lies
 * in the 3x3 convolution as torchvision has it, and shortcuts by 1x1 convolutions where shapes
 * change. The stem for small pictures is one 3x3 convolution without stride or pool, as is usual
 * on CIFAR.
 */
#include "config.h"

#include "rt-network-builder.h"

#define N_STAGES 4
#define BOTTLENECK 4   /* how much wider a bottleneck's output is than its middle */

/* conv and norm of one residual block: "layer1.0.conv2" with "layer1.0.bn2". */
static int
add_conv (RtBuilder  *b,
          const char *prefix,
          int         number,
          int         x,
          int         width,
          int         kernel,
          int         stride,
          bool        activate)
{
  g_autofree char *conv = g_strdup_printf ("%s.conv%d", prefix, number);
  g_autofree char *norm = g_strdup_printf ("%s.bn%d", prefix, number);

  x = rt_builder_conv (b, conv, x, width, kernel, stride, kernel / 2, false);
  x = rt_builder_batch_norm (b, norm, x);
  return activate ? rt_builder_activation (b, x, RT_ACTIVATION_RELU) : x;
}

static int
add_shortcut (RtBuilder  *b,
              const char *prefix,
              int         x,
              int         width,
              int         stride)
{
  g_autofree char *conv = g_strdup_printf ("%s.downsample.0", prefix);
  g_autofree char *norm = g_strdup_printf ("%s.downsample.1", prefix);

  x = rt_builder_conv (b, conv, x, width, 1, stride, 0, false);
  return rt_builder_batch_norm (b, norm, x);
}

static int
add_residual_block (RtBuilder  *b,
                    const char *prefix,
                    int         in,
                    int         width,
                    int         stride,
                    bool        bottleneck,
                    bool        changes)
{
  int out = bottleneck ? width * BOTTLENECK : width;
  int x, shortcut = in;

  if (bottleneck)
    {
      x = add_conv (b, prefix, 1, in, width, 1, 1, true);
      x = add_conv (b, prefix, 2, x, width, 3, stride, true);
      x = add_conv (b, prefix, 3, x, out, 1, 1, false);
    }
  else
    {
      x = add_conv (b, prefix, 1, in, width, 3, stride, true);
      x = add_conv (b, prefix, 2, x, out, 3, 1, false);
    }
  if (changes)
    shortcut = add_shortcut (b, prefix, in, out, stride);
  x = rt_builder_add (b, x, shortcut);
  return rt_builder_activation (b, x, RT_ACTIVATION_RELU);
}

static int
add_stem (RtBuilder *b)
{
  bool cifar = (b->variants & RT_VARIANT_CIFAR) != 0;
  int x = rt_builder_input (b);

  rt_builder_block (b, "stem");
  x = cifar ? rt_builder_conv (b, "conv1", x, 64, 3, 1, 1, false)
      : rt_builder_conv (b, "conv1", x, 64, 7, 2, 3, false);
  x = rt_builder_batch_norm (b, "bn1", x);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);
  return cifar ? x : rt_builder_max_pool (b, x, 3, 2, 1);
}

static int
build (RtBuilder *b,
       const int  n[N_STAGES],
       bool       bottleneck)
{
  int x = add_stem (b);

  for (int stage = 0; stage < N_STAGES; stage++)
    for (int i = 0; i < n[stage]; i++)
      {
        g_autofree char *prefix = g_strdup_printf ("layer%d.%d", stage + 1, i);
        int stride = stage > 0 && i == 0 ? 2 : 1;

        rt_builder_block (b, "stage%d.%d", stage + 1, i);
        x = add_residual_block (b, prefix, x, 64 << stage, stride, bottleneck,
                                i == 0 && (stage > 0 || bottleneck));
      }

  rt_builder_block (b, "head");
  x = rt_builder_global_pool (b, x);
  return rt_builder_linear (b, "fc", x, b->options->classes);
}

int
rt_network_build_resnet18 (RtBuilder *b)
{
  return build (b, (const int[]) { 2, 2, 2, 2 }, false);
}

int
rt_network_build_resnet34 (RtBuilder *b)
{
  return build (b, (const int[]) { 3, 4, 6, 3 }, false);
}

int
rt_network_build_resnet50 (RtBuilder *b)
{
  return build (b, (const int[]) { 3, 4, 6, 3 }, true);
}
