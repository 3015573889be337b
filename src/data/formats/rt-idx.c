/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * IDX, the form of MNIST and its family: two zero bytes, the type of value (8: bytes), the number
 * of dimensions, each dimension as a big-endian 32-bit number, the values. Pictures and labels are
 * files of their own:
 *
 *   PREFIX-images-idx3-ubyte[.gz]  PREFIX-labels-idx1-ubyte[.gz]
 *
 * The prefix may be a folder, which means its `train` files; beside `train` files the `t10k` (or
 * `test`) files are the test part.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-file.h"
#include "rt-pixels.h"

#define TYPE_BYTE 8

static const char *const fashion_names[] = {
  "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
  "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
};

/* A file of pictures and its file of labels. */
typedef struct
{
  GBytes *image_bytes;   /* Owned */
  GBytes *label_bytes;   /* Owned */
  RtIdx   images;
  RtIdx   labels;
  char   *image_path;    /* Owned */
} RtIdxPart;

static void
clear_part (RtIdxPart *part)
{
  g_clear_pointer (&part->image_bytes, g_bytes_unref);
  g_clear_pointer (&part->label_bytes, g_bytes_unref);
  g_clear_pointer (&part->image_path, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtIdxPart, clear_part)

gboolean
rt_idx_parse (const uint8_t  *bytes,
              size_t          n_bytes,
              const char     *name,
              RtIdx          *idx,
              GError        **error)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  uint16_t zero = rt_cursor_u16_be (&cursor);
  int type = rt_cursor_u8 (&cursor);

  *idx = (RtIdx) { .n_dims = rt_cursor_u8 (&cursor), .count = 1 };
  if (cursor.failed || zero != 0 || type < TYPE_BYTE || type > 0x0e || idx->n_dims < 1)
    return rt_file_set_invalid (error, name, "is not an IDX file");
  if (type != TYPE_BYTE || idx->n_dims > 4)
    return rt_file_set_unsupported (error, name, "is an IDX file of %d dimensions with values of "
                                    "type 0x%02x; bytes (0x08) in "
                                    "1 to 4 dimensions are opened", idx->n_dims, type);
  for (int i = 0; i < idx->n_dims; i++)
    {
      idx->dims[i] = rt_cursor_u32_be (&cursor);
      if (cursor.failed)
        return rt_file_set_invalid (error, name, "is cut off in its header");
      /* The product of two 32-bit numbers fits; more than the file is long is refused at each
       * step. */
      if ((uint64_t) idx->count * idx->dims[i] > n_bytes)
        return rt_file_set_invalid (error, name, "is cut off: its header promises more values than "
                                    "its %zu bytes", n_bytes);
      idx->count *= idx->dims[i];
    }
  idx->values = rt_cursor_take (&cursor, idx->count);
  if (idx->values == NULL)
    return rt_file_set_invalid (error, name, "is cut off: its header promises %zu values, and "
                                "there are %zu", idx->count, n_bytes - 4 - 4 * idx->n_dims);
  if (rt_cursor_get_left (&cursor) > 0)
    return rt_file_set_invalid (error, name, "has %zu bytes more than its header promises",
                                rt_cursor_get_left (&cursor));
  return TRUE;
}

/* PREFIX-images-idx3-ubyte and the like, gzipped or not, that is there; NULL. (transfer full) */
static char *
find_file (const char *prefix,
           const char *kind)
{
  static const char separators[] = "-.";
  static const char *const endings[] = { "", ".gz" };

  for (int n_dims = 1; n_dims <= 4; n_dims++)
    for (size_t s = 0; s < strlen (separators); s++)
      for (size_t e = 0; e < G_N_ELEMENTS (endings); e++)
        {
          g_autofree char *path = g_strdup_printf ("%s-%s%cidx%d-ubyte%s", prefix, kind,
                                                   separators[s], n_dims, endings[e]);

          if (g_file_test (path, G_FILE_TEST_EXISTS))
            return g_steal_pointer (&path);
        }
  return NULL;
}

/* "train-images-idx3-ubyte.gz" is taken for "train", and a folder for its "train" files. (transfer
 * full) */
static char *
normalize_prefix (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *base = slash != NULL ? slash + 1 : path;
  const char *ending = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR) || *base == '\0')
    return g_build_filename (path, "train", NULL);
  if (strstr (base, "ubyte") != NULL)
    {
      ending = g_strrstr (base, "-images");
      if (ending == NULL)
        ending = g_strrstr (base, "-labels");
    }
  return ending != NULL ? g_strndup (path, ending - path) : g_strdup (path);
}

/* The prefix of the test files that belong to @prefix, or NULL. (transfer full) */
static char *
find_test_prefix (const char *prefix)
{
  static const char *const words[] = { "t10k", "test" };
  const char *slash = strrchr (prefix, '/');
  const char *train = strstr (slash != NULL ? slash : prefix, "train");

  for (size_t i = 0; train != NULL && i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *sibling = g_strdup_printf ("%.*s%s%s", (int) (train - prefix), prefix,
                                                  words[i], train + strlen ("train"));
      g_autofree char *images = find_file (sibling, "images");

      if (images != NULL)
        return g_steal_pointer (&sibling);
    }
  return NULL;
}

static gboolean
check_part (const RtIdxPart  *part,
            const char       *label_path,
            GError          **error)
{
  const RtIdx *images = &part->images;

  if (images->n_dims < 3)
    return rt_file_set_invalid (error, part->image_path,
                                "holds %d dimensions, and pictures need 3 (number, height, width): "
                                "is it a file of labels?", images->n_dims);
  if (part->labels.n_dims != 1)
    return rt_file_set_invalid (error, label_path, "holds %d dimensions, and labels need 1: is it "
                                "a file of pictures?",
                                part->labels.n_dims);
  if (images->dims[0] != part->labels.dims[0])
    return rt_file_set_invalid (error, label_path, "holds %u labels for the %u pictures of %s: are "
                                "they of the same set?",
                                part->labels.dims[0], images->dims[0], part->image_path);
  if (images->count == 0)
    return rt_file_set_invalid (error, part->image_path, "holds no pictures");
  if (images->dims[1] > RT_MAX_IMAGE_SIDE || images->dims[2] > RT_MAX_IMAGE_SIDE)
    return rt_file_set_unsupported (error, part->image_path,
                                    "holds pictures of %u x %u pixels; up to %d a side are opened",
                                    images->dims[2], images->dims[1], RT_MAX_IMAGE_SIDE);
  if (images->n_dims == 4 && images->dims[3] != 1 && images->dims[3] != 3)
    return rt_file_set_unsupported (error, part->image_path,
                                    "holds pictures of %u channels; 1 and 3 are opened",
                                    images->dims[3]);
  return TRUE;
}

static gboolean
read_part (RtIdxPart   *part,
           const char  *prefix,
           GError     **error)
{
  g_autofree char *label_path = find_file (prefix, "labels");

  part->image_path = find_file (prefix, "images");
  if (part->image_path == NULL || label_path == NULL)
    {
      g_autofree char *shown = g_filename_display_name (prefix);

      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
                   "%s-%s-ubyte: there is no such file, nor with .gz", shown,
                   part->image_path == NULL ? "images-idx3" : "labels-idx1");
      return FALSE;
    }
  part->image_bytes = rt_gzip_read_file (part->image_path, RT_MAX_FILE_BYTES, error);
  if (part->image_bytes == NULL)
    return FALSE;
  part->label_bytes = rt_gzip_read_file (label_path, RT_MAX_FILE_BYTES, error);
  if (part->label_bytes == NULL)
    return FALSE;
  return rt_idx_parse (g_bytes_get_data (part->image_bytes, NULL),
                       g_bytes_get_size (part->image_bytes),
                       part->image_path, &part->images, error)
         && rt_idx_parse (g_bytes_get_data (part->label_bytes, NULL),
                          g_bytes_get_size (part->label_bytes),
                          label_path, &part->labels, error)
         && check_part (part, label_path, error);
}

static gboolean
have_one_shape (const RtIdxPart  *a,
                const RtIdxPart  *b,
                GError          **error)
{
  for (int i = 1; i < 4; i++)
    if (a->images.n_dims != b->images.n_dims || a->images.dims[i] != b->images.dims[i])
      return rt_file_set_invalid (error, b->image_path,
                                  "its pictures are not of the size of those of %s", a->image_path);
  return TRUE;
}

static void
add_part (RtDataset        *dataset,
          size_t            first,
          const RtIdxPart  *part,
          RtPart            which)
{
  memcpy (rt_pixels_get (dataset, first), part->images.values, part->images.count);
  for (size_t i = 0; i < part->labels.count; i++)
    {
      dataset->labels[first + i] = part->labels.values[i];
      dataset->parts[first + i] = which;
    }
}

/* What the set is called, from where it is: the folder's name, unless that says nothing. (transfer
 * full) */
static char *
make_title (const char *prefix,
            gboolean   *is_fashion)
{
  g_autofree char *folder = g_path_get_dirname (prefix);
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *lower = NULL;

  if (g_str_equal (name, "raw"))
    {
      g_autofree char *parent = g_path_get_dirname (folder);

      g_free (name);
      name = g_path_get_basename (parent);
    }
  lower = g_ascii_strdown (name, -1);
  *is_fashion = strstr (lower, "fashion") != NULL;
  if (*is_fashion)
    return g_strdup ("Fashion-MNIST");
  return g_str_equal (lower, "mnist") ? g_strdup ("MNIST") : g_filename_display_name (name);
}

RtDataset *
rt_idx_open (const char  *spec,
             const char  *path_prefix,
             GError     **error)
{
  g_autofree char *prefix = normalize_prefix (path_prefix);
  g_autofree char *test_prefix = find_test_prefix (prefix);
  g_auto (RtIdxPart) train = { 0 };
  g_auto (RtIdxPart) test = { 0 };
  g_autofree char *title = NULL;
  RtDataset *dataset;
  gboolean is_fashion;

  if (!read_part (&train, prefix, error))
    return NULL;
  if (test_prefix != NULL
      && (!read_part (&test, test_prefix, error) || !have_one_shape (&train, &test, error)))
    return NULL;
  title = make_title (prefix, &is_fashion);
  dataset = rt_pixels_new (spec, title, is_fashion ? "photo" : "handwriting",
                           train.labels.count + test.labels.count,
                           train.images.dims[2], train.images.dims[1],
                           train.images.n_dims == 4 ? train.images.dims[3] : 1);
  add_part (dataset, 0, &train, RT_PART_ANY);
  if (test_prefix != NULL)
    add_part (dataset, train.labels.count, &test, RT_PART_TEST);
  rt_pixels_name_classes (dataset, fashion_names, is_fashion ? G_N_ELEMENTS (fashion_names) : 0);
  return dataset;
}
