/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * retort-cli evaluate: a network's figures on a dataset. The samples come in the dataset's own
 * order; those without a label, or set aside, are left out. --limit takes as many of each class as
 * is its share, since a folder's first thousand are of its first class. With --run and no --dataset
 * it is the run's own task, and of its parts the samples that were in them when it was trained. A
 * run of before splits were kept has its split drawn anew, which is another where files came or
 * went. Where the run's own dataset is named, its own split says how many it was trained on.
 */

#include "config.h"

#include "rt-judge.h"

#include "rt-clock.h"
#include "rt-formats.h"
#include "rt-recipe-key.h"
#include "rt-recipe-task.h"
#include "rt-split-file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
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

/* What is evaluated on what. */
typedef struct
{
  RtBackbone *backbone;    /* Owned */
  int         run;         /* whose weights they are, or 0 */
  RtRecipe   *recipe;      /* Owned: (nullable) of that run */
  RtDataset  *dataset;     /* Owned */
  RtTask     *task;        /* Owned: (nullable) the run's split, drawn anew */
  RtTensorList *split;     /* Owned: (nullable) the one it was trained with */
  uint8_t    *parts;       /* Owned: (nullable) (samples) RtPart by that */
  GArray     *samples;     /* Owned: of size_t */
  const char *part;        /* for people and machines: "all", "test", ... */
} Work;

static void
clear_work (Work *self)
{
  g_clear_pointer (&self->backbone, rt_backbone_free);
  g_clear_pointer (&self->recipe, rt_recipe_free);
  g_clear_pointer (&self->task, rt_task_free);
  g_clear_pointer (&self->split, rt_tensor_list_free);
  g_clear_pointer (&self->parts, g_free);
  g_clear_pointer (&self->dataset, rt_dataset_unref);
  g_clear_pointer (&self->samples, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, clear_work)

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

/* Whose weights they are, or 0. */
static int
find_run (const Options *o)
{
  int run, epoch;

  if (o->run > 0)
    return o->run;
  return rt_resolver_parse_run (o->weights, &run, &epoch) && epoch == 0 ? run : 0;
}

static gboolean
find_backbone (Work           *self,
               const Options  *o,
               GError        **error)
{
  g_autofree char *spec = o->run > 0 ? g_strdup_printf ("run:%d", o->run) : g_strdup (o->weights);
  g_autoptr (RtStore) store = NULL;
  g_autofree char *path = NULL;

  self->backbone = rt_resolver_find (rt_cli_get_resolver (), spec, o->network, NULL, error);
  self->run = find_run (o);
  if (self->backbone == NULL || self->run == 0)
    return self->backbone != NULL;
  store = rt_store_open (NULL, error);
  self->recipe = store != NULL ? rt_store_get_recipe (store, self->run, error) : NULL;
  if (self->recipe == NULL)
    return FALSE;
  path = rt_store_get_path (store, self->run, RT_SPLIT_FILE);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  self->split = rt_weights_read (path, NULL, error);
  return self->split != NULL;
}

static gboolean
change_format (const Options *o,
               RtInputFormat *format)
{
  int n = format->channels;

  return (o->mean == NULL || rt_cli_parse_channels ("mean", o->mean, -255, n, format->mean)) &&
         (o->std == NULL || rt_cli_parse_channels ("std", o->std, 1e-6f, n, format->std));
}

static gboolean
open_dataset (Work           *self,
              const Options  *o,
              GError        **error)
{
  gboolean own = o->dataset == NULL;
  RtDatasetOptions options = { 0 };
  RtTaskOptions split;

  if (own)
    options = rt_recipe_get_dataset_options (self->recipe);
  if (o->style != NULL)
    options.style = o->style;
  if (!isnan (o->shift))
    options.shift = o->shift;
  self->dataset = rt_dataset_open (own ? self->recipe->task.dataset : o->dataset, &options, NULL,
                                   error);
  if (self->dataset == NULL)
    return FALSE;
  rt_cli_note_each (self->dataset->notes);
  if (!own)
    return TRUE;
  split = rt_recipe_get_task_options (self->recipe);
  self->task = rt_task_new (self->dataset, &split, error);
  return self->task != NULL;
}

/* Says where the run's split is not what it was trained with, or may not be. */
static gboolean
compare_split (Work    *self,
               GError **error)
{
  RtSplitChange change;
  g_autofree char *what = NULL;

  if (self->split == NULL && self->dataset->klass->get_name != NULL)
    rt_cli_note ("run %d does not keep its split: it is drawn anew, and where files of %s came or "
                 "went since, samples it was trained on are among those judged", self->run,
                 self->dataset->spec);
  if (self->split == NULL)
    return TRUE;
  self->parts = rt_split_get_parts (self->split, self->dataset, error);
  if (self->parts == NULL || !rt_split_compare (self->split, self->task, &change, error))
    return FALSE;
  if (rt_split_is_same (&change))
    return TRUE;
  what = rt_split_describe (&change);
  rt_cli_note ("%s has changed since run %d was trained (%s), and a split drawn now would be "
               "another; judged are the samples of its part then that are still there",
               self->dataset->spec, self->run, what);
  return TRUE;
}

static gboolean
has_part (const RtDataset *dataset,
          RtPart           part)
{
  for (size_t i = 0; i < dataset->n_samples; i++)
    if (dataset->parts[i] == part)
      return TRUE;
  return FALSE;
}

static RtPart
parse_part (const char *name)
{
  if (g_str_equal (name, "test"))
    return RT_PART_TEST;
  if (g_str_equal (name, "validation"))
    return RT_PART_VALIDATION;
  return g_str_equal (name, "train") ? RT_PART_TRAIN : RT_PART_ANY;
}

/* A part by the run's own split. */
static void
take_from_task (Work   *self,
                RtPart  part)
{
  const RtTask *task = self->task;

  if (part == RT_PART_TRAIN)
    g_array_append_vals (self->samples, task->train, (guint) task->n_train);
  else if (part == RT_PART_VALIDATION)
    g_array_append_vals (self->samples, task->validation, (guint) task->n_validation);
  else
    g_array_append_vals (self->samples, task->test, (guint) task->n_test);
}

/* A part (RT_PART_ANY: all) by @parts, of what has a label to be judged by. */
static void
take_from_parts (Work          *self,
                 const uint8_t *parts,
                 RtPart         part)
{
  size_t n_left_out = 0;

  for (size_t i = 0; i < self->dataset->n_samples; i++)
    if (part != RT_PART_ANY && parts[i] != part)
      continue;
    else if (self->dataset->labels[i] < 0)
      n_left_out++;
    else
      g_array_append_val (self->samples, i);
  if (n_left_out > 0)
    rt_cli_note ("left out: %zu without a label, or set aside", n_left_out);
}

static int
compare_by_class (const void *a,
                  const void *b,
                  void       *data)
{
  const int *labels = data;
  size_t x = *(const size_t *) a, y = *(const size_t *) b;

  if (labels[x] != labels[y])
    return labels[x] < labels[y] ? -1 : 1;
  return (x > y) - (x < y);
}

static int
compare_samples (const void *a,
                 const void *b)
{
  size_t x = *(const size_t *) a, y = *(const size_t *) b;

  return (x > y) - (x < y);
}

/* Every @every-th of @samples, and @limit of these at most (0: all), spread over the classes and
 * the places in each. */
static void
thin (GArray *samples,
      int    *labels,
      int     every,
      int     limit)
{
  guint n = 0;

  for (guint i = 0; i < samples->len; i += (guint) every)
    g_array_index (samples, size_t, n++) = g_array_index (samples, size_t, i);
  g_array_set_size (samples, n);
  if (limit == 0 || n <= (guint) limit)
    return;
  g_array_sort_with_data (samples, compare_by_class, labels);
  for (guint64 i = 0; i < (guint64) limit; i++)
    g_array_index (samples, size_t, i) = g_array_index (samples, size_t,
                                                        (2 * i + 1) * n / (2 * (guint64) limit));
  g_array_set_size (samples, (guint) limit);
  g_array_sort (samples, compare_samples);
}

/* Whether the first samples are the same picture: a drawn dataset is another with another style. */
static gboolean
is_drawn_alike (const Work *self)
{
  RtDatasetOptions options = rt_recipe_get_dataset_options (self->recipe);
  g_autoptr (RtDataset) own = rt_dataset_open (self->recipe->task.dataset, &options, NULL, NULL);
  g_autoptr (RtImage) first = own != NULL ? rt_dataset_read_image (own, 0, NULL) : NULL;
  g_autoptr (RtImage) other = rt_dataset_read_image (self->dataset, 0, NULL);
  size_t n = other != NULL ? (size_t) other->width * other->height * other->channels : 0;

  return first != NULL && other != NULL && memcmp (first->pixels, other->pixels, n) == 0;
}

/* Whether --dataset is what the run was trained on. */
static gboolean
is_own_dataset (const Work *self)
{
  const char *dataset = self->dataset->spec;
  g_autofree char *own = self->recipe != NULL
                         ? rt_recipe_resolve_spec (self->recipe->task.dataset,
                                                   self->recipe->folder) : NULL;

  return g_strcmp0 (own, dataset) == 0
         && (!g_str_has_prefix (dataset, "builtin:") || is_drawn_alike (self));
}

/* Of the run's own dataset that was named, and so was not split: how many it was trained on. */
static gboolean
note_trained (Work    *self,
              GError **error)
{
  size_t n = 0;
  gboolean tested = FALSE;

  if (self->split == NULL)
    {
      rt_cli_note ("run %d was trained on samples of %s and does not keep its split: some may be "
                   "among those judged; evaluate --run %d without --dataset judges a part of them",
                   self->run, self->dataset->spec, self->run);
      return TRUE;
    }
  self->parts = rt_split_get_parts (self->split, self->dataset, error);
  if (self->parts == NULL)
    return FALSE;
  for (size_t i = 0; i < self->dataset->n_samples; i++)
    tested = tested || self->parts[i] == RT_PART_TEST;
  for (guint i = 0; i < self->samples->len; i++)
    n += self->parts[g_array_index (self->samples, size_t, i)] == RT_PART_TRAIN;
  if (n > 0)
    rt_cli_note ("run %d was trained on %zu of the %u samples judged, so the figures say too much; "
                 "evaluate --run %d without --dataset judges its %s samples", self->run, n,
                 self->samples->len, self->run, tested ? "test" : "validation");
  return TRUE;
}

static void
set_no_samples (const Work  *self,
                RtPart       part,
                gboolean     own,
                GError     **error)
{
  const char *spec = self->dataset->spec;

  if (part == RT_PART_ANY)
    g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "%s: all its samples are set aside, or have no label; datasets --revert takes "
                 "corrections back", spec);
  else if (self->task != NULL)
    g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "run %d kept no %s samples of %s apart; leave out --part to judge those that it "
                 "did", self->run, self->part, spec);
  else if (own)
    g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "%s has no %s part of its own; run %d's is judged by evaluate --run %d --part %s, "
                 "without --dataset", spec, self->part, self->run, self->run, self->part);
  else
    g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "%s has no %s part of its own; --part all takes all its samples", spec,
                 self->part);
}

static gboolean
choose_samples (Work           *self,
                const Options  *o,
                GError        **error)
{
  const RtDataset *dataset = self->dataset;
  const char *name = o->part;
  gboolean own = self->task == NULL && is_own_dataset (self);
  RtPart part;

  if (name == NULL && self->task != NULL)
    name = self->task->n_test > 0 ? "test" : "validation";
  else if (name == NULL)
    name = has_part (dataset, RT_PART_TEST) ? "test" : "all";
  part = parse_part (name);
  self->part = name;
  self->samples = g_array_new (FALSE, FALSE, sizeof (size_t));
  if (self->task != NULL && part != RT_PART_ANY && !compare_split (self, error))
    return FALSE;
  if (self->task != NULL && part != RT_PART_ANY && self->parts == NULL)
    take_from_task (self, part);
  else
    take_from_parts (self, self->parts != NULL ? self->parts : dataset->parts, part);
  if (self->samples->len == 0)
    {
      set_no_samples (self, part, own, error);
      return FALSE;
    }
  thin (self->samples, dataset->labels, o->every, o->limit);
  return !own || note_trained (self, error);
}

/* Pictures that turned out to be damaged are named, and the others judged. */
static gboolean
tell_unreadable (Work                 *self,
                 const RtPredictions  *predictions,
                 GError              **error)
{
  for (guint i = 0; i < predictions->problems->len; i++)
    rt_cli_note ("left out: %s", (const char *) g_ptr_array_index (predictions->problems, i));
  if (predictions->n > 0)
    return TRUE;
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
               "%s: none of its pictures can be read; save them anew", self->dataset->spec);
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
evaluate (Work           *self,
          int             threads,
          GError        **error)
{
  g_autoptr (RtNetwork) network = rt_backbone_load (self->backbone, error);
  g_autoptr (RtTeam) team = NULL;
  g_autoptr (RtPredictions) predictions = NULL;
  g_autofree int *columns = NULL;
  gboolean by_name, bar = !rt_cli_get_json () && isatty (STDOUT_FILENO);
  double drawn = rt_clock_now ();

  if (network == NULL)
    return FALSE;
  columns = rt_judge_map_classes (self->backbone, self->dataset, rt_network_get_n_classes (network),
                                  &by_name, error);
  if (columns == NULL)
    return FALSE;
  if (!by_name && self->backbone->class_names->len > 0)
    rt_cli_note ("the classes of %s and %s have different names; they are paired by position",
                 self->backbone->spec, self->dataset->spec);
  team = rt_team_new (threads);
  predictions = rt_evaluate (network, self->dataset, (const size_t *) (void *) self->samples->data,
                             self->samples->len, &self->backbone->format, columns,
                             rt_dataset_get_n_classes (self->dataset), team,
                             bar ? progress_cb : NULL, &drawn, error);
  if (bar)
    fputs ("\r\033[K", stdout);
  if (predictions == NULL || !tell_unreadable (self, predictions, error))
    return FALSE;
  rt_judge_print (predictions, self->dataset, self->backbone, self->part);
  return TRUE;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_auto (Options) o = { .every = 1, .shift = NAN };
  g_auto (Work) work = { 0 };
  g_autoptr (GError) error = NULL;
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
  if (!find_backbone (&work, &o, &error))
    return rt_cli_fail_with (error);
  if (!change_format (&o, &work.backbone->format))
    return RT_EXIT_INPUT;
  if (!open_dataset (&work, &o, &error) ||
      !choose_samples (&work, &o, &error) ||
      !evaluate (&work, o.threads, &error))
    return rt_cli_fail_with (error);
  return RT_EXIT_DONE;
}

const RtCommand rt_command_evaluate = {
  .name = "evaluate",
  .arguments = "",
  .summary = "Loss, accuracy, per class and confusion on a dataset",
  .run = run,
};
