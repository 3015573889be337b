/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-measure.h"

#include "rt-clock.h"

#include <glib-unix.h>
#include <signal.h>
#include <time.h>

#define BUDGET   16.7   /* ms: of one frame in sixty a second */
#define MISSED   25.0   /* ms from frame to frame: above, one was left out */
#define EPOCHS   10000  /* more than are ever reached */
#define SECONDS  10     /* of training */

typedef struct
{
  RtSession *session;   /* Owned */
  gboolean   training;  /* wanted */
  gboolean   frames;    /* wanted; where neither is, the first frame only */
  double     start;     /* of the program */
  double     stopped;   /* when stop was pressed; 0: not yet */
  guint      timer;     /* that presses stop */
  guint      signal;    /* that asks for the figures so far */
  gboolean   painted;   /* the first frame */
  double     begin;     /* of this frame's painting */
  double     cpu;       /* of the main thread, when the last frame was done */
  GArray    *paints;    /* of double: ms of each frame, on the clock */
  GArray    *loads;     /* of double: ms of the main thread's processor from frame to frame */
  GArray    *steps;     /* of double: ms from frame to frame, where each is asked for */
} Measure;

static void
measure_free (Measure *measure)
{
  g_clear_handle_id (&measure->timer, g_source_remove);
  g_clear_handle_id (&measure->signal, g_source_remove);
  g_array_unref (measure->paints);
  g_array_unref (measure->loads);
  g_array_unref (measure->steps);
  g_object_unref (measure->session);
  g_free (measure);
}

/* Of this thread, in seconds. */
static double
get_cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static RtSessionState
get_state (Measure *measure)
{
  int state;

  g_object_get (measure->session, "state", &state, NULL);
  return state;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
print_frames (const char *what,
              GArray     *frames,
              double      budget)
{
  guint within = 0;

  if (frames->len == 0)
    {
      g_print ("%s: no frame\n", what);
      return;
    }
  g_array_sort (frames, compare);
  while (within < frames->len && g_array_index (frames, double, within) <= budget)
    within++;
  g_print ("%s: %u frames, within %.1f ms %.2f %%, median %.1f ms, 99 of 100 within %.1f ms, "
           "longest %.1f ms\n", what, frames->len, budget, 100.0 * within / frames->len,
           g_array_index (frames, double, frames->len / 2),
           g_array_index (frames, double, frames->len * 99 / 100),
           g_array_index (frames, double, frames->len - 1));
}

static void
print_all (Measure *measure)
{
  print_frames ("painting, on the clock", measure->paints, BUDGET);
  print_frames ("main thread, on its processor", measure->loads, BUDGET);
  if (measure->frames)
    print_frames ("from frame to frame", measure->steps, MISSED);
}

/* What was seen since it was asked for last. */
static gboolean
signal_cb (gpointer data)
{
  Measure *measure = data;

  print_all (measure);
  g_array_set_size (measure->paints, 0);
  g_array_set_size (measure->loads, 0);
  g_array_set_size (measure->steps, 0);
  return G_SOURCE_CONTINUE;
}

static gboolean
stop_cb (gpointer data)
{
  Measure *measure = data;

  measure->timer = 0;
  rt_session_stop (measure->session);
  return G_SOURCE_REMOVE;
}

static void
state_cb (Measure *measure)
{
  RtSessionState state = get_state (measure);

  if (state == RT_SESSION_STOPPING)
    measure->stopped = rt_clock_now ();
  if (state == RT_SESSION_TRAINING && measure->training && measure->timer == 0)
    measure->timer = g_timeout_add_seconds (SECONDS, stop_cb, measure);
  if (state != RT_SESSION_IDLE)
    return;
  if (measure->training)
    print_all (measure);
  if (measure->stopped > 0.0)
    g_print ("stop answered in %.0f ms\n", (rt_clock_now () - measure->stopped) * 1e3);
  measure->stopped = 0.0;
  if (measure->training)
    g_application_quit (g_application_get_default ());
}

static gboolean
tick_cb (GtkWidget     *window,
         GdkFrameClock *clock,
         gpointer       data)
{
  return G_SOURCE_CONTINUE;
}

static void
before_paint_cb (Measure *measure)
{
  double now = rt_clock_now ();
  double step = (now - measure->begin) * 1e3;

  if (measure->frames && measure->begin > 0.0)
    g_array_append_val (measure->steps, step);
  measure->begin = now;
}

static void
first_frame (Measure *measure)
{
  if (measure->frames)
    return;
  if (!measure->training)
    {
      g_print ("%.1f\n", (rt_clock_now () - measure->start) * 1e3);
      g_application_quit (g_application_get_default ());
      return;
    }
  g_object_set (measure->session, "epochs", EPOCHS, NULL);
  rt_session_train (measure->session);
}

static void
add_frame (Measure *measure,
           double   cpu)
{
  double paint = (rt_clock_now () - measure->begin) * 1e3;
  double load = (cpu - measure->cpu) * 1e3;

  g_array_append_val (measure->paints, paint);
  g_array_append_val (measure->loads, load);
}

static void
after_paint_cb (Measure *measure)
{
  double cpu = get_cpu ();

  if (!measure->painted)
    {
      measure->painted = TRUE;
      first_frame (measure);
    }
  else if (measure->begin > 0.0
           && (measure->frames || get_state (measure) == RT_SESSION_TRAINING))
    add_frame (measure, cpu);
  measure->cpu = cpu;
}

static void
realized_cb (GtkWidget *window,
             Measure   *measure)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  g_signal_connect_swapped (clock, "before-paint", G_CALLBACK (before_paint_cb), measure);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (after_paint_cb), measure);
  if (measure->frames)
    gtk_widget_add_tick_callback (window, tick_cb, NULL, NULL);
}

static void
unrealized_cb (GtkWidget *window,
               Measure   *measure)
{
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (window), measure);
  g_signal_handlers_disconnect_by_data (measure->session, measure);
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
  measure->start = (double) start / G_USEC_PER_SEC;
  measure->training = g_str_equal (wish, "training");
  measure->frames = g_str_equal (wish, "frames");
  if (measure->frames)
    measure->signal = g_unix_signal_add (SIGUSR1, signal_cb, measure);
  measure->paints = g_array_new (FALSE, FALSE, sizeof (double));
  measure->loads = g_array_new (FALSE, FALSE, sizeof (double));
  measure->steps = g_array_new (FALSE, FALSE, sizeof (double));
  g_signal_connect_swapped (session, "notify::state", G_CALLBACK (state_cb), measure);
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), measure);
  g_signal_connect_data (window, "unrealize", G_CALLBACK (unrealized_cb), measure,
                         (GClosureNotify) (void (*) (void)) measure_free, 0);
}
