/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/**
 * RtPixels:
 *
 * A dataset whose samples are all of one size and held in memory as (N,H,W,C) bytes: what IDX,
 * CIFAR and CSV files become.
 */

/* The parser fills in pixels, labels and the rest; @title is taken as it is. (transfer full) */
RtDataset *rt_pixels_new          (const char *spec,
                                   const char *title,
                                   const char *domain,
                                   size_t      n_samples,
                                   int         width,
                                   int         height,
                                   int         channels) G_GNUC_WARN_UNUSED_RESULT;

/* (H,W,C) of one sample, to be filled in. */
uint8_t   *rt_pixels_get          (RtDataset *dataset,
                                   size_t     index);

/* Makes classes of the label values that occur, in ascending order, and renumbers the labels. A
 * class is called @names[value] where there is such a name, else by its value. */
void       rt_pixels_name_classes (RtDataset         *dataset,
                                   const char *const *names,
                                   int                n_names);

G_END_DECLS
