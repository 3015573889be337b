/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run of a recipe.
 *
 * rt_trainer_new() opens what the recipe names: the task, the network with its weights (or random
 * ones) and a head that fits, the teacher. rt_trainer_run() goes through phases
 * (rt-trainer-phase.c) and epochs; each step takes a batch (rt-trainer-batch.c) and trains on it
 * (rt-trainer-step.c). What lies below the lowest trainable block, and a teacher's logits, are
 * computed once for each sample and view (rt-trainer-cache.c).
 *
 * Everything that decides a number is named by the recipe's seed and by samples, views, epochs and
 * steps, never by time or threads: so a run taken up from a state (rt-trainer-state.c) continues
 * with the same bits.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include "rt-arena.h"
#include "rt-clock.h"
#include "rt-formats.h"
#include "rt-recipe-task.h"

#include <math.h>
#include <string.h>

static void
teacher_free (RtTeacher *teacher)
{
  if (teacher == NULL)
    return;
  g_clear_pointer (&teacher->plan, rt_plan_free);
  g_clear_pointer (&teacher->logits, rt_feature_cache_free);
  g_clear_pointer (&teacher->loader, rt_loader_free);
  g_clear_pointer (&teacher->validation, rt_predictions_free);
  g_clear_pointer (&teacher->network, rt_network_free);
  g_free (teacher->columns);
  g_free (teacher);
}

/* Notes @sample as one that cannot be read; FALSE where it can. */
static gboolean
is_unreadable (RtTrainer *self,
               size_t     sample)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = NULL;
  RtBatch batch = { .n_unreadable = 1, .unreadable = &sample };

  image = rt_dataset_read_reduced (self->task->dataset, sample, 1, &error);
  if (image != NULL)
    return FALSE;
  batch.problems = (const char *const *) &error->message;
  rt_trainer_note_unreadable (self, &batch, NULL);
  return TRUE;
}

/* Each class that is trained must have a picture to train on: its first that can be read is
 * enough. What else cannot be read is left out when it is met, so that training begins at once
 * however many pictures there are. */
static gboolean
check_classes (RtTrainer     *self,
               GCancellable  *cancellable,
               GError       **error)
{
  const RtTask *task = self->task;
  g_autofree int *found = g_new0 (int, self->n_classes + 1);   /* -1: only unreadable ones */

  for (size_t i = 0; i < task->n_train; i++)
    {
      int label = task->dataset->labels[task->train[i]];

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (found[label] <= 0)
        found[label] = is_unreadable (self, task->train[i]) ? -1 : 1;
    }
  for (int k = 0; k < self->n_classes; k++)
    if (found[k] < 0)
      {
        g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                     "class \"%s\" of %s has no picture to train on that can be read (%s); add "
                     "some, or remove the class",
                     rt_dataset_get_class_name (task->dataset, k), task->dataset->spec,
                     (char *) g_ptr_array_index (self->problems, 0));
        return FALSE;
      }
  return TRUE;
}

static gboolean
open_task (RtTrainer     *self,
           GCancellable  *cancellable,
           GError       **error)
{
  const RtRecipeTask *t = &self->recipe->task;
  RtDatasetOptions options = rt_recipe_get_dataset_options (self->recipe);
  g_autoptr (RtDataset) dataset = rt_dataset_open (t->dataset, &options, cancellable, error);
  RtTaskOptions task_options = rt_recipe_get_task_options (self->recipe);

  if (dataset == NULL)
    return FALSE;
  self->n_classes = rt_dataset_get_n_classes (dataset);
  self->task = rt_task_new (dataset, &task_options, error);
  if (self->task == NULL)
    return FALSE;
  self->unreadable = g_new0 (gboolean, dataset->n_samples + 1);
  return check_classes (self, cancellable, error);
}

/* Inverse frequency, with a mean of 1 over the samples: n / (classes * n_class). */
static void
weigh_classes (RtTrainer *self)
{
  g_autofree size_t *counts = g_new0 (size_t, self->n_classes);

  if (!self->recipe->train.class_weights)
    return;
  self->class_weights = g_new0 (float, self->n_classes);
  for (size_t i = 0; i < self->task->n_train; i++)
    counts[self->task->dataset->labels[self->task->train[i]]]++;
  for (int k = 0; k < self->n_classes; k++)
    self->class_weights[k] = counts[k] > 0
                             ? (float) self->task->n_train / ((float) self->n_classes * counts[k])
                             : 0.0f;
}

static gboolean
same_classes (const RtBackbone *backbone,
              const RtDataset  *dataset)
{
  if ((int) backbone->class_names->len != rt_dataset_get_n_classes (dataset))
    return FALSE;
  for (guint i = 0; i < backbone->class_names->len; i++)
    if (!g_str_equal (g_ptr_array_index (backbone->class_names, i),
                      rt_dataset_get_class_name (dataset, (int) i)))
      return FALSE;
  return TRUE;
}

static void
note_guess (RtTrainer        *self,
            const RtBackbone *backbone)
{
  char *guess = rt_backbone_describe_guess (backbone);

  if (guess != NULL)
    g_ptr_array_add (self->guesses, guess);
}

/* Its head is kept only where it is known to mean the task's classes: that they are as many says
 * nothing. */
static gboolean
fill_network (RtTrainer         *self,
              const RtBackbone  *backbone,
              GError           **error)
{
  gboolean mlp = g_str_equal (backbone->network, "mlp");
  g_autoptr (RtTensorList) tensors = mlp ? rt_weights_read (backbone->weights_path, NULL, error)
                                     : rt_backbone_read_tensors (backbone, NULL, NULL, error);
  int head = rt_network_get_n_blocks (self->network) - 1;

  if (tensors == NULL)
    return FALSE;
  if (!rt_network_load (self->network, tensors, TRUE, NULL, error))
    {
      g_prefix_error (error, "%s: ", backbone->weights_path);
      return FALSE;
    }
  if (!same_classes (backbone, self->task->dataset))
    rt_network_init (self->network, self->recipe->seed, head);
  return TRUE;
}

static gboolean
open_network (RtTrainer         *self,
              const RtResolver  *resolver,
              GError           **error)
{
  const RtRecipeBackbone *b = &self->recipe->backbone;
  g_autoptr (RtBackbone) backbone = NULL;
  RtNetworkOptions options = { .name = b->network, .classes = self->n_classes };

  memcpy (options.hidden, b->hidden, sizeof options.hidden);
  if (!rt_recipe_is_random (self->recipe))
    {
      backbone = rt_resolver_find (resolver, b->weights, b->network, self->recipe->folder, error);
      if (backbone == NULL)
        {
          g_prefix_error (error, "backbone.weights: ");
          return FALSE;
        }
      note_guess (self, backbone);
      rt_trainer_note_seen (self, resolver, b->weights, FALSE);
      options.name = backbone->network;
      memcpy (options.hidden, backbone->hidden, sizeof options.hidden);
    }
  rt_recipe_get_input_format (self->recipe, backbone, self->task->dataset, &self->format);
  options.channels = self->format.channels;
  options.height = self->format.height;
  options.width = self->format.width;
  self->network = rt_network_new (&options, error);
  if (self->network == NULL)
    return FALSE;
  rt_network_init (self->network, self->recipe->seed,
                   backbone != NULL ? rt_network_get_n_blocks (self->network) - 1 : 0);
  return backbone == NULL || fill_network (self, backbone, error);
}

/* Which of the teacher's logits stands for each class of the task: by name; by place where a file
 * without a card names no classes and has as many. */
static int *
map_classes (const RtTrainer   *self,
             const RtBackbone  *backbone,
             GError           **error)
{
  const RtDataset *dataset = self->task->dataset;
  g_autofree int *columns = g_new0 (int, self->n_classes);

  for (int k = 0; k < self->n_classes; k++)
    {
      const char *name = rt_dataset_get_class_name (dataset, k);
      gboolean by_place = backbone->class_names->len == 0
                          && rt_network_get_n_classes (self->teacher->network) == self->n_classes;

      columns[k] = by_place ? k : rt_class_names_find (backbone->class_names, name);
      if (columns[k] < 0)
        {
          g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                       "distil.teacher: “%s” does not know the class “%s” of %s; choose a teacher "
                       "trained on these classes", backbone->spec, name, dataset->spec);
          return NULL;
        }
    }
  return g_steal_pointer (&columns);
}

static void
note_paired (RtTrainer        *self,
             const RtBackbone *backbone)
{
  const char *first = rt_dataset_get_class_name (self->task->dataset, 0);

  if (backbone->class_names->len == 0)
    g_ptr_array_add (self->guesses,
                     g_strdup_printf ("distil.teacher: “%s” names no classes; its outputs are "
                                      "taken for the task's classes in their order, “%s” first: "
                                      "see that they are", backbone->spec, first));
}

static gboolean
open_teacher (RtTrainer         *self,
              const RtResolver  *resolver,
              GError           **error)
{
  const RtRecipeDistil *d = &self->recipe->distil;
  g_autoptr (RtBackbone) backbone = NULL;
  RtTeacher *teacher;

  if (self->recipe->method != RT_METHOD_DISTIL)
    return TRUE;
  backbone = rt_resolver_find (resolver, d->teacher, d->teacher_network, self->recipe->folder,
                               error);
  if (backbone == NULL)
    {
      g_prefix_error (error, "distil.teacher: ");
      return FALSE;
    }
  note_guess (self, backbone);
  teacher = self->teacher = g_new0 (RtTeacher, 1);
  teacher->format = backbone->format;
  teacher->network = rt_backbone_load (backbone, error);
  if (teacher->network == NULL)
    return FALSE;
  teacher->columns = map_classes (self, backbone, error);
  if (teacher->columns == NULL)
    return FALSE;
  note_paired (self, backbone);
  teacher->n_seen = rt_trainer_note_seen (self, resolver, d->teacher, TRUE);
  return TRUE;
}

static uint32_t
get_frozen_mask (const RtTrainer *self)
{
  uint32_t mask = 0;

  for (int i = 0; self->recipe->backbone.frozen != NULL
                  && self->recipe->backbone.frozen[i] != NULL; i++)
    mask |= rt_network_find_blocks (self->network, self->recipe->backbone.frozen[i]);
  return mask;
}

/* Head first, then the rest with it, as fastai's Learner.fine_tune does: the head alone at the
 * recipe's rate, by a one-cycle that only grows (pct_start 0.99); then all that is not frozen at
 * rates of its own (rt-recipe-rates.c), from a fifth of them (div 5). */
static void
plan_phases (RtTrainer *self)
{
  const RtRecipeTrain *t = &self->recipe->train;
  int n_blocks = rt_network_get_n_blocks (self->network);
  int head_first = MIN (t->head_first, t->epochs);
  RtPhase whole = { .first_epoch = head_first, .n_epochs = t->epochs - head_first,
                    .frozen = get_frozen_mask (self), .cycle = RT_CYCLE_DEFAULT };
  RtPhase head;

  rt_recipe_get_rates (self->recipe, n_blocks, &whole.learning_rate, &whole.layer_decay);
  head = whole;
  if (head_first > 0)
    {
      head.first_epoch = 0;
      head.n_epochs = head_first;
      head.frozen = (1u << (n_blocks - 1)) - 1;
      head.learning_rate = t->learning_rate;
      head.cycle.up = 0.99;
      self->phases[self->n_phases++] = head;
      whole.cycle.start_div = 5.0;
    }
  if (head_first < t->epochs)
    self->phases[self->n_phases++] = whole;
}

static void
plan_steps (RtTrainer *self)
{
  size_t n = self->task->n_train;

  self->batch_size = (int) MIN ((size_t) self->recipe->train.batch_size, n);
  /* Batch norm has no statistics of one sample: a last batch of one is left out. */
  self->steps_per_epoch = (n + self->batch_size - 1) / self->batch_size;
  if (self->steps_per_epoch > 1 && n % self->batch_size == 1)
    self->steps_per_epoch--;
  self->augment = rt_recipe_get_augment (self->recipe, self->task->dataset);
  self->n_views = rt_recipe_count_views (self->recipe);
  self->fill_batch = rt_evaluate_choose_batch (self->network, self->team);
  if (self->teacher != NULL)
    self->teacher->fill_batch = rt_evaluate_choose_batch (self->teacher->network, self->team);
}

static void
make_buffers (RtTrainer *self)
{
  size_t n_statistics = 0;

  self->order = g_new0 (size_t, MAX (self->task->n_train, 1));
  self->batch_labels = g_new0 (int, MAX (self->batch_size, self->fill_batch));
  self->batch_samples = g_new0 (size_t, MAX (self->batch_size, self->fill_batch));
  self->batch_teacher = rt_floats_new ((size_t) self->batch_size * self->n_classes);
  self->best_values = rt_floats_new (rt_network_get_n_values (self->network));
  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    if (rt_network_get_param (self->network, i)->spec.kind == RT_PARAM_STATISTIC)
      n_statistics += rt_network_get_param (self->network, i)->count;
  self->statistics = rt_floats_new (n_statistics);
}

RtTrainer *
rt_trainer_new (const RtRecipe    *recipe,
                const RtResolver  *resolver,
                GCancellable      *cancellable,
                GError           **error)
{
  g_autoptr (RtTrainer) self = g_new0 (RtTrainer, 1);

  self->recipe = rt_recipe_copy (recipe);
  self->phase = -1;
  self->forced_rate = NAN;
  self->teacher_accuracy = NAN;
  self->now = rt_clock_now;
  self->measured_epoch = self->measured_uncached = NAN;
  self->measured_once = self->measured_all = NAN;
  self->lowest_loss = self->best_loss = INFINITY;
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->guesses = g_ptr_array_new_with_free_func (g_free);
  if (!rt_recipe_validate (recipe, error))
    return NULL;
  self->team = rt_team_new (recipe->threads);
  if (!open_task (self, cancellable, error)
      || !open_network (self, resolver, error)
      || !open_teacher (self, resolver, error))
    return NULL;
  weigh_classes (self);
  plan_phases (self);
  plan_steps (self);
  make_buffers (self);
  for (int i = 0; i < self->n_phases; i++)
    {
      self->phases[i].cut = rt_trainer_find_cut (self, self->phases[i].frozen);
      rt_trainer_plan_memory (self, &self->phases[i]);
    }
  if (!rt_trainer_enter_phase (self, 0, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rt_trainer_free (RtTrainer *self)
{
  if (self == NULL)
    return;
  rt_trainer_leave_phase (self);
  g_clear_pointer (&self->teacher, teacher_free);
  g_clear_pointer (&self->network, rt_network_free);
  g_clear_pointer (&self->task, rt_task_free);
  g_clear_pointer (&self->team, rt_team_free);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->guesses, g_ptr_array_unref);
  g_clear_pointer (&self->recipe, rt_recipe_free);
  g_free (self->seen);
  g_free (self->class_weights);
  g_free (self->order);
  g_free (self->batch_labels);
  g_free (self->batch_samples);
  g_free (self->unreadable);
  rt_floats_free (self->batch_teacher);
  rt_floats_free (self->statistics);
  g_clear_pointer (&self->best_predictions, rt_predictions_free);
  rt_floats_free (self->best_values);
  g_free (self);
}

const RtRecipe *
rt_trainer_get_recipe (const RtTrainer *self)
{
  return self->recipe;
}

const RtTask *
rt_trainer_get_task (const RtTrainer *self)
{
  return self->task;
}

char *
rt_trainer_describe_skipped (const RtTrainer *self)
{
  const GPtrArray *lists[] = { self->task->dataset->problems, self->problems };
  guint n = lists[0]->len + lists[1]->len, shown = 0;
  g_autoptr (GString) text = g_string_new (NULL);

  if (n == 0)
    return NULL;
  g_string_printf (text, "Left out of %s, as %s could not be read (save %s anew, or remove %s):",
                   self->task->dataset->spec,
                   n == 1 ? "it" : "they",
                   n == 1 ? "it" : "them", n == 1 ? "it" : "them");
  for (size_t k = 0; k < G_N_ELEMENTS (lists); k++)
    for (guint i = 0; i < lists[k]->len && shown < MAX_SKIPPED_SHOWN; i++, shown++)
      g_string_append_printf (text, "\n  %s", (char *) g_ptr_array_index (lists[k], i));
  if (n > shown)
    g_string_append_printf (text, "\n  and %u more", n - shown);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

const GPtrArray *
rt_trainer_get_guesses (const RtTrainer *self)
{
  return self->guesses;
}

const char *
rt_trainer_get_seen (const RtTrainer *self)
{
  return self->seen;
}

RtNetwork *
rt_trainer_get_network (RtTrainer *self)
{
  return self->network;
}

void
rt_trainer_get_input_format (const RtTrainer *self,
                             RtInputFormat   *format)
{
  *format = self->format;
}

RtTensorList *
rt_trainer_save_weights (const RtTrainer *self)
{
  return rt_network_save (self->network);
}

void
rt_trainer_tell (const RtTrainerHooks *hooks,
                 RtEventKind           kind,
                 double                fraction,
                 const char           *text)
{
  RtEvent event = { .kind = kind, .fraction = fraction, .text = text };

  if (hooks != NULL && hooks->event != NULL)
    hooks->event (&event, hooks->data);
}

RtControlState
rt_trainer_peek (const RtTrainerHooks *hooks)
{
  if (hooks == NULL || hooks->control == NULL)
    return RT_CONTROL_GO;
  return rt_control_peek (hooks->control);
}

GCancellable *
rt_trainer_get_cancellable (const RtTrainerHooks *hooks)
{
  return hooks->control != NULL ? rt_control_get_cancellable (hooks->control) : NULL;
}
