/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "Fit in N minutes". One batch of the whole network is measured, block by block
 * (rt-trainer-profile.c); from that follows what a run takes with the lowest blocks frozen, at any
 * size of input, and so which is the most that can be trained. How many epochs that makes is a
 * first guess: the run decides it anew as it goes (rt-trainer-pace.c).
 */
#include "config.h"

#include "rt-fit.h"

#include "rt-trainer-private.h"
#include "rt-trainer-profile.h"

#include "rt-clock.h"

#include <glib/gi18n.h>
#include <math.h>

#define MIN_EPOCHS  10
#define MIN_STEPS   300    /* a new head needs some hundred, however few an epoch has */
#define MAX_EPOCHS  10000
#define SIDE_STEP   32
/* Where the recipe has none: the rate stays at its peak then, and what was pretrained does not
 * outlive that while the head is noise. An epoch of a small set is a few steps only. */
#define WARM_UP_STEPS 60

/* What is known of a recipe before one of its choices is made. */
typedef struct
{
  RtTrainer        *trainer;   /* Owned: of the recipe with nothing frozen */
  RtTrainerProfile  profile;
  double            budget;    /* seconds, of the run alone */
  double            least;     /* seconds that the quickest choice so far would take */
} Search;

static void
search_clear (Search *self)
{
  g_clear_pointer (&self->trainer, rt_trainer_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

static double
sum (const double *seconds,
     int           from,
     int           to)
{
  double total = 0.0;

  for (int i = from; i < to; i++)
    total += seconds[i];
  return total;
}

/* The part of the parameters that is trained with @n blocks frozen. */
static double
get_trained_part (const RtTrainer *t,
                  int              n)
{
  double all = 0.0, frozen = 0.0;

  for (int i = 0; i < rt_network_get_n_blocks (t->network); i++)
    {
      double n_params = (double) rt_network_get_block (t->network, i)->n_params;

      all += n_params;
      if (i < n)
        frozen += n_params;
    }
  return all > 0.0 ? 1.0 - frozen / all : 1.0;
}

/* Seconds of an epoch with @n blocks frozen, and of what is computed once. @scale: pixels over
 * those that were measured. */
static void
predict (const Search *self,
         int           n,
         double        scale,
         double       *epoch,
         double       *once)
{
  const RtTrainerProfile *p = &self->profile;
  const RtTrainer *t = self->trainer;
  double n_train = (double) t->task->n_train, n_validation = (double) t->task->n_validation;
  double prefix = scale * sum (p->inference, 0, n);
  double whole = scale * sum (p->inference, 0, p->n_blocks);
  double train = scale * (sum (p->forward, n, p->n_blocks) + sum (p->backward, n, p->n_blocks));
  gboolean cached = rt_trainer_find_cut (t, (1u << n) - 1) > 0;

  *epoch = n_train * (train + (cached ? 0.0 : prefix))
           + n_validation * (whole - (cached ? prefix : 0.0))
           + (double) t->steps_per_epoch * p->step * get_trained_part (t, n);
  *once = (double) t->task->n_test * rt_trainer_load_meanwhile (t, whole, p->load);
  if (cached)
    *once += (n_train * t->n_views + n_validation)
             * rt_trainer_load_meanwhile (t, prefix, p->load);
  else   /* the first epoch looks at the files */
    *once += n_train * (rt_trainer_load_meanwhile (t, train, p->load) - train);
  if (t->teacher == NULL)
    return;
  *once += (n_train * t->n_views + n_validation)
           * rt_trainer_load_meanwhile (t, p->teacher, p->load);
  if (t->n_views == 0)
    *epoch += n_train * p->teacher;
}

/* Epochs that are worth a run. */
static int
count_least (const Search *self)
{
  int steps = (int) self->trainer->steps_per_epoch;

  return MAX (MIN_EPOCHS, (MIN_STEPS + steps - 1) / steps);
}

/* The fewest frozen blocks with which enough epochs fit at one size. */
static gboolean
choose_frozen (Search *self,
               double  scale,
               RtFit  *fit)
{
  int most = rt_recipe_is_random (self->trainer->recipe) ? 0
             : self->profile.n_blocks - 1;   /* never the head */
  int least = count_least (self);

  for (int n = 0; n <= most; n++)
    {
      double epoch, once, epochs;

      predict (self, n, scale, &epoch, &once);
      self->least = MIN (self->least, once + least * epoch);
      epochs = floor ((self->budget - once) / epoch);
      if (epochs < least)
        continue;
      fit->n_frozen = n;
      fit->epochs = (int) MIN (epochs, MAX_EPOCHS);
      fit->seconds = once + fit->epochs * epoch;
      return TRUE;
    }
  return FALSE;
}

/* At the full size, or where that does not fit at the largest smaller one: down to half, below
 * which little of what a network knows of pictures is of use. */
static gboolean
choose (Search *self,
        RtFit  *fit)
{
  int side = rt_network_get_options (self->trainer->network)->width;
  int least = MAX ((side + 1) / 2, SIDE_STEP);
  int size = side;

  while (!choose_frozen (self, (double) size * size / ((double) side * side), fit))
    {
      size = (size - 1) / SIDE_STEP * SIDE_STEP;
      if (size < least)
        return FALSE;
    }
  fit->input_size = size < side ? size : self->trainer->recipe->backbone.input_size;
  return TRUE;
}

/* A large network's batch norms, of which some are now unfrozen: the statistics that they were
 * pretrained with are better than those of the few batches that a budget of minutes has. */
static gboolean
keeps_statistics (const Search *self,
                  const RtFit  *fit)
{
  const RtRecipe *recipe = self->trainer->recipe;

  return !rt_recipe_is_random (recipe) && rt_recipe_is_large (recipe)
         && recipe->train.batch_norm != RT_BATCH_NORM_KEEP
         && fit->n_frozen < self->profile.n_blocks - 1;
}

/* One rate for all was meant for the blocks that the recipe trains: it does not stand for those
 * that are unfrozen here, of which the lower ones would unlearn what they were pretrained with. */
static gboolean
spreads_rates (const Search *self,
               const RtFit  *fit)
{
  const RtRecipe *recipe = self->trainer->recipe;
  double decay = recipe->train.layer_decay;

  return !rt_recipe_is_random (recipe) && (decay == RT_LAYER_DECAY_AUTO || decay == 1.0)
         && fit->n_frozen < self->profile.n_blocks - 1;
}

static void
apply (const Search *self,
       const RtFit  *fit,
       RtRecipe     *recipe)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  double steps = (double) self->trainer->steps_per_epoch;

  for (int i = 0; i < fit->n_frozen; i++)
    g_strv_builder_add (names, rt_network_get_block (self->trainer->network, i)->name);
  g_strfreev (recipe->backbone.frozen);
  recipe->backbone.frozen = g_strv_builder_end (names);
  recipe->backbone.input_size = fit->input_size;
  recipe->train.epochs = fit->epochs;
  recipe->train.head_first = 0;
  recipe->train.patience = 0;
  if (fit->keeps_statistics)
    recipe->train.batch_norm = RT_BATCH_NORM_KEEP;
  if (fit->spreads_rates)
    recipe->train.layer_decay = rt_recipe_spread_rates (self->profile.n_blocks);
  recipe->train.schedule = RT_SCHEDULE_FLAT_COSINE;
  if (recipe->train.warm_up <= 0.0 || recipe->train.warm_up >= fit->epochs / 2.0)
    recipe->train.warm_up = MAX (1.0, ceil (WARM_UP_STEPS / steps));
}

static gboolean
describe_failure (const Search    *self,
                  const RtRecipe  *recipe,
                  double           seconds,
                  GError         **error)
{
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
               "%s does not fit in %.0f s: %d epochs of the least would take %.0f s; allow "
               "more time, or use fewer samples or a smaller network",
               recipe->name, seconds, count_least (self),
               ceil (self->least + seconds - self->budget));
  return FALSE;
}

gboolean
rt_recipe_fit (RtRecipe              *recipe,
               const RtResolver      *resolver,
               double                 seconds,
               GCancellable          *cancellable,
               const RtTrainerHooks  *hooks,
               RtFit                 *fit,
               GError               **error)
{
  g_auto (Search) search = { .least = INFINITY };
  g_autoptr (RtRecipe) whole = rt_recipe_copy (recipe);
  double begun = rt_clock_now (), opening;
  RtFit found = { 0 };

  g_return_val_if_fail (seconds > 0.0, FALSE);
  /* What is wrong with the recipe is told before anything of it is changed. */
  if (!rt_recipe_validate (recipe, error))
    return FALSE;
  g_strfreev (whole->backbone.frozen);
  whole->backbone.frozen = g_new0 (char *, 1);
  whole->train.head_first = 0;
  rt_trainer_tell (hooks, RT_EVENT_PROGRESS, 0.0, N_("Opening the task"));
  search.trainer = rt_trainer_new (whole, resolver, cancellable, error);
  opening = rt_clock_now () - begun;
  if (search.trainer == NULL
      || !rt_trainer_profile (search.trainer, hooks, cancellable, &search.profile, error))
    return FALSE;
  /* The run opens everything once more. */
  search.budget = seconds - (rt_clock_now () - begun) - opening;
  if (!choose (&search, &found))
    return describe_failure (&search, recipe, seconds, error);
  found.keeps_statistics = keeps_statistics (&search, &found);
  found.spreads_rates = spreads_rates (&search, &found);
  apply (&search, &found, recipe);
  if (fit != NULL)
    *fit = found;
  return TRUE;
}
