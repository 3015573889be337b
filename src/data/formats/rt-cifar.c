/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CIFAR in its binary form: records of one label byte (CIFAR-10) or two (CIFAR-100: coarse and
 * fine, of which the fine one is used), then 1,024 red, 1,024 green and 1,024 blue bytes, row by
 * row. There is no header, so a file is known by its length and by its labels being in range.
 *
 * A folder is opened whole: data_batch_1.bin to data_batch_5.bin (or train.bin), and test_batch.bin
 * (or test.bin) as the test part; any of them may be gzipped.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-file.h"
#include "rt-pixels.h"

#include <string.h>

#define SIDE 32
#define PLANE (SIDE * SIDE)
#define MAX_BATCHES 64
#define MAX_NAMES_BYTES 65536

typedef struct
{
  const char *title;
  const char *names_file;          /* beside the data */
  size_t      record;              /* bytes */
  int         n_classes;
  const char *train_file;
  gboolean    numbered;            /* train_file is followed by 1, 2, ... */
  const char *test_file;
  const char *const *class_names;
} RtCifarKind;

static const char *const names_10[] = {
  "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
};

static const char *const names_100[] = {
  "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
  "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle",
  "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch",
  "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox",
  "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
  "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom",
  "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
  "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road",
  "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake",
  "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone",
  "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
  "willow_tree", "wolf", "woman", "worm",
};

static const RtCifarKind kinds[] = {
  { "CIFAR-10", "batches.meta.txt", 1 + 3 * PLANE, 10,
    "data_batch_", TRUE, "test_batch.bin", names_10 },
  { "CIFAR-100", "fine_label_names.txt", 2 + 3 * PLANE, 100,
    "train", FALSE, "test.bin", names_100 },
};

/* One file, unpacked and checked. */
typedef struct
{
  const uint8_t *bytes;
  size_t         n_records;
  RtPart         part;
  GBytes        *owner;    /* (nullable) Owned: what bytes belong to */
} RtCifarFile;

static void
free_file (RtCifarFile *file)
{
  g_clear_pointer (&file->owner, g_bytes_unref);
  g_free (file);
}

/* The record whose label is out of range, or -1. */
static gssize
find_bad_label (const RtCifarKind *kind,
                const uint8_t     *bytes,
                size_t             n_records)
{
  size_t at = kind->record - 3 * PLANE - 1;

  for (size_t i = 0; i < n_records; i++)
    if (bytes[i * kind->record + at] >= kind->n_classes)
      return i;
  return -1;
}

/* By its length; where both kinds fit (a multiple of 3073 and 3074), by its labels. */
static const RtCifarKind *
find_kind (const uint8_t  *bytes,
           size_t          n_bytes,
           const char     *name,
           GError        **error)
{
  const RtCifarKind *found = NULL;
  gssize bad = -1;

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (n_bytes > 0 && n_bytes % kinds[i].record == 0)
      {
        found = &kinds[i];
        bad = find_bad_label (found, bytes, n_bytes / found->record);
        if (bad < 0)
          return found;
      }
  if (found == NULL)
    rt_file_set_invalid (error, name, "is not a CIFAR file, or is cut off: its %zu bytes are not a "
                         "whole number of records of %zu bytes (CIFAR-10) or %zu (CIFAR-100)",
                         n_bytes, kinds[0].record, kinds[1].record);
  else
    rt_file_set_invalid (error, name, "is not a CIFAR file: record %zd has label %d, and %s has 0 "
                         "to %d", bad + 1,
                         bytes[(bad + 1) * found->record - 3 * PLANE - 1], found->title,
                         found->n_classes - 1);
  return NULL;
}

static void
add_record (RtDataset         *dataset,
            size_t             index,
            const RtCifarKind *kind,
            const uint8_t     *record)
{
  const uint8_t *planes = record + kind->record - 3 * PLANE;
  uint8_t *out = rt_pixels_get (dataset, index);

  dataset->labels[index] = planes[-1];
  for (int i = 0; i < PLANE; i++)
    for (int c = 0; c < 3; c++)
      *out++ = planes[c * PLANE + i];
}

static RtDataset *
build (const char        *spec,
       const RtCifarKind *kind,
       GPtrArray         *files)
{
  size_t n = 0, index = 0;
  RtDataset *dataset;

  for (guint i = 0; i < files->len; i++)
    n += ((RtCifarFile *) files->pdata[i])->n_records;
  dataset = rt_pixels_new (spec, kind->title, "photo", n, SIDE, SIDE, 3);
  for (guint i = 0; i < files->len; i++)
    {
      RtCifarFile *file = files->pdata[i];

      for (size_t r = 0; r < file->n_records; r++, index++)
        {
          add_record (dataset, index, kind, file->bytes + r * kind->record);
          dataset->parts[index] = file->part;
        }
    }
  return dataset;
}

/* The names in @path, one a line, where there are as many as the kind has classes; else the known
 * ones. */
static void
name_classes (RtDataset         *dataset,
              const RtCifarKind *kind,
              const char        *folder)
{
  g_autofree char *path = folder != NULL ? g_build_filename (folder, kind->names_file, NULL) : NULL;
  g_autoptr (GBytes) bytes = path != NULL ? rt_file_read (path, MAX_NAMES_BYTES, NULL, NULL) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (bytes != NULL)
    {
      text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      lines = g_strsplit (text, "\n", -1);
    }
  for (int i = 0; lines != NULL && lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0' && g_utf8_validate (lines[i], -1, NULL))
      g_ptr_array_add (names, lines[i]);
  for (int i = 0; i < kind->n_classes; i++)
    {
      gboolean named = names->len == (guint) kind->n_classes;

      g_ptr_array_add (dataset->class_names,
                       g_strdup (named ? names->pdata[i] : kind->class_names[i]));
    }
}

RtDataset *
rt_cifar_parse (const char     *spec,
                const uint8_t  *bytes,
                size_t          n_bytes,
                const char     *name,
                GError        **error)
{
  const RtCifarKind *kind = find_kind (bytes, n_bytes, name, error);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) free_file);
  RtCifarFile *file;
  RtDataset *dataset;

  if (kind == NULL)
    return NULL;
  file = g_new0 (RtCifarFile, 1);
  *file = (RtCifarFile) { bytes, n_bytes / kind->record, RT_PART_ANY, NULL };
  g_ptr_array_add (files, file);
  dataset = build (spec, kind, files);
  name_classes (dataset, kind, NULL);
  return dataset;
}

/* Adds the file where it is there, gzipped or not. FALSE with an error only where it is there and
 * bad. */
static gboolean
add_file (GPtrArray          *files,
          const RtCifarKind **kind,
          const char         *path,
          RtPart              part,
          GError            **error)
{
  g_autofree char *packed = g_strconcat (path, ".gz", NULL);
  const char *there = g_file_test (path, G_FILE_TEST_EXISTS) ? path : packed;
  const RtCifarKind *this_kind;
  RtCifarFile *file;
  GBytes *bytes;
  size_t n;

  if (!g_file_test (there, G_FILE_TEST_EXISTS))
    return TRUE;
  bytes = rt_gzip_read_file (there, RT_MAX_FILE_BYTES, error);
  if (bytes == NULL)
    return FALSE;
  file = g_new0 (RtCifarFile, 1);
  file->owner = bytes;
  file->part = part;
  file->bytes = g_bytes_get_data (bytes, &n);
  g_ptr_array_add (files, file);
  this_kind = find_kind (file->bytes, n, there, error);
  if (this_kind == NULL)
    return FALSE;
  if (*kind != NULL && *kind != this_kind)
    return rt_file_set_invalid (error, there, "is %s, and the files beside it are %s",
                                this_kind->title, (*kind)->title);
  *kind = this_kind;
  file->n_records = n / this_kind->record;
  return TRUE;
}

static gboolean
add_folder (GPtrArray          *files,
            const RtCifarKind **kind,
            const char         *folder,
            GError            **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds) && files->len == 0; i++)
    {
      int n_batches = kinds[i].numbered ? MAX_BATCHES : 1;

      for (int batch = 1; batch <= n_batches; batch++)
        {
          g_autofree char *number = g_strdup_printf ("%d", batch);
          g_autofree char *name = g_strconcat (kinds[i].train_file,
                                               kinds[i].numbered ? number : "", ".bin", NULL);
          g_autofree char *path = g_build_filename (folder, name, NULL);

          if (!add_file (files, kind, path, RT_PART_ANY, error))
            return FALSE;
        }
      if (files->len > 0)
        {
          g_autofree char *path = g_build_filename (folder, kinds[i].test_file, NULL);

          return add_file (files, kind, path, RT_PART_TEST, error);
        }
    }
  return rt_file_set_invalid (error, folder,
                              "there is no CIFAR file in this folder (data_batch_1.bin, or "
                              "train.bin for CIFAR-100, gzipped or not)");
}

RtDataset *
rt_cifar_open (const char  *spec,
               const char  *path,
               GError     **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) free_file);
  g_autofree char *folder = NULL;
  const RtCifarKind *kind = NULL;
  RtDataset *dataset;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      if (!add_folder (files, &kind, path, error))
        return NULL;
      folder = g_strdup (path);
    }
  else
    {
      if (!add_file (files, &kind, path, RT_PART_ANY, error))
        return NULL;
      if (files->len == 0)
        {
          g_autofree char *shown = g_filename_display_name (path);

          g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
                       "%s: there is no such file, nor with .gz", shown);
          return NULL;
        }
      folder = g_path_get_dirname (path);
    }
  dataset = build (spec, kind, files);
  name_classes (dataset, kind, folder);
  return dataset;
}
