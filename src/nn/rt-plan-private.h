/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-ops.h"
#include "rt-plan.h"

G_BEGIN_DECLS

/* A stretch of a plan's memory and when it is in use, both ends included. Time runs from 0 over
 * the forward steps, the losses at n_steps, and the backward steps to 2 n_steps. first > last:
 * not in use. */
typedef struct
{
  size_t size;      /* floats */
  int    first;
  int    last;
  size_t offset;    /* found by rt_plan_place() */
} RtBuffer;

/* What a node of the graph gives; nodes that were fused share the value of the last of them. */
typedef struct
{
  RtShape  shape;
  int      n_readers;   /* steps that read it, outputs included */
  int      producer;    /* the step that makes it; -1: it is supplied from outside */
  int      input;       /* which input supplies it, where producer is -1 */
  gboolean wants_gradient;
  RtBuffer value;
  RtBuffer gradient;
} RtValue;

/* One call of an operator. */
typedef struct
{
  const RtOp *op;
  void       *params;                      /* Owned: the node's, changed by what was fused */
  gboolean    dead;                        /* taken in by another step */
  int         node;                        /* whose parameters it has */
  int         norm;                        /* the batch norm folded into it, or -1 */
  int         block;
  int         n_in;
  int         in[RT_OP_MAX_INPUTS];        /* values */
  int         out;                         /* value */
  RtShape     shape;                       /* of its output as the operator sees it */
  gboolean    frozen;                      /* runs in inference form */
  gboolean    trains;                      /* its parameters get gradients */
  gboolean    backward;                    /* it has a part in the backward pass */
  gboolean    accumulate[RT_OP_MAX_INPUTS];
  float      *param[RT_OP_MAX_PARAMS];     /* Borrowed from the network or from folded */
  float      *dparam[RT_OP_MAX_PARAMS];    /* Borrowed from gradients */
  float      *folded;                      /* Owned: weight and bias with the norm folded in */
  size_t      workspace;
  RtBuffer    saved;
} RtStep;

struct _RtPlan
{
  RtNetwork     *network;       /* Borrowed */
  RtTeam        *team;          /* Borrowed */
  RtPlanOptions  options;

  RtValue       *values;        /* Owned: one for each node of the graph; only some are in use */
  int           *value_of;      /* Owned: node to value, -1: not in this stretch or fused away */
  int            n_nodes;
  RtStep        *steps;         /* Owned */
  int            n_steps;
  int            inputs[RT_OP_MAX_INPUTS];    /* values */
  int            n_inputs;
  int            outputs[RT_OP_MAX_INPUTS];   /* values */
  int            n_outputs;

  float         *memory;        /* Owned: values, gradients, saved, workspace */
  size_t         n_memory;
  size_t         workspace;     /* its offset */
  float         *gradients;     /* Owned: of the parameters */
  size_t         n_gradients;
  float        **param_gradients; /* Owned: of each parameter of the network, or NULL */
  size_t         n_folded;
  int            n_fused;
  gboolean       folded_stale;

  const float   *supplied[RT_OP_MAX_INPUTS];  /* of the forward pass under way */
  int            n;             /* samples in it */
  gboolean       training;
  uint64_t       seed;
  uint64_t       step;
  RtPlanStopFunc stop;          /* (nullable) */
  void          *stop_data;
  double        *forward_seconds;   /* Borrowed (nullable): of each block */
  double        *backward_seconds;  /* Borrowed (nullable) */
};

/* Turns the stretch of the graph into steps and fuses them. */
gboolean rt_plan_lower        (RtPlan  *plan,
                               GError **error);

/* Decides which steps have a part in the backward pass and who adds to which gradient. */
gboolean rt_plan_mark_backward (RtPlan  *plan,
                                GError **error);

/* Finds lifetimes and gives every buffer its place. */
void     rt_plan_place        (RtPlan *plan);

/* Places buffers that are in use at the same time side by side: largest first, each at the
 * lowest offset that is free during its life (greedy by size: Pisarchyk and Lee 2020, "Efficient
 * memory management for deep neural net inference", section 5.2). Returns the floats needed. */
size_t   rt_buffers_place     (RtBuffer **buffers,
                               size_t     n);

G_END_DECLS
