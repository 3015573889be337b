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
  char  *layer;     /* "fire2/squeeze1x1" */
  char  *variable;  /* "conv2d/kernel:0", "uniform2" */
  RtShape shape;
  float *values;
} RtKerasWeight;

typedef struct
{
  char      *config;    /* (nullable): JSON, the graph */
  GPtrArray *weights;   /* (element-type RtKerasWeight), layer by layer in the file's order */
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
void           rt_keras_send_weight      (int            fd,
                                          const char    *layer,
                                          const char    *variable,
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

/* Input size, activations, padding and epsilon, as far as all layers agree on them. */
void           rt_keras_config_set_meta  (const RtKerasConfig *config,
                                          RtTensorList        *list);

/* (transfer full) */
RtTensorList  *rt_keras_translate        (const RtKerasFile  *file,
                                          const char         *name,
                                          GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtKerasConfig, rt_keras_config_free)

G_END_DECLS
