/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-update.h"

#include "rt-ref.h"

void
rt_update_sgd (float       *param,
               float       *velocity,
               const float *grad,
               float        learning_rate,
               float        momentum,
               bool         nesterov,
               float        weight_decay,
               size_t       n,
               RtTeam      *team)
{
  rt_ref_update_sgd (param, velocity, grad, learning_rate, momentum, nesterov, weight_decay, n,
                     team);
}

void
rt_update_adam (float       *param,
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
  rt_ref_update_adam (param, first, second, grad, learning_rate, beta1, beta2, eps, weight_decay,
                      decoupled, step, n, team);
}
