/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an ONNX network to a list of weights as PyTorch has them.
 *
 *   rt_onnx_model_to_tensors -> rt_onnx_index_init, rt_onnx_index_sort, take_node for each,
 *   describe
 *
 * Only operators that our networks have are taken (the table at the end), and of them only the
 * forms that our operators compute: whoever gets the list may then tell the network by its layers
 * alone. Exporters differ in where they put a bias and in which way round a matrix lies; both are
 * turned to PyTorch's way here.
 */
#include "config.h"

#include "rt-onnx-private.h"

#include "rt-file.h"

#include <math.h>
#include <string.h>

#define MAX_NAME 512

#define ADVICE \
  "use weights of a network that is listed, or the PyTorch or safetensors file of this one"

/* A layer without a bias, which may yet be added by a node of its own. */
typedef struct
{
  char    *prefix;    /* Owned */
  int      n;         /* outputs */
  gboolean conv;
  gboolean closed;    /* it has been added, or batch norm follows */
} Open;

typedef struct
{
  RtOnnxIndex   index;
  GPtrArray    *opened;      /* Owned: of Open */
  GHashTable   *open;        /* Owned: name of a value to Open */
  GHashTable   *prefixes;    /* Owned: those that are taken */
  RtTensorList *list;        /* Owned */
  gboolean      folded, relu, relu6, symmetric, same, mixed_epsilon;
  int           stem_stride;
  GString      *strides;     /* Owned: of each convolution, in the order of their weights */
  GString      *max_pools;   /* Owned: "KERNEL/STRIDE" of each */
  float         epsilon;     /* 0: no batch norm yet */
} Reading;

static void
open_free (Open *open)
{
  g_free (open->prefix);
  g_free (open);
}

static void
clear_reading (Reading *self)
{
  rt_onnx_index_clear (&self->index);
  g_clear_pointer (&self->open, g_hash_table_unref);
  g_clear_pointer (&self->opened, g_ptr_array_unref);
  g_clear_pointer (&self->prefixes, g_hash_table_unref);
  g_clear_pointer (&self->list, rt_tensor_list_free);
  g_string_free (self->strides, TRUE);
  g_string_free (self->max_pools, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, clear_reading)

static gboolean
refuse (const Reading     *self,
        const RtOnnxNode  *node,
        const char        *what,
        GError           **error)
{
  return rt_file_set_unsupported (error, self->index.name, "node %s (%s) %s; " ADVICE,
                                  rt_onnx_node_get_title (node), node->op, what);
}

static const RtOnnxTensor *
find_floats (const Reading    *self,
             const RtOnnxNode *node,
             guint             index)
{
  const RtOnnxTensor *tensor = rt_onnx_index_find_constant (&self->index, node, index);

  return tensor != NULL && tensor->floats != NULL && tensor->count > 0 ? tensor : NULL;
}

/* --- names */

/* What PyTorch calls the module of a node: of "/layer1/layer1.0/conv1/Conv", where each part may
 * begin with the one before it, "layer1.0.conv1". Of other exporters' names only the operator at
 * the end is dropped. NULL where nothing is left. (transfer full) */
static char *
name_by_node (const RtOnnxNode *node)
{
  g_auto (GStrv) parts = g_strsplit (node->name, "/", -1);
  guint n = g_strv_length (parts);
  gboolean torch = node->name[0] == '/';
  GString *out = g_string_new (NULL);
  const char *before = NULL;
  gsize start = 0;

  if (n > 1 && g_str_has_prefix (parts[n - 1], node->op))
    n--;
  for (guint i = 0; i < n; i++)
    {
      if (*parts[i] == '\0')
        continue;
      if (torch && before != NULL && g_str_has_prefix (parts[i], before)
          && parts[i][strlen (before)] == '.')
        g_string_truncate (out, start);
      else if (out->len > 0)
        g_string_append_c (out, '.');
      start = out->len;
      g_string_append (out, parts[i]);
      before = parts[i];
    }
  if (out->len > MAX_NAME)
    g_string_truncate (out, 0);
  return g_string_free (out, out->len == 0);
}

/* The name of a layer, that no other has: of its weights where they are called as in PyTorch,
 * else of the node. Borrowed from the table. */
static const char *
name_layer (Reading            *self,
            const RtOnnxNode   *node,
            const RtOnnxTensor *weight)
{
  g_autofree char *prefix = NULL;
  char *taken;

  if (weight->name != NULL && g_str_has_suffix (weight->name, ".weight")
      && strlen (weight->name) <= MAX_NAME && !g_str_equal (weight->name, ".weight"))
    prefix = g_strndup (weight->name, strlen (weight->name) - strlen (".weight"));
  if (prefix == NULL || g_hash_table_contains (self->prefixes, prefix))
    {
      g_free (prefix);
      prefix = name_by_node (node);
    }
  if (prefix == NULL || g_hash_table_contains (self->prefixes, prefix)
      || !g_utf8_validate (prefix, -1, NULL))
    {
      g_free (prefix);
      prefix = g_strdup_printf ("%s_%u", node->op, g_hash_table_size (self->prefixes));
    }
  while (g_hash_table_contains (self->prefixes, prefix))
    {
      char *longer = g_strconcat (prefix, "_", NULL);

      g_free (prefix);
      prefix = longer;
    }
  taken = g_steal_pointer (&prefix);
  g_hash_table_add (self->prefixes, taken);
  return taken;
}

/* --- weights */

/* A vector under "PREFIX.SUFFIX", or a matrix (@rows, n / @rows) where @turned is not 0, that was
 * stored the other way round. */
static void
add_tensor (Reading            *self,
            const char         *prefix,
            const char         *suffix,
            const RtOnnxTensor *from,
            const RtShape      *shape,
            gboolean            turned)
{
  g_autofree char *name = g_strconcat (prefix, ".", suffix, NULL);
  RtTensor *to = rt_tensor_list_add (self->list, name, shape);

  if (!turned)
    memcpy (to->data, from->floats, from->count * sizeof (float));
  else
    for (int o = 0; o < shape->dims[0]; o++)
      for (int i = 0; i < shape->dims[1]; i++)
        to->data[(size_t) o * shape->dims[1] + i]
          = from->floats[(size_t) i * shape->dims[0] + o];
}

static float
get_real (const RtOnnxNode *node,
          const char       *key,
          float             otherwise)
{
  const RtOnnxAttribute *attribute = rt_onnx_node_find (node, key);

  return attribute != NULL && attribute->kind == RT_ONNX_FLOAT ? attribute->real : otherwise;
}

/* Whether every value of the attribute is @value, or there is none. */
static gboolean
has_all (const RtOnnxNode *node,
         const char       *key,
         int64_t           value)
{
  const RtOnnxAttribute *attribute = rt_onnx_node_find (node, key);

  for (size_t i = 0; attribute != NULL && i < attribute->n; i++)
    if (attribute->kind != RT_ONNX_INTS || attribute->integers[i] != value)
      return FALSE;
  return TRUE;
}

/* The one stride of both directions; 0 where they differ. */
static int64_t
get_stride (const RtOnnxNode *node)
{
  const RtOnnxAttribute *strides = rt_onnx_node_find (node, "strides");

  if (strides == NULL || strides->kind != RT_ONNX_INTS || strides->n == 0)
    return 1;
  return has_all (node, "strides", strides->integers[0]) ? strides->integers[0] : 0;
}

/* Of a convolution with a stride, which is where PyTorch's padding and TensorFlow's differ. */
static void
note_padding (Reading          *self,
              const RtOnnxNode *node)
{
  const RtOnnxAttribute *automatic = rt_onnx_node_find (node, "auto_pad");
  const RtOnnxAttribute *pads = rt_onnx_node_find (node, "pads");

  if (automatic != NULL && automatic->kind == RT_ONNX_TEXT
      && g_str_has_prefix (automatic->text, "SAME"))
    self->same = TRUE;
  else if (pads == NULL || pads->kind != RT_ONNX_INTS || pads->n != 4)
    self->symmetric = TRUE;
  else if (pads->integers[0] == pads->integers[2] && pads->integers[1] == pads->integers[3])
    self->symmetric = TRUE;
  else
    self->same = TRUE;
}

static void
remember_open (Reading          *self,
               const RtOnnxNode *node,
               const char       *prefix,
               int               n)
{
  Open *open = g_new0 (Open, 1);

  open->prefix = g_strdup (prefix);
  open->n = n;
  open->conv = g_str_equal (node->op, "Conv");
  open->closed = g_hash_table_contains (self->index.normed, node->outputs->pdata[0]);
  g_ptr_array_add (self->opened, open);
  g_hash_table_insert (self->open, node->outputs->pdata[0], open);
}

static gboolean
take_conv (Reading           *self,
           const RtOnnxNode  *node,
           GError           **error)
{
  const RtOnnxTensor *weight = find_floats (self, node, 1);
  const RtOnnxTensor *bias = find_floats (self, node, 2);
  int64_t stride = get_stride (node);
  RtShape shape = { .n_dims = 4 };
  const char *prefix;

  if (weight == NULL || weight->n_dims != 4)
    return refuse (self, node, "has no constant weights of four dimensions, as all "
                   "convolutions here have", error);
  for (int i = 0; i < 4; i++)
    shape.dims[i] = (int) weight->dims[i];
  if (rt_onnx_node_get_input (node, 2) != NULL
      && (bias == NULL || bias->count != (size_t) shape.dims[0]))
    return refuse (self, node, "has a bias that does not fit its weights", error);
  if (stride < 1 || !has_all (node, "dilations", 1))
    return refuse (self, node, "is dilated or has two strides, as no network here has", error);
  if (self->stem_stride == 0)
    self->stem_stride = (int) MIN (stride, 100);
  if (stride > 1 && shape.dims[2] > 1)
    note_padding (self, node);
  g_string_append_printf (self->strides, "%" G_GINT64_FORMAT " ", stride);
  prefix = name_layer (self, node, weight);
  add_tensor (self, prefix, "weight", weight, &shape, FALSE);
  if (bias == NULL)
    remember_open (self, node, prefix, shape.dims[0]);
  else
    {
      add_tensor (self, prefix, "bias", bias, &RT_SHAPE_1 (shape.dims[0]), FALSE);
      self->folded = self->folded
                     || !g_hash_table_contains (self->index.normed, node->outputs->pdata[0]);
    }
  return TRUE;
}

static gboolean
take_norm (Reading           *self,
           const RtOnnxNode  *node,
           GError           **error)
{
  static const char *const suffixes[] = { "weight", "bias", "running_mean", "running_var" };
  float epsilon = get_real (node, "epsilon", 1e-5f);
  const RtOnnxTensor *tensors[4];
  const char *prefix;

  for (guint i = 0; i < 4; i++)
    {
      tensors[i] = find_floats (self, node, i + 1);
      if (tensors[i] == NULL || tensors[i]->count != tensors[0]->count
          || tensors[i]->n_dims != 1)
        return refuse (self, node, "has no four constant vectors of the same length", error);
    }
  prefix = name_layer (self, node, tensors[0]);
  for (int i = 0; i < 4; i++)
    add_tensor (self, prefix, suffixes[i], tensors[i], &RT_SHAPE_1 ((int) tensors[i]->count),
                FALSE);
  self->mixed_epsilon = self->mixed_epsilon || (self->epsilon != 0 && self->epsilon != epsilon);
  self->epsilon = epsilon;
  return TRUE;
}

/* Adds a matrix of a linear layer and gives its name and its outputs; NULL where it is none. */
static const char *
add_linear (Reading          *self,
            const RtOnnxNode *node,
            gboolean          turned,
            int              *n)
{
  const RtOnnxTensor *weight = find_floats (self, node, 1);
  const char *prefix;
  RtShape shape;

  if (weight == NULL || weight->n_dims != 2)
    return NULL;
  shape = RT_SHAPE_2 ((int) weight->dims[turned ? 1 : 0], (int) weight->dims[turned ? 0 : 1]);
  prefix = name_layer (self, node, weight);
  add_tensor (self, prefix, "weight", weight, &shape, turned);
  *n = shape.dims[0];
  return prefix;
}

static gboolean
take_gemm (Reading           *self,
           const RtOnnxNode  *node,
           GError           **error)
{
  const RtOnnxTensor *bias = find_floats (self, node, 2);
  const char *prefix;
  int n = 0;

  if (rt_onnx_node_get_int (node, "transA", 0) != 0 || get_real (node, "alpha", 1) != 1
      || get_real (node, "beta", 1) != 1)
    return refuse (self, node, "is more than a linear layer: it turns or scales what it reads",
                   error);
  prefix = add_linear (self, node, rt_onnx_node_get_int (node, "transB", 0) == 0, &n);
  if (prefix == NULL)
    return refuse (self, node, "has no constant matrix of weights", error);
  if (rt_onnx_node_get_input (node, 2) == NULL)
    {
      remember_open (self, node, prefix, n);
      return TRUE;
    }
  if (bias == NULL || bias->count != (size_t) n)
    return refuse (self, node, "has a bias that does not fit its weights", error);
  add_tensor (self, prefix, "bias", bias, &RT_SHAPE_1 (n), FALSE);
  return TRUE;
}

static gboolean
take_matmul (Reading           *self,
             const RtOnnxNode  *node,
             GError           **error)
{
  int n = 0;
  const char *prefix = add_linear (self, node, TRUE, &n);

  if (prefix == NULL)
    return refuse (self, node, "has no constant matrix of weights", error);
  remember_open (self, node, prefix, n);
  return TRUE;
}

/* Of two values, or the bias of the layer before it. */
static gboolean
take_add (Reading           *self,
          const RtOnnxNode  *node,
          GError           **error)
{
  for (guint i = 0; i < 2; i++)
    {
      const RtOnnxTensor *bias = rt_onnx_index_find_constant (&self->index, node, i);
      const char *other = rt_onnx_node_get_input (node, 1 - i);
      Open *open;

      if (bias == NULL)
        continue;
      open = other != NULL ? g_hash_table_lookup (self->open, other) : NULL;
      if (open == NULL || bias->floats == NULL || bias->count != (size_t) open->n)
        return refuse (self, node, "adds a constant that is not the bias of a layer", error);
      add_tensor (self, open->prefix, "bias", bias, &RT_SHAPE_1 (open->n), FALSE);
      g_hash_table_remove (self->open, other);
      open->closed = TRUE;
      self->folded = self->folded
                     || (open->conv
                         && !g_hash_table_contains (self->index.normed, node->outputs->pdata[0]));
      return TRUE;
    }
  return TRUE;
}

/* Exporters leave out a bias of zeros, and the networks here have one. */
static void
close_layers (Reading *self)
{
  for (guint i = 0; i < self->opened->len; i++)
    {
      const Open *open = self->opened->pdata[i];
      g_autofree char *name = g_strconcat (open->prefix, ".bias", NULL);

      if (open->closed)
        continue;
      rt_tensor_list_add (self->list, name, &RT_SHAPE_1 (open->n));
      self->folded = self->folded || open->conv;
    }
}

/* --- the others: nothing to take, but they must be such as ours */

static gboolean
take_relu (Reading           *self,
           const RtOnnxNode  *node,
           GError           **error)
{
  self->relu = TRUE;
  return TRUE;
}

static gboolean
take_any (Reading           *self,
          const RtOnnxNode  *node,
          GError           **error)
{
  return TRUE;
}

/* A bound of Clip, which the first versions had as an attribute. */
static float
get_bound (const Reading    *self,
           const RtOnnxNode *node,
           guint             index,
           const char       *key)
{
  const RtOnnxTensor *tensor = find_floats (self, node, index);

  return tensor != NULL && tensor->count == 1 ? tensor->floats[0] : get_real (node, key, NAN);
}

static gboolean
take_clip (Reading           *self,
           const RtOnnxNode  *node,
           GError           **error)
{
  float low = get_bound (self, node, 1, "min"), high = get_bound (self, node, 2, "max");

  if (low != 0 || high != 6)
    return refuse (self, node, "does not clip to 0 and 6 (ReLU6), which alone is opened", error);
  self->relu6 = TRUE;
  return TRUE;
}

static gboolean
take_pool (Reading           *self,
           const RtOnnxNode  *node,
           GError           **error)
{
  const RtOnnxAttribute *kernel = rt_onnx_node_find (node, "kernel_shape");

  if (kernel == NULL || kernel->kind != RT_ONNX_INTS || kernel->n != 2
      || kernel->integers[0] != kernel->integers[1] || get_stride (node) < 1
      || !has_all (node, "dilations", 1))
    return refuse (self, node, "is no pool of square windows; only such are opened", error);
  if (g_str_equal (node->op, "MaxPool"))
    g_string_append_printf (self->max_pools, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " ",
                            kernel->integers[0], get_stride (node));
  return TRUE;
}

/* Whole numbers that are an attribute or, in later versions, an input. */
static const int64_t *
find_integers (const Reading    *self,
               const RtOnnxNode *node,
               const char       *key,
               guint             index,
               size_t           *n)
{
  const RtOnnxAttribute *attribute = rt_onnx_node_find (node, key);
  const RtOnnxTensor *tensor = rt_onnx_index_find_constant (&self->index, node, index);

  if (attribute != NULL && attribute->kind == RT_ONNX_INTS)
    {
      *n = attribute->n;
      return attribute->integers;
    }
  *n = tensor != NULL && tensor->integers != NULL ? tensor->count : 0;
  return *n > 0 ? tensor->integers : NULL;
}

static gboolean
take_mean (Reading           *self,
           const RtOnnxNode  *node,
           GError           **error)
{
  size_t n;
  const int64_t *axes = find_integers (self, node, "axes", 1, &n);
  gboolean fits = n == 2 && axes[0] != axes[1];

  for (size_t i = 0; fits && i < 2; i++)
    fits = axes[i] == 2 || axes[i] == 3 || axes[i] == -2 || axes[i] == -1;
  return fits || refuse (self, node, "is not the mean over height and width", error);
}

static gboolean
take_reshape (Reading           *self,
              const RtOnnxNode  *node,
              GError           **error)
{
  size_t n;

  if (find_integers (self, node, "shape", 1, &n) == NULL || n != 2)
    return refuse (self, node, "does not flatten each picture to a row, which alone is opened",
                   error);
  return TRUE;
}

static gboolean
take_joined (Reading           *self,
             const RtOnnxNode  *node,
             GError           **error)
{
  if (rt_onnx_node_get_int (node, "axis", 1) != 1)
    return refuse (self, node, "works along another axis than the channels", error);
  return TRUE;
}

static gboolean
take_pad (Reading           *self,
          const RtOnnxNode  *node,
          GError           **error)
{
  const RtOnnxAttribute *mode = rt_onnx_node_find (node, "mode");
  const RtOnnxTensor *value = find_floats (self, node, 2);
  size_t n;

  if (find_integers (self, node, "pads", 1, &n) == NULL || n != 8
      || (mode != NULL && g_strcmp0 (mode->text, "constant") != 0)
      || (value != NULL && value->floats[0] != 0) || get_real (node, "value", 0) != 0)
    return refuse (self, node, "does not put zeros around an image", error);
  return TRUE;
}

/* The shortcut of the CIFAR family takes each second row and column. */
static gboolean
take_slice (Reading           *self,
            const RtOnnxNode  *node,
            GError           **error)
{
  size_t n;
  const int64_t *axes = find_integers (self, node, "axes", 3, &n);

  for (size_t i = 0; i < n; i++)
    if (axes[i] != 2 && axes[i] != 3)
      n = 0;
  return n > 0 || refuse (self, node, "cuts along another axis than height and width", error);
}

static const struct
{
  const char *op;
  guint       n_inputs;   /* at least */
  gboolean  (*take) (Reading           *self,
                     const RtOnnxNode  *node,
                     GError           **error);
} operators[] = {
  { "Add", 2, take_add },
  { "AveragePool", 1, take_pool },
  { "BatchNormalization", 5, take_norm },
  { "Clip", 1, take_clip },
  { "Concat", 1, take_joined },
  { "Constant", 0, take_any },
  { "Conv", 2, take_conv },
  { "Dropout", 1, take_any },
  { "Flatten", 1, take_joined },
  { "Gelu", 1, take_any },
  { "Gemm", 2, take_gemm },
  { "GlobalAveragePool", 1, take_any },
  { "Identity", 1, take_any },
  { "MatMul", 2, take_matmul },
  { "MaxPool", 1, take_pool },
  { "Pad", 1, take_pad },
  { "ReduceMean", 1, take_mean },
  { "Relu", 1, take_relu },
  { "Reshape", 1, take_reshape },
  { "Sigmoid", 1, take_any },
  { "Slice", 1, take_slice },
  { "Softmax", 1, take_any },
};

static gboolean
take_node (Reading           *self,
           const RtOnnxNode  *node,
           GError           **error)
{
  gboolean own = *node->domain == '\0' || g_str_equal (node->domain, "ai.onnx");

  if (*node->op == '\0')
    return rt_file_set_invalid (error, self->index.name, "node %s has no operator: the file is "
                                "damaged", rt_onnx_node_get_title (node));
  for (size_t i = 0; own && i < G_N_ELEMENTS (operators); i++)
    {
      if (!g_str_equal (operators[i].op, node->op))
        continue;
      if (node->inputs->len < operators[i].n_inputs || node->outputs->len == 0)
        return rt_file_set_invalid (error, self->index.name, "node %s (%s) has %u inputs and %u "
                                    "outputs: the file is damaged", rt_onnx_node_get_title (node),
                                    node->op, node->inputs->len, node->outputs->len);
      return operators[i].take (self, node, error);
    }
  return rt_file_set_unsupported (error, self->index.name, "node %s is a %s%s%s, an operator that "
                                  "the networks here do not have; " ADVICE,
                                  rt_onnx_node_get_title (node), own ? "" : node->domain,
                                  own ? "" : ".", node->op);
}

/* --- metadata */

static void
set_number (Reading    *self,
            const char *key,
            double      value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  rt_tensor_list_set_meta (self->list, key, g_ascii_formatd (text, sizeof text, "%.7g", value));
}

/* The first input that is not a constant too, as the first versions had it. */
static void
describe_input (Reading *self)
{
  static const char *const keys[] = { NULL, "input_channels", "input_height", "input_width" };

  for (guint i = 0; i < self->index.model->inputs->len; i++)
    {
      const RtOnnxValue *input = self->index.model->inputs->pdata[i];

      if (g_hash_table_contains (self->index.constants, input->name))
        continue;
      for (int d = 1; input->n_dims == 4 && d < 4; d++)
        if (input->dims[d] > 0)
          set_number (self, keys[d], (double) input->dims[d]);
      return;
    }
}

static void
describe (Reading *self)
{
  const GPtrArray *metadata = self->index.model->metadata;

  for (guint i = 0; i + 1 < metadata->len; i += 2)
    rt_tensor_list_set_meta (self->list, metadata->pdata[i], metadata->pdata[i + 1]);
  rt_tensor_list_set_meta (self->list, "format", "onnx");
  rt_tensor_list_set_meta (self->list, "producer", self->index.model->producer);
  if (self->folded)
    rt_tensor_list_set_meta (self->list, "folded", "true");
  if (self->relu || self->relu6)
    rt_tensor_list_set_meta (self->list, "activation", self->relu6 ? "relu6" : "relu");
  if (self->symmetric || self->same)
    rt_tensor_list_set_meta (self->list, "padding", self->same ? "same" : "symmetric");
  if (self->stem_stride > 0)
    set_number (self, "stem_stride", self->stem_stride);
  rt_tensor_list_set_meta (self->list, "strides", self->strides->str);
  rt_tensor_list_set_meta (self->list, "max_pools", self->max_pools->str);
  if (self->epsilon > 0 && !self->mixed_epsilon)
    set_number (self, "epsilon", (double) self->epsilon);
  describe_input (self);
}

RtTensorList *
rt_onnx_model_to_tensors (const RtOnnxModel  *model,
                          const char         *name,
                          GCancellable       *cancellable,
                          GError            **error)
{
  g_auto (Reading) self = { .strides = g_string_new (NULL), .max_pools = g_string_new (NULL) };
  g_autoptr (GPtrArray) order = NULL;

  self.open = g_hash_table_new (g_str_hash, g_str_equal);
  self.opened = g_ptr_array_new_with_free_func ((GDestroyNotify) open_free);
  self.prefixes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.list = rt_tensor_list_new ();
  order = rt_onnx_index_init (&self.index, model, name, error)
          ? rt_onnx_index_sort (&self.index, error) : NULL;
  if (order == NULL)
    return NULL;
  for (guint i = 0; i < order->len; i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !take_node (&self, order->pdata[i], error))
      return NULL;
  if (rt_tensor_list_get_n (self.list) == 0)
    {
      rt_file_set_unsupported (error, name, "has no layers with weights; save the network with "
                               "its parameters (torch.onnx.export does)");
      return NULL;
    }
  close_layers (&self);
  describe (&self);
  return g_steal_pointer (&self.list);
}
