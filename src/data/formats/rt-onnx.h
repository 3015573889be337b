/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-tensor.h"

#include <gio/gio.h>
#include <stdint.h>

G_BEGIN_DECLS

#define RT_ONNX_MAX_DIMS 8

/**
 * RtOnnxTensor:
 * @name: (nullable): where it is an initializer
 * @integers: (nullable) (array): values of the integer types
 * @floats: (nullable) (array): values of all other types
 *
 * A constant of a network: values of one of two kinds, @count of them, row-major.
 */
typedef struct
{
  char    *name;
  int      n_dims;
  int64_t  dims[RT_ONNX_MAX_DIMS];
  size_t   count;
  int64_t *integers;
  float   *floats;
} RtOnnxTensor;

typedef enum
{
  RT_ONNX_INT,
  RT_ONNX_FLOAT,
  RT_ONNX_TEXT,
  RT_ONNX_INTS,
  RT_ONNX_FLOATS,
  RT_ONNX_TENSOR,
  RT_ONNX_OTHER,     /* graphs, types and the like: known to be there, and no more */
} RtOnnxKind;

/* Something that is said of a node; which member counts is its kind's. */
typedef struct
{
  char         *name;
  RtOnnxKind    kind;
  int64_t       integer;
  float         real;
  char         *text;
  size_t        n;          /* of @integers or @floats */
  int64_t      *integers;
  float        *floats;
  RtOnnxTensor *tensor;
} RtOnnxAttribute;

/* One operator. An input that is left out has the name "". */
typedef struct
{
  char      *name;
  char      *op;           /* "Conv" */
  char      *domain;       /* "" for ONNX's own */
  GPtrArray *inputs;       /* Owned: of char * */
  GPtrArray *outputs;      /* Owned: of char * */
  GPtrArray *attributes;   /* Owned: of RtOnnxAttribute */
} RtOnnxNode;

/* An input or output of the network. A dimension of -1 is free. */
typedef struct
{
  char    *name;
  int      n_dims;         /* -1: not said */
  int64_t  dims[RT_ONNX_MAX_DIMS];
} RtOnnxValue;

/**
 * RtOnnxModel:
 *
 * An ONNX file as plain structs: what a network needs of it. Read and written by rt-onnx-proto.c;
 * what of it our networks can take, rt-onnx-tensors.c decides.
 */
typedef struct
{
  int        ir_version;
  int        opset;         /* of ONNX's own operators */
  char      *producer;
  char      *graph_name;
  GPtrArray *nodes;         /* Owned: of RtOnnxNode */
  GPtrArray *initializers;  /* Owned: of RtOnnxTensor */
  GPtrArray *inputs;        /* Owned: of RtOnnxValue */
  GPtrArray *outputs;       /* Owned: of RtOnnxValue */
  GPtrArray *metadata;      /* Owned: of char *: a key, its value, the next key */
} RtOnnxModel;

/* Empty. (transfer full) */
RtOnnxModel  *rt_onnx_model_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void          rt_onnx_model_free       (RtOnnxModel *model);

/* Errors are RT_DATA_ERROR, or that @cancellable (nullable) is cancelled; @name is what they call
 * the bytes. (transfer full) */
RtOnnxModel  *rt_onnx_model_parse      (const uint8_t  *bytes,
                                        size_t          n_bytes,
                                        const char     *name,
                                        GCancellable   *cancellable,
                                        GError        **error) G_GNUC_WARN_UNUSED_RESULT;
/* The bytes of a file. (transfer full) */
GBytes       *rt_onnx_model_print      (const RtOnnxModel *model) G_GNUC_WARN_UNUSED_RESULT;
/* Atomic: a new file is renamed over the old. Errors are G_FILE_ERROR. */
gboolean      rt_onnx_model_write      (const RtOnnxModel  *model,
                                        const char         *path,
                                        GError            **error);

/* What a model is made of; each is returned to be added to (transfer none). @inputs: names that
 * end with NULL. */
RtOnnxNode   *rt_onnx_model_add_node   (RtOnnxModel       *model,
                                        const char        *op,
                                        const char        *name,
                                        const char *const *inputs,
                                        const char        *output);
/* Of zeros; @integers: which kind. */
RtOnnxTensor *rt_onnx_model_add_tensor (RtOnnxModel   *model,
                                        const char    *name,
                                        int            n_dims,
                                        const int64_t *dims,
                                        gboolean       integers);
void          rt_onnx_model_add_input  (RtOnnxModel   *model,
                                        const char    *name,
                                        int            n_dims,
                                        const int64_t *dims);
void          rt_onnx_model_add_output (RtOnnxModel   *model,
                                        const char    *name,
                                        int            n_dims,
                                        const int64_t *dims);
void          rt_onnx_model_set_meta   (RtOnnxModel *model,
                                        const char  *key,
                                        const char  *value);
/* NULL where there is none. */
const char   *rt_onnx_model_get_meta   (const RtOnnxModel *model,
                                        const char        *key);

void          rt_onnx_node_set_int     (RtOnnxNode *node,
                                        const char *name,
                                        int64_t     value);
void          rt_onnx_node_set_ints    (RtOnnxNode    *node,
                                        const char    *name,
                                        size_t         n,
                                        const int64_t *values);
/* NULL where there is none. */
const RtOnnxAttribute *rt_onnx_node_find (const RtOnnxNode *node,
                                          const char       *name);
/* Of whole-number attributes; @otherwise where it is not there or of another kind. */
int64_t       rt_onnx_node_get_int     (const RtOnnxNode *node,
                                        const char       *name,
                                        int64_t           otherwise);

/* Zeros. For readers; @dims must have been checked. (transfer full) */
RtOnnxTensor *rt_onnx_tensor_new       (const char    *name,
                                        int            n_dims,
                                        const int64_t *dims,
                                        gboolean       integers) G_GNUC_WARN_UNUSED_RESULT;
void          rt_onnx_tensor_free      (RtOnnxTensor *tensor);
RtOnnxNode   *rt_onnx_node_new         (void) G_GNUC_WARN_UNUSED_RESULT;
/* Adds one of that kind without a value (transfer none). */
RtOnnxAttribute *rt_onnx_node_add      (RtOnnxNode *node,
                                        const char *name,
                                        RtOnnxKind  kind);

/**
 * rt_onnx_model_to_tensors:
 * @model: a network
 * @name: what errors call it
 * @cancellable: (nullable)
 *
 * Its weights in the order in which they are computed with, in PyTorch's names, shapes and layouts.
 * A layer is called as its weights are where those have such names ("layer1.0.conv1.weight"), else
 * as its node. The metadata says what the tensors do not:
 *
 * - "format": "onnx"; "producer"
 * - "folded": "true" where a convolution has a bias and no batch norm after it
 * - "activation": "relu" or "relu6", "padding": "symmetric" or "same" (of the convolutions with a
 *   stride), "stem_stride": of the first convolution, "epsilon": of batch norm, where they all
 *   agree
 * - "input_height", "input_width", "input_channels", where they are fixed
 * - the file's own metadata, such as "labels", "mean", "std"
 *
 * Returns: (transfer full): or NULL with RT_DATA_ERROR, which names the node and the operator that
 *   our networks do not have, or because it was cancelled
 */
RtTensorList *rt_onnx_model_to_tensors (const RtOnnxModel  *model,
                                        const char         *name,
                                        GCancellable       *cancellable,
                                        GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtOnnxModel, rt_onnx_model_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtOnnxTensor, rt_onnx_tensor_free)

G_END_DECLS
