/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RETORT_TYPE_INPUT_DIALOG (retort_input_dialog_get_type ())

/**
 * RetortInputDialog:
 *
 * Of which network a file of weights is, where its tensors could be of several, and which inputs it
 * was trained with, where nobody says it: the values of a pixel, the order of the colours, the
 * size. What is chosen shows at once in what the network sees of a picture of the task, and in what
 * it takes it for.
 *
 * Signal `chosen`: the network is to be kept with what retort_input_dialog_get_backbone() says.
 */
G_DECLARE_FINAL_TYPE (RetortInputDialog, retort_input_dialog, RETORT, INPUT_DIALOG, AdwWindow)

/* @backbone is copied. */
GtkWidget        *retort_input_dialog_new          (RtSession        *session,
                                                    const RtBackbone *backbone)
                                                    G_GNUC_WARN_UNUSED_RESULT;
const RtBackbone *retort_input_dialog_get_backbone (RetortInputDialog *self);

G_END_DECLS
