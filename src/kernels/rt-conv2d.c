/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Convolution as products of matrices that are never built.
 *
 * out (pixels, O) = windows (pixels, KH*KW*C) weights (KH*KW*C, O). The windows are not copied
 * out: in NHWC a row of a window is contiguous, so a tile of the product (rt-isa-tile.c) takes a
 * pointer for each of its pixels and steps through the rows of their windows in place. rt-window.c
 * gives these pointers, into a copy of a block of rows that has its margin of zeros and stays in
 * cache. The weights are packed into panels of 16 output channels.
 *
 * The gradient of the input is the same thing over dout. Input pixel y gets dout[oy] w[ky]
 * wherever y = oy * stride + ky - pad: the pixels with the same remainder of (y + pad) by the
 * stride use the same taps ky = r, r + stride, ..., so each of the stride^2 phases is a
 * convolution of step 1 over dout with every stride-th tap, in falling order, that writes every
 * stride-th pixel. No two write the same place.
 *
 * In call order: plan_phase() says what is computed, pack_panel() brings the weights into panels,
 * run_block() computes. The gradient of the weights is in rt-conv2d-weight.c.
 */
#include "config.h"

#include "rt-conv2d.h"

#include "rt-arena.h"
#include "rt-conv2d-private.h"
#include "rt-isa.h"

/* Depth of a pass through a panel: its 24 KB stay in the first-level cache. */
#define MAX_DEPTH 384

/* Pixels of a block. */
#define MAX_PIXELS 256

/* One convolution of the kind described above: the forward one, or a phase of the input's
 * gradient. */
typedef struct
{
  RtWindow window;
  int      groups;
  int      depth;             /* source channels of a group */
  int      cols;              /* output channels of a group */
  int      n_panels;          /* of a group */
  int      n_splits;          /* the panels of a group are shared out to so many pieces */
  bool     transposed;        /* the weights are read the other way */
  int      ky, ky_step;       /* weight of tap i: ky + i * ky_step */
  int      kx, kx_step;
  int      out_h, out_w;      /* where grid place (y,x) is written: y * out_step + out_y, ... */
  int      out_step;
  int      out_y, out_x;
  size_t   panel_size;        /* floats */
  size_t   packed_size;       /* floats of all the panels and biases */
} Phase;

typedef struct
{
  Phase               phase;
  const RtConv2dDims *dims;
  const RtTileKernels *tile;
  float              *out;
  const float        *inp;
  const float        *weight;
  const float        *bias;
  RtActivation        activation;
  bool                accumulate;
  float              *panels;
  float              *packed_bias;   /* NULL: none */
  float              *scratch;
  size_t              scratch_size;  /* of a member */
} Job;

/* A stretch of the sum that one pass through a panel takes. */
typedef struct
{
  int       row;              /* tap row that the next stretch begins with */
  int       done;             /* floats of it that are done */
  ptrdiff_t offset;
  int       n_taps;
  ptrdiff_t tap_pitch;
  int       depth;
} Stretch;

static void
plan_phase (Phase *phase)
{
  int n_pieces;

  rt_window_plan (&phase->window, MAX_PIXELS, false);
  phase->n_panels = (phase->cols + RT_TILE_COLS - 1) / RT_TILE_COLS;
  n_pieces = phase->window.n_blocks;
  phase->n_splits = CLAMP (16 / n_pieces, 1, MAX (phase->n_panels / 4, 1));
  phase->panel_size = (size_t) phase->window.taps_h * phase->window.taps_w * phase->depth
                      * RT_TILE_COLS;
  phase->packed_size = phase->groups * phase->n_panels * (phase->panel_size + RT_TILE_COLS);
}

static Phase
plan_forward (const RtConv2dDims *dims)
{
  Phase phase = {
    .window = rt_conv2d_get_window (dims),
    .groups = dims->groups, .depth = dims->c / dims->groups, .cols = dims->out_c / dims->groups,
    .ky_step = 1, .kx_step = 1,
    .out_h = dims->out_h, .out_w = dims->out_w, .out_step = 1,
  };

  plan_phase (&phase);
  return phase;
}

static Phase
plan_backward (const RtConv2dDims *dims,
               int                 y,
               int                 x)
{
  Phase phase = {
    .groups = dims->groups, .depth = dims->out_c / dims->groups, .cols = dims->c / dims->groups,
    .transposed = true,
    .ky_step = -dims->stride, .kx_step = -dims->stride,
    .out_h = dims->h, .out_w = dims->w, .out_step = dims->stride, .out_y = y, .out_x = x,
  };

  phase.window = rt_conv2d_get_phase_window (dims, y, x, &phase.ky, &phase.kx);
  plan_phase (&phase);
  return phase;
}

static size_t
count_phase (const Phase  *phase,
             const RtTeam *team)
{
  return RT_ALIGN_FLOATS (phase->packed_size)
         + rt_team_get_size (team) * rt_window_count_scratch (&phase->window);
}

/* One panel: [tap row][tap][channel][16 outputs], missing outputs zero. */
static void
pack_panel (int   piece,
            int   member,
            void *data)
{
  Job *job = data;
  const Phase *p = &job->phase;
  const RtConv2dDims *d = job->dims;
  int group = piece / p->n_panels;
  int col = piece % p->n_panels * RT_TILE_COLS;
  int n_cols = MIN (RT_TILE_COLS, p->cols - col);
  int gc = d->c / d->groups;
  size_t out_pitch = (size_t) d->kernel_h * d->kernel_w * gc;
  float *to = job->panels + piece * p->panel_size;

  for (int i = 0; i < p->window.taps_h; i++)
    for (int j = 0; j < p->window.taps_w; j++)
      for (int k = 0; k < p->depth; k++, to += RT_TILE_COLS)
        {
          int tap = (p->ky + i * p->ky_step) * d->kernel_w + p->kx + j * p->kx_step;
          size_t o = (size_t) group * (d->out_c / d->groups) + (p->transposed ? k : col);
          const float *from = job->weight + o * out_pitch + (size_t) tap * gc
                              + (p->transposed ? col : k);
          size_t pitch = p->transposed ? 1 : out_pitch;

          for (int lane = 0; lane < RT_TILE_COLS; lane++)
            to[lane] = lane < n_cols ? from[lane * pitch] : 0.0f;
        }
  for (int lane = 0; job->packed_bias != NULL && lane < RT_TILE_COLS; lane++)
    job->packed_bias[piece * RT_TILE_COLS + lane]
      = lane < n_cols ? job->bias[group * p->cols + col + lane] : 0.0f;
}

/* The next stretch, FALSE after the last. Without groups a whole row of the window is contiguous,
 * and several rows, or a part of one, make a stretch; with groups the taps of a row are apart. */
static bool
next_stretch (const Phase *phase,
              int          group,
              Stretch     *s)
{
  const RtWindow *w = &phase->window;
  int row_depth = w->taps_w * phase->depth;

  if (s->row >= w->taps_h)
    return false;

  s->offset = s->row * w->row_pitch + (ptrdiff_t) group * phase->depth;
  if (phase->groups > 1)
    {
      s->n_taps = w->taps_w;
      s->tap_pitch = w->c;
      s->depth = phase->depth;
      s->row++;
    }
  else if (row_depth <= MAX_DEPTH)
    {
      s->n_taps = MIN (MAX_DEPTH / row_depth, w->taps_h - s->row);
      s->tap_pitch = w->row_pitch;
      s->depth = row_depth;
      s->row += s->n_taps;
    }
  else
    {
      s->n_taps = 1;
      s->tap_pitch = 0;
      s->offset += s->done;
      s->depth = MIN (MAX_DEPTH, row_depth - s->done);
      s->done += s->depth;
      if (s->done == row_depth)
        {
          s->done = 0;
          s->row++;
        }
    }
  return true;
}

/* One panel over all the pixels of a block. */
static void
run_panel (const Job    *job,
           int           group,
           int           panel,
           float *const *dst,
           const float *const *src,
           int           n_pixels)
{
  const Phase *phase = &job->phase;
  int index = group * phase->n_panels + panel;
  int col = group * phase->cols + panel * RT_TILE_COLS;
  int n_cols = MIN (RT_TILE_COLS, phase->cols - panel * RT_TILE_COLS);
  const float *weights = job->panels + index * phase->panel_size;
  const float *init = job->packed_bias != NULL ? job->packed_bias + index * RT_TILE_COLS : NULL;
  bool accumulate = job->accumulate;
  Stretch s = { 0 };
  bool more = next_stretch (phase, group, &s);

  do
    {
      for (int p = 0; p < n_pixels;)
        {
          int rows = rt_isa_next_rows (n_pixels - p, job->tile->max_rows);
          float *out[RT_TILE_MAX_ROWS];

          for (int i = 0; i < rows; i++)
            out[i] = dst[p + i] + col;
          job->tile->multiply (out, src + p, s.offset, weights, init, accumulate, rows, n_cols,
                               s.n_taps, s.tap_pitch, s.depth);
          p += rows;
        }
      weights += (size_t) s.n_taps * s.depth * RT_TILE_COLS;
      accumulate = true;
      more = more && next_stretch (phase, group, &s);
    }
  while (more);
}

static void
run_block (int   piece,
           int   member,
           void *data)
{
  const Job *job = data;
  const Phase *phase = &job->phase;
  const RtWindow *w = &phase->window;
  int split = piece % phase->n_splits;
  int first = split * phase->n_panels / phase->n_splits;
  int last = (split + 1) * phase->n_panels / phase->n_splits;
  size_t out_c = (size_t) phase->groups * phase->cols;
  float *scratch = job->scratch + member * job->scratch_size;
  const float **src = (void *) (scratch + w->scratch);
  float **dst = (void *) (src + rt_window_get_max_pixels (w));
  RtWindowBlock block = rt_window_gather (w, piece / phase->n_splits, job->inp, scratch, src);

  rt_window_scatter (w, block, job->out, phase->out_h, phase->out_w, (int) out_c, phase->out_step,
                     phase->out_y, phase->out_x, dst);
  for (int group = 0; group < phase->groups; group++)
    for (int panel = first; panel < last; panel++)
      run_panel (job, group, panel, dst, src, block.n_pixels);

  if (job->activation == RT_ACTIVATION_NONE)
    return;
  if (phase->n_splits == 1)
    rt_isa_get ()->loops->activate (dst[0], dst[0], job->activation, block.n_pixels * out_c);
  for (int p = 0; phase->n_splits > 1 && p < block.n_pixels; p++)
    for (int group = 0; group < phase->groups; group++)
      {
        float *at = dst[p] + group * phase->cols + first * RT_TILE_COLS;
        int end = MIN (last * RT_TILE_COLS, phase->cols);

        rt_isa_get ()->loops->activate (at, at, job->activation, end - first * RT_TILE_COLS);
      }
}

static void
run_phase (Job    *job,
           RtTeam *team,
           float  *workspace)
{
  const Phase *phase = &job->phase;
  int n_packs = phase->groups * phase->n_panels;

  if (phase->window.grid_h <= 0 || phase->window.grid_w <= 0)
    return;
  if (phase->panel_size == 0 && job->accumulate)
    return;
  job->tile = rt_isa_get ()->tile;
  job->panels = workspace;
  job->packed_bias = job->bias != NULL ? workspace + n_packs * phase->panel_size : NULL;
  job->scratch = workspace + RT_ALIGN_FLOATS (phase->packed_size);
  job->scratch_size = rt_window_count_scratch (&phase->window);
  rt_team_run (team, n_packs, pack_panel, job);
  rt_team_run (team, phase->window.n_blocks * phase->n_splits, run_block, job);
}

void
rt_conv2d_forward (float              *out,
                   const float        *inp,
                   const float        *weight,
                   const float        *bias,
                   RtActivation        activation,
                   const RtConv2dDims *dims,
                   RtTeam             *team,
                   float              *workspace)
{
  Job job = {
    .dims = dims, .out = out, .inp = inp, .weight = weight, .bias = bias, .activation = activation
  };

  rt_conv2d_check (dims);
  job.phase = plan_forward (dims);
  run_phase (&job, team, workspace);
}

/* out[y] += inp[y * stride + k - pad] w[k], so dinp[y * stride + k - pad] += dout[y] w[k]. */
void
rt_conv2d_backward_input (float              *dinp,
                          const float        *dout,
                          const float        *weight,
                          bool                accumulate,
                          const RtConv2dDims *dims,
                          RtTeam             *team,
                          float              *workspace)
{
  rt_conv2d_check (dims);
  for (int y = 0; y < MIN (dims->stride, dims->h); y++)
    for (int x = 0; x < MIN (dims->stride, dims->w); x++)
      {
        Job job = {
          .dims = dims, .out = dinp, .inp = dout, .weight = weight, .accumulate = accumulate
        };

        job.phase = plan_backward (dims, y, x);
        run_phase (&job, team, workspace);
      }
}

size_t
rt_conv2d_workspace_size (const RtConv2dDims *dims,
                          const RtTeam       *team)
{
  Phase phase = plan_forward (dims);
  size_t size = count_phase (&phase, team);

  size = MAX (size, rt_conv2d_weight_workspace_size (dims, team));
  for (int y = 0; y < MIN (dims->stride, dims->h); y++)
    for (int x = 0; x < MIN (dims->stride, dims->w); x++)
      {
        phase = plan_backward (dims, y, x);
        size = MAX (size, count_phase (&phase, team));
      }
  return size;
}
