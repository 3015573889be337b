/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-animals.h"
#include "rt-rng.h"

G_BEGIN_DECLS

extern const char *const rt_animal_names[RT_N_ANIMALS];

/* One animal of a species, drawn at random. */
void rt_animal_traits_draw (RtAnimalTraits  *traits,
                            RtAnimalSpecies  species,
                            RtRng           *rng);

G_END_DECLS
