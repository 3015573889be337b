/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-card.h"

G_BEGIN_DECLS

#define RETORT_TYPE_METHOD_CARD (retort_method_card_get_type ())

/**
 * RetortMethodCard:
 *
 * How it is learned: from scratch, fine-tuned or distilled, with the dials of distillation and its
 * loss, live.
 */
G_DECLARE_FINAL_TYPE (RetortMethodCard, retort_method_card, RETORT, METHOD_CARD, RetortCard)

G_END_DECLS
