/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-chart-palette.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_LINE_SAMPLE (retort_line_sample_get_type ())

/**
 * RetortLineSample:
 *
 * A short piece of a curve's line, in its colour and dashes: in a chart's legend, and before a
 * run's name in a list.
 */
G_DECLARE_FINAL_TYPE (RetortLineSample, retort_line_sample, RETORT, LINE_SAMPLE, GtkWidget)

GtkWidget *retort_line_sample_new (int         colour,
                                   RtChartDash dash);

/* @colour indexes the palette, and wraps round. */
void       retort_line_sample_set (RetortLineSample *self,
                                   int               colour,
                                   RtChartDash       dash);

G_END_DECLS
