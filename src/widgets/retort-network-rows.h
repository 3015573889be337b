/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-network-view.h"

G_BEGIN_DECLS

/* What one row of the list of blocks stands for. */
typedef struct
{
  int first;   /* block */
  int n;       /* blocks: 1, or all of a stage that is shut */
  int stage;   /* that it is, or is in; -1 where a block is by itself */
} RetortNetworkRow;

/**
 * RetortNetworkRows:
 *
 * Which blocks of a network are shown as rows of their own. In a network of many blocks those of a
 * stage ("stage3.0", "stage3.1") are one row until the stage is opened.
 */
typedef struct _RetortNetworkRows RetortNetworkRows;

/* All stages shut. @blocks is copied, the lowest first. (transfer full) */
RetortNetworkRows     *retort_network_rows_new        (const RetortBlockInfo *blocks,
                                                       int                    n_blocks)
  G_GNUC_WARN_UNUSED_RESULT;
void                   retort_network_rows_free       (RetortNetworkRows *self);

int                    retort_network_rows_get_n      (const RetortNetworkRows *self);
const RetortNetworkRow *retort_network_rows_get       (const RetortNetworkRows *self,
                                                       int                      index);
/* The row that shows block @index. */
int                    retort_network_rows_find       (const RetortNetworkRows *self,
                                                       int                      block);
/* How many of the lowest rows are wholly among the lowest @n_blocks. */
int                    retort_network_rows_count      (const RetortNetworkRows *self,
                                                       int                      n_blocks);

/* What a row is called and holds, as a block; good until the next change. */
const RetortBlockInfo *retort_network_rows_describe   (RetortNetworkRows *self,
                                                       int                index);

int                    retort_network_rows_get_n_stages (const RetortNetworkRows *self);
const char            *retort_network_rows_get_stage  (const RetortNetworkRows *self,
                                                       int                      stage);
gboolean               retort_network_rows_get_open   (const RetortNetworkRows *self,
                                                       int                      stage);
/* Whether anything changed. */
gboolean               retort_network_rows_set_open   (RetortNetworkRows *self,
                                                       int                stage,
                                                       gboolean           open);
/* The stage that has blocks both among the lowest @n_blocks and above; -1 for none. */
int                    retort_network_rows_find_split (const RetortNetworkRows *self,
                                                       int                      n_blocks);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RetortNetworkRows, retort_network_rows_free)

G_END_DECLS
