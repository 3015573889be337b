/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-augment.h"
#include "rt-dataset.h"
#include "rt-input-format.h"

G_BEGIN_DECLS

/* What becomes of the pictures of a sheet: each is made square as @fit says, where that is not
 * NULL, and augmented by the draws of the first view in a run of that seed. */
typedef struct
{
  const RtPictureFit *fit;   /* (nullable) */
  RtAugment           augment;
  uint64_t            seed;
} RtSheetView;

/* Indices for a sheet: the first @per_class samples of each class (those with labels), class after
 * class. Where the dataset has a test part of its own it stays shut. Free with g_free(). (transfer
 * full) */
size_t  *rt_sheet_choose (const RtDataset *dataset,
                          int              per_class,
                          size_t          *n) G_GNUC_WARN_UNUSED_RESULT;

/* A contact sheet (RGB): the samples @indices in @columns columns, each fitted into @cell pixels
 * with the name of its class below, as they are or, with @view, as training would see them. A
 * picture that cannot be read is crossed out, not fatal. The error says that the sheet would be too
 * large. (transfer full) */
RtImage *rt_sheet_draw   (const RtDataset    *dataset,
                          const size_t       *indices,
                          size_t              n,
                          const RtSheetView  *view,
                          int                 columns,
                          int                 cell,
                          GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
