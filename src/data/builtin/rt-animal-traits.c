/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the ten species are like, as numbers.
 *
 * A species is a mean for each trait and a few fur colours. An animal is drawn around the means
 * of its species, and a part of them also takes after a second species, their kin: all their
 * traits are mixed with those of an animal of it, up to a little below one half. That is where
 * similarity comes from: a cat with much of a fox in it has the long snout, the white cheeks
 * and the orange fur, and is in truth 55 % cat and 45 % fox. Traits of neighbouring species
 * overlap anyway, and so no network gets them all.
 */
#include "config.h"

#include "rt-animal-traits.h"

#include "rt-texture.h"

#define MAX_COLOURS 6
#define MAX_KIN 3
#define KIN_OF_TEN 4          /* so many of ten animals take after another species */
#define MAX_KINSHIP 0.48f
#define OF_NOTHING 0.25f      /* so much of its spread has a trait that the species does not have */

typedef struct
{
  float mean[RT_N_ANIMALS];
  float spread;
  float low;
  float high;
} Trait;

typedef struct
{
  int             n_colours;
  float           colours[MAX_COLOURS][3];
  float           mane[3];
  int             n_kin;
  RtAnimalSpecies kin[MAX_KIN];
  float           irises[2][3];
} Species;

const char *const rt_animal_names[RT_N_ANIMALS] = {
  "cat", "fox", "dog", "wolf", "bear", "rabbit", "panda", "lion", "mouse", "koala",
};

/*     cat   fox   dog   wolf  bear rabbit panda lion mouse koala  spread  low   high */
static const Trait trait_table[RT_N_ANIMAL_TRAITS] = {
  [RT_ANIMAL_SIZE] =
    { { 0.94, 0.92, 0.94, 0.94, 0.97, 0.84, 0.97, 0.88, 0.90, 0.92 }, 0.05, 0.70, 1.10 },
  [RT_ANIMAL_HEAD_WIDTH] =
    { { 0.96, 0.92, 0.84, 0.92, 1.00, 0.80, 1.06, 0.92, 0.80, 1.00 }, 0.05, 0.65, 1.20 },
  [RT_ANIMAL_HEAD_HEIGHT] =
    { { 0.80, 0.82, 0.90, 0.88, 0.90, 0.86, 0.90, 0.94, 0.80, 0.86 }, 0.04, 0.65, 1.10 },
  [RT_ANIMAL_JAW] =
    { { 0.55, 0.12, 0.65, 0.30, 0.80, 0.62, 0.85, 0.75, 0.22, 0.80 }, 0.10, 0.00, 1.00 },
  [RT_ANIMAL_FLUFF] =
    { { 0.35, 0.80, 0.12, 0.70, 0.12, 0.10, 0.12, 0.20, 0.04, 0.40 }, 0.13, 0.00, 1.00 },
  [RT_ANIMAL_EAR_LENGTH] =
    { { 0.66, 0.84, 0.74, 0.70, 0.40, 1.35, 0.42, 0.42, 0.78, 0.66 }, 0.09, 0.25, 1.80 },
  [RT_ANIMAL_EAR_WIDTH] =
    { { 0.66, 0.60, 0.54, 0.54, 0.58, 0.44, 0.60, 0.54, 0.98, 0.98 }, 0.06, 0.30, 1.20 },
  [RT_ANIMAL_EAR_POINT] =
    { { 0.92, 0.98, 0.50, 0.92, 0.05, 0.35, 0.05, 0.10, 0.04, 0.08 }, 0.12, 0.00, 1.00 },
  [RT_ANIMAL_EAR_SPREAD] =
    { { 0.64, 0.60, 0.78, 0.58, 0.80, 0.30, 0.82, 0.84, 0.86, 1.06 }, 0.07, 0.15, 1.25 },
  [RT_ANIMAL_EAR_DROOP] =
    { { 0.00, 0.00, 0.70, 0.02, 0.00, 0.06, 0.00, 0.00, 0.00, 0.06 }, 0.10, 0.00, 1.00 },
  [RT_ANIMAL_EAR_DARK] =
    { { 0.10, 0.75, 0.30, 0.25, 0.10, 0.00, 1.00, 0.10, 0.00, 0.05 }, 0.15, 0.00, 1.00 },
  [RT_ANIMAL_SNOUT_LENGTH] =
    { { 0.14, 0.76, 0.55, 0.72, 0.45, 0.18, 0.32, 0.48, 0.50, 0.15 }, 0.12, 0.00, 1.00 },
  [RT_ANIMAL_SNOUT_WIDTH] =
    { { 0.36, 0.32, 0.46, 0.42, 0.50, 0.34, 0.48, 0.52, 0.28, 0.36 }, 0.05, 0.20, 0.65 },
  [RT_ANIMAL_NOSE] =
    { { 0.10, 0.13, 0.18, 0.17, 0.19, 0.09, 0.17, 0.20, 0.10, 0.21 }, 0.02, 0.06, 0.28 },
  [RT_ANIMAL_NOSE_TALL] =
    { { 0.30, 0.45, 0.45, 0.45, 0.45, 0.35, 0.35, 0.50, 0.50, 1.00 }, 0.12, 0.00, 1.00 },
  [RT_ANIMAL_NOSE_PINK] =
    { { 0.75, 0.00, 0.05, 0.00, 0.00, 0.85, 0.00, 0.25, 0.90, 0.05 }, 0.20, 0.00, 1.00 },
  [RT_ANIMAL_EYE] =
    { { 0.20, 0.15, 0.16, 0.14, 0.12, 0.17, 0.13, 0.13, 0.16, 0.12 }, 0.016, 0.09, 0.25 },
  [RT_ANIMAL_EYE_GAP] =
    { { 0.42, 0.40, 0.37, 0.38, 0.40, 0.44, 0.42, 0.38, 0.36, 0.50 }, 0.03, 0.28, 0.60 },
  [RT_ANIMAL_SLIT] =
    { { 0.85, 0.55, 0.00, 0.10, 0.00, 0.00, 0.00, 0.10, 0.00, 0.05 }, 0.15, 0.00, 1.00 },
  [RT_ANIMAL_IRIS] =
    { { 0.95, 0.80, 0.35, 0.90, 0.10, 0.25, 0.15, 0.75, 0.00, 0.20 }, 0.15, 0.00, 1.00 },
  [RT_ANIMAL_PALE] =
    { { 0.45, 0.85, 0.50, 0.60, 0.75, 0.55, 0.25, 0.75, 0.45, 0.55 }, 0.18, 0.00, 1.00 },
  [RT_ANIMAL_MASK] =
    { { 0.10, 0.95, 0.10, 0.75, 0.00, 0.05, 0.00, 0.15, 0.05, 0.12 }, 0.15, 0.00, 1.00 },
  [RT_ANIMAL_STRIPES] =
    { { 0.60, 0.00, 0.00, 0.10, 0.00, 0.00, 0.00, 0.05, 0.00, 0.00 }, 0.22, 0.00, 1.00 },
  [RT_ANIMAL_PATCHES] =
    { { 0.00, 0.00, 0.00, 0.10, 0.00, 0.00, 0.95, 0.00, 0.00, 0.00 }, 0.10, 0.00, 1.00 },
  [RT_ANIMAL_BLAZE] =
    { { 0.15, 0.00, 0.45, 0.15, 0.00, 0.15, 0.00, 0.00, 0.00, 0.00 }, 0.28, 0.00, 1.00 },
  [RT_ANIMAL_MANE] =
    { { 0.00, 0.00, 0.00, 0.10, 0.00, 0.00, 0.00, 0.95, 0.00, 0.00 }, 0.10, 0.00, 1.00 },
  [RT_ANIMAL_WHISKERS] =
    { { 0.90, 0.30, 0.10, 0.10, 0.00, 0.50, 0.00, 0.35, 0.80, 0.00 }, 0.18, 0.00, 1.00 },
  [RT_ANIMAL_TEETH] =
    { { 0.00, 0.00, 0.00, 0.00, 0.00, 0.90, 0.00, 0.00, 0.45, 0.00 }, 0.20, 0.00, 1.00 },
  [RT_ANIMAL_TONGUE] =
    { { 0.00, 0.00, 0.55, 0.15, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00 }, 0.30, 0.00, 1.00 },
};

#define AMBER { 0.88f, 0.62f, 0.16f }
#define BROWN { 0.45f, 0.26f, 0.12f }

static const Species species_table[RT_N_ANIMALS] = {
  [RT_ANIMAL_CAT] = {
    5, { { 0.92, 0.58, 0.25 }, { 0.56, 0.56, 0.60 }, { 0.24, 0.23, 0.27 }, { 0.93, 0.85, 0.72 },
         { 0.62, 0.48, 0.34 } },
    { 0.70, 0.50, 0.30 }, 3, { RT_ANIMAL_FOX, RT_ANIMAL_LION, RT_ANIMAL_DOG },
    { { 0.55, 0.78, 0.32 }, AMBER } },
  [RT_ANIMAL_FOX] = {
    4, { { 0.87, 0.42, 0.15 }, { 0.80, 0.36, 0.14 }, { 0.92, 0.54, 0.24 }, { 0.50, 0.47, 0.47 } },
    { 0.70, 0.36, 0.16 }, 3, { RT_ANIMAL_CAT, RT_ANIMAL_WOLF, RT_ANIMAL_DOG },
    { AMBER, { 0.62, 0.42, 0.14 } } },
  [RT_ANIMAL_DOG] = {
    6, { { 0.55, 0.35, 0.20 }, { 0.84, 0.65, 0.42 }, { 0.22, 0.20, 0.21 }, { 0.94, 0.92, 0.88 },
         { 0.56, 0.55, 0.57 }, { 0.76, 0.43, 0.20 } },
    { 0.55, 0.36, 0.22 }, 3, { RT_ANIMAL_WOLF, RT_ANIMAL_FOX, RT_ANIMAL_BEAR },
    { BROWN, { 0.62, 0.42, 0.14 } } },
  [RT_ANIMAL_WOLF] = {
    4, { { 0.53, 0.54, 0.58 }, { 0.37, 0.38, 0.42 }, { 0.56, 0.49, 0.41 }, { 0.84, 0.84, 0.85 } },
    { 0.45, 0.43, 0.42 }, 2, { RT_ANIMAL_DOG, RT_ANIMAL_FOX },
    { AMBER, { 0.52, 0.74, 0.86 } } },
  [RT_ANIMAL_BEAR] = {
    4, { { 0.47, 0.30, 0.18 }, { 0.27, 0.20, 0.16 }, { 0.68, 0.48, 0.29 }, { 0.94, 0.92, 0.87 } },
    { 0.40, 0.26, 0.16 }, 3, { RT_ANIMAL_DOG, RT_ANIMAL_PANDA, RT_ANIMAL_KOALA },
    { BROWN, BROWN } },
  [RT_ANIMAL_RABBIT] = {
    4, { { 0.95, 0.94, 0.92 }, { 0.64, 0.62, 0.62 }, { 0.67, 0.51, 0.37 }, { 0.92, 0.83, 0.70 } },
    { 0.70, 0.60, 0.50 }, 2, { RT_ANIMAL_MOUSE, RT_ANIMAL_CAT },
    { BROWN, { 0.75, 0.25, 0.28 } } },
  [RT_ANIMAL_PANDA] = {
    2, { { 0.96, 0.95, 0.92 }, { 0.89, 0.87, 0.83 } },
    { 0.60, 0.60, 0.60 }, 2, { RT_ANIMAL_BEAR, RT_ANIMAL_KOALA },
    { BROWN, BROWN } },
  [RT_ANIMAL_LION] = {
    3, { { 0.89, 0.68, 0.38 }, { 0.81, 0.58, 0.31 }, { 0.93, 0.78, 0.52 } },
    { 0.58, 0.31, 0.12 }, 2, { RT_ANIMAL_CAT, RT_ANIMAL_BEAR },
    { AMBER, BROWN } },
  [RT_ANIMAL_MOUSE] = {
    3, { { 0.63, 0.62, 0.65 }, { 0.71, 0.62, 0.54 }, { 0.93, 0.92, 0.91 } },
    { 0.60, 0.56, 0.54 }, 2, { RT_ANIMAL_RABBIT, RT_ANIMAL_KOALA },
    { BROWN, { 0.75, 0.25, 0.28 } } },
  [RT_ANIMAL_KOALA] = {
    3, { { 0.63, 0.64, 0.68 }, { 0.54, 0.55, 0.60 }, { 0.68, 0.64, 0.62 } },
    { 0.60, 0.60, 0.62 }, 2, { RT_ANIMAL_BEAR, RT_ANIMAL_MOUSE },
    { BROWN, { 0.62, 0.42, 0.14 } } },
};

/* An animal of pure blood: values and colours. */
static void
draw_pure (RtAnimalTraits  *traits,
           RtAnimalSpecies  species,
           RtRng           *rng)
{
  const Species *is = &species_table[species];
  const float *fur = is->colours[rt_rng_below (rng, (uint32_t) is->n_colours)];
  const float *iris = is->irises[rt_rng_below (rng, 2)];
  float bright = rt_rng_range (rng, 0.88f, 1.1f);

  for (int i = 0; i < RT_N_ANIMAL_TRAITS; i++)
    {
      const Trait *trait = &trait_table[i];
      /* drawn once: CLAMP reads its argument up to three times */
      float draw = rt_rng_normal (rng);
      float z = CLAMP (draw, -2.2f, 2.2f);
      float mean = trait->mean[species];
      float spread = mean > trait->low ? trait->spread : trait->spread * OF_NOTHING;

      traits->values[i] = CLAMP (mean + spread * z, trait->low, trait->high);
    }
  for (int c = 0; c < 3; c++)
    {
      float tint = bright * fur[c] + rt_rng_range (rng, -0.04f, 0.04f);
      float mane = is->mane[c] + rt_rng_range (rng, -0.06f, 0.06f);
      float eye = iris[c] + rt_rng_range (rng, -0.06f, 0.06f);

      traits->fur[c] = CLAMP (tint, 0.0f, 1.0f);
      traits->mane[c] = CLAMP (mane, 0.0f, 1.0f);
      traits->iris[c] = CLAMP (eye, 0.0f, 1.0f);
    }
}

static void
mix (float       *into,
     const float *from,
     int          n,
     float        share)
{
  for (int i = 0; i < n; i++)
    into[i] = rt_lerp (into[i], from[i], share);
}

void
rt_animal_traits_draw (RtAnimalTraits  *traits,
                       RtAnimalSpecies  species,
                       RtRng           *rng)
{
  const Species *is = &species_table[species];
  RtAnimalTraits kin = { 0 };
  uint32_t mood;

  *traits = (RtAnimalTraits) { .species = species };
  traits->kin = is->kin[rt_rng_below (rng, (uint32_t) is->n_kin)];
  if (rt_rng_below (rng, 10) < KIN_OF_TEN)
    traits->kinship = rt_rng_range (rng, 0.0f, MAX_KINSHIP);
  mood = rt_rng_below (rng, 4);
  traits->mood = mood < 2 ? RT_ANIMAL_MOOD_OPEN : (RtAnimalMood) (mood - 1);
  traits->winking = (int) rt_rng_below (rng, 2);
  traits->heading = rt_rng_range (rng, -1.0f, 1.0f);
  traits->tilt = rt_rng_range (rng, -0.22f, 0.22f);
  draw_pure (traits, species, rng);
  draw_pure (&kin, traits->kin, rng);
  mix (traits->values, kin.values, RT_N_ANIMAL_TRAITS, traits->kinship);
  mix (traits->fur, kin.fur, 3, traits->kinship);
  mix (traits->mane, kin.mane, 3, traits->kinship);
  mix (traits->iris, kin.iris, 3, traits->kinship);
}

const char *
rt_animal_mood_to_string (RtAnimalMood mood)
{
  static const char *const names[RT_N_ANIMAL_MOODS] = { "open", "shut", "winking" };

  g_return_val_if_fail (mood >= 0 && mood < RT_N_ANIMAL_MOODS, NULL);

  return names[mood];
}
