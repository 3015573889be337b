/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-job.h"
#include "rt-run-lock.h"
#include "rt-store.h"

#include "rt-formats.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define N_EPOCHS 5

static const char recipe_text[] =
  "{ \"retort\": 1, \"name\": \"Small\", \"method\": \"scratch\", \"seed\": 5, \"threads\": 1,"
  "  \"task\": { \"dataset\": \"builtin:glyphs/digits\", \"samples_per_class\": 12,"
  "              \"validation\": 4, \"augment\": \"light\" },"
  "  \"backbone\": { \"network\": \"mlp\", \"hidden\": [24], \"weights\": \"random\" },"
  "  \"train\": { \"epochs\": 5, \"batch_size\": 16, \"optimizer\": \"adamw\","
  "               \"learning_rate\": 0.003 } }";

typedef struct
{
  char    *home;
  RtStore *store;
} Fixture;

static int
remove_cb (const char        *path,
           const struct stat *info,
           int                kind,
           struct FTW        *walk)
{
  return remove (path);
}

static void
set_up (Fixture    *fixture,
        const void *data)
{
  g_autoptr (GError) error = NULL;

  fixture->home = g_dir_make_tmp ("retort-job-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->store = rt_store_open (fixture->home, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture    *fixture,
           const void *data)
{
  g_clear_pointer (&fixture->store, rt_store_close);
  g_assert_cmpint (nftw (fixture->home, remove_cb, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
  g_free (fixture->home);
}

static int
add_run (RtStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) recipe = rt_recipe_parse (recipe_text, -1, "test", &error);
  int id;

  g_assert_no_error (error);
  id = rt_store_add_run (store, recipe, NULL, &error);
  g_assert_no_error (error);
  return id;
}

static void
assert_state (RtStore    *store,
              int         id,
              RtRunState  state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = rt_store_get_run (store, id, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (rt_run_state_to_string (run->state), ==, rt_run_state_to_string (state));
}

static gboolean
has_file (RtStore    *store,
          int         id,
          const char *file)
{
  g_autofree char *path = rt_store_get_path (store, id, file);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* What a run tells of itself, and what is done to it while it does. */
typedef struct
{
  RtStore   *store;
  RtControl *control;
  uint64_t   interrupt_after;   /* steps of the whole run; 0: never */
  uint64_t   stop_after;
  gboolean   stop_at_once;
  int        n_starts, n_steps, n_epochs, n_results;
  RtResult   result;
} Watch;

static void
watch_cb (const RtEvent *event,
          void          *data)
{
  Watch *watch = data;

  g_assert_cmpint (event->run, >, 0);
  switch (event->kind)
    {
    case RT_EVENT_START:
      watch->n_starts++;
      break;
    case RT_EVENT_STEP:
      watch->n_steps++;
      if (watch->interrupt_after > 0 && event->step.step + 1 >= watch->interrupt_after)
        rt_control_interrupt (watch->control);
      if (watch->stop_after > 0 && event->step.step + 1 >= watch->stop_after)
        rt_control_stop (watch->control);
      break;
    case RT_EVENT_EPOCH:
      watch->n_epochs++;
      break;
    case RT_EVENT_RESULT:
      watch->n_results++;
      watch->result = event->result;
      /* Who sees the result can open all of it; of no epoch there is nothing to look into. */
      g_assert_cmpint (has_file (watch->store, event->run, "predictions.safetensors"), ==,
                       event->result.best_epoch > 0);
      break;
    case RT_EVENT_PROGRESS:
    case RT_EVENT_NOTE:
    default:
      break;
    }
}

static RtTrainerEnd
train (RtStore  *store,
       int       id,
       Watch    *watch,
       GError  **error)
{
  g_autoptr (RtControl) control = rt_control_new ();

  watch->store = store;
  watch->control = control;
  if (watch->stop_at_once)
    rt_control_stop (control);
  return rt_job_run (store, id, control, watch_cb, watch, error);
}

static void
assert_same (double a,
             double b)
{
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
}

/* All that is measured but time. */
static void
assert_same_history (RtStore *store,
                     int      a,
                     int      b)
{
  g_autoptr (GArray) epochs_a = rt_store_get_epochs (store, a, NULL);
  g_autoptr (GArray) epochs_b = rt_store_get_epochs (store, b, NULL);
  g_autoptr (GArray) steps_a = rt_store_get_steps (store, a, NULL);
  g_autoptr (GArray) steps_b = rt_store_get_steps (store, b, NULL);

  g_assert_cmpuint (epochs_a->len, ==, N_EPOCHS);
  g_assert_cmpuint (epochs_b->len, ==, N_EPOCHS);
  for (guint i = 0; i < N_EPOCHS; i++)
    {
      const RtEpochMetrics *x = &g_array_index (epochs_a, RtEpochMetrics, i);
      const RtEpochMetrics *y = &g_array_index (epochs_b, RtEpochMetrics, i);

      g_assert_cmpint (x->epoch, ==, y->epoch);
      g_assert_cmpuint (x->step, ==, y->step);
      g_assert_cmpint (x->best, ==, y->best);
      assert_same (x->train_loss, y->train_loss);
      assert_same (x->train_accuracy, y->train_accuracy);
      assert_same (x->validation_loss, y->validation_loss);
      assert_same (x->validation_accuracy, y->validation_accuracy);
      assert_same (x->learning_rate, y->learning_rate);
    }
  g_assert_cmpuint (steps_a->len, ==, steps_b->len);
  for (guint i = 0; i < steps_a->len; i++)
    {
      const RtStepMetrics *x = &g_array_index (steps_a, RtStepMetrics, i);
      const RtStepMetrics *y = &g_array_index (steps_b, RtStepMetrics, i);

      g_assert_cmpuint (x->step, ==, i);
      g_assert_cmpuint (y->step, ==, i);
      assert_same (x->loss, y->loss);
      assert_same (x->accuracy, y->accuracy);
    }
}

static void
assert_same_file (RtStore    *store,
                  int         a,
                  int         b,
                  const char *file)
{
  g_autofree char *path_a = rt_store_get_path (store, a, file);
  g_autofree char *path_b = rt_store_get_path (store, b, file);
  g_autofree char *bytes_a = NULL;
  g_autofree char *bytes_b = NULL;
  size_t length_a, length_b;

  g_assert_true (g_file_get_contents (path_a, &bytes_a, &length_a, NULL));
  g_assert_true (g_file_get_contents (path_b, &bytes_b, &length_b, NULL));
  g_assert_cmpmem (bytes_a, length_a, bytes_b, length_b);
}

static void
test_finish (Fixture    *fixture,
             const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (RtNetwork) network = NULL;
  g_autoptr (RtTensorList) predictions = NULL;
  g_autoptr (RtRun) run = NULL;
  g_autofree char *path = NULL;
  RtResolver resolver;
  Watch watch = { 0 };
  int id = add_run (fixture->store);

  g_assert_cmpint (train (fixture->store, id, &watch, &error), ==, RT_TRAINER_FINISHED);
  g_assert_no_error (error);
  g_assert_cmpint (watch.n_starts, ==, 1);
  g_assert_cmpint (watch.n_epochs, ==, N_EPOCHS);
  g_assert_cmpint (watch.n_results, ==, 1);
  run = rt_store_get_run (fixture->store, id, &error);
  g_assert_cmpint (run->state, ==, RT_RUN_FINISHED);
  g_assert_cmpint (run->epoch, ==, N_EPOCHS);
  g_assert_cmpint (run->result.best_epoch, ==, watch.result.best_epoch);
  g_assert_cmpint (run->result.best_epoch, >, 0);
  assert_same (run->result.validation_accuracy, watch.result.validation_accuracy);
  g_assert_cmpuint (run->cost.n_train, ==, 120);

  /* Its weights serve as a backbone. */
  rt_store_get_resolver (fixture->store, &resolver);
  backbone = rt_resolver_find (&resolver, "run:1", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (backbone->network, ==, "mlp");
  g_assert_cmpint (backbone->hidden[0], ==, 24);
  g_assert_cmpuint (backbone->class_names->len, ==, 10);
  assert_same (backbone->accuracy, watch.result.validation_accuracy);
  network = rt_backbone_load (backbone, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rt_network_get_n_classes (network), ==, 10);
  g_clear_pointer (&backbone, rt_backbone_free);
  backbone = rt_resolver_find (&resolver, "run:1@5", NULL, NULL, &error);
  g_assert_no_error (error);

  path = rt_store_get_path (fixture->store, id, "predictions.safetensors");
  predictions = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rt_tensor_list_find (predictions, "logits")->shape.dims[0], ==, 40);
  g_assert_cmpint (rt_tensor_list_find (predictions, "logits")->shape.dims[1], ==, 10);
  g_assert_cmpint (rt_tensor_list_find (predictions, "labels")->shape.dims[0], ==, 40);
  g_assert_false (has_file (fixture->store, id, "state.safetensors"));

  g_assert_cmpint (train (fixture->store, id, &watch, &again), ==, RT_TRAINER_FAILED);
  g_assert_error (again, RT_STORE_ERROR, RT_STORE_ERROR_STATE);
  assert_state (fixture->store, id, RT_RUN_FINISHED);
}

/* Interrupted in each of several places, among them the first step and the ends of epochs. */
static void
test_interrupt (Fixture    *fixture,
                const void *data)
{
  static const uint64_t places[] = { 1, 2, 8, 9, 16, 21, 33, 39 };
  g_autoptr (GError) error = NULL;
  Watch alone = { 0 };
  int first = add_run (fixture->store);
  int second = add_run (fixture->store);

  g_assert_cmpint (train (fixture->store, first, &alone, &error), ==, RT_TRAINER_FINISHED);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      Watch watch = { .interrupt_after = places[i] };

      g_assert_cmpint (train (fixture->store, second, &watch, &error), ==, RT_TRAINER_INTERRUPTED);
      g_assert_no_error (error);
      g_assert_cmpint (watch.n_results, ==, 0);
      assert_state (fixture->store, second, RT_RUN_INTERRUPTED);
      g_assert_true (has_file (fixture->store, second, "state.safetensors"));
    }
  {
    Watch watch = { 0 };

    g_assert_cmpint (train (fixture->store, second, &watch, &error), ==, RT_TRAINER_FINISHED);
    g_assert_no_error (error);
    assert_same (watch.result.validation_loss, alone.result.validation_loss);
    assert_same (watch.result.test_accuracy, alone.result.test_accuracy);
  }
  assert_same_history (fixture->store, first, second);
  assert_same_file (fixture->store, first, second, "best.safetensors");
  assert_same_file (fixture->store, first, second, "epoch-5.safetensors");
  assert_same_file (fixture->store, first, second, "predictions.safetensors");
}

/* As after a kill: the state is older than the history and the best weights. */
static void
test_older_state (Fixture    *fixture,
                  const void *data)
{
  g_autoptr (GError) error = NULL;
  Watch alone = { 0 }, early = { .interrupt_after = 10 }, late = { .interrupt_after = 30 };
  Watch rest = { 0 };
  int first = add_run (fixture->store);
  int second = add_run (fixture->store);
  g_autofree char *path = rt_store_get_path (fixture->store, second, "state.safetensors");
  g_autofree char *state = NULL;
  size_t length;

  g_assert_cmpint (train (fixture->store, first, &alone, &error), ==, RT_TRAINER_FINISHED);
  g_assert_cmpint (train (fixture->store, second, &early, &error), ==, RT_TRAINER_INTERRUPTED);
  g_assert_true (g_file_get_contents (path, &state, &length, &error));
  g_assert_cmpint (train (fixture->store, second, &late, &error), ==, RT_TRAINER_INTERRUPTED);
  g_assert_true (g_file_set_contents (path, state, (gssize) length, &error));
  g_assert_true (rt_store_set_state (fixture->store, second, RT_RUN_RUNNING, NULL, &error));
  assert_state (fixture->store, second, RT_RUN_INTERRUPTED);
  g_assert_cmpint (train (fixture->store, second, &rest, &error), ==, RT_TRAINER_FINISHED);
  g_assert_no_error (error);
  assert_same_history (fixture->store, first, second);
  assert_same_file (fixture->store, first, second, "best.safetensors");
}

static void
test_stop (Fixture    *fixture,
           const void *data)
{
  g_autoptr (GError) error = NULL;
  Watch watch = { .stop_after = 18 };
  int id = add_run (fixture->store);

  g_assert_cmpint (train (fixture->store, id, &watch, &error), ==, RT_TRAINER_STOPPED);
  g_assert_no_error (error);
  g_assert_cmpint (watch.n_epochs, ==, 2);
  g_assert_cmpint (watch.n_results, ==, 1);
  g_assert_cmpint (watch.result.best_epoch, >, 0);
  assert_state (fixture->store, id, RT_RUN_STOPPED);
  g_assert_true (has_file (fixture->store, id, "best.safetensors"));
  g_assert_true (has_file (fixture->store, id, "best.json"));
}

/* A person who stops does not wait for figures of pictures: those of the best weights there are
 * already. In the first epoch there are none, and what was done of it is kept to be taken up. */
static void
test_stop_at_once (Fixture    *fixture,
                   const void *data)
{
  g_autoptr (GError) error = NULL;
  Watch first = { .stop_after = 3 }, interrupted = { .interrupt_after = 18 };
  Watch unopened = { .stop_at_once = TRUE }, taken_up = { .stop_after = 19 };
  int first_id = add_run (fixture->store);
  int id = add_run (fixture->store);
  g_autofree char *path = rt_store_get_path (fixture->store, id, "predictions.safetensors");
  GStatBuf before, after;

  g_assert_cmpint (train (fixture->store, first_id, &first, &error), ==, RT_TRAINER_INTERRUPTED);
  g_assert_no_error (error);
  g_assert_cmpint (first.n_results, ==, 0);
  assert_state (fixture->store, first_id, RT_RUN_INTERRUPTED);
  g_assert_true (has_file (fixture->store, first_id, "state.safetensors"));

  g_assert_cmpint (train (fixture->store, id, &interrupted, &error), ==, RT_TRAINER_INTERRUPTED);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &before), ==, 0);
  /* Before it is open nothing has happened. */
  g_assert_cmpint (train (fixture->store, id, &unopened, &error), ==, RT_TRAINER_INTERRUPTED);
  g_assert_no_error (error);
  g_assert_cmpint (unopened.n_starts, ==, 0);
  assert_state (fixture->store, id, RT_RUN_INTERRUPTED);
  g_assert_cmpint (train (fixture->store, id, &taken_up, &error), ==, RT_TRAINER_STOPPED);
  g_assert_no_error (error);
  g_assert_cmpint (taken_up.result.best_epoch, ==, 2);
  assert_state (fixture->store, id, RT_RUN_STOPPED);
  g_assert_cmpint (g_stat (path, &after), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
}

static void
test_failure (Fixture    *fixture,
              const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) recipe = rt_recipe_parse (recipe_text, -1, "test", &error);
  g_autoptr (RtRun) run = NULL;
  Watch watch = { 0 };
  int id;

  g_assert_no_error (error);
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup ("folder:/nowhere/at/all");
  id = rt_store_add_run (fixture->store, recipe, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (train (fixture->store, id, &watch, &error), ==, RT_TRAINER_FAILED);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/nowhere/at/all"));
  run = rt_store_get_run (fixture->store, id, NULL);
  g_assert_cmpint (run->state, ==, RT_RUN_FAILED);
  g_assert_cmpstr (run->message, ==, error->message);
}

/* The rate is far too high: what the run had reached when its loss was no number any more can be
 * looked at and learned from. */
static void
test_reached (Fixture    *fixture,
              const void *data)
{
  g_autoptr (GError) error = NULL, failure = NULL;
  g_autoptr (RtRecipe) recipe = rt_recipe_parse (recipe_text, -1, "test", &error);
  g_autoptr (GArray) epochs = NULL;
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (RtRun) run = NULL;
  const RtEpochMetrics *best;
  Watch watch = { 0 };
  RtResolver resolver;
  int id;

  g_assert_no_error (error);
  recipe->train.optimizer = RT_OPTIMIZER_SGD;
  recipe->train.schedule = RT_SCHEDULE_ONE_CYCLE;
  recipe->train.learning_rate = 10.0;
  recipe->train.epochs = 50;
  id = rt_store_add_run (fixture->store, recipe, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (train (fixture->store, id, &watch, &failure), ==, RT_TRAINER_FAILED);
  g_assert_error (failure, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED);
  g_assert_cmpint (watch.n_results, ==, 0);

  run = rt_store_get_run (fixture->store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (run->state, ==, RT_RUN_FAILED);
  epochs = rt_store_get_epochs (fixture->store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (run->result.best_epoch, >, 0);
  g_assert_cmpuint (run->result.best_epoch, <=, epochs->len);
  best = &g_array_index (epochs, RtEpochMetrics, run->result.best_epoch - 1);
  g_assert_true (best->best);
  assert_same (run->result.validation_accuracy, best->validation_accuracy);
  assert_same (run->result.validation_loss, best->validation_loss);
  g_assert_true (isnan (run->result.test_accuracy));

  rt_store_get_resolver (fixture->store, &resolver);
  backbone = rt_resolver_find (&resolver, "run:1", NULL, NULL, &error);
  g_assert_no_error (error);
  assert_same (backbone->accuracy, best->validation_accuracy);
  g_assert_true (has_file (fixture->store, id, "predictions.safetensors"));
}

static void
test_busy (Fixture    *fixture,
           const void *data)
{
  g_autoptr (GError) error = NULL;
  int id = add_run (fixture->store);
  g_autofree char *folder = rt_store_get_path (fixture->store, id, "");
  g_autoptr (RtRunLock) lock = rt_run_lock_take (folder, id, &error);
  Watch watch = { 0 };

  g_assert_no_error (error);
  g_assert_nonnull (lock);
  g_assert_cmpint (train (fixture->store, id, &watch, &error), ==, RT_TRAINER_FAILED);
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_BUSY);
  g_assert_cmpint (watch.n_starts, ==, 0);
  assert_state (fixture->store, id, RT_RUN_NEW);
}

/* A checkpoint that cannot be written ends the run and loses nothing that was there. */
static void
test_unwritable (Fixture    *fixture,
                 const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) second_error = NULL;
  Watch alone = { 0 }, watch = { 0 }, rest = { 0 };
  int first = add_run (fixture->store);
  int second = add_run (fixture->store);
  g_autofree char *path = rt_store_get_path (fixture->store, second, "best.safetensors");
  g_autofree char *inside = g_build_filename (path, "in-the-way", NULL);

  g_assert_cmpint (train (fixture->store, first, &alone, &error), ==, RT_TRAINER_FINISHED);
  g_assert_cmpint (g_mkdir_with_parents (inside, 0777), ==, 0);
  g_assert_cmpint (train (fixture->store, second, &watch, &second_error), ==, RT_TRAINER_FAILED);
  g_assert_error (second_error, RT_STORE_ERROR, RT_STORE_ERROR_IO);
  g_test_message ("%s", second_error->message);
  g_assert_nonnull (strstr (second_error->message, path));
  assert_state (fixture->store, second, RT_RUN_FAILED);

  g_assert_cmpint (g_rmdir (inside), ==, 0);
  g_assert_cmpint (g_rmdir (path), ==, 0);
  g_assert_cmpint (train (fixture->store, second, &rest, &error), ==, RT_TRAINER_FINISHED);
  g_assert_no_error (error);
  assert_same_history (fixture->store, first, second);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    void      (*run) (Fixture *, const void *);
  } tests[] = {
    { "/job/finish", test_finish },
    { "/job/interrupt", test_interrupt },
    { "/job/older-state", test_older_state },
    { "/job/stop", test_stop },
    { "/job/stop-at-once", test_stop_at_once },
    { "/job/failure", test_failure },
    { "/job/reached", test_reached },
    { "/job/busy", test_busy },
    { "/job/unwritable", test_unwritable },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
