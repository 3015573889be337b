/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What freezing saves: the same recipe trained twice by the trainer itself, once with nothing
 * frozen and once with all but the head. The weights are random ones written to a file: what they
 * are does not change what they cost.
 */

#include "config.h"

#include "rt-bench.h"

#include "rt-clock.h"
#include "rt-formats.h"

#include <glib/gstdio.h>
#include <math.h>

#define DATASET            "builtin:glyphs/digits"
#define SAMPLES_PER_CLASS  100
#define VALIDATION         10
#define N_EPOCHS_UNFROZEN  2
#define N_EPOCHS_FROZEN    20

typedef struct
{
  double quickest;    /* seconds of an epoch */
  double started;
  double fill;        /* seconds from the start to the first step; 0: not there yet */
} Listener;

static void
event_cb (const RtEvent *event,
          void          *data)
{
  Listener *listener = data;

  if (event->kind == RT_EVENT_START)
    listener->started = rt_clock_now ();
  else if (event->kind == RT_EVENT_STEP && listener->fill == 0.0)
    listener->fill = rt_clock_now () - listener->started;
  else if (event->kind == RT_EVENT_EPOCH)
    listener->quickest = MIN (listener->quickest, event->epoch.seconds);
}

static gboolean
write_weights (const char  *network_name,
               const char  *path,
               GError     **error)
{
  RtNetworkOptions options = { .name = network_name, .classes = 10 };
  g_autoptr (RtNetwork) network = rt_network_new (&options, error);
  g_autoptr (RtTensorList) weights = NULL;

  if (network == NULL)
    return FALSE;
  rt_network_init (network, 1, 0);
  weights = rt_network_save (network);
  return rt_safetensors_write (weights, path, error);
}

static RtRecipe *
make_recipe (const RtBenchCase  *what,
             const char         *weights,
             gboolean            frozen,
             GError            **error)
{
  RtNetworkOptions options = { .name = what->network, .classes = 10 };
  g_autoptr (RtNetwork) network = rt_network_new (&options, error);
  RtRecipe *recipe;
  int n_frozen;

  if (network == NULL)
    return NULL;
  recipe = rt_recipe_new (RT_METHOD_FINE_TUNE);
  n_frozen = rt_network_get_n_blocks (network) - 1;
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup (DATASET);
  recipe->task.samples_per_class = SAMPLES_PER_CLASS;
  recipe->task.validation = VALIDATION;
  g_free (recipe->task.augment);
  recipe->task.augment = g_strdup ("none");
  g_free (recipe->backbone.network);
  recipe->backbone.network = g_strdup (what->network);
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strconcat ("file:", weights, NULL);
  g_strfreev (recipe->backbone.frozen);
  recipe->backbone.frozen = g_new0 (char *, n_frozen + 1);
  for (int i = 0; frozen && i < n_frozen; i++)
    recipe->backbone.frozen[i] = g_strdup (rt_network_get_block (network, i)->name);
  recipe->train.epochs = frozen ? N_EPOCHS_FROZEN : N_EPOCHS_UNFROZEN;
  recipe->train.batch_size = what->batch;
  recipe->train.head_first = 0;
  recipe->train.patience = 0;
  recipe->threads = what->threads;
  return recipe;
}

static gboolean
train (const RtBenchCase  *what,
       const char         *weights,
       gboolean            frozen,
       Listener           *listener,
       RtBenchFrozen      *times,
       GError            **error)
{
  g_autoptr (RtRecipe) recipe = make_recipe (what, weights, frozen, error);
  g_autoptr (RtTrainer) trainer = NULL;
  RtTrainerHooks hooks = { .event = event_cb, .data = listener };
  RtCost cost;

  trainer = recipe != NULL ? rt_trainer_new (recipe, NULL, NULL, error) : NULL;
  if (trainer == NULL)
    return FALSE;
  rt_trainer_get_cost (trainer, &cost);
  times->n_train = cost.n_train;
  times->n_validation = cost.n_validation;
  return rt_trainer_run (trainer, &hooks, error) == RT_TRAINER_FINISHED;
}

gboolean
rt_bench_time_frozen (const RtBenchCase  *what,
                      RtBenchFrozen      *times,
                      GError            **error)
{
  g_autofree char *folder = g_dir_make_tmp ("retort-bench-XXXXXX", error);
  g_autofree char *path = NULL;
  Listener unfrozen = { .quickest = INFINITY }, frozen = { .quickest = INFINITY };
  gboolean done;

  if (folder == NULL)
    return FALSE;
  path = g_build_filename (folder, "random.safetensors", NULL);
  done = write_weights (what->network, path, error) &&
         train (what, path, FALSE, &unfrozen, times, error) &&
         train (what, path, TRUE, &frozen, times, error);
  g_remove (path);
  g_rmdir (folder);
  times->unfrozen = unfrozen.quickest;
  times->frozen = frozen.quickest;
  times->fill = frozen.fill;
  return done;
}
