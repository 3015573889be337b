/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-rate-dialog.h"

#include "retort-chart.h"
#include "retort-text.h"

#include <glib/gi18n.h>
#include <math.h>

#define TICK     100    /* milliseconds from one look at the meter to the next */
#define HEADROOM 0.3   /* of what the smoothed curve covers, shown above and below it */

struct _RetortRateDialog
{
  AdwWindow       parent_instance;

  /* Template widgets */
  GtkStack       *stack;
  GtkProgressBar *progress;
  RetortChart    *chart;
  GtkLabel       *reading;
  GtkButton      *use;
  GtkLabel       *wrong;

  /* Owned */
  RtSession      *session;
  RtMeter        *meter;
  GCancellable   *cancellable;   /* (nullable) of the search under way */
  guint           timer;
  double          rate;          /* that is suggested; NaN for none */
};

G_DEFINE_FINAL_TYPE (RetortRateDialog, retort_rate_dialog, ADW_TYPE_WINDOW)

/* The curve */

/* Where the loss flies off, or jumps from batch to batch, it would leave no room for the part that
 * matters: what the smoothed curve covers. */
static void
choose_range (RetortRateDialog  *self,
              const RtRateCurve *curve)
{
  double low = INFINITY, high = 0.0, room;

  for (int i = 0; i < curve->n; i++)
    {
      low = fmin (low, curve->losses[i]);
      high = fmax (high, curve->losses[i]);
    }
  if (curve->n < 2)
    return;
  high = fmin (high, 3.0 * low);
  room = fmax (HEADROOM * (high - low), 0.1 * high);
  retort_chart_set_y_range (self->chart, fmax (low - room, 0.0), high + room);
  retort_chart_set_x_range (self->chart, curve->rates[0], curve->rates[curve->n - 1]);
}

static void
draw_curve (RetortRateDialog  *self,
            const RtRateCurve *curve)
{
  RtChartSeries *series = retort_chart_add_series (self->chart, "loss", _("loss"), 2,
                                                   RT_CHART_DASH_SOLID);

  for (int i = 0; i < curve->n; i++)
    retort_chart_append (self->chart, series, curve->rates[i], curve->raw[i]);
  choose_range (self, curve);
  if (isfinite (curve->suggestion))
    {
      rt_chart_series_set_best (series, curve->suggestion, _("suggested"));
      retort_chart_series_changed (self->chart, series);
    }
}

static void
show_curve (RetortRateDialog  *self,
            const RtRateCurve *curve)
{
  g_autofree char *rate = retort_format_rate (curve->suggestion);
  g_autofree char *use = g_strdup_printf (_("Use %s"), rate);
  g_autofree char *now = NULL;
  g_autofree char *text = NULL;
  double present;

  g_object_get (self->session, "learning-rate", &present, NULL);
  now = retort_format_rate (present);   /* two digits: the curve says no more */
  draw_curve (self, curve);
  if (isfinite (curve->suggestion))
    {
      self->rate = g_ascii_strtod (rate, NULL);
      text = g_strdup_printf (_("The loss falls most steadily about %s; the recipe has %s. Much "
                                "above it the loss flies off, much below it nothing is learnt."),
                              rate, now);
    }
  else
    text = g_strdup_printf (_("The loss falls at no rate, so %s stays. Perhaps the network knows "
                              "the task already."), now);
  gtk_label_set_label (self->reading, text);
  gtk_button_set_label (self->use, use);
  gtk_widget_set_visible (GTK_WIDGET (self->use), isfinite (self->rate));
  gtk_stack_set_visible_child_name (self->stack, "curve");
  if (isfinite (self->rate))
    gtk_widget_grab_focus (GTK_WIDGET (self->use));
}

static void
use_cb (RetortRateDialog *self)
{
  g_object_set (self->session, "learning-rate", self->rate, NULL);
  gtk_window_close (GTK_WINDOW (self));
}

/* The search */

static gboolean
tick_cb (gpointer data)
{
  RetortRateDialog *self = data;

  gtk_progress_bar_set_fraction (self->progress, rt_meter_get (self->meter, NULL));
  return G_SOURCE_CONTINUE;
}

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (RetortRateDialog) self = data;
  g_autoptr (GError) error = NULL;
  RtRateCurve curve;
  gboolean found = rt_session_find_rate_finish (RT_SESSION (source), result, &curve, &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  if (found)
    show_curve (self, &curve);
  else
    {
      gtk_label_set_label (self->wrong, error->message);
      gtk_stack_set_visible_child_name (self->stack, "wrong");
    }
}

static void
retort_rate_dialog_dispose (GObject *object)
{
  RetortRateDialog *self = RETORT_RATE_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->meter, rt_meter_unref);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_RATE_DIALOG);
  G_OBJECT_CLASS (retort_rate_dialog_parent_class)->dispose (object);
}

static void
retort_rate_dialog_class_init (RetortRateDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_rate_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-rate-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortRateDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortRateDialog, progress);
  gtk_widget_class_bind_template_child (widget_class, RetortRateDialog, chart);
  gtk_widget_class_bind_template_child (widget_class, RetortRateDialog, reading);
  gtk_widget_class_bind_template_child (widget_class, RetortRateDialog, use);
  gtk_widget_class_bind_template_child (widget_class, RetortRateDialog, wrong);
  gtk_widget_class_bind_template_callback (widget_class, use_cb);
}

static void
retort_rate_dialog_init (RetortRateDialog *self)
{
  g_type_ensure (RETORT_TYPE_CHART);
  gtk_widget_init_template (GTK_WIDGET (self));
  self->rate = NAN;
  self->meter = rt_meter_new ();
  retort_chart_set_x_log (self->chart, TRUE);
  retort_chart_set_smoothing (self->chart, RT_RATE_SMOOTHING);
}

GtkWidget *
retort_rate_dialog_new (GtkWindow *parent,
                        RtSession *session)
{
  RetortRateDialog *self = g_object_new (RETORT_TYPE_RATE_DIALOG, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  self->cancellable = g_cancellable_new ();
  self->timer = g_timeout_add (TICK, tick_cb, self);
  rt_session_find_rate_async (session, self->meter, self->cancellable, found_cb,
                              g_object_ref (self));
  return GTK_WIDGET (self);
}
