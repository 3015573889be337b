/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a frame of a growing chart costs the main thread: three series of up to 2,000 points,
 * smoothed with ghosts, ten points more for each in every frame. Prints the median and the 99th
 * percentile of processor time from before-paint to after-paint, and of appending.
 */
#include "config.h"

#include "retort-widgets.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define N_POINTS  2000
#define PER_FRAME 10
#define N_FRAMES  (N_POINTS / PER_FRAME)

typedef struct
{
  RetortChart   *chart;
  RtChartSeries *series[3];
  int            n;
  int            n_frames;
  double         start;
  double         frame_ms[N_FRAMES];
  double         append_ms[N_FRAMES];
} Bench;

/* Of this thread on its processor, so that the figures mean something on a busy machine too. */
static double
get_cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void
before_cb (GdkFrameClock *clock,
           Bench         *bench)
{
  bench->start = get_cpu_ms ();
}

static void
after_cb (GdkFrameClock *clock,
          Bench         *bench)
{
  double end = get_cpu_ms ();

  if (bench->n_frames == N_FRAMES)
    return;
  bench->frame_ms[bench->n_frames] = end - bench->start;
  for (int i = 0; i < PER_FRAME; i++, bench->n++)
    for (int s = 0; s < 3; s++)
      retort_chart_append (bench->chart, bench->series[s], bench->n / 100.0,
                           0.3 + s * 0.2 + exp (-bench->n / 400.0)
                           + 0.1 * sin (bench->n * 12.9898 + s));
  bench->append_ms[bench->n_frames++] = get_cpu_ms () - end;
}

static int
compare (const void *a,
         const void *b)
{
  double difference = *(const double *) a - *(const double *) b;

  return difference < 0 ? -1 : difference > 0;
}

static void
print (const char *what,
       double     *values)
{
  qsort (values, N_FRAMES, sizeof (double), compare);
  g_print ("%s: median %.3f ms, 99th percentile %.3f ms\n", what, values[N_FRAMES / 2],
           values[N_FRAMES * 99 / 100]);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const names[] = { "train", "validation", "soft" };
  static Bench bench;
  GtkWidget *window;
  GdkFrameClock *clock;

  gtk_init ();
  retort_widgets_init ();
  window = gtk_window_new ();
  bench.chart = RETORT_CHART (retort_chart_new ());
  for (int i = 0; i < 3; i++)
    bench.series[i] = retort_chart_add_series (bench.chart, names[i], names[i], i, (RtChartDash) i);
  retort_chart_set_smoothing (bench.chart, 0.8);
  retort_chart_set_x_range (bench.chart, 0, 20);
  retort_chart_set_y_range (bench.chart, 0, 2);
  gtk_window_set_default_size (GTK_WINDOW (window), 600, 220);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (bench.chart));
  gtk_widget_realize (window);
  clock = gtk_widget_get_frame_clock (window);
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), &bench);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), &bench);
  gtk_window_present (GTK_WINDOW (window));
  while (bench.n_frames < N_FRAMES)
    g_main_context_iteration (NULL, TRUE);
  print ("frame", bench.frame_ms);
  print ("append 30 points", bench.append_ms);
  gtk_window_destroy (GTK_WINDOW (window));
  return 0;
}
