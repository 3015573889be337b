/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-image-cell.h"

#include "retort-template.h"
#include "retort-widgets.h"

#define LETTER_WIDTH 6    /* of a caption's character, about */

struct _RetortImageCell
{
  GtkWidget   parent_instance;

  /* Template widgets */
  GtkPicture *picture;
  GtkWidget  *caption_box;
  RetortMark *mark;
  GtkLabel   *caption_label;
  GtkLabel   *detail_label;

  char       *spoken;       /* Owned (nullable): what it shows, in words */
};

G_DEFINE_FINAL_TYPE (RetortImageCell, retort_image_cell, GTK_TYPE_WIDGET)

/* Asked for only where a person points. To set a text GTK would ask the display where the pointer
 * is, and wait for that, for each of hundreds of cells. */
static gboolean
retort_image_cell_query_tooltip (GtkWidget  *widget,
                                 int         x,
                                 int         y,
                                 gboolean    keyboard,
                                 GtkTooltip *tooltip)
{
  RetortImageCell *self = RETORT_IMAGE_CELL (widget);

  gtk_tooltip_set_text (tooltip, self->spoken);
  return self->spoken != NULL;
}

static void
retort_image_cell_dispose (GObject *object)
{
  g_clear_pointer (&RETORT_IMAGE_CELL (object)->spoken, g_free);
  retort_template_dispose (object, RETORT_TYPE_IMAGE_CELL);
  G_OBJECT_CLASS (retort_image_cell_parent_class)->dispose (object);
}

static void
retort_image_cell_class_init (RetortImageCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  retort_widgets_init ();
  G_OBJECT_CLASS (klass)->dispose = retort_image_cell_dispose;
  widget_class->query_tooltip = retort_image_cell_query_tooltip;
  gtk_widget_class_set_template_from_resource (widget_class, RETORT_WIDGETS_RESOURCE_BASE
                                               "/retort-image-cell.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortImageCell, picture);
  gtk_widget_class_bind_template_child (widget_class, RetortImageCell, caption_box);
  gtk_widget_class_bind_template_child (widget_class, RetortImageCell, mark);
  gtk_widget_class_bind_template_child (widget_class, RetortImageCell, caption_label);
  gtk_widget_class_bind_template_child (widget_class, RetortImageCell, detail_label);
  gtk_widget_class_set_css_name (widget_class, "retort-image-cell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
retort_image_cell_init (RetortImageCell *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
retort_image_cell_new (void)
{
  return g_object_new (RETORT_TYPE_IMAGE_CELL, NULL);
}

void
retort_image_cell_set_size (RetortImageCell *self,
                            int              size,
                            int              across)
{
  g_return_if_fail (RETORT_IS_IMAGE_CELL (self));

  gtk_widget_set_size_request (GTK_WIDGET (self->picture), size * across, size);
  /* A caption hardly widens the cell; it ends in an ellipsis. */
  gtk_label_set_max_width_chars (self->caption_label, MAX (size * across / LETTER_WIDTH, 1));
  gtk_label_set_max_width_chars (self->detail_label, MAX (size * across / LETTER_WIDTH, 1));
}

void
retort_image_cell_set_item (RetortImageCell *self,
                            RetortImageItem *item)
{
  GdkTexture *texture = item != NULL ? retort_image_item_get_texture (item) : NULL;
  const char *caption = item != NULL ? retort_image_item_get_caption (item) : "";
  const char *detail = item != NULL ? retort_image_item_get_detail (item) : "";
  RetortMarkKind mark = item != NULL ? retort_image_item_get_mark (item) : RETORT_MARK_NONE;

  g_return_if_fail (RETORT_IS_IMAGE_CELL (self));

  g_free (self->spoken);
  self->spoken = item != NULL ? retort_image_item_describe (item) : NULL;
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  if (texture == NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->picture), "retort-waiting");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->picture), "retort-waiting");
  gtk_label_set_label (self->caption_label, caption);
  gtk_label_set_label (self->detail_label, detail);
  retort_mark_set_kind (self->mark, mark);
  gtk_widget_set_visible (GTK_WIDGET (self->mark), mark != RETORT_MARK_NONE);
  gtk_widget_set_visible (self->caption_box, *caption != '\0' || mark != RETORT_MARK_NONE);
  gtk_widget_set_visible (GTK_WIDGET (self->detail_label), *detail != '\0');
  gtk_widget_remove_css_class (self->caption_box, "retort-right");
  gtk_widget_remove_css_class (self->caption_box, "retort-wrong");
  if (mark == RETORT_MARK_RIGHT)
    gtk_widget_add_css_class (self->caption_box, "retort-right");
  else if (mark == RETORT_MARK_WRONG)
    gtk_widget_add_css_class (self->caption_box, "retort-wrong");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->spoken != NULL ? self->spoken : "", -1);
}
