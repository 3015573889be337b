/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run under way, as the desktop drives it. */
#include "config.h"

#include "session-test.h"

#include "rt-clock.h"

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
  int        n_finished;
  int        n_failed;
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
  g_assert_nonnull (rt_session_get_last_step (session));
  f->n_steps++;
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
  g_autoptr (GError) error = NULL;

  f->home = session_test_make_home ();
  f->states = g_string_new (NULL);
  f->library = rt_library_new (NULL, &error);
  g_assert_no_error (error);
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
  rt_session_shutdown (f->session);
  session_test_wait_alone (f->session);
  g_assert_finalize_object (f->session);
  g_assert_finalize_object (f->library);
  g_string_free (f->states, TRUE);
  session_test_remove_home (f->home);
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

/* Paused, no step comes; stepped, one; resumed, more; stopped, an end with the best kept. How soon
 * is told by tests/bench/bench-desktop.sh. */
static void
test_pause (Fixture       *f,
            gconstpointer  data)
{
  double start;
  int n;

  choose (f, "mlp", LONG);
  rt_session_train (f->session);
  session_test_wait (has_stepped, f);
  rt_session_pause (f->session);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_PAUSED);
  for (start = rt_clock_now (); rt_clock_now () - start < 0.3; g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
  n = f->n_steps;
  for (start = rt_clock_now (); rt_clock_now () - start < 0.2; g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (f->n_steps, ==, n);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_PAUSED);

  rt_session_step (f->session);
  for (start = rt_clock_now (); rt_clock_now () - start < 0.3; g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
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
  double start;

  choose (f, "mlp", 3);
  rt_session_step (f->session);
  for (start = rt_clock_now (); f->n_steps == 0 && rt_clock_now () - start < 30.0; g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
  for (start = rt_clock_now (); rt_clock_now () - start < 0.3; g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (f->n_steps, ==, 1);
  g_assert_cmpint (get_state (f), ==, RT_SESSION_PAUSED);
  rt_session_resume (f->session);
  session_test_wait (is_over, f);
  g_assert_cmpint (f->n_steps, ==, 12);
  g_assert_cmpint (f->n_finished, ==, 1);
}

static void
interrupt_at_six (RtSession *session,
                  Fixture   *f)
{
  if (f->n_steps == 6)
    rt_session_interrupt (session);
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
  gulong handler = g_signal_connect (f->session, "step", G_CALLBACK (interrupt_at_six), f);

  rt_session_set_recipe (f->session, recipe);
  rt_session_train (f->session);
  session_test_wait (is_over, f);
  g_signal_handler_disconnect (f->session, handler);
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

#define ADD(name) \
  g_test_add ("/session-train/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (train);
  ADD (invalid);
  ADD (pause);
  ADD (step);
  ADD (take_up);
  ADD (delete);
  ADD (shutdown);
  ADD (change);
  return g_test_run ();
}
