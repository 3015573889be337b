/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-elementwise.h"

#include "rt-ref.h"

void
rt_add_forward (float        *out,
                const float  *a,
                const float  *b,
                RtActivation  activation,
                size_t        n,
                RtTeam       *team)
{
  rt_ref_add_forward (out, a, b, activation, n, team);
}

void
rt_scale (float       *out,
          const float *inp,
          float        scale,
          bool         accumulate,
          size_t       n,
          RtTeam      *team)
{
  rt_ref_scale (out, inp, scale, accumulate, n, team);
}

void
rt_copy_channels (float       *out,
                  const float *inp,
                  int          n_rows,
                  int          inp_channels,
                  int          out_channels,
                  int          offset,
                  RtTeam      *team)
{
  rt_ref_copy_channels (out, inp, n_rows, inp_channels, out_channels, offset, team);
}

void
rt_take_channels (float       *out,
                  const float *inp,
                  bool         accumulate,
                  int          n_rows,
                  int          out_channels,
                  int          inp_channels,
                  int          offset,
                  RtTeam      *team)
{
  rt_ref_take_channels (out, inp, accumulate, n_rows, out_channels, inp_channels, offset, team);
}

void
rt_shortcut_forward (float       *out,
                     const float *inp,
                     int          n,
                     int          h,
                     int          w,
                     int          c,
                     int          stride,
                     int          out_c,
                     RtTeam      *team)
{
  rt_ref_shortcut_forward (out, inp, n, h, w, c, stride, out_c, team);
}

void
rt_shortcut_backward (float       *dinp,
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
  rt_ref_shortcut_backward (dinp, dout, accumulate, n, h, w, c, stride, out_c, team);
}

void
rt_dropout (float       *out,
            const float *inp,
            float        rate,
            bool         accumulate,
            RtRng        rng,
            size_t       n,
            RtTeam      *team)
{
  rt_ref_dropout (out, inp, rate, accumulate, rng, n, team);
}
