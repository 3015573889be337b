/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-library.h"

#include "rt-verdict.h"

G_BEGIN_DECLS

/**
 * RtComparison:
 *
 * What the runs of one group say: those that have ended in whole pairs, a run and its baseline with
 * the same seed. It comes from the history, so that it is there after a restart, and for what the
 * command line has trained.
 */
typedef struct
{
  RtVerdict verdict;
  gboolean  by_test;      /* else by the validation set */
  char     *difference;   /* what the baseline has different, in words */
  char     *seen;         /* (nullable) that runs are judged by what was trained on before */
} RtComparison;

/* NULL where @group is, or where no pair is whole. (transfer full) */
RtComparison *rt_comparison_new  (RtLibrary  *library,
                                  const char *group) G_GNUC_WARN_UNUSED_RESULT;
void          rt_comparison_free (RtComparison *comparison);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtComparison, rt_comparison_free)

G_END_DECLS
