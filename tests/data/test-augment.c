/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-dataset.h"
#include "rt-augment.h"

#include <math.h>
#include <string.h>

#define SIDE 32

static const float mean[3] = { 0.4914f, 0.4822f, 0.4465f };
static const float std[3] = { 0.247f, 0.2435f, 0.2616f };
static const float no_mean[3] = { 0, 0, 0 };
static const float no_std[3] = { 1, 1, 1 };

static RtImage *
make_image (int width,
            int height,
            int channels)
{
  RtImage *image = rt_image_new (width, height, channels);

  for (int i = 0; i < width * height * channels; i++)
    image->pixels[i] = fake_dataset_pixel (3, i);
  return image;
}

/* Values from x and y that bilinear sampling renders exactly. */
static RtImage *
make_ramp (int width,
           int height)
{
  RtImage *image = rt_image_new (width, height, 1);

  for (int y = 0; y < height; y++)
    {
      for (int x = 0; x < width; x++)
        image->pixels[y * width + x] = (uint8_t) (4 * x + 2 * y + 20);
    }
  return image;
}

static void
apply (float           *out,
       const RtImage   *image,
       const RtAugment *augment,
       uint64_t         stream)
{
  RtRng rng;

  rt_rng_init (&rng, 9, stream);
  rt_augment_apply (out, image, augment, &rng, SIDE, SIDE, image->channels, no_mean, no_std);
}

static void
test_exact (void)
{
  RtAugment none = { 0 };

  for (int channels = 1; channels <= 3; channels += 2)
    {
      g_autoptr (RtImage) image = make_image (SIDE, SIDE, channels);
      float out[SIDE * SIDE * 3];
      RtRng rng;

      rt_rng_init (&rng, 1, 1);
      rt_augment_apply (out, image, &none, &rng, SIDE, SIDE, channels, mean, std);
      for (int i = 0; i < SIDE * SIDE * channels; i++)
        {
          int c = i % channels;
          float expected = ((float) image->pixels[i] / 255.0f - mean[c]) / std[c];

          g_assert_cmpmem (&out[i], sizeof (float), &expected, sizeof (float));
        }
    }
}

/* Another size or number of channels without augmentation is what resizing gives. */
static void
test_resized (void)
{
  g_autoptr (RtImage) image = make_image (50, 41, 3);
  g_autoptr (RtImage) resized = rt_image_resize (image, SIDE, SIDE, 1);
  RtAugment none = { 0 };
  float out[SIDE * SIDE];
  RtRng rng;

  rt_rng_init (&rng, 1, 1);
  rt_augment_apply (out, image, &none, &rng, SIDE, SIDE, 1, no_mean, no_std);
  for (int i = 0; i < SIDE * SIDE; i++)
    g_assert_cmpfloat (out[i], ==, resized->pixels[i] / 255.0f);
}

static void
test_presets (void)
{
  RtAugment augment;

  g_assert_true (rt_augment_from_preset (&augment, "none", TRUE));
  g_assert_true (rt_augment_is_none (&augment));
  g_assert_true (rt_augment_from_preset (&augment, "light", TRUE));
  g_assert_false (rt_augment_is_none (&augment));
  g_assert_true (augment.flip);
  g_assert_true (rt_augment_from_preset (&augment, "strong", FALSE));
  g_assert_false (augment.flip);
  g_assert_cmpfloat (augment.cutout, >, 0);
  g_assert_false (rt_augment_from_preset (&augment, "Strong", FALSE));
  augment = (RtAugment) { .flip = TRUE };
  g_assert_false (rt_augment_is_none (&augment));
}

/* Half of the draws mirror, exactly; the others leave the picture as it was. */
static void
test_flip (void)
{
  g_autoptr (RtImage) image = make_image (SIDE, SIDE, 3);
  RtAugment augment = { .flip = TRUE };
  float out[SIDE * SIDE * 3];
  int mirrored = 0;

  for (int draw = 0; draw < 400; draw++)
    {
      gboolean turned;

      apply (out, image, &augment, draw);
      turned = fabsf (out[0] - image->pixels[(SIDE - 1) * 3] / 255.0f) < 1e-4f;
      mirrored += turned;
      for (int i = 0; i < SIDE * SIDE * 3; i++)
        {
          int x = i / 3 % SIDE;
          int from = turned ? i + (SIDE - 1 - 2 * x) * 3 : i;

          g_assert_cmpfloat (fabsf (out[i] - image->pixels[from] / 255.0f), <, 1e-4f);
        }
    }
  g_assert_cmpint (mirrored, >, 150);
  g_assert_cmpint (mirrored, <, 250);
}

/* On a ramp, the middle tells how far the picture moved: it stays within the amplitude and uses it.
 * */
static void
test_shift (void)
{
  g_autoptr (RtImage) image = make_ramp (SIDE, SIDE);
  RtAugment augment = { .shift = 0.125f };
  float out[SIDE * SIDE];
  float least = 1e9f, most = -1e9f;
  int middle = SIDE / 2 * SIDE + SIDE / 2;

  for (int draw = 0; draw < 500; draw++)
    {
      float dx, dy;

      apply (out, image, &augment, draw);
      dx = (out[middle + 1] - out[middle]) * 255.0f;
      dy = (out[middle + SIDE] - out[middle]) * 255.0f;
      g_assert_cmpfloat (fabsf (dx - 4.0f), <, 1e-3f);
      g_assert_cmpfloat (fabsf (dy - 2.0f), <, 1e-3f);
      least = MIN (least, out[middle] * 255.0f - image->pixels[middle]);
      most = MAX (most, out[middle] * 255.0f - image->pixels[middle]);
    }
  /* 4 pixels each way: 4 * 4 + 2 * 4 = 24 levels at the most. */
  g_assert_cmpfloat (most, <=, 24.01f);
  g_assert_cmpfloat (least, >=, -24.01f);
  g_assert_cmpfloat (most, >, 15.0f);
  g_assert_cmpfloat (least, <, -15.0f);
}

/* Rotation keeps the slope's length; the angle of the slope is the angle of the rotation. */
static void
test_rotate (void)
{
  g_autoptr (RtImage) image = make_ramp (SIDE, SIDE);
  RtAugment augment = { .rotate = 15.0f };
  float out[SIDE * SIDE];
  float widest = 0;
  int middle = SIDE / 2 * SIDE + SIDE / 2;

  for (int draw = 0; draw < 300; draw++)
    {
      float dx, dy, angle;

      apply (out, image, &augment, draw);
      dx = (out[middle + 1] - out[middle]) * 255.0f;
      dy = (out[middle + SIDE] - out[middle]) * 255.0f;
      g_assert_cmpfloat (fabsf (hypotf (dx, dy) - hypotf (4, 2)), <, 2e-3f);
      angle = fabsf (atan2f (dy, dx) - atan2f (2, 4)) * (float) (180.0 / G_PI);
      g_assert_cmpfloat (angle, <, 15.05f);
      widest = MAX (widest, angle);
    }
  g_assert_cmpfloat (widest, >, 13.0f);

  /* Mirrored and rotated is still not sheared. */
  augment.flip = TRUE;
  for (int draw = 0; draw < 100; draw++)
    {
      float dx, dy;

      apply (out, image, &augment, draw);
      dx = (out[middle + 1] - out[middle]) * 255.0f;
      dy = (out[middle + SIDE] - out[middle]) * 255.0f;
      g_assert_cmpfloat (fabsf (hypotf (dx, dy) - hypotf (4, 2)), <, 2e-3f);
    }
}

/* A crop enlarges: slopes get flatter, by no more than the amplitude, and nothing from outside
 * comes in. */
static void
test_crop (void)
{
  g_autoptr (RtImage) image = make_ramp (SIDE, SIDE);
  RtAugment augment = { .crop = 0.25f };
  float out[SIDE * SIDE];
  float flattest = 4;

  for (int draw = 0; draw < 300; draw++)
    {
      int middle = SIDE / 2 * SIDE + SIDE / 2;
      float dx;

      apply (out, image, &augment, draw);
      dx = (out[middle + 1] - out[middle]) * 255.0f;
      g_assert_cmpfloat (dx, <, 4.001f);
      g_assert_cmpfloat (dx, >, 2.999f);
      flattest = MIN (flattest, dx);
    }
  g_assert_cmpfloat (flattest, <, 3.1f);
}

/* Shrinking by an affine map averages: a fine checkerboard becomes grey, not a pattern. */
static void
test_shrinks (void)
{
  g_autoptr (RtImage) image = rt_image_new (4 * SIDE, 4 * SIDE, 1);
  RtAugment augment = { .shift = 0.05f };
  float out[SIDE * SIDE];

  for (int i = 0; i < image->width * image->height; i++)
    image->pixels[i] = (i % image->width + i / image->width) % 2 ? 200 : 100;
  for (int draw = 0; draw < 20; draw++)
    {
      apply (out, image, &augment, draw);
      for (int y = 4; y < SIDE - 4; y++)
        {
          for (int x = 4; x < SIDE - 4; x++)
            g_assert_cmpfloat (fabsf (out[y * SIDE + x] * 255.0f - 150.0f), <, 0.6f);
        }
    }
}

static void
test_colour (void)
{
  g_autoptr (RtImage) image = make_image (SIDE, SIDE, 3);
  g_autoptr (RtImage) grey = rt_image_new (SIDE, SIDE, 3);
  RtAugment augment = { .colour = 0.4f };
  float out[SIDE * SIDE * 3];
  float darkest = 255, brightest = 0;

  memset (grey->pixels, 100, SIDE * SIDE * 3);
  for (int draw = 0; draw < 300; draw++)
    {
      apply (out, image, &augment, draw);
      for (int i = 0; i < SIDE * SIDE * 3; i++)
        g_assert_true (out[i] >= 0.0f && out[i] <= 1.0f);

      /* A flat grey knows neither contrast nor saturation: brightness alone scales it. */
      apply (out, grey, &augment, draw);
      for (int i = 1; i < SIDE * SIDE * 3; i++)
        g_assert_cmpfloat (fabsf (out[i] - out[0]), <, 1e-4f);
      darkest = MIN (darkest, out[0] * 255.0f);
      brightest = MAX (brightest, out[0] * 255.0f);
    }
  g_assert_cmpfloat (darkest, >=, 59.9f);
  g_assert_cmpfloat (darkest, <, 65.0f);
  g_assert_cmpfloat (brightest, <=, 140.1f);
  g_assert_cmpfloat (brightest, >, 135.0f);
}

/* One square of 0, of at most the side asked for, and the rest untouched. */
static void
test_cutout (void)
{
  g_autoptr (RtImage) image = rt_image_new (SIDE, SIDE, 1);
  RtAugment augment = { .cutout = 0.25f };
  float out[SIDE * SIDE];
  int most = 0;

  memset (image->pixels, 255, SIDE * SIDE);
  for (int draw = 0; draw < 200; draw++)
    {
      int left = SIDE, right = -1, top = SIDE, bottom = -1, count = 0;

      apply (out, image, &augment, draw);
      for (int i = 0; i < SIDE * SIDE; i++)
        {
          if (out[i] != 0.0f)
            {
              g_assert_cmpfloat (fabsf (out[i] - 1.0f), <, 1e-5f);
              continue;
            }
          count++;
          left = MIN (left, i % SIDE);
          right = MAX (right, i % SIDE);
          top = MIN (top, i / SIDE);
          bottom = MAX (bottom, i / SIDE);
        }
      g_assert_cmpint (count, >, 0);
      g_assert_cmpint (count, ==, (right - left + 1) * (bottom - top + 1));
      g_assert_cmpint (right - left, <, 8);
      g_assert_cmpint (bottom - top, <, 8);
      most = MAX (most, count);
    }
  g_assert_cmpint (most, ==, 64);
}

static void
test_deterministic (void)
{
  g_autoptr (RtImage) image = make_image (SIDE, SIDE, 3);
  RtAugment augment;
  float a[SIDE * SIDE * 3], b[SIDE * SIDE * 3];
  RtRng used, unused;

  rt_augment_from_preset (&augment, "strong", TRUE);
  apply (a, image, &augment, 4);
  apply (b, image, &augment, 4);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  apply (b, image, &augment, 5);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (a); i++)
    g_assert_true (isfinite (a[i]));

  /* The stream moves on alike, whatever the amplitudes. */
  rt_rng_init (&used, 1, 2);
  rt_rng_init (&unused, 1, 2);
  rt_augment_apply (a, image, &augment, &used, SIDE, SIDE, 3, mean, std);
  augment = (RtAugment) { 0 };
  rt_augment_apply (a, image, &augment, &unused, SIDE, SIDE, 3, mean, std);
  g_assert_cmpuint (rt_rng_next (&used), ==, rt_rng_next (&unused));
}

/* A picture of one pixel has no neighbours to reach for. */
static void
test_one_pixel (void)
{
  g_autoptr (RtImage) image = rt_image_new (1, 1, 3);
  RtAugment augment;
  float out[SIDE * SIDE * 3];

  memset (image->pixels, 51, 3);
  rt_augment_from_preset (&augment, "strong", TRUE);
  augment.cutout = 0;
  augment.colour = 0;
  apply (out, image, &augment, 1);
  for (int i = 0; i < SIDE * SIDE * 3; i++)
    g_assert_cmpfloat (fabsf (out[i] - 0.2f), <, 1e-5f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augment/exact", test_exact);
  g_test_add_func ("/augment/resized", test_resized);
  g_test_add_func ("/augment/presets", test_presets);
  g_test_add_func ("/augment/flip", test_flip);
  g_test_add_func ("/augment/shift", test_shift);
  g_test_add_func ("/augment/rotate", test_rotate);
  g_test_add_func ("/augment/crop", test_crop);
  g_test_add_func ("/augment/shrinks", test_shrinks);
  g_test_add_func ("/augment/colour", test_colour);
  g_test_add_func ("/augment/cutout", test_cutout);
  g_test_add_func ("/augment/deterministic", test_deterministic);
  g_test_add_func ("/augment/one-pixel", test_one_pixel);
  return g_test_run ();
}
