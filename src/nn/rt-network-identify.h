/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-network.h"

G_BEGIN_DECLS

#define RT_MAX_OTHERS 3

/* What a checkpoint turned out to be. */
typedef struct
{
  const char *network;    /* interned: "mobilenet_v1-0.25-relu" */
  int         channels;   /* of its input */
  int         classes;    /* of its head; 0: the file has none, or one that is of no use here */
  gboolean    by_order;   /* names were foreign: told by the order and the shapes of its layers */
  int         attempt;    /* how it was told: private */
  gboolean    folded;     /* batch norm was folded into the convolutions */
  const char *others[RT_MAX_OTHERS + 1];   /* interned, NULL ends them: have the same tensors and
                                            * compute otherwise, so that a person must say */
} RtIdentity;

/**
 * rt_network_identify:
 * @tensors: a checkpoint in the ecosystem's shapes, in the order of the computation
 * @network: (nullable): only this one is asked for
 * @identity: (out):
 *
 * Finds the network that a checkpoint is of: by the names that it has, or that another publisher
 * gives to the same layers, else by the order and shapes of its layers (Keras, ONNX). A bias of a
 * convolution that batch norm follows is taken off its running mean; a convolution into which batch
 * norm was folded gets one that changes nothing. What cannot be told from the tensors is looked up
 * in their metadata ("activation", "padding"); where that does not say it either, the likeliest is
 * taken and the others are named.
 *
 * Returns: (transfer full): the same tensors by the network's own names, ready for
 *   rt_network_load() into one made with @identity; or NULL with RT_NN_ERROR_MISMATCH, which names
 *   the network that comes nearest and what of it is missing or of another shape
 */
RtTensorList *rt_network_identify (const RtTensorList  *tensors,
                                   const char          *network,
                                   RtIdentity          *identity,
                                   GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* The names of the tensors that have no place in the network that they were told to be of, in the
 * file's order. (transfer full): of char * */
GPtrArray    *rt_network_list_left (const RtTensorList *tensors,
                                    const RtIdentity   *identity) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
