/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PyTorch's checkpoints (.pt, .pth, .th), in both of their forms:
 *
 * - zip: NAME/data.pkl is the pickle, NAME/data/KEY the values of a storage, NAME/byteorder the
 *   order of bytes.
 * - stream, before 1.6: four pickles (a magic number, the protocol 1001, facts of the system, the
 *   checkpoint), the list of storage
 *   keys as a fifth, then each storage in that order: its count as 8 bytes, its values.
 *
 * The pickle is read by a machine that builds tensors and plain containers only (rt-pickle.c); what
 * a training script saved beside them is passed over. A tensor is a view of a storage: an offset,
 * sizes and strides in values. The view's last value must lie within the storage, and all tensors
 * together may be at most a few times what the file is long, before memory is taken: a stride of 0
 * could otherwise make anything of nothing.
 *
 *   open_zip or open_stream -> collect -> add_tensor -> find_storage, check_view, copy_values
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-file.h"
#include "rt-pickle.h"
#include "rt-zip.h"

#define ZIP_MAGIC "PK\3\4"
#define STREAM_PROTOCOL 1001
#define MAX_WRAPPERS 4
#define MAX_NAME 1024
#define MAX_KEYS_SHOWN 6

/* How many values the tensors may have together: so many for each byte of the file, and some for
 * small files. */
#define VALUES_PER_BYTE 4
#define FREE_VALUES (1 << 20)

static const uint8_t stream_magic[] = {
  0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
};

static const char *const wrappers[] = { "state_dict", "model_state_dict", "model" };

typedef struct
{
  const char *name;          /* of the file */
  RtZip      *zip;           /* (nullable) Borrowed */
  GBytes     *pickle_bytes;  /* (nullable) Owned */
  RtPickle   *pickle;        /* Owned */
  char       *folder;        /* (nullable) Owned: "NAME/" in the zip */
  GHashTable *storages;      /* Owned: key to GBytes */
  gboolean    big_endian;
  uint64_t    n_values_left;
  GCancellable *cancellable; /* (nullable) Borrowed */
} RtTorchFile;

static void
clear_file (RtTorchFile *file)
{
  g_clear_pointer (&file->pickle, rt_pickle_free);
  g_clear_pointer (&file->pickle_bytes, g_bytes_unref);
  g_clear_pointer (&file->storages, g_hash_table_unref);
  g_clear_pointer (&file->folder, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtTorchFile, clear_file)

/* (transfer full) */
static char *
dup_text (const RtPickleValue *text)
{
  return g_strndup (text->text.bytes, text->text.n);
}

/* A pickle of something that is known: a whole model, or worse, ends here. (transfer full) */
static RtPickle *
read_pickle (RtCursor    *cursor,
             const char  *name,
             GError     **error)
{
  g_autoptr (RtPickle) pickle = rt_pickle_read (cursor, name, error);
  const RtPickleValue *root = pickle != NULL ? rt_pickle_get_root (pickle) : NULL;

  if (root == NULL)
    return NULL;
  if (root->kind == RT_PICKLE_OTHER)
    {
      rt_pickle_refuse (root, name, error);
      return NULL;
    }
  return g_steal_pointer (&pickle);
}

static gboolean
open_zip (RtTorchFile  *file,
          GError      **error)
{
  const char *pickle_name = rt_zip_find_ending (file->zip, "/data.pkl");
  g_autofree char *byteorder = NULL;
  RtCursor cursor;

  if (pickle_name == NULL)
    return rt_file_set_invalid (error, file->name, "is a zip archive, but neither a "
                                "PyTorch checkpoint (it has no data.pkl) nor a Keras model (no "
                                "model.weights.h5)");
  file->folder = g_strndup (pickle_name, strlen (pickle_name) - strlen ("data.pkl"));
  byteorder = g_strconcat (file->folder, "byteorder", NULL);
  if (rt_zip_has (file->zip, byteorder))
    {
      g_autoptr (GBytes) order = rt_zip_read (file->zip, byteorder, error);

      if (order == NULL)
        return FALSE;
      file->big_endian = g_bytes_get_size (order) == 3
                         && memcmp (g_bytes_get_data (order, NULL), "big", 3) == 0;
    }
  file->pickle_bytes = rt_zip_read (file->zip, pickle_name, error);
  if (file->pickle_bytes == NULL)
    return FALSE;
  cursor = rt_cursor_new (g_bytes_get_data (file->pickle_bytes, NULL),
                          g_bytes_get_size (file->pickle_bytes));
  file->pickle = read_pickle (&cursor, file->name, error);
  return file->pickle != NULL;
}

/* The pickles before the checkpoint itself. The third says what machine wrote it, which does not
 * matter: values are little-endian always. */
static gboolean
read_preamble (RtTorchFile  *file,
               RtCursor     *cursor,
               GError      **error)
{
  const char *name = file->name;
  g_autoptr (RtPickle) magic = read_pickle (cursor, name, error);
  g_autoptr (RtPickle) protocol = magic != NULL ? rt_pickle_read (cursor, name, error) : NULL;
  g_autoptr (RtPickle) system = protocol != NULL ? rt_pickle_read (cursor, name, error) : NULL;
  const RtPickleValue *value;

  if (system == NULL)
    return FALSE;
  value = rt_pickle_get_root (magic);
  if (value->kind != RT_PICKLE_BIG_INT || value->text.n != sizeof stream_magic
      || memcmp (value->text.bytes, stream_magic, sizeof stream_magic) != 0)
    return rt_file_set_invalid (error, name, "is a pickle, but not a PyTorch checkpoint");
  value = rt_pickle_get_root (protocol);
  if (value->kind != RT_PICKLE_INT || value->integer != STREAM_PROTOCOL)
    return rt_file_set_unsupported (error, name, "is a PyTorch checkpoint of an unknown protocol; "
                                    "%d is opened", STREAM_PROTOCOL);
  return TRUE;
}

/* One storage of the stream; its type is known from the persistent ids of the pickle. */
static gboolean
read_storage (RtTorchFile          *file,
              RtCursor             *cursor,
              const RtPickleValue  *key,
              GHashTable           *sizes,
              GError              **error)
{
  g_autofree char *text = key->kind == RT_PICKLE_TEXT ? dup_text (key) : NULL;
  gpointer found = NULL;
  const uint8_t *bytes = NULL;
  uint64_t count;
  size_t size;

  if (text == NULL || !g_hash_table_lookup_extended (sizes, text, NULL, &found))
    return rt_file_set_invalid (error, file->name,
                                "lists a storage that no tensor uses: it is damaged");
  size = GPOINTER_TO_SIZE (found);
  count = rt_cursor_u64_le (cursor);
  if (count <= rt_cursor_get_left (cursor))
    bytes = rt_cursor_take (cursor, count * size);
  if (bytes == NULL)
    return rt_file_set_invalid (error, file->name,
                                "is cut off in storage %s", text);
  g_hash_table_insert (file->storages, g_steal_pointer (&text),
                       g_bytes_new_static (bytes, count * size));
  return TRUE;
}

static gboolean
open_stream (RtTorchFile    *file,
             const uint8_t  *bytes,
             size_t          n_bytes,
             GError        **error)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  g_autoptr (GHashTable) sizes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (RtPickle) keys = NULL;
  const RtPickleValue *list;
  const GPtrArray *storages;

  if (!read_preamble (file, &cursor, error))
    return FALSE;
  file->pickle = read_pickle (&cursor, file->name, error);
  keys = file->pickle != NULL ? rt_pickle_read (&cursor, file->name, error) : NULL;
  if (keys == NULL)
    return FALSE;
  storages = rt_pickle_get_storages (file->pickle);
  for (guint i = 0; i < storages->len; i++)
    {
      const RtPickleValue *storage = storages->pdata[i];

      g_hash_table_insert (sizes, dup_text (storage->storage.key),
                           GSIZE_TO_POINTER (rt_dtype_get_size (storage->storage.dtype)));
    }
  list = rt_pickle_get_root (keys);
  if (list->kind != RT_PICKLE_LIST)
    return rt_file_set_invalid (error, file->name, "has no list of its storages: it is damaged");
  for (guint i = 0; i < list->items->len; i++)
    if (!read_storage (file, &cursor, list->items->pdata[i], sizes, error))
      return FALSE;
  return TRUE;
}

/* The bytes of a storage; NULL with an error where there are none. */
static const uint8_t *
find_storage (RtTorchFile          *file,
              const RtPickleValue  *storage,
              size_t               *n_bytes,
              GError              **error)
{
  g_autofree char *key = dup_text (storage->storage.key);
  GBytes *bytes = g_hash_table_lookup (file->storages, key);

  if (bytes == NULL && file->zip != NULL)
    {
      g_autofree char *entry = g_strconcat (file->folder, "data/", key, NULL);

      bytes = rt_zip_read (file->zip, entry, error);
      if (bytes == NULL)
        return NULL;
      g_hash_table_insert (file->storages, g_steal_pointer (&key), bytes);
    }
  if (bytes == NULL)
    {
      rt_file_set_invalid (error, file->name, "has no storage %s: it is damaged or cut off", key);
      return NULL;
    }
  *n_bytes = g_bytes_get_size (bytes);
  /* An empty storage may have no bytes to point to. */
  return *n_bytes > 0 ? g_bytes_get_data (bytes, NULL) : (const uint8_t *) "";
}

/* The shape of a tensor, where it lies within a storage of @n values from its offset on. */
static gboolean
check_view (RtTorchFile          *file,
            const char           *name,
            const RtPickleValue  *value,
            uint64_t              n,
            RtShape              *shape,
            GError              **error)
{
  uint64_t last = 0, count = 1;

  if (value->tensor.n_dims > RT_MAX_DIMS)
    return rt_file_set_unsupported (error, file->name, "tensor %s has %d dimensions; up to %d are "
                                    "opened", name, value->tensor.n_dims,
                                    RT_MAX_DIMS);
  shape->n_dims = value->tensor.n_dims;
  for (int i = 0; i < shape->n_dims; i++)
    {
      uint64_t size = value->tensor.sizes[i], stride = value->tensor.strides[i];
      uint64_t reach;

      /* Divided, as the product may be more than 64 bits hold: the file may be of 4 GiB. */
      if (size > G_MAXINT || (size > 0 && count > file->n_values_left / size))
        return rt_file_set_invalid (error, file->name, "tensor %s is larger than the file can hold "
                                    "(is it cut off?)", name);
      count *= size;
      shape->dims[i] = size;
      if (size > 1 && (!g_uint64_checked_mul (&reach, size - 1, stride)
                       || !g_uint64_checked_add (&last, last, reach)))
        last = G_MAXUINT64;
      if (last == G_MAXUINT64)
        break;
    }
  if (count > 0 && last >= n)
    return rt_file_set_invalid (error, file->name, "tensor %s does not lie within its storage (is "
                                "the file cut off or damaged?)", name);
  file->n_values_left -= count;
  return TRUE;
}

/* The values of a view, in the order of its dimensions. */
static gboolean
copy_values (const RtTorchFile    *file,
             RtTensor             *tensor,
             const uint8_t        *bytes,
             const RtPickleValue  *value,
             RtDtype               dtype,
             GError              **error)
{
  size_t dims[RT_MAX_DIMS], strides[RT_MAX_DIMS];
  int pad = RT_MAX_DIMS - tensor->shape.n_dims;
  size_t size = rt_dtype_get_size (dtype);
  size_t expected = 1;
  gboolean dense = TRUE;
  float *out = tensor->data;

  for (int i = RT_MAX_DIMS - 1; i >= 0; i--)
    {
      dims[i] = i < pad ? 1 : value->tensor.sizes[i - pad];
      strides[i] = i < pad ? 0 : value->tensor.strides[i - pad];
      dense = dense && (dims[i] == 1 || strides[i] == expected);
      expected *= dims[i];
    }
  if (dense)
    return rt_dtype_to_many_floats (out, bytes, expected, dtype, file->big_endian,
                                    file->cancellable, error);
  for (size_t a = 0; a < dims[0]; a++)
    for (size_t b = 0; b < dims[1]; b++)
      for (size_t c = 0; c < dims[2]; c++)
        for (size_t d = 0; d < dims[3]; d++)
          {
            size_t at = a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3];

            if (d == 0 && g_cancellable_set_error_if_cancelled (file->cancellable, error))
              return FALSE;
            rt_dtype_to_floats (out++, bytes + at * size, 1, dtype, file->big_endian);
          }
  return TRUE;
}

static gboolean
add_tensor (RtTorchFile          *file,
            RtTensorList         *list,
            const char           *name,
            const RtPickleValue  *value,
            GError              **error)
{
  const RtPickleValue *storage = value->tensor.storage;
  RtDtype dtype = storage->storage.dtype;
  const uint8_t *bytes;
  size_t n_bytes;
  uint64_t first, n;
  RtShape shape = { 0 };
  RtTensor *tensor;

  bytes = find_storage (file, storage, &n_bytes, error);
  if (bytes == NULL)
    return FALSE;
  n = n_bytes / rt_dtype_get_size (dtype);
  if (!g_uint64_checked_add (&first, storage->storage.offset, value->tensor.offset) || first > n)
    return rt_file_set_invalid (error, file->name, "tensor %s does not lie within its storage (is "
                                "the file cut off or damaged?)", name);
  if (!check_view (file, name, value, n - first, &shape, error))
    return FALSE;
  if (rt_tensor_list_find (list, name) != NULL)
    return rt_file_set_invalid (error, file->name, "has two tensors %s", name);
  tensor = rt_tensor_list_add (list, name, &shape);
  return rt_shape_count (&shape) == 0
         || copy_values (file, tensor, bytes + first * rt_dtype_get_size (dtype), value, dtype,
                         error);
}

/* Whether it has tensors by name; single numbers, such as an accuracy, do not count. */
static gboolean
has_tensors (const RtPickleValue *dict)
{
  for (guint i = 0; dict->kind == RT_PICKLE_DICT && i + 1 < dict->items->len; i += 2)
    {
      const RtPickleValue *key = dict->items->pdata[i];
      const RtPickleValue *value = dict->items->pdata[i + 1];

      if (key->kind == RT_PICKLE_TEXT && value->kind == RT_PICKLE_TENSOR
          && value->tensor.n_dims > 0)
        return TRUE;
    }
  return FALSE;
}

/* The one dictionary of tensors in @dict, under any key, where it has none itself. (nullable) */
static const RtPickleValue *
find_only_dict (const RtPickleValue *dict)
{
  const RtPickleValue *only = NULL;

  if (dict->kind != RT_PICKLE_DICT || has_tensors (dict))
    return NULL;
  for (guint i = 0; i + 1 < dict->items->len; i += 2)
    {
      const RtPickleValue *value = dict->items->pdata[i + 1];

      if (!has_tensors (value))
        continue;
      if (only != NULL)
        return NULL;
      only = value;
    }
  return only;
}

/* The dictionary that has the tensors: what is under one of the usual keys, else the only one that
 * there is, else the dictionary itself. */
static const RtPickleValue *
find_state_dict (const RtPickleValue *dict)
{
  for (int depth = 0; depth < MAX_WRAPPERS; depth++)
    {
      const RtPickleValue *inner = NULL;

      for (size_t i = 0; i < G_N_ELEMENTS (wrappers) && inner == NULL; i++)
        {
          inner = rt_pickle_find (dict, wrappers[i]);
          if (inner != NULL && inner->kind != RT_PICKLE_DICT)
            inner = NULL;
        }
      if (inner == NULL)
        inner = find_only_dict (dict);
      if (inner == NULL)
        return dict;
      dict = inner;
    }
  return dict;
}

/* The first value of which nothing is known. (nullable) */
static const RtPickleValue *
find_other (const RtPickleValue *dict)
{
  for (guint i = 0; i + 1 < dict->items->len; i += 2)
    {
      const RtPickleValue *value = dict->items->pdata[i + 1];

      if (value->kind == RT_PICKLE_OTHER)
        return value;
    }
  return NULL;
}

/* "a, b, c and 3 more" (transfer full) */
static char *
list_keys (const RtPickleValue *dict)
{
  GString *text = g_string_new (NULL);
  guint n_shown = 0;

  for (guint i = 0; i + 1 < dict->items->len && n_shown < MAX_KEYS_SHOWN; i += 2)
    {
      const RtPickleValue *key = dict->items->pdata[i];
      g_autofree char *shown = NULL;

      if (key->kind != RT_PICKLE_TEXT)
        continue;
      shown = g_utf8_make_valid (key->text.bytes, MIN (key->text.n, 64));
      g_string_append_printf (text, "%s%s", n_shown++ > 0 ? ", " : "", shown);
    }
  if (dict->items->len / 2 > n_shown)
    g_string_append_printf (text, " and %u more", dict->items->len / 2 - n_shown);
  return g_string_free (text, FALSE);
}

static gboolean
collect (RtTorchFile   *file,
         RtTensorList  *list,
         GError       **error)
{
  const RtPickleValue *dict = find_state_dict (rt_pickle_get_root (file->pickle));
  const RtPickleValue *other;
  g_autofree char *keys = NULL;

  if (dict->kind != RT_PICKLE_DICT)
    return rt_file_set_unsupported (error, file->name, "holds no dictionary of tensors; in Python, "
                                    "torch.save (model.state_dict (), ...) writes one");
  for (guint i = 0; i + 1 < dict->items->len; i += 2)
    {
      const RtPickleValue *key = dict->items->pdata[i];
      const RtPickleValue *value = dict->items->pdata[i + 1];
      g_autofree char *name = NULL;

      if (key->kind != RT_PICKLE_TEXT || value->kind != RT_PICKLE_TENSOR)
        continue;
      if (key->text.n > MAX_NAME || !g_utf8_validate (key->text.bytes, key->text.n, NULL))
        return rt_file_set_invalid (error, file->name, "has a tensor whose name is not a text");
      name = dup_text (key);
      if (!add_tensor (file, list, name, value, error))
        return FALSE;
    }
  if (rt_tensor_list_get_n (list) > 0)
    return TRUE;
  other = find_other (dict);   /* a whole model, most likely */
  if (other != NULL)
    return rt_pickle_refuse (other, file->name, error);
  keys = list_keys (dict);
  return rt_file_set_unsupported (error, file->name, "holds no tensors, its keys are: %s; in "
                                  "Python, torch.save (model.state_dict (), ...) writes a file "
                                  "that does",
                                  *keys != '\0' ? keys : "none");
}

static void
begin (RtTorchFile  *file,
       const char   *name,
       size_t        n_bytes,
       GCancellable *cancellable)
{
  *file = (RtTorchFile) { .name = name, .cancellable = cancellable };
  file->storages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) g_bytes_unref);
  file->n_values_left = (uint64_t) n_bytes * VALUES_PER_BYTE + FREE_VALUES;
}

RtTensorList *
rt_torch_parse_archive (RtZip         *zip,
                        const char    *name,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_auto (RtTorchFile) file = { 0 };
  g_autoptr (RtTensorList) list = rt_tensor_list_new ();

  begin (&file, name, rt_zip_get_n_bytes (zip), cancellable);
  file.zip = zip;
  return open_zip (&file, error) && collect (&file, list, error) ? g_steal_pointer (&list) : NULL;
}

RtTensorList *
rt_torch_parse (const uint8_t  *bytes,
                size_t          n_bytes,
                const char     *name,
                GCancellable   *cancellable,
                GError        **error)
{
  g_auto (RtTorchFile) file = { 0 };
  g_autoptr (RtTensorList) list = NULL;

  if (RT_BEGINS_WITH (bytes, n_bytes, ZIP_MAGIC))
    {
      g_autoptr (RtZip) zip = rt_zip_new (bytes, n_bytes, name, cancellable, error);

      return zip != NULL ? rt_torch_parse_archive (zip, name, cancellable, error) : NULL;
    }
  if (n_bytes < 2 || bytes[0] != 0x80)
    {
      rt_file_set_invalid (error, name, "is not a PyTorch checkpoint");
      return NULL;
    }
  begin (&file, name, n_bytes, cancellable);
  list = rt_tensor_list_new ();
  return open_stream (&file, bytes, n_bytes, error) && collect (&file, list, error)
         ? g_steal_pointer (&list) : NULL;
}
