/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which network is this file of?
 *
 * rt_network_identify() lays out every network there is (or the one that was named) and tries to
 * pair its layers with those of the file: first by name, through each of the spellings below; then,
 * for files whose names say nothing (Keras numbers its layers, ONNX its constants), by walking both
 * lists of layers in the order of the computation. The network with the most tensors paired wins,
 * so that ResNet-34 is not taken for the ResNet-18 within it. Heads may differ: they are replaced
 * anyway.
 *
 * Pairing by order mends what exporters do to batch norm (Ioffe and Szegedy 2015, section 3): a
 * bias that the norm takes off again moves into the running mean, and where the norm was folded
 * into the convolution one is made that changes nothing.
 */
#include "config.h"

#include "rt-network-identify.h"

#include "rt-network-spelling.h"
#include "rt-ops.h"

#include <string.h>

/* More than that left over, and it is another network. */
#define MAX_LEFT_OVER 6

/* Tensors with the same name up to the last dot. */
typedef struct
{
  char           *name;      /* Owned */
  const RtTensor *weight;
  const RtTensor *bias;
  const RtTensor *mean;
  const RtTensor *variance;
} Layer;

static void
layer_free (Layer *layer)
{
  g_free (layer->name);
  g_free (layer);
}

/* Where a parameter of the network has its values from. */
typedef struct
{
  const RtTensor *tensor;    /* of the file; NULL: none, or made */
  const RtTensor *less;      /* (nullable): is taken off */
  gboolean        made;
  float           value;     /* of all of them, where it is made */
} Source;

/* A network that the file is held against. */
typedef struct
{
  RtNetwork    *network;     /* Owned: layout only */
  Source       *sources;     /* Owned: of each parameter */
  RtIdentity    identity;
  int           n_left;      /* tensors of the file without a partner */
  int           n_missing;   /* parameters below the head without one */
} Candidate;

static void
candidate_free (Candidate *candidate)
{
  if (candidate == NULL)
    return;
  g_clear_pointer (&candidate->network, rt_network_free);
  g_free (candidate->sources);
  g_free (candidate);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Candidate, candidate_free)

/* --- pairing by name */

/* The count of seen batches that PyTorch keeps beside batch norm is no weight. */
static gboolean
is_weight (const RtTensor *tensor)
{
  return !g_str_has_suffix (tensor->name, "num_batches_tracked");
}

static GHashTable *
index_tensors (const RtTensorList *tensors,
               RtSpelling          spell)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
    {
      RtTensor *tensor = rt_tensor_list_get (tensors, i);

      if (is_weight (tensor))
        g_hash_table_insert (table, spell (tensor->name), tensor);
    }
  return table;
}

static int
get_head (const Candidate *self)
{
  return rt_network_get_n_blocks (self->network) - 1;
}

/* The same but for dimensions of 1 at the end: a linear layer and a convolution of 1x1. Of a head
 * the first dimension is its classes, which are free. */
static gboolean
fits (const RtParam *param,
      const RtShape *shape,
      gboolean       head)
{
  const RtShape *wanted = &param->spec.file_shape;
  int n = MAX (wanted->n_dims, shape->n_dims);

  for (int i = 0; i < n; i++)
    {
      int a = i < wanted->n_dims ? wanted->dims[i] : 1;
      int b = i < shape->n_dims ? shape->dims[i] : 1;

      if (a != b && !(head && i == 0))
        return FALSE;
    }
  return TRUE;
}

/* The head's classes, where each of its parameters was found with the same number of them. */
static void
settle_head (Candidate *self)
{
  int classes = 0;
  gboolean whole = TRUE;

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    {
      const RtTensor *tensor = self->sources[i].tensor;

      if (rt_network_get_param (self->network, i)->block < get_head (self))
        continue;
      if (tensor == NULL || (classes != 0 && tensor->shape.dims[0] != classes))
        whole = FALSE;
      else
        classes = tensor->shape.dims[0];
    }
  self->identity.classes = whole && classes >= 2 ? classes : 0;
}

static int
count_found (const Candidate *self)
{
  int n = 0;

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    n += self->sources[i].tensor != NULL;
  return n;
}

/* The tensors by the network's names, with what was mended. (transfer full) */
static RtTensorList *
collect (const Candidate *self)
{
  RtTensorList *list = rt_tensor_list_new ();

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    {
      const RtParam *param = rt_network_get_param (self->network, i);
      const Source *source = &self->sources[i];
      RtShape shape = param->spec.file_shape;
      size_t count;
      RtTensor *tensor;

      if (source->tensor == NULL && !source->made)
        continue;
      if (source->tensor != NULL)
        shape.dims[0] = source->tensor->shape.dims[0];   /* of a head, its classes */
      tensor = rt_tensor_list_add (list, param->name, &shape);
      count = rt_shape_count (&shape);
      if (source->tensor != NULL)
        memcpy (tensor->data, source->tensor->data, count * sizeof (float));
      for (size_t k = 0; k < count && source->made; k++)
        tensor->data[k] = source->value;
      for (size_t k = 0; k < count && source->less != NULL; k++)
        tensor->data[k] -= source->less->data[k];
    }
  return list;
}

static void
pair_by_name (Candidate          *self,
              const RtTensorList *tensors,
              RtSpelling          spell)
{
  g_autoptr (GHashTable) table = index_tensors (tensors, spell);

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    {
      const RtParam *param = rt_network_get_param (self->network, i);
      gboolean head = param->block == get_head (self);
      const RtTensor *tensor = g_hash_table_lookup (table, param->name);

      if (tensor != NULL && fits (param, &tensor->shape, head))
        {
          self->sources[i].tensor = tensor;
          g_hash_table_remove (table, param->name);
        }
      else if (!head)
        self->n_missing++;
    }
  self->n_left = (int) g_hash_table_size (table);
  settle_head (self);
}

static void
add_to_layer (Layer          *layer,
              const RtTensor *tensor,
              const char     *suffix)
{
  if (g_str_equal (suffix, "weight"))
    layer->weight = tensor;
  else if (g_str_equal (suffix, "bias"))
    layer->bias = tensor;
  else if (g_str_equal (suffix, "running_mean"))
    layer->mean = tensor;
  else if (g_str_equal (suffix, "running_var"))
    layer->variance = tensor;
}

/* The file's layers in its order. */
static GPtrArray *
list_layers (const RtTensorList *tensors)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func ((GDestroyNotify) layer_free);
  g_autoptr (GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);

  for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (tensors, i);
      const char *dot = strrchr (tensor->name, '.');
      g_autofree char *name = NULL;
      Layer *layer;

      if (dot == NULL || !is_weight (tensor))
        continue;
      name = g_strndup (tensor->name, (size_t) (dot - tensor->name));
      layer = g_hash_table_lookup (table, name);
      if (layer == NULL)
        {
          layer = g_new0 (Layer, 1);
          layer->name = g_steal_pointer (&name);
          g_ptr_array_add (layers, layer);
          g_hash_table_insert (table, layer->name, layer);
        }
      add_to_layer (layer, tensor, dot + 1);
    }
  return layers;
}

/* Where the walk over both lists is. */
typedef struct
{
  Candidate *candidate;
  GPtrArray *layers;     /* Borrowed: the file's */
  guint      next;       /* of them */
  int        param;      /* of the network's */
} Walk;

static const Layer *
peek (const Walk *walk)
{
  return walk->next < walk->layers->len ? g_ptr_array_index (walk->layers, walk->next) : NULL;
}

static gboolean
is_norm (const Layer *layer)
{
  return layer != NULL && layer->mean != NULL && layer->variance != NULL;
}

static const RtParam *
get_param (const Walk *walk,
           int         ahead)
{
  const RtNetwork *network = walk->candidate->network;
  int index = walk->param + ahead;

  return index < rt_network_get_n_params (network) ? rt_network_get_param (network, index) : NULL;
}

static gboolean
is_of_norm (const RtParam *param)
{
  return param != NULL && param->spec.kind == RT_PARAM_NORM;
}

/* The network's norm from a layer of the file, without a scale or a shift where it has none.
 * @bias: (nullable): what the convolution added and the norm takes off again. */
static gboolean
pair_norm (Walk           *walk,
           const Layer    *layer,
           const RtTensor *bias)
{
  Source *source = &walk->candidate->sources[walk->param];
  const RtParam *p[4];

  for (int i = 0; i < 4; i++)
    p[i] = get_param (walk, i);
  if (p[3] == NULL || !fits (p[2], &layer->mean->shape, FALSE)
      || !fits (p[3], &layer->variance->shape, FALSE)
      || (layer->weight != NULL && !fits (p[0], &layer->weight->shape, FALSE))
      || (layer->bias != NULL && !fits (p[1], &layer->bias->shape, FALSE))
      || (bias != NULL && !fits (p[2], &bias->shape, FALSE)))
    return FALSE;
  source[0] = (Source) { .tensor = layer->weight, .made = layer->weight == NULL, .value = 1.0f };
  source[1] = (Source) { .tensor = layer->bias, .made = layer->bias == NULL, .value = 0.0f };
  source[2] = (Source) { .tensor = layer->mean, .less = bias };
  source[3] = (Source) { .tensor = layer->variance };
  walk->param += 4;
  walk->next++;
  return TRUE;
}

static float
get_eps (const RtNetwork *network)
{
  const RtGraph *graph = rt_network_get_graph (network);

  for (int i = 0; i < rt_graph_get_n_nodes (graph); i++)
    {
      const RtNode *node = rt_graph_get_node (graph, i);

      if (node->op == &rt_op_batch_norm)
        return ((const RtBatchNormParams *) node->params)->eps;
    }
  return 0.0f;
}

/* A norm that only adds @bias: its scale over the root of variance and epsilon is 1. */
static gboolean
make_norm (Walk           *walk,
           const RtTensor *bias)
{
  Candidate *self = walk->candidate;
  Source *source = &self->sources[walk->param];

  if (bias == NULL || !fits (get_param (walk, 1), &bias->shape, FALSE))
    return FALSE;
  source[0] = (Source) { .made = TRUE, .value = 1.0f };
  source[1] = (Source) { .tensor = bias };
  source[2] = (Source) { .made = TRUE, .value = 0.0f };
  source[3] = (Source) { .made = TRUE, .value = 1.0f - get_eps (self->network) };
  self->identity.folded = TRUE;
  walk->param += 4;
  return TRUE;
}

/* One convolution or linear layer, and the norm after it. */
static gboolean
pair_layer (Walk *walk)
{
  const RtParam *weight = get_param (walk, 0);
  const RtParam *bias = get_param (walk, 1);
  gboolean head = weight->block == get_head (walk->candidate);
  const Layer *layer = peek (walk);
  Source *source = &walk->candidate->sources[walk->param];

  if (layer == NULL || is_norm (layer) || layer->weight == NULL
      || !fits (weight, &layer->weight->shape, head))
    return FALSE;
  source[0].tensor = layer->weight;
  walk->next++;
  walk->param++;
  if (bias != NULL && bias->spec.kind == RT_PARAM_BIAS)
    {
      if (layer->bias == NULL || !fits (bias, &layer->bias->shape, head))
        return FALSE;
      source[1].tensor = layer->bias;
      walk->param++;
      return TRUE;
    }
  if (!is_of_norm (bias))
    return layer->bias == NULL;
  return is_norm (peek (walk)) ? pair_norm (walk, peek (walk), layer->bias)
         : make_norm (walk, layer->bias);
}

static void
pair_by_order (Candidate *self,
               GPtrArray *layers)
{
  Walk walk = { .candidate = self, .layers = layers };
  int n = rt_network_get_n_params (self->network);
  gboolean paired = TRUE;

  self->identity.by_order = TRUE;
  while (paired && walk.param < n)
    paired = pair_layer (&walk);
  /* What the walk did not come to is missing; a head may be. */
  for (int i = walk.param; i < n; i++)
    self->n_missing += rt_network_get_param (self->network, i)->block < get_head (self);
  self->n_left = (int) (layers->len - walk.next);
  settle_head (self);
}

/* --- which of them */

static gboolean
is_whole (const Candidate *self)
{
  return self->n_missing == 0 && self->n_left <= (self->identity.by_order ? 0 : MAX_LEFT_OVER);
}

/* The more of the file finds its place, and the less of the network is missing, the better. */
static gboolean
is_better (const Candidate *self,
           const Candidate *other)
{
  if (other == NULL || is_whole (self) != is_whole (other))
    return other == NULL || is_whole (self);
  if (self->n_left != other->n_left)
    return self->n_left < other->n_left;
  return self->n_missing < other->n_missing;
}

/* Keras flattens an image with its channels last: a linear layer over it has its columns in another
 * order than the ecosystem's, and shapes do not tell. */
static gboolean
flattens_otherwise (const RtNetwork    *network,
                    const RtTensorList *tensors)
{
  if (!rt_tensor_list_has_meta (tensors, "format", "keras"))
    return FALSE;
  for (int i = 0; i < rt_network_get_n_params (network); i++)
    if (rt_network_get_param (network, i)->spec.layout == RT_LAYOUT_FLAT_CHW)
      return TRUE;
  return FALSE;
}

/* @attempt: a spelling, or after the last of them the order. */
static Candidate *
try (const RtTensorList *tensors,
     GPtrArray          *layers,
     const char         *name,
     int                 channels,
     size_t              attempt)
{
  RtNetworkOptions options = { .name = name, .channels = channels, .classes = 2 };
  g_autoptr (Candidate) self = g_new0 (Candidate, 1);

  self->network = rt_network_new_layout (&options, NULL);
  if (self->network == NULL || flattens_otherwise (self->network, tensors))
    return NULL;
  self->sources = g_new0 (Source, rt_network_get_n_params (self->network));
  self->identity.network = g_intern_string (name);
  self->identity.channels = channels;
  if (attempt < RT_N_SPELLINGS)
    pair_by_name (self, tensors, rt_spellings[attempt]);
  else
    pair_by_order (self, layers);
  return g_steal_pointer (&self);
}

static void
consider (Candidate          **best,
          const RtTensorList  *tensors,
          GPtrArray           *layers,
          const char          *name)
{
  static const int channels[] = { 3, 1 };

  for (size_t attempt = 0; attempt <= RT_N_SPELLINGS; attempt++)
    for (size_t c = 0; c < G_N_ELEMENTS (channels); c++)
      {
        g_autoptr (Candidate) candidate = NULL;

        if (*best != NULL && is_whole (*best) && (*best)->n_left == 0)
          return;
        candidate = try (tensors, layers, name, channels[c], attempt);

        if (candidate != NULL && is_better (candidate, *best))
          {
            candidate_free (*best);
            *best = g_steal_pointer (&candidate);
          }
      }
}

/* Variants that have the same shapes are told apart by what the file says of itself. */
static void
consider_all (Candidate          **best,
              const RtTensorList  *tensors,
              GPtrArray           *layers)
{
  static const char *const widths[] = { "", "-0.75", "-0.5", "-0.25" };
  static const char *const small_stems[] = { "resnet18-cifar", "resnet34-cifar",
                                             "resnet50-cifar" };
  const char *relu = rt_tensor_list_has_meta (tensors, "activation", "relu") ? "-relu" : "";
  const char *symmetric = rt_tensor_list_has_meta (tensors, "padding", "symmetric")
                     ? "-symmetric" : "";
  const char *own = rt_tensor_list_get_meta (tensors, "network");
  gboolean small = rt_tensor_list_has_meta (tensors, "stem_stride", "1");
  int n;
  const RtNetworkInfo *list = rt_network_list (&n);

  if (own != NULL && rt_network_find (own) != NULL)
    consider (best, tensors, layers, own);
  if (small)
    consider (best, tensors, layers, "mobilenet_v2-cifar");
  for (int i = 0; i < n; i++)
    if (g_str_equal (list[i].name, "efficientnet_lite0"))
      {
        g_autofree char *name = g_strconcat (list[i].name, symmetric, NULL);

        consider (best, tensors, layers, name);
      }
    else if (!g_str_equal (list[i].name, "mlp") && !g_str_equal (list[i].name, "mobilenet_v1"))
      consider (best, tensors, layers, list[i].name);
  for (size_t i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *name = g_strconcat ("mobilenet_v1", widths[i], relu, NULL);

      consider (best, tensors, layers, name);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (small_stems); i++)
    consider (best, tensors, layers, small_stems[i]);
}

/* What has the same tensors and another computation. */
static const char *
find_other (const RtIdentity   *identity,
            const RtTensorList *tensors)
{
  if (g_str_equal (identity->network, "efficientnet_lite0")
      && rt_tensor_list_find (tensors, "_conv_stem.weight") == NULL
      && rt_tensor_list_get_meta (tensors, "padding") == NULL)
    return "efficientnet_lite0-symmetric";
  if (g_str_equal (identity->network, "mobilenet_v2")
      && rt_tensor_list_get_meta (tensors, "stem_stride") == NULL)
    return "mobilenet_v2-cifar";
  return NULL;
}

/* Where the file's norms add another epsilon to the variance than the network's, the variance makes
 * up for it. */
static void
settle_epsilon (RtTensorList       *found,
                const RtTensorList *tensors,
                const Candidate    *self)
{
  const char *text = rt_tensor_list_get_meta (tensors, "epsilon");
  double eps = text != NULL ? g_ascii_strtod (text, NULL) : 0.0;
  float own = get_eps (self->network);

  if (!(eps > 0.0 && eps < 1.0) || own == 0.0f)
    return;
  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    {
      const RtParam *param = rt_network_get_param (self->network, i);

      if (self->sources[i].tensor == NULL || !g_str_equal (param->spec.suffix, "running_var"))
        continue;
      for (size_t k = 0; k < param->count; k++)
        rt_tensor_list_find (found, param->name)->data[k] += (float) (eps - (double) own);
    }
}

/* The nearest network's own account of what does not fit. */
static void
explain (const Candidate     *best,
         const RtTensorList  *tensors,
         const char          *network,
         GError             **error)
{
  RtNetworkOptions options = { .classes = 2 };
  g_autoptr (RtNetwork) near = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (RtTensorList) found = NULL;
  gboolean told = best != NULL && best->identity.by_order && count_found (best) > 0;

  if (best == NULL || (network == NULL && count_found (best) == 0))
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH,
                   "these weights are of no network that there is here: not one of their %zu "
                   "tensors has its place in any", rt_tensor_list_get_n (tensors));
      return;
    }
  options.name = best->identity.network;
  options.channels = best->identity.channels;
  near = rt_network_new (&options, NULL);
  found = collect (best);
  if (rt_network_load (near, told ? found : tensors, TRUE, NULL, &failure))
    g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH,
                 "the weights come nearest to %s, but %d of their tensors have no place in it",
                 options.name, best->n_left);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
}

RtTensorList *
rt_network_identify (const RtTensorList  *tensors,
                     const char          *network,
                     RtIdentity          *identity,
                     GError             **error)
{
  g_autoptr (GPtrArray) layers = list_layers (tensors);
  g_autoptr (Candidate) best = NULL;
  RtTensorList *found;

  if (network != NULL)
    consider (&best, tensors, layers, network);
  else
    consider_all (&best, tensors, layers);
  if (best == NULL || !is_whole (best))
    {
      explain (best, tensors, network, error);
      return NULL;
    }
  *identity = best->identity;
  identity->other = network == NULL ? find_other (identity, tensors) : NULL;
  found = collect (best);
  settle_epsilon (found, tensors, best);
  return found;
}
