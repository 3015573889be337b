/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * RetortRowLists:
 *
 * Long lists of rows in the groups of a window of preferences. Rows are added one with each frame,
 * and of each list only so many before a person asks for more: to lay out a row anew costs as much
 * as there are rows, and the window is to keep its pace.
 */
typedef struct _RetortRowLists RetortRowLists;

/* How many rows of a list come before one that asks for more. */
#define RETORT_ROWS_AT_ONCE 40

typedef GtkWidget *(*RetortRowMake) (gpointer data,
                                     guint    at);

/* @widget: whose frames they are; it outlives them. (transfer full) */
RetortRowLists *retort_row_lists_new       (GtkWidget *widget) G_GNUC_WARN_UNUSED_RESULT;
/* The rows that are there stay with their groups. */
void            retort_row_lists_free      (RetortRowLists *self);

/* One row, at once. */
void            retort_row_lists_add       (RetortRowLists      *self,
                                            AdwPreferencesGroup *group,
                                            GtkWidget           *row);
/* A list of @n rows, which @make makes when their turn comes; or of rows that say @texts. */
void            retort_row_lists_add_made  (RetortRowLists      *self,
                                            AdwPreferencesGroup *group,
                                            guint                n,
                                            RetortRowMake        make,
                                            gpointer             data);
void            retort_row_lists_add_texts (RetortRowLists      *self,
                                            AdwPreferencesGroup *group,
                                            GPtrArray           *texts);
/* Takes out all rows, and forgets the lists. */
void            retort_row_lists_clear     (RetortRowLists *self);

/* A row whose title is no markup and is read whole, as names of files are. (transfer floating) */
GtkWidget      *retort_row_new             (const char *title) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
