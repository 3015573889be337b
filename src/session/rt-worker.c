/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done once on another thread and comes back to the main one: estimates, samples, folders
 * that are opened.
 *
 * The data has one owner at a time. rt_worker_run() gives it to the thread by GTask's queue, the
 * function's return gives it back by the main context (GTask calls back only after the function has
 * returned, however early it set its result), and rt_worker_take() hands it to who asked. What
 * nobody took is freed with the task, by whichever of the two threads lets go of it last. The
 * task's source is not: it is an object of the main thread, and is let go of there.
 */
#include "config.h"

#include "rt-worker.h"

#include "rt-handover.h"

#include <pthread.h>
#include <sys/resource.h>

#define NICENESS 5

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static int n_given;   /* under the lock: functions that have not returned */

typedef struct
{
  GTaskThreadFunc func;
  gpointer        data;        /* Owned (nullable): taken */
  GDestroyNotify  free_data;
  GObject        *source;      /* Owned (nullable): held for longer than the task holds it */
  GThread        *home;        /* whose it is: that which gave the work */
} Work;

static gboolean
let_go_cb (gpointer source)
{
  rt_handover_take (source);
  g_object_unref (source);
  return G_SOURCE_REMOVE;
}

static void
let_go (GObject *source,
        GThread *home)
{
  if (g_thread_self () == home)
    {
      g_object_unref (source);
      return;
    }
  rt_handover_give (source);
  g_idle_add_full (G_PRIORITY_DEFAULT, let_go_cb, source, NULL);
}

static void
work_free (Work *work)
{
  rt_handover_take (work);
  if (work->data != NULL)
    work->free_data (work->data);
  if (work->source != NULL)
    let_go (work->source, work->home);
  g_free (work);
}

static void
count (int change)
{
  pthread_mutex_lock (&lock);
  n_given += change;
  if (n_given == 0)
    pthread_cond_broadcast (&ended);
  pthread_mutex_unlock (&lock);
}

/* On Linux niceness is a thread's own, and what it makes, such as a team, inherits it. GTask's pool
 * gives the thread to others afterwards; what they do is behind painting too. */
void
rt_worker_step_back (void)
{
  if (getpriority (PRIO_PROCESS, 0) < NICENESS)
    setpriority (PRIO_PROCESS, 0, NICENESS);
}

static void
run_cb (GTask        *task,
        gpointer      source,
        gpointer      data,
        GCancellable *cancellable)
{
  Work *work = data;

  rt_handover_take (work);
  rt_worker_step_back ();
  work->func (task, source, work->data, cancellable);
  rt_handover_give (work);
  count (-1);
}

void
rt_worker_run (GTask           *task,
               gpointer         data,
               GDestroyNotify   free_data,
               GTaskThreadFunc  func)
{
  Work *work = g_new0 (Work, 1);

  *work = (Work) { func, data, free_data, g_task_get_source_object (task), g_thread_self () };
  if (work->source != NULL)
    g_object_ref (work->source);
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  count (+1);
  rt_handover_give (work);
  g_task_run_in_thread (task, run_cb);
}

gpointer
rt_worker_take (GTask *task)
{
  Work *work = g_task_get_task_data (task);
  gpointer data;

  if (work == NULL)
    return NULL;
  rt_handover_take (work);
  data = g_steal_pointer (&work->data);
  rt_handover_give (work);
  return data;
}

void
rt_worker_wait (void)
{
  pthread_mutex_lock (&lock);
  while (n_given > 0)
    pthread_cond_wait (&ended, &lock);
  pthread_mutex_unlock (&lock);
}
