/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-interval-bar.h"

#include "retort-colours.h"

#include <glib/gi18n.h>
#include <math.h>

#define HEIGHT      44
#define LINE        14.0    /* where the line is, from the top */
#define BAR_HEIGHT  8.0
#define DOT         6.0
#define LEAST_REACH 2.0     /* points to either side of what is shown */
#define SHARE       0.15    /* of the width is left empty at either side */
#define COLOUR      2

struct _RetortIntervalBar
{
  GtkWidget parent_instance;

  double    mean;
  double    low;    /* NaN: no interval */
  double    high;
};

G_DEFINE_FINAL_TYPE (RetortIntervalBar, retort_interval_bar, GTK_TYPE_WIDGET)

static void
retort_interval_bar_measure (GtkWidget      *widget,
                             GtkOrientation  orientation,
                             int             for_size,
                             int            *minimum,
                             int            *natural,
                             int            *minimum_baseline,
                             int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 300 : HEIGHT;
}

static void
draw_label (GtkWidget  *widget,
            cairo_t    *cr,
            double      x,
            const char *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  double width = gtk_widget_get_width (widget);
  int text_width;

  pango_layout_get_pixel_size (layout, &text_width, NULL);
  cairo_move_to (cr, CLAMP (x - text_width / 2.0, 0.0, MAX (width - text_width, 0.0)),
                 LINE + BAR_HEIGHT + 2.0);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_line (cairo_t             *cr,
           const RtChartColour *colour,
           double               x0,
           double               y0,
           double               x1,
           double               y1)
{
  rt_chart_set_colour (cr, colour, 1.0);
  cairo_set_line_width (cr, 1.0);
  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x1, y1);
  cairo_stroke (cr);
}

static void
retort_interval_bar_snapshot (GtkWidget   *widget,
                              GtkSnapshot *snapshot)
{
  RetortIntervalBar *self = RETORT_INTERVAL_BAR (widget);
  double width = gtk_widget_get_width (widget);
  double zero = floor (retort_interval_bar_get_place (self, 0.0) * width) + 0.5;
  double mean = retort_interval_bar_get_place (self, self->mean) * width;
  RetortColours colours;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                          HEIGHT));

  retort_colours_load (widget, &colours);
  draw_line (cr, &colours.chart.dim, 0.0, LINE + 0.5, width, LINE + 0.5);
  draw_line (cr, &colours.chart.text, zero, 0.0, zero, 2 * LINE);
  rt_chart_set_colour (cr, &colours.chart.series[COLOUR], 1.0);
  if (!isnan (self->low))
    {
      double left = retort_interval_bar_get_place (self, self->low) * width;
      double right = retort_interval_bar_get_place (self, self->high) * width;

      cairo_rectangle (cr, left, LINE - BAR_HEIGHT / 2, MAX (right - left, 1.0), BAR_HEIGHT);
      cairo_fill (cr);
    }
  cairo_arc (cr, mean, LINE, DOT, 0, 2 * G_PI);
  cairo_fill (cr);
  rt_chart_set_colour (cr, &colours.chart.dim, 1.0);
  draw_label (widget, cr, zero, _("0: no difference"));
  cairo_destroy (cr);
}

static void
retort_interval_bar_class_init (RetortIntervalBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = retort_interval_bar_measure;
  widget_class->snapshot = retort_interval_bar_snapshot;
  gtk_widget_class_set_css_name (widget_class, "retort-interval-bar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
retort_interval_bar_init (RetortIntervalBar *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Difference and its interval"), -1);
  retort_interval_bar_set (self, 0.0, NAN, NAN);
}

GtkWidget *
retort_interval_bar_new (void)
{
  return g_object_new (RETORT_TYPE_INTERVAL_BAR, NULL);
}

void
retort_interval_bar_set (RetortIntervalBar *self,
                         double             mean,
                         double             low,
                         double             high)
{
  g_autofree char *text = NULL;

  g_return_if_fail (RETORT_IS_INTERVAL_BAR (self));

  self->mean = mean;
  self->low = isnan (high) ? NAN : low;
  self->high = high;
  text = isnan (self->low) ? g_strdup_printf (_("%+.1f points"), mean)
         : g_strdup_printf (_("%+.1f points, between %+.1f and %+.1f"), mean, low, high);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

double
retort_interval_bar_get_place (RetortIntervalBar *self,
                               double             value)
{
  double least, most;

  g_return_val_if_fail (RETORT_IS_INTERVAL_BAR (self), 0.0);

  least = fmin (fmin (0.0, self->mean), isnan (self->low) ? 0.0 : self->low);
  most = fmax (fmax (0.0, self->mean), isnan (self->high) ? 0.0 : self->high);
  if (most - least < LEAST_REACH)
    {
      least -= LEAST_REACH / 2;
      most += LEAST_REACH / 2;
    }
  return SHARE + (1.0 - 2.0 * SHARE) * (value - least) / (most - least);
}
