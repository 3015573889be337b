/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The learning rate of each block. After head_first, as fastai's Learner.fine_tune has it: half the
 * recipe's rate at the head, and rates that fall geometrically to a hundredth of that at the bottom
 * (lr_mult 100; discriminative fine-tuning: Howard and Ruder 2018, section 3.2). They fall over all
 * blocks, frozen ones too, so that a block's rate is the same wherever freezing ends. A large
 * network's fall without head_first too: at the head's rate its lower blocks unlearn within an
 * epoch what they knew, and all that follows is noise. A layer decay that the recipe says stands.
 */
#include "config.h"

#include "rt-recipe.h"

#include <math.h>

/* fastai's lr_mult: the head's rate over the lowest block's. */
#define LR_MULT 100.0

double
rt_recipe_spread_rates (int n_blocks)
{
  return n_blocks > 1 ? pow (1.0 / LR_MULT, 1.0 / (n_blocks - 1)) : 1.0;
}

void
rt_recipe_get_rates (const RtRecipe *recipe,
                     int             n_blocks,
                     double         *head,
                     double         *decay)
{
  const RtRecipeTrain *t = &recipe->train;

  *head = t->head_first > 0 ? 0.5 * t->learning_rate : t->learning_rate;
  *decay = t->layer_decay;
  if (t->layer_decay != RT_LAYER_DECAY_AUTO)
    return;
  if (t->head_first > 0 || (!rt_recipe_is_random (recipe) && rt_recipe_is_large (recipe)))
    *decay = rt_recipe_spread_rates (n_blocks);
  else
    *decay = 1.0;
}
