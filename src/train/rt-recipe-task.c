/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-recipe-task.h"

RtDatasetOptions
rt_recipe_get_dataset_options (const RtRecipe *recipe)
{
  const RtRecipeTask *t = &recipe->task;

  return (RtDatasetOptions) {
    .style = t->style, .shift = t->shift, .folder = recipe->folder, .corrections = t->corrections,
  };
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
