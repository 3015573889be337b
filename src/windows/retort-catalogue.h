/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CATALOGUE (retort_catalogue_get_type ())

/**
 * RetortCatalogue:
 *
 * A dialog over @parent: what can be fetched, and what of it is here. A fetch goes on where it is
 * closed; what is used becomes the session's task or backbone, and closes it.
 */
G_DECLARE_FINAL_TYPE (RetortCatalogue, retort_catalogue, RETORT, CATALOGUE, AdwWindow)

/* @section: "datasets" or "weights", which comes first */
GtkWidget *retort_catalogue_new    (GtkWindow  *parent,
                                    RtSession  *session,
                                    const char *section);

/* Something of it has come and is used: closes it, unless more is coming. */
void       retort_catalogue_finish (RetortCatalogue *self);

G_END_DECLS
