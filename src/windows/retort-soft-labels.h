/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-inspection.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_SOFT_LABELS (retort_soft_labels_get_type ())

/**
 * RetortSoftLabels:
 *
 * Teacher and student on one picture, looked at with a temperature of its own, on the real logits.
 */
G_DECLARE_FINAL_TYPE (RetortSoftLabels, retort_soft_labels, RETORT, SOFT_LABELS, GtkBox)

/* @inspection may be %NULL. */
void retort_soft_labels_set_inspection (RetortSoftLabels *self,
                                        RtInspection     *inspection);
/* The picture: a row of the predictions. */
void retort_soft_labels_set_row        (RetortSoftLabels *self,
                                        int               row);

/* The picture may be corrected otherwise by now. */
void retort_soft_labels_update_correction (RetortSoftLabels *self);

G_END_DECLS
