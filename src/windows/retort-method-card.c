/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-method-card.h"

#include "retort-chooser.h"
#include "retort-loss-bar.h"
#include "retort-template.h"
#include "retort-training-form.h"

#include <glib/gi18n.h>

struct _RetortMethodCard
{
  RetortCard       parent_instance;

  /* Template widgets */
  GtkToggleButton *scratch_button;
  GtkToggleButton *fine_tune_button;
  GtkToggleButton *distil_button;
  GtkWidget       *distil_box;
  RetortChooser   *teacher;
  GtkScale        *temperature;
  GtkScale        *alpha;
  RetortLossBar   *loss;

  gboolean         updating;
};

G_DEFINE_FINAL_TYPE (RetortMethodCard, retort_method_card, RETORT_TYPE_CARD)

/* Texts of the template */

static char *
format_temperature (GtkWidget *widget,
                    double     temperature)
{
  return g_strdup_printf ("%.1f", temperature);
}

static char *
format_alpha (GtkWidget *widget,
              double     alpha)
{
  return g_strdup_printf ("%.2f", alpha);
}

static char *
format_teacher (GtkWidget  *widget,
                const char *spec)
{
  RetortChooser *teacher = RETORT_METHOD_CARD (widget)->teacher;
  const char *detail = teacher != NULL ? retort_chooser_get_detail (teacher) : NULL;

  if (spec == NULL || *spec == '\0')
    return g_strdup (_("Train a larger network first: it can be the teacher"));
  return g_strdup (detail != NULL ? detail : "");
}

/* The choice of the method */

static void
method_changed_cb (RetortMethodCard *self)
{
  GtkToggleButton *button;
  int method;

  g_object_get (retort_card_get_session (RETORT_CARD (self)), "method", &method, NULL);
  button = method == RT_METHOD_DISTIL ? self->distil_button
           : method == RT_METHOD_FINE_TUNE ? self->fine_tune_button : self->scratch_button;
  self->updating = TRUE;
  gtk_toggle_button_set_active (button, TRUE);
  self->updating = FALSE;
  gtk_widget_set_visible (self->distil_box, method == RT_METHOD_DISTIL);
}

static void
method_toggled_cb (RetortMethodCard *self,
                   GtkToggleButton  *button)
{
  RtMethod method = button == self->distil_button ? RT_METHOD_DISTIL
                    : button == self->fine_tune_button ? RT_METHOD_FINE_TUNE : RT_METHOD_SCRATCH;

  if (self->updating || !gtk_toggle_button_get_active (button))
    return;
  g_object_set (retort_card_get_session (RETORT_CARD (self)), "method", (int) method, NULL);
}

static void
loss_changed_cb (RetortMethodCard *self)
{
  RtSessionLoss loss;

  if (!gtk_widget_get_visible (self->distil_box))
    return;
  rt_session_get_loss (retort_card_get_session (RETORT_CARD (self)), &loss);
  retort_loss_bar_set (self->loss, loss.temperature, loss.alpha, loss.kl, loss.ce);
}

static void
choices_changed_cb (RetortMethodCard *self)
{
  RtLibrary *library = rt_session_get_library (retort_card_get_session (RETORT_CARD (self)));

  retort_chooser_set_choices (self->teacher, rt_library_get_teachers (library));
}

/* The class */

static void
retort_method_card_bind (RetortCard *card,
                         RtSession  *session)
{
  RetortMethodCard *self = RETORT_METHOD_CARD (card);

  choices_changed_cb (self);
  g_signal_connect_object (rt_session_get_library (session), "choices-changed",
                           G_CALLBACK (choices_changed_cb), self, G_CONNECT_SWAPPED);
  retort_card_bind (card, "teacher", self->teacher, "spec");
  retort_card_bind (card, "temperature",
                    gtk_range_get_adjustment (GTK_RANGE (self->temperature)), "value");
  retort_card_bind (card, "alpha", gtk_range_get_adjustment (GTK_RANGE (self->alpha)), "value");
  retort_card_watch (card, "notify::method", G_CALLBACK (method_changed_cb));
  retort_card_watch (card, "notify::method", G_CALLBACK (loss_changed_cb));
  retort_card_watch (card, "notify::temperature", G_CALLBACK (loss_changed_cb));
  retort_card_watch (card, "notify::alpha", G_CALLBACK (loss_changed_cb));
  retort_card_watch (card, "notify::state", G_CALLBACK (loss_changed_cb));
  retort_card_watch (card, "step", G_CALLBACK (loss_changed_cb));
  method_changed_cb (self);
  loss_changed_cb (self);
}

static void
retort_method_card_dispose (GObject *object)
{
  retort_template_dispose (object, RETORT_TYPE_METHOD_CARD);
  G_OBJECT_CLASS (retort_method_card_parent_class)->dispose (object);
}

static void
retort_method_card_class_init (RetortMethodCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_method_card_dispose;
  RETORT_CARD_CLASS (klass)->bind = retort_method_card_bind;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-method-card.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortMethodCard, scratch_button);
  gtk_widget_class_bind_template_child (widget_class, RetortMethodCard, fine_tune_button);
  gtk_widget_class_bind_template_child (widget_class, RetortMethodCard, distil_button);
  gtk_widget_class_bind_template_child (widget_class, RetortMethodCard, distil_box);
  gtk_widget_class_bind_template_child (widget_class, RetortMethodCard, teacher);
  gtk_widget_class_bind_template_child (widget_class, RetortMethodCard, temperature);
  gtk_widget_class_bind_template_child (widget_class, RetortMethodCard, alpha);
  gtk_widget_class_bind_template_child (widget_class, RetortMethodCard, loss);
  gtk_widget_class_bind_template_callback (widget_class, format_temperature);
  gtk_widget_class_bind_template_callback (widget_class, format_alpha);
  gtk_widget_class_bind_template_callback (widget_class, format_teacher);
  gtk_widget_class_bind_template_callback (widget_class, method_toggled_cb);
}

static void
retort_method_card_init (RetortMethodCard *self)
{
  g_type_ensure (RETORT_TYPE_CHOOSER);
  g_type_ensure (RETORT_TYPE_TRAINING_FORM);
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->updating = FALSE;
}
