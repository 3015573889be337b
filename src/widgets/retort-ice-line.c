/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-ice-line.h"

#include "retort-colours.h"
#include "rt-chart-text.h"

#include <glib/gi18n.h>
#include <math.h>

#define THICKNESS 3.0

static const RtChartText handle_text = { 1.0, TRUE, 0.5, 0.5 };

struct _RetortIceLine
{
  GtkWidget parent_instance;
};

enum
{
  MOVE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortIceLine, retort_ice_line, GTK_TYPE_WIDGET)

static void
retort_ice_line_measure (GtkWidget      *widget,
                         GtkOrientation  orientation,
                         int             for_size,
                         int            *minimum,
                         int            *natural,
                         int            *minimum_baseline,
                         int            *natural_baseline)
{
  double width, height;

  rt_chart_text_measure (gtk_widget_get_pango_context (widget), _("ice line · drag"), &handle_text,
                         &width, &height);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = (int) ceil (width) + 24;
  else
    *minimum = *natural = (int) ceil (height) + 2;
}

static void
retort_ice_line_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  PangoContext *pango = gtk_widget_get_pango_context (widget);
  double width = gtk_widget_get_width (widget);
  double height = gtk_widget_get_height (widget);
  double radius = height / 2, text_width, left, right;
  RetortColours colours;
  cairo_t *cr;

  retort_colours_load (widget, &colours);
  rt_chart_text_measure (pango, _("ice line · drag"), &handle_text, &text_width, NULL);
  left = round ((width - text_width) / 2 - 14) + radius;
  right = width - left;

  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  rt_chart_set_colour (cr, &colours.frozen, 1.0);
  cairo_rectangle (cr, 0, round (radius - THICKNESS / 2), width, THICKNESS);
  cairo_fill (cr);
  cairo_arc (cr, left, radius, radius, G_PI / 2, 1.5 * G_PI);
  cairo_arc (cr, right, radius, radius, -G_PI / 2, G_PI / 2);
  cairo_close_path (cr);
  cairo_fill (cr);
  /* The light look's blue is dark, the dark look's light; the text is the other of the two. */
  if (colours.frozen.red + colours.frozen.green + colours.frozen.blue > 1.6)
    cairo_set_source_rgb (cr, 0.05, 0.1, 0.2);
  else
    cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  rt_chart_text_draw (cr, pango, _("ice line · drag"), &handle_text, width / 2, radius);
  cairo_destroy (cr);
}

static gboolean
key_cb (RetortIceLine   *self,
        guint            key,
        guint            code,
        GdkModifierType  state)
{
  int by;

  switch (key)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      by = 1;
      break;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      by = -1;
      break;
    case GDK_KEY_Home:
      by = -G_MAXINT16;
      break;
    case GDK_KEY_End:
      by = G_MAXINT16;
      break;
    default:
      return GDK_EVENT_PROPAGATE;
    }
  g_signal_emit (self, signals[MOVE], 0, by);
  return GDK_EVENT_STOP;
}

static void
retort_ice_line_class_init (RetortIceLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = retort_ice_line_measure;
  widget_class->snapshot = retort_ice_line_snapshot;
  signals[MOVE] = g_signal_new ("move", RETORT_TYPE_ICE_LINE, G_SIGNAL_RUN_LAST, 0,
                                NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  gtk_widget_class_set_css_name (widget_class, "retort-ice-line");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
}

static void
retort_ice_line_init (RetortIceLine *self)
{
  GtkEventController *key = gtk_event_controller_key_new ();

  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "ns-resize");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("ice line"),
                                  GTK_ACCESSIBLE_PROPERTY_ORIENTATION, GTK_ORIENTATION_VERTICAL,
                                  -1);
}

GtkWidget *
retort_ice_line_new (void)
{
  return g_object_new (RETORT_TYPE_ICE_LINE, NULL);
}

void
retort_ice_line_set (RetortIceLine *self,
                     int            n_frozen,
                     int            n_blocks)
{
  g_autofree char *text = NULL;

  g_return_if_fail (RETORT_IS_ICE_LINE (self));

  /* Translators: how much of a network is frozen */
  text = g_strdup_printf (_("%d of %d blocks frozen"), n_frozen, n_blocks);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, (double) n_blocks,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, (double) n_frozen,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
}
