/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * RtRng:
 *
 * A stream of random numbers: xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom
 * number generators", 2021), its state filled by splitmix64 from a seed and a stream. There is no
 * global generator. A stream is cheap to make, so what must not depend on order (a sample's
 * augmentation, a drawn picture) gets its own, named by what it is for: rt_rng_init (&rng, seed,
 * rt_rng_mix (sample, epoch)).
 */
typedef struct
{
  uint64_t state[4];
} RtRng;

void     rt_rng_init     (RtRng    *rng,
                          uint64_t  seed,
                          uint64_t  stream);

/* Mixes two numbers into one that serves as a stream or a seed. */
uint64_t rt_rng_mix      (uint64_t a,
                          uint64_t b);

uint64_t rt_rng_next     (RtRng *rng);

/* Evenly from [0, 1), with 24 bits. */
float    rt_rng_uniform  (RtRng *rng);

/* Evenly from [low, high). */
float    rt_rng_range    (RtRng *rng,
                          float  low,
                          float  high);

/* Evenly from 0 .. n - 1, without bias. n >= 1. */
uint32_t rt_rng_below    (RtRng   *rng,
                          uint32_t n);

/* From the normal distribution of mean 0 and variance 1 (Box and Muller; two draws each). */
float    rt_rng_normal   (RtRng *rng);

/* Fisher and Yates; @items is permuted in place. */
void     rt_rng_shuffle  (RtRng  *rng,
                          size_t *items,
                          size_t  n);

G_END_DECLS
