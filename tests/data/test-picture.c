/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

/* How far a lossy format may be from what was written. */
#define LOSSY 12

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (RtImage) image = rt_picture_read_bytes (bytes, n_bytes, 0, name, error);

  return image != NULL;
}

/* All but the byte that ends a GIF, which nobody needs. */
static gboolean
parse_gif (const uint8_t  *bytes,
           size_t          n_bytes,
           const char     *name,
           GError        **error)
{
  if (n_bytes == 0)
    return parse (bytes, n_bytes, name, error);
  return parse (bytes, n_bytes - 1, name, error);
}

static gboolean
open_picture (const char  *path,
              GError     **error)
{
  g_autoptr (RtImage) image = rt_picture_read (path, 0, error);

  return image != NULL;
}

/* @width x @height: the left half red, the right half blue, the lowest eighth black. */
static GBytes *
encode (const char *type,
        int         width,
        int         height)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  g_autoptr (GError) error = NULL;
  uint8_t *pixels = gdk_pixbuf_get_pixels (pixbuf);
  char *buffer;
  size_t n;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        uint8_t *p = pixels + y * gdk_pixbuf_get_rowstride (pixbuf) + 3 * x;

        p[0] = y < height - height / 8 && x < width / 2 ? 255 : 0;
        p[1] = 0;
        p[2] = y < height - height / 8 && x >= width / 2 ? 255 : 0;
      }
  gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &n, type, &error, NULL);
  g_assert_no_error (error);
  return g_bytes_new_take (buffer, n);
}

static RtImage *
read_bytes (GBytes *bytes,
            int     min_side)
{
  g_autoptr (GError) error = NULL;
  RtImage *image = rt_picture_read_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                          min_side, "made", &error);

  g_assert_no_error (error);
  return image;
}

static void
assert_pixel (const RtImage *image,
              int            x,
              int            y,
              int            red,
              int            green,
              int            blue)
{
  const uint8_t *p = image->pixels + ((size_t) y * image->width + x) * image->channels;

  g_assert_cmpint (image->channels, ==, 3);
  g_assert_cmpint (ABS (p[0] - red), <=, LOSSY);
  g_assert_cmpint (ABS (p[1] - green), <=, LOSSY);
  g_assert_cmpint (ABS (p[2] - blue), <=, LOSSY);
}

static void
test_formats (void)
{
  static const char *const types[] = { "jpeg", "bmp", "tiff", "png" };

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GBytes) bytes = encode (types[i], 48, 32);
      g_autoptr (RtImage) image = read_bytes (bytes, 0);

      g_test_message ("%s", types[i]);
      g_assert_cmpint (image->width, ==, 48);
      g_assert_cmpint (image->height, ==, 32);
      assert_pixel (image, 4, 4, 255, 0, 0);
      assert_pixel (image, 44, 4, 0, 0, 255);
      assert_pixel (image, 4, 30, 0, 0, 0);
    }
}

static void
test_kept (void)
{
  g_autofree char *gif_path = format_made ("pictures/four.gif");
  g_autofree char *grey_path = format_made ("pictures/grey.jpg");
  g_autofree char *alpha_path = format_made ("pictures/alpha.webp");
  g_autofree char *lossy_path = format_made ("pictures/lossy.webp");
  g_autoptr (GdkPixbufLoader) webp = gdk_pixbuf_loader_new_with_type ("webp", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) gif = rt_picture_read (gif_path, 0, &error);
  g_autoptr (RtImage) grey = NULL;
  g_autoptr (RtImage) alpha = NULL;
  g_autoptr (RtImage) lossy = NULL;

  g_assert_no_error (error);
  assert_pixel (gif, 0, 0, 255, 0, 0);
  assert_pixel (gif, 1, 0, 0, 255, 0);
  assert_pixel (gif, 5, 1, 0, 0, 255);
  grey = rt_picture_read (grey_path, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (grey->channels, ==, 1);
  g_assert_cmpint (grey->width, ==, 16);
  g_assert_cmpint (ABS (grey->pixels[0] - 200), <=, LOSSY);
  g_assert_cmpint (ABS (grey->pixels[15] - 40), <=, LOSSY);
  if (webp == NULL)
    {
      g_test_skip ("gdk-pixbuf has no loader for WebP here (webp-pixbuf-loader)");
      return;
    }
  gdk_pixbuf_loader_close (webp, NULL);
  alpha = rt_picture_read (alpha_path, 0, &error);
  g_assert_no_error (error);
  assert_pixel (alpha, 1, 2, 50, 200, 77);
  assert_pixel (alpha, 4, 0, 255, 255, 255);
  lossy = rt_picture_read (lossy_path, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lossy->width, ==, 32);
  assert_pixel (lossy, 2, 8, 220, 60, 90);
  assert_pixel (lossy, 29, 8, 30, 60, 90);
}

/* CMYK, as Adobe's programs write it, becomes RGB. */
static void
test_ink (void)
{
  g_autofree char *path = format_made ("pictures/ink.jpg");
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = rt_picture_read (path, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (image->width, ==, 16);
  assert_pixel (image, 8, 8, 255, 0, 0);
}

static void
test_reduced (void)
{
  g_autoptr (GBytes) bytes = encode ("jpeg", 1003, 801);
  g_autoptr (RtImage) half = read_bytes (bytes, 300);
  g_autoptr (RtImage) eighth = read_bytes (bytes, 10);
  g_autoptr (RtImage) full = read_bytes (bytes, 500);

  g_assert_cmpint (half->width, ==, 502);
  g_assert_cmpint (half->height, ==, 401);
  g_assert_cmpint (eighth->width, ==, 126);
  g_assert_cmpint (eighth->height, ==, 101);
  g_assert_cmpint (full->width, ==, 1003);
  assert_pixel (eighth, 10, 10, 255, 0, 0);
  assert_pixel (eighth, 120, 10, 0, 0, 255);
  assert_pixel (eighth, 60, 97, 0, 0, 0);
}

/* Orientation 6 in an EXIF segment after the start: shown turned by a quarter to the right. */
static void
test_orientation (void)
{
  static const uint8_t exif[] = {
    0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
    0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0,
  };
  g_autoptr (GBytes) plain = encode ("jpeg", 64, 32);
  const uint8_t *bytes = g_bytes_get_data (plain, NULL);
  g_autoptr (GByteArray) turned = g_byte_array_new ();
  g_autoptr (GBytes) turned_bytes = NULL;
  g_autoptr (RtImage) image = NULL;
  RtPictureInfo info;

  g_byte_array_append (turned, bytes, 2);
  g_byte_array_append (turned, exif, sizeof exif);
  g_byte_array_append (turned, bytes + 2, g_bytes_get_size (plain) - 2);
  turned_bytes = g_byte_array_free_to_bytes (g_steal_pointer (&turned));
  g_assert_true (rt_picture_probe_bytes (g_bytes_get_data (turned_bytes, NULL),
                                         g_bytes_get_size (turned_bytes), "x", &info, NULL));
  g_assert_true (info.may_turn);
  g_assert_cmpint (info.width, ==, 64);
  image = read_bytes (turned_bytes, 0);
  g_assert_cmpint (image->width, ==, 32);
  g_assert_cmpint (image->height, ==, 64);
  assert_pixel (image, 28, 4, 255, 0, 0);
  assert_pixel (image, 28, 60, 0, 0, 255);
  assert_pixel (image, 1, 30, 0, 0, 0);
}

/* EXIF data with that orientation. @big: "MM", else "II". */
static void
append_exif (GByteArray *out,
             int         orientation,
             gboolean    big)
{
  const uint8_t little_form[] = { 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0,
                                  orientation, 0, 0, 0, 0, 0, 0, 0 };
  const uint8_t big_form[] = { 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1,
                               0, orientation, 0, 0, 0, 0, 0, 0 };

  g_byte_array_append (out, big ? big_form : little_form, sizeof little_form);
}

/* After the signature and the header, 33 bytes, or behind the pixels, before the last chunk of 12.
 * Nobody asks for the check of a chunk that need not be there. */
static GBytes *
put_png_exif (GBytes   *plain,
              gboolean  behind,
              int       orientation,
              gboolean  big)
{
  static const uint8_t head[] = { 0, 0, 0, 26, 'e', 'X', 'I', 'f' }, check[4] = { 0 };
  const uint8_t *bytes = g_bytes_get_data (plain, NULL);
  size_t at = behind ? g_bytes_get_size (plain) - 12 : 33;
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, bytes, at);
  g_byte_array_append (out, head, sizeof head);
  append_exif (out, orientation, big);
  g_byte_array_append (out, check, sizeof check);
  g_byte_array_append (out, bytes + at, g_bytes_get_size (plain) - at);
  return g_byte_array_free_to_bytes (out);
}

/* As stored: red to the left, blue to the right, black below. Where the red and the black are
 * seen. */
static void
test_orientation_png (void)
{
  static const struct { int width, height, red[2], blue[2], black[2]; } seen[] = {
    [1] = { 64, 32, { 4, 4 }, { 60, 4 }, { 30, 30 } },
    [2] = { 64, 32, { 60, 4 }, { 4, 4 }, { 30, 30 } },
    [3] = { 64, 32, { 60, 28 }, { 4, 28 }, { 30, 1 } },
    [4] = { 64, 32, { 4, 28 }, { 60, 28 }, { 30, 1 } },
    [5] = { 32, 64, { 4, 4 }, { 4, 60 }, { 30, 30 } },
    [6] = { 32, 64, { 28, 4 }, { 28, 60 }, { 1, 30 } },
    [7] = { 32, 64, { 28, 60 }, { 28, 4 }, { 1, 30 } },
    [8] = { 32, 64, { 4, 60 }, { 4, 4 }, { 30, 30 } },
  };
  g_autoptr (GBytes) plain = encode ("png", 64, 32);

  /* Little and big in turn, before the pixels and then behind them. */
  for (int i = 0; i < 40; i++)
    {
      int said = i / 2 % 10;
      g_autoptr (GBytes) bytes = put_png_exif (plain, i >= 20, said, i % 2);
      int k = said >= 1 && said <= 8 ? said : 1;   /* 0 and 9 say nothing */
      g_autoptr (RtImage) image = read_bytes (bytes, 0);
      RtPictureInfo info;

      g_test_message ("%d", said);
      g_assert_cmpint (image->width, ==, seen[k].width);
      g_assert_cmpint (image->height, ==, seen[k].height);
      assert_pixel (image, seen[k].red[0], seen[k].red[1], 255, 0, 0);
      assert_pixel (image, seen[k].blue[0], seen[k].blue[1], 0, 0, 255);
      assert_pixel (image, seen[k].black[0], seen[k].black[1], 0, 0, 0);
      g_assert_true (rt_picture_probe_bytes (g_bytes_get_data (bytes, NULL),
                                             g_bytes_get_size (bytes), "x", &info, NULL));
      g_assert_true (info.may_turn);
    }
}

/* A lossy WebP as an extended one (VP8X: it has EXIF data) with the data behind its pixels. */
static void
test_orientation_webp (void)
{
  g_autofree char *path = format_made ("pictures/lossy.webp");
  g_autoptr (GBytes) plain = format_load (path);
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type ("webp", NULL);
  g_autoptr (RtImage) upright = NULL;

  if (loader == NULL)
    {
      g_test_skip ("gdk-pixbuf has no loader for WebP here (webp-pixbuf-loader)");
      return;
    }
  gdk_pixbuf_loader_close (loader, NULL);
  upright = read_bytes (plain, 0);
  for (int orientation = 1; orientation <= 8; orientation++)
    {
      const uint8_t *bytes = g_bytes_get_data (plain, NULL);
      size_t n = g_bytes_get_size (plain);
      uint8_t head[] = { 'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', 'X',
                         10, 0, 0, 0, 0x08, 0, 0, 0, upright->width - 1, 0, 0,
                         upright->height - 1, 0, 0 };
      static const uint8_t chunk[] = { 'E', 'X', 'I', 'F', 32, 0, 0, 0, 'E', 'x', 'i', 'f', 0, 0 };
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GBytes) whole = NULL;
      g_autoptr (RtImage) turned = NULL;
      RtImage *expected = rt_image_resize (upright, upright->width, upright->height,
                                           upright->channels);

      g_byte_array_append (out, head, sizeof head);
      g_byte_array_append (out, bytes + 12, n - 12);
      g_byte_array_append (out, chunk, sizeof chunk);
      append_exif (out, orientation, FALSE);
      out->data[4] = (uint8_t) (out->len - 8);
      whole = g_byte_array_free_to_bytes (g_steal_pointer (&out));
      turned = read_bytes (whole, 0);
      expected = rt_exif_turn (expected, orientation);
      g_assert_cmpint (turned->width, ==, expected->width);
      g_assert_cmpint (turned->height, ==, expected->height);
      g_assert_cmpmem (turned->pixels, (size_t) turned->width * turned->height * turned->channels,
                       expected->pixels,
                       (size_t) turned->width * turned->height * turned->channels);
      rt_image_free (expected);
    }
}

/* Cut off anywhere, and with an offset or a count that lies, it turns nothing and reads nothing
 * that is not there. */
static void
test_orientation_damaged (void)
{
  g_autoptr (GBytes) plain = encode ("png", 16, 8);

  for (int n = 0; n < 26; n++)
    for (int big = 0; big < 2; big++)
      {
        g_autoptr (GBytes) whole = put_png_exif (plain, FALSE, 6, big);
        g_autofree uint8_t *bytes = g_memdup2 (g_bytes_get_data (whole, NULL),
                                               g_bytes_get_size (whole));
        g_autofree uint8_t *cut = NULL;

        /* Of its own length, so that a sanitizer sees what is read behind it. */
        bytes[36] = (uint8_t) n;
        cut = g_memdup2 (bytes, 41 + n);
        if (n < 20)
          g_assert_cmpint (rt_exif_find_orientation (cut, 41 + n, RT_PICTURE_PNG), ==, 1);
        memset (bytes + 41 + MIN (n, 18), 0xff, 8);
        rt_exif_find_orientation (bytes, g_bytes_get_size (whole), RT_PICTURE_PNG);
      }
}

/* 16 bits a value, uncompressed, grey: a TIFF's, of which gdk-pixbuf keeps the upper eight. */
static void
test_tiff_16 (void)
{
  static const uint16_t shades[] = { 0x0000, 0x40ff, 0x8000, 0xffff };
  static const uint16_t tags[][2] = {   /* tag, value: width, height, bits, ..., strips at 8 */
    { 256, 2 }, { 257, 2 }, { 258, 16 }, { 259, 1 }, { 262, 1 }, { 273, 8 }, { 277, 1 },
    { 278, 2 }, { 279, 8 },
  };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (RtImage) image = NULL;
  static const uint8_t head[] = { 'I', 'I', 42, 0, 16, 0, 0, 0 }, end[4] = { 0 };
  const uint8_t count[] = { G_N_ELEMENTS (tags), 0 };

  g_byte_array_append (out, head, sizeof head);
  for (size_t i = 0; i < G_N_ELEMENTS (shades); i++)
    {
      uint8_t value[] = { shades[i] & 0xff, shades[i] >> 8 };

      g_byte_array_append (out, value, sizeof value);
    }
  g_byte_array_append (out, count, sizeof count);
  for (size_t i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      uint8_t tag[] = { tags[i][0] & 0xff, tags[i][0] >> 8, 3, 0, 1, 0, 0, 0, tags[i][1] & 0xff,
                        tags[i][1] >> 8, 0, 0 };

      g_byte_array_append (out, tag, sizeof tag);
    }
  g_byte_array_append (out, end, sizeof end);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  image = read_bytes (bytes, 0);
  g_assert_cmpint (image->width, ==, 2);
  g_assert_cmpint (image->height, ==, 2);
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (ABS (image->pixels[i * image->channels] - (shades[i] >> 8)), <=, 1);
}

/* What stands behind the end mark does not make a JPEG a damaged one, however long it is. */
static void
test_tail (void)
{
  g_autoptr (GBytes) plain = encode ("jpeg", 64, 32);
  g_autofree uint8_t *tail = g_malloc0 (150000);
  g_autoptr (GByteArray) longer = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (RtImage) image = NULL;

  g_byte_array_append (longer, g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  g_byte_array_append (longer, tail, 150000);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&longer));
  image = read_bytes (bytes, 0);
  assert_pixel (image, 4, 4, 255, 0, 0);
}

static void
test_broken (void)
{
  format_check_broken ("picture", open_picture, 21);
}

/* What cannot be opened is not called damaged; of three values to a pixel the kind stands elsewhere
 * in the file. */
static void
test_float_tiff (void)
{
  static const char *const names[] = { "broken/picture/float.tiff",
                                       "broken/picture/float-rgb.tiff" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = format_made (names[i]);
      g_autoptr (RtImage) image = NULL;
      g_autoptr (GError) error = NULL;

      image = rt_picture_read (path, 0, &error);
      g_assert_null (image);
      g_assert_nonnull (strstr (error->message, "floating-point values, which are not opened"));
    }
}

/* Formats with an end mark are refused when cut off; of the others no more is asked than an
 * error or a picture. */
static void
test_damage (void)
{
  static const char *const types[] = { "jpeg", "bmp", "tiff" };
  g_autofree char *gif_path = format_made ("pictures/four.gif");
  g_autofree char *webp_path = format_made ("pictures/alpha.webp");
  g_autoptr (GBytes) gif = format_load (gif_path);
  g_autoptr (GBytes) webp = format_load (webp_path);

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GBytes) bytes = encode (types[i], 24, 18);

      if (i == 0)
        format_check_cuts (bytes, parse);
      format_check_noise (bytes, parse, 300);
    }
  format_check_cuts (gif, parse_gif);
  format_check_noise (gif, parse, 300);
  format_check_noise (webp, parse, 300);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture/formats", test_formats);
  g_test_add_func ("/picture/kept", test_kept);
  g_test_add_func ("/picture/reduced", test_reduced);
  g_test_add_func ("/picture/ink", test_ink);
  g_test_add_func ("/picture/orientation", test_orientation);
  g_test_add_func ("/picture/orientation-png", test_orientation_png);
  g_test_add_func ("/picture/orientation-webp", test_orientation_webp);
  g_test_add_func ("/picture/orientation-damaged", test_orientation_damaged);
  g_test_add_func ("/picture/tiff-16", test_tiff_16);
  g_test_add_func ("/picture/tiff-float", test_float_tiff);
  g_test_add_func ("/picture/tail", test_tail);
  g_test_add_func ("/picture/broken", test_broken);
  g_test_add_func ("/picture/damage", test_damage);
  return g_test_run ();
}
