/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Losses over (N,K) logits. Everything goes through log-sum-exp with the maximum taken off, in
 * double: a logit of 1000 gives a loss of 1000 and not infinity, and the sums over the batch keep
 * their last digits.
 */
#include "config.h"

#include "rt-loss.h"

#include <math.h>

/* log of the sum of exp (logits / temperature). */
static double
log_sum_exp (const float *logits,
             double       temperature,
             int          n_classes)
{
  double max = logits[0], sum = 0.0;

  for (int k = 1; k < n_classes; k++)
    max = logits[k] > max ? logits[k] : max;
  for (int k = 0; k < n_classes; k++)
    sum += exp ((logits[k] - max) / temperature);
  return max / temperature + log (sum);
}

void
rt_softmax (float       *out,
            const float *logits,
            float        temperature,
            int          n_rows,
            int          n_classes)
{
  for (int n = 0; n < n_rows; n++, out += n_classes, logits += n_classes)
    {
      double total = log_sum_exp (logits, temperature, n_classes);

      for (int k = 0; k < n_classes; k++)
        out[k] = (float) exp ((double) logits[k] / temperature - total);
    }
}

/* What class k should get in a row with that label, times the weight of the class. */
static double
get_target (int          k,
            int          label,
            double       smoothing,
            const float *class_weights,
            int          n_classes)
{
  double target = (k == label ? 1.0 - smoothing : 0.0) + smoothing / n_classes;

  return class_weights != NULL ? target * class_weights[k] : target;
}

/* With t (k) the targets and S their sum, the row's loss is the sum of t (lse - z), and its
 * gradient S softmax - t. */
double
rt_cross_entropy (float       *dlogits,
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
    {
      g_assert (labels[n] >= 0 && labels[n] < n_classes);
      mass += class_weights != NULL ? class_weights[labels[n]] : 1.0;
    }
  if (mass == 0.0)
    return 0.0;

  for (int n = 0; n < n_rows; n++)
    {
      const float *row = logits + (size_t) n * n_classes;
      double lse = log_sum_exp (row, 1.0, n_classes);
      double sum = 0.0;

      for (int k = 0; k < n_classes; k++)
        {
          double target = get_target (k, labels[n], smoothing, class_weights, n_classes);

          sum += target;
          total += target * (lse - row[k]);
        }
      for (int k = 0; dlogits != NULL && k < n_classes; k++)
        {
          double target = get_target (k, labels[n], smoothing, class_weights, n_classes);

          dlogits[(size_t) n * n_classes + k]
            += (float) (scale * (sum * exp (row[k] - lse) - target) / mass);
        }
    }
  return total / mass;
}

/* With p the teacher's and q the student's softmax at T: d KL / d student = (q - p) / T, times
 * T^2. */
double
rt_distillation (float       *dstudent,
                 const float *student,
                 const float *teacher,
                 float        temperature,
                 float        scale,
                 int          n_rows,
                 int          n_classes)
{
  double t = temperature, total = 0.0;

  g_assert (temperature > 0.0f);
  for (int n = 0; n < n_rows; n++, student += n_classes, teacher += n_classes)
    {
      double student_sum = log_sum_exp (student, t, n_classes);
      double teacher_sum = log_sum_exp (teacher, t, n_classes);

      for (int k = 0; k < n_classes; k++)
        {
          double log_p = teacher[k] / t - teacher_sum;
          double log_q = student[k] / t - student_sum;

          total += exp (log_p) * (log_p - log_q);
          if (dstudent != NULL)
            dstudent[(size_t) n * n_classes + k]
              += (float) (scale * t * (exp (log_q) - exp (log_p)) / n_rows);
        }
    }
  return total * t * t / n_rows;
}

double
rt_mean_squared_error (float       *da,
                       const float *a,
                       const float *b,
                       float        scale,
                       size_t       n)
{
  double total = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      double difference = (double) a[i] - b[i];

      total += difference * difference;
      if (da != NULL)
        da[i] += (float) (2.0 * scale * difference / (double) n);
    }
  return total / (double) n;
}

int
rt_count_correct (const float *logits,
                  const int   *labels,
                  int          n_rows,
                  int          n_classes)
{
  int count = 0;

  for (int n = 0; n < n_rows; n++)
    count += rt_argmax (logits + (size_t) n * n_classes, n_classes) == labels[n];
  return count;
}

int
rt_argmax (const float *values,
           int          n)
{
  int best = 0;

  for (int i = 1; i < n; i++)
    if (values[i] > values[best])
      best = i;
  return best;
}

void
rt_softmax_backward (float       *dinp,
                     const float *dout,
                     const float *out,
                     bool         accumulate,
                     int          n_rows,
                     int          n_classes)
{
  for (int r = 0; r < n_rows; r++)
    {
      size_t start = (size_t) r * n_classes;
      double dot = 0.0;

      for (int k = 0; k < n_classes; k++)
        dot += (double) dout[start + k] * out[start + k];
      for (int k = 0; k < n_classes; k++)
        {
          float d = out[start + k] * (dout[start + k] - (float) dot);

          dinp[start + k] = accumulate ? dinp[start + k] + d : d;
        }
    }
}
