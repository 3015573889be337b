/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-activation.h"

G_BEGIN_DECLS

size_t rt_linear_workspace_size  (int           rows,
                                  int           in,
                                  int           out,
                                  const RtTeam *team);

/* out (N,O) = inp (N,I) weight (O,I)^T + bias (O); @bias may be NULL. */
void   rt_linear_forward         (float        *out,
                                  const float  *inp,
                                  const float  *weight,
                                  const float  *bias,
                                  int           n_rows,
                                  int           n_in,
                                  int           n_out,
                                  RtTeam       *team,
                                  float        *workspace);

/* dinp (N,I) (+)= dout (N,O) weight (O,I) */
void   rt_linear_backward_input  (float        *dinp,
                                  const float  *dout,
                                  const float  *weight,
                                  bool          accumulate,
                                  int           n_rows,
                                  int           n_in,
                                  int           n_out,
                                  RtTeam       *team,
                                  float        *workspace);

/* dweight (O,I) += dout^T inp, dbias (O) += column sums of dout; @dbias may be NULL. */
void   rt_linear_backward_weight (float        *dweight,
                                  float        *dbias,
                                  const float  *dout,
                                  const float  *inp,
                                  int           n_rows,
                                  int           n_in,
                                  int           n_out,
                                  RtTeam       *team,
                                  float        *workspace);

G_END_DECLS
