/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-damage.h"

typedef struct
{
  const RtDataset *dataset;
  char           **texts;        /* (samples): each changed by the piece of its index only */
  GCancellable    *cancellable;
} Search;

static void
read_piece (int   piece,
            int   member,
            void *data)
{
  Search *search = data;
  g_autoptr (RtImage) image = NULL;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_is_cancelled (search->cancellable))
    return;
  image = rt_dataset_read_reduced (search->dataset, (size_t) piece, 1, &error);
  if (image == NULL)
    search->texts[piece] = g_strdup (error->message);
}

GPtrArray *
rt_damage_find (const RtDataset *dataset,
                RtTeam          *team,
                GCancellable    *cancellable)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char **texts = NULL;
  Search search = { .dataset = dataset, .cancellable = cancellable };

  g_return_val_if_fail (dataset != NULL, found);

  if (dataset->klass->get_file == NULL)
    return found;
  search.texts = texts = g_new0 (char *, dataset->n_samples + 1);
  rt_team_run (team, (int) dataset->n_samples, read_piece, &search);
  for (size_t i = 0; i < dataset->n_samples; i++)
    if (texts[i] != NULL)
      g_ptr_array_add (found, texts[i]);
  return found;
}
