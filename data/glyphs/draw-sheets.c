/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Draws the master sheets of the built-in glyphs. Not part of the build: the sheets are kept,
 * and drawn again only when fonts.csv changes.
 *
 *   cc -O2 -o draw-sheets draw-sheets.c $(pkg-config --cflags --libs cairo-ft glib-2.0) -lm
 *   ./draw-sheets fonts.csv /usr/share/fonts .
 *
 * fonts.csv has one font a line: sheet,file,package,name,licence (the file below the fonts
 * folder, the Debian package that brings it). A sheet is an 8-bit grey PNG, one row a font in
 * the order of the file, one column a glyph in the order of GLYPHS, cells of CELL pixels, white
 * ink on black. A font keeps its proportions: the median height of its glyphs is INK, and a
 * glyph that would not fit into its cell at that size is made smaller alone. Each glyph's ink
 * is centred in its cell.
 */
#include <cairo-ft.h>
#include <glib.h>
#include <math.h>
#include <stdlib.h>

#include FT_FREETYPE_H

#define GLYPHS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define N_GLYPHS 36
#define CELL 48
#define INK 32.0
#define ROOM 42.0
#define TRIAL 100.0

static int
compare_heights (const void *a,
                 const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
measure (cairo_t              *cr,
         double                size,
         char                  glyph,
         cairo_text_extents_t *extents)
{
  char text[2] = { glyph, '\0' };

  cairo_set_font_size (cr, size);
  cairo_text_extents (cr, text, extents);
}

static double
find_size (cairo_t *cr)
{
  double heights[N_GLYPHS];

  for (int i = 0; i < N_GLYPHS; i++)
    {
      cairo_text_extents_t extents;

      measure (cr, TRIAL, GLYPHS[i], &extents);
      heights[i] = extents.height;
    }
  qsort (heights, N_GLYPHS, sizeof heights[0], compare_heights);
  return TRIAL * INK / heights[N_GLYPHS / 2];
}

static void
draw_glyph (cairo_t *cr,
            double   size,
            int      column,
            int      row)
{
  char text[2] = { GLYPHS[column], '\0' };
  cairo_text_extents_t extents;
  double longest;

  measure (cr, size, GLYPHS[column], &extents);
  longest = MAX (extents.width, extents.height);
  if (longest > ROOM)
    measure (cr, size * ROOM / longest, GLYPHS[column], &extents);
  if (!(extents.width > 1.0 && extents.height > 1.0))
    g_error ("row %d has no glyph '%c'", row, GLYPHS[column]);
  cairo_move_to (cr,
                 (column + 0.5) * CELL - extents.x_bearing - extents.width / 2,
                 (row + 0.5) * CELL - extents.y_bearing - extents.height / 2);
  cairo_show_text (cr, text);
}

static void
draw_row (cairo_t    *cr,
          FT_Library  library,
          const char *path,
          int         row)
{
  cairo_font_options_t *options = cairo_font_options_create ();
  cairo_font_face_t *font;
  FT_Face face;
  double size;

  if (FT_New_Face (library, path, 0, &face) != 0)
    g_error ("%s: not a font that opens; is its package installed?", path);
  font = cairo_ft_font_face_create_for_ft_face (face, FT_LOAD_NO_HINTING);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options (cr, options);
  cairo_set_font_face (cr, font);
  size = find_size (cr);
  for (int i = 0; i < N_GLYPHS; i++)
    draw_glyph (cr, size, i, row);
  cairo_font_options_destroy (options);
}

static void
draw_sheet (const char *sheet,
            char      **lines,
            const char *fonts,
            const char *folder)
{
  g_autofree char *file = g_strconcat (sheet, ".png", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *prefix = g_strconcat (sheet, ",", NULL);
  cairo_surface_t *surface;
  FT_Library library;
  cairo_t *cr;
  int n_rows = 0, row = 0;

  for (int i = 0; lines[i] != NULL; i++)
    n_rows += g_str_has_prefix (lines[i], prefix);
  surface = cairo_image_surface_create (CAIRO_FORMAT_A8, N_GLYPHS * CELL, n_rows * CELL);
  cr = cairo_create (surface);
  FT_Init_FreeType (&library);
  for (int i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], prefix))
      {
        g_auto (GStrv) fields = g_strsplit (lines[i], ",", -1);
        g_autofree char *font = g_build_filename (fonts, fields[1], NULL);

        draw_row (cr, library, font, row++);
      }
  if (cairo_surface_write_to_png (surface, path) != CAIRO_STATUS_SUCCESS)
    g_error ("%s: cannot be written", path);
  g_print ("%s: %d fonts\n", path, n_rows);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

int
main (int    argc,
      char **argv)
{
  static const char *const sheets[] = { "print", "print-test", "hand", "hand-test" };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (argc != 4 || !g_file_get_contents (argv[1], &text, NULL, NULL))
    g_error ("usage: draw-sheets fonts.csv FONTS-FOLDER OUTPUT-FOLDER");
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (int i = 0; i < 4; i++)
    draw_sheet (sheets[i], lines, argv[2], argv[3]);
  return 0;
}
