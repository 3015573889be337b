/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CHOICE (retort_choice_get_type ())

/**
 * RetortChoice:
 *
 * One line of a #RetortChooser. Properties, set once: `spec`, `title`, `detail` (strings).
 */
G_DECLARE_FINAL_TYPE (RetortChoice, retort_choice, RETORT, CHOICE, GObject)

RetortChoice *retort_choice_new        (const char *spec,
                                        const char *title,
                                        const char *detail) G_GNUC_WARN_UNUSED_RESULT;
const char   *retort_choice_get_spec   (RetortChoice *self);
const char   *retort_choice_get_detail (RetortChoice *self);

G_END_DECLS
