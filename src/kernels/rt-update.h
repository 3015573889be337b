/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-team.h"

#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

/* One step of an optimiser on @n parameters that share their rates. The formulas are PyTorch's, so
 * that goldens agree. */

/* g = grad + decay * p;  v = momentum * v + g;  p -= lr * (nesterov ? g + momentum * v : v).
 * @velocity may be NULL with momentum 0. Velocity starts at zero. */
void rt_update_sgd  (float       *param,
                     float       *velocity,
                     const float *grad,
                     float        learning_rate,
                     float        momentum,
                     bool         nesterov,
                     float        weight_decay,
                     size_t       n,
                     RtTeam      *team);

/* Adam (Kingma and Ba 2015, algorithm 1), and with @decoupled AdamW (Loshchilov and Hutter 2019,
 * algorithm 2), where p *= 1 - lr * decay comes first. @step counts from 1. */
void rt_update_adam (float       *param,
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
                     RtTeam      *team);

G_END_DECLS
