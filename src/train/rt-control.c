/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person wants of a run. A mutex and a condition, so that a paused trainer sleeps and the
 * thread sanitizer sees what guards what. What ends a run is never taken back: of a stop and an
 * interrupt the first counts.
 */
#include "config.h"

#include "rt-control.h"

#include <pthread.h>

struct _RtControl
{
  gatomicrefcount ref_count;
  pthread_mutex_t lock;
  pthread_cond_t  changed;
  RtControlState  state;
  gboolean        paused;
  int             steps;     /* that may still be made while paused */
  double          deadline;
  GCancellable   *cancellable;   /* Owned */
};

RtControl *
rt_control_new (void)
{
  RtControl *self = g_new0 (RtControl, 1);

  g_atomic_ref_count_init (&self->ref_count);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->changed, NULL);
  self->cancellable = g_cancellable_new ();
  return self;
}

RtControl *
rt_control_ref (RtControl *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
rt_control_unref (RtControl *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_object_unref (self->cancellable);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

void
rt_control_pause (RtControl *self)
{
  pthread_mutex_lock (&self->lock);
  self->paused = TRUE;
  self->steps = 0;
  pthread_mutex_unlock (&self->lock);
}

void
rt_control_resume (RtControl *self)
{
  pthread_mutex_lock (&self->lock);
  self->paused = FALSE;
  self->steps = 0;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

void
rt_control_step (RtControl *self)
{
  pthread_mutex_lock (&self->lock);
  self->paused = TRUE;
  self->steps++;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

static void
end (RtControl      *self,
     RtControlState  state)
{
  pthread_mutex_lock (&self->lock);
  if (self->state == RT_CONTROL_GO)
    self->state = state;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->cancellable);
}

void
rt_control_stop (RtControl *self)
{
  end (self, RT_CONTROL_STOP);
}

void
rt_control_interrupt (RtControl *self)
{
  end (self, RT_CONTROL_INTERRUPT);
}

static RtControlState
wait_while_paused (RtControl *self,
                   int        n_steps)   /* that are made after it */
{
  RtControlState state;

  pthread_mutex_lock (&self->lock);
  while (self->paused && self->steps == 0 && self->state == RT_CONTROL_GO)
    pthread_cond_wait (&self->changed, &self->lock);
  self->steps = MAX (self->steps - n_steps, 0);
  state = self->state;
  pthread_mutex_unlock (&self->lock);
  return state;
}

RtControlState
rt_control_check (RtControl *self)
{
  return wait_while_paused (self, 1);
}

RtControlState
rt_control_wait (RtControl *self)
{
  return wait_while_paused (self, 0);
}

RtControlState
rt_control_peek (RtControl *self)
{
  RtControlState state;

  pthread_mutex_lock (&self->lock);
  state = self->state;
  pthread_mutex_unlock (&self->lock);
  return state;
}

gboolean
rt_control_is_paused (RtControl *self)
{
  gboolean paused;

  pthread_mutex_lock (&self->lock);
  paused = self->paused;
  pthread_mutex_unlock (&self->lock);
  return paused;
}

void
rt_control_set_deadline (RtControl *self,
                         double     deadline)
{
  pthread_mutex_lock (&self->lock);
  self->deadline = deadline;
  pthread_mutex_unlock (&self->lock);
}

double
rt_control_get_deadline (RtControl *self)
{
  double deadline;

  pthread_mutex_lock (&self->lock);
  deadline = self->deadline;
  pthread_mutex_unlock (&self->lock);
  return deadline;
}

GCancellable *
rt_control_get_cancellable (RtControl *self)
{
  return self->cancellable;
}
