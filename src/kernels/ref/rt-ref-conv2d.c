/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-ref.h"

/*
 * Each function visits every product (output pixel, tap, channel) of the definition. @visit gives
 * the input's place for one output pixel and one tap, or -1 in the padding.
 */
static ptrdiff_t
visit (const RtConv2dDims *d,
       int                 image,
       int                 oy,
       int                 ox,
       int                 ky,
       int                 kx)
{
  int y = oy * d->stride + ky - d->pad_top;
  int x = ox * d->stride + kx - d->pad_left;

  if (y < 0 || y >= d->h || x < 0 || x >= d->w)
    return -1;
  return (((ptrdiff_t) image * d->h + y) * d->w + x) * d->c;
}

/* One output pixel (O) against all the weights. */
static void
convolve_pixel (float              *out,      /* (O) */
                const float        *inp,
                const float        *weight,   /* (O,KH,KW,C/groups) */
                const float        *bias,
                const RtConv2dDims *d,
                int                 image,
                int                 oy,
                int                 ox)
{
  int gc = d->c / d->groups;
  int go = d->out_c / d->groups;

  for (int o = 0; o < d->out_c; o++)
    {
      double sum = bias != NULL ? bias[o] : 0.0;

      for (int ky = 0; ky < d->kernel_h; ky++)
        for (int kx = 0; kx < d->kernel_w; kx++)
          {
            ptrdiff_t at = visit (d, image, oy, ox, ky, kx);
            const float *w = weight + (((size_t) o * d->kernel_h + ky) * d->kernel_w + kx) * gc;

            for (int c = 0; at >= 0 && c < gc; c++)
              sum += (double) inp[at + o / go * gc + c] * w[c];
          }
      out[o] = (float) sum;
    }
}

void
rt_ref_conv2d_forward (float              *out,
                       const float        *inp,
                       const float        *weight,
                       const float        *bias,
                       RtActivation        activation,
                       const RtConv2dDims *dims,
                       RtTeam             *team,
                       float              *workspace)
{
  size_t n_pixels = (size_t) dims->n * dims->out_h * dims->out_w;

  for (size_t p = 0; p < n_pixels; p++)
    convolve_pixel (out + p * dims->out_c, inp, weight, bias, dims,
                    (int) (p / ((size_t) dims->out_h * dims->out_w)),
                    (int) (p / dims->out_w % dims->out_h), (int) (p % dims->out_w));
  rt_ref_activation_forward (out, out, activation, n_pixels * dims->out_c, NULL);
}

void
rt_ref_conv2d_backward_input (float              *dinp,
                              const float        *dout,
                              const float        *weight,
                              bool                accumulate,
                              const RtConv2dDims *dims,
                              RtTeam             *team,
                              float              *workspace)
{
  int gc = dims->c / dims->groups;
  int go = dims->out_c / dims->groups;

  for (size_t i = 0; !accumulate && i < (size_t) dims->n * dims->h * dims->w * dims->c; i++)
    dinp[i] = 0.0f;

  /* dinp[visited] += dout[o] weight[o]: the line of convolve_pixel() read the other way. */
  for (int n = 0; n < dims->n; n++)
    for (int oy = 0; oy < dims->out_h; oy++)
      for (int ox = 0; ox < dims->out_w; ox++)
        for (int tap = 0; tap < dims->kernel_h * dims->kernel_w; tap++)
          {
            ptrdiff_t at = visit (dims, n, oy, ox, tap / dims->kernel_w, tap % dims->kernel_w);
            size_t pixel = ((size_t) n * dims->out_h + oy) * dims->out_w + ox;
            const float *d = dout + pixel * dims->out_c;

            for (int o = 0; at >= 0 && o < dims->out_c; o++)
              for (int c = 0; c < gc; c++)
                dinp[at + o / go * gc + c]
                  += d[o] * weight[((size_t) o * dims->kernel_h * dims->kernel_w + tap) * gc + c];
          }
}

/* The gradient of one weight: a sum over all the pixels of the batch. */
static double
sum_weight (const float        *dout,
            const float        *inp,
            const RtConv2dDims *d,
            int                 o,
            int                 tap,
            int                 c)
{
  int place = o / (d->out_c / d->groups) * (d->c / d->groups) + c;
  double sum = 0.0;

  for (int n = 0; n < d->n; n++)
    for (int oy = 0; oy < d->out_h; oy++)
      for (int ox = 0; ox < d->out_w; ox++)
        {
          ptrdiff_t at = visit (d, n, oy, ox, tap / d->kernel_w, tap % d->kernel_w);

          if (at >= 0)
            sum += (double) dout[(((size_t) n * d->out_h + oy) * d->out_w + ox) * d->out_c + o]
                   * inp[at + place];
        }
  return sum;
}

void
rt_ref_conv2d_backward_weight (float              *dweight,
                               float              *dbias,
                               const float        *dout,
                               const float        *inp,
                               const RtConv2dDims *dims,
                               RtTeam             *team,
                               float              *workspace)
{
  int gc = dims->c / dims->groups;
  int taps = dims->kernel_h * dims->kernel_w;

  for (int o = 0; o < dims->out_c; o++)
    for (int tap = 0; tap < taps; tap++)
      for (int c = 0; c < gc; c++)
        dweight[((size_t) o * taps + tap) * gc + c]
          += (float) sum_weight (dout, inp, dims, o, tap, c);

  for (int o = 0; dbias != NULL && o < dims->out_c; o++)
    {
      double sum = 0.0;

      for (size_t p = 0; p < (size_t) dims->n * dims->out_h * dims->out_w; p++)
        sum += dout[p * dims->out_c + o];
      dbias[o] += (float) sum;
    }
}
