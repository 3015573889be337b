/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The master sheets of the glyphs, and the distance fields made of their cells.
 *
 * A cell holds how much of each pixel the ink covers. Its distance field is made by the exact
 * Euclidean transform in two passes of Felzenszwalb and Huttenlocher, "Distance transforms of
 * sampled functions", 2012: once towards the ink, once towards the paper. A pixel that the
 * outline crosses starts from the part of it that is covered, not from 0, so that the outline
 * lies between the pixels where the font put it.
 *
 * Sheets and fields are made at first use and never freed. A field is published by compare and
 * exchange: where two threads made the same one, they made the same bits, and one copy is
 * dropped.
 */
#include "config.h"

#include "rt-glyph-sheet.h"

#include "rt-dirs.h"

#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>

#define CELL RT_GLYPH_CELL
#define FAR_AWAY 1e6f    /* a squared distance beyond any in a cell, small enough for a float */
#define ENDLESS 1e10f

struct _RtGlyphSheet
{
  int            n_fonts;
  uint8_t       *ink;      /* (n_fonts * CELL, RT_N_GLYPHS * CELL) */
  RtGlyphField **fields;   /* (n_fonts, RT_N_GLYPHS) (atomic) (nullable) */
};

static const char *const file_names[RT_N_GLYPH_SHEETS] = {
  "glyphs/print.png",
  "glyphs/print-test.png",
  "glyphs/hand.png",
  "glyphs/hand-test.png",
};

static RtGlyphSheet *
make_sheet (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);
  int stride = cairo_image_surface_get_stride (surface);
  const uint8_t *data = cairo_image_surface_get_data (surface);
  RtGlyphSheet *sheet = g_new0 (RtGlyphSheet, 1);

  sheet->n_fonts = height / CELL;
  sheet->ink = g_new (uint8_t, (size_t) width * height);
  sheet->fields = g_new0 (RtGlyphField *, (size_t) sheet->n_fonts * RT_N_GLYPHS);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const uint32_t *pixel = (const uint32_t *) (const void *) (data + (size_t) y * stride) + x;

        sheet->ink[(size_t) y * width + x] = *pixel & 0xff;   /* grey: any channel will do */
      }
  return sheet;
}

static RtGlyphSheet *
read_sheet (const char  *name,
            GError     **error)
{
  g_autofree char *path = rt_dirs_get_data (name);
  cairo_surface_t *surface = cairo_image_surface_create_from_png (path);
  cairo_status_t status = cairo_surface_status (surface);
  cairo_format_t format = cairo_image_surface_get_format (surface);
  RtGlyphSheet *sheet = NULL;

  if (status == CAIRO_STATUS_FILE_NOT_FOUND)
    g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
                 "%s: the sheet of the built-in glyphs is missing; install the program's data "
                 "again, or let RETORT_DATADIR name the data folder of the source tree",
                 path);
  else if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                 "%s: the sheet of the built-in glyphs cannot be read (%s); install the program's "
                 "data again",
                 path, cairo_status_to_string (status));
  else if ((format != CAIRO_FORMAT_RGB24 && format != CAIRO_FORMAT_ARGB32)
           || cairo_image_surface_get_width (surface) != RT_N_GLYPHS * CELL
           || cairo_image_surface_get_height (surface) < CELL
           || cairo_image_surface_get_height (surface) % CELL != 0)
    g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                 "%s: not a sheet of the built-in glyphs (a grey PNG of %d columns, one row a "
                 "font, cells of %d pixels); install the program's data again",
                 path, RT_N_GLYPHS, CELL);
  else
    sheet = make_sheet (surface);
  cairo_surface_destroy (surface);
  return sheet;
}

/* The squared distance transform of one line: the lower envelope of parabolas that stand on
 * @inp. */
static void
transform_line (float *out,
                const float *inp,
                int    n)
{
  int roots[CELL];
  float starts[CELL + 1];
  int last = 0;

  roots[0] = 0;
  starts[0] = -ENDLESS;
  starts[1] = ENDLESS;
  for (int q = 1; q < n; q++)
    {
      float s;

      do
        {
          int p = roots[last];

          s = ((inp[q] + (float) (q * q)) - (inp[p] + (float) (p * p))) / (float) (2 * (q - p));
        }
      while (s <= starts[last] && --last >= 0);
      last++;
      roots[last] = q;
      starts[last] = s;
      starts[last + 1] = ENDLESS;
    }
  for (int q = 0, k = 0; q < n; q++)
    {
      while (starts[k + 1] < (float) q)
        k++;
      out[q] = (float) ((q - roots[k]) * (q - roots[k])) + inp[roots[k]];
    }
}

/* @grid (CELL,CELL): squared distances at the outline, FAR_AWAY elsewhere; becomes squared
 * distances. */
static void
transform (float *grid)
{
  float line[CELL], out[CELL];

  for (int x = 0; x < CELL; x++)
    {
      for (int y = 0; y < CELL; y++)
        line[y] = grid[y * CELL + x];
      transform_line (out, line, CELL);
      for (int y = 0; y < CELL; y++)
        grid[y * CELL + x] = out[y];
    }
  for (int y = 0; y < CELL; y++)
    {
      transform_line (out, grid + y * CELL, CELL);
      for (int x = 0; x < CELL; x++)
        grid[y * CELL + x] = out[x];
    }
}

static RtGlyphField *
make_field (const uint8_t *ink,
            size_t         stride)
{
  RtGlyphField *field = g_new0 (RtGlyphField, 1);
  float outer[CELL * CELL], inner[CELL * CELL];

  for (int i = 0; i < CELL * CELL; i++)
    {
      float covered = ink[(i / CELL) * stride + i % CELL] / 255.0f;
      float out = MAX (0.0f, 0.5f - covered), in = MAX (0.0f, covered - 0.5f);

      outer[i] = covered <= 0.0f ? FAR_AWAY : out * out;
      inner[i] = covered >= 1.0f ? FAR_AWAY : in * in;
      field->area += covered;
    }
  transform (outer);
  transform (inner);
  for (int i = 0; i < CELL * CELL; i++)
    {
      field->distance[i] = sqrtf (inner[i]) - sqrtf (outer[i]);
      field->half_stroke = MAX (field->half_stroke, field->distance[i]);
    }
  return field;
}

const RtGlyphSheet *
rt_glyph_sheet_get (RtGlyphSheetKind   kind,
                    GError           **error)
{
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static RtGlyphSheet *sheets[RT_N_GLYPH_SHEETS];
  const RtGlyphSheet *sheet;

  pthread_mutex_lock (&mutex);
  if (sheets[kind] == NULL)
    sheets[kind] = read_sheet (file_names[kind], error);
  sheet = sheets[kind];
  pthread_mutex_unlock (&mutex);
  return sheet;
}

int
rt_glyph_sheet_get_n_fonts (const RtGlyphSheet *sheet)
{
  return sheet->n_fonts;
}

const RtGlyphField *
rt_glyph_sheet_get_field (const RtGlyphSheet *sheet,
                          int                 font,
                          int                 glyph)
{
  RtGlyphField **slot = &sheet->fields[font * RT_N_GLYPHS + glyph];
  RtGlyphField *field = g_atomic_pointer_get (slot);
  size_t stride = RT_N_GLYPHS * CELL;

  if (field != NULL)
    return field;
  field = make_field (sheet->ink + font * CELL * stride + glyph * CELL, stride);
  if (!g_atomic_pointer_compare_and_exchange (slot, NULL, field))
    {
      g_free (field);
      field = g_atomic_pointer_get (slot);
    }
  return field;
}

float
rt_glyph_field_sample (const float *distance,
                       float        x,
                       float        y)
{
  /* Centres of pixels are at halves. Beyond the cell the distance goes on growing. */
  float cx = CLAMP (x - 0.5f, 0.0f, CELL - 1.001f), cy = CLAMP (y - 0.5f, 0.0f, CELL - 1.001f);
  float beyond = fabsf (x - 0.5f - cx) + fabsf (y - 0.5f - cy);
  int ix = (int) cx, iy = (int) cy;
  float u = cx - (float) ix, v = cy - (float) iy;
  const float *d = distance + iy * CELL + ix;
  float top = d[0] + (d[1] - d[0]) * u;
  float bottom = d[CELL] + (d[CELL + 1] - d[CELL]) * u;

  return top + (bottom - top) * v - beyond;
}
