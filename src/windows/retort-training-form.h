/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-card.h"

G_BEGIN_DECLS

#define RETORT_TYPE_TRAINING_FORM (retort_training_form_get_type ())

/**
 * RetortTrainingForm:
 *
 * The rest of the recipe: name, epochs, batch size, optimiser, learning rate, schedule,
 * augmentation, head first, seed.
 */
G_DECLARE_FINAL_TYPE (RetortTrainingForm, retort_training_form, RETORT, TRAINING_FORM, RetortCard)

G_END_DECLS
