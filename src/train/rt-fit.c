/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-fit.h"

#include "rt-trainer.h"

#include <math.h>

#define MIN_EPOCHS      10
#define MAX_EPOCHS      200
#define RESERVE         0.95   /* of the budget is planned with */
#define MEASURE_SECONDS 0.6
#define SIDE_STEP       32

/* The search for one recipe. */
typedef struct
{
  RtRecipe         *recipe;     /* Borrowed: changed from choice to choice */
  const RtResolver *resolver;   /* Borrowed */
  GCancellable     *cancellable;
  double            budget;
  double            least;      /* seconds that the quickest choice so far would take */
  char            **blocks;     /* Owned: names, lowest first */
  int               n_blocks;
} Search;

static void
search_clear (Search *self)
{
  g_clear_pointer (&self->blocks, g_strfreev);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

/* The blocks, and how many from the lowest on the recipe freezes without a gap. */
static int
list_blocks (Search          *self,
             const RtNetwork *network)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  uint32_t frozen = 0;
  int n = 0;

  self->n_blocks = rt_network_get_n_blocks (network);
  for (int i = 0; i < self->n_blocks; i++)
    g_strv_builder_add (names, rt_network_get_block (network, i)->name);
  self->blocks = g_strv_builder_end (names);
  for (char **name = self->recipe->backbone.frozen; name != NULL && *name != NULL; name++)
    frozen |= rt_network_find_blocks (network, *name);
  while ((frozen >> n & 1) != 0)
    n++;
  return n;
}

static void
freeze (Search *self,
        int     n)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (int i = 0; i < n; i++)
    g_strv_builder_add (names, self->blocks[i]);
  g_strfreev (self->recipe->backbone.frozen);
  self->recipe->backbone.frozen = g_strv_builder_end (names);
}

/* How many epochs of the recipe as it is fit in; -1 with the error set. */
static int
count_epochs (Search  *self,
              RtFit   *fit,
              GError **error)
{
  g_autoptr (RtTrainer) trainer = NULL;
  double epochs;
  RtCost cost;

  self->recipe->train.epochs = MIN_EPOCHS;
  trainer = rt_trainer_new (self->recipe, self->resolver, self->cancellable, error);
  if (trainer == NULL || !rt_trainer_measure (trainer, MEASURE_SECONDS, error))
    return -1;
  rt_trainer_get_cost (trainer, &cost);
  epochs = floor ((RESERVE * self->budget - cost.seconds_once) / cost.seconds_per_epoch);
  self->least = MIN (self->least, cost.seconds_once + MIN_EPOCHS * cost.seconds_per_epoch);
  fit->epochs = (int) CLAMP (epochs, 0.0, MAX_EPOCHS);
  fit->seconds = cost.seconds_once + fit->epochs * cost.seconds_per_epoch;
  fit->input_size = self->recipe->backbone.input_size;
  fit->n_frozen = (int) g_strv_length (self->recipe->backbone.frozen);
  return fit->epochs;
}

/* The fewest frozen blocks, from @low on, with which enough epochs fit: freezing more is never
 * slower. 0: not even with all but the head. */
static int
search_freeze (Search  *self,
               int      low,
               RtFit   *fit,
               GError **error)
{
  int high = self->n_blocks - 1;
  RtFit found;
  int epochs;

  freeze (self, high);
  epochs = count_epochs (self, fit, error);
  if (epochs < MIN_EPOCHS)
    return MIN (epochs, 0);
  while (low < high)
    {
      int middle = (low + high) / 2;

      freeze (self, middle);
      epochs = count_epochs (self, &found, error);
      if (epochs < 0)
        return -1;
      if (epochs >= MIN_EPOCHS)
        {
          high = middle;
          *fit = found;
        }
      else
        low = middle + 1;
    }
  freeze (self, high);
  return 1;
}

static int
try (Search  *self,
     int      n_frozen,
     RtFit   *fit,
     GError **error)
{
  int epochs;

  if (g_str_equal (self->recipe->backbone.weights, "random"))
    {
      epochs = count_epochs (self, fit, error);
      return epochs < 0 ? -1 : epochs >= MIN_EPOCHS;
    }
  return search_freeze (self, n_frozen, fit, error);
}

static gboolean
describe_failure (const Search  *self,
                  GError       **error)
{
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
               "%s does not fit in %.0f seconds: %d epochs of the least would take %.0f; allow "
               "more time, or use fewer samples or a smaller network",
               self->recipe->name, self->budget, MIN_EPOCHS, ceil (self->least));
  return FALSE;
}

gboolean
rt_recipe_fit (RtRecipe          *recipe,
               const RtResolver  *resolver,
               double             seconds,
               GCancellable      *cancellable,
               RtFit             *fit,
               GError           **error)
{
  g_auto (Search) search = { .recipe = recipe, .resolver = resolver, .cancellable = cancellable,
                             .budget = seconds, .least = INFINITY };
  g_autoptr (RtTrainer) trainer = NULL;
  RtFit found = { 0 };
  int n_frozen, size, result = 0;

  g_return_val_if_fail (seconds > 0.0, FALSE);
  trainer = rt_trainer_new (recipe, resolver, cancellable, error);
  if (trainer == NULL)
    return FALSE;
  n_frozen = list_blocks (&search, rt_trainer_get_network (trainer));
  size = rt_network_get_options (rt_trainer_get_network (trainer))->width;
  g_clear_pointer (&trainer, rt_trainer_free);

  recipe->train.head_first = 0;
  result = try (&search, n_frozen, &found, error);
  for (size = (size - 1) / SIDE_STEP * SIDE_STEP; result == 0 && size > SIDE_STEP;
       size -= SIDE_STEP)
    {
      recipe->backbone.input_size = size;
      result = try (&search, n_frozen, &found, error);
    }
  if (result <= 0)
    return result == 0 ? describe_failure (&search, error) : FALSE;
  recipe->train.epochs = found.epochs;
  if (fit != NULL)
    *fit = found;
  return TRUE;
}
