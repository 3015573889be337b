/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-survey.h"

#include "rt-corrections.h"
#include "rt-damage.h"
#include "rt-duplicates.h"
#include "rt-recipe-task.h"
#include "rt-worker.h"

#include <glib/gi18n.h>

struct _RtSurvey
{
  GObject  parent_instance;

  RtTask  *task;    /* Owned */
  size_t  *counts;  /* Owned: (RT_PART_TEST + 1, classes + 1), the last of each row the sum */
};

G_DEFINE_FINAL_TYPE (RtSurvey, rt_survey, G_TYPE_OBJECT)

static void
rt_survey_finalize (GObject *object)
{
  RtSurvey *self = RT_SURVEY (object);

  g_clear_pointer (&self->task, rt_task_free);
  g_free (self->counts);
  G_OBJECT_CLASS (rt_survey_parent_class)->finalize (object);
}

static void
rt_survey_class_init (RtSurveyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_survey_finalize;
}

static void
rt_survey_init (RtSurvey *self)
{
}

static size_t *
find_count (const RtSurvey *self,
            RtPart          part,
            int             label)
{
  int n = rt_dataset_get_n_classes (self->task->dataset);

  return &self->counts[(size_t) part * (n + 1) + (label >= 0 ? label : n)];
}

static void
count_part (RtSurvey     *self,
            RtPart        part,
            const size_t *samples,
            size_t        n)
{
  for (size_t i = 0; i < n; i++)
    {
      ++*find_count (self, part, self->task->dataset->labels[samples[i]]);
      ++*find_count (self, part, -1);
    }
}

static RtSurvey *
survey_new (RtTask *task)
{
  RtSurvey *self = g_object_new (RT_TYPE_SURVEY, NULL);
  int n = rt_dataset_get_n_classes (task->dataset);

  self->task = task;
  self->counts = g_new0 (size_t, (size_t) (RT_PART_TEST + 1) * (n + 1));
  count_part (self, RT_PART_TRAIN, task->train, task->n_train);
  count_part (self, RT_PART_VALIDATION, task->validation, task->n_validation);
  count_part (self, RT_PART_TEST, task->test, task->n_test);
  return self;
}

/* What the thread is given, and what it makes of it. */
typedef struct
{
  RtRecipe *recipe;   /* Owned */
  RtSurvey *survey;   /* Owned (nullable) */
} Job;

static void
job_free (Job *job)
{
  rt_recipe_free (job->recipe);
  g_clear_object (&job->survey);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static void
survey_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Job *job = data;
  const RtRecipeTask *t = &job->recipe->task;
  RtDatasetOptions options = rt_recipe_get_dataset_options (job->recipe);
  RtTaskOptions split = rt_recipe_get_task_options (job->recipe);
  GError *error = NULL;
  RtDataset *dataset = rt_dataset_open (t->dataset, &options, cancellable, &error);
  RtTask *found = dataset != NULL ? rt_task_new (dataset, &split, &error) : NULL;

  g_clear_pointer (&dataset, rt_dataset_unref);
  if (found == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  job->survey = survey_new (found);
  g_task_return_boolean (task, TRUE);
}

void
rt_survey_async (RtSession           *session,
                 GCancellable        *cancellable,
                 GAsyncReadyCallback  callback,
                 void                *data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, data);
  Job *job = g_new0 (Job, 1);

  g_task_set_source_tag (task, rt_survey_async);
  job->recipe = rt_session_dup_recipe (session);
  rt_worker_run (task, job, (GDestroyNotify) job_free, survey_thread);
}

RtSurvey *
rt_survey_finish (GAsyncResult  *result,
                  GError       **error)
{
  g_autoptr (Job) job = rt_worker_take (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&job->survey);
}

const RtTask *
rt_survey_get_task (RtSurvey *self)
{
  g_return_val_if_fail (RT_IS_SURVEY (self), NULL);
  return self->task;
}

gboolean
rt_survey_has_part (RtSurvey *self,
                    RtPart    part)
{
  const RtDataset *dataset;

  g_return_val_if_fail (RT_IS_SURVEY (self), FALSE);
  dataset = self->task->dataset;
  for (size_t i = 0; i < dataset->n_samples; i++)
    if (dataset->parts[i] == part)
      return TRUE;
  return FALSE;
}

size_t
rt_survey_count (RtSurvey *self,
                 RtPart    part,
                 int       label)
{
  g_return_val_if_fail (RT_IS_SURVEY (self), 0);
  return *find_count (self, part, label);
}

/* Duplicates and damage: the survey does not change, so the threads may read it. */

/* "training, cat" (transfer full) */
static char *
describe_place (const RtDataset *dataset,
                size_t           sample,
                RtPart           part)
{
  const char *parts[] = { _("unused"), _("training"), _("validation"), _("test") };
  int label = dataset->labels[sample];

  return g_strdup_printf (_("%s, %s"), parts[part],
                          label >= 0 ? rt_dataset_get_class_name (dataset, label) : _("none"));
}

static char *
describe (const RtDataset   *dataset,
          const RtDuplicate *d)
{
  g_autofree char *first = rt_dataset_dup_sample_name (dataset, d->first);
  g_autofree char *second = rt_dataset_dup_sample_name (dataset, d->second);
  g_autofree char *first_shown = g_filename_display_name (first);
  g_autofree char *second_shown = g_filename_display_name (second);
  g_autofree char *first_place = describe_place (dataset, d->first, d->first_part);
  g_autofree char *second_place = describe_place (dataset, d->second, d->second_part);

  return g_strdup_printf (_("%s (%s) is the same as %s (%s)"), second_shown, second_place,
                          first_shown, first_place);
}

static void
duplicates_thread (GTask        *task,
                   gpointer      source,
                   gpointer      data,
                   GCancellable *cancellable)
{
  RtSurvey *self = source;
  GPtrArray *texts = data;
  g_autoptr (RtTeam) team = rt_team_new (1);
  g_autoptr (GArray) found = rt_duplicates_find (self->task->dataset, self->task, team,
                                                 cancellable);

  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (texts, describe (self->task->dataset,
                                      &g_array_index (found, RtDuplicate, i)));
  g_task_return_boolean (task, TRUE);
}

static void
damaged_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  RtSurvey *self = source;
  g_autoptr (RtTeam) team = rt_team_new (1);
  g_autoptr (GPtrArray) found = rt_damage_find (self->task->dataset, team, cancellable);

  g_ptr_array_extend_and_steal (data, g_steal_pointer (&found));
  g_task_return_boolean (task, TRUE);
}

/* @func leaves texts in an array. */
static void
find (RtSurvey            *self,
      GTaskThreadFunc      func,
      GCancellable        *cancellable,
      GAsyncReadyCallback  callback,
      void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, find);
  rt_worker_run (task, g_ptr_array_new_with_free_func (g_free),
                 (GDestroyNotify) g_ptr_array_unref, func);
}

static GPtrArray *
find_finish (RtSurvey      *self,
             GAsyncResult  *result,
             GError       **error)
{
  g_autoptr (GPtrArray) texts = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  texts = rt_worker_take (G_TASK (result));
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&texts);
}

void
rt_survey_find_duplicates_async (RtSurvey            *self,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 void                *data)
{
  g_return_if_fail (RT_IS_SURVEY (self));
  find (self, duplicates_thread, cancellable, callback, data);
}

GPtrArray *
rt_survey_find_duplicates_finish (RtSurvey      *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  return find_finish (self, result, error);
}

void
rt_survey_find_damaged_async (RtSurvey            *self,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              void                *data)
{
  g_return_if_fail (RT_IS_SURVEY (self));
  find (self, damaged_thread, cancellable, callback, data);
}

GPtrArray *
rt_survey_find_damaged_finish (RtSurvey      *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  return find_finish (self, result, error);
}

/* Corrections */

/* The data is the sample's name: "" for all of them. */
static gboolean
revert (RtCorrections  *corrections,
        void           *data,
        GError        **error)
{
  const char *sample = data;

  if (*sample != '\0')
    rt_corrections_remove (corrections, sample);
  else
    rt_corrections_remove_all (corrections);
  return TRUE;
}

static void
revert_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  RtSurvey *self = source;
  GError *error = NULL;
  g_autoptr (RtCorrections) left = rt_corrections_change (self->task->dataset->spec, revert, data,
                                                          &error);

  if (left != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rt_survey_revert_async (RtSurvey            *self,
                        const char          *sample,
                        GAsyncReadyCallback  callback,
                        void                *data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (RT_IS_SURVEY (self));
  task = g_task_new (self, NULL, callback, data);
  g_task_set_source_tag (task, rt_survey_revert_async);
  rt_worker_run (task, g_strdup (sample != NULL ? sample : ""), g_free, revert_thread);
}

gboolean
rt_survey_revert_finish (RtSurvey      *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_free (rt_worker_take (G_TASK (result)));
  return g_task_propagate_boolean (G_TASK (result), error);
}
