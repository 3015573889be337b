/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-backbone-card.h"

#include "retort-backbone-about.h"
#include "retort-chooser.h"
#include "retort-network-view.h"
#include "retort-template.h"

#include <glib/gi18n.h>
#include <math.h>

#define LEAST_GAIN 1.05   /* that is worth a word */

struct _RetortBackboneCard
{
  RetortCard         parent_instance;

  /* Template widgets */
  RetortChooser       *backbone;
  GtkWidget           *about_button;
  RetortBackboneAbout *about;
  RetortNetworkView   *network;

  /* Owned */
  char              *shown;     /* (nullable) names and shapes of the blocks that are shown */
};

G_DEFINE_FINAL_TYPE (RetortBackboneCard, retort_backbone_card, RETORT_TYPE_CARD)

/* "24×24×16", or "10". (transfer full) */
static char *
format_shape (const RtShape *shape)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < shape->n_dims; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? "×" : "", (int) shape->dims[i]);
  return g_string_free (text, FALSE);
}

static void
blocks_changed_cb (RetortBackboneCard *self)
{
  RtSession *session = retort_card_get_session (RETORT_CARD (self));
  int n;
  const RtSessionBlock *blocks = rt_session_get_blocks (session, &n);
  g_autofree RetortBlockInfo *infos = g_new0 (RetortBlockInfo, MAX (n, 1));
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) all = g_string_new (NULL);
  int n_frozen;

  for (int i = 0; i < n; i++)
    {
      char *shape = format_shape (&blocks[i].shape);

      g_string_append_printf (all, "%s %s %" G_GSIZE_FORMAT "\n", blocks[i].name, shape,
                              blocks[i].n_params);

      g_ptr_array_add (texts, shape);
      infos[i] = (RetortBlockInfo) { .name = blocks[i].name, .shape = shape,
                                     .n_params = (gint64) blocks[i].n_params };
      if (i == n - 1)
        {
          char *caption = g_strdup_printf (_("%s classes · new"), shape);

          g_ptr_array_add (texts, caption);
          infos[i].caption = caption;
        }
    }
  /* Blocks that stay the same keep the focus. */
  if (g_strcmp0 (self->shown, all->str) != 0)
    {
      retort_network_view_set_blocks (self->network, infos, n);
      g_free (self->shown);
      self->shown = g_strdup (all->str);
    }
  g_object_get (session, "n-frozen", &n_frozen, NULL);
  retort_network_view_set_n_frozen (self->network, n_frozen);
}

static void
n_frozen_changed_cb (RetortBackboneCard *self)
{
  int n_frozen;

  g_object_get (retort_card_get_session (RETORT_CARD (self)), "n-frozen", &n_frozen, NULL);
  retort_network_view_set_n_frozen (self->network, n_frozen);
}

static void
freeze_changed_cb (RetortBackboneCard *self,
                   int                 n_frozen)
{
  g_object_set (retort_card_get_session (RETORT_CARD (self)), "n-frozen", n_frozen, NULL);
}

/* A drag of the ice line is undone as a whole. */
static void
dragging_changed_cb (RetortBackboneCard *self)
{
  gboolean dragging;

  g_object_get (self->network, "dragging", &dragging, NULL);
  rt_session_set_dragging (retort_card_get_session (RETORT_CARD (self)), dragging);
}

static void
show_rates (RetortBackboneCard *self)
{
  int n;
  const RtSessionBlock *blocks
    = rt_session_get_blocks (retort_card_get_session (RETORT_CARD (self)), &n);
  g_autofree double *rates = g_new0 (double, MAX (n, 1));

  for (int i = 0; i < n; i++)
    rates[i] = blocks[i].rate;
  retort_network_view_set_rates (self->network, rates);
}

/* What freezing saves, or why it saves nothing. */
static void
cost_changed_cb (RetortBackboneCard *self)
{
  RtSession *session = retort_card_get_session (RETORT_CARD (self));
  const RtCost *cost = rt_session_get_cost (session);
  int n_frozen = retort_network_view_get_n_frozen (self->network);
  g_autofree char *text = NULL;

  if (n_frozen == 0)
    text = g_strdup (_("Nothing is frozen: every epoch goes through the whole network"));
  else if (cost->first_cached_block == 0)
    text = g_strdup (_("The frozen part is computed anew for every augmented view"));
  else if (cost->seconds_uncached > cost->seconds_per_epoch * LEAST_GAIN)
    text = g_strdup_printf (_("Frozen part computed once: an epoch takes %.2g s, not %.2g s"),
                            cost->seconds_per_epoch, cost->seconds_uncached);
  else if (isfinite (cost->seconds_per_epoch))
    text = g_strdup_printf (_("Frozen part computed once: an epoch takes %.2g s"),
                            cost->seconds_per_epoch);
  else
    text = g_strdup (_("Frozen part computed once; epochs start at the ice line"));
  retort_network_view_set_caption (self->network, text);
  show_rates (self);
}

static void
choices_changed_cb (RetortBackboneCard *self)
{
  RtLibrary *library = rt_session_get_library (retort_card_get_session (RETORT_CARD (self)));

  retort_chooser_set_choices (self->backbone, rt_library_get_backbones (library));
}

/* Random weights come from nowhere. */
static void
backbone_changed_cb (RetortBackboneCard *self)
{
  g_autofree char *spec = NULL;

  g_object_get (retort_card_get_session (RETORT_CARD (self)), "backbone", &spec, NULL);
  gtk_widget_set_sensitive (self->about_button, !g_str_has_prefix (spec, "random:"));
}

static void
retort_backbone_card_bind (RetortCard *card,
                           RtSession  *session)
{
  RetortBackboneCard *self = RETORT_BACKBONE_CARD (card);

  retort_chooser_set_more (self->backbone, _("Download…"), _("Well-known networks, as published"),
                           "win.catalogue('weights')");
  choices_changed_cb (self);
  g_signal_connect_object (rt_session_get_library (session), "choices-changed",
                           G_CALLBACK (choices_changed_cb), self, G_CONNECT_SWAPPED);
  retort_card_bind (card, "backbone", self->backbone, "spec");
  retort_backbone_about_set_session (self->about, session);
  retort_card_watch (card, "notify::backbone", G_CALLBACK (backbone_changed_cb));
  retort_card_watch (card, "blocks-changed", G_CALLBACK (blocks_changed_cb));
  retort_card_watch (card, "notify::n-frozen", G_CALLBACK (n_frozen_changed_cb));
  retort_card_watch (card, "cost-changed", G_CALLBACK (cost_changed_cb));
  backbone_changed_cb (self);
  blocks_changed_cb (self);
  cost_changed_cb (self);
}

static void
retort_backbone_card_dispose (GObject *object)
{
  g_clear_pointer (&RETORT_BACKBONE_CARD (object)->shown, g_free);
  retort_template_dispose (object, RETORT_TYPE_BACKBONE_CARD);
  G_OBJECT_CLASS (retort_backbone_card_parent_class)->dispose (object);
}

static void
retort_backbone_card_class_init (RetortBackboneCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_backbone_card_dispose;
  RETORT_CARD_CLASS (klass)->bind = retort_backbone_card_bind;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-backbone-card.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortBackboneCard, backbone);
  gtk_widget_class_bind_template_child (widget_class, RetortBackboneCard, about_button);
  gtk_widget_class_bind_template_child (widget_class, RetortBackboneCard, about);
  gtk_widget_class_bind_template_child (widget_class, RetortBackboneCard, network);
  gtk_widget_class_bind_template_callback (widget_class, dragging_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, freeze_changed_cb);
}

static void
retort_backbone_card_init (RetortBackboneCard *self)
{
  g_type_ensure (RETORT_TYPE_BACKBONE_ABOUT);
  g_type_ensure (RETORT_TYPE_CHOOSER);
  gtk_widget_init_template (GTK_WIDGET (self));
}
