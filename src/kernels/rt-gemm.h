/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* out (M,N) (+)= a (M,K) b (K,N), row-major with pitches; where transposed, a lies as (K,M) or b
 * as (N,K). On the calling thread alone: a team's members call it on pieces of their own. Private
 * to the kernels. */
void rt_gemm (float       *out,
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
              int          k);

G_END_DECLS
