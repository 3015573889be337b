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
 * memory, which depends on the number of threads, is not counted here (in the figure that is
 * shown it is).
 */
#include "config.h"

#include "rt-trainer-private.h"

#define MB ((size_t) 1000 * 1000)

/* Without a budget: 3,500 pictures of 224 x 224 in colour or 18,000 of 96 x 96. What does not fit
 * is decoded again in each epoch, on the other cores. */
#define PICTURES_KEPT   ((size_t) 512 << 20)
#define CACHE_IN_MEMORY ((size_t) 1 << 30)

#define BATCHES_AHEAD 3   /* of pictures, that a loader holds */

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

/* Without its scratch memory, which is added to @scratch. */
static size_t
count_plan (RtNetwork           *network,
            const RtPlanOptions *options,
            RtTeam              *team,
            size_t              *scratch)
{
  RtPlanOptions count = *options;
  g_autoptr (RtPlan) plan = NULL;
  RtPlanCost cost;

  count.count_only = TRUE;
  plan = rt_plan_new (network, &count, team, NULL);
  if (plan == NULL)
    return 0;
  rt_plan_get_cost (plan, &cost);
  *scratch += cost.workspace_bytes;
  return cost.activation_bytes + cost.gradient_bytes + cost.folded_bytes - cost.workspace_bytes;
}

/* The fewest parts of @options->batch that a plan within @room can take one after the other:
 * @options->batch becomes the samples in the largest. Returns what it takes. */
static size_t
choose_part (const RtTrainer *self,
             RtPlanOptions   *options,
             size_t           room,
             size_t          *scratch)
{
  int batch = options->batch, n_parts;
  size_t once = 0, bytes = count_plan (self->network, options, self->team, &once);

  /* A plan for a part takes at least its share. */
  n_parts = (int) MIN (bytes / MAX (room, 1), (size_t) batch);
  for (n_parts = MAX (n_parts, 2); bytes > room && options->batch > RT_MIN_PART; n_parts++)
    {
      options->batch = MAX ((batch + n_parts - 1) / n_parts, RT_MIN_PART);
      once = 0;
      bytes = count_plan (self->network, options, self->team, &once);
    }
  *scratch += once;
  return bytes;
}

int
rt_trainer_choose_part (const RtTrainer     *self,
                        const RtPlanOptions *options)
{
  RtPlanOptions part = *options;
  size_t scratch = 0;

  choose_part (self, &part, rt_trainer_get_limit (self) / 2, &scratch);
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

/* Pictures, features and batches ahead. */
static size_t
count_data (const RtTrainer *self,
            int              cut)
{
  const RtTask *task = self->task;
  const RtInputFormat *f = &self->format;
  size_t picture = (size_t) f->width * f->height * f->channels;
  size_t n = task->n_train + task->n_validation;
  size_t bytes = self->batch_size * picture * sizeof (float) * BATCHES_AHEAD;

  if (cut == 0)
    return bytes + MIN (rt_trainer_get_pictures_limit (self), n * picture);
  n = task->n_train * self->n_views + task->n_validation;
  return bytes + MIN (rt_trainer_get_features_limit (self), n * get_row_bytes (self, cut));
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

static size_t
count_teacher (const RtTrainer *self,
               size_t          *scratch)
{
  const RtTeacher *teacher = self->teacher;
  RtPlanOptions options = { .last_block = -1 };
  size_t bytes;

  if (teacher == NULL)
    return 0;
  options.batch = teacher->fill_batch;
  bytes = rt_network_get_n_values (teacher->network) * sizeof (float);
  bytes += count_plan (teacher->network, &options, self->team, scratch);
  return bytes + self->task->n_train * self->n_views * self->n_classes * sizeof (float);
}

void
rt_trainer_plan_memory (const RtTrainer *self,
                        RtPhase         *phase)
{
  RtPlanOptions train = { .batch = self->batch_size, .backward = TRUE, .frozen = phase->frozen,
                          .first_block = phase->cut, .last_block = -1 };
  RtPlanOptions evaluation = { .batch = self->fill_batch, .first_block = phase->cut,
                               .last_block = -1 };
  RtPlanOptions prefix = { .batch = self->fill_batch, .last_block = phase->cut - 1 };
  size_t limit = rt_trainer_get_limit (self), scratch = 0, used;

  used = count_weights (self, phase->frozen) + count_data (self, phase->cut)
         + count_teacher (self, &scratch)
         + count_plan (self->network, &evaluation, self->team, &scratch);
  if (phase->cut > 0)
    used += count_plan (self->network, &prefix, self->team, &scratch);
  used += choose_part (self, &train, limit - MIN (used, limit), &scratch);
  phase->part = train.batch;
  phase->bytes = used + scratch;
}
