/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A bar of @width characters that is filled up to @share of it, from 0 to 1, where it stands. */
void     rt_bar_print  (double share,
                        int    width);

/* A bar on the last line of a terminal. Begins zeroed. */
typedef struct
{
  gboolean shown;
  double   drawn;   /* when it was drawn last */
} RtBar;

/* Whether it is time to draw it again. */
gboolean rt_bar_is_due (const RtBar *bar);

/* @text, which is ASCII or little else, is cut to the width of the terminal. */
void     rt_bar_draw   (RtBar      *bar,
                        double      fraction,
                        const char *text);

/* Takes it away, before something else is printed. */
void     rt_bar_clear  (RtBar *bar);

G_END_DECLS
