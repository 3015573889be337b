/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A comparison: the recipe and its baseline, one after the other, with one seed after the other.
 * Each is a run like any other; what binds them is their group in the history, and the verdict is
 * made from there (rt-comparison.h). Here is only the question which run comes next.
 */
#include "config.h"

#include "rt-session-private.h"

gboolean
rt_session_can_compare (RtSession *self)
{
  g_autoptr (RtRecipe) twin = NULL;

  g_return_val_if_fail (RT_IS_SESSION (self), FALSE);
  twin = rt_recipe_make_baseline (self->recipe, NULL, NULL);
  return twin != NULL;
}

void
rt_session_clear_series (RtSession *self)
{
  g_clear_pointer (&self->series, rt_recipe_free);
  g_clear_pointer (&self->series_group, g_free);
}

/* Begins the run that comes now: each recipe is followed by its baseline. */
static gboolean
begin (RtSession *self)
{
  RtRunSeries series = { self->series_group, self->series_n, self->series_at % 2 == 1 };
  g_autoptr (RtRecipe) recipe = rt_recipe_copy (self->series);
  g_autoptr (RtRecipe) twin = NULL;
  g_autoptr (GError) error = NULL;

  recipe->seed += (uint64_t) self->series_at / 2;
  twin = series.is_baseline
         ? rt_recipe_make_baseline (recipe, NULL, &error) : rt_recipe_copy (recipe);
  if (twin == NULL)
    {
      rt_session_fail (self, error->message);
      return FALSE;
    }
  return rt_session_begin (self, twin, &series);
}

void
rt_session_compare (RtSession *self,
                    int        n_seeds)
{
  g_autoptr (RtRecipe) twin = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (RT_IS_SESSION (self));
  g_return_if_fail (n_seeds >= 1);
  if (self->state != RT_SESSION_IDLE || self->runner == NULL)
    return;
  twin = rt_recipe_make_baseline (self->recipe, NULL, &error);
  if (twin == NULL)
    {
      rt_session_fail (self, error->message);
      return;
    }
  self->series = rt_recipe_copy (self->recipe);
  /* What is corrected while it goes on must not tell its runs apart. */
  if (!rt_recipe_pin_corrections (self->series, &error))
    {
      g_clear_pointer (&self->series, rt_recipe_free);
      rt_session_fail (self, error->message);
      return;
    }
  self->series_group = g_uuid_string_random ();
  self->series_at = 0;
  self->series_n = 2 * n_seeds;
  begin (self);
}

/* The place of @run in a comparison whose first seed was @seed. */
static int
get_place (const RtRun *run,
           uint64_t     seed)
{
  return 2 * (int) (run->seed - seed) + (run->is_baseline ? 1 : 0);
}

/* The run at @place, in whatever state; a comparison that was taken up may have gone past it. */
static gboolean
is_there (RtSession *self,
          int        place)
{
  GListModel *runs = rt_library_get_runs (self->library);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr (RtRunItem) item = g_list_model_get_item (runs, i);
      const RtRun *run = rt_run_item_get_run (item);

      if (g_strcmp0 (run->group, self->series_group) == 0
          && get_place (run, self->series->seed) == place)
        return TRUE;
    }
  return FALSE;
}

/* The recipe of a comparison's first run: the oldest that is left of its group. NULL where only
 * baselines are. */
static RtRecipe *
find_first_recipe (RtSession   *self,
                   const RtRun *run)
{
  GListModel *runs = rt_library_get_runs (self->library);
  int first = 0;

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr (RtRunItem) item = g_list_model_get_item (runs, i);
      const RtRun *other = rt_run_item_get_run (item);

      if (g_strcmp0 (other->group, run->group) == 0 && !other->is_baseline
          && (first == 0 || other->id < first))
        first = other->id;
    }
  if (first == 0)
    return NULL;
  return rt_store_get_recipe (rt_library_get_store (self->library), first, NULL);
}

void
rt_session_compare_take_up (RtSession   *self,
                            const RtRun *run)
{
  g_autoptr (RtRecipe) first = NULL;

  if (run->group != NULL && run->group_runs > 0)
    first = find_first_recipe (self, run);
  if (first == NULL)
    return;
  self->series_at = get_place (run, first->seed);
  self->series_n = run->group_runs;
  self->series_group = g_strdup (run->group);
  self->series = g_steal_pointer (&first);
}

/* A stop that came too late for the run that ended is a stop all the same. The state does not go
 * over idle: nothing else can begin in between. */
gboolean
rt_session_compare_next (RtSession    *self,
                         RtTrainerEnd  end)
{
  g_autoptr (RtRunItem) ended = g_object_ref (self->run);

  if (self->series == NULL || end != RT_TRAINER_FINISHED || self->state == RT_SESSION_STOPPING)
    return FALSE;
  do
    self->series_at++;
  while (self->series_at < self->series_n && is_there (self, self->series_at));
  if (self->series_at >= self->series_n)
    return FALSE;
  begin (self);
  g_signal_emit (self, rt_session_signals[SIGNAL_FINISHED], 0, ended);
  return TRUE;
}
