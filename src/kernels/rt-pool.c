/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pooling. Forward is cut by images' rows; backward by images, because windows may overlap and the
 * gradient of one input is then a sum, which one piece takes in order. Inner loops run over
 * channels.
 */
#include "config.h"

#include "rt-pool.h"

#include "rt-pieces.h"

#include <string.h>

typedef struct
{
  const RtPoolDims *dims;
  float            *out;
  const float      *inp;
  uint8_t          *which;
  const uint8_t    *from;
  bool              accumulate;

  int               n, n_pixels, n_channels, images;   /* global pooling */
} Job;

/* The part of a window that lies inside the image, in places of the window. */
typedef struct
{
  int y, x;                 /* of the window's corner in the image */
  int top, bottom;
  int left, right;
} Inside;

static Inside
clip (const RtPoolDims *d,
      int               oy,
      int               ox)
{
  Inside in = { .y = oy * d->stride - d->pad_top, .x = ox * d->stride - d->pad_left };

  in.top = MAX (-in.y, 0);
  in.left = MAX (-in.x, 0);
  in.bottom = MIN (d->kernel, d->h - in.y);
  in.right = MIN (d->kernel, d->w - in.x);
  return in;
}

static inline const float *
get_pixel (const float      *image,
           const RtPoolDims *d,
           int               y,
           int               x)
{
  return image + ((size_t) y * d->w + x) * d->c;
}

static void
max_pixel (float            *restrict out,      /* (C) */
           uint8_t          *restrict which,    /* (C) or NULL */
           const float      *image,
           const RtPoolDims *d,
           Inside            in)
{
  int c = d->c;
  bool first = true;

  for (int ky = in.top; ky < in.bottom; ky++)
    for (int kx = in.left; kx < in.right; kx++)
      {
        const float *from = get_pixel (image, d, in.y + ky, in.x + kx);
        uint8_t place = (uint8_t) (ky * d->kernel + kx);

        if (first)
          {
            memcpy (out, from, sizeof (float) * c);
            if (which != NULL)
              memset (which, place, c);
          }
        else if (which != NULL)
          for (int i = 0; i < c; i++)
            {
              which[i] = from[i] > out[i] ? place : which[i];
              out[i] = from[i] > out[i] ? from[i] : out[i];
            }
        else
          for (int i = 0; i < c; i++)
            out[i] = from[i] > out[i] ? from[i] : out[i];
        first = false;
      }
}

static void
check_dims (const RtPoolDims *d)
{
  g_assert (d->n > 0 && d->h > 0 && d->w > 0 && d->c > 0 && d->out_h > 0 && d->out_w > 0);
  g_assert (d->kernel > 0 && d->kernel <= 15 && d->stride > 0);

  /* Every window holds a pixel. */
  g_assert (d->pad_top < d->kernel && (d->out_h - 1) * d->stride - d->pad_top < d->h);
  g_assert (d->pad_left < d->kernel && (d->out_w - 1) * d->stride - d->pad_left < d->w);
}

/* One row of one image's output. */
static void
max_row (int   piece,
         int   member,
         void *data)
{
  const Job *job = data;
  const RtPoolDims *d = job->dims;
  const float *image = job->inp + (size_t) (piece / d->out_h) * d->h * d->w * d->c;
  size_t row = (size_t) piece * d->out_w * d->c;

  for (int x = 0; x < d->out_w; x++, row += d->c)
    max_pixel (job->out + row, job->which != NULL ? job->which + row : NULL, image, d,
               clip (d, piece % d->out_h, x));
}

void
rt_max_pool_forward (float            *out,
                     uint8_t          *which,
                     const float      *inp,
                     const RtPoolDims *dims,
                     RtTeam           *team)
{
  Job job = { .dims = dims, .out = out, .inp = inp, .which = which };

  check_dims (dims);
  rt_team_run (team, dims->n * dims->out_h, max_row, &job);
}

static float *
start_image (const Job *job,
             int        image)
{
  const RtPoolDims *d = job->dims;
  size_t size = (size_t) d->h * d->w * d->c;
  float *dinp = job->out + image * size;

  if (!job->accumulate)
    memset (dinp, 0, sizeof (float) * size);
  return dinp;
}

/* out = inp[which], so dinp[which] += dout. */
static void
max_image_backward (int   piece,
                    int   member,
                    void *data)
{
  const Job *job = data;
  const RtPoolDims *d = job->dims;
  float *dinp = start_image (job, piece);
  size_t at = (size_t) piece * d->out_h * d->out_w * d->c;
  ptrdiff_t places[256];

  for (int i = 0; i < d->kernel * d->kernel; i++)
    places[i] = ((ptrdiff_t) (i / d->kernel) * d->w + i % d->kernel) * d->c;

  for (int y = 0; y < d->out_h; y++)
    for (int x = 0; x < d->out_w; x++)
      {
        ptrdiff_t corner = ((ptrdiff_t) (y * d->stride - d->pad_top) * d->w
                            + x * d->stride - d->pad_left) * d->c;

        for (int c = 0; c < d->c; c++, at++)
          dinp[corner + places[job->from[at]] + c] += job->inp[at];
      }
}

void
rt_max_pool_backward (float            *dinp,
                      const float      *dout,
                      const uint8_t    *which,
                      bool              accumulate,
                      const RtPoolDims *dims,
                      RtTeam           *team)
{
  Job job = { .dims = dims, .out = dinp, .inp = dout, .from = which, .accumulate = accumulate };

  check_dims (dims);
  rt_team_run (team, dims->n, max_image_backward, &job);
}

static void
average_row (int   piece,
             int   member,
             void *data)
{
  const Job *job = data;
  const RtPoolDims *d = job->dims;
  const float *image = job->inp + (size_t) (piece / d->out_h) * d->h * d->w * d->c;
  float *restrict out = job->out + (size_t) piece * d->out_w * d->c;

  for (int x = 0; x < d->out_w; x++, out += d->c)
    {
      Inside in = clip (d, piece % d->out_h, x);
      float share = 1.0f / (float) ((in.bottom - in.top) * (in.right - in.left));

      memset (out, 0, sizeof (float) * d->c);
      for (int ky = in.top; ky < in.bottom; ky++)
        for (int kx = in.left; kx < in.right; kx++)
          {
            const float *from = get_pixel (image, d, in.y + ky, in.x + kx);

            for (int c = 0; c < d->c; c++)
              out[c] += from[c];
          }
      for (int c = 0; c < d->c; c++)
        out[c] *= share;
    }
}

void
rt_average_pool_forward (float            *out,
                         const float      *inp,
                         const RtPoolDims *dims,
                         RtTeam           *team)
{
  Job job = { .dims = dims, .out = out, .inp = inp };

  check_dims (dims);
  rt_team_run (team, dims->n * dims->out_h, average_row, &job);
}

/* out = share * sum inp, so dinp += share * dout for each of the window. */
static void
average_image_backward (int   piece,
                        int   member,
                        void *data)
{
  const Job *job = data;
  const RtPoolDims *d = job->dims;
  float *dinp = start_image (job, piece);
  const float *dout = job->inp + (size_t) piece * d->out_h * d->out_w * d->c;

  for (int y = 0; y < d->out_h; y++)
    for (int x = 0; x < d->out_w; x++, dout += d->c)
      {
        Inside in = clip (d, y, x);
        float share = 1.0f / (float) ((in.bottom - in.top) * (in.right - in.left));

        for (int ky = in.top; ky < in.bottom; ky++)
          for (int kx = in.left; kx < in.right; kx++)
            {
              float *restrict to = dinp + ((size_t) (in.y + ky) * d->w + in.x + kx) * d->c;

              for (int c = 0; c < d->c; c++)
                to[c] += share * dout[c];
            }
      }
}

void
rt_average_pool_backward (float            *dinp,
                          const float      *dout,
                          bool              accumulate,
                          const RtPoolDims *dims,
                          RtTeam           *team)
{
  Job job = { .dims = dims, .out = dinp, .inp = dout, .accumulate = accumulate };

  check_dims (dims);
  rt_team_run (team, dims->n, average_image_backward, &job);
}

static Job
plan_global (int n,
             int n_pixels,
             int n_channels)
{
  size_t size = (size_t) n_pixels * n_channels;

  g_assert (n > 0 && size > 0);
  return (Job) {
    .n = n, .n_pixels = n_pixels, .n_channels = n_channels,
    .images = (int) MAX (RT_GRAIN / size, 1),
  };
}

static void
global_piece (int   piece,
              int   member,
              void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, job->images, piece);
  size_t c = job->n_channels;
  float share = 1.0f / (float) job->n_pixels;

  for (size_t i = p.first; i < p.first + p.n; i++)
    {
      float *restrict out = job->out + i * c;
      const float *from = job->inp + i * job->n_pixels * c;

      memset (out, 0, sizeof (float) * c);
      for (int pixel = 0; pixel < job->n_pixels; pixel++, from += c)
        for (size_t j = 0; j < c; j++)
          out[j] += from[j];
      for (size_t j = 0; j < c; j++)
        out[j] *= share;
    }
}

void
rt_global_average_pool_forward (float       *out,
                                const float *inp,
                                int          n,
                                int          n_pixels,
                                int          n_channels,
                                RtTeam      *team)
{
  Job job = plan_global (n, n_pixels, n_channels);

  job.out = out;
  job.inp = inp;
  rt_team_run (team, rt_piece_count (n, job.images), global_piece, &job);
}

static void
global_piece_backward (int   piece,
                       int   member,
                       void *data)
{
  const Job *job = data;
  RtPiece p = rt_piece_get (job->n, job->images, piece);
  size_t c = job->n_channels;
  float share = 1.0f / (float) job->n_pixels;

  for (size_t i = p.first; i < p.first + p.n; i++)
    for (int pixel = 0; pixel < job->n_pixels; pixel++)
      {
        float *restrict to = job->out + (i * job->n_pixels + pixel) * c;
        const float *dout = job->inp + i * c;

        if (job->accumulate)
          for (size_t j = 0; j < c; j++)
            to[j] += share * dout[j];
        else
          for (size_t j = 0; j < c; j++)
            to[j] = share * dout[j];
      }
}

void
rt_global_average_pool_backward (float       *dinp,
                                 const float *dout,
                                 bool         accumulate,
                                 int          n,
                                 int          n_pixels,
                                 int          n_channels,
                                 RtTeam      *team)
{
  Job job = plan_global (n, n_pixels, n_channels);

  job.out = dinp;
  job.inp = dout;
  job.accumulate = accumulate;
  rt_team_run (team, rt_piece_count (n, job.images), global_piece_backward, &job);
}
