/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-comparison.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_VERDICT_PAGE (retort_verdict_page_get_type ())

/**
 * RetortVerdictPage:
 *
 * Whether a recipe beats its baseline: the word, both accuracies, their difference and its
 * interval.
 */
G_DECLARE_FINAL_TYPE (RetortVerdictPage, retort_verdict_page, RETORT, VERDICT_PAGE, GtkBox)

/* NULL: there is none yet. */
void retort_verdict_page_set_comparison (RetortVerdictPage  *self,
                                         const RtComparison *comparison);

G_END_DECLS
