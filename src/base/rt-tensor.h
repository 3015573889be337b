/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-shape.h"

G_BEGIN_DECLS

/**
 * RtTensor:
 * @name: (transfer none): the name it has in its file, "layer1.0.conv1.weight"
 * @shape: its shape, in the order of the file's ecosystem (convolutions: O, I, KH, KW)
 * @data: (array): rt_shape_count (@shape) floats, row-major
 *
 * A named array of floats, as checkpoints hold them. It owns what it points to.
 */
typedef struct
{
  char   *name;
  RtShape shape;
  float  *data;
} RtTensor;

/* A tensor of zeros. (transfer full) */
RtTensor     *rt_tensor_new             (const char    *name,
                                         const RtShape *shape) G_GNUC_WARN_UNUSED_RESULT;
void          rt_tensor_free            (RtTensor *tensor);

/**
 * RtTensorList:
 *
 * The contents of a checkpoint: tensors in file order, found by name, and string metadata.
 * Formats fill one and write one out; networks are loaded from one and saved to one.
 */
typedef struct _RtTensorList RtTensorList;

RtTensorList *rt_tensor_list_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void          rt_tensor_list_free       (RtTensorList *list);

/* Takes @tensor (transfer full). FALSE, and @tensor freed, where the name is there already. */
gboolean      rt_tensor_list_take       (RtTensorList *list,
                                         RtTensor     *tensor);

/* Adds a tensor of zeros and returns it (transfer none). The name must be new. */
RtTensor     *rt_tensor_list_add        (RtTensorList  *list,
                                         const char    *name,
                                         const RtShape *shape);

size_t        rt_tensor_list_get_n      (const RtTensorList *list);
RtTensor     *rt_tensor_list_get        (const RtTensorList *list,
                                         size_t              index);
RtTensor     *rt_tensor_list_find       (const RtTensorList *list,
                                         const char         *name);

/* NULL where @key is not there. */
const char   *rt_tensor_list_get_meta   (const RtTensorList *list,
                                         const char         *key);
/* Whether @key is there and says @value. */
gboolean      rt_tensor_list_has_meta   (const RtTensorList *list,
                                         const char         *key,
                                         const char         *value);
void          rt_tensor_list_set_meta   (RtTensorList *list,
                                         const char   *key,
                                         const char   *value);

/* The keys in alphabetical order. (transfer container) */
GList        *rt_tensor_list_get_meta_keys (const RtTensorList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTensor, rt_tensor_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTensorList, rt_tensor_list_free)

G_END_DECLS
