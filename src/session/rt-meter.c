/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-meter.h"

#include <pthread.h>

struct _RtMeter
{
  pthread_mutex_t lock;
  int             n_refs;     /* under the lock */
  double          fraction;   /* under the lock */
  char           *text;       /* Owned (nullable), under the lock */
};

RtMeter *
rt_meter_new (void)
{
  RtMeter *self = g_new0 (RtMeter, 1);

  pthread_mutex_init (&self->lock, NULL);
  self->n_refs = 1;
  return self;
}

static int
count (RtMeter *self,
       int      change)
{
  int n;

  pthread_mutex_lock (&self->lock);
  n = self->n_refs += change;
  pthread_mutex_unlock (&self->lock);
  return n;
}

RtMeter *
rt_meter_ref (RtMeter *self)
{
  count (self, +1);
  return self;
}

void
rt_meter_unref (RtMeter *self)
{
  if (self == NULL || count (self, -1) > 0)
    return;
  pthread_mutex_destroy (&self->lock);
  g_free (self->text);
  g_free (self);
}

void
rt_meter_set (RtMeter    *self,
              double      fraction,
              const char *text)
{
  pthread_mutex_lock (&self->lock);
  self->fraction = CLAMP (fraction, 0.0, 1.0);
  g_free (self->text);
  self->text = g_strdup (text);
  pthread_mutex_unlock (&self->lock);
}

double
rt_meter_get (RtMeter  *self,
              char    **text)
{
  double fraction;

  pthread_mutex_lock (&self->lock);
  fraction = self->fraction;
  if (text != NULL)
    *text = g_strdup (self->text);
  pthread_mutex_unlock (&self->lock);
  return fraction;
}
