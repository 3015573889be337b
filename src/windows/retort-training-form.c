/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-training-form.h"

#include "retort-chooser.h"
#include "retort-template.h"
#include "retort-text.h"

#include <glib/gi18n.h>
#include <math.h>

struct _RetortTrainingForm
{
  RetortCard     parent_instance;

  /* Template widgets */
  GtkEntry      *name;
  GtkSpinButton *epochs;
  GtkSpinButton *batch_size;
  GtkSpinButton *head_first;
  GtkSpinButton *patience;
  GtkSpinButton *seed;
  GtkSpinButton *memory;
  RetortChooser *learning_rate;
  RetortChooser *layer_decay;
  GtkLabel      *phases;        /* what is trained when, and at which rates */
  RetortChooser *optimizer;
  RetortChooser *schedule;
  RetortChooser *augment;
  RetortChooser *batch_norm;
  RetortChooser *input_size;

  gboolean       updating;
};

typedef struct
{
  const char *spec;
  const char *title;
} Word;

static const Word optimizers[] = {
  { "sgd", N_("SGD with momentum") }, { "adam", N_("Adam") }, { "adamw", N_("AdamW") },
};

static const Word schedules[] = {
  { "constant", N_("Constant") }, { "step", N_("Steps") }, { "cosine", N_("Cosine") },
  { "one-cycle", N_("One cycle") },
  { "flat-cosine", N_("Flat, then cosine") },
};

static const Word augments[] = {
  { "none", N_("None") }, { "light", N_("Light") }, { "strong", N_("Strong") },
};

static const Word batch_norms[] = {
  { "update", N_("Updated") }, { "keep", N_("Kept as pretrained") },
};

static const char *const rates[] = { "0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1" };

static const int sizes[] = { 28, 32, 48, 64, 96, 128, 160, 192, 224, 256, 320, 384, 512 };

/* Of a block over the block above it. */
static const double layer_decays[] = { 0.9, 0.8, 0.5, 0.3 };

G_DEFINE_FINAL_TYPE (RetortTrainingForm, retort_training_form, RETORT_TYPE_CARD)

static void
add_words (RetortChooser *chooser,
           const Word    *words,
           size_t         n)
{
  for (size_t i = 0; i < n; i++)
    retort_chooser_add (chooser, words[i].spec, _(words[i].title), NULL);
}

/* Optimiser, schedule and batch norm are fields of the recipe only: they change it as a whole. */
static void
recipe_changed_cb (RetortTrainingForm *self)
{
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (
    retort_card_get_session (RETORT_CARD (self)));

  self->updating = TRUE;
  retort_chooser_set_spec (self->optimizer, optimizers[recipe->train.optimizer].spec);
  retort_chooser_set_spec (self->schedule, schedules[recipe->train.schedule].spec);
  retort_chooser_set_spec (self->batch_norm, batch_norms[recipe->train.batch_norm].spec);
  self->updating = FALSE;
}

static void
set_key (RetortTrainingForm *self,
         const char         *key,
         const char         *value)
{
  RtSession *session = retort_card_get_session (RETORT_CARD (self));
  g_autoptr (RtRecipe) recipe = NULL;
  g_autoptr (GError) error = NULL;

  if (self->updating || session == NULL)
    return;
  recipe = rt_session_dup_recipe (session);
  if (!rt_recipe_set (recipe, key, value, &error))
    g_warning ("%s", error->message);
  else
    rt_session_set_recipe (session, recipe);
}

static void
optimizer_changed_cb (RetortTrainingForm *self)
{
  set_key (self, "train.optimizer", retort_chooser_get_spec (self->optimizer));
}

static void
schedule_changed_cb (RetortTrainingForm *self)
{
  set_key (self, "train.schedule", retort_chooser_get_spec (self->schedule));
}

static void
batch_norm_changed_cb (RetortTrainingForm *self)
{
  set_key (self, "train.batch_norm", retort_chooser_get_spec (self->batch_norm));
}

/* What a layer decay is called in the list, where it has another than its title. (transfer full) */
static char *
format_layer_decay (double decay)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (decay == RT_LAYER_DECAY_AUTO)
    return g_strdup ("auto");
  return g_strdup (g_ascii_dtostr (text, sizeof text, decay));
}

static void
add_layer_decay (RetortTrainingForm *self,
                 double              decay)
{
  g_autofree char *spec = format_layer_decay (decay);
  /* Translators: the learning rate of a block is so many times that of the block above it */
  g_autofree char *title = g_strdup_printf (_("× %.3g per block"), decay);

  retort_chooser_add (self->layer_decay, spec, title, NULL);
}

static void
add_layer_decays (RetortTrainingForm *self)
{
  retort_chooser_add (self->layer_decay, "auto", _("Automatic"), _("what suits the network"));
  retort_chooser_add (self->layer_decay, "1", _("Same in all blocks"), NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (layer_decays); i++)
    add_layer_decay (self, layer_decays[i]);
}

/* A recipe may have one that is not in the list. */
static void
show_layer_decay (RetortTrainingForm *self)
{
  gboolean known;
  double decay;
  g_autofree char *spec = NULL;

  g_object_get (retort_card_get_session (RETORT_CARD (self)), "layer-decay", &decay, NULL);
  spec = format_layer_decay (decay);
  if (g_strcmp0 (spec, retort_chooser_get_spec (self->layer_decay)) == 0)
    return;
  known = decay == RT_LAYER_DECAY_AUTO || decay == 1.0;
  for (size_t i = 0; i < G_N_ELEMENTS (layer_decays); i++)
    known = known || decay == layer_decays[i];
  retort_chooser_clear (self->layer_decay);
  add_layer_decays (self);
  if (!known)
    add_layer_decay (self, decay);
  self->updating = TRUE;
  retort_chooser_set_spec (self->layer_decay, spec);
  self->updating = FALSE;
}

static void
layer_decay_changed_cb (RetortTrainingForm *self)
{
  const char *spec = retort_chooser_get_spec (self->layer_decay);
  RtSession *session = retort_card_get_session (RETORT_CARD (self));

  if (self->updating || session == NULL)
    return;
  g_object_set (session, "layer-decay",
                g_str_equal (spec, "auto") ? RT_LAYER_DECAY_AUTO : g_ascii_strtod (spec, NULL),
                NULL);
}

/* At which rates the blocks train that are not frozen. (transfer full) */
static char *
describe_rates (const RtSessionBlock *lowest,
                const RtSessionBlock *head)
{
  g_autofree char *low = retort_format_rate (lowest->rate);
  g_autofree char *high = retort_format_rate (head->rate);

  if (lowest->rate == head->rate)
    return g_strdup_printf (_("at %s"), high);
  return g_strdup_printf (_("from %s in %s to %s in the head"), low, lowest->name, high);
}

/* What comes of "head first" with the epochs that there are. (transfer full) */
static char *
describe_head_first (RtSession            *session,
                     int                   n_first,
                     const RtSessionBlock *lowest,
                     const RtSessionBlock *head)
{
  g_autofree char *spread = describe_rates (lowest, head);
  g_autofree char *first = NULL;
  g_autofree char *at = NULL;
  int epochs, n_rest;
  double rate;

  g_object_get (session, "epochs", &epochs, "learning-rate", &rate, NULL);
  n_rest = MAX (0, epochs - n_first);
  at = retort_format_rate (rate);
  first = g_strdup_printf (ngettext ("%d epoch of the head alone at %s",
                                     "%d epochs of the head alone at %s", epochs - n_rest),
                           epochs - n_rest, at);
  if (n_rest == 0)
    return g_strdup_printf (_("%s; none is left for what is below it"), first);
  /* Translators: %1$s is "2 epochs of the head alone at 0.01", %3$s is "at 0.005" */
  if (lowest == head)
    return g_strdup_printf (_("%1$s, then %2$d more %3$s: all below it is frozen, so there is "
                              "nothing to unfreeze"), first, n_rest, spread);
  return g_strdup_printf (_("%1$s, then %2$d of all that is not frozen, %3$s"), first, n_rest,
                          spread);
}

/* What is trained when, and at which rates, where that is not all at one rate. (transfer full)
 * (nullable) */
static char *
describe_phases (RtSession            *session,
                 const RtSessionBlock *lowest,
                 const RtSessionBlock *head)
{
  g_autofree char *spread = describe_rates (lowest, head);
  int n_first;

  g_object_get (session, "head-first", &n_first, NULL);
  if (n_first > 0)
    return describe_head_first (session, n_first, lowest, head);
  return lowest->rate == head->rate ? NULL
         : g_strdup_printf (_("All that is not frozen trains %s"), spread);
}

/* One rate for each block is a question only where more than the head goes on from what was
 * learned. */
static void
rates_changed_cb (RetortTrainingForm *self)
{
  RtSession *session = retort_card_get_session (RETORT_CARD (self));
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (session);
  int n, lowest = 0;
  const RtSessionBlock *blocks = rt_session_get_blocks (session, &n);
  g_autofree char *text = NULL;

  while (lowest < n - 1 && blocks[lowest].rate == 0.0)
    lowest++;
  if (n > 0)
    text = describe_phases (session, &blocks[lowest], &blocks[n - 1]);
  gtk_label_set_label (self->phases, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->phases), text != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->layer_decay),
                            !rt_recipe_is_random (recipe) && lowest < n - 1);
}

/* Those that the network can take. */
static void
list_sizes (RetortTrainingForm *self)
{
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (
    retort_card_get_session (RETORT_CARD (self)));
  const RtNetworkInfo *info = rt_network_find (recipe->backbone.network);
  g_autofree char *now = g_strdup_printf ("%d", recipe->backbone.input_size);

  retort_chooser_clear (self->input_size);
  retort_chooser_add (self->input_size, "0", _("The network's own"), NULL);
  for (size_t i = 0; info != NULL && i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i] >= info->min_side)
      {
        g_autofree char *size = g_strdup_printf ("%d", sizes[i]);

        retort_chooser_add (self->input_size, size, size, NULL);
      }
  retort_chooser_set_spec (self->input_size, now);
  retort_chooser_update (self->input_size);
}

static void
retort_training_form_bind (RetortCard *card,
                           RtSession  *session)
{
  RetortTrainingForm *self = RETORT_TRAINING_FORM (card);

  add_words (self->optimizer, optimizers, G_N_ELEMENTS (optimizers));
  add_words (self->schedule, schedules, G_N_ELEMENTS (schedules));
  add_words (self->batch_norm, batch_norms, G_N_ELEMENTS (batch_norms));
  add_words (self->augment, augments, G_N_ELEMENTS (augments));
  for (size_t i = 0; i < G_N_ELEMENTS (rates); i++)
    retort_chooser_add (self->learning_rate, rates[i], rates[i], NULL);
  retort_card_bind (card, "title", self->name, "text");
  retort_card_bind (card, "epochs", gtk_spin_button_get_adjustment (self->epochs), "value");
  retort_card_bind (card, "batch-size", gtk_spin_button_get_adjustment (self->batch_size),
                    "value");
  retort_card_bind (card, "head-first", gtk_spin_button_get_adjustment (self->head_first),
                    "value");
  retort_card_bind (card, "patience", gtk_spin_button_get_adjustment (self->patience), "value");
  retort_card_bind (card, "seed", gtk_spin_button_get_adjustment (self->seed), "value");
  retort_card_bind (card, "memory", gtk_spin_button_get_adjustment (self->memory), "value");
  retort_card_bind (card, "augment", self->augment, "spec");
  retort_chooser_bind_number (self->learning_rate, G_OBJECT (session), "learning-rate");
  list_sizes (self);
  retort_chooser_bind_number (self->input_size, G_OBJECT (session), "input-size");
  recipe_changed_cb (self);
  show_layer_decay (self);
  rates_changed_cb (self);
  retort_card_watch (card, "notify::layer-decay", G_CALLBACK (show_layer_decay));
  retort_card_watch (card, "cost-changed", G_CALLBACK (rates_changed_cb));
  retort_card_watch (card, "notify::backbone", G_CALLBACK (list_sizes));
  retort_card_watch (card, "notify::method", G_CALLBACK (recipe_changed_cb));
  retort_card_watch (card, "notify::batch-norm", G_CALLBACK (recipe_changed_cb));
}

static void
retort_training_form_dispose (GObject *object)
{
  retort_template_dispose (object, RETORT_TYPE_TRAINING_FORM);
  G_OBJECT_CLASS (retort_training_form_parent_class)->dispose (object);
}

static void
retort_training_form_class_init (RetortTrainingFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_training_form_dispose;
  RETORT_CARD_CLASS (klass)->bind = retort_training_form_bind;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-training-form.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, name);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, epochs);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, batch_size);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, head_first);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, patience);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, seed);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, memory);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, learning_rate);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, layer_decay);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, phases);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, optimizer);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, schedule);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, augment);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, batch_norm);
  gtk_widget_class_bind_template_child (widget_class, RetortTrainingForm, input_size);
  gtk_widget_class_bind_template_callback (widget_class, layer_decay_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, optimizer_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, schedule_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, batch_norm_changed_cb);
}

static void
retort_training_form_init (RetortTrainingForm *self)
{
  g_type_ensure (RETORT_TYPE_CHOOSER);
  gtk_widget_init_template (GTK_WIDGET (self));
}
