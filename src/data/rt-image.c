/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures of 8 bits a value, and their change of size.
 *
 * Resizing is separable. make_taps() says for one axis which inputs each output is the weighted sum
 * of: the covered part of each input when shrinking, the two nearest centres when growing. For each
 * output row the input rows it needs are resampled horizontally into floats and summed; the last
 * two such rows are kept, because neighbouring output rows share at most those. So memory does not
 * depend on the height of the picture, and what is not resized comes out exactly.
 */
#include "config.h"

#include "rt-image.h"

#include "rt-quark.h"

#include <math.h>
#include <string.h>

RT_DEFINE_QUARK (rt-data-error-quark, rt_data_error)

typedef struct
{
  int   *first;     /* (n) the first input of each output */
  int   *count;     /* (n) how many from there */
  float *weights;   /* (n, max) */
  int    max;
} Taps;

static void
taps_clear (Taps *taps)
{
  g_free (taps->first);
  g_free (taps->count);
  g_free (taps->weights);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taps, taps_clear)

/* The part of [low, high) that input @i covers, as a fraction of the whole. */
static void
fill_shrinking (Taps   *taps,
                int     out,
                int     n_in,
                double  scale)
{
  double low = out * scale;
  double high = MIN ((out + 1) * scale, n_in);
  int first = (int) low;
  int last = MIN ((int) ceil (high), n_in) - 1;
  float *weights = taps->weights + (size_t) out * taps->max;

  taps->first[out] = first;
  taps->count[out] = last - first + 1;
  for (int i = first; i <= last; i++)
    weights[i - first] = (float) ((MIN (high, i + 1.0) - MAX (low, (double) i)) / (high - low));
}

static void
fill_growing (Taps   *taps,
              int     out,
              int     n_in,
              double  scale)
{
  double centre = CLAMP ((out + 0.5) * scale - 0.5, 0.0, n_in - 1.0);
  int first = (int) centre;
  float *weights = taps->weights + (size_t) out * taps->max;

  taps->first[out] = first;
  taps->count[out] = first + 1 < n_in ? 2 : 1;
  weights[0] = 1.0f - (float) (centre - first);
  weights[1] = (float) (centre - first);
}

static Taps
make_taps (int n_in,
           int n_out)
{
  double scale = (double) n_in / n_out;
  Taps taps = { .max = n_in > n_out ? (int) ceil (scale) + 2 : 2 };

  taps.first = g_new (int, n_out);
  taps.count = g_new (int, n_out);
  taps.weights = g_new (float, (size_t) n_out * taps.max);
  for (int i = 0; i < n_out; i++)
    {
      if (n_in > n_out)
        fill_shrinking (&taps, i, n_in, scale);
      else
        fill_growing (&taps, i, n_in, scale);
    }
  return taps;
}

static void
resample_row (float         *out,   /* (width, channels) */
              const uint8_t *inp,
              int            width,
              int            channels,
              const Taps    *taps)
{
  for (int x = 0; x < width; x++)
    {
      const float *weights = taps->weights + (size_t) x * taps->max;
      const uint8_t *pixel = inp + (size_t) taps->first[x] * channels;

      for (int c = 0; c < channels; c++)
        {
          float sum = 0;

          for (int i = 0; i < taps->count[x]; i++)
            sum += weights[i] * pixel[(size_t) i * channels + c];
          out[(size_t) x * channels + c] = sum;
        }
    }
}

static void
store_row (uint8_t     *out,
           const float *sums,
           size_t       n)
{
  for (size_t i = 0; i < n; i++)
    out[i] = (uint8_t) CLAMP (sums[i] + 0.5f, 0.0f, 255.0f);
}

static RtImage *
resample (const RtImage *image,
          int            width,
          int            height)
{
  RtImage *resized = rt_image_new (width, height, image->channels);
  size_t n = (size_t) width * image->channels;
  size_t stride = (size_t) image->width * image->channels;
  g_auto (Taps) across = make_taps (image->width, width);
  g_auto (Taps) down = make_taps (image->height, height);
  g_autofree float *rows = g_new (float, 3 * n);
  float *sums = rows + 2 * n;
  int held[2] = { -1, -1 };   /* which input row each of the two kept rows is: row y is at y % 2 */

  for (int y = 0; y < height; y++)
    {
      const float *weights = down.weights + (size_t) y * down.max;

      memset (sums, 0, n * sizeof (float));
      for (int i = 0; i < down.count[y]; i++)
        {
          int from = down.first[y] + i;
          float *row = rows + (size_t) (from % 2) * n;

          if (held[from % 2] != from)
            resample_row (row, image->pixels + from * stride, width, image->channels, &across);
          held[from % 2] = from;
          for (size_t j = 0; j < n; j++)
            sums[j] += weights[i] * row[j];
        }
      store_row (resized->pixels + y * n, sums, n);
    }
  return resized;
}

/* A copy with another number of channels. */
static RtImage *
convert (const RtImage *image,
         int            channels)
{
  RtImage *converted = rt_image_new (image->width, image->height, channels);
  size_t n = (size_t) image->width * image->height;

  if (channels == image->channels)
    {
      memcpy (converted->pixels, image->pixels, n * channels);
      return converted;
    }

  for (size_t i = 0; i < n; i++)
    {
      if (channels == 3)
        {
          memset (converted->pixels + 3 * i, image->pixels[i], 3);
        }
      else
        {
          const uint8_t *rgb = image->pixels + 3 * i;
          int thousandths = 299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2];   /* white stays white */

          converted->pixels[i] = (uint8_t) ((thousandths + 500) / 1000);
        }
    }
  return converted;
}

RtImage *
rt_image_new (int width,
              int height,
              int channels)
{
  RtImage *image;

  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (channels == 1 || channels == 3, NULL);

  image = g_new (RtImage, 1);
  image->width = width;
  image->height = height;
  image->channels = channels;
  image->pixels = g_malloc0 ((size_t) width * height * channels);
  return image;
}

void
rt_image_free (RtImage *image)
{
  if (image == NULL)
    return;

  g_free (image->pixels);
  g_free (image);
}

RtImage *
rt_image_resize (const RtImage *image,
                 int            width,
                 int            height,
                 int            channels)
{
  g_autoptr (RtImage) converted = NULL;
  g_autoptr (RtImage) resized = NULL;
  const RtImage *result = image;

  g_return_val_if_fail (image != NULL, NULL);
  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (channels == 1 || channels == 3, NULL);

  /* Colour is dropped before the work and repeated after it. */
  if (channels < image->channels)
    result = converted = convert (image, channels);
  if (result->width != width || result->height != height)
    result = resized = resample (result, width, height);
  if (result->channels != channels || result == image)
    return convert (result, channels);
  return resized != NULL ? g_steal_pointer (&resized) : g_steal_pointer (&converted);
}
