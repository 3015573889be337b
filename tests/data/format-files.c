/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

char *
format_fixture (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", "fixtures", name, NULL);
}

char *
format_made (const char *name)
{
  return g_test_build_filename (G_TEST_BUILT, "data", name, NULL);
}

char *
format_shared (const char *name)
{
  g_autofree char *beside = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "data", NULL);
  const char *folder = g_getenv ("RETORT_TEST_DATA");
  g_autofree char *path = g_build_filename (folder != NULL ? folder : beside, name, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_test_skip ("the real data are not here (RETORT_TEST_DATA names their folder)");
  return NULL;
}

GBytes *
format_load (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *contents;
  size_t n;

  g_file_get_contents (path, &contents, &n, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (contents, n);
}

char *
format_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("retort-test-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

void
format_remove (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          format_remove (child);
        }
    }
  g_remove (path);
}

void
format_write (const char *folder,
              const char *name,
              const void *bytes,
              size_t      n_bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  FILE *file;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  file = g_fopen (path, "wb");
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes, 1, n_bytes, file), ==, n_bytes);
  g_assert_cmpint (fclose (file), ==, 0);
}

void
format_put_picture (const char *folder,
                    const char *name,
                    int         shade)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (RtImage) image = rt_image_new (4, 4, 3);
  g_autoptr (GError) error = NULL;

  memset (image->pixels, shade, 48);
  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  rt_png_write (image, path, &error);
  g_assert_no_error (error);
}

void
format_put_photos (const char *folder,
                   const char *photos,
                   int         first,
                   int         n)
{
  for (int i = first; i < first + n; i++)
    {
      g_autofree char *dark = g_strdup_printf ("%s/dark/%d.png", photos, i);
      g_autofree char *light = g_strdup_printf ("%s/light/%d.png", photos, i);

      format_put_picture (folder, dark, 40 + i);
      format_put_picture (folder, light, 200 + i);
    }
}

void
format_assert_error (const GError *error,
                     const char   *named)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == RT_DATA_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (strstr (error->message, named) == NULL)
    g_error ("\"%s\" does not name %s", error->message, named);
}

void
format_check_broken (const char *format,
                     FormatOpen  open,
                     guint       least)
{
  g_autofree char *relative = g_build_filename ("broken", format, NULL);
  g_autofree char *folder = format_made (relative);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) error = NULL;

      if (open (path, &error))
        g_error ("%s/%s was opened", format, name);
      format_assert_error (error, name);
      g_test_message ("%s", strstr (error->message, name));
      n++;
    }
  g_assert_cmpuint (n, >=, least);
}

static gboolean
parse_exact (const uint8_t  *bytes,
             size_t          n,
             FormatParse     parse,
             GError        **error)
{
  g_autofree uint8_t *copy = n > 0 ? g_memdup2 (bytes, n) : NULL;

  return parse (copy, n, "cut", error);
}

void
format_check_cuts (GBytes      *good,
                   FormatParse  parse)
{
  size_t n_bytes;
  const uint8_t *bytes = g_bytes_get_data (good, &n_bytes);
  g_autoptr (GError) whole = NULL;

  g_assert_true (parse_exact (bytes, n_bytes, parse, &whole));
  g_assert_no_error (whole);
  for (size_t n = 0; n < n_bytes; n++)
    {
      g_autoptr (GError) error = NULL;

      if (parse_exact (bytes, n, parse, &error))
        g_error ("accepted when cut off after %zu of %zu bytes", n, n_bytes);
      format_assert_error (error, "cut");
    }
}

void
format_check_noise (GBytes      *good,
                    FormatParse  parse,
                    int          rounds)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  size_t n_bytes;
  const uint8_t *bytes = g_bytes_get_data (good, &n_bytes);

  for (int i = 0; i < rounds; i++)
    {
      g_autofree uint8_t *copy = g_memdup2 (bytes, n_bytes);
      g_autoptr (GError) error = NULL;

      for (int k = g_rand_int_range (rand, 1, 5); k > 0; k--)
        copy[g_rand_int_range (rand, 0, n_bytes)] = g_rand_boolean (rand) ? g_rand_int (rand)
          : 0xff;
      if (!parse (copy, n_bytes, "noise", &error))
        format_assert_error (error, "noise");
    }
}
