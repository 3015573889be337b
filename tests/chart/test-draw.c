/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-chart-mark.h"

#include <glib/gstdio.h>
#include <math.h>

static RtChartMap
unit_map (double width)
{
  return (RtChartMap) {
    .frame = { 0, 0, width, 100 },
    .x_axis = { 0, 1, FALSE },
    .y_axis = { -1, 1, FALSE },
  };
}

static cairo_t *
new_cairo (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 300, 120);
  cairo_t *cr = cairo_create (surface);

  cairo_surface_destroy (surface);
  return cr;
}

/* However many points, at most a pair for each column, and the highest and lowest are among
 * them. */
static void
test_one_pair_a_column (void)
{
  static double x[50000], y[50000];
  RtChartMap map = unit_map (200);
  cairo_t *cr = new_cairo ();
  double x1, y1, x2, y2;
  int n;

  for (int i = 0; i < 50000; i++)
    {
      x[i] = i / 49999.0;
      y[i] = 0.5 * sin (i * 1.7);
    }
  y[31234] = 1.0;
  y[777] = -1.0;
  n = rt_chart_trace (cr, &map, x, y, 50000);
  g_assert_cmpint (n, <=, 2 * 201);
  g_assert_cmpint (n, >=, 2 * 199);
  cairo_path_extents (cr, &x1, &y1, &x2, &y2);
  g_assert_cmpfloat_with_epsilon (y1, 0.0, 0.01);
  g_assert_cmpfloat_with_epsilon (y2, 100.0, 0.01);
  g_assert_cmpfloat_with_epsilon (x1, 0.0, 1.0);
  g_assert_cmpfloat_with_epsilon (x2, 200.0, 1.0);

  cairo_new_path (cr);
  g_assert_cmpint (rt_chart_trace (cr, &map, x, y, 0), ==, 0);
  cairo_destroy (cr);
}

static void
test_gaps (void)
{
  static const double x[] = { 0.0, 0.2, 0.4, 0.6, 0.8, 1.0 };
  static const double y[] = { 0.0, 0.1, NAN, 0.3, INFINITY, 0.5 };
  RtChartMap map = unit_map (200);
  cairo_t *cr = new_cairo ();
  cairo_path_t *path;
  int n_moves = 0;

  g_assert_cmpint (rt_chart_trace (cr, &map, x, y, 6), ==, 4);
  path = cairo_copy_path (cr);
  for (int i = 0; i < path->num_data; i += path->data[i].header.length)
    n_moves += path->data[i].header.type == CAIRO_PATH_MOVE_TO;
  g_assert_cmpint (n_moves, ==, 3);
  cairo_path_destroy (path);
  cairo_destroy (cr);
}

/* Only what lies in the view is traced, with one neighbour on each side; huge values stay in
 * Cairo's range. */
static void
test_view (void)
{
  static double x[1001], y[1001];
  RtChartMap map = unit_map (200);
  cairo_t *cr = new_cairo ();
  double x1, y1, x2, y2;

  for (int i = 0; i < 1001; i++)
    {
      x[i] = i - 500.0;
      y[i] = i % 2 ? 1e300 : -1e300;
    }
  g_assert_cmpint (rt_chart_trace (cr, &map, x, y, 1001), ==, 4);
  cairo_path_extents (cr, &x1, &y1, &x2, &y2);
  g_assert_cmpfloat (fabs (y1), <=, 1000);
  g_assert_cmpfloat (fabs (y2), <=, 1000);
  cairo_destroy (cr);
}

/* One range for each column, touching its neighbour, from the lowest to the highest point. */
static void
test_ranges (void)
{
  static double x[4000], y[4000];
  RtChartMap map = unit_map (200);
  cairo_t *cr = new_cairo ();
  double x1, y1, x2, y2;

  for (int i = 0; i < 4000; i++)
    {
      x[i] = i / 4000.0;
      y[i] = i < 2000 ? -0.5 : 0.5;
    }
  y[1000] = NAN;
  y[3000] = 1.0;
  g_assert_true (rt_chart_is_dense (&map, x, 4000));
  g_assert_false (rt_chart_is_dense (&map, x, 20));
  g_assert_cmpint (rt_chart_trace_ranges (cr, &map, x, y, 4000, 0, 200), ==, 200);
  cairo_path_extents (cr, &x1, &y1, &x2, &y2);
  g_assert_cmpfloat (x1, ==, 0.0);
  g_assert_cmpfloat (x2, ==, 200.0);
  g_assert_cmpfloat (y1, ==, 0.0);
  g_assert_cmpfloat (y2, ==, 76.0);
  g_assert_true (cairo_in_fill (cr, 100.5, 50.0));    /* the step is filled */
  g_assert_false (cairo_in_fill (cr, 99.5, 50.0));
  cairo_destroy (cr);
}

static RtChart *
example (void)
{
  RtChart *chart = rt_chart_new ();
  RtChartSeries *train = rt_chart_add_series (chart, "train", "train", 0, RT_CHART_DASH_SOLID);
  RtChartSeries *val = rt_chart_add_series (chart, "val", "validation", 1, RT_CHART_DASH_DASHED);
  double x[21], low[21], high[21];

  rt_chart_set_title (chart, "Accuracy <on> validation & more");
  rt_chart_set_x_label (chart, "epoch");
  rt_chart_set_y_format (chart, RT_CHART_FORMAT_PERCENT);
  for (int i = 0; i <= 20; i++)
    {
      x[i] = i;
      low[i] = 0.85 - 0.5 * exp (-0.3 * i);
      high[i] = 0.95 - 0.5 * exp (-0.3 * i);
      rt_chart_series_append (val, i, 0.9 - 0.5 * exp (-0.3 * i));
    }
  for (int i = 0; i <= 400; i++)
    rt_chart_series_append (train, i / 20.0, 0.95 - 0.6 * exp (-i / 60.0) + 0.02 * sin (i * 2.1));
  rt_chart_series_set_band (val, 21, x, low, high);
  rt_chart_series_set_best (val, 9.0, "best, kept");
  rt_chart_set_smoothing (chart, 0.6);
  return chart;
}

static cairo_surface_t *
draw_in_strips (const RtChart *chart,
                double         strip)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 500, 200);
  cairo_t *cr = cairo_create (surface);
  PangoContext *pango = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  RtChartStyle style = { rt_chart_palette_light, pango };
  RtChartMap map;

  rt_chart_layout (chart, &style, 500, 200, &map);
  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    for (double left = 0.0; left < 500.0; left += strip)
      rt_chart_draw_strip (rt_chart_get_series (chart, i), cr, &style, &map, left, left + strip);
  cairo_destroy (cr);
  g_object_unref (pango);
  cairo_surface_flush (surface);
  return surface;
}

/* Strips side by side make the picture that is drawn at once: no seams, and dashes go on. */
static void
test_strips (void)
{
  g_autoptr (RtChart) chart = example ();
  cairo_surface_t *whole, *strips;
  int n_different = 0;

  rt_chart_update_axes (chart);
  whole = draw_in_strips (chart, 500.0);
  strips = draw_in_strips (chart, 48.0);
  for (int y = 0; y < 200; y++)
    for (int i = 0; i < 500 * 4; i++)
      {
        size_t at = (size_t) y * cairo_image_surface_get_stride (whole) + i;

        n_different += ABS (cairo_image_surface_get_data (whole)[at]
                            - cairo_image_surface_get_data (strips)[at]) > 24;
      }
  g_assert_cmpint (n_different, <=, 20);
  cairo_surface_destroy (whole);
  cairo_surface_destroy (strips);
}

/* How much of the curves is seen in @rect. */
static int
count_ink (const RtChart      *chart,
           const RtChartStyle *style,
           const RtChartMap   *map,
           const RtChartFrame *rect)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 500, 200);
  cairo_t *cr = cairo_create (surface);
  int n = 0;

  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    rt_chart_draw_series (rt_chart_get_series (chart, i), cr, style, map);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int y = (int) rect->y; y < rect->y + rect->height; y++)
    for (int x = (int) rect->x; x < rect->x + rect->width; x++)
      n += cairo_image_surface_get_data (surface)
             [(size_t) y * cairo_image_surface_get_stride (surface) + 4 * x + 3] > 0;
  cairo_surface_destroy (surface);
  return n;
}

/* A text goes where no curve is: below the point where another curve runs above it, further up
 * where a third runs below. */
static void
test_place (void)
{
  g_autoptr (RtChart) chart = rt_chart_new ();
  PangoContext *pango = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  RtChartStyle style = { rt_chart_palette_light, pango };
  cairo_t *cr = new_cairo ();
  static const double heights[] = { 0.5, 0.62, 0.38 };
  RtChartFrame places[3];
  RtChartMap map;
  double x, y;

  rt_chart_set_y_range (chart, 0.0, 1.0);
  for (int n = 0; n < 3; n++)
    {
      g_autofree char *name = g_strdup_printf ("%d", n);
      RtChartSeries *series = rt_chart_add_series (chart, name, name, n, RT_CHART_DASH_SOLID);

      for (int i = 0; i <= 20; i++)
        rt_chart_series_append (series, i, heights[n]);
      rt_chart_update_axes (chart);
      rt_chart_layout (chart, &style, 500, 200, &map);
      x = rt_chart_map_x (&map, 10.0);
      y = rt_chart_map_y (&map, 0.5);
      places[n] = rt_chart_place_text (chart, cr, &map, x, y, 60.0, 14.0, NULL, 0);
      g_assert_cmpint (count_ink (chart, &style, &map, &places[n]), ==, 0);
    }
  g_assert_cmpfloat (places[0].y, ==, y - 8.0 - 14.0);
  g_assert_cmpint (count_ink (chart, &style, &map, &places[0]), >, 30);
  g_assert_cmpfloat (places[1].y, ==, y + 8.0);
  g_assert_cmpint (count_ink (chart, &style, &map, &places[1]), >, 30);
  g_assert_cmpfloat (places[2].y, ==, y - 8.0 - 28.0);

  /* It keeps off other marks, too. */
  places[0] = rt_chart_place_text (chart, cr, &map, x, y, 60.0, 14.0, &places[2], 1);
  g_assert_cmpint (count_ink (chart, &style, &map, &places[0]), ==, 0);
  g_assert_true (places[0].x != places[2].x || places[0].y != places[2].y);
  cairo_destroy (cr);
  g_object_unref (pango);
}

static char *
export_to (RtChart    *chart,
           const char *folder,
           const char *name,
           size_t     *size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *data;

  rt_chart_export (chart, path, 640, 300, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &data, size, NULL));
  g_unlink (path);
  return data;
}

static void
test_export (void)
{
  g_autoptr (RtChart) chart = example ();
  g_autofree char *folder = g_dir_make_tmp ("retort-chart-XXXXXX", NULL);
  g_autofree char *png = NULL, *svg = NULL, *pdf = NULL, *csv = NULL;
  size_t n_png, n_svg, n_pdf, n_csv;

  png = export_to (chart, folder, "curves.png", &n_png);
  g_assert_cmpmem (png, 8, "\x89PNG\r\n\x1a\n", 8);
  svg = export_to (chart, folder, "curves.SVG", &n_svg);
  g_assert_nonnull (strstr (svg, "<svg"));
  g_assert_nonnull (strstr (svg, "</svg>"));
  g_assert_nonnull (strstr (svg, "stroke-dasharray"));
  pdf = export_to (chart, folder, "curves.pdf", &n_pdf);
  g_assert_true (g_str_has_prefix (pdf, "%PDF-"));
  g_assert_cmpmem (pdf + n_pdf - 6, 6, "%%EOF\n", 6);
  csv = export_to (chart, folder, "curves.csv", &n_csv);
  g_assert_true (g_str_has_prefix (csv,
                                   "epoch,train,validation,validation (low),validation (high)\n"));
  g_rmdir (folder);
}

/* The PNG read back: the background is white, and each series has left its colour. */
static void
test_png_pixels (void)
{
  g_autoptr (RtChart) chart = example ();
  g_autofree char *folder = g_dir_make_tmp ("retort-chart-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "curves.png", NULL);
  cairo_surface_t *surface;
  int n_colour[2] = { 0 };

  g_assert_true (rt_chart_export (chart, path, 640, 300, NULL));
  surface = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 1280);
  g_assert_cmpint (cairo_image_surface_get_height (surface), ==, 600);
  for (int y = 0; y < 600; y++)
    {
      unsigned char *data = cairo_image_surface_get_data (surface);
      size_t at = (size_t) y * cairo_image_surface_get_stride (surface);
      const guint32 *row = (const guint32 *) (void *) (data + at);

      g_assert_cmphex (row[1279] & 0xffffff, ==, 0xffffff);
      for (int x = 0; x < 1280; x++)
        {
          n_colour[0] += (row[x] & 0xffffff) == 0x009e73;
          n_colour[1] += (row[x] & 0xffffff) == 0xc98600;
        }
    }
  g_assert_cmpint (n_colour[0], >, 1000);
  g_assert_cmpint (n_colour[1], >, 1000);
  cairo_surface_destroy (surface);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_export_errors (void)
{
  g_autoptr (RtChart) chart = example ();
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_chart_export (chart, "/tmp/curves.jpeg", 640, 300, &error));
  g_assert_error (error, RT_CHART_ERROR, RT_CHART_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "curves.jpeg"));
  g_clear_error (&error);
  g_assert_false (rt_chart_export (chart, "/nonexistent/curves.png", 640, 300, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_false (rt_chart_export (chart, "/nonexistent/curves.png", 40000, 300, &error));
  g_assert_error (error, RT_CHART_ERROR, RT_CHART_ERROR_DRAW);
}

static void
test_empty (void)
{
  g_autoptr (RtChart) chart = rt_chart_new ();
  g_autofree char *folder = g_dir_make_tmp ("retort-chart-XXXXXX", NULL);
  g_autofree char *png = NULL;
  size_t size;

  png = export_to (chart, folder, "empty.png", &size);
  g_assert_cmpuint (size, >, 100);
  g_rmdir (folder);
}

/* An x axis by decades: each has the same width, and points lie where their logarithms do. */
static void
test_x_log (void)
{
  g_autoptr (RtChart) chart = rt_chart_new ();
  RtChartSeries *series = rt_chart_add_series (chart, "loss", "loss", 0, RT_CHART_DASH_SOLID);
  RtChartTick ticks[RT_CHART_MAX_TICKS];
  const RtChartAxis *axis;

  rt_chart_set_x_log (chart, TRUE);
  rt_chart_set_x_range (chart, 1e-6, 1e2);
  rt_chart_series_append (series, 1e-6, 2.0);
  rt_chart_series_append (series, 1e2, 1.0);
  rt_chart_update_axes (chart);
  axis = rt_chart_get_x_axis (chart);
  g_assert_true (axis->log);
  g_assert_false (rt_chart_get_y_axis (chart)->log);
  g_assert_cmpfloat_with_epsilon (rt_chart_axis_map (axis, 1e-2), 0.5, 1e-9);
  g_assert_cmpint (rt_chart_axis_ticks (axis, 9, RT_CHART_FORMAT_NUMBER, ticks), ==, 9);
  g_assert_cmpfloat_with_epsilon (ticks[1].at - ticks[0].at, 0.125, 1e-9);
  rt_chart_set_x_log (chart, FALSE);
  g_assert_false (rt_chart_get_x_axis (chart)->log);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chart/draw/one-pair-a-column", test_one_pair_a_column);
  g_test_add_func ("/chart/draw/gaps", test_gaps);
  g_test_add_func ("/chart/draw/view", test_view);
  g_test_add_func ("/chart/draw/ranges", test_ranges);
  g_test_add_func ("/chart/draw/strips", test_strips);
  g_test_add_func ("/chart/export/files", test_export);
  g_test_add_func ("/chart/export/pixels", test_png_pixels);
  g_test_add_func ("/chart/export/errors", test_export_errors);
  g_test_add_func ("/chart/export/empty", test_empty);
  g_test_add_func ("/chart/draw/x-log", test_x_log);
  g_test_add_func ("/chart/draw/place", test_place);
  return g_test_run ();
}
