/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row of the table is one figure of both networks, each over a bar; the longer of the two bars is
 * whole. Networks are timed only while nothing trains: a card that was opened during a run has its
 * latencies as soon as the run has ended.
 */
#include "config.h"

#include "retort-deployment-dialog.h"

#include "retort-text.h"

#include <glib/gi18n.h>
#include <math.h>

struct _RetortDeploymentDialog
{
  AdwWindow       parent_instance;

  /* Template widgets */
  AdwWindowTitle *title;
  GtkStack       *stack;
  GtkGrid        *table;
  GtkLabel       *reading;
  GtkLabel       *wrong;

  /* Owned */
  RtSession      *session;
  RtRunItem      *run;
  GCancellable   *cancellable;   /* (nullable) of the measuring under way */
};

G_DEFINE_FINAL_TYPE (RetortDeploymentDialog, retort_deployment_dialog, ADW_TYPE_WINDOW)

/* Figures */

typedef struct
{
  const char *name;
  double    (*get)    (const RtDeployed *deployed);   /* NaN where there is none */
  char     *(*format) (double value);                 /* (transfer full) */
  double      whole;                                  /* of the bar; 0: the larger of the two */
} Figure;

static double
get_bytes (const RtDeployed *deployed)
{
  return deployed->problem != NULL ? (double) NAN : (double) deployed->figures.bytes;
}

static double
get_work (const RtDeployed *deployed)
{
  return deployed->problem != NULL ? (double) NAN : (double) deployed->figures.multiply_adds;
}

static double
get_latency (const RtDeployed *deployed)
{
  return deployed->figures.latency;
}

static double
get_accuracy (const RtDeployed *deployed)
{
  return deployed->accuracy;
}

static double
get_test_accuracy (const RtDeployed *deployed)
{
  return deployed->test_accuracy;
}

static char *
format_work (double value)
{
  return value < 1e9 ? g_strdup_printf (_("%.3g million"), value / 1e6)
                     : g_strdup_printf (_("%.3g billion"), value / 1e9);
}

static char *
format_latency (double value)
{
  return g_strdup_printf (_("%.3g ms"), 1e3 * value);
}

static char *
format_accuracy (double value)
{
  return g_strdup_printf (_("%.1f %%"), 100.0 * value);
}

static const Figure figures[] = {
  { N_("Size on disk"), get_bytes, retort_format_size, 0.0 },
  { N_("Multiply-adds a picture"), get_work, format_work, 0.0 },
  { N_("Time for a picture"), get_latency, format_latency, 0.0 },
  { N_("Accuracy on validation"), get_accuracy, format_accuracy, 1.0 },
  { N_("Accuracy on the test set"), get_test_accuracy, format_accuracy, 1.0 },
};

/* The table */

static GtkWidget *
new_label (const char *text,
           const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, class);
  return label;
}

static void
add_head (RetortDeploymentDialog *self,
          const RtDeployed       *deployed,
          int                     column)
{
  static const char *const roles[] = {
    [RT_DEPLOYED_RUN] = N_("This run"),
    [RT_DEPLOYED_TEACHER] = N_("Its teacher"),
    [RT_DEPLOYED_BACKBONE] = N_("Its backbone"),
  };
  const char *network = deployed->network != NULL ? deployed->network : deployed->spec;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), new_label (_(roles[deployed->role]), "dim-label"));
  gtk_box_append (GTK_BOX (box), new_label (network, "title-3"));
  gtk_widget_set_hexpand (box, TRUE);
  gtk_grid_attach (self->table, box, column, 0, 1, 1);
}

static void
add_figure (RetortDeploymentDialog *self,
            const Figure           *figure,
            double                  value,
            double                  whole,
            int                     column,
            int                     row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *bar = gtk_level_bar_new_for_interval (0.0, 1.0);
  g_autofree char *text = isfinite (value) ? figure->format (value) : g_strdup ("–");
  GtkWidget *label = new_label (text, "title-3");

  gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (box), label);
  if (isfinite (value) && whole > 0.0)
    gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), CLAMP (value / whole, 0.0, 1.0));
  /* The colour does not judge: a long bar is good in one row and bad in another. */
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_HIGH);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_FULL);
  gtk_widget_add_css_class (bar, column == 1 ? "retort-own" : "retort-other");
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _(figure->name), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_grid_attach (self->table, box, column, row, 1, 1);
}

/* A task without a test part has no row for it. */
static gboolean
is_known (const Figure *figure,
          GPtrArray    *list)
{
  for (guint i = 0; i < list->len; i++)
    if (isfinite (figure->get (g_ptr_array_index (list, i))))
      return TRUE;
  return figure->get != get_test_accuracy;
}

static void
add_row (RetortDeploymentDialog *self,
         GPtrArray              *list,
         const Figure           *figure,
         int                     row)
{
  double whole = figure->whole;

  gtk_grid_attach (self->table, new_label (_(figure->name), "dim-label"), 0, row, 1, 1);
  for (guint i = 0; i < list->len && figure->whole == 0.0; i++)
    whole = fmax (whole, figure->get (g_ptr_array_index (list, i)));
  for (guint i = 0; i < list->len; i++)
    add_figure (self, figure, figure->get (g_ptr_array_index (list, i)), whole, (int) i + 1, row);
}

/* "6.3 times smaller, 4.1 times quicker, 2.2 points less accurate than its teacher": what each is
 * by itself the table says. */
static void
append_comparison (GString          *text,
                   const RtDeployed *run,
                   const RtDeployed *teacher)
{
  double smaller = get_bytes (teacher) / get_bytes (run);
  double quicker = teacher->figures.latency / run->figures.latency;
  double points = 100.0 * (run->accuracy - teacher->accuracy);

  if (smaller >= 1.05)
    g_string_append_printf (text, _("%.1f times smaller than its teacher"), smaller);
  else
    g_string_append (text, _("No smaller than its teacher"));
  if (quicker >= 1.05)
    g_string_append_printf (text, _(", %.1f times quicker"), quicker);
  if (isfinite (points))
    g_string_append_printf (text, points < 0.0 ? _(", %.1f points less accurate")
                                               : _(", %.1f points more accurate"), fabs (points));
  g_string_append (text, ". ");
}

static void
read_table (RetortDeploymentDialog *self,
            GPtrArray              *list)
{
  const RtDeployed *run = g_ptr_array_index (list, 0);
  const RtDeployed *other = list->len > 1 ? g_ptr_array_index (list, 1) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (other != NULL && other->problem != NULL)
    g_string_append_printf (text, "%s. ", other->problem);
  else if (other != NULL && other->role == RT_DEPLOYED_TEACHER)
    append_comparison (text, run, other);
  else if (other != NULL && isfinite (other->accuracy))
    g_string_append (text, _("The backbone's accuracy is on what it was trained for. "));
  if (isfinite (run->figures.latency))
    g_string_append (text, _("Times are of this computer, one picture at a time on one thread."));
  else
    g_string_append (text, _("A run is under way: the time for a picture is measured when it has "
                             "ended."));
  if (run->seen != NULL)
    g_string_append_printf (text, "\n%s", run->seen);
  gtk_label_set_label (self->reading, text->str);
}

static void
show_card (RetortDeploymentDialog *self,
           GPtrArray              *list)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->table))) != NULL)
    gtk_grid_remove (self->table, child);
  for (guint i = 0; i < list->len; i++)
    add_head (self, g_ptr_array_index (list, i), (int) i + 1);
  for (size_t i = 0; i < G_N_ELEMENTS (figures); i++)
    if (is_known (&figures[i], list))
      add_row (self, list, &figures[i], (int) i + 1);
  read_table (self, list);
  gtk_stack_set_visible_child_name (self->stack, "card");
}

/* Measuring */

static void
deployed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (RetortDeploymentDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = rt_session_deploy_finish (RT_SESSION (source), result, &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  if (list != NULL)
    show_card (self, list);
  else
    {
      gtk_label_set_label (self->wrong, error->message);
      gtk_stack_set_visible_child_name (self->stack, "wrong");
    }
}

static void
stop (RetortDeploymentDialog *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
measure (RetortDeploymentDialog *self)
{
  stop (self);
  self->cancellable = g_cancellable_new ();
  rt_session_deploy_async (self->session, rt_run_item_get_id (self->run), self->cancellable,
                           deployed_cb, g_object_ref (self));
}

static void
state_changed_cb (RetortDeploymentDialog *self)
{
  int state;

  g_object_get (self->session, "state", &state, NULL);
  if (state == RT_SESSION_IDLE)
    measure (self);
}

static void
retort_deployment_dialog_dispose (GObject *object)
{
  RetortDeploymentDialog *self = RETORT_DEPLOYMENT_DIALOG (object);

  stop (self);
  g_clear_object (&self->session);
  g_clear_object (&self->run);
  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_DEPLOYMENT_DIALOG);
  G_OBJECT_CLASS (retort_deployment_dialog_parent_class)->dispose (object);
}

static void
retort_deployment_dialog_class_init (RetortDeploymentDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_deployment_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-deployment-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortDeploymentDialog, title);
  gtk_widget_class_bind_template_child (widget_class, RetortDeploymentDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortDeploymentDialog, table);
  gtk_widget_class_bind_template_child (widget_class, RetortDeploymentDialog, reading);
  gtk_widget_class_bind_template_child (widget_class, RetortDeploymentDialog, wrong);
}

static void
retort_deployment_dialog_init (RetortDeploymentDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
retort_deployment_dialog_new (GtkWindow *parent,
                              RtSession *session,
                              RtRunItem *item)
{
  RetortDeploymentDialog *self = g_object_new (RETORT_TYPE_DEPLOYMENT_DIALOG, "transient-for",
                                               parent, NULL);
  g_autofree char *subtitle = g_strdup_printf (_("Run %d, %s"), rt_run_item_get_id (item),
                                               rt_run_item_get_name (item));

  adw_window_title_set_subtitle (self->title, subtitle);
  self->session = g_object_ref (session);
  self->run = g_object_ref (item);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  measure (self);
  return GTK_WIDGET (self);
}
