/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-recipe.h"

#include "rt-task.h"

G_BEGIN_DECLS

/* How a recipe's dataset is opened and split, for rt_dataset_open() and rt_task_new(). The strings
 * are the recipe's. */
RtDatasetOptions rt_recipe_get_dataset_options (const RtRecipe *recipe);
RtTaskOptions    rt_recipe_get_task_options    (const RtRecipe *recipe);

G_END_DECLS
