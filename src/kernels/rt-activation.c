/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-activation.h"

#include "rt-isa.h"
#include "rt-pieces.h"

typedef struct
{
  float       *out;
  const float *inp;
  const float *kept;
  RtActivation activation;
  bool         accumulate;
  size_t       n;
} Job;

bool
rt_activation_backward_from_output (RtActivation activation)
{
  switch (activation)
    {
    case RT_ACTIVATION_NONE:
    case RT_ACTIVATION_RELU:
    case RT_ACTIVATION_RELU6:
    case RT_ACTIVATION_SIGMOID:
      return true;
    case RT_ACTIVATION_GELU:
    case RT_ACTIVATION_SILU:
    case RT_ACTIVATION_HARD_SWISH:
    default:
      return false;
    }
}

static void
forward_piece (int   piece,
               int   member,
               void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, RT_GRAIN, piece);

  rt_isa_get ()->loops->activate (job->out + p.first, job->inp + p.first, job->activation, p.n);
}

void
rt_activation_forward (float        *out,
                       const float  *inp,
                       RtActivation  activation,
                       size_t        n,
                       RtTeam       *team)
{
  Job job = { .out = out, .inp = inp, .activation = activation, .n = n };

  rt_team_run (team, rt_piece_count (n, RT_GRAIN), forward_piece, &job);
}

static void
backward_piece (int   piece,
                int   member,
                void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, RT_GRAIN, piece);

  rt_isa_get ()->loops->deactivate (job->out + p.first, job->inp + p.first,
                                    job->kept != NULL ? job->kept + p.first : NULL,
                                    job->activation, job->accumulate, p.n);
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
  Job job = {
    .out = dinp, .inp = dout, .kept = kept, .activation = activation, .accumulate = accumulate,
    .n = n,
  };

  g_assert (kept != NULL || activation == RT_ACTIVATION_NONE);
  rt_team_run (team, rt_piece_count (n, RT_GRAIN), backward_piece, &job);
}
