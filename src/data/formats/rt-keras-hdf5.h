/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-keras-private.h"

#include <hdf5.h>

G_BEGIN_DECLS

/*
 * What reads HDF5 in the reader's process: rt-keras.c knows the legacy layout, rt-keras-store.c
 * that of Keras 3, and both open objects and values by the functions here, which trust nothing.
 */

typedef hid_t RtHid;

typedef struct
{
  int          fd;         /* where the contents go */
  hid_t        file;
  uint64_t     n_left;     /* bytes of the file that no tensor has taken yet */
  size_t       n_names;
  size_t       n_weights;
  RtKerasError problem;
} RtKerasReader;

/* Texts from an attribute, or names of links. */
typedef struct
{
  char **texts;            /* Owned */
  size_t n;
} RtKerasNames;

void     rt_keras_clear_hid         (RtHid        *id);
void     rt_keras_clear_names       (RtKerasNames *names);

/* FALSE, always. */
gboolean rt_keras_refuse            (RtKerasReader *reader,
                                     RtDataError    code,
                                     const char    *format,
                                     ...) G_GNUC_PRINTF (3, 4);
/* What libhdf5 could not do, with its own innermost reason. FALSE, always. */
gboolean rt_keras_set_library_error (RtKerasReader *reader,
                                     const char    *what,
                                     const char    *where);

/* Names in the file become names of tensors, so what is no ordinary path is refused. */
gboolean rt_keras_check_path        (RtKerasReader *reader,
                                     const char    *path);
/* By hard links only, step by step. */
hid_t    rt_keras_open_object       (RtKerasReader *reader,
                                     hid_t          parent,
                                     const char    *path,
                                     H5O_type_t     type);
gboolean rt_keras_read_texts        (RtKerasReader *reader,
                                     hid_t          object,
                                     const char    *key,
                                     RtKerasNames  *names);
/* Of an attribute that may be cut up; no texts where there is none. */
gboolean rt_keras_read_names        (RtKerasReader *reader,
                                     hid_t          object,
                                     const char    *key,
                                     RtKerasNames  *names);
/* Of what is in @group, in no order that says anything. */
gboolean rt_keras_list_links        (RtKerasReader *reader,
                                     hid_t          group,
                                     RtKerasNames  *names);

/* Reads @group's dataset @variable and sends it. @own: what the layer calls itself, or "". */
gboolean rt_keras_read_weight       (RtKerasReader *reader,
                                     hid_t          group,
                                     const char    *layer,
                                     const char    *variable,
                                     const char    *own);

/* Keras 3's own form. */
gboolean rt_keras_has_store         (RtKerasReader *reader);
gboolean rt_keras_read_store        (RtKerasReader *reader);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtHid, rt_keras_clear_hid)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtKerasNames, rt_keras_clear_names)

G_END_DECLS
