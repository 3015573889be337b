/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The head of an animal: shoulders, mane, ears, the skull with its fluff, and the markings that
 * are clipped to it. Every shape is a few Bezier curves whose points are mixed by the traits,
 * so that all of them change without a jump from one species to another. Only hanging ears
 * change their layer: they come before the skull, upright ones behind.
 */
#include "config.h"

#include "rt-animal-face.h"

#include "rt-texture.h"

#include <math.h>
#include <string.h>

#define HANGING 0.4f

const float rt_animal_pale[3] = { 0.98f, 0.95f, 0.90f };
const float rt_animal_dark[3] = { 0.16f, 0.13f, 0.13f };
const float rt_animal_pink[3] = { 0.95f, 0.66f, 0.66f };

void
rt_animal_set_mixed (cairo_t     *cr,
                     const float *a,
                     const float *b,
                     float        share,
                     float        alpha)
{
  cairo_set_source_rgba (cr, rt_lerp (a[0], b[0], share), rt_lerp (a[1], b[1], share),
                         rt_lerp (a[2], b[2], share), alpha);
}

void
rt_animal_fill_outlined (cairo_t              *cr,
                         const RtAnimalTraits *traits,
                         const RtAnimalPen    *pen)
{
  cairo_fill_preserve (cr);
  if (pen->outline > 0.0f)
    {
      rt_animal_set_mixed (cr, traits->fur, rt_animal_dark, 0.78f, pen->outline);
      cairo_set_line_width (cr, 0.07);
      cairo_stroke_preserve (cr);
    }
  cairo_new_path (cr);
}

void
rt_animal_add_ellipse (cairo_t *cr,
                       double   x,
                       double   y,
                       double   rx,
                       double   ry,
                       double   angle)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_rotate (cr, angle);
  cairo_scale (cr, MAX (rx, 1e-3), MAX (ry, 1e-3));
  cairo_new_sub_path (cr);
  cairo_arc (cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cr);
}

double
rt_animal_turn (const RtAnimalTraits *traits,
                double                x,
                double                depth)
{
  double angle = 0.55 * traits->heading;

  return x * cos (angle) + depth * sin (angle);
}

static void
draw_shoulders (cairo_t              *cr,
                const RtAnimalTraits *traits,
                const RtAnimalPen    *pen)
{
  double x = rt_animal_turn (traits, 0.0, -0.35);

  rt_animal_add_ellipse (cr, x, 1.95, 0.95, 1.15, 0);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_dark,
                       rt_lerp (0.1f, 0.8f, traits->values[RT_ANIMAL_PATCHES]), 1.0f);
  rt_animal_fill_outlined (cr, traits, pen);
  rt_animal_add_ellipse (cr, x + 0.15 * traits->heading, 1.85, 0.45, 0.9, 0);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_pale, 0.8f,
                       0.85f * MAX (traits->values[RT_ANIMAL_PALE],
                                    traits->values[RT_ANIMAL_MASK]));
  cairo_fill (cr);
}

/* Tufts around the head; the mane grows out of it, so that little of it is a ruff. */
static void
draw_mane (cairo_t              *cr,
           const RtAnimalTraits *traits,
           const RtAnimalPen    *pen)
{
  const int n_tufts = 13;
  float amount = traits->values[RT_ANIMAL_MANE];
  double x = rt_animal_turn (traits, 0.0, -0.15);
  double rx = traits->values[RT_ANIMAL_HEAD_WIDTH] * rt_lerp (0.8f, 1.3f, amount);
  double ry = traits->values[RT_ANIMAL_HEAD_HEIGHT] * rt_lerp (0.8f, 1.28f, amount);

  if (amount < 0.05f)
    return;
  for (int i = 0; i <= n_tufts; i++)
    {
      double a = 2 * G_PI * i / n_tufts - G_PI / 2, half = G_PI / n_tufts;
      double px = x + rx * cos (a), py = 0.05 + ry * sin (a);
      double cx = x + 1.32 * rx * cos (a - half), cy = 0.05 + 1.32 * ry * sin (a - half);

      if (i == 0)
        cairo_move_to (cr, px, py);
      else
        cairo_curve_to (cr, cx, cy, cx, cy, px, py);
    }
  cairo_close_path (cr);
  rt_animal_set_mixed (cr, traits->fur, traits->mane, MIN (1.0f, 0.3f + amount), 1.0f);
  rt_animal_fill_outlined (cr, traits, pen);
}

/* One ear about its base at the origin, pointing up, scaled: 1 is the ear, less is its inside. */
static void
add_ear (cairo_t *cr,
         double   length,
         double   width,
         double   point,
         double   scale)
{
  double half = 0.5 * width * scale, tip = -length * (0.12 + 0.88 * scale), base = 0.15 * length;
  double belly = half * (1.45 - 0.35 * point), shoulder = half * 1.25 * (1.0 - point);

  cairo_move_to (cr, -half, base);
  cairo_curve_to (cr, -belly, tip * (0.62 - 0.2 * point), -shoulder - 0.04,
                  tip * (1.02 - 0.08 * point), 0, tip);
  cairo_curve_to (cr, shoulder + 0.04, tip * (1.02 - 0.08 * point), belly,
                  tip * (0.62 - 0.2 * point), half, base);
  cairo_curve_to (cr, 0.9 * half, base + 0.6 * half, -0.9 * half, base + 0.6 * half, -half, base);
  cairo_close_path (cr);
}

static void
draw_ear (cairo_t              *cr,
          const RtAnimalTraits *traits,
          const RtAnimalPen    *pen,
          int                   side)
{
  const float *v = traits->values;
  float droop = v[RT_ANIMAL_EAR_DROOP];
  double spread = side * v[RT_ANIMAL_EAR_SPREAD];
  double narrow = 1.0 - 0.22 * MAX (0.0, side * traits->heading);
  double x = rt_animal_turn (traits, 0.86 * v[RT_ANIMAL_HEAD_WIDTH] * sin (spread), -0.25);
  double y = -0.82 * v[RT_ANIMAL_HEAD_HEIGHT] * cos (spread);
  double angle = side * MIN (fabs (spread) * 0.75 + droop * 2.8, 2.75);

  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_rotate (cr, angle);
  cairo_scale (cr, narrow, 1.0 + 0.25 * droop);
  add_ear (cr, v[RT_ANIMAL_EAR_LENGTH], v[RT_ANIMAL_EAR_WIDTH], v[RT_ANIMAL_EAR_POINT], 1.0);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_dark,
                       MAX (v[RT_ANIMAL_EAR_DARK] * (1.0f - 0.25f * (1.0f - v[RT_ANIMAL_PATCHES])),
                            0.12f * droop), 1.0f);
  rt_animal_fill_outlined (cr, traits, pen);
  add_ear (cr, v[RT_ANIMAL_EAR_LENGTH], v[RT_ANIMAL_EAR_WIDTH], v[RT_ANIMAL_EAR_POINT], 0.6);
  rt_animal_set_mixed (cr, rt_animal_pink, traits->fur, 0.3f + 0.4f * v[RT_ANIMAL_FLUFF],
                       MAX (0.0f, 1.0f - 1.8f * droop) * (1.0f - 0.85f * v[RT_ANIMAL_PATCHES]));
  cairo_fill (cr);
  cairo_restore (cr);
}

/* The outline of one half of the skull, top to chin, as the ten points of three curves. */
static void
make_half_skull (double                points[10][2],
                 const RtAnimalTraits *traits,
                 int                   side)
{
  const float *v = traits->values;
  double w = side * v[RT_ANIMAL_HEAD_WIDTH] * (1.0 - 0.06 * side * traits->heading),
             h = v[RT_ANIMAL_HEAD_HEIGHT];
  double jaw = v[RT_ANIMAL_JAW], fluff = v[RT_ANIMAL_FLUFF],
               chin = rt_animal_turn (traits, 0.0, 0.25);
  double cheek = 0.18 * h;
  const double all[10][2] = {
    { 0, -h },
    { 0.58 * w, -h },
    { w, -0.62 * h },
    { w, cheek - 0.1 * h },
    /* The tuft of the cheek, which is no more than a curve where there is no fluff. */
    { w * (1.0 + 0.02 * fluff), cheek },
    { w * (1.0 + 0.16 * fluff), cheek + 0.2 * fluff * h },
    { w * (0.985 + 0.24 * fluff), cheek + (0.1 + 0.26 * fluff) * h },
    { w * (0.97 - 0.1 * fluff), cheek + 0.36 * h },
    { w * (0.3 + 0.5 * jaw) + chin * (1.0 - jaw), h * (0.9 + 0.1 * jaw) },
    { chin, h },
  };

  memcpy (points, all, sizeof all);
}

static void
add_skull (cairo_t              *cr,
           const RtAnimalTraits *traits)
{
  double right[10][2], left[10][2];

  make_half_skull (right, traits, 1);
  make_half_skull (left, traits, -1);
  cairo_move_to (cr, right[0][0], right[0][1]);
  for (int i = 1; i < 10; i += 3)
    cairo_curve_to (cr, right[i][0], right[i][1], right[i + 1][0], right[i + 1][1],
                    right[i + 2][0], right[i + 2][1]);
  for (int i = 8; i > 0; i -= 3)
    cairo_curve_to (cr, left[i][0], left[i][1], left[i - 1][0], left[i - 1][1], left[i - 2][0],
                    left[i - 2][1]);
  cairo_close_path (cr);
}

/* Pale cheeks that rise under the eyes and meet at the bridge of the nose. */
static void
draw_mask (cairo_t              *cr,
           const RtAnimalTraits *traits)
{
  const float *v = traits->values;
  double h = v[RT_ANIMAL_HEAD_HEIGHT], middle = rt_animal_turn (traits, 0.0, 0.6);
  double left = rt_animal_turn (traits, -0.5, 0.45), right = rt_animal_turn (traits, 0.5, 0.45);

  if (v[RT_ANIMAL_MASK] < 0.04f)
    return;
  cairo_move_to (cr, -1.6, 0.12 * h);
  cairo_curve_to (cr, -1.0, -0.02, left, 0.1 * h, left, 0.22 * h);
  cairo_curve_to (cr, left + 0.2, 0.3 * h, middle - 0.12, 0.32 * h, middle, 0.12 * h);
  cairo_curve_to (cr, middle + 0.12, 0.32 * h, right - 0.2, 0.3 * h, right, 0.22 * h);
  cairo_curve_to (cr, right, 0.1 * h, 1.0, -0.02, 1.6, 0.12 * h);
  cairo_line_to (cr, 1.6, 1.6);
  cairo_line_to (cr, -1.6, 1.6);
  cairo_close_path (cr);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_pale, 0.92f, v[RT_ANIMAL_MASK]);
  cairo_fill (cr);
}

static void
draw_blaze (cairo_t              *cr,
            const RtAnimalTraits *traits)
{
  float amount = traits->values[RT_ANIMAL_BLAZE];
  double h = traits->values[RT_ANIMAL_HEAD_HEIGHT], x = rt_animal_turn (traits, 0.0, 0.6);

  if (amount < 0.15f)
    return;
  cairo_move_to (cr, 0.4 * x - 0.1, -1.1 * h);
  cairo_curve_to (cr, x - 0.08, -0.5 * h, x - 0.1, -0.2 * h, x - 0.32 * amount, 0.5 * h);
  cairo_line_to (cr, x + 0.32 * amount, 0.5 * h);
  cairo_curve_to (cr, x + 0.1, -0.2 * h, x + 0.08, -0.5 * h, 0.4 * x + 0.1, -1.1 * h);
  cairo_close_path (cr);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_pale, 0.9f, MIN (1.0f, 1.6f * amount));
  cairo_fill (cr);
}

/* One stripe: a wedge from (x,y) that ends (dx,dy) further. */
static void
add_stripe (cairo_t *cr,
            double   x,
            double   y,
            double   dx,
            double   dy,
            double   width)
{
  double length = hypot (dx, dy), nx = -dy / length * width, ny = dx / length * width;

  cairo_move_to (cr, x - nx, y - ny);
  cairo_line_to (cr, x + dx, y + dy);
  cairo_line_to (cr, x + nx, y + ny);
  cairo_close_path (cr);
}

static void
draw_stripes (cairo_t              *cr,
              const RtAnimalTraits *traits)
{
  float amount = traits->values[RT_ANIMAL_STRIPES];
  double w = traits->values[RT_ANIMAL_HEAD_WIDTH], h = traits->values[RT_ANIMAL_HEAD_HEIGHT];
  double x = rt_animal_turn (traits, 0.0, 0.4);

  if (amount < 0.1f)
    return;
  add_stripe (cr, x, -1.02 * h, 0.04 * x, 0.62 * h, 0.09);
  add_stripe (cr, x - 0.25, -1.0 * h, 0.06, 0.48 * h, 0.08);
  add_stripe (cr, x + 0.25, -1.0 * h, -0.06, 0.48 * h, 0.08);
  for (int side = -1; side <= 1; side += 2)
    {
      add_stripe (cr, side * 1.05 * w, 0.12 * h, -side * 0.36 * w, 0.03, 0.07);
      add_stripe (cr, side * 1.03 * w, 0.4 * h, -side * 0.34 * w, -0.03, 0.07);
    }
  rt_animal_set_mixed (cr, traits->fur, rt_animal_dark, 0.6f, MIN (1.0f, 1.3f * amount));
  cairo_fill (cr);
}

static void
draw_patches (cairo_t              *cr,
              const RtAnimalTraits *traits)
{
  const float *v = traits->values;

  if (v[RT_ANIMAL_PATCHES] < 0.04f)
    return;
  for (int side = -1; side <= 1; side += 2)
    rt_animal_add_ellipse (cr, rt_animal_turn (traits, side * (v[RT_ANIMAL_EYE_GAP] + 0.02), 0.6),
                           0.0,
                           0.23, 0.31, side * 0.5);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_dark, 0.95f,
                       MIN (1.0f, 1.1f * v[RT_ANIMAL_PATCHES]));
  cairo_fill (cr);
}

void
rt_animal_head_draw (cairo_t              *cr,
                     const RtAnimalTraits *traits,
                     const RtAnimalPen    *pen)
{
  gboolean hanging = traits->values[RT_ANIMAL_EAR_DROOP] > HANGING;

  draw_shoulders (cr, traits, pen);
  draw_mane (cr, traits, pen);
  for (int side = -1; side <= 1 && !hanging; side += 2)
    draw_ear (cr, traits, pen, side);
  add_skull (cr, traits);
  rt_animal_set_mixed (cr, traits->fur, traits->fur, 0.0f, 1.0f);
  cairo_fill (cr);
  cairo_save (cr);
  add_skull (cr, traits);
  cairo_clip (cr);
  draw_mask (cr, traits);
  draw_stripes (cr, traits);
  draw_blaze (cr, traits);
  draw_patches (cr, traits);
  cairo_restore (cr);
  if (pen->outline > 0.0f)
    {
      add_skull (cr, traits);
      rt_animal_set_mixed (cr, traits->fur, rt_animal_dark, 0.78f, pen->outline);
      cairo_set_line_width (cr, 0.07);
      cairo_stroke (cr);
    }
  for (int side = -1; side <= 1 && hanging; side += 2)
    draw_ear (cr, traits, pen, side);
}
