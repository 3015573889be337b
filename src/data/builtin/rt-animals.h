/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

typedef enum
{
  RT_ANIMAL_CAT,
  RT_ANIMAL_FOX,
  RT_ANIMAL_DOG,
  RT_ANIMAL_WOLF,
  RT_ANIMAL_BEAR,
  RT_ANIMAL_RABBIT,
  RT_ANIMAL_PANDA,
  RT_ANIMAL_LION,
  RT_ANIMAL_MOUSE,
  RT_ANIMAL_KOALA,
  RT_N_ANIMALS,
} RtAnimalSpecies;

typedef enum
{
  RT_ANIMAL_MOOD_OPEN,
  RT_ANIMAL_MOOD_SHUT,
  RT_ANIMAL_MOOD_WINKING,
  RT_N_ANIMAL_MOODS,
} RtAnimalMood;

/* What a face is drawn from. Lengths are in half heads, the rest goes from 0 to 1 unless it
 * says otherwise. */
typedef enum
{
  RT_ANIMAL_SIZE,            /* of the whole head */
  RT_ANIMAL_HEAD_WIDTH,
  RT_ANIMAL_HEAD_HEIGHT,
  RT_ANIMAL_JAW,             /* pointed chin .. broad jaw */
  RT_ANIMAL_FLUFF,           /* of the cheeks */
  RT_ANIMAL_EAR_LENGTH,
  RT_ANIMAL_EAR_WIDTH,
  RT_ANIMAL_EAR_POINT,       /* round .. pointed */
  RT_ANIMAL_EAR_SPREAD,      /* radians from the top of the head */
  RT_ANIMAL_EAR_DROOP,       /* upright .. hanging */
  RT_ANIMAL_EAR_DARK,
  RT_ANIMAL_SNOUT_LENGTH,
  RT_ANIMAL_SNOUT_WIDTH,
  RT_ANIMAL_NOSE,
  RT_ANIMAL_NOSE_TALL,
  RT_ANIMAL_NOSE_PINK,
  RT_ANIMAL_EYE,
  RT_ANIMAL_EYE_GAP,         /* from the middle to an eye */
  RT_ANIMAL_SLIT,            /* round pupil .. slit */
  RT_ANIMAL_IRIS,            /* all dark .. coloured */
  RT_ANIMAL_PALE,            /* of the muzzle */
  RT_ANIMAL_MASK,            /* pale cheeks, as a fox has */
  RT_ANIMAL_STRIPES,
  RT_ANIMAL_PATCHES,         /* around both eyes, as a panda has */
  RT_ANIMAL_BLAZE,           /* pale stripe down the forehead */
  RT_ANIMAL_MANE,
  RT_ANIMAL_WHISKERS,
  RT_ANIMAL_TEETH,
  RT_ANIMAL_TONGUE,
  RT_N_ANIMAL_TRAITS,
} RtAnimalTrait;

/**
 * RtAnimalTraits:
 *
 * What is true of one face, for training several tasks at once and for saying why a network
 * took it for something else.
 */
typedef struct
{
  RtAnimalSpecies species;
  RtAnimalSpecies kin;         /* what it takes after besides */
  float           kinship;     /* 0 (nothing of its kin) .. below 0.5 (hardly to be told from it) */
  RtAnimalMood    mood;
  int             winking;     /* the shut eye of a winking face: 0 left, 1 right in the picture */
  float           heading;     /* -1 (looks to the left of the picture) .. 1 (to the right) */
  float           tilt;        /* radians, clockwise */
  float           values[RT_N_ANIMAL_TRAITS];
  float           fur[3];      /* colours, 0 .. 1 */
  float           mane[3];
  float           iris[3];
} RtAnimalTraits;

/* "open", "shut", "winking": class names for a task of moods. */
const char *rt_animal_mood_to_string (RtAnimalMood mood);

/* FALSE, and nothing done, where @dataset is not one of the drawn animals. */
gboolean    rt_animals_get_traits    (const RtDataset *dataset,
                                      size_t           index,
                                      RtAnimalTraits  *traits);

/* The sample drawn anew at @size x @size pixels, to be shown large; NULL where @dataset is
 * not one of the drawn animals. (transfer full) (nullable) */
RtImage    *rt_animals_draw          (const RtDataset *dataset,
                                      size_t           index,
                                      int              size) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
