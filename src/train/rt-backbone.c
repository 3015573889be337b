/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Backbones, and where those are that have a card: the shipped ones, and the user's own.
 */
#include "config.h"

#include "rt-resolver.h"

#include "rt-dirs.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

RtBackbone *
rt_backbone_new (void)
{
  RtBackbone *backbone = g_new0 (RtBackbone, 1);

  backbone->class_names = g_ptr_array_new_with_free_func (g_free);
  backbone->accuracy = NAN;
  backbone->seconds = NAN;
  return backbone;
}

void
rt_backbone_free (RtBackbone *backbone)
{
  if (backbone == NULL)
    return;
  g_free (backbone->name);
  g_free (backbone->spec);
  g_free (backbone->title);
  g_free (backbone->network);
  g_clear_pointer (&backbone->class_names, g_ptr_array_unref);
  g_free (backbone->trained_on);
  g_free (backbone->trained_by);
  g_free (backbone->licence);
  g_free (backbone->weights_path);
  g_clear_pointer (&backbone->left_over, g_ptr_array_unref);
  g_free (backbone->carded);
  g_free (backbone);
}

static gpointer
copy_name_cb (gconstpointer name,
              gpointer      data)
{
  return g_strdup (name);
}

RtBackbone *
rt_backbone_copy (const RtBackbone *backbone)
{
  RtBackbone *copy = g_new (RtBackbone, 1);

  *copy = *backbone;
  copy->name = g_strdup (backbone->name);
  copy->spec = g_strdup (backbone->spec);
  copy->title = g_strdup (backbone->title);
  copy->network = g_strdup (backbone->network);
  copy->class_names = g_ptr_array_new_with_free_func (g_free);
  if (backbone->class_names != NULL)
    g_ptr_array_extend (copy->class_names, backbone->class_names, copy_name_cb, NULL);
  copy->trained_on = g_strdup (backbone->trained_on);
  copy->trained_by = g_strdup (backbone->trained_by);
  copy->licence = g_strdup (backbone->licence);
  copy->weights_path = g_strdup (backbone->weights_path);
  if (backbone->left_over != NULL)
    copy->left_over = g_ptr_array_ref (backbone->left_over);
  copy->carded = g_strdup (backbone->carded);
  return copy;
}

void
rt_backbone_set_path (RtBackbone *backbone,
                      const char *path)
{
  GStatBuf info;

  g_free (backbone->name);
  backbone->name = g_path_get_basename (path);
  g_free (backbone->spec);
  backbone->spec = g_strconcat ("file:", path, NULL);
  g_free (backbone->weights_path);
  backbone->weights_path = g_strdup (path);
  backbone->bytes = g_stat (path, &info) == 0 ? (guint64) info.st_size : 0;
}

static int
compare_names_cb (gconstpointer a,
                  gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
list_cards (const char  *folder,
            GError     **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&names);   /* a program without backbones still trains from scratch */
  dir = g_dir_open (folder, 0, error);
  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names_cb);
  return g_steal_pointer (&names);
}

GPtrArray *
rt_backbone_list_builtin (GError **error)
{
  g_autofree char *folder = rt_dirs_get_data ("backbones");
  g_autoptr (GPtrArray) names = list_cards (folder, error);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_backbone_free);

  if (names == NULL)
    return NULL;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
      RtBackbone *backbone = rt_backbone_read_card (path, error);

      if (backbone == NULL)
        return NULL;
      backbone->spec = g_strconcat ("builtin:", backbone->name, NULL);
      g_ptr_array_add (list, backbone);
    }
  return g_steal_pointer (&list);
}

GPtrArray *
rt_backbone_list_kept (void)
{
  g_autofree char *folder = rt_backbone_get_kept_folder ();
  g_autoptr (GPtrArray) names = list_cards (folder, NULL);
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_backbone_free);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
      RtBackbone *backbone = rt_backbone_read_card (path, NULL);

      if (backbone == NULL)
        continue;
      backbone->spec = g_strconcat ("file:", backbone->weights_path, NULL);
      g_ptr_array_add (list, backbone);
    }
  return list;
}
