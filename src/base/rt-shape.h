/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

G_BEGIN_DECLS

#define RT_MAX_DIMS 4

/**
 * RtShape:
 * @n_dims: number of dimensions, 0 (a scalar) to %RT_MAX_DIMS
 * @dims: their extents, outermost first
 *
 * The extents of a dense row-major array of floats. Shapes of activations leave the batch out:
 * an image is (H, W, C), a vector of features (C).
 */
typedef struct
{
  int n_dims;
  int dims[RT_MAX_DIMS];
} RtShape;

#define RT_SHAPE_1(a)          ((RtShape) { 1, { (a), 0, 0, 0 } })
#define RT_SHAPE_2(a, b)       ((RtShape) { 2, { (a), (b), 0, 0 } })
#define RT_SHAPE_3(a, b, c)    ((RtShape) { 3, { (a), (b), (c), 0 } })
#define RT_SHAPE_4(a, b, c, d) ((RtShape) { 4, { (a), (b), (c), (d) } })

/* The number of values; 1 for a scalar. */
size_t  rt_shape_count     (const RtShape *shape);

gboolean rt_shape_equal    (const RtShape *a,
                            const RtShape *b);

/* "32x32x3"; "scalar" for no dimensions. (transfer full) */
char   *rt_shape_to_string (const RtShape *shape) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
