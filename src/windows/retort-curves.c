/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trace is one run in the two charts: the run that is shown with all its curves, one that is laid
 * over with its validation only. Points are appended as the run gets them; where its curves were
 * replaced by shorter ones, all is drawn anew.
 */
#include "config.h"

#include "retort-curves.h"

#include "retort-chart.h"
#include "retort-template.h"

#include <glib/gi18n.h>
#include <math.h>

#define SMOOTHING   0.6
#define SOFT_COLOUR 4
#define HARD_COLOUR 1

typedef struct
{
  RtRunItem     *item;            /* Owned */
  gboolean       shown;
  guint          n_steps;         /* that were appended */
  guint          n_epochs;
  RtChartSeries *loss;            /* Borrowed from the charts (nullable, but validation) */
  RtChartSeries *soft;
  RtChartSeries *label;
  RtChartSeries *validation;
  RtChartSeries *train_accuracy;
  RtChartSeries *accuracy;
} Trace;

struct _RetortCurves
{
  RetortCard   parent_instance;

  /* Template widgets */
  RetortChart *loss_chart;
  RetortChart *accuracy_chart;

  /* Owned */
  RtRunItem   *run;      /* (nullable) */
  GPtrArray   *traces;   /* of Trace */
  GPtrArray   *watched;  /* of RtRunItem: all that may be laid over */
};

G_DEFINE_FINAL_TYPE (RetortCurves, retort_curves, RETORT_TYPE_CARD)

static void rebuild (RetortCurves *self);

int
retort_run_get_dash (RtRunItem *item)
{
  return rt_run_item_get_colour (item) % RT_CHART_N_DASHES;
}

static void
trace_free (Trace *trace)
{
  g_object_unref (trace->item);
  g_free (trace);
}

/* Points */

static double
get_steps_per_epoch (RetortCurves *self,
                     RtRunItem    *item)
{
  RtSession *session = retort_card_get_session (RETORT_CARD (self));
  const GArray *epochs = rt_run_item_get_epochs (item);
  const RtEpochMetrics *first;
  size_t n = rt_run_item_get_run (item)->cost.steps_per_epoch;

  if (epochs->len > 0)
    {
      first = &g_array_index (epochs, RtEpochMetrics, 0);
      return MAX ((double) first->step / MAX (first->epoch, 1), 1.0);
    }
  if (n == 0)
    n = rt_session_get_run_cost (session)->steps_per_epoch;
  if (n == 0)
    n = rt_session_get_cost (session)->steps_per_epoch;
  return MAX ((double) n, 1.0);
}

static void
append_steps (RetortCurves *self,
              Trace        *trace)
{
  const GArray *steps = rt_run_item_get_steps (trace->item);
  double per_epoch = get_steps_per_epoch (self, trace->item);

  for (; trace->n_steps < steps->len; trace->n_steps++)
    {
      const RtStepMetrics *step = &g_array_index (steps, RtStepMetrics, trace->n_steps);
      double x = ((double) step->step + 1.0) / per_epoch;

      if (trace->loss == NULL)
        continue;
      retort_chart_append (self->loss_chart, trace->loss, x, step->loss);
      if (trace->soft != NULL)
        {
          retort_chart_append (self->loss_chart, trace->soft, x, step->soft_part);
          retort_chart_append (self->loss_chart, trace->label, x, step->label_part);
        }
    }
}

static void
append_epochs (RetortCurves *self,
               Trace        *trace)
{
  const GArray *epochs = rt_run_item_get_epochs (trace->item);

  for (; trace->n_epochs < epochs->len; trace->n_epochs++)
    {
      const RtEpochMetrics *epoch = &g_array_index (epochs, RtEpochMetrics, trace->n_epochs);

      retort_chart_append (self->loss_chart, trace->validation, epoch->epoch,
                           epoch->validation_loss);
      retort_chart_append (self->accuracy_chart, trace->accuracy, epoch->epoch,
                           epoch->validation_accuracy);
      if (trace->train_accuracy != NULL)
        retort_chart_append (self->accuracy_chart, trace->train_accuracy, epoch->epoch,
                             epoch->train_accuracy);
      if (epoch->best && trace->shown)
        {
          rt_chart_series_set_best (trace->accuracy, epoch->epoch, _("best, kept"));
          retort_chart_series_changed (self->accuracy_chart, trace->accuracy);
        }
    }
}

static void
curves_changed_cb (RetortCurves *self,
                   RtRunItem    *item)
{
  for (guint i = 0; i < self->traces->len; i++)
    {
      Trace *trace = g_ptr_array_index (self->traces, i);

      if (trace->item != item)
        continue;
      if (rt_run_item_get_steps (item)->len < trace->n_steps
          || rt_run_item_get_epochs (item)->len < trace->n_epochs)
        {
          rebuild (self);
          return;
        }
      append_steps (self, trace);
      append_epochs (self, trace);
    }
}

/* Traces */

static RtChartSeries *
add_series (RetortChart *chart,
            RtRunItem   *item,
            const char  *id,
            const char  *title,
            int          colour,
            RtChartDash  dash,
            gboolean     smooth)
{
  g_autofree char *name = g_strdup_printf ("%d-%s", rt_run_item_get_id (item), id);
  RtChartSeries *series = retort_chart_add_series (chart, name, title, colour, dash);

  rt_chart_series_set_smoothable (series, smooth);
  retort_chart_series_changed (chart, series);
  return series;
}

static void
add_shown_series (RetortCurves *self,
                  Trace        *trace)
{
  RtRunItem *item = trace->item;
  int colour = rt_run_item_get_colour (item);

  trace->loss = add_series (self->loss_chart, item, "train", _("train"), colour,
                            RT_CHART_DASH_SOLID, TRUE);
  trace->validation = add_series (self->loss_chart, item, "validation", _("validation"), colour,
                                  RT_CHART_DASH_DASHED, FALSE);
  if (g_strcmp0 (rt_run_item_get_method (item), "distil") == 0)
    {
      trace->soft = add_series (self->loss_chart, item, "soft", _("soft part"), SOFT_COLOUR,
                                RT_CHART_DASH_DOTTED, TRUE);
      trace->label = add_series (self->loss_chart, item, "label", _("label part"), HARD_COLOUR,
                                 RT_CHART_DASH_DASH_DOT, TRUE);
      rt_chart_series_set_ghost (trace->soft, FALSE);
      rt_chart_series_set_ghost (trace->label, FALSE);
    }
  trace->train_accuracy = add_series (self->accuracy_chart, item, "train", _("train"), colour,
                                      RT_CHART_DASH_SOLID, FALSE);
  trace->accuracy = add_series (self->accuracy_chart, item, "validation", _("validation"), colour,
                                RT_CHART_DASH_DASHED, FALSE);
}

static void
add_trace (RetortCurves *self,
           RtRunItem    *item)
{
  RtLibrary *library = rt_session_get_library (retort_card_get_session (RETORT_CARD (self)));
  Trace *trace = g_new0 (Trace, 1);
  g_autoptr (GError) error = NULL;

  trace->item = g_object_ref (item);
  trace->shown = item == self->run;
  if (!rt_library_load_curves (library, item, &error))
    g_message ("%s", error->message);
  if (trace->shown)
    add_shown_series (self, trace);
  else
    {
      const char *name = rt_run_item_get_name (item);
      g_autofree char *title = g_strdup_printf ("%d %s", rt_run_item_get_id (item), name);
      int colour = rt_run_item_get_colour (item);

      trace->validation = add_series (self->loss_chart, item, "over", title, colour,
                                      retort_run_get_dash (item), FALSE);
      trace->accuracy = add_series (self->accuracy_chart, item, "over", title, colour,
                                    retort_run_get_dash (item), FALSE);
    }
  g_ptr_array_add (self->traces, trace);
  append_steps (self, trace);
  append_epochs (self, trace);
}

/* Of the longest; one may be decided to be longer while it trains. */
static void
set_x_range (RetortCurves *self)
{
  double n_epochs = 1.0;

  for (guint i = 0; i < self->traces->len; i++)
    {
      const Trace *trace = g_ptr_array_index (self->traces, i);

      n_epochs = MAX (n_epochs, rt_run_item_get_run (trace->item)->n_epochs);
    }
  retort_chart_set_x_range (self->loss_chart, 0.0, n_epochs);
  retort_chart_set_x_range (self->accuracy_chart, 0.0, n_epochs);
}

static void
rebuild (RetortCurves *self)
{
  g_ptr_array_set_size (self->traces, 0);
  retort_chart_clear (self->loss_chart);
  retort_chart_clear (self->accuracy_chart);
  for (guint i = 0; i < self->watched->len; i++)
    {
      RtRunItem *item = g_ptr_array_index (self->watched, i);

      if (item != self->run && rt_run_item_get_overlaid (item))
        add_trace (self, item);
    }
  if (self->run != NULL)
    add_trace (self, self->run);
  set_x_range (self);
}

/* The library's runs are followed, for what is laid over. */

static void
unwatch (RtRunItem    *item,
         RetortCurves *self)
{
  g_signal_handlers_disconnect_by_data (item, self);
}

static void
runs_changed_cb (RetortCurves *self)
{
  RtLibrary *library = rt_session_get_library (retort_card_get_session (RETORT_CARD (self)));
  GListModel *runs = rt_library_get_runs (library);

  g_ptr_array_foreach (self->watched, (GFunc) unwatch, self);
  g_ptr_array_set_size (self->watched, 0);
  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      RtRunItem *item = g_list_model_get_item (runs, i);

      g_ptr_array_add (self->watched, item);
      g_signal_connect_swapped (item, "notify::overlaid", G_CALLBACK (rebuild), self);
      g_signal_connect_swapped (item, "notify::name", G_CALLBACK (rebuild), self);
      g_signal_connect_swapped (item, "notify::n-epochs", G_CALLBACK (set_x_range), self);
      g_signal_connect_swapped (item, "curves-changed", G_CALLBACK (curves_changed_cb), self);
    }
  rebuild (self);
}

/* Until there is a loss: where it will be seen, or what a run does before its first step. */
static void
show_waiting (RetortCurves *self)
{
  RtSession *session = retort_card_get_session (RETORT_CARD (self));
  g_autofree char *status = NULL;
  int state;

  g_object_get (session, "state", &state, "status", &status, NULL);
  retort_chart_set_empty_text (self->loss_chart,
                               state == RT_SESSION_PREPARING && status != NULL
                               ? status : _("Press Train, and the loss appears here."));
}

static void
retort_curves_bind (RetortCard *card,
                    RtSession  *session)
{
  RetortCurves *self = RETORT_CURVES (card);

  g_signal_connect_object (rt_library_get_runs (rt_session_get_library (session)),
                           "items-changed", G_CALLBACK (runs_changed_cb), self,
                           G_CONNECT_SWAPPED);
  retort_card_watch (card, "notify::status", G_CALLBACK (show_waiting));
  retort_card_watch (card, "notify::state", G_CALLBACK (show_waiting));
  show_waiting (self);
  runs_changed_cb (self);
}

static void
retort_curves_dispose (GObject *object)
{
  RetortCurves *self = RETORT_CURVES (object);

  if (self->watched != NULL)
    g_ptr_array_foreach (self->watched, (GFunc) unwatch, self);
  g_clear_pointer (&self->watched, g_ptr_array_unref);
  g_clear_pointer (&self->traces, g_ptr_array_unref);
  g_clear_object (&self->run);
  retort_template_dispose (object, RETORT_TYPE_CURVES);
  G_OBJECT_CLASS (retort_curves_parent_class)->dispose (object);
}

static void
retort_curves_class_init (RetortCurvesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_curves_dispose;
  RETORT_CARD_CLASS (klass)->bind = retort_curves_bind;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-curves.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortCurves, loss_chart);
  gtk_widget_class_bind_template_child (widget_class, RetortCurves, accuracy_chart);
}

static void
retort_curves_init (RetortCurves *self)
{
  self->traces = g_ptr_array_new_with_free_func ((GDestroyNotify) trace_free);
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  retort_chart_set_y_range (self->loss_chart, 0.0, NAN);
  retort_chart_set_y_range (self->accuracy_chart, 0.0, 1.0);
  retort_chart_set_smoothing (self->loss_chart, SMOOTHING);
  g_object_bind_property (self->loss_chart, "cursor", self->accuracy_chart, "cursor",
                          G_BINDING_BIDIRECTIONAL);
}

void
retort_curves_set_run (RetortCurves *self,
                       RtRunItem    *item)
{
  g_return_if_fail (RETORT_IS_CURVES (self));
  if (g_set_object (&self->run, item))
    rebuild (self);
}

gboolean
retort_curves_export (RetortCurves  *self,
                      gboolean       accuracy,
                      const char    *path,
                      GError       **error)
{
  g_return_val_if_fail (RETORT_IS_CURVES (self), FALSE);
  return retort_chart_export (accuracy ? self->accuracy_chart : self->loss_chart, path, error);
}
