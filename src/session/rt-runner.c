/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The training thread of the desktop.
 *
 * Commands go in and events come out through one lock. What comes out is a queue of plain structs
 * that the thread gives away; at most one wake-up of the main context is pending, some time after
 * the last, and it takes the whole queue. So the main thread does work at its own pace however fast
 * the steps are, and the trainer never waits for it. A hook may free the runner: what was taken and
 * not delivered is dropped then.
 *
 * pthread primitives rather than GLib's, because the thread sanitizer knows them.
 */
#include "config.h"

#include "rt-runner.h"

#include "rt-clock.h"
#include "rt-worker.h"

#include <math.h>
#include <pthread.h>

/* Seconds from one delivery to the next: a curve moves smoothly enough at half the frames of a
 * display, and the cores that draw it are those that train. */
#define REST 0.033

typedef struct
{
  RtEvent      event;
  char        *text;      /* Owned: the event's */
  gboolean     is_end;
  RtTrainerEnd end;
} Message;

struct _RtRunner
{
  char           *home;       /* Owned */
  RtRunnerHooks   hooks;
  GMainContext   *context;    /* Owned */
  pthread_t       thread;

  pthread_mutex_t lock;
  pthread_cond_t  wake;
  int             wanted;     /* run to train; 0: none */
  RtControl      *control;    /* Owned: of the run wanted or under way */
  gboolean        busy;
  gboolean        quit;
  GQueue         *messages;   /* Owned: of Message */
  GSource        *source;     /* Owned: the pending wake-up (nullable) */
  double          woken;      /* when the last one was, by rt_clock_now() */

  gboolean       *freed;      /* Borrowed (nullable): where the delivery under way looks */
};

static void
message_free (Message *message)
{
  g_free (message->text);
  g_free (message);
}

static void
deliver (RtRunner *self,
         Message  *message)
{
  if (message->is_end)
    {
      RtRunnerEnd end = { message->event.run, message->end, message->text };

      self->hooks.ended (&end, self->hooks.data);
      return;
    }
  message->event.text = message->text;
  self->hooks.event (&message->event, self->hooks.data);
}

static gboolean
wake_cb (gpointer data)
{
  RtRunner *self = data;
  gboolean freed = FALSE;
  GQueue *messages;
  Message *message;

  pthread_mutex_lock (&self->lock);
  messages = self->messages;
  self->messages = g_queue_new ();
  g_clear_pointer (&self->source, g_source_unref);
  self->woken = rt_clock_now ();
  pthread_mutex_unlock (&self->lock);

  self->freed = &freed;
  while (!freed && (message = g_queue_pop_head (messages)) != NULL)
    {
      deliver (self, message);
      message_free (message);
    }
  if (!freed)
    self->hooks.delivered (self->hooks.data);
  if (!freed)
    self->freed = NULL;
  g_queue_free_full (messages, (GDestroyNotify) message_free);
  return G_SOURCE_REMOVE;
}

/* Takes @message. Who hears that a run has ended may ask for the next. */
static void
post (RtRunner *self,
      Message  *message)
{
  double rest;

  pthread_mutex_lock (&self->lock);
  if (message->is_end)
    self->busy = FALSE;
  g_queue_push_tail (self->messages, message);
  if (self->source == NULL && !self->quit)
    {
      rest = self->woken + REST - rt_clock_now ();
      self->source = g_timeout_source_new ((guint) ceil (1e3 * CLAMP (rest, 0.0, REST)));
      g_source_set_callback (self->source, wake_cb, self, NULL);
      g_source_attach (self->source, self->context);
    }
  pthread_mutex_unlock (&self->lock);
}

static void
event_cb (const RtEvent *event,
          void          *data)
{
  Message *message = g_new0 (Message, 1);

  message->event = *event;
  message->event.text = NULL;
  if (event->kind == RT_EVENT_PROGRESS || event->kind == RT_EVENT_NOTE)
    message->text = g_strdup (event->text);
  post (data, message);
}

static void
post_end (RtRunner     *self,
          int           run,
          RtTrainerEnd  end,
          const GError *error)
{
  Message *message = g_new0 (Message, 1);

  message->is_end = TRUE;
  message->end = end;
  message->event.run = run;
  message->text = error != NULL ? g_strdup (error->message) : NULL;
  post (self, message);
}

static void *
thread_main (void *data)
{
  RtRunner *self = data;
  g_autoptr (RtStore) store = NULL;

  rt_worker_step_back ();
  pthread_mutex_lock (&self->lock);
  for (;;)
    {
      g_autoptr (RtControl) control = NULL;
      g_autoptr (GError) error = NULL;
      RtTrainerEnd end = RT_TRAINER_FAILED;
      int run;

      while (self->wanted == 0 && !self->quit)
        pthread_cond_wait (&self->wake, &self->lock);
      if (self->quit)
        break;
      run = self->wanted;
      control = rt_control_ref (self->control);
      self->wanted = 0;
      pthread_mutex_unlock (&self->lock);

      if (store == NULL)
        store = rt_store_open (self->home, &error);
      if (store != NULL)
        end = rt_job_run (store, run, control, event_cb, self, &error);
      post_end (self, run, end, error);
      pthread_mutex_lock (&self->lock);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

RtRunner *
rt_runner_new (const char          *home,
               const RtRunnerHooks *hooks)
{
  RtRunner *self = g_new0 (RtRunner, 1);

  self->home = g_strdup (home);
  self->hooks = *hooks;
  self->context = g_main_context_ref_thread_default ();
  self->messages = g_queue_new ();
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  if (pthread_create (&self->thread, NULL, thread_main, self) != 0)
    g_error ("The training thread could not be started");
  return self;
}

void
rt_runner_free (RtRunner *self)
{
  if (self == NULL)
    return;
  if (self->freed != NULL)
    *self->freed = TRUE;
  pthread_mutex_lock (&self->lock);
  self->quit = TRUE;
  if (self->control != NULL)
    rt_control_interrupt (self->control);
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
  pthread_join (self->thread, NULL);

  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  g_queue_free_full (self->messages, (GDestroyNotify) message_free);
  g_clear_pointer (&self->control, rt_control_unref);
  g_main_context_unref (self->context);
  pthread_cond_destroy (&self->wake);
  pthread_mutex_destroy (&self->lock);
  g_free (self->home);
  g_free (self);
}

RtControl *
rt_runner_train (RtRunner *self,
                 int       id)
{
  RtControl *control = NULL;

  pthread_mutex_lock (&self->lock);
  if (!self->busy)
    {
      g_clear_pointer (&self->control, rt_control_unref);
      control = self->control = rt_control_new ();
      self->wanted = id;
      self->busy = TRUE;
      pthread_cond_signal (&self->wake);
    }
  pthread_mutex_unlock (&self->lock);
  return control;
}

gboolean
rt_runner_is_busy (RtRunner *self)
{
  gboolean busy;

  pthread_mutex_lock (&self->lock);
  busy = self->busy;
  pthread_mutex_unlock (&self->lock);
  return busy;
}
