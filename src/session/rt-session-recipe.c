/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recipe being made. Every change goes through rt_session_change_begin() and
 * rt_session_change_end(): the first keeps what was for undo, the second checks the recipe, counts
 * what it costs and asks for an estimate of the rest.
 */
#include "config.h"

#include "rt-session-private.h"

#include "rt-builtin.h"
#include "rt-dirs.h"

#include <string.h>

#define UNDO_DEPTH       100
#define UNDO_SECONDS     1       /* turns of one dial within this time are one change */
#define VALIDATION_SHARE 0.2
#define FIRST_RECIPE     "recipes/first-run.json"

/* Changing */

/* Numbers are turned and texts typed, in many small changes; all else is chosen at once. */
static gboolean
is_dial (int property)
{
  switch (property)
    {
    case PROP_TITLE:
    case PROP_SHIFT:
    case PROP_TEMPERATURE:
    case PROP_ALPHA:
    case PROP_LEARNING_RATE:
    case PROP_SAMPLES_PER_CLASS:
    case PROP_EPOCHS:
    case PROP_BATCH_SIZE:
    case PROP_MEMORY:
    case PROP_SEED:
    case PROP_HEAD_FIRST:
    case PROP_PATIENCE:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Whether the change goes on with the one before, so that both are undone as one. */
static gboolean
continues_last (RtSession *self,
                int        property,
                gint64     now)
{
  if (self->undo->len == 0 || property == PROP_0 || property != self->undo_property)
    return FALSE;
  return self->dragging
         || (is_dial (property) && now - self->undo_time <= UNDO_SECONDS * G_USEC_PER_SEC);
}

void
rt_session_change_begin (RtSession *self,
                         int        property)
{
  gint64 now = g_get_monotonic_time ();

  if (!continues_last (self, property, now))
    {
      if (self->undo->len == UNDO_DEPTH)
        g_ptr_array_remove_index (self->undo, 0);
      g_ptr_array_add (self->undo, rt_recipe_copy (self->recipe));
    }
  g_ptr_array_set_size (self->redo, 0);
  self->undo_property = property;
  self->undo_time = now;
}

static void
check (RtSession *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->problem, g_free);
  if (!rt_recipe_validate (self->recipe, &error))
    self->problem = g_strdup (error->message);
  rt_session_notify (self, PROP_PROBLEM);
}

void
rt_session_change_end (RtSession *self,
                       int        property)
{
  rt_session_update_blocks (self);
  check (self);
  rt_session_update_cost (self);
  rt_session_schedule_estimate (self);
  if (property != PROP_0)
    rt_session_notify (self, property);
  rt_session_notify (self, PROP_CAN_UNDO);
  rt_session_notify (self, PROP_CAN_REDO);
}

/* After a recipe came as a whole: everything may be another. */
static void
changed_all (RtSession *self)
{
  rt_session_change_end (self, PROP_0);
  for (int i = PROP_TITLE; i <= PROP_METHOD; i++)
    rt_session_notify (self, i);
}

/* Backbone, frozen blocks, method */

char *
rt_session_dup_backbone (RtSession *self)
{
  const RtRecipeBackbone *b = &self->recipe->backbone;

  if (rt_recipe_is_random (self->recipe))
    return g_strconcat ("random:", b->network, NULL);
  return g_strdup (b->weights);
}

static const RtChoice *
find_choice (GPtrArray  *choices,
             const char *spec)
{
  for (guint i = 0; i < choices->len; i++)
    {
      const RtChoice *choice = g_ptr_array_index (choices, i);

      if (g_strcmp0 (choice->spec, spec) == 0)
        return choice;
    }
  return NULL;
}

void
rt_session_choose_frozen (RtSession *self,
                          int        n)
{
  GStrvBuilder *builder = g_strv_builder_new ();

  n = CLAMP (n, 0, MAX (self->n_blocks - 1, 0));
  for (int i = 0; i < n; i++)
    g_strv_builder_add (builder, self->blocks[i].name);
  g_strfreev (self->recipe->backbone.frozen);
  self->recipe->backbone.frozen = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
}

/* The lower half of the blocks, down to where a stage ends ("stage2.3", "stage3.0"). */
static int
count_lower_half (RtSession *self)
{
  int half = self->n_blocks / 2;
  int n = half;

  while (n > 0)
    {
      const char *dot = strchr (self->blocks[n].name, '.');

      if (dot == NULL || strncmp (self->blocks[n - 1].name, self->blocks[n].name,
                                  (size_t) (dot - self->blocks[n].name) + 1) != 0)
        return n;
      n--;
    }
  return half;
}

/* Of a network that takes seconds for a batch the head alone is trained, on what the rest makes of
 * each picture once: a whole run is then a matter of seconds. Where more of it is unfrozen, its
 * batch norms keep their statistics: the few hundred pictures that a person has are too few
 * batches to find new ones, and with half-found ones the network forgets within an epoch what it
 * knew. Random weights are not frozen, which would freeze noise, have no statistics to keep, and
 * all learn at one rate. */
static void
choose_freezing (RtSession *self,
                 gboolean   random)
{
  RtRecipeTrain *train = &self->recipe->train;
  gboolean large = !random && rt_recipe_is_large (self->recipe);
  int n = large ? self->n_blocks - 1 : count_lower_half (self);

  rt_session_choose_frozen (self, random ? 0 : n);
  train->batch_norm = large ? RT_BATCH_NORM_KEEP : RT_BATCH_NORM_UPDATE;
  if (random)
    {
      train->head_first = 0;
      train->layer_decay = RT_LAYER_DECAY_AUTO;
    }
}

void
rt_session_choose_backbone (RtSession  *self,
                            const char *spec)
{
  RtRecipe *recipe = self->recipe;
  const RtChoice *choice = find_choice (rt_library_get_backbones (self->library), spec);
  gboolean random = g_str_has_prefix (spec, "random:");
  char *network = g_strdup (random ? spec + strlen ("random:")
                            : choice != NULL ? choice->network : recipe->backbone.network);

  if (g_strcmp0 (network, recipe->backbone.network) != 0)
    {
      recipe->backbone.input_size = 0;
      memset (recipe->backbone.hidden, 0, sizeof recipe->backbone.hidden);
    }
  g_free (recipe->backbone.network);
  recipe->backbone.network = network;
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup (random ? "random" : spec);
  rt_session_update_blocks (self);
  choose_freezing (self, random);
  if (random && recipe->method == RT_METHOD_FINE_TUNE)
    recipe->method = RT_METHOD_SCRATCH;
  if (!random && (recipe->method == RT_METHOD_SCRATCH || recipe->method == RT_METHOD_PRETRAIN))
    recipe->method = RT_METHOD_FINE_TUNE;
}

void
rt_session_choose_teacher (RtSession  *self,
                           const char *spec)
{
  g_free (self->recipe->distil.teacher);
  self->recipe->distil.teacher = g_strdup (spec);
  g_clear_pointer (&self->recipe->distil.teacher_network, g_free);
}

/* One that knows the task's classes: the shipped one for the animals, else the newest run on the
 * same dataset. None is better than one that cannot teach: the recipe then says what is missing. */
static void
choose_some_teacher (RtSession *self)
{
  GPtrArray *teachers = rt_library_get_teachers (self->library);
  gboolean animals = g_str_has_prefix (self->recipe->task.dataset, "builtin:animals");
  const char *best = NULL;

  if (self->recipe->distil.teacher != NULL && *self->recipe->distil.teacher != '\0')
    return;
  for (guint i = 0; i < teachers->len && best == NULL; i++)
    {
      const RtChoice *choice = g_ptr_array_index (teachers, i);

      if ((animals && g_str_equal (choice->spec, "builtin:wide14-animals"))
          || g_strcmp0 (choice->dataset, self->recipe->task.dataset) == 0)
        best = choice->spec;
    }
  rt_session_choose_teacher (self, best);
}

void
rt_session_choose_method (RtSession *self,
                          RtMethod   method)
{
  RtRecipe *recipe = self->recipe;
  gboolean random = rt_recipe_is_random (recipe);

  recipe->method = method;
  if ((method == RT_METHOD_SCRATCH || method == RT_METHOD_PRETRAIN) && !random)
    {
      g_autofree char *spec = g_strconcat ("random:", recipe->backbone.network, NULL);

      g_free (self->pretrained);
      self->pretrained = g_strdup (recipe->backbone.weights);
      rt_session_choose_backbone (self, spec);
      recipe->method = method;
    }
  if (method == RT_METHOD_FINE_TUNE && random)
    {
      GPtrArray *backbones = rt_library_get_backbones (self->library);
      const RtChoice *first = backbones->len > 0 ? g_ptr_array_index (backbones, 0) : NULL;
      g_autofree char *spec = g_strdup (self->pretrained != NULL ? self->pretrained
                                        : first != NULL ? first->spec : NULL);

      if (spec != NULL)
        rt_session_choose_backbone (self, spec);
      recipe->method = method;
    }
  if (method == RT_METHOD_DISTIL)
    choose_some_teacher (self);
  rt_session_notify (self, PROP_BACKBONE);
  rt_session_notify (self, PROP_N_FROZEN);
  rt_session_notify (self, PROP_HEAD_FIRST);
  rt_session_notify (self, PROP_LAYER_DECAY);
  rt_session_notify (self, PROP_BATCH_NORM);
  rt_session_notify (self, PROP_INPUT_SIZE);
  rt_session_notify (self, PROP_TEACHER);
}

/* A name that came with the recipe speaks of its dataset, or seems to: with another it is the new
 * one's, unless a person typed it. */
static void
rename_after (RtSession  *self,
              const char *spec)
{
  const RtChoice *choice = find_choice (rt_library_get_datasets (self->library), spec);

  if (self->titled || choice == NULL)
    return;
  g_free (self->recipe->name);
  self->recipe->name = g_strdup (choice->title);
  rt_session_notify (self, PROP_TITLE);
}

/* A drawn dataset's styles are its own: the first is its default. It has as many samples as one
 * asks for; one that was opened may not, and a count for validation could leave nothing to
 * train. */
void
rt_session_choose_dataset (RtSession  *self,
                           const char *spec)
{
  int n;
  const RtBuiltinInfo *list = rt_builtin_list (&n);
  const char *styles = NULL;

  g_free (self->recipe->task.dataset);
  self->recipe->task.dataset = g_strdup (spec);
  rename_after (self, spec);
  for (int i = 0; i < n; i++)
    if (g_str_has_prefix (spec, "builtin:") && g_str_equal (list[i].name, spec + 8))
      styles = list[i].styles;
  g_clear_pointer (&self->recipe->task.style, g_free);
  g_clear_pointer (&self->recipe->distil.leave_out, g_strfreev);
  g_free (self->recipe->task.corrections);
  self->recipe->task.corrections = g_strdup ("latest");
  if (!g_str_has_prefix (spec, "builtin:") && self->recipe->task.validation >= 1.0)
    self->recipe->task.validation = VALIDATION_SHARE;
  if (styles != NULL)
    {
      g_auto (GStrv) names = g_strsplit (styles, ",", 2);

      self->recipe->task.style = g_strdup (names[0]);
    }
}

/* As a whole */

/* The first recipe that ships; where its backbone does not, the same task from scratch. */
RtRecipe *
rt_session_make_first_recipe (RtLibrary *library)
{
  g_autofree char *path = rt_dirs_get_data (FIRST_RECIPE);
  g_autoptr (GError) error = NULL;
  RtRecipe *recipe = rt_recipe_read (path, &error);

  if (recipe == NULL)
    {
      g_message ("%s", error->message);
      recipe = rt_recipe_new (RT_METHOD_SCRATCH);
    }
  if (find_choice (rt_library_get_backbones (library), recipe->backbone.weights) == NULL)
    {
      recipe->method = RT_METHOD_SCRATCH;
      g_free (recipe->backbone.weights);
      recipe->backbone.weights = g_strdup ("random");
      g_clear_pointer (&recipe->backbone.frozen, g_strfreev);
    }
  return recipe;
}

RtRecipe *
rt_session_dup_recipe (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return rt_recipe_copy (self->recipe);
}

void
rt_session_set_recipe (RtSession      *self,
                       const RtRecipe *recipe)
{
  RtRecipe *copy = rt_recipe_copy (recipe);

  g_return_if_fail (RT_IS_SESSION (self));
  rt_session_change_begin (self, PROP_0);
  self->titled = self->titled && g_strcmp0 (copy->name, self->recipe->name) == 0;
  rt_recipe_free (self->recipe);
  self->recipe = copy;
  changed_all (self);
}

void
rt_session_set_dragging (RtSession *self,
                         gboolean   dragging)
{
  g_return_if_fail (RT_IS_SESSION (self));
  self->dragging = dragging;
  self->undo_property = PROP_0;
}

/* The newest of @from becomes the recipe, and the recipe the newest of @to. */
static void
exchange (RtSession *self,
          GPtrArray *from,
          GPtrArray *to)
{
  if (from->len == 0)
    return;
  g_ptr_array_add (to, self->recipe);
  self->recipe = g_ptr_array_steal_index (from, from->len - 1);
  self->undo_property = PROP_0;
  changed_all (self);
}

void
rt_session_undo (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  exchange (self, self->undo, self->redo);
}

void
rt_session_redo (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  exchange (self, self->redo, self->undo);
}

void
rt_session_dataset_corrected (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  rt_session_change_end (self, PROP_DATASET);
}
