/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Depthwise convolution of a line of pixels: vectors lie across channels. Forward holds four
 * pixels by two vectors of sums, so that each vector of weights serves four products; the gradient
 * of the weights holds a row of taps by two vectors and walks the pixels.
 */
#include "config.h"

#include "rt-isa.h"
#include "rt-simd.h"

#define N_PIXELS 4

RT_INLINE void
forward_strip (float        *const *out,
               const float  *const *src,
               const float         *weight,
               const float         *bias,
               bool                 accumulate,
               const int            n_pixels,
               const int            n_vectors,
               int                  c,
               int                  n_channels,
               int                  taps_h,
               int                  taps_w,
               ptrdiff_t            row_pitch)
{
  Vector sum[N_PIXELS][2];

  RT_UNROLL
  for (int p = 0; p < n_pixels; p++)
    RT_UNROLL
    for (int j = 0; j < n_vectors; j++)
      sum[p][j] = accumulate ? rt_load (out[p] + c + j * RT_VECTOR)
                  : bias != NULL ? rt_load (bias + c + j * RT_VECTOR) : (Vector) { 0 };

  for (int ky = 0; ky < taps_h; ky++)
    for (int kx = 0; kx < taps_w; kx++)
      {
        const float *w = weight + (size_t) (ky * taps_w + kx) * n_channels + c;
        ptrdiff_t at = ky * row_pitch + (ptrdiff_t) kx * n_channels + c;

        RT_UNROLL
        for (int j = 0; j < n_vectors; j++)
          {
            Vector value = rt_load (w + j * RT_VECTOR);

            RT_UNROLL
            for (int p = 0; p < n_pixels; p++)
              sum[p][j] += rt_load (src[p] + at + j * RT_VECTOR) * value;
          }
      }

  RT_UNROLL
  for (int p = 0; p < n_pixels; p++)
    RT_UNROLL
    for (int j = 0; j < n_vectors; j++)
      rt_store (out[p] + c + j * RT_VECTOR, sum[p][j]);
}

/* All the channels of a few pixels. */
RT_INLINE void
forward_pixels (float        *const *out,
                const float  *const *src,
                const float         *weight,
                const float         *bias,
                bool                 accumulate,
                const int            n_pixels,
                int                  n_channels,
                int                  taps_h,
                int                  taps_w,
                ptrdiff_t            row_pitch)
{
  int c = 0;

  for (; c + 2 * RT_VECTOR <= n_channels; c += 2 * RT_VECTOR)
    forward_strip (out, src, weight, bias, accumulate, n_pixels, 2, c, n_channels, taps_h, taps_w,
                   row_pitch);
  if (c + RT_VECTOR <= n_channels)
    {
      forward_strip (out, src, weight, bias, accumulate, n_pixels, 1, c, n_channels, taps_h, taps_w,
                     row_pitch);
      c += RT_VECTOR;
    }
  for (; c < n_channels; c++)
    for (int p = 0; p < n_pixels; p++)
      {
        float sum = accumulate ? out[p][c] : bias != NULL ? bias[c] : 0.0f;

        for (int ky = 0; ky < taps_h; ky++)
          for (int kx = 0; kx < taps_w; kx++)
            sum += src[p][ky * row_pitch + (ptrdiff_t) kx * n_channels + c]
                   * weight[(size_t) (ky * taps_w + kx) * n_channels + c];
        out[p][c] = sum;
      }
}

static void
forward (float        *const *out,
         const float  *const *src,
         const float         *weight,
         const float         *bias,
         bool                 accumulate,
         int                  n_pixels,
         int                  n_channels,
         int                  taps_h,
         int                  taps_w,
         ptrdiff_t            row_pitch)
{
  int p = 0;

  for (; p + N_PIXELS <= n_pixels; p += N_PIXELS)
    forward_pixels (out + p, src + p, weight, bias, accumulate, N_PIXELS, n_channels, taps_h,
                    taps_w, row_pitch);
  for (; p < n_pixels; p++)
    forward_pixels (out + p, src + p, weight, bias, accumulate, 1, n_channels, taps_h, taps_w,
                    row_pitch);
}

/* One row of taps for one strip of channels: dweight[kx] += the sum over pixels. */
RT_INLINE void
gradient_strip (float               *dweight,
                const float         *dout,
                const float  *const *src,
                ptrdiff_t            offset,
                int                  n_pixels,
                int                  n_channels,
                const int            taps_w,
                const int            n_vectors)
{
  Vector sum[5][2];

  RT_UNROLL
  for (int kx = 0; kx < taps_w; kx++)
    RT_UNROLL
    for (int j = 0; j < n_vectors; j++)
      sum[kx][j] = rt_load (dweight + (size_t) kx * n_channels + j * RT_VECTOR);

  for (int p = 0; p < n_pixels; p++)
    {
      const float *from = src[p] + offset;
      const float *d = dout + (size_t) p * n_channels;

      RT_UNROLL
      for (int j = 0; j < n_vectors; j++)
        {
          Vector value = rt_load (d + j * RT_VECTOR);

          RT_UNROLL
          for (int kx = 0; kx < taps_w; kx++)
            sum[kx][j] += rt_load (from + (size_t) kx * n_channels + j * RT_VECTOR) * value;
        }
    }

  RT_UNROLL
  for (int kx = 0; kx < taps_w; kx++)
    RT_UNROLL
    for (int j = 0; j < n_vectors; j++)
      rt_store (dweight + (size_t) kx * n_channels + j * RT_VECTOR, sum[kx][j]);
}

RT_INLINE void
gradient_row (float               *dweight,   /* (taps_w, n_channels) */
              const float         *dout,
              const float  *const *src,
              ptrdiff_t            offset,
              int                  n_pixels,
              int                  n_channels,
              const int            taps_w)
{
  int c = 0;

  for (; c + 2 * RT_VECTOR <= n_channels; c += 2 * RT_VECTOR)
    gradient_strip (dweight + c, dout + c, src, offset + c, n_pixels, n_channels, taps_w, 2);
  if (c + RT_VECTOR <= n_channels)
    {
      gradient_strip (dweight + c, dout + c, src, offset + c, n_pixels, n_channels, taps_w, 1);
      c += RT_VECTOR;
    }
  for (; c < n_channels; c++)
    for (int kx = 0; kx < taps_w; kx++)
      {
        float sum = dweight[(size_t) kx * n_channels + c];

        for (int p = 0; p < n_pixels; p++)
          sum += src[p][offset + (ptrdiff_t) kx * n_channels + c]
                 * dout[(size_t) p * n_channels + c];
        dweight[(size_t) kx * n_channels + c] = sum;
      }
}

static void
gradient (float               *dweight,
          const float         *dout,
          const float  *const *src,
          int                  n_pixels,
          int                  n_channels,
          int                  taps_h,
          int                  taps_w,
          ptrdiff_t            row_pitch)
{
  for (int ky = 0; ky < taps_h; ky++)
    for (int kx = 0; kx < taps_w;)
      {
        float *to = dweight + (size_t) (ky * taps_w + kx) * n_channels;
        ptrdiff_t offset = ky * row_pitch + (ptrdiff_t) kx * n_channels;
        int left = taps_w - kx;

        if (left == 5)
          gradient_row (to, dout, src, offset, n_pixels, n_channels, 5);
        else if (left >= 3)
          gradient_row (to, dout, src, offset, n_pixels, n_channels, 3);
        else
          gradient_row (to, dout, src, offset, n_pixels, n_channels, 1);
        kx += left == 5 ? 5 : left >= 3 ? 3 : 1;
      }
}

const RtDepthwiseKernels RT_ISA_SYMBOL (rt_depthwise_kernels) = { forward, gradient };
