/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * safetensors: the length of the header as 8 little-endian bytes, the header as JSON, the values.
 *
 *   { "__metadata__": { "key": "value" },
 *     "conv1.weight": { "dtype": "F32", "shape": [16, 3, 3, 3], "data_offsets": [0, 1728] }, ... }
 *
 * Offsets count from the end of the header. Every tensor must lie within the file and be as long as
 * its shape and type say, and together they must cover the values with no overlap and no gap, all
 * of which is checked before memory is taken.
 *
 * All types become float. What is written is F32, in the list's order, with the header padded to a
 * multiple of 8.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-file.h"
#include "rt-safetensors-private.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_HEADER ((uint64_t) 100 << 20)

static const struct { const char *name; RtDtype dtype; } dtypes[] = {
  { "F32", RT_DTYPE_F32 }, { "F16", RT_DTYPE_F16 }, { "BF16", RT_DTYPE_BF16 },
  { "F64", RT_DTYPE_F64 },
  { "I8", RT_DTYPE_I8 }, { "I16", RT_DTYPE_I16 }, { "I32", RT_DTYPE_I32 }, { "I64", RT_DTYPE_I64 },
  { "U8", RT_DTYPE_U8 }, { "U16", RT_DTYPE_U16 }, { "U32", RT_DTYPE_U32 }, { "U64", RT_DTYPE_U64 },
  { "BOOL", RT_DTYPE_BOOL },
};

static gboolean
find_dtype (const char *type,
            RtDtype    *dtype)
{
  for (size_t i = 0; type != NULL && i < G_N_ELEMENTS (dtypes); i++)
    if (g_str_equal (dtypes[i].name, type))
      {
        *dtype = dtypes[i].dtype;
        return TRUE;
      }
  return FALSE;
}

static gboolean
check_shape (RtSafetensorsEntry  *entry,
             uint64_t             n_data,
             const char          *name,
             GError             **error)
{
  uint64_t n_bytes = entry->offsets[1] - entry->offsets[0];
  uint64_t count = 1;

  if (entry->n_dims < 0)
    return rt_file_set_invalid (error, name, "tensor %s has no shape", entry->name);
  if (entry->n_dims > RT_MAX_DIMS)
    return rt_file_set_unsupported (error, name, "tensor %s has %d dimensions; up to %d are opened",
                                    entry->name, entry->n_dims, RT_MAX_DIMS);
  entry->shape.n_dims = entry->n_dims;
  for (int i = 0; i < entry->n_dims; i++)
    {
      if (entry->dims[i] > G_MAXINT || count * entry->dims[i] > n_data)
        return rt_file_set_invalid (error, name,
                                    "tensor %s is larger than the file (is it cut off?)",
                                    entry->name);
      count *= entry->dims[i];
      entry->shape.dims[i] = entry->dims[i];
    }
  if (count * rt_dtype_get_size (entry->dtype) != n_bytes)
    return rt_file_set_invalid (error, name, "tensor %s has %" G_GUINT64_FORMAT " bytes, and its "
                                "shape and type ask for %" G_GUINT64_FORMAT, entry->name, n_bytes,
                                count * rt_dtype_get_size (entry->dtype));
  return TRUE;
}

static gboolean
check_entry (RtSafetensorsEntry  *entry,
             uint64_t             n_data,
             const char          *name,
             GError             **error)
{
  if (!find_dtype (entry->type, &entry->dtype))
    return rt_file_set_unsupported (error, name, "tensor %s is of type %s, which is not opened",
                                    entry->name, entry->type != NULL ? entry->type : "(none)");
  if (entry->n_offsets != 2 || entry->offsets[0] > entry->offsets[1])
    return rt_file_set_invalid (error, name, "tensor %s has no place in the file", entry->name);
  if (entry->offsets[1] > n_data)
    return rt_file_set_invalid (error, name, "tensor %s ends at byte %" G_GUINT64_FORMAT " of "
                                "%" G_GUINT64_FORMAT ": the file is cut off",
                                entry->name, entry->offsets[1], n_data);
  return check_shape (entry, n_data, name, error);
}

static int
compare_places (gconstpointer a,
                gconstpointer b)
{
  const RtSafetensorsEntry *x = a, *y = b;

  if (x->offsets[0] != y->offsets[0])
    return x->offsets[0] < y->offsets[0] ? -1 : 1;
  return x->offsets[1] < y->offsets[1] ? -1 : x->offsets[1] > y->offsets[1];
}

static int
compare_orders (gconstpointer a,
                gconstpointer b)
{
  const RtSafetensorsEntry *x = a, *y = b;

  return (int) x->order - (int) y->order;
}

/* Together the tensors are the values, each byte once. */
static gboolean
check_cover (GArray      *entries,
             uint64_t     n_data,
             const char  *name,
             GError     **error)
{
  uint64_t at = 0;

  g_array_sort (entries, compare_places);
  for (guint i = 0; i < entries->len; i++)
    {
      const RtSafetensorsEntry *entry = &g_array_index (entries, RtSafetensorsEntry, i);

      if (entry->offsets[0] < at)
        return rt_file_set_invalid (error, name, "tensor %s overlaps another one", entry->name);
      if (entry->offsets[0] > at)
        return rt_file_set_invalid (error, name, "%" G_GUINT64_FORMAT " bytes before tensor %s "
                                    "belong to none", entry->offsets[0] - at,
                                    entry->name);
      at = entry->offsets[1];
    }
  if (at != n_data)
    return rt_file_set_invalid (error, name, "%" G_GUINT64_FORMAT " bytes at its end belong to no "
                                "tensor", n_data - at);
  g_array_sort (entries, compare_orders);
  return TRUE;
}

RtTensorList *
rt_safetensors_parse (const uint8_t  *bytes,
                      size_t          n_bytes,
                      const char     *name,
                      GCancellable   *cancellable,
                      GError        **error)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  uint64_t n_header = rt_cursor_u64_le (&cursor);
  g_autoptr (RtTensorList) list = rt_tensor_list_new ();
  g_autoptr (GArray) entries = NULL;
  const uint8_t *header, *data;
  size_t n_data;

  header = n_header <= MAX_HEADER ? rt_cursor_take (&cursor, n_header) : NULL;
  if (header == NULL)
    {
      rt_file_set_invalid (error, name, "is not a safetensors file, or is cut off in its header");
      return NULL;
    }
  n_data = rt_cursor_get_left (&cursor);
  data = rt_cursor_take (&cursor, n_data);
  entries = rt_safetensors_read_header ((const char *) header, n_header, list, name, error);
  if (entries == NULL)
    return NULL;
  for (guint i = 0; i < entries->len; i++)
    if (!check_entry (&g_array_index (entries, RtSafetensorsEntry, i), n_data, name, error))
      return NULL;
  if (!check_cover (entries, n_data, name, error))
    return NULL;
  for (guint i = 0; i < entries->len; i++)
    {
      const RtSafetensorsEntry *entry = &g_array_index (entries, RtSafetensorsEntry, i);
      RtTensor *tensor = rt_tensor_list_add (list, entry->name, &entry->shape);

      if (!rt_dtype_to_many_floats (tensor->data, data + entry->offsets[0],
                                    rt_shape_count (&entry->shape), entry->dtype, FALSE,
                                    cancellable, error))
        return NULL;
    }
  return g_steal_pointer (&list);
}

static JsonNode *
build_header (const RtTensorList *list)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GList) keys = rt_tensor_list_get_meta_keys (list);
  size_t at = 0;

  json_builder_begin_object (builder);
  if (keys != NULL)
    {
      json_builder_set_member_name (builder, "__metadata__");
      json_builder_begin_object (builder);
      for (GList *key = keys; key != NULL; key = key->next)
        {
          json_builder_set_member_name (builder, key->data);
          json_builder_add_string_value (builder, rt_tensor_list_get_meta (list, key->data));
        }
      json_builder_end_object (builder);
    }
  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      json_builder_set_member_name (builder, tensor->name);
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "dtype");
      json_builder_add_string_value (builder, "F32");
      json_builder_set_member_name (builder, "shape");
      json_builder_begin_array (builder);
      for (int d = 0; d < tensor->shape.n_dims; d++)
        json_builder_add_int_value (builder, tensor->shape.dims[d]);
      json_builder_end_array (builder);
      json_builder_set_member_name (builder, "data_offsets");
      json_builder_begin_array (builder);
      json_builder_add_int_value (builder, at);
      at += rt_shape_count (&tensor->shape) * sizeof (float);
      json_builder_add_int_value (builder, at);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* Little-endian, whatever this machine is. */
static uint8_t *
put_floats (uint8_t     *out,
            const float *values,
            size_t       n)
{
  for (size_t i = 0; i < n; i++)
    {
      uint32_t bits;

      memcpy (&bits, values + i, sizeof bits);
      bits = GUINT32_TO_LE (bits);
      memcpy (out + i * sizeof bits, &bits, sizeof bits);
    }
  return out + n * sizeof (float);
}

/* Padded; with how long it is, and the file. (transfer full) */
static char *
print_header (const RtTensorList *list,
              size_t             *n_header,
              size_t             *n_bytes)
{
  g_autoptr (JsonNode) root = build_header (list);
  g_autofree char *header = json_to_string (root, FALSE);
  int n_padded = (int) ((strlen (header) + 7) & ~(size_t) 7);

  *n_header = (size_t) n_padded;
  *n_bytes = 8 + *n_header;
  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    *n_bytes += rt_shape_count (&rt_tensor_list_get (list, i)->shape) * sizeof (float);
  return g_strdup_printf ("%-*s", n_padded, header);
}

size_t
rt_safetensors_get_size (const RtTensorList *list)
{
  size_t n_header, n_bytes;

  g_free (print_header (list, &n_header, &n_bytes));
  return n_bytes;
}

gboolean
rt_safetensors_write (const RtTensorList  *list,
                      const char          *path,
                      GError             **error)
{
  size_t n_header, n_bytes;
  g_autofree char *header = print_header (list, &n_header, &n_bytes);
  uint64_t n_le = GUINT64_TO_LE ((uint64_t) n_header);
  g_autofree uint8_t *bytes = NULL;
  uint8_t *out;

  bytes = g_try_malloc (n_bytes);
  if (bytes == NULL)
    return rt_file_set_invalid (error, path, "no memory to write it");
  memcpy (bytes, &n_le, sizeof n_le);
  memcpy (bytes + 8, header, n_header);
  out = bytes + 8 + n_header;
  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      out = put_floats (out, tensor->data, rt_shape_count (&tensor->shape));
    }
  return rt_file_write (path, bytes, n_bytes, error);
}
