/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-tensor.h"

struct _RtTensorList
{
  GPtrArray  *tensors;   /* Owned: of RtTensor */
  GHashTable *by_name;   /* Borrowed keys and values of tensors */
  GHashTable *meta;      /* Owned: string to string */
};

RtTensor *
rt_tensor_new (const char    *name,
               const RtShape *shape)
{
  RtTensor *tensor = g_new0 (RtTensor, 1);

  tensor->name = g_strdup (name);
  tensor->shape = *shape;
  tensor->data = g_malloc0_n (rt_shape_count (shape), sizeof (float));
  return tensor;
}

void
rt_tensor_free (RtTensor *tensor)
{
  if (tensor == NULL)
    return;
  g_free (tensor->name);
  g_free (tensor->data);
  g_free (tensor);
}

RtTensorList *
rt_tensor_list_new (void)
{
  RtTensorList *list = g_new0 (RtTensorList, 1);

  list->tensors = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_tensor_free);
  list->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  list->meta = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return list;
}

void
rt_tensor_list_free (RtTensorList *list)
{
  if (list == NULL)
    return;
  g_hash_table_unref (list->by_name);
  g_hash_table_unref (list->meta);
  g_ptr_array_unref (list->tensors);
  g_free (list);
}

gboolean
rt_tensor_list_take (RtTensorList *list,
                     RtTensor     *tensor)
{
  if (g_hash_table_contains (list->by_name, tensor->name))
    {
      rt_tensor_free (tensor);
      return FALSE;
    }
  g_ptr_array_add (list->tensors, tensor);
  g_hash_table_insert (list->by_name, tensor->name, tensor);
  return TRUE;
}

RtTensor *
rt_tensor_list_add (RtTensorList  *list,
                    const char    *name,
                    const RtShape *shape)
{
  RtTensor *tensor = rt_tensor_new (name, shape);
  gboolean taken = rt_tensor_list_take (list, tensor);

  g_assert (taken);
  return tensor;
}

size_t
rt_tensor_list_get_n (const RtTensorList *list)
{
  return list->tensors->len;
}

RtTensor *
rt_tensor_list_get (const RtTensorList *list,
                    size_t              index)
{
  g_return_val_if_fail (index < list->tensors->len, NULL);
  return g_ptr_array_index (list->tensors, index);
}

RtTensor *
rt_tensor_list_find (const RtTensorList *list,
                     const char         *name)
{
  return g_hash_table_lookup (list->by_name, name);
}

const char *
rt_tensor_list_get_meta (const RtTensorList *list,
                         const char         *key)
{
  return g_hash_table_lookup (list->meta, key);
}

gboolean
rt_tensor_list_has_meta (const RtTensorList *list,
                         const char         *key,
                         const char         *value)
{
  return g_strcmp0 (rt_tensor_list_get_meta (list, key), value) == 0;
}

void
rt_tensor_list_set_meta (RtTensorList *list,
                         const char   *key,
                         const char   *value)
{
  g_hash_table_insert (list->meta, g_strdup (key), g_strdup (value));
}

GList *
rt_tensor_list_get_meta_keys (const RtTensorList *list)
{
  return g_list_sort (g_hash_table_get_keys (list->meta), (GCompareFunc) g_strcmp0);
}
