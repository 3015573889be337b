/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-card.h"

G_BEGIN_DECLS

#define RETORT_TYPE_CURVES (retort_curves_get_type ())

/**
 * RetortCurves:
 *
 * Loss and accuracy of the run that is shown, and of those that are laid over it.
 */
G_DECLARE_FINAL_TYPE (RetortCurves, retort_curves, RETORT, CURVES, RetortCard)

/* @item may be %NULL. */
void     retort_curves_set_run (RetortCurves *self,
                                RtRunItem    *item);

/* By the ending of @path: .png, .svg, .pdf, .csv. @accuracy: that chart, else the loss. */
gboolean retort_curves_export  (RetortCurves  *self,
                                gboolean       accuracy,
                                const char    *path,
                                GError       **error);

/* The dashes that go with a run's colour, in lists and curves alike. */
int      retort_run_get_dash   (RtRunItem *item);

G_END_DECLS
