/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernel-test.h"

#include "rt-conv2d.h"

/*
 * The tests of a convolution: against its twin forward and backward, the same bits on any team, the
 * four-point gradient check, and that a smaller batch needs no more workspace. The general kernels
 * and the depthwise ones are called alike.
 */

typedef size_t (*ConvWorkspace)      (const RtConv2dDims *dims,
                                      const RtTeam       *team);
typedef void   (*ConvForward)        (float              *out,
                                      const float        *inp,
                                      const float        *weight,
                                      const float        *bias,
                                      RtActivation        activation,
                                      const RtConv2dDims *dims,
                                      RtTeam             *team,
                                      float              *workspace);
typedef void   (*ConvBackwardInput)  (float              *dinp,
                                      const float        *dout,
                                      const float        *weight,
                                      bool                accumulate,
                                      const RtConv2dDims *dims,
                                      RtTeam             *team,
                                      float              *workspace);
typedef void   (*ConvBackwardWeight) (float              *dweight,
                                      float              *dbias,
                                      const float        *dout,
                                      const float        *inp,
                                      const RtConv2dDims *dims,
                                      RtTeam             *team,
                                      float              *workspace);

/* One kernel and its twin. Thresholds are residuals, see kt_residual(). */
typedef struct
{
  const char         *name;
  ConvWorkspace       workspace_size;
  ConvForward         forward, ref_forward;
  ConvBackwardInput   backward_input, ref_backward_input;
  ConvBackwardWeight  backward_weight, ref_backward_weight;
  double              forward_threshold, input_threshold, weight_threshold;
  RtActivation        activations[4];   /* each is tried without a bias and with one */
  int                 n_activations;
} ConvKernels;

/* The buffers of one case: (N,H,W,C) in, (O,KH,KW,C/groups) weights, (N,OH,OW,O) out. */
typedef struct
{
  const ConvKernels  *k;
  const RtConv2dDims *d;
  size_t              n_inp, n_out, n_weight;
  size_t              n_workspace;
  float              *inp, *weight, *bias, *dout, *out;
  int                 team;
} ConvCase;

ConvCase conv_case_new     (const ConvKernels  *kernels,
                            const RtConv2dDims *dims,
                            int                 team);
void     conv_case_clear   (ConvCase *c);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ConvCase, conv_case_clear)

/* Into @out, with scratch that shows misuse. */
void     conv_case_forward (const ConvCase *c,
                            float          *out,
                            bool            with_bias,
                            RtActivation    activation);

/* Adds the tests for each of @n @dims. Both must outlive them. */
void     conv_test_add     (const ConvKernels  *kernels,
                            const RtConv2dDims *dims,
                            size_t              n);
