/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

void
rt_ref_add_forward (float        *out,
                    const float  *a,
                    const float  *b,
                    RtActivation  activation,
                    size_t        n,
                    RtTeam       *team)
{
  for (size_t i = 0; i < n; i++)
    out[i] = a[i] + b[i];
  rt_ref_activation_forward (out, out, activation, n, NULL);
}

void
rt_ref_scale (float       *out,
              const float *inp,
              float        scale,
              bool         accumulate,
              size_t       n,
              RtTeam      *team)
{
  for (size_t i = 0; i < n; i++)
    out[i] = (accumulate ? out[i] : 0.0f) + scale * inp[i];
}

void
rt_ref_copy_channels (float       *out,
                      const float *inp,
                      int          n_rows,
                      int          inp_channels,
                      int          out_channels,
                      int          offset,
                      RtTeam      *team)
{
  for (size_t r = 0; r < (size_t) n_rows; r++)
    for (int c = 0; c < inp_channels; c++)
      out[r * out_channels + offset + c] = inp[r * inp_channels + c];
}

void
rt_ref_take_channels (float       *out,
                      const float *inp,
                      bool         accumulate,
                      int          n_rows,
                      int          out_channels,
                      int          inp_channels,
                      int          offset,
                      RtTeam      *team)
{
  for (size_t r = 0; r < (size_t) n_rows; r++)
    for (int c = 0; c < out_channels; c++)
      {
        float *to = &out[r * out_channels + c];

        *to = (accumulate ? *to : 0.0f) + inp[r * inp_channels + offset + c];
      }
}

void
rt_ref_shortcut_forward (float       *out,
                         const float *inp,
                         int          n,
                         int          h,
                         int          w,
                         int          c,
                         int          stride,
                         int          out_c,
                         RtTeam      *team)
{
  int out_h = (h + stride - 1) / stride;
  int out_w = (w + stride - 1) / stride;
  int below = (out_c - c) / 2;

  for (int i = 0; i < n; i++)
    for (int y = 0; y < out_h; y++)
      for (int x = 0; x < out_w; x++)
        for (int o = 0; o < out_c; o++)
          out[(((size_t) i * out_h + y) * out_w + x) * out_c + o]
            = o < below || o >= below + c
                ? 0.0f
                : inp[(((size_t) i * h + y * stride) * w + x * stride) * c + o - below];
}

void
rt_ref_shortcut_backward (float       *dinp,
                          const float *dout,
                          bool         accumulate,
                          int          n,
                          int          h,
                          int          w,
                          int          c,
                          int          stride,
                          int          out_c,
                          RtTeam      *team)
{
  int out_h = (h + stride - 1) / stride;
  int out_w = (w + stride - 1) / stride;
  int below = (out_c - c) / 2;

  for (int i = 0; i < n; i++)
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++)
        for (int k = 0; k < c; k++)
          {
            float *to = &dinp[(((size_t) i * h + y) * w + x) * c + k];
            bool seen = y % stride == 0 && x % stride == 0;
            size_t pixel = ((size_t) i * out_h + y / stride) * out_w + x / stride;

            *to = (accumulate ? *to : 0.0f) + (seen ? dout[pixel * out_c + below + k] : 0.0f);
          }
}

/* The twin draws as the kernel must: one splitmix64 word for two elements, 24 bits each. */
void
rt_ref_dropout (float       *out,
                const float *inp,
                float        rate,
                bool         accumulate,
                RtRng        rng,
                size_t       n,
                RtTeam      *team)
{
  uint64_t key = rt_rng_next (&rng);

  for (size_t i = 0; i < n; i++)
    {
      uint64_t word = key + (i / 2 + 1) * 0x9e3779b97f4a7c15u;
      float draw;

      word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
      word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
      word ^= word >> 31;
      draw = (float) ((uint32_t) (i % 2 == 0 ? word : word >> 32) >> 8) * 0x1p-24f;
      out[i] = (accumulate ? out[i] : 0.0f) + (draw < rate ? 0.0f : inp[i] / (1.0f - rate));
    }
}
