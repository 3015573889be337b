/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

/* The input's place for one output pixel and one tap, or -1 in the padding. */
static ptrdiff_t
visit (const RtConv2dDims *d,
       size_t              pixel,   /* of (N,OH,OW) */
       int                 tap)
{
  int image = (int) (pixel / ((size_t) d->out_h * d->out_w));
  int y = (int) (pixel / d->out_w % d->out_h) * d->stride + tap / d->kernel_w - d->pad_top;
  int x = (int) (pixel % d->out_w) * d->stride + tap % d->kernel_w - d->pad_left;

  if (y < 0 || y >= d->h || x < 0 || x >= d->w)
    return -1;
  return (((ptrdiff_t) image * d->h + y) * d->w + x) * d->c;
}

static size_t
count_pixels (const RtConv2dDims *d)
{
  return (size_t) d->n * d->out_h * d->out_w;
}

void
rt_ref_depthwise_forward (float              *out,
                          const float        *inp,
                          const float        *weight,
                          const float        *bias,
                          RtActivation        activation,
                          const RtConv2dDims *dims,
                          RtTeam             *team,
                          float              *workspace)
{
  for (size_t p = 0; p < count_pixels (dims); p++)
    for (int c = 0; c < dims->c; c++)
      {
        double sum = bias != NULL ? bias[c] : 0.0;

        for (int tap = 0; tap < dims->kernel_h * dims->kernel_w; tap++)
          {
            ptrdiff_t at = visit (dims, p, tap);

            if (at >= 0)
              sum += (double) inp[at + c] * weight[tap * dims->c + c];
          }
        out[p * dims->c + c] = (float) sum;
      }
  rt_ref_activation_forward (out, out, activation, count_pixels (dims) * dims->c, NULL);
}

void
rt_ref_depthwise_backward_input (float              *dinp,
                                 const float        *dout,
                                 const float        *weight,
                                 bool                accumulate,
                                 const RtConv2dDims *dims,
                                 RtTeam             *team,
                                 float              *workspace)
{
  for (size_t i = 0; !accumulate && i < (size_t) dims->n * dims->h * dims->w * dims->c; i++)
    dinp[i] = 0.0f;

  for (size_t p = 0; p < count_pixels (dims); p++)
    for (int tap = 0; tap < dims->kernel_h * dims->kernel_w; tap++)
      {
        ptrdiff_t at = visit (dims, p, tap);

        for (int c = 0; at >= 0 && c < dims->c; c++)
          dinp[at + c] += dout[p * dims->c + c] * weight[tap * dims->c + c];
      }
}

void
rt_ref_depthwise_backward_weight (float              *dweight,
                                  float              *dbias,
                                  const float        *dout,
                                  const float        *inp,
                                  const RtConv2dDims *dims,
                                  RtTeam             *team,
                                  float              *workspace)
{
  for (int c = 0; c < dims->c; c++)
    {
      for (int tap = 0; tap < dims->kernel_h * dims->kernel_w; tap++)
        {
          double sum = 0.0;

          for (size_t p = 0; p < count_pixels (dims); p++)
            {
              ptrdiff_t at = visit (dims, p, tap);

              if (at >= 0)
                sum += (double) dout[p * dims->c + c] * inp[at + c];
            }
          dweight[tap * dims->c + c] += (float) sum;
        }
      if (dbias != NULL)
        {
          double sum = 0.0;

          for (size_t p = 0; p < count_pixels (dims); p++)
            sum += dout[p * dims->c + c];
          dbias[c] += (float) sum;
        }
    }
}
