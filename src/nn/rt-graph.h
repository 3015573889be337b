/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-op.h"

G_BEGIN_DECLS

/* One operator in a graph. */
typedef struct
{
  const RtOp  *op;                      /* NULL: an input of the graph */
  void        *params;                  /* Owned: a copy of op->params_size bytes */
  /* Owned: the prefix of its parameters' names, "layer1.0.conv1" */
  char        *name;
  int          block;                   /* which block it belongs to */
  int          n_in;
  int          in[RT_OP_MAX_INPUTS];    /* nodes it reads */
  RtShape      shape;                   /* of its output, for one sample */
  int          n_params;
  RtParamSpec  param[RT_OP_MAX_PARAMS];
  int          first_param;             /* index in the list of all parameters */
} RtNode;

/**
 * RtGraph:
 *
 * Operators in topological order: a node reads only nodes with lower numbers. Any node may be an
 * output and several may be inputs, so one graph can have several heads.
 */
typedef struct _RtGraph RtGraph;

RtGraph      *rt_graph_new         (void) G_GNUC_WARN_UNUSED_RESULT;
void          rt_graph_free        (RtGraph *graph);

/* Both return the node's number; rt_graph_add() -1 with the error set where shapes do not fit. */
int           rt_graph_add_input   (RtGraph       *graph,
                                    const char    *name,
                                    const RtShape *shape);
int           rt_graph_add         (RtGraph       *graph,
                                    const RtOp    *op,
                                    const void    *params,
                                    const char    *name,
                                    int            block,
                                    int            n_in,
                                    const int     *in,
                                    GError       **error);

void          rt_graph_add_output  (RtGraph *graph,
                                    int      node);

int           rt_graph_get_n_nodes   (const RtGraph *graph);
const RtNode *rt_graph_get_node      (const RtGraph *graph,
                                      int            index);
int           rt_graph_get_n_inputs  (const RtGraph *graph);
int           rt_graph_get_input     (const RtGraph *graph,
                                      int            index);
int           rt_graph_get_n_outputs (const RtGraph *graph);
int           rt_graph_get_output    (const RtGraph *graph,
                                      int            index);

/* The node whose value is all that the blocks above @block read: where a frozen prefix can be
 * cut. Pooling and flattening that the next block begins with lie below the cut, since what they
 * give is smaller to keep. -1 where more than one value crosses. */
int           rt_graph_find_boundary (const RtGraph *graph,
                                      int            block);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtGraph, rt_graph_free)

G_END_DECLS
