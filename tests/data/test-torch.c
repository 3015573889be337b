/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include "rt-file.h"

#include <string.h>
#include <sys/mman.h>

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (RtTensorList) list = rt_torch_parse (bytes, n_bytes, name, NULL, error);

  return list != NULL;
}

static gboolean
open_weights (const char  *path,
              GError     **error)
{
  g_autoptr (RtTensorList) list = rt_weights_read (path, NULL, error);

  return list != NULL;
}

/* The same tensors in the same order, to the bit; @prefix is dropped from the names of @a. */
static void
assert_equal_lists (const RtTensorList *a,
                    const RtTensorList *b,
                    const char         *prefix)
{
  g_assert_cmpuint (rt_tensor_list_get_n (a), ==, rt_tensor_list_get_n (b));
  for (size_t i = 0; i < rt_tensor_list_get_n (b); i++)
    {
      const RtTensor *y = rt_tensor_list_get (b, i);
      g_autofree char *name = g_strconcat (prefix, y->name, NULL);
      const RtTensor *x = rt_tensor_list_find (a, name);
      g_autofree char *x_shape = NULL;
      g_autofree char *y_shape = rt_shape_to_string (&y->shape);

      g_assert_nonnull (x);
      x_shape = rt_shape_to_string (&x->shape);
      g_assert_cmpstr (x_shape, ==, y_shape);
      g_assert_cmpmem (x->data, rt_shape_count (&x->shape) * sizeof (float),
                       y->data, rt_shape_count (&y->shape) * sizeof (float));
    }
}

static void
test_forms (void)
{
  g_autofree char *folder = format_fixture ("torch");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *expected_path = g_strconcat (path, ".safetensors", NULL);
      g_autoptr (RtTensorList) list = NULL;
      g_autoptr (RtTensorList) expected = NULL;
      g_autoptr (GError) error = NULL;

      if (g_str_has_suffix (name, ".safetensors"))
        continue;
      g_test_message ("%s", name);
      list = rt_weights_read (path, NULL, &error);
      g_assert_no_error (error);
      expected = rt_weights_read (expected_path, NULL, &error);
      g_assert_no_error (error);
      assert_equal_lists (list, expected, "");
      n++;
    }
  g_assert_cmpint (n, ==, 16);
}

static void
test_values (void)
{
  g_autofree char *path = format_fixture ("torch/types.th");
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) list = rt_weights_read (path, NULL, &error);
  const RtTensor *tensor;

  g_assert_no_error (error);
  tensor = rt_tensor_list_get (list, 0);
  g_assert_cmpstr (tensor->name, ==, "module.fc.weight");
  tensor = rt_tensor_list_find (list, "long");
  g_assert_cmpfloat (tensor->data[0], ==, -3);
  g_assert_cmpfloat (tensor->data[2], ==, (float) ((int64_t) 1 << 40));
  tensor = rt_tensor_list_find (list, "char");
  g_assert_cmpfloat (tensor->data[0], ==, -128);
  tensor = rt_tensor_list_find (list, "bn.num_batches_tracked");
  g_assert_cmpint (tensor->shape.n_dims, ==, 0);
  g_assert_cmpfloat (tensor->data[0], ==, 12345);
}

/* An error says which function was asked for, and that it was refused. */
static void
test_refusal (void)
{
  static const struct { const char *file; const char *text; } cases[] = {
    { "os-system.pth", "names the function os.system: refused" },
    { "os-system.th", "names the function os.system: refused" },
    { "inst.pth", "names the function os.system: refused" },
    { "stack-global.pth", "names the function os.system: refused" },
    { "eval.th", "names the function builtins.eval: refused" },
    { "module-class.pth", "names the function torch.nn.modules.linear.Linear: refused" },
    { "wrapped-class.pth", "names the function torch.nn.modules.linear.Linear: refused" },
    { "unknown-storage.pth", "names the function torch.ComplexFloatStorage: refused" },
    { "two-dicts.pth", "its keys are: net, ema" },
    { "ext.pth", "has the opcode 0x82" },
    { "five-dims.pth", "tensor a has 5 dimensions" },
    { "no-tensors.pth", "its keys are: epoch, arch" },
    { "deflate-bomb.pth", "entry x/data/0 claims to unpack to more than it may" },
    { "deflate-bombs.pth", "entry x/data/1 claims to unpack to more than it may" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *relative = g_build_filename ("broken", "torch", cases[i].file, NULL);
      g_autofree char *path = format_made (relative);
      g_autoptr (GError) error = NULL;

      g_assert_false (open_weights (path, &error));
      format_assert_error (error, cases[i].text);
    }
}

/* A file of 4 GiB may have 2^34 values and some; a view of 2^64 is none the less too large. */
static void
test_count_wraps (void)
{
  const size_t n = RT_MAX_FILE_BYTES;
  g_autofree char *path = format_made ("broken/torch/count-wraps.th");
  g_autoptr (GBytes) start = format_load (path);
  g_autoptr (GError) error = NULL;
  uint8_t *bytes = mmap (NULL, n, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  g_assert_true (bytes != MAP_FAILED);
  memcpy (bytes, g_bytes_get_data (start, NULL), g_bytes_get_size (start));
  g_assert_false (parse (bytes, n, "large.th", &error));
  format_assert_error (error, "tensor a is larger than the file can hold");
  munmap (bytes, n);
}

static void
test_broken (void)
{
  format_check_broken ("torch", open_weights, 120);
}

static void
test_damage (void)
{
  static const char *const names[] = { "torch/wrapped.pth", "torch/deflated.pth", "torch/views.th",
                                       "torch/protocol4.th" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = format_fixture (names[i]);
      g_autoptr (GBytes) good = format_load (path);

      format_check_cuts (good, parse);
      format_check_noise (good, parse, 5000);
    }
}

static void
test_real (void)
{
  static const char *const names[] = { "weights/resnet20-12fca82f", "weights/resnet56-4bfd9763" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *th = g_strconcat (names[i], ".th", NULL);
      g_autofree char *safe = g_strconcat (names[i], ".safetensors", NULL);
      g_autofree char *th_path = format_shared (th);
      g_autofree char *safe_path = th_path != NULL ? format_shared (safe) : NULL;
      g_autoptr (RtTensorList) a = NULL;
      g_autoptr (RtTensorList) b = NULL;
      g_autoptr (GError) error = NULL;

      if (safe_path == NULL)
        return;
      a = rt_weights_read (th_path, NULL, &error);
      g_assert_no_error (error);
      b = rt_weights_read (safe_path, NULL, &error);
      g_assert_no_error (error);
      assert_equal_lists (a, b, "module.");
    }
}

static void
test_real_large (void)
{
  g_autofree char *path = format_shared ("weights/efficientnet-lite0-57934424.pth");
  g_autoptr (RtTensorList) list = NULL;
  g_autoptr (GError) error = NULL;
  size_t n_values = 0;

  if (path == NULL)
    return;
  list = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    n_values += rt_shape_count (&rt_tensor_list_get (list, i)->shape);
  g_test_message ("%zu tensors, %zu values", rt_tensor_list_get_n (list), n_values);
  g_assert_nonnull (rt_tensor_list_find (list, "_conv_stem.weight"));
  g_assert_cmpuint (n_values, >, 4600000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/torch/forms", test_forms);
  g_test_add_func ("/torch/values", test_values);
  g_test_add_func ("/torch/refusal", test_refusal);
  g_test_add_func ("/torch/count-wraps", test_count_wraps);
  g_test_add_func ("/torch/broken", test_broken);
  g_test_add_func ("/torch/damage", test_damage);
  g_test_add_func ("/torch/real", test_real);
  g_test_add_func ("/torch/real-large", test_real_large);
  return g_test_run ();
}
