/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

/*
 * How a run of @n things is cut into pieces of @grain: by its length alone, so that the same bits
 * come out of any number of threads. Private to the kernels.
 */

/* Floats of a piece that is read and written once: 64 KB. */
#define RT_GRAIN ((size_t) 16384)

typedef struct
{
  size_t first;
  size_t n;
} RtPiece;

static inline int
rt_piece_count (size_t n,
                size_t grain)
{
  return (int) ((n + grain - 1) / grain);
}

static inline RtPiece
rt_piece_get (size_t n,
              size_t grain,
              int    piece)
{
  size_t first = (size_t) piece * grain;

  return (RtPiece) { first, MIN (grain, n - first) };
}
