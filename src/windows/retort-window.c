/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-window-private.h"

#include "retort-backbone-card.h"
#include "retort-cost-card.h"
#include "retort-export-menu.h"
#include "retort-method-card.h"
#include "retort-run-row.h"
#include "retort-task-card.h"

#include <glib/gi18n.h>

#define WIDE 1200   /* pixels */

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_RUN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RetortWindow, retort_window, ADW_TYPE_APPLICATION_WINDOW)

/* Texts of the template */

static char *
format_status (GtkWidget  *widget,
               const char *status,
               const char *problem)
{
  if (status != NULL && *status != '\0')
    return g_strdup (status);
  return g_strdup (problem != NULL ? _("Something is missing") : _("Ready to train"));
}

static char *
format_title (GtkWidget  *widget,
              const char *title)
{
  return g_strdup (title != NULL && *title != '\0' ? title : _("Retort"));
}

static char *
format_pause (GtkWidget *widget,
              int        state)
{
  return g_strdup (state == RT_SESSION_PAUSED ? _("Resume") : _("Pause"));
}

static char *
format_pause_icon (GtkWidget *widget,
                   int        state)
{
  return g_strdup (state == RT_SESSION_PAUSED ? "media-playback-start-symbolic"
                                              : "media-playback-pause-symbolic");
}

/* Runs */

static GtkWidget *
create_row_cb (gpointer item,
               gpointer data)
{
  return retort_run_row_new (item);
}

static void
select_shown (RetortWindow *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->runs, i)) != NULL; i++)
    if (retort_run_row_get_item (RETORT_RUN_ROW (row)) == self->run)
      {
        gtk_list_box_select_row (self->runs, row);
        return;
      }
  gtk_list_box_unselect_all (self->runs);
}

static void
row_selected_cb (RetortWindow  *self,
                 GtkListBoxRow *row)
{
  if (row != NULL)
    retort_window_set_run (self, retort_run_row_get_item (RETORT_RUN_ROW (row)));
}

static void
run_changed_cb (RetortWindow *self)
{
  g_autoptr (RtRunItem) item = NULL;

  g_object_get (self->session, "run", &item, NULL);
  if (item != NULL && item == self->run)
    retort_inspectors_reload (self->inspectors);   /* it goes on: why it failed is of the past */
  else if (item != NULL)
    retort_window_set_run (self, item);
}

/* Runs that are gone are not shown any more. */
static void
runs_changed_cb (RetortWindow *self)
{
  RtLibrary *library = rt_session_get_library (self->session);

  if (self->run != NULL && rt_library_find_run (library, rt_run_item_get_id (self->run)) == NULL)
    retort_window_set_run (self, NULL);
  select_shown (self);
}

static void
state_changed_cb (RetortWindow *self)
{
  retort_window_update_actions (self);
  retort_window_close_if_idle (self);
}

static void
finished_cb (RetortWindow *self,
             RtRunItem    *item)
{
  if (item == self->run)
    retort_inspectors_reload (self->inspectors);
}

static void
compared_cb (RetortWindow *self,
             RtRunItem    *item)
{
  if (item == self->run)
    retort_inspectors_show_verdict (self->inspectors);
}

static void
failed_cb (RetortWindow *self,
           const char   *message)
{
  retort_window_keep_open (self);
  retort_window_tell_wrong (self, message);
}

static gboolean
close_request_cb (RetortWindow *self)
{
  return !retort_window_may_close (self);
}

/* The newest run that was left in the middle can be taken up from where the window opens. */
static void
offer_interrupted (RetortWindow *self)
{
  GListModel *runs = rt_library_get_runs (rt_session_get_library (self->session));

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr (RtRunItem) item = g_list_model_get_item (runs, i);
      g_autofree char *name = NULL;
      g_autofree char *text = NULL;
      AdwToast *toast;

      if (rt_run_item_get_state (item) != RT_RUN_INTERRUPTED)
        continue;
      name = g_markup_escape_text (rt_run_item_get_name (item), -1);
      text = g_strdup_printf (_("“%s” was left in the middle"), name);
      toast = adw_toast_new (text);
      adw_toast_set_button_label (toast, _("_Take up again"));
      adw_toast_set_action_name (toast, "win.take-up");
      adw_toast_set_action_target (toast, "i", rt_run_item_get_id (item));
      retort_window_offer (self, toast);
      return;
    }
}

/* The class */

static void
set_session (RetortWindow *self,
             RtSession    *session)
{
  GListModel *runs;

  if (session == NULL)
    return;
  self->session = g_object_ref (session);
  runs = rt_library_get_runs (rt_session_get_library (session));
  gtk_list_box_bind_model (self->runs, runs, create_row_cb, NULL, NULL);
  g_signal_connect_object (runs, "items-changed", G_CALLBACK (runs_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (session, "notify::run", G_CALLBACK (run_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::problem", G_CALLBACK (retort_window_update_actions),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::can-undo", G_CALLBACK (retort_window_update_actions),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::can-redo", G_CALLBACK (retort_window_update_actions),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::method", G_CALLBACK (retort_window_update_actions),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "compared", G_CALLBACK (compared_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "note", G_CALLBACK (retort_window_tell), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (rt_session_get_library (session), "fetched",
                           G_CALLBACK (retort_window_take_fetched), self, G_CONNECT_SWAPPED);
  retort_window_update_actions (self);
  offer_interrupted (self);
}

static void
retort_window_get_property (GObject    *object,
                            guint       id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  RetortWindow *self = RETORT_WINDOW (object);

  g_value_set_object (value, id == PROP_SESSION ? (GObject *) self->session
                                                : (GObject *) self->run);
}

static void
retort_window_set_property (GObject      *object,
                            guint         id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  if (id == PROP_SESSION)
    set_session (RETORT_WINDOW (object), g_value_get_object (value));
  else
    retort_window_set_run (RETORT_WINDOW (object), g_value_get_object (value));
}

static void
retort_window_dispose (GObject *object)
{
  RetortWindow *self = RETORT_WINDOW (object);

  retort_window_cancel_opening (self);
  if (self->session != NULL)
    rt_session_shutdown (self->session);
  retort_window_drop_toasts (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), RETORT_TYPE_WINDOW);
  g_clear_weak_pointer (&self->catalogue);
  g_clear_object (&self->run);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (retort_window_parent_class)->dispose (object);
}

static void
retort_window_class_init (RetortWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = retort_window_get_property;
  object_class->set_property = retort_window_set_property;
  object_class->dispose = retort_window_dispose;
  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, RT_TYPE_SESSION,
                                                  G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY
                                                  | G_PARAM_STATIC_STRINGS);
  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, RT_TYPE_RUN_ITEM,
                                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY
                                              | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-window.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, RetortWindow, runs);
  gtk_widget_class_bind_template_child (widget_class, RetortWindow, curves);
  gtk_widget_class_bind_template_child (widget_class, RetortWindow, inspectors);
  gtk_widget_class_bind_template_child (widget_class, RetortWindow, runs_button);
  gtk_widget_class_bind_template_child (widget_class, RetortWindow, new_button);
  gtk_widget_class_bind_template_child (widget_class, RetortWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, RetortWindow, compare_button);
  gtk_widget_class_bind_template_callback (widget_class, format_status);
  gtk_widget_class_bind_template_callback (widget_class, format_title);
  gtk_widget_class_bind_template_callback (widget_class, format_pause);
  gtk_widget_class_bind_template_callback (widget_class, format_pause_icon);
  gtk_widget_class_bind_template_callback (widget_class, row_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_request_cb);
  retort_window_install_actions (widget_class);
  retort_window_install_opening (widget_class);
  retort_window_install_files (widget_class);
  retort_window_install_drop (widget_class);
  retort_window_install_corrections (widget_class);
  retort_window_install_exports (widget_class);
  retort_window_install_fit (widget_class);
  retort_window_install_catalogue (widget_class);
}

static void
set_menus (RetortWindow *self)
{
  g_autoptr (GtkBuilder) builder
    = gtk_builder_new_from_resource ("/org/retort/Retort/retort-menus.ui");
  g_autoptr (GMenuModel) export = retort_export_menu_new (0);

  g_menu_append (G_MENU (gtk_builder_get_object (builder, "run_section")),
                 _("Deployment _card of the shown run"), "win.show-card(0)");
  g_menu_append_submenu (G_MENU (gtk_builder_get_object (builder, "run_section")),
                         _("E_xport the shown run"), export);
  gtk_menu_button_set_menu_model (self->new_button,
                                  G_MENU_MODEL (gtk_builder_get_object (builder, "new_menu")));
  gtk_menu_button_set_menu_model (self->menu_button,
                                  G_MENU_MODEL (gtk_builder_get_object (builder, "main_menu")));
  gtk_menu_button_set_menu_model (self->compare_button,
                                  G_MENU_MODEL (gtk_builder_get_object (builder, "compare_menu")));
}

/* On a small screen (a projector's) the list of runs waits behind its button. */
static void
fit_monitor (RetortWindow *self)
{
  GListModel *monitors = gdk_display_get_monitors (gtk_widget_get_display (GTK_WIDGET (self)));
  g_autoptr (GdkMonitor) monitor = g_list_model_get_item (monitors, 0);
  GdkRectangle place = { 0, 0, WIDE, 0 };

  if (monitor != NULL)
    gdk_monitor_get_geometry (monitor, &place);
  gtk_toggle_button_set_active (self->runs_button, place.width >= WIDE);
}

static void
retort_window_init (RetortWindow *self)
{
  g_type_ensure (RT_TYPE_RUN_ITEM);
  g_type_ensure (RETORT_TYPE_BACKBONE_CARD);
  g_type_ensure (RETORT_TYPE_COST_CARD);
  g_type_ensure (RETORT_TYPE_CURVES);
  g_type_ensure (RETORT_TYPE_INSPECTORS);
  g_type_ensure (RETORT_TYPE_METHOD_CARD);
  g_type_ensure (RETORT_TYPE_TASK_CARD);
  gtk_widget_init_template (GTK_WIDGET (self));
  set_menus (self);
  fit_monitor (self);
  retort_window_take_drops (self);
}

GtkWidget *
retort_window_new (GtkApplication *application,
                   RtSession      *session)
{
  return g_object_new (RETORT_TYPE_WINDOW, "application", application, "session", session, NULL);
}

void
retort_window_set_run (RetortWindow *self,
                       RtRunItem    *item)
{
  g_return_if_fail (RETORT_IS_WINDOW (self));
  if (!g_set_object (&self->run, item))
    return;
  retort_curves_set_run (self->curves, item);
  retort_inspectors_set_run (self->inspectors, item);
  select_shown (self);
  retort_window_update_actions (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN]);
}
