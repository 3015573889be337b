/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-image-grid.h"

#include "retort-image-cell.h"
#include "retort-template.h"
#include "retort-widgets.h"

#include <glib/gi18n.h>

#define CELL_SIZE 64
#define LIST_ITEM "retort-list-item"

struct _RetortImageGrid
{
  GtkWidget    parent_instance;

  /* Template widgets */
  GtkGridView *grid_view;
  GtkLabel    *empty_label;

  /* Owned */
  GListStore  *items;       /* RetortImageItem */
  int          cell_size;
  int          across;
};

enum
{
  PROP_0,
  PROP_CELL_SIZE,
  PROP_EMPTY_TEXT,
  N_PROPS
};

enum
{
  ACTIVATED,
  MENU,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortImageGrid, retort_image_grid, GTK_TYPE_WIDGET)

static void
activate_cb (RetortImageGrid *self,
             guint            index)
{
  g_signal_emit (self, signals[ACTIVATED], 0, index);
}

static void
items_changed_cb (RetortImageGrid *self)
{
  guint n = retort_image_grid_get_n (self);
  g_autofree char *text = g_strdup_printf (ngettext ("%u picture", "%u pictures", n), n);

  gtk_widget_set_visible (GTK_WIDGET (self->empty_label), n == 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  n > 0 ? text : gtk_label_get_label (self->empty_label), -1);
}

/* The menu of the picture in @cell. */
static void
ask_menu (RetortImageGrid *self,
          GtkWidget       *cell)
{
  GtkListItem *list_item = g_object_get_data (G_OBJECT (cell), LIST_ITEM);
  guint index = gtk_list_item_get_position (list_item);
  graphene_rect_t bounds;
  GdkRectangle place;

  if (index == GTK_INVALID_LIST_POSITION
      || !gtk_widget_compute_bounds (cell, GTK_WIDGET (self), &bounds))
    return;
  place = (GdkRectangle) { (int) bounds.origin.x, (int) bounds.origin.y, (int) bounds.size.width,
                           (int) bounds.size.height };
  g_signal_emit (self, signals[MENU], 0, index, &place);
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            RetortImageGrid *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  ask_menu (self, gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)));
}

/* Of the picture that has the focus: GTK's widget around ours has it. */
static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   data)
{
  RetortImageGrid *self = RETORT_IMAGE_GRID (widget);
  GtkWidget *around = gtk_root_get_focus (gtk_widget_get_root (widget));

  while (around != NULL && gtk_widget_get_parent (around) != GTK_WIDGET (self->grid_view))
    around = gtk_widget_get_parent (around);
  if (around == NULL || gtk_widget_get_first_child (around) == NULL)
    return FALSE;
  ask_menu (self, gtk_widget_get_first_child (around));
  return TRUE;
}

static void
setup_cb (RetortImageGrid *self,
          GtkListItem     *list_item)
{
  GtkWidget *cell = retort_image_cell_new ();
  GtkGesture *second = gtk_gesture_click_new ();

  retort_image_cell_set_size (RETORT_IMAGE_CELL (cell), self->cell_size, self->across);
  gtk_list_item_set_child (list_item, cell);
  /* Borrowed: the cell goes with it. */
  g_object_set_data (G_OBJECT (cell), LIST_ITEM, list_item);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (second), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (second, "pressed", G_CALLBACK (pressed_cb), self, 0);
  gtk_widget_add_controller (cell, GTK_EVENT_CONTROLLER (second));
}

/* The widget that takes the focus is GTK's, around ours, and has no name of its own. */
static void
bind_cb (RetortImageGrid *self,
         GtkListItem     *list_item)
{
  RetortImageItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *cell = gtk_list_item_get_child (list_item);
  GtkWidget *around = gtk_widget_get_parent (cell);
  g_autofree char *spoken = retort_image_item_describe (item);

  retort_image_cell_set_item (RETORT_IMAGE_CELL (cell), item);
  if (around != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (around), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                    -1);
}

static void
unbind_cb (RetortImageGrid *self,
           GtkListItem     *list_item)
{
  retort_image_cell_set_item (RETORT_IMAGE_CELL (gtk_list_item_get_child (list_item)), NULL);
}

/* A new factory makes new cells, of the new size. */
static void
renew_factory (RetortImageGrid *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  gtk_grid_view_set_factory (self->grid_view, factory);
}

static void
retort_image_grid_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  RetortImageGrid *self = RETORT_IMAGE_GRID (object);

  if (id == PROP_CELL_SIZE)
    g_value_set_int (value, self->cell_size);
  else if (id == PROP_EMPTY_TEXT)
    g_value_set_string (value, retort_image_grid_get_empty_text (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_image_grid_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  RetortImageGrid *self = RETORT_IMAGE_GRID (object);

  if (id == PROP_CELL_SIZE)
    retort_image_grid_set_cell_size (self, g_value_get_int (value));
  else if (id == PROP_EMPTY_TEXT)
    retort_image_grid_set_empty_text (self, g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_image_grid_dispose (GObject *object)
{
  RetortImageGrid *self = RETORT_IMAGE_GRID (object);

  if (self->items != NULL)
    g_signal_handlers_disconnect_by_func (self->items, items_changed_cb, self);
  retort_template_dispose (self, RETORT_TYPE_IMAGE_GRID);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (retort_image_grid_parent_class)->dispose (object);
}

static void
retort_image_grid_class_init (RetortImageGridClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  retort_widgets_init ();
  object_class->get_property = retort_image_grid_get_property;
  object_class->set_property = retort_image_grid_set_property;
  object_class->dispose = retort_image_grid_dispose;
  properties[PROP_CELL_SIZE] = g_param_spec_int ("cell-size", NULL, NULL, 16, 1024, CELL_SIZE,
                                                 flags);
  properties[PROP_EMPTY_TEXT] = g_param_spec_string ("empty-text", NULL, NULL, "", flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[ACTIVATED] = g_signal_new ("activated", RETORT_TYPE_IMAGE_GRID, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[MENU] = g_signal_new ("menu", RETORT_TYPE_IMAGE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 2, G_TYPE_UINT, GDK_TYPE_RECTANGLE);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);

  gtk_widget_class_set_template_from_resource (widget_class, RETORT_WIDGETS_RESOURCE_BASE
                                               "/retort-image-grid.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortImageGrid, grid_view);
  gtk_widget_class_bind_template_child (widget_class, RetortImageGrid, empty_label);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_set_css_name (widget_class, "retort-image-grid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
retort_image_grid_init (RetortImageGrid *self)
{
  g_autoptr (GtkSelectionModel) model = NULL;

  self->cell_size = CELL_SIZE;
  self->across = 1;
  self->items = g_list_store_new (RETORT_TYPE_IMAGE_ITEM);
  gtk_widget_init_template (GTK_WIDGET (self));
  renew_factory (self);
  model = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->items))));
  gtk_grid_view_set_model (self->grid_view, model);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->grid_view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Pictures"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Pictures"), -1);
  g_signal_connect_swapped (self->items, "items-changed", G_CALLBACK (items_changed_cb), self);
}

GtkWidget *
retort_image_grid_new (void)
{
  return g_object_new (RETORT_TYPE_IMAGE_GRID, NULL);
}

void
retort_image_grid_append (RetortImageGrid *self,
                          GdkTexture      *texture,
                          const char      *caption,
                          const char      *detail,
                          RetortMarkKind   mark)
{
  g_autoptr (RetortImageItem) item = NULL;

  g_return_if_fail (RETORT_IS_IMAGE_GRID (self));

  item = retort_image_item_new (texture, caption, detail, mark);
  g_list_store_append (self->items, item);
}

static void
replace (RetortImageGrid *self,
         guint            index,
         GdkTexture      *texture,
         const char      *detail)
{
  RetortImageItem *old = retort_image_grid_get_item (self, index);
  g_autoptr (RetortImageItem) item = retort_image_item_new (texture,
                                                            retort_image_item_get_caption (old),
                                                            detail,
                                                            retort_image_item_get_mark (old));

  g_list_store_splice (self->items, index, 1, (gpointer *) &item, 1);
}

void
retort_image_grid_set_detail (RetortImageGrid *self,
                              guint            index,
                              const char      *detail)
{
  g_return_if_fail (RETORT_IS_IMAGE_GRID (self));
  g_return_if_fail (index < retort_image_grid_get_n (self));

  replace (self, index, retort_image_item_get_texture (retort_image_grid_get_item (self, index)),
           detail);
}

void
retort_image_grid_set_texture (RetortImageGrid *self,
                               guint            index,
                               GdkTexture      *texture)
{
  g_return_if_fail (RETORT_IS_IMAGE_GRID (self));
  g_return_if_fail (index < retort_image_grid_get_n (self));

  replace (self, index, texture,
           retort_image_item_get_detail (retort_image_grid_get_item (self, index)));
}

void
retort_image_grid_clear (RetortImageGrid *self)
{
  g_return_if_fail (RETORT_IS_IMAGE_GRID (self));
  g_list_store_remove_all (self->items);
}

guint
retort_image_grid_get_n (RetortImageGrid *self)
{
  g_return_val_if_fail (RETORT_IS_IMAGE_GRID (self), 0);
  return g_list_model_get_n_items (G_LIST_MODEL (self->items));
}

RetortImageItem *
retort_image_grid_get_item (RetortImageGrid *self,
                            guint            index)
{
  g_autoptr (RetortImageItem) item = NULL;

  g_return_val_if_fail (RETORT_IS_IMAGE_GRID (self), NULL);

  item = g_list_model_get_item (G_LIST_MODEL (self->items), index);
  return item;    /* the list keeps it */
}

void
retort_image_grid_set_cell_size (RetortImageGrid *self,
                                 int              size)
{
  g_return_if_fail (RETORT_IS_IMAGE_GRID (self));
  g_return_if_fail (size >= 16 && size <= 1024);

  if (self->cell_size == size)
    return;
  self->cell_size = size;
  renew_factory (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CELL_SIZE]);
}

int
retort_image_grid_get_cell_size (RetortImageGrid *self)
{
  g_return_val_if_fail (RETORT_IS_IMAGE_GRID (self), 0);
  return self->cell_size;
}

void
retort_image_grid_set_across (RetortImageGrid *self,
                              int              across)
{
  g_return_if_fail (RETORT_IS_IMAGE_GRID (self));
  g_return_if_fail (across >= 1);

  if (self->across == across)
    return;
  self->across = across;
  renew_factory (self);
}

void
retort_image_grid_set_empty_text (RetortImageGrid *self,
                                  const char      *text)
{
  g_return_if_fail (RETORT_IS_IMAGE_GRID (self));

  text = text != NULL ? text : "";
  if (g_str_equal (gtk_label_get_label (self->empty_label), text))
    return;
  gtk_label_set_label (self->empty_label, text);
  items_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EMPTY_TEXT]);
}

const char *
retort_image_grid_get_empty_text (RetortImageGrid *self)
{
  g_return_val_if_fail (RETORT_IS_IMAGE_GRID (self), NULL);
  return gtk_label_get_label (self->empty_label);
}
