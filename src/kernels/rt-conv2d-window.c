/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The windows that a convolution, general or depthwise, slides over its images: forward over the
 * input, and for each phase of the input's gradient (rt-conv2d.c tells of them) over dout.
 */
#include "config.h"

#include "rt-conv2d-private.h"

RtWindow
rt_conv2d_get_window (const RtConv2dDims *dims)
{
  return (RtWindow) {
    .n = dims->n, .h = dims->h, .w = dims->w, .c = dims->c, .step = dims->stride,
    .top = -dims->pad_top, .left = -dims->pad_left,
    .taps_h = dims->kernel_h, .taps_w = dims->kernel_w,
    .grid_h = dims->out_h, .grid_w = dims->out_w,
  };
}

/* For input pixels stride * q + @at, one dimension: the taps k = first - i * stride (i < n), and
 * the place in dout, q + top, that tap 0 sees. */
static void
find_taps (int  at,
           int  pad,
           int  stride,
           int  kernel,
           int *n,
           int *first,
           int *top)
{
  int r = (at + pad) % stride;

  *n = r < kernel ? (kernel - r + stride - 1) / stride : 0;
  *first = r + stride * (*n - 1);
  *top = (at + pad - r) / stride - (*n - 1);
}

RtWindow
rt_conv2d_get_phase_window (const RtConv2dDims *dims,
                            int                 y,
                            int                 x,
                            int                *ky,
                            int                *kx)
{
  RtWindow window = {
    .n = dims->n, .h = dims->out_h, .w = dims->out_w, .c = dims->out_c, .step = 1,
    .grid_h = (dims->h - y + dims->stride - 1) / dims->stride,
    .grid_w = (dims->w - x + dims->stride - 1) / dims->stride,
  };

  find_taps (y, dims->pad_top, dims->stride, dims->kernel_h, &window.taps_h, ky, &window.top);
  find_taps (x, dims->pad_left, dims->stride, dims->kernel_w, &window.taps_w, kx, &window.left);
  if (window.taps_h == 0 || window.taps_w == 0)
    window.taps_h = window.taps_w = 0;
  return window;
}
