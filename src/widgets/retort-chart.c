/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A chart: title, legend and tools over a plot (retort-chart-plot.c), around one RtChart that holds
 * all that is shown.
 *
 * The spoken summary is the plot's accessible description. Points come sixty times a second and a
 * screen reader cannot follow that, so it is renewed at most once a second, and at once when the
 * cursor moves.
 */
#include "config.h"

#include "retort-chart.h"

#include "retort-chart-bubble.h"
#include "retort-chart-legend.h"
#include "retort-chart-plot.h"
#include "retort-template.h"
#include "retort-widgets.h"

#include <glib/gi18n.h>
#include <math.h>

#define SUMMARY_PAUSE 1000    /* milliseconds between two renewals of the spoken summary */
#define EXPORT_WIDTH  720     /* for a chart that has no size yet */
#define EXPORT_HEIGHT 360

struct _RetortChart
{
  GtkWidget          parent_instance;

  /* Template widgets */
  GtkLabel          *title_label;
  GtkLabel          *empty_label;
  RetortChartLegend *legend;
  RetortChartPlot   *plot;
  GtkWidget         *tools;
  GtkToggleButton   *log_button;
  GtkAdjustment     *smoothing_adjustment;
  GtkMenuButton     *menu_button;

  /* Owned */
  RtChart           *chart;
  guint              summary_source;
  gboolean           summary_due;
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_X_LABEL,
  PROP_PERCENT,
  PROP_LOG_SCALE,
  PROP_SMOOTHING,
  PROP_SHOW_TOOLS,
  PROP_EMPTY_TEXT,
  PROP_CURSOR,
  PROP_MENU_MODEL,
  N_PROPS
};

enum
{
  SERIES_TOGGLED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortChart, retort_chart, GTK_TYPE_WIDGET)

static void
speak_summary (RetortChart *self)
{
  g_autofree char *summary = retort_chart_get_summary (self);

  self->summary_due = FALSE;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->plot), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  summary, -1);
}

static gboolean
summary_cb (gpointer data)
{
  RetortChart *self = data;

  if (self->summary_due)
    {
      speak_summary (self);
      return G_SOURCE_CONTINUE;
    }
  self->summary_source = 0;
  return G_SOURCE_REMOVE;
}

/* The points changed: renews the summary now, or when the pause is over. */
static void
points_changed (RetortChart *self)
{
  if (self->summary_source != 0)
    {
      self->summary_due = TRUE;
      return;
    }
  speak_summary (self);
  self->summary_source = g_timeout_add (SUMMARY_PAUSE, summary_cb, self);
}

static void
show_emptiness (RetortChart *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->empty_label), !rt_chart_has_points (self->chart));
}

static void
everything_changed (RetortChart *self)
{
  retort_chart_plot_changed (self->plot);
  retort_chart_legend_update (self->legend, self->chart);
  show_emptiness (self);
  points_changed (self);
}

static void
legend_toggled_cb (RetortChart   *self,
                   RtChartSeries *series,
                   gboolean       visible)
{
  rt_chart_series_set_visible (series, visible);
  everything_changed (self);
  g_signal_emit (self, signals[SERIES_TOGGLED], 0, rt_chart_series_get_id (series), visible);
}

static void
log_toggled_cb (RetortChart *self)
{
  retort_chart_set_log_scale (self, gtk_toggle_button_get_active (self->log_button));
}

static void
smoothing_changed_cb (RetortChart *self)
{
  retort_chart_set_smoothing (self, gtk_adjustment_get_value (self->smoothing_adjustment));
}

static void
cursor_changed_cb (RetortChart *self)
{
  speak_summary (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURSOR]);
}

static void
retort_chart_get_property (GObject    *object,
                           guint       id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  RetortChart *self = RETORT_CHART (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, retort_chart_get_title (self));
      break;
    case PROP_X_LABEL:
      g_value_set_string (value, retort_chart_get_x_label (self));
      break;
    case PROP_PERCENT:
      g_value_set_boolean (value, retort_chart_get_percent (self));
      break;
    case PROP_LOG_SCALE:
      g_value_set_boolean (value, retort_chart_get_log_scale (self));
      break;
    case PROP_SMOOTHING:
      g_value_set_double (value, retort_chart_get_smoothing (self));
      break;
    case PROP_SHOW_TOOLS:
      g_value_set_boolean (value, retort_chart_get_show_tools (self));
      break;
    case PROP_MENU_MODEL:
      g_value_set_object (value, gtk_menu_button_get_menu_model (self->menu_button));
      break;
    case PROP_EMPTY_TEXT:
      g_value_set_string (value, retort_chart_get_empty_text (self));
      break;
    case PROP_CURSOR:
      g_value_set_double (value, retort_chart_get_cursor (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
retort_chart_set_property (GObject      *object,
                           guint         id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  RetortChart *self = RETORT_CHART (object);

  switch (id)
    {
    case PROP_TITLE:
      retort_chart_set_title (self, g_value_get_string (value));
      break;
    case PROP_X_LABEL:
      retort_chart_set_x_label (self, g_value_get_string (value));
      break;
    case PROP_PERCENT:
      retort_chart_set_percent (self, g_value_get_boolean (value));
      break;
    case PROP_LOG_SCALE:
      retort_chart_set_log_scale (self, g_value_get_boolean (value));
      break;
    case PROP_SMOOTHING:
      retort_chart_set_smoothing (self, g_value_get_double (value));
      break;
    case PROP_SHOW_TOOLS:
      retort_chart_set_show_tools (self, g_value_get_boolean (value));
      break;
    case PROP_MENU_MODEL:
      retort_chart_set_menu_model (self, g_value_get_object (value));
      break;
    case PROP_EMPTY_TEXT:
      retort_chart_set_empty_text (self, g_value_get_string (value));
      break;
    case PROP_CURSOR:
      retort_chart_set_cursor (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
retort_chart_dispose (GObject *object)
{
  RetortChart *self = RETORT_CHART (object);

  g_clear_handle_id (&self->summary_source, g_source_remove);
  if (self->plot != NULL)
    retort_chart_plot_set_chart (self->plot, NULL);
  retort_template_dispose (self, RETORT_TYPE_CHART);
  self->plot = NULL;
  G_OBJECT_CLASS (retort_chart_parent_class)->dispose (object);
}

static void
retort_chart_finalize (GObject *object)
{
  rt_chart_free (RETORT_CHART (object)->chart);
  G_OBJECT_CLASS (retort_chart_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_X_LABEL] = g_param_spec_string ("x-label", NULL, NULL, "", flags);
  properties[PROP_PERCENT] = g_param_spec_boolean ("percent", NULL, NULL, FALSE, flags);
  properties[PROP_LOG_SCALE] = g_param_spec_boolean ("log-scale", NULL, NULL, FALSE, flags);
  properties[PROP_SMOOTHING] = g_param_spec_double ("smoothing", NULL, NULL, 0.0, 0.99, 0.0, flags);
  properties[PROP_SHOW_TOOLS] = g_param_spec_boolean ("show-tools", NULL, NULL, FALSE, flags);
  properties[PROP_MENU_MODEL] = g_param_spec_object ("menu-model", NULL, NULL, G_TYPE_MENU_MODEL,
                                                     flags);
  properties[PROP_EMPTY_TEXT] = g_param_spec_string ("empty-text", NULL, NULL, "", flags);
  /* NaN, no cursor, is in no range. */
  properties[PROP_CURSOR] = g_param_spec_double ("cursor", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE,
                                                 0.0, flags | G_PARAM_LAX_VALIDATION);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
retort_chart_class_init (RetortChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  retort_widgets_init ();
  object_class->get_property = retort_chart_get_property;
  object_class->set_property = retort_chart_set_property;
  object_class->dispose = retort_chart_dispose;
  object_class->finalize = retort_chart_finalize;
  install_properties (object_class);
  signals[SERIES_TOGGLED] = g_signal_new ("series-toggled", RETORT_TYPE_CHART, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RETORT_WIDGETS_RESOURCE_BASE "/retort-chart.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortChart, title_label);
  gtk_widget_class_bind_template_child (widget_class, RetortChart, empty_label);
  gtk_widget_class_bind_template_child (widget_class, RetortChart, legend);
  gtk_widget_class_bind_template_child (widget_class, RetortChart, plot);
  gtk_widget_class_bind_template_child (widget_class, RetortChart, tools);
  gtk_widget_class_bind_template_child (widget_class, RetortChart, log_button);
  gtk_widget_class_bind_template_child (widget_class, RetortChart, smoothing_adjustment);
  gtk_widget_class_bind_template_child (widget_class, RetortChart, menu_button);
  gtk_widget_class_bind_template_callback (widget_class, legend_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, log_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, smoothing_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, cursor_changed_cb);
  gtk_widget_class_install_property_action (widget_class, "chart.log-scale", "log-scale");
  gtk_widget_class_set_css_name (widget_class, "retort-chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
retort_chart_init (RetortChart *self)
{
  self->chart = rt_chart_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  retort_chart_plot_set_chart (self->plot, self->chart);
  show_emptiness (self);
}

GtkWidget *
retort_chart_new (void)
{
  return g_object_new (RETORT_TYPE_CHART, NULL);
}

RtChartSeries *
retort_chart_add_series (RetortChart *self,
                         const char  *id,
                         const char  *title,
                         int          colour,
                         RtChartDash  dash)
{
  RtChartSeries *series;

  g_return_val_if_fail (RETORT_IS_CHART (self), NULL);

  series = rt_chart_add_series (self->chart, id, title, colour, dash);
  everything_changed (self);
  return series;
}

RtChartSeries *
retort_chart_find_series (RetortChart *self,
                          const char  *id)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), NULL);
  return rt_chart_find_series (self->chart, id);
}

void
retort_chart_remove_series (RetortChart   *self,
                            RtChartSeries *series)
{
  g_return_if_fail (RETORT_IS_CHART (self) && series != NULL);

  retort_chart_plot_forget_series (self->plot, series);
  rt_chart_remove_series (self->chart, series);
  everything_changed (self);
}

void
retort_chart_clear (RetortChart *self)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  while (rt_chart_get_n_series (self->chart) > 0)
    {
      RtChartSeries *series = rt_chart_get_series (self->chart, 0);

      retort_chart_plot_forget_series (self->plot, series);
      rt_chart_remove_series (self->chart, series);
    }
  retort_chart_set_cursor (self, NAN);
  everything_changed (self);
}

void
retort_chart_append (RetortChart   *self,
                     RtChartSeries *series,
                     double         x,
                     double         y)
{
  const double *points;
  int n;

  g_return_if_fail (RETORT_IS_CHART (self) && series != NULL && isfinite (x));

  rt_chart_series_append (series, x, y);
  n = rt_chart_series_get_points (series, &points, NULL, NULL);
  retort_chart_plot_series_appended (self->plot, series, points[MAX (n - 2, 0)]);
  if (gtk_widget_get_visible (GTK_WIDGET (self->empty_label)))
    show_emptiness (self);
  points_changed (self);
}

void
retort_chart_series_changed (RetortChart   *self,
                             RtChartSeries *series)
{
  g_return_if_fail (RETORT_IS_CHART (self) && series != NULL);

  retort_chart_plot_series_changed (self->plot, series);
  retort_chart_legend_update (self->legend, self->chart);
  show_emptiness (self);
  points_changed (self);
}

void
retort_chart_set_x_range (RetortChart *self,
                          double       low,
                          double       high)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  rt_chart_set_x_range (self->chart, low, high);
  retort_chart_plot_changed (self->plot);
}

void
retort_chart_set_y_range (RetortChart *self,
                          double       low,
                          double       high)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  rt_chart_set_y_range (self->chart, low, high);
  retort_chart_plot_changed (self->plot);
}

void
retort_chart_set_title (RetortChart *self,
                        const char  *title)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  if (g_strcmp0 (rt_chart_get_title (self->chart), title != NULL ? title : "") == 0)
    return;
  rt_chart_set_title (self->chart, title);
  title = rt_chart_get_title (self->chart);
  gtk_label_set_label (self->title_label, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->plot), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  points_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

const char *
retort_chart_get_title (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), NULL);
  return rt_chart_get_title (self->chart);
}

void
retort_chart_set_x_label (RetortChart *self,
                          const char  *label)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  if (g_strcmp0 (rt_chart_get_x_label (self->chart), label != NULL ? label : "") == 0)
    return;
  rt_chart_set_x_label (self->chart, label);
  retort_chart_plot_changed (self->plot);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_X_LABEL]);
}

const char *
retort_chart_get_x_label (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), NULL);
  return rt_chart_get_x_label (self->chart);
}

void
retort_chart_set_percent (RetortChart *self,
                          gboolean     percent)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  if (retort_chart_get_percent (self) == !!percent)
    return;
  rt_chart_set_y_format (self->chart, percent ? RT_CHART_FORMAT_PERCENT : RT_CHART_FORMAT_NUMBER);
  everything_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PERCENT]);
}

gboolean
retort_chart_get_percent (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), FALSE);
  return rt_chart_get_y_format (self->chart) == RT_CHART_FORMAT_PERCENT;
}

void
retort_chart_set_log_scale (RetortChart *self,
                            gboolean     log_scale)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  if (rt_chart_get_log (self->chart) == !!log_scale)
    return;
  rt_chart_set_log (self->chart, !!log_scale);
  gtk_toggle_button_set_active (self->log_button, log_scale);
  retort_chart_plot_changed (self->plot);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOG_SCALE]);
}

gboolean
retort_chart_get_log_scale (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), FALSE);
  return rt_chart_get_log (self->chart);
}

void
retort_chart_set_x_log (RetortChart *self,
                        gboolean     log)
{
  g_return_if_fail (RETORT_IS_CHART (self));
  rt_chart_set_x_log (self->chart, !!log);
  retort_chart_plot_changed (self->plot);
}

void
retort_chart_set_smoothing (RetortChart *self,
                            double       smoothing)
{
  g_return_if_fail (RETORT_IS_CHART (self));
  g_return_if_fail (smoothing >= 0.0 && smoothing <= 0.99);

  if (rt_chart_get_smoothing (self->chart) == smoothing)
    return;
  rt_chart_set_smoothing (self->chart, smoothing);
  gtk_adjustment_set_value (self->smoothing_adjustment, smoothing);
  retort_chart_plot_changed (self->plot);
  points_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SMOOTHING]);
}

double
retort_chart_get_smoothing (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), 0.0);
  return rt_chart_get_smoothing (self->chart);
}

void
retort_chart_set_show_tools (RetortChart *self,
                             gboolean     show_tools)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  if (gtk_widget_get_visible (self->tools) == !!show_tools)
    return;
  gtk_widget_set_visible (self->tools, show_tools);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_TOOLS]);
}

gboolean
retort_chart_get_show_tools (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), FALSE);
  return gtk_widget_get_visible (self->tools);
}

void
retort_chart_set_menu_model (RetortChart *self,
                             GMenuModel  *menu)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  gtk_menu_button_set_menu_model (self->menu_button, menu);
  gtk_widget_set_visible (GTK_WIDGET (self->menu_button), menu != NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MENU_MODEL]);
}

void
retort_chart_set_empty_text (RetortChart *self,
                             const char  *text)
{
  g_return_if_fail (RETORT_IS_CHART (self));

  if (g_strcmp0 (gtk_label_get_label (self->empty_label), text != NULL ? text : "") == 0)
    return;
  gtk_label_set_label (self->empty_label, text != NULL ? text : "");
  points_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EMPTY_TEXT]);
}

const char *
retort_chart_get_empty_text (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), NULL);
  return gtk_label_get_label (self->empty_label);
}

void
retort_chart_set_cursor (RetortChart *self,
                         double       x)
{
  g_return_if_fail (RETORT_IS_CHART (self));
  retort_chart_plot_set_cursor (self->plot, x);
}

double
retort_chart_get_cursor (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), NAN);
  return retort_chart_plot_get_cursor (self->plot);
}

/* "train 0.3712 (best, kept: 0.3101 at epoch 9)" */
static void
append_last_value (RetortChart         *self,
                   GString             *text,
                   const RtChartSeries *series)
{
  RtChartFormat format = rt_chart_get_y_format (self->chart);
  const double *shown;
  const char *best_text;
  double best = rt_chart_series_get_best (series, &best_text);
  int last = rt_chart_series_get_points (series, NULL, NULL, &shown) - 1;
  g_autofree char *value = NULL, *best_value = NULL;

  while (last >= 0 && !isfinite (shown[last]))
    last--;
  if (last < 0)
    return;
  value = rt_chart_format_value (shown[last], format);
  g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "",
                          rt_chart_series_get_title (series), value);
  if (isnan (best) || best_text == NULL)
    return;
  best_value = rt_chart_format_value (rt_chart_series_get_value_at (series, best), format);
  g_string_append (text, " (");
  /* Translators: "best, kept: 91.2 % at epoch 9" */
  g_string_append_printf (text, _("%s: %s at %s %.4g"), best_text, best_value,
                          rt_chart_get_x_label (self->chart), best);
  g_string_append_c (text, ')');
}

char *
retort_chart_get_summary (RetortChart *self)
{
  g_autoptr (GString) text = NULL;
  double cursor;

  g_return_val_if_fail (RETORT_IS_CHART (self), NULL);

  if (!rt_chart_has_points (self->chart))
    return g_strdup (gtk_label_get_label (self->empty_label));
  cursor = retort_chart_get_cursor (self);
  if (!isnan (cursor))
    return retort_chart_bubble_to_text (self->chart, cursor);

  text = g_string_new (NULL);
  for (int i = 0; i < rt_chart_get_n_series (self->chart); i++)
    {
      const RtChartSeries *series = rt_chart_get_series (self->chart, i);

      if (rt_chart_series_get_visible (series))
        append_last_value (self, text, series);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
retort_chart_export (RetortChart  *self,
                     const char   *path,
                     GError      **error)
{
  int width, height;

  g_return_val_if_fail (RETORT_IS_CHART (self), FALSE);

  width = gtk_widget_get_width (GTK_WIDGET (self));
  height = gtk_widget_get_height (GTK_WIDGET (self));
  return rt_chart_export (self->chart, path, width > 200 ? width : EXPORT_WIDTH,
                          height > 120 ? height : EXPORT_HEIGHT, error);
}

const RtChart *
retort_chart_get_model (RetortChart *self)
{
  g_return_val_if_fail (RETORT_IS_CHART (self), NULL);
  return self->chart;
}
