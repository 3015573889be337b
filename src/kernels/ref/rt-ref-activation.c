/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

#include <math.h>

static double
activate (RtActivation activation,
          double       x)
{
  switch (activation)
    {
    case RT_ACTIVATION_RELU:
      return x > 0.0 ? x : 0.0;
    case RT_ACTIVATION_RELU6:
      return fmin (fmax (x, 0.0), 6.0);
    case RT_ACTIVATION_GELU:
      return 0.5 * x * (1.0 + erf (x * G_SQRT2 / 2.0));
    case RT_ACTIVATION_SILU:
      return x / (1.0 + exp (-x));
    case RT_ACTIVATION_HARD_SWISH:
      return x * fmin (fmax (x + 3.0, 0.0), 6.0) / 6.0;
    case RT_ACTIVATION_SIGMOID:
      return 1.0 / (1.0 + exp (-x));
    case RT_ACTIVATION_NONE:
    default:
      return x;
    }
}

/* The derivative from what is kept: the output or the input, see
 * rt_activation_backward_from_output(). */
static double
derive (RtActivation activation,
        double       kept)
{
  double s;

  switch (activation)
    {
    case RT_ACTIVATION_RELU:
      return kept > 0.0 ? 1.0 : 0.0;
    case RT_ACTIVATION_RELU6:
      return kept > 0.0 && kept < 6.0 ? 1.0 : 0.0;
    case RT_ACTIVATION_GELU:
      return 0.5 * (1.0 + erf (kept * G_SQRT2 / 2.0))
             + kept * exp (-0.5 * kept * kept) / sqrt (2.0 * G_PI);
    case RT_ACTIVATION_SILU:
      s = 1.0 / (1.0 + exp (-kept));
      return s * (1.0 + kept * (1.0 - s));
    case RT_ACTIVATION_HARD_SWISH:
      return kept <= -3.0 ? 0.0 : kept >= 3.0 ? 1.0 : (2.0 * kept + 3.0) / 6.0;
    case RT_ACTIVATION_SIGMOID:
      return kept * (1.0 - kept);
    case RT_ACTIVATION_NONE:
    default:
      return 1.0;
    }
}

void
rt_ref_activation_forward (float        *out,
                           const float  *inp,
                           RtActivation  activation,
                           size_t        n,
                           RtTeam       *team)
{
  for (size_t i = 0; i < n; i++)
    out[i] = (float) activate (activation, inp[i]);
}

void
rt_ref_activation_backward (float        *dinp,
                            const float  *dout,
                            const float  *kept,
                            RtActivation  activation,
                            size_t        n,
                            bool          accumulate,
                            RtTeam       *team)
{
  for (size_t i = 0; i < n; i++)
    {
      double slope = activation == RT_ACTIVATION_NONE ? 1.0 : derive (activation, kept[i]);

      dinp[i] = (float) ((accumulate ? dinp[i] : 0.0) + dout[i] * slope);
    }
}
