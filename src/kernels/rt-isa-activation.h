/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-isa.h"
#include "rt-simd.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/*
 * One value through an activation and its derivative, to be inlined into loops where the
 * activation is a constant. Only rt-isa-*.c include this.
 *
 * NaN goes through (a comparison with it is false), so that a run which diverged shows it.
 */

/* exp to 2 units in the last place, without a branch. x = n ln 2 + r, |r| <= ln 2 / 2, with ln 2
 * in two parts (Cody and Waite 1980), and the series of e^r to the seventh power, whose next term
 * is below 2^-26 of the value. Clamped to where the result is a normal number. */
RT_INLINE float
rt_exp (float x)
{
  const float round = 12582912.0f;   /* 1.5 * 2^23: adding it rounds to an integer */
  float clamped = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
  float shifted = clamped * 1.44269504f + round;
  float n = shifted - round;
  float r = (clamped - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.0f / 5040.0f;
  uint32_t bits;
  float power;

  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;

  /* The low bits of the shifted number are n; those above go over the edge. */
  memcpy (&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  memcpy (&power, &bits, sizeof power);
  return p * power;
}

RT_INLINE float
rt_sigmoid (float x)
{
  return 1.0f / (1.0f + rt_exp (-x));
}

RT_INLINE float
rt_activate (const RtActivation activation,
             float              x)
{
  float t;

  switch (activation)
    {
    case RT_ACTIVATION_RELU:
      return x < 0.0f ? 0.0f : x;
    case RT_ACTIVATION_RELU6:
      t = x < 0.0f ? 0.0f : x;
      return t > 6.0f ? 6.0f : t;
    case RT_ACTIVATION_GELU:
      return 0.5f * x * erfcf (x * -0.70710678f);
    case RT_ACTIVATION_SILU:
      return x * rt_sigmoid (x);
    case RT_ACTIVATION_HARD_SWISH:
      t = x + 3.0f < 0.0f ? 0.0f : x + 3.0f;
      return x * (t > 6.0f ? 6.0f : t) * (1.0f / 6.0f);
    case RT_ACTIVATION_SIGMOID:
      return rt_sigmoid (x);
    case RT_ACTIVATION_NONE:
    default:
      return x;
    }
}

/* f' from the output where rt_activation_backward_from_output(), else from the input. */
RT_INLINE float
rt_slope (const RtActivation activation,
          float              kept)
{
  float s;

  switch (activation)
    {
    case RT_ACTIVATION_RELU:
      return kept > 0.0f ? 1.0f : 0.0f;
    case RT_ACTIVATION_RELU6:
      return (kept > 0.0f ? 1.0f : 0.0f) * (kept < 6.0f ? 1.0f : 0.0f);
    case RT_ACTIVATION_GELU:
      return 0.5f * erfcf (kept * -0.70710678f)
             + kept * 0.39894228f * rt_exp (-0.5f * kept * kept);
    case RT_ACTIVATION_SILU:
      s = rt_sigmoid (kept);
      return s * (1.0f + kept * (1.0f - s));
    case RT_ACTIVATION_HARD_SWISH:
      s = kept * (1.0f / 3.0f) + 0.5f;
      s = kept > -3.0f ? s : 0.0f;
      return kept < 3.0f ? s : 1.0f;
    case RT_ACTIVATION_SIGMOID:
      return kept * (1.0f - kept);
    case RT_ACTIVATION_NONE:
    default:
      return 1.0f;
    }
}

/* LOOP (a) for the one activation a that @activation is, as a constant. */
#define RT_FOR_ACTIVATION(activation, LOOP) \
  switch (activation) \
    { \
    case RT_ACTIVATION_RELU: \
      { LOOP (RT_ACTIVATION_RELU) } \
      break; \
    case RT_ACTIVATION_RELU6: \
      { LOOP (RT_ACTIVATION_RELU6) } \
      break; \
    case RT_ACTIVATION_GELU: \
      { LOOP (RT_ACTIVATION_GELU) } \
      break; \
    case RT_ACTIVATION_SILU: \
      { LOOP (RT_ACTIVATION_SILU) } \
      break; \
    case RT_ACTIVATION_HARD_SWISH: \
      { LOOP (RT_ACTIVATION_HARD_SWISH) } \
      break; \
    case RT_ACTIVATION_SIGMOID: \
      { LOOP (RT_ACTIVATION_SIGMOID) } \
      break; \
    case RT_ACTIVATION_NONE: \
    default: \
      { LOOP (RT_ACTIVATION_NONE) } \
      break; \
    }

/* The same for those that batch norm fuses. */
#define RT_FOR_FUSED_ACTIVATION(activation, LOOP) \
  switch (activation) \
    { \
    case RT_ACTIVATION_RELU: \
      { LOOP (RT_ACTIVATION_RELU) } \
      break; \
    case RT_ACTIVATION_RELU6: \
      { LOOP (RT_ACTIVATION_RELU6) } \
      break; \
    default: \
      { LOOP (RT_ACTIVATION_NONE) } \
      break; \
    }
