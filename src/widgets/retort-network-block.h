/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_NETWORK_BLOCK (retort_network_block_get_type ())

/**
 * RetortNetworkBlock:
 *
 * One block of a network: a button with name, shape and what it does, trains or is frozen. Its
 * accessible name says all of it ("stage 2, 24x24x32, 5,376 parameters, frozen"); `pressed` means
 * frozen. Part of #RetortNetworkView.
 */
G_DECLARE_FINAL_TYPE (RetortNetworkBlock, retort_network_block, RETORT, NETWORK_BLOCK, GtkButton)

/* @caption, where there is one, is shown in the place of @shape. */
GtkWidget  *retort_network_block_new        (const char *name,
                                             const char *shape,
                                             gint64      n_params,
                                             const char *caption);

void        retort_network_block_set_frozen (RetortNetworkBlock *self,
                                             gboolean            frozen);
gboolean    retort_network_block_get_frozen (RetortNetworkBlock *self);

/* What a click does, and from which to which learning rate its blocks train: said when it is
 * pointed at. @highest 0: none. */
void        retort_network_block_set_hint   (RetortNetworkBlock *self,
                                             const char         *hint,
                                             double              lowest,
                                             double              highest);

/* What it is called for those who do not see it. */
const char *retort_network_block_get_spoken (RetortNetworkBlock *self);

G_END_DECLS
