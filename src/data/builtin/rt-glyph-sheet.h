/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-image.h"

G_BEGIN_DECLS

#define RT_GLYPH_CELL 48     /* pixels of a cell's side */
#define RT_N_GLYPHS 36       /* 0 .. 9, A .. Z */

/* The fonts of the -test sheets are used in the test part alone. */
typedef enum
{
  RT_GLYPH_SHEET_PRINT,
  RT_GLYPH_SHEET_PRINT_TEST,
  RT_GLYPH_SHEET_HAND,
  RT_GLYPH_SHEET_HAND_TEST,
  RT_N_GLYPH_SHEETS,
} RtGlyphSheetKind;

/* A master sheet of data/glyphs. */
typedef struct _RtGlyphSheet RtGlyphSheet;

/**
 * RtGlyphField:
 *
 * One glyph of one font as the distance of each pixel of its cell from the glyph's outline,
 * positive inside. So a stroke gets thicker by adding a number, and one shape becomes another
 * by mixing two fields.
 */
typedef struct
{
  float distance[RT_GLYPH_CELL * RT_GLYPH_CELL];   /* (H,W), pixels of the cell */
  float half_stroke;                               /* of the thickest: the greatest distance */
  float area;                                      /* of the ink, pixels */
} RtGlyphField;

/* The sheet, read at first use and kept until the program ends. From any thread. (transfer
 * none) */
const RtGlyphSheet *rt_glyph_sheet_get         (RtGlyphSheetKind   kind,
                                                GError           **error);
int                 rt_glyph_sheet_get_n_fonts (const RtGlyphSheet *sheet);

/* Made at first use and kept. From any thread. (transfer none) */
const RtGlyphField *rt_glyph_sheet_get_field   (const RtGlyphSheet *sheet,
                                                int                 font,
                                                int                 glyph);

/* The distance at a point in pixels of the cell (0 is the left edge); outside of the cell it
 * falls off. */
float               rt_glyph_field_sample      (const float *distance,
                                                float        x,
                                                float        y);

G_END_DECLS
