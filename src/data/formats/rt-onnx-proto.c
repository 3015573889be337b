/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ONNX files: from protobuf to plain structs and back. Nothing but this file knows what the
 * compiler of the schema (onnx.proto) made.
 *
 *   rt_onnx_model_parse -> rt_onnx_scan, unpack, read_graph -> read_tensor, read_node, read_value
 *   rt_onnx_model_print -> put_tensor, put_node, put_value, pack
 *
 * A tensor's values lie in the file as raw bytes or in a list that fits their type; whichever it
 * is, there must be as many as its dimensions say before memory is taken for them. Values in other
 * files are refused.
 */
#include "config.h"

#include "rt-onnx-private.h"

#include "rt-cursor.h"
#include "rt-dtype.h"
#include "rt-file.h"

#include <onnx.pb-c.h>
#include <string.h>

#define MAX_NAME 4096

/* Where values lie that are not raw. */
typedef enum { IN_FLOATS, IN_DOUBLES, IN_INT32, IN_INT64, IN_UINT64 } Place;

static const struct { int type; RtDtype dtype; gboolean integers; Place place; } types[] = {
  { ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, RT_DTYPE_F32, FALSE, IN_FLOATS },
  { ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE, RT_DTYPE_F64, FALSE, IN_DOUBLES },
  { ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16, RT_DTYPE_F16, FALSE, IN_INT32 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16, RT_DTYPE_BF16, FALSE, IN_INT32 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT64, RT_DTYPE_I64, TRUE, IN_INT64 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT32, RT_DTYPE_I32, TRUE, IN_INT32 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT16, RT_DTYPE_I16, TRUE, IN_INT32 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT8, RT_DTYPE_I8, TRUE, IN_INT32 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT64, RT_DTYPE_U64, TRUE, IN_UINT64 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT32, RT_DTYPE_U32, TRUE, IN_UINT64 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT16, RT_DTYPE_U16, TRUE, IN_INT32 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT8, RT_DTYPE_U8, TRUE, IN_INT32 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__BOOL, RT_DTYPE_BOOL, TRUE, IN_INT32 },
};

/* --- reading */

static gboolean
read_text (char       **to,
           const char  *from,
           const char  *name,
           GError     **error)
{
  from = from != NULL ? from : "";
  if (strlen (from) > MAX_NAME || !g_utf8_validate (from, -1, NULL))
    return rt_file_set_invalid (error, name, "has a name that is not a text");
  g_free (*to);
  *to = g_strdup (from);
  return TRUE;
}

static const char *
get_shown_name (const Onnx__TensorProto *proto)
{
  return proto->name != NULL && *proto->name != '\0' ? proto->name : "of a node";
}

static size_t
count_listed (const Onnx__TensorProto *proto,
              Place                    place)
{
  switch (place)
    {
    case IN_FLOATS:
      return proto->n_float_data;
    case IN_DOUBLES:
      return proto->n_double_data;
    case IN_INT32:
      return proto->n_int32_data;
    case IN_INT64:
      return proto->n_int64_data;
    case IN_UINT64:
    default:
      return proto->n_uint64_data;
    }
}

/* Its type and dimensions are known, and its values are all there. */
static gboolean
check_tensor (const Onnx__TensorProto  *proto,
              int                      *type,
              const char               *name,
              GError                  **error)
{
  const char *shown = get_shown_name (proto);
  uint64_t there, wanted = 1;

  for (*type = 0; *type < (int) G_N_ELEMENTS (types); (*type)++)
    if (types[*type].type == proto->data_type)
      break;
  if (*type == (int) G_N_ELEMENTS (types))
    return rt_file_set_unsupported (error, name, "tensor %s is of type %d, which is not opened; "
                                    "save the network with floats of 32 bits", shown,
                                    proto->data_type);
  if (proto->n_external_data > 0
      || proto->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
    return rt_file_set_unsupported (error, name, "tensor %s has its values in another file, which "
                                    "is not opened; in Python, onnx.save (onnx.load (...), ...) "
                                    "writes one file that is", shown);
  if (proto->segment != NULL)
    return rt_file_set_unsupported (error, name, "tensor %s is cut in segments, which are not "
                                    "opened; save the network again with onnx.save in Python",
                                    shown);
  if (proto->n_dims > RT_ONNX_MAX_DIMS)
    return rt_file_set_unsupported (error, name, "tensor %s has %zu dimensions; up to %d are "
                                    "opened", shown, proto->n_dims, RT_ONNX_MAX_DIMS);
  there = proto->has_raw_data ? proto->raw_data.len / rt_dtype_get_size (types[*type].dtype)
          : count_listed (proto, types[*type].place);
  for (size_t i = 0; i < proto->n_dims; i++)
    {
      /* @wanted is below 2^31 here, as the file is. */
      if (proto->dims[i] < 0 || proto->dims[i] > G_MAXINT
          || wanted * (uint64_t) proto->dims[i] > G_MAXINT)
        return rt_file_set_invalid (error, name, "tensor %s is larger than the file can hold",
                                    shown);
      wanted *= (uint64_t) proto->dims[i];
    }
  if (proto->has_raw_data && proto->raw_data.len % rt_dtype_get_size (types[*type].dtype) != 0)
    return rt_file_set_invalid (error, name, "tensor %s ends within a value: the file is damaged",
                                shown);
  if (there != wanted)
    return rt_file_set_invalid (error, name, "tensor %s has %" G_GUINT64_FORMAT " values, and its "
                                "dimensions ask for %" G_GUINT64_FORMAT " (is the file cut off or "
                                "damaged?)", shown, there, wanted);
  return TRUE;
}

/* @n whole numbers of @size bytes. */
static void
read_integers (int64_t       *out,
               const uint8_t *bytes,
               size_t         n,
               RtDtype        dtype)
{
  size_t size = rt_dtype_get_size (dtype);
  gboolean is_signed = dtype >= RT_DTYPE_I8 && dtype <= RT_DTYPE_I64;
  RtCursor cursor = rt_cursor_new (bytes, n * size);

  for (size_t i = 0; i < n; i++)
    {
      uint64_t value = rt_cursor_read_le (&cursor, (int) size);

      if (is_signed && size < 8 && (value >> (8 * size - 1) & 1) != 0)
        value |= G_MAXUINT64 << (8 * size);
      out[i] = (int64_t) value;
    }
}

static void
read_listed (RtOnnxTensor            *tensor,
             const Onnx__TensorProto *proto,
             RtDtype                  dtype,
             Place                    place)
{
  for (size_t i = 0; i < tensor->count; i++)
    switch (place)
      {
      case IN_FLOATS:
        tensor->floats[i] = proto->float_data[i];
        break;
      case IN_DOUBLES:
        rt_dtype_to_floats (tensor->floats + i, (const uint8_t *) (proto->double_data + i), 1,
                            RT_DTYPE_F64, G_BYTE_ORDER == G_BIG_ENDIAN);
        break;
      case IN_INT64:
        tensor->integers[i] = proto->int64_data[i];
        break;
      case IN_UINT64:
        tensor->integers[i] = (int64_t) proto->uint64_data[i];
        break;
      case IN_INT32:
      default:
        if (tensor->integers != NULL)
          tensor->integers[i] = proto->int32_data[i];
        else
          {
            uint8_t half[2] = { (uint8_t) proto->int32_data[i],
                                (uint8_t) (proto->int32_data[i] >> 8) };

            rt_dtype_to_floats (tensor->floats + i, half, 1, dtype, FALSE);
          }
      }
}

static RtOnnxTensor *
read_tensor (const Onnx__TensorProto  *proto,
             const char               *name,
             GError                  **error)
{
  g_autoptr (RtOnnxTensor) tensor = NULL;
  RtDtype dtype;
  int type;

  if (!check_tensor (proto, &type, name, error))
    return NULL;
  dtype = types[type].dtype;
  tensor = rt_onnx_tensor_new (NULL, (int) proto->n_dims, proto->dims, types[type].integers);
  if (!read_text (&tensor->name, proto->name, name, error))
    return NULL;
  if (!proto->has_raw_data)
    read_listed (tensor, proto, dtype, types[type].place);
  else if (tensor->integers != NULL)
    read_integers (tensor->integers, proto->raw_data.data, tensor->count, dtype);
  else
    rt_dtype_to_floats (tensor->floats, proto->raw_data.data, tensor->count, dtype, FALSE);
  return g_steal_pointer (&tensor);
}

/* Files of the first versions do not say it. */
static RtOnnxKind
find_kind (const Onnx__AttributeProto *proto)
{
  switch (proto->has_type ? proto->type : ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED)
    {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
      return RT_ONNX_INT;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
      return RT_ONNX_FLOAT;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
      return RT_ONNX_TEXT;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
      return RT_ONNX_INTS;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
      return RT_ONNX_FLOATS;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
      return proto->t != NULL ? RT_ONNX_TENSOR : RT_ONNX_OTHER;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED:
      return proto->has_i ? RT_ONNX_INT : proto->has_f ? RT_ONNX_FLOAT
             : proto->has_s ? RT_ONNX_TEXT : proto->n_ints > 0 ? RT_ONNX_INTS
             : proto->n_floats > 0 ? RT_ONNX_FLOATS
             : proto->t != NULL ? RT_ONNX_TENSOR : RT_ONNX_OTHER;
    default:
      return RT_ONNX_OTHER;
    }
}

static gboolean
read_attribute (RtOnnxNode                  *node,
                const Onnx__AttributeProto  *proto,
                const char                  *name,
                GError                     **error)
{
  RtOnnxAttribute *attribute = rt_onnx_node_add (node, "", find_kind (proto));

  if (!read_text (&attribute->name, proto->name, name, error))
    return FALSE;
  switch (attribute->kind)
    {
    case RT_ONNX_INT:
      attribute->integer = proto->i;
      break;
    case RT_ONNX_FLOAT:
      attribute->real = proto->f;
      break;
    case RT_ONNX_TEXT:
      /* An empty text has no bytes to point to. */
      attribute->text = proto->s.len > 0 ? g_utf8_make_valid ((const char *) proto->s.data,
                                                              (gssize) proto->s.len)
                        : g_strdup ("");
      break;
    case RT_ONNX_INTS:
      attribute->n = proto->n_ints;
      attribute->integers = g_memdup2 (proto->ints, proto->n_ints * sizeof (int64_t));
      break;
    case RT_ONNX_FLOATS:
      attribute->n = proto->n_floats;
      attribute->floats = g_memdup2 (proto->floats, proto->n_floats * sizeof (float));
      break;
    case RT_ONNX_TENSOR:
      attribute->tensor = read_tensor (proto->t, name, error);
      return attribute->tensor != NULL;
    case RT_ONNX_OTHER:
    default:
      break;
    }
  return TRUE;
}

static gboolean
read_names (GPtrArray   *to,
            char       **names,
            size_t       n,
            const char  *name,
            GError     **error)
{
  for (size_t i = 0; i < n; i++)
    {
      char *text = NULL;

      if (!read_text (&text, names[i], name, error))
        return FALSE;
      g_ptr_array_add (to, text);
    }
  return TRUE;
}

static gboolean
read_node (RtOnnxModel            *model,
           const Onnx__NodeProto  *proto,
           const char             *name,
           GError                **error)
{
  RtOnnxNode *node = rt_onnx_node_new ();

  g_ptr_array_add (model->nodes, node);
  if (!read_text (&node->name, proto->name, name, error)
      || !read_text (&node->op, proto->op_type, name, error)
      || !read_text (&node->domain, proto->domain, name, error)
      || !read_names (node->inputs, proto->input, proto->n_input, name, error)
      || !read_names (node->outputs, proto->output, proto->n_output, name, error))
    return FALSE;
  for (size_t i = 0; i < proto->n_attribute; i++)
    if (!read_attribute (node, proto->attribute[i], name, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_value (GPtrArray                   *values,
            const Onnx__ValueInfoProto  *proto,
            const char                  *name,
            GError                     **error)
{
  const Onnx__TypeProto *type = proto->type;
  const Onnx__TensorShapeProto *shape = NULL;
  RtOnnxValue *value = g_new0 (RtOnnxValue, 1);

  g_ptr_array_add (values, value);
  if (type != NULL && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
    shape = type->tensor_type->shape;
  value->n_dims = shape != NULL && shape->n_dim <= RT_ONNX_MAX_DIMS ? (int) shape->n_dim : -1;
  for (int i = 0; i < value->n_dims; i++)
    {
      const Onnx__TensorShapeProto__Dimension *dim = shape->dim[i];

      value->dims[i]
        = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
          && dim->dim_value > 0 ? dim->dim_value : -1;
    }
  return read_text (&value->name, proto->name, name, error);
}

static gboolean
read_graph (RtOnnxModel             *model,
            const Onnx__GraphProto  *graph,
            const char              *name,
            GCancellable            *cancellable,
            GError                 **error)
{
  if (graph->n_sparse_initializer > 0)
    return rt_file_set_unsupported (error, name, "has sparse tensors, which are not opened; save "
                                    "the network with full ones");
  if (!read_text (&model->graph_name, graph->name, name, error))
    return FALSE;
  for (size_t i = 0; i < graph->n_initializer; i++)
    {
      RtOnnxTensor *tensor = g_cancellable_set_error_if_cancelled (cancellable, error) ? NULL
                             : read_tensor (graph->initializer[i], name, error);

      if (tensor == NULL)
        return FALSE;
      g_ptr_array_add (model->initializers, tensor);
    }
  for (size_t i = 0; i < graph->n_node; i++)
    if (!read_node (model, graph->node[i], name, error))
      return FALSE;
  for (size_t i = 0; i < graph->n_input; i++)
    if (!read_value (model->inputs, graph->input[i], name, error))
      return FALSE;
  for (size_t i = 0; i < graph->n_output; i++)
    if (!read_value (model->outputs, graph->output[i], name, error))
      return FALSE;
  return TRUE;
}

static gboolean
is_own_domain (const char *domain)
{
  return domain == NULL || *domain == '\0' || g_str_equal (domain, "ai.onnx");
}

static gboolean
read_model (RtOnnxModel             *model,
            const Onnx__ModelProto  *proto,
            const char              *name,
            GCancellable            *cancellable,
            GError                 **error)
{
  for (size_t i = 0; i < proto->n_opset_import; i++)
    if (is_own_domain (proto->opset_import[i]->domain)
        && proto->opset_import[i]->version > 0 && proto->opset_import[i]->version < G_MAXINT)
      model->opset = (int) proto->opset_import[i]->version;
  if (proto->ir_version < 1 || proto->ir_version > G_MAXINT || proto->graph == NULL)
    return rt_file_set_invalid (error, name, "is not an ONNX network, or is cut off: it has no %s",
                                proto->graph == NULL ? "network in it" : "version");
  if (model->opset == 0)
    return rt_file_set_invalid (error, name, "does not say which version of the operators it is "
                                "for (is it cut off?)");
  model->ir_version = (int) proto->ir_version;
  if (!read_text (&model->producer, proto->producer_name, name, error))
    return FALSE;
  for (size_t i = 0; i < proto->n_metadata_props; i++)
    {
      const Onnx__StringStringEntryProto *entry = proto->metadata_props[i];
      const char *value = entry->value != NULL ? entry->value : "";

      /* Values may be long, as labels are. */
      if (entry->key == NULL || !g_utf8_validate (entry->key, -1, NULL)
          || !g_utf8_validate (value, -1, NULL))
        return rt_file_set_invalid (error, name, "has metadata that are not a text");
      rt_onnx_model_set_meta (model, entry->key, value);
    }
  return read_graph (model, proto->graph, name, cancellable, error);
}

/* Unpacking ends where it is given no memory, which is the one moment at which it can be told to:
 * each tensor asks for its own. */
static void *
alloc_unless_cancelled (void   *cancellable,
                        size_t  size)
{
  return g_cancellable_is_cancelled (cancellable) ? NULL : malloc (size);
}

static void
free_unpacked (void *cancellable,
               void *memory)
{
  free (memory);
}

RtOnnxModel *
rt_onnx_model_parse (const uint8_t  *bytes,
                     size_t          n_bytes,
                     const char     *name,
                     GCancellable   *cancellable,
                     GError        **error)
{
  ProtobufCAllocator allocator = { alloc_unless_cancelled, free_unpacked, cancellable };
  g_autoptr (RtOnnxModel) model = rt_onnx_model_new ();
  Onnx__ModelProto *proto;
  gboolean good;

  if (n_bytes > G_MAXINT)
    {
      rt_file_set_unsupported (error, name, "is larger than the 2 GB that an ONNX file may have");
      return NULL;
    }
  if (n_bytes == 0)
    {
      rt_file_set_invalid (error, name, "the file is empty");
      return NULL;
    }
  if (!rt_onnx_scan (&onnx__model_proto__descriptor, bytes, n_bytes, name, error))
    return NULL;
  proto = onnx__model_proto__unpack (&allocator, n_bytes, bytes);
  if (proto == NULL)
    {
      if (!g_cancellable_set_error_if_cancelled (cancellable, error))
        rt_file_set_invalid (error, name, "is not an ONNX network, or is damaged");
      return NULL;
    }
  good = read_model (model, proto, name, cancellable, error);
  onnx__model_proto__free_unpacked (proto, &allocator);
  return good ? g_steal_pointer (&model) : NULL;
}

/* --- writing */

/* Zeroed memory that lives until the file is written. */
static void *
take (GPtrArray *pool,
      size_t     size)
{
  void *memory = g_malloc0 (MAX (size, 1));

  g_ptr_array_add (pool, memory);
  return memory;
}

/* A new message of a kind, begun as the schema's compiler says. */
#define TAKE(pool, Type, init) \
  ((Type *) memcpy (take (pool, sizeof (Type)), &(Type) init, sizeof (Type)))

static Onnx__TensorProto *
put_tensor (const RtOnnxTensor *tensor,
            GPtrArray          *pool)
{
  Onnx__TensorProto *proto = TAKE (pool, Onnx__TensorProto, ONNX__TENSOR_PROTO__INIT);

  proto->name = tensor->name;
  proto->n_dims = (size_t) tensor->n_dims;
  proto->dims = (int64_t *) tensor->dims;
  proto->has_data_type = TRUE;
  if (tensor->integers != NULL)
    {
      proto->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__INT64;
      proto->n_int64_data = tensor->count;
      proto->int64_data = tensor->integers;
    }
  else
    {
      proto->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
      proto->n_float_data = tensor->count;
      proto->float_data = tensor->floats;
    }
  return proto;
}

static Onnx__AttributeProto *
put_attribute (const RtOnnxAttribute *attribute,
               GPtrArray             *pool)
{
  static const Onnx__AttributeProto__AttributeType kinds[] = {
    [RT_ONNX_INT] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT,
    [RT_ONNX_FLOAT] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT,
    [RT_ONNX_TEXT] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING,
    [RT_ONNX_INTS] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS,
    [RT_ONNX_FLOATS] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS,
    [RT_ONNX_TENSOR] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR,
  };
  Onnx__AttributeProto *proto = TAKE (pool, Onnx__AttributeProto, ONNX__ATTRIBUTE_PROTO__INIT);

  g_assert (attribute->kind != RT_ONNX_OTHER);
  proto->name = attribute->name;
  proto->has_type = TRUE;
  proto->type = kinds[attribute->kind];
  proto->has_i = attribute->kind == RT_ONNX_INT;
  proto->i = attribute->integer;
  proto->has_f = attribute->kind == RT_ONNX_FLOAT;
  proto->f = attribute->real;
  proto->has_s = attribute->kind == RT_ONNX_TEXT;
  if (proto->has_s)
    proto->s = (ProtobufCBinaryData) { strlen (attribute->text), (uint8_t *) attribute->text };
  if (attribute->kind == RT_ONNX_INTS)
    proto->n_ints = attribute->n;
  proto->ints = attribute->integers;
  if (attribute->kind == RT_ONNX_FLOATS)
    proto->n_floats = attribute->n;
  proto->floats = attribute->floats;
  if (attribute->kind == RT_ONNX_TENSOR)
    proto->t = put_tensor (attribute->tensor, pool);
  return proto;
}

static Onnx__NodeProto *
put_node (const RtOnnxNode *node,
          GPtrArray        *pool)
{
  Onnx__NodeProto *proto = TAKE (pool, Onnx__NodeProto, ONNX__NODE_PROTO__INIT);

  proto->name = node->name;
  proto->op_type = node->op;
  proto->domain = *node->domain != '\0' ? node->domain : NULL;
  proto->n_input = node->inputs->len;
  proto->input = (char **) node->inputs->pdata;
  proto->n_output = node->outputs->len;
  proto->output = (char **) node->outputs->pdata;
  proto->n_attribute = node->attributes->len;
  proto->attribute = take (pool, node->attributes->len * sizeof (void *));
  for (guint i = 0; i < node->attributes->len; i++)
    proto->attribute[i] = put_attribute (node->attributes->pdata[i], pool);
  return proto;
}

static Onnx__TensorShapeProto *
put_shape (const RtOnnxValue *value,
           GPtrArray         *pool)
{
  Onnx__TensorShapeProto *shape = TAKE (pool, Onnx__TensorShapeProto,
                                        ONNX__TENSOR_SHAPE_PROTO__INIT);

  shape->n_dim = (size_t) value->n_dims;
  shape->dim = take (pool, shape->n_dim * sizeof (void *));
  for (int i = 0; i < value->n_dims; i++)
    {
      Onnx__TensorShapeProto__Dimension *dim
        = TAKE (pool, Onnx__TensorShapeProto__Dimension, ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT);

      shape->dim[i] = dim;
      if (value->dims[i] > 0)
        {
          dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
          dim->dim_value = value->dims[i];
        }
      else
        {
          dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
          dim->dim_param = (char *) (i == 0 ? "batch" : "any");
        }
    }
  return shape;
}

static Onnx__ValueInfoProto *
put_value (const RtOnnxValue *value,
           GPtrArray         *pool)
{
  Onnx__ValueInfoProto *proto = TAKE (pool, Onnx__ValueInfoProto, ONNX__VALUE_INFO_PROTO__INIT);
  Onnx__TypeProto *type = TAKE (pool, Onnx__TypeProto, ONNX__TYPE_PROTO__INIT);
  Onnx__TypeProto__Tensor *tensor = TAKE (pool, Onnx__TypeProto__Tensor,
                                          ONNX__TYPE_PROTO__TENSOR__INIT);

  proto->name = value->name;
  proto->type = type;
  type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  type->tensor_type = tensor;
  tensor->has_elem_type = TRUE;
  tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  if (value->n_dims >= 0)
    tensor->shape = put_shape (value, pool);
  return proto;
}

static Onnx__GraphProto *
put_graph (const RtOnnxModel *model,
           GPtrArray         *pool)
{
  Onnx__GraphProto *graph = TAKE (pool, Onnx__GraphProto, ONNX__GRAPH_PROTO__INIT);

  graph->name = model->graph_name;
  graph->n_node = model->nodes->len;
  graph->node = take (pool, graph->n_node * sizeof (void *));
  for (size_t i = 0; i < graph->n_node; i++)
    graph->node[i] = put_node (model->nodes->pdata[i], pool);
  graph->n_initializer = model->initializers->len;
  graph->initializer = take (pool, graph->n_initializer * sizeof (void *));
  for (size_t i = 0; i < graph->n_initializer; i++)
    graph->initializer[i] = put_tensor (model->initializers->pdata[i], pool);
  graph->n_input = model->inputs->len;
  graph->input = take (pool, graph->n_input * sizeof (void *));
  for (size_t i = 0; i < graph->n_input; i++)
    graph->input[i] = put_value (model->inputs->pdata[i], pool);
  graph->n_output = model->outputs->len;
  graph->output = take (pool, graph->n_output * sizeof (void *));
  for (size_t i = 0; i < graph->n_output; i++)
    graph->output[i] = put_value (model->outputs->pdata[i], pool);
  return graph;
}

static void
put_metadata (Onnx__ModelProto  *proto,
              const RtOnnxModel *model,
              GPtrArray         *pool)
{
  proto->n_metadata_props = model->metadata->len / 2;
  proto->metadata_props = take (pool, proto->n_metadata_props * sizeof (void *));
  for (size_t i = 0; i < proto->n_metadata_props; i++)
    {
      proto->metadata_props[i] = TAKE (pool, Onnx__StringStringEntryProto,
                                       ONNX__STRING_STRING_ENTRY_PROTO__INIT);
      proto->metadata_props[i]->key = model->metadata->pdata[2 * i];
      proto->metadata_props[i]->value = model->metadata->pdata[2 * i + 1];
    }
}

GBytes *
rt_onnx_model_print (const RtOnnxModel *model)
{
  g_autoptr (GPtrArray) pool = g_ptr_array_new_with_free_func (g_free);
  Onnx__ModelProto proto = ONNX__MODEL_PROTO__INIT;
  Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT;
  Onnx__OperatorSetIdProto *opsets[] = { &opset };
  size_t n;
  uint8_t *bytes;

  proto.has_ir_version = TRUE;
  proto.ir_version = model->ir_version;
  proto.producer_name = model->producer;
  opset.domain = (char *) "";
  opset.has_version = TRUE;
  opset.version = model->opset;
  proto.n_opset_import = 1;
  proto.opset_import = opsets;
  proto.graph = put_graph (model, pool);
  put_metadata (&proto, model, pool);
  n = onnx__model_proto__get_packed_size (&proto);
  bytes = g_malloc (n);
  onnx__model_proto__pack (&proto, bytes);
  return g_bytes_new_take (bytes, n);
}

gboolean
rt_onnx_model_write (const RtOnnxModel  *model,
                     const char         *path,
                     GError            **error)
{
  g_autoptr (GBytes) bytes = rt_onnx_model_print (model);

  return g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL),
                                   (gssize) g_bytes_get_size (bytes),
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0666, error);
}
