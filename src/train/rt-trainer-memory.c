/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What fits in a recipe's memory (train.memory). A quarter of it is for decoded pictures and as
 * much for features that are kept in memory, each taken only as far as there are so many; the
 * weights, the optimiser and the plans that only run forward take what they need; what is left is
 * for the plan that trains. Where that cannot take a batch whole, the batch is cut into parts of
 * one size, their gradients added in order: the loss stays the mean over the batch, the step stays
 * one step. Only batch norm sees the parts: its statistics are those of each.
 *
 * The size of the parts decides bits, so it depends on the recipe and the data alone: scratch
 * memory, of which each thread has its own, is counted for THREADS of them whatever the machine
 * has. The figure that is shown is of this machine.
 */
#include "config.h"

#include "rt-trainer-private.h"

#define MB ((size_t) 1000 * 1000)

/* Without a budget: 3,500 pictures of 224 x 224 in colour or 18,000 of 96 x 96. What does not fit
 * is decoded again in each epoch, on the other cores. */
#define PICTURES_KEPT   ((size_t) 512 << 20)
#define CACHE_IN_MEMORY ((size_t) 1 << 30)

#define BATCHES_AHEAD 3   /* of pictures, that a loader holds */
#define SAVED_COPIES  2   /* of the state while it is saved: its tensors, the bytes of their file */

#define THREADS 4

/* For whom scratch memory is counted. */
typedef struct
{
  RtTeam *team;
  int     times;   /* what it needs */
} Counting;

size_t
rt_trainer_get_limit (const RtTrainer *self)
{
  return self->recipe->train.memory > 0 ? (size_t) self->recipe->train.memory * MB : SIZE_MAX;
}

size_t
rt_trainer_get_pictures_limit (const RtTrainer *self)
{
  return MIN (PICTURES_KEPT, rt_trainer_get_limit (self) / 4);
}

size_t
rt_trainer_get_features_limit (const RtTrainer *self)
{
  return MIN (CACHE_IN_MEMORY, rt_trainer_get_limit (self) / 4);
}

static size_t
count_plan (RtNetwork           *network,
            const RtPlanOptions *options,
            const Counting      *counting)
{
  RtPlanOptions count = *options;
  g_autoptr (RtPlan) plan = NULL;
  RtPlanCost cost;

  count.count_only = TRUE;
  plan = rt_plan_new (network, &count, counting->team, NULL);
  if (plan == NULL)
    return 0;
  rt_plan_get_cost (plan, &cost);
  return cost.activation_bytes + cost.gradient_bytes + cost.folded_bytes
         + (counting->times - 1) * cost.workspace_bytes;
}

/* The fewest parts of @options->batch that a plan within @room can take one after the other:
 * @options->batch becomes the samples in the largest. */
static void
choose_part (const RtTrainer *self,
             RtPlanOptions   *options,
             size_t           room,
             const Counting  *counting)
{
  int batch = options->batch, n_parts;
  size_t bytes = count_plan (self->network, options, counting);

  /* A plan for a part takes at least its share. */
  n_parts = (int) MIN (bytes / MAX (room, 1), (size_t) batch);
  for (n_parts = MAX (n_parts, 2); bytes > room && options->batch > RT_MIN_PART; n_parts++)
    {
      options->batch = MAX ((batch + n_parts - 1) / n_parts, RT_MIN_PART);
      bytes = count_plan (self->network, options, counting);
    }
}

int
rt_trainer_choose_part (const RtTrainer     *self,
                        const RtPlanOptions *options)
{
  g_autoptr (RtTeam) alone = rt_team_new (1);
  const Counting planned = { alone, THREADS };
  RtPlanOptions part = *options;

  choose_part (self, &part, rt_trainer_get_limit (self) / 2, &planned);
  return part.batch;
}

static size_t
get_row_bytes (const RtTrainer *self,
               int              cut)
{
  const RtGraph *graph = rt_network_get_graph (self->network);
  int boundary = rt_graph_find_boundary (graph, cut - 1);

  return rt_shape_count (&rt_graph_get_node (graph, boundary)->shape) * sizeof (float);
}

static size_t
get_picture_bytes (const RtInputFormat *format)
{
  return (size_t) format->width * format->height * format->channels;
}

/* Decoded pictures that loaders keep: all that are needed at each step; else those of further
 * views, until these are computed. */
static size_t
count_pictures (const RtTrainer *self,
                int              cut)
{
  const RtTask *task = self->task;
  size_t bytes = 0;

  if (cut == 0)
    bytes = (task->n_train + task->n_validation) * get_picture_bytes (&self->format);
  else if (self->n_views > 1)
    bytes = task->n_train * get_picture_bytes (&self->format);
  if (self->teacher != NULL && self->n_views != 1)
    bytes += task->n_train * get_picture_bytes (&self->teacher->format);
  return MIN (rt_trainer_get_pictures_limit (self), bytes);
}

static size_t
count_features (const RtTrainer *self,
                int              cut)
{
  size_t n = self->task->n_train * self->n_views + self->task->n_validation;

  return cut > 0 ? MIN (rt_trainer_get_features_limit (self), n * get_row_bytes (self, cut)) : 0;
}

static size_t
count_weights (const RtTrainer *self,
               uint32_t         frozen)
{
  const RtRecipeTrain *t = &self->recipe->train;
  size_t values = rt_network_get_n_values (self->network), state = 0;
  int slots = t->optimizer != RT_OPTIMIZER_SGD ? 2 : t->momentum > 0.0 ? 1 : 0;

  for (int i = 0; i < rt_network_get_n_blocks (self->network); i++)
    if ((frozen >> i & 1) == 0)
      state += slots * rt_network_get_block (self->network, i)->n_params;
  return (2 * values + state) * sizeof (float);   /* as they are, and the best */
}

/* Of pictures as floats, that a loader makes. */
static size_t
count_ahead (const RtInputFormat *format,
             int                  batch)
{
  return BATCHES_AHEAD * batch * get_picture_bytes (format) * sizeof (float);
}

/* Of the loaders, and of the rows that are gathered where frozen blocks are computed once. */
static size_t
count_batches (const RtTrainer *self,
               int              cut)
{
  const RtTeacher *teacher = self->teacher;
  size_t bytes = count_ahead (&self->format, self->fill_batch);

  if (cut > 0)
    bytes += MAX (self->batch_size, self->fill_batch) * get_row_bytes (self, cut);
  else
    bytes += count_ahead (&self->format, self->batch_size);
  if (teacher != NULL)
    bytes += count_ahead (&teacher->format,
                          self->n_views == 0 ? self->batch_size : teacher->fill_batch);
  return bytes;
}

static size_t
count_teacher (const RtTrainer *self,
               const Counting  *counting)
{
  const RtTeacher *teacher = self->teacher;
  RtPlanOptions options = { .last_block = -1 };
  size_t bytes;

  if (teacher == NULL)
    return 0;
  options.batch = teacher->fill_batch;
  bytes = rt_network_get_n_values (teacher->network) * sizeof (float);
  bytes += count_plan (teacher->network, &options, counting);
  return bytes + self->task->n_train * self->n_views * self->n_classes * sizeof (float);
}

/* As rt_evaluate() does. */
static size_t
count_evaluation (RtNetwork           *network,
                  const RtInputFormat *format,
                  int                  batch,
                  const Counting      *counting)
{
  RtPlanOptions options = { .batch = batch, .last_block = -1 };

  return count_plan (network, &options, counting) + count_ahead (format, batch);
}

/* The most of what is there for a while only, one after the other: the state as it is saved, the
 * teacher that is asked about the validation set, the test set. */
static size_t
count_passing (const RtTrainer *self,
               const RtPhase   *phase,
               const Counting  *counting)
{
  const RtTeacher *teacher = self->teacher;
  size_t bytes = SAVED_COPIES * count_weights (self, phase->frozen);

  if (teacher != NULL)
    bytes = MAX (bytes, count_evaluation (teacher->network, &teacher->format, teacher->fill_batch,
                                          counting));
  if (self->task->n_test > 0)
    bytes = MAX (bytes, count_evaluation (self->network, &self->format, self->fill_batch,
                                          counting));
  return bytes;
}

/* Everything but the plan that trains. */
static size_t
count_rest (const RtTrainer *self,
            const RtPhase   *phase,
            const Counting  *counting)
{
  RtPlanOptions evaluation = { .batch = self->fill_batch, .first_block = phase->cut,
                               .last_block = -1 };
  RtPlanOptions prefix = { .batch = self->fill_batch, .last_block = phase->cut - 1 };
  size_t bytes = count_weights (self, phase->frozen) + count_teacher (self, counting)
                 + count_batches (self, phase->cut) + count_pictures (self, phase->cut)
                 + count_features (self, phase->cut) + count_passing (self, phase, counting)
                 + count_plan (self->network, &evaluation, counting);

  return bytes + (phase->cut > 0 ? count_plan (self->network, &prefix, counting) : 0);
}

void
rt_trainer_plan_memory (const RtTrainer *self,
                        RtPhase         *phase)
{
  g_autoptr (RtTeam) alone = rt_team_new (1);
  const Counting planned = { alone, THREADS }, here = { self->team, 1 };
  RtPlanOptions train = { .batch = self->batch_size, .backward = TRUE, .frozen = phase->frozen,
                          .first_block = phase->cut, .last_block = -1,
                          .keep_statistics = self->recipe->train.batch_norm
                                             == RT_BATCH_NORM_KEEP };
  size_t limit = rt_trainer_get_limit (self), rest = count_rest (self, phase, &planned);

  choose_part (self, &train, limit - MIN (rest, limit), &planned);
  phase->part = train.batch;
  phase->bytes = count_rest (self, phase, &here) + count_plan (self->network, &train, &here);
}
