/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"
#include "rt-onnx.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (RtOnnxModel) model = rt_onnx_model_parse (bytes, n_bytes, name, NULL, error);
  g_autoptr (RtTensorList) list = NULL;

  if (model != NULL)
    list = rt_onnx_model_to_tensors (model, name, NULL, error);
  return list != NULL;
}

static gboolean
open_weights (const char  *path,
              GError     **error)
{
  g_autoptr (RtTensorList) list = rt_weights_read (path, NULL, error);

  return list != NULL;
}

static RtTensorList *
read_good (const char *name)
{
  g_autofree char *relative = g_strdup_printf ("onnx/%s.onnx", name);
  g_autofree char *path = format_made (relative);
  g_autoptr (GError) error = NULL;
  RtTensorList *list = rt_weights_read (path, NULL, &error);

  g_assert_no_error (error);
  return list;
}

/* The names and shapes of all tensors: "a 4x2, b 4". */
static void
assert_layers (const RtTensorList *list,
               const char         *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);
      g_autofree char *shape = rt_shape_to_string (&tensor->shape);

      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", tensor->name, shape);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_meta (const RtTensorList *list,
             const char         *key,
             const char         *value)
{
  g_assert_cmpstr (rt_tensor_list_get_meta (list, key), ==, value);
}

/* Made by make_onnx.py: value i is i / 4. */
static void
assert_quarters (const RtTensorList *list,
                 const char         *name)
{
  const RtTensor *tensor = rt_tensor_list_find (list, name);

  g_assert_nonnull (tensor);
  for (size_t i = 0; i < rt_shape_count (&tensor->shape); i++)
    g_assert_cmpfloat (tensor->data[i], ==, 0.25f * (float) i);
}

/* As torch.onnx writes it: weights of folded layers have names that say nothing. */
static void
test_folded (void)
{
  g_autoptr (RtTensorList) list = read_good ("small");

  assert_layers (list, "layer1.0.conv1.weight 4x2x3x3, layer1.0.conv1.bias 4, fc.weight 3x4, "
                       "fc.bias 3");
  assert_quarters (list, "layer1.0.conv1.weight");
  assert_quarters (list, "layer1.0.conv1.bias");
  assert_quarters (list, "fc.weight");
  assert_meta (list, "format", "onnx");
  assert_meta (list, "folded", "true");
  assert_meta (list, "activation", "relu");
  assert_meta (list, "padding", "symmetric");
  assert_meta (list, "stem_stride", "2");
  assert_meta (list, "strides", "2 ");
  assert_meta (list, "max_pools", "");
  assert_meta (list, "input_height", "6");
  assert_meta (list, "input_channels", "2");
  assert_meta (list, "epsilon", NULL);
}

static void
test_norm (void)
{
  g_autoptr (RtTensorList) list = read_good ("norm");

  assert_layers (list, "conv1.weight 4x2x3x3, bn1.weight 4, bn1.bias 4, bn1.running_mean 4, "
                       "bn1.running_var 4, fc.weight 3x4, fc.bias 3");
  assert_quarters (list, "bn1.running_var");
  assert_meta (list, "folded", NULL);
  assert_meta (list, "activation", "relu6");
  assert_meta (list, "epsilon", "0.001");
  assert_meta (list, "padding", NULL);
  assert_meta (list, "mean", "0.5,0.5,0.5");
  assert_meta (list, "labels", "cat\ndog\nfox");
}

/* As TensorFlow's exporters write it, and its nodes in no order. */
static void
test_matrices (void)
{
  g_autoptr (RtTensorList) list = read_good ("matrices");
  const RtTensor *tensor = rt_tensor_list_find (list, "net.fc.weight");

  assert_layers (list, "Conv_0.weight 4x2x3x3, Conv_0.bias 4, net.fc.weight 3x4, net.fc.bias 3");
  /* (4,3) in the file */
  for (int o = 0; o < 3; o++)
    for (int i = 0; i < 4; i++)
      g_assert_cmpfloat (tensor->data[o * 4 + i], ==, 0.25f * (float) (i * 3 + o));
  assert_quarters (list, "net.fc.bias");
  assert_meta (list, "padding", "same");
  assert_meta (list, "folded", "true");
}

static void
test_types (void)
{
  g_autoptr (RtTensorList) list = read_good ("types");
  static const float values[] = { 1.0f, -2.5f, 0.0f, 0.5f };

  g_assert_cmpuint (rt_tensor_list_get_n (list), ==, 14);
  for (int i = 0; i < 14; i += 2)
    g_assert_cmpmem (rt_tensor_list_get (list, i)->data, sizeof values, values, sizeof values);
}

/* What an error says: the node, the operator, and what to do. */
static void
test_refusal (void)
{
  static const struct { const char *file; const char *text; } cases[] = {
    { "lstm", "node r_node is a LSTM, an operator that the networks here do not have" },
    { "foreign-domain", "node r_node is a com.microsoft.Conv" },
    { "external", "tensor w has its values in another file" },
    { "circle", "the network goes in a circle" },
    { "identity-circle", "the network goes in a circle" },
    { "dilated", "node c_node (Conv) is dilated" },
    { "clip-to-one", "node r_node (Clip) does not clip to 0 and 6" },
    { "two-tensors", "has two tensors w" },
    { "very-deep", "networks within networks" },
    { "many-fields", "more than 1048576 parts" },
    { "short-raw", "tensor w has 71 values, and its dimensions ask for 72" },
    { "quantised", "no constant weights" },
    { "odd-raw", "tensor w ends within a value" },
    { "no-operator", "node r has no operator" },
    { "cut-before-opset", "which version of the operators" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *relative = g_strdup_printf ("broken/onnx/%s.onnx", cases[i].file);
      g_autofree char *path = format_made (relative);
      g_autoptr (GError) error = NULL;

      g_assert_false (open_weights (path, &error));
      format_assert_error (error, cases[i].text);
    }
}

static void
test_broken (void)
{
  format_check_broken ("onnx", open_weights, 80);
}

/* The file with metadata at its end is whole without them, so that it cannot be told that it was
 * cut there. */
static void
test_damage (void)
{
  static const char *const names[] = { "small", "matrices", "types", "norm" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *relative = g_strdup_printf ("onnx/%s.onnx", names[i]);
      g_autofree char *path = format_made (relative);
      g_autoptr (GBytes) good = format_load (path);

      if (i < 3)
        format_check_cuts (good, parse);
      format_check_noise (good, parse, 5000);
    }
}

/* Written and read again, a model is the same to the byte; a second writing shows it. */
static void
test_write (void)
{
  static const char *const names[] = { "small", "norm", "matrices" };
  g_autofree char *folder = format_make_folder ();

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *relative = g_strdup_printf ("onnx/%s.onnx", names[i]);
      g_autofree char *path = format_made (relative);
      g_autofree char *copy = g_build_filename (folder, "copy.onnx", NULL);
      g_autoptr (GBytes) good = format_load (path);
      g_autoptr (RtTensorList) before = rt_weights_read (path, NULL, NULL);
      g_autoptr (RtTensorList) after = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (RtOnnxModel) model = rt_onnx_model_parse (g_bytes_get_data (good, NULL),
                                                           g_bytes_get_size (good), "good",
                                                           NULL, &error);

      g_assert_no_error (error);
      g_assert_true (rt_onnx_model_write (model, copy, &error));
      g_assert_no_error (error);
      after = rt_weights_read (copy, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (rt_tensor_list_get_n (before), ==, rt_tensor_list_get_n (after));
      for (size_t k = 0; k < rt_tensor_list_get_n (before); k++)
        {
          const RtTensor *x = rt_tensor_list_get (before, k), *y = rt_tensor_list_get (after, k);

          g_assert_cmpstr (x->name, ==, y->name);
          g_assert_cmpmem (x->data, rt_shape_count (&x->shape) * sizeof (float), y->data,
                           rt_shape_count (&y->shape) * sizeof (float));
        }
      g_assert_cmpstr (rt_onnx_model_get_meta (model, "labels"), ==,
                       rt_tensor_list_get_meta (after, "labels"));
      assert_meta (after, "padding", rt_tensor_list_get_meta (before, "padding"));
      assert_meta (after, "input_height", "6");
    }
  format_remove (folder);
}

static void
test_write_fails (void)
{
  g_autoptr (RtOnnxModel) model = rt_onnx_model_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_onnx_model_write (model, "/nowhere/at/all.onnx", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_nonnull (strstr (error->message, "/nowhere/at/all.onnx"));
}

/* At any step: while it is unpacked, and when its layers are found. */
static void
test_cancelled (void)
{
  g_autofree char *path = format_made ("onnx/small.onnx");
  g_autoptr (GBytes) good = format_load (path);
  const uint8_t *bytes = g_bytes_get_data (good, NULL);
  size_t n_bytes = g_bytes_get_size (good);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) first = NULL, second = NULL, third = NULL;
  g_autoptr (RtOnnxModel) model = rt_onnx_model_parse (bytes, n_bytes, "good", cancellable,
                                                       &first);

  g_assert_no_error (first);
  g_cancellable_cancel (cancellable);
  g_assert_null (rt_onnx_model_parse (bytes, n_bytes, "good", cancellable, &second));
  g_assert_error (second, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (rt_onnx_model_to_tensors (model, "good", cancellable, &third));
  g_assert_error (third, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/folded", test_folded);
  g_test_add_func ("/onnx/norm", test_norm);
  g_test_add_func ("/onnx/matrices", test_matrices);
  g_test_add_func ("/onnx/types", test_types);
  g_test_add_func ("/onnx/refusal", test_refusal);
  g_test_add_func ("/onnx/broken", test_broken);
  g_test_add_func ("/onnx/damage", test_damage);
  g_test_add_func ("/onnx/cancelled", test_cancelled);
  g_test_add_func ("/onnx/write", test_write);
  g_test_add_func ("/onnx/write-fails", test_write_fails);
  return g_test_run ();
}
