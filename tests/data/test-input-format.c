/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-dataset.h"
#include "rt-input-format.h"

#include <string.h>

/* A picture whose red is the column and whose green is the row. */
static RtImage *
make_image (int width,
            int height)
{
  RtImage *image = rt_image_new (width, height, 3);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        image->pixels[(y * width + x) * 3] = (uint8_t) x;
        image->pixels[(y * width + x) * 3 + 1] = (uint8_t) y;
      }
  return image;
}

static const uint8_t *
get_pixel (const RtImage *image,
           int            x,
           int            y)
{
  return image->pixels + ((size_t) y * image->width + x) * image->channels;
}

/* Whatever the fit: a square picture is the bits that resizing it gives. */
static void
test_square (void)
{
  for (int side = 16; side <= 64; side += 16)
    for (int fit = RT_PICTURE_FIT_SQUASH; fit <= RT_PICTURE_FIT_PAD; fit++)
      {
        RtInputFormat format = { .width = 32, .height = 32, .channels = 3, .fit = fit,
                                 .crop = fit == RT_PICTURE_FIT_CROP ? 1.0f : 0.5f };
        g_autoptr (RtImage) image = make_image (side, side);
        g_autoptr (RtImage) plain = rt_image_resize (image, 32, 32, 3);
        g_autoptr (RtImage) fitted = rt_input_format_fit (&format, image);

        g_assert_cmpmem (fitted->pixels, 32 * 32 * 3, plain->pixels, 32 * 32 * 3);
      }
}

/* The middle at its own proportion, wide and high, and the part of it that publishers look at. */
static void
test_crop (void)
{
  static const struct { int width, height; float crop; int left, top, side; } cases[] = {
    { 60, 20, 1.0f, 20, 0, 20 },
    { 60, 20, 0.0f, 20, 0, 20 },
    { 20, 61, 1.0f, 0, 20, 20 },
    { 40, 60, 0.5f, 10, 20, 20 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RtInputFormat format = { .width = 20, .height = 20, .channels = 3,
                               .fit = RT_PICTURE_FIT_CROP, .crop = cases[i].crop };
      g_autoptr (RtImage) image = make_image (cases[i].width, cases[i].height);
      g_autoptr (RtImage) fitted = rt_input_format_fit (&format, image);
      int last = cases[i].side - 1;

      g_assert_cmpint (fitted->width, ==, 20);
      g_assert_cmpint (fitted->height, ==, 20);
      g_assert_cmpint (get_pixel (fitted, 0, 0)[0], ==, cases[i].left);
      g_assert_cmpint (get_pixel (fitted, 0, 0)[1], ==, cases[i].top);
      g_assert_cmpint (get_pixel (fitted, 19, 19)[0], ==, cases[i].left + last);
      g_assert_cmpint (get_pixel (fitted, 19, 19)[1], ==, cases[i].top + last);
    }
}

/* An input that is not square itself takes the middle in its own proportion. */
static void
test_crop_wide (void)
{
  RtInputFormat format = { .width = 40, .height = 10, .channels = 1, .fit = RT_PICTURE_FIT_CROP };
  g_autoptr (RtImage) image = make_image (40, 40);
  g_autoptr (RtImage) fitted = rt_input_format_fit (&format, image);

  g_assert_cmpint (fitted->channels, ==, 1);
  /* Green counts 0.587. */
  g_assert_cmpint (get_pixel (fitted, 0, 0)[0], ==, (int) (15 * 0.587 + 0.5));
}

static void
test_pad (void)
{
  RtInputFormat format = { .width = 30, .height = 30, .channels = 3, .fit = RT_PICTURE_FIT_PAD,
                           .mean = { 1.0f, 0.5f, -3.0f } };
  static const uint8_t bar[] = { 255, 128, 0 };
  g_autoptr (RtImage) image = make_image (30, 10);
  g_autoptr (RtImage) fitted = rt_input_format_fit (&format, image);

  g_assert_cmpmem (get_pixel (fitted, 0, 9), 3, bar, 3);
  g_assert_cmpmem (get_pixel (fitted, 29, 20), 3, bar, 3);
  g_assert_cmpint (get_pixel (fitted, 0, 10)[1], ==, 0);
  g_assert_cmpint (get_pixel (fitted, 29, 19)[0], ==, 29);
  g_assert_cmpint (get_pixel (fitted, 29, 19)[1], ==, 9);
}

/* The smallest and the longest pictures there are. */
static void
test_extremes (void)
{
  for (int fit = RT_PICTURE_FIT_SQUASH; fit <= RT_PICTURE_FIT_PAD; fit++)
    {
      RtInputFormat format = { .width = 32, .height = 32, .channels = 3, .fit = fit,
                               .crop = 0.1f };
      static const int sides[][2] = { { 1, 1 }, { 1, 500 }, { 500, 1 }, { 2, 3 } };

      for (size_t i = 0; i < G_N_ELEMENTS (sides); i++)
        {
          g_autoptr (RtImage) image = make_image (sides[i][0], sides[i][1]);
          g_autoptr (RtImage) fitted = rt_input_format_fit (&format, image);

          g_assert_cmpint (fitted->width, ==, 32);
          g_assert_cmpint (fitted->height, ==, 32);
        }
    }
}

/* What is cut off must have been decoded at full size too. */
static void
test_min_side (void)
{
  RtInputFormat format = { .width = 224, .height = 224, .channels = 3, .crop = 0.875f };

  g_assert_cmpint (rt_input_format_get_min_side (&format), ==, 258);
  format.fit = RT_PICTURE_FIT_CROP;
  g_assert_cmpint (rt_input_format_get_min_side (&format), ==, 295);
}

static void
test_names (void)
{
  for (int i = 0; i <= RT_PICTURE_FIT_PAD; i++)
    {
      RtPictureFit fit = RT_PICTURE_FIT_SQUASH;

      g_assert_true (rt_picture_fit_from_name (rt_picture_fit_names[i], &fit));
      g_assert_cmpint (fit, ==, i);
      g_assert_false (rt_picture_fit_from_name (i == 0 ? NULL : "stretch", &fit));
      g_assert_cmpint (fit, ==, i);
    }
  g_assert_null (rt_picture_fit_names[RT_PICTURE_FIT_PAD + 1]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/input-format/square", test_square);
  g_test_add_func ("/input-format/crop", test_crop);
  g_test_add_func ("/input-format/crop-wide", test_crop_wide);
  g_test_add_func ("/input-format/pad", test_pad);
  g_test_add_func ("/input-format/extremes", test_extremes);
  g_test_add_func ("/input-format/min-side", test_min_side);
  g_test_add_func ("/input-format/names", test_names);
  return g_test_run ();
}
