/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-library.h"

#include "rt-image.h"
#include "rt-predictor.h"

G_BEGIN_DECLS

#define RT_TRIAL_MOST 5

/* What a finished run says about a picture that it never saw: its likeliest classes, the likeliest
 * first. */
typedef struct
{
  RtImage *image;                    /* as it was read */
  int      n;                        /* RT_TRIAL_MOST, or the classes that there are */
  char    *names[RT_TRIAL_MOST];
  double   shares[RT_TRIAL_MOST];    /* probabilities */
  double   seconds;                  /* of scaling and computing, on one thread */
} RtTrial;

void     rt_trial_free       (RtTrial *trial);

/* Reads a picture and asks the best epoch of a run, off the main thread. */
void     rt_trial_ask_async  (RtLibrary           *library,
                              int                  run,
                              const char          *path,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              void                *data);
/* (transfer full) */
RtTrial *rt_trial_ask_finish (GAsyncResult  *result,
                              GError       **error) G_GNUC_WARN_UNUSED_RESULT;

/* What @predictor says of the trial's image, in order. */
void     rt_trial_take_answer (RtTrial     *trial,
                               RtPredictor *predictor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTrial, rt_trial_free)

G_END_DECLS
