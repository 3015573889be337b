/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Batch normalisation, in as few passes over memory as it can be: forward reads the input once for
 * the sums and once to apply them; backward reads (dout, out, inp) once for the two sums and once
 * to apply.
 *
 * With x the input, m and v the batch's mean and variance, s = 1 / sqrt (v + eps), xhat = (x - m)
 * s and g the gradient behind the activation:
 *
 *   dbias = sum g, dweight = sum g xhat,
 *   dx = weight s (g - dbias / R - xhat dweight / R)   where mean and variance move with the batch,
 *   dx = weight s g                                    where they are constants,
 *
 * which is dx = a g + b x + c with three numbers a channel.
 *
 * The variance is taken of x minus the first row, so that squares of a large mean do not swamp it.
 * Rows are cut in pieces by the shape; each piece has its own sums in the workspace, which are
 * added in order, in double. Few channels are folded: several rows make one line of whole vectors
 * (Strip).
 */
#include "config.h"

#include "rt-batch-norm.h"

#include "rt-arena.h"
#include "rt-isa.h"

#include <math.h>
#include <string.h>

#define MAX_PIECES   64
#define PIECE_FLOATS 32768

/* Channels of a strip, where they are many; and the floats of a line at most. */
#define STRIP_CHANNELS 128
#define MAX_WIDTH      256

typedef struct
{
  int n_rows, n_channels;
  int fold;                /* rows in a line */
  int n_strips;
  int rows;                /* of a piece */
  int n_pieces;
  int most_pieces;         /* of n_rows or fewer */
} Cut;

/* Neighbouring channels of the rows of one piece. */
typedef struct
{
  int    channel;
  int    width;            /* floats of a line: fold rows of n_channels, or a part of one row */
  size_t pitch;
  size_t offset;           /* of the first line */
  size_t n_lines;
  int    rest;             /* floats of a last, shorter line */
} Strip;

typedef struct
{
  Cut          cut;
  float       *out;                /* forward; dinp backward */
  float       *dresidual;
  const float *inp;
  const float *residual;
  const float *dout;
  const float *kept;               /* the forward output */
  const float *weight, *bias;
  const float *mean, *var;         /* given statistics */
  float        eps;
  RtActivation activation;
  bool         accumulate_inp;
  bool         accumulate_residual;

  float       *sums;               /* (n_pieces, 2, C) */
  const float *shift;              /* what is taken off before the sums */
  float       *a, *b, *c;          /* (C) coefficients */
} Job;

static Cut
cut_rows (int n_rows,
          int n_channels)
{
  Cut cut = { .n_rows = n_rows, .n_channels = n_channels, .fold = 1, .n_strips = 1 };
  int divisor = n_channels & -n_channels;   /* the power of two in it */
  int least;

  g_assert (n_rows > 0 && n_channels > 0);
  if (n_channels > MAX_WIDTH)
    cut.n_strips = (n_channels + STRIP_CHANNELS - 1) / STRIP_CHANNELS;
  else
    {
      cut.fold = 32 / MIN (divisor, 32);
      if (cut.fold * n_channels > MAX_WIDTH)
        cut.fold = MAX_WIDTH / n_channels;
      cut.fold *= MAX (STRIP_CHANNELS / (cut.fold * n_channels), 1);
    }
  least = MAX (PIECE_FLOATS / n_channels, 1);
  cut.rows = MAX (least, (n_rows + MAX_PIECES - 1) / MAX_PIECES);
  cut.rows = (cut.rows + cut.fold - 1) / cut.fold * cut.fold;
  cut.n_pieces = (n_rows + cut.rows - 1) / cut.rows;
  cut.most_pieces = MIN ((n_rows + least - 1) / least, MAX_PIECES);
  return cut;
}

static Strip
get_strip (const Cut *cut,
           int        piece,
           int        index)
{
  size_t first = (size_t) piece * cut->rows;
  int rows = (int) MIN ((size_t) cut->rows, cut->n_rows - first);
  Strip strip = { .offset = first * cut->n_channels };

  if (cut->n_channels > MAX_WIDTH)
    {
      strip.channel = index * STRIP_CHANNELS;
      strip.width = MIN (STRIP_CHANNELS, cut->n_channels - strip.channel);
      strip.pitch = cut->n_channels;
      strip.offset += strip.channel;
      strip.n_lines = rows;
      return strip;
    }
  strip.width = cut->fold * cut->n_channels;
  strip.pitch = strip.width;
  strip.n_lines = rows / cut->fold;
  strip.rest = rows % cut->fold * cut->n_channels;
  return strip;
}

/* A coefficient for each float of a line. */
static void
spread (float       *line,
        const float *values,      /* (C) */
        const Strip *strip,
        int          n_channels)
{
  for (int j = 0; j < strip->width; j++)
    line[j] = j < n_channels ? values[strip->channel + j] : line[j - n_channels];
}

/* The sums of a line's floats go to their channels. */
static void
gather (float       *values,      /* (C) */
        const float *line,
        const Strip *strip,
        int          n_channels)
{
  for (int j = 0; j < strip->width; j++)
    {
      if (j < n_channels)
        values[strip->channel + j] = line[j];
      else
        values[j % n_channels] += line[j];
    }
}

static void
sum_piece (int   piece,
           int   member,
           void *data)
{
  const Job *job = data;
  const RtNormKernels *norm = rt_isa_get ()->norm;
  int n_channels = job->cut.n_channels;
  float *sums = job->sums + (size_t) piece * 2 * n_channels;

  for (int i = 0; i < job->cut.n_strips; i++)
    {
      Strip s = get_strip (&job->cut, piece, i);
      const float *rest = job->inp + s.offset + s.n_lines * s.pitch;
      float sum[MAX_WIDTH] = { 0 }, squares[MAX_WIDTH] = { 0 }, shift[MAX_WIDTH];

      spread (shift, job->shift, &s, n_channels);
      norm->sums (sum, squares, job->inp + s.offset, shift, s.n_lines, s.width, s.pitch);
      if (s.rest > 0)
        norm->sums (sum, squares, rest, shift, 1, s.rest, s.pitch);
      gather (sums, sum, &s, n_channels);
      gather (sums + n_channels, squares, &s, n_channels);
    }
}

static void
apply_piece (int   piece,
             int   member,
             void *data)
{
  const Job *job = data;
  const RtNormKernels *norm = rt_isa_get ()->norm;
  int n_channels = job->cut.n_channels;

  for (int i = 0; i < job->cut.n_strips; i++)
    {
      Strip s = get_strip (&job->cut, piece, i);
      size_t rest = s.offset + s.n_lines * s.pitch;
      float scale[MAX_WIDTH], shift[MAX_WIDTH];

      if (job->a != NULL)
        {
          spread (scale, job->a, &s, n_channels);
          spread (shift, job->b, &s, n_channels);
        }
      for (int j = 0; job->a == NULL && j < s.width; j++)
        {
          int c = s.channel + j;

          scale[j] = j < n_channels ? job->weight[c] / sqrtf (job->var[c] + job->eps)
                     : scale[j - n_channels];
          shift[j] = j < n_channels ? job->bias[c] - job->mean[c] * scale[j]
                     : shift[j - n_channels];
        }
      norm->apply (job->out + s.offset, job->inp + s.offset,
                   job->residual != NULL ? job->residual + s.offset : NULL, scale, shift,
                   job->activation, s.n_lines, s.width, s.pitch);
      if (s.rest > 0)
        norm->apply (job->out + rest, job->inp + rest,
                     job->residual != NULL ? job->residual + rest : NULL, scale, shift,
                     job->activation, 1, s.rest, s.pitch);
    }
}

/* The two sums of one channel over all the pieces. */
static void
add_sums (const Job *job,
          int        c,
          double    *first,
          double    *second)
{
  const float *sums = job->sums + c;

  *first = *second = 0.0;
  for (int piece = 0; piece < job->cut.n_pieces; piece++, sums += 2 * job->cut.n_channels)
    {
      *first += sums[0];
      *second += sums[job->cut.n_channels];
    }
}

static void
check_activation (RtActivation activation)
{
  g_assert (activation == RT_ACTIVATION_NONE || activation == RT_ACTIVATION_RELU
            || activation == RT_ACTIVATION_RELU6);
}

void
rt_batch_norm_forward_train (float        *out,
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
                             float        *workspace)
{
  Job job = {
    .cut = cut_rows (n_rows, n_channels), .out = out, .inp = inp, .residual = residual,
    .activation = activation, .shift = inp,
    .a = workspace, .b = workspace + n_channels, .sums = workspace + 3 * n_channels,
  };

  check_activation (activation);
  rt_team_run (team, job.cut.n_pieces, sum_piece, &job);
  for (int c = 0; c < n_channels; c++)
    {
      double sum, squares, shifted, var, inv;

      add_sums (&job, c, &sum, &squares);
      shifted = sum / n_rows;
      var = fmax (squares / n_rows - shifted * shifted, 0.0);
      inv = 1.0 / sqrt (var + eps);
      mean[c] = (float) (inp[c] + shifted);
      inv_std[c] = (float) inv;
      running_mean[c] = (float) ((1.0 - momentum) * running_mean[c]
                                 + momentum * (inp[c] + shifted));
      running_var[c] = (float) ((1.0 - momentum) * running_var[c]
                                + momentum * var * n_rows / MAX (n_rows - 1, 1));
      job.a[c] = (float) (weight[c] * inv);
      job.b[c] = (float) (bias[c] - (inp[c] + shifted) * weight[c] * inv);
    }
  rt_team_run (team, job.cut.n_pieces, apply_piece, &job);
}

void
rt_batch_norm_forward_infer (float        *out,
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
                             RtTeam       *team)
{
  Job job = {
    .cut = cut_rows (n_rows, n_channels), .out = out, .inp = inp, .weight = weight, .bias = bias,
    .mean = running_mean, .var = running_var, .eps = eps, .residual = residual,
    .activation = activation,
  };

  check_activation (activation);
  rt_team_run (team, job.cut.n_pieces, apply_piece, &job);
}

static void
backward_sum_piece (int   piece,
                    int   member,
                    void *data)
{
  const Job *job = data;
  const RtNormKernels *norm = rt_isa_get ()->norm;
  int n_channels = job->cut.n_channels;
  float *sums = job->sums + (size_t) piece * 2 * n_channels;

  for (int i = 0; i < job->cut.n_strips; i++)
    {
      Strip s = get_strip (&job->cut, piece, i);
      size_t rest = s.offset + s.n_lines * s.pitch;
      float sum[MAX_WIDTH] = { 0 }, dot[MAX_WIDTH] = { 0 }, mean[MAX_WIDTH];

      spread (mean, job->mean, &s, n_channels);
      norm->backward_sums (sum, dot, job->dout + s.offset, job->kept + s.offset,
                           job->inp + s.offset, mean, job->activation,
                           s.n_lines, s.width, s.pitch);
      if (s.rest > 0)
        norm->backward_sums (sum, dot, job->dout + rest, job->kept + rest, job->inp + rest, mean,
                             job->activation, 1, s.rest, s.pitch);
      gather (sums, sum, &s, n_channels);
      gather (sums + n_channels, dot, &s, n_channels);
    }
}

static void
backward_apply_piece (int   piece,
                      int   member,
                      void *data)
{
  const Job *job = data;
  const RtNormKernels *norm = rt_isa_get ()->norm;
  int n_channels = job->cut.n_channels;

  for (int i = 0; i < job->cut.n_strips; i++)
    {
      Strip s = get_strip (&job->cut, piece, i);
      float a[MAX_WIDTH], b[MAX_WIDTH], c[MAX_WIDTH];

      spread (a, job->a, &s, n_channels);
      spread (b, job->b, &s, n_channels);
      spread (c, job->c, &s, n_channels);
      for (int last = 0; last < 1 + (s.rest > 0); last++)
        {
          size_t at = s.offset + (last ? s.n_lines * s.pitch : 0);

          norm->backward_apply (job->out != NULL ? job->out + at : NULL,
                                job->dresidual != NULL ? job->dresidual + at : NULL,
                                job->dout + at, job->kept + at, job->inp + at, a, b, c,
                                job->accumulate_inp, job->accumulate_residual, job->activation,
                                last ? 1 : s.n_lines, last ? s.rest : s.width, s.pitch);
        }
    }
}

/* Both backward functions; the job has everything but sums and coefficients. */
static void
run_backward (Job         *job,
              float       *dweight,
              float       *dbias,
              const float *inv_std,   /* NULL: from the given variance, which does not move */
              RtTeam      *team,
              float       *workspace)
{
  bool moving = inv_std != NULL;
  int n_channels = job->cut.n_channels;
  int n_rows = job->cut.n_rows;

  check_activation (job->activation);
  g_assert (job->kept != NULL || job->activation == RT_ACTIVATION_NONE);
  if (job->kept == NULL)
    job->kept = job->dout;
  job->a = workspace;
  job->b = workspace + n_channels;
  job->c = workspace + 2 * n_channels;
  job->sums = workspace + 3 * n_channels;
  if (dweight != NULL || (moving && job->out != NULL))
    rt_team_run (team, job->cut.n_pieces, backward_sum_piece, job);
  else
    memset (job->sums, 0, sizeof (float) * 2 * n_channels * job->cut.n_pieces);

  for (int c = 0; c < n_channels; c++)
    {
      double inv = moving ? inv_std[c] : 1.0 / sqrt ((double) job->var[c] + job->eps);
      double scale = job->weight[c] * inv;
      double sum, dot;

      add_sums (job, c, &sum, &dot);
      dot *= inv;
      if (dweight != NULL)
        {
          dweight[c] += (float) dot;
          dbias[c] += (float) sum;
        }
      job->a[c] = (float) scale;
      job->b[c] = moving ? (float) (-scale * inv * dot / n_rows) : 0.0f;
      job->c[c] = moving ? (float) (scale * (job->mean[c] * inv * dot - sum) / n_rows) : 0.0f;
    }

  if (!moving)
    job->inp = job->dout;   /* times zero: one stream less to read */
  if (job->out != NULL || job->dresidual != NULL)
    rt_team_run (team, job->cut.n_pieces, backward_apply_piece, job);
}

void
rt_batch_norm_backward_train (float        *dinp,
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
                              float        *workspace)
{
  Job job = {
    .cut = cut_rows (n_rows, n_channels), .out = dinp, .dresidual = dresidual, .dout = dout,
    .kept = out, .inp = inp, .weight = weight, .mean = mean, .activation = activation,
    .accumulate_inp = accumulate_inp, .accumulate_residual = accumulate_residual,
  };

  run_backward (&job, dweight, dbias, inv_std, team, workspace);
}

void
rt_batch_norm_backward_infer (float        *dinp,
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
                              float        *workspace)
{
  Job job = {
    .cut = cut_rows (n_rows, n_channels), .out = dinp, .dresidual = dresidual, .dout = dout,
    .kept = out, .inp = inp, .weight = weight, .mean = running_mean, .var = running_var,
    .eps = eps, .activation = activation,
    .accumulate_inp = accumulate_inp, .accumulate_residual = accumulate_residual,
  };

  run_backward (&job, dweight, dbias, NULL, team, workspace);
}

size_t
rt_batch_norm_workspace_size (int           n_rows,
                              int           n_channels,
                              const RtTeam *team)
{
  Cut cut = cut_rows (n_rows, n_channels);

  return RT_ALIGN_FLOATS ((size_t) (3 + 2 * cut.most_pieces) * n_channels);
}
