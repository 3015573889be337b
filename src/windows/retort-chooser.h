/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-library.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CHOOSER (retort_chooser_get_type ())

/**
 * RetortChooser:
 *
 * A drop-down of things with a title and a line of detail, known by their specs.
 *
 * Properties (both notify): `spec` (string): what is chosen; one that is not in the list is added
 * to it, for a recipe may name what this computer has never seen. `label` (string): the accessible
 * name.
 */
G_DECLARE_FINAL_TYPE (RetortChooser, retort_chooser, RETORT, CHOOSER, GtkWidget)

/* Empties the list; `spec` stays as it is. */
void        retort_chooser_clear     (RetortChooser *self);
/* @detail may be %NULL. */
void        retort_chooser_add       (RetortChooser *self,
                                      const char    *spec,
                                      const char    *title,
                                      const char    *detail);
/* Replaces the list by @choices (of RtChoice). */
void        retort_chooser_set_choices (RetortChooser *self,
                                        GPtrArray     *choices);
/* A last line that is no choice, but does something: @action with its target, "win.do('this')". It
 * stays where the list is emptied. Once. @detail may be %NULL. */
void        retort_chooser_set_more  (RetortChooser *self,
                                      const char    *title,
                                      const char    *detail,
                                      const char    *action);
/* Shows what `spec` says, after the list was made anew. */
void        retort_chooser_update    (RetortChooser *self);

const char *retort_chooser_get_spec  (RetortChooser *self);
void        retort_chooser_set_spec  (RetortChooser *self,
                                      const char    *spec);
/* Binds `spec` and a number of @source both ways, from the number first: its specs are written as
 * "20" or "0.003". @property is an int or a double. */
void        retort_chooser_bind_number (RetortChooser *self,
                                        GObject       *source,
                                        const char    *property);
/* The detail of what is chosen (nullable). */
const char *retort_chooser_get_detail (RetortChooser *self);

G_END_DECLS
