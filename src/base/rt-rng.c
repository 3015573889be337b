/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-rng.h"

#include <math.h>

static uint64_t
splitmix (uint64_t *state)
{
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline uint64_t
rotl (uint64_t x,
      int      k)
{
  return (x << k) | (x >> (64 - k));
}

uint64_t
rt_rng_mix (uint64_t a,
            uint64_t b)
{
  uint64_t state = a;
  uint64_t mixed = splitmix (&state);

  state = mixed ^ b;
  return splitmix (&state);
}

void
rt_rng_init (RtRng    *rng,
             uint64_t  seed,
             uint64_t  stream)
{
  uint64_t state = rt_rng_mix (seed, stream);

  for (int i = 0; i < 4; i++)
    rng->state[i] = splitmix (&state);
}

uint64_t
rt_rng_next (RtRng *rng)
{
  uint64_t *s = rng->state;
  uint64_t result = rotl (s[0] + s[3], 23) + s[0];
  uint64_t t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl (s[3], 45);
  return result;
}

float
rt_rng_uniform (RtRng *rng)
{
  return (float) (rt_rng_next (rng) >> 40) * 0x1p-24f;
}

float
rt_rng_range (RtRng *rng,
              float  low,
              float  high)
{
  return low + (high - low) * rt_rng_uniform (rng);
}

uint32_t
rt_rng_below (RtRng   *rng,
              uint32_t n)
{
  uint32_t limit = UINT32_MAX - UINT32_MAX % n;
  uint32_t draw;

  do
    draw = (uint32_t) (rt_rng_next (rng) >> 32);
  while (draw >= limit);
  return draw % n;
}

float
rt_rng_normal (RtRng *rng)
{
  float u = 1.0f - rt_rng_uniform (rng);   /* (0, 1]: its logarithm is finite */
  float v = rt_rng_uniform (rng);

  return sqrtf (-2.0f * logf (u)) * cosf (2.0f * (float) G_PI * v);
}

void
rt_rng_shuffle (RtRng  *rng,
                size_t *items,
                size_t  n)
{
  for (size_t i = n; i > 1; i--)
    {
      size_t j = rt_rng_below (rng, (uint32_t) i);
      size_t item = items[i - 1];

      items[i - 1] = items[j];
      items[j] = item;
    }
}
