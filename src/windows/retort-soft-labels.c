/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-soft-labels.h"

#include "retort-bars.h"
#include "retort-correction-menu.h"
#include "retort-samples.h"

#include <glib/gi18n.h>
#include <math.h>

#define MOST_BARS    6
#define PICTURE_SIDE 256   /* of 112 pixels, drawn at twice its size */

struct _RetortSoftLabels
{
  GtkBox         parent_instance;

  /* Template widgets */
  GtkStack      *stack;
  GtkPicture    *picture;
  GtkLabel      *place;
  GtkLabel      *label;
  GtkMenuButton *correct;
  RetortBars    *teacher;
  RetortBars    *student;
  GtkAdjustment *temperature;
  GtkLabel      *numbers;
  GtkLabel      *verdict;

  /* Owned */
  RtInspection  *inspection;   /* (nullable) */
  GCancellable  *cancellable;  /* (nullable) of the picture that is being read */
  int            row;
};

G_DEFINE_FINAL_TYPE (RetortSoftLabels, retort_soft_labels, GTK_TYPE_BOX)

static char *
format_temperature (GtkWidget *widget,
                    double     temperature)
{
  return g_strdup_printf ("%.1f", temperature);
}

/* In nats. */
static double
get_entropy (const double *shares,
             int           n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    if (shares[i] > 0.0)
      sum -= shares[i] * log (shares[i]);
  return sum;
}

static double
get_divergence (const double *p,
                const double *q,
                int           n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    if (p[i] > 0.0)
      sum += p[i] * log (p[i] / MAX (q[i], 1e-30));
  return sum;
}

static void
widen (double      *out,
       const float *inp,
       int          n)
{
  for (int i = 0; i < n; i++)
    out[i] = inp[i];
}

static void
set_bars (RetortSoftLabels *self,
          RetortBars       *bars,
          const char       *title,
          const double     *shares,
          const int        *order,
          int               n,
          int               truth)
{
  const char *names[MOST_BARS];
  double values[MOST_BARS];
  int place = -1;

  for (int i = 0; i < n; i++)
    {
      names[i] = rt_inspection_get_class_name (self->inspection, order[i]);
      values[i] = shares[order[i]];
      if (order[i] == truth)
        place = i;
    }
  retort_bars_set_title (bars, title);
  retort_bars_set (bars, n, names, values, place);
}

static void
update_bars (RetortSoftLabels *self)
{
  const RtPredictions *p;
  float temperature = (float) gtk_adjustment_get_value (self->temperature);
  g_autofree float *raw = NULL;
  g_autofree double *student = NULL;
  g_autofree double *teacher = NULL;
  g_autofree char *text = NULL;
  g_autofree char *teacher_title = g_strdup_printf (_("Teacher at T = %.1f"), temperature);
  g_autofree char *student_title = g_strdup_printf (_("Student at T = %.1f"), temperature);
  int order[MOST_BARS];
  gboolean taught;
  int truth;
  int n;

  if (self->inspection == NULL)
    return;
  p = rt_inspection_get_predictions (self->inspection);
  truth = p->labels[self->row];
  raw = g_new0 (float, p->n_classes);
  student = g_new0 (double, p->n_classes);
  teacher = g_new0 (double, p->n_classes);
  rt_inspection_get_student (self->inspection, self->row, temperature, raw);
  widen (student, raw, p->n_classes);
  taught = rt_inspection_get_teacher (self->inspection, self->row, temperature, raw);
  widen (teacher, raw, p->n_classes);
  n = retort_bars_pick (taught ? teacher : student, p->n_classes, truth, MOST_BARS, order);
  gtk_widget_set_visible (GTK_WIDGET (self->teacher), taught);
  if (taught)
    set_bars (self, self->teacher, teacher_title, teacher, order, n, truth);
  set_bars (self, self->student, student_title, student, order, n, truth);
  if (taught)
    text = g_strdup_printf (_("entropy %.2f / %.2f · KL(teacher ‖ student) %.3f"),
                            get_entropy (teacher, p->n_classes),
                            get_entropy (student, p->n_classes),
                            get_divergence (teacher, student, p->n_classes));
  else
    text = g_strdup_printf (_("entropy %.2f · no teacher: choose Distil to have one"),
                            get_entropy (student, p->n_classes));
  gtk_label_set_label (self->numbers, text);
}

/* Made when it is opened, for the picture that is there then. */
static void
create_menu_cb (GtkMenuButton *button,
                gpointer       data)
{
  RetortSoftLabels *self = data;
  g_autoptr (GMenuModel) model = self->inspection != NULL
                                 ? retort_correction_menu_new (self->inspection, self->row) : NULL;

  gtk_menu_button_set_menu_model (button, model);
}

static void
stop (RetortSoftLabels *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* The picture before stays until the next is read: it is a moment, and nothing jumps. */
static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (RetortSoftLabels) self = data;
  g_autoptr (GPtrArray) images = rt_inspection_read_images_finish (RT_INSPECTION (source), result,
                                                                   NULL);
  const RtImage *image = images != NULL && images->len > 0 ? g_ptr_array_index (images, 0) : NULL;
  g_autoptr (GdkTexture) texture = image != NULL ? retort_texture_new_from_image (image) : NULL;

  if (g_task_get_cancellable (G_TASK (result)) == self->cancellable)
    gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
}

static void
update_picture (RetortSoftLabels *self)
{
  const RtPredictions *p = rt_inspection_get_predictions (self->inspection);
  const char *name = p->labels[self->row] >= 0
                     ? rt_inspection_get_class_name (self->inspection, p->labels[self->row])
                     : _("none");
  g_autofree char *place = g_strdup_printf (_("validation image %d of %d"), self->row + 1, p->n);
  g_autofree char *verdict = g_strdup_printf (_("The label says: %s 100 %%"), name);

  stop (self);
  self->cancellable = g_cancellable_new ();
  rt_inspection_read_images_async (self->inspection, &self->row, 1, PICTURE_SIDE, self->cancellable,
                                   read_cb, g_object_ref (self));
  gtk_label_set_label (self->place, place);
  gtk_label_set_label (self->verdict, verdict);
  retort_soft_labels_update_correction (self);
}

static void
move (RetortSoftLabels *self,
      int               by)
{
  int n = rt_inspection_get_predictions (self->inspection)->n;

  retort_soft_labels_set_row (self, (self->row + by + n) % n);
}

static void
previous_cb (RetortSoftLabels *self)
{
  move (self, -1);
}

static void
next_cb (RetortSoftLabels *self)
{
  move (self, 1);
}

static void
retort_soft_labels_dispose (GObject *object)
{
  stop (RETORT_SOFT_LABELS (object));
  g_clear_object (&RETORT_SOFT_LABELS (object)->inspection);
  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_SOFT_LABELS);
  G_OBJECT_CLASS (retort_soft_labels_parent_class)->dispose (object);
}

static void
retort_soft_labels_class_init (RetortSoftLabelsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_soft_labels_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-soft-labels.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, picture);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, place);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, label);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, correct);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, teacher);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, student);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, temperature);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, numbers);
  gtk_widget_class_bind_template_child (widget_class, RetortSoftLabels, verdict);
  gtk_widget_class_bind_template_callback (widget_class, format_temperature);
  gtk_widget_class_bind_template_callback (widget_class, update_bars);
  gtk_widget_class_bind_template_callback (widget_class, previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
}

static void
retort_soft_labels_init (RetortSoftLabels *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  retort_bars_set_who (self->student, RETORT_BARS_STUDENT);
  gtk_menu_button_set_create_popup_func (self->correct, create_menu_cb, self, NULL);
}

void
retort_soft_labels_set_inspection (RetortSoftLabels *self,
                                   RtInspection     *inspection)
{
  g_return_if_fail (RETORT_IS_SOFT_LABELS (self));
  g_set_object (&self->inspection, inspection);
  if (inspection != NULL && rt_inspection_get_predictions (inspection)->n == 0)
    g_clear_object (&self->inspection);
  stop (self);
  gtk_stack_set_visible_child_name (self->stack, self->inspection != NULL ? "bars" : "empty");
  if (self->inspection != NULL)
    retort_soft_labels_set_row (self, 0);
}

void
retort_soft_labels_set_row (RetortSoftLabels *self,
                            int               row)
{
  g_return_if_fail (RETORT_IS_SOFT_LABELS (self));
  if (self->inspection == NULL || row < 0
      || row >= rt_inspection_get_predictions (self->inspection)->n)
    return;
  self->row = row;
  update_picture (self);
  update_bars (self);
}

void
retort_soft_labels_update_correction (RetortSoftLabels *self)
{
  g_autofree char *text = NULL;

  g_return_if_fail (RETORT_IS_SOFT_LABELS (self));
  if (self->inspection == NULL)
    return;
  if (rt_inspection_get_correction (self->inspection, self->row) != NULL)
    text = retort_correction_describe (self->inspection, self->row);
  else
    {
      int label = rt_inspection_get_predictions (self->inspection)->labels[self->row];

      text = g_strdup_printf (_("label: %s"),
                              rt_inspection_get_class_name (self->inspection, label));
    }
  gtk_label_set_label (self->label, text);
  gtk_picture_set_alternative_text (self->picture, text);
  gtk_widget_set_visible (GTK_WIDGET (self->correct), rt_inspection_can_correct (self->inspection));
}
