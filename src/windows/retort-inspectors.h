/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-card.h"

#include "rt-inspection.h"

G_BEGIN_DECLS

#define RETORT_TYPE_INSPECTORS (retort_inspectors_get_type ())

/**
 * RetortInspectors:
 *
 * What the run that is shown answers: samples of the task, worst mistakes, confusion, soft labels,
 * a picture of one's own.
 * Loaded off the main thread.
 */
G_DECLARE_FINAL_TYPE (RetortInspectors, retort_inspectors, RETORT, INSPECTORS, RetortCard)

/* @item may be %NULL. */
void retort_inspectors_set_run (RetortInspectors *self,
                                RtRunItem        *item);
/* The run has answers now. */
void retort_inspectors_reload  (RetortInspectors *self);

/* Asks the run that is shown about a picture from a file, and shows the answer. FALSE where
 * there is no run that could answer. */
gboolean retort_inspectors_try_picture (RetortInspectors *self,
                                        const char       *path);

/* What the mistakes are of; NULL where there is nothing to look at. (transfer none) (nullable) */
RtInspection *retort_inspectors_get_inspection (RetortInspectors *self);

/* Labels were mended, pictures set aside, or that was taken back. */
void retort_inspectors_update_corrections (RetortInspectors *self);

/* A comparison has ended: what it says is brought to the front. */
void retort_inspectors_show_verdict (RetortInspectors *self);

G_END_DECLS
