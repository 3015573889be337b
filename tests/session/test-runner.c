/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "session-test.h"

#include <string.h>

typedef struct
{
  char     *home;
  RtStore  *store;
  RtRunner *runner;
  GThread  *main;
  GString  *events;      /* S start, s step, e epoch, R result, E end */
  int       n_deliveries;
  int       n_ends;
  RtTrainerEnd end;
  char     *message;
  gboolean  frees;       /* the first event frees the runner */
} Fixture;

static void
event_cb (const RtEvent *event,
          void          *data)
{
  static const char letters[] = {
    [RT_EVENT_START] = 'S', [RT_EVENT_PROGRESS] = 'p', [RT_EVENT_PLAN] = 'P',
    [RT_EVENT_STEP] = 's', [RT_EVENT_EPOCH] = 'e', [RT_EVENT_NOTE] = 'n', [RT_EVENT_RESULT] = 'R',
    [RT_EVENT_VALIDATING] = 'v',
  };
  Fixture *f = data;

  g_assert_true (g_thread_self () == f->main);
  g_assert_cmpint (event->run, >, 0);
  if (event->kind != RT_EVENT_PROGRESS && event->kind != RT_EVENT_VALIDATING)
    g_string_append_c (f->events, letters[event->kind]);
  if (f->frees)
    g_clear_pointer (&f->runner, rt_runner_free);
}

static void
delivered_cb (void *data)
{
  Fixture *f = data;

  g_assert_nonnull (f->runner);
  f->n_deliveries++;
}

static void
ended_cb (const RtRunnerEnd *end,
          void              *data)
{
  Fixture *f = data;

  g_assert_true (g_thread_self () == f->main);
  g_string_append_c (f->events, 'E');
  f->n_ends++;
  f->end = end->end;
  g_free (f->message);
  f->message = g_strdup (end->message);
}

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  RtRunnerHooks hooks = { event_cb, delivered_cb, ended_cb, f };
  g_autoptr (GError) error = NULL;

  f->home = session_test_make_home ();
  f->store = rt_store_open (f->home, &error);
  g_assert_no_error (error);
  f->main = g_thread_self ();
  f->events = g_string_new (NULL);
  f->runner = rt_runner_new (f->home, &hooks);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  g_clear_pointer (&f->runner, rt_runner_free);
  rt_store_close (f->store);
  g_string_free (f->events, TRUE);
  g_free (f->message);
  session_test_remove_home (f->home);
}

static int
add_run (Fixture *f,
         int      epochs)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", epochs);
  g_autoptr (GError) error = NULL;
  int id = rt_store_add_run (f->store, recipe, NULL, &error);

  g_assert_no_error (error);
  return id;
}

static gboolean
has_ended (void *data)
{
  return ((Fixture *) data)->n_ends > 0;
}

static void
test_order (Fixture       *f,
            gconstpointer  data)
{
  g_assert_false (rt_runner_is_busy (f->runner));
  rt_runner_train (f->runner, add_run (f, 2));
  g_assert_true (rt_runner_is_busy (f->runner));
  session_test_wait (has_ended, f);
  g_assert_false (rt_runner_is_busy (f->runner));
  g_assert_cmpstr (f->events->str, ==, "SssssesssseRE");
  g_assert_cmpint (f->end, ==, RT_TRAINER_FINISHED);
  g_assert_null (f->message);

  /* The thread is there for the next. */
  f->n_ends = 0;
  rt_runner_train (f->runner, add_run (f, 1));
  session_test_wait (has_ended, f);
  g_assert_cmpint (f->end, ==, RT_TRAINER_FINISHED);
}

/* The main thread does not look for the whole of a run: one wake-up is pending, and it brings
 * everything. */
static void
test_one_wake_up (Fixture       *f,
                  gconstpointer  data)
{
  GSource *source;

  rt_runner_train (f->runner, add_run (f, 3));
  while (rt_runner_is_busy (f->runner))
    g_usleep (1000);
  g_assert_cmpuint (f->events->len, ==, 0);
  source = g_main_context_find_source_by_user_data (NULL, f->runner);
  g_assert_nonnull (source);
  g_source_ref (source);
  g_source_destroy (source);
  g_assert_null (g_main_context_find_source_by_user_data (NULL, f->runner));
  g_source_unref (source);
  /* What was never delivered is freed with the runner. */
}

static void
test_one_delivery (Fixture       *f,
                   gconstpointer  data)
{
  rt_runner_train (f->runner, add_run (f, 1));
  while (rt_runner_is_busy (f->runner))
    g_usleep (1000);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (f->events->str, ==, "SsssseRE");
  g_assert_cmpint (f->n_deliveries, ==, 1);
  g_assert_null (g_main_context_find_source_by_user_data (NULL, f->runner));
}

static gboolean
has_stepped (void *data)
{
  return ((Fixture *) data)->events->len > 3;
}

static gboolean
has_epoch (void *data)
{
  return strchr (((Fixture *) data)->events->str, 'e') != NULL;
}

/* One at a time: a second is refused, and the first is busy, and can be stopped, until it ends. */
static void
test_second (Fixture       *f,
             gconstpointer  data)
{
  int first = add_run (f, 5000), second = add_run (f, 1);
  RtControl *control = rt_runner_train (f->runner, first);

  g_assert_nonnull (control);
  g_assert_null (rt_runner_train (f->runner, second));
  session_test_wait (has_epoch, f);
  g_assert_null (rt_runner_train (f->runner, second));
  g_assert_true (rt_runner_is_busy (f->runner));
  rt_control_stop (control);
  session_test_wait (has_ended, f);
  g_assert_cmpint (f->end, ==, RT_TRAINER_STOPPED);
  g_assert_false (rt_runner_is_busy (f->runner));

  f->n_ends = 0;
  g_assert_nonnull (rt_runner_train (f->runner, second));
  session_test_wait (has_ended, f);
  g_assert_cmpint (f->end, ==, RT_TRAINER_FINISHED);
}

/* Freed in the middle: the run can be taken up, and nothing comes afterwards. */
static void
test_free (Fixture       *f,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = NULL;
  int id = add_run (f, 5000);
  gsize seen;

  rt_runner_train (f->runner, id);
  session_test_wait (has_stepped, f);
  g_clear_pointer (&f->runner, rt_runner_free);
  seen = f->events->len;
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (f->events->len, ==, seen);
  g_assert_cmpint (f->n_ends, ==, 0);
  run = rt_store_get_run (f->store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (run->state, ==, RT_RUN_INTERRUPTED);
}

/* A window that is closed by what it is told frees the runner in the middle of a delivery. */
static void
test_free_in_hook (Fixture       *f,
                   gconstpointer  data)
{
  rt_runner_train (f->runner, add_run (f, 1));
  while (rt_runner_is_busy (f->runner))
    g_usleep (1000);
  f->frees = TRUE;
  g_main_context_iteration (NULL, FALSE);
  g_assert_null (f->runner);
  g_assert_cmpuint (f->events->len, <=, 1);
  g_assert_cmpint (f->n_ends, ==, 0);
}

/* A run that there is not: an end with a reason, not a silence. */
static void
test_no_run (Fixture       *f,
             gconstpointer  data)
{
  rt_runner_train (f->runner, 77);
  session_test_wait (has_ended, f);
  g_assert_cmpint (f->end, ==, RT_TRAINER_FAILED);
  g_assert_nonnull (f->message);
  g_assert_nonnull (g_strrstr (f->message, "77"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/runner/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/runner/one-wake-up", Fixture, NULL, set_up, test_one_wake_up, tear_down);
  g_test_add ("/runner/one-delivery", Fixture, NULL, set_up, test_one_delivery, tear_down);
  g_test_add ("/runner/second", Fixture, NULL, set_up, test_second, tear_down);
  g_test_add ("/runner/free", Fixture, NULL, set_up, test_free, tear_down);
  g_test_add ("/runner/free-in-hook", Fixture, NULL, set_up, test_free_in_hook, tear_down);
  g_test_add ("/runner/no-run", Fixture, NULL, set_up, test_no_run, tear_down);
  return g_test_run ();
}
