/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kernel-test.h"

#include "rt-arena.h"
#include "rt-isa.h"
#include "rt-rng.h"

#include <math.h>
#include <string.h>

#define GUARD_FLOATS 256
#define GUARD_VALUE  12345.0f

static RtTeam *teams[KT_N_TEAMS];

void
kt_floats_clear (KtFloats *floats)
{
  rt_floats_free (*floats);
}

KtFloats
kt_random (size_t   n,
           uint64_t seed)
{
  float *floats = rt_floats_new (n);
  RtRng rng;

  rt_rng_init (&rng, seed, 1);
  for (size_t i = 0; i < n; i++)
    floats[i] = rt_rng_normal (&rng);
  return floats;
}

KtFloats
kt_copy (const float *from,
         size_t       n)
{
  float *floats = rt_floats_new (n);

  memcpy (floats, from, n * sizeof (float));
  return floats;
}

float *
kt_workspace_new (size_t n)
{
  float *workspace = rt_floats_new (n + GUARD_FLOATS);

  for (size_t i = 0; i < n; i++)
    workspace[i] = NAN;
  for (size_t i = n; i < n + GUARD_FLOATS; i++)
    workspace[i] = GUARD_VALUE;
  return workspace;
}

void
kt_workspace_free (float *workspace,
                   size_t n)
{
  for (size_t i = n; i < n + GUARD_FLOATS; i++)
    g_assert_true (workspace[i] == GUARD_VALUE);
  rt_floats_free (workspace);
}

double
kt_residual (const float *a,
             const float *b,
             size_t       n)
{
  double difference = 0.0, size = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      difference += pow ((double) a[i] - b[i], 2.0);
      size += pow (b[i], 2.0);
    }
  if (difference == 0.0)
    return 0.0;
  return sqrt (difference / size);
}

void
kt_assert_close_at (const float *a,
                    const float *b,
                    size_t       n,
                    double       threshold,
                    const char  *what,
                    const char  *file,
                    int          line)
{
  double residual = kt_residual (a, b, n);

  if (!(residual <= threshold))
    g_error ("%s:%d: %s differs from its twin by %g, at most %g is allowed", file, line, what,
             residual, threshold);
}

KtFloats
kt_projection (size_t n)
{
  return kt_random (n, 4711);
}

double
kt_project (const float *out,
            size_t       n)
{
  g_auto (KtFloats) r = kt_projection (n);
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    sum += (double) r[i] * out[i];
  return sum;
}

void
kt_check_gradient (float       *x,
                   const float *dx,
                   size_t       n,
                   double       h,
                   double       tolerance,
                   KtLoss       loss,
                   void        *data)
{
  double largest = 0.0;
  size_t stride = MAX (n / 20, 1);

  for (size_t i = 0; i < n; i++)
    largest = fmax (largest, fabs (dx[i]));
  g_assert_cmpfloat (largest, >, 0.0);

  for (size_t i = 0; i < n; i += stride)
    {
      static const int steps[] = { 1, -1, 2, -2 };
      double value[4], numeric;
      float kept = x[i];

      for (int s = 0; s < 4; s++)
        {
          x[i] = (float) (kept + steps[s] * h);
          value[s] = loss (data);
        }
      x[i] = kept;
      numeric = (8.0 * (value[0] - value[1]) - (value[2] - value[3])) / (12.0 * h);
      if (!(fabs (numeric - dx[i]) <= tolerance * largest))
        g_error ("gradient %zu of %zu: %g by the kernel, %g by differences (largest %g)", i, n,
                 dx[i], numeric, largest);
    }
}

void
kt_init (int    *argc,
         char ***argv)
{
  g_test_init (argc, argv, NULL);
}

RtTeam *
kt_team (int index)
{
  if (teams[index] == NULL)
    teams[index] = rt_team_new (index + 1);
  return teams[index];
}

int
kt_run (void)
{
  const char *wanted = g_getenv ("RETORT_ISA");
  int status;

  if (wanted != NULL && g_strcmp0 (wanted, rt_isa_get ()->name) != 0)
    {
      g_print ("1..0 # SKIP this processor has no %s\n", wanted);
      return 0;
    }
  status = g_test_run ();
  for (int i = 0; i < KT_N_TEAMS; i++)
    rt_team_free (teams[i]);
  return status;
}
