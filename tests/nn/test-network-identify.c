/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-network-identify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every network that a file can be told to be of, with variants that shapes or metadata tell. */
static const struct { const char *name, *said[4]; } networks[] = {
  { "lenet5" }, { "resnet8" }, { "resnet20" }, { "resnet56" }, { "wide14" }, { "mobile" },
  { "mobilenet_v1", { "padding", "same" } }, { "mobilenet_v1-0.25", { "format", "keras" } },
  { "mobilenet_v1-0.5-relu", { "activation", "relu", "padding", "same" } },
  { "mobilenet_v1-0.75-symmetric", { "padding", "symmetric" } },
  { "mobilenet_v2" }, { "mobilenet_v2-same", { "padding", "same" } },
  { "mobilenet_v2-same", { "format", "keras" } }, { "squeezenet1_1" }, { "efficientnet_lite0" },
  { "efficientnet_lite0-symmetric", { "padding", "symmetric" } },
  { "resnet18" }, { "resnet18-cifar" }, { "resnet34" }, { "resnet50" },
};

/* Values that differ from place to place; which they are does not matter. */
static RtTensorList *
make_tensors (const char *name,
              int         channels,
              int         classes)
{
  RtNetworkOptions options = { .name = name, .channels = channels, .classes = classes };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtNetwork) network = rt_network_new_layout (&options, &error);
  RtTensorList *list = rt_tensor_list_new ();
  uint32_t value = 1;

  g_assert_no_error (error);
  for (int i = 0; i < rt_network_get_n_params (network); i++)
    {
      const RtParam *param = rt_network_get_param (network, i);
      RtTensor *tensor = rt_tensor_list_add (list, param->name, &param->spec.file_shape);

      for (size_t k = 0; k < param->count; k++)
        tensor->data[k] = (float) ((value = value * 1664525u + 1013904223u) >> 16);
    }
  return list;
}

/* The same tensors in the same order, layers called "layer_1", "layer_2". */
static RtTensorList *
rename_layers (const RtTensorList *tensors)
{
  RtTensorList *renamed = rt_tensor_list_new ();
  g_autofree char *last = NULL;
  int number = 0;

  for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (tensors, i);
      const char *dot = strrchr (tensor->name, '.');
      g_autofree char *stem = g_strndup (tensor->name, (size_t) (dot - tensor->name));
      g_autofree char *name = NULL;
      RtTensor *copy;

      if (g_strcmp0 (stem, last) != 0)
        number++;
      g_free (last);
      last = g_steal_pointer (&stem);
      name = g_strdup_printf ("layer_%d%s", number, dot);
      copy = rt_tensor_list_add (renamed, name, &tensor->shape);
      memcpy (copy->data, tensor->data, rt_shape_count (&tensor->shape) * sizeof (float));
    }
  return renamed;
}

static void
assert_same (const RtTensorList *a,
             const RtTensorList *b)
{
  g_assert_cmpuint (rt_tensor_list_get_n (a), ==, rt_tensor_list_get_n (b));
  for (size_t i = 0; i < rt_tensor_list_get_n (a); i++)
    {
      const RtTensor *x = rt_tensor_list_get (a, i);
      const RtTensor *y = rt_tensor_list_find (b, x->name);

      g_assert_nonnull (y);
      g_assert_true (rt_shape_equal (&x->shape, &y->shape));
      g_assert_cmpmem (x->data, rt_shape_count (&x->shape) * sizeof (float), y->data,
                       rt_shape_count (&y->shape) * sizeof (float));
    }
}

static void
assert_others (const RtIdentity *identity,
               const char       *names)
{
  g_autofree char *joined = g_strjoinv (", ", (char **) identity->others);

  g_assert_cmpstr (joined, ==, names);
}

static void
test_names (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (networks); i++)
    for (int foreign = 0; foreign < 2; foreign++)
      {
        g_autoptr (RtTensorList) own = make_tensors (networks[i].name, 0, 7);
        g_autoptr (RtTensorList) file = foreign ? rename_layers (own)
                                        : make_tensors (networks[i].name, 0, 7);
        g_autoptr (RtTensorList) found = NULL;
        g_autoptr (GError) error = NULL;
        RtIdentity identity;

        for (int k = 0; k < 4 && networks[i].said[k] != NULL; k += 2)
          rt_tensor_list_set_meta (file, networks[i].said[k], networks[i].said[k + 1]);
        found = rt_network_identify (file, NULL, &identity, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (identity.network, ==, networks[i].name);
        g_assert_cmpint (identity.classes, ==, 7);
        g_assert_cmpint (identity.by_order, ==, foreign);
        g_assert_false (identity.folded);
        assert_same (own, found);
      }
}

static gboolean
is_norm (const RtTensorList *tensors,
         const RtTensor     *tensor)
{
  const char *dot = strrchr (tensor->name, '.');
  g_autofree char *mean = g_strdup_printf ("%.*s.running_mean", (int) (dot - tensor->name),
                                           tensor->name);

  return rt_tensor_list_find (tensors, mean) != NULL;
}

/* The same tensors by kind, as Keras 3 has them: only among those of a kind are they in order. */
static RtTensorList *
sort_by_kind (const RtTensorList *tensors)
{
  RtTensorList *sorted = rt_tensor_list_new ();

  for (int kind = 0; kind < 3; kind++)
    for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
      {
        const RtTensor *tensor = rt_tensor_list_get (tensors, i);
        gboolean depthwise = i > 0 && tensor->shape.n_dims == 4 && tensor->shape.dims[1] == 1;
        RtTensor *copy;

        if ((is_norm (tensors, tensor) ? 1 : depthwise ? 2 : 0) != kind)
          continue;
        copy = rt_tensor_list_add (sorted, tensor->name, &tensor->shape);
        memcpy (copy->data, tensor->data, rt_shape_count (&tensor->shape) * sizeof (float));
      }
  return sorted;
}

static void
check_kinds (const char        *name,
             const char *const *said,
             int                channels)
{
  g_autoptr (RtTensorList) own = make_tensors (name, channels, 7);
  g_autoptr (RtTensorList) renamed = rename_layers (own);
  g_autoptr (RtTensorList) file = sort_by_kind (renamed);
  g_autoptr (RtTensorList) found = NULL;
  g_autoptr (RtTensorList) none = NULL;
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  for (int k = 0; k < 4 && said[k] != NULL; k += 2)
    rt_tensor_list_set_meta (file, said[k], said[k + 1]);
  rt_tensor_list_set_meta (file, "order", "kinds");
  found = rt_network_identify (file, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, name);
  g_assert_cmpint (identity.channels, ==, channels);
  g_assert_cmpint (identity.classes, ==, 7);
  g_assert_true (identity.by_order);
  assert_same (own, found);
  rt_tensor_list_set_meta (file, "order", "none");
  none = rt_network_identify (file, NULL, &identity, &error);
  g_assert_null (none);
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
}

/* Of a grey picture the first convolution has the shape of a depthwise one. */
static void
test_kinds (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (networks); i++)
    for (int channels = 1; channels <= 3; channels += 2)
      if (!g_str_equal (networks[i].name, "lenet5") || channels == 1)
        check_kinds (networks[i].name, networks[i].said, channels);
}

/* With a container's prefixes, a counter, and another head. */
static void
test_head (void)
{
  g_autoptr (RtTensorList) file = rt_tensor_list_new ();
  g_autoptr (RtTensorList) own = make_tensors ("resnet18", 0, 1000);
  g_autoptr (RtTensorList) found = NULL;
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  for (size_t i = 0; i < rt_tensor_list_get_n (own); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (own, i);
      g_autofree char *name = g_strconcat ("module.", tensor->name, NULL);

      if (!g_str_has_prefix (tensor->name, "fc."))
        rt_tensor_list_add (file, name, &tensor->shape);
    }
  rt_tensor_list_add (file, "module.bn1.num_batches_tracked", &RT_SHAPE_1 (1));
  rt_tensor_list_add (file, "module.fc.0.weight", &RT_SHAPE_2 (64, 512));
  rt_tensor_list_add (file, "module.fc.2.weight", &RT_SHAPE_2 (2, 64));
  found = rt_network_identify (file, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "resnet18");
  g_assert_cmpint (identity.classes, ==, 0);
  g_assert_null (rt_tensor_list_find (found, "fc.weight"));
}

/* Layers of a convolution with a bias and a norm, as Keras has them, and with the norm folded in,
 * as ONNX has them. */
static RtTensorList *
make_exported (const RtTensorList *own,
               gboolean            folded)
{
  g_autoptr (RtTensorList) plain = rename_layers (own);
  RtTensorList *file = rt_tensor_list_new ();

  for (size_t i = 0; i < rt_tensor_list_get_n (plain); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (plain, i);
      const RtTensor *original = rt_tensor_list_get (own, i);
      gboolean conv = tensor->shape.n_dims == 4;
      gboolean norm = strstr (original->name, "bn") != NULL;
      RtTensor *copy;

      if (norm && folded)
        continue;
      copy = rt_tensor_list_add (file, tensor->name, &tensor->shape);
      memcpy (copy->data, tensor->data, rt_shape_count (&tensor->shape) * sizeof (float));
      if (conv)
        {
          g_autofree char *stem = g_strndup (tensor->name,
                                             strlen (tensor->name) - strlen (".weight"));
          g_autofree char *name = g_strconcat (stem, ".bias", NULL);
          RtTensor *bias = rt_tensor_list_add (file, name, &RT_SHAPE_1 (tensor->shape.dims[0]));

          for (int k = 0; k < tensor->shape.dims[0]; k++)
            bias->data[k] = 0.5f + (float) k;
        }
    }
  return file;
}

static void
test_bias (void)
{
  g_autoptr (RtTensorList) own = make_tensors ("mobilenet_v1-0.25", 0, 2);
  g_autoptr (RtTensorList) file = make_exported (own, FALSE);
  g_autoptr (RtTensorList) found = NULL;
  g_autoptr (GError) error = NULL;
  RtIdentity identity;
  const RtTensor *mean;

  rt_tensor_list_set_meta (file, "padding", "same");
  found = rt_network_identify (file, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "mobilenet_v1-0.25");
  g_assert_false (identity.folded);
  mean = rt_tensor_list_find (found, "conv_pw_3_bn.running_mean");
  g_assert_cmpfloat (mean->data[5], ==,
                     rt_tensor_list_find (own, mean->name)->data[5] - 5.5f);
}

static void
test_folded (void)
{
  g_autoptr (RtTensorList) own = make_tensors ("resnet20", 0, 10);
  g_autoptr (RtTensorList) file = make_exported (own, TRUE);
  g_autoptr (RtTensorList) found = NULL;
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  found = rt_network_identify (file, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "resnet20");
  g_assert_true (identity.folded);
  g_assert_cmpfloat (rt_tensor_list_find (found, "bn1.bias")->data[2], ==, 2.5f);
  g_assert_cmpfloat_with_epsilon (rt_tensor_list_find (found, "bn1.running_var")->data[2] + 1e-5f,
                                  1.0f, 1e-7f);
}

/* What the file says of itself: its epsilon, its stem, its network, its flattening. */
static void
test_metadata (void)
{
  g_autoptr (RtTensorList) own = make_tensors ("mobilenet_v2", 0, 10);
  g_autoptr (RtTensorList) lenet = make_tensors ("lenet5", 0, 10);
  g_autoptr (RtTensorList) plain = NULL, found = NULL;
  g_autoptr (GError) error = NULL;
  const char *name = "features.0.1.running_var";
  RtIdentity identity;

  plain = rt_network_identify (own, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "mobilenet_v2");
  assert_others (&identity, "mobilenet_v2-cifar");

  rt_tensor_list_find (own, name)->data[0] = 0.5f;
  rt_tensor_list_set_meta (own, "epsilon", "0.25");
  rt_tensor_list_set_meta (own, "stem_stride", "1");
  found = rt_network_identify (own, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "mobilenet_v2-cifar");
  assert_others (&identity, "");
  g_assert_cmpfloat_with_epsilon (rt_tensor_list_find (found, name)->data[0], 0.75f - 1e-5f, 1e-7);
  g_clear_pointer (&found, rt_tensor_list_free);

  rt_tensor_list_set_meta (own, "stem_stride", "2");
  rt_tensor_list_set_meta (own, "network", "mobilenet_v2-cifar");
  found = rt_network_identify (own, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "mobilenet_v2-cifar");

  rt_tensor_list_set_meta (lenet, "format", "keras");
  g_assert_null (rt_network_identify (lenet, NULL, &identity, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
}

/* The names of Keras's MobileNetV2, for those of the project. (transfer full) */
static char *
name_as_keras (const char *name)
{
  static const struct { const char *from, *to; } ends[] = {
    { "features.0.0.", "Conv1." }, { "features.0.1.", "bn_Conv1." },
    { "features.1.conv.0.0.", "expanded_conv_depthwise." },
    { "features.1.conv.0.1.", "expanded_conv_depthwise_BN." },
    { "features.1.conv.1.", "expanded_conv_project." },
    { "features.1.conv.2.", "expanded_conv_project_BN." },
    { "features.18.0.", "Conv_1." }, { "features.18.1.", "Conv_1_bn." },
    { "classifier.1.", "predictions." },
  }, parts[] = {
    { "conv.0.0.", "expand." }, { "conv.0.1.", "expand_BN." }, { "conv.1.0.", "depthwise." },
    { "conv.1.1.", "depthwise_BN." }, { "conv.2.", "project." }, { "conv.3.", "project_BN." },
  };
  const char *rest = strchr (name + strlen ("features."), '.') + 1;

  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_prefix (name, ends[i].from))
      return g_strconcat (ends[i].to, name + strlen (ends[i].from), NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_has_prefix (rest, parts[i].from))
      return g_strdup_printf ("block_%d_%s%s", atoi (name + strlen ("features.")) - 1, parts[i].to,
                              rest + strlen (parts[i].from));
  g_assert_not_reached ();
}

/* Whose network it is decides how it pads, and the epsilon of its norms. */
static void
test_keras (void)
{
  g_autoptr (RtTensorList) own = make_tensors ("mobilenet_v2", 0, 10);
  g_autoptr (RtTensorList) file = rt_tensor_list_new ();
  g_autoptr (RtTensorList) found = NULL;
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  for (size_t i = 0; i < rt_tensor_list_get_n (own); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (own, i);
      g_autofree char *name = name_as_keras (tensor->name);
      RtTensor *copy = rt_tensor_list_add (file, name, &tensor->shape);

      memcpy (copy->data, tensor->data, rt_shape_count (&tensor->shape) * sizeof (float));
    }
  rt_tensor_list_set_meta (file, "format", "keras");
  found = rt_network_identify (file, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "mobilenet_v2-same");
  g_assert_false (identity.by_order);
  assert_others (&identity, "");
  assert_same (own, found);
}

/* A MobileNet v1 whose names are foreign is padded as PyTorch does, and what nothing says is told;
 * that of Keras's names is Keras's in whatever file. */
static void
test_foreign_mobilenet (void)
{
  g_autoptr (RtTensorList) own = make_tensors ("mobilenet_v1-0.25", 0, 10);
  g_autoptr (RtTensorList) foreign = rename_layers (own), found = NULL, plain = NULL;
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  found = rt_network_identify (foreign, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "mobilenet_v1-0.25-symmetric");
  g_assert_true (identity.by_order);
  assert_others (&identity, "mobilenet_v1-0.25-relu-symmetric, mobilenet_v1-0.25, "
                            "mobilenet_v1-0.25-relu");
  plain = rt_network_identify (own, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "mobilenet_v1-0.25");
  assert_others (&identity, "");
}

/* What else the same tensors could be, as far as the file and its publishers leave it open; and
 * each of them takes them. */
static void
test_twins (void)
{
  static const struct { const char *name; int classes; gboolean foreign; const char *others; }
  cases[] = {
    { "efficientnet_lite0", 1000, FALSE, "efficientnet_lite0-symmetric" },
    { "mobilenet_v2", 1000, FALSE, "" },
    { "mobilenet_v2", 10, FALSE, "mobilenet_v2-cifar" },
    { "mobilenet_v2", 1000, TRUE, "mobilenet_v2-same" },
    { "mobilenet_v2", 10, TRUE, "mobilenet_v2-cifar, mobilenet_v2-same" },
    { "resnet18", 10, FALSE, "" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) own = make_tensors (cases[i].name, 0, cases[i].classes);
      g_autoptr (RtTensorList) file = cases[i].foreign ? rename_layers (own)
                                      : make_tensors (cases[i].name, 0, cases[i].classes);
      g_autoptr (RtTensorList) found = NULL;
      g_autoptr (GError) error = NULL;
      RtIdentity identity, named;

      found = rt_network_identify (file, NULL, &identity, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (identity.network, ==, cases[i].name);
      assert_others (&identity, cases[i].others);
      for (int k = 0; identity.others[k] != NULL; k++)
        {
          g_autoptr (RtTensorList) other = rt_network_identify (file, identity.others[k], &named,
                                                                &error);

          g_assert_no_error (error);
          g_assert_cmpstr (named.network, ==, identity.others[k]);
          assert_others (&named, "");
        }
      rt_tensor_list_set_meta (file, "network", cases[i].name);
      g_clear_pointer (&found, rt_tensor_list_free);
      found = rt_network_identify (file, NULL, &identity, &error);
      assert_others (&identity, "");
    }
}

static void
test_traits (void)
{
  static const struct { const char *name; gboolean same, relu, small; } cases[] = {
    { "efficientnet_lite0", TRUE }, { "efficientnet_lite0-symmetric" }, { "mobilenet_v2" },
    { "mobilenet_v2-same", TRUE }, { "mobilenet_v2-cifar", FALSE, FALSE, TRUE },
    { "mobilenet_v1-0.25", TRUE }, { "mobilenet_v1-relu-symmetric", FALSE, TRUE },
    { "mobilenet_v1-0.5-relu", TRUE, TRUE }, { "resnet18" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RtNetworkTraits traits;

      g_test_message ("%s", cases[i].name);
      rt_network_get_traits (cases[i].name, &traits);
      g_assert_cmpint (traits.same_padding, ==, cases[i].same);
      g_assert_cmpint (traits.relu, ==, cases[i].relu);
      g_assert_cmpint (traits.small_stem, ==, cases[i].small);
    }
}

/* A head of no classes is none, nor is one of single numbers. */
static void
check_no_head (gboolean scalar)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) whole = make_tensors ("resnet8", 0, 10);
  g_autoptr (RtTensorList) file = rt_tensor_list_new ();
  g_autoptr (RtTensorList) found = NULL;
  RtIdentity identity;

  for (size_t i = 0; i < rt_tensor_list_get_n (whole); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (whole, i);
      RtShape shape = tensor->shape;

      if (g_str_has_prefix (tensor->name, "linear."))
        shape.dims[0] = 0;
      if (scalar && g_str_has_prefix (tensor->name, "linear."))
        shape.n_dims = 0;
      rt_tensor_list_add (file, tensor->name, &shape);
    }
  found = rt_network_identify (file, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, "resnet8");
  g_assert_cmpint (identity.classes, ==, 0);
  g_assert_null (rt_tensor_list_find (found, "linear.weight"));
  g_assert_null (rt_tensor_list_find (found, "linear.bias"));
}

static void
test_empty_head (void)
{
  check_no_head (FALSE);
  check_no_head (TRUE);
}

/* What is left over is told by its names. */
static void
test_left (void)
{
  g_autoptr (RtTensorList) file = make_tensors ("resnet8", 0, 10);
  g_autoptr (RtTensorList) found = NULL;
  g_autoptr (GPtrArray) left = NULL;
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  rt_tensor_list_add (file, "aux.weight", &RT_SHAPE_2 (3, 3));
  rt_tensor_list_add (file, "bn1.num_batches_tracked", &RT_SHAPE_1 (1));
  rt_tensor_list_add (file, "step", &RT_SHAPE_1 (1));
  found = rt_network_identify (file, NULL, &identity, &error);
  g_assert_no_error (error);
  left = rt_network_list_left (file, &identity);
  g_assert_cmpuint (left->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (left, 0), ==, "aux.weight");
  g_assert_cmpstr (g_ptr_array_index (left, 1), ==, "step");
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The tensors of @own in the order of their names, as safetensors has them, called otherwise. */
static RtTensorList *
rename_sorted (const RtTensorList *own,
               char             *(*rename) (const char *name))
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) from = g_hash_table_new (g_str_hash, g_str_equal);
  RtTensorList *renamed = rt_tensor_list_new ();

  for (size_t i = 0; i < rt_tensor_list_get_n (own); i++)
    {
      RtTensor *tensor = rt_tensor_list_get (own, i);

      g_ptr_array_add (names, rename (tensor->name));
      g_hash_table_insert (from, names->pdata[i], tensor);
    }
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      const RtTensor *tensor = g_hash_table_lookup (from, names->pdata[i]);
      RtTensor *copy = rt_tensor_list_add (renamed, names->pdata[i], &tensor->shape);

      memcpy (copy->data, tensor->data, rt_shape_count (&tensor->shape) * sizeof (float));
    }
  return renamed;
}

static char *
put_in_field (const char *name)
{
  return g_strconcat ("net.", name, NULL);
}

/* As timm names the blocks of a MobileNetV2, after how many there are in each stage. */
static char *
name_as_timm (const char *name)
{
  static const struct { const char *from, *to; } parts[] = {
    { "0.0.", "conv_pw." }, { "0.1.", "bn1." }, { "1.0.", "conv_dw." }, { "1.1.", "bn2." },
    { "2.", "conv_pwl." }, { "3.", "bn3." },
  }, first[] = {
    { "0.0.", "conv_dw." }, { "0.1.", "bn1." }, { "1.", "conv_pw." }, { "2.", "bn2." },
  }, ends[] = {
    { "features.0.0.", "conv_stem." }, { "features.0.1.", "bn1." },
    { "features.18.0.", "conv_head." }, { "features.18.1.", "bn2." },
    { "classifier.1.", "classifier." },
  };
  static const int sizes[] = { 1, 2, 3, 4, 3, 3, 1 };
  int number, stage = 0, used = 0;
  gboolean expands;

  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_prefix (name, ends[i].from))
      return g_strconcat (ends[i].to, name + strlen (ends[i].from), NULL);
  g_assert_cmpint (sscanf (name, "features.%d.conv.%n", &number, &used), ==, 1);
  expands = --number > 0;
  for (int i = 0; i < (expands ? 6 : 4); i++)
    {
      const char *from = expands ? parts[i].from : first[i].from;

      if (!g_str_has_prefix (name + used, from))
        continue;
      while (number >= sizes[stage])
        number -= sizes[stage++];
      return g_strdup_printf ("blocks.%d.%d.%s%s", stage, number,
                              expands ? parts[i].to : first[i].to,
                              name + used + strlen (from));
    }
  g_assert_not_reached ();
}

static char *
name_v1_as_timm (const char *name)
{
  static const int sizes[] = { 1, 2, 2, 6, 2 };
  const char *dot = strrchr (name, '.');
  int number, stage = 0;
  gboolean depthwise = g_str_has_prefix (name, "conv_dw_");
  gboolean norm = strstr (name, "_bn.") != NULL;

  if (g_str_has_prefix (name, "conv_preds"))
    return g_strconcat ("classifier", dot, NULL);
  if (g_str_has_prefix (name, "conv1"))
    return g_strconcat (norm ? "bn1" : "conv_stem", dot, NULL);
  number = atoi (name + strlen ("conv_dw_")) - 1;
  while (number >= sizes[stage])
    number -= sizes[stage++];
  return g_strdup_printf ("blocks.%d.%d.%s%s%s", stage, number, norm ? "bn" : "conv_",
                          norm ? (depthwise ? "1" : "2") : (depthwise ? "dw" : "pw"), dot);
}

/* Names alone tell it, where the tensors come in no order. */
static void
test_sorted (void)
{
  static const struct { const char *name; char *(*rename) (const char *); } cases[] = {
    { "mobilenet_v2", name_as_timm }, { "mobilenet_v1-symmetric", name_v1_as_timm },
    { "mobilenet_v1-0.5-symmetric", name_v1_as_timm }, { "resnet18", put_in_field },
    { "mobilenet_v2", put_in_field }, { "efficientnet_lite0", put_in_field },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) own = make_tensors (cases[i].name, 0, 7);
      g_autoptr (RtTensorList) file = rename_sorted (own, cases[i].rename);
      g_autoptr (RtTensorList) found = NULL;
      g_autoptr (GError) error = NULL;
      RtIdentity identity;

      g_test_message ("%s", cases[i].name);
      found = rt_network_identify (file, NULL, &identity, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (identity.network, ==, cases[i].name);
      g_assert_cmpint (identity.classes, ==, 7);
      g_assert_false (identity.by_order);
      assert_same (own, found);
    }
}

/* Of two networks in one file, both in fields that are passed over, none is taken. */
static void
test_twice (void)
{
  g_autoptr (RtTensorList) file = make_tensors ("resnet8", 0, 10);
  g_autoptr (RtTensorList) own = make_tensors ("resnet8", 0, 10);
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  for (size_t i = 0; i < rt_tensor_list_get_n (own); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (own, i);
      g_autofree char *name = g_strconcat ("model.", tensor->name, NULL);

      rt_tensor_list_add (file, name, &tensor->shape);
    }
  g_assert_null (rt_network_identify (file, NULL, &identity, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
}

/* An ONNX file whose layers take other steps is not what its tensors look like. */
static void
test_steps (void)
{
  static const struct { const char *strides, *pools, *told; } cases[] = {
    { "2 1 1 1 1 2 1 2 1 1 2 1 2 1 1 2 1 2 1 1 ", "3/2 ", NULL },
    { "1 1 1 1 1 2 1 2 1 1 2 1 2 1 1 2 1 2 1 1 ", "3/2 ", "conv1 takes steps of 1" },
    { "2 1 1 1 1 1 2 2 1 1 2 1 2 1 1 2 1 2 1 1 ", "3/2 ", "layer2.0.conv1 takes steps of 1" },
    { "2 1 1 1 1 2 1 2 1 1 2 1 2 1 1 2 1 2 1 1 ", "", "MaxPool" },
  };
  g_autoptr (RtTensorList) file = make_tensors ("resnet18", 0, 10);

  rt_tensor_list_set_meta (file, "format", "onnx");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) found = NULL;
      g_autoptr (GError) error = NULL;
      RtIdentity identity;

      rt_tensor_list_set_meta (file, "strides", cases[i].strides);
      rt_tensor_list_set_meta (file, "max_pools", cases[i].pools);
      found = rt_network_identify (file, NULL, &identity, &error);
      g_assert_true ((found != NULL) == (cases[i].told == NULL));
      if (cases[i].told == NULL)
        continue;
      g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
      g_assert_nonnull (strstr (error->message, cases[i].told));
    }
}

/* A head as fastai puts on a body, norms and more than one matrix, of which the first may or may
 * not look like a head: the body is what it is. With a convolution more it is something else. */
static void
test_deep_head (void)
{
  static const char *const norm[] = { "n.weight", "n.bias", "n.running_mean", "n.running_var" };
  g_autoptr (RtTensorList) own = make_tensors ("resnet8", 0, 10);

  for (int hidden = 0; hidden < 2; hidden++)
    {
      g_autoptr (RtTensorList) body = rt_tensor_list_new ();
      g_autoptr (RtTensorList) file = NULL, found = NULL;
      g_autoptr (GError) error = NULL;
      RtIdentity identity;

      for (size_t i = 0; i < rt_tensor_list_get_n (own) - (hidden ? 0 : 2); i++)
        rt_tensor_list_add (body, rt_tensor_list_get (own, i)->name,
                            &rt_tensor_list_get (own, i)->shape);
      file = rename_layers (body);
      for (int i = 0; i < 4; i++)
        rt_tensor_list_add (file, norm[i], &RT_SHAPE_1 (10));
      rt_tensor_list_add (file, "last.weight", &RT_SHAPE_2 (5, 10));
      found = rt_network_identify (file, NULL, &identity, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (identity.network, ==, "resnet8");
      g_assert_cmpint (identity.classes, ==, 0);
      g_assert_cmpuint (rt_tensor_list_get_n (found), ==, rt_tensor_list_get_n (own) - 2);

      rt_tensor_list_add (file, "more.weight", &RT_SHAPE_4 (5, 5, 3, 3));
      g_assert_null (rt_network_identify (file, NULL, &identity, &error));
    }
}

/* What has no place here is told by what it comes nearest to. */
static void
test_others (void)
{
  g_autoptr (RtTensorList) own = make_tensors ("resnet34", 0, 10);
  g_autoptr (RtTensorList) torn = rt_tensor_list_new ();
  g_autoptr (RtTensorList) strange = rt_tensor_list_new ();
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  for (size_t i = 0; i < rt_tensor_list_get_n (own); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (own, i);

      if (!g_str_equal (tensor->name, "layer3.2.conv1.weight"))
        rt_tensor_list_add (torn, tensor->name, &tensor->shape);
    }
  g_assert_null (rt_network_identify (torn, NULL, &identity, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, "resnet34"));
  g_assert_nonnull (strstr (error->message, "layer3.2.conv1.weight"));
  g_clear_error (&error);

  g_assert_null (rt_network_identify (own, "resnet18", &identity, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
  g_clear_error (&error);

  rt_tensor_list_add (strange, "embedding.weight", &RT_SHAPE_2 (30, 20));
  g_assert_null (rt_network_identify (strange, NULL, &identity, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-identify/names", test_names);
  g_test_add_func ("/network-identify/kinds", test_kinds);
  g_test_add_func ("/network-identify/head", test_head);
  g_test_add_func ("/network-identify/empty-head", test_empty_head);
  g_test_add_func ("/network-identify/bias", test_bias);
  g_test_add_func ("/network-identify/folded", test_folded);
  g_test_add_func ("/network-identify/metadata", test_metadata);
  g_test_add_func ("/network-identify/keras", test_keras);
  g_test_add_func ("/network-identify/foreign-mobilenet", test_foreign_mobilenet);
  g_test_add_func ("/network-identify/twins", test_twins);
  g_test_add_func ("/network-identify/traits", test_traits);
  g_test_add_func ("/network-identify/left", test_left);
  g_test_add_func ("/network-identify/sorted", test_sorted);
  g_test_add_func ("/network-identify/twice", test_twice);
  g_test_add_func ("/network-identify/steps", test_steps);
  g_test_add_func ("/network-identify/deep-head", test_deep_head);
  g_test_add_func ("/network-identify/others", test_others);
  return g_test_run ();
}
