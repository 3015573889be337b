/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widget-test.h"

#include "retort-image-cell.h"
#include "retort-text.h"

#include <math.h>

static const char *const names[] = { "cat", "fox", "dog" };
static const int counts[] = { 44, 4, 2,
                              1, 37, 12,
                              0, 5, 45 };

static void
test_confusion_words (void)
{
  RetortConfusionGrid *grid = RETORT_CONFUSION_GRID (g_object_ref_sink (
    retort_confusion_grid_new ()));
  g_autofree char *empty = retort_confusion_grid_get_summary (grid);
  g_autofree char *summary = NULL, *cell = NULL, *right = NULL;
  int truth, predicted;

  g_assert_cmpstr (empty, ==, "No predictions yet");
  retort_confusion_grid_set (grid, 3, names, counts);
  summary = retort_confusion_grid_get_summary (grid);
  g_assert_cmpstr (summary, ==,
                   "126 of 150 right (84 %), most often wrong: fox taken for dog: 12 of 50 (24 %)");
  cell = retort_confusion_grid_describe (grid, 0, 2);
  g_assert_cmpstr (cell, ==, "cat taken for dog: 2 of 50 (4.0 %)");
  right = retort_confusion_grid_describe (grid, 2, 2);
  g_assert_cmpstr (right, ==, "dog recognised: 45 of 50 (90 %)");

  g_assert_false (retort_confusion_grid_get_selected (grid, &truth, &predicted));
  retort_confusion_grid_select (grid, 1, 2);
  g_assert_true (retort_confusion_grid_get_selected (grid, &truth, &predicted));
  g_assert_cmpint (truth, ==, 1);
  g_assert_cmpint (predicted, ==, 2);
  test_assert_label (grid, "Confusion matrix");
  test_assert_description (grid, "fox taken for dog: 12 of 50 (24 %). 126 of 150 right (84 %), "
                                       "most often wrong: fox taken for dog: 12 of 50 (24 %)");
  retort_confusion_grid_set (grid, 0, NULL, NULL);
  g_assert_false (retort_confusion_grid_get_selected (grid, &truth, &predicted));
  g_assert_finalize_object (grid);
}

/* Cells are square, side by side, inside the widget, for three classes and for thirty-six. */
static void
test_confusion_geometry (void)
{
  RetortConfusionGrid *grid = RETORT_CONFUSION_GRID (retort_confusion_grid_new ());
  GtkWidget *window = test_show (GTK_WIDGET (grid), 420, 400);
  g_autofree int *many = g_new0 (int, 36 * 36);
  const char *long_names[36];

  for (int i = 0; i < 36; i++)
    long_names[i] = i % 2 ? "a rather long name of a class" : "b";
  for (int round = 0; round < 2; round++)
    {
      int n = round == 0 ? 3 : 36;
      graphene_rect_t first, second, last;

      retort_confusion_grid_set (grid, n, round == 0 ? names : long_names,
                                 round == 0 ? counts : many);
      retort_confusion_grid_select (grid, 1, 1);
      test_draw_frames (GTK_WIDGET (grid), 1);
      retort_confusion_grid_get_cell (grid, 0, 0, &first);
      retort_confusion_grid_get_cell (grid, 0, 1, &second);
      retort_confusion_grid_get_cell (grid, n - 1, n - 1, &last);
      g_assert_cmpfloat (first.size.width, ==, first.size.height);
      g_assert_cmpfloat (first.size.width, >=, 4);
      g_assert_cmpfloat (second.origin.x, ==, first.origin.x + first.size.width);
      g_assert_cmpfloat (first.origin.x, >, 20);
      g_assert_cmpfloat (first.origin.y, >, 20);
      g_assert_cmpfloat (last.origin.x + last.size.width, <=,
                         gtk_widget_get_width (GTK_WIDGET (grid)));
      g_assert_cmpfloat (last.origin.y + last.size.height, <=,
                         gtk_widget_get_height (GTK_WIDGET (grid)));
    }
  test_finish (window, GTK_WIDGET (grid));
}

static GdkTexture *
new_texture (void)
{
  static const guint8 pixels[] = { 255, 0, 0, 0, 255, 0,
                                   0, 0, 255, 9, 9, 9 };

  return retort_texture_new_from_pixels (pixels, 2, 2, 3);
}

/* Enlarged by a whole factor: each pixel is a square of its colour. */
static void
test_texture (void)
{
  static const guint8 grey[] = { 7, 200, 30, 40, 50, 60 };
  g_autoptr (GdkTexture) texture = new_texture ();
  g_autoptr (GdkTexture) small = retort_texture_new_from_pixels (grey, 3, 2, 1);
  int side = gdk_texture_get_width (texture);
  g_autofree guint32 *data = g_new0 (guint32, (size_t) side * side);

  g_assert_cmpint (side, ==, 96);
  g_assert_cmpint (gdk_texture_get_width (small), ==, 96);
  g_assert_cmpint (gdk_texture_get_height (small), ==, 64);
  gdk_texture_download (texture, (guchar *) data, (size_t) side * 4);
  g_assert_cmphex (data[0], ==, 0xffff0000);
  g_assert_cmphex (data[47], ==, 0xffff0000);
  g_assert_cmphex (data[48], ==, 0xff00ff00);
  g_assert_cmphex (data[47 * 96 + 47], ==, 0xffff0000);
  g_assert_cmphex (data[48 * 96 + 47], ==, 0xff0000ff);
  g_assert_cmphex (data[95 * 96 + 95], ==, 0xff090909);
}

static void
note_index_cb (RetortImageGrid *grid,
               guint            index,
               int             *activated)
{
  *activated = (int) index;
}

/* 0 is always on the line, and what is more lies further right. */
static void
test_interval_bar (void)
{
  const double cases[][3] = { { 3, 1, 5 }, { -3, -5, -1 }, { 0.5, -1, 2 }, { 0, 0, 0 },
                              { 67, NAN, NAN } };
  RetortIntervalBar *bar = RETORT_INTERVAL_BAR (g_object_ref_sink (retort_interval_bar_new ()));

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double zero, mean;

      retort_interval_bar_set (bar, cases[i][0], cases[i][1], cases[i][2]);
      zero = retort_interval_bar_get_place (bar, 0.0);
      mean = retort_interval_bar_get_place (bar, cases[i][0]);
      g_assert_cmpfloat (zero, >, 0.1);
      g_assert_cmpfloat (zero, <, 0.9);
      g_assert_cmpfloat (mean, >, 0.1);
      g_assert_cmpfloat (mean, <, 0.9);
      g_assert_true ((mean > zero) == (cases[i][0] > 0) && (mean < zero) == (cases[i][0] < 0));
    }
  g_assert_finalize_object (bar);
}

/* A place without its picture, which comes later; the others stay. */
static void
test_image_grid_waiting (void)
{
  const guint8 pixels[3] = { 1, 2, 3 };
  g_autoptr (GdkTexture) texture = retort_texture_new_from_pixels (pixels, 1, 1, 3);
  RetortImageGrid *grid = RETORT_IMAGE_GRID (g_object_ref_sink (retort_image_grid_new ()));

  retort_image_grid_append (grid, NULL, "fox", "is dog", RETORT_MARK_WRONG);
  retort_image_grid_append (grid, NULL, "cat", NULL, RETORT_MARK_RIGHT);
  g_assert_null (retort_image_item_get_texture (retort_image_grid_get_item (grid, 0)));
  retort_image_grid_set_texture (grid, 0, texture);
  g_assert_true (retort_image_item_get_texture (retort_image_grid_get_item (grid, 0)) == texture);
  g_assert_cmpstr (retort_image_item_get_caption (retort_image_grid_get_item (grid, 0)), ==, "fox");
  g_assert_null (retort_image_item_get_texture (retort_image_grid_get_item (grid, 1)));
  g_assert_cmpuint (retort_image_grid_get_n (grid), ==, 2);
  g_assert_finalize_object (grid);
}

/* Made when it is asked for: to set it for each cell would ask the display hundreds of times. */
static void
test_image_tooltip (void)
{
  GtkWidget *cell = g_object_ref_sink (retort_image_cell_new ());
  g_autoptr (RetortImageItem) item = retort_image_item_new (NULL, "fox → dog", "91 %",
                                                            RETORT_MARK_WRONG);
  g_autoptr (GtkTooltip) tooltip = g_object_new (GTK_TYPE_TOOLTIP, NULL);
  GtkWidgetClass *klass = GTK_WIDGET_GET_CLASS (cell);

  g_assert_false (klass->query_tooltip (cell, 0, 0, FALSE, tooltip));
  retort_image_cell_set_item (RETORT_IMAGE_CELL (cell), item);
  g_assert_true (gtk_widget_get_has_tooltip (cell));
  g_assert_null (gtk_widget_get_tooltip_text (cell));
  g_assert_true (klass->query_tooltip (cell, 0, 0, FALSE, tooltip));
  retort_image_cell_set_item (RETORT_IMAGE_CELL (cell), NULL);
  g_assert_false (klass->query_tooltip (cell, 0, 0, FALSE, tooltip));
  g_object_unref (cell);
}

static void
test_image_grid (void)
{
  RetortImageGrid *grid = RETORT_IMAGE_GRID (retort_image_grid_new ());
  GtkWidget *window = test_show (GTK_WIDGET (grid), 300, 200);
  GtkWidget *view = test_find (GTK_WIDGET (grid), GTK_TYPE_GRID_VIEW);
  g_autoptr (GdkTexture) texture = new_texture ();
  g_autofree char *spoken = NULL;
  int activated = -1;

  test_round_trip_int (grid, "cell-size", 48);
  test_round_trip_string (grid, "empty-text", "No mistakes yet");
  test_assert_description (grid, "No mistakes yet");
  for (int i = 0; i < 2000; i++)
    retort_image_grid_append (grid, texture, "fox → dog", "91 %",
                              i % 2 ? RETORT_MARK_WRONG : RETORT_MARK_RIGHT);
  test_draw_frames (GTK_WIDGET (grid), 2);
  g_assert_cmpuint (retort_image_grid_get_n (grid), ==, 2000);
  test_assert_description (grid, "2000 pictures");
  spoken = retort_image_item_describe (retort_image_grid_get_item (grid, 1));
  g_assert_cmpstr (spoken, ==, "fox → dog, wrong, 91 %");
  test_assert_label (gtk_widget_get_first_child (view), "fox → dog, right, 91 %");

  g_signal_connect (grid, "activated", G_CALLBACK (note_index_cb), &activated);
  g_signal_emit_by_name (view, "activate", 7);
  g_assert_cmpint (activated, ==, 7);
  retort_image_grid_set_cell_size (grid, 64);
  test_draw_frames (GTK_WIDGET (grid), 1);
  retort_image_grid_clear (grid);
  test_draw_frames (GTK_WIDGET (grid), 1);
  g_assert_cmpuint (retort_image_grid_get_n (grid), ==, 0);
  test_finish (window, GTK_WIDGET (grid));
}

/* Bars are as long as their shares, in the colour of whose they are. */
static void
test_bars (void)
{
  static const double shares[] = { 0.62, 0.24, 0.14 }, flat[] = { 0.25, 0.25, 0.5 };
  RetortBars *bars = RETORT_BARS (retort_bars_new (RETORT_BARS_TEACHER));
  GtkWidget *window;
  g_autofree char *summary = NULL;
  cairo_surface_t *surface;
  int some, more;

  retort_bars_set (bars, 3, names, shares, -1);
  test_round_trip_string (bars, "title", "Teacher at T = 4.0");
  window = test_show (GTK_WIDGET (bars), 300, 120);
  summary = retort_bars_get_summary (bars);
  g_assert_cmpstr (summary, ==, "cat 62 %, fox 24 %, dog 14 %");
  test_assert_label (bars, "Teacher at T = 4.0");
  test_assert_description (bars, summary);

  surface = test_render (GTK_WIDGET (bars));
  some = test_count_colour (surface, 0xb8649a);
  g_assert_cmpint (some, >, 500);
  cairo_surface_destroy (surface);
  retort_bars_set (bars, 3, names, flat, -1);
  surface = test_render (GTK_WIDGET (bars));
  more = test_count_colour (surface, 0xb8649a);
  g_assert_cmpfloat (fabs ((double) more / some - 1.0), <, 0.1);
  cairo_surface_destroy (surface);

  test_round_trip_int (bars, "who", RETORT_BARS_STUDENT);
  surface = test_render (GTK_WIDGET (bars));
  g_assert_cmpint (test_count_colour (surface, 0xb8649a), ==, 0);
  g_assert_cmpint (test_count_colour (surface, 0x009e73), >, 500);
  cairo_surface_destroy (surface);
  retort_bars_set (bars, 3, names, shares, 1);
  test_assert_description (bars, "cat 62 %, fox 24 % (the label), dog 14 %");
  test_finish (window, GTK_WIDGET (bars));
}

static void
test_bars_pick (void)
{
  static const double shares[] = { 0.1, 0.4, 0.05, 0.3, 0.15 };
  int order[5];

  g_assert_cmpint (retort_bars_pick (shares, 5, -1, 3, order), ==, 3);
  g_assert_cmpint (order[0], ==, 1);
  g_assert_cmpint (order[1], ==, 3);
  g_assert_cmpint (order[2], ==, 4);
  g_assert_cmpint (retort_bars_pick (shares, 5, 2, 3, order), ==, 3);
  g_assert_cmpint (order[2], ==, 2);
  g_assert_cmpint (retort_bars_pick (shares, 5, 1, 5, order), ==, 5);
  g_assert_cmpint (order[4], ==, 2);
  g_assert_cmpint (retort_bars_pick (shares, 2, 0, 5, order), ==, 2);
}

static void
assert_numbers (RetortLossBar *bar,
                const char    *expected)
{
  g_autofree char *numbers = retort_loss_bar_get_numbers (bar);

  g_assert_cmpstr (numbers, ==, expected);
}

/* L = alpha T^2 KL + (1 - alpha) CE, and the bar is its parts. */
static void
test_loss_bar (void)
{
  RetortLossBar *bar = RETORT_LOSS_BAR (retort_loss_bar_new ());
  GtkWidget *window = test_show (GTK_WIDGET (bar), 400, -1);
  double soft = 0.7 * 16 * 0.028, label = 0.3 * 0.356;
  cairo_surface_t *surface;
  int n_soft, n_label;

  assert_numbers (bar, "α = 0.70, T = 4");
  g_assert_cmpfloat (retort_loss_bar_get_share (bar), ==, 0.7);
  retort_loss_bar_set (bar, 4.0, 0.7, 0.028, 0.356);
  assert_numbers (bar, "0.42 = 0.70 × 16 × 0.028 + 0.30 × 0.356");
  g_assert_cmpfloat_with_epsilon (retort_loss_bar_get_share (bar), soft / (soft + label), 1e-12);
  surface = test_render (GTK_WIDGET (bar));
  n_soft = test_count_colour (surface, 0xb8649a);
  n_label = test_count_colour (surface, 0xc98600);
  g_assert_cmpfloat (fabs ((double) n_soft / (n_soft + n_label) - soft / (soft + label)), <, 0.06);
  cairo_surface_destroy (surface);

  retort_loss_bar_set (bar, 4.0, 0.0, 0.028, 0.356);
  assert_numbers (bar, "0.36 = 0.00 × 16 × 0.028 + 1.00 × 0.356  ·  labels only");
  g_assert_cmpfloat (retort_loss_bar_get_share (bar), ==, 0.0);
  test_assert_label (bar, "Loss of distillation");
  test_assert_description (bar,
                           "0.36 = 0.00 × 16 × 0.028 + 1.00 × 0.356  ·  labels only; "
                           "0 % from the teacher");
  retort_loss_bar_set (bar, 2.5, 1.0, 0.102, 0.356);
  assert_numbers (bar, "0.64 = 1.00 × 6.25 × 0.102 + 0.00 × 0.356  ·  teacher only");
  test_finish (window, GTK_WIDGET (bar));
}

static void
test_text (void)
{
  static const struct { gint64 count; const char *text; } cases[] = {
    { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 1234567, "1,234,567" },
    { -45000, "-45,000" }, { -450, "-450" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = retort_format_count (cases[i].count);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/widgets/confusion-grid/words", test_confusion_words);
  g_test_add_func ("/widgets/confusion-grid/geometry", test_confusion_geometry);
  g_test_add_func ("/widgets/image-grid/texture", test_texture);
  g_test_add_func ("/widgets/image-grid/grid", test_image_grid);
  g_test_add_func ("/widgets/image-grid/tooltip", test_image_tooltip);
  g_test_add_func ("/widgets/image-grid/waiting", test_image_grid_waiting);
  g_test_add_func ("/widgets/bars/bars", test_bars);
  g_test_add_func ("/widgets/bars/pick", test_bars_pick);
  g_test_add_func ("/widgets/loss-bar", test_loss_bar);
  g_test_add_func ("/widgets/interval-bar", test_interval_bar);
  g_test_add_func ("/widgets/text", test_text);
  return g_test_run ();
}
