/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The built-in animals: faces of ten species, 48x48 RGB, drawn by Cairo from continuous traits
 * (rt-animal-traits.c says what a species is like, rt-animal-head.c and rt-animal-face.c draw
 * one).
 *
 *   drawn   as in a picture book: flat colours, outlines, a plain pastel ground
 *   photo   light from one side, fur, an unsharp scene behind, a lens and a sensor
 *
 * The shift turns one into the other: every effect of the photograph has a strength, and the
 * strength is what the shift multiplies. The animal, its place and its pose are the same in
 * both.
 *
 * Order of work: draw_scene fills a Scene of random numbers; draw_animal lets Cairo draw the
 * face on nothing; get_ground gives what is behind; compose puts the one over the other with
 * fur and light; the lens (blur, tint, grain) comes last. Lengths are in parts of the side, so
 * that a sample can be drawn at any size.
 */
#include "config.h"

#include "rt-animals.h"

#include "rt-animal-face.h"
#include "rt-animal-traits.h"
#include "rt-drawn.h"
#include "rt-texture.h"

#include <math.h>

#define SIZE 48
#define HALF_HEADS 3.35       /* of the side of a picture */
#define MAX_SIZE 2048
#define N_BLOBS 5
#define BLOB_EDGE 1.15f       /* of its radius: nothing of a blob beyond */

enum { STYLE_DRAWN, STYLE_PHOTO };

/* What a stream of random numbers is for. */
enum { FOR_TRAITS = 1, FOR_POSE, FOR_SCENE, FOR_GRAIN };

/* All strengths are those of the whole photograph; draw_scene multiplies them by the shift. */
typedef struct
{
  float    x;               /* of the head, parts of the side from the middle */
  float    y;
  float    zoom;
  float    paper[3];        /* the plain ground */
  float    shift;
  float    outline;
  float    fur;             /* how much the fur's texture shows */
  float    edge;            /* how ragged the fur makes outlines, parts of the side */
  float    light;
  float    light_angle;
  float    round;           /* how much darker the rim of the head is */
  float    tint[3];
  float    gain;
  float    blur;            /* parts of the side */
  float    grain;
  float    scene[2][3];     /* colours of the ground */
  float    blobs[N_BLOBS][7];   /* x, y, radius, red, green, blue, how much */
  uint64_t seed;
} Scene;

static const char *const domains[] = { "drawing", "photo" };

/* Colours that are behind animals: grass, wood, sky, snow, earth, night, a wall, a carpet. */
static const float scenes[][3] = {
  { 0.30f, 0.46f, 0.20f }, { 0.14f, 0.25f, 0.13f }, { 0.55f, 0.68f, 0.80f },
  { 0.84f, 0.86f, 0.89f }, { 0.47f, 0.37f, 0.27f }, { 0.13f, 0.13f, 0.17f },
  { 0.72f, 0.66f, 0.58f }, { 0.50f, 0.28f, 0.25f },
};

static void
draw_photo (Scene *scene,
            RtRng *rng)
{
  float warm = rt_rng_range (rng, -0.14f, 0.14f);

  scene->outline = 1.0f - scene->shift;
  scene->fur = rt_rng_range (rng, 0.1f, 0.3f);
  scene->edge = rt_rng_range (rng, 0.006f, 0.016f);
  scene->light = rt_rng_range (rng, 0.1f, 0.45f);
  scene->light_angle = rt_rng_range (rng, 0.0f, 2.0f * (float) G_PI);
  scene->round = rt_rng_range (rng, 0.1f, 0.4f);
  scene->gain = expf (rt_rng_range (rng, -0.3f, 0.25f));
  scene->blur = rt_rng_range (rng, 0.004f, 0.015f);
  scene->grain = rt_rng_range (rng, 0.005f, 0.04f);
  scene->tint[0] = 1.0f + warm;
  scene->tint[1] = 1.0f + rt_rng_range (rng, -0.04f, 0.04f);
  scene->tint[2] = 1.0f - warm;
  scene->seed = rt_rng_next (rng);
  for (int i = 0; i < 2; i++)
    {
      const float *colour = scenes[rt_rng_below (rng, G_N_ELEMENTS (scenes))];
      float bright = rt_rng_range (rng, 0.7f, 1.15f);

      for (int c = 0; c < 3; c++)
        scene->scene[i][c] = bright * colour[c] + rt_rng_range (rng, -0.05f, 0.05f);
    }
  for (int i = 0; i < N_BLOBS; i++)
    {
      float *blob = scene->blobs[i];
      const float *colour = scenes[rt_rng_below (rng, G_N_ELEMENTS (scenes))];

      blob[0] = rt_rng_uniform (rng);
      blob[1] = rt_rng_uniform (rng);
      blob[2] = rt_rng_range (rng, 0.05f, 0.28f);
      for (int c = 0; c < 3; c++)
        blob[3 + c] = 1.25f * colour[c];
      blob[6] = rt_rng_range (rng, 0.0f, 0.8f);
    }
}

static void
draw_scene (Scene         *scene,
            const RtDrawn *drawn,
            size_t         index)
{
  RtRng rng;

  *scene = (Scene) { .outline = 1.0f, .gain = 1.0f, .tint = { 1.0f, 1.0f, 1.0f } };
  scene->shift = drawn->style == STYLE_PHOTO ? drawn->shift : 0.0f;
  rt_drawn_init_rng (drawn, index, FOR_POSE, &rng);
  scene->x = rt_rng_range (&rng, -0.05f, 0.05f);
  scene->y = rt_rng_range (&rng, 0.03f, 0.1f);
  scene->zoom = rt_rng_range (&rng, 0.88f, 1.08f);
  rt_texture_draw_hue (&rng, 0.05f, 0.26f, 0.86f, 0.98f, scene->paper);
  if (scene->shift <= 0.0f)
    return;
  rt_drawn_init_rng (drawn, index, FOR_SCENE, &rng);
  draw_photo (scene, &rng);
  scene->fur *= scene->shift;
  scene->edge *= scene->shift;
  scene->light *= scene->shift;
  scene->round *= scene->shift;
  scene->blur *= scene->shift;
  scene->grain *= scene->shift;
  scene->gain = rt_lerp (1.0f, scene->gain, scene->shift);
  for (int c = 0; c < 3; c++)
    scene->tint[c] = rt_lerp (1.0f, scene->tint[c], scene->shift);
}

/* (transfer full) */
static cairo_surface_t *
draw_animal (const RtAnimalTraits *traits,
             const Scene          *scene,
             int                   size)
{
  const RtAnimalPen pen = { .outline = scene->outline };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
  cairo_t *cr = cairo_create (surface);
  double unit = scene->zoom * traits->values[RT_ANIMAL_SIZE] * size / HALF_HEADS;

  cairo_translate (cr, (0.5 + scene->x) * size, (0.5 + scene->y) * size);
  cairo_scale (cr, unit, unit);
  cairo_rotate (cr, traits->tilt);
  rt_animal_face_draw (cr, traits, &pen);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* The ground at a point: paper, and the scene over it. */
static void
get_ground (const Scene *scene,
            float        x,
            float        y,
            float       *rgb)
{
  float behind[3], horizon;

  for (int c = 0; c < 3; c++)
    rgb[c] = scene->paper[c];
  if (scene->shift <= 0.0f)
    return;
  horizon = y + 0.35f * rt_texture_noise (scene->seed, 2.5f * x, 2.5f * y);
  horizon = rt_smoothstep (0.2f, 0.8f, horizon);
  for (int c = 0; c < 3; c++)
    behind[c] = rt_lerp (scene->scene[0][c], scene->scene[1][c], horizon);
  for (int i = 0; i < N_BLOBS; i++)
    {
      const float *blob = scene->blobs[i];
      float dx = (x - blob[0]) / blob[2], dy = (y - blob[1]) / blob[2], amount;

      if (dx * dx + dy * dy > BLOB_EDGE * BLOB_EDGE)
        continue;
      amount = blob[6] * (1.0f - rt_smoothstep (0.7f, BLOB_EDGE, sqrtf (dx * dx + dy * dy)));
      for (int c = 0; c < 3; c++)
        behind[c] = rt_lerp (behind[c], blob[3 + c], amount);
    }
  for (int c = 0; c < 3; c++)
    rgb[c] = rt_lerp (rgb[c], behind[c], scene->shift);
}

/* The animal at a point in pixels, colours multiplied by how much of it is there (rgba). */
static void
sample_animal (const uint8_t *data,
               int            stride,
               int            size,
               float          x,
               float          y,
               float         *rgba)
{
  float cx = CLAMP (x, 0.0f, size - 1.001f), cy = CLAMP (y, 0.0f, size - 1.001f);
  int ix = (int) cx, iy = (int) cy;
  float u = cx - (float) ix, v = cy - (float) iy;
  const uint8_t *row = data + (size_t) iy * stride;
  const uint32_t *top = (const uint32_t *) (const void *) row + ix;
  const uint32_t *bottom = (const uint32_t *) (const void *) (row + stride) + ix;

  for (int c = 0; c < 4; c++)
    {
      int bits = c < 3 ? 16 - 8 * c : 24;
      float a = rt_lerp ((top[0] >> bits) & 0xff, (top[1] >> bits) & 0xff, u);
      float b = rt_lerp ((bottom[0] >> bits) & 0xff, (bottom[1] >> bits) & 0xff, u);

      rgba[c] = rt_lerp (a, b, v) / 255.0f;
    }
}

static void
compose (float           *picture,
         cairo_surface_t *surface,
         const Scene     *scene,
         int              size)
{
  const uint8_t *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  float lx = cosf (scene->light_angle), ly = sinf (scene->light_angle);

  for (int iy = 0; iy < size; iy++)
    for (int ix = 0; ix < size; ix++)
      {
        float x = (ix + 0.5f) / size, y = (iy + 0.5f) / size;
        float *rgb = picture + 3 * ((size_t) iy * size + ix);
        float hx = 3.4f * (x - 0.5f - scene->x), hy = 3.4f * (y - 0.5f - scene->y);
        float rgba[4], dx = 0.0f, dy = 0.0f, light = 1.0f, bright;

        if (scene->shift > 0.0f)
          {
            float tuft = rt_texture_fractal (scene->seed + 11, 26.0f * x, 16.0f * y, 2);

            dx = scene->edge * size * rt_texture_noise (scene->seed + 21, 22.0f * x, 22.0f * y);
            dy = scene->edge * size * rt_texture_noise (scene->seed + 31, 22.0f * x, 22.0f * y);
            light = 1.0f + scene->fur * tuft;
            light += scene->light * CLAMP (hx * lx + hy * ly, -1.0f, 1.0f);
            light *= 1.0f - scene->round * MIN (1.0f, hx * hx + hy * hy) * 0.8f;
          }
        get_ground (scene, x, y, rgb);
        sample_animal (data, stride, size, ix + dx, iy + dy, rgba);
        bright = 1.0f + 0.5f * (light - 1.0f) * scene->shift;
        for (int c = 0; c < 3; c++)
          rgb[c] = scene->gain * scene->tint[c]
                   * (rgba[c] * light + rgb[c] * (1.0f - rgba[3]) * MIN (bright, 1.2f));
      }
}

RtImage *
rt_animals_draw (const RtDataset *dataset,
                 size_t           index,
                 int              size)
{
  const RtDrawn *drawn = (const RtDrawn *) dataset;
  g_autofree float *picture = NULL;
  cairo_surface_t *surface;
  RtAnimalTraits traits;
  Scene scene;
  RtRng rng;

  g_return_val_if_fail (size > 1 && size <= MAX_SIZE, NULL);

  if (!rt_animals_get_traits (dataset, index, &traits))
    return NULL;
  draw_scene (&scene, drawn, index);
  surface = draw_animal (&traits, &scene, size);
  picture = g_new (float, (size_t) size * size * 3);
  compose (picture, surface, &scene, size);
  cairo_surface_destroy (surface);
  rt_texture_blur (picture, size, size, 3, scene.blur * size);
  rt_drawn_init_rng (drawn, index, FOR_GRAIN, &rng);
  rt_texture_grain (picture, (size_t) size * size * 3, scene.grain, &rng);
  return rt_texture_to_image (picture, size, size);
}

static RtImage *
read_image (const RtDataset  *dataset,
            size_t            index,
            GError          **error)
{
  return rt_animals_draw (dataset, index, SIZE);
}

static const RtDatasetClass animals_class = {
  .size = sizeof (RtDrawn),
  .read_image = read_image,
};

static gboolean
is_animals (const RtDataset *dataset)
{
  return dataset->klass == &animals_class;
}

gboolean
rt_animals_get_traits (const RtDataset *dataset,
                       size_t           index,
                       RtAnimalTraits  *traits)
{
  const RtDrawn *drawn = (const RtDrawn *) dataset;
  RtRng rng;

  g_return_val_if_fail (dataset != NULL && traits != NULL, FALSE);

  if (!is_animals (dataset))
    return FALSE;
  g_return_val_if_fail (index < dataset->n_samples, FALSE);
  rt_drawn_init_rng (drawn, index, FOR_TRAITS, &rng);
  rt_animal_traits_draw (traits, (RtAnimalSpecies) rt_drawn_get_class (drawn, index), &rng);
  return TRUE;
}

RtDataset *
rt_animals_open (RtDrawnOptions  *options,
                 GError         **error)
{
  options->domain = domains[options->style];
  options->class_names = rt_animal_names;
  options->size = SIZE;
  return &rt_drawn_new (&animals_class, options)->base;
}
