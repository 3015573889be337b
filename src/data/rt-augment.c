/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Augmentation: one picture in, one changed picture of normalised floats out.
 *
 * rt_augment_apply_table() draws what will happen (draw_change), makes one affine map and one
 * change of colours of it (make_affine, make_tint), renders each pixel through both (render_grey,
 * render_rgb), and blanks a square (cut_out). Geometry is one map from the output's pixels to the
 * input's:
 *
 *   [fx]   [W/2 + W ox]   [k W/width     0     ] [cos a  -sin a] [m (x + 1/2 - width/2)]
 *   [fy] = [H/2 + H oy] + [    0     k H/height] [sin a   cos a] [  y + 1/2 - height/2 ]
 *
 * with a the angle, k the part of the side that is kept, m = -1 where mirrored and (ox, oy) the sum
 * of the crop's and the shift's offset. Sampling once keeps the picture sharp: each further
 * resampling would blur it again. A picture much larger than what is asked for is first averaged
 * down to about one input pixel for each output pixel.
 *
 * Colour is v' = M v + t with one 3x3 matrix: saturation blends each value with its pixel's grey,
 * contrast with the picture's mean grey, brightness scales. The result is clamped to 0..255 as a
 * picture's values are, and normalised by the straight line through the table's ends. Without
 * augmentation the table itself is used, which is exact.
 */
#include "config.h"

#include "rt-augment.h"

#include <math.h>
#include <string.h>

/* What the random streams are for. */
#define STREAM_VIEW 0x4c4f414456494557u

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

/* A pixel's red, green and blue; the fourth is not used. */
typedef float Rgb __attribute__ ((vector_size (16)));
typedef int32_t Lanes __attribute__ ((vector_size (16)));

/* The change of colours: scale * clamp (column[0] r + column[1] g + column[2] b + lift) + offset.
 * */
typedef struct
{
  Rgb columns[3];
  Rgb lift;
  Rgb scale;
  Rgb offset;
} Tint;

/* The four pixels around a place in the input, and how far it is from the first. */
typedef struct
{
  const uint8_t *first;
  size_t         right;   /* bytes to the pixel beside it, 0 at the edge */
  size_t         below;
  float          wx;
  float          wy;
} Place;

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
      .shift = 0.125f, .rotate = 15.0f, .crop = 0.25f, .flip = may_flip, .colour = 0.4f,
      .cutout = 0.25f,
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
rt_augment_init_rng (RtRng    *rng,
                     uint64_t  seed,
                     size_t    sample,
                     int       view)
{
  rt_rng_init (rng, seed, rt_rng_mix (rt_rng_mix (STREAM_VIEW, sample), view));
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

/* Every draw is made whether it is used or not, so that one amplitude does not move the others'
 * draws. */
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

static float
mean_grey (const RtImage *image)
{
  size_t n = (size_t) image->width * image->height;
  uint64_t sums[3] = { 0 };

  if (image->channels == 1)
    {
      for (size_t i = 0; i < n; i++)
        sums[0] += image->pixels[i];
      return (float) ((double) sums[0] / n);
    }
  for (size_t i = 0; i < n; i++)
    {
      for (int c = 0; c < 3; c++)
        sums[c] += image->pixels[3 * i + c];
    }
  return (float) ((RED * sums[0] + GREEN * sums[1] + BLUE * sums[2]) / n);
}

/* Of a grey picture the first channel is used, with all of the gain in columns[0][0]. */
static Tint
make_tint (const Change       *change,
           const RtImage      *image,
           const RtPixelTable *table)
{
  static const float greys[3] = { RED, GREEN, BLUE };
  gboolean rgb = image->channels == 3;
  float mean = change->contrast != 1.0f ? mean_grey (image) : 0.0f;
  float gain = change->brightness * change->contrast;
  float lift = change->brightness * (1.0f - change->contrast) * mean;
  float keep = rgb ? gain * change->saturation : gain;
  Tint tint = { 0 };

  for (int c = 0; c < image->channels; c++)
    {
      for (int from = 0; from < image->channels; from++)
        tint.columns[from][c] = (from == c ? keep : 0.0f) + (gain - keep) * greys[from];
      tint.lift[c] = lift;
      tint.offset[c] = table->values[c][0];
      tint.scale[c] = (table->values[c][255] - table->values[c][0]) / 255.0f;
    }
  return tint;
}

static inline Place
find_place (const RtImage *image,
            int            channels,
            const Affine  *affine,
            int            x,
            int            y)
{
  float fx = affine->origin[0] + x * affine->dx[0] + y * affine->dy[0];
  float fy = affine->origin[1] + x * affine->dx[1] + y * affine->dy[1];
  /* Clamped first: beyond the edge is the edge's colour. */
  float cx = CLAMP (fx, 0.0f, image->width - 1.0f);
  float cy = CLAMP (fy, 0.0f, image->height - 1.0f);
  int left = (int) cx, top = (int) cy;

  return (Place) {
    .first = image->pixels + ((size_t) top * image->width + left) * channels,
    .right = left + 1 < image->width ? channels : 0,
    .below = top + 1 < image->height ? (size_t) image->width * channels : 0,
    .wx = cx - left,
    .wy = cy - top,
  };
}

static void
render_grey (float         *out,   /* (height,width) */
             const RtImage *image,
             const Affine  *affine,
             const Tint    *tint,
             int            width,
             int            height)
{
  float gain = tint->columns[0][0], lift = tint->lift[0];
  float scale = tint->scale[0], offset = tint->offset[0];

  for (int y = 0; y < height; y++)
    {
      for (int x = 0; x < width; x++)
        {
          Place at = find_place (image, 1, affine, x, y);
          const uint8_t *p = at.first;
          float top = p[0] + at.wx * (p[at.right] - p[0]);
          float bottom = p[at.below] + at.wx * (p[at.below + at.right] - p[at.below]);
          float value = gain * (top + at.wy * (bottom - top)) + lift;

          *out++ = scale * CLAMP (value, 0.0f, 255.0f) + offset;
        }
    }
}

static inline Rgb
load_rgb (const uint8_t *p)
{
  return __builtin_convertvector (((Lanes) { p[0], p[1], p[2], 0 }), Rgb);
}

static inline Rgb
tint_rgb (Rgb         value,
          const Tint *tint)
{
  static const Rgb full = { 255.0f, 255.0f, 255.0f, 255.0f };
  Rgb sum = tint->columns[0] * value[0] + tint->columns[1] * value[1]
            + tint->columns[2] * value[2] + tint->lift;
  Lanes above_none = sum > (Rgb) { 0 };
  Lanes above_full = sum > full;

  sum = (Rgb) (((Lanes) sum & above_none & ~above_full) | ((Lanes) full & above_full));
  return tint->scale * sum + tint->offset;
}

static void
render_rgb (float         *out,   /* (height,width,3) */
            const RtImage *image,
            const Affine  *affine,
            const Tint    *tint,
            int            width,
            int            height)
{
  for (int y = 0; y < height; y++)
    {
      for (int x = 0; x < width; x++)
        {
          Place at = find_place (image, 3, affine, x, y);
          const uint8_t *p = at.first;
          Rgb corner = load_rgb (p), under = load_rgb (p + at.below);
          Rgb top = corner + at.wx * (load_rgb (p + at.right) - corner);
          Rgb bottom = under + at.wx * (load_rgb (p + at.below + at.right) - under);
          Rgb value = tint_rgb (top + at.wy * (bottom - top), tint);

          memcpy (out, &value, 3 * sizeof (float));
          out += 3;
        }
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

/* The size at which an output pixel is about one pixel of a side of @n_in of which a part is kept.
 * */
static int
reduce_side (int   n_in,
             int   n_out,
             float keep)
{
  float step = keep * n_in / n_out;

  return step > 1.25f ? MAX (1, (int) lroundf (n_in / step)) : n_in;
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
  Change change = draw_change (augment, rng);
  int reduced_width = none ? width : reduce_side (image->width, width, change.keep);
  int reduced_height = none ? height : reduce_side (image->height, height, change.keep);
  g_autoptr (RtImage) resized = NULL;
  Affine affine;
  Tint tint;

  if (image->width != reduced_width || image->height != reduced_height ||
      image->channels != channels)
    image = resized = rt_image_resize (image, reduced_width, reduced_height, channels);
  if (none)
    {
      convert_exactly (out, image, table);
      return;
    }

  affine = make_affine (&change, image, width, height);
  tint = make_tint (&change, image, table);
  if (channels == 3)
    render_rgb (out, image, &affine, &tint, width, height);
  else
    render_grey (out, image, &affine, &tint, width, height);
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

RtImage *
rt_augment_draw (const RtImage   *image,
                 const RtAugment *augment,
                 RtRng           *rng,
                 int              width,
                 int              height,
                 const float     *mean)
{
  static const float std[] = { 1.0f, 1.0f, 1.0f };
  RtImage *view = rt_image_new (width, height, image->channels);
  size_t n = (size_t) width * height * image->channels;
  g_autofree float *values = g_new (float, n);

  rt_augment_apply (values, image, augment, rng, width, height, image->channels, mean, std);
  for (size_t i = 0; i < n; i++)
    {
      float value = values[i] + mean[i % image->channels];

      view->pixels[i] = (uint8_t) lroundf (255.0f * CLAMP (value, 0.0f, 1.0f));
    }
  return view;
}
