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

#define CIFAR_SIDE 32   /* the default input of a network with a stem for small pictures */

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
    rt_network_build_mlp, 0 },
  { { "lenet5", "LeNet-5", "The classic for digits", 28, 28, 1, 12 },
    rt_network_build_lenet5, 0 },
  { { "resnet8", "ResNet-8", "Small and quick", 32, 32, 3, 8 },
    rt_network_build_resnet8, 0 },
  { { "resnet20", "ResNet-20", "The CIFAR family's smallest published", 32, 32, 3, 8 },
    rt_network_build_resnet20, 0 },
  { { "resnet32", "ResNet-32", "CIFAR family", 32, 32, 3, 8 },
    rt_network_build_resnet32, 0 },
  { { "resnet44", "ResNet-44", "CIFAR family", 32, 32, 3, 8 },
    rt_network_build_resnet44, 0 },
  { { "resnet56", "ResNet-56", "CIFAR family, deep", 32, 32, 3, 8 },
    rt_network_build_resnet56, 0 },
  { { "wide14", "Wide ResNet-14", "Twice as wide: a teacher", 48, 48, 3, 8 },
    rt_network_build_wide14, 0 },
  { { "mobile", "Mobile", "Depthwise convolutions: small on disk and quick", 48, 48, 3, 8 },
    rt_network_build_mobile, 0 },
  { { "mobilenet_v1", "MobileNet v1", "For photographs; also -0.25, -0.5, -0.75 wide", 224, 224, 3,
      32 },
    rt_network_build_mobilenet_v1, RT_VARIANT_WIDTH | RT_VARIANT_RELU | RT_VARIANT_SYMMETRIC },
  { { "mobilenet_v2", "MobileNet v2", "For photographs, quick", 224, 224, 3, 32 },
    rt_network_build_mobilenet_v2, RT_VARIANT_CIFAR | RT_VARIANT_SAME },
  { { "squeezenet1_1", "SqueezeNet 1.1", "For photographs, small on disk", 224, 224, 3, 32 },
    rt_network_build_squeezenet1_1, 0 },
  { { "efficientnet_lite0", "EfficientNet-Lite0", "For photographs, a good first choice", 224, 224,
      3, 32 },
    rt_network_build_efficientnet_lite0, RT_VARIANT_SYMMETRIC },
  { { "resnet18", "ResNet-18", "For photographs", 224, 224, 3, 32 },
    rt_network_build_resnet18, RT_VARIANT_CIFAR },
  { { "resnet34", "ResNet-34", "For photographs", 224, 224, 3, 32 },
    rt_network_build_resnet34, RT_VARIANT_CIFAR },
  { { "resnet50", "ResNet-50", "For photographs, a teacher", 224, 224, 3, 32 },
    rt_network_build_resnet50, RT_VARIANT_CIFAR },
};

/* Takes one variant, "cifar" or "0.25", that follows the architecture's name. */
static gboolean
parse_variant (const char *text,
               RtVariants *variant,
               double     *width)
{
  static const struct { const char *name; RtVariants variant; } names[] = {
    { "cifar", RT_VARIANT_CIFAR }, { "relu", RT_VARIANT_RELU },
    { "symmetric", RT_VARIANT_SYMMETRIC }, { "same", RT_VARIANT_SAME },
  };
  static const struct { const char *name; double width; } widths[] = {
    { "0.25", 0.25 }, { "0.5", 0.5 }, { "0.75", 0.75 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (text, names[i].name))
      {
        *variant = names[i].variant;
        return TRUE;
      }
  for (size_t i = 0; i < G_N_ELEMENTS (widths); i++)
    if (g_str_equal (text, widths[i].name))
      {
        *variant = RT_VARIANT_WIDTH;
        *width = widths[i].width;
        return TRUE;
      }
  return FALSE;
}

/* The architecture of a name with its variants, each at most once: "mobilenet_v1-0.25-relu". NULL
 * where there is none. */
static const RtArchitecture *
find (const char *name,
      RtVariants *variants,
      double     *width)
{
  g_auto (GStrv) parts = g_strsplit (name != NULL ? name : "", "-", -1);
  const RtArchitecture *found = NULL;

  *variants = 0;
  *width = 1.0;
  for (size_t i = 0; parts[0] != NULL && i < G_N_ELEMENTS (architectures); i++)
    if (g_str_equal (architectures[i].info.name, parts[0]))
      found = &architectures[i];
  for (int i = 1; found != NULL && parts[i] != NULL; i++)
    {
      RtVariants variant = 0;

      if (!parse_variant (parts[i], &variant, width) || (found->variants & variant) == 0
          || (*variants & variant) != 0)
        return NULL;
      *variants |= variant;
    }
  return found;
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
  RtVariants variants;
  double width;
  const RtArchitecture *architecture = find (name, &variants, &width);

  return architecture != NULL ? &architecture->info : NULL;
}

void
rt_network_get_traits (const char      *name,
                       RtNetworkTraits *traits)
{
  RtVariants variants;
  double width;
  const RtArchitecture *architecture = find (name, &variants, &width);

  g_return_if_fail (architecture != NULL);
  traits->same_padding = (variants & RT_VARIANT_SAME) != 0
                         || (architecture->variants & ~variants & RT_VARIANT_SYMMETRIC) != 0;
  traits->relu = (variants & RT_VARIANT_RELU) != 0;
  traits->small_stem = (variants & RT_VARIANT_CIFAR) != 0;
}

static gboolean
fill_options (RtNetwork               *self,
              const RtArchitecture    *architecture,
              RtVariants               variants,
              const RtNetworkOptions  *options,
              GError                 **error)
{
  const RtNetworkInfo *info = &architecture->info;
  int side = (variants & RT_VARIANT_CIFAR) != 0 ? CIFAR_SIDE : 0;
  RtNetworkOptions *o = &self->options;

  *o = *options;
  o->name = g_intern_string (options->name != NULL ? options->name : info->name);
  o->height = o->height > 0 ? o->height : side > 0 ? side : info->height;
  o->width = o->width > 0 ? o->width : side > 0 ? side : info->width;
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
             RtVariants             variants,
             double                 width,
             GPtrArray             *blocks,
             GError               **error)
{
  RtBuilder builder = { .graph = self->graph, .options = &self->options, .blocks = blocks,
                        .variants = variants, .width = width,
                        .norm = { .eps = 1e-5f, .momentum = 0.1f } };
  int output = architecture->build (&builder);

  if (builder.error != NULL)
    {
      g_propagate_prefixed_error (error, builder.error, "%s: ", self->options.name);
      return FALSE;
    }
  g_assert (blocks->len <= RT_MAX_BLOCKS);
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
}

/* Without values. */
static RtNetwork *
make (const RtArchitecture    *architecture,
      RtVariants               variants,
      double                   width,
      const RtNetworkOptions  *options,
      GError                 **error)
{
  g_autoptr (RtNetwork) self = g_new0 (RtNetwork, 1);
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (g_free);

  self->graph = rt_graph_new ();
  if (!fill_options (self, architecture, variants, options, error)
      || !build_graph (self, architecture, variants, width, blocks, error))
    return NULL;
  take_blocks (self, blocks);
  lay_out (self);
  return g_steal_pointer (&self);
}

static RtNetwork *
give_values (RtNetwork *self)
{
  if (self != NULL)
    self->values = rt_floats_new (self->n_values);
  return self;
}

RtNetwork *
rt_network_new_layout (const RtNetworkOptions  *options,
                       GError                 **error)
{
  RtVariants variants;
  double width;
  const RtArchitecture *architecture = find (options->name, &variants, &width);

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
  return make (architecture, variants, width, options, error);
}

RtNetwork *
rt_network_new (const RtNetworkOptions  *options,
                GError                 **error)
{
  return give_values (rt_network_new_layout (options, error));
}

RtNetwork *
rt_network_new_from (const RtArchitecture    *architecture,
                     const RtNetworkOptions  *options,
                     GError                 **error)
{
  return give_values (make (architecture, 0, 1.0, options, error));
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

uint32_t
rt_network_find_blocks (const RtNetwork *self,
                        const char      *name)
{
  size_t length = strlen (name);
  uint32_t mask = 0;

  for (int i = 0; i < self->n_blocks; i++)
    if (g_str_has_prefix (self->blocks[i].name, name)
        && (self->blocks[i].name[length] == '\0' || self->blocks[i].name[length] == '.'))
      mask |= 1u << i;
  return mask;
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
