/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SqueezeNet 1.1 (Iandola et al. 2016; the lighter release of its authors) with torchvision's
 * names: fire modules, which squeeze by 1x1 and expand by 1x1 and 3x3 side by side. Its head is a
 * 1x1 convolution that is rectified and then averaged over the image.
 */
#include "config.h"

#include "rt-network-builder.h"

typedef struct
{
  int number;    /* in torchvision's names */
  int squeeze;
  int expand;    /* each half */
  int stage;
} Fire;

static const Fire fires[] = {
  { 3, 16, 64, 1 }, { 4, 16, 64, 1 },
  { 6, 32, 128, 2 }, { 7, 32, 128, 2 },
  { 9, 48, 192, 3 }, { 10, 48, 192, 3 }, { 11, 64, 256, 3 }, { 12, 64, 256, 3 },
};

static int
add_conv (RtBuilder  *b,
          const Fire *fire,
          const char *name,
          int         x,
          int         width,
          int         kernel)
{
  g_autofree char *full = g_strdup_printf ("features.%d.%s", fire->number, name);

  x = rt_builder_conv (b, full, x, width, kernel, 1, kernel / 2, true);
  return rt_builder_activation (b, x, RT_ACTIVATION_RELU);
}

static int
add_fire (RtBuilder  *b,
          const Fire *fire,
          int         x)
{
  int small, large;

  x = add_conv (b, fire, "squeeze", x, fire->squeeze, 1);
  small = add_conv (b, fire, "expand1x1", x, fire->expand, 1);
  large = add_conv (b, fire, "expand3x3", x, fire->expand, 3);
  return rt_builder_concat (b, small, large);
}

int
rt_network_build_squeezenet1_1 (RtBuilder *b)
{
  int x = rt_builder_input (b);
  int first = 0;

  rt_builder_block (b, "stem");
  x = rt_builder_conv (b, "features.0", x, 64, 3, 2, 0, true);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);

  for (int i = 0; i < (int) G_N_ELEMENTS (fires); i++)
    {
      gboolean new_stage = i == 0 || fires[i].stage != fires[i - 1].stage;

      if (new_stage)
        first = i;
      rt_builder_block (b, "stage%d.%d", fires[i].stage, i - first);
      if (new_stage)
        x = rt_builder_max_pool (b, x, 3, 2, RT_PAD_CEIL);
      x = add_fire (b, &fires[i], x);
    }

  rt_builder_block (b, "head");
  x = rt_builder_conv (b, "classifier.1", x, b->options->classes, 1, 1, 0, true);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);
  return rt_builder_global_pool (b, x);
}
