/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a pickle may build beyond plain containers: the handful of names that PyTorch writes for a
 * tensor.
 *
 *   collections.OrderedDict ()       a DICT
 *   _codecs.encode (text, how)       BYTES, as protocol 2 has no other way to write them
 *   torch.FloatStorage, its sisters  a type, only of use within a persistent id
 *   ('storage', type, key, where, count[, view])   a persistent id: a STORAGE
 *   torch._utils._rebuild_tensor[_v2] (storage, offset, size, stride, ...)   a TENSOR
 *   torch._utils._rebuild_parameter (tensor, ...)   that tensor
 *
 * Any other name stands for nothing but itself: what it would make, and what would be put into
 * that, is passed over. Training scripts save their arguments and schedules beside the tensors.
 *
 * Numbers are only checked to be whole and not negative here; whether they fit the storage is seen
 * where values are taken out of it.
 */
#include "config.h"

#include "rt-pickle-private.h"

#include "rt-file.h"

#include <string.h>

static const struct
{
  const char     *module;
  const char     *name;
  RtPickleGlobal  global;
  RtDtype         dtype;
} known[] = {
  { "collections", "OrderedDict", RT_PICKLE_ORDERED_DICT, 0 },
  { "_codecs", "encode", RT_PICKLE_ENCODE, 0 },
  { "torch._utils", "_rebuild_tensor", RT_PICKLE_REBUILD_TENSOR, 0 },
  { "torch._utils", "_rebuild_tensor_v2", RT_PICKLE_REBUILD_TENSOR, 0 },
  { "torch._utils", "_rebuild_parameter", RT_PICKLE_REBUILD_PARAMETER, 0 },
  { "torch", "HalfStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_F16 },
  { "torch", "BFloat16Storage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_BF16 },
  { "torch", "FloatStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_F32 },
  { "torch", "DoubleStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_F64 },
  { "torch", "CharStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_I8 },
  { "torch", "ShortStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_I16 },
  { "torch", "IntStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_I32 },
  { "torch", "LongStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_I64 },
  { "torch", "ByteStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_U8 },
  { "torch", "BoolStorage", RT_PICKLE_STORAGE_TYPE, RT_DTYPE_BOOL },
};

static gboolean
is_text (const char *text,
         size_t      n,
         const char *expected)
{
  return strlen (expected) == n && memcmp (text, expected, n) == 0;
}

RtPickleValue *
rt_pickle_make_global (RtPickleMachine  *machine,
                       const char       *module,
                       size_t            n_module,
                       const char       *name,
                       size_t            n_name,
                       GError          **error)
{
  RtPickleValue *value;

  for (size_t i = 0; i < G_N_ELEMENTS (known); i++)
    if (is_text (module, n_module, known[i].module) && is_text (name, n_name, known[i].name))
      {
        value = rt_pickle_make (machine, RT_PICKLE_GLOBAL, error);
        if (value != NULL)
          {
            value->global.name = known[i].global;
            value->global.dtype = known[i].dtype;
          }
        return value;
      }
  value = rt_pickle_make (machine, RT_PICKLE_OTHER, error);
  if (value != NULL)
    {
      value->other.module = module;
      value->other.n_module = n_module;
      value->other.name = name;
      value->other.n_name = n_name;
    }
  return value;
}

gboolean
rt_pickle_refuse (const RtPickleValue  *other,
                  const char           *name,
                  GError              **error)
{
  g_autofree char *shown_module = g_utf8_make_valid (other->other.module,
                                                     MIN (other->other.n_module, 128));
  g_autofree char *shown_name = g_utf8_make_valid (other->other.name,
                                                   MIN (other->other.n_name, 128));

  return rt_file_set_unsupported (error, name, "names the function %s.%s: refused, as only "
                                  "tensors in plain containers are read. In Python, torch.save "
                                  "(model.state_dict (), ...) writes a file that is",
                                  shown_module, shown_name);
}

static void
set_damaged (RtPickleMachine  *machine,
             const char       *what,
             GError          **error)
{
  rt_file_set_invalid (error, machine->name, "its pickle is damaged near byte %zu: %s",
                       machine->cursor->at, what);
}

/* The item of a TUPLE or LIST where there is one of that kind, or NULL. */
static const RtPickleValue *
get_item (const RtPickleValue *tuple,
          guint                index,
          RtPickleKind         kind)
{
  const RtPickleValue *item;

  if ((tuple->kind != RT_PICKLE_TUPLE && tuple->kind != RT_PICKLE_LIST)
      || index >= tuple->items->len)
    return NULL;
  item = tuple->items->pdata[index];
  return item->kind == kind ? item : NULL;
}

static gboolean
get_count (const RtPickleValue *tuple,
           guint                index,
           uint64_t            *count)
{
  const RtPickleValue *item = get_item (tuple, index, RT_PICKLE_INT);

  if (item == NULL || item->integer < 0)
    return FALSE;
  *count = item->integer;
  return TRUE;
}

static RtPickleValue *
make_dict (RtPickleMachine      *machine,
           const RtPickleValue  *args,
           GError              **error)
{
  RtPickleValue *dict = rt_pickle_make (machine, RT_PICKLE_DICT, error);
  const RtPickleValue *pairs = get_item (args, 0, RT_PICKLE_LIST);

  if (dict == NULL || args->items->len == 0)
    return dict;
  /* Python 2 handed its pairs over as an argument. They are copied, which counts. */
  machine->n_values += pairs != NULL ? pairs->items->len : 0;
  for (guint i = 0; pairs != NULL && i < pairs->items->len; i++)
    {
      const RtPickleValue *pair = pairs->items->pdata[i];

      if ((pair->kind != RT_PICKLE_TUPLE && pair->kind != RT_PICKLE_LIST) || pair->items->len != 2)
        {
          pairs = NULL;
          break;
        }
      g_ptr_array_add (dict->items, pair->items->pdata[0]);
      g_ptr_array_add (dict->items, pair->items->pdata[1]);
    }
  if (pairs == NULL)
    {
      set_damaged (machine, "an OrderedDict of no pairs", error);
      return NULL;
    }
  return dict;
}

/* No bytes are of use here, so they are not decoded. */
static RtPickleValue *
make_bytes (RtPickleMachine      *machine,
            const RtPickleValue  *args,
            GError              **error)
{
  const RtPickleValue *text = get_item (args, 0, RT_PICKLE_TEXT);
  RtPickleValue *bytes;

  if (text == NULL)
    {
      set_damaged (machine, "bytes of no text", error);
      return NULL;
    }
  bytes = rt_pickle_make (machine, RT_PICKLE_BYTES, error);
  if (bytes != NULL)
    bytes->text = text->text;
  return bytes;
}

/* What a name that is not known makes. */
static RtPickleValue *
make_other (RtPickleMachine      *machine,
            const RtPickleValue  *from,
            GError              **error)
{
  RtPickleValue *value = rt_pickle_make (machine, RT_PICKLE_OTHER, error);

  if (value != NULL)
    value->other = from->other;
  return value;
}

static RtPickleValue *
make_tensor (RtPickleMachine      *machine,
             const RtPickleValue  *args,
             GError              **error)
{
  RtPickleValue *tensor = rt_pickle_make (machine, RT_PICKLE_TENSOR, error);
  const RtPickleValue *sizes = get_item (args, 2, RT_PICKLE_TUPLE);
  const RtPickleValue *strides = get_item (args, 3, RT_PICKLE_TUPLE);

  if (tensor == NULL)
    return NULL;
  tensor->tensor.storage = get_item (args, 0, RT_PICKLE_STORAGE);
  if (tensor->tensor.storage == NULL || !get_count (args, 1, &tensor->tensor.offset)
      || sizes == NULL || strides == NULL || sizes->items->len != strides->items->len)
    {
      set_damaged (machine, "a tensor of no storage, size or stride", error);
      return NULL;
    }
  tensor->tensor.n_dims = MIN (sizes->items->len, G_MAXINT);
  for (int i = 0; i < MIN (tensor->tensor.n_dims, RT_PICKLE_MAX_DIMS); i++)
    if (!get_count (sizes, i, &tensor->tensor.sizes[i])
        || !get_count (strides, i, &tensor->tensor.strides[i]))
      {
        set_damaged (machine, "a tensor whose size is no number", error);
        return NULL;
      }
  return tensor;
}

RtPickleValue *
rt_pickle_call (RtPickleMachine      *machine,
                const RtPickleValue  *callee,
                const RtPickleValue  *args,
                GError              **error)
{
  const RtPickleValue *tensor;

  if (callee->kind == RT_PICKLE_OTHER)
    return make_other (machine, callee, error);
  switch (callee->global.name)
    {
    case RT_PICKLE_ORDERED_DICT:
      return make_dict (machine, args, error);
    case RT_PICKLE_ENCODE:
      return make_bytes (machine, args, error);
    case RT_PICKLE_REBUILD_TENSOR:
      return make_tensor (machine, args, error);
    case RT_PICKLE_REBUILD_PARAMETER:
      tensor = get_item (args, 0, RT_PICKLE_TENSOR);
      if (tensor == NULL)
        set_damaged (machine, "a parameter of no tensor", error);
      return (RtPickleValue *) tensor;
    case RT_PICKLE_STORAGE_TYPE:
    default:
      set_damaged (machine, "a type of storage is called as a function", error);
      return NULL;
    }
}

RtPickleValue *
rt_pickle_make_storage (RtPickleMachine      *machine,
                        const RtPickleValue  *id,
                        GError              **error)
{
  const RtPickleValue *what = get_item (id, 0, RT_PICKLE_TEXT);
  const RtPickleValue *type = get_item (id, 1, RT_PICKLE_GLOBAL);
  const RtPickleValue *view = get_item (id, 5, RT_PICKLE_TUPLE);
  const RtPickleValue *other = get_item (id, 1, RT_PICKLE_OTHER);
  RtPickleValue *storage;

  /* The older form has a class of a whole model so, ('module', class, file, source). */
  if (other != NULL && what != NULL && is_text (what->text.bytes, what->text.n, "module"))
    return make_other (machine, other, error);
  /* A type of values that is not read: its tensors must not be missing in silence. */
  if (other != NULL)
    {
      rt_pickle_refuse (other, machine->name, error);
      return NULL;
    }
  storage = rt_pickle_make (machine, RT_PICKLE_STORAGE, error);
  if (storage == NULL)
    return NULL;
  storage->storage.key = get_item (id, 2, RT_PICKLE_TEXT);
  if (what == NULL || !is_text (what->text.bytes, what->text.n, "storage")
      || type == NULL || type->global.name != RT_PICKLE_STORAGE_TYPE
      || storage->storage.key == NULL || !get_count (id, 4, &storage->storage.count)
      || (view != NULL && !get_count (view, 1, &storage->storage.offset)))
    {
      set_damaged (machine, "a persistent id that is no storage", error);
      return NULL;
    }
  storage->storage.dtype = type->global.dtype;
  return storage;
}
