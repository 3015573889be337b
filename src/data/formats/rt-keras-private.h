/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-formats-private.h"

G_BEGIN_DECLS

/*
 * What a Keras file is made of, on its way from the reader of HDF5 (rt-keras.c), which runs in a
 * process of its own (rt-keras-process.c), to the translation to the ecosystem's names and layouts
 * (rt-keras-names.c), which knows of no file.
 */

/* One variable of a layer, as stored: its shape in Keras's order. */
typedef struct
{
  char  *layer;     /* "fire2/squeeze1x1"; in Keras 3's form "layers/conv2d_1" */
  char  *variable;  /* "conv2d/kernel:0", "uniform2"; in Keras 3's form "1" */
  char  *own;       /* (nullable): what a layer calls itself, in Keras 3's form */
  const char *class_name;  /* (nullable): "Conv2D", where the file says it */
  RtShape shape;
  float *values;
} RtKerasWeight;

typedef struct
{
  char      *config;    /* (nullable): JSON, the graph */
  GPtrArray *weights;   /* (element-type RtKerasWeight), layer by layer in the file's order */
  gboolean   is_store;  /* in Keras 3's own form, in which that order says nothing */
  uint64_t   n_left;    /* bytes that further weights may have */
} RtKerasFile;

/* What is wrong with a file, put together where no GError may be. */
typedef struct
{
  RtDataError code;
  char        text[1024];
} RtKerasError;

/* In the reader's process: reads the HDF5 file that @bytes are and sends its contents to @fd. */
gboolean       rt_keras_send             (int            fd,
                                          const uint8_t *bytes,
                                          size_t         n_bytes,
                                          RtKerasError  *problem);
/* These end the process where nobody listens. */
void           rt_keras_send_config      (int            fd,
                                          const char    *text);
void           rt_keras_send_store       (int            fd);
void           rt_keras_send_weight      (int            fd,
                                          const char    *layer,
                                          const char    *variable,
                                          const char    *own,
                                          const RtShape *shape,
                                          const float   *values);

/* The graph of a whole model, or an empty one for weights only. */
typedef struct _RtKerasConfig RtKerasConfig;

/* @text may be NULL. (transfer full) */
RtKerasConfig *rt_keras_config_new       (const char  *text,
                                          const char  *name,
                                          GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void           rt_keras_config_free      (RtKerasConfig *config);

/* "Conv2D"; NULL where nothing is said of that layer. */
const char    *rt_keras_config_get_class (const RtKerasConfig *config,
                                          const char          *layer);

/* Where a layer stands in Keras 3's form of weights, "functional/conv2d_1", is known where there is
 * a graph: its name, and its index in the order of the computation. NULL: no layer stands there. */
gboolean       rt_keras_config_has_places (const RtKerasConfig *config);
const char    *rt_keras_config_find_place (const RtKerasConfig *config,
                                           const char          *place,
                                           int                 *index);

/* Input size, activations, padding and epsilon, as far as all layers agree on them. */
void           rt_keras_config_set_meta  (const RtKerasConfig *config,
                                          RtTensorList        *list);

/* Of weights in Keras 3's form, the layers' names and classes, the variables and an order. @order:
 * (out) (nullable): what of it is not that of the computation, "kinds" or "none". */
gboolean       rt_keras_place            (RtKerasFile          *file,
                                          const RtKerasConfig  *config,
                                          const char           *name,
                                          const char          **order,
                                          GError              **error);

/* Of weights in Keras 3's form, the order is said in the metadata "order": "kinds" where it is that
 * of the computation among convolutions and dense layers, among depthwise convolutions and among
 * norms, but not between them; "none" where it says nothing. (transfer full) */
RtTensorList  *rt_keras_translate        (RtKerasFile  *file,
                                          const char   *name,
                                          GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/* @config: (nullable) (transfer full): the graph, where the HDF5 file has none. (transfer full) */
RtTensorList  *rt_keras_parse_with_graph (const uint8_t  *bytes,
                                          size_t          n_bytes,
                                          char           *config,
                                          const char     *name,
                                          GCancellable   *cancellable,
                                          GError        **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtKerasConfig, rt_keras_config_free)

G_END_DECLS
