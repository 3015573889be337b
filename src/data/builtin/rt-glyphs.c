/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The built-in glyphs: letters and digits of many fonts, 32x32 RGB, light ink on a dark ground
 * in every style.
 *
 * A sample is a glyph of a print font, and, in its second look, what the style makes of it.
 * Both looks are drawn of random numbers first, from streams of their own; then every number is
 * mixed between the two by the shift, and the picture is drawn once from the mixed numbers. So
 * the picture moves continuously with the shift, and at shift 0 it is the sample's print look
 * whatever the style.
 *
 *   print   the font as it is, moved and turned a little, near white on near black
 *   hand    a handwriting font (the outlines are mixed as distance fields), an elastic warp
 *           (Simard, Steinkraus and Platt, 2003), another thickness, chalk and pencil colours,
 *           uneven pressure, ruled lines
 *   street  the print font in any colour over procedural textures, with shadow, neighbours,
 *           blur and noise
 *
 * Light on dark is MNIST's way round, and it makes the shift natural: with the luminance of the
 * ink above that of the ground in both looks, a picture in the middle is as legible as one at
 * the ends. Single channels do turn round in street (yellow on blue).
 *
 * Order of work: draw_sample fills a Sample; mix_shape makes one distance field of the two;
 * draw_cover turns it, moved and warped, into how much ink is on each pixel; draw_ground and
 * paint make the picture; blur and grain finish it.
 */
#include "config.h"

#include "rt-drawn.h"
#include "rt-glyph-sheet.h"
#include "rt-texture.h"

#include <math.h>
#include <string.h>

#define SIZE 32
#define PIXELS (SIZE * SIZE)
#define CELL RT_GLYPH_CELL

enum { STYLE_PRINT, STYLE_HAND, STYLE_STREET };

/* What a stream of random numbers is for. */
enum { FOR_FONTS = 1, FOR_PRINT, FOR_STYLE, FOR_WARP, FOR_TEXTURE, FOR_GRAIN };

/* The numbers that are mixed by the shift. Lengths are in parts of the picture's side. */
typedef struct
{
  float angle;           /* radians */
  float shear;
  float scale_x;
  float scale_y;
  float dx;
  float dy;
  float weight;          /* added to the distance field, pixels of a cell */
  float warp;            /* root mean square of the elastic warp */
  float ink[3];
  float ground[3];
  float second[3];       /* the ground's other colour, where its texture is high */
  float texture;         /* how much of the second colour there is */
  float pressure;        /* how uneven the ink is */
  float light;           /* how uneven the light is */
  float shadow;
  float rules;           /* of the ruled lines */
  float neighbours;      /* how much of the glyphs left and right is there */
  float blur;            /* pixels */
  float grain;
} Look;

/* What of the second look cannot be mixed: kinds, seeds and places. */
typedef struct
{
  int      texture_kind;
  float    texture_scale;
  float    texture_angle;
  float    shadow_angle;
  float    rule_place;
  float    warp_sigma;       /* pixels */
  int      neighbours[2];    /* glyphs */
  float    gap;
  uint64_t seed;
} Place;

typedef struct
{
  const RtGlyphSheet *print;
  const RtGlyphSheet *hand;
  int                 print_font;
  int                 hand_font;
  int                 glyph;
  float               shift;
  int                 style;
  Look                look;      /* mixed */
  Place               place;
} Sample;

typedef struct
{
  RtDrawn             drawn;
  const RtGlyphSheet *sheets[RT_N_GLYPH_SHEETS];
} Glyphs;

static const char *const glyph_names[] = {
  "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "E", "F", "G", "H",
  "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z",
};

static const char *const domains[] = { "print", "handwriting", "street" };

static float
get_luminance (const float *rgb)
{
  return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
}

/* Darkens a ground until it is at least @margin below the ink. */
static void
keep_below (float       *ground,
            const float *ink,
            float        margin)
{
  float most = MAX (get_luminance (ink) - margin, 0.0f), is = get_luminance (ground);

  if (is > most)
    for (int c = 0; c < 3; c++)
      ground[c] *= most / is;
}

/* The even draw of low .. high that is nearer to the middle more often. */
static float
draw_middling (RtRng *rng,
               float  low,
               float  high)
{
  float a = rt_rng_uniform (rng), b = rt_rng_uniform (rng);

  return low + (high - low) * 0.5f * (a + b);
}

static void
draw_print_look (Look  *look,
                 RtRng *rng)
{
  float white = rt_rng_range (rng, 0.9f, 1.0f), black = rt_rng_range (rng, 0.02f, 0.1f);
  float scale = draw_middling (rng, 0.9f, 1.1f);

  memset (look, 0, sizeof *look);
  look->angle = draw_middling (rng, -0.07f, 0.07f);
  look->shear = draw_middling (rng, -0.05f, 0.05f);
  look->scale_x = scale * draw_middling (rng, 0.96f, 1.04f);
  look->scale_y = scale;
  look->dx = draw_middling (rng, -0.06f, 0.06f);
  look->dy = draw_middling (rng, -0.06f, 0.06f);
  for (int c = 0; c < 3; c++)
    {
      look->ink[c] = white;
      look->ground[c] = look->second[c] = black;
    }
}

static void
draw_hand_look (Look  *look,
                Place *place,
                RtRng *rng)
{
  float scale = draw_middling (rng, 0.72f, 1.2f);

  look->angle = draw_middling (rng, -0.38f, 0.38f);
  look->shear = draw_middling (rng, -0.45f, 0.45f);
  look->scale_x = scale * draw_middling (rng, 0.72f, 1.25f);
  look->scale_y = scale;
  look->dx = draw_middling (rng, -0.13f, 0.13f);
  look->dy = draw_middling (rng, -0.13f, 0.13f);
  look->weight = rt_rng_range (rng, 1.4f, 3.6f);     /* half a stroke; see fit_weight */
  look->warp = rt_rng_range (rng, 0.3f, 0.9f) / 18.0f;
  place->warp_sigma = rt_rng_range (rng, 3.2f, 5.5f);
  rt_texture_draw_hue (rng, 0.0f, 0.4f, 0.7f, 1.0f, look->ink);
  rt_texture_draw_hue (rng, 0.0f, 0.5f, 0.0f, 0.3f, look->ground);
  keep_below (look->ground, look->ink, 0.45f);
  for (int c = 0; c < 3; c++)
    look->second[c] = look->ground[c] + 0.08f;
  look->texture = rt_rng_range (rng, 0.0f, 0.9f);
  look->pressure = rt_rng_range (rng, 0.0f, 0.6f);
  look->light = rt_rng_range (rng, 0.0f, 0.3f);
  look->rules = rt_rng_below (rng, 5) == 0 ? rt_rng_range (rng, 0.1f, 0.3f) : 0.0f;
  look->blur = rt_rng_range (rng, 0.0f, 0.7f);
  look->grain = rt_rng_range (rng, 0.0f, 0.04f);
  place->texture_kind = 0;
  place->texture_scale = rt_rng_range (rng, 3.0f, 9.0f);
}

static void
draw_street_look (Look  *look,
                  Place *place,
                  RtRng *rng)
{
  float scale = draw_middling (rng, 0.82f, 1.2f);

  look->angle = draw_middling (rng, -0.22f, 0.22f);
  look->shear = draw_middling (rng, -0.3f, 0.3f);
  look->scale_x = scale * draw_middling (rng, 0.78f, 1.15f);
  look->scale_y = scale;
  look->dx = draw_middling (rng, -0.1f, 0.1f);
  look->dy = draw_middling (rng, -0.1f, 0.1f);
  look->warp = rt_rng_range (rng, 0.0f, 0.25f) / 18.0f;
  place->warp_sigma = 6.0f;
  rt_texture_draw_hue (rng, 0.0f, 0.95f, 0.6f, 1.0f, look->ink);
  rt_texture_draw_hue (rng, 0.0f, 0.9f, 0.1f, 0.75f, look->ground);
  rt_texture_draw_hue (rng, 0.0f, 0.7f, 0.1f, 0.75f, look->second);
  keep_below (look->ground, look->ink, 0.22f);
  keep_below (look->second, look->ink, 0.22f);
  look->texture = rt_rng_range (rng, 0.3f, 1.0f);
  look->pressure = rt_rng_range (rng, 0.0f, 0.35f);
  look->light = rt_rng_range (rng, 0.0f, 0.4f);
  look->shadow = rt_rng_range (rng, 0.0f, 0.8f);
  look->neighbours = rt_rng_below (rng, 2) == 0 ? 1.0f : 0.0f;
  look->blur = rt_rng_range (rng, 0.2f, 1.15f);
  look->grain = rt_rng_range (rng, 0.01f, 0.07f);
  place->texture_kind = (int) rt_rng_below (rng, 4);
  place->texture_scale = rt_rng_range (rng, 2.0f, 7.0f);
}

/* The numbers of the second look that no style but street uses are drawn for all, so that a
 * stream's order is one. */
static void
draw_place (Place *place,
            int    glyph,
            RtRng *rng)
{
  place->texture_angle = rt_rng_range (rng, 0.0f, 2.0f * (float) G_PI);
  place->shadow_angle = rt_rng_range (rng, 0.0f, 2.0f * (float) G_PI);
  place->rule_place = rt_rng_uniform (rng);
  place->neighbours[0] = (int) rt_rng_below (rng, RT_N_GLYPHS);
  place->neighbours[1] = (int) rt_rng_below (rng, RT_N_GLYPHS);
  place->gap = rt_rng_range (rng, 0.68f, 0.85f);
  place->seed = rt_rng_next (rng);
}

/* What to add to a field so that half its thickest stroke comes near @half_stroke, with no
 * stroke broken. */
static float
fit_weight (const RtGlyphField *field,
            float               half_stroke)
{
  return CLAMP (half_stroke - field->half_stroke, -0.4f * field->half_stroke, 1.6f);
}

/* Every member of a Look is a float, and each is mixed alike. */
static void
mix_looks (Look       *look,
           const Look *print,
           const Look *target,
           float       shift)
{
  const float *a = (const float *) print, *b = (const float *) target;
  float *out = (float *) look;

  for (size_t i = 0; i < sizeof *look / sizeof (float); i++)
    out[i] = rt_lerp (a[i], b[i], shift);
}

static void
draw_fonts (Sample       *sample,
            const Glyphs *glyphs,
            size_t        index)
{
  RtRng rng;
  gboolean strange;

  /* Every second sample of the test part is of a font that training never sees. */
  rt_drawn_init_rng (&glyphs->drawn, index, FOR_FONTS, &rng);
  strange = rt_drawn_is_test (&glyphs->drawn, index) && rt_rng_below (&rng, 2) == 0;
  sample->print = glyphs->sheets[strange ? RT_GLYPH_SHEET_PRINT_TEST : RT_GLYPH_SHEET_PRINT];
  sample->hand = glyphs->sheets[strange ? RT_GLYPH_SHEET_HAND_TEST : RT_GLYPH_SHEET_HAND];
  sample->print_font = (int) rt_rng_below (&rng,
                                           (uint32_t) rt_glyph_sheet_get_n_fonts (sample->print));
  sample->hand_font = (int) rt_rng_below (&rng,
                                          (uint32_t) rt_glyph_sheet_get_n_fonts (sample->hand));
}

static void
draw_sample (Sample       *sample,
             const Glyphs *glyphs,
             size_t        index)
{
  const RtDrawn *drawn = &glyphs->drawn;
  Look print, target;
  RtRng rng;

  memset (sample, 0, sizeof *sample);
  sample->style = drawn->style;
  sample->shift = drawn->style == STYLE_PRINT ? 0.0f : drawn->shift;
  sample->glyph = rt_drawn_get_class (drawn, index);
  draw_fonts (sample, glyphs, index);
  rt_drawn_init_rng (drawn, index, FOR_PRINT, &rng);
  draw_print_look (&print, &rng);
  target = print;
  rt_drawn_init_rng (drawn, index, FOR_STYLE + 16 * drawn->style, &rng);
  if (drawn->style == STYLE_HAND)
    {
      draw_hand_look (&target, &sample->place, &rng);
      target.weight = fit_weight (rt_glyph_sheet_get_field (sample->hand, sample->hand_font,
                                                            sample->glyph),
                                  target.weight);
    }
  else if (drawn->style == STYLE_STREET)
    draw_street_look (&target, &sample->place, &rng);
  draw_place (&sample->place, sample->glyph, &rng);
  mix_looks (&sample->look, &print, &target, sample->shift);
}

static float
measure_area (const float *distance,
              float        weight)
{
  float area = 0.0f;

  for (int i = 0; i < CELL * CELL; i++)
    area += CLAMP (distance[i] + weight + 0.5f, 0.0f, 1.0f);
  return area;
}

/* The shape between the print font's and the hand font's: their fields mixed, thickened until
 * there is as much ink as lies between the two (where strokes do not overlap, the mixed field
 * alone has hardly any). */
static void
mix_shape (float        *distance,
           const Sample *sample)
{
  const RtGlyphField *print = rt_glyph_sheet_get_field (sample->print, sample->print_font,
                                                        sample->glyph);
  const RtGlyphField *hand;
  float low = -8.0f, high = 8.0f, wanted;

  memcpy (distance, print->distance, sizeof print->distance);
  if (sample->style != STYLE_HAND || sample->shift <= 0.0f)
    return;
  hand = rt_glyph_sheet_get_field (sample->hand, sample->hand_font, sample->glyph);
  for (int i = 0; i < CELL * CELL; i++)
    distance[i] = rt_lerp (distance[i], hand->distance[i], sample->shift);
  if (sample->shift >= 1.0f)
    return;
  wanted = rt_lerp (measure_area (print->distance, 0.0f), measure_area (hand->distance, 0.0f),
                    sample->shift);
  for (int i = 0; i < 16; i++)
    {
      float middle = 0.5f * (low + high);

      if (measure_area (distance, middle) < wanted)
        low = middle;
      else
        high = middle;
    }
  for (int i = 0; i < CELL * CELL; i++)
    distance[i] += 0.5f * (low + high);
}

/* How much of each pixel a glyph covers, moved by (@dx,@dy) of its own cells. Adds to @cover
 * with weight @amount. */
static void
draw_cover (float        *cover,
            const float  *distance,
            const Sample *sample,
            const float  *warp,
            float         dx,
            float         dy,
            float         amount)
{
  const Look *look = &sample->look;
  const float cosine = cosf (look->angle), sine = sinf (look->angle);
  const float to_pixels = SIZE * sqrtf (look->scale_x * look->scale_y) / CELL;

  for (int i = 0; i < PIXELS; i++)
    {
      float u = (i % SIZE + 0.5f) / SIZE - 0.5f - look->dx;
      float v = (i / SIZE + 0.5f) / SIZE - 0.5f - look->dy;
      float x, y, d;

      if (warp != NULL)
        {
          u += look->warp * warp[i];
          v += look->warp * warp[PIXELS + i];
        }
      x = cosine * u + sine * v;
      y = (cosine * v - sine * u) / look->scale_y;
      x = x / look->scale_x + look->shear * y;
      d = rt_glyph_field_sample (distance, (x + 0.5f - dx) * CELL, (y + 0.5f - dy) * CELL);
      d = CLAMP ((d + look->weight) * to_pixels + 0.5f, 0.0f, 1.0f);
      cover[i] = MAX (cover[i], amount * d);
    }
}

/* 0 .. 1: how much of the ground's second colour is at a point of the picture. */
static float
get_texture (const Place *place,
             float        x,
             float        y)
{
  float c = cosf (place->texture_angle), s = sinf (place->texture_angle);
  float u = place->texture_scale * (c * x + s * y), v = place->texture_scale * (c * y - s * x);
  float row, column;

  switch (place->texture_kind)
    {
    case 0:    /* plaster, paper */
      return 0.5f + 0.5f * rt_texture_fractal (place->seed, u, v, 3);
    case 1:    /* bricks; texture_angle only tilts them */
      u = place->texture_scale * (x + 0.1f * c * y);
      v = place->texture_scale * 1.6f * (y - 0.1f * c * x);
      row = floorf (v);
      column = u + 0.5f * (float) ((int) row & 1);
      u = column - floorf (column);
      v -= row;
      return rt_smoothstep (0.0f, 0.14f, MIN (MIN (v, 1.0f - v), MIN (u, 1.0f - u)))
             * (0.75f + 0.25f * rt_texture_noise (place->seed, floorf (column) * 7.3f, row * 5.1f));
    case 2:    /* planks */
      return 0.5f + 0.5f * rt_texture_fractal (place->seed, 3.0f * u, 0.3f * v, 2);
    default:   /* stripes that waver */
      return 0.5f + 0.5f * sinf (4.0f * u + 2.0f * rt_texture_noise (place->seed, u, v));
    }
}

static void
draw_ground (float        *picture,
             const Sample *sample)
{
  const Look *look = &sample->look;
  const Place *place = &sample->place;

  for (int i = 0; i < PIXELS; i++)
    {
      float x = (i % SIZE + 0.5f) / SIZE, y = (i / SIZE + 0.5f) / SIZE;
      float second = sample->shift > 0.0f ? look->texture * get_texture (place, x, y) : 0.0f;
      float rule = fabsf (4.0f * y + place->rule_place - roundf (4.0f * y + place->rule_place));

      second = CLAMP (second, 0.0f, 1.0f);
      rule = look->rules * (1.0f - rt_smoothstep (0.06f, 0.16f, rule));
      for (int c = 0; c < 3; c++)
        {
          float value = rt_lerp (look->ground[c], look->second[c], second);

          picture[3 * i + c] = rt_lerp (value, look->ink[c], rule);
        }
    }
}

/* Ink and shadow over the ground, pressure within the ink, light over all. */
static void
paint (float        *picture,
       const float  *cover,
       const Sample *sample)
{
  const Look *look = &sample->look;
  const Place *place = &sample->place;
  const int sx = (int) lroundf (1.6f * cosf (place->shadow_angle));
  const int sy = (int) lroundf (1.6f * sinf (place->shadow_angle));

  for (int i = 0; i < PIXELS; i++)
    {
      int ix = i % SIZE, iy = i / SIZE;
      float x = (float) ix / SIZE, y = (float) iy / SIZE;
      float amount = cover[i], light = 1.0f;
      int from = CLAMP (iy - sy, 0, SIZE - 1) * SIZE + CLAMP (ix - sx, 0, SIZE - 1);
      float shadow = look->shadow * cover[from];

      if (look->pressure > 0.0f)
        {
          float press = rt_texture_fractal (place->seed + 77, 5.0f * x, 5.0f * y, 3);

          amount *= 1.0f - look->pressure * (0.5f + 0.5f * press);
        }
      if (look->light > 0.0f)
        light += look->light * rt_texture_noise (place->seed + 99, 1.3f * x, 1.3f * y);
      amount = CLAMP (amount, 0.0f, 1.0f);
      for (int c = 0; c < 3; c++)
        {
          float *value = &picture[3 * i + c];

          *value = light * rt_lerp (*value * (1.0f - shadow), look->ink[c], amount);
        }
    }
}

static void
draw_neighbours (float        *cover,
                 const Sample *sample,
                 const float  *warp)
{
  if (sample->look.neighbours <= 0.0f)
    return;
  for (int i = 0; i < 2; i++)
    {
      const RtGlyphField *field = rt_glyph_sheet_get_field (sample->print, sample->print_font,
                                                            sample->place.neighbours[i]);

      draw_cover (cover, field->distance, sample, warp,
                  i == 0 ? -sample->place.gap : sample->place.gap, 0.0f, sample->look.neighbours);
    }
}

static RtImage *
read_image (const RtDataset  *dataset,
            size_t            index,
            GError          **error)
{
  const Glyphs *glyphs = (const Glyphs *) dataset;
  float distance[CELL * CELL], warp[2 * PIXELS], cover[PIXELS] = { 0 }, picture[3 * PIXELS];
  gboolean warped;
  Sample sample;
  RtRng rng;

  draw_sample (&sample, glyphs, index);
  mix_shape (distance, &sample);
  warped = sample.look.warp > 0.0f;
  if (warped)
    {
      rt_drawn_init_rng (&glyphs->drawn, index, FOR_WARP, &rng);
      rt_texture_elastic (warp, SIZE, SIZE, sample.place.warp_sigma, &rng);
    }
  draw_neighbours (cover, &sample, warped ? warp : NULL);
  draw_cover (cover, distance, &sample, warped ? warp : NULL, 0.0f, 0.0f, 1.0f);
  draw_ground (picture, &sample);
  paint (picture, cover, &sample);
  rt_texture_blur (picture, SIZE, SIZE, 3, sample.look.blur);
  rt_drawn_init_rng (&glyphs->drawn, index, FOR_GRAIN, &rng);
  rt_texture_grain (picture, 3 * PIXELS, sample.look.grain, &rng);
  return rt_texture_to_image (picture, SIZE, SIZE);
}

static const RtDatasetClass glyphs_class = {
  .size = sizeof (Glyphs),
  .read_image = read_image,
};

RtDataset *
rt_glyphs_open (RtDrawnOptions  *options,
                GError         **error)
{
  const RtGlyphSheet *sheets[RT_N_GLYPH_SHEETS];
  RtDrawn *drawn;

  for (int i = 0; i < RT_N_GLYPH_SHEETS; i++)
    {
      sheets[i] = rt_glyph_sheet_get (i, error);
      if (sheets[i] == NULL)
        return NULL;
    }
  options->domain = domains[options->style];
  options->class_names = glyph_names;
  options->size = SIZE;
  drawn = rt_drawn_new (&glyphs_class, options);
  memcpy (((Glyphs *) drawn)->sheets, sheets, sizeof sheets);
  return &drawn->base;
}
