/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-ref.h"
#include "rt-team.h"

#include <glib.h>

/*
 * What the tests of kernels share: random inputs, scratch that shows misuse, comparison by
 * residual, and the four-point gradient check.
 */

typedef float *KtFloats;
void     kt_floats_clear   (KtFloats *floats);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KtFloats, kt_floats_clear)

/* From the normal distribution, the same for the same seed. */
KtFloats kt_random         (size_t   n,
                            uint64_t seed);
KtFloats kt_copy           (const float *from,
                            size_t       n);

/* Scratch full of NaN, with a guard behind it that kt_workspace_free() checks: a kernel that reads
 * what it has not written, or writes past the end, fails. */
float   *kt_workspace_new  (size_t n);
void     kt_workspace_free (float *workspace,
                            size_t n);

/* |a - b| / |b| as vectors; NaN where anything is. */
double   kt_residual       (const float *a,
                            const float *b,
                            size_t       n);

/* Fails unless the residual is at most @threshold. */
#define kt_assert_close(a, b, n, threshold) \
  kt_assert_close_at (a, b, n, threshold, #a, __FILE__, __LINE__)
void     kt_assert_close_at (const float *a,
                             const float *b,
                             size_t       n,
                             double       threshold,
                             const char  *what,
                             const char  *file,
                             int          line);

#define kt_assert_same_bits(a, b, n) \
  g_assert_cmpmem (a, (n) * sizeof (float), b, (n) * sizeof (float))

/* A scalar that depends on the floats under test. */
typedef double (*KtLoss) (void *data);

/* sum r[i] out[i] with fixed random r: makes a scalar of a tensor. */
double   kt_project        (const float *out,
                            size_t       n);
/* The gradient of that: r itself. */
KtFloats kt_projection     (size_t n);

/* Compares @dx with (8 (L(x+h) - L(x-h)) - (L(x+2h) - L(x-2h))) / 12 h at some twenty places of
 * @x; the difference may be @tolerance of the largest value of dx. NaN fails. */
void     kt_check_gradient (float       *x,
                            const float *dx,
                            size_t       n,
                            double       h,
                            double       tolerance,
                            KtLoss       loss,
                            void        *data);

/* g_test_init(), and g_test_run() unless $RETORT_ISA asks for a set that this processor has not. */
void     kt_init           (int   *argc,
                            char ***argv);
int      kt_run            (void);

/* Teams of 1, 2 and 3 threads. */
#define KT_N_TEAMS 3
RtTeam  *kt_team           (int index);
