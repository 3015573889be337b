/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-card.h"

G_BEGIN_DECLS

#define RETORT_TYPE_COST_CARD (retort_cost_card_get_type ())

/**
 * RetortCostCard:
 *
 * What the recipe will cost, as one chooses; and why it cannot be trained, where it cannot.
 */
G_DECLARE_FINAL_TYPE (RetortCostCard, retort_cost_card, RETORT, COST_CARD, RetortCard)

G_END_DECLS
