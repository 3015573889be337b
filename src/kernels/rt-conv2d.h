/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-activation.h"

G_BEGIN_DECLS

/**
 * RtConv2dDims:
 *
 * A two-dimensional convolution over NHWC images. The padding at the bottom and on the right is
 * what the output's size implies, so symmetric padding and TensorFlow's SAME are both said with
 * @pad_top and @pad_left.
 */
typedef struct
{
  int n;                 /* images in the batch */
  int h, w, c;           /* input; c counts all groups */
  int out_h, out_w;
  int out_c;             /* all groups */
  int kernel_h, kernel_w;
  int stride;
  int pad_top, pad_left;
  int groups;            /* divides c and out_c */
} RtConv2dDims;

/* The floats of workspace that any of the three functions below needs with @team, for dims->n
 * images or any fewer. */
size_t rt_conv2d_workspace_size  (const RtConv2dDims *dims,
                                  const RtTeam       *team);

/* out (N,OH,OW,O) = f(conv (inp (N,H,W,C), weight (O,KH,KW,C/groups)) + bias (O)); @bias may be
 * NULL. */
void   rt_conv2d_forward         (float              *out,
                                  const float        *inp,
                                  const float        *weight,
                                  const float        *bias,
                                  RtActivation        activation,
                                  const RtConv2dDims *dims,
                                  RtTeam             *team,
                                  float              *workspace);

/* dinp (N,H,W,C) (+)= dout (N,OH,OW,O) through weight. */
void   rt_conv2d_backward_input  (float              *dinp,
                                  const float        *dout,
                                  const float        *weight,
                                  bool                accumulate,
                                  const RtConv2dDims *dims,
                                  RtTeam             *team,
                                  float              *workspace);

/* dweight (O,KH,KW,C/groups) += , dbias (O) += ; @dbias may be NULL. */
void   rt_conv2d_backward_weight (float              *dweight,
                                  float              *dbias,
                                  const float        *dout,
                                  const float        *inp,
                                  const RtConv2dDims *dims,
                                  RtTeam             *team,
                                  float              *workspace);

G_END_DECLS
