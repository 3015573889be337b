/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-trial.h"

#include "rt-formats.h"
#include "rt-loss.h"
#include "rt-worker.h"

/* What the thread is given, copies only, and what it found. */
typedef struct
{
  char    *home;    /* Owned */
  char    *path;    /* Owned */
  int      run;
  RtTrial *trial;   /* Owned (nullable) */
} Question;

static void
question_free (Question *question)
{
  g_free (question->home);
  g_free (question->path);
  rt_trial_free (question->trial);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

void
rt_trial_free (RtTrial *trial)
{
  if (trial == NULL)
    return;
  g_clear_pointer (&trial->image, rt_image_free);
  for (int i = 0; i < trial->n; i++)
    g_free (trial->names[i]);
  g_free (trial);
}

void
rt_trial_take_answer (RtTrial     *trial,
                      RtPredictor *predictor)
{
  int n_classes = rt_predictor_get_n_classes (predictor);
  const float *shares = rt_predictor_ask (predictor, trial->image, &trial->seconds);
  g_autofree float *left = g_memdup2 (shares, sizeof (float) * n_classes);

  trial->n = MIN (n_classes, RT_TRIAL_MOST);
  for (int i = 0; i < trial->n; i++)
    {
      int best = rt_argmax (left, n_classes);

      trial->names[i] = g_strdup (rt_predictor_get_class_name (predictor, best));
      trial->shares[i] = left[best];
      left[best] = -1.0f;
    }
}

static RtPredictor *
open_predictor (const Question  *question,
                GError         **error)
{
  g_autoptr (RtStore) store = rt_store_open (question->home, error);
  g_autofree char *spec = g_strdup_printf ("run:%d", question->run);
  g_autoptr (RtBackbone) backbone = NULL;
  RtResolver resolver;

  if (store == NULL)
    return NULL;
  rt_store_get_resolver (store, &resolver);
  backbone = rt_resolver_find (&resolver, spec, NULL, NULL, error);
  return backbone != NULL ? rt_predictor_new (backbone, error) : NULL;
}

static void
ask_thread (GTask        *task,
            gpointer      source,
            gpointer      data,
            GCancellable *cancellable)
{
  Question *question = data;
  GError *error = NULL;
  g_autoptr (RtPredictor) predictor = open_predictor (question, &error);
  g_autoptr (RtTrial) trial = g_new0 (RtTrial, 1);

  if (predictor != NULL)
    {
      const RtInputFormat *format = &rt_predictor_get_backbone (predictor)->format;

      trial->image = rt_picture_read (question->path, rt_input_format_get_min_side (format),
                                      &error);
    }
  if (trial->image == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  rt_trial_take_answer (trial, predictor);
  question->trial = g_steal_pointer (&trial);
  g_task_return_boolean (task, TRUE);
}

void
rt_trial_ask_async (RtLibrary           *library,
                    int                  run,
                    const char          *path,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    void                *data)
{
  g_autoptr (GTask) task = g_task_new (library, cancellable, callback, data);
  Question *question = g_new0 (Question, 1);

  g_task_set_source_tag (task, rt_trial_ask_async);
  question->home = g_strdup (rt_library_get_home (library));
  question->path = g_strdup (path);
  question->run = run;
  rt_worker_run (task, question, (GDestroyNotify) question_free, ask_thread);
}

RtTrial *
rt_trial_ask_finish (GAsyncResult  *result,
                     GError       **error)
{
  g_autoptr (Question) question = rt_worker_take (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&question->trial);
}
