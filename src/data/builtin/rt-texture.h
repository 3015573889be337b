/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-image.h"
#include "rt-rng.h"

G_BEGIN_DECLS

/*
 * What the drawn datasets share: smooth noise, blur, grain, and pictures as floats. A picture
 * here is (H,W,3) floats of 0 .. 1; distances are in pixels.
 */

/* Smooth noise of about -1 .. 1, one bump a unit of x and y, decided by @seed alone. */
float    rt_texture_noise    (uint64_t seed,
                              float    x,
                              float    y);

/* The sum of @octaves of it, each of twice the frequency and half the height; about -1 .. 1. */
float    rt_texture_fractal  (uint64_t seed,
                              float    x,
                              float    y,
                              int      octaves);

/* Two fields (2,H,W) of smooth displacements of variance 1: white noise under a Gaussian of
 * @sigma, after Simard, Steinkraus and Platt, "Best practices for convolutional neural
 * networks", 2003. They wrap around. */
void     rt_texture_elastic  (float  *field,
                              int     width,
                              int     height,
                              float   sigma,
                              RtRng  *rng);

/* Gaussian blur in place, the border repeated. Goes to no blur smoothly as @sigma goes to 0. */
void     rt_texture_blur     (float  *values,
                              int     width,
                              int     height,
                              int     channels,
                              float   sigma);

/* Adds noise of deviation @sigma to each value. */
void     rt_texture_grain    (float  *values,
                              size_t  n,
                              float   sigma,
                              RtRng  *rng);

/* Rounds to 8 bits; values out of range are clipped. (transfer full) */
RtImage *rt_texture_to_image (const float *values,
                              int          width,
                              int          height) G_GNUC_WARN_UNUSED_RESULT;

/* A colour of any hue, saturation and value drawn evenly between the bounds. */
void     rt_texture_draw_hue (RtRng *rng,
                              float  low_saturation,
                              float  high_saturation,
                              float  low_value,
                              float  high_value,
                              float *rgb);

static inline float
rt_lerp (float a,
         float b,
         float t)
{
  return a + (b - a) * t;
}

/* 0 below @low, 1 above @high, smooth between. */
static inline float
rt_smoothstep (float low,
               float high,
               float x)
{
  float t = CLAMP ((x - low) / (high - low), 0.0f, 1.0f);

  return t * t * (3.0f - 2.0f * t);
}

G_END_DECLS
