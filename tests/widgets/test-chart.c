/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widget-test.h"

#include "retort-chart-legend.h"
#include "retort-chart-plot.h"

#include <glib/gstdio.h>
#include <math.h>

#define GREEN 0x009e73
#define AMBER 0xc98600

static RetortChart *
new_chart (void)
{
  RetortChart *chart = RETORT_CHART (retort_chart_new ());
  RtChartSeries *a = retort_chart_add_series (chart, "train", "train", 0, RT_CHART_DASH_SOLID);
  RtChartSeries *b = retort_chart_add_series (chart, "val", "validation", 1, RT_CHART_DASH_DASHED);

  retort_chart_set_title (chart, "Accuracy");
  retort_chart_set_x_label (chart, "epoch");
  retort_chart_set_percent (chart, TRUE);
  for (int i = 0; i <= 10; i++)
    {
      retort_chart_append (chart, a, i, 0.5 + 0.04 * i);
      retort_chart_append (chart, b, i, 0.4 + 0.04 * i);
    }
  return chart;
}

static void
test_properties (void)
{
  RetortChart *chart = RETORT_CHART (g_object_ref_sink (retort_chart_new ()));

  test_round_trip_string (chart, "title", "Loss");
  test_round_trip_string (chart, "x-label", "epoch");
  test_round_trip_string (chart, "empty-text", "Nothing yet");
  test_round_trip_boolean (chart, "percent", TRUE);
  test_round_trip_boolean (chart, "log-scale", TRUE);
  test_round_trip_boolean (chart, "show-tools", TRUE);
  test_round_trip_double (chart, "smoothing", 0.6);
  test_round_trip_double (chart, "cursor", 3.0);
  retort_chart_set_cursor (chart, NAN);
  g_assert_true (isnan (retort_chart_get_cursor (chart)));
  g_assert_finalize_object (chart);
}

static void
test_accessible (void)
{
  RetortChart *chart = new_chart ();
  GtkWidget *window = test_show (GTK_WIDGET (chart), 500, 240);
  GtkWidget *plot = test_find (GTK_WIDGET (chart), RETORT_TYPE_CHART_PLOT);
  g_autofree char *summary = retort_chart_get_summary (chart);

  g_assert_cmpstr (summary, ==, "train 90.0 %, validation 80.0 %");
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (plot), GTK_ACCESSIBLE_ROLE_IMG);
  test_assert_label (chart, "Accuracy");
  test_assert_label (plot, "Accuracy");
  retort_chart_set_cursor (chart, 5.0);
  test_assert_description (plot, "epoch 5: train 70.0 %, validation 60.0 %");
  g_assert_true (gtk_widget_get_focusable (plot));
  test_finish (window, GTK_WIDGET (chart));
}

static void
test_best_summary (void)
{
  RetortChart *chart = RETORT_CHART (g_object_ref_sink (new_chart ()));
  RtChartSeries *val = retort_chart_find_series (chart, "val");
  g_autofree char *summary = NULL;

  rt_chart_series_set_best (val, 9.0, "best, kept");
  rt_chart_series_append (val, 11.0, NAN);
  retort_chart_series_changed (chart, val);
  summary = retort_chart_get_summary (chart);
  g_assert_cmpstr (summary, ==, "train 90.0 %, validation 80.0 % (best, kept: 76.0 % at epoch 9)");
  g_assert_finalize_object (chart);
}

/* The summary is not spoken with each of sixty points a second, but comes within a little more
 * than one. */
static void
test_summary_is_late (void)
{
  RetortChart *chart = new_chart ();
  GtkWidget *window = test_show (GTK_WIDGET (chart), 500, 240);
  GtkWidget *plot = test_find (GTK_WIDGET (chart), RETORT_TYPE_CHART_PLOT);
  gint64 end = g_get_monotonic_time () + 1500 * 1000;

  retort_chart_append (chart, retort_chart_find_series (chart, "train"), 11, 0.95);
  while (g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  test_assert_description (plot, "train 95.0 %, validation 80.0 %");
  test_finish (window, GTK_WIDGET (chart));
}

static void
note_toggled_cb (RetortChart *chart,
                 const char  *id,
                 gboolean     visible,
                 GString     *log)
{
  g_string_append_printf (log, "%s %d;", id, visible);
}

/* The legend has an entry for each series, by name; toggling it hides the curve and follows the
 * rest. */
static void
test_legend (void)
{
  RetortChart *chart = new_chart ();
  GtkWidget *window = test_show (GTK_WIDGET (chart), 500, 240);
  GtkWidget *plot = test_find (GTK_WIDGET (chart), RETORT_TYPE_CHART_PLOT);
  GtkWidget *legend = test_find (GTK_WIDGET (chart), RETORT_TYPE_CHART_LEGEND);
  GtkWidget *entry = gtk_widget_get_last_child (legend);
  g_autoptr (GString) log = g_string_new (NULL);
  cairo_surface_t *surface;

  g_signal_connect (chart, "series-toggled", G_CALLBACK (note_toggled_cb), log);
  test_assert_label (entry, "validation");
  surface = test_render (plot);
  g_assert_cmpint (test_count_colour (surface, GREEN), >, 300);
  g_assert_cmpint (test_count_colour (surface, AMBER), >, 150);
  cairo_surface_destroy (surface);

  g_signal_emit_by_name (entry, "clicked");
  g_assert_cmpstr (log->str, ==, "val 0;");
  g_assert_false (rt_chart_series_get_visible (retort_chart_find_series (chart, "val")));
  surface = test_render (plot);
  g_assert_cmpint (test_count_colour (surface, GREEN), >, 300);
  g_assert_cmpint (test_count_colour (surface, AMBER), ==, 0);
  cairo_surface_destroy (surface);

  rt_chart_series_set_visible (retort_chart_find_series (chart, "val"), TRUE);
  retort_chart_series_changed (chart, retort_chart_find_series (chart, "val"));
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (entry)));
  g_assert_cmpstr (log->str, ==, "val 0;");
  test_finish (window, GTK_WIDGET (chart));
}

/* Many names take several lines, and none is cut off at the sides. */
static void
test_legend_wraps (void)
{
  RetortChart *chart = new_chart ();
  GtkWidget *legend, *window;
  int y_last = 0, n_lines = 1;

  for (int i = 0; i < 9; i++)
    {
      g_autofree char *name = g_strdup_printf ("another run %d", i);

      retort_chart_add_series (chart, name, name, i, i % RT_CHART_N_DASHES);
    }
  window = test_show (GTK_WIDGET (chart), 400, 300);
  legend = test_find (GTK_WIDGET (chart), RETORT_TYPE_CHART_LEGEND);
  for (GtkWidget *child = gtk_widget_get_first_child (legend);
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      graphene_rect_t bounds;

      g_assert_true (gtk_widget_compute_bounds (child, legend, &bounds));
      g_assert_cmpfloat (bounds.origin.x, >=, -0.5);
      g_assert_cmpfloat (bounds.origin.x + bounds.size.width, <=,
                         gtk_widget_get_width (legend) + 0.5);
      n_lines += (int) bounds.origin.y > y_last;
      y_last = MAX (y_last, (int) bounds.origin.y);
    }
  g_assert_cmpint (n_lines, >, 2);
  test_finish (window, GTK_WIDGET (chart));
}

/* The plot's geometry: the frame lies within the widget, the axes are those of the data. */
static void
test_geometry (void)
{
  RetortChart *chart = new_chart ();
  GtkWidget *window = test_show (GTK_WIDGET (chart), 500, 240);
  GtkWidget *plot = test_find (GTK_WIDGET (chart), RETORT_TYPE_CHART_PLOT);
  const RtChartMap *map = retort_chart_plot_get_map (RETORT_CHART_PLOT (plot));

  g_assert_cmpfloat (map->frame.x, >, 20);
  g_assert_cmpfloat (map->frame.x + map->frame.width, <=, gtk_widget_get_width (plot));
  g_assert_cmpfloat (map->frame.y + map->frame.height, <, gtk_widget_get_height (plot) - 10);
  g_assert_cmpfloat (map->x_axis.low, ==, 0.0);
  g_assert_cmpfloat (map->x_axis.high, ==, 10.0);
  g_assert_cmpfloat_with_epsilon (rt_chart_map_x (map, 10.0), map->frame.x + map->frame.width,
                                  1e-9);

  retort_chart_set_x_range (chart, 0, 20);
  retort_chart_set_log_scale (chart, TRUE);
  test_draw_frames (plot, 1);
  g_assert_cmpfloat_with_epsilon (rt_chart_map_x (map, 10.0), map->frame.x + map->frame.width / 2,
                                  1e-9);
  g_assert_true (map->y_axis.log);
  g_assert_cmpfloat_with_epsilon (map->y_axis.low, 0.2, 1e-9);
  test_finish (window, GTK_WIDGET (chart));
}

/* A point more does not move the axes, and the kept drawing still shows it. */
static void
test_append_shows (void)
{
  RetortChart *chart = new_chart ();
  RtChartSeries *train = retort_chart_find_series (chart, "train");
  GtkWidget *window, *plot;
  cairo_surface_t *surface;
  int before, after;

  retort_chart_set_x_range (chart, 0, 20);
  window = test_show (GTK_WIDGET (chart), 500, 240);
  plot = test_find (GTK_WIDGET (chart), RETORT_TYPE_CHART_PLOT);
  surface = test_render (plot);
  before = test_count_colour (surface, GREEN);
  cairo_surface_destroy (surface);
  for (int i = 11; i <= 20; i++)
    retort_chart_append (chart, train, i, 0.8);
  surface = test_render (plot);
  after = test_count_colour (surface, GREEN);
  cairo_surface_destroy (surface);
  g_assert_cmpint (after, >, before * 3 / 2);
  test_finish (window, GTK_WIDGET (chart));
}

/* A curve drawn as its points came looks like one drawn at once, also where a resumed run took
 * points back. */
static void
test_kept_drawing (void)
{
  RetortChart *chart = RETORT_CHART (retort_chart_new ());
  RtChartSeries *series = retort_chart_add_series (chart, "train", "train", 0,
                                                   RT_CHART_DASH_DASH_DOT);
  GtkWidget *window, *plot;
  cairo_surface_t *grown, *anew;
  int n_bytes, n_different = 0;

  retort_chart_set_x_range (chart, 0, 20);
  retort_chart_set_y_range (chart, 0, 1);
  retort_chart_set_smoothing (chart, 0.7);
  window = test_show (GTK_WIDGET (chart), 500, 240);
  plot = test_find (GTK_WIDGET (chart), RETORT_TYPE_CHART_PLOT);
  for (int i = 0; i < 1200; i++)
    {
      retort_chart_append (chart, series, i < 700 ? i / 60.0 : (i - 200) / 60.0,
                           0.5 + 0.3 * sin (i * 1.3) * cos (i / 90.0));
      if (i % 50 == 49)
        cairo_surface_destroy (test_render (plot));
    }
  grown = test_render (plot);
  retort_chart_series_changed (chart, series);
  anew = test_render (plot);
  g_assert_cmpint (test_count_colour (grown, GREEN), >, 300);
  n_bytes = cairo_image_surface_get_stride (anew) * cairo_image_surface_get_height (anew);
  for (int i = 0; i < n_bytes; i++)
    n_different += cairo_image_surface_get_data (grown)[i]
                   != cairo_image_surface_get_data (anew)[i];
  g_assert_cmpint (n_different, ==, 0);
  cairo_surface_destroy (grown);
  cairo_surface_destroy (anew);
  test_finish (window, GTK_WIDGET (chart));
}

static void
test_empty_and_remove (void)
{
  RetortChart *chart = new_chart ();
  GtkWidget *window = test_show (GTK_WIDGET (chart), 500, 240);
  g_autofree char *summary = NULL;

  retort_chart_set_empty_text (chart, "Press Train");
  retort_chart_set_cursor (chart, 3.0);
  retort_chart_remove_series (chart, retort_chart_find_series (chart, "train"));
  g_assert_null (retort_chart_find_series (chart, "train"));
  test_draw_frames (GTK_WIDGET (chart), 1);
  retort_chart_clear (chart);
  test_draw_frames (GTK_WIDGET (chart), 1);
  g_assert_true (isnan (retort_chart_get_cursor (chart)));
  summary = retort_chart_get_summary (chart);
  g_assert_cmpstr (summary, ==, "Press Train");
  retort_chart_add_series (chart, "train", "train", 0, RT_CHART_DASH_SOLID);
  test_finish (window, GTK_WIDGET (chart));
}

static void
test_tools (void)
{
  RetortChart *chart = new_chart ();
  GtkWidget *window;

  retort_chart_set_show_tools (chart, TRUE);
  window = test_show (GTK_WIDGET (chart), 500, 240);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (chart), "chart.log-scale", NULL));
  g_assert_true (retort_chart_get_log_scale (chart));
  retort_chart_set_smoothing (chart, 0.5);
  g_assert_cmpfloat (rt_chart_series_get_smoothing (retort_chart_find_series (chart, "val")), ==,
                     0.5);
  retort_chart_add_series (chart, "late", "late", 2, RT_CHART_DASH_DOTTED);
  g_assert_cmpfloat (rt_chart_series_get_smoothing (retort_chart_find_series (chart, "late")), ==,
                     0.5);
  test_finish (window, GTK_WIDGET (chart));
}

static void
test_export (void)
{
  static const char *const names[] = { "a.png", "a.svg", "a.pdf", "a.csv" };
  RetortChart *chart = new_chart ();
  GtkWidget *window = test_show (GTK_WIDGET (chart), 500, 240);
  g_autofree char *folder = g_dir_make_tmp ("retort-widgets-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autofree char *data = NULL;
      size_t size;

      g_assert_true (retort_chart_export (chart, path, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (path, &data, &size, NULL));
      g_assert_cmpuint (size, >, 100);
      if (i == 0)
        {
          g_autoptr (GdkTexture) texture = gdk_texture_new_from_filename (path, &error);

          g_assert_no_error (error);
          g_assert_cmpint (gdk_texture_get_width (texture), ==,
                           2 * gtk_widget_get_width (GTK_WIDGET (chart)));
        }
      g_unlink (path);
    }
  g_assert_false (retort_chart_export (chart, "chart", &error));
  g_assert_error (error, RT_CHART_ERROR, RT_CHART_ERROR_FORMAT);
  g_rmdir (folder);
  test_finish (window, GTK_WIDGET (chart));
}

/* Two charts that share a cursor lose it together. */
static void
test_shared_cursor (void)
{
  RetortChart *one = g_object_ref_sink (RETORT_CHART (retort_chart_new ()));
  RetortChart *other = g_object_ref_sink (RETORT_CHART (retort_chart_new ()));

  g_object_bind_property (one, "cursor", other, "cursor", G_BINDING_BIDIRECTIONAL);
  retort_chart_set_cursor (one, 2.0);
  g_assert_cmpfloat (retort_chart_get_cursor (other), ==, 2.0);
  retort_chart_set_cursor (one, NAN);
  g_assert_true (isnan (retort_chart_get_cursor (other)));
  g_assert_finalize_object (one);
  g_assert_finalize_object (other);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/widgets/chart/properties", test_properties);
  g_test_add_func ("/widgets/chart/shared-cursor", test_shared_cursor);
  g_test_add_func ("/widgets/chart/accessible", test_accessible);
  g_test_add_func ("/widgets/chart/best-summary", test_best_summary);
  g_test_add_func ("/widgets/chart/summary-is-late", test_summary_is_late);
  g_test_add_func ("/widgets/chart/legend", test_legend);
  g_test_add_func ("/widgets/chart/legend-wraps", test_legend_wraps);
  g_test_add_func ("/widgets/chart/geometry", test_geometry);
  g_test_add_func ("/widgets/chart/append-shows", test_append_shows);
  g_test_add_func ("/widgets/chart/kept-drawing", test_kept_drawing);
  g_test_add_func ("/widgets/chart/empty-and-remove", test_empty_and_remove);
  g_test_add_func ("/widgets/chart/tools", test_tools);
  g_test_add_func ("/widgets/chart/export", test_export);
  return g_test_run ();
}
