/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-loss.h"

#include "rt-ref.h"

void
rt_softmax (float       *out,
            const float *logits,
            float        temperature,
            int          n_rows,
            int          n_classes)
{
  rt_ref_softmax (out, logits, temperature, n_rows, n_classes);
}

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
  return rt_ref_cross_entropy (dlogits, logits, labels, smoothing, class_weights, scale, n_rows,
                               n_classes);
}

double
rt_distillation (float       *dstudent,
                 const float *student,
                 const float *teacher,
                 float        temperature,
                 float        scale,
                 int          n_rows,
                 int          n_classes)
{
  return rt_ref_distillation (dstudent, student, teacher, temperature, scale, n_rows, n_classes);
}

double
rt_mean_squared_error (float       *da,
                       const float *a,
                       const float *b,
                       float        scale,
                       size_t       n)
{
  return rt_ref_mean_squared_error (da, a, b, scale, n);
}

int
rt_count_correct (const float *logits,
                  const int   *labels,
                  int          n_rows,
                  int          n_classes)
{
  return rt_ref_count_correct (logits, labels, n_rows, n_classes);
}

int
rt_argmax (const float *values,
           int          n)
{
  return rt_ref_argmax (values, n);
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
