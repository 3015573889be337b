/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-team.h"

#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

typedef enum
{
  RT_ACTIVATION_NONE,
  RT_ACTIVATION_RELU,
  RT_ACTIVATION_RELU6,
  RT_ACTIVATION_GELU,        /* x Phi(x), exact by erf (Hendrycks and Gimpel 2016) */
  RT_ACTIVATION_SILU,        /* x sigmoid(x) */
  RT_ACTIVATION_HARD_SWISH,  /* x relu6(x + 3) / 6 (Howard et al. 2019, section 5.2) */
  RT_ACTIVATION_SIGMOID,
} RtActivation;

/* Whether the derivative can be had from the output alone (none, relu, relu6, sigmoid), so that
 * the input need not be kept and the activation can be fused or done in place. */
bool rt_activation_backward_from_output (RtActivation activation);

/* out[i] = f(inp[i]); in place where out == inp. */
void rt_activation_forward  (float        *out,
                             const float  *inp,
                             RtActivation  activation,
                             size_t        n,
                             RtTeam       *team);

/* dinp[i] (+)= dout[i] f'(inp[i]). @kept is the output where
 * rt_activation_backward_from_output(), else the input. dinp == dout is allowed. */
void rt_activation_backward (float        *dinp,
                             const float  *dout,
                             const float  *kept,
                             RtActivation  activation,
                             size_t        n,
                             bool          accumulate,
                             RtTeam       *team);

G_END_DECLS
