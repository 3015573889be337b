/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recipe as a thing in memory: defaults, copies, and the twin that a run is compared with.
 * Text in is rt-recipe-parse.c, text out rt-recipe-print.c, what is wrong with it
 * rt-recipe-check.c; the keys they share are rt-recipe-key.c.
 */
#include "config.h"

#include "rt-recipe-key.h"

#include "rt-corrections.h"
#include "rt-json.h"
#include "rt-network.h"
#include "rt-quark.h"

#define LARGE 200000000u   /* multiply-adds of a picture; resnet56 at 32 pixels has 126 million */

RT_DEFINE_QUARK (rt-recipe-error-quark, rt_recipe_error)

void
rt_recipe_take_json_error (GError **error)
{
  if (error == NULL || *error == NULL || (*error)->domain != RT_JSON_ERROR)
    return;
  (*error)->code = (*error)->code == RT_JSON_ERROR_MISSING ? RT_RECIPE_ERROR_MISSING
                   : RT_RECIPE_ERROR_INVALID;
  (*error)->domain = RT_RECIPE_ERROR;
}

static const RtRecipe defaults = {
  .seed = 1,
  .task = { .shift = 1.0, .validation = 0.2, .fit = RT_PICTURE_FIT_CROP },
  .train = {
    .epochs = 10, .batch_size = 32, .optimizer = RT_OPTIMIZER_ADAMW, .learning_rate = 0.001,
    .momentum = 0.9, .schedule = RT_SCHEDULE_ONE_CYCLE, .weight_decay = 0.01,
    .layer_decay = RT_LAYER_DECAY_AUTO, .views = 4, .memory = 1000,
  },
  .distil = { .temperature = 4.0, .alpha = 0.7 },
};

RtRecipe *
rt_recipe_new (RtMethod method)
{
  RtRecipe *recipe = g_new (RtRecipe, 1);

  *recipe = defaults;
  recipe->name = g_strdup ("Untitled");
  recipe->method = method;
  recipe->task.dataset = g_strdup ("builtin:glyphs/digits");
  recipe->task.augment = g_strdup ("light");
  recipe->task.corrections = g_strdup ("latest");
  recipe->backbone.network = g_strdup ("resnet8");
  recipe->backbone.weights = g_strdup (method == RT_METHOD_FINE_TUNE
                                       ? "builtin:resnet8-letters" : "random");
  recipe->backbone.frozen = g_new0 (char *, 1);
  return recipe;
}

RtRecipe *
rt_recipe_copy (const RtRecipe *recipe)
{
  RtRecipe *copy = g_new (RtRecipe, 1);

  *copy = *recipe;
  copy->name = g_strdup (recipe->name);
  copy->task.dataset = g_strdup (recipe->task.dataset);
  copy->task.style = g_strdup (recipe->task.style);
  copy->task.augment = g_strdup (recipe->task.augment);
  copy->task.corrections = g_strdup (recipe->task.corrections);
  copy->backbone.network = g_strdup (recipe->backbone.network);
  copy->backbone.weights = g_strdup (recipe->backbone.weights);
  copy->backbone.frozen = g_strdupv (recipe->backbone.frozen);
  copy->distil.teacher = g_strdup (recipe->distil.teacher);
  copy->distil.teacher_network = g_strdup (recipe->distil.teacher_network);
  copy->distil.leave_out = g_strdupv (recipe->distil.leave_out);
  copy->folder = g_strdup (recipe->folder);
  return copy;
}

void
rt_recipe_free (RtRecipe *recipe)
{
  if (recipe == NULL)
    return;
  g_free (recipe->name);
  g_free (recipe->task.dataset);
  g_free (recipe->task.style);
  g_free (recipe->task.augment);
  g_free (recipe->task.corrections);
  g_free (recipe->backbone.network);
  g_free (recipe->backbone.weights);
  g_strfreev (recipe->backbone.frozen);
  g_free (recipe->distil.teacher);
  g_free (recipe->distil.teacher_network);
  g_strfreev (recipe->distil.leave_out);
  g_free (recipe->folder);
  g_free (recipe);
}

static void
rename_twin (RtRecipe   *twin,
             const char *what)
{
  char *name = g_strdup_printf ("%s, %s", twin->name, what);

  g_free (twin->name);
  twin->name = name;
}

/* Without pretrained weights there is nothing to protect: what protects them goes too, or the
 * twin would be held back by it. */
static void
drop_pretraining (RtRecipe *twin)
{
  twin->method = RT_METHOD_SCRATCH;
  g_free (twin->backbone.weights);
  twin->backbone.weights = g_strdup ("random");
  g_strfreev (twin->backbone.frozen);
  twin->backbone.frozen = g_new0 (char *, 1);
  twin->train.head_first = 0;
  twin->train.layer_decay = 1.0;
  twin->train.batch_norm = RT_BATCH_NORM_UPDATE;
  rename_twin (twin, "from scratch");
}

gboolean
rt_recipe_is_random (const RtRecipe *recipe)
{
  return g_strcmp0 (recipe->backbone.weights, "random") == 0;
}

gboolean
rt_recipe_is_large (const RtRecipe *recipe)
{
  RtNetworkOptions options = { .name = recipe->backbone.network, .classes = 10 };
  g_autoptr (RtNetwork) network = rt_network_new_layout (&options, NULL);
  uint64_t n = 0;

  for (int i = 0; network != NULL && i < rt_network_get_n_blocks (network); i++)
    n += rt_network_get_block (network, i)->multiply_adds;
  return n > LARGE;
}

RtRecipe *
rt_recipe_make_baseline (const RtRecipe  *recipe,
                         char           **difference,
                         GError         **error)
{
  g_autoptr (RtRecipe) twin = rt_recipe_copy (recipe);
  g_autofree char *words = NULL;

  if (recipe->method == RT_METHOD_DISTIL)
    {
      twin->distil.alpha = 0.0;
      rename_twin (twin, "labels only");
      words = g_strdup_printf ("the same student from labels only (distil.alpha 0 instead of %g)",
                               recipe->distil.alpha);
    }
  else if (recipe->method == RT_METHOD_FINE_TUNE)
    {
      drop_pretraining (twin);
      words = g_strdup_printf ("the same network from scratch: random weights instead of %s, "
                               "nothing frozen",
                               recipe->backbone.weights);
    }
  else
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "The method \"%s\" has no baseline; only \"fine-tune\" and \"distil\" have one",
                   rt_method_to_string (recipe->method));
      return NULL;
    }
  if (difference != NULL)
    *difference = g_steal_pointer (&words);
  return g_steal_pointer (&twin);
}

gboolean
rt_recipe_pin_corrections (RtRecipe  *recipe,
                           GError   **error)
{
  g_autofree char *spec = NULL;
  char *version;

  g_return_val_if_fail (recipe != NULL, FALSE);
  if (!g_str_equal (recipe->task.corrections, "latest")
      || g_str_has_prefix (recipe->task.dataset, "builtin:"))
    return TRUE;
  spec = rt_recipe_resolve_spec (recipe->task.dataset, recipe->folder);
  version = rt_corrections_pin (spec, error);
  if (version == NULL)
    return FALSE;
  g_free (recipe->task.corrections);
  recipe->task.corrections = version;
  return TRUE;
}

const char *
rt_method_to_string (RtMethod method)
{
  switch (method)
    {
    case RT_METHOD_SCRATCH:
      return "scratch";
    case RT_METHOD_PRETRAIN:
      return "pretrain";
    case RT_METHOD_FINE_TUNE:
      return "fine-tune";
    case RT_METHOD_DISTIL:
      return "distil";
    default:
      g_return_val_if_reached ("unknown");
    }
}
