/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Convolution as products of matrices that are never built.
 *
 * out (pixels, O) = windows (pixels, KH*KW*C) weights (KH*KW*C, O). The windows are not copied out: in
 * NHWC a row of a window is contiguous, so a tile of the product (rt-isa-tile.c) takes a pointer
 * for each of its pixels and steps through the rows of their windows in place. rt-window.c gives
 * these pointers, into a copy of a block of rows that has its margin of zeros and stays in cache. The
 * weights are packed into panels of 16 output channels.
 *
 * The gradient of the input is the same thing over dout. Input pixel y gets dout[oy] w[ky] wherever
 * y = oy * stride + ky - pad: the pixels with the same remainder of (y + pad) by the stride use the
 * same taps ky = r, r + stride, ..., so each of the stride^2 phases is a convolution of step 1 over dout
 * with every stride-th tap, in falling order, that writes every stride-th pixel. No two write the same place.
 *
 * The gradient of the weights sums over all pixels: blocks are shared out to a number of partial sums
 * that depends on the shape only, which are then added in order.
 *
 * In call order: plan_phase() says what is computed, pack_panel() brings the weights into panels,
 * run_block() computes; outer_block() and add_parts() do the gradient of the weights.
 */
#include "config.h"

#include "rt-conv2d.h"

#include "rt-arena.h"
#include "rt-isa.h"
#include "rt-window.h"

#include <string.h>

/* Depth of a pass through a panel: its 24 KB stay in the first-level cache. */
#define MAX_DEPTH 384

/* Pixels of a block. */
#define MAX_PIXELS 256

/* Partial sums of the weights' gradient: at most so many, and so many floats. */
#define MAX_PARTS       32
#define MAX_PART_FLOATS (1024 * 1024)

/* From so many channels on, pixels are so far apart that their lines of cache fall into a few sets, and the
 * gradient of the weights works on copies that lie together. */
#define PACK_CHANNELS 48

#define POINTER_FLOATS (sizeof (void *) / sizeof (float))

/* One convolution of the kind described above: the forward one, or a phase of the input's gradient. */
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
    .window = {
      .n = dims->n, .h = dims->h, .w = dims->w, .c = dims->c, .step = dims->stride,
      .top = -dims->pad_top, .left = -dims->pad_left,
      .taps_h = dims->kernel_h, .taps_w = dims->kernel_w,
      .grid_h = dims->out_h, .grid_w = dims->out_w,
    },
    .groups = dims->groups, .depth = dims->c / dims->groups, .cols = dims->out_c / dims->groups,
    .ky_step = 1, .kx_step = 1,
    .out_h = dims->out_h, .out_w = dims->out_w, .out_step = 1,
  };

  plan_phase (&phase);
  return phase;
}

/* For input pixels s * q + @at, one dimension: the taps k = first + i * step (i < n) and the place
 * in dout, q + top, that tap 0 sees. */
static void
plan_taps (int  at,
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

static Phase
plan_backward (const RtConv2dDims *dims,
               int                 y,
               int                 x)
{
  Phase phase = {
    .window = {
      .n = dims->n, .h = dims->out_h, .w = dims->out_w, .c = dims->out_c, .step = 1,
      .grid_h = (dims->h - y + dims->stride - 1) / dims->stride,
      .grid_w = (dims->w - x + dims->stride - 1) / dims->stride,
    },
    .groups = dims->groups, .depth = dims->out_c / dims->groups, .cols = dims->c / dims->groups,
    .transposed = true,
    .ky_step = -dims->stride, .kx_step = -dims->stride,
    .out_h = dims->h, .out_w = dims->w, .out_step = dims->stride, .out_y = y, .out_x = x,
  };

  plan_taps (y, dims->pad_top, dims->stride, dims->kernel_h,
             &phase.window.taps_h, &phase.ky, &phase.window.top);
  plan_taps (x, dims->pad_left, dims->stride, dims->kernel_w,
             &phase.window.taps_w, &phase.kx, &phase.window.left);
  if (phase.window.taps_h == 0 || phase.window.taps_w == 0)
    phase.window.taps_h = phase.window.taps_w = 0;
  plan_phase (&phase);
  return phase;
}

/* A member's scratch: the copy of the source, the pixels' pointers into it and into the output. */
static size_t
count_scratch (const RtWindow *window)
{
  return window->scratch
         + RT_ALIGN_FLOATS (2 * POINTER_FLOATS * rt_window_get_max_pixels (window));
}

static size_t
count_phase (const Phase  *phase,
             const RtTeam *team)
{
  return RT_ALIGN_FLOATS (phase->packed_size)
         + rt_team_get_size (team) * count_scratch (&phase->window);
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

/* The next stretch, FALSE after the last. Without groups a whole row of the window is contiguous, and
 * several rows, or a part of one, make a stretch; with groups the taps of a row are apart. */
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
  job->scratch_size = count_scratch (&phase->window);
  rt_team_run (team, n_packs, pack_panel, job);
  rt_team_run (team, phase->window.n_blocks * phase->n_splits, run_block, job);
}

static void
check_dims (const RtConv2dDims *d)
{
  g_assert (d->n > 0 && d->h > 0 && d->w > 0 && d->c > 0 && d->out_h > 0 && d->out_w > 0);
  g_assert (d->kernel_h > 0 && d->kernel_w > 0 && d->stride > 0 && d->out_c > 0);
  g_assert (d->groups > 0 && d->c % d->groups == 0 && d->out_c % d->groups == 0);
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

  check_dims (dims);
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
  check_dims (dims);
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

/* The gradient of the weights: @n_parts partial sums, each over its own blocks, and each done by
 * @n_splits pieces that take a share of the output channels. */
typedef struct
{
  RtWindow             window;
  const RtConv2dDims  *dims;
  const RtTileKernels *tile;
  int                  n_parts;
  int                  n_splits;
  size_t               n_weights;
  size_t               part_size;     /* floats: weights, then biases */
  float               *parts;
  float               *dweight;
  float               *dbias;
  const float         *dout;
  const float         *inp;
  bool                 packed;
  float               *scratch;
  size_t               scratch_size;
} WeightJob;

/* A member's memory for a block: the pixels' windows, and the copies of a strip of 16 columns of
 * them (with its own pointers) and of dout in tiles. */
typedef struct
{
  const float **src;
  const float **strip_src;
  float        *strip;        /* (n_pixels, 16) */
  float        *dout;         /* (tiles, n_pixels, rows of the tile) */
} WeightScratch;

static WeightJob
plan_weight (const RtConv2dDims *dims)
{
  WeightJob job = { .window = plan_forward (dims).window, .dims = dims };
  int gc = dims->c / dims->groups;
  int run = dims->groups == 1 ? dims->kernel_w * gc : gc;   /* floats that lie together */
  int wanted;

  /* Tiles read whole vectors of 16, past the end of the last window where 16 does not divide. */
  rt_window_plan (&job.window, MAX_PIXELS, run % RT_TILE_COLS != 0);
  job.n_weights = (size_t) dims->out_c * dims->kernel_h * dims->kernel_w * gc;
  job.part_size = RT_ALIGN_FLOATS (job.n_weights + dims->out_c);
  wanted = (int) MIN (MAX_PART_FLOATS / job.part_size, MAX_PARTS);
  job.n_parts = CLAMP (wanted, 1, job.window.n_blocks);
  job.n_splits = dims->groups > 1 ? 1 : CLAMP (16 / job.n_parts, 1, MAX (dims->out_c / 12, 1));
  job.scratch_size = count_scratch (&job.window);
  job.packed = dims->groups == 1 && dims->c >= PACK_CHANNELS;
  if (job.packed)
    job.scratch_size += (size_t) rt_window_get_max_pixels (&job.window)
                        * RT_ALIGN_FLOATS (RT_TILE_COLS + dims->out_c);
  return job;
}

static WeightScratch
get_scratch (const WeightJob *job,
             int              member)
{
  float *scratch = job->scratch + member * job->scratch_size;
  size_t n_pixels = rt_window_get_max_pixels (&job->window);
  WeightScratch s = { .src = (void *) (scratch + job->window.scratch) };

  s.strip_src = s.src + n_pixels;
  s.strip = scratch + count_scratch (&job->window);
  s.dout = s.strip + n_pixels * RT_TILE_COLS;
  for (size_t p = 0; job->packed && p < n_pixels; p++)
    s.strip_src[p] = s.strip + p * RT_TILE_COLS;
  return s;
}

/* The outputs [first, end) of the pixels, in tiles: where one tile ends the next begins. */
static void
pack_dout (const WeightJob *job,
           float           *to,
           RtWindowBlock    block,
           int              first,
           int              end)
{
  int out_c = job->dims->out_c;

  for (int o = first; o < end;)
    {
      int rows = rt_isa_next_rows (end - o, job->tile->max_rows);
      const float *from = job->dout + block.first * out_c + o;

      for (int p = 0; p < block.n_pixels; p++, from += out_c)
        for (int i = 0; i < rows; i++)
          *to++ = from[i];
      o += rows;
    }
}

static void
outer_block_packed (const WeightJob *job,
                    float           *dweight,
                    WeightScratch    scratch,
                    RtWindowBlock    block,
                    int              first,
                    int              end)
{
  const RtConv2dDims *d = job->dims;
  int run = d->kernel_w * d->c;

  pack_dout (job, scratch.dout, block, first, end);
  for (int ky = 0; ky < d->kernel_h; ky++)
    for (int j = 0; j < run; j += RT_TILE_COLS)
      {
        const float *dout = scratch.dout;

        for (int p = 0; p < block.n_pixels; p++)
          memcpy (scratch.strip + p * RT_TILE_COLS,
                  scratch.src[p] + ky * job->window.row_pitch + j, sizeof (float) * RT_TILE_COLS);
        for (int o = first; o < end;)
          {
            int rows = rt_isa_next_rows (end - o, job->tile->max_rows);

            job->tile->outer (dweight + ((size_t) o * d->kernel_h + ky) * run + j,
                              (ptrdiff_t) d->kernel_h * run, dout, rows, scratch.strip_src, 0,
                              block.n_pixels, rows, MIN (RT_TILE_COLS, run - j));
            dout += (size_t) rows * block.n_pixels;
            o += rows;
          }
      }
}

/* The outputs [o, end) of one group against one block. */
static void
outer_block (const WeightJob    *job,
             float              *dweight,
             const float *const *src,
             RtWindowBlock       block,
             int                 group,
             int                 first,
             int                 end)
{
  const RtConv2dDims *d = job->dims;
  int gc = d->c / d->groups;
  int n_runs = d->groups == 1 ? 1 : d->kernel_w;
  int run = d->groups == 1 ? d->kernel_w * gc : gc;
  ptrdiff_t out_pitch = (ptrdiff_t) d->kernel_h * d->kernel_w * gc;
  const float *dout = job->dout + block.first * d->out_c;

  for (int i = 0; i < d->kernel_h * n_runs; i++)
    for (int j = 0; j < run; j += RT_TILE_COLS)
      for (int o = first; o < end;)
        {
          int rows = rt_isa_next_rows (end - o, job->tile->max_rows);
          ptrdiff_t offset = i / n_runs * job->window.row_pitch
                             + (ptrdiff_t) (i % n_runs) * d->c + group * gc + j;

          job->tile->outer (dweight + o * out_pitch + i * run + j, out_pitch, dout + o, d->out_c,
                            src, offset, block.n_pixels, rows, MIN (RT_TILE_COLS, run - j));
          o += rows;
        }
}

static void
sum_bias (float       *dbias,
          const float *dout,
          int          n_pixels,
          int          n_channels,
          int          first,
          int          end)
{
  for (int p = 0; p < n_pixels; p++)
    for (int o = first; o < end; o++)
      dbias[o] += dout[(size_t) p * n_channels + o];
}

static void
run_part (int   piece,
          int   member,
          void *data)
{
  const WeightJob *job = data;
  const RtConv2dDims *d = job->dims;
  int part = piece / job->n_splits;
  int split = piece % job->n_splits;
  int first = split * d->out_c / job->n_splits;
  int end = (split + 1) * d->out_c / job->n_splits;
  size_t pitch = job->n_weights / d->out_c;
  float *dweight = job->dweight;
  float *dbias = job->dbias;
  WeightScratch scratch = get_scratch (job, member);
  int go = d->out_c / d->groups;

  if (job->n_parts > 1)
    {
      dweight = job->parts + part * job->part_size;
      dbias = dbias != NULL ? dweight + job->n_weights : NULL;
      memset (dweight + first * pitch, 0, sizeof (float) * (end - first) * pitch);
      if (dbias != NULL)
        memset (dbias + first, 0, sizeof (float) * (end - first));
    }

  for (int i = (int) ((long) part * job->window.n_blocks / job->n_parts);
       i < (int) ((part + 1L) * job->window.n_blocks / job->n_parts); i++)
    {
      RtWindowBlock block = rt_window_gather (&job->window, i, job->inp,
                                              job->scratch + member * job->scratch_size,
                                              scratch.src);

      if (job->packed)
        outer_block_packed (job, dweight, scratch, block, first, end);
      for (int group = 0; !job->packed && group < d->groups; group++)
        outer_block (job, dweight, scratch.src, block, group,
                     d->groups == 1 ? first : group * go, d->groups == 1 ? end : (group + 1) * go);
      if (dbias != NULL)
        sum_bias (dbias, job->dout + block.first * d->out_c, block.n_pixels, d->out_c, first, end);
    }
}

#define ADD_GRAIN 2048

/* The partial sums go to the gradient in order. */
static void
add_parts (int   piece,
           int   member,
           void *data)
{
  const WeightJob *job = data;
  size_t n = job->n_weights + (job->dbias != NULL ? job->dims->out_c : 0);
  size_t first = (size_t) piece * ADD_GRAIN;
  size_t end = MIN (first + ADD_GRAIN, n);
  size_t middle;

  if (first >= n)
    return;
  middle = CLAMP (job->n_weights, first, end);
  for (int part = 0; part < job->n_parts; part++)
    {
      const float *from = job->parts + part * job->part_size;

      for (size_t i = first; i < middle; i++)
        job->dweight[i] += from[i];
      for (size_t i = middle; i < end; i++)
        job->dbias[i - job->n_weights] += from[i];
    }
}

void
rt_conv2d_backward_weight (float              *dweight,
                           float              *dbias,
                           const float        *dout,
                           const float        *inp,
                           const RtConv2dDims *dims,
                           RtTeam             *team,
                           float              *workspace)
{
  WeightJob job;

  check_dims (dims);
  job = plan_weight (dims);
  job.tile = rt_isa_get ()->tile;
  job.dweight = dweight;
  job.dbias = dbias;
  job.dout = dout;
  job.inp = inp;
  job.parts = workspace;
  job.scratch = workspace + (job.n_parts > 1 ? job.n_parts * job.part_size : 0);
  rt_team_run (team, job.n_parts * job.n_splits, run_part, &job);
  if (job.n_parts > 1)
    rt_team_run (team, (int) ((job.part_size + ADD_GRAIN - 1) / ADD_GRAIN), add_parts, &job);
}

size_t
rt_conv2d_workspace_size (const RtConv2dDims *dims,
                          const RtTeam       *team)
{
  Phase phase = plan_forward (dims);
  WeightJob job = plan_weight (dims);
  size_t size = count_phase (&phase, team);

  size = MAX (size, (job.n_parts > 1 ? job.n_parts * job.part_size : 0)
                    + rt_team_get_size (team) * job.scratch_size);
  for (int y = 0; y < MIN (dims->stride, dims->h); y++)
    for (int x = 0; x < MIN (dims->stride, dims->w); x++)
      {
        phase = plan_backward (dims, y, x);
        size = MAX (size, count_phase (&phase, team));
      }
  return size;
}
