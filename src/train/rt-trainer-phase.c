/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a phase needs: its plans, its optimiser, and what is computed once in it. When all blocks
 * below the lowest trainable one are frozen, the network is cut there: their output goes to a cache
 * and training starts at the cut. Where the cache would be larger than CACHE_LIMIT the frozen
 * blocks are run at each step instead.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include "rt-arena.h"

#define CACHE_LIMIT ((size_t) 8 << 30)

int
rt_trainer_find_phase (const RtTrainer *self,
                       int              epoch)
{
  int phase = 0;

  while (phase + 1 < self->n_phases && epoch >= self->phases[phase + 1].first_epoch)
    phase++;
  return phase;
}

/* The part of what is kept of pictures that is for @n of the samples. */
static size_t
get_budget (const RtTrainer *self,
            size_t           n)
{
  size_t n_all = MAX (self->task->n_train + self->task->n_validation, 1);

  return (size_t) ((double) rt_trainer_get_pictures_limit (self) * (double) n / (double) n_all
                   / (self->teacher != NULL ? 2 : 1));
}

int
rt_trainer_count_loading (const RtTrainer *self)
{
  return MAX (rt_team_get_size (self->team) - 1, 1);
}

RtLoader *
rt_trainer_make_loader (const RtTrainer     *self,
                        const size_t        *samples,
                        size_t               n,
                        const RtInputFormat *format,
                        int                  batch_size,
                        gboolean             train,
                        gboolean             keep)
{
  RtLoaderOptions options = {
    .dataset = self->task->dataset, .samples = samples, .n_samples = n, .format = *format,
    .n_views = train ? self->n_views : 1, .seed = self->recipe->seed, .shuffle = FALSE,
    .batch_size = batch_size, .n_threads = rt_trainer_count_loading (self),
    .cache_bytes = keep ? get_budget (self, n) : 0,
  };

  if (train)
    options.augment = self->augment;
  return rt_loader_new (&options);
}

static RtLoader *
make_train_loader (const RtTrainer     *self,
                   const RtInputFormat *format)
{
  RtLoaderOptions options = {
    .dataset = self->task->dataset, .samples = self->task->train,
    .n_samples = self->task->n_train, .format = *format, .augment = self->augment,
    .n_views = self->n_views, .seed = self->recipe->seed, .shuffle = TRUE,
    .batch_size = self->batch_size, .n_threads = rt_trainer_count_loading (self),
    .cache_bytes = get_budget (self, self->task->n_train),
  };

  return rt_loader_new (&options);
}

/* The lowest trainable block, where what is below can be cut off and kept; 0 where not. */
int
rt_trainer_find_cut (const RtTrainer *self,
                     uint32_t         frozen)
{
  const RtGraph *graph = rt_network_get_graph (self->network);
  int cut = 0;
  int boundary;
  size_t bytes;

  if (self->n_views == 0)
    return 0;
  while ((frozen >> cut & 1) != 0)
    cut++;
  boundary = cut > 0 ? rt_graph_find_boundary (graph, cut - 1) : -1;
  if (boundary < 0)
    return 0;
  bytes = rt_shape_count (&rt_graph_get_node (graph, boundary)->shape) * sizeof (float)
          * self->n_views * self->task->n_train;
  return bytes <= CACHE_LIMIT ? cut : 0;
}

/* Asked between operators: a step of a large network may take seconds. */
static gboolean
is_ended (void *data)
{
  const RtTrainer *self = data;

  return g_cancellable_is_cancelled (self->cancellable);
}

void
rt_trainer_heed (RtTrainer *self,
                 RtPlan    *plan)
{
  rt_plan_set_stop (plan, is_ended, self);
}

static gboolean
keeps_statistics (const RtTrainer *self)
{
  return self->recipe->train.batch_norm == RT_BATCH_NORM_KEEP;
}

static gboolean
make_plans (RtTrainer      *self,
            const RtPhase  *phase,
            GError        **error)
{
  RtPlanOptions train = { .batch = self->part, .backward = TRUE, .frozen = phase->frozen,
                          .first_block = self->cut, .last_block = -1,
                          .keep_statistics = keeps_statistics (self) };
  RtPlanOptions evaluation = { .batch = self->fill_batch, .first_block = self->cut,
                               .last_block = -1 };
  RtPlanOptions prefix = { .batch = self->fill_batch, .last_block = self->cut - 1 };
  RtPlanOptions teacher = { .last_block = -1 };

  self->plan = rt_plan_new (self->network, &train, self->team, error);
  if (self->plan == NULL)
    return FALSE;
  rt_trainer_heed (self, self->plan);
  self->evaluation = rt_plan_new (self->network, &evaluation, self->team, error);
  if (self->evaluation == NULL)
    return FALSE;
  if (self->cut > 0)
    {
      self->prefix = rt_plan_new (self->network, &prefix, self->team, error);
      if (self->prefix == NULL)
        return FALSE;
    }
  if (self->teacher != NULL && self->teacher->plan == NULL)
    {
      teacher.batch = self->teacher->fill_batch;
      self->teacher->plan = rt_plan_new (self->teacher->network, &teacher, self->team, error);
      if (self->teacher->plan == NULL)
        return FALSE;
    }
  return TRUE;
}

/* They take their space later, see rt_trainer_reserve(). */
static void
make_caches (RtTrainer *self)
{
  const RtTask *task = self->task;
  size_t in_memory = rt_trainer_get_features_limit (self);

  if (self->cut > 0)
    {
      RtShape shape = rt_plan_get_input_shape (self->plan);
      size_t n_row = rt_shape_count (&shape);

      self->features = rt_feature_cache_new (task->train, task->n_train, self->n_views, n_row,
                                             in_memory);
      self->validation_features = rt_feature_cache_new (task->validation, task->n_validation, 1,
                                                        n_row, in_memory);
      self->batch_features = rt_floats_new (n_row * MAX (self->batch_size, self->fill_batch));
    }
  else
    {
      self->loader = make_train_loader (self, &self->format);
      self->validation_loader = rt_trainer_make_loader (self, task->validation, task->n_validation,
                                                        &self->format, self->fill_batch, FALSE,
                                                        TRUE);
    }
  if (self->teacher != NULL && self->n_views == 0 && self->teacher->loader == NULL)
    self->teacher->loader = make_train_loader (self, &self->teacher->format);
  if (self->teacher != NULL && self->teacher->logits == NULL && self->n_views > 0)
    self->teacher->logits = rt_feature_cache_new (task->train, task->n_train, self->n_views,
                                                  self->n_classes, in_memory);
}

static void
make_optimizer (RtTrainer     *self,
                const RtPhase *phase)
{
  const RtRecipeTrain *t = &self->recipe->train;
  RtOptimizerOptions options = {
    .kind = t->optimizer, .momentum = (float) t->momentum, .nesterov = t->nesterov,
    .beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f,
    .weight_decay = (float) t->weight_decay, .layer_decay = (float) phase->layer_decay,
  };

  self->optimizer = rt_optimizer_new (self->network, phase->frozen, &options);
}

gboolean
rt_trainer_enter_phase (RtTrainer  *self,
                        int         phase,
                        GError    **error)
{
  if (self->phase == phase)
    return TRUE;
  rt_trainer_leave_phase (self);
  self->phases[phase].cut = self->cut = rt_trainer_find_cut (self, self->phases[phase].frozen);
  rt_trainer_plan_memory (self, &self->phases[phase]);
  self->part = self->phases[phase].part;
  if (!make_plans (self, &self->phases[phase], error))
    return FALSE;
  make_caches (self);
  make_optimizer (self, &self->phases[phase]);
  self->phase = phase;
  return TRUE;
}

void
rt_trainer_leave_phase (RtTrainer *self)
{
  g_clear_pointer (&self->plan, rt_plan_free);
  g_clear_pointer (&self->evaluation, rt_plan_free);
  g_clear_pointer (&self->prefix, rt_plan_free);
  g_clear_pointer (&self->optimizer, rt_optimizer_free);
  g_clear_pointer (&self->features, rt_feature_cache_free);
  g_clear_pointer (&self->validation_features, rt_feature_cache_free);
  g_clear_pointer (&self->loader, rt_loader_free);
  g_clear_pointer (&self->fill_loader, rt_loader_free);
  g_clear_pointer (&self->validation_loader, rt_loader_free);
  g_clear_pointer (&self->batch_features, rt_floats_free);
  self->phase = -1;
}
