/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-curves.h"

#include "rt-chart.h"

#include <math.h>
#include <string.h>

#define WIDTH  800
#define HEIGHT 500

/* One curve: a field of the epochs. */
typedef struct
{
  const char  *id;
  const char  *title;
  size_t       offset;
  int          colour;
  RtChartDash  dash;
} Curve;

#define CURVE(id, title, field, colour, dash) \
  { id, title, G_STRUCT_OFFSET (RtEpochMetrics, field), colour, RT_CHART_DASH_##dash }

static const Curve losses[] = {
  CURVE ("train", "training", train_loss, 0, SOLID),
  CURVE ("labels", "training, labels' part", train_label_part, 2, DOTTED),
  CURVE ("teacher", "training, teacher's part", train_soft_part, 3, DASH_DOT),
  CURVE ("validation", "validation", validation_loss, 1, DASHED),
};

static const Curve accuracies[] = {
  CURVE ("train", "training", train_accuracy, 0, SOLID),
  CURVE ("validation", "validation", validation_accuracy, 1, DASHED),
};

static void
add_curve (RtChart      *chart,
           const Curve  *curve,
           const GArray *epochs)
{
  RtChartSeries *series = rt_chart_add_series (chart, curve->id, curve->title, curve->colour,
                                               curve->dash);

  for (guint i = 0; i < epochs->len; i++)
    {
      const RtEpochMetrics *m = &g_array_index (epochs, RtEpochMetrics, i);

      rt_chart_series_append (series, m->epoch, G_STRUCT_MEMBER (double, m, curve->offset));
      if (m->best && strcmp (curve->id, "validation") == 0)
        rt_chart_series_set_best (series, m->epoch, "best");
    }
}

/* Without a teacher the parts would only repeat the whole. */
static gboolean
has_parts (const GArray *epochs)
{
  return epochs->len > 0 && !isnan (g_array_index (epochs, RtEpochMetrics, 0).train_soft_part);
}

gboolean
rt_curves_export (const RtRun   *run,
                  const GArray  *epochs,
                  const char    *curve,
                  const char    *path,
                  GError       **error)
{
  g_autoptr (RtChart) chart = rt_chart_new ();
  gboolean loss = strcmp (curve, "loss") == 0;
  const Curve *curves = loss ? losses : accuracies;
  int n = loss ? G_N_ELEMENTS (losses) : G_N_ELEMENTS (accuracies);
  g_autofree char *title = g_strdup_printf ("Run %d, %s: %s", run->id, run->name, curve);

  if (epochs->len == 0)
    {
      g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_STATE,
                   "run %d has no curves yet: no epoch of it has ended", run->id);
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    if (has_parts (epochs) || (strcmp (curves[i].id, "labels") != 0 &&
                               strcmp (curves[i].id, "teacher") != 0))
      add_curve (chart, &curves[i], epochs);
  rt_chart_set_title (chart, title);
  rt_chart_set_x_label (chart, "epoch");
  rt_chart_set_y_format (chart, loss ? RT_CHART_FORMAT_NUMBER : RT_CHART_FORMAT_PERCENT);
  rt_chart_update_axes (chart);
  return rt_chart_export (chart, path, WIDTH, HEIGHT, error);
}
