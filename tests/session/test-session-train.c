/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run under way, as the desktop drives it. */
#include "config.h"

#include "session-test.h"

#include "rt-clock.h"
#include "rt-comparison.h"

#include <math.h>
#include <string.h>

#define LONG 10000   /* epochs: does not end by itself while a test looks */

typedef struct
{
  char      *home;
  RtLibrary *library;
  RtSession *session;
  GString   *states;     /* a letter each time that the state is notified */
  int        n_steps;
  uint64_t   n_done;     /* steps of the run that was heard of last */
  RtRunItem *run;        /* Borrowed: that run */
  int        n_finished;
  int        n_failed;
  int        n_replanned;
  RtRunItem *finished;
} Fixture;

static void
state_cb (RtSession  *session,
          GParamSpec *pspec,
          Fixture    *f)
{
  int state;

  g_object_get (session, "state", &state, NULL);
  g_string_append_c (f->states, "iptuS"[state]);   /* idle, preparing, training, paused, stopping */
}

static void
step_cb (RtSession *session,
         Fixture   *f)
{
  const RtStepMetrics *last = rt_session_get_last_step (session);

  g_assert_nonnull (last);
  if (session->run != f->run)
    f->n_done = 0;
  f->run = session->run;
  f->n_steps += (int) (last->step + 1 - f->n_done);   /* many are told at once */
  f->n_done = last->step + 1;
}

static void
finished_cb (RtSession *session,
             RtRunItem *item,
             Fixture   *f)
{
  f->n_finished++;
  f->finished = item;
}

static void
failed_cb (RtSession  *session,
           const char *message,
           Fixture    *f)
{
  g_assert_nonnull (message);
  f->n_failed++;
}

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  f->states = g_string_new (NULL);
  f->library = session_test_open (&f->home);
  f->session = rt_session_new (f->library);
  g_signal_connect (f->session, "notify::state", G_CALLBACK (state_cb), f);
  g_signal_connect (f->session, "step", G_CALLBACK (step_cb), f);
  g_signal_connect (f->session, "finished", G_CALLBACK (finished_cb), f);
  g_signal_connect (f->session, "failed", G_CALLBACK (failed_cb), f);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  session_test_close (f->session, f->library, f->home);
  g_string_free (f->states, TRUE);
}

static void
choose (Fixture    *f,
        const char *network,
        int         epochs)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe (network, epochs);

  rt_session_set_recipe (f->session, recipe);
}

static gboolean
is_over (void *data)
{
  Fixture *f = data;

  return f->n_finished + f->n_failed > 0;
}

static gboolean
has_made_one (void *data)
{
  return ((Fixture *) data)->n_steps > 0;
}

static gboolean
has_stepped (void *data)
{
  return ((Fixture *) data)->n_steps > 2;
}

static RtSessionState
get_state (Fixture *f)
{
  int state;

  g_object_get (f->session, "state", &state, NULL);
  return state;
}

static void
status_cb (RtSession  *session,
           GParamSpec *pspec,
           GString    *seen)
{
  g_autofree char *status = NULL;

  g_object_get (session, "status", &status, NULL);
  g_string_append_printf (seen, "%s\n", status);
}

/* What is computed once may take long: how far it is can be seen. */
static void
test_waiting (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  g_signal_connect (f->session, "notify::status", G_CALLBACK (status_cb), seen);
  rt_session_train (f->session);   /* the first recipe: its lower blocks are frozen */
  session_test_wait (has_made_one, f);
  rt_session_stop (f->session);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_failed, ==, 0);
  g_assert_nonnull (strstr (seen->str, "Computing the frozen blocks once · 100 %\n"));
  g_signal_handlers_disconnect_by_data (f->session, seen);
}

static gboolean
is_measured (void *data)
{
  return isfinite (rt_session_get_cost (((Fixture *) data)->session)->seconds_all);
}

/* A run that is begun before its recipe was counted: nothing of the recipe before is shown beside
 * it, and what it did not measure is measured after it. */
static void
test_cost (Fixture       *f,
           gconstpointer  data)
{
  const RtCost *cost = rt_session_get_cost (f->session);

  choose (f, "mlp", 2);
  session_test_wait (is_measured, f);
  g_assert_cmpuint (cost->n_train, ==, 60);
  g_object_set (f->session, "samples-per-class", 5, NULL);
  rt_session_train (f->session);
  g_assert_cmpuint (cost->n_train, ==, 0);
  session_test_wait (has_made_one, f);
  g_assert_cmpuint (cost->n_train, ==, 50);
  session_test_wait (is_over, f);
  session_test_wait (is_measured, f);
  g_assert_cmpuint (cost->n_train, ==, 50);
}

static void
test_train (Fixture       *f,
            gconstpointer  data)
{
  g_autoptr (RtRunItem) run = NULL;
  g_autofree char *status = NULL;
  double fraction;

  choose (f, "mlp", 3);
  rt_session_train (f->session);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_PREPARING);
  rt_session_train (f->session);   /* there is one already: nothing */
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_failed, ==, 0);
  g_assert_cmpstr (f->states->str, ==, "pti");
  g_assert_cmpint (f->n_steps, ==, 12);
  g_object_get (f->session, "run", &run, "status", &status, "fraction", &fraction, NULL);
  g_assert_true (run == f->finished);
  g_assert_cmpfloat (fraction, ==, 1.0);
  g_assert_true (g_str_has_prefix (status, "Done"));
  g_assert_cmpint (rt_run_item_get_state (run), ==, RT_RUN_FINISHED);
  g_assert_cmpuint (rt_run_item_get_steps (run)->len, ==, 12);
  g_assert_cmpuint (rt_run_item_get_epochs (run)->len, ==, 3);
  g_assert_cmpfloat (rt_run_item_get_accuracy (run), >=, 0.0);
  g_assert_cmpuint (g_list_model_get_n_items (rt_library_get_runs (f->library)), ==, 1);
}

static void
test_invalid (Fixture       *f,
              gconstpointer  data)
{
  choose (f, "mlp", 3);
  g_object_set (f->session, "style", "none such", NULL);
  rt_session_train (f->session);
  g_assert_cmpint (f->n_failed, ==, 1);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_IDLE);
  g_assert_cmpuint (g_list_model_get_n_items (rt_library_get_runs (f->library)), ==, 0);
}

static gboolean
has_replanned (void *data)
{
  return ((Fixture *) data)->n_replanned > 0 || ((Fixture *) data)->n_finished > 0;
}

/* A run that fails has ended like any other, and what the next will cost is measured. */
static void
test_fails (Fixture       *f,
            gconstpointer  data)
{
  choose (f, "mlp", 3);
  rt_session_step (f->session);
  session_test_wait (has_made_one, f);
  session_test_block (f->home, "best.safetensors");
  rt_session_resume (f->session);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_failed, ==, 1);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_IDLE);
  g_assert_false (is_measured (f));
  session_test_wait (is_measured, f);
  g_assert_cmpint (f->n_finished, ==, 1);
  g_assert_true (f->finished == rt_library_find_run (f->library, 1));
  g_assert_cmpint (rt_run_item_get_state (f->finished), ==, RT_RUN_FAILED);
}

static void
replanned_cb (RtRunItem  *item,
              GParamSpec *pspec,
              Fixture    *f)
{
  f->n_replanned++;
}

/* To end at a time: how many epochs fit is told as soon as it is decided, and kept. */
static void
test_replan (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 2);
  const RtRun *run;

  recipe->train.schedule = RT_SCHEDULE_FLAT_COSINE;
  rt_session_set_recipe (f->session, recipe);
  f->session->deadline = rt_clock_now () + session_test_seconds (2.0);
  rt_session_step (f->session);
  g_signal_connect (f->session->run, "notify::n-epochs", G_CALLBACK (replanned_cb), f);
  rt_session_resume (f->session);
  session_test_wait (has_replanned, f);
  g_assert_cmpint (f->n_finished, ==, 0);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_failed, ==, 0);
  run = rt_run_item_get_run (f->finished);
  g_assert_cmpint (run->n_epochs, >, 2);
  g_assert_cmpint (run->n_epochs, ==, run->epoch);
}

/* Paused, no step comes; stepped, one; resumed, more; stopped, an end with the best kept. How soon
 * is told by tests/bench/bench-desktop.sh. */
static void
test_pause (Fixture       *f,
            gconstpointer  data)
{
  int n;

  choose (f, "mlp", LONG);
  rt_session_train (f->session);
  session_test_wait (has_stepped, f);
  rt_session_pause (f->session);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_PAUSED);
  session_test_iterate (0.3);
  n = f->n_steps;
  session_test_iterate (0.2);
  g_assert_cmpint (f->n_steps, ==, n);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_PAUSED);

  rt_session_step (f->session);
  session_test_iterate (0.3);
  g_assert_cmpint (f->n_steps, ==, n + 1);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_PAUSED);

  rt_session_resume (f->session);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_TRAINING);
  f->n_steps = 0;
  session_test_wait (has_stepped, f);
  while (rt_run_item_get_epochs (f->session->run)->len == 0)
    g_main_context_iteration (NULL, TRUE);

  rt_session_stop (f->session);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_STOPPING);
  rt_session_pause (f->session);    /* too late: it is ending */
  rt_session_resume (f->session);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_STOPPING);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_finished, ==, 1);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_IDLE);
  g_assert_cmpint (rt_run_item_get_state (f->finished), ==, RT_RUN_STOPPED);
  g_assert_cmpint (rt_run_item_get_run (f->finished)->result.best_epoch, >, 0);
  g_assert_true (isnan (rt_run_item_get_run (f->finished)->result.test_accuracy));
}

/* One step from the start: it waits after it. */
static void
test_step (Fixture       *f,
           gconstpointer  data)
{
  choose (f, "mlp", 3);
  rt_session_step (f->session);
  session_test_wait (has_made_one, f);
  session_test_iterate (0.3);
  g_assert_cmpint (f->n_steps, ==, 1);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_PAUSED);
  rt_session_resume (f->session);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_steps, ==, 12);
  g_assert_cmpint (f->n_finished, ==, 1);
}

/* Interrupted and taken up, by another session as after a restart: the curve of a run left
 * alone. */
static void
test_take_up (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 40);
  g_autoptr (GArray) whole = NULL;
  g_autoptr (GArray) resumed = NULL;
  g_autoptr (GError) error = NULL;
  RtStore *store = rt_library_get_store (f->library);
  int first = session_test_train (store, recipe), id;
  RtRunItem *item;

  rt_session_set_recipe (f->session, recipe);
  for (int i = 0; i < 6; i++)
    {
      f->n_steps = 0;
      rt_session_step (f->session);
      session_test_wait (has_made_one, f);
    }
  g_assert_cmpuint (f->n_done, ==, 6);
  rt_session_interrupt (f->session);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_finished, ==, 1);
  g_assert_cmpint (rt_run_item_get_state (f->finished), ==, RT_RUN_INTERRUPTED);
  id = rt_run_item_get_id (f->finished);

  rt_session_shutdown (f->session);
  session_test_wait_alone (f->session);
  g_assert_finalize_object (f->session);
  f->session = rt_session_new (f->library);
  g_signal_connect (f->session, "finished", G_CALLBACK (finished_cb), f);
  g_signal_connect (f->session, "failed", G_CALLBACK (failed_cb), f);
  f->n_finished = 0;
  item = rt_library_find_run (f->library, id);
  rt_session_take_up (f->session, item);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_finished, ==, 1);
  g_assert_cmpint (rt_run_item_get_state (item), ==, RT_RUN_FINISHED);
  g_assert_cmpuint (rt_run_item_get_steps (item)->len, ==, 160);
  g_assert_cmpuint (rt_run_item_get_epochs (item)->len, ==, 40);

  whole = rt_store_get_epochs (store, first, &error);
  resumed = rt_store_get_epochs (store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (whole->len, ==, resumed->len);
  for (guint i = 0; i < whole->len; i++)
    {
      const RtEpochMetrics *a = &g_array_index (whole, RtEpochMetrics, i);
      const RtEpochMetrics *b = &g_array_index (resumed, RtEpochMetrics, i);

      g_assert_cmpfloat (a->train_loss, ==, b->train_loss);
      g_assert_cmpfloat (a->validation_loss, ==, b->validation_loss);
      g_assert_cmpfloat (g_array_index (rt_run_item_get_epochs (item), RtEpochMetrics, i)
                           .validation_loss, ==, a->validation_loss);
    }
}

/* The run under way cannot be deleted; when it is over it can. */
static void
test_delete (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  RtRunItem *item;

  choose (f, "mlp", LONG);
  rt_session_train (f->session);
  session_test_wait (has_stepped, f);
  item = f->session->run;
  g_assert_false (rt_library_delete_run (f->library, item, &error));
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_BUSY);
  g_clear_error (&error);
  rt_session_stop (f->session);
  session_test_wait (is_over, f);
  g_assert_true (rt_library_delete_run (f->library, item, &error));
  g_assert_no_error (error);
  g_assert_null (rt_library_find_run (f->library, 1));
}

/* Closing in the middle of it all: saved, and nothing comes afterwards. */
static void
test_shutdown (Fixture       *f,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  int n;

  choose (f, "mlp", LONG);
  rt_session_train (f->session);
  session_test_wait (has_stepped, f);
  rt_session_shutdown (f->session);
  n = f->n_steps;
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (f->n_steps, ==, n);
  g_assert_true (rt_library_refresh (f->library, &error));
  g_assert_no_error (error);
  g_assert_cmpint (rt_run_item_get_state (rt_library_find_run (f->library, 1)), ==,
                   RT_RUN_INTERRUPTED);
}

/* Changing the recipe while a run is under way changes the next one, not this one. */
static void
test_change (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (RtRecipe) kept = NULL;
  g_autoptr (GError) error = NULL;

  choose (f, "mlp", 3);
  rt_session_train (f->session);
  g_object_set (f->session, "epochs", 7, "batch-size", 4, NULL);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_steps, ==, 12);
  kept = rt_store_get_recipe (rt_library_get_store (f->library), 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kept->train.epochs, ==, 3);
}

/* Shut down, it asks the thread for nothing any more, and nothing is added to the history. */
static void
test_after_shutdown (Fixture       *f,
                     gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  RtStore *store = rt_library_get_store (f->library);
  g_autoptr (GError) error = NULL;
  int id = session_test_train (store, recipe);

  g_assert_true (rt_library_refresh (f->library, &error));
  rt_session_set_recipe (f->session, recipe);
  rt_session_shutdown (f->session);
  rt_session_train (f->session);
  rt_session_step (f->session);
  rt_session_compare (f->session, 2);
  rt_session_take_up (f->session, rt_library_find_run (f->library, id));
  rt_session_pause (f->session);
  rt_session_stop (f->session);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_IDLE);
  g_assert_cmpuint (g_list_model_get_n_items (rt_library_get_runs (f->library)), ==, 1);
}

/* What a row of the list of runs says: the state of the run under way, and nothing afterwards. */
static void
test_activity (Fixture       *f,
               gconstpointer  data)
{
  RtRunItem *item;
  int activity;

  choose (f, "mlp", LONG);
  rt_session_train (f->session);
  item = f->session->run;
  g_object_get (item, "activity", &activity, NULL);
  g_assert_cmpint (activity, ==, RT_SESSION_PREPARING);
  session_test_wait (has_stepped, f);
  g_object_get (item, "activity", &activity, NULL);
  g_assert_cmpint (activity, ==, RT_SESSION_TRAINING);
  rt_session_pause (f->session);
  g_object_get (item, "activity", &activity, NULL);
  g_assert_cmpint (activity, ==, RT_SESSION_PAUSED);
  rt_session_stop (f->session);
  session_test_wait (is_over, f);
  g_object_get (item, "activity", &activity, NULL);
  g_assert_cmpint (activity, ==, RT_SESSION_IDLE);
}

/* The dial may be moved while a run goes: its loss is taken apart with its own temperature. */
static void
test_loss (Fixture       *f,
           gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  int teacher = session_test_train (rt_library_get_store (f->library), recipe);
  const RtStepMetrics *step;
  RtSessionLoss loss;

  recipe->method = RT_METHOD_DISTIL;
  recipe->train.epochs = LONG;
  recipe->distil.teacher = g_strdup_printf ("run:%d", teacher);
  recipe->distil.temperature = 2.0;
  recipe->distil.alpha = 0.5;
  rt_session_set_recipe (f->session, recipe);
  rt_session_get_loss (f->session, &loss);
  g_assert_cmpfloat (loss.temperature, ==, 2.0);
  g_assert_true (isnan (loss.kl));
  rt_session_train (f->session);
  session_test_wait (has_stepped, f);
  g_object_set (f->session, "temperature", 8.0, NULL);
  step = rt_session_get_last_step (f->session);
  rt_session_get_loss (f->session, &loss);
  g_assert_cmpfloat (loss.temperature, ==, 2.0);
  g_assert_cmpfloat (loss.alpha, ==, 0.5);
  g_assert_cmpfloat (loss.kl, ==, step->soft_part / 4.0);
  g_assert_cmpfloat (loss.ce, ==, step->label_part);
  g_assert_cmpfloat_with_epsilon (loss.alpha * 4.0 * loss.kl + (1 - loss.alpha) * loss.ce,
                                  step->loss, 1e-5);
  rt_session_stop (f->session);
  session_test_wait (is_over, f);

  /* Over: the dial counts, and nothing was measured with it. Turned back, something was. */
  rt_session_get_loss (f->session, &loss);
  g_assert_cmpfloat (loss.temperature, ==, 8.0);
  g_assert_true (isnan (loss.kl));
  g_object_set (f->session, "temperature", 2.0, NULL);
  rt_session_get_loss (f->session, &loss);
  g_assert_true (isfinite (loss.kl));
}

/* Fine-tuned from a run of its own, against the same from scratch. */
static void
choose_comparison (Fixture *f,
                   int      epochs)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  int first = session_test_train (rt_library_get_store (f->library), recipe);

  recipe->method = RT_METHOD_FINE_TUNE;
  recipe->train.epochs = epochs;
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup_printf ("run:%d", first);
  rt_session_set_recipe (f->session, recipe);
}

static void
compared_cb (RtSession *session,
             RtRunItem *item,
             int       *n)
{
  ++*n;
}

static gboolean
is_idle (void *data)
{
  return get_state (data) == RT_SESSION_IDLE;
}

/* Two seeds: four runs in pairs, told of one by one, the state never idle in between. */
static void
test_compare (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (RtComparison) comparison = NULL;
  const RtRun *runs[4];
  double mean = 0.0;
  int n = 0;

  g_signal_connect (f->session, "compared", G_CALLBACK (compared_cb), &n);
  choose_comparison (f, 2);
  g_assert_true (rt_session_can_compare (f->session));
  rt_session_compare (f->session, 2);
  session_test_wait (is_idle, f);
  g_assert_cmpint (f->n_failed, ==, 0);
  g_assert_cmpint (f->n_finished, ==, 4);
  g_assert_cmpint (n, ==, 1);
  g_assert_cmpint (f->n_steps, ==, 32);
  g_assert_null (strchr (f->states->str, 'S'));
  g_assert_true (strchr (f->states->str, 'i') == f->states->str + f->states->len - 1);
  for (int i = 0; i < 4; i++)
    {
      runs[i] = rt_run_item_get_run (rt_library_find_run (f->library, 2 + i));
      g_assert_cmpstr (runs[i]->group, ==, runs[0]->group);
      g_assert_cmpint (runs[i]->is_baseline, ==, i % 2);
      g_assert_cmpuint (runs[i]->seed, ==, runs[0]->seed + i / 2);
      g_assert_cmpstr (runs[i]->method, ==, i % 2 == 1 ? "scratch" : "fine-tune");
      g_assert_false (isnan (runs[i]->result.test_accuracy));
      mean += (i % 2 == 1 ? -0.5 : 0.5) * runs[i]->result.test_accuracy;
    }
  comparison = rt_comparison_new (f->library, runs[0]->group);
  g_assert_nonnull (comparison);
  g_assert_true (comparison->by_test);
  g_assert_cmpint (comparison->verdict.n, ==, 2);
  g_assert_cmpfloat_with_epsilon (comparison->verdict.mean, mean, 1e-9);
  g_assert_nonnull (strstr (comparison->difference, "from scratch"));
  g_assert_null (rt_comparison_new (f->library, NULL));
  g_assert_null (rt_comparison_new (f->library, "none such"));
}

static void
stop_third (RtSession *session,
            RtRunItem *item,
            Fixture   *f)
{
  if (f->n_finished == 2)
    rt_session_stop (session);
}

/* Stopped in the third run of six: all of it ends, and what is whole is compared. */
static void
test_compare_stop (Fixture       *f,
                   gconstpointer  data)
{
  g_autoptr (RtComparison) comparison = NULL;
  int n = 0;

  g_signal_connect (f->session, "compared", G_CALLBACK (compared_cb), &n);
  g_signal_connect (f->session, "finished", G_CALLBACK (stop_third), f);
  choose_comparison (f, 2);
  rt_session_compare (f->session, 3);
  session_test_wait (is_idle, f);
  g_assert_cmpint (f->n_finished, ==, 3);
  g_assert_cmpint (n, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (rt_library_get_runs (f->library)), ==, 4);
  comparison = rt_comparison_new (f->library, rt_run_item_get_run (f->finished)->group);
  g_assert_nonnull (comparison);
  g_assert_cmpint (comparison->verdict.n, ==, 1);
  g_assert_cmpint (comparison->verdict.kind, ==, RT_VERDICT_INCONCLUSIVE);
  g_assert_null (f->session->series);
}

static void
interrupt_third (RtSession *session,
                 RtRunItem *item,
                 Fixture   *f)
{
  if (f->n_finished == 2)
    rt_session_interrupt (session);
}

/* Interrupted in the third run of six, as by closing the window: taking that one up trains the rest
 * too, none twice. */
static void
test_compare_take_up (Fixture       *f,
                      gconstpointer  data)
{
  g_autoptr (RtComparison) comparison = NULL;
  GListModel *runs = rt_library_get_runs (f->library);
  RtRunItem *third;
  gulong handler;

  handler = g_signal_connect (f->session, "finished", G_CALLBACK (interrupt_third), f);
  choose_comparison (f, 2);
  rt_session_compare (f->session, 3);
  session_test_wait (is_idle, f);
  g_signal_handler_disconnect (f->session, handler);
  g_assert_null (f->session->series);
  g_assert_cmpuint (g_list_model_get_n_items (runs), ==, 4);
  third = rt_library_find_run (f->library, 4);
  g_assert_cmpint (rt_run_item_get_state (third), ==, RT_RUN_INTERRUPTED);

  rt_session_take_up (f->session, third);
  session_test_wait (is_idle, f);
  g_assert_cmpint (f->n_failed, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (runs), ==, 7);
  comparison = rt_comparison_new (f->library, rt_run_item_get_run (third)->group);
  g_assert_nonnull (comparison);
  g_assert_cmpint (comparison->verdict.n, ==, 3);
}

/* A recipe from scratch has no baseline: said, and one run too many is not left. */
static void
test_compare_scratch (Fixture       *f,
                      gconstpointer  data)
{
  choose (f, "mlp", 1);
  g_assert_false (rt_session_can_compare (f->session));
  rt_session_compare (f->session, 3);
  g_assert_cmpint (f->n_failed, ==, 1);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_IDLE);
  g_assert_cmpuint (g_list_model_get_n_items (rt_library_get_runs (f->library)), ==, 0);
}

#define ADD(name) \
  g_test_add ("/session-train/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (train);
  ADD (waiting);
  ADD (cost);
  ADD (invalid);
  ADD (fails);
  ADD (pause);
  ADD (replan);
  ADD (step);
  ADD (take_up);
  ADD (delete);
  ADD (shutdown);
  ADD (change);
  ADD (after_shutdown);
  ADD (activity);
  ADD (loss);
  ADD (compare);
  ADD (compare_stop);
  ADD (compare_take_up);
  ADD (compare_scratch);
  return g_test_run ();
}
