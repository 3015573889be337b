/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-animals.h"

#include <cairo.h>

G_BEGIN_DECLS

/* How a face is drawn, besides what it is. */
typedef struct
{
  float outline;    /* 1: as in a picture book, 0: none */
} RtAnimalPen;

/* Draws head and shoulders around (0,0) in half heads; the caller has set the matrix. */
void rt_animal_face_draw      (cairo_t              *cr,
                               const RtAnimalTraits *traits,
                               const RtAnimalPen    *pen);

/* Its two halves: what lies behind (mane, ears, shoulders) with the head and its markings,
 * and the features on it. */
void rt_animal_head_draw      (cairo_t              *cr,
                               const RtAnimalTraits *traits,
                               const RtAnimalPen    *pen);
void rt_animal_features_draw  (cairo_t              *cr,
                               const RtAnimalTraits *traits,
                               const RtAnimalPen    *pen);

/* Sets a colour between two. */
void rt_animal_set_mixed      (cairo_t     *cr,
                               const float *a,
                               const float *b,
                               float        share,
                               float        alpha);

/* Fills the path with what is set, then draws its outline in a dark tone of the fur. */
void rt_animal_fill_outlined  (cairo_t              *cr,
                               const RtAnimalTraits *traits,
                               const RtAnimalPen    *pen);

/* An ellipse, turned. */
void rt_animal_add_ellipse    (cairo_t *cr,
                               double   x,
                               double   y,
                               double   rx,
                               double   ry,
                               double   angle);

/* Where something at (x) on the face, @depth out of the plane of the eyes, is seen as the
 * head turns. */
double rt_animal_turn         (const RtAnimalTraits *traits,
                               double                x,
                               double                depth);

extern const float rt_animal_pale[3];
extern const float rt_animal_dark[3];
extern const float rt_animal_pink[3];

G_END_DECLS
