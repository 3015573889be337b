/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include <string.h>

#define MOST ((size_t) 1 << 20)

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (GBytes) unpacked = rt_gzip_unpack (bytes, n_bytes, MOST, name, error);

  return unpacked != NULL;
}

static gboolean
open_gzip (const char  *path,
           GError     **error)
{
  g_autoptr (GBytes) unpacked = rt_gzip_read_file (path, MOST, error);

  return unpacked != NULL;
}

/* (transfer full) */
static GBytes *
pack (const void *bytes,
      size_t      n)
{
  g_autoptr (GZlibCompressor) zlib = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = NULL;

  stream = g_converter_output_stream_new (memory, G_CONVERTER (zlib));
  g_assert_true (g_output_stream_write_all (stream, bytes, n, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
test_unpack (void)
{
  g_autofree uint8_t *bytes = g_malloc (700000);
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GError) error = NULL;
  GRand *rand = g_rand_new_with_seed (3);

  for (int i = 0; i < 700000; i++)
    bytes[i] = g_rand_int_range (rand, 0, 9);
  g_rand_free (rand);
  packed = pack (bytes, 700000);
  back = rt_gzip_unpack (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), MOST, "x",
                         &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back), bytes, 700000);
}

/* Two members and zeros behind them are one file; the name does not matter. */
static void
test_members (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "plain-name", NULL);
  g_autoptr (GBytes) a = pack ("hello, ", 7);
  g_autoptr (GBytes) b = pack ("world", 5);
  g_autoptr (GByteArray) both = g_byte_array_new ();
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GError) error = NULL;

  g_byte_array_append (both, g_bytes_get_data (a, NULL), g_bytes_get_size (a));
  g_byte_array_append (both, g_bytes_get_data (b, NULL), g_bytes_get_size (b));
  g_byte_array_append (both, (const uint8_t *) "\0\0\0", 3);
  format_write (folder, "plain-name", both->data, both->len);
  back = rt_gzip_read_file (path, MOST, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back), "hello, world", 12);

  format_write (folder, "plain-name", "not packed", 10);
  plain = rt_gzip_read_file (path, MOST, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), "not packed", 10);
  format_remove (folder);
}

static void
test_broken (void)
{
  format_check_broken ("gzip", open_gzip, 9);
}

static void
test_damage (void)
{
  g_autoptr (GBytes) good = pack ("some text, some text, some more text", 36);

  format_check_cuts (good, parse);
  format_check_noise (good, parse, 3000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gzip/unpack", test_unpack);
  g_test_add_func ("/gzip/members", test_members);
  g_test_add_func ("/gzip/broken", test_broken);
  g_test_add_func ("/gzip/damage", test_damage);
  return g_test_run ();
}
