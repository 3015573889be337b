/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-confusion-page.h"

#include "retort-confusion-grid.h"
#include "retort-image-grid.h"
#include "retort-pictures.h"

#include <glib/gi18n.h>

#define N_PICTURES 60

struct _RetortConfusionPage
{
  GtkBox               parent_instance;

  /* Template widgets */
  GtkStack            *stack;
  RetortConfusionGrid *grid;
  GtkLabel            *cell_label;
  RetortImageGrid     *pictures;

  /* Owned */
  RetortPictures      *loader;
  RtInspection        *inspection;   /* (nullable) */
  GArray              *rows;         /* (nullable) of int: of the cell that is open */
};

static guint row_activated;

G_DEFINE_FINAL_TYPE (RetortConfusionPage, retort_confusion_page, GTK_TYPE_BOX)

static void
cell_activated_cb (RetortConfusionPage *self,
                   int                  truth,
                   int                  predicted)
{
  g_autofree char *text = retort_confusion_grid_describe (self->grid, truth, predicted);
  guint n;

  if (self->inspection == NULL)
    return;
  retort_image_grid_clear (self->pictures);
  g_clear_pointer (&self->rows, g_array_unref);
  self->rows = rt_inspection_list_cell (self->inspection, truth, predicted);
  n = MIN (self->rows->len, N_PICTURES);
  for (guint i = 0; i < n; i++)
    retort_image_grid_append (self->pictures, NULL,
                              rt_inspection_get_class_name (self->inspection, predicted), NULL,
                              truth == predicted ? RETORT_MARK_RIGHT : RETORT_MARK_WRONG);
  retort_pictures_load (self->loader, self->inspection,
                        (const int *) (const void *) self->rows->data, (int) n);
  retort_image_grid_set_empty_text (self->pictures, _("No picture in this cell"));
  gtk_label_set_label (self->cell_label, text);
}

static void
activated_cb (RetortConfusionPage *self,
              guint                index)
{
  if (self->rows != NULL && index < self->rows->len)
    g_signal_emit (self, row_activated, 0, g_array_index (self->rows, int, index));
}

static void
retort_confusion_page_dispose (GObject *object)
{
  RetortConfusionPage *self = RETORT_CONFUSION_PAGE (object);

  if (self->loader != NULL)
    retort_pictures_stop (self->loader);
  g_clear_object (&self->loader);
  g_clear_object (&self->inspection);
  g_clear_pointer (&self->rows, g_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), RETORT_TYPE_CONFUSION_PAGE);
  G_OBJECT_CLASS (retort_confusion_page_parent_class)->dispose (object);
}

static void
retort_confusion_page_class_init (RetortConfusionPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_confusion_page_dispose;
  row_activated = g_signal_new ("row-activated", RETORT_TYPE_CONFUSION_PAGE, G_SIGNAL_RUN_LAST, 0,
                                NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-confusion-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortConfusionPage, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortConfusionPage, grid);
  gtk_widget_class_bind_template_child (widget_class, RetortConfusionPage, cell_label);
  gtk_widget_class_bind_template_child (widget_class, RetortConfusionPage, pictures);
  gtk_widget_class_bind_template_callback (widget_class, cell_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
}

static void
retort_confusion_page_init (RetortConfusionPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  retort_image_grid_set_cell_size (self->pictures, 48);
  self->loader = retort_pictures_new (self->pictures);
}

void
retort_confusion_page_set_inspection (RetortConfusionPage *self,
                                      RtInspection        *inspection)
{
  g_autofree int *counts = NULL;
  g_autofree const char **names = NULL;
  int n;

  g_return_if_fail (RETORT_IS_CONFUSION_PAGE (self));
  g_set_object (&self->inspection, inspection);
  g_clear_pointer (&self->rows, g_array_unref);
  retort_pictures_stop (self->loader);
  retort_image_grid_clear (self->pictures);
  retort_image_grid_set_empty_text (self->pictures, _("Choose a cell to see its pictures"));
  gtk_label_set_label (self->cell_label, "");
  n = inspection != NULL ? rt_inspection_get_n_classes (inspection) : 0;
  if (n == 0 || n > RETORT_CONFUSION_MAX_CLASSES)
    {
      gtk_stack_set_visible_child_name (self->stack, n == 0 ? "empty" : "many");
      return;
    }
  counts = g_new0 (int, n * n);
  names = g_new0 (const char *, n + 1);
  for (int i = 0; i < n; i++)
    names[i] = rt_inspection_get_class_name (inspection, i);
  rt_predictions_count (rt_inspection_get_predictions (inspection), counts);
  retort_confusion_grid_set (self->grid, n, names, counts);
  gtk_stack_set_visible_child_name (self->stack, "grid");
}
