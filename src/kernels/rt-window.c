/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-window.h"

#include "rt-arena.h"

#include <string.h>

/* A block's copy should stay in the second-level cache beside the weights. */
#define MAX_COPY (24 * 1024)

/* Readers may take whole vectors at the end of the last window. */
#define SLACK 16
#define MIN_BLOCKS 16   /* that small images are cut into, where there are so many */

static bool
has_taps (const RtWindow *window)
{
  return window->taps_h > 0 && window->taps_w > 0;
}

static bool
stays_inside (const RtWindow *d)
{
  return d->top >= 0 && d->left >= 0
         && (d->grid_h - 1) * d->step + d->top + d->taps_h <= d->h
         && (d->grid_w - 1) * d->step + d->left + d->taps_w <= d->w;
}

static size_t
count_copy (const RtWindow *d,
            int             rows)
{
  size_t high = (size_t) (rows - 1) * d->step + d->taps_h;
  size_t wide = (size_t) (d->grid_w - 1) * d->step + d->taps_w;

  return high * wide * d->c;
}

void
rt_window_plan (RtWindow *window,
                int       max_pixels,
                bool      copy)
{
  int rows = CLAMP (max_pixels / window->grid_w, 1, window->grid_h);
  int images = 1;

  window->direct = !has_taps (window) || (!copy && stays_inside (window));
  while (!window->direct && rows > 1 && count_copy (window, rows) > MAX_COPY)
    rows--;

  window->n_bands = (window->grid_h + rows - 1) / rows;
  window->rows = (window->grid_h + window->n_bands - 1) / window->n_bands;
  window->n_bands = (window->grid_h + window->rows - 1) / window->rows;
  if (window->n_bands == 1)
    {
      images = max_pixels / (window->grid_h * window->grid_w);
      if (!window->direct)
        images = MIN (images, (int) (MAX_COPY / count_copy (window, window->rows)));
      images = CLAMP (images, 1, (window->n + MIN_BLOCKS - 1) / MIN_BLOCKS);
    }
  window->images = images;
  window->n_blocks = window->n_bands * ((window->n + images - 1) / images);
  window->most_blocks = window->n_blocks;
  if (window->n_bands == 1)
    window->most_blocks = MAX (window->n_blocks, MIN (window->n, MIN_BLOCKS));

  window->row_pitch = window->direct ? window->w
                      : (ptrdiff_t) (window->grid_w - 1) * window->step + window->taps_w;
  window->row_pitch *= window->c;
  window->scratch = window->direct
                      ? 0
                      : RT_ALIGN_FLOATS (count_copy (window, window->rows) * images + SLACK);
}

int
rt_window_get_max_pixels (const RtWindow *window)
{
  return window->images * window->rows * window->grid_w;
}

size_t
rt_window_count_scratch (const RtWindow *window)
{
  size_t pointer = sizeof (void *) / sizeof (float);

  return window->scratch + RT_ALIGN_FLOATS (2 * pointer * rt_window_get_max_pixels (window));
}

/* Copies the rows of one image that @rows rows of the grid from @row see. */
static void
copy_rows (const RtWindow *d,
           float          *to,
           const float    *image,     /* (H,W,C) */
           int             row,
           int             rows)
{
  int high = (rows - 1) * d->step + d->taps_h;
  int wide = (d->grid_w - 1) * d->step + d->taps_w;
  int before = CLAMP (-d->left, 0, wide);
  int from = MAX (d->left, 0);
  int inside = CLAMP (d->w - from, 0, wide - before);
  size_t c = d->c;

  for (int i = 0; i < high; i++, to += wide * c)
    {
      int y = row * d->step + d->top + i;

      if (y < 0 || y >= d->h)
        {
          memset (to, 0, sizeof (float) * wide * c);
          continue;
        }
      memset (to, 0, sizeof (float) * before * c);
      memcpy (to + before * c, image + ((size_t) y * d->w + from) * c, sizeof (float) * inside * c);
      memset (to + (before + inside) * c, 0, sizeof (float) * (wide - before - inside) * c);
    }
}

RtWindowBlock
rt_window_gather (const RtWindow *window,
                  int             block,
                  const float    *inp,
                  float          *scratch,
                  const float   **src)
{
  int image = block / window->n_bands * window->images;
  int row = block % window->n_bands * window->rows;
  int images = MIN (window->images, window->n - image);
  int rows = MIN (window->rows, window->grid_h - row);
  size_t image_size = (size_t) window->h * window->w * window->c;
  ptrdiff_t step = (ptrdiff_t) window->step * window->c;
  int n_pixels = 0;

  for (int i = 0; i < images; i++)
    {
      const float *from = inp + (image + i) * image_size;
      const float *corner;

      if (!has_taps (window))
        corner = from;
      else if (window->direct)
        corner = from + ((ptrdiff_t) (row * window->step + window->top) * window->w + window->left)
                        * window->c;
      else
        {
          float *to = scratch + i * count_copy (window, rows);

          copy_rows (window, to, from, row, rows);
          corner = to;
        }
      for (int y = 0; y < rows; y++)
        for (int x = 0; x < window->grid_w; x++)
          src[n_pixels++] = has_taps (window)
                              ? corner + y * window->step * window->row_pitch + x * step
                              : corner;
    }

  return (RtWindowBlock) {
    .first = ((size_t) image * window->grid_h + row) * window->grid_w,
    .n_pixels = n_pixels,
  };
}

void
rt_window_scatter (const RtWindow *window,
                   RtWindowBlock   block,
                   float          *out,
                   int             h,
                   int             w,
                   int             c,
                   int             step,
                   int             top,
                   int             left,
                   float         **dst)
{
  /* A block begins at the start of a row. */
  size_t row = block.first / window->grid_w;
  size_t image = row / window->grid_h;
  int y = (int) (row % window->grid_h);

  for (int p = 0; p < block.n_pixels; y++)
    {
      float *to;

      if (y == window->grid_h)
        {
          y = 0;
          image++;
        }
      to = out + ((image * h + y * step + top) * w + left) * c;
      for (int x = 0; x < window->grid_w; x++, to += (ptrdiff_t) step * c)
        dst[p++] = to;
    }
}
