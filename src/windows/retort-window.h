/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RETORT_TYPE_WINDOW (retort_window_get_type ())

/**
 * RetortWindow:
 *
 * The one window: runs, the story of the recipe, curves, inspectors. Properties: `session`, and
 * `run`, the one that is shown.
 */
G_DECLARE_FINAL_TYPE (RetortWindow, retort_window, RETORT, WINDOW, AdwApplicationWindow)

GtkWidget *retort_window_new     (GtkApplication *application,
                                  RtSession      *session);

/* Shows @item's curves and what it answers; %NULL for none. */
void       retort_window_set_run (RetortWindow *self,
                                  RtRunItem    *item);

/* Opens @file as what it is by its name: a picture is tried on the run that is shown, a folder is a
 * dataset, weights become the backbone, a recipe is taken over. What it was taken for, or what is
 * wrong with it, is told in the window. */
void       retort_window_open_file (RetortWindow *self,
                                    GFile        *file);

G_END_DECLS
