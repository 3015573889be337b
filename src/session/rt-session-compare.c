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
  gboolean is_baseline = self->series_at % 2 == 1;
  g_autoptr (RtRecipe) recipe = rt_recipe_copy (self->series);
  g_autoptr (RtRecipe) twin = NULL;
  g_autoptr (GError) error = NULL;

  recipe->seed += (uint64_t) self->series_at / 2;
  twin = is_baseline ? rt_recipe_make_baseline (recipe, NULL, &error) : rt_recipe_copy (recipe);
  if (twin == NULL)
    {
      rt_session_fail (self, error->message);
      return FALSE;
    }
  return rt_session_begin (self, twin, self->series_group, is_baseline);
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
  self->series_group = g_uuid_string_random ();
  self->series_at = 0;
  self->series_n = 2 * n_seeds;
  begin (self);
}

/* A stop that came too late for the run that ended is a stop all the same. The state does not go
 * over idle: nothing else can begin in between. */
gboolean
rt_session_compare_next (RtSession    *self,
                         RtTrainerEnd  end)
{
  g_autoptr (RtRunItem) ended = g_object_ref (self->run);

  if (self->series == NULL || end != RT_TRAINER_FINISHED
      || self->state == RT_SESSION_STOPPING || self->series_at + 1 == self->series_n)
    return FALSE;
  self->series_at++;
  begin (self);
  g_signal_emit (self, rt_session_signals[SIGNAL_FINISHED], 0, ended);
  return TRUE;
}
