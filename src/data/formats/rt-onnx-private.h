/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-onnx.h"

#include <protobuf-c/protobuf-c.h>

G_BEGIN_DECLS

/* Whether bytes can be unpacked as a message of @type with no harm: every length lies within the
 * bytes around it, messages are not nested deeply, and there are no more parts than a large network
 * has. protobuf-c would recurse as deeply as it is told, and make much of little. */
gboolean rt_onnx_scan (const ProtobufCMessageDescriptor  *type,
                       const uint8_t                     *bytes,
                       size_t                             n_bytes,
                       const char                        *name,
                       GError                           **error);

/* A model by its names. */
typedef struct
{
  const RtOnnxModel *model;       /* Borrowed */
  const char        *name;        /* Borrowed: of the file */
  GHashTable        *constants;   /* Owned: name to RtOnnxTensor */
  GHashTable        *producers;   /* Owned: name to RtOnnxNode */
  GHashTable        *normed;      /* Owned: names that batch norm reads */
} RtOnnxIndex;

/* To be cleared even where it fails: names that stand for two things are an error. */
gboolean            rt_onnx_index_init          (RtOnnxIndex        *self,
                                                 const RtOnnxModel  *model,
                                                 const char         *name,
                                                 GError            **error);
void                rt_onnx_index_clear         (RtOnnxIndex *self);

/* Each node after those that it reads, in the order of the file where that is so already; NULL with
 * an error where they go in a circle. (transfer container): of RtOnnxNode */
GPtrArray          *rt_onnx_index_sort          (const RtOnnxIndex  *self,
                                                 GError            **error);

/* The constant that an input of a node is, once it is known that nothing goes in a circle; NULL
 * where it is left out or computed. */
const RtOnnxTensor *rt_onnx_index_find_constant (const RtOnnxIndex *self,
                                                 const RtOnnxNode  *node,
                                                 guint              index);

/* NULL where it is left out. */
const char         *rt_onnx_node_get_input      (const RtOnnxNode *node,
                                                 guint             index);

/* What a node is called in an error: its own name, else that of what it gives. */
const char         *rt_onnx_node_get_title      (const RtOnnxNode *node);

G_END_DECLS
