/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-activation.h"

G_BEGIN_DECLS

/*
 * The innermost loops, compiled once for each instruction set that gains from it, as tables of
 * functions. Private to the kernels. One binary runs everywhere: rt_isa_get() picks the best table
 * that the processor has.
 */

/* Channels of a tile: weights are packed in panels of so many. */
#define RT_TILE_COLS 16

/* The most rows that any tile has. */
#define RT_TILE_MAX_ROWS 8

/* Matrix tiles. The left matrix is never packed: its rows are wherever @src points. */
typedef struct
{
  int max_rows;

  /* out[i][j] (i < n_rows, j < n_cols <= 16) = start + the sum over t < n_taps, k < depth of
   * src[i][offset + t * tap_pitch + k] * panel[t][k][j], where start is the output before
   * with @accumulate, else init[j], else 0. */
  void (*multiply) (float        *const *out,
                    const float  *const *src,
                    ptrdiff_t            offset,
                    const float         *panel,
                    const float         *init,
                    bool                 accumulate,
                    int                  n_rows,
                    int                  n_cols,
                    int                  n_taps,
                    ptrdiff_t            tap_pitch,
                    int                  depth);

  /* out[i * out_pitch + j] += the sum over p < n_pixels of dout[p * dout_pitch + i] *
   * src[p][offset + j]. 16 floats are read at src[p] + offset whatever @n_cols is. */
  void (*outer)    (float               *out,
                    ptrdiff_t            out_pitch,
                    const float         *dout,
                    ptrdiff_t            dout_pitch,
                    const float  *const *src,
                    ptrdiff_t            offset,
                    int                  n_pixels,
                    int                  n_rows,
                    int                  n_cols);
} RtTileKernels;

/* Element by element. */
typedef struct
{
  void (*activate)   (float        *out,
                      const float  *inp,
                      RtActivation  activation,
                      size_t        n);
  void (*deactivate) (float        *dinp,
                      const float  *dout,
                      const float  *kept,
                      RtActivation  activation,
                      bool          accumulate,
                      size_t        n);
  void (*add)        (float        *out,
                      const float  *a,
                      const float  *b,
                      RtActivation  activation,
                      size_t        n);
  void (*scale)      (float       *out,
                      const float *inp,
                      float        scale,
                      bool         accumulate,
                      size_t       n);
  void (*sgd)        (float       *param,
                      float       *velocity,
                      const float *grad,
                      float        learning_rate,
                      float        momentum,
                      bool         nesterov,
                      float        weight_decay,
                      size_t       n);
  /* With the rates ready: p = p * keep - rate * m / (sqrt (v) * root + eps). */
  void (*adam)       (float       *param,
                      float       *first,
                      float       *second,
                      const float *grad,
                      float        keep,
                      float        rate,
                      float        beta1,
                      float        beta2,
                      float        root,
                      float        eps,
                      float        weight_decay,
                      size_t       n);
} RtLoopKernels;

/* Per channel. A stretch of rows is seen as @n_groups lines of @width floats, @pitch apart;
 * arrays of coefficients hold @width values. */
typedef struct
{
  /* sum += x - shift, squares += (x - shift)^2 */
  void (*sums)           (float       *sum,
                          float       *squares,
                          const float *inp,
                          const float *shift,
                          size_t       n_groups,
                          int          width,
                          size_t       pitch);
  /* out = f (inp * scale + shift + residual) */
  void (*apply)          (float        *out,
                          const float  *inp,
                          const float  *residual,
                          const float  *scale,
                          const float  *shift,
                          RtActivation  activation,
                          size_t        n_groups,
                          int           width,
                          size_t        pitch);
  /* g = dout f'(out); sum += g, dot += g * (inp - mean) */
  void (*backward_sums)  (float        *sum,
                          float        *dot,
                          const float  *dout,
                          const float  *out,
                          const float  *inp,
                          const float  *mean,
                          RtActivation  activation,
                          size_t        n_groups,
                          int           width,
                          size_t        pitch);
  /* dinp (+)= a * g + b * inp + c, dresidual (+)= g; either may be NULL. */
  void (*backward_apply) (float        *dinp,
                          float        *dresidual,
                          const float  *dout,
                          const float  *out,
                          const float  *inp,
                          const float  *a,
                          const float  *b,
                          const float  *c,
                          bool          accumulate_inp,
                          bool          accumulate_residual,
                          RtActivation  activation,
                          size_t        n_groups,
                          int           width,
                          size_t        pitch);
} RtNormKernels;

/* One row of a depthwise convolution; src[p] is the top left of pixel p's window, the window's rows
 * are @row_pitch apart and its pixels n_channels. */
typedef struct
{
  void (*forward)  (float        *const *out,
                    const float  *const *src,
                    const float         *weight,    /* (taps_h, taps_w, n_channels) */
                    const float         *bias,
                    bool                 accumulate,
                    int                  n_pixels,
                    int                  n_channels,
                    int                  taps_h,
                    int                  taps_w,
                    ptrdiff_t            row_pitch);
  /* dweight += ; dout (n_pixels, n_channels) */
  void (*gradient) (float               *dweight,
                    const float         *dout,
                    const float  *const *src,
                    int                  n_pixels,
                    int                  n_channels,
                    int                  taps_h,
                    int                  taps_w,
                    ptrdiff_t            row_pitch);
} RtDepthwiseKernels;

typedef struct
{
  const char               *name;
  const RtTileKernels      *tile;
  const RtLoopKernels      *loops;
  const RtNormKernels      *norm;
  const RtDepthwiseKernels *depthwise;
} RtIsa;

/* The best that this processor has, or a lesser one that $RETORT_ISA (baseline, v3, v4) names.
 * The same for the life of the process. */
const RtIsa *rt_isa_get (void);

/* The next height of a tile where @left rows are left: full ones, the last two of like size. */
static inline int
rt_isa_next_rows (int left,
                  int max_rows)
{
  if (left <= max_rows)
    return left;
  return left >= 2 * max_rows ? max_rows : (left + 1) / 2;
}

G_END_DECLS
