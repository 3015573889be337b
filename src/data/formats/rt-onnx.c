/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model as plain structs: making one, looking into it, freeing it. */
#include "config.h"

#include "rt-onnx.h"

#include <string.h>

RtOnnxTensor *
rt_onnx_tensor_new (const char    *name,
                    int            n_dims,
                    const int64_t *dims,
                    gboolean       integers)
{
  RtOnnxTensor *tensor = g_new0 (RtOnnxTensor, 1);

  g_assert (n_dims >= 0 && n_dims <= RT_ONNX_MAX_DIMS);
  tensor->name = g_strdup (name);
  tensor->n_dims = n_dims;
  tensor->count = 1;
  for (int i = 0; i < n_dims; i++)
    {
      tensor->dims[i] = dims[i];
      tensor->count *= (size_t) dims[i];
    }
  if (integers)
    tensor->integers = g_new0 (int64_t, MAX (tensor->count, 1));
  else
    tensor->floats = g_new0 (float, MAX (tensor->count, 1));
  return tensor;
}

void
rt_onnx_tensor_free (RtOnnxTensor *tensor)
{
  if (tensor == NULL)
    return;
  g_free (tensor->name);
  g_free (tensor->integers);
  g_free (tensor->floats);
  g_free (tensor);
}

static void
attribute_free (RtOnnxAttribute *attribute)
{
  g_free (attribute->name);
  g_free (attribute->text);
  g_free (attribute->integers);
  g_free (attribute->floats);
  rt_onnx_tensor_free (attribute->tensor);
  g_free (attribute);
}

RtOnnxNode *
rt_onnx_node_new (void)
{
  RtOnnxNode *node = g_new0 (RtOnnxNode, 1);

  node->inputs = g_ptr_array_new_with_free_func (g_free);
  node->outputs = g_ptr_array_new_with_free_func (g_free);
  node->attributes = g_ptr_array_new_with_free_func ((GDestroyNotify) attribute_free);
  return node;
}

static void
node_free (RtOnnxNode *node)
{
  g_free (node->name);
  g_free (node->op);
  g_free (node->domain);
  g_ptr_array_unref (node->inputs);
  g_ptr_array_unref (node->outputs);
  g_ptr_array_unref (node->attributes);
  g_free (node);
}

static void
value_free (RtOnnxValue *value)
{
  g_free (value->name);
  g_free (value);
}

RtOnnxModel *
rt_onnx_model_new (void)
{
  RtOnnxModel *model = g_new0 (RtOnnxModel, 1);

  model->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  model->initializers = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_onnx_tensor_free);
  model->inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) value_free);
  model->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) value_free);
  model->metadata = g_ptr_array_new_with_free_func (g_free);
  return model;
}

void
rt_onnx_model_free (RtOnnxModel *model)
{
  if (model == NULL)
    return;
  g_free (model->producer);
  g_free (model->graph_name);
  g_ptr_array_unref (model->nodes);
  g_ptr_array_unref (model->initializers);
  g_ptr_array_unref (model->inputs);
  g_ptr_array_unref (model->outputs);
  g_ptr_array_unref (model->metadata);
  g_free (model);
}

RtOnnxNode *
rt_onnx_model_add_node (RtOnnxModel       *model,
                        const char        *op,
                        const char        *name,
                        const char *const *inputs,
                        const char        *output)
{
  RtOnnxNode *node = rt_onnx_node_new ();

  node->op = g_strdup (op);
  node->name = g_strdup (name);
  node->domain = g_strdup ("");
  for (int i = 0; inputs[i] != NULL; i++)
    g_ptr_array_add (node->inputs, g_strdup (inputs[i]));
  g_ptr_array_add (node->outputs, g_strdup (output));
  g_ptr_array_add (model->nodes, node);
  return node;
}

RtOnnxTensor *
rt_onnx_model_add_tensor (RtOnnxModel   *model,
                          const char    *name,
                          int            n_dims,
                          const int64_t *dims,
                          gboolean       integers)
{
  RtOnnxTensor *tensor = rt_onnx_tensor_new (name, n_dims, dims, integers);

  g_ptr_array_add (model->initializers, tensor);
  return tensor;
}

static void
add_value (GPtrArray     *values,
           const char    *name,
           int            n_dims,
           const int64_t *dims)
{
  RtOnnxValue *value = g_new0 (RtOnnxValue, 1);

  g_assert (n_dims <= RT_ONNX_MAX_DIMS);
  value->name = g_strdup (name);
  value->n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    value->dims[i] = dims[i];
  g_ptr_array_add (values, value);
}

void
rt_onnx_model_add_input (RtOnnxModel   *model,
                         const char    *name,
                         int            n_dims,
                         const int64_t *dims)
{
  add_value (model->inputs, name, n_dims, dims);
}

void
rt_onnx_model_add_output (RtOnnxModel   *model,
                          const char    *name,
                          int            n_dims,
                          const int64_t *dims)
{
  add_value (model->outputs, name, n_dims, dims);
}

void
rt_onnx_model_set_meta (RtOnnxModel *model,
                        const char  *key,
                        const char  *value)
{
  g_ptr_array_add (model->metadata, g_strdup (key));
  g_ptr_array_add (model->metadata, g_strdup (value));
}

const char *
rt_onnx_model_get_meta (const RtOnnxModel *model,
                        const char        *key)
{
  for (guint i = 0; i + 1 < model->metadata->len; i += 2)
    if (g_str_equal (model->metadata->pdata[i], key))
      return model->metadata->pdata[i + 1];
  return NULL;
}

RtOnnxAttribute *
rt_onnx_node_add (RtOnnxNode *node,
                  const char *name,
                  RtOnnxKind  kind)
{
  RtOnnxAttribute *attribute = g_new0 (RtOnnxAttribute, 1);

  attribute->name = g_strdup (name);
  attribute->kind = kind;
  g_ptr_array_add (node->attributes, attribute);
  return attribute;
}

void
rt_onnx_node_set_int (RtOnnxNode *node,
                      const char *name,
                      int64_t     value)
{
  rt_onnx_node_add (node, name, RT_ONNX_INT)->integer = value;
}

void
rt_onnx_node_set_ints (RtOnnxNode    *node,
                       const char    *name,
                       size_t         n,
                       const int64_t *values)
{
  RtOnnxAttribute *attribute = rt_onnx_node_add (node, name, RT_ONNX_INTS);

  attribute->n = n;
  attribute->integers = g_memdup2 (values, n * sizeof (int64_t));
}

const RtOnnxAttribute *
rt_onnx_node_find (const RtOnnxNode *node,
                   const char       *name)
{
  for (guint i = 0; i < node->attributes->len; i++)
    {
      const RtOnnxAttribute *attribute = node->attributes->pdata[i];

      if (g_str_equal (attribute->name, name))
        return attribute;
    }
  return NULL;
}

int64_t
rt_onnx_node_get_int (const RtOnnxNode *node,
                      const char       *name,
                      int64_t           otherwise)
{
  const RtOnnxAttribute *attribute = rt_onnx_node_find (node, name);

  return attribute != NULL && attribute->kind == RT_ONNX_INT ? attribute->integer : otherwise;
}
