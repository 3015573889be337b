/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-cli.h"

G_BEGIN_DECLS

/* Begins as zeros. */
typedef struct
{
  int           run;       /* whose weights are judged, or 0 */
  RtRecipe     *recipe;    /* Owned: (nullable) of that run */
  RtTensorList *split;     /* Owned: (nullable) the one it was trained with */
  RtDataset    *dataset;   /* Owned */
  const char   *style;     /* Not owned: (nullable) of a drawn dataset */
  double        shift;
  RtTask       *task;      /* Owned: (nullable) the run's split, drawn anew */
  uint8_t      *parts;     /* Owned: (nullable) (samples) RtPart by @split */
  GArray       *samples;   /* Owned: of size_t */
  const char   *part;      /* for people and machines: "all", "test", ... */
} RtJudgedSamples;

void     rt_judged_samples_clear    (RtJudgedSamples *self);

/* The samples that the run was trained on are known from here on. */
gboolean rt_judged_samples_take_run (RtJudgedSamples  *self,
                                     int               run,
                                     GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* @dataset: its spec (NULL: the run's own task); it, @style and @shift (of a drawn dataset; NULL,
 * NaN: as they are) live as long as @self. */
gboolean rt_judged_samples_open     (RtJudgedSamples  *self,
                                     const char       *dataset,
                                     const char       *style,
                                     double            shift,
                                     GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* @part: "test", "validation", "train" or "all" (NULL: test where there is one). Every @every-th of
 * it, and @limit of these at most (0: all). Says what the figures will not tell: samples left out,
 * or that the run was trained on. */
gboolean rt_judged_samples_choose   (RtJudgedSamples  *self,
                                     const char       *part,
                                     int               every,
                                     int               limit,
                                     GError          **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtJudgedSamples, rt_judged_samples_clear)

G_END_DECLS
