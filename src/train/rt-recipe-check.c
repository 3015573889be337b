/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is wrong with a recipe that could be read. Ranges of single keys are the table's
 * (rt-recipe-key.c); here is what takes several keys, or the list of networks: freezing that
 * means nothing, a distillation without a teacher, budgets that do not fit. Nothing is opened.
 * Each check says which keys it looks at, and is passed over where one of them is wrong already,
 * so that one mistake is one message.
 */
#include "config.h"

#include "rt-recipe-key.h"

#include "rt-builtin.h"
#include "rt-network.h"
#include "rt-task.h"

#include <math.h>
#include <string.h>

#define MAX_CLASSES_GUESSED 10       /* nothing here depends on it; the dataset is not open yet */
#define MAX_MLP_VALUES 50000000.0

typedef struct
{
  void      (*check) (const RtRecipe *recipe,
                      GPtrArray      *problems);
  const char *keys[5];
} Check;

static void
note (GPtrArray  *problems,
      const char *format,
      ...) G_GNUC_PRINTF (2, 3);

static void
note (GPtrArray  *problems,
      const char *format,
      ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (problems, g_strdup_vprintf (format, args));
  va_end (args);
}

static gboolean
has_frozen (const RtRecipe *recipe)
{
  return recipe->backbone.frozen != NULL && recipe->backbone.frozen[0] != NULL;
}

static void
check_network_name (const char *key,
                    const char *name,
                    GPtrArray  *problems)
{
  g_autoptr (GString) names = g_string_new (NULL);
  int n;
  const RtNetworkInfo *list = rt_network_list (&n);

  if (rt_network_find (name) != NULL)
    return;
  for (int i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", list[i].name);
  note (problems, "%s is \"%s\"; allowed: %s", key, name, names->str);
}

static void
check_validation (const RtRecipe *recipe,
                  GPtrArray      *problems)
{
  double validation = recipe->task.validation;

  if (validation >= 1 && validation != floor (validation))
    note (problems, "task.validation is %g; allowed: a fraction below 1, or a whole number of "
          "samples of each class",
          validation);
}

static void
check_test (const RtRecipe *recipe,
            GPtrArray      *problems)
{
  if (recipe->task.test == RT_TASK_REST && recipe->task.samples_per_class == 0)
    note (problems, "task.test is \"rest\", and task.samples_per_class is 0, which trains on all "
          "there is and leaves no rest; say how many to train on, or what fraction to test on");
}

static const RtBuiltinInfo *
find_builtin (const char *name)
{
  int n;
  const RtBuiltinInfo *list = rt_builtin_list (&n);

  for (int i = 0; i < n; i++)
    if (g_str_equal (list[i].name, name))
      return &list[i];
  return NULL;
}

static void
check_dataset (const RtRecipe *recipe,
               GPtrArray      *problems)
{
  const RtBuiltinInfo *info;
  g_autoptr (GString) names = g_string_new (NULL);
  g_auto (GStrv) styles = NULL;
  int n;
  const RtBuiltinInfo *list = rt_builtin_list (&n);

  if (!g_str_has_prefix (recipe->task.dataset, "builtin:"))
    {
      if (recipe->task.style != NULL)
        note (problems, "task.style is only for a builtin: dataset, and task.dataset is %s; take "
              "it out",
              recipe->task.dataset);
      return;
    }
  info = find_builtin (recipe->task.dataset + strlen ("builtin:"));
  if (info == NULL)
    {
      for (int i = 0; i < n; i++)
        g_string_append_printf (names, "%sbuiltin:%s", i > 0 ? ", " : "", list[i].name);
      note (problems, "task.dataset is \"%s\"; the drawn datasets are: %s", recipe->task.dataset,
            names->str);
      return;
    }
  styles = g_strsplit (info->styles, ",", -1);
  if (recipe->task.style != NULL &&
      !g_strv_contains ((const char *const *) styles, recipe->task.style))
    {
      g_autofree char *allowed = g_strjoinv (", ", styles);

      note (problems, "task.style is \"%s\"; allowed for %s: %s", recipe->task.style,
            recipe->task.dataset, allowed);
    }
}

static void
check_backbone_network (const RtRecipe *recipe,
                        GPtrArray      *problems)
{
  check_network_name ("backbone.network", recipe->backbone.network, problems);
}

/* Before anything is allocated for it. */
static gboolean
is_mlp_too_large (const RtRecipe *recipe,
                  double         *values)
{
  const RtNetworkInfo *info = rt_network_find ("mlp");
  double side = recipe->backbone.input_size > 0 ? recipe->backbone.input_size : info->height;
  double from = side * side * 3;

  *values = 0;
  for (int i = 0; i < RT_MAX_HIDDEN && recipe->backbone.hidden[i] != 0; i++)
    {
      *values += (from + 1) * recipe->backbone.hidden[i];
      from = recipe->backbone.hidden[i];
    }
  return *values > MAX_MLP_VALUES;
}

static void
check_blocks (const RtRecipe  *recipe,
              const RtNetwork *network,
              GPtrArray       *problems)
{
  int n = rt_network_get_n_blocks (network);
  uint32_t all = (uint32_t) ((1ull << n) - 1), frozen = 0;
  g_autoptr (GString) names = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            rt_network_get_block (network, i)->name);
  for (char **block = recipe->backbone.frozen; block != NULL && *block != NULL; block++)
    {
      uint32_t found = rt_network_find_blocks (network, *block);

      if (found == 0)
        note (problems, "backbone.frozen holds \"%s\"; the blocks of %s are: %s", *block,
              recipe->backbone.network, names->str);
      frozen |= found;
    }
  if (frozen == all)
    note (problems, "backbone.frozen holds every block of %s: nothing would be trained; leave at "
          "least the head out",
          recipe->backbone.network);
  else if (has_frozen (recipe) &&
           g_strv_contains ((const char *const *) recipe->backbone.frozen, "head"))
    note (problems, "backbone.frozen holds \"head\": it is made anew for the task's classes, and "
          "frozen it would stay random; take it out");
}

static void
check_architecture (const RtRecipe *recipe,
                    GPtrArray      *problems)
{
  const RtRecipeBackbone *backbone = &recipe->backbone;
  RtNetworkOptions options = { .name = backbone->network, .height = backbone->input_size,
                               .width = backbone->input_size, .classes = MAX_CLASSES_GUESSED };
  g_autoptr (RtNetwork) network = NULL;
  g_autoptr (GError) cause = NULL;
  gboolean mlp = g_str_equal (backbone->network, "mlp");
  double values;

  if (rt_network_find (backbone->network) == NULL)
    return;   /* said already */
  if (!mlp && backbone->hidden[0] != 0)
    note (problems, "backbone.hidden is only for the network \"mlp\", and backbone.network is "
          "\"%s\"; take it out",
          backbone->network);
  if (mlp && is_mlp_too_large (recipe, &values))
    {
      note (problems, "backbone.hidden makes up to %.0f parameters; allowed: at most %.0f", values,
            MAX_MLP_VALUES);
      return;
    }
  memcpy (options.hidden, backbone->hidden, sizeof options.hidden);
  network = rt_network_new_layout (&options, &cause);
  if (network == NULL)
    note (problems, "backbone.input_size is %d; %s", backbone->input_size, cause->message);
  else
    check_blocks (recipe, network, problems);
}

static void
check_weights (const RtRecipe *recipe,
               GPtrArray      *problems)
{
  if (recipe->method == RT_METHOD_SCRATCH && !rt_recipe_is_random (recipe))
    note (problems, "backbone.weights is \"%s\", and the method \"scratch\" starts from random "
          "weights; set backbone.weights to \"random\" or method to \"fine-tune\"",
          recipe->backbone.weights);
  if (recipe->method == RT_METHOD_FINE_TUNE && rt_recipe_is_random (recipe))
    note (problems, "backbone.weights is \"random\", and the method \"fine-tune\" starts from "
          "pretrained weights; say which (builtin:NAME, file:PATH, run:NUMBER) or set method to "
          "\"scratch\"");
}

static void
check_freeze (const RtRecipe *recipe,
              GPtrArray      *problems)
{
  if (!rt_recipe_is_random (recipe))
    return;
  if (has_frozen (recipe))
    note (problems, "backbone.frozen is not empty, and backbone.weights is \"random\": frozen "
          "random layers learn nothing and hold nothing; freeze nothing or choose pretrained "
          "weights");
  if (recipe->train.head_first > 0)
    note (problems, "train.head_first is %d, and backbone.weights is \"random\": there is nothing "
          "to protect from the new head; allowed: 0", recipe->train.head_first);
  if (recipe->train.batch_norm == RT_BATCH_NORM_KEEP)
    note (problems, "train.batch_norm is \"keep\", and backbone.weights is \"random\": there are "
          "no pretrained statistics to keep; set it to \"update\"");
}

static void
check_budget (const RtRecipe *recipe,
              GPtrArray      *problems)
{
  const RtRecipeTrain *train = &recipe->train;

  if (train->head_first > 0 && train->head_first >= train->epochs)
    note (problems, "train.head_first is %d; allowed: below train.epochs, which is %d",
          train->head_first, train->epochs);
  if (train->warm_up > 0 && train->warm_up >= train->epochs)
    note (problems, "train.warm_up is %g; allowed: below train.epochs, which is %d", train->warm_up,
          train->epochs);
}

static void
check_nesterov (const RtRecipe *recipe,
                GPtrArray      *problems)
{
  if (recipe->train.nesterov &&
      (recipe->train.optimizer != RT_OPTIMIZER_SGD || recipe->train.momentum == 0))
    note (problems, "train.nesterov is true; it needs train.optimizer \"sgd\" and train.momentum "
          "above 0");
}

static void
check_teacher (const RtRecipe *recipe,
               GPtrArray      *problems)
{
  const RtRecipeDistil *distil = &recipe->distil;
  gboolean file;

  if (recipe->method != RT_METHOD_DISTIL)
    return;
  if (distil->teacher == NULL)
    {
      note (problems, "distil.teacher is missing; the method \"distil\" needs one: builtin:NAME, "
            "run:NUMBER or file:PATH; a run trained on this task can be one");
      return;
    }
  file = g_str_has_prefix (distil->teacher, "file:");
  if (!file && distil->teacher_network != NULL)
    note (problems, "distil.teacher_network is only for a teacher \"file:PATH\"; %s knows its own; "
          "take it out",
          distil->teacher);
  else if (file && distil->teacher_network != NULL)
    check_network_name ("distil.teacher_network", distil->teacher_network, problems);
}

static const Check checks[] = {
  { check_validation, { "task.validation" } },
  { check_test, { "task.test", "task.samples_per_class" } },
  { check_dataset, { "task.dataset", "task.style" } },
  { check_backbone_network, { "backbone.network" } },
  { check_architecture,
    { "backbone.network", "backbone.hidden", "backbone.input_size", "backbone.frozen" } },
  { check_weights, { "method", "backbone.weights" } },
  { check_freeze, { "backbone.weights", "backbone.frozen", "train.head_first",
                   "train.batch_norm" } },
  { check_budget, { "train.epochs", "train.head_first", "train.warm_up" } },
  { check_nesterov, { "train.nesterov", "train.optimizer", "train.momentum" } },
  { check_teacher, { "method", "distil.teacher", "distil.teacher_network" } },
};

/* A section that is not an object takes its keys with it. */
static gboolean
is_bad (GHashTable *bad,
        const char *path)
{
  const char *dot = strchr (path, '.');
  g_autofree char *section = g_strndup (path, dot != NULL ? (size_t) (dot - path) : 0);

  return g_hash_table_contains (bad, path) || g_hash_table_contains (bad, section);
}

void
rt_recipe_check_rest (const RtRecipe *recipe,
                      GHashTable     *bad,
                      GPtrArray      *problems)
{
  for (size_t i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      gboolean skip = FALSE;

      for (size_t j = 0; bad != NULL && j < G_N_ELEMENTS (checks[i].keys); j++)
        skip = skip || (checks[i].keys[j] != NULL && is_bad (bad, checks[i].keys[j]));
      if (!skip)
        checks[i].check (recipe, problems);
    }
}

gboolean
rt_recipe_validate (const RtRecipe  *recipe,
                    GError         **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) bad = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int n;
  const RtRecipeKey *keys = rt_recipe_key_list (&n);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (JsonNode) node = NULL;

      if (g_str_has_prefix (keys[i].path, "distil.") && recipe->method != RT_METHOD_DISTIL)
        continue;
      node = rt_recipe_key_get (&keys[i], recipe);
      if (!rt_recipe_key_set (&keys[i], NULL, node, problems))
        g_hash_table_add (bad, g_strdup (keys[i].path));
    }
  rt_recipe_check_rest (recipe, bad, problems);
  return rt_recipe_take_problems (problems, NULL, error);
}
