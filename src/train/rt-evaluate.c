/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-evaluate.h"

#include "rt-loss.h"

#include <math.h>
#include <string.h>

#define MAX_BATCH 64

/* Multiply-adds of one call: a few tenths of a second on one slow core. */
#define BATCH_MADDS 4e9

/* Memory of its activations. */
#define BATCH_BYTES 256e6

RtPredictions *
rt_predictions_new (const RtDataset *dataset,
                    const size_t    *samples,
                    size_t           n,
                    int              n_classes)
{
  RtPredictions *self = g_new0 (RtPredictions, 1);

  self->n = (int) n;
  self->n_classes = n_classes;
  self->samples = g_memdup2 (samples, n * sizeof *samples);
  self->labels = g_new0 (int, MAX (n, 1));
  self->logits = g_new0 (float, MAX (n * n_classes, 1));
  self->problems = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < n; i++)
    self->labels[i] = dataset->labels[samples[i]];
  return self;
}

RtPredictions *
rt_predictions_new_empty (size_t capacity,
                          int    n_classes)
{
  RtPredictions *self = g_new0 (RtPredictions, 1);

  self->n_classes = n_classes;
  self->samples = g_new (size_t, MAX (capacity, 1));
  self->labels = g_new (int, MAX (capacity, 1));
  self->logits = g_new (float, MAX (capacity * n_classes, 1));
  self->problems = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
rt_predictions_append (RtPredictions *self,
                       const RtBatch *batch,
                       const float   *logits)
{
  memcpy (self->samples + self->n, batch->samples, batch->n * sizeof (size_t));
  memcpy (self->labels + self->n, batch->labels, batch->n * sizeof (int));
  memcpy (self->logits + (size_t) self->n * self->n_classes, logits,
          (size_t) batch->n * self->n_classes * sizeof (float));
  self->n += batch->n;
  for (int i = 0; i < batch->n_unreadable; i++)
    g_ptr_array_add (self->problems, g_strdup (batch->problems[i]));
}

RtPredictions *
rt_predictions_copy (const RtPredictions *self)
{
  RtPredictions *copy = rt_predictions_new_empty (self->n, self->n_classes);
  size_t n_logits = (size_t) self->n * self->n_classes;

  copy->n = self->n;
  memcpy (copy->samples, self->samples, self->n * sizeof *copy->samples);
  memcpy (copy->labels, self->labels, self->n * sizeof *copy->labels);
  memcpy (copy->logits, self->logits, n_logits * sizeof *copy->logits);
  if (self->teacher != NULL)
    copy->teacher = g_memdup2 (self->teacher, n_logits * sizeof *copy->teacher);
  for (guint i = 0; i < self->problems->len; i++)
    g_ptr_array_add (copy->problems, g_strdup (g_ptr_array_index (self->problems, i)));
  return copy;
}

void
rt_predictions_free (RtPredictions *self)
{
  if (self == NULL)
    return;
  g_free (self->samples);
  g_free (self->labels);
  g_free (self->logits);
  g_free (self->teacher);
  g_ptr_array_unref (self->problems);
  g_free (self);
}

double
rt_predictions_get_accuracy (const RtPredictions *self)
{
  int n = 0, correct = 0;

  for (int i = 0; i < self->n; i++)
    {
      const float *logits = self->logits + (size_t) i * self->n_classes;

      if (self->labels[i] < 0)
        continue;
      n++;
      correct += rt_argmax (logits, self->n_classes) == self->labels[i];
    }
  return n > 0 ? (double) correct / n : (double) NAN;
}

double
rt_predictions_get_loss (const RtPredictions *self)
{
  double sum = 0.0;
  int n = 0;

  for (int i = 0; i < self->n; i++)
    {
      if (self->labels[i] < 0)
        continue;
      sum += rt_cross_entropy (NULL, self->logits + (size_t) i * self->n_classes, &self->labels[i],
                               0.0f, NULL, 0.0f, 1, self->n_classes);
      n++;
    }
  return n > 0 ? sum / n : (double) NAN;
}

void
rt_predictions_count (const RtPredictions *self,
                      int                 *counts)
{
  memset (counts, 0, sizeof (int) * self->n_classes * self->n_classes);
  for (int i = 0; i < self->n; i++)
    if (self->labels[i] >= 0)
      {
        int predicted = rt_argmax (self->logits + (size_t) i * self->n_classes, self->n_classes);

        counts[self->labels[i] * self->n_classes + predicted]++;
      }
}

int
rt_evaluate_choose_batch (RtNetwork *network,
                          RtTeam    *team)
{
  RtPlanOptions options = { .batch = 1, .last_block = -1, .count_only = TRUE };
  g_autoptr (RtPlan) plan = rt_plan_new (network, &options, team, NULL);
  RtPlanCost cost = { 0 };
  double n = MAX_BATCH;

  if (plan != NULL)
    {
      rt_plan_get_cost (plan, &cost);
      n = MIN (n, BATCH_MADDS / (double) MAX (cost.forward_madds, 1));
      n = MIN (n, BATCH_BYTES / (double) MAX (cost.activation_bytes - cost.workspace_bytes, 1));
    }
  return (int) MAX (n, 1);
}

static RtLoader *
make_loader (RtDataset           *dataset,
             const size_t        *samples,
             size_t               n,
             const RtInputFormat *format,
             int                  batch,
             int                  n_threads)
{
  RtLoaderOptions options = {
    .dataset = dataset, .samples = samples, .n_samples = n, .format = *format,
    .n_views = 1, .batch_size = batch, .n_threads = n_threads,
  };

  return rt_loader_new (&options);
}

static void
take_logits (float       *to,
             const float *from,
             int          n,
             int          n_from,
             const int   *columns,
             int          n_columns)
{
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n_columns; k++)
      {
        int column = columns != NULL ? columns[k] : k;

        to[(size_t) i * n_columns + k] = from[(size_t) i * n_from + column];
      }
}

RtPredictions *
rt_evaluate (RtNetwork            *network,
             RtDataset            *dataset,
             const size_t         *samples,
             size_t                n,
             const RtInputFormat  *format,
             const int            *columns,
             int                   n_columns,
             RtTeam               *team,
             RtProgressFunc        progress,
             void                 *data,
             GError              **error)
{
  RtPlanOptions options = { .batch = rt_evaluate_choose_batch (network, team), .last_block = -1 };
  g_autoptr (RtPlan) plan = rt_plan_new (network, &options, team, error);
  g_autoptr (RtLoader) loader = make_loader (dataset, samples, n, format, options.batch,
                                             MAX (rt_team_get_size (team) - 1, 1));
  g_autoptr (RtPredictions) predictions = NULL;
  g_autofree float *rows = NULL;
  int n_logits = rt_network_get_n_classes (network);
  const RtBatch *batch;
  size_t done = 0;

  if (plan == NULL)
    return NULL;
  if (columns == NULL)
    n_columns = n_logits;
  rows = g_new (float, (size_t) options.batch * n_columns);
  predictions = rt_predictions_new_empty (n, n_columns);
  rt_loader_begin (loader, 0, 0);
  while ((batch = rt_loader_next (loader)) != NULL)
    {
      if (batch->n > 0)
        {
          rt_plan_forward (plan, &batch->images, batch->n, FALSE, 0, 0);
          take_logits (rows, rt_plan_get_output (plan, 0), batch->n, n_logits, columns, n_columns);
        }
      rt_predictions_append (predictions, batch, rows);
      done += batch->n + batch->n_unreadable;
      if (progress != NULL && !progress ((double) done / (double) n, data))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
          return NULL;
        }
    }
  return g_steal_pointer (&predictions);
}
