/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RETORT_TYPE_BACKBONE_ABOUT (retort_backbone_about_get_type ())

/**
 * RetortBackboneAbout:
 *
 * The card of the recipe's backbone: what it was trained on, by whom, what its inputs look like. It
 * is read whenever it is opened.
 */
G_DECLARE_FINAL_TYPE (RetortBackboneAbout, retort_backbone_about, RETORT, BACKBONE_ABOUT,
                      GtkPopover)

void retort_backbone_about_set_session (RetortBackboneAbout *self,
                                        RtSession           *session);

G_END_DECLS
