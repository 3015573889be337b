/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-line-sample.h"

#include "retort-colours.h"
#include "rt-chart-draw.h"

#define WIDTH  24
#define HEIGHT 6

struct _RetortLineSample
{
  GtkWidget   parent_instance;

  int         colour;
  RtChartDash dash;
};

G_DEFINE_FINAL_TYPE (RetortLineSample, retort_line_sample, GTK_TYPE_WIDGET)

static void
retort_line_sample_measure (GtkWidget      *widget,
                            GtkOrientation  orientation,
                            int             for_size,
                            int            *minimum,
                            int            *natural,
                            int            *minimum_baseline,
                            int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
retort_line_sample_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  RetortLineSample *self = RETORT_LINE_SAMPLE (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  RetortColours colours;
  cairo_t *cr;

  retort_colours_load (widget, &colours);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  rt_chart_draw_sample (cr, &colours.chart.series[self->colour], self->dash,
                        (width - WIDTH) / 2.0, height / 2.0, WIDTH);
  cairo_destroy (cr);
}

static void
retort_line_sample_class_init (RetortLineSampleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = retort_line_sample_measure;
  widget_class->snapshot = retort_line_sample_snapshot;
  gtk_widget_class_set_css_name (widget_class, "retort-line-sample");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
retort_line_sample_init (RetortLineSample *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
retort_line_sample_new (int         colour,
                        RtChartDash dash)
{
  GtkWidget *widget = g_object_new (RETORT_TYPE_LINE_SAMPLE, NULL);

  retort_line_sample_set (RETORT_LINE_SAMPLE (widget), colour, dash);
  return widget;
}

void
retort_line_sample_set (RetortLineSample *self,
                        int               colour,
                        RtChartDash       dash)
{
  g_return_if_fail (RETORT_IS_LINE_SAMPLE (self));
  g_return_if_fail (colour >= 0 && dash < RT_CHART_N_DASHES);

  self->colour = colour % RT_CHART_N_COLOURS;
  self->dash = dash;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
