/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file of weights held against one network: each parameter gets a tensor of the file, by its name
 * or by its place among the layers.
 *
 * A file of Keras 3 has an order for each kind of layer, and none between them (its metadata
 * "order"): then the file's list is walked once for each kind.
 *
 * Pairing by order mends what exporters do to batch norm (Ioffe and Szegedy 2015, section 3): a
 * bias that the norm takes off again moves into the running mean, and where the norm was folded
 * into the convolution one is made that changes nothing.
 */
#include "config.h"

#include "rt-network-candidate.h"

#include "rt-ops.h"

#include <string.h>

/* Of a head that people put on: more, and it is another network. */
#define MAX_HEAD_LAYERS 6

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
struct _RtSource
{
  const RtTensor *tensor;    /* of the file; NULL: none, or made */
  const RtTensor *less;      /* (nullable): is taken off */
  gboolean        made;
  float           value;     /* of all of them, where it is made */
};

void
rt_candidate_free (RtCandidate *self)
{
  if (self == NULL)
    return;
  g_free (self->unlike);
  g_free (self->sources);
  g_free (self);
}

RtCandidate *
rt_candidate_new (const RtNetwork *network)
{
  RtCandidate *self = g_new0 (RtCandidate, 1);

  self->network = network;
  self->sources = g_new0 (RtSource, rt_network_get_n_params (network));
  self->identity.network = rt_network_get_options (network)->name;
  self->identity.channels = rt_network_get_options (network)->channels;
  return self;
}

/* --- pairing by name */

/* The count of seen batches that PyTorch keeps beside batch norm is no weight. */
static gboolean
is_weight (const RtTensor *tensor)
{
  return !g_str_has_suffix (tensor->name, "num_batches_tracked");
}

/* *@n_twice becomes how many have a name that another has too: of two networks in one file. */
static GHashTable *
index_tensors (const RtTensorList *tensors,
               RtSpelling          spell,
               int                *n_twice)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
    {
      RtTensor *tensor = rt_tensor_list_get (tensors, i);

      if (is_weight (tensor) && !g_hash_table_insert (table, spell (tensor->name), tensor))
        ++*n_twice;
    }
  return table;
}

/* Programs keep a network in a field of their own, "net.conv1.weight", that may be called anything:
 * what stands before the network's @first name, where that itself is not there. (transfer full) */
static char *
find_prefix (GHashTable *table,
             const char *first)
{
  g_autofree char *ending = g_strconcat (".", first, NULL);
  const char *shortest = NULL;
  GHashTableIter iter;
  gpointer key;

  if (g_hash_table_contains (table, first))
    return g_strdup ("");
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_has_suffix (key, ending) && (shortest == NULL || strlen (key) < strlen (shortest)))
      shortest = key;
  return shortest == NULL ? g_strdup ("")
         : g_strndup (shortest, strlen (shortest) - strlen (first));
}

static int
get_head (const RtCandidate *self)
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

  if (shape->n_dims == 0)   /* a single number, such as a count of steps */
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      int a = i < wanted->n_dims ? wanted->dims[i] : 1;
      int b = i < shape->n_dims ? shape->dims[i] : 1;

      if (a != b && !(head && i == 0 && b > 0))
        return FALSE;
    }
  return TRUE;
}

/* The head's classes, where each of its parameters was found with the same number of them. */
static void
settle_head (RtCandidate *self)
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

void
rt_candidate_pair_by_name (RtCandidate        *self,
                           const RtTensorList *tensors,
                           RtSpelling          spell)
{
  int n_twice = 0;
  g_autoptr (GHashTable) table = index_tensors (tensors, spell, &n_twice);
  g_autofree char *prefix = find_prefix (table, rt_network_get_param (self->network, 0)->name);

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    {
      const RtParam *param = rt_network_get_param (self->network, i);
      gboolean head = param->block == get_head (self);
      g_autofree char *name = g_strconcat (prefix, param->name, NULL);
      const RtTensor *tensor = g_hash_table_lookup (table, name);

      if (tensor != NULL && fits (param, &tensor->shape, head))
        {
          self->sources[i].tensor = tensor;
          g_hash_table_remove (table, name);
        }
      else if (!head)
        self->n_missing++;
    }
  self->n_left = (int) g_hash_table_size (table) + n_twice;
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

typedef enum
{
  KIND_LAYER,       /* a convolution or a linear layer */
  KIND_DEPTHWISE,
  KIND_NORM,
  N_KINDS,
} Kind;

/* Where the walk over both lists is. The file's may be one for each kind. */
typedef struct
{
  RtCandidate *candidate;
  GPtrArray   *layers;          /* Borrowed: the file's */
  gboolean     by_kind;
  guint        next[N_KINDS];   /* of them; the first alone where it is one list */
  int          param;           /* of the network's */
} Walk;

static gboolean
is_norm (const Layer *layer)
{
  return layer != NULL && layer->mean != NULL && layer->variance != NULL;
}

/* A filter for each channel, unless it is the @first layer: of a grey picture. */
static Kind
get_weight_kind (const RtShape *shape,
                 gboolean       first)
{
  return shape->n_dims == 4 && shape->dims[1] == 1 && !first ? KIND_DEPTHWISE : KIND_LAYER;
}

static Kind
get_kind (const Walk *walk,
          guint       index)
{
  const Layer *layer = g_ptr_array_index (walk->layers, index);

  if (is_norm (layer))
    return KIND_NORM;
  return layer->weight != NULL ? get_weight_kind (&layer->weight->shape, index == 0) : KIND_LAYER;
}

/* Goes to the next layer of @kind. */
static void
seek (Walk *walk,
      Kind  kind)
{
  while (walk->by_kind && walk->next[kind] < walk->layers->len
         && get_kind (walk, walk->next[kind]) != kind)
    walk->next[kind]++;
}

static guint *
get_next (Walk *walk,
          Kind  kind)
{
  return &walk->next[walk->by_kind ? kind : KIND_LAYER];
}

/* The next layer, where the file has them by kind that of @kind. */
static const Layer *
peek (Walk *walk,
      Kind  kind)
{
  guint next = *get_next (walk, kind);

  return next < walk->layers->len ? g_ptr_array_index (walk->layers, next) : NULL;
}

static void
step (Walk *walk,
      Kind  kind)
{
  ++*get_next (walk, kind);
  seek (walk, kind);
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
  RtSource *source = &walk->candidate->sources[walk->param];
  const RtParam *p[4];

  for (int i = 0; i < 4; i++)
    p[i] = get_param (walk, i);
  if (p[3] == NULL || !fits (p[2], &layer->mean->shape, FALSE)
      || !fits (p[3], &layer->variance->shape, FALSE)
      || (layer->weight != NULL && !fits (p[0], &layer->weight->shape, FALSE))
      || (layer->bias != NULL && !fits (p[1], &layer->bias->shape, FALSE))
      || (bias != NULL && !fits (p[2], &bias->shape, FALSE)))
    return FALSE;
  source[0] = (RtSource) { .tensor = layer->weight, .made = layer->weight == NULL, .value = 1.0f };
  source[1] = (RtSource) { .tensor = layer->bias, .made = layer->bias == NULL, .value = 0.0f };
  source[2] = (RtSource) { .tensor = layer->mean, .less = bias };
  source[3] = (RtSource) { .tensor = layer->variance };
  walk->param += 4;
  step (walk, KIND_NORM);
  return TRUE;
}

/* A norm that only adds @bias: its scale over the root of variance and epsilon is 1. */
static gboolean
make_norm (Walk           *walk,
           const RtTensor *bias)
{
  RtCandidate *self = walk->candidate;
  RtSource *source = &self->sources[walk->param];

  if (bias == NULL || !fits (get_param (walk, 1), &bias->shape, FALSE))
    return FALSE;
  source[0] = (RtSource) { .made = TRUE, .value = 1.0f };
  source[1] = (RtSource) { .tensor = bias };
  source[2] = (RtSource) { .made = TRUE, .value = 0.0f };
  source[3] = (RtSource) { .made = TRUE, .value = 1.0f - rt_candidate_get_eps (self) };
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
  Kind kind = get_weight_kind (&weight->spec.file_shape, walk->param == 0);
  const Layer *layer = peek (walk, kind);
  RtSource *source = &walk->candidate->sources[walk->param];

  if (layer == NULL || is_norm (layer) || layer->weight == NULL
      || !fits (weight, &layer->weight->shape, head))
    return FALSE;
  source[0].tensor = layer->weight;
  step (walk, kind);
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
  return is_norm (peek (walk, KIND_NORM))
         ? pair_norm (walk, peek (walk, KIND_NORM), layer->bias) : make_norm (walk, layer->bias);
}

static int
count_left (const Walk *walk)
{
  int n = 0;

  for (guint i = 0; i < walk->layers->len; i++)
    n += i >= walk->next[walk->by_kind ? get_kind (walk, i) : KIND_LAYER];
  return n;
}

/* Whether all that is left is a head of more layers than one, as people put on: matrices and norms
 * after the last convolution. */
static gboolean
is_head_left (const Walk *walk)
{
  for (guint i = walk->next[KIND_LAYER]; i < walk->layers->len; i++)
    {
      const Layer *layer = g_ptr_array_index (walk->layers, i);

      if (!is_norm (layer) && (layer->weight == NULL || layer->weight->shape.n_dims != 2))
        return FALSE;
    }
  return !walk->by_kind && walk->layers->len - walk->next[KIND_LAYER] <= MAX_HEAD_LAYERS;
}

/* A head of which only the first layer has a place is of no use. */
static void
drop_head (RtCandidate *self)
{
  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    if (rt_network_get_param (self->network, i)->block == get_head (self))
      self->sources[i] = (RtSource) { 0 };
}

void
rt_candidate_pair_by_order (RtCandidate        *self,
                            const RtTensorList *tensors)
{
  g_autoptr (GPtrArray) layers = list_layers (tensors);
  Walk walk = {
    .candidate = self, .layers = layers,
    .by_kind = rt_tensor_list_has_meta (tensors, "order", "kinds"),
  };
  int n = rt_network_get_n_params (self->network);
  gboolean paired = !rt_tensor_list_has_meta (tensors, "order", "none");

  self->identity.by_order = TRUE;
  for (int kind = 0; kind < N_KINDS; kind++)
    seek (&walk, kind);
  while (paired && walk.param < n)
    paired = pair_layer (&walk);
  /* What the walk did not come to is missing; a head may be. */
  for (int i = walk.param; i < n; i++)
    self->n_missing += rt_network_get_param (self->network, i)->block < get_head (self);
  self->n_left = count_left (&walk);
  self->deep_head = self->n_missing == 0 && self->n_left > 0 && is_head_left (&walk);
  if (self->deep_head)
    drop_head (self);
  settle_head (self);
}

/* --- what else the file says */

/* What @said says of the steps of each convolution, as the file's tensors come. (transfer full) */
static GHashTable *
read_strides (const RtTensorList *tensors,
              const char         *said)
{
  GHashTable *strides = g_hash_table_new (NULL, NULL);
  g_auto (GStrv) parts = g_strsplit (said, " ", -1);
  guint n = 0;

  for (size_t i = 0; i < rt_tensor_list_get_n (tensors) && parts[n] != NULL; i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (tensors, i);

      if (tensor->shape.n_dims == 4)
        g_hash_table_insert (strides, (void *) tensor, GINT_TO_POINTER (atoi (parts[n++])));
    }
  return strides;
}

void
rt_candidate_compare_steps (RtCandidate        *self,
                            const RtTensorList *tensors)
{
  const RtGraph *graph = rt_network_get_graph (self->network);
  const char *said = rt_tensor_list_get_meta (tensors, "strides");
  const char *pools = rt_tensor_list_get_meta (tensors, "max_pools");
  g_autoptr (GHashTable) strides = NULL;
  g_autoptr (GString) own_pools = g_string_new (NULL);

  if (said == NULL || pools == NULL || !rt_tensor_list_has_meta (tensors, "format", "onnx"))
    return;
  strides = read_strides (tensors, said);
  for (int i = 0; i < rt_graph_get_n_nodes (graph) && self->unlike == NULL; i++)
    {
      const RtNode *node = rt_graph_get_node (graph, i);
      const RtConvParams *conv = node->params;
      const RtPoolParams *pool = node->params;
      int stride = 0;

      if (node->op == &rt_op_max_pool)
        g_string_append_printf (own_pools, "%d/%d ", pool->kernel, pool->stride);
      if (node->op == &rt_op_conv2d || node->op == &rt_op_depthwise)
        stride = GPOINTER_TO_INT (g_hash_table_lookup (strides,
                                                       self->sources[node->first_param].tensor));
      if (stride != 0 && stride != conv->stride)
        self->unlike = g_strdup_printf ("%s takes steps of %d there, and of %d here",
                                        node->name, stride, conv->stride);
    }
  if (self->unlike == NULL && !g_str_equal (pools, own_pools->str))
    self->unlike = g_strdup ("its pools of greatest values (MaxPool) are others");
}

/* --- what comes of it */

int
rt_candidate_count_found (const RtCandidate *self)
{
  int n = 0;

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    n += self->sources[i].tensor != NULL;
  return n;
}

float
rt_candidate_get_eps (const RtCandidate *self)
{
  const RtGraph *graph = rt_network_get_graph (self->network);

  for (int i = 0; i < rt_graph_get_n_nodes (graph); i++)
    {
      const RtNode *node = rt_graph_get_node (graph, i);

      if (node->op == &rt_op_batch_norm)
        return ((const RtBatchNormParams *) node->params)->eps;
    }
  return 0.0f;
}

/* Where the file's norms add another epsilon to the variance than the network's, the variance makes
 * up for it. */
static void
settle_epsilon (const RtCandidate  *self,
                RtTensorList       *found,
                const RtTensorList *tensors)
{
  const char *text = rt_tensor_list_get_meta (tensors, "epsilon");
  double eps = text != NULL ? g_ascii_strtod (text, NULL) : 0.0;
  float own = rt_candidate_get_eps (self);

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

RtTensorList *
rt_candidate_collect (const RtCandidate  *self,
                      const RtTensorList *tensors)
{
  RtTensorList *list = rt_tensor_list_new ();

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    {
      const RtParam *param = rt_network_get_param (self->network, i);
      const RtSource *source = &self->sources[i];
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
  settle_epsilon (self, list, tensors);
  return list;
}

GPtrArray *
rt_candidate_list_left (const RtCandidate  *self,
                        const RtTensorList *tensors)
{
  GPtrArray *left = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);

  for (int i = 0; i < rt_network_get_n_params (self->network); i++)
    {
      g_hash_table_add (used, (gpointer) self->sources[i].tensor);
      g_hash_table_add (used, (gpointer) self->sources[i].less);
    }
  for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (tensors, i);

      if (is_weight (tensor) && !g_hash_table_contains (used, tensor))
        g_ptr_array_add (left, g_strdup (tensor->name));
    }
  return left;
}
