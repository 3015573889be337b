/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_ICE_LINE (retort_ice_line_get_type ())

/**
 * RetortIceLine:
 *
 * The line between what is frozen and what trains, with a handle in its middle. Up and Down move it
 * by one block. Part of #RetortNetworkView.
 *
 * Signals: `move` (int by), when a key moves it.
 */
G_DECLARE_FINAL_TYPE (RetortIceLine, retort_ice_line, RETORT, ICE_LINE, GtkWidget)

GtkWidget *retort_ice_line_new      (void);

/* Says where it is: @n_frozen of the @n_blocks below it. */
void       retort_ice_line_set      (RetortIceLine *self,
                                     int            n_frozen,
                                     int            n_blocks);

G_END_DECLS
