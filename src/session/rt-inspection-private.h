/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-inspection.h"

G_BEGIN_DECLS

struct _RtInspection
{
  GObject        parent_instance;

  RtDataset     *dataset;       /* Owned */
  RtPredictions *predictions;   /* Owned */
  RtCorrections *corrections;   /* Owned (nullable): of the dataset as they are now */
  GPtrArray     *undo;          /* Owned: of char *, what they were before each change */
  GQueue        *changes;       /* Owned: of GTask, the first under way, the others after it */
};

G_END_DECLS
