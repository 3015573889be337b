/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-activation.h"

#include "rt-ref.h"

bool
rt_activation_backward_from_output (RtActivation activation)
{
  return activation <= RT_ACTIVATION_RELU6 || activation == RT_ACTIVATION_SIGMOID;
}

void
rt_activation_forward (float        *out,
                       const float  *inp,
                       RtActivation  activation,
                       size_t        n,
                       RtTeam       *team)
{
  rt_ref_activation_forward (out, inp, activation, n, team);
}

void
rt_activation_backward (float        *dinp,
                        const float  *dout,
                        const float  *kept,
                        RtActivation  activation,
                        size_t        n,
                        bool          accumulate,
                        RtTeam       *team)
{
  rt_ref_activation_backward (dinp, dout, kept, activation, n, accumulate, team);
}
