/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-event.h"

G_BEGIN_DECLS

/**
 * RtProgress:
 *
 * A run as it is told: on a terminal a bar that moves and a line for each epoch, elsewhere
 * plain lines, with --json objects.
 */
typedef struct _RtProgress RtProgress;

/* What the "start" of a run says besides its cost. */
typedef struct
{
  const char *name;
  const char *method;
  const char *group;         /* (nullable) */
  const char *network;
  guint64     seed;
  gboolean    is_baseline;
  int         epoch;         /* already done, where it is taken up; else 0 */
} RtProgressRun;

RtProgress *rt_progress_new   (const RtProgressRun *run) G_GNUC_WARN_UNUSED_RESULT;
void        rt_progress_free  (RtProgress *progress);

/* An RtEventFunc; @data is the progress. */
void        rt_progress_event (const RtEvent *event,
                               void          *data);

/* Takes the bar away, before something else is printed. */
void        rt_progress_clear (RtProgress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtProgress, rt_progress_free)

G_END_DECLS
