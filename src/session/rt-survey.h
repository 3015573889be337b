/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include "rt-task.h"

G_BEGIN_DECLS

#define RT_TYPE_SURVEY (rt_survey_get_type ())

/**
 * RtSurvey:
 *
 * The dataset of the recipe being made with its split, as training would have it: counts, what was
 * corrected, what is wrong with it. Made off the main thread; only the duplicates and the damaged
 * pictures come later, when they are asked for.
 */
G_DECLARE_FINAL_TYPE (RtSurvey, rt_survey, RT, SURVEY, GObject)

void             rt_survey_async        (RtSession           *session,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         void                *data);
RtSurvey        *rt_survey_finish       (GAsyncResult  *result,
                                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none) */
const RtTask    *rt_survey_get_task     (RtSurvey *self);

/* Whether the dataset has a part of its own. */
gboolean         rt_survey_has_part     (RtSurvey *self,
                                         RtPart    part);

/* How many samples of class @label (-1: of all) are in a part of the split. */
size_t           rt_survey_count        (RtSurvey *self,
                                         RtPart    part,
                                         int       label);

/* Samples of the same content in two parts or two classes, each in words. (transfer full): of char
 * * */
void             rt_survey_find_duplicates_async  (RtSurvey            *self,
                                                   GCancellable        *cancellable,
                                                   GAsyncReadyCallback  callback,
                                                   void                *data);
GPtrArray       *rt_survey_find_duplicates_finish (RtSurvey      *self,
                                                   GAsyncResult  *result,
                                                   GError       **error)
                                                   G_GNUC_WARN_UNUSED_RESULT;

/* What is wrong with each picture that cannot be read, though its file begins as one: found by
 * reading them all, which takes a while. (transfer full): of char * */
void             rt_survey_find_damaged_async  (RtSurvey            *self,
                                                GCancellable        *cancellable,
                                                GAsyncReadyCallback  callback,
                                                void                *data);
GPtrArray       *rt_survey_find_damaged_finish (RtSurvey      *self,
                                                GAsyncResult  *result,
                                                GError       **error)
                                                G_GNUC_WARN_UNUSED_RESULT;

/* Takes back the correction of @sample (NULL: all of them), as they are kept by now. What the
 * survey says stays as it is: ask for another one. */
void             rt_survey_revert_async  (RtSurvey            *self,
                                          const char          *sample,
                                          GAsyncReadyCallback  callback,
                                          void                *data);
gboolean         rt_survey_revert_finish (RtSurvey      *self,
                                          GAsyncResult  *result,
                                          GError       **error);

G_END_DECLS
