/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

/* Losses on logits (N,K). Batches are small, so they run on the calling thread, in double where
 * sums are taken. Each gives its mean over the batch and, where @dlogits is not NULL, adds
 * @scale times that mean's gradient to it. */

/* out (N,K) = softmax (logits / temperature), row by row, with the maximum taken off first. */
void   rt_softmax              (float       *out,
                                const float *logits,
                                float        temperature,
                                int          n_rows,
                                int          n_classes);

/* Of rt_softmax() at temperature 1: dinp = out * (dout - sum (dout * out)), row by row. */
void   rt_softmax_backward     (float       *dinp,
                                const float *dout,
                                const float *out,
                                bool         accumulate,
                                int          n_rows,
                                int          n_classes);

/* Cross entropy against labels 0 .. K-1. The target is (1 - smoothing) on the label plus
 * smoothing / K on every class (Szegedy et al. 2016, section 7). @class_weights (K) may be NULL;
 * with it the mean is the weighted one, sum (w l) / sum (w), as in PyTorch. */
double rt_cross_entropy        (float       *dlogits,
                                const float *logits,
                                const int   *labels,
                                float        smoothing,
                                const float *class_weights,
                                float        scale,
                                int          n_rows,
                                int          n_classes);

/* T^2 KL (softmax (teacher / T) || softmax (student / T)): Hinton, Vinyals and Dean 2015,
 * section 2. */
double rt_distillation         (float       *dstudent,
                                const float *student,
                                const float *teacher,
                                float        temperature,
                                float        scale,
                                int          n_rows,
                                int          n_classes);

/* The mean over all elements of (a - b)^2; adds scale * 2 (a - b) / n to @da. */
double rt_mean_squared_error   (float       *da,
                                const float *a,
                                const float *b,
                                float        scale,
                                size_t       n);

/* How many rows have their largest logit at the label; the first of equals counts. */
int    rt_count_correct        (const float *logits,
                                const int   *labels,
                                int          n_rows,
                                int          n_classes);

/* The place of the largest value; the first of equals. */
int    rt_argmax               (const float *values,
                                int          n);

G_END_DECLS
