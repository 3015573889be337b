/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-training.h"

#include "rt-job.h"
#include "rt-progress.h"
#include "rt-signals.h"

#include <string.h>

typedef struct
{
  RtProgress *progress;
  RtResult   *result;     /* (nullable) */
} Listener;

static void
event_cb (const RtEvent *event,
          void          *data)
{
  Listener *listener = data;

  if (event->kind == RT_EVENT_RESULT && listener->result != NULL)
    *listener->result = event->result;
  rt_progress_event (event, listener->progress);
}

RtExit
rt_training_run (RtStore  *store,
                 int       id,
                 RtResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = rt_store_get_run (store, id, &error);
  g_autoptr (RtRecipe) recipe = run != NULL ? rt_store_get_recipe (store, id, &error) : NULL;
  g_autoptr (RtProgress) progress = NULL;
  Listener listener = { .result = result };
  RtProgressRun about;
  RtTrainerEnd end;

  if (recipe == NULL)
    return rt_cli_fail_with (error);
  about = (RtProgressRun) {
    .name = run->name, .method = run->method, .group = run->group,
    .network = recipe->backbone.network, .seed = run->seed, .is_baseline = run->is_baseline,
    .epoch = run->epoch,
  };
  listener.progress = progress = rt_progress_new (&about);
  end = rt_job_run (store, id, rt_signals_get_control (), event_cb, &listener, &error);
  rt_progress_clear (progress);
  switch (end)
    {
    case RT_TRAINER_FINISHED:
    case RT_TRAINER_STOPPED:
      return RT_EXIT_DONE;
    case RT_TRAINER_INTERRUPTED:
      rt_cli_note ("run %d was interrupted, its state is saved; retort-cli resume %d takes it up",
                   id, id);
      return RT_EXIT_INTERRUPTED;
    case RT_TRAINER_FAILED:
    default:
      return rt_cli_fail_with (error);
    }
}

static gboolean
apply_setting (RtRecipe   *recipe,
               const char *setting)
{
  const char *equals = strchr (setting, '=');
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;

  if (equals == NULL || equals == setting)
    {
      rt_cli_fail (RT_EXIT_INPUT, "--set “%s”: it must be KEY=VALUE, such as train.epochs=20",
                   setting);
      return FALSE;
    }
  key = g_strndup (setting, (size_t) (equals - setting));
  if (rt_recipe_set (recipe, key, equals + 1, &error))
    return TRUE;
  rt_cli_fail (RT_EXIT_INPUT, "--set %s: %s", setting, error->message);
  return FALSE;
}

RtRecipe *
rt_training_read_recipe (const char        *path,
                         const char *const *settings,
                         int                threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) recipe = rt_recipe_read (path, &error);

  if (recipe == NULL)
    {
      rt_cli_fail (RT_EXIT_INPUT, "%s", error->message);
      return NULL;
    }
  for (int i = 0; settings != NULL && settings[i] != NULL; i++)
    if (!apply_setting (recipe, settings[i]))
      return NULL;
  if (threads >= 0)
    recipe->threads = threads;
  if (!rt_recipe_validate (recipe, &error))
    {
      rt_cli_fail (RT_EXIT_INPUT, "%s: %s", path, error->message);
      return NULL;
    }
  return g_steal_pointer (&recipe);
}
