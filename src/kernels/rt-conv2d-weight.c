/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gradient of a convolution's weights.
 *
 * dweight (O, KH*KW*C) = dout (pixels, O)^T windows (pixels, KH*KW*C), a sum over all the pixels of
 * the batch. Blocks of rt-window.c are shared out to partial sums whose number depends on the
 * shape only, and these are added in order. Where the weights are so many that one sum is enough
 * memory, the pieces share out the output channels instead.
 *
 * In call order: plan() cuts the work, run_part() walks the blocks of a partial sum, outer_block()
 * or outer_block_packed() adds one block, add_parts() brings the sums together.
 */
#include "config.h"

#include "rt-conv2d-private.h"

#include "rt-arena.h"
#include "rt-isa.h"

#include <string.h>

/* Pixels of a block. */
#define MAX_PIXELS 256

/* Partial sums: at most so many, and so many floats. */
#define MAX_PARTS       32
#define MAX_PART_FLOATS (1024 * 1024)

/* From so many channels on, pixels are so far apart that their lines of cache fall into a few
 * sets: the loops work on copies that lie together. */
#define PACK_CHANNELS 48

/* @n_parts partial sums, each over its own blocks, and each done by @n_splits pieces that take a
 * share of the output channels. */
typedef struct
{
  RtWindow             window;
  const RtConv2dDims  *dims;
  const RtTileKernels *tile;
  int                  n_parts;
  int                  most_parts;    /* of as many images or fewer */
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
} Job;

/* A member's memory for a block: the pixels' windows, and the copies of a strip of 16 columns of
 * them (with its own pointers) and of dout in tiles. */
typedef struct
{
  const float **src;
  const float **strip_src;
  float        *strip;        /* (n_pixels, 16) */
  float        *dout;         /* (tiles, n_pixels, rows of the tile) */
} Scratch;

static Job
plan (const RtConv2dDims *dims)
{
  Job job = {
    .window = rt_conv2d_get_window (dims),
    .dims = dims,
  };
  int gc = dims->c / dims->groups;
  int run = dims->groups == 1 ? dims->kernel_w * gc : gc;   /* floats that lie together */
  int wanted;

  /* Tiles read whole vectors of 16, past the end of the last window where 16 does not divide. */
  rt_window_plan (&job.window, MAX_PIXELS, run % RT_TILE_COLS != 0);
  job.n_weights = (size_t) dims->out_c * dims->kernel_h * dims->kernel_w * gc;
  job.part_size = RT_ALIGN_FLOATS (job.n_weights + dims->out_c);
  wanted = (int) MIN (MAX_PART_FLOATS / job.part_size, MAX_PARTS);
  job.n_parts = CLAMP (wanted, 1, job.window.n_blocks);
  job.most_parts = CLAMP (wanted, 1, job.window.most_blocks);
  job.n_splits = dims->groups > 1 ? 1 : CLAMP (16 / job.n_parts, 1, MAX (dims->out_c / 12, 1));
  job.scratch_size = rt_window_count_scratch (&job.window);
  job.packed = dims->groups == 1 && dims->c >= PACK_CHANNELS;
  if (job.packed)
    job.scratch_size += (size_t) rt_window_get_max_pixels (&job.window)
                        * RT_ALIGN_FLOATS (RT_TILE_COLS + dims->out_c);
  return job;
}

static Scratch
get_scratch (const Job *job,
             int        member)
{
  float *scratch = job->scratch + member * job->scratch_size;
  size_t n_pixels = rt_window_get_max_pixels (&job->window);
  Scratch s = { .src = (void *) (scratch + job->window.scratch) };

  s.strip_src = s.src + n_pixels;
  s.strip = scratch + rt_window_count_scratch (&job->window);
  s.dout = s.strip + n_pixels * RT_TILE_COLS;
  for (size_t p = 0; job->packed && p < n_pixels; p++)
    s.strip_src[p] = s.strip + p * RT_TILE_COLS;
  return s;
}

/* The outputs [first, end) of the pixels, in tiles: where one tile ends the next begins. */
static void
pack_dout (const Job     *job,
           float         *to,
           RtWindowBlock  block,
           int            first,
           int            end)
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
outer_block_packed (const Job     *job,
                    float         *dweight,
                    Scratch        scratch,
                    RtWindowBlock  block,
                    int            first,
                    int            end)
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
outer_block (const Job          *job,
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
  const Job *job = data;
  const RtConv2dDims *d = job->dims;
  int part = piece / job->n_splits;
  int split = piece % job->n_splits;
  int first = split * d->out_c / job->n_splits;
  int end = (split + 1) * d->out_c / job->n_splits;
  size_t pitch = job->n_weights / d->out_c;
  float *dweight = job->dweight;
  float *dbias = job->dbias;
  Scratch scratch = get_scratch (job, member);
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
  const Job *job = data;
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
  Job job;

  rt_conv2d_check (dims);
  job = plan (dims);
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
rt_conv2d_weight_workspace_size (const RtConv2dDims *dims,
                                 const RtTeam       *team)
{
  Job job = plan (dims);

  return (job.most_parts > 1 ? job.most_parts * job.part_size : 0)
         + rt_team_get_size (team) * job.scratch_size;
}
