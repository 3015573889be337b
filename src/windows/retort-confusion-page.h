/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-inspection.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_CONFUSION_PAGE (retort_confusion_page_get_type ())

/**
 * RetortConfusionPage:
 *
 * The confusion matrix; a cell opens its pictures beside it. Signal `row-activated` (int row).
 */
G_DECLARE_FINAL_TYPE (RetortConfusionPage, retort_confusion_page, RETORT, CONFUSION_PAGE, GtkBox)

/* @inspection may be %NULL. */
void retort_confusion_page_set_inspection (RetortConfusionPage *self,
                                           RtInspection        *inspection);

G_END_DECLS
