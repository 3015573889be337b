/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which format a file of weights is taken for, where its first bytes could be another's. */
#include "config.h"

#include "format-files.h"

#include <string.h>

static RtTensorList *
read_bytes (const void  *bytes,
            size_t       n_bytes,
            GError     **error)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "weights", NULL);
  RtTensorList *list;

  format_write (folder, "weights", bytes, n_bytes);
  list = rt_weights_read (path, NULL, error);
  format_remove (folder);
  return list;
}

/* A header of @length bytes, blanks at its end, and one value. (transfer full) */
static GByteArray *
make_safetensors (uint64_t length)
{
  static const char header[] = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
  GByteArray *file = g_byte_array_new ();
  uint64_t stored = GUINT64_TO_LE (length);

  g_byte_array_append (file, (const uint8_t *) &stored, sizeof stored);
  g_byte_array_append (file, (const uint8_t *) header, sizeof header - 1);
  g_byte_array_set_size (file, (guint) (sizeof stored + length));
  memset (file->data + sizeof stored + sizeof header - 1, ' ', length - (sizeof header - 1));
  g_byte_array_append (file, (const uint8_t *) "\0\0\200\77", 4);
  return file;
}

static void
assert_is_read (uint64_t length)
{
  g_autoptr (GByteArray) file = make_safetensors (length);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) list = read_bytes (file->data, file->len, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (rt_tensor_list_get_n (list), ==, 1);
  g_assert_cmpfloat (rt_tensor_list_find (list, "a")->data[0], ==, 1.0f);
}

/* The file begins with every byte there is, a pickle's among them, and goes on with a pickle's
 * protocol, 2 to 5, or not; the last begins as an ONNX file. */
static void
test_header_lengths (void)
{
  for (uint64_t length = 0x100; length < 0x700; length++)
    assert_is_read (length);
  assert_is_read (0x120708);
}

/* Cut off within its header it is no pickle either. */
static void
test_cut_off (void)
{
  g_autoptr (GByteArray) file = make_safetensors (0x1080);
  g_autoptr (GError) error = NULL;

  g_assert_null (read_bytes (file->data, 0x800, &error));
  format_assert_error (error, "is not a file of weights, or is cut off");
}

/* A pickle whose ninth byte is a brace: what stands before it is no length that the file has. */
static void
test_near_pickle (void)
{
  static const uint8_t pickle[] = "\x80\2\x8a\5\0\0\0\0{.\x80\2M\xe9\3.\x80\2}.";
  g_autoptr (GError) error = NULL;

  g_assert_null (read_bytes (pickle, sizeof pickle - 1, &error));
  format_assert_error (error, "is a pickle, but not a PyTorch checkpoint");
}

/* Which field follows the version is the exporter's choice: here the name of its domain, of its
 * version, that of the model. */
static void
test_onnx_fields (void)
{
  static const char *const fields[] = { "\x1a\1x", "\"\1x", "(\1", "2\1x" };
  g_autofree char *path = format_made ("onnx/small.onnx");
  g_autoptr (GBytes) good = format_load (path);
  const uint8_t *bytes = g_bytes_get_data (good, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (GByteArray) file = g_byte_array_new ();
      g_autoptr (RtTensorList) list = NULL;
      g_autoptr (GError) error = NULL;

      g_byte_array_append (file, bytes, 2);
      g_byte_array_append (file, (const uint8_t *) fields[i], (guint) strlen (fields[i]));
      g_byte_array_append (file, bytes + 2, (guint) g_bytes_get_size (good) - 2);
      list = read_bytes (file->data, file->len, &error);
      g_assert_no_error (error);
      g_assert_nonnull (list);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weights/header-lengths", test_header_lengths);
  g_test_add_func ("/weights/cut-off", test_cut_off);
  g_test_add_func ("/weights/near-pickle", test_near_pickle);
  g_test_add_func ("/weights/onnx-fields", test_onnx_fields);
  return g_test_run ();
}
