/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-inspection.h"

G_BEGIN_DECLS

/* A sample before a change of its correction. */
typedef struct
{
  char          *sample;    /* Owned */
  RtCorrections *was;       /* Owned: its own correction, or none */
} RtCorrectionBefore;

void rt_correction_before_free (RtCorrectionBefore *before);

struct _RtInspection
{
  GObject        parent_instance;

  RtDataset     *dataset;       /* Owned */
  RtPredictions *predictions;   /* Owned */
  RtCorrections *corrections;   /* Owned (nullable): of the dataset as they are now */
  GPtrArray     *undo;          /* Owned: of RtCorrectionBefore, the newest last */
  GQueue        *changes;       /* Owned: of GTask, the first under way, the others after it */
};

G_END_DECLS
