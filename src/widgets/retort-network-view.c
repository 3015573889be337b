/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network view: the stack of blocks (retort-network-stack.c) in a scrolled window, and a
 * caption.
 */
#include "config.h"

#include "retort-network-view.h"

#include "retort-network-stack.h"
#include "retort-template.h"
#include "retort-widgets.h"

#include <glib/gi18n.h>

struct _RetortNetworkView
{
  GtkWidget           parent_instance;

  /* Template widgets */
  RetortNetworkStack *stack;
  GtkLabel           *caption_label;
};

enum
{
  PROP_0,
  PROP_N_FROZEN,
  PROP_CAPTION,
  PROP_DRAGGING,
  N_PROPS
};

enum
{
  FREEZE_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortNetworkView, retort_network_view, GTK_TYPE_WIDGET)

static void
describe (RetortNetworkView *self)
{
  g_autofree char *text = NULL;

  text = g_strdup_printf (_("%d of %d blocks frozen. %s"),
                          retort_network_stack_get_n_frozen (self->stack),
                          retort_network_stack_get_n_blocks (self->stack),
                          gtk_label_get_label (self->caption_label));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  g_strchomp (text), -1);
}

static void
n_frozen_changed_cb (RetortNetworkView *self)
{
  describe (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_FROZEN]);
}

static void
dragging_changed_cb (RetortNetworkView *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DRAGGING]);
}

static void
freeze_changed_cb (RetortNetworkView *self,
                   int                n_frozen)
{
  g_signal_emit (self, signals[FREEZE_CHANGED], 0, n_frozen);
}

static void
retort_network_view_get_property (GObject    *object,
                                  guint       id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  RetortNetworkView *self = RETORT_NETWORK_VIEW (object);

  if (id == PROP_N_FROZEN)
    g_value_set_int (value, retort_network_view_get_n_frozen (self));
  else if (id == PROP_CAPTION)
    g_value_set_string (value, retort_network_view_get_caption (self));
  else if (id == PROP_DRAGGING)
    g_object_get_property (G_OBJECT (self->stack), "dragging", value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_network_view_set_property (GObject      *object,
                                  guint         id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  RetortNetworkView *self = RETORT_NETWORK_VIEW (object);

  if (id == PROP_N_FROZEN)
    retort_network_view_set_n_frozen (self, g_value_get_int (value));
  else if (id == PROP_CAPTION)
    retort_network_view_set_caption (self, g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_network_view_dispose (GObject *object)
{
  retort_template_dispose (object, RETORT_TYPE_NETWORK_VIEW);
  G_OBJECT_CLASS (retort_network_view_parent_class)->dispose (object);
}

static void
retort_network_view_class_init (RetortNetworkViewClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  retort_widgets_init ();
  object_class->get_property = retort_network_view_get_property;
  object_class->set_property = retort_network_view_set_property;
  object_class->dispose = retort_network_view_dispose;

  properties[PROP_N_FROZEN] = g_param_spec_int ("n-frozen", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_CAPTION] = g_param_spec_string ("caption", NULL, NULL, "", flags);
  properties[PROP_DRAGGING] = g_param_spec_boolean ("dragging", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[FREEZE_CHANGED] = g_signal_new ("freeze-changed", RETORT_TYPE_NETWORK_VIEW,
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_INT);

  gtk_widget_class_set_template_from_resource (widget_class, RETORT_WIDGETS_RESOURCE_BASE
                                               "/retort-network-view.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortNetworkView, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortNetworkView, caption_label);
  gtk_widget_class_bind_template_callback (widget_class, n_frozen_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, dragging_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, freeze_changed_cb);
  gtk_widget_class_set_css_name (widget_class, "retort-network-view");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
retort_network_view_init (RetortNetworkView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Blocks of the network"), -1);
}

GtkWidget *
retort_network_view_new (void)
{
  return g_object_new (RETORT_TYPE_NETWORK_VIEW, NULL);
}

void
retort_network_view_set_blocks (RetortNetworkView     *self,
                                const RetortBlockInfo *blocks,
                                int                    n_blocks)
{
  g_return_if_fail (RETORT_IS_NETWORK_VIEW (self));

  retort_network_stack_set_blocks (self->stack, blocks, n_blocks);
  describe (self);
}

int
retort_network_view_get_n_blocks (RetortNetworkView *self)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_VIEW (self), 0);
  return retort_network_stack_get_n_blocks (self->stack);
}

GtkWidget *
retort_network_view_get_block (RetortNetworkView *self,
                               int                index)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_VIEW (self), NULL);
  return retort_network_stack_get_block (self->stack, index);
}

void
retort_network_view_set_n_frozen (RetortNetworkView *self,
                                  int                n_frozen)
{
  g_return_if_fail (RETORT_IS_NETWORK_VIEW (self));
  retort_network_stack_set_n_frozen (self->stack, n_frozen);
}

void
retort_network_view_set_rates (RetortNetworkView *self,
                               const double      *rates)
{
  g_return_if_fail (RETORT_IS_NETWORK_VIEW (self));
  retort_network_stack_set_rates (self->stack, rates);
}

int
retort_network_view_get_n_frozen (RetortNetworkView *self)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_VIEW (self), 0);
  return retort_network_stack_get_n_frozen (self->stack);
}

void
retort_network_view_set_caption (RetortNetworkView *self,
                                 const char        *caption)
{
  g_return_if_fail (RETORT_IS_NETWORK_VIEW (self));

  caption = caption != NULL ? caption : "";
  if (g_str_equal (gtk_label_get_label (self->caption_label), caption))
    return;
  gtk_label_set_label (self->caption_label, caption);
  gtk_widget_set_visible (GTK_WIDGET (self->caption_label), *caption != '\0');
  describe (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAPTION]);
}

const char *
retort_network_view_get_caption (RetortNetworkView *self)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_VIEW (self), NULL);
  return gtk_label_get_label (self->caption_label);
}
