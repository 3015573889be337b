/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The graph of an ONNX file: which node or constant a name stands for, and the order of the nodes.
 * Each value has one source, and none needs itself.
 */
#include "config.h"

#include "rt-onnx-private.h"

#include "rt-file.h"

/* What a node is called in an error: its own name, else what it gives. */
const char *
rt_onnx_node_get_title (const RtOnnxNode *node)
{
  if (*node->name != '\0')
    return node->name;
  return node->outputs->len > 0 ? node->outputs->pdata[0] : "without a name";
}

const char *
rt_onnx_node_get_input (const RtOnnxNode *node,
                        guint             index)
{
  const char *input = index < node->inputs->len ? node->inputs->pdata[index] : "";

  return *input != '\0' ? input : NULL;
}

const RtOnnxTensor *
rt_onnx_index_find_constant (const RtOnnxIndex *self,
                             const RtOnnxNode  *node,
                             guint              index)
{
  const char *input = rt_onnx_node_get_input (node, index);

  /* The network has no circles: rt_onnx_index_sort() has seen to it. */
  while (input != NULL)
    {
      const RtOnnxTensor *tensor = g_hash_table_lookup (self->constants, input);
      const RtOnnxNode *producer = g_hash_table_lookup (self->producers, input);

      if (tensor != NULL || producer == NULL || !g_str_equal (producer->op, "Identity"))
        return tensor;
      input = rt_onnx_node_get_input (producer, 0);
    }
  return NULL;
}

static gboolean
index_node (RtOnnxIndex       *self,
            const RtOnnxNode  *node,
            GError           **error)
{
  const RtOnnxAttribute *value = g_str_equal (node->op, "Constant")
                                 ? rt_onnx_node_find (node, "value") : NULL;

  for (guint i = 0; i < node->outputs->len; i++)
    {
      char *output = node->outputs->pdata[i];

      if (*output == '\0')
        continue;
      if (g_hash_table_contains (self->constants, output)
          || !g_hash_table_insert (self->producers, output, (void *) node))
        return rt_file_set_invalid (error, self->name, "has two sources of the value %s: it is "
                                    "damaged", output);
    }
  if (value != NULL && value->kind == RT_ONNX_TENSOR && node->outputs->len == 1)
    g_hash_table_insert (self->constants, node->outputs->pdata[0], value->tensor);
  if (g_str_equal (node->op, "BatchNormalization") && node->inputs->len > 0)
    g_hash_table_add (self->normed, node->inputs->pdata[0]);
  return TRUE;
}

gboolean
rt_onnx_index_init (RtOnnxIndex        *self,
                    const RtOnnxModel  *model,
                    const char         *name,
                    GError            **error)
{
  *self = (RtOnnxIndex) {
    .model = model, .name = name,
    .constants = g_hash_table_new (g_str_hash, g_str_equal),
    .producers = g_hash_table_new (g_str_hash, g_str_equal),
    .normed = g_hash_table_new (g_str_hash, g_str_equal),
  };

  for (guint i = 0; i < model->initializers->len; i++)
    {
      RtOnnxTensor *tensor = model->initializers->pdata[i];

      if (!g_hash_table_insert (self->constants, tensor->name, tensor))
        return rt_file_set_invalid (error, self->name, "has two tensors %s", tensor->name);
    }
  for (guint i = 0; i < model->nodes->len; i++)
    if (!index_node (self, model->nodes->pdata[i], error))
      return FALSE;
  return TRUE;
}

void
rt_onnx_index_clear (RtOnnxIndex *self)
{
  g_clear_pointer (&self->constants, g_hash_table_unref);
  g_clear_pointer (&self->producers, g_hash_table_unref);
  g_clear_pointer (&self->normed, g_hash_table_unref);
}

typedef struct
{
  const RtOnnxNode *node;
  guint             next;   /* input to look at */
} Visit;

enum { NOT_SEEN, OPEN, DONE };

/* By a stack of its own: files may be deep. */
GPtrArray *
rt_onnx_index_sort (const RtOnnxIndex  *self,
                    GError            **error)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GHashTable) states = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Visit));

  for (guint i = 0; i < self->model->nodes->len; i++)
    {
      Visit first = { self->model->nodes->pdata[i], 0 };

      if (g_hash_table_lookup (states, first.node) != NULL)
        continue;
      g_hash_table_insert (states, (void *) first.node, GINT_TO_POINTER (OPEN));
      g_array_append_val (stack, first);
      while (stack->len > 0)
        {
          Visit *top = &g_array_index (stack, Visit, stack->len - 1);
          const char *input = rt_onnx_node_get_input (top->node, top->next);
          const RtOnnxNode *producer = input != NULL ? g_hash_table_lookup (self->producers, input)
                                       : NULL;
          int state = GPOINTER_TO_INT (g_hash_table_lookup (states, producer));

          if (top->next++ >= top->node->inputs->len)
            {
              g_hash_table_insert (states, (void *) top->node, GINT_TO_POINTER (DONE));
              g_ptr_array_add (order, (void *) top->node);
              g_array_set_size (stack, stack->len - 1);
            }
          else if (producer != NULL && state == OPEN)
            {
              rt_file_set_invalid (error, self->name, "node %s (%s) needs its own result: the "
                                   "network goes in a circle", rt_onnx_node_get_title (top->node),
                                   top->node->op);
              return NULL;
            }
          else if (producer != NULL && state == NOT_SEEN)
            {
              Visit next = { producer, 0 };

              g_hash_table_insert (states, (void *) producer, GINT_TO_POINTER (OPEN));
              g_array_append_val (stack, next);
            }
        }
    }
  return g_steal_pointer (&order);
}
