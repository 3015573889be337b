/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CARD (retort_card_get_type ())

/**
 * RetortCard:
 *
 * A part of the window that is about the session. Property `session` is set once, by the window;
 * templates look their texts up through it.
 */
G_DECLARE_DERIVABLE_TYPE (RetortCard, retort_card, RETORT, CARD, GtkBox)

/**
 * RetortCardClass:
 * @bind: the session is there; connections and bindings to it are made here
 */
struct _RetortCardClass
{
  GtkBoxClass parent_class;

  void      (*bind) (RetortCard *self,
                     RtSession  *session);
};

/* (transfer none) */
RtSession *retort_card_get_session (RetortCard *self);

/* Connects @callback, swapped, for as long as the card lives. */
void       retort_card_watch       (RetortCard *self,
                                    const char *signal,
                                    GCallback   callback);

/* Binds a property of @widget and one of the session both ways, from the session first. */
void       retort_card_bind        (RetortCard *self,
                                    const char *name,
                                    gpointer    widget,
                                    const char *property);

G_END_DECLS
