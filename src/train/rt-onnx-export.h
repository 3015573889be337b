/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-resolver.h"

#include "rt-onnx.h"

G_BEGIN_DECLS

/* The version of ONNX's operators that is written, and of its files. */
#define RT_ONNX_OPSET 17
#define RT_ONNX_IR_VERSION 8

/**
 * rt_onnx_export:
 * @backbone: what is said beside the network: preprocessing, classes, provenance
 *
 * A network in inference form: batch norm is folded into the convolutions before it. Its input
 * "input" is (batch, channels, height, width), of values 0..1 less mean and divided by std; its
 * output "logits" is (batch, classes), without softmax. What a program must know to feed it is in
 * the metadata: "network", "labels" (one a line), "mean", "std", "channel_order".
 *
 * Returns: (transfer full): or NULL with RT_NN_ERROR, which names a layer that ONNX has no operator
 *   for
 */
RtOnnxModel *rt_onnx_export        (const RtNetwork   *network,
                                    const RtBackbone  *backbone,
                                    GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* A folder with model.onnx, labels.txt, preprocessing.json, predict.py, which shows in Python how
 * they go together, and its preprocessing.py, which resizes as training does. It appears as a
 * whole. In one that is there already each file is replaced as a whole where it is an export's;
 * else a file of these names is another's, and RT_RECIPE_ERROR_INVALID names it. */
gboolean     rt_onnx_export_folder (const RtNetwork   *network,
                                    const RtBackbone  *backbone,
                                    const char        *path,
                                    GError           **error);

G_END_DECLS
