/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-card.h"

G_BEGIN_DECLS

#define RETORT_TYPE_TASK_CARD (retort_task_card_get_type ())

/**
 * RetortTaskCard:
 *
 * What is to be learned: the dataset, its style and how far it is shifted, samples per class, and a
 * strip of pictures.
 */
G_DECLARE_FINAL_TYPE (RetortTaskCard, retort_task_card, RETORT, TASK_CARD, RetortCard)

G_END_DECLS
