/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-team.h"

#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

/**
 * RtWindow:
 *
 * A window that slides over NHWC images on a grid: what forward convolution, its gradients and the
 * depthwise ones have in common. Private to the kernels.
 *
 * Grid place (y,x) sees the source rows y * step + top .. + taps_h - 1 and the like columns, where
 * what is outside the image is zero. The grid is cut in blocks: some rows of one image, or some
 * whole images. A block's part of the source is copied into scratch with its margin of zeros, so
 * that the loops over it know no border; where no window leaves the image, it is used where it
 * lies.
 */
typedef struct
{
  int       n, h, w, c;         /* source */
  int       step;
  int       top, left;          /* may be negative: padding */
  int       taps_h, taps_w;
  int       grid_h, grid_w;     /* of one image */

  /* From rt_window_plan(). */
  int       images, rows;       /* of one block */
  int       n_bands;            /* blocks of one image */
  int       n_blocks;
  int       most_blocks;        /* of n images or any fewer: few are cut finer */
  bool      direct;
  ptrdiff_t row_pitch;          /* floats from a row of the window to the next */
  size_t    scratch;            /* floats that rt_window_gather() needs */
} RtWindow;

/* The places of one block lie together in (N, grid_h, grid_w). */
typedef struct
{
  size_t first;
  int    n_pixels;
} RtWindowBlock;

/* Cuts the grid into blocks of about @max_pixels, by the shape alone. @copy: even where the
 * source could be used where it lies (a reader that runs over the end of a window needs it). */
void          rt_window_plan   (RtWindow *window,
                                int       max_pixels,
                                bool      copy);

/* Puts the top left of each window of a block into @src, which has room for all of a block's
 * pixels. */
RtWindowBlock rt_window_gather (const RtWindow *window,
                                int             block,
                                const float    *inp,
                                float          *scratch,
                                const float   **src);

/* Where the places of a block are written: grid place (y,x) of an image at y * step + top, x *
 * step + left of an image (H,W,C) of @out. Fills @dst. */
void          rt_window_scatter (const RtWindow *window,
                                 RtWindowBlock   block,
                                 float          *out,
                                 int             h,
                                 int             w,
                                 int             c,
                                 int             step,
                                 int             top,
                                 int             left,
                                 float         **dst);

/* A member's scratch for a block: rt_window_gather()'s copy, then two arrays of pointers, one for
 * each pixel. In floats. */
size_t        rt_window_count_scratch (const RtWindow *window);

/* The most pixels that a block has. */
int           rt_window_get_max_pixels (const RtWindow *window);

G_END_DECLS
