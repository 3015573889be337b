/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tiles of matrix products, held in registers.
 *
 * A tile is up to TILE_ROWS rows by 16 columns. For each step of the sum it loads 16 floats of the
 * packed panel and multiplies them by one float of each row, broadcast. With AVX2 that is 12
 * multiply-adds for 8 loads: the arithmetic is the bottleneck, not the loads. The heights are
 * compiled apart, so that the sums of each stay in registers.
 */
#include "config.h"

#include "rt-isa.h"
#include "rt-simd.h"

#include <string.h>

#define N_VECTORS (RT_TILE_COLS / RT_VECTOR)

/* Enough for the first half of the columns, where only these are wanted. */
#define HALF_VECTORS ((N_VECTORS + 1) / 2)

/* 12 sums with the 16 registers of SSE2 and AVX2, 24 with NEON's 32, 8 of AVX-512, where more
 * rows would need more pointers than there are registers. */
#if RT_VECTOR == 16
#define TILE_ROWS 8
#elif RT_VECTOR == 8 || defined (__aarch64__)
#define TILE_ROWS 6
#else
#define TILE_ROWS 3
#endif

RT_INLINE void
multiply_rows (float        *const *out,
               const float  *const *src,
               ptrdiff_t            offset,
               const float         *panel,
               const float         *init,
               bool                 accumulate,
               const int            n_rows,
               const int            n_vectors,
               int                  n_taps,
               ptrdiff_t            tap_pitch,
               int                  depth)
{
  Vector sum[TILE_ROWS][N_VECTORS];
  const float *row[TILE_ROWS];

  RT_UNROLL
  for (int i = 0; i < n_rows; i++)
    {
      row[i] = src[i] + offset;
      RT_UNROLL
      for (int j = 0; j < n_vectors; j++)
        sum[i][j] = accumulate ? rt_load (out[i] + j * RT_VECTOR)
                    : init != NULL ? rt_load (init + j * RT_VECTOR) : (Vector) { 0 };
    }

  for (int t = 0; t < n_taps; t++)
    for (ptrdiff_t k = t * tap_pitch; k < t * tap_pitch + depth; k++)
      {
        Vector weight[N_VECTORS];

        RT_UNROLL
        for (int j = 0; j < n_vectors; j++)
          weight[j] = rt_load (panel + j * RT_VECTOR);
        panel += RT_TILE_COLS;
        RT_UNROLL
        for (int i = 0; i < n_rows; i++)
          RT_UNROLL
          for (int j = 0; j < n_vectors; j++)
            sum[i][j] += row[i][k] * weight[j];
      }

  RT_UNROLL
  for (int i = 0; i < n_rows; i++)
    RT_UNROLL
    for (int j = 0; j < n_vectors; j++)
      rt_store (out[i] + j * RT_VECTOR, sum[i][j]);
}

RT_INLINE void
multiply_tile (float        *const *out,
               const float  *const *src,
               ptrdiff_t            offset,
               const float         *panel,
               const float         *init,
               bool                 accumulate,
               int                  n_rows,
               const int            n_vectors,
               int                  n_taps,
               ptrdiff_t            tap_pitch,
               int                  depth)
{
#define CASE(n) \
    case n: \
      multiply_rows (out, src, offset, panel, init, accumulate, n, n_vectors, n_taps, tap_pitch, \
                     depth); \
      break;

  switch (n_rows)
    {
    CASE (1)
    CASE (2)
    CASE (3)
#if TILE_ROWS > 3
    CASE (4)
    CASE (5)
    CASE (6)
#endif
#if TILE_ROWS > 6
    CASE (7)
    CASE (8)
#endif
    default:
      g_assert_not_reached ();
    }
#undef CASE
}

static void
multiply (float        *const *out,
          const float  *const *src,
          ptrdiff_t            offset,
          const float         *panel,
          const float         *init,
          bool                 accumulate,
          int                  n_rows,
          int                  n_cols,
          int                  n_taps,
          ptrdiff_t            tap_pitch,
          int                  depth)
{
  float buffer[TILE_ROWS * RT_TILE_COLS];
  float *rows[TILE_ROWS] = { NULL };

  if (n_cols == RT_TILE_COLS)
    {
      multiply_tile (out, src, offset, panel, init, accumulate, n_rows, N_VECTORS, n_taps,
                     tap_pitch, depth);
      return;
    }

  /* The last, narrower panel: whole tiles in a buffer of their own. */
  memset (buffer, 0, sizeof buffer);
  for (int i = 0; i < n_rows; i++)
    {
      rows[i] = buffer + i * RT_TILE_COLS;
      if (accumulate)
        memcpy (rows[i], out[i], sizeof (float) * n_cols);
    }
  if (n_cols <= HALF_VECTORS * RT_VECTOR)
    multiply_tile (rows, src, offset, panel, init, accumulate, n_rows, HALF_VECTORS, n_taps,
                   tap_pitch, depth);
  else
    multiply_tile (rows, src, offset, panel, init, accumulate, n_rows, N_VECTORS, n_taps, tap_pitch,
                   depth);
  for (int i = 0; i < n_rows; i++)
    memcpy (out[i], rows[i], sizeof (float) * n_cols);
}

RT_INLINE void
outer_rows (float               *out,
            ptrdiff_t            out_pitch,
            const float         *dout,
            ptrdiff_t            dout_pitch,
            const float  *const *src,
            ptrdiff_t            offset,
            int                  n_pixels,
            const int            n_rows,
            const int            n_vectors)
{
  Vector sum[TILE_ROWS][N_VECTORS];

  RT_UNROLL
  for (int i = 0; i < n_rows; i++)
    RT_UNROLL
    for (int j = 0; j < n_vectors; j++)
      sum[i][j] = rt_load (out + i * out_pitch + j * RT_VECTOR);

  for (int p = 0; p < n_pixels; p++)
    {
      const float *from = src[p] + offset;
      Vector value[N_VECTORS];

      RT_UNROLL
      for (int j = 0; j < n_vectors; j++)
        value[j] = rt_load (from + j * RT_VECTOR);
      RT_UNROLL
      for (int i = 0; i < n_rows; i++)
        RT_UNROLL
        for (int j = 0; j < n_vectors; j++)
          sum[i][j] += dout[i] * value[j];
      dout += dout_pitch;
    }

  RT_UNROLL
  for (int i = 0; i < n_rows; i++)
    RT_UNROLL
    for (int j = 0; j < n_vectors; j++)
      rt_store (out + i * out_pitch + j * RT_VECTOR, sum[i][j]);
}

RT_INLINE void
outer_tile (float               *out,
            ptrdiff_t            out_pitch,
            const float         *dout,
            ptrdiff_t            dout_pitch,
            const float  *const *src,
            ptrdiff_t            offset,
            int                  n_pixels,
            int                  n_rows,
            const int            n_vectors)
{
#define CASE(n) \
    case n: \
      outer_rows (out, out_pitch, dout, dout_pitch, src, offset, n_pixels, n, n_vectors); \
      break;

  switch (n_rows)
    {
    CASE (1)
    CASE (2)
    CASE (3)
#if TILE_ROWS > 3
    CASE (4)
    CASE (5)
    CASE (6)
#endif
#if TILE_ROWS > 6
    CASE (7)
    CASE (8)
#endif
    default:
      g_assert_not_reached ();
    }
#undef CASE
}

static void
outer (float               *out,
       ptrdiff_t            out_pitch,
       const float         *dout,
       ptrdiff_t            dout_pitch,
       const float  *const *src,
       ptrdiff_t            offset,
       int                  n_pixels,
       int                  n_rows,
       int                  n_cols)
{
  float buffer[TILE_ROWS * RT_TILE_COLS];

  if (n_cols == RT_TILE_COLS)
    {
      outer_tile (out, out_pitch, dout, dout_pitch, src, offset, n_pixels, n_rows, N_VECTORS);
      return;
    }

  memset (buffer, 0, sizeof buffer);
  if (n_cols <= HALF_VECTORS * RT_VECTOR)
    outer_tile (buffer, RT_TILE_COLS, dout, dout_pitch, src, offset, n_pixels, n_rows,
                HALF_VECTORS);
  else
    outer_tile (buffer, RT_TILE_COLS, dout, dout_pitch, src, offset, n_pixels, n_rows, N_VECTORS);
  for (int i = 0; i < n_rows; i++)
    for (int j = 0; j < n_cols; j++)
      out[i * out_pitch + j] += buffer[i * RT_TILE_COLS + j];
}

const RtTileKernels RT_ISA_SYMBOL (rt_tile_kernels) = { TILE_ROWS, multiply, outer };
