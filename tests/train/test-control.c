/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-control.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)   /* before a thread that must move is said to hang */

/* A trainer that does nothing but count the steps it was let make. */
typedef struct
{
  RtControl      *control;
  RtControlState (*ask) (RtControl *control);   /* before each */
  int             steps;     /* (atomic) */
  RtControlState  end;
} Worker;

static gpointer
work_cb (gpointer data)
{
  Worker *worker = data;

  while ((worker->end = worker->ask (worker->control)) == RT_CONTROL_GO)
    {
      g_atomic_int_inc (&worker->steps);
      g_usleep (100);
    }
  return NULL;
}

static void
wait_for_steps (Worker *worker,
                int     steps)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  while (g_atomic_int_get (&worker->steps) < steps)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_usleep (200);
    }
}

/* Waits long enough for a step that must not come. */
static int
settle (Worker *worker)
{
  g_usleep (20000);
  return g_atomic_int_get (&worker->steps);
}

static void
test_states (void)
{
  g_autoptr (RtControl) control = rt_control_new ();

  g_assert_cmpint (rt_control_check (control), ==, RT_CONTROL_GO);
  g_assert_cmpint (rt_control_peek (control), ==, RT_CONTROL_GO);
  g_assert_false (rt_control_is_paused (control));
  rt_control_pause (control);
  g_assert_true (rt_control_is_paused (control));
  g_assert_cmpint (rt_control_peek (control), ==, RT_CONTROL_GO);   /* does not wait */
  rt_control_step (control);
  rt_control_step (control);
  g_assert_true (rt_control_is_paused (control));
  g_assert_cmpint (rt_control_check (control), ==, RT_CONTROL_GO);
  g_assert_cmpint (rt_control_check (control), ==, RT_CONTROL_GO);
  rt_control_interrupt (control);
  rt_control_stop (control);
  g_assert_cmpint (rt_control_check (control), ==,
                   RT_CONTROL_INTERRUPT);   /* the first wish counts, though paused */
  g_assert_cmpint (rt_control_peek (control), ==, RT_CONTROL_INTERRUPT);
}

static void
test_worker (void)
{
  Worker worker = { rt_control_new (), rt_control_check };
  GThread *thread = g_thread_new ("worker", work_cb, &worker);
  int paused;

  wait_for_steps (&worker, 3);
  rt_control_pause (worker.control);
  settle (&worker);
  paused = settle (&worker);
  g_assert_cmpint (settle (&worker), ==, paused);

  rt_control_step (worker.control);
  wait_for_steps (&worker, paused + 1);
  g_assert_cmpint (settle (&worker), ==, paused + 1);
  rt_control_step (worker.control);
  rt_control_step (worker.control);
  wait_for_steps (&worker, paused + 3);
  g_assert_cmpint (settle (&worker), ==, paused + 3);

  rt_control_resume (worker.control);
  wait_for_steps (&worker, paused + 10);
  rt_control_pause (worker.control);
  settle (&worker);
  rt_control_stop (worker.control);   /* wakes what is paused */
  g_thread_join (thread);
  g_assert_cmpint (worker.end, ==, RT_CONTROL_STOP);
  rt_control_unref (worker.control);
}

/* What is no step waits as well while it is paused; a step that is wished for lets it go on, and is
 * not made by it. */
static void
test_wait (void)
{
  Worker worker = { rt_control_new (), rt_control_wait };
  GThread *thread = g_thread_new ("worker", work_cb, &worker);
  int paused;

  wait_for_steps (&worker, 3);
  rt_control_pause (worker.control);
  settle (&worker);
  paused = settle (&worker);
  g_assert_cmpint (settle (&worker), ==, paused);
  rt_control_step (worker.control);
  wait_for_steps (&worker, paused + 10);
  g_assert_cmpint (rt_control_check (worker.control), ==, RT_CONTROL_GO);   /* is that step */
  settle (&worker);
  paused = settle (&worker);
  g_assert_cmpint (settle (&worker), ==, paused);
  rt_control_interrupt (worker.control);
  g_thread_join (thread);
  g_assert_cmpint (worker.end, ==, RT_CONTROL_INTERRUPT);
  rt_control_unref (worker.control);
}

/* Nothing is lost however many ask at once. */
static gpointer
ask_cb (gpointer data)
{
  for (int i = 0; i < 200; i++)
    rt_control_step (data);
  rt_control_unref (data);
  return NULL;
}

static void
test_many (void)
{
  Worker worker = { rt_control_new (), rt_control_check };
  GThread *threads[4], *thread;

  rt_control_pause (worker.control);
  thread = g_thread_new ("worker", work_cb, &worker);
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("asker", ask_cb, rt_control_ref (worker.control));
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  wait_for_steps (&worker, 800);
  g_assert_cmpint (settle (&worker), ==, 800);
  rt_control_interrupt (worker.control);
  g_thread_join (thread);
  g_assert_cmpint (worker.end, ==, RT_CONTROL_INTERRUPT);
  rt_control_unref (worker.control);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/states", test_states);
  g_test_add_func ("/control/worker", test_worker);
  g_test_add_func ("/control/wait", test_wait);
  g_test_add_func ("/control/many", test_many);
  return g_test_run ();
}
