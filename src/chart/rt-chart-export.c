/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A chart as a file: a picture by Cairo, or a table.
 *
 * Whatever the form, it is made in memory first and then put in place as a whole, so that a full
 * disk leaves the file that was there.
 */
#include "config.h"

#include "rt-chart-draw.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>

#define PNG_SCALE 2.0
#define FONT      "Cantarell, Noto Sans, Sans"
#define FONT_SIZE 12      /* pixels */

static cairo_status_t
append_cb (void                *closure,
           const unsigned char *data,
           unsigned int         length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
make_surface (const char *ending,
              GByteArray *bytes,
              int         width,
              int         height)
{
  cairo_surface_t *surface;

  if (g_str_equal (ending, ".svg"))
    return cairo_svg_surface_create_for_stream (append_cb, bytes, width, height);
  if (g_str_equal (ending, ".pdf"))
    return cairo_pdf_surface_create_for_stream (append_cb, bytes, width, height);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) (width * PNG_SCALE),
                                        (int) (height * PNG_SCALE));
  cairo_surface_set_device_scale (surface, PNG_SCALE, PNG_SCALE);
  return surface;
}

static cairo_status_t
draw_picture (RtChart    *chart,
              const char *ending,
              GByteArray *bytes,
              int         width,
              int         height)
{
  PangoContext *pango = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string (FONT);
  RtChartStyle style = { rt_chart_palette_light, pango };
  cairo_surface_t *surface = make_surface (ending, bytes, width, height);
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  pango_font_description_set_absolute_size (font, FONT_SIZE * PANGO_SCALE);
  pango_context_set_font_description (pango, font);
  rt_chart_draw (chart, cr, &style, width, height);
  status = cairo_status (cr);
  g_object_unref (pango);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && g_str_equal (ending, ".png"))
    status = cairo_surface_write_to_png_stream (surface, append_cb, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

/* Quoted where a comma, a quote or a line break would be read as something else. */
static void
append_cell (GString    *csv,
             const char *text)
{
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (csv, text);
      return;
    }
  g_string_append_c (csv, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *text);
    }
  g_string_append_c (csv, '"');
}

static void
append_number (GString *csv,
               double   number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isfinite (number))
    g_string_append (csv, g_ascii_formatd (text, sizeof text, "%.9g", number));
}

/* One or two columns of the table over their own x, read from the front. */
typedef struct
{
  const double *x;
  const double *values[2];
  int           n_values;
  int           n;
  int           at;
} Column;

static GArray *
collect_columns (const RtChart *chart,
                 GString       *header)
{
  GArray *columns = g_array_new (FALSE, TRUE, sizeof (Column));
  const char *x_label = rt_chart_get_x_label (chart);

  append_cell (header, *x_label != '\0' ? x_label : "x");
  for (int i = 0; i < rt_chart_get_n_series (chart); i++)
    {
      const RtChartSeries *series = rt_chart_get_series (chart, i);
      const char *title = rt_chart_series_get_title (series);
      g_autofree char *lower = g_strconcat (title, " (low)", NULL);
      g_autofree char *upper = g_strconcat (title, " (high)", NULL);
      Column points = { .n_values = 1 }, band = { .n_values = 2 };

      points.n = rt_chart_series_get_points (series, &points.x, &points.values[0], NULL);
      band.n = rt_chart_series_get_band (series, &band.x, &band.values[0], &band.values[1]);
      g_array_append_val (columns, points);
      g_string_append_c (header, ',');
      append_cell (header, title);
      if (band.n == 0)
        continue;
      g_array_append_val (columns, band);
      g_string_append_c (header, ',');
      append_cell (header, lower);
      g_string_append_c (header, ',');
      append_cell (header, upper);
    }
  g_string_append_c (header, '\n');
  return columns;
}

char *
rt_chart_to_csv (const RtChart *chart)
{
  GString *csv = g_string_new (NULL);
  g_autoptr (GArray) columns = collect_columns (chart, csv);

  for (;;)
    {
      double x = INFINITY;

      for (guint i = 0; i < columns->len; i++)
        {
          const Column *column = &g_array_index (columns, Column, i);

          if (column->at < column->n)
            x = MIN (x, column->x[column->at]);
        }
      if (isinf (x))
        return g_string_free (csv, FALSE);

      append_number (csv, x);
      for (guint i = 0; i < columns->len; i++)
        {
          Column *column = &g_array_index (columns, Column, i);
          gboolean here = column->at < column->n && column->x[column->at] == x;

          for (int k = 0; k < column->n_values; k++)
            {
              g_string_append_c (csv, ',');
              if (here)
                append_number (csv, column->values[k][column->at]);
            }
          column->at += here;
        }
      g_string_append_c (csv, '\n');
    }
}

gboolean
rt_chart_export (RtChart     *chart,
                 const char  *path,
                 int          width,
                 int          height,
                 GError     **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *ending = NULL;
  const char *dot = strrchr (path, '.');
  cairo_status_t status;

  g_return_val_if_fail (width > 0 && height > 0, FALSE);

  ending = g_ascii_strdown (dot != NULL ? dot : "", -1);
  if (g_str_equal (ending, ".csv"))
    {
      g_autofree char *csv = rt_chart_to_csv (chart);

      return g_file_set_contents (path, csv, -1, error);
    }
  if (!g_str_equal (ending, ".png") && !g_str_equal (ending, ".svg")
      && !g_str_equal (ending, ".pdf"))
    {
      g_set_error (error, RT_CHART_ERROR, RT_CHART_ERROR_FORMAT,
                   "%s: a chart is written as .png, .svg, .pdf or .csv; "
                   "give the file one of these endings", path);
      return FALSE;
    }
  status = draw_picture (chart, ending, bytes, width, height);
  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, RT_CHART_ERROR, RT_CHART_ERROR_DRAW,
                   "%s: the chart could not be drawn at %d x %d (%s); try a smaller one",
                   path, width, height, cairo_status_to_string (status));
      return FALSE;
    }
  return g_file_set_contents (path, (const char *) bytes->data, bytes->len, error);
}
