/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-trainer.h"

G_BEGIN_DECLS

/* Seconds; of one sample where nothing else is said. */
typedef struct
{
  int    n_blocks;
  double forward[RT_MAX_BLOCKS];     /* in training */
  double backward[RT_MAX_BLOCKS];
  double inference[RT_MAX_BLOCKS];
  double step;                       /* of a step with all parameters, besides its samples */
  double load;                       /* a picture from its file */
  double teacher;                    /* 0 where there is none */
} RtTrainerProfile;

/* Measures one batch of a trainer that freezes nothing. It changes nothing that a run sees. @hooks
 * (nullable) are told what is measured; a cancelled @cancellable ends it before the next. */
gboolean rt_trainer_profile (RtTrainer             *trainer,
                             const RtTrainerHooks  *hooks,
                             GCancellable          *cancellable,
                             RtTrainerProfile      *profile,
                             GError               **error);

G_END_DECLS
