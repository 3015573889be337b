/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_CONFUSION_MAX_CLASSES 64

#define RETORT_TYPE_CONFUSION_GRID (retort_confusion_grid_get_type ())

/**
 * RetortConfusionGrid:
 *
 * A confusion matrix: a row for each true class, a column for each predicted one, cells shaded by
 * their share of the row. One cell is selected: by the arrow keys, Home and End (in the row), or
 * the pointer; Return, space or a click activates it. Names and counts show where they fit; the
 * tooltip and the accessible description always say them.
 *
 * Signals: `cell-activated` (int truth, int predicted), by the user.
 */
G_DECLARE_FINAL_TYPE (RetortConfusionGrid, retort_confusion_grid, RETORT, CONFUSION_GRID, GtkWidget)

GtkWidget *retort_confusion_grid_new          (void);

/* Copies the names of @n classes, and @counts, n by n, a row for each true class. @n 0 empties
 * the grid. The selection is kept while
 * @n stays the same. */
void       retort_confusion_grid_set          (RetortConfusionGrid *self,
                                               int                  n,
                                               const char *const   *names,
                                               const int           *counts);

void       retort_confusion_grid_select       (RetortConfusionGrid *self,
                                               int                  truth,
                                               int                  predicted);
/* FALSE, and the places untouched, where no cell is selected. */
gboolean   retort_confusion_grid_get_selected (RetortConfusionGrid *self,
                                               int                 *truth,
                                               int                 *predicted);

/* Where a cell lies in the widget. */
void       retort_confusion_grid_get_cell     (RetortConfusionGrid *self,
                                               int                  truth,
                                               int                  predicted,
                                               graphene_rect_t     *cell);

/* "fox taken for dog: 12 of 50 (24 %)". (transfer full) */
G_GNUC_WARN_UNUSED_RESULT
char      *retort_confusion_grid_describe     (RetortConfusionGrid *self,
                                               int                  truth,
                                               int                  predicted);

/* Accuracy, and the worst confusion. (transfer full) */
char      *retort_confusion_grid_get_summary  (RetortConfusionGrid *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
