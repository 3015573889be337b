/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-library.h"

#include "rt-corrections.h"
#include "rt-evaluate.h"

G_BEGIN_DECLS

#define RT_TYPE_INSPECTION (rt_inspection_get_type ())
G_DECLARE_FINAL_TYPE (RtInspection, rt_inspection, RT, INSPECTION, GObject)

/**
 * RtInspection:
 *
 * What a finished run answers on its validation set: the pictures with the logits of the student
 * and, where there was one, of the teacher. Immutable; made off the main thread.
 */
void                 rt_inspection_load_async   (RtLibrary           *library,
                                                 RtRunItem           *item,
                                                 GCancellable        *cancellable,
                                                 GAsyncReadyCallback  callback,
                                                 void                *data);
RtInspection        *rt_inspection_load_finish  (GAsyncResult  *result,
                                                 GError       **error) G_GNUC_WARN_UNUSED_RESULT;

const RtPredictions *rt_inspection_get_predictions (RtInspection *self);
const RtDataset     *rt_inspection_get_dataset  (RtInspection *self);
int                  rt_inspection_get_n_classes (RtInspection *self);
const char          *rt_inspection_get_class_name (RtInspection *self,
                                                   int           label);

/* Rows of the predictions, worst first: those that are wrong, by the loss. (transfer full): of
 * int */
GArray              *rt_inspection_list_mistakes (RtInspection *self) G_GNUC_WARN_UNUSED_RESULT;

/* Rows with this label that were predicted so. (transfer full): of int */
GArray              *rt_inspection_list_cell    (RtInspection *self,
                                                 int           label,
                                                 int           predicted) G_GNUC_WARN_UNUSED_RESULT;

int                  rt_inspection_get_predicted (RtInspection *self,
                                                  int           row);

/* (classes) probabilities at a temperature; FALSE where there is no teacher. */
void                 rt_inspection_get_student  (RtInspection *self,
                                                 int           row,
                                                 float         temperature,
                                                 float        *probabilities);
gboolean             rt_inspection_get_teacher  (RtInspection *self,
                                                 int           row,
                                                 float         temperature,
                                                 float        *probabilities);

/* The pictures of rows, large enough for @side by rt_dataset_read_thumbnail(), off the main thread.
 * (transfer full): of RtImage, NULL for one that cannot
 * be read; NULL with @error when it was cancelled. */
void                 rt_inspection_read_images_async  (RtInspection        *self,
                                                       const int           *rows,
                                                       int                  n,
                                                       int                  side,
                                                       GCancellable        *cancellable,
                                                       GAsyncReadyCallback  callback,
                                                       void                *data);
GPtrArray           *rt_inspection_read_images_finish (RtInspection  *self,
                                                       GAsyncResult  *result,
                                                       GError       **error)
                                                       G_GNUC_WARN_UNUSED_RESULT;

/* Corrections: what a person mends while looking at mistakes. The inspection goes on showing the
 * labels that the run had; what is corrected counts from the next training on. */

/* Not of drawn pictures, which are what their labels say. */
gboolean             rt_inspection_can_correct  (RtInspection *self);

/* As it is now; NULL where the picture is not corrected. (transfer none) (nullable) */
const RtCorrection  *rt_inspection_get_correction (RtInspection *self,
                                                   int           row);

/* They were corrected elsewhere too. */
void                 rt_inspection_reload_corrections (RtInspection *self);

/* The picture's file, or its number. (transfer full) */
char                *rt_inspection_dup_name     (RtInspection *self,
                                                 int           row) G_GNUC_WARN_UNUSED_RESULT;

/* Changes, off the main thread and one after the other; what the inspection says of corrections
 * changes when the answer comes.
 *
 * @label: the name of a class, or NULL: the picture is set aside. The label that the dataset gives
 * is no correction. */
void                 rt_inspection_correct_async (RtInspection        *self,
                                                  int                  row,
                                                  const char          *label,
                                                  GAsyncReadyCallback  callback,
                                                  void                *data);

/* Takes a picture's correction back. */
void                 rt_inspection_revert_async (RtInspection        *self,
                                                 int                  row,
                                                 GAsyncReadyCallback  callback,
                                                 void                *data);

/* Takes back what was done last, one for each call. */
void                 rt_inspection_undo_async   (RtInspection        *self,
                                                 GAsyncReadyCallback  callback,
                                                 void                *data);

/* FALSE without an error where there was nothing to undo. */
gboolean             rt_inspection_change_finish (RtInspection  *self,
                                                  GAsyncResult  *result,
                                                  GError       **error);

G_END_DECLS
