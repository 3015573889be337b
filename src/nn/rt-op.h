/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-activation.h"
#include "rt-rng.h"
#include "rt-shape.h"
#include "rt-team.h"

G_BEGIN_DECLS

#define RT_OP_MAX_INPUTS 8
#define RT_OP_MAX_PARAMS 4

/* How a parameter lies in memory, which is not how the ecosystem's files have it. */
typedef enum
{
  RT_LAYOUT_PLAIN,      /* as in the file: vectors, linear (O,I) */
  RT_LAYOUT_CONV,       /* (O,KH,KW,I) here, (O,I,KH,KW) in a file */
  RT_LAYOUT_DEPTHWISE,  /* (KH,KW,C) here, (C,1,KH,KW) in a file */
  RT_LAYOUT_FLAT_CHW,   /* linear over a flattened image: (O,H*W*C) here, (O,C*H*W) in a file */
} RtLayout;

typedef enum
{
  RT_PARAM_WEIGHT,      /* trained, with weight decay */
  RT_PARAM_BIAS,        /* trained, no decay */
  RT_PARAM_NORM,        /* scale or shift of a normalisation: trained, no decay */
  RT_PARAM_STATISTIC,   /* running mean or variance: not trained, but moved by training */
} RtParamKind;

/* One parameter that an operator has, as it declares it. */
typedef struct
{
  const char *suffix;     /* "weight": the last part of its name */
  RtShape     shape;      /* here */
  RtShape     file_shape; /* in a file */
  RtLayout    layout;
  RtParamKind kind;
  int         fan_in;     /* inputs to one output, for initialisation */
} RtParamSpec;

/**
 * RtOpRun:
 *
 * Everything an operator sees when it runs: the plan fills it in. Buffers hold @batch samples.
 */
typedef struct
{
  int            batch;
  int            n_in;
  const RtShape *in_shape[RT_OP_MAX_INPUTS];   /* of one sample */
  RtShape        out_shape;
  const float   *in[RT_OP_MAX_INPUTS];
  float         *out;
  float         *param[RT_OP_MAX_PARAMS];

  /* Backward only. NULL: not wanted. */
  float         *dout;                         /* may be overwritten: nobody reads it afterwards */
  float         *din[RT_OP_MAX_INPUTS];
  bool           accumulate[RT_OP_MAX_INPUTS]; /* += rather than = */
  float         *dparam[RT_OP_MAX_PARAMS];     /* always += */

  bool           training;   /* dropout drops, batch norm uses the batch and moves its statistics */
  /* this node's own memory from forward to backward; NULL in a plan without backward */
  float         *saved;
  float         *workspace;
  RtRng          rng;        /* the stream of this node at this step */
  RtTeam        *team;
} RtOpRun;

/* What of the forward pass a backward reads; the rest may be overwritten before it. */
typedef enum
{
  RT_OP_NEEDS_NOTHING = 0,
  RT_OP_NEEDS_INPUT   = 1 << 0,
  RT_OP_NEEDS_OUTPUT  = 1 << 1,
} RtOpNeeds;

/**
 * RtOp:
 *
 * An operator: a constant struct of functions over its own params struct. An operator without a
 * backward function can only stand where no gradient passes, which the plan checks when it is made.
 */
typedef struct _RtOp RtOp;
struct _RtOp
{
  const char *name;
  size_t      params_size;

  /* The output's shape for one sample. FALSE with a message (RT_NN_ERROR_SHAPE) that names the
   * shapes. */
  gboolean (*infer)           (const void     *params,
                               const RtShape  *in,
                               int             n_in,
                               RtShape        *out,
                               GError        **error);

  /* (nullable) Fills @specs, returns how many. */
  int      (*list_params)     (const void    *params,
                               const RtShape *in,
                               RtParamSpec   *specs);

  /* (nullable) Floats kept from forward to backward. */
  size_t   (*saved_size)      (const void    *params,
                               const RtShape *in,
                               int            batch);

  /* (nullable) Floats of scratch for either pass, over @batch samples or any fewer. */
  size_t   (*workspace_size)  (const void    *params,
                               const RtShape *in,
                               int            batch,
                               RtTeam        *team);

  void     (*forward)         (const void    *params,
                               RtOpRun       *run);
  void     (*backward)        (const void    *params,
                               RtOpRun       *run);
  /* @trains: whether gradients of its parameters are wanted. */
  RtOpNeeds (*needs)          (const void    *params,
                               bool           trains);

  /* (nullable) Where the activation it applies to its output is kept in @params, so that the
   * plan can let it take in one that follows. */
  RtActivation *(*activation) (void          *params);

  /* (nullable) Multiply-adds of one sample's forward pass. */
  uint64_t (*multiply_adds)   (const void    *params,
                               const RtShape *in);
};

#define RT_NN_ERROR (rt_nn_error_quark ())
GQuark rt_nn_error_quark (void);

typedef enum
{
  RT_NN_ERROR_SHAPE,        /* shapes that do not go together */
  RT_NN_ERROR_UNKNOWN,      /* a name that there is not */
  RT_NN_ERROR_MISMATCH,     /* weights that do not fit the network */
  RT_NN_ERROR_NO_GRADIENT,  /* a gradient would pass an operator that has none */
} RtNnError;

G_END_DECLS
