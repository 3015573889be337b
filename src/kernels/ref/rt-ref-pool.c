/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

#include <math.h>
#include <string.h>

/* The input's place for one output value and one place in the window, or -1 outside the image. */
static ptrdiff_t
visit (const RtPoolDims *d,
       size_t            at,      /* in (N,OH,OW,C) */
       int               place)
{
  size_t pixel = at / d->c;
  int image = (int) (pixel / ((size_t) d->out_h * d->out_w));
  int y = (int) (pixel / d->out_w % d->out_h) * d->stride + place / d->kernel - d->pad_top;
  int x = (int) (pixel % d->out_w) * d->stride + place % d->kernel - d->pad_left;

  if (y < 0 || y >= d->h || x < 0 || x >= d->w)
    return -1;
  return (((ptrdiff_t) image * d->h + y) * d->w + x) * d->c + (ptrdiff_t) (at % d->c);
}

static size_t
count_out (const RtPoolDims *d)
{
  return (size_t) d->n * d->out_h * d->out_w * d->c;
}

static void
clear (float            *dinp,
       const RtPoolDims *d)
{
  memset (dinp, 0, sizeof (float) * d->n * d->h * d->w * d->c);
}

void
rt_ref_max_pool_forward (float            *out,
                         uint8_t          *which,
                         const float      *inp,
                         const RtPoolDims *dims,
                         RtTeam           *team)
{
  for (size_t at = 0; at < count_out (dims); at++)
    {
      float best = -INFINITY;
      int place = -1;

      for (int i = 0; i < dims->kernel * dims->kernel; i++)
        {
          ptrdiff_t from = visit (dims, at, i);

          if (from >= 0 && (place < 0 || inp[from] > best))
            {
              best = inp[from];
              place = i;
            }
        }
      out[at] = best;
      if (which != NULL)
        which[at] = (uint8_t) place;
    }
}

void
rt_ref_max_pool_backward (float            *dinp,
                          const float      *dout,
                          const uint8_t    *which,
                          bool              accumulate,
                          const RtPoolDims *dims,
                          RtTeam           *team)
{
  if (!accumulate)
    clear (dinp, dims);
  for (size_t at = 0; at < count_out (dims); at++)
    dinp[visit (dims, at, which[at])] += dout[at];
}

/* How many places of the window lie inside the image. */
static int
count_inside (const RtPoolDims *d,
              size_t            at)
{
  int count = 0;

  for (int i = 0; i < d->kernel * d->kernel; i++)
    count += visit (d, at, i) >= 0;
  return count;
}

void
rt_ref_average_pool_forward (float            *out,
                             const float      *inp,
                             const RtPoolDims *dims,
                             RtTeam           *team)
{
  for (size_t at = 0; at < count_out (dims); at++)
    {
      double sum = 0.0;

      for (int i = 0; i < dims->kernel * dims->kernel; i++)
        {
          ptrdiff_t from = visit (dims, at, i);

          sum += from >= 0 ? inp[from] : 0.0;
        }
      out[at] = (float) (sum / count_inside (dims, at));
    }
}

void
rt_ref_average_pool_backward (float            *dinp,
                              const float      *dout,
                              bool              accumulate,
                              const RtPoolDims *dims,
                              RtTeam           *team)
{
  if (!accumulate)
    clear (dinp, dims);
  for (size_t at = 0; at < count_out (dims); at++)
    for (int i = 0; i < dims->kernel * dims->kernel; i++)
      {
        ptrdiff_t to = visit (dims, at, i);

        if (to >= 0)
          dinp[to] += dout[at] / (float) count_inside (dims, at);
      }
}

void
rt_ref_global_average_pool_forward (float       *out,
                                    const float *inp,
                                    int          n,
                                    int          n_pixels,
                                    int          n_channels,
                                    RtTeam      *team)
{
  for (int i = 0; i < n; i++)
    for (int c = 0; c < n_channels; c++)
      {
        double sum = 0.0;

        for (int p = 0; p < n_pixels; p++)
          sum += inp[((size_t) i * n_pixels + p) * n_channels + c];
        out[(size_t) i * n_channels + c] = (float) (sum / n_pixels);
      }
}

void
rt_ref_global_average_pool_backward (float       *dinp,
                                     const float *dout,
                                     bool         accumulate,
                                     int          n,
                                     int          n_pixels,
                                     int          n_channels,
                                     RtTeam      *team)
{
  for (int i = 0; i < n; i++)
    for (int p = 0; p < n_pixels; p++)
      for (int c = 0; c < n_channels; c++)
        {
          size_t at = ((size_t) i * n_pixels + p) * n_channels + c;

          float share = dout[(size_t) i * n_channels + c] / (float) n_pixels;

          dinp[at] = (accumulate ? dinp[at] : 0.0f) + share;
        }
}
