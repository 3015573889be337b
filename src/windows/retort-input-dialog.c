/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-input-dialog.h"

#include "retort-bars.h"
#include "retort-samples.h"

#include "rt-preview.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define DELAY 150   /* ms: a size that is typed asks once */
#define NEAR  0.01f

/* What is taken off a pixel of 0 .. 1 and what it is divided by, in the order of the list. */
static const struct { float mean[3], std[3]; } values[] = {
  { { 0.5f, 0.5f, 0.5f }, { 0.25f, 0.25f, 0.25f } },
  { { 0.0f, 0.0f, 0.0f }, { 1.0f, 1.0f, 1.0f } },
  { { 0.5f, 0.5f, 0.5f }, { 0.5f, 0.5f, 0.5f } },
  { { 0.0f, 0.0f, 0.0f }, { 1.0f / 255.0f, 1.0f / 255.0f, 1.0f / 255.0f } },
  { { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f } },
  { { 123.68f / 255.0f, 116.779f / 255.0f, 103.939f / 255.0f },
    { 1.0f / 255.0f, 1.0f / 255.0f, 1.0f / 255.0f } },
};

struct _RetortInputDialog
{
  AdwWindow        parent_instance;

  /* Template widgets */
  GtkLabel        *told;
  GtkPicture      *picture;
  GtkLabel        *range;
  RetortBars      *bars;
  GtkLabel        *nothing;
  GtkLabel        *problem;
  GtkWidget       *keep;
  GtkWidget       *group;
  AdwComboRow     *network_row;
  AdwComboRow     *values_row;
  GtkSwitch       *turned;
  GtkWidget       *turned_row;
  GtkSpinButton   *side;

  /* Owned */
  RtBackbone      *backbone;
  char           **networks;     /* that it could be of, the likeliest first */
  RetortSamples   *samples;
  RtImage         *image;        /* (nullable) a picture of the task */
  GCancellable    *cancellable;  /* (nullable) of the look under way */
  guint            timer;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortInputDialog, retort_input_dialog, ADW_TYPE_WINDOW)

static void
stop (RetortInputDialog *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* @message (nullable): nothing is wrong. */
static void
show_problem (RetortInputDialog *self,
              const char        *message)
{
  gtk_label_set_label (self->problem, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), message != NULL);
}

/* With inputs that the network cannot take it could begin nothing. */
static void
refuse (RetortInputDialog *self,
        const char        *message)
{
  show_problem (self, message);
  gtk_widget_set_sensitive (self->keep, FALSE);
  gtk_picture_set_paintable (self->picture, NULL);
  gtk_label_set_label (self->range, "");
  gtk_widget_set_visible (GTK_WIDGET (self->bars), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), FALSE);
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (RetortInputDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPreview) preview = rt_preview_finish (result, &error);
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *range = NULL;

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  if (preview == NULL)
    {
      refuse (self, error->message);
      return;
    }
  show_problem (self, NULL);
  gtk_widget_set_sensitive (self->keep, TRUE);
  texture = retort_texture_new_from_image (preview->trial->image);
  range = g_strdup_printf (_("%d×%d, values %.1f to %.1f"), preview->trial->image->width,
                           preview->trial->image->height, (double) preview->low,
                           (double) preview->high);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  gtk_label_set_label (self->range, range);
  gtk_widget_set_visible (GTK_WIDGET (self->bars), preview->trial->n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), preview->trial->n == 0);
  if (preview->trial->n > 0)
    retort_bars_set (self->bars, preview->trial->n, (const char *const *) preview->trial->names,
                     preview->trial->shares, -1);
}

static gboolean
look_cb (gpointer data)
{
  RetortInputDialog *self = data;

  self->timer = 0;
  self->cancellable = g_cancellable_new ();
  rt_preview_async (self->backbone, self->image, self->cancellable, looked_cb,
                    g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* Whether the list's @index is what @format has; publishers write 127 / 255 for a half. */
static gboolean
is_of_list (guint                index,
            const RtInputFormat *format)
{
  for (int c = 0; c < 3; c++)
    if (fabsf (values[index].mean[c] - format->mean[c]) > NEAR
        || fabsf (values[index].std[c] - format->std[c]) > NEAR * format->std[c])
      return FALSE;
  return TRUE;
}

/* Those of the list, or exactly those of the network's publishers that they stand for. */
static void
take_values (RtBackbone *backbone,
             guint       chosen)
{
  RtInputFormat *format = &backbone->format;
  RtInputFormat published;

  rt_backbone_get_default_format (backbone->network, &published);
  if (!is_of_list (chosen, &published))
    {
      memcpy (published.mean, values[chosen].mean, sizeof published.mean);
      memcpy (published.std, values[chosen].std, sizeof published.std);
    }
  memcpy (format->mean, published.mean, sizeof format->mean);
  memcpy (format->std, published.std, sizeof format->std);
}

/* What is chosen is what the backbone is from now on. */
static void
changed_cb (RetortInputDialog *self)
{
  RtInputFormat *format;
  guint chosen = adw_combo_row_get_selected (self->values_row);

  if (self->backbone == NULL || chosen >= G_N_ELEMENTS (values))
    return;
  format = &self->backbone->format;
  if (self->backbone->format_guessed)
    take_values (self->backbone, chosen);
  format->width = format->height = gtk_spin_button_get_value_as_int (self->side);
  self->backbone->turned = gtk_switch_get_active (self->turned);
  stop (self);
  if (self->image != NULL)
    self->timer = g_timeout_add (DELAY, look_cb, self);
}

static void
show_format (RetortInputDialog *self)
{
  const RtInputFormat format = self->backbone->format;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (is_of_list (i, &format))
      adw_combo_row_set_selected (self->values_row, i);
  gtk_spin_button_set_value (self->side, format.width);
}

/* In what @name differs from the others that it could be. (transfer full) */
static char *
describe_network (RetortInputDialog *self,
                  const char        *name)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;
  gboolean padding = FALSE, relu = FALSE, stem = FALSE;
  RtNetworkTraits its, other;

  rt_network_get_traits (name, &its);
  for (int i = 0; self->networks[i] != NULL; i++)
    {
      rt_network_get_traits (self->networks[i], &other);
      padding = padding || other.same_padding != its.same_padding;
      relu = relu || other.relu != its.relu;
      stem = stem || other.small_stem != its.small_stem;
    }
  if (padding)
    g_strv_builder_add (parts, its.same_padding
                        ? _("Pads as TensorFlow does, more on the right and below")
                        : _("Pads as PyTorch does, the same on every side"));
  if (relu)
    g_strv_builder_add (parts, its.relu ? "ReLU" : "ReLU6");
  if (stem)
    g_strv_builder_add (parts, its.small_stem ? _("For small pictures: a first step of one pixel")
                                              : _("For photographs: a first step of two pixels"));
  texts = g_strv_builder_end (parts);
  return g_strjoinv (" · ", texts);
}

/* Where its inputs are not known they are guessed anew. */
static void
network_cb (RetortInputDialog *self)
{
  guint chosen = adw_combo_row_get_selected (self->network_row);
  g_autofree char *difference = NULL;
  RtBackbone *backbone = self->backbone;
  int channels;

  if (self->networks == NULL || chosen >= g_strv_length (self->networks))
    return;
  difference = describe_network (self, self->networks[chosen]);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->group), difference);
  g_free (backbone->network);
  backbone->network = g_strdup (self->networks[chosen]);
  if (backbone->format_guessed)
    {
      channels = backbone->format.channels;
      rt_backbone_get_default_format (backbone->network, &backbone->format);
      backbone->format.channels = channels;
      show_format (self);
    }
  changed_cb (self);
}

/* One picture is enough. */
static void
loaded_cb (RetortInputDialog *self,
           GPtrArray         *samples)
{
  const RtSessionSample *sample = samples->len > 0 ? g_ptr_array_index (samples, 0) : NULL;
  const RtImage *image;

  if (sample == NULL || self->image != NULL)
    return;
  show_problem (self, NULL);
  image = sample->views[0];
  self->image = rt_image_resize (image, image->width, image->height, image->channels);
  changed_cb (self);
}

/* The inputs can be chosen all the same, if not by what one sees. */
static void
failed_cb (RetortInputDialog *self,
           const char        *message)
{
  if (self->image == NULL)
    show_problem (self, message);
}

static void
keep_cb (RetortInputDialog *self)
{
  g_signal_emit (self, signals[CHOSEN], 0);
  gtk_window_close (GTK_WINDOW (self));
}

static void
retort_input_dialog_dispose (GObject *object)
{
  RetortInputDialog *self = RETORT_INPUT_DIALOG (object);

  stop (self);
  g_clear_object (&self->samples);
  g_clear_pointer (&self->image, rt_image_free);
  g_clear_pointer (&self->backbone, rt_backbone_free);
  g_clear_pointer (&self->networks, g_strfreev);
  gtk_widget_dispose_template (GTK_WIDGET (self), RETORT_TYPE_INPUT_DIALOG);
  G_OBJECT_CLASS (retort_input_dialog_parent_class)->dispose (object);
}

static void
retort_input_dialog_class_init (RetortInputDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_input_dialog_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", RETORT_TYPE_INPUT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-input-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, told);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, picture);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, range);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, bars);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, nothing);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, keep);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, group);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, network_row);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, values_row);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, turned);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, turned_row);
  gtk_widget_class_bind_template_child (widget_class, RetortInputDialog, side);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, network_cb);
  gtk_widget_class_bind_template_callback (widget_class, keep_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
retort_input_dialog_init (RetortInputDialog *self)
{
  g_type_ensure (RETORT_TYPE_BARS);
  gtk_widget_init_template (GTK_WIDGET (self));
  retort_bars_set_who (self->bars, RETORT_BARS_STUDENT);
}

/* What a person is asked. (transfer full) */
static char *
describe_question (const RtBackbone *backbone)
{
  if (backbone->identity.others[0] == NULL)
    return g_strdup_printf (_("%s does not say with which inputs it was trained. Choose those with "
                              "which it knows the picture best."), backbone->name);
  return g_strdup_printf (backbone->format_guessed
                          ? _("%s fits several networks, and does not say with which inputs it was "
                              "trained. Choose the network and inputs that know the picture best.")
                          : _("%s fits several networks. Choose the one that knows the picture "
                              "best."), backbone->name);
}

/* The likeliest, which it was taken for, first. */
static void
offer_networks (RetortInputDialog *self)
{
  const RtIdentity *identity = &self->backbone->identity;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GtkStringList) list = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->network_row), identity->others[0] != NULL);
  if (identity->others[0] == NULL)
    return;
  g_strv_builder_add (names, identity->network);
  g_strv_builder_addv (names, (const char **) identity->others);
  self->networks = g_strv_builder_end (names);
  list = gtk_string_list_new ((const char *const *) self->networks);
  adw_combo_row_set_model (self->network_row, G_LIST_MODEL (list));
  network_cb (self);
}

GtkWidget *
retort_input_dialog_new (RtSession        *session,
                         const RtBackbone *backbone)
{
  RetortInputDialog *self = g_object_new (RETORT_TYPE_INPUT_DIALOG, NULL);
  g_autofree char *told = NULL;

  g_return_val_if_fail (backbone != NULL, NULL);
  told = describe_question (backbone);
  gtk_label_set_label (self->told, told);
  gtk_widget_set_visible (GTK_WIDGET (self->values_row), backbone->format_guessed);
  gtk_widget_set_visible (self->turned_row,
                          backbone->format_guessed && backbone->format.channels == 3);
  self->backbone = rt_backbone_copy (backbone);
  show_format (self);
  offer_networks (self);
  self->samples = retort_samples_new (session, 1, RT_SESSION_LOOK_STORED);
  g_signal_connect_object (self->samples, "loaded", G_CALLBACK (loaded_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->samples, "failed", G_CALLBACK (failed_cb), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

const RtBackbone *
retort_input_dialog_get_backbone (RetortInputDialog *self)
{
  g_return_val_if_fail (RETORT_IS_INPUT_DIALOG (self), NULL);
  return self->backbone;
}
