/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-row-lists.h"

#include <glib/gi18n.h>

#define LIST  "retort-list"
#define GROUP "retort-group"

typedef struct
{
  AdwPreferencesGroup *group;   /* Borrowed */
  guint                at, n;   /* the first that is not there yet, of all */
  guint                upto;    /* where a row that asks for more comes instead */
  RetortRowMake        make;
  gpointer             data;    /* Borrowed */
  GPtrArray           *texts;   /* Owned (nullable): the rows say these, and are not made */
} RowList;

struct _RetortRowLists
{
  GtkWidget *widget;    /* Borrowed */
  GPtrArray *lists;     /* Owned: of RowList */
  GPtrArray *rows;      /* Owned: of GtkWidget, borrowed: those that were added */
  guint      filling;   /* tick callback that adds to them */
};

static void
list_free (RowList *list)
{
  g_clear_pointer (&list->texts, g_ptr_array_unref);
  g_free (list);
}

RetortRowLists *
retort_row_lists_new (GtkWidget *widget)
{
  RetortRowLists *self = g_new0 (RetortRowLists, 1);

  self->widget = widget;
  self->lists = g_ptr_array_new_with_free_func ((GDestroyNotify) list_free);
  self->rows = g_ptr_array_new ();
  return self;
}

static void
stop (RetortRowLists *self)
{
  if (self->filling != 0)
    gtk_widget_remove_tick_callback (self->widget, self->filling);
  self->filling = 0;
}

void
retort_row_lists_free (RetortRowLists *self)
{
  stop (self);
  g_ptr_array_unref (self->lists);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

void
retort_row_lists_add (RetortRowLists      *self,
                      AdwPreferencesGroup *group,
                      GtkWidget           *row)
{
  adw_preferences_group_add (group, row);
  g_object_set_data (G_OBJECT (row), GROUP, group);
  g_ptr_array_add (self->rows, row);
}

static void
remove_row (GtkWidget *row)
{
  adw_preferences_group_remove (g_object_get_data (G_OBJECT (row), GROUP), row);
}

void
retort_row_lists_clear (RetortRowLists *self)
{
  stop (self);
  for (guint i = 0; i < self->rows->len; i++)
    remove_row (g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->lists, 0);
}

static void fill (RetortRowLists *self);

static void
more_cb (RetortRowLists *self,
         GtkWidget      *row)
{
  RowList *list = g_object_get_data (G_OBJECT (row), LIST);

  list->upto += RETORT_ROWS_AT_ONCE;
  g_ptr_array_remove (self->rows, row);
  remove_row (row);
  fill (self);
}

static GtkWidget *
make_more (RetortRowLists *self,
           RowList        *list)
{
  guint next = MIN (list->n - list->at, RETORT_ROWS_AT_ONCE);
  g_autofree char *text = g_strdup_printf (ngettext ("Show %u more", "Show %u more", next), next);
  g_autofree char *rest = g_strdup_printf (_("%u of %u are shown"), list->at, list->n);
  GtkWidget *row = retort_row_new (text);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), rest);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("pan-down-symbolic"));
  g_object_set_data (G_OBJECT (row), LIST, list);
  g_signal_connect_swapped (row, "activated", G_CALLBACK (more_cb), self);
  return row;
}

static void
add_next (RetortRowLists *self,
          RowList        *list)
{
  retort_row_lists_add (self, list->group,
                        list->texts != NULL
                        ? retort_row_new (g_ptr_array_index (list->texts, list->at))
                        : list->make (list->data, list->at));
  list->at++;
  if (list->at == list->upto && list->at < list->n)
    retort_row_lists_add (self, list->group, make_more (self, list));
}

static gboolean
fill_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       data)
{
  RetortRowLists *self = data;

  for (guint i = 0; i < self->lists->len; i++)
    {
      RowList *list = g_ptr_array_index (self->lists, i);

      if (list->at == MIN (list->n, list->upto))
        continue;
      add_next (self, list);
      return G_SOURCE_CONTINUE;
    }
  self->filling = 0;
  return G_SOURCE_REMOVE;
}

static void
fill (RetortRowLists *self)
{
  if (self->filling == 0)
    self->filling = gtk_widget_add_tick_callback (self->widget, fill_cb, self, NULL);
}

/* (transfer none) */
static RowList *
add_list (RetortRowLists      *self,
          AdwPreferencesGroup *group,
          guint                n)
{
  RowList *list = g_new0 (RowList, 1);

  *list = (RowList) { .group = group, .n = n, .upto = RETORT_ROWS_AT_ONCE };
  g_ptr_array_add (self->lists, list);
  fill (self);
  return list;
}

void
retort_row_lists_add_made (RetortRowLists      *self,
                           AdwPreferencesGroup *group,
                           guint                n,
                           RetortRowMake        make,
                           gpointer             data)
{
  RowList *list = add_list (self, group, n);

  list->make = make;
  list->data = data;
}

void
retort_row_lists_add_texts (RetortRowLists      *self,
                            AdwPreferencesGroup *group,
                            GPtrArray           *texts)
{
  add_list (self, group, texts->len)->texts = g_ptr_array_ref (texts);
}

GtkWidget *
retort_row_new (const char *title)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title-lines", 0,
                                 "subtitle-lines", 0, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  return row;
}
