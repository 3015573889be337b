/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which network is this file of?
 *
 * rt_network_identify() lays out every network there is (or the one that was named) and tries to
 * pair its layers with those of the file: first by name, through each of the spellings below; then,
 * for files whose names say nothing (Keras numbers its layers, ONNX its constants), by walking both
 * lists of layers in the order of the computation. The network with the most tensors paired wins,
 * so that ResNet-34 is not taken for the ResNet-18 within it. Heads may differ: they are replaced
 * anyway. A file that has the graph too (ONNX) must take the network's steps as well: ResNet-50 has
 * the same tensors wherever its strides are. How a file is paired with one network is in
 * rt-network-candidate.c.
 */
#include "config.h"

#include "rt-network-identify.h"

#include "rt-network-candidate.h"

#include <string.h>

/* More than that left over, and it is another network. */
#define MAX_LEFT_OVER 6

#define IMAGENET_CLASSES 1000

static gboolean
is_whole (const RtCandidate *self)
{
  return self->n_missing == 0 && self->unlike == NULL
         && (self->deep_head
             || self->n_left <= (self->identity.by_order ? 0 : MAX_LEFT_OVER));
}

/* The more of the file finds its place, and the less of the network is missing, the better. */
static gboolean
is_better (const RtCandidate *self,
           const RtCandidate *other)
{
  if (other == NULL || is_whole (self) != is_whole (other))
    return other == NULL || is_whole (self);
  if (self->deep_head != other->deep_head)
    return other->deep_head;
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

/* NULL where it cannot be of this file. */
static RtNetwork *
lay_out (const RtTensorList *tensors,
         const char         *name,
         int                 channels)
{
  RtNetworkOptions options = { .name = name, .channels = channels, .classes = 2 };
  g_autoptr (RtNetwork) network = rt_network_new_layout (&options, NULL);

  if (network == NULL || flattens_otherwise (network, tensors))
    return NULL;
  return g_steal_pointer (&network);
}

/* @attempt: a spelling, or after the last of them the order. */
static RtCandidate *
try (const RtTensorList *tensors,
     const RtNetwork    *network,
     int                 attempt)
{
  RtCandidate *self = rt_candidate_new (network);

  self->identity.attempt = attempt;
  if (attempt < RT_N_SPELLINGS)
    rt_candidate_pair_by_name (self, tensors, rt_spellings[attempt]);
  else
    rt_candidate_pair_by_order (self, tensors);
  rt_candidate_compare_steps (self, tensors);
  return self;
}

typedef struct
{
  const RtTensorList *tensors;
  GPtrArray          *layouts;   /* Owned: of RtNetwork, that candidates borrow */
  RtCandidate        *best;      /* Owned (nullable) */
} Search;

static void
clear_search (Search *search)
{
  g_clear_pointer (&search->best, rt_candidate_free);
  g_clear_pointer (&search->layouts, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, clear_search)

static void
consider (Search     *search,
          const char *name)
{
  static const int channels[] = { 3, 1 };

  for (size_t c = 0; c < G_N_ELEMENTS (channels); c++)
    {
      RtNetwork *network;

      if (search->best != NULL && is_whole (search->best) && search->best->n_left == 0)
        return;
      network = lay_out (search->tensors, name, channels[c]);
      if (network == NULL)
        continue;
      g_ptr_array_add (search->layouts, network);
      for (int attempt = 0; attempt <= RT_N_SPELLINGS; attempt++)
        {
          g_autoptr (RtCandidate) candidate = try (search->tensors, network, attempt);

          if (!is_better (candidate, search->best))
            continue;
          rt_candidate_free (search->best);
          search->best = g_steal_pointer (&candidate);
        }
    }
}

/* Variants that have the same tensors and another computation. What tells them apart is what the
 * file says of itself, or the custom of the framework that it is of. */
typedef struct
{
  const char *padding;   /* (nullable): "same" or "symmetric" */
  gboolean    keras;     /* by its format, or by names that only Keras's have */
  gboolean    relu;
  gboolean    small;     /* its first convolution takes no steps */
} Said;

/* As Keras's MobileNet calls its second convolution. */
static gboolean
has_names_of_keras (const RtTensorList *tensors)
{
  for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
    if (g_str_has_suffix (rt_tensor_list_get (tensors, i)->name, "conv_dw_1.weight"))
      return TRUE;
  return FALSE;
}

static Said
read_said (const RtTensorList *tensors)
{
  Said said = {
    .keras = rt_tensor_list_has_meta (tensors, "format", "keras") || has_names_of_keras (tensors),
    .relu = rt_tensor_list_has_meta (tensors, "activation", "relu"),
    .small = rt_tensor_list_has_meta (tensors, "stem_stride", "1"),
  };

  if (rt_tensor_list_has_meta (tensors, "padding", "same"))
    said.padding = "same";
  else if (rt_tensor_list_has_meta (tensors, "padding", "symmetric"))
    said.padding = "symmetric";
  else if (said.keras)
    said.padding = "same";
  return said;
}

/* "mobilenet_v1-0.25-relu-symmetric" (transfer full) */
static char *
make_mobilenet_v1 (const char *width,
                   gboolean    relu,
                   gboolean    symmetric)
{
  return g_strconcat ("mobilenet_v1", width, relu ? "-relu" : "", symmetric ? "-symmetric" : "",
                      NULL);
}

/* The variant of a listed network that the file would be of. */
static const char *
get_variant (const char *name,
             const Said *said)
{
  if (g_str_equal (name, "efficientnet_lite0") && g_strcmp0 (said->padding, "symmetric") == 0)
    return "efficientnet_lite0-symmetric";
  if (g_str_equal (name, "mobilenet_v2") && g_strcmp0 (said->padding, "same") == 0)
    return "mobilenet_v2-same";
  return name;
}

static void
consider_all (Search *search)
{
  static const char *const widths[] = { "", "-0.75", "-0.5", "-0.25" };
  static const char *const small_stems[] = { "resnet18-cifar", "resnet34-cifar",
                                             "resnet50-cifar" };
  const Said said = read_said (search->tensors);
  const char *own = rt_tensor_list_get_meta (search->tensors, "network");
  int n;
  const RtNetworkInfo *list = rt_network_list (&n);

  if (own != NULL && rt_network_find (own) != NULL)
    consider (search, own);
  if (said.small)
    consider (search, "mobilenet_v2-cifar");
  for (int i = 0; i < n; i++)
    if (!g_str_equal (list[i].name, "mlp") && !g_str_equal (list[i].name, "mobilenet_v1"))
      consider (search, get_variant (list[i].name, &said));
  for (size_t i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *name = make_mobilenet_v1 (widths[i], said.relu,
                                                 g_strcmp0 (said.padding, "same") != 0);

      consider (search, name);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (small_stems); i++)
    consider (search, small_stems[i]);
}

static void
add_other (RtIdentity *identity,
           const char *name)
{
  int n = 0;

  while (identity->others[n] != NULL)
    n++;
  g_assert (n < RT_MAX_OTHERS);
  identity->others[n] = g_intern_string (name);
}

/* Of a MobileNet v1 from elsewhere: its activation and its padding, as far as nothing says them. */
static void
add_other_mobilenets_v1 (RtIdentity         *identity,
                         const RtTensorList *tensors)
{
  const char *variants = identity->network + strlen ("mobilenet_v1");
  g_autofree char *width = g_strndup (variants, strspn (variants, "-0.257"));
  const Said said = read_said (tensors);

  if (g_str_has_suffix (width, "-"))
    width[strlen (width) - 1] = '\0';
  for (int i = 0; i < 4; i++)
    {
      gboolean relu = (i & 1) != 0, symmetric = (i & 2) == 0;
      g_autofree char *name = make_mobilenet_v1 (width, relu, symmetric);

      if (g_str_equal (name, identity->network)
          || (rt_tensor_list_get_meta (tensors, "activation") != NULL && relu != said.relu)
          || (said.padding != NULL && symmetric != g_str_equal (said.padding, "symmetric")))
        continue;
      add_other (identity, name);
    }
}

/* Nobody gives a thousand classes to a network for small pictures. */
static void
add_other_mobilenets_v2 (RtIdentity         *identity,
                         const RtTensorList *tensors)
{
  if (rt_tensor_list_get_meta (tensors, "stem_stride") == NULL
      && identity->classes != IMAGENET_CLASSES)
    add_other (identity, "mobilenet_v2-cifar");
  if (identity->by_order && read_said (tensors).padding == NULL)
    add_other (identity, "mobilenet_v2-same");
}

/* What has the same tensors and another computation. */
static void
add_others (RtIdentity         *identity,
            const RtTensorList *tensors)
{
  if (rt_tensor_list_has_meta (tensors, "network", identity->network))
    return;
  if (g_str_equal (identity->network, "efficientnet_lite0")
      && rt_tensor_list_find (tensors, "_conv_stem.weight") == NULL
      && rt_tensor_list_get_meta (tensors, "padding") == NULL)
    add_other (identity, "efficientnet_lite0-symmetric");
  if (g_str_equal (identity->network, "mobilenet_v2"))
    add_other_mobilenets_v2 (identity, tensors);
  if (g_str_has_prefix (identity->network, "mobilenet_v1") && identity->by_order)
    add_other_mobilenets_v1 (identity, tensors);
}

/* The nearest network's own account of what does not fit. */
static void
explain (const RtCandidate     *best,
         const RtTensorList  *tensors,
         const char          *network,
         GError             **error)
{
  RtNetworkOptions options = { .classes = 2 };
  g_autoptr (RtNetwork) near = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (RtTensorList) found = NULL;
  gboolean told = best != NULL && best->identity.by_order && rt_candidate_count_found (best) > 0;

  if (best == NULL || (network == NULL && rt_candidate_count_found (best) == 0))
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH,
                   "these weights are of no network that there is here: not one of their %zu "
                   "tensors has its place in any", rt_tensor_list_get_n (tensors));
      return;
    }
  options.name = best->identity.network;
  options.channels = best->identity.channels;
  if (best->n_missing == 0 && best->unlike != NULL)
    {
      g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH,
                   "the weights have the shapes of %s, but it is another network: %s. Take weights "
                   "of one that is listed", options.name, best->unlike);
      return;
    }
  near = rt_network_new (&options, NULL);
  found = rt_candidate_collect (best, tensors);
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
  g_auto (Search) search = { .tensors = tensors };

  search.layouts = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_network_free);
  if (network != NULL)
    consider (&search, network);
  else
    consider_all (&search);
  if (search.best == NULL || !is_whole (search.best))
    {
      explain (search.best, tensors, network, error);
      return NULL;
    }
  *identity = search.best->identity;
  if (network == NULL)
    add_others (identity, tensors);
  return rt_candidate_collect (search.best, tensors);
}

GPtrArray *
rt_network_list_left (const RtTensorList *tensors,
                      const RtIdentity   *identity)
{
  g_autoptr (RtNetwork) network = lay_out (tensors, identity->network, identity->channels);
  g_autoptr (RtCandidate) candidate = try (tensors, network, identity->attempt);

  return rt_candidate_list_left (candidate, tensors);
}
