/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-update.h"

#include "rt-isa.h"
#include "rt-pieces.h"

#include <math.h>

typedef struct
{
  float       *param;
  float       *first;        /* or the velocity */
  float       *second;
  const float *grad;
  float        rate;
  float        weight_decay;
  size_t       n;

  float        momentum;
  bool         nesterov;

  float        keep;
  float        beta1, beta2;
  float        root;
  float        eps;
} Job;

static void
sgd_piece (int   piece,
           int   member,
           void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, RT_GRAIN, piece);

  rt_isa_get ()->loops->sgd (job->param + p.first, job->first != NULL ? job->first + p.first : NULL,
                             job->grad + p.first, job->rate, job->momentum, job->nesterov,
                             job->weight_decay, p.n);
}

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
  Job job = {
    .param = param, .first = velocity, .grad = grad, .rate = learning_rate, .momentum = momentum,
    .nesterov = nesterov, .weight_decay = weight_decay, .n = n,
  };

  g_assert (velocity != NULL || momentum == 0.0f);
  rt_team_run (team, rt_piece_count (n, RT_GRAIN), sgd_piece, &job);
}

static void
adam_piece (int   piece,
            int   member,
            void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, RT_GRAIN, piece);

  rt_isa_get ()->loops->adam (job->param + p.first, job->first + p.first, job->second + p.first,
                              job->grad + p.first, job->keep, job->rate, job->beta1, job->beta2,
                              job->root, job->eps, job->weight_decay, p.n);
}

/* m^ = m / (1 - beta1^t), v^ = v / (1 - beta2^t), p -= lr * m^ / (sqrt (v^) + eps): the
 * corrections are the same for all parameters and go into the rate and a factor of the root. */
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
  Job job = {
    .param = param, .first = first, .second = second, .grad = grad, .n = n,
    .rate = (float) (learning_rate / (1.0 - pow (beta1, step))),
    .root = (float) (1.0 / sqrt (1.0 - pow (beta2, step))),
    .keep = decoupled ? (float) (1.0 - (double) learning_rate * weight_decay) : 1.0f,
    .weight_decay = decoupled ? 0.0f : weight_decay,
    .beta1 = beta1, .beta2 = beta2, .eps = eps,
  };

  g_assert (step >= 1);
  rt_team_run (team, rt_piece_count (n, RT_GRAIN), adam_piece, &job);
}
