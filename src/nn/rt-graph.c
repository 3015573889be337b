/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-graph.h"

#include "rt-ops.h"

#include <string.h>

struct _RtGraph
{
  GPtrArray *nodes;     /* Owned: of RtNode */
  GArray    *inputs;    /* of int */
  GArray    *outputs;   /* of int */
  int        n_params;
};

static void
node_free (RtNode *node)
{
  g_free (node->params);
  g_free (node->name);
  g_free (node);
}

RtGraph *
rt_graph_new (void)
{
  RtGraph *graph = g_new0 (RtGraph, 1);

  graph->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  graph->inputs = g_array_new (FALSE, FALSE, sizeof (int));
  graph->outputs = g_array_new (FALSE, FALSE, sizeof (int));
  return graph;
}

void
rt_graph_free (RtGraph *graph)
{
  if (graph == NULL)
    return;
  g_ptr_array_unref (graph->nodes);
  g_array_unref (graph->inputs);
  g_array_unref (graph->outputs);
  g_free (graph);
}

int
rt_graph_add_input (RtGraph       *graph,
                    const char    *name,
                    const RtShape *shape)
{
  RtNode *node = g_new0 (RtNode, 1);
  int index = graph->nodes->len;

  node->name = g_strdup (name);
  node->shape = *shape;
  g_ptr_array_add (graph->nodes, node);
  g_array_append_val (graph->inputs, index);
  return index;
}

int
rt_graph_add (RtGraph       *graph,
              const RtOp    *op,
              const void    *params,
              const char    *name,
              int            block,
              int            n_in,
              const int     *in,
              GError       **error)
{
  RtShape shapes[RT_OP_MAX_INPUTS];
  RtShape shape;
  RtNode *node;

  g_assert (n_in >= 1 && n_in <= RT_OP_MAX_INPUTS);
  for (int i = 0; i < n_in; i++)
    {
      g_assert (in[i] >= 0 && in[i] < (int) graph->nodes->len);
      shapes[i] = rt_graph_get_node (graph, in[i])->shape;
    }
  if (!op->infer (params, shapes, n_in, &shape, error))
    {
      g_prefix_error (error, "%s (%s): ", name, op->name);
      return -1;
    }

  node = g_new0 (RtNode, 1);
  node->op = op;
  node->params = op->params_size > 0 ? g_memdup2 (params, op->params_size) : NULL;
  node->name = g_strdup (name);
  node->block = block;
  node->n_in = n_in;
  memcpy (node->in, in, n_in * sizeof (int));
  node->shape = shape;
  node->first_param = graph->n_params;
  if (op->list_params != NULL)
    node->n_params = op->list_params (params, shapes, node->param);
  graph->n_params += node->n_params;
  g_ptr_array_add (graph->nodes, node);
  return graph->nodes->len - 1;
}

void
rt_graph_add_output (RtGraph *graph,
                     int      node)
{
  g_array_append_val (graph->outputs, node);
}

int
rt_graph_get_n_nodes (const RtGraph *graph)
{
  return graph->nodes->len;
}

const RtNode *
rt_graph_get_node (const RtGraph *graph,
                   int            index)
{
  return g_ptr_array_index (graph->nodes, index);
}

int
rt_graph_get_n_inputs (const RtGraph *graph)
{
  return graph->inputs->len;
}

int
rt_graph_get_input (const RtGraph *graph,
                    int            index)
{
  return g_array_index (graph->inputs, int, index);
}

int
rt_graph_get_n_outputs (const RtGraph *graph)
{
  return graph->outputs->len;
}

int
rt_graph_get_output (const RtGraph *graph,
                     int            index)
{
  return g_array_index (graph->outputs, int, index);
}

/* The only node that reads @index; -1 where there are several, or it is an output. */
static int
find_only_reader (const RtGraph *graph,
                  int            index)
{
  int reader = -1;

  for (int i = 0; i < (int) graph->outputs->len; i++)
    if (rt_graph_get_output (graph, i) == index)
      return -1;
  for (int i = index + 1; i < (int) graph->nodes->len; i++)
    {
      const RtNode *node = rt_graph_get_node (graph, i);

      for (int j = 0; j < node->n_in; j++)
        if (node->in[j] == index)
          {
            if (reader >= 0)
              return -1;
            reader = i;
          }
    }
  return reader;
}

/* Gives the same for the same input always, and no more than it was given. */
static bool
is_reduction (const RtNode *node)
{
  return node->op == &rt_op_global_pool || node->op == &rt_op_average_pool
         || node->op == &rt_op_max_pool || node->op == &rt_op_flatten;
}

int
rt_graph_find_boundary (const RtGraph *graph,
                        int            block)
{
  int boundary = -1;
  int reader;

  for (int i = 0; i < (int) graph->nodes->len; i++)
    {
      const RtNode *node = rt_graph_get_node (graph, i);

      if (node->op == NULL || node->block <= block)
        continue;
      for (int j = 0; j < node->n_in; j++)
        {
          const RtNode *source = rt_graph_get_node (graph, node->in[j]);

          if (source->op != NULL && source->block > block)
            continue;
          if (boundary >= 0 && boundary != node->in[j])
            return -1;
          boundary = node->in[j];
        }
    }
  while (boundary >= 0 && (reader = find_only_reader (graph, boundary)) >= 0
         && is_reduction (rt_graph_get_node (graph, reader)))
    boundary = reader;
  return boundary;
}
