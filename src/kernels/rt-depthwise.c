/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Depthwise convolution: the walk over blocks of rt-window.c with the loops of rt-isa-depthwise.c.
 * The gradient of the input is, as in rt-conv2d.c, one convolution of step 1 over dout for each of
 * the stride^2 phases; the gradient of the weights goes to partial sums whose number depends on
 * the shape only.
 */
#include "config.h"

#include "rt-depthwise.h"

#include "rt-arena.h"
#include "rt-conv2d-private.h"
#include "rt-isa.h"

#include <string.h>

#define MAX_PIXELS 256
#define MAX_PARTS  32

typedef struct
{
  RtWindow                  window;
  const RtConv2dDims       *dims;
  const RtDepthwiseKernels *kernels;
  int                       out_h, out_w;
  int                       out_step, out_y, out_x;
  float                    *out;
  const float              *inp;
  const float              *weight;       /* (taps_h, taps_w, C) */
  const float              *bias;
  RtActivation              activation;
  bool                      accumulate;
  float                    *scratch;
  size_t                    scratch_size; /* of a member */

  /* The weights' gradient. */
  int                       n_parts;
  size_t                    part_size;    /* taps, then biases */
  float                    *parts;
  const float              *dout;
} Job;

static Job
plan_forward (const RtConv2dDims *dims)
{
  Job job = {
    .window = rt_conv2d_get_window (dims),
    .dims = dims, .out_h = dims->out_h, .out_w = dims->out_w, .out_step = 1,
  };

  g_assert (dims->groups == dims->c && dims->out_c == dims->c && dims->stride > 0);
  rt_window_plan (&job.window, MAX_PIXELS, false);
  job.scratch_size = rt_window_count_scratch (&job.window);
  job.kernels = rt_isa_get ()->depthwise;
  job.part_size = RT_ALIGN_FLOATS ((size_t) (dims->kernel_h * dims->kernel_w + 1) * dims->c);
  job.n_parts = MIN (job.window.n_blocks, MAX_PARTS);
  return job;
}

static Job
plan_backward (const RtConv2dDims *dims,
               int                 y,
               int                 x,
               int                *ky,
               int                *kx)
{
  Job job = {
    .window = rt_conv2d_get_phase_window (dims, y, x, ky, kx),
    .dims = dims, .out_h = dims->h, .out_w = dims->w,
    .out_step = dims->stride, .out_y = y, .out_x = x,
  };

  rt_window_plan (&job.window, MAX_PIXELS, false);
  job.scratch_size = rt_window_count_scratch (&job.window);
  job.kernels = rt_isa_get ()->depthwise;
  return job;
}

static void
run_block (int   piece,
           int   member,
           void *data)
{
  const Job *job = data;
  const RtWindow *w = &job->window;
  float *scratch = job->scratch + member * job->scratch_size;
  const float **src = (void *) (scratch + w->scratch);
  float **dst = (void *) (src + rt_window_get_max_pixels (w));
  RtWindowBlock block = rt_window_gather (w, piece, job->inp, scratch, src);

  rt_window_scatter (w, block, job->out, job->out_h, job->out_w, w->c, job->out_step, job->out_y,
                     job->out_x, dst);
  job->kernels->forward (dst, src, job->weight, job->bias, job->accumulate, block.n_pixels, w->c,
                         w->taps_h, w->taps_w, w->row_pitch);
  if (job->activation != RT_ACTIVATION_NONE)
    rt_isa_get ()->loops->activate (dst[0], dst[0], job->activation,
                                    (size_t) block.n_pixels * w->c);
}

void
rt_depthwise_forward (float              *out,
                      const float        *inp,
                      const float        *weight,
                      const float        *bias,
                      RtActivation        activation,
                      const RtConv2dDims *dims,
                      RtTeam             *team,
                      float              *workspace)
{
  Job job = plan_forward (dims);

  job.out = out;
  job.inp = inp;
  job.weight = weight;
  job.bias = bias;
  job.activation = activation;
  job.scratch = workspace;
  rt_team_run (team, job.window.n_blocks, run_block, &job);
}

/* out[y] += inp[y * stride + k - pad] w[k], so dinp[y * stride + k - pad] += dout[y] w[k]. */
void
rt_depthwise_backward_input (float              *dinp,
                             const float        *dout,
                             const float        *weight,
                             bool                accumulate,
                             const RtConv2dDims *dims,
                             RtTeam             *team,
                             float              *workspace)
{
  size_t c = dims->c;

  for (int y = 0; y < MIN (dims->stride, dims->h); y++)
    for (int x = 0; x < MIN (dims->stride, dims->w); x++)
      {
        int ky, kx;
        Job job = plan_backward (dims, y, x, &ky, &kx);

        for (int i = 0; i < job.window.taps_h; i++)
          for (int j = 0; j < job.window.taps_w; j++)
            memcpy (workspace + (i * job.window.taps_w + j) * c,
                    weight + ((ky - i * dims->stride) * dims->kernel_w + kx - j * dims->stride) * c,
                    sizeof (float) * c);
        job.out = dinp;
        job.inp = dout;
        job.weight = workspace;
        job.accumulate = accumulate;
        job.scratch = workspace + RT_ALIGN_FLOATS (dims->kernel_h * dims->kernel_w * c);
        if (job.window.taps_h > 0 || !accumulate)
          rt_team_run (team, job.window.n_blocks, run_block, &job);
      }
}

static void
run_part (int   piece,
          int   member,
          void *data)
{
  const Job *job = data;
  const RtWindow *w = &job->window;
  float *scratch = job->scratch + member * job->scratch_size;
  const float **src = (void *) (scratch + w->scratch);
  float *dweight = job->parts + piece * job->part_size;
  float *dbias = dweight + (size_t) w->taps_h * w->taps_w * w->c;

  memset (dweight, 0, sizeof (float) * job->part_size);
  for (int i = (int) ((long) piece * w->n_blocks / job->n_parts);
       i < (int) ((piece + 1L) * w->n_blocks / job->n_parts); i++)
    {
      RtWindowBlock block = rt_window_gather (w, i, job->inp, scratch, src);
      const float *dout = job->dout + block.first * w->c;

      job->kernels->gradient (dweight, dout, src, block.n_pixels, w->c, w->taps_h, w->taps_w,
                              w->row_pitch);
      for (int p = 0; p < block.n_pixels; p++)
        for (int c = 0; c < w->c; c++)
          dbias[c] += dout[(size_t) p * w->c + c];
    }
}

void
rt_depthwise_backward_weight (float              *dweight,
                              float              *dbias,
                              const float        *dout,
                              const float        *inp,
                              const RtConv2dDims *dims,
                              RtTeam             *team,
                              float              *workspace)
{
  Job job = plan_forward (dims);
  size_t n = (size_t) dims->kernel_h * dims->kernel_w * dims->c;

  job.inp = inp;
  job.dout = dout;
  job.parts = workspace;
  job.scratch = workspace + job.n_parts * job.part_size;
  rt_team_run (team, job.n_parts, run_part, &job);
  for (int part = 0; part < job.n_parts; part++)
    {
      const float *from = job.parts + part * job.part_size;

      for (size_t i = 0; i < n; i++)
        dweight[i] += from[i];
      for (int c = 0; dbias != NULL && c < dims->c; c++)
        dbias[c] += from[n + c];
    }
}

size_t
rt_depthwise_workspace_size (const RtConv2dDims *dims,
                             const RtTeam       *team)
{
  Job job = plan_forward (dims);
  size_t weights = RT_ALIGN_FLOATS ((size_t) dims->kernel_h * dims->kernel_w * dims->c);
  size_t scratch = job.scratch_size, parts;
  int ky, kx;

  for (int y = 0; y < MIN (dims->stride, dims->h); y++)
    for (int x = 0; x < MIN (dims->stride, dims->w); x++)
      scratch = MAX (scratch, plan_backward (dims, y, x, &ky, &kx).scratch_size);
  parts = MIN (job.window.most_blocks, MAX_PARTS);
  return MAX (weights, parts * job.part_size) + rt_team_get_size (team) * scratch;
}
