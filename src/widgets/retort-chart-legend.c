/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-chart-legend.h"

#include "retort-line-sample.h"

#define GAP      4
#define LINE_GAP 0

struct _RetortChartLegend
{
  GtkWidget parent_instance;

  gboolean  updating;     /* entries are being set, not clicked */
};

enum
{
  TOGGLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortChartLegend, retort_chart_legend, GTK_TYPE_WIDGET)

static void
toggled_cb (RetortChartLegend *self,
            GtkToggleButton   *entry)
{
  if (!self->updating)
    g_signal_emit (self, signals[TOGGLED], 0,
                   g_object_get_data (G_OBJECT (entry), "series"),
                   gtk_toggle_button_get_active (entry));
}

static void
add_entry (RetortChartLegend *self,
           RtChartSeries     *series)
{
  GtkWidget *entry = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (rt_chart_series_get_title (series));

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_box_append (GTK_BOX (box), retort_line_sample_new (rt_chart_series_get_colour (series),
                                                         rt_chart_series_get_dash (series)));
  gtk_box_append (GTK_BOX (box), label);
  gtk_button_set_child (GTK_BUTTON (entry), box);
  gtk_widget_add_css_class (entry, "flat");
  gtk_widget_add_css_class (entry, "retort-legend-entry");
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  rt_chart_series_get_title (series), -1);
  g_object_set_data (G_OBJECT (entry), "series", series);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (entry), rt_chart_series_get_visible (series));
  g_signal_connect_swapped (entry, "toggled", G_CALLBACK (toggled_cb), self);
  gtk_widget_set_parent (entry, GTK_WIDGET (self));
}

/* Walks the children as lines of at most @width; places them where @place says so. Returns the
 * height. */
static int
flow (GtkWidget *widget,
      int        width,
      gboolean   place)
{
  GtkWidget *line = gtk_widget_get_first_child (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int y = 0;

  while (line != NULL)
    {
      GtkWidget *child, *next;
      int used = 0, height = 0, x;

      for (next = line; next != NULL; next = gtk_widget_get_next_sibling (next))
        {
          GtkRequisition size;

          gtk_widget_get_preferred_size (next, NULL, &size);
          if (next != line && used + GAP + size.width > width)
            break;
          used += (next != line ? GAP : 0) + size.width;
          height = MAX (height, size.height);
        }
      x = MAX (width - used, 0);
      for (child = line; place && child != next; child = gtk_widget_get_next_sibling (child))
        {
          GtkRequisition size;
          int child_width;

          gtk_widget_get_preferred_size (child, NULL, &size);
          child_width = MIN (size.width, width);
          gtk_widget_size_allocate (child, &(GtkAllocation) { rtl ? width - x - child_width : x, y,
                                                              child_width, height }, -1);
          x += child_width + GAP;
        }
      y += height + (next != NULL ? LINE_GAP : 0);
      line = next;
    }
  return y;
}

static void
retort_chart_legend_measure (GtkWidget      *widget,
                             GtkOrientation  orientation,
                             int             for_size,
                             int            *minimum,
                             int            *natural,
                             int            *minimum_baseline,
                             int            *natural_baseline)
{
  GtkWidget *child;

  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = flow (widget, for_size < 0 ? G_MAXINT / 2 : for_size, FALSE);
      return;
    }
  *minimum = *natural = 0;
  for (child = gtk_widget_get_first_child (widget);
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int least, wanted;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &wanted, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural += wanted + (*natural > 0 ? GAP : 0);
    }
}

static void
retort_chart_legend_size_allocate (GtkWidget *widget,
                                   int        width,
                                   int        height,
                                   int        baseline)
{
  flow (widget, width, TRUE);
}

static GtkSizeRequestMode
retort_chart_legend_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
remove_all (RetortChartLegend *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}

static void
retort_chart_legend_dispose (GObject *object)
{
  remove_all (RETORT_CHART_LEGEND (object));
  G_OBJECT_CLASS (retort_chart_legend_parent_class)->dispose (object);
}

static void
retort_chart_legend_class_init (RetortChartLegendClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = retort_chart_legend_dispose;
  widget_class->measure = retort_chart_legend_measure;
  widget_class->size_allocate = retort_chart_legend_size_allocate;
  widget_class->get_request_mode = retort_chart_legend_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "retort-chart-legend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);

  signals[TOGGLED] = g_signal_new ("toggled", RETORT_TYPE_CHART_LEGEND, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_BOOLEAN);
}

static void
retort_chart_legend_init (RetortChartLegend *self)
{
}

static gboolean
is_same (RetortChartLegend *self,
         RtChart           *chart)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    {
      if (child == NULL
          || g_object_get_data (G_OBJECT (child), "series") != rt_chart_get_series (chart, i))
        return FALSE;
      child = gtk_widget_get_next_sibling (child);
    }
  return child == NULL;
}

void
retort_chart_legend_update (RetortChartLegend *self,
                            RtChart           *chart)
{
  GtkWidget *child;

  g_return_if_fail (RETORT_IS_CHART_LEGEND (self));

  self->updating = TRUE;
  if (!is_same (self, chart))
    {
      remove_all (self);
      for (int i = 0; i < rt_chart_get_n_series (chart); i++)
        add_entry (self, rt_chart_get_series (chart, i));
    }
  child = gtk_widget_get_first_child (GTK_WIDGET (self));
  for (int i = 0; child != NULL; i++, child = gtk_widget_get_next_sibling (child))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (child),
                                  rt_chart_series_get_visible (rt_chart_get_series (chart, i)));
  self->updating = FALSE;
}
