/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The deployment card of a run: what its network asks of the machine that it is to run on, beside
 * the larger one that it learnt from. Each is loaded and planned as a program that uses it would.
 */

#include "config.h"

#include "rt-deployed.h"

#include <math.h>

void
rt_deployed_free (RtDeployed *self)
{
  if (self == NULL)
    return;
  g_free (self->spec);
  g_free (self->title);
  g_free (self->network);
  g_free (self->problem);
  g_free (self->seen);
  g_free (self);
}

const char *
rt_deployed_role_to_string (RtDeployedRole role)
{
  static const char *const words[] = {
    [RT_DEPLOYED_RUN] = "run",
    [RT_DEPLOYED_TEACHER] = "teacher",
    [RT_DEPLOYED_BACKBONE] = "backbone",
  };

  g_return_val_if_fail (role < G_N_ELEMENTS (words), NULL);
  return words[role];
}

/* Those of a card that were found, while it is made. */
typedef struct
{
  RtStore   *store;        /* Not owned */
  GPtrArray *list;         /* of RtDeployed */
  GPtrArray *predictors;   /* of RtPredictor: of the first in the list, as many as were found */
} Card;

/* @accuracy: NaN for what its own card says. (transfer none) */
static RtDeployed *
deploy (Card            *card,
        RtDeployedRole   role,
        const char      *spec,
        const char      *network,
        const char      *folder,
        double           accuracy,
        GError         **error)
{
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (RtPredictor) predictor = NULL;
  RtDeployed *self;
  RtResolver resolver;

  rt_store_get_resolver (card->store, &resolver);
  backbone = rt_resolver_find (&resolver, spec, network, folder, error);
  predictor = backbone != NULL ? rt_predictor_new (backbone, error) : NULL;
  if (predictor == NULL)
    return NULL;
  self = g_new0 (RtDeployed, 1);
  self->role = role;
  self->spec = g_strdup (backbone->spec);
  self->title = g_strdup (backbone->title);
  self->network = g_strdup (backbone->network);
  self->accuracy = isnan (accuracy) ? backbone->accuracy : accuracy;
  self->test_accuracy = NAN;
  rt_predictor_count (predictor, &self->figures);
  g_ptr_array_add (card->list, self);
  g_ptr_array_add (card->predictors, g_steal_pointer (&predictor));
  return self;
}

/* The one that stands beside the run; without figures where something is wrong with it. */
static void
add_other (Card           *card,
           RtDeployedRole  role,
           const char     *spec,
           const char     *network,
           const char     *folder,
           double          accuracy)
{
  g_autoptr (GError) why = NULL;
  RtDeployed *other;

  if (deploy (card, role, spec, network, folder, accuracy, &why) != NULL)
    return;
  other = g_new0 (RtDeployed, 1);
  other->role = role;
  other->spec = g_strdup (spec);
  other->title = g_strdup (spec);
  other->figures.latency = other->accuracy = other->test_accuracy = NAN;
  other->problem = g_strdup (why->message);
  g_ptr_array_add (card->list, other);
}

static void
measure (const Card *card)
{
  guint n = card->predictors->len;
  g_autofree double *latencies = g_new (double, n);

  rt_predictor_measure ((RtPredictor *const *) card->predictors->pdata, (int) n, latencies);
  for (guint i = 0; i < n; i++)
    ((RtDeployed *) g_ptr_array_index (card->list, i))->figures.latency = latencies[i];
}

GPtrArray *
rt_deployed_list (RtStore   *store,
                  int        run,
                  gboolean   timed,
                  GError   **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_deployed_free);
  g_autoptr (GPtrArray) predictors =
    g_ptr_array_new_with_free_func ((GDestroyNotify) rt_predictor_free);
  Card card = { store, list, predictors };
  g_autofree char *spec = g_strdup_printf ("run:%d", run);
  g_autoptr (RtRun) row = rt_store_get_run (store, run, error);
  g_autoptr (RtRecipe) recipe = row != NULL ? rt_store_get_recipe (store, run, error) : NULL;
  RtDeployed *own = NULL;

  if (recipe != NULL)
    own = deploy (&card, RT_DEPLOYED_RUN, spec, NULL, NULL, row->result.validation_accuracy, error);
  if (own == NULL)
    return NULL;
  own->test_accuracy = row->result.test_accuracy;
  own->seen = g_steal_pointer (&row->seen);
  if (recipe->method == RT_METHOD_DISTIL)
    add_other (&card, RT_DEPLOYED_TEACHER, recipe->distil.teacher, recipe->distil.teacher_network,
               recipe->folder, row->result.teacher_accuracy);
  else if (!rt_recipe_is_random (recipe))
    add_other (&card, RT_DEPLOYED_BACKBONE, recipe->backbone.weights, recipe->backbone.network,
               recipe->folder, NAN);
  if (timed)
    measure (&card);
  return g_steal_pointer (&list);
}
