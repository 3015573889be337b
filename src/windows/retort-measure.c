/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-measure.h"

#define BUDGET 16700   /* us */

typedef struct
{
  RtSession *session;   /* Owned */
  gint64     start;
  gboolean   frames;    /* else the first frame only */
  gint64     begin;     /* of this frame */
  guint      n;
  guint      n_within;
  gint64     worst;
} Measure;

static void
measure_free (Measure *measure)
{
  if (measure->frames && measure->n > 0)
    g_print ("frames %u, within 16.7 ms %.2f %%, worst %.1f ms\n", measure->n,
             100.0 * measure->n_within / measure->n, measure->worst / 1e3);
  else if (measure->frames)
    g_print ("frames 0\n");
  g_object_unref (measure->session);
  g_free (measure);
}

static void
before_paint_cb (Measure *measure)
{
  measure->begin = g_get_monotonic_time ();
}

static void
after_paint_cb (Measure *measure)
{
  gint64 now = g_get_monotonic_time ();
  int state;

  if (!measure->frames)
    {
      g_print ("%.1f\n", (now - measure->start) / 1e3);
      g_application_quit (g_application_get_default ());
      return;
    }
  g_object_get (measure->session, "state", &state, NULL);
  if (state != RT_SESSION_TRAINING || measure->begin == 0)
    return;
  measure->n++;
  measure->n_within += now - measure->begin <= BUDGET;
  measure->worst = MAX (measure->worst, now - measure->begin);
}

static void
realized_cb (GtkWidget *window,
             Measure   *measure)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  g_signal_connect_swapped (clock, "before-paint", G_CALLBACK (before_paint_cb), measure);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (after_paint_cb), measure);
}

static void
unrealized_cb (GtkWidget *window,
               Measure   *measure)
{
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (window), measure);
}

void
retort_measure_window (GtkWindow *window,
                       RtSession *session,
                       gint64     start)
{
  const char *wish = g_getenv ("RETORT_MEASURE");
  Measure *measure;

  if (wish == NULL || *wish == '\0')
    return;
  measure = g_new0 (Measure, 1);
  measure->session = g_object_ref (session);
  measure->start = start;
  measure->frames = g_str_equal (wish, "frames");
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), measure);
  g_signal_connect_data (window, "unrealize", G_CALLBACK (unrealized_cb), measure,
                         (GClosureNotify) (void (*) (void)) measure_free, 0);
}
