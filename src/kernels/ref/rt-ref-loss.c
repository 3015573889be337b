/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

#include <math.h>

/* log softmax (logits / temperature)[k] of one row. */
static double
log_softmax (const float *logits,
             double       temperature,
             int          n_classes,
             int          k)
{
  double max = -INFINITY, sum = 0.0;

  for (int j = 0; j < n_classes; j++)
    max = fmax (max, logits[j] / temperature);
  for (int j = 0; j < n_classes; j++)
    sum += exp (logits[j] / temperature - max);
  return logits[k] / temperature - max - log (sum);
}

void
rt_ref_softmax (float       *out,
                const float *logits,
                float        temperature,
                int          n_rows,
                int          n_classes)
{
  for (int n = 0; n < n_rows; n++)
    for (int k = 0; k < n_classes; k++)
      out[(size_t) n * n_classes + k]
        = (float) exp (log_softmax (logits + (size_t) n * n_classes, temperature, n_classes, k));
}

double
rt_ref_cross_entropy (float       *dlogits,
                      const float *logits,
                      const int   *labels,
                      float        smoothing,
                      const float *class_weights,
                      float        scale,
                      int          n_rows,
                      int          n_classes)
{
  double total = 0.0, mass = 0.0;

  for (int n = 0; n < n_rows; n++)
    mass += class_weights != NULL ? class_weights[labels[n]] : 1.0;
  for (int n = 0; n < n_rows; n++)
    for (int k = 0; k < n_classes; k++)
      {
        size_t at = (size_t) n * n_classes + k;
        double lp = log_softmax (logits + (size_t) n * n_classes, 1.0, n_classes, k);
        double goal = (k == labels[n] ? 1.0 - smoothing : 0.0) + (double) smoothing / n_classes;

        if (class_weights == NULL)
          {
            total -= goal * lp;
            if (dlogits != NULL)
              dlogits[at] += (float) (scale * (exp (lp) - goal) / mass);
          }
      }
  for (int n = 0; class_weights != NULL && n < n_rows; n++)
    for (int j = 0; j < n_classes; j++)
      {
        /* The term of class j: its target times its weight, as PyTorch has it. */
        double goal = (j == labels[n] ? 1.0 - smoothing : 0.0) + (double) smoothing / n_classes;
        double share = goal * class_weights[j];
        const float *row = logits + (size_t) n * n_classes;

        total -= share * log_softmax (row, 1.0, n_classes, j);
        for (int k = 0; dlogits != NULL && k < n_classes; k++)
          dlogits[(size_t) n * n_classes + k]
            += (float) (scale * share / mass
                        * (exp (log_softmax (row, 1.0, n_classes, k)) - (j == k ? 1.0 : 0.0)));
      }
  return total / mass;
}

double
rt_ref_distillation (float       *dstudent,
                     const float *student,
                     const float *teacher,
                     float        temperature,
                     float        scale,
                     int          n_rows,
                     int          n_classes)
{
  double total = 0.0;

  for (int n = 0; n < n_rows; n++)
    for (int k = 0; k < n_classes; k++)
      {
        size_t row = (size_t) n * n_classes;
        double p = log_softmax (teacher + row, temperature, n_classes, k);
        double q = log_softmax (student + row, temperature, n_classes, k);

        total += exp (p) * (p - q);
        if (dstudent != NULL)
          dstudent[row + k] += (float) (scale * temperature * (exp (q) - exp (p)) / n_rows);
      }
  return total * temperature * temperature / n_rows;
}

double
rt_ref_mean_squared_error (float       *da,
                           const float *a,
                           const float *b,
                           float        scale,
                           size_t       n)
{
  double total = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      double difference = (double) a[i] - b[i];

      total += difference * difference / (double) n;
      if (da != NULL)
        da[i] += (float) (scale * 2.0 * difference / (double) n);
    }
  return total;
}

int
rt_ref_argmax (const float *values,
               int          n)
{
  int best = 0;

  for (int i = 1; i < n; i++)
    if (values[i] > values[best])
      best = i;
  return best;
}

int
rt_ref_count_correct (const float *logits,
                      const int   *labels,
                      int          n_rows,
                      int          n_classes)
{
  int count = 0;

  for (int n = 0; n < n_rows; n++)
    count += rt_ref_argmax (logits + (size_t) n * n_classes, n_classes) == labels[n];
  return count;
}
