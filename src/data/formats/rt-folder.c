/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder of pictures in one of two forms:
 *
 *   PATH/CLASS/.../picture                 the task makes the split
 *   PATH/train|val|test/CLASS/.../picture  the folder has its own
 *
 * rt-folder-layout.c says which, and passes through what an archive is wrapped in. Samples are
 * named from PATH on either way.
 *
 * Everything is sorted by name, byte by byte: the same folder gives the same order of samples on
 * any machine. Names that begin with a dot are nobody's data. Each file's header is probed while
 * listing (rt-probe.c); what is no picture goes to the dataset's problems with its name and the
 * reason, and the rest is opened. Damage further in shows when a picture is decoded for training:
 * the loader leaves it out of its batch. Folders within a class folder belong to the class.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-file.h"
#include "rt-folder-layout.h"
#include "rt-folder-walk.h"

#include <string.h>

typedef struct
{
  RtDataset  base;
  char      *root;    /* Owned */
  GPtrArray *names;   /* Owned: of each sample, relative to root */
} RtFolder;

static char *
rt_folder_get_file (const RtDataset *dataset,
                    size_t           index)
{
  const RtFolder *self = (const RtFolder *) dataset;

  return g_build_filename (self->root, g_ptr_array_index (self->names, index), NULL);
}

static const char *
rt_folder_get_name (const RtDataset *dataset,
                    size_t           index)
{
  return g_ptr_array_index (((const RtFolder *) dataset)->names, index);
}

/* Its name within the folder is enough, as for what was found while listing. */
static void
drop_root (const RtFolder  *self,
           GError         **error)
{
  g_autofree char *root = g_filename_display_name (self->root);
  g_autofree char *message = NULL;

  if (error == NULL || !g_str_has_prefix ((*error)->message, root))
    return;
  message = (*error)->message;
  (*error)->message = g_strdup (message + strlen (root) + strspn (message + strlen (root), "/"));
}

static RtImage *
rt_folder_read_reduced (const RtDataset  *dataset,
                        size_t            index,
                        int               min_side,
                        GError          **error)
{
  g_autofree char *path = rt_folder_get_file (dataset, index);
  g_autoptr (RtImage) image = rt_picture_read (path, min_side, error);

  if (image == NULL)
    drop_root ((const RtFolder *) dataset, error);
  if (image == NULL || image->channels == dataset->channels)
    return g_steal_pointer (&image);
  return rt_image_resize (image, image->width, image->height, dataset->channels);
}

static RtImage *
rt_folder_read_image (const RtDataset  *dataset,
                      size_t            index,
                      GError          **error)
{
  return rt_folder_read_reduced (dataset, index, RT_FOLDER_MIN_SIDE, error);
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
  rt_folder_read_reduced,
  rt_folder_get_file,
  rt_folder_get_name,
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
      rt_folder_walk_add_problem (walk, walk->classes->pdata[i],
                                  "has no picture that can be read: the class is left out");
  g_ptr_array_sort (sorted, rt_folder_compare_names);
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
  g_ptr_array_extend_and_steal (dataset->problems, g_steal_pointer (&walk->problems));
  for (guint i = 0; i < walk->notes->len; i++)
    g_ptr_array_add (dataset->notes, g_strdup_printf ("%s: %s", dataset->title,
                                                      (char *) walk->notes->pdata[i]));
  return dataset;
}

RtDataset *
rt_folder_open (const char    *spec,
                const char    *path,
                GCancellable  *cancellable,
                GError       **error)
{
  g_auto (RtFolderWalk) walk = { 0 };

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autofree char *shown = g_filename_display_name (path);
      gboolean there = g_file_test (path, G_FILE_TEST_EXISTS);

      g_set_error (error, RT_DATA_ERROR, there ? RT_DATA_ERROR_INVALID : RT_DATA_ERROR_NOT_FOUND,
                   "%s: %s", shown, there ? "is a file, not a folder: name the folder "
                   "that holds the class folders" : "there is no such folder: look at the path");
      return NULL;
    }
  rt_folder_walk_init (&walk, path, cancellable);
  if (!rt_folder_walk_run (&walk, error))
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
