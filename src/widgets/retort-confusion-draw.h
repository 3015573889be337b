/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-colours.h"

#include <pango/pangocairo.h>

G_BEGIN_DECLS

/**
 * RetortConfusion:
 *
 * What a confusion grid draws, and where: square cells of @cell pixels from @left, @top. @counts is
 * (truth, predicted).
 */
typedef struct
{
  int     n;
  char  **names;
  int    *counts;
  int    *row_sums;
  int     truth;        /* the selected cell; -1 for none */
  int     predicted;
  double  left;
  double  top;
  double  cell;
} RetortConfusion;

/* Room for the names; the cells take what is left. */
void retort_confusion_layout (RetortConfusion *matrix,
                              PangoContext    *pango,
                              double           width,
                              double           height);

void retort_confusion_draw   (const RetortConfusion *matrix,
                              cairo_t               *cr,
                              PangoContext          *pango,
                              const RetortColours   *colours);

G_END_DECLS
