/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keras files: those that make-keras.c makes, read back value by value, and broken ones; and the
 * real ones, where they are there, against what h5py reads from them.
 */
#include "config.h"

#include "format-files.h"
#include "rt-keras-private.h"

#include <string.h>

typedef struct
{
  const char *name;
  int         n_dims;
  int         dims[4];
} Expected;

static const Expected whole[] = {
  { "conv1.weight", 4, { 4, 3, 3, 2 } }, { "conv1.bias", 1, { 4 } },
  { "bn.weight", 1, { 4 } }, { "bn.bias", 1, { 4 } }, { "bn.running_mean", 1, { 4 } },
  { "bn.running_var", 1, { 4 } }, { "dw.weight", 4, { 8, 1, 3, 3 } },
  { "fire.x.weight", 4, { 2, 8, 1, 1 } }, { "dense.weight", 2, { 3, 2 } },
  { "dense.bias", 1, { 3 } }, { NULL },
};

static const Expected old[] = {
  { "conv1.weight", 4, { 4, 3, 3, 3 } }, { "conv1.bias", 1, { 4 } },
  { "fire2.squeeze.weight", 4, { 2, 4, 1, 1 } }, { "fire2.squeeze.bias", 1, { 2 } },
  { "bn.weight", 1, { 2 } }, { "bn.running_var", 1, { 2 } }, { NULL },
};

static const Expected nested[] = {
  { "base.stem.weight", 4, { 3, 2, 1, 1 } }, { "base.stem.bias", 1, { 3 } },
  { "base.dw.weight", 4, { 3, 1, 3, 3 } }, { "base.dw.bias", 1, { 3 } }, { NULL },
};

/* By kind, as far as the order of the computation is known; and with names by place, where no layer
 * says what it is called. */
static const char *const store[] = {
  "conv1.weight", "conv1.bias", "fire.x.weight", "dw.weight", "dense.weight", "dense.bias",
  "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var", NULL,
};

static const char *const store_unnamed[] = {
  "conv2d.weight", "conv2d.bias", "conv2d_1.weight", "depthwise_conv2d.weight", "dense.weight",
  "dense.bias", "batch_normalization.weight", "batch_normalization.bias",
  "batch_normalization.running_mean", "batch_normalization.running_var", NULL,
};

static const Expected within[] = {
  { "functional.conv2d.weight", 4, { 3, 2, 1, 1 } }, { "functional.conv2d.bias", 1, { 3 } },
  { "functional.depthwise_conv2d.weight", 4, { 3, 1, 3, 3 } },
  { "functional.batch_normalization.running_mean", 1, { 3 } },
  { "functional.batch_normalization.running_var", 1, { 3 } }, { NULL },
};

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (RtTensorList) list = rt_keras_parse (bytes, n_bytes, name, NULL, error);

  return list != NULL;
}

static RtTensorList *
open_made (const char *name)
{
  g_autofree char *relative = g_build_filename ("keras", "good", name, NULL);
  g_autofree char *path = format_made (relative);
  g_autoptr (GError) error = NULL;
  RtTensorList *list = rt_weights_read (path, NULL, &error);

  g_assert_no_error (error);
  return list;
}

/* Where the value at (@o,@i,@h,@w) stands in Keras's (H,W,I,O), or (H,W,C,M) with @o = C * m +
 * M. */
static size_t
find_stored (const int *dims,
             int        o,
             int        i,
             int        h,
             int        w)
{
  gboolean is_depthwise = dims[1] == 1;
  /* The channel multiplier of make-keras.c's depthwise kernels: 2 of 4 channels, 1 of 3. */
  int m = dims[0] == 8 ? 2 : 1;

  if (is_depthwise)
    return (size_t) (h * dims[3] + w) * dims[0] + (o / m) * m + o % m;
  return ((size_t) (h * dims[3] + w) * dims[1] + i) * dims[0] + o;
}

static float
get_made (size_t stored,
          int    k)
{
  return (float) ((stored + 7 * (size_t) k) % 101) - 3.0f;
}

static void
check_tensor (const RtTensor *tensor,
              const Expected *expected,
              int             k)
{
  int dims[4] = { 1, 1, 1, 1 };
  size_t at = 0;

  g_assert_cmpstr (tensor->name, ==, expected->name);
  g_assert_cmpint (tensor->shape.n_dims, ==, expected->n_dims);
  for (int i = 0; i < expected->n_dims; i++)
    {
      g_assert_cmpint (tensor->shape.dims[i], ==, expected->dims[i]);
      dims[i] = expected->dims[i];
    }
  if (expected->n_dims == 1)
    {
      for (int i = 0; i < dims[0]; i++)
        g_assert_cmpfloat (tensor->data[i], ==, get_made (i, k));
      return;
    }
  for (int o = 0; o < dims[0]; o++)
    for (int i = 0; i < dims[1]; i++)
      for (int h = 0; h < dims[2]; h++)
        for (int w = 0; w < dims[3]; w++)
          g_assert_cmpfloat (tensor->data[at++], ==,
                             get_made (find_stored (dims, o, i, h, w), k));
}

static void
check_made (const char     *name,
            const Expected *expected)
{
  g_autoptr (RtTensorList) list = open_made (name);
  int k = 0;

  for (; expected[k].name != NULL; k++)
    {
      g_assert_cmpuint (rt_tensor_list_get_n (list), >, k);
      check_tensor (rt_tensor_list_get (list, k), &expected[k], k);
    }
  g_assert_cmpuint (rt_tensor_list_get_n (list), ==, k);
  g_assert_cmpstr (rt_tensor_list_get_meta (list, "format"), ==, "keras");
}

/* Plain; in HDF5's newer form, deflated and with a graph; without one; in other types of number and
 * orders of bytes; with the names of the first versions; with a model as a layer. */
static void
test_values (void)
{
  check_made ("whole.h5", whole);
  check_made ("packed.h5", whole);
  check_made ("weights.h5", whole);
  check_made ("types.h5", whole);
  check_made ("old.h5", old);
  check_made ("nested.h5", nested);
}

/* The same tensors as those of the legacy file, in another order and perhaps with other names. */
static void
check_twin (const char        *name,
            const char *const *names,
            const char        *order)
{
  g_autoptr (RtTensorList) legacy = open_made ("weights.h5");
  g_autoptr (RtTensorList) list = open_made (name);
  size_t n = 0;

  for (; names[n] != NULL; n++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, n);
      const RtTensor *twin = rt_tensor_list_find (legacy, store[n]);

      g_assert_cmpstr (tensor->name, ==, names[n]);
      g_assert_true (rt_shape_equal (&tensor->shape, &twin->shape));
      g_assert_cmpmem (tensor->data, rt_shape_count (&tensor->shape) * sizeof (float),
                       twin->data, rt_shape_count (&twin->shape) * sizeof (float));
    }
  g_assert_cmpuint (rt_tensor_list_get_n (list), ==, n);
  g_assert_cmpuint (rt_tensor_list_get_n (legacy), ==, n);
  g_assert_cmpstr (rt_tensor_list_get_meta (list, "format"), ==, "keras");
  g_assert_cmpstr (rt_tensor_list_get_meta (list, "order"), ==, order);
}

/* Keras 3's own form. What stands beside the layers, the generators of random numbers among them,
 * is no weight. An archive has the graph, and so all that a whole model has. */
static void
test_store (void)
{
  check_twin ("store.h5", store, "kinds");
  check_twin ("store-unnamed.h5", store_unnamed, "kinds");
  check_made ("store-within.h5", within);
  check_made ("store.keras", whole);
}

/* The tenth comes after the second. */
static void
test_store_order (void)
{
  g_autoptr (RtTensorList) list = open_made ("store-chain.h5");

  g_assert_cmpuint (rt_tensor_list_get_n (list), ==, 12);
  for (int i = 0; i < 12; i++)
    {
      g_autofree char *name = i == 0 ? g_strdup ("conv2d.weight")
                              : g_strdup_printf ("conv2d_%d.weight", i);
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      g_assert_cmpstr (tensor->name, ==, name);
      g_assert_cmpint (tensor->shape.dims[0], ==, i + 2);
    }
}

static void
check_facts (const char *name)
{
  static const struct { const char *key; const char *value; } facts[] = {
    { "input_height", "8" }, { "input_width", "6" }, { "input_channels", "3" },
    { "activation", "relu6" }, { "padding", "same" }, { "epsilon", "0.001" },
    { "output_activation", "softmax" },
  };
  g_autoptr (RtTensorList) with = open_made (name);
  g_autoptr (RtTensorList) without = open_made ("weights.h5");

  for (size_t i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_assert_cmpstr (rt_tensor_list_get_meta (with, facts[i].key), ==, facts[i].value);
      g_assert_null (rt_tensor_list_get_meta (without, facts[i].key));
    }
  g_assert_null (rt_tensor_list_get_meta (with, "order"));
}

static void
test_facts (void)
{
  check_facts ("whole.h5");
  check_facts ("store.keras");
}

#define CONV(stride, padding) \
  "{\"class_name\":\"Conv2D\",\"config\":{\"name\":\"c\",\"kernel_size\":[3,3]," \
  "\"strides\":[" stride "," stride "],\"padding\":\"" padding "\"}}"
#define ZEROS(padding) \
  "{\"class_name\":\"ZeroPadding2D\",\"config\":{\"name\":\"z\",\"padding\":" padding "}}"

/* What counts is where there is a stride; a layer of zeros pads for the convolution after it. */
static void
test_padding (void)
{
  static const struct { const char *layers, *padding; } cases[] = {
    { CONV ("2", "same") "," CONV ("1", "valid"), "same" },
    { CONV ("1", "same") "," ZEROS ("[[1,1],[1,1]]") "," CONV ("2", "valid"), "symmetric" },
    { CONV ("2", "same") "," ZEROS ("[[0,1],[0,1]]") "," CONV ("2", "valid"), "same" },
    { CONV ("2", "same") "," ZEROS ("[[1,1],[1,1]]"), NULL },
    { CONV ("2", "valid"), NULL }, { ZEROS ("[]"), NULL }, { ZEROS ("[[1],[1]]"), NULL },
    { ZEROS ("[[0,\"1\"],0]"), NULL }, { ZEROS ("1"), NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"config\":{\"layers\":[%s]}}", cases[i].layers);
      g_autoptr (GError) error = NULL;
      g_autoptr (RtKerasConfig) config = rt_keras_config_new (text, "made", &error);
      g_autoptr (RtTensorList) list = rt_tensor_list_new ();

      g_assert_no_error (error);
      rt_keras_config_set_meta (config, list);
      g_assert_cmpstr (rt_tensor_list_get_meta (list, "padding"), ==, cases[i].padding);
    }
}

static void
test_broken (void)
{
  g_autofree char *folder = format_made ("keras/broken");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (RtTensorList) list = NULL;
      g_autoptr (GError) error = NULL;

      list = rt_weights_read (path, NULL, &error);
      if (list != NULL)
        g_error ("%s was opened", name);
      format_assert_error (error, name);
      g_test_message ("%s", strstr (error->message, name));
      n++;
    }
  g_assert_cmpuint (n, >=, 150);
}

static void
test_messages (void)
{
  static const struct { const char *file; const char *text; } cases[] = {
    { "external-layer.h5", "conv1 is a link to elsewhere" },
    { "external-values.h5", "lie in another file" },
    { "virtual-values.h5", "lie in another file or dataset" },
    { "strange-filter.h5", "is packed by filter 32001" },
    { "weight-up.h5", "\"../bn/bn/gamma:0\", which is no name" },
    { "two-readings.h5", "could be read in two ways" },
    { "two-kinds.h5", "could be read in two ways" },
    { "lying-size.h5", "is larger than what the file has for it" },
    { "packed-bombs.h5", "its weights are larger than such a file's can be" },
    { "own-form.h5", "is not a group" },
    { "store-no-first.h5", "layers/conv2d has no variable 0" },
    { "store-gap.h5", "layers/conv2d has no variable 1" },
    { "store-word.h5", "layers/conv2d has a variable bias, which is no number" },
    { "store-three-of-conv.h5", "layers/conv2d is no Conv2D, by the number of its variables: 3" },
    { "store-three-of-norm.h5", "layers/batch_normalization has three variables, of which the "
      "first is a scale or a shift; in Python, model.save (\"whole.h5\")" },
    { "store-long-bias.h5", "the variables of layers/conv2d do not go with each other" },
    { "store-bias-of-depthwise.h5", "of layers/depthwise_conv2d do not go with each other" },
    { "store-no-layer-between.h5", "has layers/conv2d_2, but not the Conv2D before it" },
    { "store-layer-within.h5", "layers/multi_head_attention/query_dense is a layer that no" },
    { "store-external-weight.h5", "0 is a link to elsewhere" },
    { "store-circle.h5", "has groups within groups, more than 16 deep" },
    { "store-circles.h5", "has groups within groups, more than 16 deep" },
    { "store-name-up.h5", "\"../conv1\", which is no name" },
    { "store-two-models.h5", "does not say which comes first" },
    { "store-lying-size.h5", "is larger than what the file has for it" },
    { "store-no-layers.h5", "has neither layer_names nor layers" },
    { "archive-no-config.keras", "has model.weights.h5, but no config.json" },
    { "archive-no-weights.keras", "neither a PyTorch checkpoint" },
    { "archive-other-config.keras", "is not in its config.json" },
    { "archive-cut-weights.keras", "the HDF5 file is cut off" },
    { "cut-last.h5", "the HDF5 file is cut off" },
    { "no-layer.h5", "ghost cannot be read: name doesn't exist" },
    { "config-other-kind.h5", "layer conv1 is a Dense, and its kernel has 4 dimensions" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *relative = g_build_filename ("keras", "broken", cases[i].file, NULL);
      g_autofree char *path = format_made (relative);
      g_autoptr (RtTensorList) list = NULL;
      g_autoptr (GError) error = NULL;

      list = rt_weights_read (path, NULL, &error);
      g_assert_null (list);
      format_assert_error (error, cases[i].text);
    }
}

static void
check_damage (const char *name,
              int         rounds)
{
  g_autofree char *relative = g_build_filename ("keras", "good", name, NULL);
  g_autofree char *path = format_made (relative);
  g_autoptr (GBytes) good = format_load (path);

  format_check_cuts (good, parse);
  format_check_noise (good, parse, rounds);
}

static void
test_damage (void)
{
  check_damage ("whole.h5", 100);
  check_damage ("packed.h5", 100);
  check_damage ("store.h5", 100);
}

/* What h5py reads, turned over by NumPy: tests/golden/make-keras-goldens.py prints these. */
static void
check_real (const char *name,
            size_t      n,
            const char *expected)
{
  g_autofree char *path = format_shared (name);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (RtTensorList) list = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  list = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rt_tensor_list_get_n (list), ==, n);
  for (size_t i = 0; i < n; i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      g_checksum_update (sum, (const guchar *) tensor->name, -1);
      g_checksum_update (sum, (const guchar *) tensor->data,
                         rt_shape_count (&tensor->shape) * sizeof (float));
    }
  g_assert_cmpstr (g_checksum_get_string (sum), ==, expected);
}

static void
test_real_model (void)
{
  check_real ("weights/vww_96.h5", 164,
              "514bb86ab92e6631cc91d78224519b17764f1174d85c2fd032dd985258900f62");
}

static void
test_real_weights (void)
{
  check_real ("weights/squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5", 50,
              "e628dcea5bde86ed4a90acd078bab48f8b096d50206b2292357c7d7f2e8e133a");
}

/* The same values came in another container. */
static void
test_real_twin (void)
{
  g_autofree char *path = format_shared ("weights/squeezenet_weights_tf_dim_ordering_tf_kernels_"
                                         "notop.h5");
  g_autofree char *twin = path != NULL ? format_shared ("weights/squeezenet_v1.1_features."
                                                        "safetensors") : NULL;
  g_autoptr (RtTensorList) list = NULL;
  g_autoptr (RtTensorList) other = NULL;
  g_autoptr (GError) error = NULL;

  if (twin == NULL)
    return;
  list = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  other = rt_weights_read (twin, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rt_tensor_list_get_n (list), ==, rt_tensor_list_get_n (other));
  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *a = rt_tensor_list_get (list, i);
      const RtTensor *b = rt_tensor_list_find (other, a->name);

      g_assert_nonnull (b);
      g_assert_true (rt_shape_equal (&a->shape, &b->shape));
      g_assert_cmpmem (a->data, rt_shape_count (&a->shape) * sizeof (float), b->data,
                       rt_shape_count (&b->shape) * sizeof (float));
    }
}

/* The child is not waited for. */
static void
test_cancelled (void)
{
  g_autofree char *path = format_made ("keras/good/whole.h5");
  g_autoptr (GBytes) good = format_load (path);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (rt_keras_parse (g_bytes_get_data (good, NULL), g_bytes_get_size (good), "good",
                                 cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keras/values", test_values);
  g_test_add_func ("/keras/store", test_store);
  g_test_add_func ("/keras/store/order", test_store_order);
  g_test_add_func ("/keras/facts", test_facts);
  g_test_add_func ("/keras/padding", test_padding);
  g_test_add_func ("/keras/broken", test_broken);
  g_test_add_func ("/keras/messages", test_messages);
  g_test_add_func ("/keras/damage", test_damage);
  g_test_add_func ("/keras/cancelled", test_cancelled);
  g_test_add_func ("/keras/real/model", test_real_model);
  g_test_add_func ("/keras/real/weights", test_real_weights);
  g_test_add_func ("/keras/real/twin", test_real_twin);
  return g_test_run ();
}
