/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-card.h"

#include "retort-widgets.h"

typedef struct
{
  RtSession *session;   /* Owned */
} RetortCardPrivate;

enum
{
  PROP_0,
  PROP_SESSION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (RetortCard, retort_card, GTK_TYPE_BOX)

static void
retort_card_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  g_value_set_object (value, retort_card_get_session (RETORT_CARD (object)));
}

static void
retort_card_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  RetortCard *self = RETORT_CARD (object);
  RetortCardPrivate *priv = retort_card_get_instance_private (self);

  if (priv->session != NULL || g_value_get_object (value) == NULL)
    return;
  priv->session = g_value_dup_object (value);
  if (RETORT_CARD_GET_CLASS (self)->bind != NULL)
    RETORT_CARD_GET_CLASS (self)->bind (self, priv->session);
  g_object_notify_by_pspec (object, properties[PROP_SESSION]);
}

static void
retort_card_dispose (GObject *object)
{
  RetortCardPrivate *priv = retort_card_get_instance_private (RETORT_CARD (object));

  g_clear_object (&priv->session);
  G_OBJECT_CLASS (retort_card_parent_class)->dispose (object);
}

/* Each card does so for itself: what is folded up inside of it is no child of it yet. */
static void
retort_card_constructed (GObject *object)
{
  G_OBJECT_CLASS (retort_card_parent_class)->constructed (object);
  retort_widget_pass_wheel (GTK_WIDGET (object));
}

static void
retort_card_class_init (RetortCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = retort_card_get_property;
  object_class->set_property = retort_card_set_property;
  object_class->constructed = retort_card_constructed;
  object_class->dispose = retort_card_dispose;
  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, RT_TYPE_SESSION,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY
                                                  | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
retort_card_init (RetortCard *self)
{
}

RtSession *
retort_card_get_session (RetortCard *self)
{
  RetortCardPrivate *priv = retort_card_get_instance_private (self);

  return priv->session;
}

void
retort_card_watch (RetortCard *self,
                   const char *signal,
                   GCallback   callback)
{
  g_signal_connect_object (retort_card_get_session (self), signal, callback, self,
                           G_CONNECT_SWAPPED);
}

void
retort_card_bind (RetortCard *self,
                  const char *name,
                  gpointer    widget,
                  const char *property)
{
  g_object_bind_property (retort_card_get_session (self), name, widget, property,
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}
