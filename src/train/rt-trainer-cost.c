/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run will cost: counted from its plans, and, for time, measured on a few steps of its own
 * first phase to come. Measuring trains on copies: the network's values are put back afterwards,
 * and the optimiser that runs is another one.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include "rt-arena.h"
#include "rt-clock.h"
#include "rt-formats.h"

#include <math.h>
#include <string.h>

#define MIN_STEPS 3
#define LONG      4.0    /* seconds: of steps that take longer one is enough */
#define FORWARD_BATCH 16
#define MADE_UP_FLOATS ((size_t) 8 << 20)
#define ROW_STRIDE 7919   /* a prime, far apart */
#define CACHE_BYTES ((size_t) 16 << 20)   /* more than a core has of its own */

/* The file of the weights, with its header. */
static size_t
count_file (const RtNetwork *network)
{
  g_autoptr (RtTensorList) list = rt_tensor_list_new ();

  for (int i = 0; i < rt_network_get_n_params (network); i++)
    {
      const RtParam *param = rt_network_get_param (network, i);

      rt_tensor_list_add (list, param->name, &param->spec.file_shape);
    }
  return rt_safetensors_get_size (list);
}

void
rt_trainer_get_cost (const RtTrainer *self,
                     RtCost          *cost)
{
  /* What a run trains in the end, and the most that it takes at any time. */
  const RtPhase *last = &self->phases[self->n_phases - 1];

  *cost = (RtCost) {
    .seconds_per_epoch = self->measured_epoch,
    .seconds_uncached = self->measured_uncached,
    .seconds_once = self->measured_once,
    .seconds_all = self->measured_all,
    .batch_size = self->batch_size,
    .at_once = MIN (self->phases[0].part, last->part),
    .memory_bytes = MAX (self->phases[0].bytes, last->bytes),
    .memory_limit = rt_trainer_get_limit (self),
    .n_train = self->task->n_train,
    .n_validation = self->task->n_validation,
    .n_test = self->task->n_test,
    .steps_per_epoch = self->steps_per_epoch,
    .n_epochs = self->recipe->train.epochs,
    .first_cached_block = last->cut,
    .disk_bytes = count_file (self->network),
  };
  for (int i = 0; i < rt_network_get_n_blocks (self->network); i++)
    {
      size_t n = rt_network_get_block (self->network, i)->n_params;

      cost->n_params += n;
      cost->n_trainable += (last->frozen >> i & 1) == 0 ? n : 0;
    }
}

/* Steps of an epoch, the last one counted by how full it is. */
static double
get_full_steps (const RtTrainer *self)
{
  return (double) self->task->n_train / self->batch_size;
}

/* Made-up rows of a plan's input, as many as a run would pick from, within reason. */
typedef struct
{
  float  *rows;    /* Owned */
  size_t  n_row;
  size_t  n_rows;
} RtMadeUp;

static RtMadeUp
make_up_rows (const RtTrainer *self,
              const RtPlan    *plan)
{
  RtShape shape = rt_plan_get_input_shape (plan);
  size_t n_row = rt_shape_count (&shape);
  size_t wanted = self->cut > 0 ? self->task->n_train * self->n_views : 0;
  RtMadeUp made_up = {
    .n_row = n_row,
    .n_rows = MAX (MIN (wanted, MADE_UP_FLOATS / n_row), (size_t) self->batch_size),
  };
  RtRng rng;

  rt_rng_init (&rng, 0, 0);
  made_up.rows = rt_floats_new (made_up.n_rows * n_row);
  for (size_t i = 0; i < made_up.n_rows * n_row; i++)
    made_up.rows[i] = rt_rng_uniform (&rng);
  return made_up;
}

/* What a run does between two epochs, which is to write a checkpoint, leaves little of them in the
 * processor's caches: for a small network that is half of what an epoch takes. */
static void
pass_checkpoint (const RtTrainer *self)
{
  size_t n_bytes = MIN (4 * rt_network_get_n_values (self->network) * sizeof (float),
                        CACHE_BYTES);
  g_autofree char *state = g_malloc (n_bytes);

  memset (state, 1, n_bytes);
  ((volatile char *) state)[0] = 0;
}

/* Seconds of one step, without loading: from @plan on made-up inputs. Kept features are picked
 * from all over their memory, which is much of what a step on them costs. The first step warms
 * up. An epoch is a sum of its steps, so that their mean counts and not their median. NaN where it
 * was cancelled. */
static double
time_steps (RtTrainer *self,
            RtPlan    *plan,
            int        part,      /* samples that it takes at once */
            double     seconds)
{
  RtMadeUp made_up = make_up_rows (self, plan);
  float *inputs = rt_floats_new (made_up.n_row * self->batch_size);
  RtTrainBatch batch = { .images = inputs, .labels = self->batch_labels, .n = self->batch_size,
                         .teacher = self->teacher != NULL ? self->batch_teacher : NULL };
  RtPlan *own = self->plan;
  int own_part = self->part;
  double begun = rt_clock_now (), total = 0.0;
  size_t row = 0, n = 0;

  memcpy (inputs, made_up.rows, made_up.n_row * self->batch_size * sizeof (float));
  for (int i = 0; i < self->batch_size; i++)
    self->batch_labels[i] = i % self->n_classes;
  self->plan = plan;
  self->part = part;
  for (size_t i = 0; n < 1 || rt_clock_now () - begun < (n < MIN_STEPS ? LONG : seconds); i++)
    {
      RtStepMetrics metrics;
      double start;

      if (i % self->steps_per_epoch == 1 % self->steps_per_epoch)
        pass_checkpoint (self);
      start = rt_clock_now ();
      for (int k = 0; self->cut > 0 && k < self->batch_size; k++)
        {
          row = (row + ROW_STRIDE) % made_up.n_rows;
          memcpy (inputs + k * made_up.n_row, made_up.rows + row * made_up.n_row,
                  made_up.n_row * sizeof (float));
        }
      if (!rt_trainer_train_on (self, &batch, &metrics))
        break;
      if (i > 0)
        {
          total += rt_clock_now () - start;
          n++;
        }
    }
  self->plan = own;
  self->part = own_part;
  rt_floats_free (inputs);
  rt_floats_free (made_up.rows);
  return total / (double) n;
}

/* Seconds for a sample of the validation set: through the network and into the figures. */
static double
time_validation (RtTrainer *self)
{
  const RtTask *task = self->task;
  RtShape shape = rt_plan_get_input_shape (self->evaluation);
  int n = (int) MIN (task->n_validation, (size_t) self->fill_batch);
  float *inputs = rt_floats_new (rt_shape_count (&shape) * MAX (n, 1));
  g_autoptr (RtPredictions) p = rt_predictions_new (task->dataset, task->validation, n,
                                                    self->n_classes);
  const float *rows = inputs;
  double begun = rt_clock_now (), total = 0.0;
  int n_passes = 0;

  for (int i = 0; n_passes < 1 || (n_passes < MIN_STEPS && rt_clock_now () - begun < LONG); i++)
    {
      double start;

      pass_checkpoint (self);
      start = rt_clock_now ();
      rt_plan_forward (self->evaluation, &rows, n, FALSE, 0, 0);
      memcpy (p->logits, rt_plan_get_output (self->evaluation, 0),
              (size_t) n * self->n_classes * sizeof (float));
      rt_predictions_get_loss (p);
      rt_predictions_get_accuracy (p);
      if (i > 0)
        {
          total += rt_clock_now () - start;
          n_passes++;
        }
    }
  rt_floats_free (inputs);
  return total / n_passes / MAX (n, 1);
}

/* Seconds to keep the weights of an epoch that is the best so far: from a piece of them. */
static double
time_keeping (const RtTrainer *self)
{
  size_t whole = rt_network_get_n_values (self->network) * sizeof (float);
  size_t n_bytes = MIN (whole, CACHE_BYTES);
  g_autofree float *copy = g_memdup2 (self->best_values, n_bytes);
  double start;

  pass_checkpoint (self);
  start = rt_clock_now ();
  memcpy (copy, rt_network_get_values (self->network), n_bytes);
  ((volatile float *) copy)[0] = 0;
  return (rt_clock_now () - start) * (double) whole / (double) n_bytes;
}

/* Seconds for one picture, from its file, and once more when it was seen lately. */
typedef struct
{
  double first;
  double again;
} RtLoading;

double
rt_trainer_time_epoch (RtTrainer *self,
                       RtLoader  *loader,
                       int        epoch)
{
  double start = rt_clock_now ();
  const RtBatch *batch;

  rt_loader_begin (loader, epoch, 0);
  while (!g_cancellable_is_cancelled (self->cancellable)
         && (batch = rt_loader_next (loader)) != NULL)
    rt_trainer_note_unreadable (self, batch, NULL);
  return rt_clock_now () - start;
}

static void
time_loading (RtTrainer *self,
              RtLoading *loading)
{
  size_t n = MIN (self->task->n_train, (size_t) (4 * self->batch_size));
  g_autoptr (RtLoader) loader = NULL;

  loader = rt_trainer_make_loader (self, self->task->train, n, &self->format, self->fill_batch,
                                   TRUE, TRUE);
  loading->first = rt_trainer_time_epoch (self, loader, 0) / (double) n;
  loading->again = rt_trainer_time_epoch (self, loader, 1) / (double) n;
}

double
rt_trainer_time_forward (RtPlan *plan,
                         int     batch)
{
  RtShape shape;
  float *inputs;
  const float *rows;
  double times[MIN_STEPS];
  int n = MIN (batch, FORWARD_BATCH);

  if (plan == NULL)
    return 0.0;
  shape = rt_plan_get_input_shape (plan);
  inputs = rt_floats_new (rt_shape_count (&shape) * n);
  rows = inputs;
  for (int i = 0; i <= MIN_STEPS; i++)
    {
      double start = rt_clock_now ();

      rt_plan_forward (plan, &rows, n, FALSE, 0, 0);
      if (i > 0)
        times[i - 1] = rt_clock_now () - start;
    }
  rt_floats_free (inputs);
  return rt_clock_median (times, MIN_STEPS) / n;
}

double
rt_trainer_load_meanwhile (const RtTrainer *self,
                           double           computing,
                           double           loading)
{
  int n_team = rt_team_get_size (self->team);
  int n_loading = rt_trainer_count_loading (self) + 1;
  double work = computing * n_team + loading * n_loading;

  return MAX (computing, work / MAX (rt_team_count_cores (), n_team));
}

double
rt_trainer_time_teacher (const RtTrainer *self)
{
  return rt_trainer_time_forward (self->teacher->plan, self->teacher->fill_batch);
}

/* What a phase computes besides its epochs, in the order in which it does; with the last the test
 * set. */
static double
get_once (const RtTrainer *self,
          const RtLoading *loading,
          double           evaluation)   /* of a sample, from the cut up */
{
  const RtTask *task = self->task;
  double views = MIN (self->n_views, self->phases[self->phase].n_epochs);
  double n_shown = (double) task->n_train * views;
  double n_checked = (double) task->n_validation;
  double prefix = rt_trainer_time_forward (self->prefix, self->fill_batch);
  double once = 0.0;

  if (self->phase == self->n_phases - 1)
    once += (double) task->n_test
            * rt_trainer_load_meanwhile (self, prefix + evaluation, loading->first);
  if (self->cut > 0)
    once += (n_shown + n_checked) * rt_trainer_load_meanwhile (self, prefix, loading->first);
  if (self->teacher != NULL && self->phase == self->n_phases - 1)
    once += (n_checked + (self->n_views > 0 ? n_shown : 0.0))
            * rt_trainer_load_meanwhile (self, rt_trainer_time_teacher (self), loading->first);
  return once;
}

/* Of the epochs of the phase that was entered. */
static double
get_epoch (const RtTrainer *self,
           double           step,
           double           evaluation,   /* of a sample */
           double           loading)      /* of a picture; 0 where none is looked at */
{
  double n_train = (double) self->task->n_train;
  double n_validation = (double) self->task->n_validation;
  double training = step * get_full_steps (self), seen = n_train;

  /* A teacher whose logits are not kept has its own look at each picture. */
  if (self->teacher != NULL && self->teacher->logits == NULL)
    {
      training += n_train * rt_trainer_time_teacher (self);
      seen += n_train;
    }
  return rt_trainer_load_meanwhile (self, training, loading * seen)
         + rt_trainer_load_meanwhile (self, evaluation * n_validation, loading * n_validation)
         + time_keeping (self);
}

/* What an epoch would take if nothing were computed once. */
static gboolean
measure_uncached (RtTrainer        *self,
                  const RtLoading  *loading,
                  double            seconds,
                  double            evaluation,   /* of a sample, from the cut up */
                  GError          **error)
{
  RtPlanOptions options = { .batch = self->batch_size, .backward = TRUE, .last_block = -1,
                            .frozen = self->phases[self->phase].frozen,
                            .keep_statistics = self->recipe->train.batch_norm
                                               == RT_BATCH_NORM_KEEP };
  g_autoptr (RtPlan) plan = NULL;
  double step;

  if (self->cut == 0)
    return TRUE;
  options.batch = rt_trainer_choose_part (self, &options);
  plan = rt_plan_new (self->network, &options, self->team, error);
  if (plan == NULL)
    return FALSE;
  rt_trainer_heed (self, plan);
  step = time_steps (self, plan, options.batch, seconds);
  evaluation += rt_trainer_time_forward (self->prefix, self->fill_batch);
  self->measured_uncached = get_epoch (self, step, evaluation, loading->again);
  return TRUE;
}

/* Of the phase that was entered; of the last what is shown stands. */
static gboolean
measure_phase (RtTrainer        *self,
               const RtLoading  *loading,
               double            seconds,
               GError          **error)
{
  double step = time_steps (self, self->plan, self->part, seconds / 2.0);
  double evaluation, epoch, once;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  evaluation = time_validation (self);
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  epoch = get_epoch (self, step, evaluation, self->cut == 0 ? loading->again : 0.0);
  once = get_once (self, loading, evaluation);
  self->measured_once += once;
  self->measured_all += once + epoch * self->phases[self->phase].n_epochs;
  if (self->phase < self->n_phases - 1)
    return TRUE;
  self->measured_epoch = epoch;
  return measure_uncached (self, loading, seconds / 2.0, evaluation, error);
}

gboolean
rt_trainer_measure (RtTrainer     *self,
                    double         seconds,
                    GCancellable  *cancellable,
                    GError       **error)
{
  g_autoptr (GError) failure = NULL;
  RtKept kept;
  RtLoading loading;
  int at = self->phase;
  gboolean ok = TRUE;

  self->cancellable = cancellable;
  rt_trainer_keep (self, &kept);
  time_loading (self, &loading);
  self->measured_once = self->measured_all = 0.0;
  for (int i = 0; ok && i < self->n_phases; i++)
    ok = rt_trainer_enter_phase (self, i, &failure)
         && measure_phase (self, &loading, seconds / self->n_phases, &failure);
  ok = rt_trainer_enter_phase (self, at, failure == NULL ? &failure : NULL) && ok;
  ok = rt_trainer_put_back (self, &kept, failure == NULL ? &failure : NULL) && ok;
  self->cancellable = NULL;
  if (ok && !g_cancellable_set_error_if_cancelled (cancellable, error))
    return TRUE;
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
