/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-card.h"

G_BEGIN_DECLS

#define RETORT_TYPE_BACKBONE_CARD (retort_backbone_card_get_type ())

/**
 * RetortBackboneCard:
 *
 * From what it is learned: the backbone, its blocks with the ice line, and what freezing saves.
 */
G_DECLARE_FINAL_TYPE (RetortBackboneCard, retort_backbone_card, RETORT, BACKBONE_CARD, RetortCard)

G_END_DECLS
