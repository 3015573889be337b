/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-run-row.h"

#include "retort-curves.h"
#include "retort-export-menu.h"
#include "retort-line-sample.h"
#include "retort-widgets.h"

#include <glib/gi18n.h>

struct _RetortRunRow
{
  GtkListBoxRow     parent_instance;

  /* Template widgets */
  GtkToggleButton  *overlay;
  RetortLineSample *sample;
  GtkMenuButton    *menu_button;
  GtkLabel         *name;

  /* Owned */
  RtRunItem        *item;
};

enum
{
  PROP_0,
  PROP_ITEM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RetortRunRow, retort_run_row, GTK_TYPE_LIST_BOX_ROW)

/* Texts of the template */

static char *
format_accuracy (GtkWidget *widget,
                 double     accuracy)
{
  return accuracy < 0.0 ? g_strdup ("") : g_strdup_printf (_("%.1f %%"), 100.0 * accuracy);
}

/* What the row has no room for: its accuracy is that on validation, which chose the epoch. */
static char *
format_accuracies (GtkWidget *widget,
                   double     accuracy,
                   double     test)
{
  if (accuracy < 0.0)
    return NULL;
  if (test < 0.0)
    return g_strdup_printf (_("%.1f %% on validation"), 100.0 * accuracy);
  return g_strdup_printf (_("%.1f %% on validation, %.1f %% on the test set"), 100.0 * accuracy,
                          100.0 * test);
}

static char *
format_method (GtkWidget  *widget,
               const char *method)
{
  if (g_strcmp0 (method, "fine-tune") == 0)
    return g_strdup (_("fine-tune"));
  if (g_strcmp0 (method, "distil") == 0)
    return g_strdup (_("distil"));
  if (g_strcmp0 (method, "pretrain") == 0)
    return g_strdup (_("pretrain"));
  return g_strdup (_("scratch"));
}

static char *
format_end (RtRunState state,
            int        epoch,
            int        n_epochs)
{
  switch (state)
    {
    case RT_RUN_FINISHED:
      return g_strdup (_("done"));
    case RT_RUN_STOPPED:
      return g_strdup (_("stopped"));
    case RT_RUN_FAILED:
      return g_strdup (_("failed"));
    case RT_RUN_INTERRUPTED:
      return g_strdup_printf (_("saved %d/%d"), epoch, n_epochs);
    case RT_RUN_NEW:
    case RT_RUN_RUNNING:
    default:
      return g_strdup_printf ("%d/%d", epoch, n_epochs);
    }
}

/* What is done with it now; else how it ended. */
static char *
format_state (GtkWidget *widget,
              int        activity,
              int        state,
              int        epoch,
              int        n_epochs)
{
  switch ((RtSessionState) activity)
    {
    case RT_SESSION_PREPARING:
      return g_strdup (_("preparing"));
    case RT_SESSION_PAUSED:
      return g_strdup (_("paused"));
    case RT_SESSION_STOPPING:
      return g_strdup (_("stopping"));
    case RT_SESSION_TRAINING:
      return g_strdup_printf ("%d/%d", epoch, n_epochs);
    case RT_SESSION_IDLE:
    default:
      return format_end ((RtRunState) state, epoch, n_epochs);
    }
}

static double
get_fraction (GtkWidget *widget,
              int        epoch,
              int        n_epochs)
{
  return (double) epoch / MAX (n_epochs, 1);
}

static gboolean
is_active (GtkWidget *widget,
           int        activity)
{
  return activity != RT_SESSION_IDLE;
}

static gboolean
has_failed (GtkWidget  *widget,
            const char *message)
{
  return message != NULL;
}

/* The menu */

static void
append (GMenu      *menu,
        const char *label,
        const char *action,
        int         id)
{
  g_autofree char *detailed = g_strdup_printf ("win.%s(%d)", action, id);

  g_menu_append (menu, label, detailed);
}

static void
make_menu (RetortRunRow *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) use = g_menu_new ();
  g_autoptr (GMenu) change = g_menu_new ();
  int id = rt_run_item_get_id (self->item);
  g_autoptr (GMenuModel) export = retort_export_menu_new (id);

  append (use, _("_Take up again"), "take-up", id);
  append (use, _("Use its _recipe"), "use-recipe", id);
  append (use, _("Use as t_eacher"), "use-teacher", id);
  append (use, _("Deployment _card"), "show-card", id);
  g_menu_append_submenu (use, _("E_xport"), export);
  append (change, _("Re_name…"), "rename-run", id);
  append (change, _("_Delete…"), "delete-run", id);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (use));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (change));
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (menu));
}

static void
pressed_cb (RetortRunRow    *self,
            int              n_press,
            double           x,
            double           y,
            GtkGestureClick *gesture)
{
  gtk_menu_button_popup (self->menu_button);
}

/* That figures say more than is true is known once the run has begun. */
static void
show_tooltip (RetortRunRow *self)
{
  const RtRun *run = rt_run_item_get_run (self->item);
  g_autofree char *whole = g_strjoin ("\n", run->name, run->seen, NULL);

  retort_widget_set_tooltip (GTK_WIDGET (self->name), whole);
}

static void
name_changed_cb (RetortRunRow *self)
{
  const char *name = rt_run_item_get_name (self->item);
  g_autofree char *over = g_strdup_printf (_("Overlay the curves of run %d, %s"),
                                           rt_run_item_get_id (self->item), name);
  g_autofree char *more = g_strdup_printf (_("More for run %d, %s"),
                                           rt_run_item_get_id (self->item), name);
  g_autofree char *label = g_strdup_printf (_("Run %d, %s"), rt_run_item_get_id (self->item), name);

  show_tooltip (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->overlay), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  over, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, more, -1);
}

static void
message_changed_cb (RetortRunRow *self)
{
  const char *message = rt_run_item_get_failure (self->item);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  message != NULL ? message : "", -1);
}

/* The class */

static void
set_item (RetortRunRow *self,
          RtRunItem    *item)
{
  if (item == NULL)
    return;
  self->item = g_object_ref (item);
  retort_line_sample_set (self->sample, rt_run_item_get_colour (item), retort_run_get_dash (item));
  g_object_bind_property (item, "overlaid", self->overlay, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_object (item, "notify::name", G_CALLBACK (name_changed_cb), self,
                           G_CONNECT_SWAPPED);
  name_changed_cb (self);
  g_signal_connect_object (item, "notify::state", G_CALLBACK (show_tooltip), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::message", G_CALLBACK (message_changed_cb), self,
                           G_CONNECT_SWAPPED);
  message_changed_cb (self);
  make_menu (self);
}

static void
retort_run_row_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  g_value_set_object (value, RETORT_RUN_ROW (object)->item);
}

static void
retort_run_row_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  set_item (RETORT_RUN_ROW (object), g_value_get_object (value));
}

static void
retort_run_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_RUN_ROW);
  g_clear_object (&RETORT_RUN_ROW (object)->item);
  G_OBJECT_CLASS (retort_run_row_parent_class)->dispose (object);
}

static void
retort_run_row_class_init (RetortRunRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = retort_run_row_get_property;
  object_class->set_property = retort_run_row_set_property;
  object_class->dispose = retort_run_row_dispose;
  properties[PROP_ITEM] = g_param_spec_object ("item", NULL, NULL, RT_TYPE_RUN_ITEM,
                                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY
                                               | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-run-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortRunRow, overlay);
  gtk_widget_class_bind_template_child (widget_class, RetortRunRow, sample);
  gtk_widget_class_bind_template_child (widget_class, RetortRunRow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, RetortRunRow, name);
  gtk_widget_class_bind_template_callback (widget_class, format_accuracy);
  gtk_widget_class_bind_template_callback (widget_class, format_accuracies);
  gtk_widget_class_bind_template_callback (widget_class, format_method);
  gtk_widget_class_bind_template_callback (widget_class, format_state);
  gtk_widget_class_bind_template_callback (widget_class, get_fraction);
  gtk_widget_class_bind_template_callback (widget_class, is_active);
  gtk_widget_class_bind_template_callback (widget_class, has_failed);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
}

static void
retort_run_row_init (RetortRunRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
retort_run_row_new (RtRunItem *item)
{
  return g_object_new (RETORT_TYPE_RUN_ROW, "item", item, NULL);
}

RtRunItem *
retort_run_row_get_item (RetortRunRow *self)
{
  return self->item;
}
