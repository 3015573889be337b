/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a picture of any size becomes what a network sees; training, prediction and the exported
 * example (data/export/preprocessing.py) all do the same.
 *
 * A crop is cut out before it is scaled, not after, which is the same picture for less work. With
 * the input W x H and the picture w x h, the part that is seen is W s x H s pixels from the middle,
 * s = crop min (w / W, h / H), rounded to whole pixels; so a square picture for a square input is
 * seen whole, and is resized exactly as it is when squashed. Padding scales by max (w / W, h / H)
 * instead and lays the whole into the middle of bars that normalisation turns to about 0, which is
 * what convolutions pad with too.
 */
#include "config.h"

#include "rt-input-format.h"

#include <math.h>
#include <string.h>

/* How much longer than what is needed the shorter side of a picture is left by its decoder, which
 * reduces by powers of two, and more coarsely than the resampling that follows. */
#define SPARE 1.15

const char *const rt_picture_fit_names[] = { "squash", "crop", "pad", NULL };

gboolean
rt_picture_fit_from_name (const char   *name,
                          RtPictureFit *fit)
{
  for (int i = 0; rt_picture_fit_names[i] != NULL; i++)
    if (g_strcmp0 (rt_picture_fit_names[i], name) == 0)
      {
        *fit = (RtPictureFit) i;
        return TRUE;
      }
  return FALSE;
}

static double
get_crop (const RtInputFormat *format)
{
  return format->fit == RT_PICTURE_FIT_CROP && format->crop > 0 ? format->crop : 1.0;
}

int
rt_input_format_get_min_side (const RtInputFormat *format)
{
  return (int) ceil (MAX (format->width, format->height) * SPARE / get_crop (format));
}

static int
round_side (double side,
            int    most)
{
  return CLAMP ((int) lround (side), 1, most);
}

/* The middle @width x @height of @image. (transfer full) */
static RtImage *
cut_middle (const RtImage *image,
            int            width,
            int            height)
{
  RtImage *middle = rt_image_new (width, height, image->channels);
  size_t left = (image->width - width) / 2, top = (image->height - height) / 2;
  size_t n = (size_t) width * image->channels;

  for (size_t y = 0; y < (size_t) height; y++)
    memcpy (middle->pixels + y * n,
            image->pixels + ((top + y) * image->width + left) * image->channels, n);
  return middle;
}

static RtImage *
crop (const RtInputFormat *format,
      const RtImage       *image)
{
  double scale = MIN ((double) image->width / format->width,
                      (double) image->height / format->height) * get_crop (format);
  int width = round_side (format->width * scale, image->width);
  int height = round_side (format->height * scale, image->height);
  g_autoptr (RtImage) middle = NULL;

  if (width != image->width || height != image->height)
    image = middle = cut_middle (image, width, height);
  return rt_image_resize (image, format->width, format->height, format->channels);
}

/* An image of @format's mean colour. (transfer full) */
static RtImage *
make_bars (const RtInputFormat *format)
{
  RtImage *bars = rt_image_new (format->width, format->height, format->channels);
  size_t n = (size_t) format->width * format->height;

  for (int c = 0; c < format->channels; c++)
    {
      uint8_t value = (uint8_t) lroundf (255.0f * CLAMP (format->mean[c], 0.0f, 1.0f));

      for (size_t i = 0; i < n; i++)
        bars->pixels[i * format->channels + c] = value;
    }
  return bars;
}

static RtImage *
pad (const RtInputFormat *format,
     const RtImage       *image)
{
  double scale = MAX ((double) image->width / format->width,
                      (double) image->height / format->height);
  int width = round_side (image->width / scale, format->width);
  int height = round_side (image->height / scale, format->height);
  g_autoptr (RtImage) whole = rt_image_resize (image, width, height, format->channels);
  RtImage *padded = make_bars (format);
  size_t left = (format->width - width) / 2, top = (format->height - height) / 2;
  size_t n = (size_t) width * format->channels;

  for (size_t y = 0; y < (size_t) height; y++)
    memcpy (padded->pixels + ((top + y) * format->width + left) * format->channels,
            whole->pixels + y * n, n);
  return padded;
}

RtImage *
rt_input_format_fit (const RtInputFormat *format,
                     const RtImage       *image)
{
  g_return_val_if_fail (format != NULL && image != NULL, NULL);

  switch (format->fit)
    {
    case RT_PICTURE_FIT_CROP:
      return crop (format, image);
    case RT_PICTURE_FIT_PAD:
      return pad (format, image);
    case RT_PICTURE_FIT_SQUASH:
    default:
      return rt_image_resize (image, format->width, format->height, format->channels);
    }
}
