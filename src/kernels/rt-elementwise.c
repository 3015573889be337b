/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-elementwise.h"

#include "rt-isa.h"
#include "rt-pieces.h"

#include <string.h>

typedef struct
{
  float       *out;
  const float *a;
  const float *b;
  RtActivation activation;
  float        scale;
  bool         accumulate;
  size_t       n;
  uint64_t     key;

  int          rows_grain;                     /* rows of a piece */
  int          out_channels, inp_channels, offset;

  int          h, w, c, stride, out_c;         /* shortcut */
} Job;

static void
add_piece (int   piece,
           int   member,
           void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, RT_GRAIN, piece);

  rt_isa_get ()->loops->add (job->out + p.first, job->a + p.first, job->b + p.first,
                             job->activation, p.n);
}

void
rt_add_forward (float        *out,
                const float  *a,
                const float  *b,
                RtActivation  activation,
                size_t        n,
                RtTeam       *team)
{
  Job job = { .out = out, .a = a, .b = b, .activation = activation, .n = n };

  rt_team_run (team, rt_piece_count (n, RT_GRAIN), add_piece, &job);
}

static void
scale_piece (int   piece,
             int   member,
             void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, RT_GRAIN, piece);

  rt_isa_get ()->loops->scale (job->out + p.first, job->a + p.first, job->scale, job->accumulate,
                               p.n);
}

void
rt_scale (float       *out,
          const float *inp,
          float        scale,
          bool         accumulate,
          size_t       n,
          RtTeam      *team)
{
  Job job = { .out = out, .a = inp, .scale = scale, .accumulate = accumulate, .n = n };

  rt_team_run (team, rt_piece_count (n, RT_GRAIN), scale_piece, &job);
}

static void
copy_piece (int   piece,
            int   member,
            void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, job->rows_grain, piece);

  for (size_t r = p.first; r < p.first + p.n; r++)
    memcpy (job->out + r * job->out_channels + job->offset, job->a + r * job->inp_channels,
            sizeof (float) * job->inp_channels);
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
  Job job = {
    .out = out, .a = inp, .n = n_rows, .inp_channels = inp_channels, .out_channels = out_channels,
    .offset = offset, .rows_grain = (int) MAX (RT_GRAIN / inp_channels, 1),
  };

  g_assert (offset >= 0 && offset + inp_channels <= out_channels);
  rt_team_run (team, rt_piece_count (n_rows, job.rows_grain), copy_piece, &job);
}

static void
take_piece (int   piece,
            int   member,
            void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, job->rows_grain, piece);

  for (size_t r = p.first; r < p.first + p.n; r++)
    {
      float *restrict to = job->out + r * job->out_channels;
      const float *from = job->a + r * job->inp_channels + job->offset;

      if (job->accumulate)
        for (int c = 0; c < job->out_channels; c++)
          to[c] += from[c];
      else
        memcpy (to, from, sizeof (float) * job->out_channels);
    }
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
  Job job = {
    .out = out, .a = inp, .n = n_rows, .inp_channels = inp_channels, .out_channels = out_channels,
    .offset = offset, .accumulate = accumulate,
    .rows_grain = (int) MAX (RT_GRAIN / out_channels, 1),
  };

  g_assert (offset >= 0 && offset + out_channels <= inp_channels);
  rt_team_run (team, rt_piece_count (n_rows, job.rows_grain), take_piece, &job);
}

/* One image. */
static void
shortcut_image (int   piece,
                int   member,
                void *data)
{
  const Job *job = data;
  int out_h = (job->h + job->stride - 1) / job->stride;
  int out_w = (job->w + job->stride - 1) / job->stride;
  int below = (job->out_c - job->c) / 2;
  float *to = job->out + (size_t) piece * out_h * out_w * job->out_c;

  for (int y = 0; y < out_h; y++)
    for (int x = 0; x < out_w; x++, to += job->out_c)
      {
        size_t pixel = ((size_t) piece * job->h + y * job->stride) * job->w + x * job->stride;

        memset (to, 0, sizeof (float) * below);
        memcpy (to + below, job->a + pixel * job->c, sizeof (float) * job->c);
        memset (to + below + job->c, 0, sizeof (float) * (job->out_c - below - job->c));
      }
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
  Job job = { .out = out, .a = inp, .h = h, .w = w, .c = c, .stride = stride, .out_c = out_c };

  g_assert (out_c >= c && stride > 0);
  rt_team_run (team, n, shortcut_image, &job);
}

/* out[y][x] = inp[y * stride][x * stride], so these pixels get dout and the others nothing. */
static void
shortcut_image_backward (int   piece,
                         int   member,
                         void *data)
{
  const Job *job = data;
  int out_h = (job->h + job->stride - 1) / job->stride;
  int out_w = (job->w + job->stride - 1) / job->stride;
  size_t size = (size_t) job->h * job->w * job->c;
  float *dinp = job->out + piece * size;
  const float *from = job->a + (size_t) piece * out_h * out_w * job->out_c
                      + (job->out_c - job->c) / 2;

  if (!job->accumulate)
    memset (dinp, 0, sizeof (float) * size);
  for (int y = 0; y < out_h; y++)
    for (int x = 0; x < out_w; x++, from += job->out_c)
      {
        float *restrict to = dinp + ((size_t) y * job->stride * job->w + x * job->stride) * job->c;

        for (int c = 0; c < job->c; c++)
          to[c] += from[c];
      }
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
  Job job = {
    .out = dinp, .a = dout, .h = h, .w = w, .c = c, .stride = stride, .out_c = out_c,
    .accumulate = accumulate,
  };

  g_assert (out_c >= c && stride > 0);
  rt_team_run (team, n, shortcut_image_backward, &job);
}

/* A word of 64 bits for each pair of elements: splitmix64's output function of (key, pair). */
static inline uint64_t
draw_pair (uint64_t key,
           uint64_t pair)
{
  uint64_t word = key + (pair + 1) * 0x9e3779b97f4a7c15u;

  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

static void
dropout_piece (int   piece,
               int   member,
               void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, RT_GRAIN, piece);
  float rate = job->scale;
  float keep = 1.0f / (1.0f - rate);

  for (size_t i = p.first; i < p.first + p.n; i += 2)
    {
      uint64_t word = draw_pair (job->key, i / 2);

      for (size_t j = i; j < MIN (i + 2, p.first + p.n); j++, word >>= 32)
        {
          float draw = (float) ((uint32_t) word >> 8) * 0x1p-24f;
          float value = draw < rate ? 0.0f : job->a[j] * keep;

          job->out[j] = job->accumulate ? job->out[j] + value : value;
        }
    }
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
  Job job = { .out = out, .a = inp, .scale = rate, .accumulate = accumulate, .n = n };

  g_assert (rate >= 0.0f && rate < 1.0f);
  job.key = rt_rng_next (&rng);
  rt_team_run (team, rt_piece_count (n, RT_GRAIN), dropout_piece, &job);
}
