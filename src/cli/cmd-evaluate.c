/* SPDX-License-Identifier: GPL-3.0-or-later */

/* retort-cli evaluate: a network's figures on a dataset, or on a part of it. */

#include "config.h"

#include "rt-judge.h"
#include "rt-judged-samples.h"

#include "rt-clock.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

typedef struct
{
  char    *network;
  char    *weights;
  char    *dataset;
  char    *style;
  char    *part;
  char    *mean;
  char    *std;
  int      run;
  int      limit;
  int      every;
  int      threads;
  double   shift;      /* NaN where not given */
} Options;

static void
clear_options (Options *self)
{
  g_free (self->network);
  g_free (self->weights);
  g_free (self->dataset);
  g_free (self->style);
  g_free (self->part);
  g_free (self->mean);
  g_free (self->std);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

static gboolean
check_options (const Options *o)
{
  static const char *const parts[] = { "test", "validation", "train", "all", NULL };

  if ((o->run > 0) == (o->weights != NULL))
    rt_cli_fail (RT_EXIT_INPUT, "say either --run N or --network NAME --weights SPEC");
  else if (o->run == 0 && o->dataset == NULL)
    rt_cli_fail (RT_EXIT_INPUT, "say on what: --dataset SPEC, such as builtin:glyphs/digits or "
                 "folder:PATH");
  else if (o->limit < 0)
    rt_cli_fail (RT_EXIT_INPUT, "--limit %d: it must be 1 or more", o->limit);
  else if (o->every < 1)
    rt_cli_fail (RT_EXIT_INPUT, "--every %d: it must be 1 or more", o->every);
  else if (o->threads < 0 || o->threads > 256)
    rt_cli_fail (RT_EXIT_INPUT, "--threads %d: it must be from 0 to 256", o->threads);
  else if (!isnan (o->shift) && !(o->shift >= 0.0 && o->shift <= 1.0))
    rt_cli_fail (RT_EXIT_INPUT, "--shift %g: it must be from 0 to 1", o->shift);
  else if (o->part != NULL && !g_strv_contains (parts, o->part))
    rt_cli_fail (RT_EXIT_INPUT, "--part %s: it must be test, validation, train or all", o->part);
  else
    return TRUE;
  return FALSE;
}

/* @run: (out): whose weights they are, or 0. (transfer full) */
static RtBackbone *
find_backbone (const Options  *o,
               int            *run,
               GError        **error)
{
  g_autofree char *spec = o->run > 0 ? g_strdup_printf ("run:%d", o->run) : g_strdup (o->weights);

  if (!rt_resolver_parse_run (spec, run, NULL))
    *run = 0;
  return rt_resolver_find (rt_cli_get_resolver (), spec, o->network, NULL, error);
}

static gboolean
change_format (const Options *o,
               RtInputFormat *format)
{
  int n = format->channels;

  return (o->mean == NULL || rt_cli_parse_channels ("mean", o->mean, -255, n, format->mean)) &&
         (o->std == NULL || rt_cli_parse_channels ("std", o->std, 1e-6f, n, format->std));
}

/* Pictures that turned out to be damaged are named, and the others judged. */
static gboolean
tell_unreadable (const RtDataset      *dataset,
                 const RtPredictions  *predictions,
                 GError              **error)
{
  for (guint i = 0; i < predictions->problems->len; i++)
    rt_cli_note ("left out: %s", (const char *) g_ptr_array_index (predictions->problems, i));
  if (predictions->n > 0)
    return TRUE;
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
               "%s: none of its pictures can be read; save them anew", dataset->spec);
  return FALSE;
}

static gboolean
progress_cb (double  fraction,
             void   *data)
{
  double *drawn = data;

  if (rt_clock_now () - *drawn > 0.1)
    {
      printf ("\r%3.0f %%\033[K", 100.0 * fraction);
      fflush (stdout);
      *drawn = rt_clock_now ();
    }
  return TRUE;
}

static gboolean
evaluate (const RtBackbone       *backbone,
          const RtJudgedSamples  *judged,
          int                     threads,
          GError                **error)
{
  RtDataset *dataset = judged->dataset;
  const GArray *samples = judged->samples;
  g_autoptr (RtNetwork) network = rt_backbone_load (backbone, error);
  g_autoptr (RtTeam) team = NULL;
  g_autoptr (RtPredictions) predictions = NULL;
  g_autofree int *columns = NULL;
  gboolean by_name, bar = !rt_cli_get_json () && isatty (STDOUT_FILENO);
  double drawn = rt_clock_now ();

  if (network == NULL)
    return FALSE;
  columns = rt_judge_map_classes (backbone, dataset, rt_network_get_n_classes (network),
                                  &by_name, error);
  if (columns == NULL)
    return FALSE;
  if (!by_name && backbone->class_names->len > 0)
    rt_cli_note ("the classes of %s and %s have different names; they are paired by position",
                 backbone->spec, dataset->spec);
  if (rt_dataset_get_n_classes (dataset) < rt_network_get_n_classes (network))
    rt_cli_note ("judged among the %d classes of %s only: %s knows %d, and predict may take a "
                 "picture for any of them", rt_dataset_get_n_classes (dataset), dataset->spec,
                 backbone->spec, rt_network_get_n_classes (network));
  team = rt_team_new (threads);
  predictions = rt_evaluate (network, dataset, (const size_t *) (void *) samples->data,
                             samples->len, &backbone->format, columns,
                             rt_dataset_get_n_classes (dataset), team,
                             bar ? progress_cb : NULL, &drawn, error);
  if (bar)
    fputs ("\r\033[K", stdout);
  if (predictions == NULL || !tell_unreadable (dataset, predictions, error))
    return FALSE;
  rt_judge_print (predictions, dataset, backbone, judged->part);
  return TRUE;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_auto (Options) o = { .every = 1, .shift = NAN };
  g_auto (RtJudgedSamples) judged = { 0 };
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (GError) error = NULL;
  int run;
  const GOptionEntry entries[] = {
    { "run", 0, 0, G_OPTION_ARG_INT, &o.run, "The best weights of run N", "N" },
    { "network", 0, 0, G_OPTION_ARG_STRING, &o.network, "The network of the weights", "NAME" },
    { "weights", 0, 0, G_OPTION_ARG_STRING, &o.weights,
      "builtin:NAME, file:PATH, run:N, catalogue:NAME", "SPEC" },
    { "dataset", 0, 0, G_OPTION_ARG_STRING, &o.dataset,
      "builtin:NAME, idx:PREFIX, cifar:FILE, folder:PATH, csv:PATH, catalogue:NAME", "SPEC" },
    { "style", 0, 0, G_OPTION_ARG_STRING, &o.style, "Of a drawn dataset", "STYLE" },
    { "shift", 0, 0, G_OPTION_ARG_DOUBLE, &o.shift, "Of a drawn dataset: 0 to 1", "X" },
    { "part", 0, 0, G_OPTION_ARG_STRING, &o.part,
      "test, validation, train or all; else test where the dataset has one, and all", "PART" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &o.limit, "N samples at most, of each class its share",
      "N" },
    { "every", 0, 0, G_OPTION_ARG_INT, &o.every, "Every K-th sample only", "K" },
    { "mean", 0, 0, G_OPTION_ARG_STRING, &o.mean, "Of the inputs, 0 to 1, by channel", "R,G,B" },
    { "std", 0, 0, G_OPTION_ARG_STRING, &o.std, "Of the inputs, by channel", "R,G,B" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &o.threads, "Threads to compute with; 0: one a core",
      "N" },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_evaluate, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc > 1)
    return rt_cli_fail (RT_EXIT_INPUT, "“%s”: evaluate takes options only; see retort-cli evaluate "
                        "--help", argv[1]);
  if (!check_options (&o))
    return RT_EXIT_INPUT;
  backbone = find_backbone (&o, &run, &error);
  if (backbone == NULL || (run > 0 && !rt_judged_samples_take_run (&judged, run, &error)))
    return rt_cli_fail_with (error);
  if (!change_format (&o, &backbone->format))
    return RT_EXIT_INPUT;
  if (!rt_judged_samples_open (&judged, o.dataset, o.style, o.shift, &error) ||
      !rt_judged_samples_choose (&judged, o.part, o.every, o.limit, &error) ||
      !evaluate (backbone, &judged, o.threads, &error))
    return rt_cli_fail_with (error);
  return RT_EXIT_DONE;
}

const RtCommand rt_command_evaluate = {
  .name = "evaluate",
  .arguments = "",
  .summary = "Loss, accuracy, per class and confusion on a dataset",
  .run = run,
};
