/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-deployment-dialog.h"
#include "retort-rate-dialog.h"
#include "retort-window-private.h"

#include <glib/gi18n.h>

/* Training */

static void
train_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  rt_session_train (RETORT_WINDOW (widget)->session);
}

static void
compare_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  rt_session_compare (RETORT_WINDOW (widget)->session, g_variant_get_int32 (parameter));
}

static void
pause_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  RtSession *session = RETORT_WINDOW (widget)->session;
  int state;

  g_object_get (session, "state", &state, NULL);
  if (state == RT_SESSION_PAUSED)
    rt_session_resume (session);
  else
    rt_session_pause (session);
}

static void
step_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  rt_session_step (RETORT_WINDOW (widget)->session);
}

static void
stop_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  rt_session_stop (RETORT_WINDOW (widget)->session);
}

static void
find_rate_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  RtSession *session = RETORT_WINDOW (widget)->session;

  gtk_window_present (GTK_WINDOW (retort_rate_dialog_new (GTK_WINDOW (widget), session)));
}

static void
undo_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  rt_session_undo (RETORT_WINDOW (widget)->session);
}

static void
redo_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  rt_session_redo (RETORT_WINDOW (widget)->session);
}

static void
show_runs_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  GtkToggleButton *button = RETORT_WINDOW (widget)->runs_button;

  gtk_toggle_button_set_active (button, !gtk_toggle_button_get_active (button));
}

/* Runs: each action has the run's number */

static RtRunItem *
get_item (RetortWindow *self,
          GVariant     *parameter)
{
  return rt_library_find_run (rt_session_get_library (self->session),
                              g_variant_get_int32 (parameter));
}

static void
take_up_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  RtRunItem *item = get_item (self, parameter);
  RtRunState state;

  if (item == NULL)
    return;
  state = rt_run_item_get_state (item);
  if (state == RT_RUN_FINISHED || state == RT_RUN_STOPPED || state == RT_RUN_RUNNING)
    {
      retort_window_tell (self, _("Only a run that failed or was saved in the middle can be taken "
                                  "up again"));
      return;
    }
  rt_session_take_up (self->session, item);
}

static void
use_recipe_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  RtStore *store = rt_library_get_store (rt_session_get_library (self->session));
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) recipe = rt_store_get_recipe (store, g_variant_get_int32 (parameter),
                                                     &error);

  if (recipe == NULL)
    {
      retort_window_tell_wrong (self, error->message);
      return;
    }
  /* The run's own labels are the run's: what is trained next has those of today. */
  g_free (recipe->task.corrections);
  recipe->task.corrections = g_strdup ("latest");
  rt_session_set_recipe (self->session, recipe);
}

static void
use_teacher_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  RtRunItem *item = get_item (self, parameter);
  g_autofree char *spec = g_strdup_printf ("run:%d", g_variant_get_int32 (parameter));

  if (item == NULL)
    return;
  if (rt_run_item_get_run (item)->result.best_epoch == 0)
    {
      retort_window_tell (self, _("A teacher needs at least one finished epoch"));
      return;
    }
  g_object_set (self->session, "teacher", spec, "method", RT_METHOD_DISTIL, NULL);
}

/* The parameter is 0 for the run that is shown. */
static void
show_card_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  RetortWindow *self = RETORT_WINDOW (widget);
  RtRunItem *item = g_variant_get_int32 (parameter) != 0 ? get_item (self, parameter) : self->run;

  if (item == NULL)
    retort_window_tell (self, _("A deployment card is of a run: train one first"));
  else
    gtk_window_present (GTK_WINDOW (retort_deployment_dialog_new (GTK_WINDOW (self),
                                                                  self->session, item)));
}

static void
rename_answered_cb (GtkWidget  *entry,
                    const char *response,
                    GtkWidget  *dialog)
{
  RetortWindow *self = RETORT_WINDOW (gtk_window_get_transient_for (GTK_WINDOW (dialog)));
  RtLibrary *library = rt_session_get_library (self->session);
  int id = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (dialog), "run"));
  RtRunItem *item = rt_library_find_run (library, id);
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (response, "rename") || item == NULL)
    return;
  if (!rt_library_rename_run (library, item, gtk_editable_get_text (GTK_EDITABLE (entry)), &error))
    retort_window_tell_wrong (self, error->message);
}

static void
rename_run_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  RtRunItem *item = get_item (RETORT_WINDOW (widget), parameter);
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (widget), _("Rename the run"), NULL);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "rename",
                                    _("Re_name"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Name of the run"), -1);
  gtk_editable_set_text (GTK_EDITABLE (entry), item != NULL ? rt_run_item_get_name (item) : "");
  g_object_set_data (G_OBJECT (dialog), "run",
                     GINT_TO_POINTER (g_variant_get_int32 (parameter)));
  g_signal_connect_object (dialog, "response", G_CALLBACK (rename_answered_cb), entry,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
delete_answered_cb (RetortWindow *self,
                    const char   *response,
                    GtkWidget    *dialog)
{
  RtLibrary *library = rt_session_get_library (self->session);
  int id = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (dialog), "run"));
  RtRunItem *item = rt_library_find_run (library, id);
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (response, "delete") || item == NULL)
    return;
  if (!rt_library_delete_run (library, item, &error))
    retort_window_tell_wrong (self, error->message);
}

/* (transfer full) */
static char *
describe_deletion (RetortWindow *self,
                   int           id)
{
  RtStore *store = rt_library_get_store (rt_session_get_library (self->session));
  g_autoptr (GPtrArray) runs = rt_store_list_dependent (store, id, NULL);
  g_autoptr (GString) text = g_string_new (_("Its curves and weights are gone then."));

  if (runs != NULL && runs->len > 0)
    g_string_append_printf (text, " %s", _("So is what these began with or learn from; what of "
                                           "them is not finished cannot be taken up:"));
  for (guint i = 0; runs != NULL && i < runs->len; i++)
    {
      const RtRun *run = g_ptr_array_index (runs, i);

      g_string_append_printf (text, _("\nRun %d, “%s”"), run->id, run->name);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
delete_run_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  RtRunItem *item = get_item (RETORT_WINDOW (widget), parameter);
  g_autofree char *heading = NULL;
  g_autofree char *body = NULL;
  GtkWidget *dialog;

  if (item == NULL)
    return;
  heading = g_strdup_printf (_("Delete “%s”?"), rt_run_item_get_name (item));
  body = describe_deletion (RETORT_WINDOW (widget), rt_run_item_get_id (item));
  dialog = adw_message_dialog_new (GTK_WINDOW (widget), heading, NULL);
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "delete",
                                    _("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete",
                                              ADW_RESPONSE_DESTRUCTIVE);
  g_object_set_data (G_OBJECT (dialog), "run",
                     GINT_TO_POINTER (g_variant_get_int32 (parameter)));
  g_signal_connect_object (dialog, "response", G_CALLBACK (delete_answered_cb), widget,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
retort_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.train", NULL, train_cb);
  gtk_widget_class_install_action (widget_class, "win.compare", "i", compare_cb);
  gtk_widget_class_install_action (widget_class, "win.pause", NULL, pause_cb);
  gtk_widget_class_install_action (widget_class, "win.step", NULL, step_cb);
  gtk_widget_class_install_action (widget_class, "win.stop", NULL, stop_cb);
  gtk_widget_class_install_action (widget_class, "win.find-rate", NULL, find_rate_cb);
  gtk_widget_class_install_action (widget_class, "win.undo", NULL, undo_cb);
  gtk_widget_class_install_action (widget_class, "win.redo", NULL, redo_cb);
  gtk_widget_class_install_action (widget_class, "win.show-runs", NULL, show_runs_cb);
  gtk_widget_class_install_action (widget_class, "win.take-up", "i", take_up_cb);
  gtk_widget_class_install_action (widget_class, "win.use-recipe", "i", use_recipe_cb);
  gtk_widget_class_install_action (widget_class, "win.use-teacher", "i", use_teacher_cb);
  gtk_widget_class_install_action (widget_class, "win.show-card", "i", show_card_cb);
  gtk_widget_class_install_action (widget_class, "win.rename-run", "i", rename_run_cb);
  gtk_widget_class_install_action (widget_class, "win.delete-run", "i", delete_run_cb);
}

void
retort_window_update_actions (RetortWindow *self)
{
  g_autofree char *problem = NULL;
  gboolean can_undo;
  gboolean can_redo;
  int state;

  g_object_get (self->session, "state", &state, "problem", &problem, "can-undo", &can_undo,
                "can-redo", &can_redo, NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.train",
                                 state == RT_SESSION_IDLE && problem == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.compare",
                                 state == RT_SESSION_IDLE && problem == NULL
                                 && rt_session_can_compare (self->session));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.fit",
                                 state == RT_SESSION_IDLE && problem == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->compare_button), state == RT_SESSION_IDLE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.pause",
                                 state == RT_SESSION_TRAINING || state == RT_SESSION_PREPARING
                                 || state == RT_SESSION_PAUSED);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.step",
                                 state == RT_SESSION_IDLE ? problem == NULL
                                                          : state != RT_SESSION_STOPPING);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.stop",
                                 state != RT_SESSION_IDLE && state != RT_SESSION_STOPPING);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.take-up", state == RT_SESSION_IDLE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export-shown", self->run != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.undo", can_undo);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.redo", can_redo);
}
