/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-recipe.h"
#include "rt-resolver.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a budget of time was turned into. */
typedef struct
{
  int    n_frozen;     /* blocks, from the input up */
  int    input_size;   /* 0: the network's own */
  int    epochs;
  double seconds;      /* that the run is predicted to take */
} RtFit;

/**
 * rt_recipe_fit:
 * @recipe: changed: its epochs, no epochs of the head alone, and where it must be its frozen
 *   blocks and its input size
 * @seconds: the budget for the whole run, above 0
 * @fit: (out) (nullable):
 *
 * "Fit in N minutes": trains as much of the network as the budget allows for ten epochs, and as
 * many epochs as then remain, up to two hundred. No less is frozen than the recipe freezes. Where
 * not even the head can be trained at the full input size, smaller ones are tried. A few steps of
 * each choice are measured, which takes some seconds.
 *
 * Returns: FALSE with RT_RECIPE_ERROR_INVALID where nothing fits; it says how long the least would
 *   take
 */
gboolean rt_recipe_fit (RtRecipe          *recipe,
                        const RtResolver  *resolver,
                        double             seconds,
                        GCancellable      *cancellable,
                        RtFit             *fit,
                        GError           **error);

G_END_DECLS
