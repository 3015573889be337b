/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-network.h"
#include "rt-ops.h"

G_BEGIN_DECLS

/* What the name of a network says beside the architecture: "mobilenet_v1-0.25-relu". */
typedef enum
{
  RT_VARIANT_WIDTH     = 1 << 0,   /* a width multiplier, 0.25 .. 1: "-0.25" */
  RT_VARIANT_CIFAR     = 1 << 1,   /* a stem for small pictures: "-cifar" */
  RT_VARIANT_RELU      = 1 << 2,   /* ReLU in place of ReLU6: "-relu" */
  RT_VARIANT_SYMMETRIC = 1 << 3,   /* PyTorch's padding and norms in place of TensorFlow's */
  RT_VARIANT_SAME      = 1 << 4,   /* TensorFlow's padding and norms in place of PyTorch's */
} RtVariants;

/**
 * RtBuilder:
 *
 * What an architecture is written with: each call adds a node to the graph and returns its number.
 * The first error is kept and makes all later calls do nothing, so that a network reads as a list
 * of layers.
 */
typedef struct
{
  RtGraph                *graph;
  const RtNetworkOptions *options;
  RtVariants              variants;  /* those that the name asks for */
  double                  width;     /* multiplier of the channels, 1 where the name has none */
  RtBatchNormParams       norm;      /* of the norms to come; PyTorch's defaults at first */
  GPtrArray              *blocks;    /* of char *: names, lowest first */
  GError                 *error;
} RtBuilder;

/* What follows belongs to a new block. Blocks whose names have the same part before a dot
 * ("stage3.0", "stage3.1") are a group, which can be named as a whole. */
void rt_builder_block       (RtBuilder  *builder,
                             const char *format,
                             ...) G_GNUC_PRINTF (2, 3);

int  rt_builder_input       (RtBuilder *builder);
int  rt_builder_conv        (RtBuilder  *builder,
                             const char *name,
                             int         in,
                             int         out_c,
                             int         kernel,
                             int         stride,
                             int         pad,
                             bool        bias);
int  rt_builder_depthwise   (RtBuilder  *builder,
                             const char *name,
                             int         in,
                             int         kernel,
                             int         stride,
                             int         pad);
int  rt_builder_batch_norm  (RtBuilder  *builder,
                             const char *name,
                             int         in);
int  rt_builder_activation  (RtBuilder   *builder,
                             int          in,
                             RtActivation activation);
int  rt_builder_add         (RtBuilder *builder,
                             int        a,
                             int        b);
/* Along the channels. */
int  rt_builder_concat      (RtBuilder *builder,
                             int        a,
                             int        b);
/* @pad: on each side, RT_PAD_SAME or RT_PAD_CEIL. */
int  rt_builder_max_pool    (RtBuilder *builder,
                             int        in,
                             int        kernel,
                             int        stride,
                             int        pad);
int  rt_builder_global_pool (RtBuilder *builder,
                             int        in);
int  rt_builder_shortcut    (RtBuilder *builder,
                             int        in,
                             int        stride,
                             int        out_c);
/* Flattens first where @in is an image. */
int  rt_builder_linear      (RtBuilder  *builder,
                             const char *name,
                             int         in,
                             int         out);

/* An architecture: what it is called and how it is built. What build() returns is the output;
 * others, before it, are added to the builder's graph. */
typedef struct
{
  RtNetworkInfo info;
  int         (*build) (RtBuilder *builder);
  RtVariants    variants;   /* those that there are */
} RtArchitecture;

/* A network of an architecture that need not be in the list; its name is borrowed. (transfer
 * full) */
RtNetwork *rt_network_new_from (const RtArchitecture    *architecture,
                                const RtNetworkOptions  *options,
                                GError                 **error) G_GNUC_WARN_UNUSED_RESULT;

/* Each family is a file. */
int rt_network_build_mlp      (RtBuilder *builder);
int rt_network_build_lenet5   (RtBuilder *builder);
int rt_network_build_resnet8  (RtBuilder *builder);
int rt_network_build_resnet20 (RtBuilder *builder);
int rt_network_build_resnet32 (RtBuilder *builder);
int rt_network_build_resnet44 (RtBuilder *builder);
int rt_network_build_resnet56 (RtBuilder *builder);
int rt_network_build_wide14   (RtBuilder *builder);
int rt_network_build_mobile   (RtBuilder *builder);
int rt_network_build_resnet18 (RtBuilder *builder);
int rt_network_build_resnet34 (RtBuilder *builder);
int rt_network_build_resnet50 (RtBuilder *builder);
int rt_network_build_mobilenet_v1 (RtBuilder *builder);
int rt_network_build_mobilenet_v2 (RtBuilder *builder);
int rt_network_build_squeezenet1_1 (RtBuilder *builder);
int rt_network_build_efficientnet_lite0 (RtBuilder *builder);

G_END_DECLS
