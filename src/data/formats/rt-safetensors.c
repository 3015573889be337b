/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * safetensors: the length of the header as 8 little-endian bytes, the header as JSON, the values.
 *
 *   { "__metadata__": { "key": "value" },
 *     "conv1.weight": { "dtype": "F32", "shape": [16, 3, 3, 3], "data_offsets": [0, 1728] }, ... }
 *
 * Offsets count from the end of the header. Every tensor must lie within the file and be as long as
 * its shape and type say, and together they must cover the values with no overlap and no gap, all
 * of which is checked before memory is taken. The JSON goes to json-glib, which recurses, so its
 * depth is bounded here first.
 *
 * All types become float. What is written is F32, in the list's order, with the header padded to a
 * multiple of 8.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-dtype.h"
#include "rt-file.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_HEADER ((uint64_t) 100 << 20)
#define MAX_NESTING 8

/* One tensor as the header has it. */
typedef struct
{
  const char *name;    /* Borrowed from the JSON */
  RtDtype     dtype;
  RtShape     shape;
  uint64_t    begin;
  uint64_t    end;
  guint       order;   /* in the header */
} RtSafetensorsEntry;

static const struct { const char *name; RtDtype dtype; } dtypes[] = {
  { "F32", RT_DTYPE_F32 }, { "F16", RT_DTYPE_F16 }, { "BF16", RT_DTYPE_BF16 },
  { "F64", RT_DTYPE_F64 },
  { "I8", RT_DTYPE_I8 }, { "I16", RT_DTYPE_I16 }, { "I32", RT_DTYPE_I32 }, { "I64", RT_DTYPE_I64 },
  { "U8", RT_DTYPE_U8 }, { "U16", RT_DTYPE_U16 }, { "U32", RT_DTYPE_U32 }, { "U64", RT_DTYPE_U64 },
  { "BOOL", RT_DTYPE_BOOL },
};

/* Brackets within brackets, strings left out. */
static gboolean
is_shallow (const char *text,
            size_t      n)
{
  gboolean in_string = FALSE;
  int depth = 0;

  for (size_t i = 0; i < n; i++)
    {
      if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = !in_string;
      else if (!in_string && (text[i] == '[' || text[i] == '{'))
        {
          if (++depth > MAX_NESTING)
            return FALSE;
        }
      else if (!in_string && (text[i] == ']' || text[i] == '}'))
        depth--;
    }
  return TRUE;
}

/* Fills @numbers; how many there are, or -1 where it is no array of at most @most whole numbers
 * from 0 up. */
static int
read_numbers (JsonObject *object,
              const char *key,
              uint64_t   *numbers,
              int         most)
{
  JsonNode *node = json_object_get_member (object, key);
  JsonArray *array;
  int n;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return -1;
  array = json_node_get_array (node);
  n = json_array_get_length (array);
  for (int i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_INT64
          || json_node_get_int (element) < 0)
        return -1;
      if (i < most)
        numbers[i] = json_node_get_int (element);
    }
  return n;
}

static gboolean
read_dtype (JsonObject  *object,
            RtDtype     *dtype,
            const char **name)
{
  JsonNode *node = json_object_get_member (object, "dtype");

  *name = "(none)";
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  *name = json_node_get_string (node);
  for (size_t i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (g_str_equal (dtypes[i].name, *name))
      {
        *dtype = dtypes[i].dtype;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_shape (JsonObject          *object,
            RtSafetensorsEntry  *entry,
            uint64_t             n_data,
            const char          *name,
            GError             **error)
{
  uint64_t dims[RT_MAX_DIMS];
  uint64_t count = 1;
  int n_dims = read_numbers (object, "shape", dims, RT_MAX_DIMS);

  if (n_dims < 0)
    return rt_file_set_invalid (error, name, "tensor %s has no shape", entry->name);
  if (n_dims > RT_MAX_DIMS)
    return rt_file_set_unsupported (error, name, "tensor %s has %d dimensions; up to %d are opened",
                                    entry->name, n_dims, RT_MAX_DIMS);
  entry->shape.n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    {
      if (dims[i] > G_MAXINT || count * dims[i] > n_data)
        return rt_file_set_invalid (error, name, "tensor %s is larger than the file (is it cut "
                                    "off?)", entry->name);
      count *= dims[i];
      entry->shape.dims[i] = dims[i];
    }
  if (count * rt_dtype_get_size (entry->dtype) != entry->end - entry->begin)
    return rt_file_set_invalid (error, name, "tensor %s has %" G_GUINT64_FORMAT " bytes, and its "
                                "shape and type ask for %" G_GUINT64_FORMAT,
                                entry->name, entry->end - entry->begin,
                                count * rt_dtype_get_size (entry->dtype));
  return TRUE;
}

static gboolean
read_entry (JsonNode            *node,
            RtSafetensorsEntry  *entry,
            uint64_t             n_data,
            const char          *name,
            GError             **error)
{
  JsonObject *object;
  uint64_t offsets[2];
  const char *dtype;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return rt_file_set_invalid (error, name, "the header says nothing about tensor %s",
                                entry->name);
  object = json_node_get_object (node);
  if (!read_dtype (object, &entry->dtype, &dtype))
    return rt_file_set_unsupported (error, name, "tensor %s is of type %s, which is not opened",
                                    entry->name, dtype);
  if (read_numbers (object, "data_offsets", offsets, 2) != 2 || offsets[0] > offsets[1])
    return rt_file_set_invalid (error, name, "tensor %s has no place in the file", entry->name);
  if (offsets[1] > n_data)
    return rt_file_set_invalid (error, name, "tensor %s ends at byte %" G_GUINT64_FORMAT " of "
                                "%" G_GUINT64_FORMAT ": the file is cut "
                                "off (copy or download it again)", entry->name, offsets[1], n_data);
  entry->begin = offsets[0];
  entry->end = offsets[1];
  return read_shape (object, entry, n_data, name, error);
}

static gboolean
read_metadata (RtTensorList  *list,
               JsonNode      *node,
               const char    *name,
               GError       **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return rt_file_set_invalid (error, name, "its __metadata__ is not an object");
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_STRING)
        return rt_file_set_invalid (error, name, "its __metadata__ holds \"%s\", which is not a "
                                    "text", key);
      rt_tensor_list_set_meta (list, key, json_node_get_string (value));
    }
  return TRUE;
}

static gboolean
read_header (RtTensorList  *list,
             JsonObject    *root,
             GArray        *entries,
             uint64_t       n_data,
             const char    *name,
             GError       **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, root);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      RtSafetensorsEntry entry = { .name = key, .order = entries->len };

      if (g_str_equal (key, "__metadata__"))
        {
          if (!read_metadata (list, node, name, error))
            return FALSE;
          continue;
        }
      if (!read_entry (node, &entry, n_data, name, error))
        return FALSE;
      g_array_append_val (entries, entry);
    }
  return TRUE;
}

static int
compare_places (gconstpointer a,
                gconstpointer b)
{
  const RtSafetensorsEntry *x = a, *y = b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
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

      if (entry->begin < at)
        return rt_file_set_invalid (error, name, "tensor %s overlaps another one", entry->name);
      if (entry->begin > at)
        return rt_file_set_invalid (error, name, "%" G_GUINT64_FORMAT " bytes before tensor %s "
                                    "belong to none", entry->begin - at,
                                    entry->name);
      at = entry->end;
    }
  if (at != n_data)
    return rt_file_set_invalid (error, name, "%" G_GUINT64_FORMAT " bytes at its end belong to no "
                                "tensor", n_data - at);
  g_array_sort (entries, compare_orders);
  return TRUE;
}

/* The header's JSON; NULL where it is none. (transfer full) */
static JsonNode *
parse_json (const char  *text,
            size_t       n,
            const char  *name,
            GError     **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) cause = NULL;
  JsonNode *root;

  if (!is_shallow (text, n) || !g_utf8_validate (text, n, NULL))
    {
      rt_file_set_invalid (error, name, "its header is not that of a safetensors file");
      return NULL;
    }
  if (!json_parser_load_from_data (parser, text, n, &cause))
    {
      rt_file_set_invalid (error, name, "its header is damaged: %s", cause->message);
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      rt_file_set_invalid (error, name, "its header is not that of a safetensors file");
      return NULL;
    }
  return json_node_ref (root);
}

RtTensorList *
rt_safetensors_parse (const uint8_t  *bytes,
                      size_t          n_bytes,
                      const char     *name,
                      GError        **error)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  uint64_t n_header = rt_cursor_u64_le (&cursor);
  g_autoptr (RtTensorList) list = rt_tensor_list_new ();
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (RtSafetensorsEntry));
  g_autoptr (JsonNode) root = NULL;
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
  root = parse_json ((const char *) header, n_header, name, error);
  if (root == NULL
      || !read_header (list, json_node_get_object (root), entries, n_data, name, error)
      || !check_cover (entries, n_data, name, error))
    return NULL;
  for (guint i = 0; i < entries->len; i++)
    {
      const RtSafetensorsEntry *entry = &g_array_index (entries, RtSafetensorsEntry, i);
      RtTensor *tensor = rt_tensor_list_add (list, entry->name, &entry->shape);

      rt_dtype_to_floats (tensor->data, data + entry->begin, rt_shape_count (&entry->shape),
                          entry->dtype, FALSE);
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

gboolean
rt_safetensors_write (const RtTensorList  *list,
                      const char          *path,
                      GError             **error)
{
  g_autoptr (JsonNode) root = build_header (list);
  g_autofree char *header = json_to_string (root, FALSE);
  size_t n_header = strlen (header);
  size_t n_padded = (n_header + 7) & ~(size_t) 7;
  size_t n_bytes = 8 + n_padded;
  uint64_t n_le = GUINT64_TO_LE ((uint64_t) n_padded);
  g_autofree uint8_t *bytes = NULL;
  uint8_t *out;

  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    n_bytes += rt_shape_count (&rt_tensor_list_get (list, i)->shape) * sizeof (float);
  bytes = g_try_malloc (n_bytes);
  if (bytes == NULL)
    return rt_file_set_invalid (error, path, "no memory to write it");
  memcpy (bytes, &n_le, sizeof n_le);
  memset (bytes + 8, ' ', n_padded);
  memcpy (bytes + 8, header, n_header);
  out = bytes + 8 + n_padded;
  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      out = put_floats (out, tensor->data, rt_shape_count (&tensor->shape));
    }
  return rt_file_write (path, bytes, n_bytes, error);
}
