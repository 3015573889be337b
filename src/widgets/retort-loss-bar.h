/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_LOSS_BAR (retort_loss_bar_get_type ())

/**
 * RetortLossBar:
 *
 * The loss of distillation as a formula, L = α T² KL(teacher ‖ student) + (1 − α) CE(label,
 * student), under it the same with its numbers, and a bar of the two parts in proportion. At the
 * ends of alpha it says "labels only" or "teacher only".
 */
G_DECLARE_FINAL_TYPE (RetortLossBar, retort_loss_bar, RETORT, LOSS_BAR, GtkWidget)

GtkWidget *retort_loss_bar_new         (void);

/* @kl and @ce are NaN while nothing has been measured: then the bar shows alpha. */
void       retort_loss_bar_set         (RetortLossBar *self,
                                        double         temperature,
                                        double         alpha,
                                        double         kl,
                                        double         ce);

/* The left part's share of the bar, 0..1. */
double     retort_loss_bar_get_share   (RetortLossBar *self);

/* The line of numbers: "0.42 = 0.70 × 16 × 0.028 + 0.30 × 0.356". (transfer full) */
char      *retort_loss_bar_get_numbers (RetortLossBar *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
