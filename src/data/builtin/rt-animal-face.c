/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is on an animal's face: eyes with their mood, muzzle, nose, mouth, teeth, tongue and
 * whiskers. Each feature lies at its own depth before the skull, so that the face turns with
 * the heading: the nose of a long snout moves furthest.
 */
#include "config.h"

#include "rt-animal-face.h"

#include "rt-texture.h"

#include <math.h>

/* Where the muzzle is: its middle moves down and out with its length. */
static void
find_muzzle (const RtAnimalTraits *traits,
             double               *x,
             double               *y)
{
  const float *v = traits->values;

  *x = rt_animal_turn (traits, 0.0, 0.62 + 0.3 * v[RT_ANIMAL_SNOUT_LENGTH]);
  *y = v[RT_ANIMAL_HEAD_HEIGHT] * (0.42 + 0.1 * v[RT_ANIMAL_SNOUT_LENGTH]);
}

/* The nose is at the end of the snout: higher than the muzzle's middle, and further out. */
static void
find_nose (const RtAnimalTraits *traits,
           double               *x,
           double               *y)
{
  const float *v = traits->values;
  double length = v[RT_ANIMAL_SNOUT_LENGTH];

  *x = rt_animal_turn (traits, 0.0, 0.7 + 0.5 * length);
  *y = v[RT_ANIMAL_HEAD_HEIGHT] * (0.3 + 0.2 * length) - 0.1 * v[RT_ANIMAL_NOSE_TALL];
}

static void
draw_muzzle (cairo_t              *cr,
             const RtAnimalTraits *traits,
             const RtAnimalPen    *pen)
{
  const float *v = traits->values;
  double length = v[RT_ANIMAL_SNOUT_LENGTH], width = v[RT_ANIMAL_SNOUT_WIDTH];
  double bridge = rt_animal_turn (traits, 0.0, 0.55), x, y;
  double top = -0.02, half = 0.34 * width, bottom;
  float pale = 0.9f * v[RT_ANIMAL_PALE];

  find_muzzle (traits, &x, &y);
  bottom = y + 0.26 + 0.1 * length;
  /* The bridge between the eyes, which widens into the muzzle. */
  cairo_move_to (cr, bridge - half, top);
  cairo_curve_to (cr, bridge - 0.8 * half, 0.6 * y, x - width, y - 0.26, x - width, y);
  cairo_curve_to (cr, x - width, y + 0.24, x - 0.5 * width, bottom, x, bottom);
  cairo_curve_to (cr, x + 0.5 * width, bottom, x + width, y + 0.24, x + width, y);
  cairo_curve_to (cr, x + width, y - 0.26, bridge + 0.8 * half, 0.6 * y, bridge + half, top);
  cairo_close_path (cr);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_pale, pale,
                       (float) MIN (1.0, 0.35 + 0.65 * length));
  cairo_fill_preserve (cr);
  /* A long snout stands before the face: its side away from the light is darker. */
  rt_animal_set_mixed (cr, traits->fur, rt_animal_dark, 0.6f,
                       (float) (0.5 * length) * pen->outline);
  cairo_set_line_width (cr, 0.05);
  cairo_stroke (cr);
  /* The two cushions below the nose. */
  for (int side = -1; side <= 1; side += 2)
    rt_animal_add_ellipse (cr, x + side * 0.46 * width, y + 0.1 + 0.06 * length, 0.56 * width, 0.2
                           + 0.04 * length, 0);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_WINDING);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_pale, pale, 1.0f);
  cairo_fill (cr);
}

static void
draw_mouth (cairo_t              *cr,
            const RtAnimalTraits *traits)
{
  const float *v = traits->values;
  double nx, ny, x, y, corner = 0.62 * v[RT_ANIMAL_SNOUT_WIDTH];

  find_nose (traits, &nx, &ny);
  find_muzzle (traits, &x, &y);
  y += 0.2 + 0.06 * v[RT_ANIMAL_SNOUT_LENGTH];
  x = 0.5 * (x + nx);
  if (v[RT_ANIMAL_TONGUE] > 0.35f)
    {
      rt_animal_add_ellipse (cr, x, y + 0.12, 0.12, 0.1 + 0.14 * v[RT_ANIMAL_TONGUE], 0);
      cairo_set_source_rgb (cr, 0.92, 0.45, 0.48);
      cairo_fill (cr);
    }
  if (v[RT_ANIMAL_TEETH] > 0.2f)
    {
      double half = 0.1, length = 0.12 + 0.16 * v[RT_ANIMAL_TEETH];

      cairo_rectangle (cr, x - half, y, 2 * half, length);
      cairo_set_source_rgb (cr, 1.0, 1.0, 0.97);
      cairo_fill_preserve (cr);
      rt_animal_set_mixed (cr, traits->fur, rt_animal_dark, 0.7f, 0.7f);
      cairo_set_line_width (cr, 0.035);
      cairo_move_to (cr, x, y);
      cairo_line_to (cr, x, y + length);
      cairo_stroke (cr);
    }
  cairo_move_to (cr, nx, ny);
  cairo_line_to (cr, x, y);
  cairo_move_to (cr, x - corner, y - 0.05);
  cairo_curve_to (cr, x - 0.7 * corner, y + 0.09, x - 0.2 * corner, y + 0.07, x, y);
  cairo_curve_to (cr, x + 0.2 * corner, y + 0.07, x + 0.7 * corner, y + 0.09, x + corner, y - 0.05);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_dark, 0.9f, 0.9f);
  cairo_set_line_width (cr, 0.06);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_stroke (cr);
}

static void
draw_nose (cairo_t              *cr,
           const RtAnimalTraits *traits)
{
  const float *v = traits->values;
  double x, y, w = v[RT_ANIMAL_NOSE], h = w * (0.72 + 0.85 * v[RT_ANIMAL_NOSE_TALL]);

  find_nose (traits, &x, &y);
  cairo_move_to (cr, x, y + h);
  cairo_curve_to (cr, x - 0.7 * w, y + 0.9 * h, x - 1.35 * w, y - 0.1 * h, x - 0.95 * w, y
                  - 0.6 * h);
  cairo_curve_to (cr, x - 0.6 * w, y - 1.0 * h, x + 0.6 * w, y - 1.0 * h, x + 0.95 * w, y
                  - 0.6 * h);
  cairo_curve_to (cr, x + 1.35 * w, y - 0.1 * h, x + 0.7 * w, y + 0.9 * h, x, y + h);
  rt_animal_set_mixed (cr, rt_animal_dark, rt_animal_pink, 0.9f * v[RT_ANIMAL_NOSE_PINK], 1.0f);
  cairo_fill (cr);
  rt_animal_add_ellipse (cr, x - 0.25 * w, y - 0.45 * h, 0.34 * w, 0.18 * h, 0);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.55);
  cairo_fill (cr);
}

static void
draw_whiskers (cairo_t              *cr,
               const RtAnimalTraits *traits)
{
  const float *v = traits->values;
  float bright = traits->fur[0] + traits->fur[1] + traits->fur[2];
  double x, y;

  if (v[RT_ANIMAL_WHISKERS] < 0.15f)
    return;
  find_muzzle (traits, &x, &y);
  for (int side = -1; side <= 1; side += 2)
    for (int i = -1; i <= 1; i++)
      {
        double reach = side * (0.75 + 0.12 * side * traits->heading);

        cairo_move_to (cr, x + side * 0.62 * v[RT_ANIMAL_SNOUT_WIDTH], y + 0.08 + 0.07 * i);
        cairo_curve_to (cr, x + 0.5 * reach, y + 0.02 + 0.1 * i, x + 0.8 * reach, y + 0.18 * i,
                        x + 1.25 * reach, y + 0.05 + 0.24 * i);
      }
  rt_animal_set_mixed (cr, rt_animal_pale, rt_animal_dark, bright > 1.5f ? 0.75f : 0.1f,
                       0.85f * v[RT_ANIMAL_WHISKERS]);
  cairo_set_line_width (cr, 0.035);
  cairo_stroke (cr);
}

static void
draw_open_eye (cairo_t              *cr,
               const RtAnimalTraits *traits,
               double                x,
               double                y,
               double                r)
{
  const float *v = traits->values;
  double look = 0.22 * r * traits->heading, slit = v[RT_ANIMAL_SLIT];
  float iris = v[RT_ANIMAL_IRIS];

  rt_animal_add_ellipse (cr, x, y, r * 1.12, r * 1.18, 0);
  rt_animal_set_mixed (cr, traits->fur, rt_animal_dark, 0.9f, 1.0f);
  cairo_fill (cr);
  rt_animal_add_ellipse (cr, x, y, r * 0.92, r * 0.98, 0);
  rt_animal_set_mixed (cr, rt_animal_dark, traits->iris, iris, 1.0f);
  cairo_fill (cr);
  rt_animal_add_ellipse (cr, x + look, y, r * rt_lerp (0.58f, 0.24f, (float) slit),
                         r * rt_lerp (0.6f, 0.85f, (float) slit), 0);
  cairo_set_source_rgb (cr, 0.06, 0.05, 0.06);
  cairo_fill (cr);
  rt_animal_add_ellipse (cr, x + look - 0.3 * r, y - 0.38 * r, 0.3 * r, 0.3 * r, 0);
  rt_animal_add_ellipse (cr, x + look + 0.34 * r, y + 0.36 * r, 0.14 * r, 0.14 * r, 0);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.95);
  cairo_fill (cr);
}

/* The lid as a smiling arc; pale where the fur around it is dark. */
static void
draw_shut_eye (cairo_t              *cr,
               const RtAnimalTraits *traits,
               double                x,
               double                y,
               double                r)
{
  float bright = 0.299f * traits->fur[0] + 0.587f * traits->fur[1] + 0.114f * traits->fur[2];
  float pale = MAX (traits->values[RT_ANIMAL_PATCHES], 1.0f - rt_smoothstep (0.25f, 0.4f, bright));

  cairo_move_to (cr, x - 1.15 * r, y - 0.1 * r);
  cairo_curve_to (cr, x - 0.6 * r, y + 0.85 * r, x + 0.6 * r, y + 0.85 * r, x + 1.15 * r, y
                  - 0.1 * r);
  rt_animal_set_mixed (cr, rt_animal_dark, rt_animal_pale, 0.8f * pale, 1.0f);
  cairo_set_line_width (cr, 0.085);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_stroke (cr);
}

static void
draw_eyes (cairo_t              *cr,
           const RtAnimalTraits *traits)
{
  const float *v = traits->values;

  for (int i = 0; i < 2; i++)
    {
      int side = i == 0 ? -1 : 1;
      double x = rt_animal_turn (traits, side * v[RT_ANIMAL_EYE_GAP], 0.6);
      double r = v[RT_ANIMAL_EYE] * (1.0 - 0.12 * side * traits->heading);
      gboolean shut = traits->mood == RT_ANIMAL_MOOD_SHUT
                      || (traits->mood == RT_ANIMAL_MOOD_WINKING && traits->winking == i);

      if (shut)
        draw_shut_eye (cr, traits, x, -0.05, r);
      else
        draw_open_eye (cr, traits, x, -0.05, r);
    }
}

void
rt_animal_features_draw (cairo_t              *cr,
                         const RtAnimalTraits *traits,
                         const RtAnimalPen    *pen)
{
  draw_muzzle (cr, traits, pen);
  draw_eyes (cr, traits);
  draw_mouth (cr, traits);
  draw_nose (cr, traits);
  draw_whiskers (cr, traits);
}

void
rt_animal_face_draw (cairo_t              *cr,
                     const RtAnimalTraits *traits,
                     const RtAnimalPen    *pen)
{
  rt_animal_head_draw (cr, traits, pen);
  rt_animal_features_draw (cr, traits, pen);
}
