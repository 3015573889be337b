/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keras's variables as the ecosystem's tensors: LAYER.weight, .bias, .running_mean, .running_var,
 * with '/' in a layer's name turned to '.', and kernels turned over:
 *
 *   convolution  (H,W,I,O) -> (O,I,H,W)
 *   depthwise    (H,W,C,M) -> (C*M,1,H,W)
 *   dense        (I,O)     -> (O,I)
 *
 * Which of them a kernel is, the file says (Keras 3), or the graph where there is one. Else its own
 * name does (`depthwise_kernel`), and where that says `kernel`, or nothing at all, the dimensions
 * and the length of the bias do. Where two readings fit that differ, the file is refused.
 */
#include "config.h"

#include "rt-keras-private.h"

#include "rt-file.h"

typedef enum
{
  RT_KERAS_UNKNOWN,
  RT_KERAS_KERNEL,           /* of a convolution or a dense layer */
  RT_KERAS_DEPTHWISE_KERNEL,
  RT_KERAS_BIAS,
  RT_KERAS_GAMMA,
  RT_KERAS_BETA,
  RT_KERAS_MEAN,
  RT_KERAS_VARIANCE,
} RtKerasRole;

static const struct { const char *name; RtKerasRole role; } roles[] = {
  { "kernel", RT_KERAS_KERNEL }, { "depthwise_kernel", RT_KERAS_DEPTHWISE_KERNEL },
  { "bias", RT_KERAS_BIAS }, { "gamma", RT_KERAS_GAMMA }, { "beta", RT_KERAS_BETA },
  { "moving_mean", RT_KERAS_MEAN }, { "moving_variance", RT_KERAS_VARIANCE },
};

/* Keras 1 has the layer's name before it; what it calls a deviation is a variance. */
static const struct { const char *ending; RtKerasRole role; } old_roles[] = {
  { "_W", RT_KERAS_KERNEL }, { "_b", RT_KERAS_BIAS }, { "_gamma", RT_KERAS_GAMMA },
  { "_beta", RT_KERAS_BETA }, { "_running_mean", RT_KERAS_MEAN },
  { "_running_std", RT_KERAS_VARIANCE },
};

static const char *const endings[] = {
  [RT_KERAS_KERNEL] = "weight", [RT_KERAS_DEPTHWISE_KERNEL] = "weight", [RT_KERAS_BIAS] = "bias",
  [RT_KERAS_GAMMA] = "weight", [RT_KERAS_BETA] = "bias", [RT_KERAS_MEAN] = "running_mean",
  [RT_KERAS_VARIANCE] = "running_var",
};

/* The variables of one layer, which are looked at together. */
typedef struct
{
  const RtKerasWeight *const *weights;
  guint                n;
  gboolean             nested;        /* it holds layers, which the scopes tell apart */
  const char          *name;          /* of the layer */
  const char          *class_name;    /* (nullable) */
  const char          *file;
} RtKerasLayer;

/* "conv2d/kernel_1:0" -> "kernel" (transfer full) */
static char *
get_stem (const char *variable)
{
  const char *slash = strrchr (variable, '/');
  g_autofree char *stem = g_strdup (slash != NULL ? slash + 1 : variable);
  char *colon = strchr (stem, ':'), *digits;

  if (colon != NULL)
    *colon = '\0';
  digits = stem + strlen (stem);
  while (digits > stem && g_ascii_isdigit (digits[-1]))
    digits--;
  if (*digits != '\0' && digits > stem + 1 && digits[-1] == '_')
    digits[-1] = '\0';
  return g_steal_pointer (&stem);
}

/* "a/b/kernel:0" -> "a/b"; "" where there is no slash. (transfer full) */
static char *
get_scope (const char *variable)
{
  const char *slash = strrchr (variable, '/');

  return g_strndup (variable, slash != NULL ? slash - variable : 0);
}

static RtKerasRole
find_role (const char *variable)
{
  g_autofree char *stem = get_stem (variable);

  for (size_t i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_str_equal (stem, roles[i].name))
      return roles[i].role;
  for (size_t i = 0; i < G_N_ELEMENTS (old_roles); i++)
    if (g_str_has_suffix (stem, old_roles[i].ending))
      return old_roles[i].role;
  return RT_KERAS_UNKNOWN;
}

/* Whether @layer holds layers: then some role is played twice. */
static gboolean
is_nested (const RtKerasLayer *layer)
{
  guint seen = 0;

  for (guint i = 0; i < layer->n; i++)
    {
      RtKerasRole role = find_role (layer->weights[i]->variable);

      if (role != RT_KERAS_UNKNOWN && (seen & 1u << role) != 0)
        return TRUE;
      seen |= 1u << role;
    }
  return FALSE;
}

static gboolean
is_same_scope (const RtKerasWeight *a,
               const RtKerasWeight *b)
{
  g_autofree char *scope_a = get_scope (a->variable);
  g_autofree char *scope_b = get_scope (b->variable);

  return g_str_equal (scope_a, scope_b);
}

/* The length of the bias that goes with @kernel; 0 where there is none. */
static int
find_bias_length (const RtKerasLayer  *layer,
                  const RtKerasWeight *kernel)
{
  for (guint i = 0; i < layer->n; i++)
    if (layer->weights[i] != kernel && layer->weights[i]->shape.n_dims == 1 &&
        (!layer->nested || is_same_scope (layer->weights[i], kernel)))
      return layer->weights[i]->shape.dims[0];
  return 0;
}

/* A variable whose name says nothing: a kernel, or the vector beside one. */
static RtKerasRole
guess_role (const RtKerasLayer  *layer,
            const RtKerasWeight *weight)
{
  const RtKerasWeight *other;

  /* "recurrent_kernel", "pointwise_kernel" say something, but nothing that is known here. */
  if (layer->n > 2 || weight->shape.n_dims == 0 || strstr (weight->variable, "_kernel") != NULL)
    return RT_KERAS_UNKNOWN;
  if (weight->shape.n_dims >= 2)
    return RT_KERAS_KERNEL;
  other = layer->n == 2 ? layer->weights[layer->weights[0] == weight] : NULL;
  return other != NULL && other->shape.n_dims >= 2 ? RT_KERAS_BIAS : RT_KERAS_UNKNOWN;
}

static gboolean
refuse_kernel (const RtKerasLayer  *layer,
               const RtKerasWeight *weight,
               const char          *why,
               GError             **error)
{
  g_autofree char *shape = rt_shape_to_string (&weight->shape);

  return rt_file_set_unsupported (error, layer->file, "layer %s: %s of shape %s %s; in Python, "
                                  "model.save (\"whole.h5\") writes a file that says what it is",
                                  layer->name, weight->variable, shape, why);
}

/* What the graph says of the layer, where that is anything. */
static gboolean
check_class (const RtKerasLayer  *layer,
             const RtKerasWeight *weight,
             RtKerasRole         *role,
             GError             **error)
{
  static const struct { const char *name; int n_dims; RtKerasRole role; } classes[] = {
    { "Conv2D", 4, RT_KERAS_KERNEL }, { "Convolution2D", 4, RT_KERAS_KERNEL },
    { "DepthwiseConv2D", 4, RT_KERAS_DEPTHWISE_KERNEL }, { "Dense", 2, RT_KERAS_KERNEL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (layer->class_name, classes[i].name))
      {
        if (weight->shape.n_dims != classes[i].n_dims)
          return rt_file_set_invalid (error, layer->file, "layer %s is a %s, and its kernel has "
                                      "%d dimensions", layer->name, layer->class_name,
                                      weight->shape.n_dims);
        *role = classes[i].role;
        return TRUE;
      }
  return rt_file_set_unsupported (error, layer->file, "layer %s is a %s, which no network here "
                                  "has; Conv2D, DepthwiseConv2D, Dense and BatchNormalization are "
                                  "opened", layer->name, layer->class_name);
}

/* A kernel of four dimensions with nothing said of it but perhaps that it is a `kernel`, which in
 * Keras 3 a depthwise one is too. */
static gboolean
tell_kernel (const RtKerasLayer  *layer,
             const RtKerasWeight *weight,
             gboolean             named,
             RtKerasRole         *role,
             GError             **error)
{
  const int *dims = weight->shape.dims;
  int n_bias = find_bias_length (layer, weight);
  gboolean conv = n_bias == 0 || n_bias == dims[3];
  gboolean depthwise = n_bias == 0 ? dims[3] == 1 : n_bias == dims[2] * (int64_t) dims[3];
  /* Keras 1 wrote convolutions as (O,I,H,W), too, and turned half a circle. */
  gboolean old = !named && (n_bias == 0 || n_bias == dims[0]) && dims[2] == dims[3];

  if (dims[2] == 1)
    depthwise = FALSE;      /* one channel: both are the same */
  if (conv + depthwise + old > 1)
    return refuse_kernel (layer, weight, "could be read in two ways", error);
  if (conv + depthwise == 0)
    return refuse_kernel (layer, weight, "is in no order that is opened", error);
  *role = depthwise ? RT_KERAS_DEPTHWISE_KERNEL : RT_KERAS_KERNEL;
  return TRUE;
}

static gboolean
decide_kernel (const RtKerasLayer  *layer,
               const RtKerasWeight *weight,
               gboolean             named,
               RtKerasRole         *role,
               GError             **error)
{
  if (layer->class_name != NULL)
    return check_class (layer, weight, role, error);
  if (weight->shape.n_dims == 2 && *role == RT_KERAS_KERNEL)
    {
      int n_bias = find_bias_length (layer, weight);

      if (n_bias != 0 && n_bias != weight->shape.dims[1])
        return refuse_kernel (layer, weight, "does not go with its bias", error);
      return TRUE;
    }
  if (weight->shape.n_dims != 4)
    return refuse_kernel (layer, weight, "is neither a convolution of pictures nor a dense layer",
                          error);
  return *role == RT_KERAS_DEPTHWISE_KERNEL || tell_kernel (layer, weight, named, role, error);
}

static gboolean
decide_role (const RtKerasLayer  *layer,
             const RtKerasWeight *weight,
             RtKerasRole         *role,
             GError             **error)
{
  gboolean named = TRUE;

  *role = find_role (weight->variable);
  if (*role == RT_KERAS_UNKNOWN)
    {
      named = FALSE;
      *role = guess_role (layer, weight);
    }
  if (*role == RT_KERAS_UNKNOWN)
    return refuse_kernel (layer, weight, "is not a variable of a layer that is opened", error);
  if (*role == RT_KERAS_KERNEL || *role == RT_KERAS_DEPTHWISE_KERNEL)
    return decide_kernel (layer, weight, named, role, error);
  if (weight->shape.n_dims != 1)
    return refuse_kernel (layer, weight, "is not the vector that its name says", error);
  return TRUE;
}

/* (H,W,I,O) -> (O,I,H,W), or for a depthwise one -> (I*O,1,H,W), channel by channel. */
static void
turn_kernel (float         *out,
             const float   *inp,
             const RtShape *shape,
             gboolean       depthwise)
{
  size_t n_hw = (size_t) shape->dims[0] * shape->dims[1];
  size_t n_i = shape->dims[2], n_o = shape->dims[3];

  for (size_t hw = 0; hw < n_hw; hw++)
    for (size_t i = 0; i < n_i; i++)
      for (size_t o = 0; o < n_o; o++)
        out[(depthwise ? i * n_o + o : o * n_i + i) * n_hw + hw] = inp[(hw * n_i + i) * n_o + o];
}

static gboolean
add_tensor (RtTensorList        *list,
            const char          *full,
            const RtKerasWeight *weight,
            RtKerasRole          role)
{
  const int *dims = weight->shape.dims;
  RtShape shape = weight->shape;
  gboolean is_depthwise = role == RT_KERAS_DEPTHWISE_KERNEL;
  RtTensor *tensor;

  if (rt_tensor_list_find (list, full) != NULL)
    return FALSE;
  if (shape.n_dims == 4)
    shape = is_depthwise ? RT_SHAPE_4 (dims[2] * dims[3], 1, dims[0], dims[1])
            : RT_SHAPE_4 (dims[3], dims[2], dims[0], dims[1]);
  else if (shape.n_dims == 2)
    shape = RT_SHAPE_2 (dims[1], dims[0]);
  tensor = rt_tensor_list_add (list, full, &shape);
  if (shape.n_dims == 4)
    turn_kernel (tensor->data, weight->values, &weight->shape, is_depthwise);
  else if (shape.n_dims == 2)
    turn_kernel (tensor->data, weight->values, &RT_SHAPE_4 (1, 1, dims[0], dims[1]), FALSE);
  else
    memcpy (tensor->data, weight->values, rt_shape_count (&shape) * sizeof (float));
  return TRUE;
}

/* LAYER.weight, and in a layer that holds layers LAYER.SCOPE.weight. (transfer full) */
static char *
make_name (const RtKerasLayer  *layer,
           const RtKerasWeight *weight,
           RtKerasRole          role)
{
  g_autofree char *scope = get_scope (weight->variable);
  char *full = layer->nested ? g_strconcat (layer->name, ".", scope, ".", endings[role], NULL)
               : g_strconcat (layer->name, ".", endings[role], NULL);

  return g_strdelimit (full, "/", '.');
}

static gboolean
add_layer (RtTensorList        *list,
           RtKerasLayer        *layer,
           const RtKerasConfig *config,
           GError             **error)
{
  for (guint i = 0; i < layer->n; i++)
    {
      const RtKerasWeight *weight = layer->weights[i];
      g_autofree char *scope = get_scope (weight->variable);
      g_autofree char *full = NULL;
      const char *slash = strrchr (scope, '/');
      RtKerasRole role;

      /* Of the layer itself, or where it holds layers, of the one that the scope is called
       * after. */
      layer->class_name = weight->class_name;
      if (layer->class_name == NULL)
        layer->class_name = rt_keras_config_get_class (config, layer->name);
      if (layer->class_name == NULL)
        layer->class_name = rt_keras_config_get_class (config, slash != NULL ? slash + 1 : scope);
      if (!decide_role (layer, weight, &role, error))
        return FALSE;
      full = make_name (layer, weight, role);
      if (!add_tensor (list, full, weight, role))
        return rt_file_set_invalid (error, layer->file, "has two tensors %s", full);
    }
  return TRUE;
}

RtTensorList *
rt_keras_translate (RtKerasFile  *file,
                    const char   *name,
                    GError      **error)
{
  g_autoptr (RtKerasConfig) config = rt_keras_config_new (file->config, name, error);
  g_autoptr (RtTensorList) list = rt_tensor_list_new ();
  const char *order = NULL;

  if (config == NULL
      || (file->is_store && !rt_keras_place (file, config, name, &order, error)))
    return NULL;
  for (guint i = 0, n; i < file->weights->len; i += n)
    {
      const RtKerasWeight *const *first = (const RtKerasWeight *const *) file->weights->pdata + i;
      RtKerasLayer layer = { .weights = first, .name = first[0]->layer, .file = name };

      for (n = 1; i + n < file->weights->len && g_str_equal (first[n]->layer, layer.name); n++)
        ;
      layer.n = n;
      layer.nested = is_nested (&layer);
      if (!add_layer (list, &layer, config, error))
        return NULL;
    }
  rt_tensor_list_set_meta (list, "format", "keras");
  if (order != NULL)
    rt_tensor_list_set_meta (list, "order", order);
  rt_keras_config_set_meta (config, list);
  return g_steal_pointer (&list);
}
