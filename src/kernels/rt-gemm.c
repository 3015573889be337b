/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place that knows OpenBLAS. Its threads are switched off once: the kernels' own team
 * shares out the work, in pieces that do not depend on the number of threads.
 */
#include "config.h"

#include "rt-gemm.h"

#include <cblas.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
use_one_thread (void)
{
  openblas_set_num_threads (1);
}

void
rt_gemm (float       *out,
         int          out_pitch,
         const float *a,
         int          a_pitch,
         bool         a_transposed,
         const float *b,
         int          b_pitch,
         bool         b_transposed,
         bool         accumulate,
         int          m,
         int          n,
         int          k)
{
  pthread_once (&once, use_one_thread);
  cblas_sgemm (CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
               b_transposed ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a, a_pitch, b, b_pitch,
               accumulate ? 1.0f : 0.0f, out, out_pitch);
}
