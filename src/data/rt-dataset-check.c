/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which samples can be read at all.
 *
 * A folder is listed by the headers of its pictures; damage further in shows only when a picture is
 * decoded. That must not end a run in its third epoch, so a run has the samples that it chose
 * decoded before it begins, and goes on without those that cannot be: the same files give the same
 * run, because what is left out does not depend on when it was found.
 */
#include "config.h"

#include "rt-dataset.h"

typedef struct
{
  const RtDataset  *dataset;
  const size_t     *samples;
  GCancellable     *cancellable;   /* (nullable) */
  char            **problems;      /* (n) each written by the piece of its sample only */
} Check;

static void
check_piece (int   piece,
             int   member,
             void *data)
{
  Check *check = data;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_is_cancelled (check->cancellable))
    return;
  if (!check->dataset->klass->check_image (check->dataset, check->samples[piece], &error))
    check->problems[piece] = g_strdup (error->message);
}

size_t
rt_dataset_keep_readable (const RtDataset *dataset,
                          size_t          *samples,
                          size_t           n,
                          RtTeam          *team,
                          GCancellable    *cancellable,
                          GPtrArray       *problems)
{
  g_autofree char **found = NULL;
  Check check = { dataset, samples, cancellable, NULL };
  size_t n_kept = 0;

  g_return_val_if_fail (dataset != NULL && problems != NULL, n);

  if (dataset->klass->check_image == NULL || n == 0)
    return n;
  check.problems = found = g_new0 (char *, n);
  rt_team_run (team, (int) n, check_piece, &check);
  for (size_t i = 0; i < n; i++)
    if (found[i] == NULL)
      samples[n_kept++] = samples[i];
    else
      g_ptr_array_add (problems, found[i]);
  return n_kept;
}
