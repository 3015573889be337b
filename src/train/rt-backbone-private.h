/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-resolver.h"

G_BEGIN_DECLS

/* What a file of weights says of itself of a backbone: keys and values in turn. "network",
 * "labels" (one a line), "mean", "std", "fit", "crop", "input_width", "input_height",
 * "channel_order", "title", "trained_on", "trained_by" and "licence", as far as they are known.
 * (transfer full): of char * */
GPtrArray *rt_backbone_list_metadata  (const RtBackbone *backbone) G_GNUC_WARN_UNUSED_RESULT;

/* What @tensors say of their inputs and classes, into @backbone, whose identity is known and whose
 * format is what it is where nothing is said. */
void       rt_backbone_read_metadata  (RtBackbone         *backbone,
                                       const RtTensorList *tensors);

/* As they are read again: "0.485,0.456,0.406" with @between ",". (transfer full) */
char      *rt_backbone_print_floats   (const float *values,
                                       int          n,
                                       const char  *between) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) */
char      *rt_backbone_print_crop     (const RtBackbone *backbone) G_GNUC_WARN_UNUSED_RESULT;

/* The classes, each with @after, or with "" one a line. (transfer full) */
char      *rt_backbone_print_labels   (const RtBackbone *backbone,
                                       const char       *after) G_GNUC_WARN_UNUSED_RESULT;

/* "RGB" or "grey" */
const char *rt_backbone_get_channel_order (const RtBackbone *backbone);

G_END_DECLS
