/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (RtTensorList) list = rt_safetensors_parse (bytes, n_bytes, name, NULL, error);

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
make_list (void)
{
  RtTensorList *list = rt_tensor_list_new ();
  RtTensor *tensor = rt_tensor_list_add (list, "conv \"1\"\\.weight", &RT_SHAPE_4 (2, 3, 1, 2));

  for (int i = 0; i < 12; i++)
    tensor->data[i] = i * 0.37f - 2;
  tensor->data[3] = NAN;
  tensor->data[4] = -INFINITY;
  tensor->data[5] = -0.0f;
  rt_tensor_list_add (list, "empty", &RT_SHAPE_2 (0, 3));
  tensor = rt_tensor_list_add (list, "scalar", &(RtShape) { 0 });
  tensor->data[0] = 5;
  rt_tensor_list_set_meta (list, "recipe", "{ \"a\": \"é\n\" }");
  return list;
}

static void
test_round_trip (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.safetensors", NULL);
  g_autoptr (RtTensorList) list = make_list ();
  g_autoptr (RtTensorList) back = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (rt_safetensors_write (list, path, &error));
  back = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rt_tensor_list_get_n (back), ==, 3);
  for (size_t i = 0; i < 3; i++)
    {
      const RtTensor *a = rt_tensor_list_get (list, i), *b = rt_tensor_list_get (back, i);

      g_assert_cmpstr (a->name, ==, b->name);
      g_assert_true (rt_shape_equal (&a->shape, &b->shape));
      g_assert_cmpmem (a->data, 4 * rt_shape_count (&a->shape), b->data,
                       4 * rt_shape_count (&b->shape));
    }
  g_assert_cmpstr (rt_tensor_list_get_meta (back, "recipe"), ==, "{ \"a\": \"é\n\" }");
  format_remove (folder);
}

/* A write that fails leaves the old file and nothing else. */
static void
test_write_fails (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "none", "x.safetensors", NULL);
  g_autoptr (RtTensorList) list = make_list ();
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_safetensors_write (list, path, &error));
  format_assert_error (error, "none/x.safetensors");
  format_remove (folder);
}

/* Half, bfloat16 and the like, in an order of the file that is not that of the header. */
static void
test_types (void)
{
  static const char header[] =
    "{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[4,8]},"
    "\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]},"
    "\"u\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]},"
    "\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[8,16]}}";
  static const uint8_t values[] = { 0x80, 0x3f, 7, 255, 0x00, 0x3c, 0x01, 0x80, 0, 0, 0, 0, 0, 0,
                                    0xf8, 0xbf };
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (RtTensorList) list = NULL;
  g_autoptr (GError) error = NULL;
  uint8_t length[8] = { sizeof header - 1, 0 };

  g_byte_array_append (file, length, 8);
  g_byte_array_append (file, (const uint8_t *) header, sizeof header - 1);
  g_byte_array_append (file, values, sizeof values);
  list = rt_safetensors_parse (file->data, file->len, "types", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rt_tensor_list_get (list, 0)->name, ==, "h");
  g_assert_cmpfloat (rt_tensor_list_find (list, "h")->data[0], ==, 1.0f);
  g_assert_cmpfloat (rt_tensor_list_find (list, "h")->data[1], ==, -0x1p-24f);
  g_assert_cmpfloat (rt_tensor_list_find (list, "b")->data[0], ==, 1.0f);
  g_assert_cmpfloat (rt_tensor_list_find (list, "u")->data[1], ==, 255.0f);
  g_assert_cmpfloat (rt_tensor_list_find (list, "d")->data[0], ==, -1.5f);
}

static void
test_broken (void)
{
  format_check_broken ("safetensors", open_weights, 30);
}

static void
test_messages (void)
{
  static const struct { const char *file; const char *text; } cases[] = {
    { "keras.h5", "the HDF5 file is damaged in its superblock" },
    { "network.onnx", "is not an ONNX network, or is cut off" },
    { "past-the-end.safetensors", "tensor a ends at byte 16 of 8" },
    { "overlap.safetensors", "tensor b overlaps" },
    { "odd-dtype.safetensors", "tensor a is of type F8_E4M3" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *relative = g_build_filename ("broken", "safetensors", cases[i].file, NULL);
      g_autofree char *path = format_made (relative);
      g_autoptr (GError) error = NULL;

      g_assert_false (open_weights (path, &error));
      format_assert_error (error, cases[i].text);
    }
}

/* Nothing at the path; a folder; a pipe, which must not be waited for. */
static void
test_odd_paths (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *none = g_build_filename (folder, "none.pth", NULL);
  g_autofree char *pipe_path = g_build_filename (folder, "pipe.pth", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (open_weights (none, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND);
  format_assert_error (error, "none.pth");
  g_clear_error (&error);
  g_assert_false (open_weights (folder, &error));
  format_assert_error (error, "is a folder");
  g_clear_error (&error);
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  g_assert_false (open_weights (pipe_path, &error));
  format_assert_error (error, "pipe.pth");
  format_remove (folder);
}

static void
test_damage (void)
{
  g_autofree char *path = format_fixture ("torch/model.pth.safetensors");
  g_autoptr (GBytes) good = format_load (path);

  format_check_cuts (good, parse);
  format_check_noise (good, parse, 5000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/safetensors/write-fails", test_write_fails);
  g_test_add_func ("/safetensors/types", test_types);
  g_test_add_func ("/safetensors/broken", test_broken);
  g_test_add_func ("/safetensors/messages", test_messages);
  g_test_add_func ("/safetensors/odd-paths", test_odd_paths);
  g_test_add_func ("/safetensors/damage", test_damage);
  return g_test_run ();
}
