/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-recipe.h"
#include "rt-resolver.h"
#include "rt-trainer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a budget of time was turned into. */
typedef struct
{
  int      n_frozen;     /* blocks, from the input up */
  int      input_size;   /* the recipe's as it was, 0 for the network's own, or a smaller one */
  int      epochs;
  double   seconds;      /* that the run is predicted to take */
  gboolean keeps_statistics;   /* of batch norms, which the recipe had updated */
  gboolean spreads_rates;      /* lower ones for lower blocks, where the recipe had one for all */
} RtFit;

/**
 * rt_recipe_fit:
 * @recipe: changed: its epochs, its frozen blocks, where it must be its input size, a layer decay
 *   that is "auto" or 1; no epochs of the head alone, no early stopping, and the schedule
 *   "flat-cosine", with a warm-up of sixty steps at least where it has none; a large network's
 *   batch norms keep their statistics
 * @seconds: the budget for the whole run, above 0
 * @hooks: (nullable): told what is being opened and measured, and how far that is
 * @fit: (out) (nullable):
 *
 * "Fit in N minutes": trains as much of the network as the budget allows for ten epochs and 300
 * steps, whatever the recipe freezes, and as many epochs as then remain. Where not even the head
 * can be trained at the full input size, smaller ones are tried, down to half. One batch is
 * measured, which takes a second or some; that counts, and so do what is computed once and the test
 * set. The run is to be given its end with rt_control_set_deadline(): it mends the number of epochs
 * as it goes.
 *
 * Returns: FALSE with RT_RECIPE_ERROR_INVALID where nothing fits; it says how long the least would
 *   take
 */
gboolean rt_recipe_fit (RtRecipe              *recipe,
                        const RtResolver      *resolver,
                        double                 seconds,
                        GCancellable          *cancellable,
                        const RtTrainerHooks  *hooks,
                        RtFit                 *fit,
                        GError               **error);

G_END_DECLS
