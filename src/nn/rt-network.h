/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-graph.h"
#include "rt-tensor.h"

G_BEGIN_DECLS

#define RT_MAX_HIDDEN 8

/* What decides an architecture. 0 anywhere: the network's own default. */
typedef struct
{
  const char *name;                   /* "resnet20", "mobilenet_v1-0.25" */
  int         height, width, channels;
  int         classes;                /* of the head */
  int         hidden[RT_MAX_HIDDEN];  /* mlp only: sizes of the hidden layers, 0 ends */
} RtNetworkOptions;

/* One architecture the program knows. */
typedef struct
{
  const char *name;
  const char *title;                  /* for people: "ResNet-20 (CIFAR)" */
  const char *note;
  int         height, width, channels;  /* default input */
  int         min_side;
} RtNetworkInfo;

const RtNetworkInfo *rt_network_list (int *n);
/* By its name with or without variants; NULL where there is none. */
const RtNetworkInfo *rt_network_find (const char *name);

/* What networks of the same tensors differ in. */
typedef struct
{
  gboolean same_padding;   /* TensorFlow's, more to the right and below; else PyTorch's */
  gboolean relu;           /* in place of ReLU6 */
  gboolean small_stem;     /* for small pictures: its first convolution takes no steps */
} RtNetworkTraits;

/* Of a name that rt_network_find() knows. */
void                 rt_network_get_traits (const char      *name,
                                            RtNetworkTraits *traits);

/* At most so many blocks has a network: a mask of them is 32 bits. */
#define RT_MAX_BLOCKS 32

/* The unit of freezing: a named group of layers. */
typedef struct
{
  const char *name;          /* "stem", "stage1", ..., "head" */
  RtShape     shape;         /* of its output, for one sample */
  size_t      n_params;      /* trainable values (statistics are not counted) */
  uint64_t    multiply_adds; /* of one sample's forward pass */
} RtBlockInfo;

/* One named parameter, in one of the network's blocks of memory. */
typedef struct
{
  char        *name;         /* the ecosystem's: "layer1.0.conv1.weight" */
  RtParamSpec  spec;
  int          block;        /* index of the block it belongs to */
  size_t       offset;       /* floats from the start of values (and of gradients) */
  size_t       count;
} RtParam;

/**
 * RtNetwork:
 *
 * An architecture made for an input size and a number of classes, with its parameters in one block
 * of memory. Plans run it; several plans may share one network (training, evaluation, the frozen
 * prefix).
 */
typedef struct _RtNetwork RtNetwork;

/* All values are 0 until rt_network_init() or rt_network_load(). Errors: RT_NN_ERROR_UNKNOWN lists
 * the names there are, RT_NN_ERROR_SHAPE says which input sizes fit. (transfer full) */
RtNetwork          *rt_network_new               (const RtNetworkOptions  *options,
                                                  GError                 **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* The same without values, which are NULL: to look at blocks, names and shapes at no cost.
 * (transfer full) */
RtNetwork          *rt_network_new_layout        (const RtNetworkOptions  *options,
                                                  GError                 **error)
  G_GNUC_WARN_UNUSED_RESULT;
void                rt_network_free              (RtNetwork *network);

/* With the defaults filled in. */
const RtNetworkOptions *rt_network_get_options   (const RtNetwork *network);
const RtGraph      *rt_network_get_graph         (const RtNetwork *network);
int                 rt_network_get_n_classes     (const RtNetwork *network);

/* Blocks, lowest (near the input) first; the last is "head". */
int                 rt_network_get_n_blocks      (const RtNetwork *network);
const RtBlockInfo  *rt_network_get_block         (const RtNetwork *network,
                                                  int              index);
/* Bit i: block i is called @name, or belongs to the group of that name ("stage3" of "stage3.0");
 * 0: none. */
uint32_t            rt_network_find_blocks       (const RtNetwork *network,
                                                  const char      *name);

int                 rt_network_get_n_params      (const RtNetwork *network);
const RtParam      *rt_network_get_param         (const RtNetwork *network,
                                                  int              index);
/* The whole block of memory, and its length in floats, padding included. */
float              *rt_network_get_values        (const RtNetwork *network);
size_t              rt_network_get_n_values      (const RtNetwork *network);

/* He et al. 2015 ("Delving deep", eq. 10, fan in) for convolutions, uniform 1/sqrt(fan in) for
 * linear layers as PyTorch has it, norms at 1 and 0. A parameter's values depend on (seed, its
 * name) alone. @first_block and up only (0: all). */
void                rt_network_init              (RtNetwork *network,
                                                  uint64_t   seed,
                                                  int        first_block);

/* SHA-256, in hex, over names and bytes of the parameters and statistics of the blocks in @mask
 * (bit i: block i). (transfer full) */
char               *rt_network_hash              (const RtNetwork *network,
                                                  uint32_t         block_mask)
  G_GNUC_WARN_UNUSED_RESULT;

/* Puts a checkpoint into the network by name ("module." and the like are dropped). Where
 * @new_head, tensors of the head that do not fit are left as they are and *@head_replaced says
 * so; everything else must be there and fit, or the error lists which tensors are missing, left
 * over, or of another shape (at most 8 of each, then how many more), and nothing is changed. */
gboolean            rt_network_load              (RtNetwork           *network,
                                                  const RtTensorList  *tensors,
                                                  gboolean             new_head,
                                                  gboolean            *head_replaced,
                                                  GError             **error);

/* Its parameters and statistics by the ecosystem's names, shapes and layouts. (transfer full) */
RtTensorList       *rt_network_save              (const RtNetwork *network)
  G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtNetwork, rt_network_free)

G_END_DECLS
