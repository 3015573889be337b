/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-resolver.h"
#include "rt-recipe.h"

#include "rt-augment.h"
#include "rt-task.h"

G_BEGIN_DECLS

/* How a recipe's dataset is opened and split, for rt_dataset_open() and rt_task_new(). The strings
 * are the recipe's. */
RtDatasetOptions rt_recipe_get_dataset_options (const RtRecipe *recipe);
RtTaskOptions    rt_recipe_get_task_options    (const RtRecipe *recipe);

/* What the recipe's network gets of the pictures of @dataset, where it begins with @backbone
 * (nullable: with random weights); and how they are augmented. */
void             rt_recipe_get_input_format    (const RtRecipe   *recipe,
                                                const RtBackbone *backbone,
                                                const RtDataset  *dataset,
                                                RtInputFormat    *format);
RtAugment        rt_recipe_get_augment         (const RtRecipe  *recipe,
                                                const RtDataset *dataset);

/* Whether a sample that both know by one name is one picture: the dataset is the same, and drawn
 * alike. */
gboolean         rt_recipe_has_same_dataset    (const RtRecipe *recipe,
                                                const RtRecipe *other);

/* Of each sample: 1 where nothing is augmented, 0 where each epoch has a new one. */
int              rt_recipe_count_views         (const RtRecipe *recipe);

G_END_DECLS
