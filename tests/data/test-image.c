/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-dataset.h"
#include "rt-image.h"

#include <string.h>

static RtImage *
make_image (int width,
            int height,
            int channels)
{
  RtImage *image = rt_image_new (width, height, channels);

  for (int i = 0; i < width * height * channels; i++)
    image->pixels[i] = fake_dataset_pixel (5, i);
  return image;
}

static void
assert_pixels (const RtImage *image,
               const uint8_t *expected,
               size_t         n)
{
  g_assert_cmpmem (image->pixels, (size_t) image->width * image->height * image->channels,
                   expected, n);
}

static void
test_same_size (void)
{
  for (int channels = 1; channels <= 3; channels += 2)
    {
      g_autoptr (RtImage) image = make_image (7, 5, channels);
      g_autoptr (RtImage) copy = rt_image_resize (image, 7, 5, channels);

      g_assert_true (copy != image && copy->pixels != image->pixels);
      g_assert_cmpint (copy->width, ==, 7);
      g_assert_cmpint (copy->height, ==, 5);
      g_assert_cmpint (copy->channels, ==, channels);
      assert_pixels (copy, image->pixels, 35 * channels);
    }
}

/* Halving means four pixels; a third that is covered by two thirds of a pixel takes that share. */
static void
test_shrink (void)
{
  static const uint8_t pixels[] = { 10, 20, 30, 41, 50, 60, 70, 81 };
  static const uint8_t halved[] = { 35, 56 };
  static const uint8_t row[] = { 90, 120, 165 };
  static const uint8_t thirds[] = { 100, 150 };   /* (90 + 60) / 1.5, (60 + 165) / 1.5 */
  g_autoptr (RtImage) image = rt_image_new (4, 2, 1);
  g_autoptr (RtImage) line = rt_image_new (3, 1, 1);
  g_autoptr (RtImage) small = NULL;
  g_autoptr (RtImage) short_line = NULL;
  g_autoptr (RtImage) one = NULL;

  memcpy (image->pixels, pixels, sizeof pixels);
  small = rt_image_resize (image, 2, 1, 1);
  assert_pixels (small, halved, 2);
  one = rt_image_resize (image, 1, 1, 1);
  g_assert_cmpint (one->pixels[0], ==, 45);   /* 362 / 8 */

  memcpy (line->pixels, row, sizeof row);
  short_line = rt_image_resize (line, 2, 1, 1);
  assert_pixels (short_line, thirds, 2);
}

static void
test_grow (void)
{
  static const uint8_t doubled[] = { 0, 25, 75, 100 };
  static const uint8_t tall[] = { 0, 100, 0, 100, 0, 100 };
  g_autoptr (RtImage) image = rt_image_new (2, 1, 1);
  g_autoptr (RtImage) wide = NULL;
  g_autoptr (RtImage) high = NULL;

  image->pixels[1] = 100;
  wide = rt_image_resize (image, 4, 1, 1);
  assert_pixels (wide, doubled, 4);
  high = rt_image_resize (image, 2, 3, 1);
  assert_pixels (high, tall, 6);
}

/* White stays white and flat stays flat, whatever the sizes; nothing overflows. */
static void
test_flat (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 3, 17 }, { 32, 32 }, { 100, 7 }, { 333, 251 } };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      for (size_t j = 0; j < G_N_ELEMENTS (sizes); j++)
        {
          g_autoptr (RtImage) image = rt_image_new (sizes[i][0], sizes[i][1], 3);
          g_autoptr (RtImage) resized = NULL;

          memset (image->pixels, 255, (size_t) image->width * image->height * 3);
          resized = rt_image_resize (image, sizes[j][0], sizes[j][1], j % 2 ? 1 : 3);
          for (int k = 0; k < resized->width * resized->height * resized->channels; k++)
            g_assert_cmpint (resized->pixels[k], ==, 255);
        }
    }
}

static void
test_channels (void)
{
  static const uint8_t rgb[] = { 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255 };
  static const uint8_t grey[] = { 76, 150, 29, 255 };
  g_autoptr (RtImage) image = rt_image_new (2, 2, 3);
  g_autoptr (RtImage) dropped = NULL;
  g_autoptr (RtImage) repeated = NULL;

  memcpy (image->pixels, rgb, sizeof rgb);
  dropped = rt_image_resize (image, 2, 2, 1);
  assert_pixels (dropped, grey, 4);
  repeated = rt_image_resize (dropped, 2, 2, 3);
  g_assert_cmpint (repeated->channels, ==, 3);
  for (int i = 0; i < 12; i++)
    g_assert_cmpint (repeated->pixels[i], ==, grey[i / 3]);
}

/* The mean of a picture survives shrinking, to half a level of rounding. */
static void
test_mean (void)
{
  g_autoptr (RtImage) image = make_image (97, 61, 1);
  g_autoptr (RtImage) small = rt_image_resize (image, 13, 9, 1);
  double before = 0, after = 0;

  for (int i = 0; i < 97 * 61; i++)
    before += image->pixels[i] / (97.0 * 61.0);
  for (int i = 0; i < 13 * 9; i++)
    after += small->pixels[i] / (13.0 * 9.0);
  g_assert_cmpfloat (ABS (before - after), <, 0.5);
}

static void
test_dataset (void)
{
  RtDataset *dataset = fake_dataset_new (6, 3, 4, 4, 1);
  g_autoptr (RtImage) image = NULL;
  g_autoptr (RtImage) none = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (rt_dataset_ref (dataset) == dataset);
  rt_dataset_unref (dataset);
  g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 3);
  g_assert_cmpstr (rt_dataset_get_class_name (dataset, 2), ==, "class 2");
  g_assert_cmpint (rt_dataset_find_class (dataset, "class 1"), ==, 1);
  g_assert_cmpint (rt_dataset_find_class (dataset, "class 9"), ==, -1);

  image = rt_dataset_read_image (dataset, 4, &error);
  g_assert_no_error (error);
  g_assert_cmpint (image->pixels[3], ==, fake_dataset_pixel (4, 3));
  fake_dataset_break (dataset, 5);
  none = rt_dataset_read_image (dataset, 5, &error);
  g_assert_null (none);
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID);
  rt_dataset_unref (dataset);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/same-size", test_same_size);
  g_test_add_func ("/image/shrink", test_shrink);
  g_test_add_func ("/image/grow", test_grow);
  g_test_add_func ("/image/flat", test_flat);
  g_test_add_func ("/image/channels", test_channels);
  g_test_add_func ("/image/mean", test_mean);
  g_test_add_func ("/dataset/base", test_dataset);
  return g_test_run ();
}
