/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the ten species are like, as numbers.
 *
 * A species is a mean for each trait and a few fur colours. An animal is drawn around the means of its species, and a part of
 * them also takes after a second species, their kin: all their traits are mixed with those of an animal of it, up to
 * a little below one half. That is where similarity comes from: a cat with much of a fox in it has the long snout, the
 * white cheeks and the orange fur, and is in truth 55 % cat and 45 % fox. Traits of neighbouring species
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

/* Columns:             cat    fox    dog    wolf   bear  rabbit  panda  lion   mouse  koala     spread  low   high */
static const Trait trait_table[RT_N_ANIMAL_TRAITS] = {
  [RT_ANIMAL_SIZE] =
    { { 0.94f, 0.92f, 0.94f, 0.94f, 0.97f, 0.84f, 0.97f, 0.88f, 0.90f, 0.92f }, 0.05f, 0.70f, 1.10f },
  [RT_ANIMAL_HEAD_WIDTH] =
    { { 0.96f, 0.92f, 0.84f, 0.92f, 1.00f, 0.80f, 1.06f, 0.92f, 0.80f, 1.00f }, 0.05f, 0.65f, 1.20f },
  [RT_ANIMAL_HEAD_HEIGHT] =
    { { 0.80f, 0.82f, 0.90f, 0.88f, 0.90f, 0.86f, 0.90f, 0.94f, 0.80f, 0.86f }, 0.04f, 0.65f, 1.10f },
  [RT_ANIMAL_JAW] =
    { { 0.55f, 0.12f, 0.65f, 0.30f, 0.80f, 0.62f, 0.85f, 0.75f, 0.22f, 0.80f }, 0.10f, 0.00f, 1.00f },
  [RT_ANIMAL_FLUFF] =
    { { 0.35f, 0.80f, 0.12f, 0.70f, 0.12f, 0.10f, 0.12f, 0.20f, 0.04f, 0.40f }, 0.13f, 0.00f, 1.00f },
  [RT_ANIMAL_EAR_LENGTH] =
    { { 0.66f, 0.84f, 0.74f, 0.70f, 0.40f, 1.35f, 0.42f, 0.42f, 0.78f, 0.66f }, 0.09f, 0.25f, 1.80f },
  [RT_ANIMAL_EAR_WIDTH] =
    { { 0.66f, 0.60f, 0.54f, 0.54f, 0.58f, 0.44f, 0.60f, 0.54f, 0.98f, 0.98f }, 0.06f, 0.30f, 1.20f },
  [RT_ANIMAL_EAR_POINT] =
    { { 0.92f, 0.98f, 0.50f, 0.92f, 0.05f, 0.35f, 0.05f, 0.10f, 0.04f, 0.08f }, 0.12f, 0.00f, 1.00f },
  [RT_ANIMAL_EAR_SPREAD] =
    { { 0.64f, 0.60f, 0.78f, 0.58f, 0.80f, 0.30f, 0.82f, 0.84f, 0.86f, 1.06f }, 0.07f, 0.15f, 1.25f },
  [RT_ANIMAL_EAR_DROOP] =
    { { 0.00f, 0.00f, 0.70f, 0.02f, 0.00f, 0.06f, 0.00f, 0.00f, 0.00f, 0.06f }, 0.10f, 0.00f, 1.00f },
  [RT_ANIMAL_EAR_DARK] =
    { { 0.10f, 0.75f, 0.30f, 0.25f, 0.10f, 0.00f, 1.00f, 0.10f, 0.00f, 0.05f }, 0.15f, 0.00f, 1.00f },
  [RT_ANIMAL_SNOUT_LENGTH] =
    { { 0.14f, 0.76f, 0.55f, 0.72f, 0.45f, 0.18f, 0.32f, 0.48f, 0.50f, 0.15f }, 0.12f, 0.00f, 1.00f },
  [RT_ANIMAL_SNOUT_WIDTH] =
    { { 0.36f, 0.32f, 0.46f, 0.42f, 0.50f, 0.34f, 0.48f, 0.52f, 0.28f, 0.36f }, 0.05f, 0.20f, 0.65f },
  [RT_ANIMAL_NOSE] =
    { { 0.10f, 0.13f, 0.18f, 0.17f, 0.19f, 0.09f, 0.17f, 0.20f, 0.10f, 0.21f }, 0.02f, 0.06f, 0.28f },
  [RT_ANIMAL_NOSE_TALL] =
    { { 0.30f, 0.45f, 0.45f, 0.45f, 0.45f, 0.35f, 0.35f, 0.50f, 0.50f, 1.00f }, 0.12f, 0.00f, 1.00f },
  [RT_ANIMAL_NOSE_PINK] =
    { { 0.75f, 0.00f, 0.05f, 0.00f, 0.00f, 0.85f, 0.00f, 0.25f, 0.90f, 0.05f }, 0.20f, 0.00f, 1.00f },
  [RT_ANIMAL_EYE] =
    { { 0.20f, 0.15f, 0.16f, 0.14f, 0.12f, 0.17f, 0.13f, 0.13f, 0.16f, 0.12f }, 0.016f, 0.09f, 0.25f },
  [RT_ANIMAL_EYE_GAP] =
    { { 0.42f, 0.40f, 0.37f, 0.38f, 0.40f, 0.44f, 0.42f, 0.38f, 0.36f, 0.50f }, 0.03f, 0.28f, 0.60f },
  [RT_ANIMAL_SLIT] =
    { { 0.85f, 0.55f, 0.00f, 0.10f, 0.00f, 0.00f, 0.00f, 0.10f, 0.00f, 0.05f }, 0.15f, 0.00f, 1.00f },
  [RT_ANIMAL_IRIS] =
    { { 0.95f, 0.80f, 0.35f, 0.90f, 0.10f, 0.25f, 0.15f, 0.75f, 0.00f, 0.20f }, 0.15f, 0.00f, 1.00f },
  [RT_ANIMAL_PALE] =
    { { 0.45f, 0.85f, 0.50f, 0.60f, 0.75f, 0.55f, 0.25f, 0.75f, 0.45f, 0.55f }, 0.18f, 0.00f, 1.00f },
  [RT_ANIMAL_MASK] =
    { { 0.10f, 0.95f, 0.10f, 0.75f, 0.00f, 0.05f, 0.00f, 0.15f, 0.05f, 0.12f }, 0.15f, 0.00f, 1.00f },
  [RT_ANIMAL_STRIPES] =
    { { 0.60f, 0.00f, 0.00f, 0.10f, 0.00f, 0.00f, 0.00f, 0.05f, 0.00f, 0.00f }, 0.22f, 0.00f, 1.00f },
  [RT_ANIMAL_PATCHES] =
    { { 0.00f, 0.00f, 0.00f, 0.10f, 0.00f, 0.00f, 0.95f, 0.00f, 0.00f, 0.00f }, 0.10f, 0.00f, 1.00f },
  [RT_ANIMAL_BLAZE] =
    { { 0.15f, 0.00f, 0.45f, 0.15f, 0.00f, 0.15f, 0.00f, 0.00f, 0.00f, 0.00f }, 0.28f, 0.00f, 1.00f },
  [RT_ANIMAL_MANE] =
    { { 0.00f, 0.00f, 0.00f, 0.10f, 0.00f, 0.00f, 0.00f, 0.95f, 0.00f, 0.00f }, 0.10f, 0.00f, 1.00f },
  [RT_ANIMAL_WHISKERS] =
    { { 0.90f, 0.30f, 0.10f, 0.10f, 0.00f, 0.50f, 0.00f, 0.35f, 0.80f, 0.00f }, 0.18f, 0.00f, 1.00f },
  [RT_ANIMAL_TEETH] =
    { { 0.00f, 0.00f, 0.00f, 0.00f, 0.00f, 0.90f, 0.00f, 0.00f, 0.45f, 0.00f }, 0.20f, 0.00f, 1.00f },
  [RT_ANIMAL_TONGUE] =
    { { 0.00f, 0.00f, 0.55f, 0.15f, 0.00f, 0.00f, 0.00f, 0.00f, 0.00f, 0.00f }, 0.30f, 0.00f, 1.00f },
};

#define AMBER { 0.88f, 0.62f, 0.16f }
#define BROWN { 0.45f, 0.26f, 0.12f }

static const Species species_table[RT_N_ANIMALS] = {
  [RT_ANIMAL_CAT] = {
    5, { { 0.92f, 0.58f, 0.25f }, { 0.56f, 0.56f, 0.60f }, { 0.24f, 0.23f, 0.27f }, { 0.93f, 0.85f, 0.72f },
         { 0.62f, 0.48f, 0.34f } },
    { 0.70f, 0.50f, 0.30f }, 3, { RT_ANIMAL_FOX, RT_ANIMAL_LION, RT_ANIMAL_DOG },
    { { 0.55f, 0.78f, 0.32f }, AMBER } },
  [RT_ANIMAL_FOX] = {
    4, { { 0.87f, 0.42f, 0.15f }, { 0.80f, 0.36f, 0.14f }, { 0.92f, 0.54f, 0.24f }, { 0.50f, 0.47f, 0.47f } },
    { 0.70f, 0.36f, 0.16f }, 3, { RT_ANIMAL_CAT, RT_ANIMAL_WOLF, RT_ANIMAL_DOG },
    { AMBER, { 0.62f, 0.42f, 0.14f } } },
  [RT_ANIMAL_DOG] = {
    6, { { 0.55f, 0.35f, 0.20f }, { 0.84f, 0.65f, 0.42f }, { 0.22f, 0.20f, 0.21f }, { 0.94f, 0.92f, 0.88f },
         { 0.56f, 0.55f, 0.57f }, { 0.76f, 0.43f, 0.20f } },
    { 0.55f, 0.36f, 0.22f }, 3, { RT_ANIMAL_WOLF, RT_ANIMAL_FOX, RT_ANIMAL_BEAR },
    { BROWN, { 0.62f, 0.42f, 0.14f } } },
  [RT_ANIMAL_WOLF] = {
    4, { { 0.53f, 0.54f, 0.58f }, { 0.37f, 0.38f, 0.42f }, { 0.56f, 0.49f, 0.41f }, { 0.84f, 0.84f, 0.85f } },
    { 0.45f, 0.43f, 0.42f }, 2, { RT_ANIMAL_DOG, RT_ANIMAL_FOX },
    { AMBER, { 0.52f, 0.74f, 0.86f } } },
  [RT_ANIMAL_BEAR] = {
    4, { { 0.47f, 0.30f, 0.18f }, { 0.27f, 0.20f, 0.16f }, { 0.68f, 0.48f, 0.29f }, { 0.94f, 0.92f, 0.87f } },
    { 0.40f, 0.26f, 0.16f }, 3, { RT_ANIMAL_DOG, RT_ANIMAL_PANDA, RT_ANIMAL_KOALA },
    { BROWN, BROWN } },
  [RT_ANIMAL_RABBIT] = {
    4, { { 0.95f, 0.94f, 0.92f }, { 0.64f, 0.62f, 0.62f }, { 0.67f, 0.51f, 0.37f }, { 0.92f, 0.83f, 0.70f } },
    { 0.70f, 0.60f, 0.50f }, 2, { RT_ANIMAL_MOUSE, RT_ANIMAL_CAT },
    { BROWN, { 0.75f, 0.25f, 0.28f } } },
  [RT_ANIMAL_PANDA] = {
    2, { { 0.96f, 0.95f, 0.92f }, { 0.89f, 0.87f, 0.83f } },
    { 0.60f, 0.60f, 0.60f }, 2, { RT_ANIMAL_BEAR, RT_ANIMAL_KOALA },
    { BROWN, BROWN } },
  [RT_ANIMAL_LION] = {
    3, { { 0.89f, 0.68f, 0.38f }, { 0.81f, 0.58f, 0.31f }, { 0.93f, 0.78f, 0.52f } },
    { 0.58f, 0.31f, 0.12f }, 2, { RT_ANIMAL_CAT, RT_ANIMAL_BEAR },
    { AMBER, BROWN } },
  [RT_ANIMAL_MOUSE] = {
    3, { { 0.63f, 0.62f, 0.65f }, { 0.71f, 0.62f, 0.54f }, { 0.93f, 0.92f, 0.91f } },
    { 0.60f, 0.56f, 0.54f }, 2, { RT_ANIMAL_RABBIT, RT_ANIMAL_KOALA },
    { BROWN, { 0.75f, 0.25f, 0.28f } } },
  [RT_ANIMAL_KOALA] = {
    3, { { 0.63f, 0.64f, 0.68f }, { 0.54f, 0.55f, 0.60f }, { 0.68f, 0.64f, 0.62f } },
    { 0.60f, 0.60f, 0.62f }, 2, { RT_ANIMAL_BEAR, RT_ANIMAL_MOUSE },
    { BROWN, { 0.62f, 0.42f, 0.14f } } },
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
      float z = CLAMP (rt_rng_normal (rng), -2.2f, 2.2f), mean = trait->mean[species];
      float spread = mean > trait->low ? trait->spread : trait->spread * OF_NOTHING;

      traits->values[i] = CLAMP (mean + spread * z, trait->low, trait->high);
    }
  for (int c = 0; c < 3; c++)
    {
      traits->fur[c] = CLAMP (bright * fur[c] + rt_rng_range (rng, -0.04f, 0.04f), 0.0f, 1.0f);
      traits->mane[c] = CLAMP (is->mane[c] + rt_rng_range (rng, -0.06f, 0.06f), 0.0f, 1.0f);
      traits->iris[c] = CLAMP (iris[c] + rt_rng_range (rng, -0.06f, 0.06f), 0.0f, 1.0f);
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
  traits->mood = mood < 2 ? RT_ANIMAL_MOOD_OPEN : mood == 2 ? RT_ANIMAL_MOOD_SHUT : RT_ANIMAL_MOOD_WINKING;
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
