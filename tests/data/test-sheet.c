/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-dataset.h"
#include "rt-sheet.h"

#include <string.h>

static const uint8_t *
pixel (const RtImage *image,
       int            x,
       int            y)
{
  return image->pixels + ((size_t) y * image->width + x) * 3;
}

static void
test_choose (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (20, 3, 4, 4, 1);
  static const size_t expected[] = { 0, 3, 6, 1, 4, 7, 8, 11 };
  g_autofree size_t *indices = NULL;
  size_t n;

  /* A class with fewer, one sample without a label, and a test part. */
  for (size_t i = 12; i < 20; i++)
    dataset->parts[i] = RT_PART_TEST;
  dataset->labels[2] = -1;
  dataset->labels[5] = -1;
  indices = rt_sheet_choose (dataset, 3, &n);
  g_assert_cmpmem (indices, n * sizeof (size_t), expected, sizeof expected);
}

static void
test_draw (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (5, 2, 8, 8, 3);
  static const size_t indices[] = { 0, 1, 2, 3, 4 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) sheet = NULL;
  int ink = 0;

  g_free (g_ptr_array_index (dataset->class_names, 1));
  g_ptr_array_index (dataset->class_names, 1) = g_strdup ("a name much longer than its cell \377");
  fake_dataset_break (dataset, 4);
  sheet = rt_sheet_draw (dataset, indices, 5, NULL, 3, 64, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sheet->width, ==, 3 * 70 + 6);
  g_assert_cmpint (sheet->height, ==, 2 * 88 + 6);

  /* The second picture: each of its pixels is a block of 8 by 8. */
  for (int y = 0; y < 64; y++)
    {
      for (int x = 0; x < 64; x++)
        {
          for (int c = 0; c < 3; c++)
            g_assert_cmpint (pixel (sheet, 76 + x, 6 + y)[c], ==,
                             fake_dataset_pixel (1, (size_t) (y / 8 * 8 + x / 8) * 3 + c));
        }
    }

  /* Its caption has ink, and keeps out of the gap to the next. */
  for (int y = 72; y < 87; y++)
    {
      for (int x = 76; x < 140; x++)
        ink += pixel (sheet, x, y)[0] < 128;
      for (int x = 141; x < 145; x++)
        g_assert_cmpint (pixel (sheet, x, y)[0], ==, 255);
    }
  g_assert_cmpint (ink, >, 20);

  /* The broken one is crossed out, the last cell stays paper. */
  g_assert_cmpint (pixel (sheet, 76 + 32, 94 + 32)[1], <, 128);
  g_assert_cmpint (pixel (sheet, 146 + 32, 94 + 32)[1], ==, 255);
}

/* A large picture is fitted in its shape: the cell's upper and lower parts stay paper. */
static void
test_fit (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (2, 2, 200, 50, 1);
  static const size_t indices[] = { 1 };
  g_autoptr (RtImage) sheet = rt_sheet_draw (dataset, indices, 1, NULL, 1, 100, NULL);

  g_assert_nonnull (sheet);
  g_assert_cmpint (pixel (sheet, 56, 6 + 30)[0], ==, 255);
  g_assert_cmpint (pixel (sheet, 56, 6 + 70)[0], ==, 255);
  g_assert_cmpint (pixel (sheet, 6, 6 + 50)[0], <, 255);
  g_assert_cmpint (pixel (sheet, 105, 6 + 50)[0], <, 255);
}

static gboolean
is_same (const RtImage *a,
         const RtImage *b)
{
  return a->width == b->width && a->height == b->height
         && memcmp (a->pixels, b->pixels, (size_t) a->width * a->height * 3) == 0;
}

static void
test_view (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (4, 2, 200, 50, 3);
  static const size_t indices[] = { 0, 1, 2, 3 };
  static const RtPictureFit pad = RT_PICTURE_FIT_PAD;
  RtSheetView view = { .seed = 5 };
  g_autoptr (RtImage) plain = rt_sheet_draw (dataset, indices, 4, NULL, 2, 100, NULL);
  g_autoptr (RtImage) none = rt_sheet_draw (dataset, indices, 4, &view, 2, 100, NULL);
  g_autoptr (RtImage) light = NULL;
  g_autoptr (RtImage) again = NULL;
  g_autoptr (RtImage) other = NULL;
  g_autoptr (RtImage) padded = NULL;

  g_assert_true (is_same (plain, none));
  rt_augment_from_preset (&view.augment, "light", TRUE);
  light = rt_sheet_draw (dataset, indices, 4, &view, 2, 100, NULL);
  again = rt_sheet_draw (dataset, indices, 4, &view, 2, 100, NULL);
  g_assert_false (is_same (light, plain));
  g_assert_true (is_same (light, again));
  view.seed = 6;
  other = rt_sheet_draw (dataset, indices, 4, &view, 2, 100, NULL);
  g_assert_false (is_same (light, other));
  /* In its own shape, between the paper of its cell. */
  g_assert_cmpint (pixel (light, 56, 6 + 30)[0], ==, 255);
  g_assert_cmpint (pixel (light, 56, 6 + 50)[0], <, 255);

  view = (RtSheetView) { .fit = &pad };
  padded = rt_sheet_draw (dataset, indices, 1, &view, 1, 100, NULL);
  g_assert_cmpint (pixel (padded, 56, 6 + 30)[0], ==, 128);   /* a bar */
}

static void
test_too_large (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (2, 2, 4, 4, 1);
  g_autofree size_t *indices = g_new0 (size_t, 10000);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) sheet = rt_sheet_draw (dataset, indices, 10000, NULL, 1, 64, &error);

  g_assert_null (sheet);
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_UNSUPPORTED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sheet/choose", test_choose);
  g_test_add_func ("/sheet/draw", test_draw);
  g_test_add_func ("/sheet/fit", test_fit);
  g_test_add_func ("/sheet/view", test_view);
  g_test_add_func ("/sheet/too-large", test_too_large);
  return g_test_run ();
}
