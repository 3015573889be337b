/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where in a folder the class folders lie: in itself, in its parts, or further in.
 *
 * Folders are parts by their names, in two ways. Where there is a `train` folder with folders in
 * it, it and what is called val or test beside it are parts, and nothing else is read. Names such
 * as `seg_train` and `test_set` could be those of classes, `steam_train` and `test_tube`: they are
 * parts where one trains and another does not, their names are the same but for that, they hold
 * folders of the same classes, and no other folder holds folders (rt-folder-names.c).
 *
 * An unpacked archive is often a folder in a folder, and a part of one too. So a folder that holds
 * nothing but another is passed through, where that holds several folders or parts: never by a
 * link, as the rules of what a link may lead to are the walk's (rt-folder-walk.c).
 *
 * What is read in a way that a person may not mean is told in notes.
 */
#include "config.h"

#include "rt-folder-layout.h"

#include "rt-folder-names.h"
#include "rt-formats-private.h"

#include <string.h>

#define MAX_WRAPPERS 8
#define MOST_NAMES   3   /* in a note */

int
rt_folder_compare_names (gconstpointer a,
                         gconstpointer b)
{
  return strcmp (*(char **) a, *(char **) b);
}

GPtrArray *
rt_folder_list_names (const char  *path,
                      GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  GPtrArray *names;
  const char *name;

  if (dir == NULL)
    return NULL;
  names = g_ptr_array_new_with_free_func (g_free);
  /* What macOS adds to an archive is as hidden as what begins with a dot. */
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.' && !g_str_equal (name, "__MACOSX"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, rt_folder_compare_names);
  return names;
}

/* The names of the folders in a folder, sorted; none where it cannot be read. (transfer full) */
static GPtrArray *
list_folders (const char *path)
{
  g_autoptr (GPtrArray) names = rt_folder_list_names (path, NULL);
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (folders, g_strdup (names->pdata[i]));
    }
  return folders;
}

/* Whether a picture lies in a folder, and not further in. */
static gboolean
has_picture (const char *path)
{
  g_autoptr (GPtrArray) names = rt_folder_list_names (path, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);
      RtPictureInfo info;

      if (g_file_test (child, G_FILE_TEST_IS_REGULAR)
          && rt_picture_probe (child, names->pdata[i], &info, NULL))
        return TRUE;
    }
  return FALSE;
}

/* (transfer full): @name in @folder, which may be "" */
static char *
join (const char *folder,
      const char *name)
{
  return *folder != '\0' ? g_build_filename (folder, name, NULL) : g_strdup (name);
}

/* Parts */

/* The folder in which the class folders of the part at @folder lie. (transfer full) */
static char *
unwrap_part (const char *root,
             const char *folder)
{
  g_autofree char *path = g_build_filename (root, folder, NULL);
  g_autofree char *name = g_path_get_basename (folder);
  g_autoptr (GPtrArray) folders = list_folders (path);
  g_autofree char *inner = folders->len == 1 ? g_build_filename (folder, folders->pdata[0], NULL)
                                             : NULL;
  g_autofree char *inner_path = inner != NULL ? g_build_filename (root, inner, NULL) : NULL;

  if (inner == NULL || g_file_test (inner_path, G_FILE_TEST_IS_SYMLINK)
      || !rt_folder_is_same_part (name, folders->pdata[0]) || has_picture (path))
    return g_strdup (folder);
  return g_steal_pointer (&inner);
}

/* The names of the class folders of the part at @folder. (transfer full) */
static GPtrArray *
list_classes (const char *path,
              const char *folder)
{
  g_autofree char *inner = unwrap_part (path, folder);
  g_autofree char *inner_path = g_build_filename (path, inner, NULL);

  return list_folders (inner_path);
}

/* Whether they have one in common; or @other has none, as a test part without labels. */
static gboolean
may_be_parts (const GPtrArray *classes,
              const GPtrArray *other)
{
  for (guint i = 0; i < classes->len; i++)
    if (g_ptr_array_find_with_equal_func ((GPtrArray *) other, classes->pdata[i], g_str_equal,
                                          NULL))
      return TRUE;
  return classes->len > 0 && other->len == 0;
}

/* Whether of @folders those of @rest are parts, and @train is one of them. */
static gboolean
are_parts (const char      *path,
           const GPtrArray *folders,
           const char      *train,
           const char      *rest)
{
  g_autoptr (GPtrArray) classes = list_classes (path, train);
  gboolean found = FALSE;

  for (guint i = 0; i < folders->len; i++)
    {
      const char *name = folders->pdata[i];
      g_autoptr (GPtrArray) inside = list_classes (path, name);
      RtPart part = rt_folder_parse_part_of (name, rest);

      if (part == RT_PART_VALIDATION || part == RT_PART_TEST)
        found = found || may_be_parts (classes, inside);
      else if (rt_folder_parse_part (name, NULL) == RT_PART_ANY && inside->len > 0)
        return FALSE;
    }
  return found;
}

static gboolean
is_plain_train (const char *name)
{
  return g_ascii_strcasecmp (name, "train") == 0 || g_ascii_strcasecmp (name, "training") == 0;
}

/* What the names of the parts among @folders have besides, or NULL where there are none. (transfer
 * full) */
static char *
find_parts (const char      *path,
            const GPtrArray *folders)
{
  for (guint i = 0; i < folders->len; i++)
    if (is_plain_train (folders->pdata[i]))
      {
        g_autoptr (GPtrArray) classes = list_classes (path, folders->pdata[i]);

        if (classes->len > 0)
          return g_strdup ("");
      }
  for (guint i = 0; i < folders->len; i++)
    {
      g_autofree char *rest = NULL;

      if (rt_folder_parse_part (folders->pdata[i], &rest) == RT_PART_TRAIN
          && are_parts (path, folders, folders->pdata[i], rest))
        return g_steal_pointer (&rest);
    }
  return NULL;
}

/* Notes */

/* "a", "b" and 7 more. (transfer full) */
static char *
quote (const GPtrArray *names)
{
  guint most = names->len > MOST_NAMES + 1 ? MOST_NAMES : names->len;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < most; i++)
    {
      g_autofree char *shown = g_filename_display_name (names->pdata[i]);

      g_string_append_printf (text, "%s\"%s\"",
                              i == 0 ? "" : i + 1 == names->len ? " and " : ", ", shown);
    }
  if (names->len > most)
    g_string_append_printf (text, " and %u more", names->len - most);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
are_equal (const GPtrArray *a,
           const GPtrArray *b)
{
  for (guint i = 0; a->len == b->len && i < a->len; i++)
    if (!g_str_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return a->len == b->len;
}

/* Whether all are called as parts of one set are, two parts at least. */
static gboolean
are_called_parts (const GPtrArray *names)
{
  g_autofree char *rest = NULL;
  RtPart first = rt_folder_parse_part (names->pdata[0], &rest);
  gboolean several = FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      RtPart part = rt_folder_parse_part_of (names->pdata[i], rest);

      if (part == RT_PART_ANY)
        return FALSE;
      several = several || part != first;
    }
  return several;
}

static gboolean
has_train (const GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    if (rt_folder_parse_part (names->pdata[i], NULL) == RT_PART_TRAIN)
      return TRUE;
  return FALSE;
}

/* The folders that each of @folders has, where these are the same and at least two. (transfer
 * full) (nullable) */
static GPtrArray *
find_common_folders (const char      *path,
                     const GPtrArray *folders)
{
  g_autoptr (GPtrArray) common = NULL;

  for (guint i = 0; i < folders->len; i++)
    {
      g_autofree char *child = g_build_filename (path, folders->pdata[i], NULL);
      g_autoptr (GPtrArray) inside = list_folders (child);

      if (inside->len < 2 || (common != NULL && !are_equal (common, inside)))
        return NULL;
      if (common == NULL)
        common = g_steal_pointer (&inside);
    }
  return folders->len > 1 ? g_steal_pointer (&common) : NULL;
}

/* Of class folders that look as if they were parts, or had some. */
static void
note_doubtful_classes (RtFolderLayout  *layout,
                       const char      *path,
                       const GPtrArray *folders)
{
  g_autoptr (GPtrArray) common = find_common_folders (path, folders);
  g_autofree char *classes = quote (folders);
  g_autofree char *inside = common != NULL ? quote (common) : NULL;
  char *note = NULL;

  if (common != NULL && has_train (common))
    note = g_strdup_printf ("the folders %s are taken for classes, and %s in each of them for one: "
                            "if these are parts, put them outermost, as train/CLASS and test/CLASS",
                            classes, inside);
  else if (common != NULL)
    note = g_strdup_printf ("the folders %s are taken for classes, and each of them holds the same "
                            "folders: %s. If these are the classes, and the outer folders parts of "
                            "the set, call those train, val and test", classes, inside);
  else if (folders->len > 0 && are_called_parts (folders))
    note = g_strdup_printf ("the folders %s are taken for classes, though they are called as parts "
                            "are: if they are parts, put a folder for each class into them",
                            classes);
  if (note != NULL)
    g_ptr_array_add (layout->notes, note);
}

/* The folder in which classes or parts lie, "" for the root itself; @rest of the parts' names, NULL
 * where there are none. (transfer full) */
static char *
pass_wrappers (const char  *root,
               char       **rest)
{
  g_autofree char *at = g_strdup ("");

  for (int depth = 0; depth <= MAX_WRAPPERS; depth++)
    {
      g_autofree char *path = g_build_filename (root, at, NULL);
      g_autoptr (GPtrArray) folders = list_folders (path);
      g_autofree char *only = NULL;
      char *deeper;

      *rest = find_parts (path, folders);
      if (*rest != NULL)
        return g_steal_pointer (&at);
      if (folders->len == 0 || has_picture (path))
        break;
      if (folders->len > 1)
        return g_steal_pointer (&at);
      only = g_build_filename (path, folders->pdata[0], NULL);
      if (g_file_test (only, G_FILE_TEST_IS_SYMLINK))
        break;
      deeper = join (at, folders->pdata[0]);
      g_free (at);
      at = deeper;
    }
  return g_strdup ("");
}

static void
add_part (RtFolderLayout *layout,
          char           *folder,   /* (transfer full) */
          RtPart          part)
{
  RtFolderPart added = { folder, part };

  g_array_append_val (layout->parts, added);
}

static void
clear_part (RtFolderPart *part)
{
  g_free (part->folder);
}

void
rt_folder_layout_init (RtFolderLayout *layout,
                       const char     *root)
{
  g_autofree char *rest = NULL;
  g_autofree char *at = pass_wrappers (root, &rest);
  g_autofree char *path = g_build_filename (root, at, NULL);
  g_autoptr (GPtrArray) folders = list_folders (path);
  g_autofree char *shown = g_filename_display_name (at);

  layout->parts = g_array_new (FALSE, FALSE, sizeof (RtFolderPart));
  g_array_set_clear_func (layout->parts, (GDestroyNotify) clear_part);
  layout->left_out = g_ptr_array_new_with_free_func (g_free);
  layout->notes = g_ptr_array_new_with_free_func (g_free);
  if (*at != '\0')
    g_ptr_array_add (layout->notes, g_strdup_printf ("read from \"%s\" in it, as there is no other "
                                                     "folder", shown));
  for (guint i = 0; rest != NULL && i < folders->len; i++)
    {
      RtPart part = rt_folder_parse_part_of (folders->pdata[i], rest);
      g_autofree char *folder = join (at, folders->pdata[i]);

      if (part != RT_PART_ANY)
        add_part (layout, unwrap_part (root, folder), part);
      else
        g_ptr_array_add (layout->left_out, g_steal_pointer (&folder));
    }
  if (rest != NULL)
    return;
  note_doubtful_classes (layout, path, folders);
  add_part (layout, g_steal_pointer (&at), RT_PART_ANY);
}

void
rt_folder_layout_clear (RtFolderLayout *layout)
{
  g_clear_pointer (&layout->parts, g_array_unref);
  g_clear_pointer (&layout->left_out, g_ptr_array_unref);
  g_clear_pointer (&layout->notes, g_ptr_array_unref);
}
