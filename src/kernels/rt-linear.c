/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linear layers: products of matrices over OpenBLAS, cut into rectangles of the output. Each
 * rectangle is one product with the whole sum in it, so there are no partial sums.
 */
#include "config.h"

#include "rt-linear.h"

#include "rt-gemm.h"

#include <string.h>

/* A piece's rectangle. */
#define BLOCK_ROWS 64
#define BLOCK_COLS 256

typedef struct
{
  float       *out;
  const float *a;
  const float *b;
  const float *bias;       /* forward: where the sum starts */
  float       *dbias;      /* gradient of the weights: the sums of a's columns */
  int          rows, cols, depth;
  bool         a_transposed, b_transposed, accumulate;
} Job;

static int
count_pieces (int n,
              int block)
{
  return (n + block - 1) / block;
}

static void
run_piece (int   piece,
           int   member,
           void *data)
{
  const Job *job = data;
  int n_across = count_pieces (job->cols, BLOCK_COLS);
  int row = piece / n_across * BLOCK_ROWS;
  int col = piece % n_across * BLOCK_COLS;
  int rows = MIN (BLOCK_ROWS, job->rows - row);
  int cols = MIN (BLOCK_COLS, job->cols - col);
  float *out = job->out + (size_t) row * job->cols + col;
  bool accumulate = job->accumulate || job->bias != NULL;

  for (int i = 0; job->bias != NULL && i < rows; i++)
    memcpy (out + (size_t) i * job->cols, job->bias + col, sizeof (float) * cols);
  rt_gemm (out, job->cols,
           job->a + (job->a_transposed ? (size_t) row : (size_t) row * job->depth),
           job->a_transposed ? job->rows : job->depth, job->a_transposed,
           job->b + (job->b_transposed ? (size_t) col * job->depth : (size_t) col),
           job->b_transposed ? job->depth : job->cols, job->b_transposed,
           accumulate, rows, cols, job->depth);

  for (int k = 0; job->dbias != NULL && col == 0 && k < job->depth; k++)
    for (int i = row; i < row + rows; i++)
      job->dbias[i] += job->a[(size_t) k * job->rows + i];
}

static void
run (Job    *job,
     RtTeam *team)
{
  g_assert (job->rows > 0 && job->cols > 0 && job->depth > 0);
  rt_team_run (team,
               count_pieces (job->rows, BLOCK_ROWS) * count_pieces (job->cols, BLOCK_COLS),
               run_piece, job);
}

void
rt_linear_forward (float       *out,
                   const float *inp,
                   const float *weight,
                   const float *bias,
                   int          n_rows,
                   int          n_in,
                   int          n_out,
                   RtTeam      *team,
                   float       *workspace)
{
  Job job = {
    .out = out, .a = inp, .b = weight, .bias = bias, .b_transposed = true,
    .rows = n_rows, .cols = n_out, .depth = n_in,
  };

  run (&job, team);
}

/* out = inp weight^T, so dinp = dout weight. */
void
rt_linear_backward_input (float       *dinp,
                          const float *dout,
                          const float *weight,
                          bool         accumulate,
                          int          n_rows,
                          int          n_in,
                          int          n_out,
                          RtTeam      *team,
                          float       *workspace)
{
  Job job = {
    .out = dinp, .a = dout, .b = weight, .accumulate = accumulate,
    .rows = n_rows, .cols = n_in, .depth = n_out,
  };

  run (&job, team);
}

/* out = inp weight^T, so dweight = dout^T inp. */
void
rt_linear_backward_weight (float       *dweight,
                           float       *dbias,
                           const float *dout,
                           const float *inp,
                           int          n_rows,
                           int          n_in,
                           int          n_out,
                           RtTeam      *team,
                           float       *workspace)
{
  Job job = {
    .out = dweight, .a = dout, .b = inp, .dbias = dbias, .a_transposed = true, .accumulate = true,
    .rows = n_out, .cols = n_in, .depth = n_rows,
  };

  run (&job, team);
}

size_t
rt_linear_workspace_size (int           rows,
                          int           in,
                          int           out,
                          const RtTeam *team)
{
  return 0;
}
