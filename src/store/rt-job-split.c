/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The samples of a run, from the day it begins to that on which it is taken up.
 *
 * A folder that got more pictures meanwhile, or lost some, is split otherwise: each class is
 * shuffled whole. To go on would be to validate on what was trained on, and the figures would say
 * more than is true; so the run stays as it was. A run of before splits were kept goes on unasked.
 */
#include "config.h"

#include "rt-job-private.h"

#include "rt-split-file.h"

#include "rt-formats.h"

gboolean
rt_job_keep_split (RtStore       *store,
                   int            id,
                   const RtTask  *task,
                   GError       **error)
{
  g_autoptr (RtTensorList) split = rt_split_to_tensors (task, NULL);

  return rt_job_write_tensors (store, id, split, RT_SPLIT_FILE, error);
}

/* What a run that cannot go on has all the same. (transfer full) */
static char *
describe_reached (RtStore *store,
                  int      id)
{
  g_autoptr (GArray) epochs = rt_store_get_epochs (store, id, NULL);
  int best = 0;

  for (guint i = 0; epochs != NULL && i < epochs->len; i++)
    if (g_array_index (epochs, RtEpochMetrics, i).best)
      best = g_array_index (epochs, RtEpochMetrics, i).epoch;
  return best == 0 ? g_strdup ("It had not come to the end of an epoch")
                   : g_strdup_printf ("Its best epoch, %d, is kept and serves as before", best);
}

gboolean
rt_job_compare_split (RtStore       *store,
                      int            id,
                      const RtTask  *task,
                      char         **note,
                      GError       **error)
{
  g_autofree char *path = rt_store_get_path (store, id, RT_SPLIT_FILE);
  g_autofree char *what = NULL;
  g_autofree char *reached = NULL;
  g_autoptr (RtTensorList) before = NULL;
  g_autoptr (RtTensorList) now = NULL;
  RtSplitChange change;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  before = rt_weights_read (path, NULL, error);
  if (before == NULL || !rt_split_compare (before, task, &change, error))
    return FALSE;
  if (rt_split_is_same (&change))
    return TRUE;
  what = rt_split_describe (&change);
  if (rt_split_is_honest (&change))
    {
      *note = g_strdup_printf ("%s has changed since the run was begun (%s): what it was not "
                               "trained on it still is not, but its figures before and after are "
                               "not of the same samples", task->dataset->spec, what);
      now = rt_split_to_tensors (task, before);
      return rt_job_write_tensors (store, id, now, RT_SPLIT_FILE, error);
    }
  reached = describe_reached (store, id);
  g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_SPLIT,
               "%s has changed (%s), so it could be validated on what it was trained on. Put the "
               "files back as they were, or run its recipe again for a new run. %s",
               task->dataset->spec, what, reached);
  return FALSE;
}
