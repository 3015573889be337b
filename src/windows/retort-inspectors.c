/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-inspectors.h"

#include "retort-confusion-page.h"
#include "retort-correction-menu.h"
#include "retort-image-grid.h"
#include "retort-pictures.h"
#include "retort-samples.h"
#include "retort-soft-labels.h"
#include "retort-template.h"
#include "retort-try-page.h"
#include "retort-verdict-page.h"

#include <glib/gi18n.h>

#define N_SAMPLES  60
#define N_MISTAKES 120

struct _RetortInspectors
{
  RetortCard           parent_instance;

  /* Template widgets */
  GtkStack            *stack;
  GtkWidget           *augmented;      /* a toggle */
  RetortImageGrid     *samples_grid;
  RetortImageGrid     *mistakes_grid;
  RetortConfusionPage *confusion;
  RetortSoftLabels    *soft_labels;
  RetortTryPage       *try_page;
  RetortVerdictPage   *verdict;

  /* Owned */
  RetortSamples       *samples;
  RetortPictures      *pictures;       /* of the mistakes */
  RtRunItem           *run;            /* (nullable) */
  RtInspection        *inspection;     /* (nullable) */
  GArray              *mistakes;       /* (nullable) of int: rows, as the grid has them */
  GCancellable        *cancellable;    /* (nullable) of the load under way */
};

G_DEFINE_FINAL_TYPE (RetortInspectors, retort_inspectors, RETORT_TYPE_CARD)

/* Samples */

static void
loaded_cb (RetortInspectors *self,
           GPtrArray        *samples)
{
  int across = 1;

  retort_image_grid_clear (self->samples_grid);
  for (guint i = 0; i < samples->len; i++)
    across = MAX (across, ((const RtSessionSample *) g_ptr_array_index (samples, i))->n_views);
  retort_image_grid_set_across (self->samples_grid, across);
  for (guint i = 0; i < samples->len; i++)
    {
      const RtSessionSample *sample = g_ptr_array_index (samples, i);
      g_autoptr (GdkTexture) texture = retort_texture_new_from_sample (sample);

      retort_image_grid_append (self->samples_grid, texture, sample->class_name, NULL,
                                RETORT_MARK_NONE);
    }
}

static void
failed_cb (RetortInspectors *self,
           const char       *message)
{
  retort_image_grid_clear (self->samples_grid);
  retort_image_grid_set_empty_text (self->samples_grid, message);
}

static void
look_changed_cb (RetortInspectors *self)
{
  gboolean augmented = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->augmented));

  retort_samples_set_look (self->samples, augmented ? RT_SESSION_LOOK_AUGMENTED
                                                    : RT_SESSION_LOOK_FITTED);
}

static gboolean
augment_to_visible (GBinding     *binding,
                    const GValue *from,
                    GValue       *to,
                    gpointer      data)
{
  g_value_set_boolean (to, g_strcmp0 (g_value_get_string (from), "none") != 0);
  return TRUE;
}

/* Mistakes */

static void
add_mistake (RetortInspectors *self,
             int               row)
{
  RtInspection *inspection = self->inspection;
  const RtPredictions *p = rt_inspection_get_predictions (inspection);
  g_autofree float *shares = g_new0 (float, p->n_classes);
  int predicted = rt_inspection_get_predicted (inspection, row);
  g_autofree char *caption = NULL;
  g_autofree char *detail = NULL;

  rt_inspection_get_student (inspection, row, 1.0f, shares);
  caption = g_strdup_printf (_("%s, %.0f %%"), rt_inspection_get_class_name (inspection, predicted),
                             100.0 * shares[predicted]);
  detail = retort_correction_describe (inspection, row);
  retort_image_grid_append (self->mistakes_grid, NULL, caption, detail, RETORT_MARK_WRONG);
}

static void
fill_mistakes (RetortInspectors *self)
{
  guint n = MIN (self->mistakes->len, N_MISTAKES);

  for (guint i = 0; i < n; i++)
    add_mistake (self, g_array_index (self->mistakes, int, i));
  retort_pictures_load (self->pictures, self->inspection,
                        (const int *) (const void *) self->mistakes->data, (int) n);
}

static void
show_mistakes (RetortInspectors *self)
{
  const char *text = _("The pictures that the network gets wrong appear here, the worst first, "
                       "when the run has ended.");
  const char *failure = self->run != NULL ? rt_run_item_get_failure (self->run) : NULL;

  retort_pictures_stop (self->pictures);
  retort_image_grid_clear (self->mistakes_grid);
  g_clear_pointer (&self->mistakes, g_array_unref);
  if (self->inspection != NULL)
    {
      self->mistakes = rt_inspection_list_mistakes (self->inspection);
      if (self->mistakes->len == 0)
        text = _("No mistake on the validation set. Try fewer samples or a larger shift.");
      fill_mistakes (self);
    }
  else if (failure != NULL)
    text = failure;
  retort_image_grid_set_empty_text (self->mistakes_grid, text);
}

/* A picture was chosen: its soft labels tell more. */
static void
show_row (RetortInspectors *self,
          int               row)
{
  retort_soft_labels_set_row (self->soft_labels, row);
  gtk_stack_set_visible_child_name (self->stack, "soft-labels");
}

static void
mistake_activated_cb (RetortInspectors *self,
                      guint             index)
{
  if (self->mistakes != NULL && index < self->mistakes->len)
    show_row (self, g_array_index (self->mistakes, int, index));
}

static void
menu_closed_cb (GtkPopover *menu)
{
  /* Its action is not done yet. */
  g_idle_add_once ((GSourceOnceFunc) gtk_widget_unparent, menu);
}

static void
mistake_menu_cb (RetortInspectors *self,
                 guint             index,
                 GdkRectangle     *place)
{
  g_autoptr (GMenuModel) model = NULL;
  GtkWidget *menu;

  if (self->mistakes == NULL || index >= self->mistakes->len)
    return;
  model = retort_correction_menu_new (self->inspection,
                                      g_array_index (self->mistakes, int, index));
  if (model == NULL)
    return;
  menu = gtk_popover_menu_new_from_model (model);
  gtk_widget_set_parent (menu, GTK_WIDGET (self->mistakes_grid));
  gtk_popover_set_pointing_to (GTK_POPOVER (menu), place);
  gtk_popover_set_position (GTK_POPOVER (menu), GTK_POS_RIGHT);
  g_signal_connect (menu, "closed", G_CALLBACK (menu_closed_cb), NULL);
  gtk_popover_popup (GTK_POPOVER (menu));
}

static void
row_activated_cb (RetortInspectors *self,
                  int               row)
{
  show_row (self, row);
}

/* Loading */

static void
set_inspection (RetortInspectors *self,
                RtInspection     *inspection)
{
  g_set_object (&self->inspection, inspection);
  show_mistakes (self);
  retort_confusion_page_set_inspection (self->confusion, inspection);
  retort_soft_labels_set_inspection (self->soft_labels, inspection);
}

static void
inspected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr (RetortInspectors) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtInspection) inspection = rt_inspection_load_finish (result, &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  set_inspection (self, inspection);
  if (inspection == NULL)
    retort_image_grid_set_empty_text (self->mistakes_grid, error->message);
}

static void
cancel (RetortInspectors *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
show_comparison (RetortInspectors *self)
{
  RtLibrary *library = rt_session_get_library (retort_card_get_session (RETORT_CARD (self)));
  const char *group = self->run != NULL ? rt_run_item_get_run (self->run)->group : NULL;
  g_autoptr (RtComparison) comparison = rt_comparison_new (library, group);

  retort_verdict_page_set_comparison (self->verdict, comparison);
}

/* The class */

static void
retort_inspectors_bind (RetortCard *card,
                        RtSession  *session)
{
  RetortInspectors *self = RETORT_INSPECTORS (card);

  self->samples = retort_samples_new (session, N_SAMPLES, RT_SESSION_LOOK_AUGMENTED);
  g_signal_connect_object (self->samples, "loaded", G_CALLBACK (loaded_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->samples, "failed", G_CALLBACK (failed_cb), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property_full (session, "augment", self->augmented, "visible",
                               G_BINDING_SYNC_CREATE, augment_to_visible, NULL, NULL, NULL);
}

static void
retort_inspectors_dispose (GObject *object)
{
  RetortInspectors *self = RETORT_INSPECTORS (object);

  cancel (self);
  g_clear_object (&self->samples);
  if (self->pictures != NULL)
    retort_pictures_stop (self->pictures);
  g_clear_object (&self->pictures);
  g_clear_object (&self->run);
  g_clear_object (&self->inspection);
  g_clear_pointer (&self->mistakes, g_array_unref);
  retort_template_dispose (object, RETORT_TYPE_INSPECTORS);
  G_OBJECT_CLASS (retort_inspectors_parent_class)->dispose (object);
}

static void
retort_inspectors_class_init (RetortInspectorsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_inspectors_dispose;
  RETORT_CARD_CLASS (klass)->bind = retort_inspectors_bind;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-inspectors.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortInspectors, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortInspectors, augmented);
  gtk_widget_class_bind_template_child (widget_class, RetortInspectors, samples_grid);
  gtk_widget_class_bind_template_child (widget_class, RetortInspectors, mistakes_grid);
  gtk_widget_class_bind_template_child (widget_class, RetortInspectors, confusion);
  gtk_widget_class_bind_template_child (widget_class, RetortInspectors, soft_labels);
  gtk_widget_class_bind_template_child (widget_class, RetortInspectors, try_page);
  gtk_widget_class_bind_template_child (widget_class, RetortInspectors, verdict);
  gtk_widget_class_bind_template_callback (widget_class, look_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, mistake_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, mistake_menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
retort_inspectors_init (RetortInspectors *self)
{
  g_type_ensure (RETORT_TYPE_CONFUSION_PAGE);
  g_type_ensure (RETORT_TYPE_SOFT_LABELS);
  g_type_ensure (RETORT_TYPE_TRY_PAGE);
  g_type_ensure (RETORT_TYPE_VERDICT_PAGE);
  gtk_widget_init_template (GTK_WIDGET (self));
  retort_image_grid_set_cell_size (self->samples_grid, 48);
  retort_image_grid_set_cell_size (self->mistakes_grid, 64);
  self->pictures = retort_pictures_new (self->mistakes_grid);
  set_inspection (self, NULL);
}

void
retort_inspectors_set_run (RetortInspectors *self,
                           RtRunItem        *item)
{
  g_return_if_fail (RETORT_IS_INSPECTORS (self));
  if (g_set_object (&self->run, item))
    retort_inspectors_reload (self);
}

void
retort_inspectors_reload (RetortInspectors *self)
{
  RtLibrary *library = rt_session_get_library (retort_card_get_session (RETORT_CARD (self)));

  g_return_if_fail (RETORT_IS_INSPECTORS (self));
  cancel (self);
  show_comparison (self);
  if (self->run == NULL || rt_run_item_get_run (self->run)->result.best_epoch == 0)
    {
      set_inspection (self, NULL);
      retort_try_page_set_run (self->try_page, library, NULL);
      return;
    }
  retort_try_page_set_run (self->try_page, library, self->run);
  self->cancellable = g_cancellable_new ();
  rt_inspection_load_async (library, self->run, self->cancellable, inspected_cb,
                            g_object_ref (self));
}

gboolean
retort_inspectors_try_picture (RetortInspectors *self,
                               const char       *path)
{
  g_return_val_if_fail (RETORT_IS_INSPECTORS (self), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "try");
  return retort_try_page_ask (self->try_page, path);
}

RtInspection *
retort_inspectors_get_inspection (RetortInspectors *self)
{
  g_return_val_if_fail (RETORT_IS_INSPECTORS (self), NULL);
  return self->inspection;
}

void
retort_inspectors_update_corrections (RetortInspectors *self)
{
  guint n;

  g_return_if_fail (RETORT_IS_INSPECTORS (self));
  if (self->inspection == NULL)
    return;
  n = MIN (self->mistakes->len, retort_image_grid_get_n (self->mistakes_grid));
  for (guint i = 0; i < n; i++)
    {
      RetortImageItem *item = retort_image_grid_get_item (self->mistakes_grid, i);
      int row = g_array_index (self->mistakes, int, i);
      g_autofree char *detail = retort_correction_describe (self->inspection, row);

      if (!g_str_equal (retort_image_item_get_detail (item), detail))
        retort_image_grid_set_detail (self->mistakes_grid, i, detail);
    }
  retort_soft_labels_update_correction (self->soft_labels);
}

void
retort_inspectors_show_verdict (RetortInspectors *self)
{
  g_return_if_fail (RETORT_IS_INSPECTORS (self));
  gtk_stack_set_visible_child_name (self->stack, "verdict");
}
