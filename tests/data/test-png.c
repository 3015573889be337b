/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include <string.h>

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (RtImage) image = rt_png_read_bytes (bytes, n_bytes, name, error);

  return image != NULL;
}

static gboolean
open_png (const char  *path,
          GError     **error)
{
  g_autoptr (GBytes) bytes = format_load (path);

  return parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), path, error);
}

/* Each picture of the build has a file beside it with what it must become. */
static void
test_kinds (void)
{
  g_autofree char *folder = format_made ("pictures");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *raw_path = g_build_filename (folder, name, NULL);
      g_autoptr (GString) path = g_string_new (raw_path);
      g_autoptr (GBytes) raw = NULL;
      g_autoptr (RtImage) image = NULL;
      g_autoptr (GError) error = NULL;
      const uint8_t *expected;

      if (!g_str_has_suffix (name, ".raw"))
        continue;
      g_string_replace (path, ".raw", ".png", 0);
      raw = format_load (raw_path);
      expected = g_bytes_get_data (raw, NULL);
      image = rt_picture_read (path->str, 0, &error);
      g_assert_no_error (error);
      g_test_message ("%s", name);
      g_assert_cmpint (image->width, ==, expected[0]);
      g_assert_cmpint (image->height, ==, expected[1]);
      g_assert_cmpint (image->channels, ==, expected[2]);
      g_assert_cmpmem (image->pixels, expected[0] * expected[1] * expected[2], expected + 3,
                       g_bytes_get_size (raw) - 3);
      n++;
    }
  g_assert_cmpint (n, ==, 52);
}

static void
test_reduced (void)
{
  g_autofree char *path = format_made ("pictures/large.png");
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = rt_picture_read (path, 100, &error);

  /* Rows are four black pixels, then four white ones; 64 of them make one. */
  g_assert_no_error (error);
  g_assert_cmpint (image->width, ==, 157);
  g_assert_cmpint (image->height, ==, 157);
  g_assert_cmpint (image->channels, ==, 1);
  g_assert_cmpint (image->pixels[0], ==, 128);
  g_assert_cmpint (image->pixels[157 * 157 - 1], ==, 128);
}

static void
test_one_pixel (void)
{
  g_autofree char *path = format_made ("pictures/one.png");
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = rt_picture_read (path, 64, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (image->pixels, image->width * image->height * image->channels, "\1\2\3", 3);
}

static void
test_write (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.png", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "none", "x.png", NULL);
  g_autoptr (GError) error = NULL;

  for (int channels = 1; channels <= 3; channels += 2)
    {
      g_autoptr (RtImage) image = rt_image_new (13, 7, channels);
      g_autoptr (RtImage) back = NULL;

      for (int i = 0; i < 13 * 7 * channels; i++)
        image->pixels[i] = i * 11;
      g_assert_true (rt_png_write (image, path, &error));
      back = rt_picture_read (path, 0, &error);
      g_assert_no_error (error);
      g_assert_cmpint (back->channels, ==, channels);
      g_assert_cmpmem (back->pixels, 13 * 7 * channels, image->pixels, 13 * 7 * channels);
      g_assert_false (rt_png_write (image, nowhere, &error));
      format_assert_error (error, "none/x.png");
      g_clear_error (&error);
    }
  format_remove (folder);
}

static void
test_broken (void)
{
  format_check_broken ("png", open_png, 20);
}

static void
test_damage (void)
{
  static const char *const names[] = { "pictures/color6-depth16-interlaced.png",
                                       "pictures/color3-depth4-transparent.png" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = format_made (names[i]);
      g_autoptr (GBytes) good = format_load (path);

      format_check_cuts (good, parse);
      format_check_noise (good, parse, 3000);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png/kinds", test_kinds);
  g_test_add_func ("/png/reduced", test_reduced);
  g_test_add_func ("/png/one-pixel", test_one_pixel);
  g_test_add_func ("/png/write", test_write);
  g_test_add_func ("/png/broken", test_broken);
  g_test_add_func ("/png/damage", test_damage);
  return g_test_run ();
}
