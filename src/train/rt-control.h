/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RtControl:
 *
 * What a person wants of a run that is under way. Set from any thread, looked at by the trainer
 * between steps.
 */
typedef struct _RtControl RtControl;

RtControl *rt_control_new       (void) G_GNUC_WARN_UNUSED_RESULT;
RtControl *rt_control_ref       (RtControl *control);
void       rt_control_unref     (RtControl *control);

void       rt_control_pause     (RtControl *control);
void       rt_control_resume    (RtControl *control);
void       rt_control_step      (RtControl *control);   /* one step, then paused again */
void       rt_control_stop      (RtControl *control);   /* end here: keep the best, finished */
/* end here: save the state, to be taken up */
void       rt_control_interrupt (RtControl *control);

/* That it ends about then, by rt_clock_now(); 0: when it is done. A run whose schedule allows it
 * chooses the number of its epochs accordingly; pauses are added. */
void       rt_control_set_deadline (RtControl *control,
                                    double     deadline);
double     rt_control_get_deadline (RtControl *control);

typedef enum
{
  RT_CONTROL_GO,
  RT_CONTROL_STOP,
  RT_CONTROL_INTERRUPT,
} RtControlState;

/* Called by the trainer before a step: waits while paused. */
RtControlState rt_control_check (RtControl *control);

/* The same for long work that is no step: a step that is wished for lets it go on, and is still to
 * be made. */
RtControlState rt_control_wait  (RtControl *control);

/* Without waiting. */
RtControlState rt_control_peek  (RtControl *control);

gboolean       rt_control_is_paused (RtControl *control);

/* Cancelled by a stop and by an interrupt: for what takes long and knows nothing of runs. (transfer
 * none) */
GCancellable  *rt_control_get_cancellable (RtControl *control);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtControl, rt_control_unref)

G_END_DECLS
