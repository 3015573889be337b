/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-bars.h"

#include "retort-colours.h"
#include "retort-mark.h"
#include "retort-text.h"
#include "rt-chart-text.h"

#include <glib/gi18n.h>
#include <math.h>

#define ROW     30.0      /* from one bar to the next, at most */
#define MIN_ROW 20.0
#define GAP     10.0      /* between name, bar and value */
#define RADIUS  4.0
#define MARK    11.0
#define TEACHER_COLOUR 4
#define STUDENT_COLOUR 0

static const RtChartText title_text = { 1.0, TRUE, 0.0, 0.0 };

struct _RetortBars
{
  GtkWidget      parent_instance;

  RetortBarsWho  who;
  int            n;
  int            truth;
  double         name_width;    /* the widest name, with the mark of the true one */

  /* Owned */
  char          *title;
  char         **names;
  double        *shares;
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_WHO,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RetortBars, retort_bars, GTK_TYPE_WIDGET)

static double
title_height (RetortBars *self)
{
  double height = 0.0;

  if (*self->title != '\0')
    rt_chart_text_measure (gtk_widget_get_pango_context (GTK_WIDGET (self)), self->title,
                           &title_text, NULL, &height);
  return *self->title != '\0' ? height + 6.0 : 0.0;
}

static void
measure_names (RetortBars *self)
{
  PangoContext *pango = gtk_widget_get_pango_context (GTK_WIDGET (self));

  self->name_width = 0.0;
  for (int i = 0; i < self->n; i++)
    {
      RtChartText how = { 1.0, i == self->truth, 0.0, 0.5 };
      double width;

      rt_chart_text_measure (pango, self->names[i], &how, &width, NULL);
      self->name_width = MAX (self->name_width, width + (i == self->truth ? MARK + 4.0 : 0.0));
    }
}

static void
retort_bars_measure (GtkWidget      *widget,
                     GtkOrientation  orientation,
                     int             for_size,
                     int            *minimum,
                     int            *natural,
                     int            *minimum_baseline,
                     int            *natural_baseline)
{
  RetortBars *self = RETORT_BARS (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 140;
      *natural = 220;
      return;
    }
  *minimum = (int) ceil (title_height (self) + self->n * MIN_ROW);
  *natural = (int) ceil (title_height (self) + self->n * ROW);
}

static void
add_bar (cairo_t *cr,
         double   x,
         double   y,
         double   width,
         double   height)
{
  double radius = MIN (RADIUS, MIN (width, height) / 2);

  cairo_new_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI / 2, 0.0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0.0, G_PI / 2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

typedef struct
{
  cairo_t       *cr;
  PangoContext  *pango;
  RetortColours  colours;
  double         name_width;
  double         value_width;
  double         width;
} Pen;

static void
draw_bar (RetortBars *self,
          Pen        *pen,
          int         index,
          double      middle,
          double      height)
{
  int who = self->who == RETORT_BARS_TEACHER ? TEACHER_COLOUR : STUDENT_COLOUR;
  const RtChartColour *colour = &pen->colours.chart.series[who];
  gboolean is_truth = index == self->truth;
  RtChartText name = { 1.0, is_truth, 0.0, 0.5 };
  RtChartText value = { 1.0, TRUE, 1.0, 0.5 };
  g_autofree char *text = retort_format_share (self->shares[index]);
  double share = isfinite (self->shares[index]) ? CLAMP (self->shares[index], 0.0, 1.0) : 0.0;
  double left = pen->name_width + GAP;
  double room = MAX (pen->width - left - GAP - pen->value_width, 10.0);
  cairo_t *cr = pen->cr;

  rt_chart_set_colour (cr, &pen->colours.chart.text, 1.0);
  cairo_save (cr);
  cairo_rectangle (cr, 0, middle - height, pen->name_width + 2.0, 2 * height);
  cairo_clip (cr);
  rt_chart_text_draw (cr, pen->pango, self->names[index], &name, is_truth ? MARK + 4.0 : 0.0,
                      middle);
  cairo_restore (cr);
  rt_chart_text_draw (cr, pen->pango, text, &value, pen->width, middle);
  if (is_truth)
    {
      rt_chart_set_colour (cr, &pen->colours.right, 1.0);
      retort_mark_draw (cr, RETORT_MARK_RIGHT, 0, middle - MARK / 2, MARK);
    }

  add_bar (cr, left, middle - height / 2, room, height);
  rt_chart_set_colour (cr, &pen->colours.chart.dim, 0.16);
  cairo_fill (cr);
  if (share > 0.0)
    {
      add_bar (cr, left, middle - height / 2, MAX (share * room, 2.0), height);
      rt_chart_set_colour (cr, colour, 1.0);
      cairo_fill (cr);
    }
  if (is_truth)
    {
      add_bar (cr, left, middle - height / 2, room, height);
      rt_chart_set_colour (cr, colour, 1.0);
      cairo_set_line_width (cr, 1.5);
      cairo_stroke (cr);
    }
}

static void
retort_bars_snapshot (GtkWidget   *widget,
                      GtkSnapshot *snapshot)
{
  RetortBars *self = RETORT_BARS (widget);
  RtChartText value = { 1.0, TRUE, 1.0, 0.5 };
  double height = gtk_widget_get_height (widget);
  double top = title_height (self);
  double row = self->n > 0 ? MIN ((height - top) / self->n, ROW + 4.0) : 0.0;
  Pen pen;

  pen.pango = gtk_widget_get_pango_context (widget);
  pen.width = gtk_widget_get_width (widget);
  pen.name_width = MIN (self->name_width, pen.width * 0.4);
  rt_chart_text_measure (pen.pango, "100 %", &value, &pen.value_width, NULL);
  retort_colours_load (widget, &pen.colours);
  pen.cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (-1, 0, (float) pen.width + 2,
                                                                     (float) height));
  rt_chart_set_colour (pen.cr, &pen.colours.chart.text, 1.0);
  rt_chart_text_draw (pen.cr, pen.pango, self->title, &title_text, 0.0, 0.0);
  for (int i = 0; i < self->n; i++)
    draw_bar (self, &pen, i, top + (i + 0.5) * row, MIN (row - 6.0, 20.0));
  cairo_destroy (pen.cr);
}

static void
retort_bars_css_changed (GtkWidget         *widget,
                         GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (retort_bars_parent_class)->css_changed (widget, change);
  measure_names (RETORT_BARS (widget));
  gtk_widget_queue_resize (widget);
}

static void
retort_bars_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  RetortBars *self = RETORT_BARS (object);

  if (id == PROP_TITLE)
    g_value_set_string (value, self->title);
  else if (id == PROP_WHO)
    g_value_set_int (value, self->who);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_bars_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  RetortBars *self = RETORT_BARS (object);

  if (id == PROP_TITLE)
    retort_bars_set_title (self, g_value_get_string (value));
  else if (id == PROP_WHO)
    retort_bars_set_who (self, (RetortBarsWho) g_value_get_int (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_bars_finalize (GObject *object)
{
  RetortBars *self = RETORT_BARS (object);

  g_free (self->title);
  g_strfreev (self->names);
  g_free (self->shares);
  G_OBJECT_CLASS (retort_bars_parent_class)->finalize (object);
}

static void
retort_bars_class_init (RetortBarsClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = retort_bars_get_property;
  object_class->set_property = retort_bars_set_property;
  object_class->finalize = retort_bars_finalize;
  widget_class->measure = retort_bars_measure;
  widget_class->snapshot = retort_bars_snapshot;
  widget_class->css_changed = retort_bars_css_changed;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_WHO] = g_param_spec_int ("who", NULL, NULL,
                                           RETORT_BARS_TEACHER, RETORT_BARS_STUDENT,
                                           RETORT_BARS_TEACHER, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "retort-bars");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
retort_bars_init (RetortBars *self)
{
  self->title = g_strdup ("");
  self->names = g_new0 (char *, 1);
  self->truth = -1;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Class probabilities"), -1);
}

GtkWidget *
retort_bars_new (RetortBarsWho who)
{
  return g_object_new (RETORT_TYPE_BARS, "who", who, NULL);
}

void
retort_bars_set (RetortBars        *self,
                 int                n,
                 const char *const *names,
                 const double      *shares,
                 int                truth)
{
  g_autofree char *summary = NULL;
  gboolean same = TRUE;

  g_return_if_fail (RETORT_IS_BARS (self));
  g_return_if_fail (n >= 0 && truth >= -1 && truth < n);

  same = n == self->n && truth == self->truth;
  for (int i = 0; i < n && same; i++)
    same = g_str_equal (names[i], self->names[i]);
  g_free (self->shares);
  self->shares = g_memdup2 (shares, sizeof (double) * n);
  if (!same)
    {
      g_strfreev (self->names);
      self->names = g_new0 (char *, n + 1);
      for (int i = 0; i < n; i++)
        self->names[i] = g_strdup (names[i]);
      self->n = n;
      self->truth = truth;
      measure_names (self);
      gtk_widget_queue_resize (GTK_WIDGET (self));
    }
  summary = retort_bars_get_summary (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  summary, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
retort_bars_set_title (RetortBars *self,
                       const char *title)
{
  g_return_if_fail (RETORT_IS_BARS (self));

  title = title != NULL ? title : "";
  if (g_str_equal (self->title, title))
    return;
  g_free (self->title);
  self->title = g_strdup (title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->title, -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

const char *
retort_bars_get_title (RetortBars *self)
{
  g_return_val_if_fail (RETORT_IS_BARS (self), NULL);
  return self->title;
}

void
retort_bars_set_who (RetortBars    *self,
                     RetortBarsWho  who)
{
  g_return_if_fail (RETORT_IS_BARS (self));

  if (self->who == who)
    return;
  self->who = who;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WHO]);
}

RetortBarsWho
retort_bars_get_who (RetortBars *self)
{
  g_return_val_if_fail (RETORT_IS_BARS (self), RETORT_BARS_TEACHER);
  return self->who;
}

char *
retort_bars_get_summary (RetortBars *self)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (RETORT_IS_BARS (self), g_string_free (text, FALSE));

  for (int i = 0; i < self->n; i++)
    {
      g_autofree char *share = retort_format_share (self->shares[i]);

      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", self->names[i], share);
      if (i == self->truth)
        g_string_append_printf (text, " (%s)", _("the label"));
    }
  return g_string_free (text, FALSE);
}

int
retort_bars_pick (const double *shares,
                  int           n,
                  int           truth,
                  int           most,
                  int          *order)
{
  int n_picked = 0;

  g_return_val_if_fail (n >= 0 && most >= 1 && truth < n, 0);

  for (int i = 0; i < n; i++)
    {
      int at = n_picked;

      while (at > 0 && shares[i] > shares[order[at - 1]])
        at--;
      if (at >= most)
        continue;
      n_picked = MIN (n_picked + 1, most);
      for (int k = n_picked - 1; k > at; k--)
        order[k] = order[k - 1];
      order[at] = i;
    }
  for (int k = 0; k < n_picked && truth >= 0; k++)
    if (order[k] == truth)
      return n_picked;
  if (truth >= 0)
    order[n_picked - 1] = truth;
  return n_picked;
}
