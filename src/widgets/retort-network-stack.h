/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-network-view.h"

G_BEGIN_DECLS

#define RETORT_TYPE_NETWORK_STACK (retort_network_stack_get_type ())

/**
 * RetortNetworkStack:
 *
 * The blocks of a network, lowest at the bottom, each an own widget, and the ice line among them.
 * Part of #RetortNetworkView, which scrolls it and has its properties and signals.
 *
 * Properties: `n-frozen` (int), `dragging` (boolean, ro: the ice line is being dragged). Signals:
 * `freeze-changed` (int n_frozen), by the user.
 */
G_DECLARE_FINAL_TYPE (RetortNetworkStack, retort_network_stack, RETORT, NETWORK_STACK, GtkWidget)

void       retort_network_stack_set_blocks   (RetortNetworkStack    *self,
                                              const RetortBlockInfo *blocks,
                                              int                    n_blocks);
int        retort_network_stack_get_n_blocks (RetortNetworkStack *self);
/* The widget of a block, or of its stage where that is shut. */
GtkWidget *retort_network_stack_get_block    (RetortNetworkStack *self,
                                              int                 index);
/* What opens and shuts the stage that is so far up. */
GtkWidget *retort_network_stack_get_opener   (RetortNetworkStack *self,
                                              int                 stage);

void       retort_network_stack_set_n_frozen (RetortNetworkStack *self,
                                              int                 n_frozen);
int        retort_network_stack_get_n_frozen (RetortNetworkStack *self);

/* Of each block; 0 where it has none. Of other blocks there are none. */
void       retort_network_stack_set_rates    (RetortNetworkStack *self,
                                              const double       *rates);

/* How many blocks lie under @y, in the stack's own pixels: what dragging the ice line there
 * would freeze. */
int        retort_network_stack_count_below  (RetortNetworkStack *self,
                                              double              y);

G_END_DECLS
