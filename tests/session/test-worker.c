/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-worker.h"

#include "session-test.h"

#include <sys/resource.h>

/* Plain fields: the thread sanitizer says when two threads have them at once. */
typedef struct
{
  int  given;
  int  made;
  int *freed;   /* Borrowed: counts */
} Errand;

static void
errand_free (Errand *errand)
{
  (*errand->freed)++;
  g_free (errand);
}

static Errand *
errand_new (int  given,
            int *freed)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->given = given;
  errand->freed = freed;
  return errand;
}

/* The result is set long before the function is through with the data. */
static void
double_it (GTask        *task,
           gpointer      source,
           gpointer      data,
           GCancellable *cancellable)
{
  Errand *errand = data;

  g_task_return_boolean (task, TRUE);
  g_usleep (1000);
  errand->made = 2 * errand->given;
}

static void
take_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Errand *errand = rt_worker_take (G_TASK (result));
  int *sum = data;

  *sum += errand->made;
  errand_free (errand);
  g_assert_null (rt_worker_take (G_TASK (result)));
}

static void
leave_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  int *n = data;

  (*n)++;
}

static void
start (GAsyncReadyCallback  callback,
       void                *data,
       Errand              *errand)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);

  rt_worker_run (task, errand, (GDestroyNotify) errand_free, double_it);
}

static gboolean
is_through (void *data)
{
  return *(int *) data >= 0;
}

static gboolean
is_there (void *data)
{
  return g_atomic_pointer_get ((void **) data) != NULL;
}

/* The pool's threads are used again and again: what starts them orders only the first errand. */
static void
test_take (void)
{
  int sum = -420, freed = 0;

  for (int i = 1; i <= 20; i++)
    start (take_cb, &sum, errand_new (i, &freed));
  session_test_wait (is_through, &sum);
  g_assert_cmpint (sum, ==, 0);
  g_assert_cmpint (freed, ==, 20);
}

/* What nobody takes goes with the task, once. */
static void
test_leave (void)
{
  static int freed[20];
  int n = -20;

  for (int i = 0; i < 20; i++)
    start (leave_cb, &n, errand_new (i, &freed[i]));
  session_test_wait (is_through, &n);
  rt_worker_wait ();
}

static void
test_never_run (void)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_assert_null (rt_worker_take (task));
}

static void
wait_long (GTask        *task,
           gpointer      source,
           gpointer      data,
           GCancellable *cancellable)
{
  Errand *errand = data;

  g_usleep (100 * 1000);
  g_atomic_int_set (errand->freed, 77);
  g_task_return_boolean (task, TRUE);
}

static void
note_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Errand *errand = rt_worker_take (G_TASK (result));

  g_free (errand);
  *(int *) data = 1;
}

/* Without a main loop, as at the end of the program. */
static void
test_wait (void)
{
  int over = -1, reached = 0;
  GTask *task = g_task_new (NULL, NULL, note_cb, &over);

  rt_worker_run (task, errand_new (1, &reached), (GDestroyNotify) errand_free, wait_long);
  g_object_unref (task);
  rt_worker_wait ();
  g_assert_cmpint (g_atomic_int_get (&reached), ==, 77);
  g_assert_cmpint (over, ==, -1);
  session_test_wait (is_through, &over);
  rt_worker_wait ();   /* nothing to wait for */
}

static void
finalized_cb (gpointer  data,
              GObject  *where_it_was)
{
  g_atomic_pointer_set ((GThread **) data, g_thread_self ());
}

/* Who asked does not wait, so the thread is the last to hold what it works for. */
static void
test_source (void)
{
  GThread *thread = NULL;
  int n = -1, freed = 0;
  GObject *source = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GTask *task = g_task_new (source, cancellable, leave_cb, &n);

  g_object_weak_ref (source, finalized_cb, &thread);
  g_task_set_return_on_cancel (task, TRUE);
  rt_worker_run (task, errand_new (1, &freed), (GDestroyNotify) errand_free, wait_long);
  g_object_unref (task);
  g_object_unref (source);
  g_cancellable_cancel (cancellable);
  session_test_wait (is_through, &n);
  g_assert_null (thread);
  rt_worker_wait ();
  session_test_wait (is_there, &thread);
  g_assert_true (thread == g_thread_self ());
}

static void
note_priority (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Errand *errand = data;

  errand->made = getpriority (PRIO_PROCESS, 0);
  g_task_return_boolean (task, TRUE);
}

/* Whoever paints goes first, and stays where it was. */
static void
test_priority (void)
{
  int own = getpriority (PRIO_PROCESS, 0), sum = -1, freed = 0;
  GTask *task = g_task_new (NULL, NULL, take_cb, &sum);

  rt_worker_run (task, errand_new (0, &freed), (GDestroyNotify) errand_free, note_priority);
  g_object_unref (task);
  session_test_wait (is_through, &sum);
  g_assert_cmpint (sum + 1, ==, MAX (own, 5));
  g_assert_cmpint (getpriority (PRIO_PROCESS, 0), ==, own);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/take", test_take);
  g_test_add_func ("/worker/leave", test_leave);
  g_test_add_func ("/worker/never-run", test_never_run);
  g_test_add_func ("/worker/wait", test_wait);
  g_test_add_func ("/worker/source", test_source);
  g_test_add_func ("/worker/priority", test_priority);
  return g_test_run ();
}
