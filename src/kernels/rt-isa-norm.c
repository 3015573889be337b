/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loops of batch norm over lines of `width` floats: the caller has folded several rows of few
 * channels into one line, so that lines are whole vectors. Sums are held in registers for 32
 * columns at a time and added to memory once for all the lines.
 */
#include "config.h"

#include "rt-isa-activation.h"

/* Columns whose sums are in registers together: two sums of so many. */
#define STRIP     (4 * RT_VECTOR)
#define N_VECTORS 4

RT_INLINE Vector
mask (const RtActivation activation,
      Vector             dout,
      Vector             out)
{
  typedef int Mask __attribute__ ((vector_size (RT_VECTOR * 4)));
  const Vector zero = { 0 };
  Mask keep;

  if (activation == RT_ACTIVATION_NONE)
    return dout;
  keep = (Mask) (out > zero);
  if (activation == RT_ACTIVATION_RELU6)
    keep &= (Mask) (out < zero + 6.0f);
  return (Vector) ((Mask) dout & keep);
}

static void
sums (float       *sum,
      float       *squares,
      const float *inp,
      const float *shift,
      size_t       n_groups,
      int          width,
      size_t       pitch)
{
  int strip = 0;

  for (; strip + STRIP <= width; strip += STRIP)
    {
      Vector s[N_VECTORS], q[N_VECTORS], base[N_VECTORS];

      RT_UNROLL
      for (int j = 0; j < N_VECTORS; j++)
        {
          s[j] = rt_load (sum + strip + j * RT_VECTOR);
          q[j] = rt_load (squares + strip + j * RT_VECTOR);
          base[j] = rt_load (shift + strip + j * RT_VECTOR);
        }
      for (size_t g = 0; g < n_groups; g++)
        RT_UNROLL
        for (int j = 0; j < N_VECTORS; j++)
          {
            Vector x = rt_load (inp + g * pitch + strip + j * RT_VECTOR) - base[j];

            s[j] += x;
            q[j] += x * x;
          }
      RT_UNROLL
      for (int j = 0; j < N_VECTORS; j++)
        {
          rt_store (sum + strip + j * RT_VECTOR, s[j]);
          rt_store (squares + strip + j * RT_VECTOR, q[j]);
        }
    }
  for (size_t g = 0; strip < width && g < n_groups; g++)
    for (int j = strip; j < width; j++)
      {
        float x = inp[g * pitch + j] - shift[j];

        sum[j] += x;
        squares[j] += x * x;
      }
}

static void
apply (float        *out,
       const float  *inp,
       const float  *residual,
       const float  *scale,
       const float  *shift,
       RtActivation  activation,
       size_t        n_groups,
       int           width,
       size_t        pitch)
{
#define PLAIN(a) \
  RT_INDEPENDENT \
  for (int j = 0; j < width; j++) \
    to[j] = rt_activate (a, from[j] * scale[j] + shift[j]);
#define ADDED(a) \
  RT_INDEPENDENT \
  for (int j = 0; j < width; j++) \
    to[j] = rt_activate (a, from[j] * scale[j] + shift[j] + other[j]);

  for (size_t g = 0; g < n_groups; g++)
    {
      float *to = out + g * pitch;
      const float *from = inp + g * pitch;
      const float *other = residual != NULL ? residual + g * pitch : NULL;

      if (other != NULL)
        RT_FOR_FUSED_ACTIVATION (activation, ADDED)
      else
        RT_FOR_FUSED_ACTIVATION (activation, PLAIN)
    }
#undef PLAIN
#undef ADDED
}

RT_INLINE void
backward_sums_of (const RtActivation activation,
                  float             *sum,
                  float             *dot,
                  const float       *dout,
                  const float       *out,
                  const float       *inp,
                  const float       *mean,
                  size_t             n_groups,
                  int                width,
                  size_t             pitch)
{
  int strip = 0;

  for (; strip + STRIP <= width; strip += STRIP)
    {
      Vector s[N_VECTORS], d[N_VECTORS], base[N_VECTORS];

      RT_UNROLL
      for (int j = 0; j < N_VECTORS; j++)
        {
          s[j] = rt_load (sum + strip + j * RT_VECTOR);
          d[j] = rt_load (dot + strip + j * RT_VECTOR);
          base[j] = rt_load (mean + strip + j * RT_VECTOR);
        }
      for (size_t n = 0; n < n_groups; n++)
        RT_UNROLL
        for (int j = 0; j < N_VECTORS; j++)
          {
            size_t at = n * pitch + strip + j * RT_VECTOR;
            Vector g = mask (activation, rt_load (dout + at), rt_load (out + at));

            s[j] += g;
            d[j] += g * (rt_load (inp + at) - base[j]);
          }
      RT_UNROLL
      for (int j = 0; j < N_VECTORS; j++)
        {
          rt_store (sum + strip + j * RT_VECTOR, s[j]);
          rt_store (dot + strip + j * RT_VECTOR, d[j]);
        }
    }
  for (size_t n = 0; strip < width && n < n_groups; n++)
    for (int j = strip; j < width; j++)
      {
        size_t at = n * pitch + j;
        float g = dout[at] * rt_slope (activation, out[at]);

        sum[j] += g;
        dot[j] += g * (inp[at] - mean[j]);
      }
}

static void
backward_sums (float        *sum,
               float        *dot,
               const float  *dout,
               const float  *out,
               const float  *inp,
               const float  *mean,
               RtActivation  activation,
               size_t        n_groups,
               int           width,
               size_t        pitch)
{
#define LOOP(a) \
  backward_sums_of (a, sum, dot, dout, out, inp, mean, n_groups, width, pitch);

  if (activation == RT_ACTIVATION_NONE)
    out = dout;   /* not looked at, and must not be NULL */
  RT_FOR_FUSED_ACTIVATION (activation, LOOP)
#undef LOOP
}

/* One line: what is written is decided outside of the loops. */
RT_INLINE void
backward_line (const RtActivation activation,
               float             *dinp,
               float             *dresidual,
               const float       *dout,
               const float       *out,
               const float       *inp,
               const float       *a,
               const float       *b,
               const float       *c,
               bool               accumulate_inp,
               bool               accumulate_residual,
               int                width)
{
  if (dresidual != NULL && accumulate_residual)
    {
      RT_INDEPENDENT
      for (int j = 0; j < width; j++)
        dresidual[j] += dout[j] * rt_slope (activation, out[j]);
    }
  else if (dresidual != NULL)
    {
      RT_INDEPENDENT
      for (int j = 0; j < width; j++)
        dresidual[j] = dout[j] * rt_slope (activation, out[j]);
    }

  if (dinp == NULL)
    return;
  if (accumulate_inp)
    {
      RT_INDEPENDENT
      for (int j = 0; j < width; j++)
        dinp[j] += dout[j] * rt_slope (activation, out[j]) * a[j] + inp[j] * b[j] + c[j];
    }
  else
    {
      RT_INDEPENDENT
      for (int j = 0; j < width; j++)
        dinp[j] = dout[j] * rt_slope (activation, out[j]) * a[j] + inp[j] * b[j] + c[j];
    }
}

static void
backward_apply (float        *dinp,
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
                size_t        pitch)
{
#define LOOP(f) \
  for (size_t g = 0; g < n_groups; g++) \
    { \
      size_t at = g * pitch; \
\
      backward_line (f, dinp != NULL ? dinp + at : NULL, \
                     dresidual != NULL ? dresidual + at : NULL, dout + at, out + at, inp + at, \
                     a, b, c, accumulate_inp, accumulate_residual, width); \
    }

  if (activation == RT_ACTIVATION_NONE)
    out = dout;
  RT_FOR_FUSED_ACTIVATION (activation, LOOP)
#undef LOOP
}

const RtNormKernels RT_ISA_SYMBOL (rt_norm_kernels) = {
  sums, apply, backward_sums, backward_apply
};
