/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-texture.h"

#include <math.h>
#include <string.h>

#define MAX_RADIUS 48

/* A value of -1 .. 1 for each point of the lattice. */
static inline float
lattice (uint64_t seed,
         int32_t  x,
         int32_t  y)
{
  uint64_t h = seed ^ ((uint64_t) (uint32_t) x << 32 | (uint32_t) y);

  h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93u;
  h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93u;
  return (float) (int32_t) (h >> 32) * 0x1p-31f;
}

float
rt_texture_noise (uint64_t seed,
                  float    x,
                  float    y)
{
  float fx = floorf (x), fy = floorf (y);
  int32_t ix = (int32_t) fx, iy = (int32_t) fy;
  float u = x - fx, v = y - fy;

  u = u * u * (3.0f - 2.0f * u);
  v = v * v * (3.0f - 2.0f * v);
  return rt_lerp (rt_lerp (lattice (seed, ix, iy), lattice (seed, ix + 1, iy), u),
                  rt_lerp (lattice (seed, ix, iy + 1), lattice (seed, ix + 1, iy + 1), u),
                  v);
}

float
rt_texture_fractal (uint64_t seed,
                    float    x,
                    float    y,
                    int      octaves)
{
  float sum = 0.0f, height = 0.5f, frequency = 1.0f;

  for (int i = 0; i < octaves; i++)
    {
      sum += height * rt_texture_noise (seed + i, x * frequency, y * frequency);
      frequency *= 2.0f;
      height *= 0.5f;
    }
  return 2.0f * sum;
}

/* Weights of -radius .. radius that add up to 1; the radius is returned. */
static int
make_gaussian (float  sigma,
               float *weights)
{
  int radius = CLAMP ((int) ceilf (3.0f * sigma), 1, MAX_RADIUS);
  float sum = 0.0f;

  for (int i = -radius; i <= radius; i++)
    sum += weights[i + radius] = expf (-0.5f * i * i / (sigma * sigma));
  for (int i = 0; i <= 2 * radius; i++)
    weights[i] /= sum;
  return radius;
}

/* One pass along a line of @n values that lie @stride apart; the line is copied with its
 * border first. */
static void
blur_line (float       *values,
           int          n,
           size_t       stride,
           const float *weights,
           int          radius,
           gboolean     wraps,
           float       *line)
{
  for (int i = -radius; i < n + radius; i++)
    {
      int from = wraps ? ((i % n) + n) % n : CLAMP (i, 0, n - 1);

      line[i + radius] = values[from * stride];
    }
  for (int i = 0; i < n; i++)
    {
      float sum = 0.0f;

      for (int k = 0; k <= 2 * radius; k++)
        sum += weights[k] * line[i + k];
      values[i * stride] = sum;
    }
}

static void
blur_plane (float   *values,
            int      width,
            int      height,
            int      channels,
            float    sigma,
            gboolean wraps)
{
  float weights[2 * MAX_RADIUS + 1];
  int radius = make_gaussian (sigma, weights);
  g_autofree float *line = g_new (float, MAX (width, height) + 2 * radius);
  size_t row = (size_t) width * channels;

  for (int y = 0; y < height; y++)
    for (int c = 0; c < channels; c++)
      blur_line (values + y * row + c, width, channels, weights, radius, wraps, line);
  for (size_t x = 0; x < row; x++)
    blur_line (values + x, height, row, weights, radius, wraps, line);
}

void
rt_texture_elastic (float *field,
                    int    width,
                    int    height,
                    float  sigma,
                    RtRng *rng)
{
  size_t n = (size_t) width * height;
  double squares = 0.0;
  float scale;

  for (size_t i = 0; i < 2 * n; i++)
    field[i] = rt_rng_range (rng, -1.0f, 1.0f);
  blur_plane (field, width, height, 1, sigma, TRUE);
  blur_plane (field + n, width, height, 1, sigma, TRUE);
  for (size_t i = 0; i < 2 * n; i++)
    squares += (double) field[i] * field[i];
  scale = (float) (1.0 / sqrt (squares / (2 * n) + 1e-12));
  for (size_t i = 0; i < 2 * n; i++)
    field[i] *= scale;
}

void
rt_texture_blur (float *values,
                 int    width,
                 int    height,
                 int    channels,
                 float  sigma)
{
  /* Below this the neighbour's weight is less than 1e-5: nothing that 8 bits show. */
  if (sigma < 0.2f)
    return;
  blur_plane (values, width, height, channels, sigma, FALSE);
}

void
rt_texture_grain (float  *values,
                  size_t  n,
                  float   sigma,
                  RtRng  *rng)
{
  /* Four even draws of 16 bits, added up: close to normal, and one number a value. */
  const float scale = sigma * sqrtf (3.0f) / 65536.0f;

  if (sigma <= 0.0f)
    return;
  for (size_t i = 0; i < n; i++)
    {
      uint64_t draw = rt_rng_next (rng);
      int32_t sum = (int32_t) (draw & 0xffff) + (int32_t) (draw >> 16 & 0xffff)
                    + (int32_t) (draw >> 32 & 0xffff) + (int32_t) (draw >> 48);

      values[i] += scale * (float) (sum - 2 * 65535);
    }
}

RtImage *
rt_texture_to_image (const float *values,
                     int          width,
                     int          height)
{
  RtImage *image = rt_image_new (width, height, 3);
  size_t n = (size_t) width * height * 3;

  for (size_t i = 0; i < n; i++)
    image->pixels[i] = (uint8_t) (CLAMP (values[i], 0.0f, 1.0f) * 255.0f + 0.5f);
  return image;
}

/* Hue 0 .. 1, which wraps; saturation and value 0 .. 1. */
static void
from_hsv (float  hue,
          float  saturation,
          float  value,
          float *rgb)
{
  for (int c = 0; c < 3; c++)
    {
      float phase = hue - (float) c / 3.0f;
      float distance = fabsf (phase - roundf (phase)) * 6.0f;

      /* The distance is 0 at the channel's own hue and 3 opposite. */
      rgb[c] = value * (1.0f - saturation * CLAMP (distance - 1.0f, 0.0f, 1.0f));
    }
}

void
rt_texture_draw_hue (RtRng *rng,
                     float  low_saturation,
                     float  high_saturation,
                     float  low_value,
                     float  high_value,
                     float *rgb)
{
  /* One after the other: C leaves the order of arguments open. */
  float hue = rt_rng_uniform (rng);
  float saturation = rt_rng_range (rng, low_saturation, high_saturation);
  float value = rt_rng_range (rng, low_value, high_value);

  from_hsv (hue, saturation, value, rgb);
}
