/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listing the pictures in class folders, which rt-folder-layout.c finds.
 *
 * Everything is sorted by name, byte by byte. Each file's header is probed (rt-probe.c); what is no
 * picture goes to the problems with its name and the reason, and so do folders that are not read.
 *
 * Links are followed, but into no folder twice for the same class, and into none that holds the
 * dataset, so a loop of links ends. A folder that is reached by a link is read as far as it is a
 * tree of its own: neither by further links nor onto another file system, since from /proc/self,
 * say, these lead to everything on the computer.
 */
#include "config.h"

#include "rt-folder-walk.h"

#include "rt-folder-layout.h"
#include "rt-formats-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 16

static void
clear_file (RtFolderFile *file)
{
  g_free (file->name);
}

void
rt_folder_walk_add_problem (RtFolderWalk *walk,
                            const char   *name,
                            const char   *format,
                            ...)
{
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (walk->problems, g_strdup_printf ("%s: %s", shown, message));
}

static void
add_file (RtFolderWalk *walk,
          const char   *path,
          const char   *name)
{
  g_autoptr (GError) error = NULL;
  RtPictureInfo info;
  RtFolderFile file;

  if (!rt_picture_probe (path, name, &info, &error))
    {
      /* The message names the file already. */
      g_ptr_array_add (walk->problems, g_strdup (error->message));
      return;
    }
  file = (RtFolderFile) {
    g_strdup (name), walk->class_index, walk->part, info.width, info.height, info.channels,
  };
  /* Sizes as they will be read: unknown where the picture may be turned, or is reduced. */
  if ((info.may_turn && info.width != info.height)
      || rt_picture_get_reduction (info.width, info.height, RT_FOLDER_MIN_SIDE, 2) > 1)
    file.width = file.height = 0;
  g_array_append_val (walk->files, file);
}

/* FALSE where the folder was seen before in this class. */
static gboolean
visit (RtFolderWalk      *walk,
       const struct stat *info)
{
  return g_hash_table_add (walk->visited,
                           g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64) info->st_dev, (guint64) info->st_ino));
}

/* The folder @path and all that hold it. */
static void
visit_up (RtFolderWalk *walk,
          const char   *path)
{
  g_autofree char *folder = realpath (path, NULL);
  struct stat info;

  while (folder != NULL && stat (folder, &info) == 0 && visit (walk, &info))
    {
      char *up = g_path_get_dirname (folder);

      g_free (folder);
      folder = up;
    }
}

/* Why a folder is not read, or NULL. */
static const char *
refuse_folder (RtFolderWalk *walk,
               const char   *path,
               gboolean      is_link,
               int           depth)
{
  struct stat info;

  if (depth > MAX_DEPTH)
    return "is too deep a folder";
  if (stat (path, &info) != 0)
    return g_strerror (errno);
  if (walk->linked && is_link)
    return "is a link in a folder that was reached by a link: link to what it leads to";
  if (walk->linked && info.st_dev != walk->device)
    return "is on another file system than the folder that was reached by a link";
  if (!visit (walk, &info))
    return "leads back to a folder that was read already";
  walk->device = info.st_dev;
  return NULL;
}

static gboolean walk_folder (RtFolderWalk  *walk,
                             const char    *name,
                             int            depth,
                             GError       **error);

static gboolean
walk_names (RtFolderWalk     *walk,
            const char       *name,
            const GPtrArray  *names,
            int               depth,
            GError          **error)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (name, names->pdata[i], NULL);
      g_autofree char *child_path = g_build_filename (walk->root, child, NULL);

      if (g_cancellable_set_error_if_cancelled (walk->cancellable, error))
        return FALSE;
      if (!g_file_test (child_path, G_FILE_TEST_IS_DIR))
        add_file (walk, child_path, child);
      else if (!walk_folder (walk, child, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
walk_folder (RtFolderWalk  *walk,
             const char    *name,
             int            depth,
             GError       **error)
{
  g_autofree char *path = g_build_filename (walk->root, name, NULL);
  gboolean is_link = g_file_test (path, G_FILE_TEST_IS_SYMLINK);
  gboolean linked = walk->linked;
  const char *why = refuse_folder (walk, path, is_link, depth);
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GError) cause = NULL;
  gboolean ok;

  if (why != NULL)
    {
      rt_folder_walk_add_problem (walk, name, "%s", why);
      return TRUE;
    }
  names = rt_folder_list_names (path, &cause);
  if (names == NULL)
    {
      rt_folder_walk_add_problem (walk, name, "%s", cause->message);
      return TRUE;
    }
  walk->linked = linked || is_link;
  ok = walk_names (walk, name, names, depth, error);
  walk->linked = linked;
  return ok;
}

/* macOS writes a letter with its accent as two characters, others as one: parts that were packed
 * here and there have the same classes all the same. */
static int
find_class (RtFolderWalk *walk,
            const char   *name)
{
  g_autofree char *composed = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  const char *key = composed != NULL ? composed : name;
  void *place;

  if (g_hash_table_lookup_extended (walk->places, key, NULL, &place))
    return GPOINTER_TO_INT (place);
  g_hash_table_insert (walk->places, g_strdup (key), GINT_TO_POINTER (walk->classes->len));
  g_ptr_array_add (walk->classes, g_strdup (name));
  return walk->classes->len - 1;
}

/* All class folders in @folder ("" is the root itself), as one part. Files beside them have no
 * class. */
static gboolean
walk_part (RtFolderWalk  *walk,
           const char    *folder,
           RtPart         part,
           GError       **error)
{
  g_autofree char *path = g_build_filename (walk->root, folder, NULL);
  g_autoptr (GPtrArray) names = rt_folder_list_names (path, NULL);
  guint n_loose = 0;

  walk->part = part;
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *child_path = g_build_filename (path, names->pdata[i], NULL);
      g_autofree char *child = NULL;

      if (!g_file_test (child_path, G_FILE_TEST_IS_DIR))
        {
          n_loose++;
          continue;
        }
      g_hash_table_remove_all (walk->visited);
      visit_up (walk, walk->root);
      visit_up (walk, path);
      walk->class_index = find_class (walk, names->pdata[i]);
      child = *folder != '\0' ? g_build_filename (folder, names->pdata[i], NULL)
                              : g_strdup (names->pdata[i]);
      if (!walk_folder (walk, child, 0, error))
        return FALSE;
    }
  if (n_loose > 0)
    rt_folder_walk_add_problem (walk, *folder == '\0' ? "." : folder,
                                "files beside the class folders belong to no class: %u left out",
                                n_loose);
  return TRUE;
}

gboolean
rt_folder_walk_run (RtFolderWalk  *walk,
                    GError       **error)
{
  g_auto (RtFolderLayout) layout = { 0 };

  rt_folder_layout_init (&layout, walk->root);
  g_ptr_array_extend_and_steal (walk->notes, g_steal_pointer (&layout.notes));
  for (guint i = 0; i < layout.left_out->len; i++)
    rt_folder_walk_add_problem (walk, layout.left_out->pdata[i], "is left out: beside a train "
                                "folder, val and test are read");
  for (guint i = 0; i < layout.parts->len; i++)
    {
      const RtFolderPart *part = &g_array_index (layout.parts, RtFolderPart, i);

      if (!walk_part (walk, part->folder, part->part, error))
        return FALSE;
    }
  return TRUE;
}

void
rt_folder_walk_init (RtFolderWalk *walk,
                     const char   *root,
                     GCancellable *cancellable)
{
  *walk = (RtFolderWalk) { .root = root, .cancellable = cancellable };
  walk->files = g_array_new (FALSE, FALSE, sizeof (RtFolderFile));
  g_array_set_clear_func (walk->files, (GDestroyNotify) clear_file);
  walk->classes = g_ptr_array_new_with_free_func (g_free);
  walk->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  walk->problems = g_ptr_array_new_with_free_func (g_free);
  walk->notes = g_ptr_array_new_with_free_func (g_free);
  walk->visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
rt_folder_walk_clear (RtFolderWalk *walk)
{
  g_clear_pointer (&walk->files, g_array_unref);
  g_clear_pointer (&walk->classes, g_ptr_array_unref);
  g_clear_pointer (&walk->places, g_hash_table_unref);
  g_clear_pointer (&walk->problems, g_ptr_array_unref);
  g_clear_pointer (&walk->notes, g_ptr_array_unref);
  g_clear_pointer (&walk->visited, g_hash_table_unref);
}
