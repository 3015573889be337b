/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans: gradients of whole networks against differences along random directions, folding against
 * plain inference, a cut network against a whole one, freezing by hash, bits on any number of
 * threads, and not one allocation in a step.
 */
#include "config.h"

#include "rt-arena.h"
#include "rt-loss.h"
#include "rt-optimizer.h"
#include "rt-plan-private.h"
#include "rt-rng.h"

#include <dlfcn.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define BATCH 4
#define CLASSES 10
#define DIRECTION_TOLERANCE 0.02
#define FOLD_TOLERANCE 2e-4

static const char *const all_networks[] = {
  "mlp", "lenet5", "resnet8", "resnet20", "wide14", "mobile",
};

typedef struct
{
  RtNetwork *network;
  float     *images;
  int        labels[BATCH];
  size_t     n_images;
} Fixture;

static void
fixture_init (Fixture    *f,
              const char *name)
{
  RtNetworkOptions options = { .name = name, .classes = CLASSES };
  g_autoptr (GError) error = NULL;
  const RtNetworkOptions *o;
  RtRng rng;

  f->network = rt_network_new (&options, &error);
  g_assert_no_error (error);
  rt_network_init (f->network, 3, 0);
  o = rt_network_get_options (f->network);
  f->n_images = (size_t) BATCH * o->height * o->width * o->channels;
  f->images = rt_floats_new (f->n_images);
  rt_rng_init (&rng, 11, 0);
  for (size_t i = 0; i < f->n_images; i++)
    f->images[i] = rt_rng_range (&rng, -1.0f, 1.0f);
  for (int i = 0; i < BATCH; i++)
    f->labels[i] = (3 * i + 1) % CLASSES;

  /* Statistics and norms away from 0 and 1, so that folding has something to do. */
  for (int i = 0; i < rt_network_get_n_params (f->network); i++)
    {
      const RtParam *param = rt_network_get_param (f->network, i);
      float *values = rt_network_get_values (f->network) + param->offset;

      for (size_t j = 0; j < param->count; j++)
        if (param->spec.kind == RT_PARAM_NORM || param->spec.kind == RT_PARAM_STATISTIC)
          values[j] += rt_rng_range (&rng, -0.2f, 0.2f);
    }
}

static void
fixture_clear (Fixture *f)
{
  rt_network_free (f->network);
  rt_floats_free (f->images);
}

static RtPlan *
make_plan (Fixture  *f,
           gboolean  backward,
           uint32_t  frozen,
           int       first,
           int       last,
           RtTeam   *team)
{
  RtPlanOptions options = { .batch = BATCH, .backward = backward, .frozen = frozen,
                            .first_block = first, .last_block = last };
  g_autoptr (GError) error = NULL;
  RtPlan *plan = rt_plan_new (f->network, &options, team, &error);

  g_assert_no_error (error);
  return plan;
}

static double
get_loss (Fixture *f,
          RtPlan  *plan)
{
  const float *inputs[] = { f->images };

  rt_plan_forward (plan, inputs, BATCH, TRUE, 1, 0);
  return rt_cross_entropy (rt_plan_get_output_gradient (plan, 0), rt_plan_get_output (plan, 0),
                           f->labels, 0.0f, NULL, 1.0f, BATCH, CLASSES);
}

static void
move (float       *values,
      const float *start,
      const float *direction,
      size_t       n,
      float        by)
{
  for (size_t i = 0; i < n; i++)
    values[i] = start[i] + by * direction[i];
}

/* The derivative along a random direction over the trained parameters of one block, by the
 * four-point formula. */
static void
check_block_gradient (Fixture    *f,
                      RtPlan     *plan,
                      int         block,
                      const char *name)
{
  size_t n = rt_network_get_n_values (f->network);
  float *values = rt_network_get_values (f->network);
  g_autofree float *start = g_memdup2 (values, n * sizeof (float));
  g_autofree float *direction = g_new0 (float, n);
  float h = 2e-3f;
  double expected = 0.0, norm = 0.0, slope;
  RtRng rng;

  get_loss (f, plan);
  rt_plan_backward (plan, FALSE);
  rt_rng_init (&rng, 5, block);
  for (int i = 0; i < rt_network_get_n_params (f->network); i++)
    {
      const RtParam *param = rt_network_get_param (f->network, i);
      const float *gradient = rt_plan_get_gradient (plan, i);

      if (param->block != block || param->spec.kind == RT_PARAM_STATISTIC)
        continue;
      g_assert_nonnull (gradient);
      for (size_t j = 0; j < param->count; j++)
        {
          /* Mostly along the gradient: the slope is large against rounding. */
          float d = gradient[j] + 0.1f * fabsf (gradient[j]) * rt_rng_range (&rng, -1.0f, 1.0f);

          direction[param->offset + j] = d;
          expected += (double) d * gradient[j];
          norm += (double) d * d;
        }
    }
  g_assert_cmpfloat (norm, >, 0.0);
  for (size_t i = 0; i < n; i++)
    direction[i] /= (float) sqrt (norm);
  expected /= sqrt (norm);

  double at[4];
  static const float steps[4] = { -2.0f, -1.0f, 1.0f, 2.0f };
  for (int i = 0; i < 4; i++)
    {
      move (values, start, direction, n, steps[i] * h);
      at[i] = get_loss (f, plan);
    }
  memcpy (values, start, n * sizeof (float));
  slope = (at[0] - 8.0 * at[1] + 8.0 * at[2] - at[3]) / (12.0 * h);
  g_test_message ("%s block %d: slope %.6g, gradient %.6g", name, block, slope, expected);
  g_assert_true (fabs (slope - expected) <= DIRECTION_TOLERANCE * fabs (expected));
}

static void
test_gradients (gconstpointer data)
{
  const char *name = data;
  Fixture f;

  fixture_init (&f, name);
  g_autoptr (RtPlan) plan = make_plan (&f, TRUE, 0, 0, -1, NULL);
  for (int block = 0; block < rt_network_get_n_blocks (f.network); block++)
    check_block_gradient (&f, plan, block, name);
  g_clear_pointer (&plan, rt_plan_free);
  fixture_clear (&f);
}

/* With the running statistics kept: they are constants, and stay as they are to the bit. */
static void
test_kept_statistics (gconstpointer data)
{
  const char *name = data;
  RtPlanOptions options = { .batch = BATCH, .backward = TRUE, .last_block = -1,
                            .keep_statistics = TRUE };
  g_autoptr (GError) error = NULL;
  g_autofree float *before = NULL;
  Fixture f;

  fixture_init (&f, name);
  g_autoptr (RtPlan) plan = rt_plan_new (f.network, &options, NULL, &error);
  g_assert_no_error (error);
  before = g_memdup2 (rt_network_get_values (f.network),
                      rt_network_get_n_values (f.network) * sizeof (float));
  for (int block = 0; block < rt_network_get_n_blocks (f.network); block++)
    check_block_gradient (&f, plan, block, name);
  g_assert_cmpmem (before, rt_network_get_n_values (f.network) * sizeof (float),
                   rt_network_get_values (f.network),
                   rt_network_get_n_values (f.network) * sizeof (float));
  g_clear_pointer (&plan, rt_plan_free);
  fixture_clear (&f);
}

static gboolean
count_down (void *data)
{
  return --*(int *) data < 0;
}

/* Given up before any of its operators, a pass says so; left alone it does not. */
static void
test_stop (void)
{
  Fixture f;

  fixture_init (&f, "resnet8");
  g_autoptr (RtPlan) plan = make_plan (&f, TRUE, 0, 0, -1, NULL);
  const float *inputs[] = { f.images };
  gboolean forward = FALSE, backward = FALSE;
  int n = 0;

  for (; n < 1000 && !backward; n++)
    {
      int left = n;

      rt_plan_set_stop (plan, count_down, &left);
      forward = rt_plan_forward (plan, inputs, BATCH, TRUE, 1, 0);
      backward = forward && rt_plan_backward (plan, FALSE);
    }
  g_assert_true (forward && backward);
  g_assert_cmpint (n, >, 2 * plan->n_steps - 10);
  g_clear_pointer (&plan, rt_plan_free);
  fixture_clear (&f);
}

/* What is only counted costs what the real plan does. */
static void
test_count_only (void)
{
  Fixture f;
  RtPlanOptions options = { .batch = BATCH, .backward = TRUE, .frozen = 1, .last_block = -1,
                            .count_only = TRUE };
  RtPlanCost counted, real;

  fixture_init (&f, "mobile");
  g_autoptr (RtPlan) count = rt_plan_new (f.network, &options, NULL, NULL);
  g_autoptr (RtPlan) plan = make_plan (&f, TRUE, 1, 0, -1, NULL);

  rt_plan_get_cost (count, &counted);
  rt_plan_get_cost (plan, &real);
  g_assert_cmpmem (&counted, sizeof counted, &real, sizeof real);
  g_assert_cmpuint (counted.activation_bytes, >, counted.workspace_bytes);
  g_assert_cmpuint (counted.folded_bytes, >, 0);
  g_assert_null (count->memory);
  g_clear_pointer (&plan, rt_plan_free);
  g_clear_pointer (&count, rt_plan_free);
  fixture_clear (&f);
}

static size_t
count_workspace (RtNetwork *network,
                 int        batch)
{
  RtPlanOptions options = { .batch = batch, .backward = TRUE, .last_block = -1,
                            .count_only = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPlan) plan = rt_plan_new (network, &options, NULL, &error);
  RtPlanCost cost;

  g_assert_no_error (error);
  rt_plan_get_cost (plan, &cost);
  return cost.workspace_bytes;
}

/* The last batch of an epoch is smaller than the plan's: it must do with the plan's workspace. */
static void
test_workspace (void)
{
  int n_networks;
  const RtNetworkInfo *networks = rt_network_list (&n_networks);

  for (int i = 0; i < n_networks; i++)
    {
      RtNetworkOptions options = { .name = networks[i].name, .classes = CLASSES };
      g_autoptr (GError) error = NULL;
      g_autoptr (RtNetwork) network = rt_network_new (&options, &error);
      size_t largest = 0;

      g_assert_no_error (error);
      for (int batch = 1; batch <= 40; batch++)
        {
          size_t size = count_workspace (network, batch);

          g_assert_cmpuint (size, >=, largest);
          largest = size;
        }
    }
}

static double
get_difference (const float *a,
                const float *b,
                size_t       n)
{
  double difference = 0.0, norm = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      norm += (double) b[i] * b[i];
    }
  return sqrt (difference / MAX (norm, 1e-30));
}

static void
test_folding (gconstpointer data)
{
  Fixture f;
  g_autoptr (GError) error = NULL;

  fixture_init (&f, data);
  RtPlanOptions plain_options = { .batch = BATCH, .last_block = -1, .keep_all = TRUE };
  g_autoptr (RtPlan) folded = make_plan (&f, FALSE, 0, 0, -1, NULL);
  g_autoptr (RtPlan) plain = rt_plan_new (f.network, &plain_options, NULL, &error);
  const float *inputs[] = { f.images };
  RtPlanCost cost;

  g_assert_no_error (error);
  rt_plan_forward (folded, inputs, BATCH, FALSE, 1, 0);
  rt_plan_forward (plain, inputs, BATCH, FALSE, 1, 0);
  g_assert_cmpfloat (get_difference (rt_plan_get_output (folded, 0), rt_plan_get_output (plain, 0),
                                     BATCH * CLASSES), <, FOLD_TOLERANCE);
  rt_plan_get_cost (folded, &cost);
  g_assert_cmpint (cost.n_fused, >, 0);

  /* Changed parameters are folded anew when the plan is told. */
  rt_network_init (f.network, 9, 0);
  rt_plan_invalidate (folded);
  rt_plan_forward (folded, inputs, BATCH, FALSE, 1, 0);
  rt_plan_forward (plain, inputs, BATCH, FALSE, 1, 0);
  g_assert_cmpfloat (get_difference (rt_plan_get_output (folded, 0), rt_plan_get_output (plain, 0),
                                     BATCH * CLASSES), <, FOLD_TOLERANCE);
  g_clear_pointer (&folded, rt_plan_free);
  g_clear_pointer (&plain, rt_plan_free);
  fixture_clear (&f);
}

/* The prefix computed on its own and the rest from there give the bits of the whole. */
static void
test_cut (gconstpointer data)
{
  Fixture f;

  fixture_init (&f, data);
  for (int cut = 1; cut < rt_network_get_n_blocks (f.network); cut++)
    {
      uint32_t frozen = (1u << cut) - 1;
      g_autoptr (RtPlan) whole = make_plan (&f, TRUE, frozen, 0, -1, NULL);
      g_autoptr (RtPlan) prefix = make_plan (&f, FALSE, 0, 0, cut - 1, NULL);
      g_autoptr (RtPlan) rest = make_plan (&f, TRUE, frozen, cut, -1, NULL);
      const float *inputs[] = { f.images };
      const float *boundary[1];
      g_autofree float *logits = NULL;

      rt_plan_forward (whole, inputs, BATCH, FALSE, 1, 0);
      logits = g_memdup2 (rt_plan_get_output (whole, 0), BATCH * CLASSES * sizeof (float));
      rt_plan_forward (prefix, inputs, BATCH, FALSE, 1, 0);
      boundary[0] = rt_plan_get_output (prefix, 0);
      rt_plan_forward (rest, boundary, BATCH, FALSE, 1, 0);
      g_assert_cmpmem (logits, BATCH * CLASSES * sizeof (float), rt_plan_get_output (rest, 0),
                       BATCH * CLASSES * sizeof (float));
    }
  fixture_clear (&f);
}

static void
train_steps (Fixture *f,
             RtPlan  *plan,
             RtTeam  *team,
             uint32_t frozen,
             int      n)
{
  RtOptimizerOptions options = { .kind = RT_OPTIMIZER_SGD, .momentum = 0.9f, .layer_decay = 1.0f,
                                 .weight_decay = 5e-4f };
  g_autoptr (RtOptimizer) optimizer = rt_optimizer_new (f->network, frozen, &options);

  for (int i = 0; i < n; i++)
    {
      get_loss (f, plan);
      rt_plan_backward (plan, FALSE);
      rt_optimizer_step (optimizer, plan, 0.01f, team);
    }
}

/* Every way of freezing, also a frozen block between trained ones: its hash stays, the others'
 * change. */
static void
test_freezing (gconstpointer data)
{
  Fixture f;
  int n_blocks;

  fixture_init (&f, data);
  n_blocks = rt_network_get_n_blocks (f.network);
  for (uint32_t frozen = 0; frozen < (1u << n_blocks) - 1; frozen += n_blocks > 4 ? 3 : 1)
    {
      g_autoptr (RtPlan) plan = make_plan (&f, TRUE, frozen, 0, -1, NULL);
      g_auto (GStrv) before = g_new0 (char *, n_blocks + 1);

      for (int i = 0; i < n_blocks; i++)
        before[i] = rt_network_hash (f.network, 1u << i);
      train_steps (&f, plan, NULL, frozen, 2);
      for (int i = 0; i < n_blocks; i++)
        {
          g_autofree char *after = rt_network_hash (f.network, 1u << i);

          if ((frozen >> i & 1) != 0)
            g_assert_cmpstr (before[i], ==, after);
          else
            g_assert_cmpstr (before[i], !=, after);
        }
    }
  fixture_clear (&f);
}

static char *
train_on_threads (const char *name,
                  int         n_threads)
{
  Fixture f;
  char *hash;

  fixture_init (&f, name);
  {
    g_autoptr (RtTeam) team = rt_team_new (n_threads);
    g_autoptr (RtPlan) plan = make_plan (&f, TRUE, 0, 0, -1, team);

    train_steps (&f, plan, team, 0, 3);
    hash = rt_network_hash (f.network, G_MAXUINT32);
  }
  fixture_clear (&f);
  return hash;
}

static void
test_threads (gconstpointer data)
{
  g_autofree char *one = train_on_threads (data, 1);
  g_autofree char *two = train_on_threads (data, 2);
  g_autofree char *three = train_on_threads (data, 3);

  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (one, ==, three);
}

/* Counting allocations: this program's malloc stands before the library's. Not under a
 * sanitizer, which does the same. */
#if !defined (__SANITIZE_ADDRESS__) && !defined (__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS 1

static atomic_int n_allocations;

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

void *
malloc (size_t size)
{
  atomic_fetch_add (&n_allocations, 1);
  return __libc_malloc (size);
}

void *
calloc (size_t n,
        size_t size)
{
  atomic_fetch_add (&n_allocations, 1);
  return __libc_calloc (n, size);
}

int
posix_memalign (void **block,
                size_t alignment,
                size_t size)
{
  atomic_fetch_add (&n_allocations, 1);
  *block = __libc_memalign (alignment, size);
  return *block == NULL;
}
#endif

static void
test_no_allocation (gconstpointer data)
{
#ifdef COUNTS_ALLOCATIONS
  Fixture f;
  RtOptimizerOptions options = { .kind = RT_OPTIMIZER_ADAMW, .beta1 = 0.9f, .beta2 = 0.999f,
                                 .eps = 1e-8f, .layer_decay = 1.0f };
  int before;

  fixture_init (&f, data);
  g_autoptr (RtTeam) team = rt_team_new (2);
  g_autoptr (RtPlan) plan = make_plan (&f, TRUE, 1, 0, -1, team);
  g_autoptr (RtOptimizer) optimizer = rt_optimizer_new (f.network, 1, &options);

  before = atomic_load (&n_allocations);
  g_free (g_malloc (10));
  g_assert_cmpint (atomic_load (&n_allocations), >, before);   /* the counter counts */

  for (int i = 0; i < 3; i++)
    {
      if (i == 1)   /* the first step may make the libraries' own buffers */
        before = atomic_load (&n_allocations);
      get_loss (&f, plan);
      rt_plan_backward (plan, FALSE);
      rt_optimizer_step (optimizer, plan, 0.001f, team);
    }
  g_assert_cmpint (atomic_load (&n_allocations), ==, before);
  g_clear_pointer (&plan, rt_plan_free);
  g_clear_pointer (&optimizer, rt_optimizer_free);
  fixture_clear (&f);
#else
  g_test_skip ("a sanitizer has its own malloc, so allocations cannot be counted");
#endif
}

/* Buffers that live at the same time never share a place, and the block is not wasteful. */
static void
test_placement (void)
{
  RtRng rng;

  rt_rng_init (&rng, 1, 1);
  for (int round = 0; round < 200; round++)
    {
      RtBuffer all[40];
      RtBuffer *list[40];
      size_t total, sum = 0, least = 0;

      for (int i = 0; i < 40; i++)
        {
          int first = rt_rng_below (&rng, 50);

          all[i] = (RtBuffer) { .size = 16 * (1 + rt_rng_below (&rng, 30)), .first = first,
                                .last = first + (int) rt_rng_below (&rng, 12) };
          list[i] = &all[i];
          sum += all[i].size;
        }
      total = rt_buffers_place (list, 40);
      for (int t = 0; t < 64; t++)
        {
          size_t alive = 0;

          for (int i = 0; i < 40; i++)
            alive += t >= all[i].first && t <= all[i].last ? all[i].size : 0;
          least = MAX (least, alive);
        }
      g_assert_cmpuint (total, >=, least);
      g_assert_cmpuint (total, <, sum);
      for (int i = 0; i < 40; i++)
        for (int j = 0; j < i; j++)
          if (all[i].first <= all[j].last && all[j].first <= all[i].last)
            g_assert_true (all[i].offset + all[i].size <= all[j].offset
                           || all[j].offset + all[j].size <= all[i].offset);
    }
}

static void
add_for_all (const char        *path,
             GTestDataFunc      func)
{
  for (size_t i = 0; i < G_N_ELEMENTS (all_networks); i++)
    {
      g_autofree char *full = g_strdup_printf ("/plan/%s/%s", path, all_networks[i]);

      g_test_add_data_func (full, all_networks[i], func);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_for_all ("gradients", test_gradients);
  add_for_all ("kept-statistics", test_kept_statistics);
  add_for_all ("folding", test_folding);
  add_for_all ("cut", test_cut);
  add_for_all ("freezing", test_freezing);
  add_for_all ("threads", test_threads);
  add_for_all ("no-allocation", test_no_allocation);
  g_test_add_func ("/plan/placement", test_placement);
  g_test_add_func ("/plan/stop", test_stop);
  g_test_add_func ("/plan/count-only", test_count_only);
  g_test_add_func ("/plan/workspace", test_workspace);
  return g_test_run ();
}
