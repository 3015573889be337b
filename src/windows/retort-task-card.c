/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-task-card.h"

#include "retort-chooser.h"
#include "retort-samples.h"
#include "retort-template.h"
#include "retort-text.h"

#include "rt-builtin.h"

#include <glib/gi18n.h>
#include <string.h>

#define N_STRIP    8
#define STRIP_SIZE 40

struct _RetortTaskCard
{
  RetortCard     parent_instance;

  /* Template widgets */
  RetortChooser *dataset;
  RetortChooser *per_class;
  RetortChooser *style;
  GtkWidget     *look_row;
  GtkScale      *shift;
  GtkBox        *strip;
  GtkLabel      *problem;
  GtkButton     *counts;

  /* Owned */
  RetortSamples *samples;
};

G_DEFINE_FINAL_TYPE (RetortTaskCard, retort_task_card, RETORT_TYPE_CARD)

/* The strip */

static void
clear_strip (RetortTaskCard *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->strip))) != NULL)
    gtk_box_remove (self->strip, child);
}

static void
loaded_cb (RetortTaskCard *self,
           GPtrArray      *samples)
{
  clear_strip (self);
  for (guint i = 0; i < samples->len; i++)
    {
      const RtSessionSample *sample = g_ptr_array_index (samples, i);
      g_autoptr (GdkTexture) texture = retort_texture_new_from_sample (sample);
      GtkWidget *picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));

      gtk_widget_set_size_request (picture, STRIP_SIZE, STRIP_SIZE);
      gtk_widget_set_hexpand (picture, TRUE);
      gtk_widget_set_halign (picture, GTK_ALIGN_CENTER);
      gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
      gtk_widget_add_css_class (picture, "retort-sample");
      gtk_widget_set_tooltip_text (picture, sample->class_name);
      gtk_picture_set_alternative_text (GTK_PICTURE (picture), sample->class_name);
      gtk_box_append (self->strip, picture);
    }
  gtk_widget_hide (GTK_WIDGET (self->problem));
}

static void
failed_cb (RetortTaskCard *self,
           const char     *message)
{
  clear_strip (self);
  gtk_label_set_label (self->problem, message);
  gtk_widget_show (GTK_WIDGET (self->problem));
}

/* What can be chosen */

static const char *
get_style_title (const char *style)
{
  static const struct { const char *name, *title; } titles[] = {
    { "print", N_("Print") },
    { "hand", N_("Handwriting") },
    { "street", N_("Street") },
    { "drawn", N_("Drawn") },
    { "photo", N_("Photo") },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (titles); i++)
    if (strcmp (titles[i].name, style) == 0)
      return _(titles[i].title);
  return style;
}

/* Only drawn datasets have a look to choose. */
static void
dataset_changed_cb (RetortTaskCard *self)
{
  const char *spec = retort_chooser_get_spec (self->dataset);
  int n;
  const RtBuiltinInfo *list = rt_builtin_list (&n);
  const char *styles = NULL;
  g_auto (GStrv) names = NULL;

  for (int i = 0; i < n; i++)
    if (spec != NULL && g_str_has_prefix (spec, "builtin:") && strcmp (list[i].name, spec + 8) == 0)
      styles = list[i].styles;
  gtk_widget_set_visible (self->look_row, styles != NULL);
  retort_chooser_clear (self->style);
  names = g_strsplit (styles != NULL ? styles : "", ",", -1);
  for (int i = 0; names[i] != NULL; i++)
    retort_chooser_add (self->style, names[i], get_style_title (names[i]), NULL);
  retort_chooser_update (self->style);
}

static void
choices_changed_cb (RetortTaskCard *self)
{
  RtLibrary *library = rt_session_get_library (retort_card_get_session (RETORT_CARD (self)));

  retort_chooser_set_choices (self->dataset, rt_library_get_datasets (library));
}

static void
list_per_class (RetortTaskCard *self)
{
  static const int counts[] = { 5, 10, 20, 30, 50, 100, 200, 500 };

  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *spec = g_strdup_printf ("%d", counts[i]);
      g_autofree char *title = g_strdup_printf (_("%d per class"), counts[i]);

      retort_chooser_add (self->per_class, spec, title, NULL);
    }
  retort_chooser_add (self->per_class, "0", _("All samples"), NULL);
}

static void
cost_changed_cb (RetortTaskCard *self)
{
  const RtCost *cost = rt_session_get_cost (retort_card_get_session (RETORT_CARD (self)));
  g_autofree char *train = retort_format_count ((gint64) cost->n_train);
  g_autofree char *validation = retort_format_count ((gint64) cost->n_validation);
  g_autofree char *test = retort_format_count ((gint64) cost->n_test);
  g_autofree char *text = NULL;

  if (cost->n_train > 0 && cost->n_test > 0)
    text = g_strdup_printf (_("%s training · %s validation · %s test"), train, validation, test);
  else if (cost->n_train > 0)
    text = g_strdup_printf (_("%s training · %s validation"), train, validation);
  gtk_button_set_label (self->counts, text != NULL ? text : _("Data…"));
}

/* The class */

static void
retort_task_card_bind (RetortCard *card,
                       RtSession  *session)
{
  RetortTaskCard *self = RETORT_TASK_CARD (card);

  retort_chooser_set_more (self->dataset, _("Download…"), _("Well-known sets, as published"),
                           "win.catalogue('datasets')");
  choices_changed_cb (self);
  list_per_class (self);
  g_signal_connect_object (rt_session_get_library (session), "choices-changed",
                           G_CALLBACK (choices_changed_cb), self, G_CONNECT_SWAPPED);
  retort_card_bind (card, "dataset", self->dataset, "spec");
  dataset_changed_cb (self);
  retort_card_bind (card, "style", self->style, "spec");
  retort_card_bind (card, "shift", gtk_range_get_adjustment (GTK_RANGE (self->shift)), "value");
  retort_chooser_bind_number (self->per_class, G_OBJECT (session), "samples-per-class");
  retort_card_watch (card, "cost-changed", G_CALLBACK (cost_changed_cb));
  cost_changed_cb (self);
  self->samples = retort_samples_new (session, N_STRIP, RT_SESSION_LOOK_FITTED);
  g_signal_connect_object (self->samples, "loaded", G_CALLBACK (loaded_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->samples, "failed", G_CALLBACK (failed_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
retort_task_card_dispose (GObject *object)
{
  RetortTaskCard *self = RETORT_TASK_CARD (object);

  g_clear_object (&self->samples);
  retort_template_dispose (object, RETORT_TYPE_TASK_CARD);
  G_OBJECT_CLASS (retort_task_card_parent_class)->dispose (object);
}

static void
retort_task_card_class_init (RetortTaskCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_task_card_dispose;
  RETORT_CARD_CLASS (klass)->bind = retort_task_card_bind;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-task-card.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortTaskCard, dataset);
  gtk_widget_class_bind_template_child (widget_class, RetortTaskCard, per_class);
  gtk_widget_class_bind_template_child (widget_class, RetortTaskCard, style);
  gtk_widget_class_bind_template_child (widget_class, RetortTaskCard, look_row);
  gtk_widget_class_bind_template_child (widget_class, RetortTaskCard, shift);
  gtk_widget_class_bind_template_child (widget_class, RetortTaskCard, strip);
  gtk_widget_class_bind_template_child (widget_class, RetortTaskCard, problem);
  gtk_widget_class_bind_template_child (widget_class, RetortTaskCard, counts);
  gtk_widget_class_bind_template_callback (widget_class, dataset_changed_cb);
}

static void
retort_task_card_init (RetortTaskCard *self)
{
  g_type_ensure (RETORT_TYPE_CHOOSER);
  gtk_widget_init_template (GTK_WIDGET (self));
}
