/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-store.h"

G_BEGIN_DECLS

/*
 * A recipe carried out with everything kept: what the command line's `run` and `resume` and the
 * desktop's Train have in common. All of it happens on the calling thread.
 */

/* Trains run @id of @store (new, or interrupted: then from its last checkpoint), saving
 * runs/N/state.safetensors at the end of an epoch (once a second at most, and at the end), when
 * better runs/N/best.safetensors with its card best.json and its predictions
 * (predictions.safetensors: of the validation set, as rt-predictions-file.h has them), and metrics
 * in the database; split.safetensors says from the first which samples are in which part. @event
 * also sees every event. Returns how it ended: RT_TRAINER_FAILED with @error (and the run marked so
 * with the message, and with what its best epoch gave, where it had one, as its result; but of
 * RT_STORE_ERROR_SPLIT, and where a run that was begun cannot be opened, it stays as it was), and
 * RT_TRAINER_INTERRUPTED also where it was stopped before it was open. */
RtTrainerEnd rt_job_run (RtStore      *store,
                         int           id,
                         RtControl    *control,
                         RtEventFunc   event,
                         void         *data,
                         GError      **error);

G_END_DECLS
