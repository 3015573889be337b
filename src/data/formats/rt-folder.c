/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder of pictures in one of two forms:
 *
 *   PATH/CLASS/.../picture                 the task makes the split
 *   PATH/train|val|test/CLASS/.../picture  the folder has its own (val may be valid or validation)
 *
 * It is the second where there is a `train` folder with folders in it, so that a class may be
 * called "train" too.
 *
 * Everything is sorted by name, byte by byte: the same folder gives the same order of samples on
 * any machine. Names that begin with a dot are nobody's data. Each file's header is probed while
 * listing (rt-probe.c); what is no picture goes to the dataset's problems with its name and the
 * reason, and the rest is opened. Folders within a class folder belong to the class. Links are
 * followed, but into no folder twice for the same class, so a loop of links ends.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-file.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 16

/* Networks look at 224 pixels at most; a larger picture is reduced while it is decoded. */
#define MIN_SIDE 256

typedef struct
{
  char     *name;     /* relative to the root. Owned */
  int       class_index;
  RtPart    part;
  int       width, height, channels;
} RtFolderFile;

typedef struct
{
  RtDataset  base;
  char      *root;    /* Owned */
  GPtrArray *names;   /* Owned: of each sample, relative to root */
} RtFolder;

/* While listing. */
typedef struct
{
  const char   *root;
  GCancellable *cancellable;   /* (nullable) */
  GArray       *files;         /* Owned: of RtFolderFile */
  GPtrArray    *classes;       /* Owned: names, sorted */
  GPtrArray    *problems;      /* Owned */
  GHashTable   *visited;       /* Owned: "device:inode" of the folders of this class */
  int           class_index;
  RtPart        part;
} RtFolderWalk;

static void
clear_walk (RtFolderWalk *walk)
{
  g_clear_pointer (&walk->files, g_array_unref);
  g_clear_pointer (&walk->classes, g_ptr_array_unref);
  g_clear_pointer (&walk->problems, g_ptr_array_unref);
  g_clear_pointer (&walk->visited, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtFolderWalk, clear_walk)

static void
clear_file (RtFolderFile *file)
{
  g_free (file->name);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char **) a, *(char **) b);
}

/* The names in a folder, sorted, hidden ones left out; NULL where it cannot be read. (transfer
 * full) */
static GPtrArray *
list_names (const char  *path,
            GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  GPtrArray *names;
  const char *name;

  if (dir == NULL)
    return NULL;
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* The names of the folders in a folder, sorted; none where it cannot be read. (transfer full) */
static GPtrArray *
list_folders (const char *path)
{
  g_autoptr (GPtrArray) names = list_names (path, NULL);
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (folders, g_strdup (names->pdata[i]));
    }
  return folders;
}

static void G_GNUC_PRINTF (3, 4)
add_problem (RtFolderWalk *walk,
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
      || rt_picture_get_reduction (info.width, info.height, MIN_SIDE, 2) > 1)
    file.width = file.height = 0;
  g_array_append_val (walk->files, file);
}

/* FALSE where the folder was seen before in this class. */
static gboolean
visit (RtFolderWalk *walk,
       const char   *path)
{
  struct stat info;

  if (stat (path, &info) != 0)
    return FALSE;
  return g_hash_table_add (walk->visited,
                           g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64) info.st_dev, (guint64) info.st_ino));
}

static gboolean
walk_folder (RtFolderWalk  *walk,
             const char    *name,
             int            depth,
             GError       **error)
{
  g_autofree char *path = g_build_filename (walk->root, name, NULL);
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GError) cause = NULL;

  if (depth > MAX_DEPTH)
    {
      add_problem (walk, name, "is too deep a folder");
      return TRUE;
    }
  if (!visit (walk, path))
    {
      add_problem (walk, name, "leads back to a folder that was read already");
      return TRUE;
    }
  names = list_names (path, &cause);
  if (names == NULL)
    {
      add_problem (walk, name, "%s", cause->message);
      return TRUE;
    }
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (name, names->pdata[i], NULL);
      g_autofree char *child_path = g_build_filename (path, names->pdata[i], NULL);

      if (g_cancellable_set_error_if_cancelled (walk->cancellable, error))
        return FALSE;
      if (!g_file_test (child_path, G_FILE_TEST_IS_DIR))
        add_file (walk, child_path, child);
      else if (!walk_folder (walk, child, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

static int
find_class (RtFolderWalk *walk,
            const char   *name)
{
  for (guint i = 0; i < walk->classes->len; i++)
    if (g_str_equal (walk->classes->pdata[i], name))
      return i;
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
  g_autoptr (GPtrArray) names = list_names (path, NULL);
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
      visit (walk, walk->root);
      visit (walk, path);
      walk->class_index = find_class (walk, names->pdata[i]);
      child = *folder != '\0' ? g_build_filename (folder, names->pdata[i], NULL)
                              : g_strdup (names->pdata[i]);
      if (!walk_folder (walk, child, 0, error))
        return FALSE;
    }
  if (n_loose > 0)
    add_problem (walk, *folder == '\0' ? "." : folder,
                 "files beside the class folders belong to no class: %u left out", n_loose);
  return TRUE;
}

/* Which part a folder's name stands for, or RT_PART_ANY. */
static RtPart
part_from_name (const char *name)
{
  static const struct { const char *name; RtPart part; } parts[] = {
    { "train", RT_PART_TRAIN },
    { "training", RT_PART_TRAIN },
    { "val", RT_PART_VALIDATION },
    { "valid", RT_PART_VALIDATION },
    { "validation", RT_PART_VALIDATION },
    { "test", RT_PART_TEST },
    { "testing", RT_PART_TEST },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_ascii_strcasecmp (name, parts[i].name) == 0)
      return parts[i].part;
  return RT_PART_ANY;
}

static gboolean
has_own_split (const char      *root,
               const GPtrArray *folders)
{
  for (guint i = 0; i < folders->len; i++)
    if (part_from_name (folders->pdata[i]) == RT_PART_TRAIN)
      {
        g_autofree char *path = g_build_filename (root, folders->pdata[i], NULL);
        g_autoptr (GPtrArray) inside = list_folders (path);

        if (inside->len > 0)
          return TRUE;
      }
  return FALSE;
}

static gboolean
walk_root (RtFolderWalk  *walk,
           GError       **error)
{
  g_autoptr (GPtrArray) folders = list_folders (walk->root);

  if (!has_own_split (walk->root, folders))
    return walk_part (walk, "", RT_PART_ANY, error);
  for (guint i = 0; i < folders->len; i++)
    {
      RtPart part = part_from_name (folders->pdata[i]);

      if (part == RT_PART_ANY)
        add_problem (walk, folders->pdata[i], "is left out: beside a train folder, val and test "
                     "are read");
      else if (!walk_part (walk, folders->pdata[i], part, error))
        return FALSE;
    }
  return TRUE;
}

static RtImage *
rt_folder_read_image (const RtDataset  *dataset,
                      size_t            index,
                      GError          **error)
{
  const RtFolder *self = (const RtFolder *) dataset;
  g_autofree char *path = g_build_filename (self->root, g_ptr_array_index (self->names, index),
                                            NULL);
  g_autoptr (RtImage) image = rt_picture_read (path, MIN_SIDE, error);

  if (image == NULL || image->channels == dataset->channels)
    return g_steal_pointer (&image);
  return rt_image_resize (image, image->width, image->height, dataset->channels);
}

/* A file that was decoded whole once in this program need not be again, until it changes: the same
 * folder is opened anew for each thing one does with it. */
static gboolean
rt_folder_check_image (const RtDataset  *dataset,
                       size_t            index,
                       GError          **error)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static GHashTable *known;   /* under the lock: of "path:bytes:time" */
  const RtFolder *self = (const RtFolder *) dataset;
  g_autofree char *path = g_build_filename (self->root, g_ptr_array_index (self->names, index),
                                            NULL);
  g_autofree char *key = NULL;
  g_autoptr (RtImage) image = NULL;
  struct stat info = { 0 };
  gboolean is_known;

  stat (path, &info);
  key = g_strdup_printf ("%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%ld", path,
                         (gint64) info.st_size, (gint64) info.st_mtim.tv_sec,
                         info.st_mtim.tv_nsec);
  pthread_mutex_lock (&lock);
  if (known == NULL)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  is_known = g_hash_table_contains (known, key);
  pthread_mutex_unlock (&lock);
  if (is_known)
    return TRUE;
  image = rt_dataset_read_image (dataset, index, error);
  if (image == NULL)
    return FALSE;
  pthread_mutex_lock (&lock);
  g_hash_table_add (known, g_steal_pointer (&key));
  pthread_mutex_unlock (&lock);
  return TRUE;
}

static void
rt_folder_free (RtDataset *dataset)
{
  RtFolder *self = (RtFolder *) dataset;

  g_free (self->root);
  g_ptr_array_unref (self->names);
}

static const RtDatasetClass rt_folder_class = {
  sizeof (RtFolder),
  rt_folder_read_image,
  rt_folder_free,
  rt_folder_check_image,
};

/* Classes that have a picture, in the order of their names; @classes gets the index of each. */
static void
name_classes (RtDataset    *dataset,
              RtFolderWalk *walk,
              int          *classes)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  for (guint i = 0; i < walk->classes->len; i++)
    classes[i] = -1;
  for (guint i = 0; i < walk->files->len; i++)
    classes[g_array_index (walk->files, RtFolderFile, i).class_index] = 0;
  for (guint i = 0; i < walk->classes->len; i++)
    if (classes[i] == 0)
      g_ptr_array_add (sorted, walk->classes->pdata[i]);
    else
      add_problem (walk, walk->classes->pdata[i], "has no picture that can be read: the class is "
                   "left out");
  g_ptr_array_sort (sorted, compare_names);
  for (guint k = 0; k < sorted->len; k++)
    {
      g_ptr_array_add (dataset->class_names, g_filename_display_name (sorted->pdata[k]));
      for (guint i = 0; i < walk->classes->len; i++)
        if (g_str_equal (sorted->pdata[k], walk->classes->pdata[i]))
          classes[i] = k;
    }
}

static RtDataset *
build (const char   *spec,
       RtFolderWalk *walk)
{
  RtDataset *dataset = rt_dataset_new (&rt_folder_class, spec, walk->files->len);
  RtFolder *self = (RtFolder *) dataset;
  g_autofree int *classes = g_new0 (int, walk->classes->len);
  g_autofree char *base = g_path_get_basename (walk->root);

  g_free (dataset->title);
  dataset->title = g_filename_display_name (base);
  g_free (dataset->domain);
  dataset->domain = g_strdup ("photo");
  self->root = g_strdup (walk->root);
  self->names = g_ptr_array_new_with_free_func (g_free);
  name_classes (dataset, walk, classes);
  dataset->channels = 1;
  for (guint i = 0; i < walk->files->len; i++)
    {
      RtFolderFile *file = &g_array_index (walk->files, RtFolderFile, i);

      g_ptr_array_add (self->names, g_steal_pointer (&file->name));
      dataset->labels[i] = classes[file->class_index];
      dataset->parts[i] = file->part;
      dataset->channels = MAX (dataset->channels, file->channels);
      if (i == 0)
        {
          dataset->width = file->width;
          dataset->height = file->height;
        }
      else if (dataset->width != file->width || dataset->height != file->height)
        dataset->width = dataset->height = 0;
    }
  for (guint i = 0; i < walk->problems->len; i++)
    g_ptr_array_add (dataset->problems, g_strdup (walk->problems->pdata[i]));
  return dataset;
}

RtDataset *
rt_folder_open (const char    *spec,
                const char    *path,
                GCancellable  *cancellable,
                GError       **error)
{
  g_auto (RtFolderWalk) walk = { .root = path, .cancellable = cancellable };

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autofree char *shown = g_filename_display_name (path);
      gboolean there = g_file_test (path, G_FILE_TEST_EXISTS);

      g_set_error (error, RT_DATA_ERROR, there ? RT_DATA_ERROR_INVALID : RT_DATA_ERROR_NOT_FOUND,
                   "%s: %s", shown, there ? "is a file, not a folder: name the folder "
                   "that holds the class folders" : "there is no such folder: look at the path");
      return NULL;
    }
  walk.files = g_array_new (FALSE, FALSE, sizeof (RtFolderFile));
  g_array_set_clear_func (walk.files, (GDestroyNotify) clear_file);
  walk.classes = g_ptr_array_new_with_free_func (g_free);
  walk.problems = g_ptr_array_new_with_free_func (g_free);
  walk.visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!walk_root (&walk, error))
    return NULL;
  if (walk.files->len == 0)
    {
      gboolean why = walk.problems->len > 0;

      rt_file_set_invalid (error, path, "there are no pictures in folders here; make one folder "
                           "for each class and put its pictures into it%s%s%s", why ? " (" : "",
                           why ? (char *) walk.problems->pdata[0] : "", why ? ")" : "");
      return NULL;
    }
  return build (spec, &walk);
}
