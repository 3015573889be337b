/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-bars.h"
#include "retort-chart.h"
#include "retort-confusion-grid.h"
#include "retort-image-grid.h"
#include "retort-interval-bar.h"
#include "retort-line-sample.h"
#include "retort-loss-bar.h"
#include "retort-mark.h"
#include "retort-network-view.h"

G_BEGIN_DECLS

/* Where style.css and style-dark.css lie among the resources: an AdwApplication with this
 * resource base path loads them by itself, the second over the first when it is dark. */
#define RETORT_WIDGETS_RESOURCE_BASE "/org/retort/Retort"

/* Registers the templates, the style sheets and the types, so that templates may name them. Call it
 * before the first widget, after or before gtk_init(); calling again does nothing. */
void retort_widgets_init       (void);

/* As gtk_widget_set_tooltip_text(), where @text (nullable) is another: each time that one is set
 * GTK asks the display where the pointer is, and waits for that. */
void retort_widget_set_tooltip (GtkWidget  *widget,
                                const char *text);

/* Lets the wheel go past the numbers and sliders in @widget to what scrolls around them: who reads
 * on below the pointer has not asked for other numbers. */
void retort_widget_pass_wheel  (GtkWidget *widget);

G_END_DECLS
