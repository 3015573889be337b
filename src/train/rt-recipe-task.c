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
