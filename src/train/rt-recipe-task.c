/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-recipe-task.h"

#include "rt-builtin.h"
#include "rt-recipe-key.h"

#include <string.h>

RtDatasetOptions
rt_recipe_get_dataset_options (const RtRecipe *recipe)
{
  const RtRecipeTask *t = &recipe->task;

  return (RtDatasetOptions) {
    .style = t->style, .shift = t->shift, .folder = recipe->folder, .corrections = t->corrections,
  };
}

/* (transfer full) (nullable): that of a drawn dataset, its first where none is named. */
static char *
find_style (const RtRecipe *recipe)
{
  const RtRecipeTask *t = &recipe->task;
  int n;
  const RtBuiltinInfo *list = rt_builtin_list (&n);

  for (int i = 0; i < n && t->style == NULL && g_str_has_prefix (t->dataset, "builtin:"); i++)
    if (g_str_equal (list[i].name, t->dataset + strlen ("builtin:")))
      return g_strndup (list[i].styles, strcspn (list[i].styles, ","));
  return g_strdup (t->style);
}

gboolean
rt_recipe_has_same_dataset (const RtRecipe *recipe,
                            const RtRecipe *other)
{
  g_autofree char *spec = rt_recipe_resolve_spec (recipe->task.dataset, recipe->folder);
  g_autofree char *other_spec = rt_recipe_resolve_spec (other->task.dataset, other->folder);
  g_autofree char *style = find_style (recipe);
  g_autofree char *other_style = find_style (other);

  return g_str_equal (spec, other_spec) && g_strcmp0 (style, other_style) == 0
         && recipe->task.shift == other->task.shift;
}

RtTaskOptions
rt_recipe_get_task_options (const RtRecipe *recipe)
{
  const RtRecipeTask *t = &recipe->task;

  return (RtTaskOptions) {
    .samples_per_class = t->samples_per_class, .validation = t->validation, .test = t->test,
    .seed = recipe->seed,
    .leave_out = recipe->method == RT_METHOD_DISTIL
                 ? (const char *const *) recipe->distil.leave_out : NULL,
  };
}

void
rt_recipe_get_input_format (const RtRecipe   *recipe,
                            const RtBackbone *backbone,
                            const RtDataset  *dataset,
                            RtInputFormat    *format)
{
  const RtRecipeBackbone *b = &recipe->backbone;

  if (backbone != NULL)
    *format = backbone->format;
  else
    rt_backbone_get_default_format (b->network, format);
  if (b->input_size > 0)
    format->height = format->width = b->input_size;
  format->fit = recipe->task.fit;
  /* Publishers' crop is for photographs; pictures of a set's own size are seen whole. */
  if (dataset->klass->get_file == NULL)
    format->crop = 1.0f;
}

RtAugment
rt_recipe_get_augment (const RtRecipe  *recipe,
                       const RtDataset *dataset)
{
  RtAugment augment = { 0 };

  rt_augment_from_preset (&augment, recipe->task.augment, rt_dataset_may_flip (dataset));
  return augment;
}

int
rt_recipe_count_views (const RtRecipe *recipe)
{
  return g_str_equal (recipe->task.augment, "none") ? 1 : recipe->train.views;
}
