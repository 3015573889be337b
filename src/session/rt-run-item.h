/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-store.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* What the session, or the run that it trains, is doing now. */
typedef enum
{
  RT_SESSION_IDLE,
  RT_SESSION_PREPARING,   /* opening, computing what is computed once */
  RT_SESSION_TRAINING,
  RT_SESSION_PAUSED,
  RT_SESSION_STOPPING,
} RtSessionState;

#define RT_TYPE_RUN_ITEM (rt_run_item_get_type ())
G_DECLARE_FINAL_TYPE (RtRunItem, rt_run_item, RT, RUN_ITEM, GObject)

/**
 * RtRunItem:
 *
 * One run as the desktop shows it: a row of the history and its curves. Properties (all read-only
 * but `overlaid`): `id`, `name`, `method`, `state` (RtRunState), `message` (nullable: why it
 * failed, until it is taken up), `epoch`, `n-epochs`, `accuracy` (best on validation, -1 before
 * there is one), `test-accuracy` (of its best epoch, -1 where there is none), `colour` (0 .. 7:
 * which of the chart's colours and dashes), `activity` (RtSessionState: what is done with it now;
 * idle for all but the run under way), `overlaid` (its curves are shown). Signal `curves-changed`:
 * steps or epochs were added, or all were replaced.
 */

RtRunItem            *rt_run_item_new         (const RtRun *run,
                                               int          colour) G_GNUC_WARN_UNUSED_RESULT;

int                   rt_run_item_get_id      (RtRunItem *self);
const char           *rt_run_item_get_name    (RtRunItem *self);
const char           *rt_run_item_get_method  (RtRunItem *self);
RtRunState            rt_run_item_get_state   (RtRunItem *self);
double                rt_run_item_get_accuracy (RtRunItem *self);
int                   rt_run_item_get_colour  (RtRunItem *self);
gboolean              rt_run_item_get_overlaid (RtRunItem *self);
/* As the property `message`. (transfer none) (nullable) */
const char           *rt_run_item_get_failure (RtRunItem *self);
void                  rt_run_item_set_overlaid (RtRunItem *self,
                                                gboolean   overlaid);

/* The whole row as last known. */
const RtRun          *rt_run_item_get_run     (RtRunItem *self);

/* Borrowed arrays of RtEpochMetrics and RtStepMetrics; empty before they are loaded. */
const GArray         *rt_run_item_get_epochs  (RtRunItem *self);
const GArray         *rt_run_item_get_steps   (RtRunItem *self);

/* For the library and the session. */
void                  rt_run_item_set_activity (RtRunItem      *self,
                                                RtSessionState  activity);
void                  rt_run_item_set_n_epochs (RtRunItem *self,
                                                int        n_epochs);
/* What has changed is notified. */
void                  rt_run_item_update      (RtRunItem   *self,
                                               const RtRun *run);
void                  rt_run_item_set_curves  (RtRunItem *self,
                                               GArray    *epochs,   /* (transfer full) */
                                               GArray    *steps);   /* (transfer full) */
void                  rt_run_item_add_steps   (RtRunItem           *self,
                                               const RtStepMetrics *steps,
                                               size_t               n);
void                  rt_run_item_add_epochs  (RtRunItem            *self,
                                               const RtEpochMetrics *epochs,
                                               size_t                n);

G_END_DECLS
