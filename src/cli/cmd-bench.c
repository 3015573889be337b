/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * retort-cli bench: times training steps and inference, and what freezing saves. The program runs
 * itself once for each case (--case), so that no case warms another one's memory.
 */

#include "config.h"

#include "rt-bench.h"
#include "rt-line.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define STEP_BATCH     128
#define FROZEN_BATCH   32

typedef struct
{
  char   *only;         /* one case: "KIND:NETWORK:BATCH:THREADS" */
  char   *kind;         /* (nullable) */
  int     batch;        /* 0: the usual ones */
  int     threads;      /* 0: one, and one a core */
  double  seconds;
  double  peak;
} Options;

static size_t
get_peak_resident (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (size_t) usage.ru_maxrss * 1024;
}

static void
add_case (RtLine            *line,
          const RtBenchCase *what)
{
  rt_line_add_string (line, "bench", what->kind);
  rt_line_add_string (line, "network", what->network);
  rt_line_add_int (line, "batch", what->batch);
  rt_line_add_int (line, "threads", what->threads);
}

static void
print_times (const RtBenchCase  *what,
             const RtBenchTimes *times)
{
  double rate = (double) times->flops / times->min / 1e9;
  double share = what->peak > 0 ? rate / what->peak : 0;
  g_autofree char *planned = rt_cli_format_bytes (times->planned_bytes);
  g_autofree char *resident = rt_cli_format_bytes (get_peak_resident ());

  if (rt_cli_get_json ())
    {
      g_autoptr (RtLine) line = rt_line_new ("result");

      add_case (line, what);
      rt_line_add_double (line, "ms_min", 1e3 * times->min);
      rt_line_add_double (line, "ms_median", 1e3 * times->median);
      rt_line_add_int (line, "timed", times->n);
      rt_line_add_double (line, "images_per_second", what->batch / times->min);
      rt_line_add_double (line, "gflops", rate);
      rt_line_add_double (line, "sgemm_gflops", what->peak);
      rt_line_add_double (line, "sgemm_share", share);
      rt_line_add_uint (line, "planned_bytes", times->planned_bytes);
      rt_line_add_uint (line, "peak_resident_bytes", get_peak_resident ());
      rt_line_print (line);
    }
  else
    printf ("%-10s %-10s %6d %8d %10.3f %10.3f %12.1f %7.2f %10s %10s\n", what->kind,
            what->network, what->batch, what->threads, 1e3 * times->min, 1e3 * times->median,
            what->batch / times->min, share, planned, resident);
}

static void
print_frozen (const RtBenchCase   *what,
              const RtBenchFrozen *times)
{
  double ratio = times->unfrozen / times->frozen;

  if (rt_cli_get_json ())
    {
      g_autoptr (RtLine) line = rt_line_new ("result");

      add_case (line, what);
      rt_line_add_uint (line, "train_samples", times->n_train);
      rt_line_add_uint (line, "validation_samples", times->n_validation);
      rt_line_add_double (line, "epoch_ms_unfrozen", 1e3 * times->unfrozen);
      rt_line_add_double (line, "epoch_ms_frozen", 1e3 * times->frozen);
      rt_line_add_double (line, "fill_ms", 1e3 * times->fill);
      rt_line_add_double (line, "ratio", ratio);
      rt_line_add_uint (line, "peak_resident_bytes", get_peak_resident ());
      rt_line_print (line);
    }
  else
    printf ("%-10s %-10s %6d %8d  epoch of %" G_GSIZE_FORMAT " + %" G_GSIZE_FORMAT " samples: "
            "%.1f ms unfrozen, %.2f ms with only the head trained, %.0f times less "
            "(features once: %.0f ms)\n",
            what->kind, what->network, what->batch, what->threads, times->n_train,
            times->n_validation, 1e3 * times->unfrozen, 1e3 * times->frozen, ratio,
            1e3 * times->fill);
}

static RtExit
run_case (const RtBenchCase *what)
{
  g_autoptr (GError) error = NULL;
  RtBenchTimes times;
  RtBenchFrozen frozen;

  if (strcmp (what->kind, "step") == 0)
    {
      if (rt_bench_time_steps (what, &times, &error))
        print_times (what, &times);
    }
  else if (strcmp (what->kind, "inference") == 0)
    {
      if (rt_bench_time_inference (what, &times, &error))
        print_times (what, &times);
    }
  else if (rt_bench_time_frozen (what, &frozen, &error))
    print_frozen (what, &frozen);
  return error != NULL ? rt_cli_fail_with (error) : RT_EXIT_DONE;
}

static RtExit
run_only (const Options *o)
{
  g_auto (GStrv) parts = g_strsplit (o->only, ":", -1);
  RtBenchCase what = { .seconds = o->seconds, .peak = o->peak };

  if (g_strv_length (parts) != 4)
    return rt_cli_fail (RT_EXIT_INPUT, "--case %s: it must be KIND:NETWORK:BATCH:THREADS", o->only);
  what.kind = parts[0];
  what.network = parts[1];
  what.batch = MAX (atoi (parts[2]), 1);
  what.threads = MAX (atoi (parts[3]), 1);
  return run_case (&what);
}

/* Itself, for one case; its output goes where ours goes. */
static RtExit
spawn_case (const Options *o,
            const char    *kind,
            const char    *network,
            int            batch,
            int            threads,
            double         peak)
{
  g_autofree char *only = g_strdup_printf ("%s:%s:%d:%d", kind, network, batch, threads);
  char seconds[G_ASCII_DTOSTR_BUF_SIZE], peak_text[G_ASCII_DTOSTR_BUF_SIZE];
  char *argv[] = {
    (char *) "/proc/self/exe", (char *) "bench", (char *) "--case", only,
    (char *) "--seconds", g_ascii_dtostr (seconds, sizeof seconds, o->seconds),
    (char *) "--peak", g_ascii_dtostr (peak_text, sizeof peak_text, peak),
    rt_cli_get_json () ? (char *) "--json" : NULL, NULL
  };
  g_autoptr (GError) error = NULL;
  int status;

  if (o->kind != NULL && strcmp (o->kind, kind) != 0)
    return RT_EXIT_DONE;
  fflush (stdout);
  if (!g_spawn_sync (NULL, argv, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL,
                     &status, &error))
    return rt_cli_fail_with (error);
  if (WIFEXITED (status))
    return WEXITSTATUS (status);
  return rt_cli_fail (RT_EXIT_FAILED, "bench %s ended by signal %d", only, WTERMSIG (status));
}

static RtExit
bench_network (const Options *o,
               const char    *network,
               int            threads,
               double         peak)
{
  RtExit status = spawn_case (o, "step", network, o->batch > 0 ? o->batch : STEP_BATCH, threads,
                              peak);

  if (status == RT_EXIT_DONE)
    status = spawn_case (o, "inference", network, o->batch > 0 ? o->batch : 1, threads, peak);
  if (status == RT_EXIT_DONE && o->batch == 0)
    status = spawn_case (o, "inference", network, 16, threads, peak);
  return status;
}

static RtExit
bench_all (const Options     *o,
           const char *const *networks,
           const char *const *frozen)
{
  int cores = rt_team_count_cores ();
  int first = o->threads > 0 ? o->threads : 1;
  int last = o->threads > 0 ? o->threads : cores;

  if (!rt_cli_get_json ())
    printf ("%-10s %-10s %6s %8s %10s %10s %12s %7s %10s %10s\n", "case", "network", "batch",
            "threads", "ms min", "ms median", "images/s", "share", "planned", "resident");
  for (int threads = first;; threads = last)
    {
      double peak = rt_bench_get_peak (threads);
      RtExit status = RT_EXIT_DONE;

      for (int i = 0; networks[i] != NULL && status == RT_EXIT_DONE; i++)
        status = bench_network (o, networks[i], threads, peak);
      for (int i = 0; frozen[i] != NULL && status == RT_EXIT_DONE; i++)
        status = spawn_case (o, "frozen", frozen[i], o->batch > 0 ? o->batch : FROZEN_BATCH,
                             threads, peak);
      if (status != RT_EXIT_DONE)
        return status;
      if (!rt_cli_get_json ())
        printf ("(share: of the %.1f GFLOP/s that sgemm reaches with %d %s)\n", peak, threads,
                threads == 1 ? "thread" : "threads");
      if (threads == last)
        break;
    }
  return RT_EXIT_DONE;
}

static RtExit
check_networks (char **names)
{
  for (int i = 0; names[i] != NULL; i++)
    if (rt_network_find (names[i]) == NULL)
      {
        RtNetworkOptions options = { .name = names[i] };
        g_autoptr (GError) error = NULL;
        g_autoptr (RtNetwork) network = rt_network_new (&options, &error);

        if (network == NULL)
          return rt_cli_fail (RT_EXIT_INPUT, "%s", error->message);
      }
  return RT_EXIT_DONE;
}

static RtExit
run (int    argc,
     char **argv)
{
  static const char *const usual[] = { "mlp", "lenet5", "resnet8", "resnet20", "mobile", NULL };
  static const char *const usual_frozen[] = { "resnet20", NULL }, *const none[] = { NULL };
  static const char *const kinds[] = { "step", "inference", "frozen", NULL };
  g_autofree char *only = NULL;
  g_autofree char *kind = NULL;
  Options o = { .seconds = 2.0 };
  const GOptionEntry entries[] = {
    { "batch", 0, 0, G_OPTION_ARG_INT, &o.batch, "Else 128 for steps, 1 and 16 for inference",
      "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &o.threads, "Else 1, and one a core", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &o.seconds, "About how long each case is timed", "S" },
    { "kind", 0, 0, G_OPTION_ARG_STRING, &kind, "Only step, inference or frozen", "KIND" },
    { "case", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &only, NULL, NULL },
    { "peak", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_DOUBLE, &o.peak, NULL, NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_bench, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  o.only = only;
  o.kind = kind;
  if (o.batch < 0 || o.batch > 4096)
    return rt_cli_fail (RT_EXIT_INPUT, "--batch %d: it must be from 1 to 4096", o.batch);
  if (o.threads < 0 || o.threads > 256)
    return rt_cli_fail (RT_EXIT_INPUT, "--threads %d: it must be from 1 to 256", o.threads);
  if (!(o.seconds > 0.0 && o.seconds <= 600.0))
    return rt_cli_fail (RT_EXIT_INPUT, "--seconds %g: it must be above 0 and at most 600",
                        o.seconds);
  if (kind != NULL && !g_strv_contains (kinds, kind))
    return rt_cli_fail (RT_EXIT_INPUT, "--kind %s: it must be step, inference or frozen", kind);
  if (only != NULL)
    return run_only (&o);
  if (check_networks (argv + 1) != RT_EXIT_DONE)
    return RT_EXIT_INPUT;
  if (argc == 1)
    return bench_all (&o, usual, usual_frozen);
  /* What freezing saves takes long: of networks that are named, only where it is asked for. */
  return bench_all (&o, (const char *const *) argv + 1,
                    kind != NULL ? (const char *const *) argv + 1 : none);
}

const RtCommand rt_command_bench = {
  .name = "bench",
  .arguments = "[NETWORK]...",
  .summary = "Time training steps, inference, and what freezing saves",
  .run = run,
};
