/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two classics: a multi-layer perceptron with the sizes the recipe says, and LeNet-5 (LeCun,
 * Bottou, Bengio and Haffner 1998, section II.B) in the form in which it is taught today:
 * rectifiers, maximum pooling, padding so that 28 pixels do.
 */
#include "config.h"

#include "rt-network-builder.h"

int
rt_network_build_mlp (RtBuilder *b)
{
  const RtNetworkOptions *o = b->options;
  int x = rt_builder_input (b);
  int n = 0;

  while (n < RT_MAX_HIDDEN && o->hidden[n] > 0)
    {
      g_autofree char *name = g_strdup_printf ("fc%d", n + 1);

      rt_builder_block (b, "layer%d", n + 1);
      x = rt_builder_linear (b, name, x, o->hidden[n]);
      x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);
      n++;
    }

  g_autofree char *name = g_strdup_printf ("fc%d", n + 1);

  rt_builder_block (b, "head");
  return rt_builder_linear (b, name, x, o->classes);
}

int
rt_network_build_lenet5 (RtBuilder *b)
{
  int x = rt_builder_input (b);

  rt_builder_block (b, "stage1");
  x = rt_builder_conv (b, "conv1", x, 6, 5, 1, 2, true);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);
  x = rt_builder_max_pool (b, x, 2, 2, 0);

  rt_builder_block (b, "stage2");
  x = rt_builder_conv (b, "conv2", x, 16, 5, 1, 0, true);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);
  x = rt_builder_max_pool (b, x, 2, 2, 0);

  rt_builder_block (b, "stage3");
  x = rt_builder_linear (b, "fc1", x, 120);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);
  x = rt_builder_linear (b, "fc2", x, 84);
  x = rt_builder_activation (b, x, RT_ACTIVATION_RELU);

  rt_builder_block (b, "head");
  return rt_builder_linear (b, "fc3", x, b->options->classes);
}
