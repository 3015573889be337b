/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Networks by name, and their parameters.
 *
 * rt_network_new() fills in an architecture's defaults, lets its builder write the graph, and lays
 * all parameters out in one block of memory, each on RT_ALIGNMENT, in the order of the graph: those
 * of one block lie together. Checkpoints go in and out in rt-network-weights.c.
 */
#include "config.h"

#include "rt-network-builder.h"

#include "rt-arena.h"
#include "rt-rng.h"

#include <math.h>
#include <string.h>

struct _RtNetwork
{
  RtNetworkOptions options;
  RtGraph         *graph;      /* Owned */
  RtBlockInfo     *blocks;     /* Owned */
  int              n_blocks;
  RtParam         *params;     /* Owned */
  int              n_params;
  float           *values;     /* Owned */
  size_t           n_values;
};

static const RtArchitecture architectures[] = {
  { { "mlp", "Multi-layer perceptron", "Fully connected; sizes as you say", 28, 28, 1, 1 },
    rt_network_build_mlp },
  { { "lenet5", "LeNet-5", "The classic for digits", 28, 28, 1, 12 },
    rt_network_build_lenet5 },
  { { "resnet8", "ResNet-8", "Small and quick", 32, 32, 3, 8 },
    rt_network_build_resnet8 },
  { { "resnet20", "ResNet-20", "The CIFAR family's smallest published", 32, 32, 3, 8 },
    rt_network_build_resnet20 },
  { { "resnet32", "ResNet-32", "CIFAR family", 32, 32, 3, 8 },
    rt_network_build_resnet32 },
  { { "resnet44", "ResNet-44", "CIFAR family", 32, 32, 3, 8 },
    rt_network_build_resnet44 },
  { { "resnet56", "ResNet-56", "CIFAR family, deep", 32, 32, 3, 8 },
    rt_network_build_resnet56 },
  { { "wide14", "Wide ResNet-14", "Twice as wide: a teacher", 48, 48, 3, 8 },
    rt_network_build_wide14 },
  { { "mobile", "Mobile", "Depthwise convolutions: small on disk and quick", 48, 48, 3, 8 },
    rt_network_build_mobile },
};

static const RtArchitecture *
find (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (architectures); i++)
    if (g_strcmp0 (architectures[i].info.name, name) == 0)
      return &architectures[i];
  return NULL;
}

const RtNetworkInfo *
rt_network_list (int *n)
{
  static RtNetworkInfo list[G_N_ELEMENTS (architectures)];
  static gsize ready = 0;

  if (g_once_init_enter (&ready))
    {
      for (size_t i = 0; i < G_N_ELEMENTS (architectures); i++)
        list[i] = architectures[i].info;
      g_once_init_leave (&ready, 1);
    }
  *n = G_N_ELEMENTS (architectures);
  return list;
}

const RtNetworkInfo *
rt_network_find (const char *name)
{
  const RtArchitecture *architecture = find (name);

  return architecture != NULL ? &architecture->info : NULL;
}

static gboolean
fill_options (RtNetwork               *self,
              const RtArchitecture    *architecture,
              const RtNetworkOptions  *options,
              GError                 **error)
{
  const RtNetworkInfo *info = &architecture->info;
  RtNetworkOptions *o = &self->options;

  *o = *options;
  o->name = info->name;
  o->height = o->height > 0 ? o->height : info->height;
  o->width = o->width > 0 ? o->width : info->width;
  o->channels = o->channels > 0 ? o->channels : info->channels;
  if (architecture->build == rt_network_build_mlp && o->hidden[0] == 0)
    {
      o->hidden[0] = 64;
      o->hidden[1] = 32;
    }
  if (o->classes < 2)
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE, "%s: %d classes; at least 2 are needed",
                   o->name, o->classes);
      return FALSE;
    }
  if (MIN (o->height, o->width) < info->min_side || MAX (o->height, o->width) > 512
      || (o->channels != 1 && o->channels != 3))
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE,
                   "%s: an input of %dx%dx%d; sides from %d to 512 and 1 or 3 channels are "
                   "possible",
                   o->name, o->height, o->width, o->channels, info->min_side);
      return FALSE;
    }
  return TRUE;
}

static gboolean
build_graph (RtNetwork             *self,
             const RtArchitecture  *architecture,
             GPtrArray             *blocks,
             GError               **error)
{
  RtBuilder builder = { .graph = self->graph, .options = &self->options, .blocks = blocks };
  int output = architecture->build (&builder);

  if (builder.error != NULL)
    {
      g_propagate_prefixed_error (error, builder.error, "%s: ", self->options.name);
      return FALSE;
    }
  rt_graph_add_output (self->graph, output);
  return TRUE;
}

static void
take_blocks (RtNetwork *self,
             GPtrArray *names)
{
  self->n_blocks = names->len;
  self->blocks = g_new0 (RtBlockInfo, names->len);
  for (int i = 0; i < self->n_blocks; i++)
    self->blocks[i].name = g_strdup (g_ptr_array_index (names, i));
}

static void
lay_out_param (RtNetwork    *self,
               const RtNode *node,
               int           index)
{
  RtParam *param = &self->params[self->n_params++];

  param->spec = node->param[index];
  param->name = g_strdup_printf ("%s.%s", node->name, param->spec.suffix);
  param->block = node->block;
  param->count = rt_shape_count (&param->spec.shape);
  param->offset = self->n_values;
  self->n_values += RT_ALIGN_FLOATS (param->count);
  if (param->spec.kind != RT_PARAM_STATISTIC)
    self->blocks[node->block].n_params += param->count;
}

static void
lay_out (RtNetwork *self)
{
  int n_nodes = rt_graph_get_n_nodes (self->graph);
  int n_params = 0;

  for (int i = 0; i < n_nodes; i++)
    n_params += rt_graph_get_node (self->graph, i)->n_params;
  self->params = g_new0 (RtParam, n_params);

  for (int i = 0; i < n_nodes; i++)
    {
      const RtNode *node = rt_graph_get_node (self->graph, i);
      RtBlockInfo *block;

      if (node->op == NULL)
        continue;
      block = &self->blocks[node->block];
      block->shape = node->shape;   /* the last node of a block stays */
      if (node->op->multiply_adds != NULL)
        block->multiply_adds
          += node->op->multiply_adds (node->params,
                                      &rt_graph_get_node (self->graph, node->in[0])->shape);
      for (int j = 0; j < node->n_params; j++)
        lay_out_param (self, node, j);
    }
  self->values = rt_floats_new (self->n_values);
}

RtNetwork *
rt_network_new (const RtNetworkOptions  *options,
                GError                 **error)
{
  const RtArchitecture *architecture = find (options->name);

  if (architecture == NULL)
    {
      g_autoptr (GString) names = g_string_new (NULL);

      for (size_t i = 0; i < G_N_ELEMENTS (architectures); i++)
        g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", architectures[i].info.name);
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_UNKNOWN,
                   "no network is called “%s”; there are: %s",
                   options->name != NULL ? options->name : "", names->str);
      return NULL;
    }
  return rt_network_new_from (architecture, options, error);
}

RtNetwork *
rt_network_new_from (const RtArchitecture    *architecture,
                     const RtNetworkOptions  *options,
                     GError                 **error)
{
  g_autoptr (RtNetwork) self = g_new0 (RtNetwork, 1);
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (g_free);

  self->graph = rt_graph_new ();
  if (!fill_options (self, architecture, options, error)
      || !build_graph (self, architecture, blocks, error))
    return NULL;
  take_blocks (self, blocks);
  lay_out (self);
  rt_network_init (self, 0, 0);
  return g_steal_pointer (&self);
}

void
rt_network_free (RtNetwork *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_params; i++)
    g_free (self->params[i].name);
  for (int i = 0; i < self->n_blocks; i++)
    g_free ((char *) self->blocks[i].name);
  g_free (self->params);
  g_free (self->blocks);
  rt_floats_free (self->values);
  rt_graph_free (self->graph);
  g_free (self);
}

/* Standard deviation sqrt (2 / fan in) for rectified layers; PyTorch's default for the linear
 * ones. */
static void
init_param (RtNetwork     *self,
            const RtParam *param,
            uint64_t       seed)
{
  float *values = self->values + param->offset;
  const char *suffix = param->spec.suffix;
  gboolean norm = param->spec.kind == RT_PARAM_NORM || param->spec.kind == RT_PARAM_STATISTIC;
  RtRng rng;

  rt_rng_init (&rng, seed, g_str_hash (param->name));
  for (size_t i = 0; i < param->count; i++)
    {
      if (norm)
        values[i] = g_str_equal (suffix, "weight") || g_str_equal (suffix, "running_var");
      else if (param->spec.layout == RT_LAYOUT_CONV || param->spec.layout == RT_LAYOUT_DEPTHWISE)
        values[i] = rt_rng_normal (&rng) * sqrtf (2.0f / (float) param->spec.fan_in);
      else
        values[i] = rt_rng_range (&rng, -1.0f, 1.0f) / sqrtf ((float) param->spec.fan_in);
    }
}

void
rt_network_init (RtNetwork *self,
                 uint64_t   seed,
                 int        first_block)
{
  for (int i = 0; i < self->n_params; i++)
    if (self->params[i].block >= first_block)
      init_param (self, &self->params[i], seed);
}

char *
rt_network_hash (const RtNetwork *self,
                 uint32_t         block_mask)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (int i = 0; i < self->n_params; i++)
    {
      const RtParam *param = &self->params[i];

      if ((block_mask >> param->block & 1) == 0)
        continue;
      g_checksum_update (sum, (const guchar *) param->name, strlen (param->name) + 1);
      g_checksum_update (sum, (const guchar *) (self->values + param->offset),
                         param->count * sizeof (float));
    }
  return g_strdup (g_checksum_get_string (sum));
}

const RtNetworkOptions *
rt_network_get_options (const RtNetwork *self)
{
  return &self->options;
}

const RtGraph *
rt_network_get_graph (const RtNetwork *self)
{
  return self->graph;
}

int
rt_network_get_n_classes (const RtNetwork *self)
{
  return self->options.classes;
}

int
rt_network_get_n_blocks (const RtNetwork *self)
{
  return self->n_blocks;
}

const RtBlockInfo *
rt_network_get_block (const RtNetwork *self,
                      int              index)
{
  g_return_val_if_fail (index >= 0 && index < self->n_blocks, NULL);
  return &self->blocks[index];
}

int
rt_network_find_block (const RtNetwork *self,
                       const char      *name)
{
  for (int i = 0; i < self->n_blocks; i++)
    if (g_str_equal (self->blocks[i].name, name))
      return i;
  return -1;
}

int
rt_network_get_n_params (const RtNetwork *self)
{
  return self->n_params;
}

const RtParam *
rt_network_get_param (const RtNetwork *self,
                      int              index)
{
  g_return_val_if_fail (index >= 0 && index < self->n_params, NULL);
  return &self->params[index];
}

float *
rt_network_get_values (const RtNetwork *self)
{
  return self->values;
}

size_t
rt_network_get_n_values (const RtNetwork *self)
{
  return self->n_values;
}
