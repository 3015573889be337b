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

/* How a dataset is drawn: its first style is the source's look, and so is any other that is not
 * shifted. @shift: (out). (transfer full): "" where it is the source's, or nothing is drawn */
static char *
find_look (const RtRecipeTask *task,
           double             *shift)
{
  int n;
  const RtBuiltinInfo *list = rt_builtin_list (&n);
  g_autofree char *source = NULL;

  for (int i = 0; i < n && g_str_has_prefix (task->dataset, "builtin:"); i++)
    if (g_str_equal (list[i].name, task->dataset + strlen ("builtin:")))
      source = g_strndup (list[i].styles, strcspn (list[i].styles, ","));
  *shift = 0.0;
  if (source == NULL || task->style == NULL || g_str_equal (task->style, source)
      || task->shift <= 0.0)
    return g_strdup ("");
  *shift = task->shift;
  return g_strdup (task->style);
}

gboolean
rt_recipe_has_same_dataset (const RtRecipe *recipe,
                            const RtRecipe *other)
{
  g_autofree char *spec = rt_recipe_resolve_spec (recipe->task.dataset, recipe->folder);
  g_autofree char *other_spec = rt_recipe_resolve_spec (other->task.dataset, other->folder);
  double shift, other_shift;
  g_autofree char *look = find_look (&recipe->task, &shift);
  g_autofree char *other_look = find_look (&other->task, &other_shift);

  return g_str_equal (spec, other_spec) && g_str_equal (look, other_look) && shift == other_shift;
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
