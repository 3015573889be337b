/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

G_BEGIN_DECLS

/* Every buffer that kernels see begins at a multiple of this many bytes: a cache line, and a whole
 * vector of AVX-512. */
#define RT_ALIGNMENT 64

/* @n floats rounded up so that the next buffer in the same block is aligned too. */
#define RT_ALIGN_FLOATS(n) (((size_t) (n) + 15) & ~(size_t) 15)

/* @n zeroed floats on RT_ALIGNMENT, with huge pages advised for large blocks; freed with
 * rt_floats_free(). @n may be 0. (transfer full) */
float *rt_floats_new  (size_t n) G_GNUC_WARN_UNUSED_RESULT;
void   rt_floats_free (float *floats);

G_END_DECLS
