/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * retort-cli run: one run, or with --baseline and --seeds a series of them that share their seeds,
 * with the verdict at its end. A run and its twin are made seed by seed, so that a series that is
 * interrupted has whole pairs.
 */

#include "config.h"

#include "rt-line.h"
#include "rt-signals.h"
#include "rt-training.h"

#include "rt-clock.h"
#include "rt-fit.h"
#include "rt-verdict.h"

#include <math.h>
#include <stdio.h>

#define MAX_SEEDS   1000
#define MAX_MINUTES 1e5
#define NOT_SAID    (-G_MAXDOUBLE)
#define RESERVE     0.98   /* of a budget is trained in; the rest is for starting and keeping */

typedef struct
{
  RtStore    *store;        /* Borrowed */
  RtRecipe   *recipe;       /* Borrowed */
  char       *group;        /* Owned: (nullable) */
  gboolean    baseline;
  int         n_seeds;
  char       *difference;   /* Owned: (nullable) of the baseline, in words */
  GArray     *results;      /* Owned: of RtResult, one a seed */
  GArray     *baselines;    /* Owned: the same of the twins */
  GPtrArray  *seen;         /* Owned: of char *, of each of both (nullable) its RtRun.seen */
} Series;

static void
clear_series (Series *self)
{
  g_free (self->group);
  g_free (self->difference);
  g_clear_pointer (&self->results, g_array_unref);
  g_clear_pointer (&self->baselines, g_array_unref);
  g_clear_pointer (&self->seen, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Series, clear_series)

/* A run that could not even begin leaves no row: it has nothing that could be looked at. */
static void
forget_unbegun (RtStore *store,
                int      id)
{
  g_autoptr (RtRun) run = rt_store_get_run (store, id, NULL);

  if (run != NULL && run->state == RT_RUN_FAILED && run->cost.n_params == 0)
    rt_store_delete_run (store, id, NULL);
}

/* The first run within a budget decides the epochs of those that it is compared with. */
static void
settle_epochs (Series *self,
               int     id)
{
  RtControl *control = rt_signals_get_control ();
  g_autoptr (RtRecipe) kept = NULL;

  if (rt_control_get_deadline (control) <= 0.0)
    return;
  rt_control_set_deadline (control, 0.0);
  kept = rt_store_get_recipe (self->store, id, NULL);
  if (kept != NULL)
    self->recipe->train.epochs = kept->train.epochs;
}

static void
take_seen (Series *self,
           int     id)
{
  g_autoptr (RtRun) run = rt_store_get_run (self->store, id, NULL);

  g_ptr_array_add (self->seen, run != NULL ? g_steal_pointer (&run->seen) : NULL);
}

/* (transfer full) (nullable) */
static char *
describe_seen (const Series *self)
{
  return rt_verdict_describe_seen ((const char *const *) self->seen->pdata, (int) self->seen->len);
}

static RtExit
train_one (Series          *self,
           const RtRecipe  *recipe,
           gboolean         is_baseline,
           GArray          *results)
{
  g_autoptr (GError) error = NULL;
  RtResult result = { 0 };
  RtRunSeries series = { self->group, self->baseline ? 2 * self->n_seeds : 0, is_baseline };
  int id = rt_store_add_run (self->store, recipe, &series, &error);
  RtExit status;

  /* Nothing has been worked on yet: the place where runs are kept is what is wrong. */
  if (id == 0)
    return rt_cli_fail (RT_EXIT_INPUT, "%s", error->message);
  status = rt_training_run (self->store, id, &result);
  if (status == RT_EXIT_DONE)
    {
      g_array_append_val (results, result);
      take_seen (self, id);
      settle_epochs (self, id);
    }
  else if (status != RT_EXIT_INTERRUPTED)
    forget_unbegun (self->store, id);
  return status;
}

static RtExit
train_seed (Series *self,
            int     index)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_copy (self->recipe);
  g_autoptr (RtRecipe) twin = NULL;
  g_autoptr (GError) error = NULL;
  RtExit status;

  recipe->seed += (uint64_t) index;
  if (self->baseline)
    {
      g_clear_pointer (&self->difference, g_free);
      twin = rt_recipe_make_baseline (recipe, &self->difference, &error);
      if (twin == NULL)
        return rt_cli_fail_with (error);
    }
  status = train_one (self, recipe, FALSE, self->results);
  if (status != RT_EXIT_DONE || twin == NULL)
    return status;
  twin->train.epochs = self->recipe->train.epochs;
  status = train_one (self, twin, TRUE, self->baselines);
  return status;
}

static const char *
gather (const GArray *results,
        double       *accuracies)
{
  return rt_verdict_gather ((const RtResult *) (const void *) results->data, (int) results->len,
                            accuracies) ? "test" : "validation";
}

static void
add_accuracies (RtLine       *line,
                const char   *key,
                const double *accuracies,
                int           n)
{
  rt_line_begin (line, key, '[');
  for (int i = 0; i < n; i++)
    rt_line_add_double (line, NULL, accuracies[i]);
  rt_line_end (line);
}

static void
say_verdict (Series *self)
{
  int n = (int) self->results->len;
  g_autofree double *runs = g_new (double, n);
  g_autofree double *twins = g_new (double, n);
  const char *part = gather (self->results, runs);
  g_autofree char *words = NULL;
  g_autofree char *seen = describe_seen (self);
  RtVerdict verdict;

  gather (self->baselines, twins);
  rt_verdict_compute (&verdict, runs, twins, n);
  words = rt_verdict_describe (&verdict);
  if (rt_cli_get_json ())
    {
      g_autoptr (RtLine) line = rt_line_new ("result");

      rt_line_add_string (line, "verdict", rt_verdict_to_string (verdict.kind));
      rt_line_add_string (line, "text", words);
      rt_line_add_string (line, "seen", seen);
      rt_line_add_string (line, "difference", self->difference);
      rt_line_add_string (line, "part", part);
      rt_line_add_string (line, "group", self->group);
      rt_line_add_int (line, "seeds", n);
      rt_line_add_double (line, "run_mean", verdict.run_mean);
      rt_line_add_double (line, "baseline_mean", verdict.baseline_mean);
      rt_line_add_double (line, "mean", verdict.mean);
      rt_line_add_double (line, "low", verdict.low);
      rt_line_add_double (line, "high", verdict.high);
      add_accuracies (line, "runs", runs, n);
      add_accuracies (line, "baselines", twins, n);
      rt_line_print (line);
      return;
    }
  printf ("\nBaseline: %s\n", self->difference);
  printf ("%8s  %10s  %10s  %10s\n", "seed", "run", "baseline", "difference");
  for (int i = 0; i < n; i++)
    printf ("%8" G_GUINT64_FORMAT "  %8.2f %%  %8.2f %%  %+10.2f\n",
            self->recipe->seed + (guint64) i, 100.0 * runs[i], 100.0 * twins[i],
            100.0 * (runs[i] - twins[i]));
  printf ("Verdict by %s accuracy over %d %s: %s\n%s\n", part, n, n == 1 ? "seed" : "seeds",
          rt_verdict_to_string (verdict.kind), words);
  if (seen != NULL)
    printf ("%s\n", seen);
}

/* Several seeds without a twin: their mean and its 95 % interval, as far as accuracies go. */
static void
say_mean (Series *self)
{
  int n = (int) self->results->len;
  g_autofree double *runs = g_new (double, n);
  const char *part = gather (self->results, runs);
  g_autofree char *seen = describe_seen (self);
  double mean = 0.0, squares = 0.0, half, low, high;

  for (int i = 0; i < n; i++)
    mean += runs[i] / n;
  for (int i = 0; i < n; i++)
    squares += (runs[i] - mean) * (runs[i] - mean);
  half = rt_verdict_get_t (0.95, n - 1) * sqrt (squares / (n - 1) / n);
  low = MAX (mean - half, 0.0);
  high = MIN (mean + half, 1.0);
  if (rt_cli_get_json ())
    {
      g_autoptr (RtLine) line = rt_line_new ("result");

      rt_line_add_string (line, "part", part);
      rt_line_add_string (line, "group", self->group);
      rt_line_add_int (line, "seeds", n);
      rt_line_add_double (line, "mean", mean);
      rt_line_add_double (line, "low", low);
      rt_line_add_double (line, "high", high);
      rt_line_add_string (line, "seen", seen);
      add_accuracies (line, "runs", runs, n);
      rt_line_print (line);
      return;
    }
  printf ("\nMean %s accuracy over %d seeds: %.2f %% (95 %% interval %.2f to %.2f)\n", part, n,
          100.0 * mean, 100.0 * low, 100.0 * high);
  if (seen != NULL)
    printf ("%s\n", seen);
}

/* --minutes: the budget is one run's. */
static gboolean
fit_recipe (RtRecipe  *recipe,
            double     minutes,
            GError   **error)
{
  g_autofree char *seconds = NULL;
  g_autofree char *size = NULL;
  int said = recipe->backbone.input_size;
  RtFit fit;

  if (!rt_recipe_fit (recipe, rt_cli_get_resolver (), 60.0 * minutes, NULL, NULL, &fit, error))
    return FALSE;
  seconds = rt_cli_format_seconds (fit.seconds);
  size = g_strdup_printf (" and pictures of %dx%d", fit.input_size, fit.input_size);
  rt_cli_note ("fitted: %d epochs with %d blocks frozen%s, %s predicted; in place of the recipe's "
               "own a flat-cosine schedule, no head_first and no patience%s%s", fit.epochs,
               fit.n_frozen, fit.input_size != said ? size : "", seconds,
               fit.spreads_rates ? ", lower rates for lower blocks" : "",
               fit.keeps_statistics ? ", and batch norm's statistics kept" : "");
  return TRUE;
}

static RtExit
train_series (Series *self)
{
  for (int i = 0; i < self->n_seeds; i++)
    {
      RtExit status = rt_signals_arrived () ? RT_EXIT_INTERRUPTED : train_seed (self, i);

      if (status != RT_EXIT_DONE)
        return status;
    }
  if (self->baseline)
    say_verdict (self);
  else if (self->n_seeds > 1)
    say_mean (self);
  return RT_EXIT_DONE;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_auto (GStrv) settings = NULL;
  g_autoptr (RtRecipe) recipe = NULL;
  g_autoptr (RtStore) store = NULL;
  g_auto (Series) series = { .n_seeds = 1 };
  g_autoptr (GError) error = NULL;
  int threads = -1;
  double minutes = NOT_SAID, begun = rt_clock_now ();
  gboolean timed;
  const GOptionEntry entries[] = {
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
      "Change a field of the recipe, such as train.epochs=20; may be repeated", "KEY=VALUE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Threads to compute with; 0: one a core", "N" },
    { "baseline", 0, 0, G_OPTION_ARG_NONE, &series.baseline,
      "Train the twin too, and give the verdict", NULL },
    { "seeds", 0, 0, G_OPTION_ARG_INT, &series.n_seeds,
      "Train with N seeds: the recipe's and those after it", "N" },
    { "minutes", 0, 0, G_OPTION_ARG_DOUBLE, &minutes,
      "Fit the run into so many minutes: epochs, frozen blocks and input size", "M" },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_run, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc != 2)
    return rt_cli_fail (RT_EXIT_INPUT, "run takes one recipe, a .json file; see retort-cli run "
                        "--help");
  if (series.n_seeds < 1 || series.n_seeds > MAX_SEEDS)
    return rt_cli_fail (RT_EXIT_INPUT, "--seeds %d: it must be from 1 to %d", series.n_seeds,
                        MAX_SEEDS);
  timed = minutes != NOT_SAID;
  if (timed && !(minutes > 0.0 && minutes <= MAX_MINUTES))
    return rt_cli_fail (RT_EXIT_INPUT, "--minutes %g: it must be above 0, and at most %g", minutes,
                        MAX_MINUTES);
  if (threads < -1 || threads > 256)
    return rt_cli_fail (RT_EXIT_INPUT, "--threads %d: it must be from 0 to 256", threads);
  recipe = rt_training_read_recipe (argv[1], (const char *const *) settings, threads);
  store = recipe != NULL ? rt_cli_open_store () : NULL;
  if (store == NULL)
    return RT_EXIT_INPUT;
  if (timed && !fit_recipe (recipe, minutes, &error))
    return rt_cli_fail_with (error);
  if (timed && (series.baseline || series.n_seeds > 1))
    rt_cli_note ("--minutes is the first run's: those that it is compared with train as many "
                 "epochs as it did, however long that takes");

  /* All of a series on the same labels. */
  if (!rt_recipe_pin_corrections (recipe, &error))
    return rt_cli_fail_with (error);
  rt_signals_start ("saving the state");
  if (timed)
    rt_control_set_deadline (rt_signals_get_control (), begun + RESERVE * 60.0 * minutes);
  series.store = store;
  series.recipe = recipe;
  series.group = series.baseline || series.n_seeds > 1 ? g_uuid_string_random () : NULL;
  series.results = g_array_new (FALSE, FALSE, sizeof (RtResult));
  series.baselines = g_array_new (FALSE, FALSE, sizeof (RtResult));
  series.seen = g_ptr_array_new_with_free_func (g_free);
  return train_series (&series);
}

const RtCommand rt_command_run = {
  .name = "run",
  .arguments = "RECIPE",
  .summary = "Train a recipe",
  .run = run,
};
