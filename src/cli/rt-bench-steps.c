/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a step costs, and what inference does: with everything that training does to a batch once it
 * is there (running statistics, weight decay on all but biases and norms, momentum), on inputs that
 * are drawn once.
 */

#include "config.h"

#include "rt-bench.h"

#include "rt-arena.h"
#include "rt-clock.h"
#include "rt-gemm.h"
#include "rt-loss.h"
#include "rt-optimizer.h"

#define N_CLASSES     10
#define N_WARM_UP     3
#define MIN_TIMED     5
#define MAX_TIMED     100000

#define PEAK_SIDE     1536
#define PEAK_SECONDS  0.4

typedef struct
{
  RtNetwork   *network;     /* Owned */
  RtTeam      *team;        /* Owned */
  RtPlan      *plan;        /* Owned */
  RtOptimizer *optimizer;   /* Owned: (nullable) */
  float       *inputs;      /* Owned: (N,H,W,C) */
  int         *labels;      /* Owned: (N) */
  int          batch;
  uint64_t     step;
} Bench;

static void
clear_bench (Bench *self)
{
  g_clear_pointer (&self->optimizer, rt_optimizer_free);
  g_clear_pointer (&self->plan, rt_plan_free);
  g_clear_pointer (&self->team, rt_team_free);
  g_clear_pointer (&self->network, rt_network_free);
  rt_floats_free (self->inputs);
  g_free (self->labels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, clear_bench)

static gboolean
open_bench (Bench              *self,
            const RtBenchCase  *what,
            gboolean            training,
            GError            **error)
{
  RtNetworkOptions options = { .name = what->network, .classes = N_CLASSES };
  RtPlanOptions plan = { .batch = what->batch, .backward = training, .last_block = -1 };
  RtOptimizerOptions optimizer = { .kind = RT_OPTIMIZER_SGD, .momentum = 0.9f,
                                   .weight_decay = 5e-4f, .layer_decay = 1.0f };
  RtShape shape;
  size_t n;
  RtRng rng;

  self->batch = what->batch;
  self->network = rt_network_new (&options, error);
  if (self->network == NULL)
    return FALSE;
  rt_network_init (self->network, 1, 0);
  self->team = rt_team_new (what->threads);
  if (!training)
    plan.frozen = (uint32_t) ((1ull << rt_network_get_n_blocks (self->network)) - 1);
  self->plan = rt_plan_new (self->network, &plan, self->team, error);
  if (self->plan == NULL)
    return FALSE;
  if (training)
    self->optimizer = rt_optimizer_new (self->network, 0, &optimizer);

  shape = rt_plan_get_input_shape (self->plan);
  n = rt_shape_count (&shape) * (size_t) self->batch;
  self->inputs = rt_floats_new (n);
  self->labels = g_new (int, self->batch);
  rt_rng_init (&rng, 1, 2);
  for (size_t i = 0; i < n; i++)
    self->inputs[i] = rt_rng_normal (&rng);
  for (int i = 0; i < self->batch; i++)
    self->labels[i] = (int) rt_rng_below (&rng, N_CLASSES);
  return TRUE;
}

static void
train_step (Bench *self)
{
  const float *inputs[1] = { self->inputs };

  rt_plan_forward (self->plan, inputs, self->batch, TRUE, 1, self->step++);
  rt_cross_entropy (rt_plan_get_output_gradient (self->plan, 0),
                    rt_plan_get_output (self->plan, 0), self->labels, 0.0f, NULL, 1.0f,
                    self->batch, N_CLASSES);
  rt_plan_backward (self->plan, FALSE);
  rt_optimizer_step (self->optimizer, self->plan, 0.01f, self->team);
}

static void
infer (Bench *self)
{
  const float *inputs[1] = { self->inputs };

  rt_plan_forward (self->plan, inputs, self->batch, FALSE, 1, 0);
}

static void
time_calls (Bench         *self,
            void         (*call) (Bench *self),
            double         seconds,
            RtBenchTimes  *times)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (double));
  double begun;

  for (int i = 0; i < N_WARM_UP; i++)
    call (self);
  begun = rt_clock_now ();
  while (all->len < MIN_TIMED || (rt_clock_now () - begun < seconds && all->len < MAX_TIMED))
    {
      double start = rt_clock_now (), took;

      call (self);
      took = rt_clock_now () - start;
      g_array_append_val (all, took);
    }
  times->n = (int) all->len;
  times->median = rt_clock_median ((double *) (void *) all->data, times->n);
  times->min = g_array_index (all, double, 0);
}

static void
add_planned (Bench        *self,
             uint64_t      flops_per_madd,
             RtBenchTimes *times)
{
  RtPlanCost cost;

  rt_plan_get_cost (self->plan, &cost);
  times->flops = flops_per_madd * cost.forward_madds * (uint64_t) self->batch;
  times->planned_bytes = cost.activation_bytes + cost.gradient_bytes + cost.folded_bytes +
                         rt_network_get_n_values (self->network) * sizeof (float);
  if (self->optimizer != NULL)
    times->planned_bytes += rt_optimizer_get_n_state (self->optimizer) * sizeof (float);
}

/* Three passes of a multiplication and an addition each: forward, and backward to inputs and
 * weights. */
gboolean
rt_bench_time_steps (const RtBenchCase  *what,
                     RtBenchTimes       *times,
                     GError            **error)
{
  g_auto (Bench) bench = { 0 };

  if (!open_bench (&bench, what, TRUE, error))
    return FALSE;
  time_calls (&bench, train_step, what->seconds, times);
  add_planned (&bench, 6, times);
  return TRUE;
}

gboolean
rt_bench_time_inference (const RtBenchCase  *what,
                         RtBenchTimes       *times,
                         GError            **error)
{
  g_auto (Bench) bench = { 0 };

  if (!open_bench (&bench, what, FALSE, error))
    return FALSE;
  time_calls (&bench, infer, what->seconds, times);
  add_planned (&bench, 2, times);
  return TRUE;
}

/* The peak */

typedef struct
{
  const float *a, *b;
  float       *out;
  int          n_rows;    /* of a piece */
} Multiplication;

static void
multiply_piece (int   piece,
                int   member,
                void *data)
{
  const Multiplication *m = data;
  size_t first = (size_t) piece * m->n_rows * PEAK_SIDE;

  rt_gemm (m->out + first, PEAK_SIDE, m->a + first, PEAK_SIDE, false, m->b, PEAK_SIDE, false,
           false, m->n_rows, PEAK_SIDE, PEAK_SIDE);
}

double
rt_bench_get_peak (int threads)
{
  g_autoptr (RtTeam) team = rt_team_new (threads);
  int n_pieces = rt_team_get_size (team);
  int n_rows = PEAK_SIDE / n_pieces;
  size_t n = (size_t) PEAK_SIDE * PEAK_SIDE;
  float *all = rt_floats_new (3 * n);
  Multiplication m = { all, all + n, all + 2 * n, n_rows };
  double flops = 2.0 * n_rows * n_pieces * PEAK_SIDE * PEAK_SIDE;
  double best = G_MAXDOUBLE, begun;

  for (size_t i = 0; i < 2 * n; i++)
    all[i] = (float) (i % 7) - 3.0f;
  rt_team_run (team, n_pieces, multiply_piece, &m);
  begun = rt_clock_now ();
  while (rt_clock_now () - begun < PEAK_SECONDS)
    {
      double start = rt_clock_now (), took;

      rt_team_run (team, n_pieces, multiply_piece, &m);
      took = rt_clock_now () - start;
      best = MIN (best, took);
    }
  rt_floats_free (all);
  return flops / best / 1e9;
}
