/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-batch-norm.h"
#include "rt-depthwise.h"
#include "rt-elementwise.h"
#include "rt-linear.h"
#include "rt-loss.h"
#include "rt-pool.h"
#include "rt-update.h"

G_BEGIN_DECLS

/*
 * The plain twins: the same functions as in the kernels' headers, in loops that are right by
 * inspection, with sums in double. They are what the kernels are compared with, and ignore @team
 * and @workspace.
 */

void rt_ref_activation_forward (float        *out,
                                const float  *inp,
                                RtActivation  activation,
                                size_t        n,
                                RtTeam       *team);

void rt_ref_activation_backward (float        *dinp,
                                 const float  *dout,
                                 const float  *kept,
                                 RtActivation  activation,
                                 size_t        n,
                                 bool          accumulate,
                                 RtTeam       *team);

void rt_ref_conv2d_forward (float              *out,
                            const float        *inp,
                            const float        *weight,
                            const float        *bias,
                            RtActivation        activation,
                            const RtConv2dDims *dims,
                            RtTeam             *team,
                            float              *workspace);

void rt_ref_conv2d_backward_input (float              *dinp,
                                   const float        *dout,
                                   const float        *weight,
                                   bool                accumulate,
                                   const RtConv2dDims *dims,
                                   RtTeam             *team,
                                   float              *workspace);

void rt_ref_conv2d_backward_weight (float              *dweight,
                                    float              *dbias,
                                    const float        *dout,
                                    const float        *inp,
                                    const RtConv2dDims *dims,
                                    RtTeam             *team,
                                    float              *workspace);

void rt_ref_depthwise_forward (float              *out,
                               const float        *inp,
                               const float        *weight,
                               const float        *bias,
                               RtActivation        activation,
                               const RtConv2dDims *dims,
                               RtTeam             *team,
                               float              *workspace);

void rt_ref_depthwise_backward_input (float              *dinp,
                                      const float        *dout,
                                      const float        *weight,
                                      bool                accumulate,
                                      const RtConv2dDims *dims,
                                      RtTeam             *team,
                                      float              *workspace);

void rt_ref_depthwise_backward_weight (float              *dweight,
                                       float              *dbias,
                                       const float        *dout,
                                       const float        *inp,
                                       const RtConv2dDims *dims,
                                       RtTeam             *team,
                                       float              *workspace);

void rt_ref_linear_forward (float       *out,
                            const float *inp,
                            const float *weight,
                            const float *bias,
                            int          n_rows,
                            int          n_in,
                            int          n_out,
                            RtTeam      *team,
                            float       *workspace);

void rt_ref_linear_backward_input (float       *dinp,
                                   const float *dout,
                                   const float *weight,
                                   bool         accumulate,
                                   int          n_rows,
                                   int          n_in,
                                   int          n_out,
                                   RtTeam      *team,
                                   float       *workspace);

void rt_ref_linear_backward_weight (float       *dweight,
                                    float       *dbias,
                                    const float *dout,
                                    const float *inp,
                                    int          n_rows,
                                    int          n_in,
                                    int          n_out,
                                    RtTeam      *team,
                                    float       *workspace);

void rt_ref_batch_norm_forward_train (float        *out,
                                      float        *mean,
                                      float        *inv_std,
                                      float        *running_mean,
                                      float        *running_var,
                                      const float  *inp,
                                      const float  *weight,
                                      const float  *bias,
                                      const float  *residual,
                                      RtActivation  activation,
                                      float         eps,
                                      float         momentum,
                                      int           n_rows,
                                      int           n_channels,
                                      RtTeam       *team,
                                      float        *workspace);

void rt_ref_batch_norm_forward_infer (float        *out,
                                      const float  *inp,
                                      const float  *weight,
                                      const float  *bias,
                                      const float  *running_mean,
                                      const float  *running_var,
                                      const float  *residual,
                                      RtActivation  activation,
                                      float         eps,
                                      int           n_rows,
                                      int           n_channels,
                                      RtTeam       *team);

void rt_ref_batch_norm_backward_train (float        *dinp,
                                       float        *dresidual,
                                       float        *dweight,
                                       float        *dbias,
                                       const float  *dout,
                                       const float  *out,
                                       const float  *inp,
                                       const float  *weight,
                                       const float  *mean,
                                       const float  *inv_std,
                                       bool          accumulate_inp,
                                       bool          accumulate_residual,
                                       RtActivation  activation,
                                       int           n_rows,
                                       int           n_channels,
                                       RtTeam       *team,
                                       float        *workspace);

void rt_ref_batch_norm_backward_infer (float        *dinp,
                                       float        *dresidual,
                                       float        *dweight,
                                       float        *dbias,
                                       const float  *dout,
                                       const float  *out,
                                       const float  *inp,
                                       const float  *weight,
                                       const float  *running_mean,
                                       const float  *running_var,
                                       bool          accumulate_inp,
                                       bool          accumulate_residual,
                                       RtActivation  activation,
                                       float         eps,
                                       int           n_rows,
                                       int           n_channels,
                                       RtTeam       *team,
                                       float        *workspace);

void rt_ref_max_pool_forward (float            *out,
                              uint8_t          *which,
                              const float      *inp,
                              const RtPoolDims *dims,
                              RtTeam           *team);

void rt_ref_max_pool_backward (float            *dinp,
                               const float      *dout,
                               const uint8_t    *which,
                               bool              accumulate,
                               const RtPoolDims *dims,
                               RtTeam           *team);

void rt_ref_average_pool_forward (float            *out,
                                  const float      *inp,
                                  const RtPoolDims *dims,
                                  RtTeam           *team);

void rt_ref_average_pool_backward (float            *dinp,
                                   const float      *dout,
                                   bool              accumulate,
                                   const RtPoolDims *dims,
                                   RtTeam           *team);

void rt_ref_global_average_pool_forward (float       *out,
                                         const float *inp,
                                         int          n,
                                         int          n_pixels,
                                         int          n_channels,
                                         RtTeam      *team);

void rt_ref_global_average_pool_backward (float       *dinp,
                                          const float *dout,
                                          bool         accumulate,
                                          int          n,
                                          int          n_pixels,
                                          int          n_channels,
                                          RtTeam      *team);

void rt_ref_add_forward (float        *out,
                         const float  *a,
                         const float  *b,
                         RtActivation  activation,
                         size_t        n,
                         RtTeam       *team);

void rt_ref_scale (float       *out,
                   const float *inp,
                   float        scale,
                   bool         accumulate,
                   size_t       n,
                   RtTeam      *team);

void rt_ref_copy_channels (float       *out,
                           const float *inp,
                           int          n_rows,
                           int          inp_channels,
                           int          out_channels,
                           int          offset,
                           RtTeam      *team);

void rt_ref_take_channels (float       *out,
                           const float *inp,
                           bool         accumulate,
                           int          n_rows,
                           int          out_channels,
                           int          inp_channels,
                           int          offset,
                           RtTeam      *team);

void rt_ref_shortcut_forward (float       *out,
                              const float *inp,
                              int          n,
                              int          h,
                              int          w,
                              int          c,
                              int          stride,
                              int          out_c,
                              RtTeam      *team);

void rt_ref_shortcut_backward (float       *dinp,
                               const float *dout,
                               bool         accumulate,
                               int          n,
                               int          h,
                               int          w,
                               int          c,
                               int          stride,
                               int          out_c,
                               RtTeam      *team);

void rt_ref_dropout (float       *out,
                     const float *inp,
                     float        rate,
                     bool         accumulate,
                     RtRng        rng,
                     size_t       n,
                     RtTeam      *team);

void rt_ref_softmax (float       *out,
                     const float *logits,
                     float        temperature,
                     int          n_rows,
                     int          n_classes);

double rt_ref_cross_entropy (float       *dlogits,
                             const float *logits,
                             const int   *labels,
                             float        smoothing,
                             const float *class_weights,
                             float        scale,
                             int          n_rows,
                             int          n_classes);

double rt_ref_distillation (float       *dstudent,
                            const float *student,
                            const float *teacher,
                            float        temperature,
                            float        scale,
                            int          n_rows,
                            int          n_classes);

double rt_ref_mean_squared_error (float       *da,
                                  const float *a,
                                  const float *b,
                                  float        scale,
                                  size_t       n);

int rt_ref_count_correct (const float *logits,
                          const int   *labels,
                          int          n_rows,
                          int          n_classes);

int rt_ref_argmax (const float *values,
                   int          n);

void rt_ref_update_sgd (float       *param,
                        float       *velocity,
                        const float *grad,
                        float        learning_rate,
                        float        momentum,
                        bool         nesterov,
                        float        weight_decay,
                        size_t       n,
                        RtTeam      *team);

void rt_ref_update_adam (float       *param,
                         float       *first,
                         float       *second,
                         const float *grad,
                         float        learning_rate,
                         float        beta1,
                         float        beta2,
                         float        eps,
                         float        weight_decay,
                         bool         decoupled,
                         int          step,
                         size_t       n,
                         RtTeam      *team);

G_END_DECLS
