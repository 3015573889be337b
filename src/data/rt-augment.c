/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Augmentation: one picture in, one changed picture of normalised floats out.
 *
 * rt_augment_apply_table() draws what will happen (draw_change), samples the picture through one
 * affine map (sample), changes its colours and normalises it (colour), and blanks a square (cut_out). Geometry
 * is one map from the output's pixels to the input's:
 *
 *   [fx]   [W/2 + W ox]   [k W/width    0       ] [cos a  -sin a] [m (x + 1/2 - width/2)]
 *   [fy] = [H/2 + H oy] + [0        k H/height  ] [sin a   cos a] [   y + 1/2 - height/2 ]
 *
 * with a the angle, k the part of the side that is kept, m = -1 where mirrored and (ox, oy) the sum of the
 * crop's and the shift's offset. Sampling once keeps the picture sharp: each further resampling would
 * blur it again.
 *
 * Colour is v' = M v + t with one 3x3 matrix: saturation blends each value with its pixel's grey,
 * contrast with the picture's mean grey, brightness scales; the result is clamped to 0..255 as a picture's
 * values are. Normalisation is a table, exact where no value lies between two of the 256,
 * and linear between them.
 */
#include "config.h"

#include "rt-augment.h"

#include <math.h>
#include <string.h>

#define RED   0.299f
#define GREEN 0.587f
#define BLUE  0.114f

/* What happens to one picture. */
typedef struct
{
  float    angle;        /* radians */
  float    keep;         /* part of the side */
  float    offset[2];    /* of the side: x, y */
  gboolean mirror;
  float    brightness;   /* factors; 1 is as it was */
  float    contrast;
  float    saturation;
  float    cut[2];       /* the centre of what is cut out, 0..1: x, y */
} Change;

/* The map from output to input: fx = origin[0] + x dx[0] + y dy[0]. */
typedef struct
{
  float origin[2];
  float dx[2];
  float dy[2];
} Affine;

gboolean
rt_augment_from_preset (RtAugment  *augment,
                        const char *preset,
                        gboolean    may_flip)
{
  g_return_val_if_fail (augment != NULL && preset != NULL, FALSE);

  if (g_str_equal (preset, "none"))
    *augment = (RtAugment) { 0 };
  else if (g_str_equal (preset, "light"))
    *augment = (RtAugment) {
      .shift = 0.0625f, .rotate = 6.0f, .crop = 0.1f, .flip = may_flip, .colour = 0.1f,
    };
  else if (g_str_equal (preset, "strong"))
    *augment = (RtAugment) {
      .shift = 0.125f, .rotate = 15.0f, .crop = 0.25f, .flip = may_flip, .colour = 0.4f, .cutout = 0.25f,
    };
  else
    return FALSE;
  return TRUE;
}

gboolean
rt_augment_is_none (const RtAugment *augment)
{
  g_return_val_if_fail (augment != NULL, TRUE);

  return augment->shift == 0 && augment->rotate == 0 && augment->crop == 0 &&
         !augment->flip && augment->colour == 0 && augment->cutout == 0;
}

void
rt_pixel_table_init (RtPixelTable *table,
                     int           channels,
                     const float  *mean,
                     const float  *std)
{
  g_return_if_fail (channels == 1 || channels == 3);

  for (int c = 0; c < channels; c++)
    {
      for (int v = 0; v < 256; v++)
        table->values[c][v] = ((float) v / 255.0f - mean[c]) / std[c];
    }
}

/* Every draw is made whether it is used or not, so that one amplitude does not move the others' draws. */
static Change
draw_change (const RtAugment *augment,
             RtRng           *rng)
{
  float mirror = rt_rng_uniform (rng);
  float angle = rt_rng_range (rng, -1.0f, 1.0f);
  float keep = 1.0f - augment->crop * rt_rng_uniform (rng);
  float room = 0.5f * (1.0f - keep);
  Change change = {
    .angle = angle * augment->rotate * (float) (G_PI / 180.0),
    .keep = keep,
    .mirror = augment->flip && mirror < 0.5f,
  };

  for (int i = 0; i < 2; i++)
    change.offset[i] = room * rt_rng_range (rng, -1.0f, 1.0f);
  for (int i = 0; i < 2; i++)
    change.offset[i] += augment->shift * rt_rng_range (rng, -1.0f, 1.0f);
  change.brightness = 1.0f + augment->colour * rt_rng_range (rng, -1.0f, 1.0f);
  change.contrast = 1.0f + augment->colour * rt_rng_range (rng, -1.0f, 1.0f);
  change.saturation = 1.0f + augment->colour * rt_rng_range (rng, -1.0f, 1.0f);
  for (int i = 0; i < 2; i++)
    change.cut[i] = rt_rng_uniform (rng);
  return change;
}

static Affine
make_affine (const Change  *change,
             const RtImage *image,
             int            width,
             int            height)
{
  float in_size[2] = { image->width, image->height };
  float out_size[2] = { width, height };
  float cosine = cosf (change->angle), sine = sinf (change->angle);
  float mirror = change->mirror ? -1.0f : 1.0f;
  float turn[2][2] = { { cosine * mirror, -sine }, { sine * mirror, cosine } };
  Affine affine;

  for (int i = 0; i < 2; i++)
    {
      float scale = change->keep * in_size[i] / out_size[i];

      affine.dx[i] = scale * turn[i][0];
      affine.dy[i] = scale * turn[i][1];
      /* Less half a pixel: a pixel's value lies at its centre. */
      affine.origin[i] = in_size[i] * (0.5f + change->offset[i]) - 0.5f
                         + affine.dx[i] * 0.5f * (1.0f - out_size[0])
                         + affine.dy[i] * 0.5f * (1.0f - out_size[1]);
    }
  return affine;
}

static inline void
add_bilinear (float         *sums,
              const RtImage *image,
              int            channels,
              float          fx,
              float          fy)
{
  /* Clamped first: beyond the edge is the edge's colour. */
  float cx = CLAMP (fx, 0.0f, image->width - 1.0f);
  float cy = CLAMP (fy, 0.0f, image->height - 1.0f);
  int x = (int) cx, y = (int) cy;
  size_t right = x + 1 < image->width ? channels : 0;
  size_t below = y + 1 < image->height ? (size_t) image->width * channels : 0;
  float wx = cx - x, wy = cy - y;
  const uint8_t *p = image->pixels + ((size_t) y * image->width + x) * channels;

  for (int c = 0; c < channels; c++)
    {
      float top = p[c] + wx * ((float) p[right + c] - p[c]);
      float bottom = p[below + c] + wx * ((float) p[below + right + c] - p[below + c]);

      sums[c] += top + wy * (bottom - top);
    }
}

/* Each output is the mean of rounds x rounds samples, so that shrinking averages instead of skipping. */
static inline void
sample (float         *out,   /* (height, width, channels), values 0..255 */
        const RtImage *image,
        const Affine  *affine,
        int            width,
        int            height,
        int            channels)
{
  float step = fmaxf (hypotf (affine->dx[0], affine->dy[0]), hypotf (affine->dx[1], affine->dy[1]));
  int rounds = MAX (1, (int) ceilf (step - 0.25f));
  float share = 1.0f / rounds;
  float first = 0.5f * share - 0.5f;

  for (int y = 0; y < height; y++)
    {
      for (int x = 0; x < width; x++)
        {
          float sums[3] = { 0 };

          for (int j = 0; j < rounds; j++)
            {
              float uy = y + first + j * share;
              float fx = affine->origin[0] + uy * affine->dy[0];
              float fy = affine->origin[1] + uy * affine->dy[1];

              for (int i = 0; i < rounds; i++)
                {
                  float ux = x + first + i * share;

                  add_bilinear (sums, image, channels, fx + ux * affine->dx[0], fy + ux * affine->dx[1]);
                }
            }
          for (int c = 0; c < channels; c++)
            *out++ = sums[c] * share * share;
        }
    }
}

static float
mean_grey (const float *values,
           size_t       n,
           int          channels)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    {
      const float *v = values + i * channels;

      sum += channels == 1 ? v[0] : RED * v[0] + GREEN * v[1] + BLUE * v[2];
    }
  return (float) (sum / n);
}

/* In place: values 0..255 to changed colours, normalised. */
static void
colour (float              *out,
        size_t              n_pixels,
        int                 channels,
        const Change       *change,
        const RtPixelTable *table)
{
  float mean = change->contrast != 1.0f ? mean_grey (out, n_pixels, channels) : 0.0f;
  float gain = change->brightness * change->contrast;
  float lift = change->brightness * (1.0f - change->contrast) * mean;
  float keep = gain * (channels == 3 ? change->saturation : 1.0f);
  float blend = gain - keep;   /* how much of the pixel's grey */
  float scale[3], offset[3];

  for (int c = 0; c < channels; c++)
    {
      offset[c] = table->values[c][0];
      scale[c] = (table->values[c][255] - offset[c]) / 255.0f;
    }

  for (size_t i = 0; i < n_pixels; i++)
    {
      float *v = out + i * channels;
      float base = lift;

      if (channels == 3)
        base += blend * (RED * v[0] + GREEN * v[1] + BLUE * v[2]);
      for (int c = 0; c < channels; c++)
        v[c] = offset[c] + scale[c] * CLAMP (keep * v[c] + base, 0.0f, 255.0f);
    }
}

static void
cut_out (float        *out,
         const Change *change,
         float         side,
         int           width,
         int           height,
         int           channels)
{
  int half_x = MAX (1, (int) lroundf (0.5f * side * width));
  int half_y = MAX (1, (int) lroundf (0.5f * side * height));
  int centre_x = (int) (change->cut[0] * width);
  int centre_y = (int) (change->cut[1] * height);
  int left = MAX (0, centre_x - half_x), right = MIN (width, centre_x + half_x);
  int top = MAX (0, centre_y - half_y), bottom = MIN (height, centre_y + half_y);

  for (int y = top; y < bottom; y++)
    memset (out + ((size_t) y * width + left) * channels, 0,
            (size_t) (right - left) * channels * sizeof (float));
}

static void
convert_exactly (float              *out,
                 const RtImage      *image,
                 const RtPixelTable *table)
{
  size_t n = (size_t) image->width * image->height;
  const uint8_t *p = image->pixels;

  if (image->channels == 1)
    {
      for (size_t i = 0; i < n; i++)
        out[i] = table->values[0][p[i]];
      return;
    }
  for (size_t i = 0; i < n; i++)
    {
      out[3 * i] = table->values[0][p[3 * i]];
      out[3 * i + 1] = table->values[1][p[3 * i + 1]];
      out[3 * i + 2] = table->values[2][p[3 * i + 2]];
    }
}

void
rt_augment_apply_table (float              *out,
                        const RtImage      *image,
                        const RtAugment    *augment,
                        RtRng              *rng,
                        int                 width,
                        int                 height,
                        int                 channels,
                        const RtPixelTable *table)
{
  gboolean none = rt_augment_is_none (augment);
  gboolean same_size = image->width == width && image->height == height;
  g_autoptr (RtImage) resized = NULL;
  Change change = draw_change (augment, rng);
  Affine affine;

  if (none && !(same_size && image->channels == channels))
    image = resized = rt_image_resize (image, width, height, channels);
  else if (image->channels != channels)
    image = resized = rt_image_resize (image, image->width, image->height, channels);
  if (none)
    {
      convert_exactly (out, image, table);
      return;
    }

  /* Two copies, each with its number of channels known to the compiler. */
  affine = make_affine (&change, image, width, height);
  if (channels == 3)
    sample (out, image, &affine, width, height, 3);
  else
    sample (out, image, &affine, width, height, 1);
  colour (out, (size_t) width * height, channels, &change, table);
  if (augment->cutout > 0)
    cut_out (out, &change, augment->cutout, width, height, channels);
}

void
rt_augment_apply (float           *out,
                  const RtImage   *image,
                  const RtAugment *augment,
                  RtRng           *rng,
                  int              width,
                  int              height,
                  int              channels,
                  const float     *mean,
                  const float     *std)
{
  RtPixelTable table;

  g_return_if_fail (out != NULL && image != NULL && augment != NULL && rng != NULL);
  g_return_if_fail (width > 0 && height > 0);
  g_return_if_fail (channels == 1 || channels == 3);

  rt_pixel_table_init (&table, channels, mean, std);
  rt_augment_apply_table (out, image, augment, rng, width, height, channels, &table);
}
