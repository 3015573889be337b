/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All widgets with plausible data, to be looked at: gallery [--page 1|2] [--cursor]. Page 1 is a
 * distillation as the desktop shows it, page 2 has the awkward sizes: sixteen blocks, thirty-six
 * classes, a log axis, nothing yet. Not a test, not installed.
 */
#include "config.h"

#include "retort-widgets.h"

#include <adwaita.h>
#include <math.h>

static int page = 1;
static gboolean with_cursor;
static RetortNetworkView *network;    /* its caption says what was done last, for driven tests */

static void
say (const char *format,
     ...) G_GNUC_PRINTF (1, 2);

static void
say (const char *format,
     ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  retort_network_view_set_caption (network, text);
}

static void
freeze_changed_cb (RetortNetworkView *view,
                   int                n_frozen)
{
  say ("frozen %d", n_frozen);
}

static void
cell_activated_cb (RetortConfusionGrid *grid,
                   int                  truth,
                   int                  predicted)
{
  say ("cell %d %d", truth, predicted);
}

static void
image_activated_cb (RetortImageGrid *grid,
                    guint            index)
{
  say ("picture %u", index);
}

static void
series_toggled_cb (RetortChart *chart,
                   const char  *id,
                   gboolean     visible)
{
  say ("%s %s", id, visible ? "shown" : "hidden");
}

static void
cursor_changed_cb (RetortChart *chart)
{
  say ("cursor %g", retort_chart_get_cursor (chart));
}

static GtkWidget *
make_card (GtkWidget *child)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (card, "card");
  gtk_widget_set_margin_start (child, 14);
  gtk_widget_set_margin_end (child, 14);
  gtk_widget_set_margin_top (child, 10);
  gtk_widget_set_margin_bottom (child, 12);
  gtk_box_append (GTK_BOX (card), child);
  return card;
}

static double
noise (int i)
{
  return sin (i * 12.9898) * 0.5 + sin (i * 4.1) * 0.3 + sin (i * 78.233) * 0.2;
}

static GtkWidget *
make_loss (void)
{
  GtkWidget *widget = retort_chart_new ();
  RetortChart *chart = RETORT_CHART (widget);
  RtChartSeries *train = retort_chart_add_series (chart, "train", "train", 0, RT_CHART_DASH_SOLID);
  RtChartSeries *val = retort_chart_add_series (chart, "validation", "validation", 2,
                                                RT_CHART_DASH_DASHED);
  RtChartSeries *soft = retort_chart_add_series (chart, "soft", "soft part", 4,
                                                 RT_CHART_DASH_DOTTED);
  RtChartSeries *label = retort_chart_add_series (chart, "label", "label part", 1,
                                                  RT_CHART_DASH_DASH_DOT);

  retort_chart_set_title (chart, "Loss");
  retort_chart_set_x_label (chart, "epoch");
  retort_chart_set_x_range (chart, 0, 20);
  retort_chart_set_smoothing (chart, 0.9);
  retort_chart_set_show_tools (chart, TRUE);
  g_signal_connect (chart, "series-toggled", G_CALLBACK (series_toggled_cb), NULL);
  rt_chart_series_set_smoothable (val, FALSE);
  rt_chart_series_set_smoothable (soft, FALSE);
  rt_chart_series_set_smoothable (label, FALSE);
  for (int i = 1; i <= 12 * 30; i++)
    {
      double x = i / 30.0, decay = exp (-x / 2.4);

      retort_chart_append (chart, train, x, 0.32 + 1.5 * decay + 0.12 * noise (i));
      retort_chart_append (chart, soft, x, 0.22 + 1.0 * decay);
      retort_chart_append (chart, label, x, 0.1 + 0.5 * decay);
      if (i % 30 == 0)
        retort_chart_append (chart, val, x, 0.52 + 1.4 * decay + 0.02 * noise (i));
    }
  return widget;
}

static GtkWidget *
make_accuracy (void)
{
  static const struct
  {
    const char *name;
    int         colour;
    RtChartDash dash;
    double      top, start, tau;
    int         n;
  } runs[] = {
    { "this", 0, RT_CHART_DASH_SOLID, 0.93, 0.37, 2.6, 12 },
    { "baseline", 1, RT_CHART_DASH_DASHED, 0.875, 0.36, 3.0, 20 },
    { "fine-tuned", 2, RT_CHART_DASH_SOLID, 0.943, 0.45, 1.6, 20 },
    { "scratch", 5, RT_CHART_DASH_SHORT, 0.65, 0.36, 6.0, 20 },
  };
  GtkWidget *widget = retort_chart_new ();
  RetortChart *chart = RETORT_CHART (widget);

  retort_chart_set_title (chart, "Accuracy on validation");
  retort_chart_set_x_label (chart, "epoch");
  retort_chart_set_percent (chart, TRUE);
  retort_chart_set_x_range (chart, 0, 20);
  retort_chart_set_y_range (chart, NAN, 1.0);
  for (size_t r = 0; r < G_N_ELEMENTS (runs); r++)
    {
      RtChartSeries *series = retort_chart_add_series (chart, runs[r].name, runs[r].name,
                                                       runs[r].colour, runs[r].dash);
      double x[21], low[21], high[21];

      for (int i = 0; i <= runs[r].n; i++)
        {
          double y = runs[r].top - (runs[r].top - runs[r].start) * exp (-i / runs[r].tau)
                     + 0.004 * noise (i * 7 + (int) r);

          x[i] = i;
          low[i] = y - 0.035;
          high[i] = y + 0.035;
          retort_chart_append (chart, series, i, y);
        }
      if (r < 2)
        rt_chart_series_set_band (series, runs[r].n + 1, x, low, high);
      if (r == 0)
        rt_chart_series_set_best (series, 9, "best, kept");
      retort_chart_series_changed (chart, series);
    }
  if (with_cursor)
    retort_chart_set_cursor (chart, 9);
  else
    g_signal_connect (chart, "notify::cursor", G_CALLBACK (cursor_changed_cb), NULL);
  return widget;
}

static GtkWidget *
make_network (void)
{
  static const RetortBlockInfo blocks[] = {
    { "stem", "48×48×16", 448, NULL },
    { "stage 1", "24×24×16", 1216, NULL },
    { "stage 2", "24×24×32", 5376, NULL },
    { "stage 3", "12×12×48", 13824, NULL },
    { "stage 4", "6×6×64", 18432, NULL },
    { "head", "3", 195, "3 classes · new" },
  };
  GtkWidget *view = retort_network_view_new ();

  retort_network_view_set_blocks (RETORT_NETWORK_VIEW (view), blocks, G_N_ELEMENTS (blocks));
  network = RETORT_NETWORK_VIEW (view);
  g_signal_connect (view, "freeze-changed", G_CALLBACK (freeze_changed_cb), NULL);
  retort_network_view_set_n_frozen (RETORT_NETWORK_VIEW (view), 3);
  retort_network_view_set_caption (RETORT_NETWORK_VIEW (view),
                                   "Frozen part computed once: an epoch takes 0.4 s "
                                   "instead of 0.9 s");
  return view;
}

static GtkWidget *
make_deep_network (void)
{
  RetortBlockInfo blocks[16];
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GtkWidget *view = retort_network_view_new ();

  for (int i = 0; i < 16; i++)
    {
      g_ptr_array_add (names, g_strdup_printf (i == 0 ? "stem" : i == 15 ? "head" : "block %d", i));
      blocks[i] = (RetortBlockInfo) { g_ptr_array_index (names, i), "14×14×96",
                                      1000 * (i + 1) * (i + 1), NULL };
    }
  network = RETORT_NETWORK_VIEW (view);
  retort_network_view_set_blocks (RETORT_NETWORK_VIEW (view), blocks, 16);
  retort_network_view_set_n_frozen (RETORT_NETWORK_VIEW (view), 10);
  retort_network_view_set_caption (RETORT_NETWORK_VIEW (view), "Sixteen blocks");
  return view;
}

static GtkWidget *
make_bars (void)
{
  static const char *const names[] = { "fox", "dog", "cat" };
  static const double teacher[] = { 0.62, 0.24, 0.14 }, student[] = { 0.55, 0.31, 0.14 };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 36);
  GtkWidget *left = retort_bars_new (RETORT_BARS_TEACHER);
  GtkWidget *right = retort_bars_new (RETORT_BARS_STUDENT);

  retort_bars_set_title (RETORT_BARS (left), "Teacher at T = 4.0");
  retort_bars_set_title (RETORT_BARS (right), "Student at T = 4.0");
  retort_bars_set (RETORT_BARS (left), 3, names, teacher, 0);
  retort_bars_set (RETORT_BARS (right), 3, names, student, 0);
  gtk_widget_set_hexpand (left, TRUE);
  gtk_widget_set_hexpand (right, TRUE);
  gtk_box_append (GTK_BOX (box), left);
  gtk_box_append (GTK_BOX (box), right);
  return box;
}

static GtkWidget *
make_confusion (int n)
{
  static const char *const animals[] = { "cat", "fox", "dog", "wolf", "bear", "rabbit" };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree int *counts = g_new0 (int, (size_t) n * n);
  GtkWidget *grid = retort_confusion_grid_new ();

  for (int i = 0; i < n; i++)
    {
      g_ptr_array_add (names, n <= 6 ? g_strdup (animals[i])
                                     : g_strdup_printf ("%c", i < 26 ? 'A' + i : '0' + i - 26));
      for (int k = 0; k < n; k++)
        counts[i * n + k] = i == k ? 44 - i % 7 : (i * 7 + k * 13) % 17 == 0 ? 1 + (i + k) % 9 : 0;
    }
  retort_confusion_grid_set (RETORT_CONFUSION_GRID (grid), n, (const char *const *) names->pdata,
                             counts);
  retort_confusion_grid_select (RETORT_CONFUSION_GRID (grid), 1, 2);
  g_signal_connect (grid, "cell-activated", G_CALLBACK (cell_activated_cb), NULL);
  gtk_widget_set_vexpand (grid, TRUE);
  return grid;
}

static GtkWidget *
make_images (int n)
{
  GtkWidget *grid = retort_image_grid_new ();

  retort_image_grid_set_cell_size (RETORT_IMAGE_GRID (grid), 72);
  g_signal_connect (grid, "activated", G_CALLBACK (image_activated_cb), NULL);
  retort_image_grid_set_empty_text (RETORT_IMAGE_GRID (grid),
                                    "No mistakes yet. Train, and they appear here.");
  for (int i = 0; i < n; i++)
    {
      guint8 pixels[24 * 24 * 3];
      g_autoptr (GdkTexture) texture = NULL;
      g_autofree char *detail = g_strdup_printf ("%d %%", 99 - i);

      for (int p = 0; p < 24 * 24; p++)
        {
          double dx = p % 24 - 11.5, dy = p / 24 - 11.5, ring = sqrt (dx * dx + dy * dy);
          gboolean in = fabs (ring - 4 - i % 5) < 1.8;

          pixels[p * 3] = in ? 60 : (guint8) (200 + i % 3 * 20);
          pixels[p * 3 + 1] = in ? (guint8) (40 + i % 4 * 40) : 214;
          pixels[p * 3 + 2] = in ? 90 : (guint8) (215 + i % 2 * 15);
        }
      texture = retort_texture_new_from_pixels (pixels, 24, 24, 3);
      retort_image_grid_append (RETORT_IMAGE_GRID (grid), texture,
                                i % 3 == 0 ? "fox → dog" : "cat", detail,
                                i % 3 == 0 ? RETORT_MARK_WRONG : RETORT_MARK_RIGHT);
    }
  gtk_widget_set_vexpand (grid, TRUE);
  return grid;
}

static GtkWidget *
make_loss_bar (double alpha)
{
  GtkWidget *bar = retort_loss_bar_new ();

  retort_loss_bar_set (RETORT_LOSS_BAR (bar), 4.0, alpha, 0.028, 0.356);
  return bar;
}

static void
append_wide (GtkWidget *box,
             GtkWidget *child)
{
  gtk_widget_set_hexpand (child, TRUE);
  gtk_widget_set_vexpand (child, TRUE);
  gtk_box_append (GTK_BOX (box), child);
}

static GtkWidget *
make_first_page (void)
{
  GtkWidget *page_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 14);
  GtkWidget *left = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkWidget *right = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkWidget *lower = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);

  gtk_widget_set_size_request (left, 418, -1);
  gtk_box_append (GTK_BOX (left), make_card (make_network ()));
  gtk_box_append (GTK_BOX (left), make_card (make_loss_bar (0.7)));
  append_wide (left, make_card (make_images (20)));
  append_wide (right, make_card (make_loss ()));
  append_wide (right, make_card (make_accuracy ()));
  append_wide (lower, make_card (make_bars ()));
  append_wide (lower, make_card (make_confusion (3)));
  gtk_box_append (GTK_BOX (right), lower);
  gtk_widget_set_size_request (lower, -1, 250);
  gtk_widget_set_vexpand (lower, FALSE);
  gtk_box_append (GTK_BOX (page_box), left);
  append_wide (page_box, right);
  return page_box;
}

static GtkWidget *
make_second_page (void)
{
  GtkWidget *page_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 14);
  GtkWidget *left = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkWidget *right = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkWidget *log_chart = make_loss (), *empty = retort_chart_new ();

  retort_chart_set_log_scale (RETORT_CHART (log_chart), TRUE);
  retort_chart_set_smoothing (RETORT_CHART (log_chart), 0.6);
  retort_chart_set_title (RETORT_CHART (empty), "Accuracy");
  retort_chart_set_percent (RETORT_CHART (empty), TRUE);
  retort_chart_set_empty_text (RETORT_CHART (empty), "Press Train: curves appear here.");
  gtk_widget_set_size_request (left, 380, -1);
  gtk_box_append (GTK_BOX (left), make_card (make_deep_network ()));
  gtk_box_append (GTK_BOX (left), make_card (make_loss_bar (0.0)));
  append_wide (left, make_card (empty));
  append_wide (left, make_card (make_images (0)));
  append_wide (right, make_card (log_chart));
  append_wide (right, make_card (make_confusion (36)));
  gtk_widget_set_size_request (gtk_widget_get_last_child (right), -1, 500);
  gtk_box_append (GTK_BOX (page_box), left);
  append_wide (page_box, right);
  return page_box;
}

static void
activate_cb (GtkApplication *app)
{
  GtkWidget *window = adw_application_window_new (app);
  GtkWidget *content;

  content = page == 1 ? make_first_page () : make_second_page ();
  gtk_widget_set_margin_start (content, 14);
  gtk_widget_set_margin_end (content, 14);
  gtk_widget_set_margin_top (content, 14);
  gtk_widget_set_margin_bottom (content, 14);
  gtk_window_set_title (GTK_WINDOW (window), "Gallery");
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 800);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), content);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  const GOptionEntry options[] = {
    { "page", 0, 0, G_OPTION_ARG_INT, &page, "Which page, 1 or 2", "N" },
    { "cursor", 0, 0, G_OPTION_ARG_NONE, &with_cursor, "Show the values at epoch 9", NULL },
    { NULL }
  };
  g_autoptr (AdwApplication) app = NULL;

  retort_widgets_init ();
  app = g_object_new (ADW_TYPE_APPLICATION, "application-id", "org.retort.Gallery", "flags",
                      G_APPLICATION_NON_UNIQUE,
                      "resource-base-path", RETORT_WIDGETS_RESOURCE_BASE, NULL);
  g_application_add_main_option_entries (G_APPLICATION (app), options);
  g_signal_connect (app, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (app), argc, argv);
}
