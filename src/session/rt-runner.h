/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-job.h"

G_BEGIN_DECLS

/* How a run ended. */
typedef struct
{
  int          run;
  RtTrainerEnd end;
  const char  *message;   /* (nullable) why it failed */
} RtRunnerEnd;

/* All are called on the main thread. */
typedef struct
{
  RtEventFunc event;
  /* After all events that had come meanwhile: what is shown of many is shown once. */
  void      (*delivered) (void *data);
  void      (*ended)     (const RtRunnerEnd *end,
                          void              *data);
  void       *data;
} RtRunnerHooks;

/**
 * RtRunner:
 *
 * The one training thread. Runs are asked for by number; events come back on the main context that
 * was the default when it was made.
 */
typedef struct _RtRunner RtRunner;

RtRunner  *rt_runner_new         (const char          *home,
                                  const RtRunnerHooks *hooks) G_GNUC_WARN_UNUSED_RESULT;

/* Interrupts what is under way, joins the thread, and delivers nothing more. A hook may call it. */
void       rt_runner_free        (RtRunner *runner);

/* Trains run @id. Returns its control (transfer none), valid until the next is asked for; NULL
 * where a run is under way: they come one after the other, and who asks keeps the rest. */
RtControl *rt_runner_train       (RtRunner *runner,
                                  int       id);

/* Whether a run is under way; its end may not be delivered yet. */
gboolean   rt_runner_is_busy     (RtRunner *runner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtRunner, rt_runner_free)

G_END_DECLS
