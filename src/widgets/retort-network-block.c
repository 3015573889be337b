/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-network-block.h"

#include "retort-colours.h"
#include "retort-mark.h"
#include "retort-text.h"
#include "retort-widgets.h"

#include <glib/gi18n.h>

#define HATCH 11.0      /* pixels from one stroke of the pattern to the next */

struct _RetortNetworkBlock
{
  GtkButton   parent_instance;

  /* Template widgets */
  GtkLabel   *name_label;
  GtkLabel   *shape_label;
  GtkLabel   *state_label;
  RetortMark *mark;

  /* Owned */
  char       *name;
  char       *shape;
  char       *spoken;
  gint64      n_params;
  gboolean    frozen;
};

G_DEFINE_FINAL_TYPE (RetortNetworkBlock, retort_network_block, GTK_TYPE_BUTTON)

/* The pattern of what is frozen, thin enough to read through; it leaves out the words at the
 * right end. */
static void
draw_hatch (RetortNetworkBlock *self,
            GtkSnapshot        *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (self);
  double width = gtk_widget_get_width (widget);
  double height = gtk_widget_get_height (widget);
  RetortColours colours;
  cairo_t *cr;

  retort_colours_load (widget, &colours);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (-10, 0, width + 20, height));
  for (double x = -10 - height; x < width + 20; x += HATCH)
    {
      cairo_move_to (cr, x, height);
      cairo_rel_line_to (cr, height * 0.5, -height);
    }
  cairo_set_line_width (cr, 1.0);
  rt_chart_set_colour (cr, &colours.frozen, 0.3);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
retort_network_block_snapshot (GtkWidget   *widget,
                               GtkSnapshot *snapshot)
{
  RetortNetworkBlock *self = RETORT_NETWORK_BLOCK (widget);

  if (self->frozen)
    draw_hatch (self, snapshot);
  GTK_WIDGET_CLASS (retort_network_block_parent_class)->snapshot (widget, snapshot);
}

static void
retort_network_block_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_NETWORK_BLOCK);
  G_OBJECT_CLASS (retort_network_block_parent_class)->dispose (object);
}

static void
retort_network_block_finalize (GObject *object)
{
  RetortNetworkBlock *self = RETORT_NETWORK_BLOCK (object);

  g_free (self->name);
  g_free (self->shape);
  g_free (self->spoken);
  G_OBJECT_CLASS (retort_network_block_parent_class)->finalize (object);
}

static void
retort_network_block_class_init (RetortNetworkBlockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  retort_widgets_init ();
  object_class->dispose = retort_network_block_dispose;
  object_class->finalize = retort_network_block_finalize;
  widget_class->snapshot = retort_network_block_snapshot;

  gtk_widget_class_set_template_from_resource (widget_class, RETORT_WIDGETS_RESOURCE_BASE
                                               "/retort-network-block.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortNetworkBlock, name_label);
  gtk_widget_class_bind_template_child (widget_class, RetortNetworkBlock, shape_label);
  gtk_widget_class_bind_template_child (widget_class, RetortNetworkBlock, state_label);
  gtk_widget_class_bind_template_child (widget_class, RetortNetworkBlock, mark);
  gtk_widget_class_set_css_name (widget_class, "retort-network-block");
}

static void
retort_network_block_init (RetortNetworkBlock *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

static void
describe (RetortNetworkBlock *self)
{
  g_autofree char *count = retort_format_count (self->n_params);
  g_autofree char *millions = g_strdup_printf (_("%.1f M"), (double) self->n_params / 1e6);
  const char *shown = self->n_params >= 1000000 ? millions : count;
  g_autofree char *state = NULL;

  /* Translators: what a block does with its 5,376 parameters */
  state = g_strdup_printf (self->frozen ? _("frozen · %s") : _("trains · %s"), shown);
  gtk_label_set_label (self->state_label, state);
  retort_mark_set_kind (self->mark, self->frozen ? RETORT_MARK_FROZEN : RETORT_MARK_NONE);
  gtk_widget_set_visible (GTK_WIDGET (self->mark), self->frozen);

  g_free (self->spoken);
  /* Translators: a block of a network for screen readers: name, shape, number of parameters */
  self->spoken = g_strdup_printf (self->frozen ? _("%s, %s, %s parameters, frozen")
                                               : _("%s, %s, %s parameters, trains"),
                                  self->name, self->shape, count);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->spoken, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_PRESSED,
                               self->frozen ? GTK_ACCESSIBLE_TRISTATE_TRUE
                                            : GTK_ACCESSIBLE_TRISTATE_FALSE, -1);
}

GtkWidget *
retort_network_block_new (const char *name,
                          const char *shape,
                          gint64      n_params,
                          const char *caption)
{
  RetortNetworkBlock *self = g_object_new (RETORT_TYPE_NETWORK_BLOCK, NULL);

  self->name = g_strdup (name);
  self->shape = g_strdup (shape != NULL ? shape : "");
  self->n_params = n_params;
  gtk_label_set_label (self->name_label, name);
  gtk_label_set_label (self->shape_label, caption != NULL ? caption : self->shape);
  describe (self);
  return GTK_WIDGET (self);
}

void
retort_network_block_set_frozen (RetortNetworkBlock *self,
                                 gboolean            frozen)
{
  g_return_if_fail (RETORT_IS_NETWORK_BLOCK (self));

  if (self->frozen == frozen)
    return;
  self->frozen = frozen;
  if (frozen)
    gtk_widget_add_css_class (GTK_WIDGET (self), "frozen");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "frozen");
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
retort_network_block_get_frozen (RetortNetworkBlock *self)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_BLOCK (self), FALSE);
  return self->frozen;
}

void
retort_network_block_set_hint (RetortNetworkBlock *self,
                               const char         *hint,
                               double              lowest,
                               double              highest)
{
  g_autofree char *low = retort_format_rate (lowest);
  g_autofree char *high = retort_format_rate (highest);
  g_autofree char *rate = NULL;
  g_autofree char *text = NULL;

  g_return_if_fail (RETORT_IS_NETWORK_BLOCK (self));
  if (g_str_equal (low, high))
    rate = g_strdup_printf (_("Learning rate %s"), high);
  else
    rate = g_strdup_printf (_("Learning rate %s to %s"), low, high);
  text = highest > 0.0 ? g_strdup_printf ("%s\n%s", rate, hint) : g_strdup (hint);
  retort_widget_set_tooltip (GTK_WIDGET (self), text);
}

const char *
retort_network_block_get_spoken (RetortNetworkBlock *self)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_BLOCK (self), NULL);
  return self->spoken;
}
