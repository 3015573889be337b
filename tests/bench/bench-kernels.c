/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times the kernels and their plain twins on the shapes of real layers and prints a table:
 * milliseconds (the fastest of many calls), GFLOP/s or GB/s, and how many times faster than the
 * twin (which is timed on one image, or a share of the rows, and scaled up).
 *
 *   bench-kernels [--threads N] [--seconds S] [--no-twin] [--cpu-time] [NAME]...
 *
 * On a machine that others use too, --cpu-time counts the time the processor worked for this
 * program.
 */
#include "config.h"

#include "rt-arena.h"
#include "rt-clock.h"
#include "rt-isa.h"
#include "rt-ref.h"
#include "rt-rng.h"

#include <string.h>
#include <time.h>

typedef struct
{
  const char *name;
  int         n, side, c, out_c, kernel, stride;
  bool        depthwise;
} Layer;

static const Layer layers[] = {
  { "c3_16_32", 64, 32, 16, 16, 3, 1, false },
  { "c3_32_16", 64, 16, 32, 32, 3, 1, false },
  { "c3_64_8", 64, 8, 64, 64, 3, 1, false },
  { "c3s2_16_32", 64, 32, 16, 32, 3, 2, false },
  { "c3s2_32_16", 64, 16, 32, 64, 3, 2, false },
  { "stem3_3_16", 64, 32, 3, 16, 3, 1, false },
  { "c5_lenet_1", 128, 28, 1, 6, 5, 1, false },
  { "c5_lenet_2", 128, 14, 6, 16, 5, 1, false },
  { "stem7_224", 8, 224, 3, 64, 7, 2, false },
  { "c3_64_56", 8, 56, 64, 64, 3, 1, false },
  { "c3_128_28", 8, 28, 128, 128, 3, 1, false },
  { "c3_256_14", 8, 14, 256, 256, 3, 1, false },
  { "c3_512_7", 8, 7, 512, 512, 3, 1, false },
  { "c3s2_64_56", 8, 56, 64, 128, 3, 2, false },
  { "pw_16_96_112", 8, 112, 16, 96, 1, 1, false },
  { "pw_144_24_56", 8, 56, 144, 24, 1, 1, false },
  { "pw_64_384_14", 8, 14, 64, 384, 1, 1, false },
  { "dw3_144_56", 8, 56, 144, 144, 3, 1, true },
  { "dw3s2_96_112", 8, 112, 96, 96, 3, 2, true },
  { "dw5_240_28", 8, 28, 240, 240, 5, 1, true },
  { "dw3_384_14", 8, 14, 384, 384, 3, 1, true },
};

/* What one layer, or one norm, is timed on. */
typedef struct
{
  RtConv2dDims dims;
  bool         depthwise;
  float       *inp, *out, *weight, *dinp, *dout, *dweight, *workspace;
  float       *channel[6];      /* (C) */
  size_t       n_inp, n_out, n_weight;
  RtTeam      *team;
} Bench;

typedef void (*BenchFunc) (Bench *bench);

static double seconds = 0.2;
static bool   with_twin = true;
static gboolean cpu_time = FALSE;

static float *
make (size_t n)
{
  float *floats = rt_floats_new (n);
  RtRng rng;

  rt_rng_init (&rng, 1, n);
  for (size_t i = 0; i < n; i++)
    floats[i] = rt_rng_normal (&rng);
  return floats;
}

static double
now (void)
{
  struct timespec spent;

  if (!cpu_time)
    return rt_clock_now ();
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &spent);
  return (double) spent.tv_sec + 1e-9 * (double) spent.tv_nsec;
}

static double
time_best (BenchFunc  func,
           Bench     *bench,
           double     budget)
{
  double best = G_MAXDOUBLE, end = rt_clock_now () + budget;

  do
    {
      double start = now ();

      func (bench);
      best = MIN (best, now () - start);
    }
  while (rt_clock_now () < end);
  return best;
}

/* @work: floating-point operations or bytes of one call; the twin does 1 / @share of it. */
static void
report (const char *name,
        const char *what,
        const char *unit,
        Bench      *bench,
        BenchFunc   func,
        BenchFunc   twin,
        double      work,
        int         share)
{
  double ours;

  func (bench);
  ours = time_best (func, bench, seconds);
  g_print ("%-14s %-16s %9.3f ms %8.1f %s", name, what, ours * 1e3, work / ours * 1e-9, unit);
  if (with_twin)
    {
      Bench small = *bench;
      double plain;

      small.dims.n /= share;
      plain = time_best (twin, &small, 0.0) * share;
      g_print (" %9.1f ms twin %8.1fx", plain * 1e3, plain / ours);
    }
  g_print ("\n");
}

#define BOTH(op, ...) \
  static void \
  run_##op (Bench *b) \
  { \
    rt_##op (__VA_ARGS__, b->team, b->workspace); \
  } \
  static void \
  twin_##op (Bench *b) \
  { \
    rt_ref_##op (__VA_ARGS__, NULL, NULL); \
  }

BOTH (conv2d_forward, b->out, b->inp, b->weight, NULL, RT_ACTIVATION_NONE, &b->dims)
BOTH (conv2d_backward_input, b->dinp, b->dout, b->weight, false, &b->dims)
BOTH (conv2d_backward_weight, b->dweight, NULL, b->dout, b->inp, &b->dims)
BOTH (depthwise_forward, b->out, b->inp, b->weight, NULL, RT_ACTIVATION_NONE, &b->dims)
BOTH (depthwise_backward_input, b->dinp, b->dout, b->weight, false, &b->dims)
BOTH (depthwise_backward_weight, b->dweight, NULL, b->dout, b->inp, &b->dims)
BOTH (linear_forward, b->out, b->inp, b->weight, NULL, b->dims.n, b->dims.c, b->dims.out_c)
BOTH (linear_backward_input, b->dinp, b->dout, b->weight, false, b->dims.n, b->dims.c,
      b->dims.out_c)
BOTH (linear_backward_weight, b->dweight, NULL, b->dout, b->inp, b->dims.n, b->dims.c,
      b->dims.out_c)
BOTH (batch_norm_forward_train, b->out, b->channel[0], b->channel[1], b->channel[2], b->channel[3],
      b->inp, b->channel[4], b->channel[5], NULL, RT_ACTIVATION_RELU, 1e-5f, 0.1f,
      b->dims.n * b->dims.h * b->dims.w, b->dims.c)
BOTH (batch_norm_backward_train, b->dinp, NULL, b->channel[2], b->channel[3], b->dout, b->out,
      b->inp, b->channel[4], b->channel[0], b->channel[1], false, false, RT_ACTIVATION_RELU,
      b->dims.n * b->dims.h * b->dims.w, b->dims.c)

static void
bench_init (Bench  *b,
            size_t  n_workspace)
{
  const RtConv2dDims *d = &b->dims;

  b->n_inp = (size_t) d->n * d->h * d->w * d->c;
  b->n_out = (size_t) d->n * d->out_h * d->out_w * d->out_c;
  b->n_weight = (size_t) d->kernel_h * d->kernel_w * d->out_c * d->c / d->groups;
  b->inp = make (b->n_inp);
  b->dinp = make (b->n_inp);
  b->out = make (b->n_out);
  b->dout = make (b->n_out);
  b->weight = make (b->n_weight);
  b->dweight = make (b->n_weight);
  for (int i = 0; i < 6; i++)
    b->channel[i] = make (d->c);
  b->workspace = rt_floats_new (n_workspace);
}

static void
bench_clear (Bench *b)
{
  rt_floats_free (b->inp);
  rt_floats_free (b->dinp);
  rt_floats_free (b->out);
  rt_floats_free (b->dout);
  rt_floats_free (b->weight);
  rt_floats_free (b->dweight);
  for (int i = 0; i < 6; i++)
    rt_floats_free (b->channel[i]);
  rt_floats_free (b->workspace);
}

static void
bench_layer (const Layer *l,
             RtTeam      *team)
{
  int out = (l->side + 2 * (l->kernel / 2) - l->kernel) / l->stride + 1;
  int groups = l->depthwise ? l->c : 1;
  Bench b = {
    .dims = {
      .n = l->n, .h = l->side, .w = l->side, .c = l->c, .out_h = out, .out_w = out,
      .out_c = l->out_c, .kernel_h = l->kernel, .kernel_w = l->kernel, .stride = l->stride,
      .pad_top = l->kernel / 2, .pad_left = l->kernel / 2, .groups = groups,
    },
    .depthwise = l->depthwise, .team = team,
  };
  double work = 2.0 * l->n * out * out * l->out_c * l->kernel * l->kernel * (l->c / groups);

  bench_init (&b, l->depthwise ? rt_depthwise_workspace_size (&b.dims, team)
                  : rt_conv2d_workspace_size (&b.dims, team));
  report (l->name, "forward", "GFLOP/s", &b,
          l->depthwise ? run_depthwise_forward : run_conv2d_forward,
          l->depthwise ? twin_depthwise_forward : twin_conv2d_forward, work, l->n);
  report (l->name, "backward input", "GFLOP/s", &b,
          l->depthwise ? run_depthwise_backward_input : run_conv2d_backward_input,
          l->depthwise ? twin_depthwise_backward_input : twin_conv2d_backward_input, work, l->n);
  report (l->name, "backward weight", "GFLOP/s", &b,
          l->depthwise ? run_depthwise_backward_weight : run_conv2d_backward_weight,
          l->depthwise ? twin_depthwise_backward_weight : twin_conv2d_backward_weight, work, l->n);
  bench_clear (&b);
}

static void
bench_linear (const char *name,
              int         n,
              int         in,
              int         out,
              RtTeam     *team)
{
  Bench b = {
    .dims = {
      .n = n, .h = 1, .w = 1, .c = in, .out_h = 1, .out_w = 1, .out_c = out,
      .kernel_h = 1, .kernel_w = 1, .stride = 1, .groups = 1,
    },
    .team = team,
  };
  double work = 2.0 * n * in * out;

  bench_init (&b, rt_linear_workspace_size (n, in, out, team));
  report (name, "forward", "GFLOP/s", &b, run_linear_forward, twin_linear_forward, work, n);
  report (name, "backward input", "GFLOP/s", &b, run_linear_backward_input,
          twin_linear_backward_input, work, n);
  report (name, "backward weight", "GFLOP/s", &b, run_linear_backward_weight,
          twin_linear_backward_weight, work, n);
  bench_clear (&b);
}

static void
bench_norm (const char *name,
            int         n,
            int         side,
            int         c,
            RtTeam     *team)
{
  Bench b = {
    .dims = {
      .n = n, .h = side, .w = side, .c = c, .out_h = side, .out_w = side, .out_c = c,
      .kernel_h = 1, .kernel_w = 1, .stride = 1, .groups = c,
    },
    .team = team,
  };
  double bytes = 4.0 * n * side * side * c;

  bench_init (&b, rt_batch_norm_workspace_size (n * side * side, c, team));
  report (name, "norm forward", "GB/s   ", &b, run_batch_norm_forward_train,
          twin_batch_norm_forward_train, 3 * bytes, n);
  report (name, "norm backward", "GB/s   ", &b, run_batch_norm_backward_train,
          twin_batch_norm_backward_train, 7 * bytes, n);
  bench_clear (&b);
}

static bool
is_wanted (char       **names,
           const char  *name)
{
  return names == NULL || names[0] == NULL || g_strv_contains ((const char *const *) names, name);
}

int
main (int    argc,
      char **argv)
{
  int threads = 0;
  gboolean no_twin = FALSE;
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTeam) team = NULL;
  GOptionEntry entries[] = {
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Threads (0: one a core)", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "Seconds for each kernel", "S" },
    { "no-twin", 0, 0, G_OPTION_ARG_NONE, &no_twin, "Leave the plain twins out", NULL },
    { "cpu-time", 0, 0, G_OPTION_ARG_NONE, &cpu_time, "Count processor time (one thread)", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL, "NAME..." },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- time the kernels");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("bench-kernels: %s\n", error->message);
      return 2;
    }
  with_twin = !no_twin;
  team = rt_team_new (threads);
  g_print ("%s, %d threads\n", rt_isa_get ()->name, rt_team_get_size (team));

  for (size_t i = 0; i < G_N_ELEMENTS (layers); i++)
    if (is_wanted (names, layers[i].name))
      bench_layer (&layers[i], team);
  if (is_wanted (names, "fc_784_1200"))
    bench_linear ("fc_784_1200", 128, 784, 1200, team);
  if (is_wanted (names, "fc_64_10"))
    bench_linear ("fc_64_10", 128, 64, 10, team);
  if (is_wanted (names, "bn_16_32"))
    bench_norm ("bn_16_32", 64, 32, 16, team);
  if (is_wanted (names, "bn_64_8"))
    bench_norm ("bn_64_8", 64, 8, 64, team);
  if (is_wanted (names, "bn_144_56"))
    bench_norm ("bn_144_56", 8, 56, 144, team);
  return 0;
}
