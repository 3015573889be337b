/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thread leaves how far it is in a struct of its own, under a lock, and wakes the main thread,
 * which takes it from there; at most one such wake-up is pending.
 */
#include "config.h"

#include "rt-fetch-item.h"

#include "rt-fetch.h"
#include "rt-worker.h"

#include <glib/gi18n.h>
#include <pthread.h>

/* A fetch under way: shared by its thread and the main thread. Counted by references. */
typedef struct
{
  RtCatalogueEntry *entry;      /* Owned */
  RtFetchItem      *item;       /* Owned: let go by the main thread, when the fetch has ended */
  pthread_mutex_t   lock;
  RtFetchProgress   progress;   /* locked */
  gboolean          waking;     /* locked */
} Job;

struct _RtFetchItem
{
  GObject           parent_instance;

  /* Owned */
  RtCatalogueEntry *entry;
  GCancellable     *cancellable;   /* (nullable) of the fetch under way */
  char             *status;
  RtFetchItemState  state;
  gboolean          wrong;
  double            fraction;
};

enum
{
  CHANGED,
  FETCHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RtFetchItem, rt_fetch_item, G_TYPE_OBJECT)

static void
clear_job (void *data)
{
  Job *job = data;

  rt_catalogue_entry_unref (job->entry);
  g_clear_object (&job->item);
  pthread_mutex_destroy (&job->lock);
}

static void
job_unref (void *job)
{
  g_atomic_rc_box_release_full (job, clear_job);
}

static void
rt_fetch_item_finalize (GObject *object)
{
  RtFetchItem *self = RT_FETCH_ITEM (object);

  rt_catalogue_entry_unref (self->entry);
  g_clear_object (&self->cancellable);
  g_free (self->status);
  G_OBJECT_CLASS (rt_fetch_item_parent_class)->finalize (object);
}

static void
rt_fetch_item_class_init (RtFetchItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_fetch_item_finalize;
  signals[CHANGED] = g_signal_new ("changed", RT_TYPE_FETCH_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[FETCHED] = g_signal_new ("fetched", RT_TYPE_FETCH_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
rt_fetch_item_init (RtFetchItem *self)
{
}

/* @status (transfer full) */
static void
set_status (RtFetchItem      *self,
            RtFetchItemState  state,
            gboolean          wrong,
            char             *status)
{
  g_free (self->status);
  self->status = status;
  self->state = state;
  self->wrong = wrong;
  g_signal_emit (self, signals[CHANGED], 0);
}

/* What it would be to fetch it, or that it is here. (transfer full) */
static char *
describe_rest (RtFetchItem *self)
{
  guint64 kept = rt_fetch_get_kept_bytes (self->entry);
  gboolean exact;
  g_autofree char *size = g_format_size (rt_catalogue_entry_get_bytes (self->entry, &exact));
  g_autofree char *kept_size = g_format_size (kept);

  if (self->state == RT_FETCH_ITEM_HERE)
    return g_strdup_printf (exact ? _("Fetched, %s") : _("Fetched, about %s"), size);
  if (kept > 0)
    return g_strdup_printf (exact ? _("%s of %s are here from before")
                            : _("%s of about %s are here from before"), kept_size, size);
  return g_strdup_printf (exact ? "%s" : _("About %s"), size);
}

RtFetchItem *
rt_fetch_item_new (RtCatalogueEntry *entry)
{
  RtFetchItem *self = g_object_new (RT_TYPE_FETCH_ITEM, NULL);

  self->entry = rt_catalogue_entry_ref (entry);
  self->state = rt_catalogue_entry_is_fetched (entry) ? RT_FETCH_ITEM_HERE : RT_FETCH_ITEM_ABSENT;
  self->status = describe_rest (self);
  return self;
}

const RtCatalogueEntry *
rt_fetch_item_get_entry (RtFetchItem *self)
{
  g_return_val_if_fail (RT_IS_FETCH_ITEM (self), NULL);
  return self->entry;
}

RtFetchItemState
rt_fetch_item_get_state (RtFetchItem *self)
{
  g_return_val_if_fail (RT_IS_FETCH_ITEM (self), RT_FETCH_ITEM_ABSENT);
  return self->state;
}

const char *
rt_fetch_item_get_status (RtFetchItem *self)
{
  g_return_val_if_fail (RT_IS_FETCH_ITEM (self), NULL);
  return self->status;
}

gboolean
rt_fetch_item_is_wrong (RtFetchItem *self)
{
  g_return_val_if_fail (RT_IS_FETCH_ITEM (self), FALSE);
  return self->wrong;
}

double
rt_fetch_item_get_fraction (RtFetchItem *self)
{
  g_return_val_if_fail (RT_IS_FETCH_ITEM (self), 0.0);
  return self->fraction;
}

/* A fetch */

static char *
describe_progress (const RtFetchProgress *progress)
{
  g_autofree char *done = g_format_size (progress->done);
  g_autofree char *total = g_format_size (progress->total);

  switch (progress->stage)
    {
    case RT_FETCH_CONNECTING:
      return g_strdup (_("Connecting…"));
    case RT_FETCH_CHECKING:
      return g_strdup (_("Checking…"));
    case RT_FETCH_UNPACKING:
      return g_strdup_printf (_("Unpacking, %s…"), done);
    case RT_FETCH_RECEIVING:
    default:
      return g_strdup_printf (_("%s of %s"), done, total);
    }
}

static gboolean
woken_cb (void *data)
{
  Job *job = data;
  RtFetchItem *self = job->item;
  RtFetchProgress progress;

  pthread_mutex_lock (&job->lock);
  progress = job->progress;
  job->waking = FALSE;
  pthread_mutex_unlock (&job->lock);
  if (self != NULL && self->state == RT_FETCH_ITEM_COMING)
    {
      self->fraction = progress.total > 0
                       ? CLAMP ((double) progress.done / (double) progress.total, 0.0, 1.0) : -1.0;
      set_status (self, RT_FETCH_ITEM_COMING, FALSE, describe_progress (&progress));
    }
  return G_SOURCE_REMOVE;
}

static void
progress_cb (const RtFetchProgress *progress,
             void                  *data)
{
  Job *job = data;
  gboolean wake;

  pthread_mutex_lock (&job->lock);
  job->progress = *progress;
  wake = !job->waking;
  job->waking = TRUE;
  pthread_mutex_unlock (&job->lock);
  if (wake)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, woken_cb, g_atomic_rc_box_acquire (job), job_unref);
}

static void
fetch_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (rt_fetch_entry (job->entry, NULL, progress_cb, job, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  RtFetchItem *self = RT_FETCH_ITEM (source);
  g_autoptr (GError) error = NULL;
  Job *job = rt_worker_take (G_TASK (result));
  gboolean good = g_task_propagate_boolean (G_TASK (result), &error);

  g_clear_object (&self->cancellable);
  self->state = good ? RT_FETCH_ITEM_HERE : RT_FETCH_ITEM_ABSENT;
  if (good || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    set_status (self, self->state, FALSE, describe_rest (self));
  else
    set_status (self, self->state, TRUE, g_strdup (error->message));
  if (good)
    g_signal_emit (self, signals[FETCHED], 0);
  if (job != NULL)
    {
      g_clear_object (&job->item);
      job_unref (job);
    }
}

void
rt_fetch_item_start (RtFetchItem *self)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (RT_IS_FETCH_ITEM (self));
  if (self->state != RT_FETCH_ITEM_ABSENT)
    return;
  self->cancellable = g_cancellable_new ();
  self->fraction = -1.0;
  job = g_atomic_rc_box_new0 (Job);
  job->entry = rt_catalogue_entry_ref (self->entry);
  job->item = g_object_ref (self);
  pthread_mutex_init (&job->lock, NULL);
  set_status (self, RT_FETCH_ITEM_COMING, FALSE, g_strdup (_("Connecting…")));
  task = g_task_new (self, self->cancellable, ended_cb, NULL);
  g_task_set_source_tag (task, rt_fetch_item_start);
  rt_worker_run (task, job, job_unref, fetch_thread);
}

void
rt_fetch_item_cancel (RtFetchItem *self)
{
  g_return_if_fail (RT_IS_FETCH_ITEM (self));
  g_cancellable_cancel (self->cancellable);
}
