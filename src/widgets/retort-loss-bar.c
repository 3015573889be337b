/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-loss-bar.h"

#include "retort-colours.h"

#include <glib/gi18n.h>
#include <math.h>

#define BAR_HEIGHT   7.0
#define LINE_GAP     4
#define BAR_GAP      8
#define SOFT_COLOUR  4      /* the colour of soft labels, as in the charts */
#define LABEL_COLOUR 1

struct _RetortLossBar
{
  GtkWidget    parent_instance;

  double       temperature;
  double       alpha;
  double       kl;
  double       ce;

  /* Owned */
  PangoLayout *formula;
  PangoLayout *numbers;
};

G_DEFINE_FINAL_TYPE (RetortLossBar, retort_loss_bar, GTK_TYPE_WIDGET)

static void
append_coloured (GString             *text,
                 PangoAttrList       *attributes,
                 const RtChartColour *colour,
                 const char          *part)
{
  PangoAttribute *attribute = pango_attr_foreground_new ((guint16) (colour->red * 65535),
                                                         (guint16) (colour->green * 65535),
                                                         (guint16) (colour->blue * 65535));

  attribute->start_index = (guint) text->len;
  g_string_append (text, part);
  attribute->end_index = (guint) text->len;
  pango_attr_list_insert (attributes, attribute);
}

static const char *
get_end_note (RetortLossBar *self)
{
  return self->alpha <= 0.0 ? _("labels only") : self->alpha >= 1.0 ? _("teacher only") : NULL;
}

static void
set_formula (RetortLossBar *self,
             RetortColours *colours)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  g_autoptr (GString) text = g_string_new ("L = ");
  g_autofree char *soft = g_strdup_printf ("α T² KL(%s ‖ %s)", _("teacher"), _("student"));
  g_autofree char *label = g_strdup_printf ("(1 − α) CE(%s, %s)", C_("loss", "label"),
                                            _("student"));

  append_coloured (text, attributes, &colours->chart.series[SOFT_COLOUR], soft);
  g_string_append (text, " + ");
  append_coloured (text, attributes, &colours->chart.series[LABEL_COLOUR], label);
  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_text (self->formula, text->str, -1);
  pango_layout_set_attributes (self->formula, attributes);
}

static char *
format_soft (RetortLossBar *self)
{
  return g_strdup_printf ("%.2f × %.4g × %.3f", self->alpha, self->temperature * self->temperature,
                          self->kl);
}

static char *
format_label (RetortLossBar *self)
{
  return g_strdup_printf ("%.2f × %.3f", 1.0 - self->alpha, self->ce);
}

static gboolean
is_measured (RetortLossBar *self)
{
  return isfinite (self->kl) && isfinite (self->ce);
}

static double
get_soft_part (RetortLossBar *self)
{
  return self->alpha * self->temperature * self->temperature * self->kl;
}

static void
set_numbers (RetortLossBar *self,
             RetortColours *colours)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  const char *note = get_end_note (self);

  if (is_measured (self))
    {
      g_autofree char *soft = format_soft (self);
      g_autofree char *label = format_label (self);

      g_string_append_printf (text, "%.2f = ",
                              get_soft_part (self) + (1.0 - self->alpha) * self->ce);
      append_coloured (text, attributes, &colours->chart.series[SOFT_COLOUR], soft);
      g_string_append (text, " + ");
      append_coloured (text, attributes, &colours->chart.series[LABEL_COLOUR], label);
    }
  else
    {
      g_string_append_printf (text, "α = %.2f, T = %.4g", self->alpha, self->temperature);
    }
  if (note != NULL)
    g_string_append_printf (text, "  ·  %s", note);
  pango_attr_list_insert (attributes, pango_attr_scale_new (0.95));
  pango_layout_set_text (self->numbers, text->str, -1);
  pango_layout_set_attributes (self->numbers, attributes);
}

/* Makes the layouts where there are none, and fills them. */
static void
set_texts (RetortLossBar *self)
{
  RetortColours colours;

  if (self->formula == NULL)
    {
      self->formula = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
      self->numbers = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
    }
  retort_colours_load (GTK_WIDGET (self), &colours);
  set_formula (self, &colours);
  set_numbers (self, &colours);
}

static void
retort_loss_bar_measure (GtkWidget      *widget,
                         GtkOrientation  orientation,
                         int             for_size,
                         int            *minimum,
                         int            *natural,
                         int            *minimum_baseline,
                         int            *natural_baseline)
{
  RetortLossBar *self = RETORT_LOSS_BAR (widget);
  int width, formula, numbers;

  set_texts (self);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      pango_layout_set_width (self->formula, -1);
      pango_layout_get_pixel_size (self->formula, &width, NULL);
      *minimum = MIN (width, 180);
      *natural = width;
      return;
    }
  width = for_size < 0 ? -1 : for_size * PANGO_SCALE;
  pango_layout_set_width (self->formula, width);
  pango_layout_set_width (self->numbers, width);
  pango_layout_get_pixel_size (self->formula, NULL, &formula);
  pango_layout_get_pixel_size (self->numbers, NULL, &numbers);
  *minimum = *natural = formula + LINE_GAP + numbers + BAR_GAP + (int) BAR_HEIGHT + 1;
}

static GtkSizeRequestMode
retort_loss_bar_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
draw_part (cairo_t             *cr,
           const RtChartColour *colour,
           double               left,
           double               right,
           double               y)
{
  double radius = MIN (BAR_HEIGHT / 2, (right - left) / 2);

  if (right - left < 0.5)
    return;
  cairo_new_path (cr);
  cairo_arc (cr, left + radius, y + BAR_HEIGHT / 2, radius, G_PI / 2, 1.5 * G_PI);
  cairo_arc (cr, right - radius, y + BAR_HEIGHT / 2, radius, -G_PI / 2, G_PI / 2);
  cairo_close_path (cr);
  rt_chart_set_colour (cr, colour, 1.0);
  cairo_fill (cr);
}

static void
retort_loss_bar_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  RetortLossBar *self = RETORT_LOSS_BAR (widget);
  double width = gtk_widget_get_width (widget);
  double height = gtk_widget_get_height (widget);
  double share = retort_loss_bar_get_share (self);
  double y = height - BAR_HEIGHT - 1.0, split;
  RetortColours colours;
  int formula_height;
  cairo_t *cr;

  retort_colours_load (widget, &colours);
  set_texts (self);
  pango_layout_set_width (self->formula, (int) width * PANGO_SCALE);
  pango_layout_set_width (self->numbers, (int) width * PANGO_SCALE);
  pango_layout_get_pixel_size (self->formula, NULL, &formula_height);

  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                 (float) height));
  rt_chart_set_colour (cr, &colours.chart.text, 1.0);
  cairo_move_to (cr, 0, 0);
  pango_cairo_show_layout (cr, self->formula);
  rt_chart_set_colour (cr, &colours.chart.dim, 1.0);
  cairo_move_to (cr, 0, formula_height + LINE_GAP);
  pango_cairo_show_layout (cr, self->numbers);
  split = round (share * width);
  draw_part (cr, &colours.chart.series[SOFT_COLOUR], 0, split - (share < 1.0 ? 1.0 : 0.0), y);
  draw_part (cr, &colours.chart.series[LABEL_COLOUR], split + (share > 0.0 ? 1.0 : 0.0), width, y);
  cairo_destroy (cr);
}

static void
retort_loss_bar_css_changed (GtkWidget         *widget,
                             GtkCssStyleChange *change)
{
  RetortLossBar *self = RETORT_LOSS_BAR (widget);

  GTK_WIDGET_CLASS (retort_loss_bar_parent_class)->css_changed (widget, change);
  g_clear_object (&self->formula);
  g_clear_object (&self->numbers);
  gtk_widget_queue_resize (widget);
}

static void
retort_loss_bar_finalize (GObject *object)
{
  RetortLossBar *self = RETORT_LOSS_BAR (object);

  g_clear_object (&self->formula);
  g_clear_object (&self->numbers);
  G_OBJECT_CLASS (retort_loss_bar_parent_class)->finalize (object);
}

static void
retort_loss_bar_class_init (RetortLossBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = retort_loss_bar_finalize;
  widget_class->measure = retort_loss_bar_measure;
  widget_class->get_request_mode = retort_loss_bar_get_request_mode;
  widget_class->snapshot = retort_loss_bar_snapshot;
  widget_class->css_changed = retort_loss_bar_css_changed;
  gtk_widget_class_set_css_name (widget_class, "retort-loss-bar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
retort_loss_bar_init (RetortLossBar *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Loss of distillation"), -1);
  retort_loss_bar_set (self, 4.0, 0.7, NAN, NAN);
}

GtkWidget *
retort_loss_bar_new (void)
{
  return g_object_new (RETORT_TYPE_LOSS_BAR, NULL);
}

void
retort_loss_bar_set (RetortLossBar *self,
                     double         temperature,
                     double         alpha,
                     double         kl,
                     double         ce)
{
  g_autofree char *numbers = NULL, *share = NULL, *text = NULL;

  g_return_if_fail (RETORT_IS_LOSS_BAR (self));
  g_return_if_fail (temperature > 0.0 && alpha >= 0.0 && alpha <= 1.0);

  self->temperature = temperature;
  self->alpha = alpha;
  self->kl = kl;
  self->ce = ce;
  numbers = retort_loss_bar_get_numbers (self);
  share = g_strdup_printf (_("%.0f %% from the teacher"), retort_loss_bar_get_share (self) * 100.0);
  text = g_strconcat (numbers, "; ", share, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

double
retort_loss_bar_get_share (RetortLossBar *self)
{
  double soft, sum;

  g_return_val_if_fail (RETORT_IS_LOSS_BAR (self), 0.0);

  if (!is_measured (self))
    return self->alpha;
  soft = get_soft_part (self);
  sum = soft + (1.0 - self->alpha) * self->ce;
  return sum > 0.0 ? CLAMP (soft / sum, 0.0, 1.0) : self->alpha;
}

char *
retort_loss_bar_get_numbers (RetortLossBar *self)
{
  g_return_val_if_fail (RETORT_IS_LOSS_BAR (self), NULL);

  set_texts (self);
  return g_strdup (pango_layout_get_text (self->numbers));
}
