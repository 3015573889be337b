/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Contact sheets. Cairo draws the captions and frames on one image surface; pictures are put into
 * it at a size fitted to the cell: enlarged by whole factors and without blur where they are small,
 * so that one sees the pixels that a network sees, and averaged where they are large.
 */
#include "config.h"

#include "rt-sheet.h"

#include <cairo.h>
#include <math.h>

/* Cairo's own limit on the side of an image surface. */
#define MAX_SIDE 32767

#define GAP 6
#define CAPTION_SIZE 12.0
#define CAPTION_HEIGHT 18

#define PAPER 1.0, 1.0, 1.0
#define INK   0.13, 0.13, 0.15
#define FRAME 0.80, 0.80, 0.82
#define WRONG 0.75, 0.11, 0.16

size_t *
rt_sheet_choose (const RtDataset *dataset,
                 int              per_class,
                 size_t          *n)
{
  g_autofree int *counts = NULL;
  size_t *indices;
  int n_classes;

  g_return_val_if_fail (dataset != NULL && n != NULL, NULL);
  g_return_val_if_fail (per_class > 0, NULL);

  n_classes = rt_dataset_get_n_classes (dataset);
  counts = g_new0 (int, n_classes + 1);
  indices = g_new (size_t, (size_t) n_classes * per_class + 1);
  for (size_t i = 0; i < dataset->n_samples; i++)
    {
      int label = dataset->labels[i];

      if (label >= 0 && label < n_classes && counts[label] < per_class &&
          dataset->parts[i] != RT_PART_TEST)
        indices[(size_t) label * per_class + counts[label]++] = i;
    }

  /* Classes with fewer leave gaps: close them. */
  *n = 0;
  for (int label = 0; label < n_classes; label++)
    {
      for (int i = 0; i < counts[label]; i++)
        indices[(*n)++] = indices[(size_t) label * per_class + i];
    }
  return indices;
}

/* The largest size of @image's shape in the cell; by whole factors when it grows. */
static void
fit (const RtImage *image,
     int            cell,
     int           *width,
     int           *height)
{
  int longer = MAX (image->width, image->height);

  if (longer <= cell)
    {
      *width = image->width * (cell / longer);
      *height = image->height * (cell / longer);
      return;
    }
  *width = MAX (1, (int) lround ((double) image->width * cell / longer));
  *height = MAX (1, (int) lround ((double) image->height * cell / longer));
}

/* Onto the surface's own pixels, which are 0x00RRGGBB in the machine's order. */
static void
put_image (cairo_surface_t *surface,
           const RtImage   *image,
           int              left,
           int              top,
           int              width,
           int              height)
{
  gboolean shrinks = width < image->width || height < image->height;
  g_autoptr (RtImage) fitted = rt_image_resize (image, shrinks ? width : image->width,
                                                shrinks ? height : image->height, 3);
  unsigned char *data;
  int stride = cairo_image_surface_get_stride (surface);

  cairo_surface_flush (surface);
  data = cairo_image_surface_get_data (surface);
  for (int y = 0; y < height; y++)
    {
      uint32_t *row = (uint32_t *) (void *) (data + (size_t) (top + y) * stride) + left;
      int from_y = y * fitted->height / height;
      const uint8_t *from = fitted->pixels + (size_t) from_y * fitted->width * 3;

      for (int x = 0; x < width; x++)
        {
          const uint8_t *rgb = from + (size_t) (x * fitted->width / width) * 3;

          row[x] = (uint32_t) rgb[0] << 16 | (uint32_t) rgb[1] << 8 | rgb[2];
        }
    }
  cairo_surface_mark_dirty (surface);
}

static double
measure (cairo_t    *cr,
         const char *text)
{
  cairo_text_extents_t extents;

  cairo_text_extents (cr, text, &extents);
  return extents.x_advance;
}

/* Centred below the cell, and shortened to its width. */
static void
draw_caption (cairo_t    *cr,
              const char *name,
              double      left,
              double      baseline,
              double      width)
{
  g_autofree char *text = g_utf8_make_valid (name, -1);
  long length = g_utf8_strlen (text, -1);

  while (measure (cr, text) > width && length > 1)
    {
      g_autofree char *head = g_utf8_substring (text, 0, --length);

      g_free (text);
      text = g_strconcat (head, "\342\200\246", NULL);
    }
  cairo_move_to (cr, round (left + MAX (0, (width - measure (cr, text)) / 2)), baseline);
  cairo_show_text (cr, text);
}

static void
draw_cross (cairo_t *cr,
            double   left,
            double   top,
            double   cell)
{
  cairo_set_source_rgb (cr, WRONG);
  cairo_move_to (cr, left, top);
  cairo_line_to (cr, left + cell, top + cell);
  cairo_move_to (cr, left + cell, top);
  cairo_line_to (cr, left, top + cell);
  cairo_stroke (cr);
}

/* The sample as it is to be seen; NULL where it cannot be read. (transfer full) */
static RtImage *
read_view (const RtDataset   *dataset,
           size_t             index,
           const RtSheetView *view,   /* (nullable) */
           int                cell)
{
  static const float mean[] = { 0.5f, 0.5f, 0.5f };
  g_autoptr (RtImage) image = rt_dataset_read_image (dataset, index, NULL);
  int width, height;
  RtRng rng;

  if (image != NULL && view != NULL && view->fit != NULL)
    {
      int side = MIN (cell, MIN (image->width, image->height));
      RtInputFormat format = { .width = side, .height = side, .channels = image->channels,
                               .mean = { 0.5f, 0.5f, 0.5f }, .fit = *view->fit };
      RtImage *square = rt_input_format_fit (&format, image);

      rt_image_free (image);
      image = square;
    }
  if (image == NULL || view == NULL || rt_augment_is_none (&view->augment))
    return g_steal_pointer (&image);
  fit (image, cell, &width, &height);
  rt_augment_init_rng (&rng, view->seed, index, 0);
  return rt_augment_draw (image, &view->augment, &rng, MIN (width, image->width),
                          MIN (height, image->height), mean);
}

static void
draw_cell (cairo_surface_t *surface,
           cairo_t         *cr,
           const RtDataset *dataset,
           size_t           index,
           const RtImage   *image,   /* (nullable): it cannot be read */
           int              left,
           int              top,
           int              cell)
{
  int label = dataset->labels[index];
  int width, height;

  if (image != NULL)
    {
      fit (image, cell, &width, &height);
      put_image (surface, image, left + (cell - width) / 2, top + (cell - height) / 2,
                 width, height);
    }
  else
    {
      draw_cross (cr, left, top, cell);
    }

  cairo_set_source_rgb (cr, FRAME);
  cairo_rectangle (cr, left - 0.5, top - 0.5, cell + 1, cell + 1);
  cairo_stroke (cr);
  cairo_set_source_rgb (cr, INK);
  draw_caption (cr, label >= 0 ? rt_dataset_get_class_name (dataset, label) : "?",
                left, top + cell + CAPTION_HEIGHT - 5, cell);
}

static RtImage *
take_image (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);
  int stride = cairo_image_surface_get_stride (surface);
  RtImage *image = rt_image_new (width, height, 3);
  uint8_t *out = image->pixels;
  const unsigned char *data;

  cairo_surface_flush (surface);
  data = cairo_image_surface_get_data (surface);
  for (int y = 0; y < height; y++)
    {
      const uint32_t *row = (const uint32_t *) (const void *) (data + (size_t) y * stride);

      for (int x = 0; x < width; x++)
        {
          *out++ = (uint8_t) (row[x] >> 16);
          *out++ = (uint8_t) (row[x] >> 8);
          *out++ = (uint8_t) row[x];
        }
    }
  return image;
}

RtImage *
rt_sheet_draw (const RtDataset    *dataset,
               const size_t       *indices,
               size_t              n,
               const RtSheetView  *view,
               int                 columns,
               int                 cell,
               GError            **error)
{
  size_t rows, width, height;
  cairo_surface_t *surface;
  cairo_t *cr;
  RtImage *sheet;

  g_return_val_if_fail (dataset != NULL && (indices != NULL || n == 0), NULL);
  g_return_val_if_fail (columns > 0 && cell > 0, NULL);

  rows = MAX (1, (n + columns - 1) / columns);
  width = (size_t) columns * (cell + GAP) + GAP;
  height = rows * (cell + CAPTION_HEIGHT + GAP) + GAP;
  if (width > MAX_SIDE || height > MAX_SIDE)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_UNSUPPORTED,
                   "a sheet of %zu pictures would be %zu x %zu pixels, and %d a side is the most; "
                   "show fewer, or smaller ones", n, width, height, MAX_SIDE);
      return NULL;
    }

  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_UNSUPPORTED,
                   "no sheet of %zu x %zu pixels: %s",
                   width, height, cairo_status_to_string (cairo_surface_status (surface)));
      cairo_surface_destroy (surface);
      return NULL;
    }
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, PAPER);
  cairo_paint (cr);
  cairo_set_line_width (cr, 1);
  cairo_select_font_face (cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (cr, CAPTION_SIZE);
  for (size_t i = 0; i < n; i++)
    {
      g_autoptr (RtImage) image = read_view (dataset, indices[i], view, cell);

      draw_cell (surface, cr, dataset, indices[i], image,
                 GAP + (int) (i % columns) * (cell + GAP),
                 GAP + (int) (i / columns) * (cell + CAPTION_HEIGHT + GAP), cell);
    }
  cairo_destroy (cr);
  sheet = take_image (surface);
  cairo_surface_destroy (surface);
  return sheet;
}
