/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-widgets.h"

/* What each test of a widget needs: a window around it that has been drawn once, and that is
 * gone in the end with all in it. */

static inline void
note_frame_cb (GdkFrameClock *clock,
               gpointer       data)
{
  ++*(int *) data;
}

/* Runs the main loop until the widget's window has drawn @n more frames. */
static inline void
test_draw_frames (GtkWidget *widget,
                  int        n)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  int drawn = 0;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (note_frame_cb), &drawn);

  while (drawn < n)
    {
      gtk_widget_queue_draw (widget);
      g_main_context_iteration (NULL, TRUE);
    }
  g_signal_handler_disconnect (clock, handler);
}

static inline GtkWidget *
test_show (GtkWidget *widget,
           int        width,
           int        height)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  test_draw_frames (widget, 2);
  return window;
}

/* Destroys the window, and fails where anything still holds the widget in it. */
static inline void
test_finish (GtkWidget *window,
             GtkWidget *widget)
{
  g_object_ref (widget);
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (widget);
}

/* What the widget draws, as an image of its own size. */
static inline cairo_surface_t *
test_render (GtkWidget *widget)
{
  GtkWidgetClass *klass = GTK_WIDGET_GET_CLASS (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32,
                                                         gtk_widget_get_width (widget),
                                                         gtk_widget_get_height (widget));
  cairo_t *cr = cairo_create (surface);
  g_autoptr (GskRenderNode) node = NULL;

  klass->snapshot (widget, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* The number of pixels of about this colour (each channel off by 4 at most). */
static inline int
test_count_colour (cairo_surface_t *surface,
                   guint32          rgb)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  int n = 0;

  for (int y = 0; y < cairo_image_surface_get_height (surface); y++)
    for (int x = 0; x < cairo_image_surface_get_width (surface); x++)
      {
        size_t at = (size_t) y * stride + (size_t) x * 4;
        guint32 pixel = *(const guint32 *) (const void *) (data + at);

        n += pixel >> 24 == 255 && ABS ((int) (pixel >> 16 & 255) - (int) (rgb >> 16 & 255)) <= 4
             && ABS ((int) (pixel >> 8 & 255) - (int) (rgb >> 8 & 255)) <= 4
             && ABS ((int) (pixel & 255) - (int) (rgb & 255)) <= 4;
      }
  return n;
}

static inline void
test_note_notify_cb (GObject    *object,
                     GParamSpec *pspec,
                     gpointer    data)
{
  ++*(int *) data;
}

/* Sets a property to @value: it reads back, notifies once, and not again for the same value. */
static inline void
test_round_trip (gpointer      object,
                 const char   *name,
                 const GValue *value)
{
  g_autofree char *detail = g_strconcat ("notify::", name, NULL);
  GValue read = G_VALUE_INIT;
  int n_notified = 0;
  gulong handler = g_signal_connect (object, detail, G_CALLBACK (test_note_notify_cb), &n_notified);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);

  g_assert_nonnull (pspec);
  g_object_set_property (object, name, value);
  g_assert_cmpint (n_notified, ==, 1);
  g_object_set_property (object, name, value);
  g_assert_cmpint (n_notified, ==, 1);
  g_value_init (&read, G_VALUE_TYPE (value));
  g_object_get_property (object, name, &read);
  g_assert_cmpint (g_param_values_cmp (pspec, value, &read), ==, 0);
  g_value_unset (&read);
  g_signal_handler_disconnect (object, handler);
}

static inline void
test_round_trip_string (gpointer    object,
                        const char *name,
                        const char *text)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  test_round_trip (object, name, &value);
  g_value_unset (&value);
}

static inline void
test_round_trip_boolean (gpointer    object,
                         const char *name,
                         gboolean    yes)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, yes);
  test_round_trip (object, name, &value);
}

static inline void
test_round_trip_int (gpointer    object,
                     const char *name,
                     int         number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, number);
  test_round_trip (object, name, &value);
}

static inline void
test_round_trip_double (gpointer    object,
                        const char *name,
                        double      number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, number);
  test_round_trip (object, name, &value);
}

/* GTK's macro makes its arguments part of a format, in which a per cent sign is a mistake. */
static inline void
test_assert_label (gpointer    accessible,
                   const char *text)
{
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (accessible), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       text);
}

static inline void
test_assert_description (gpointer    accessible,
                         const char *text)
{
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (accessible),
                                       GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text);
}

/* The first widget of @type below @widget, depth first. */
static inline GtkWidget *
test_find (GtkWidget *widget,
           GType      type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = test_find (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}
