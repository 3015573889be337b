/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  RETORT_BARS_TEACHER,
  RETORT_BARS_STUDENT,
} RetortBarsWho;

#define RETORT_TYPE_BARS (retort_bars_get_type ())

/**
 * RetortBars:
 *
 * Class probabilities as horizontal bars with names and per cent, in the order given. The true
 * class is set in bold with a tick, its bar outlined.
 *
 * Properties:
 * - `title` (string): above the bars, and the accessible name
 * - `who` (int, #RetortBarsWho): whose colour the bars have
 */
G_DECLARE_FINAL_TYPE (RetortBars, retort_bars, RETORT, BARS, GtkWidget)

GtkWidget     *retort_bars_new         (RetortBarsWho who);

/* Copies @n names and @shares (0..1 each); @truth is the index of the true class, -1 where it is
 * not known. Values alone may change at every move of a slider: names that stay the same cost
 * nothing. */
void           retort_bars_set         (RetortBars        *self,
                                        int                n,
                                        const char *const *names,
                                        const double      *shares,
                                        int                truth);

void           retort_bars_set_title   (RetortBars *self,
                                        const char *title);
const char    *retort_bars_get_title   (RetortBars *self);
void           retort_bars_set_who     (RetortBars    *self,
                                        RetortBarsWho  who);
RetortBarsWho  retort_bars_get_who     (RetortBars *self);

/* "fox 62 % (the label), dog 24 %, cat 14 %". (transfer full) */
char          *retort_bars_get_summary (RetortBars *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * retort_bars_pick:
 * @shares: of @n classes
 * @truth: is always among those picked; -1 for none
 * @order: (out): room for @most indices
 *
 * Picks the likeliest classes, for where there are more than bars fit; the likeliest first.
 *
 * Returns: how many
 */
int            retort_bars_pick        (const double *shares,
                                        int           n,
                                        int           truth,
                                        int           most,
                                        int          *order);

G_END_DECLS
