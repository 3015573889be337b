/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The published mobile networks.
 *
 * MobileNet v1 (Howard et al. 2017, table 1) with Keras's names, padding and norms: pairs of a
 * depthwise 3x3 and a 1x1 convolution, all channels times the width multiplier (section 3.3).
 *
 * MobileNet v2 (Sandler et al. 2018, table 2) with torchvision's: inverted residuals. Its stem for
 * small pictures leaves out the first two strides.
 *
 * Either is also trained in the other framework, with the other padding and norms.
 */
#include "config.h"

#include "rt-network-builder.h"

/* @momentum: of the new statistics, where Keras counts the old ones: its 0.99 is 0.01. */
static void
set_keras_norm (RtBuilder *b,
                float      momentum)
{
  b->norm.eps = 1e-3f;
  b->norm.momentum = momentum;
}

/* --- v1 */

typedef struct
{
  int stage;
  int width;
  int stride;
} Pair;

static const Pair pairs[] = {
  { 1, 64, 1 },
  { 2, 128, 2 }, { 2, 128, 1 },
  { 3, 256, 2 }, { 3, 256, 1 },
  { 4, 512, 2 }, { 4, 512, 1 }, { 4, 512, 1 }, { 4, 512, 1 }, { 4, 512, 1 }, { 4, 512, 1 },
  { 5, 1024, 2 }, { 5, 1024, 1 },
};

static int
add_v1_norm (RtBuilder  *b,
             const char *layer,
             int         x)
{
  g_autofree char *norm = g_strdup_printf ("%s_bn", layer);

  x = rt_builder_batch_norm (b, norm, x);
  return rt_builder_activation (b, x, (b->variants & RT_VARIANT_RELU) != 0
                                      ? RT_ACTIVATION_RELU : RT_ACTIVATION_RELU6);
}

static int
get_v1_pad (const RtBuilder *b)
{
  return (b->variants & RT_VARIANT_SYMMETRIC) != 0 ? 1 : RT_PAD_SAME;
}

static int
add_pair (RtBuilder  *b,
          const Pair *pair,
          int         number,
          int         x)
{
  g_autofree char *depthwise = g_strdup_printf ("conv_dw_%d", number);
  g_autofree char *pointwise = g_strdup_printf ("conv_pw_%d", number);
  int width = (int) (pair->width * b->width);

  x = rt_builder_depthwise (b, depthwise, x, 3, pair->stride, get_v1_pad (b));
  x = add_v1_norm (b, depthwise, x);
  x = rt_builder_conv (b, pointwise, x, width, 1, 1, 0, false);
  return add_v1_norm (b, pointwise, x);
}

int
rt_network_build_mobilenet_v1 (RtBuilder *b)
{
  int x = rt_builder_input (b);
  int first = 0;

  if ((b->variants & RT_VARIANT_SYMMETRIC) == 0)
    set_keras_norm (b, 0.01f);
  rt_builder_block (b, "stem");
  x = rt_builder_conv (b, "conv1", x, (int) (32 * b->width), 3, 2, get_v1_pad (b), false);
  x = add_v1_norm (b, "conv1", x);

  for (int i = 0; i < (int) G_N_ELEMENTS (pairs); i++)
    {
      if (i > 0 && pairs[i].stage != pairs[i - 1].stage)
        first = i;
      rt_builder_block (b, "stage%d.%d", pairs[i].stage, i - first);
      x = add_pair (b, &pairs[i], i + 1, x);
    }

  rt_builder_block (b, "head");
  x = rt_builder_global_pool (b, x);
  return rt_builder_linear (b, "conv_preds", x, b->options->classes);
}

/* --- v2 */

typedef struct
{
  int expand;
  int width;
  int n;
  int stride;
} Stage;

static const Stage stages[] = {
  { 1, 16, 1, 1 },
  { 6, 24, 2, 2 },
  { 6, 32, 3, 2 },
  { 6, 64, 4, 2 },
  { 6, 96, 3, 1 },
  { 6, 160, 3, 2 },
  { 6, 320, 1, 1 },
};

/* A convolution, its norm and its activation, as torchvision numbers them: "features.2.conv.0"
 * holds ".0" and ".1". */
static int
add_unit (RtBuilder  *b,
          const char *prefix,
          int         x,
          int         width,
          int         kernel,
          int         stride,
          bool        depthwise)
{
  g_autofree char *conv = g_strdup_printf ("%s.0", prefix);
  g_autofree char *norm = g_strdup_printf ("%s.1", prefix);
  int pad = (b->variants & RT_VARIANT_SAME) != 0 ? RT_PAD_SAME : kernel / 2;

  x = depthwise ? rt_builder_depthwise (b, conv, x, kernel, stride, pad)
      : rt_builder_conv (b, conv, x, width, kernel, stride, pad, false);
  x = rt_builder_batch_norm (b, norm, x);
  return rt_builder_activation (b, x, RT_ACTIVATION_RELU6);
}

static int
add_inverted_residual (RtBuilder   *b,
                       int          number,
                       int          in,
                       int          channels,
                       const Stage *stage,
                       int          stride)
{
  int part = 0;
  int x = in;

  if (stage->expand > 1)
    {
      g_autofree char *prefix = g_strdup_printf ("features.%d.conv.%d", number, part++);

      x = add_unit (b, prefix, x, channels * stage->expand, 1, 1, false);
    }
  {
    g_autofree char *prefix = g_strdup_printf ("features.%d.conv.%d", number, part++);
    g_autofree char *conv = g_strdup_printf ("features.%d.conv.%d", number, part++);
    g_autofree char *norm = g_strdup_printf ("features.%d.conv.%d", number, part++);

    x = add_unit (b, prefix, x, channels * stage->expand, 3, stride, true);
    x = rt_builder_conv (b, conv, x, stage->width, 1, 1, 0, false);
    x = rt_builder_batch_norm (b, norm, x);
  }
  return stride == 1 && channels == stage->width ? rt_builder_add (b, x, in) : x;
}

int
rt_network_build_mobilenet_v2 (RtBuilder *b)
{
  bool cifar = (b->variants & RT_VARIANT_CIFAR) != 0;
  int x = rt_builder_input (b);
  int channels = 32, number = 1;

  if ((b->variants & RT_VARIANT_SAME) != 0)
    set_keras_norm (b, 0.001f);
  rt_builder_block (b, "stem");
  x = add_unit (b, "features.0", x, channels, 3, cifar ? 1 : 2, false);

  for (int s = 0; s < (int) G_N_ELEMENTS (stages); s++)
    for (int i = 0; i < stages[s].n; i++)
      {
        int stride = i == 0 && !(cifar && s == 1) ? stages[s].stride : 1;

        rt_builder_block (b, "stage%d.%d", s + 1, i);
        x = add_inverted_residual (b, number++, x, channels, &stages[s], stride);
        channels = stages[s].width;
      }

  rt_builder_block (b, "last");
  x = add_unit (b, "features.18", x, 1280, 1, 1, false);

  rt_builder_block (b, "head");
  x = rt_builder_global_pool (b, x);
  return rt_builder_linear (b, "classifier.1", x, b->options->classes);
}
