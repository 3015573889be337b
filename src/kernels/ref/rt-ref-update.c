/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

#include <math.h>

void
rt_ref_update_sgd (float       *param,
                   float       *velocity,
                   const float *grad,
                   float        learning_rate,
                   float        momentum,
                   bool         nesterov,
                   float        weight_decay,
                   size_t       n,
                   RtTeam      *team)
{
  for (size_t i = 0; i < n; i++)
    {
      double g = grad[i] + (double) weight_decay * param[i];

      if (velocity != NULL)
        {
          double v = (double) momentum * velocity[i] + g;

          velocity[i] = (float) v;
          g = nesterov ? g + momentum * v : v;
        }
      param[i] = (float) (param[i] - learning_rate * g);
    }
}

void
rt_ref_update_adam (float       *param,
                    float       *first,
                    float       *second,
                    const float *grad,
                    float        learning_rate,
                    float        beta1,
                    float        beta2,
                    float        eps,
                    float        weight_decay,
                    bool         decoupled,
                    int          step,
                    size_t       n,
                    RtTeam      *team)
{
  for (size_t i = 0; i < n; i++)
    {
      double p = param[i];
      double g = grad[i] + (decoupled ? 0.0 : weight_decay * p);
      double m = (double) beta1 * first[i] + (1.0 - beta1) * g;
      double v = (double) beta2 * second[i] + (1.0 - beta2) * g * g;

      p *= decoupled ? 1.0 - (double) learning_rate * weight_decay : 1.0;
      first[i] = (float) m;
      second[i] = (float) v;
      param[i] = (float) (p - learning_rate * (m / (1.0 - pow (beta1, step)))
                                / (sqrt (v / (1.0 - pow (beta2, step))) + eps));
    }
}
