/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a trainer promises of freezing, of what is computed once, of distillation and of bits: on
 * digits, with a few samples and a few epochs. Resuming and control are in test-trainer-resume.c.
 */
#include "config.h"

#include "train-run.h"

#include "rt-trainer-private.h"

#include <math.h>
#include <string.h>

#define CACHE_TOLERANCE 1e-4
#define CONTINUITY 1e-4    /* what a millionth of alpha may change, relative */

static void
freeze (RtRecipe   *recipe,
        const char *blocks)
{
  g_strfreev (recipe->backbone.frozen);
  recipe->backbone.frozen = g_strsplit (blocks, ",", -1);
}

static void
set_augment (RtRecipe   *recipe,
             const char *augment)
{
  g_free (recipe->task.augment);
  recipe->task.augment = g_strdup (augment);
}

/* Heads */

/* As a file that names no classes. */
static RtBackbone *
resolve_nameless (int      run,
                  int      epoch,
                  void    *data,
                  GError **error)
{
  RtResolver named = train_run_get_resolver ();
  RtBackbone *backbone = named.resolve_run (run, epoch, named.data, error);

  g_ptr_array_set_size (backbone->class_names, 0);
  return backbone;
}

static gboolean
is_same_block (const RtNetwork *a,
               const RtNetwork *b,
               int              block)
{
  gboolean same = TRUE;

  for (int i = 0; i < rt_network_get_n_params (a); i++)
    {
      const RtParam *param = rt_network_get_param (a, i);

      if (param->block == block)
        same = same && memcmp (rt_network_get_values (a) + param->offset,
                               rt_network_get_values (b) + param->offset,
                               param->count * sizeof (float)) == 0;
    }
  return same;
}

/* A head is new unless its classes are known to be the task's: as many may be others. */
static void
test_head (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "mlp", "run:10");
  RtResolver named = train_run_get_resolver (), nameless = { resolve_nameless, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) backbone = named.resolve_run (10, 0, named.data, &error);
  g_autoptr (RtNetwork) file = rt_backbone_load (backbone, &error);
  g_autoptr (RtTrainer) known = rt_trainer_new (recipe, &named, NULL, &error);
  g_autoptr (RtTrainer) unknown = rt_trainer_new (recipe, &nameless, NULL, &error);
  int head = rt_network_get_n_blocks (file) - 1;

  g_assert_no_error (error);
  for (int i = 0; i < head; i++)
    {
      g_assert_true (is_same_block (file, rt_trainer_get_network (known), i));
      g_assert_true (is_same_block (file, rt_trainer_get_network (unknown), i));
    }
  g_assert_true (is_same_block (file, rt_trainer_get_network (known), head));
  g_assert_false (is_same_block (file, rt_trainer_get_network (unknown), head));
}

/* A teacher that names no classes is believed to have the task's, and a person is told. */
static void
test_nameless_teacher (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_DISTIL, "lenet5", "random");
  RtResolver named = train_run_get_resolver (), nameless = { resolve_nameless, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTrainer) known = rt_trainer_new (recipe, &named, NULL, &error);
  g_autoptr (RtTrainer) unknown = rt_trainer_new (recipe, &nameless, NULL, &error);
  const GPtrArray *guesses;

  g_assert_no_error (error);
  g_assert_cmpuint (rt_trainer_get_guesses (known)->len, ==, 0);
  guesses = rt_trainer_get_guesses (unknown);
  g_assert_cmpuint (guesses->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (guesses, 0), "in their order, “0” first"));
}

static void
count_seen (int             run,
            const RtRecipe *recipe,
            const RtTask   *task,
            RtSeen         *seen,
            void           *data)
{
  *seen = *(const RtSeen *) data;
}

static void
assert_seen (RtSeen      seen,
             const char *text)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "mlp", "run:10");
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (RtTrainer) trainer = NULL;

  resolver.count_seen = count_seen;
  resolver.data = &seen;
  trainer = rt_trainer_new (recipe, &resolver, NULL, NULL);
  g_assert_cmpstr (rt_trainer_get_seen (trainer), ==, text);
}

/* What is said of a run whose weights were trained on what it is judged by, and what is to be done
 * about it: a split that would be the same helps nobody. */
static void
test_seen (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "mlp", "run:10");
  g_autoptr (TrainRun) run = train_run_new (recipe);
  const RtTask *task = rt_trainer_get_task (run->trainer);
  g_autofree char *some = g_strdup_printf (
    "run:10 was trained on 3 of the %zu validation samples: accuracies on them say more than is "
    "true; use its split (seed 77), or other samples", task->n_validation);
  g_autofree char *same = g_strdup_printf (
    "run:10 and the runs it comes from were trained on 2 of the %zu test samples: accuracies on "
    "them say more than is true; only other samples would tell", run->n_test);
  double validation = recipe->task.validation, test = recipe->task.test;

  g_assert_null (rt_trainer_get_seen (run->trainer));
  assert_seen ((RtSeen) { 0 }, NULL);
  assert_seen ((RtSeen) { 3, 0, FALSE, TRUE, 77, validation, test }, some);
  assert_seen ((RtSeen) { 0, 2, TRUE, TRUE, recipe->seed, validation, test }, same);
  assert_seen ((RtSeen) { 0, 2, TRUE, FALSE, 77, validation, test }, same);
}

/* Freezing */

static void
check_frozen (const char *augment,
              int         views,
              const char *frozen,
              uint32_t    mask,
              uint32_t    moving)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) run = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_auto (GStrv) moved = g_new0 (char *, 6);

  freeze (recipe, frozen);
  set_augment (recipe, augment);
  recipe->train.views = views;
  recipe->train.epochs = 2;
  run = train_run_new (recipe);
  before = train_run_hash (run, mask);
  for (int i = 0; i < 5; i++)
    moved[i] = train_run_hash (run, 1u << i);
  train_run_go (run);
  g_assert_no_error (run->error);
  after = train_run_hash (run, mask);
  g_assert_cmpstr (before, ==, after);
  for (int i = 0; i < 5; i++)
    if ((moving >> i & 1) != 0)
      {
        g_autofree char *now = train_run_hash (run, 1u << i);

        g_assert_cmpstr (moved[i], !=, now);
      }
}

static void
test_frozen (void)
{
  check_frozen ("none", 1, "stem,stage1", 0x3, 0x1c);
  check_frozen ("light", 2, "stem,stage1,stage2,stage3", 0xf, 0x10);
}

/* A frozen block above a trained one is not cut off, but stays as it is too. */
static void
test_frozen_between (void)
{
  check_frozen ("none", 1, "stage2", 0x4, 0x1b);
}

/* The caches */

/* No view is kept, so that every epoch goes through the frozen blocks and the teacher again.
 * Epochs below the number of views show the same pictures either way. */
static TrainRun *
run_uncached (const RtRecipe *recipe)
{
  TrainRun *run = train_run_new (recipe);
  g_autoptr (GError) error = NULL;

  rt_trainer_leave_phase (run->trainer);
  if (run->trainer->teacher != NULL)
    g_clear_pointer (&run->trainer->teacher->logits, rt_feature_cache_free);
  run->trainer->n_views = 0;
  rt_trainer_enter_phase (run->trainer, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (run->trainer->cut, ==, 0);
  g_assert_null (run->trainer->features);
  train_run_go (run);
  g_assert_no_error (run->error);
  return run;
}

static void
check_prefix (const char *network,
              const char *weights,
              const char *frozen,
              const char *augment)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, network, weights);
  g_autoptr (TrainRun) cached = NULL;
  g_autoptr (TrainRun) uncached = NULL;

  freeze (recipe, frozen);
  set_augment (recipe, augment);
  recipe->train.epochs = 2;
  recipe->train.views = 2;
  cached = train_run_all (recipe);
  g_assert_cmpint (cached->trainer->cut, >, 0);
  g_assert_nonnull (cached->trainer->features);
  uncached = run_uncached (recipe);
  train_run_assert_same (cached, uncached);
}

static void
test_prefix (void)
{
  check_prefix ("resnet8", "run:8", "stem,stage1", "none");
  check_prefix ("resnet8", "run:8", "stem,stage1,stage2,stage3", "light");
  check_prefix ("lenet5", "run:5", "stage1", "light");
}

/* A teacher's linear layers sum in an order that depends on the size of the batch, which is not
 * the same when it is asked at each step: so equal to rounding, not to the bit. */
static void
test_teacher (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_DISTIL, "lenet5", "random");
  g_autoptr (TrainRun) cached = NULL;
  g_autoptr (TrainRun) computed = NULL;

  set_augment (recipe, "light");
  recipe->train.epochs = 2;
  recipe->train.views = 2;
  cached = train_run_all (recipe);
  g_assert_nonnull (cached->trainer->teacher->logits);
  computed = run_uncached (recipe);
  g_assert_null (computed->trainer->teacher->logits);
  g_assert_cmpuint (cached->steps->len, ==, computed->steps->len);
  for (guint i = 0; i < cached->steps->len; i++)
    {
      const RtStepMetrics *a = &g_array_index (cached->steps, RtStepMetrics, i);
      const RtStepMetrics *b = &g_array_index (computed->steps, RtStepMetrics, i);

      g_assert_cmpfloat (a->soft_part, >, 0.0);
      g_assert_cmpfloat (fabs (a->soft_part - b->soft_part), <=, CACHE_TOLERANCE * a->soft_part);
      g_assert_cmpfloat (fabs (a->label_part - b->label_part), <=, CACHE_TOLERANCE * a->label_part);
    }
}

/* Rows of the cache belong to their samples: those that the teacher gives for the same pictures. */
static void
test_teacher_rows (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_DISTIL, "lenet5", "random");
  g_autoptr (TrainRun) run = train_run_all (recipe);
  RtTeacher *teacher = run->trainer->teacher;
  const RtTask *task = run->trainer->task;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPredictions) p = rt_evaluate (teacher->network, task->dataset, task->train,
                                             task->n_train, &teacher->format, teacher->columns, 10,
                                             NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  for (size_t i = 0; i < task->n_train; i++)
    {
      const float *row = rt_feature_cache_get_row (teacher->logits, task->train[i], 0);

      for (int k = 0; k < 10; k++)
        g_assert_cmpfloat_with_epsilon (row[k], p->logits[i * 10 + k], 1e-5);
    }
}

/* Distillation */

static void
test_alpha_zero (void)
{
  g_autoptr (RtRecipe) distil = train_run_recipe (RT_METHOD_DISTIL, "resnet8", "random");
  g_autoptr (RtRecipe) scratch = train_run_recipe (RT_METHOD_SCRATCH, "resnet8", "random");
  g_autoptr (TrainRun) a = NULL;
  g_autoptr (TrainRun) b = NULL;
  g_autofree char *hash_a = NULL;
  g_autofree char *hash_b = NULL;

  set_augment (distil, "light");
  set_augment (scratch, "light");
  distil->distil.alpha = 0.0;
  distil->train.epochs = scratch->train.epochs = 2;
  a = train_run_all (distil);
  b = train_run_all (scratch);
  train_run_assert_same_steps (a, b, FALSE);
  hash_a = train_run_hash (a, G_MAXUINT32);
  hash_b = train_run_hash (b, G_MAXUINT32);
  g_assert_cmpstr (hash_a, ==, hash_b);
  g_assert_true (isfinite (g_array_index (a->steps, RtStepMetrics, 0).soft_part));
  g_assert_true (isnan (g_array_index (b->steps, RtStepMetrics, 0).soft_part));
}

typedef struct
{
  double  loss;
  GArray *gradient;   /* of float */
} Slope;

/* Loss and gradient of the first step. */
static Slope
take_step (double alpha)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_DISTIL, "mlp", "random");
  g_autoptr (TrainRun) run = NULL;
  Slope slope;
  RtNetwork *network;

  recipe->distil.alpha = alpha;
  recipe->train.epochs = 1;
  recipe->train.batch_size = 60;
  run = train_run_all (recipe);
  g_assert_cmpuint (run->steps->len, ==, 1);
  slope.loss = g_array_index (run->steps, RtStepMetrics, 0).loss;
  slope.gradient = g_array_new (FALSE, FALSE, sizeof (float));
  network = rt_trainer_get_network (run->trainer);
  for (int i = 0; i < rt_network_get_n_params (network); i++)
    g_array_append_vals (slope.gradient, rt_plan_get_gradient (run->trainer->plan, i),
                         (guint) rt_network_get_param (network, i)->count);
  return slope;
}

static double
get_distance (const Slope *a,
              const Slope *b)
{
  double difference = 0.0, norm = 0.0;

  g_assert_cmpuint (a->gradient->len, ==, b->gradient->len);
  for (guint i = 0; i < a->gradient->len; i++)
    {
      double x = g_array_index (a->gradient, float, i), y = g_array_index (b->gradient, float, i);

      difference += (x - y) * (x - y);
      norm += x * x;
    }
  return sqrt (difference / norm);
}

static void
test_alpha_ends (void)
{
  Slope slopes[] = { take_step (0.0), take_step (1e-6), take_step (1.0 - 1e-6), take_step (1.0) };

  for (int i = 0; i < 4; i += 2)
    {
      g_assert_cmpfloat (fabs (slopes[i].loss - slopes[i + 1].loss), <=,
                         CONTINUITY * slopes[i].loss);
      g_assert_cmpfloat (get_distance (&slopes[i], &slopes[i + 1]), <=, CONTINUITY);
    }
  /* The ends themselves are far apart, so the above says something. */
  g_assert_cmpfloat (get_distance (&slopes[0], &slopes[3]), >, 0.1);
  for (int i = 0; i < 4; i++)
    g_array_unref (slopes[i].gradient);
}

static void
test_leave_out (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_DISTIL, "mlp", "random");
  g_autoptr (TrainRun) run = NULL;
  const RtTask *task;
  int n_validation = 0;

  g_strfreev (recipe->distil.leave_out);
  recipe->distil.leave_out = g_strsplit ("3", ",", -1);
  recipe->distil.alpha = 1.0;
  recipe->task.samples_per_class = 20;
  recipe->train.epochs = 15;
  run = train_run_new (recipe);
  run->trainer->task->n_test = run->n_test;
  train_run_go (run);
  g_assert_no_error (run->error);
  task = rt_trainer_get_task (run->trainer);
  g_assert_cmpuint (task->n_train, ==, 9 * 20);
  for (size_t i = 0; i < task->n_train; i++)
    {
      int label = task->dataset->labels[task->train[i]];

      g_assert_cmpstr (rt_dataset_get_class_name (task->dataset, label), !=, "3");
    }
  for (size_t i = 0; i < task->n_validation; i++)
    n_validation += task->dataset->labels[task->validation[i]] == 3;
  g_assert_cmpint (n_validation, ==, 4);

  g_test_message ("left out: %.3f, corrected by %.1f: %.3f", run->result.left_out_accuracy,
                  run->result.bias_correction, run->result.left_out_corrected);
  g_assert_true (isfinite (run->result.left_out_accuracy));
  g_assert_cmpfloat (run->result.bias_correction, >=, 0.0);
  g_assert_cmpfloat (run->result.left_out_corrected, >=, run->result.left_out_accuracy);
  g_assert_cmpfloat (run->result.left_out_corrected, >, 0.0);
  g_assert_true (isfinite (run->result.teacher_accuracy));
}

/* Head first, then unfreeze */

static char *lower_before;
static int phases_seen[2];

static void
look_at_phases (TrainRun *run)
{
  int phase = run->trainer->phase;
  g_autofree char *lower = train_run_hash (run, 0xf);

  phases_seen[phase]++;
  if (phase == 0)
    g_assert_cmpstr (lower, ==, lower_before);
  else
    g_assert_cmpstr (lower, !=, lower_before);
}

static void
test_head_first (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) run = NULL;

  recipe->train.epochs = 4;
  recipe->train.head_first = 2;
  run = train_run_new (recipe);
  g_assert_cmpint (run->trainer->n_phases, ==, 2);
  lower_before = train_run_hash (run, 0xf);
  run->on_epoch = look_at_phases;
  train_run_go (run);
  g_assert_no_error (run->error);
  g_assert_cmpint (phases_seen[0], ==, 2);
  g_assert_cmpint (phases_seen[1], ==, 2);
  g_assert_cmpfloat (run->trainer->phases[1].learning_rate, ==,
                     0.5 * run->trainer->phases[0].learning_rate);
  g_assert_cmpfloat (run->trainer->phases[0].cycle.up, ==, 0.99);
  g_assert_cmpfloat (run->trainer->phases[1].cycle.up, ==, 0.3);
  g_assert_cmpfloat (run->trainer->phases[1].cycle.start_div, ==, 5.0);
  /* Five blocks: four steps from the head's rate to a hundredth of it. */
  g_assert_cmpfloat (fabs (pow (run->trainer->phases[1].layer_decay, 4.0) - 0.01), <, 1e-9);
  g_clear_pointer (&lower_before, g_free);
}

/* The head alone starts above what is frozen, computed once, also where the rest is to train. What
 * the recipe says of rates stands; a block has the same one whatever is frozen below it. */
static void
test_head_first_rates (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) said = NULL;
  g_autoptr (TrainRun) frozen = NULL;
  g_autoptr (TrainRun) plain = NULL;

  recipe->train.epochs = 4;
  recipe->train.head_first = 1;
  recipe->train.layer_decay = 0.7;
  said = train_run_new (recipe);
  g_assert_cmpint (said->trainer->cut, ==, 4);
  g_assert_nonnull (said->trainer->features);
  g_assert_cmpfloat (said->trainer->phases[1].layer_decay, ==, 0.7);

  recipe->train.layer_decay = RT_LAYER_DECAY_AUTO;
  freeze (recipe, "stem,stage1,stage2");
  frozen = train_run_new (recipe);
  g_assert_cmpfloat (fabs (pow (frozen->trainer->phases[1].layer_decay, 4.0) - 0.01), <, 1e-9);

  recipe->train.head_first = 0;
  plain = train_run_new (recipe);
  g_assert_cmpint (plain->trainer->n_phases, ==, 1);
  g_assert_cmpfloat (plain->trainer->phases[0].layer_decay, ==, 1.0);
  g_assert_cmpfloat (plain->trainer->phases[0].cycle.start_div, ==, 25.0);
}

/* Bits */

static void
test_threads (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (TrainRun) one = NULL;

  freeze (recipe, "stem");
  set_augment (recipe, "strong");
  recipe->train.epochs = 2;
  recipe->train.views = 2;
  one = train_run_threads (recipe);
  g_assert_cmpint (one->end, ==, RT_TRAINER_FINISHED);
}

/* Another seed is another run: the comparisons above can fail. */
static void
test_seed (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "mlp", "random");
  g_autoptr (TrainRun) a = train_run_all (recipe);
  g_autoptr (TrainRun) b = NULL;

  recipe->seed++;
  b = train_run_all (recipe);
  g_assert_cmpfloat (g_array_index (a->steps, RtStepMetrics, 0).loss, !=,
                     g_array_index (b->steps, RtStepMetrics, 0).loss);
}

static void
check_measure (const RtRecipe *recipe)
{
  g_autoptr (TrainRun) plain = train_run_all (recipe);
  g_autoptr (TrainRun) measured = train_run_new (recipe);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = train_run_hash (measured, G_MAXUINT32);
  g_autofree char *after = NULL;
  RtCost cost;

  rt_trainer_get_cost (measured->trainer, &cost);
  g_assert_true (isnan (cost.seconds_per_epoch));
  rt_trainer_measure (measured->trainer, 0.02, NULL, &error);
  g_assert_no_error (error);
  rt_trainer_get_cost (measured->trainer, &cost);
  g_assert_cmpfloat (cost.seconds_per_epoch, >, 0.0);
  after = train_run_hash (measured, G_MAXUINT32);
  g_assert_cmpstr (before, ==, after);
  train_run_go (measured);
  g_assert_no_error (measured->error);
  train_run_assert_same (plain, measured);
}

static void
test_measure (void)
{
  g_autoptr (RtRecipe) frozen = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");
  g_autoptr (RtRecipe) distil = train_run_recipe (RT_METHOD_DISTIL, "lenet5", "random");

  freeze (frozen, "stem,stage1");
  check_measure (frozen);
  set_augment (distil, "light");
  check_measure (distil);
}

/* A network of which a batch holds fewer pictures than others are measured on. */
static void
test_measure_large (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "efficientnet_lite0",
                                                  "random");
  g_autoptr (TrainRun) run = NULL;
  g_autoptr (GError) error = NULL;
  RtCost cost;

  recipe->train.batch_size = 2;
  run = train_run_new (recipe);
  rt_trainer_measure (run->trainer, 0.02, NULL, &error);
  g_assert_no_error (error);
  rt_trainer_get_cost (run->trainer, &cost);
  g_assert_cmpfloat (cost.seconds_per_epoch, >, 0.0);
}

static void *
cancel_thread (void *data)
{
  g_usleep (100 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

/* In the middle of a step of a network that takes long. */
static void
test_measure_cancelled (void)
{
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, "efficientnet_lite0",
                                                  "random");
  g_autoptr (TrainRun) run = train_run_new (recipe);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *before = train_run_hash (run, G_MAXUINT32);
  g_autofree char *after = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_thread, cancellable);

  g_assert_false (rt_trainer_measure (run->trainer, 60.0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  after = train_run_hash (run, G_MAXUINT32);
  g_assert_cmpstr (before, ==, after);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  train_run_set_up ();
  g_test_add_func ("/trainer/head", test_head);
  g_test_add_func ("/trainer/nameless-teacher", test_nameless_teacher);
  g_test_add_func ("/trainer/seen", test_seen);
  g_test_add_func ("/trainer/frozen", test_frozen);
  g_test_add_func ("/trainer/frozen-between", test_frozen_between);
  g_test_add_func ("/trainer/cached-prefix", test_prefix);
  g_test_add_func ("/trainer/cached-teacher", test_teacher);
  g_test_add_func ("/trainer/teacher-rows", test_teacher_rows);
  g_test_add_func ("/trainer/alpha-zero", test_alpha_zero);
  g_test_add_func ("/trainer/alpha-ends", test_alpha_ends);
  g_test_add_func ("/trainer/leave-out", test_leave_out);
  g_test_add_func ("/trainer/head-first", test_head_first);
  g_test_add_func ("/trainer/head-first-rates", test_head_first_rates);
  g_test_add_func ("/trainer/threads", test_threads);
  g_test_add_func ("/trainer/seed", test_seed);
  g_test_add_func ("/trainer/measure", test_measure);
  g_test_add_func ("/trainer/measure-large", test_measure_large);
  g_test_add_func ("/trainer/measure-cancelled", test_measure_cancelled);
  status = g_test_run ();
  train_run_tear_down ();
  return status;
}
