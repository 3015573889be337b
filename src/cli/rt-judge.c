/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-judge.h"

#include "rt-line.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A wider confusion matrix is no longer read on a terminal; --json has it whole. */
#define MAX_PRINTED_CLASSES 20

int *
rt_judge_map_classes (const RtBackbone  *backbone,
                      const RtDataset   *dataset,
                      int                n_outputs,
                      gboolean          *by_name,
                      GError           **error)
{
  int n = rt_dataset_get_n_classes (dataset);
  g_autofree int *columns = g_new0 (int, MAX (n, 1));
  const char *missing = NULL;

  for (int k = 0; k < n; k++)
    {
      columns[k] = rt_class_names_find (backbone->class_names,
                                        rt_dataset_get_class_name (dataset, k));
      if (columns[k] < 0 && missing == NULL)
        missing = rt_dataset_get_class_name (dataset, k);
    }
  *by_name = missing == NULL;
  if (missing != NULL && n != n_outputs)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "%s has %d outputs and does not know the class “%s” of %s, which has %d "
                   "classes: choose weights or a dataset that fit together",
                   backbone->spec, n_outputs, missing, dataset->spec, n);
      return NULL;
    }
  for (int k = 0; k < n && missing != NULL; k++)
    columns[k] = k;
  return g_steal_pointer (&columns);
}

static int
sum_row (const int *counts,
         int        n_classes,
         int        row)
{
  int sum = 0;

  for (int k = 0; k < n_classes; k++)
    sum += counts[row * n_classes + k];
  return sum;
}

static void
print_line (const RtPredictions *p,
            const RtDataset     *dataset,
            const RtBackbone    *backbone,
            const char          *part,
            const int           *counts)
{
  g_autoptr (RtLine) line = rt_line_new ("result");
  int n = p->n_classes;

  rt_line_add_string (line, "weights", backbone->spec);
  rt_line_add_string (line, "network", backbone->network);
  rt_line_add_string (line, "dataset", dataset->spec);
  rt_line_add_string (line, "part", part);
  rt_line_add_int (line, "samples", p->n);
  rt_line_add_double (line, "accuracy", rt_predictions_get_accuracy (p));
  rt_line_add_double (line, "loss", rt_predictions_get_loss (p));
  rt_line_begin (line, "classes", '[');
  for (int k = 0; k < n; k++)
    {
      int all = sum_row (counts, n, k);

      rt_line_begin (line, NULL, '{');
      rt_line_add_string (line, "name", rt_dataset_get_class_name (dataset, k));
      rt_line_add_int (line, "samples", all);
      rt_line_add_int (line, "correct", counts[k * n + k]);
      rt_line_add_double (line, "accuracy",
                          all > 0 ? (double) counts[k * n + k] / all : (double) NAN);
      rt_line_end (line);
    }
  rt_line_end (line);
  rt_line_begin (line, "confusion", '[');
  for (int k = 0; k < n; k++)
    {
      rt_line_begin (line, NULL, '[');
      for (int j = 0; j < n; j++)
        rt_line_add_int (line, NULL, counts[k * n + j]);
      rt_line_end (line);
    }
  rt_line_print (line);
}

static void
print_confusion (char *const *names,   /* (n) */
                 const int   *counts,
                 int          n)
{
  if (n > MAX_PRINTED_CLASSES)
    {
      printf ("(%d classes: the confusion matrix is in the output of --json)\n", n);
      return;
    }
  printf ("Confusion (rows: the label, columns: what was predicted)\n%18s", "");
  for (int k = 0; k < n; k++)
    printf (" %6.6s", names[k]);
  printf ("\n");
  for (int k = 0; k < n; k++)
    {
      printf ("  %16.16s", names[k]);
      for (int j = 0; j < n; j++)
        printf (" %6d", counts[k * n + j]);
      printf ("\n");
    }
}

void
rt_judge_print (const RtPredictions *p,
                const RtDataset     *dataset,
                const RtBackbone    *backbone,
                const char          *part)
{
  int n = p->n_classes;
  g_autofree int *counts = g_new0 (int, (size_t) n * n);
  g_auto (GStrv) names = g_new0 (char *, n + 1);

  rt_predictions_count (p, counts);
  if (rt_cli_get_json ())
    {
      print_line (p, dataset, backbone, part, counts);
      return;
    }
  printf ("%s on %s: %d samples (%s)\n", backbone->spec, dataset->spec, p->n, part);
  printf ("accuracy %.2f %%, loss %.4f\n", 100.0 * rt_predictions_get_accuracy (p),
          rt_predictions_get_loss (p));
  for (int k = 0; k < n; k++)
    {
      int all = sum_row (counts, n, k);

      names[k] = rt_cli_show (rt_dataset_get_class_name (dataset, k));
      if (all > 0)
        printf ("  %16.16s  %6.2f %%  %d of %d\n", names[k], 100.0 * counts[k * n + k] / all,
                counts[k * n + k], all);
      else
        printf ("  %16.16s  no samples\n", names[k]);
    }
  print_confusion (names, counts, n);
}
