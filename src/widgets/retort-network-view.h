/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * RetortBlockInfo:
 * @name: "stage 2"
 * @shape: of its output: "24x24x32"
 * @n_params: how many parameters it has
 * @caption: (nullable): shown in the place of @shape, as "3 classes · new"
 */
typedef struct
{
  const char *name;
  const char *shape;
  gint64      n_params;
  const char *caption;
} RetortBlockInfo;

#define RETORT_TYPE_NETWORK_VIEW (retort_network_view_get_type ())

/**
 * RetortNetworkView:
 *
 * A network as blocks, the lowest at the bottom, and the ice line: what lies under it is frozen, by
 * colour, pattern and word. A click (or space) on a block that trains freezes it and all below; on
 * a frozen one thaws it and all above. The line is dragged, or moved with Up and Down when it has
 * the focus; Up and Down also go from block to block. The last block is the head, which is never
 * frozen. Not sensitive, it still shows the state and changes nothing.
 *
 * Of 16 blocks and more those of a stage ("stage3.0", "stage3.1") are one row, which a click on the
 * arrow beside it, or Right, opens to its blocks; Left shuts it.
 *
 * Properties (all notify):
 * - `n-frozen` (int): how many of the lowest blocks are frozen, 0 to the number of blocks less 1
 * - `caption` (string): a line below
 * - `dragging` (boolean, ro): the ice line is being dragged
 *
 * Signals: `freeze-changed` (int n_frozen), when the user did it; during a drag with each block
 * passed.
 */
G_DECLARE_FINAL_TYPE (RetortNetworkView, retort_network_view, RETORT, NETWORK_VIEW, GtkWidget)

GtkWidget  *retort_network_view_new          (void);

/* Copies @blocks, the lowest first, the head last. `n-frozen` is kept as far as it fits. */
void        retort_network_view_set_blocks   (RetortNetworkView     *self,
                                              const RetortBlockInfo *blocks,
                                              int                    n_blocks);
int         retort_network_view_get_n_blocks (RetortNetworkView *self);
/* The widget of a block, or of its stage where that is shut (transfer none). */
GtkWidget  *retort_network_view_get_block    (RetortNetworkView *self,
                                              int                index);

void        retort_network_view_set_n_frozen (RetortNetworkView *self,
                                              int                n_frozen);
int         retort_network_view_get_n_frozen (RetortNetworkView *self);

/* The learning rate of each block, which is said when it is pointed at; 0 where it has none. Of
 * other blocks there are none. */
void        retort_network_view_set_rates    (RetortNetworkView *self,
                                              const double      *rates);

void        retort_network_view_set_caption  (RetortNetworkView *self,
                                              const char        *caption);
const char *retort_network_view_get_caption  (RetortNetworkView *self);

G_END_DECLS
