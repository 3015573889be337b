/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drawn part of a chart.
 *
 * A frame costs what changed. The back (grid, ticks) is a render node that is kept until axes, size
 * or colours change. Each series is a row of nodes, each a strip of the picture, kept too: a point
 * at the right end renews the last strip, and GTK, which compares the nodes of two frames, paints
 * that strip only. Appending notes where and asks for a frame; a hundred appends between two frames
 * cost one drawing. The axes follow the data here, once a frame.
 */
#include "config.h"

#include "retort-chart-plot.h"

#include "retort-chart-bubble.h"

#include "rt-chart-mark.h"

#include <math.h>

#define MIN_WIDTH      120
#define MIN_HEIGHT     80
#define NATURAL_WIDTH  400
#define NATURAL_HEIGHT 160
#define STRIP          48     /* pixels; whole, so that strips meet without a seam */

struct _RetortChartPlot
{
  GtkWidget      parent_instance;

  RtChart       *chart;     /* Borrowed (nullable) */
  double         cursor;
  gboolean       by_pointer;  /* the cursor came with the pointer and goes with it */
  double         pointer_x;   /* NaN while it is elsewhere */
  double         pointer_y;

  /* What the kept nodes were drawn with */
  RetortColours  colours;
  RtChartMap     map;
  gboolean       stale;

  /* Owned */
  GskRenderNode *back;      /* (nullable) */
  GskRenderNode *marks;     /* (nullable) */
  GHashTable    *curves;    /* RtChartSeries to Curve */
};

enum
{
  PROP_0,
  PROP_CURSOR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RetortChartPlot, retort_chart_plot, GTK_TYPE_WIDGET)

/* The kept drawing of one series */
typedef struct
{
  int             n_strips;
  int             n_good;   /* strips before this one are up to date */
  gboolean        dense;    /* how they were drawn; see rt_chart_is_dense() */
  GskRenderNode **strips;   /* Owned (element-type nullable) */
} Curve;

static Curve *
new_curve (int n_strips)
{
  Curve *curve = g_new0 (Curve, 1);

  curve->n_strips = n_strips;
  curve->strips = g_new0 (GskRenderNode *, n_strips);
  return curve;
}

static void
free_curve (gpointer data)
{
  Curve *curve = data;

  for (int i = 0; i < curve->n_strips; i++)
    g_clear_pointer (&curve->strips[i], gsk_render_node_unref);
  g_free (curve->strips);
  g_free (curve);
}

static void
drop_nodes (RetortChartPlot *self)
{
  g_clear_pointer (&self->back, gsk_render_node_unref);
  g_clear_pointer (&self->marks, gsk_render_node_unref);
  g_hash_table_remove_all (self->curves);
}

static void
layout_if_stale (RetortChartPlot *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  RetortColours colours;
  RtChartStyle style;

  retort_colours_load (widget, &colours);
  if (memcmp (&colours, &self->colours, sizeof colours) != 0)
    {
      self->colours = colours;
      self->stale = TRUE;
    }
  if (!rt_chart_update_axes (self->chart) && !self->stale)
    return;

  style = (RtChartStyle) { self->colours.chart, gtk_widget_get_pango_context (widget) };
  rt_chart_layout (self->chart, &style, gtk_widget_get_width (widget),
                   gtk_widget_get_height (widget), &self->map);
  drop_nodes (self);
  self->stale = FALSE;
}

static GskRenderNode *
draw_back (RetortChartPlot       *self,
           const graphene_rect_t *bounds)
{
  RtChartStyle style = { self->colours.chart, gtk_widget_get_pango_context (GTK_WIDGET (self)) };
  GskRenderNode *node = gsk_cairo_node_new (bounds);
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);

  rt_chart_draw_back (self->chart, cr, &style, &self->map);
  cairo_destroy (cr);
  return node;
}

static void
renew_strip (RetortChartPlot     *self,
             const RtChartSeries *series,
             Curve               *curve,
             int                  index)
{
  RtChartStyle style = { self->colours.chart, gtk_widget_get_pango_context (GTK_WIDGET (self)) };
  const double *x, *lower, *upper;
  int n = rt_chart_series_get_points (series, &x, NULL, NULL);
  double left = index * STRIP;
  cairo_t *cr;
  int height;

  g_clear_pointer (&curve->strips[index], gsk_render_node_unref);
  if (rt_chart_series_get_band (series, &lower, &lower, &upper) == 0
      && (n == 0 || rt_chart_map_x (&self->map, x[n - 1]) + 4.0 < left))
    return;
  height = gtk_widget_get_height (GTK_WIDGET (self));
  curve->strips[index] = gsk_cairo_node_new (&GRAPHENE_RECT_INIT ((float) left, 0, STRIP, height));
  cr = gsk_cairo_node_get_draw_context (curve->strips[index]);
  rt_chart_draw_strip (series, cr, &style, &self->map, left, left + STRIP);
  cairo_destroy (cr);
}

static void
append_curve (RetortChartPlot     *self,
              GtkSnapshot         *snapshot,
              const RtChartSeries *series)
{
  Curve *curve = g_hash_table_lookup (self->curves, series);
  const double *x;
  int n = rt_chart_series_get_points (series, &x, NULL, NULL);
  gboolean dense = rt_chart_is_dense (&self->map, x, n);

  if (curve == NULL)
    {
      curve = new_curve ((gtk_widget_get_width (GTK_WIDGET (self)) + STRIP - 1) / STRIP);
      g_hash_table_insert (self->curves, (gpointer) series, curve);
    }
  if (curve->dense != dense)
    curve->n_good = 0;
  curve->dense = dense;
  for (; curve->n_good < curve->n_strips; curve->n_good++)
    renew_strip (self, series, curve, curve->n_good);
  for (int i = 0; i < curve->n_strips; i++)
    if (curve->strips[i] != NULL)
      gtk_snapshot_append_node (snapshot, curve->strips[i]);
}

/* Curves first, then all the marks, so that no curve runs over a mark. */
static void
append_curves (RetortChartPlot       *self,
               GtkSnapshot           *snapshot,
               const graphene_rect_t *bounds)
{
  RtChartStyle style = { self->colours.chart, gtk_widget_get_pango_context (GTK_WIDGET (self)) };
  int n = rt_chart_get_n_series (self->chart);

  for (int i = 0; i < n; i++)
    if (rt_chart_series_get_visible (rt_chart_get_series (self->chart, i)))
      append_curve (self, snapshot, rt_chart_get_series (self->chart, i));

  for (int i = 0; i < n && self->marks == NULL; i++)
    {
      cairo_t *cr;

      if (isnan (rt_chart_series_get_best (rt_chart_get_series (self->chart, i), NULL)))
        continue;
      self->marks = gsk_cairo_node_new (bounds);
      cr = gsk_cairo_node_get_draw_context (self->marks);
      rt_chart_draw_marks (self->chart, cr, &style, &self->map);
      cairo_destroy (cr);
    }
  if (self->marks != NULL)
    gtk_snapshot_append_node (snapshot, self->marks);
}

static void
retort_chart_plot_snapshot (GtkWidget   *widget,
                            GtkSnapshot *snapshot)
{
  RetortChartPlot *self = RETORT_CHART_PLOT (widget);
  double width = gtk_widget_get_width (widget);
  double height = gtk_widget_get_height (widget);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, width, height);

  if (self->chart == NULL || width < 1.0 || height < 1.0)
    return;
  layout_if_stale (self);
  if (self->back == NULL)
    self->back = draw_back (self, &bounds);
  gtk_snapshot_append_node (snapshot, self->back);
  append_curves (self, snapshot, &bounds);
  if (!isnan (self->cursor))
    {
      cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);

      retort_chart_bubble_draw (cr, self->chart, &self->colours,
                                gtk_widget_get_pango_context (widget),
                                &self->map, self->cursor, width, height);
      cairo_destroy (cr);
    }
}

static void
retort_chart_plot_measure (GtkWidget      *widget,
                           GtkOrientation  orientation,
                           int             for_size,
                           int            *minimum,
                           int            *natural,
                           int            *minimum_baseline,
                           int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : MIN_HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : NATURAL_HEIGHT;
}

static void
retort_chart_plot_size_allocate (GtkWidget *widget,
                                 int        width,
                                 int        height,
                                 int        baseline)
{
  RETORT_CHART_PLOT (widget)->stale = TRUE;
}

static void
retort_chart_plot_system_setting_changed (GtkWidget        *widget,
                                          GtkSystemSetting  setting)
{
  retort_chart_plot_changed (RETORT_CHART_PLOT (widget));
  GTK_WIDGET_CLASS (retort_chart_plot_parent_class)->system_setting_changed (widget, setting);
}

static void
retort_chart_plot_css_changed (GtkWidget         *widget,
                               GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (retort_chart_plot_parent_class)->css_changed (widget, change);
  retort_chart_plot_changed (RETORT_CHART_PLOT (widget));
}

static void
motion_cb (RetortChartPlot *self,
           double           x,
           double           y)
{
  const RtChartFrame *frame = &self->map.frame;
  double at;

  if (self->chart == NULL || frame->width <= 0.0)
    return;
  /* GTK also says so where things moved under a pointer at rest, which must not undo what a key
   * did. */
  if (x == self->pointer_x && y == self->pointer_y)
    return;
  self->pointer_x = x;
  self->pointer_y = y;
  at = (x - frame->x) / frame->width;
  if (x < frame->x - 4.0 || x > frame->x + frame->width + 4.0)
    at = NAN;
  else
    at = rt_chart_snap (self->chart, rt_chart_axis_unmap (&self->map.x_axis, at));
  retort_chart_plot_set_cursor (self, at);
  self->by_pointer = TRUE;
}

static void
leave_cb (RetortChartPlot *self)
{
  self->pointer_x = self->pointer_y = NAN;
  if (self->by_pointer)
    retort_chart_plot_set_cursor (self, NAN);
}

/* Points in the same column of pixels cannot be told apart, so a step goes at least one column
 * on. */
static gboolean
move_cursor (RetortChartPlot *self,
             int              direction,
             double           pixels)
{
  const RtChartAxis *axis = &self->map.x_axis;
  double at = rt_chart_axis_map (axis, self->cursor)
              + direction * pixels / MAX (self->map.frame.width, 1.0);
  double least = fabs (rt_chart_axis_unmap (axis, CLAMP (at, -1.0, 2.0)) - self->cursor);

  retort_chart_plot_set_cursor (self, rt_chart_step (self->chart, self->cursor, direction, least));
  self->by_pointer = FALSE;
  return GDK_EVENT_STOP;
}

static gboolean
key_cb (RetortChartPlot *self,
        guint            key,
        guint            code,
        GdkModifierType  state)
{
  if (self->chart == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;

  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      return move_cursor (self, -1, 1.0);
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      return move_cursor (self, 1, 1.0);
    case GDK_KEY_Page_Up:
      return move_cursor (self, -1, self->map.frame.width / 10.0);
    case GDK_KEY_Page_Down:
      return move_cursor (self, 1, self->map.frame.width / 10.0);
    case GDK_KEY_Home:
      return move_cursor (self, -1, G_MAXINT);
    case GDK_KEY_End:
      return move_cursor (self, 1, G_MAXINT);
    case GDK_KEY_Escape:
      if (isnan (self->cursor))
        return GDK_EVENT_PROPAGATE;
      retort_chart_plot_set_cursor (self, NAN);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
retort_chart_plot_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  if (id == PROP_CURSOR)
    g_value_set_double (value, RETORT_CHART_PLOT (object)->cursor);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_chart_plot_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  if (id == PROP_CURSOR)
    retort_chart_plot_set_cursor (RETORT_CHART_PLOT (object), g_value_get_double (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_chart_plot_finalize (GObject *object)
{
  RetortChartPlot *self = RETORT_CHART_PLOT (object);

  drop_nodes (self);
  g_hash_table_unref (self->curves);
  G_OBJECT_CLASS (retort_chart_plot_parent_class)->finalize (object);
}

static void
retort_chart_plot_class_init (RetortChartPlotClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = retort_chart_plot_get_property;
  object_class->set_property = retort_chart_plot_set_property;
  object_class->finalize = retort_chart_plot_finalize;
  widget_class->measure = retort_chart_plot_measure;
  widget_class->size_allocate = retort_chart_plot_size_allocate;
  widget_class->snapshot = retort_chart_plot_snapshot;
  widget_class->css_changed = retort_chart_plot_css_changed;
  widget_class->system_setting_changed = retort_chart_plot_system_setting_changed;

  /* NaN, no cursor, is in no range. */
  properties[PROP_CURSOR] = g_param_spec_double ("cursor", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE,
                                                 0.0, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY
                                                      | G_PARAM_STATIC_STRINGS
                                                      | G_PARAM_LAX_VALIDATION);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "retort-chart-plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
retort_chart_plot_init (RetortChartPlot *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->cursor = self->pointer_x = self->pointer_y = NAN;
  self->stale = TRUE;
  self->curves = g_hash_table_new_full (NULL, NULL, NULL, free_curve);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (gtk_widget_grab_focus), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

void
retort_chart_plot_set_chart (RetortChartPlot *self,
                             RtChart         *chart)
{
  g_return_if_fail (RETORT_IS_CHART_PLOT (self));

  self->chart = chart;
  retort_chart_plot_changed (self);
}

void
retort_chart_plot_changed (RetortChartPlot *self)
{
  self->stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
retort_chart_plot_series_changed (RetortChartPlot     *self,
                                  const RtChartSeries *series)
{
  g_hash_table_remove (self->curves, series);
  g_clear_pointer (&self->marks, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
retort_chart_plot_series_appended (RetortChartPlot     *self,
                                   const RtChartSeries *series,
                                   double               x)
{
  Curve *curve = g_hash_table_lookup (self->curves, series);
  double left;

  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (curve == NULL)
    return;
  /* The point before moves a little too where it shared a column with this one. */
  left = (rt_chart_map_x (&self->map, x) - 4.0) / STRIP;
  curve->n_good = (int) CLAMP (floor (left), 0.0, (double) curve->n_good);
  if (!isnan (rt_chart_series_get_best (series, NULL)))
    g_clear_pointer (&self->marks, gsk_render_node_unref);
}

void
retort_chart_plot_forget_series (RetortChartPlot     *self,
                                 const RtChartSeries *series)
{
  g_hash_table_remove (self->curves, series);
  retort_chart_plot_changed (self);
}

void
retort_chart_plot_set_cursor (RetortChartPlot *self,
                              double           x)
{
  g_return_if_fail (RETORT_IS_CHART_PLOT (self));

  self->by_pointer = FALSE;
  if (self->cursor == x || (isnan (self->cursor) && isnan (x)))
    return;
  self->cursor = x;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURSOR]);
}

double
retort_chart_plot_get_cursor (RetortChartPlot *self)
{
  g_return_val_if_fail (RETORT_IS_CHART_PLOT (self), NAN);
  return self->cursor;
}

const RtChartMap *
retort_chart_plot_get_map (RetortChartPlot *self)
{
  g_return_val_if_fail (RETORT_IS_CHART_PLOT (self), NULL);
  return &self->map;
}
