/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small network of inverted residuals with depthwise convolutions, for 28 to 64 pixels, after
 * MobileNetV2 (Sandler et al. 2018, section 3): expand 1x1, depthwise 3x3, project 1x1 without
 * activation, and a residual where shapes allow.
 */
#include "config.h"

#include "rt-network-builder.h"

#define STEM_WIDTH 16
#define LAST_WIDTH 128

typedef struct
{
  int expand;
  int width;
  int n;
  int stride;
} Stage;

static const Stage stages[] = {
  { 2, 16, 1, 1 },
  { 3, 24, 2, 2 },
  { 3, 40, 2, 2 },
  { 3, 64, 2, 2 },
};

static int
add_norm (RtBuilder  *b,
          const char *prefix,
          const char *name,
          int         x,
          bool        activate)
{
  g_autofree char *full = g_strdup_printf ("%s.%s", prefix, name);

  x = rt_builder_batch_norm (b, full, x);
  return activate ? rt_builder_activation (b, x, RT_ACTIVATION_RELU6) : x;
}

static int
add_inverted_residual (RtBuilder  *b,
                       const char *prefix,
                       int         in,
                       int         channels,
                       int         width,
                       int         expand,
                       int         stride)
{
  g_autofree char *expand_name = g_strdup_printf ("%s.expand", prefix);
  g_autofree char *depthwise_name = g_strdup_printf ("%s.depthwise", prefix);
  g_autofree char *project_name = g_strdup_printf ("%s.project", prefix);
  int x = rt_builder_conv (b, expand_name, in, channels * expand, 1, 1, 0, false);

  x = add_norm (b, prefix, "expand_bn", x, true);
  x = rt_builder_depthwise (b, depthwise_name, x, 3, stride, 1);
  x = add_norm (b, prefix, "depthwise_bn", x, true);
  x = rt_builder_conv (b, project_name, x, width, 1, 1, 0, false);
  x = add_norm (b, prefix, "project_bn", x, false);
  return stride == 1 && channels == width ? rt_builder_add (b, x, in) : x;
}

int
rt_network_build_mobile (RtBuilder *b)
{
  int x = rt_builder_input (b);
  int channels = STEM_WIDTH;

  rt_builder_block (b, "stem");
  x = rt_builder_conv (b, "stem.conv", x, STEM_WIDTH, 3, 1, 1, false);
  x = add_norm (b, "stem", "bn", x, true);

  for (int s = 0; s < (int) G_N_ELEMENTS (stages); s++)
    {
      rt_builder_block (b, "stage%d", s + 1);
      for (int i = 0; i < stages[s].n; i++)
        {
          g_autofree char *prefix = g_strdup_printf ("stage%d.%d", s + 1, i);

          x = add_inverted_residual (b, prefix, x, channels, stages[s].width, stages[s].expand,
                                     i == 0 ? stages[s].stride : 1);
          channels = stages[s].width;
        }
    }

  rt_builder_block (b, "last");
  x = rt_builder_conv (b, "last.conv", x, LAST_WIDTH, 1, 1, 0, false);
  x = add_norm (b, "last", "bn", x, true);

  rt_builder_block (b, "head");
  x = rt_builder_global_pool (b, x);
  return rt_builder_linear (b, "head", x, b->options->classes);
}
