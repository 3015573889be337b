/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  RETORT_MARK_NONE,
  RETORT_MARK_FROZEN,     /* a snowflake */
  RETORT_MARK_RIGHT,      /* a tick */
  RETORT_MARK_WRONG,      /* a cross */
} RetortMarkKind;

#define RETORT_TYPE_MARK (retort_mark_get_type ())

/**
 * RetortMark:
 *
 * A small sign in the colour of the text around it, drawn rather than typed: a font or an image
 * loader that lacks it cannot turn it into a box. It has no accessible name; the words beside it
 * say the same.
 */
G_DECLARE_FINAL_TYPE (RetortMark, retort_mark, RETORT, MARK, GtkWidget)

GtkWidget     *retort_mark_new      (RetortMarkKind kind);

void           retort_mark_set_kind (RetortMark     *self,
                                     RetortMarkKind  kind);
RetortMarkKind retort_mark_get_kind (RetortMark *self);

/* Draws the sign in the current source, into the square of @size from @x, @y. */
void           retort_mark_draw     (cairo_t        *cr,
                                     RetortMarkKind  kind,
                                     double          x,
                                     double          y,
                                     double          size);

G_END_DECLS
