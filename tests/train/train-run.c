/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "train-run.h"

#include "rt-formats.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *folder;
static GHashTable *backbones;   /* number: RtBackbone */

/* Backbones */

static void
name_digits (RtBackbone *backbone)
{
  for (int i = 0; i < 10; i++)
    g_ptr_array_add (backbone->class_names, g_strdup_printf ("%d", i));
}

static RtBackbone *
make_backbone (int         number,
               const char *network,
               int         classes)
{
  RtBackbone *backbone = rt_backbone_new ();
  RtNetworkOptions options = { .name = network, .classes = classes };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtNetwork) made = rt_network_new (&options, &error);
  g_autoptr (RtTensorList) tensors = NULL;

  g_assert_no_error (error);
  backbone->spec = g_strdup_printf ("run:%d", number);
  backbone->network = g_strdup (network);
  backbone->weights_path = g_strdup_printf ("%s/%d.safetensors", folder, number);
  rt_backbone_get_default_format (network, &backbone->format);
  if (classes == 10)
    name_digits (backbone);
  rt_network_init (made, 99, 0);
  tensors = rt_network_save (made);
  rt_safetensors_write (tensors, backbone->weights_path, &error);
  g_assert_no_error (error);
  return backbone;
}

static void
train_backbone (int         number,
                const char *network)
{
  RtBackbone *backbone = make_backbone (number, network, 10);
  g_autoptr (RtRecipe) recipe = train_run_recipe (RT_METHOD_SCRATCH, network, "random");
  g_autoptr (TrainRun) run = NULL;
  g_autoptr (RtTensorList) tensors = NULL;
  g_autoptr (GError) error = NULL;

  recipe->task.samples_per_class = 20;
  recipe->train.epochs = 12;
  run = train_run_all (recipe);
  tensors = rt_trainer_save_weights (run->trainer);
  rt_safetensors_write (tensors, backbone->weights_path, &error);
  g_assert_no_error (error);
  g_hash_table_insert (backbones, GINT_TO_POINTER (number), backbone);
}

static RtBackbone *
resolve_run (int      run,
             int      epoch,
             void    *data,
             GError **error)
{
  const RtBackbone *backbone = g_hash_table_lookup (backbones, GINT_TO_POINTER (run));

  g_assert_nonnull (backbone);
  return rt_backbone_copy (backbone);
}

RtResolver
train_run_get_resolver (void)
{
  return (RtResolver) { resolve_run, NULL };
}

void
train_run_set_up (void)
{
  g_autoptr (GError) error = NULL;

  folder = g_dir_make_tmp ("retort-train-XXXXXX", &error);
  g_assert_no_error (error);
  backbones = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) rt_backbone_free);
  g_hash_table_insert (backbones, GINT_TO_POINTER (8), make_backbone (8, "resnet8", 26));
  g_hash_table_insert (backbones, GINT_TO_POINTER (5), make_backbone (5, "lenet5", 26));
  train_backbone (10, "mlp");
}

void
train_run_tear_down (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&backbones, g_hash_table_unref);
}

/* Recipes */

RtRecipe *
train_run_recipe (RtMethod    method,
                  const char *network,
                  const char *weights)
{
  RtRecipe *recipe = rt_recipe_new (method);

  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup ("builtin:glyphs/digits");
  g_free (recipe->task.style);
  recipe->task.style = g_strdup ("print");
  g_free (recipe->task.augment);
  recipe->task.augment = g_strdup ("none");
  recipe->task.samples_per_class = 6;
  recipe->task.validation = 4;
  g_free (recipe->backbone.network);
  recipe->backbone.network = g_strdup (network);
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup (weights);
  g_clear_pointer (&recipe->backbone.frozen, g_strfreev);
  recipe->backbone.frozen = g_strsplit ("", ",", -1);
  recipe->train.epochs = 3;
  recipe->train.batch_size = 16;
  recipe->train.learning_rate = 0.01;
  recipe->train.head_first = 0;
  recipe->train.patience = 0;
  recipe->threads = 1;
  recipe->seed = 3;
  if (method == RT_METHOD_DISTIL)
    {
      g_free (recipe->distil.teacher);
      recipe->distil.teacher = g_strdup ("run:10");
    }
  return recipe;
}

/* Running */

static void
event_cb (const RtEvent *event,
          void          *data)
{
  TrainRun *run = data;

  switch (event->kind)
    {
    case RT_EVENT_START:
      run->n_starts++;
      break;
    case RT_EVENT_STEP:
      g_array_append_val (run->steps, event->step);
      if (event->step.step + 1 == run->interrupt_after)
        rt_control_interrupt (run->control);
      if (run->on_step != NULL)
        run->on_step (run, &event->step);
      break;
    case RT_EVENT_EPOCH:
      g_array_append_val (run->epochs, event->epoch);
      break;
    case RT_EVENT_NOTE:
      g_ptr_array_add (run->notes, g_strdup (event->text));
      break;
    case RT_EVENT_RESULT:
      g_assert_false (run->has_result);
      run->result = event->result;
      run->has_result = TRUE;
      break;
    case RT_EVENT_PROGRESS:
      if (run->on_progress != NULL)
        run->on_progress (run, event->text);
      break;
    default:
      break;
    }
}

static gboolean
checkpoint_cb (RtTrainer  *trainer,
               gboolean    best,
               void       *data,
               GError    **error)
{
  TrainRun *run = data;

  g_ptr_array_add (run->states, rt_trainer_save_state (trainer));
  if (run->on_epoch != NULL)
    run->on_epoch (run);
  return TRUE;
}

TrainRun *
train_run_new (const RtRecipe *recipe)
{
  TrainRun *run = g_new0 (TrainRun, 1);
  RtResolver resolver = train_run_get_resolver ();
  RtTask *task;

  run->trainer = rt_trainer_new (recipe, &resolver, NULL, &run->error);
  g_assert_no_error (run->error);
  /* Of thousands of test samples a few do here. */
  task = (RtTask *) rt_trainer_get_task (run->trainer);
  run->n_test = task->n_test;
  task->n_test = MIN (task->n_test, 20);
  run->control = rt_control_new ();
  run->steps = g_array_new (FALSE, FALSE, sizeof (RtStepMetrics));
  run->epochs = g_array_new (FALSE, FALSE, sizeof (RtEpochMetrics));
  run->notes = g_ptr_array_new_with_free_func (g_free);
  run->states = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_tensor_list_free);
  return run;
}

void
train_run_go (TrainRun *run)
{
  RtTrainerHooks hooks = { run->control, event_cb, checkpoint_cb, run };

  run->end = rt_trainer_run (run->trainer, &hooks, &run->error);
  g_assert_true ((run->end == RT_TRAINER_FAILED) == (run->error != NULL));
}

void
train_run_free (TrainRun *run)
{
  if (run == NULL)
    return;
  rt_trainer_free (run->trainer);
  rt_control_unref (run->control);
  g_array_unref (run->steps);
  g_array_unref (run->epochs);
  g_ptr_array_unref (run->notes);
  g_ptr_array_unref (run->states);
  g_clear_error (&run->error);
  g_free (run);
}

TrainRun *
train_run_all (const RtRecipe *recipe)
{
  TrainRun *run = train_run_new (recipe);

  train_run_go (run);
  g_assert_no_error (run->error);
  g_assert_cmpint (run->end, ==, RT_TRAINER_FINISHED);
  g_assert_true (run->has_result);
  g_assert_cmpint (run->n_starts, ==, 1);
  return run;
}

TrainRun *
train_run_threads (RtRecipe *recipe)
{
  static const int threads[] = { 1, 2, 3 };
  TrainRun *one;

  recipe->threads = 1;
  one = train_run_all (recipe);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (TrainRun) other = NULL;

      recipe->threads = threads[i];
      other = train_run_all (recipe);
      train_run_assert_same (one, other);
    }
  return one;
}

/* As a store does: through a file. */
static RtTensorList *
through_file (const RtTensorList *state)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, "state.safetensors", NULL);
  RtTensorList *list;

  rt_safetensors_write (state, path, &error);
  g_assert_no_error (error);
  list = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  g_remove (path);
  return list;
}

TrainRun *
train_run_take_up (const RtRecipe *recipe,
                   const TrainRun *run,
                   guint           i)
{
  TrainRun *next = train_run_new (recipe);
  g_autoptr (RtTensorList) state = through_file (g_ptr_array_index (run->states, i));
  const char *step = rt_tensor_list_get_meta (state, "state.step");
  const char *epoch = rt_tensor_list_get_meta (state, "state.epoch");

  g_assert_true (rt_trainer_load_state (next->trainer, state, &next->error));
  g_assert_no_error (next->error);
  g_array_append_vals (next->steps, run->steps->data,
                       (guint) g_ascii_strtoull (step, NULL, 10));
  g_array_append_vals (next->epochs, run->epochs->data,
                       (guint) g_ascii_strtoull (epoch, NULL, 10));
  return next;
}

char *
train_run_hash (TrainRun *run,
                uint32_t  blocks)
{
  return rt_network_hash (rt_trainer_get_network (run->trainer), blocks);
}

/* Bits, so that NaN equals NaN. */
static void
assert_same_bits (double      a,
                  double      b,
                  const char *what,
                  guint       at)
{
  if (memcmp (&a, &b, sizeof a) != 0 && !(isnan (a) && isnan (b)))
    g_error ("%s %u differs: %.17g and %.17g", what, at, a, b);
}

void
train_run_assert_same_steps (const TrainRun *a,
                             const TrainRun *b,
                             gboolean        soft_too)
{
  g_assert_cmpuint (a->steps->len, ==, b->steps->len);
  for (guint i = 0; i < a->steps->len; i++)
    {
      const RtStepMetrics *s = &g_array_index (a->steps, RtStepMetrics, i);
      const RtStepMetrics *t = &g_array_index (b->steps, RtStepMetrics, i);

      g_assert_cmpuint (s->step, ==, t->step);
      assert_same_bits (s->loss, t->loss, "loss of step", i);
      assert_same_bits (s->label_part, t->label_part, "label part of step", i);
      if (soft_too)
        assert_same_bits (s->soft_part, t->soft_part, "soft part of step", i);
      assert_same_bits (s->accuracy, t->accuracy, "accuracy of step", i);
      assert_same_bits (s->learning_rate, t->learning_rate, "learning rate of step", i);
    }
  g_assert_cmpuint (a->epochs->len, ==, b->epochs->len);
  for (guint i = 0; i < a->epochs->len; i++)
    {
      const RtEpochMetrics *e = &g_array_index (a->epochs, RtEpochMetrics, i);
      const RtEpochMetrics *f = &g_array_index (b->epochs, RtEpochMetrics, i);

      g_assert_cmpint (e->epoch, ==, f->epoch);
      g_assert_cmpuint (e->step, ==, f->step);
      g_assert_cmpint (e->best, ==, f->best);
      assert_same_bits (e->train_loss, f->train_loss, "training loss of epoch", i);
      assert_same_bits (e->train_label_part, f->train_label_part, "label part of epoch", i);
      if (soft_too)
        assert_same_bits (e->train_soft_part, f->train_soft_part, "soft part of epoch", i);
      assert_same_bits (e->train_accuracy, f->train_accuracy, "training accuracy of epoch", i);
      assert_same_bits (e->validation_loss, f->validation_loss, "validation loss of epoch", i);
      assert_same_bits (e->validation_accuracy, f->validation_accuracy, "accuracy of epoch", i);
      assert_same_bits (e->learning_rate, f->learning_rate, "learning rate of epoch", i);
    }
}

void
train_run_assert_same (TrainRun *a,
                       TrainRun *b)
{
  g_autofree char *hash_a = train_run_hash (a, G_MAXUINT32);
  g_autofree char *hash_b = train_run_hash (b, G_MAXUINT32);

  train_run_assert_same_steps (a, b, TRUE);
  g_assert_cmpstr (hash_a, ==, hash_b);
  g_assert_cmpint (a->result.best_epoch, ==, b->result.best_epoch);
  assert_same_bits (a->result.validation_loss, b->result.validation_loss, "result", 0);
  assert_same_bits (a->result.test_loss, b->result.test_loss, "test result", 0);
  assert_same_bits (a->result.teacher_accuracy, b->result.teacher_accuracy, "teacher", 0);
}
