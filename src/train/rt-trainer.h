/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-evaluate.h"
#include "rt-event.h"
#include "rt-recipe.h"
#include "rt-resolver.h"

#include "rt-task.h"

G_BEGIN_DECLS

/**
 * RtTrainer:
 *
 * One run of a recipe, from its data to its result. It knows no store: checkpoints go where its
 * caller says, metrics leave as events.
 */
typedef struct _RtTrainer RtTrainer;

/* Opens everything the recipe names and plans it; trains nothing. All on the calling thread.
 * Errors are RT_RECIPE_ERROR (what the recipe names) or those of data and nn. (transfer full) */
RtTrainer       *rt_trainer_new            (const RtRecipe    *recipe,
                                            const RtResolver  *resolver,
                                            GCancellable      *cancellable,
                                            GError           **error) G_GNUC_WARN_UNUSED_RESULT;
void             rt_trainer_free           (RtTrainer *trainer);

const RtRecipe  *rt_trainer_get_recipe     (const RtTrainer *trainer);
const RtTask    *rt_trainer_get_task       (const RtTrainer *trainer);
RtNetwork       *rt_trainer_get_network    (RtTrainer *trainer);

/* Which files of the dataset are left out, with the reason of each, for people; NULL where none is.
 * A run says it by a NOTE after its START. (transfer full) (nullable) */
char            *rt_trainer_describe_skipped (const RtTrainer *trainer) G_GNUC_WARN_UNUSED_RESULT;

/* What of its files of weights was guessed, for people, each in a line that says how it is settled.
 * A run says them by NOTEs after its START. */
const GPtrArray *rt_trainer_get_guesses      (const RtTrainer *trainer);

/* Where its weights or its teacher come from a run that was trained on samples that this one is
 * judged by: how many, for people, in a line for each; else NULL. A run says it by a NOTE after its
 * START. (nullable) */
const char      *rt_trainer_get_seen         (const RtTrainer *trainer);

void             rt_trainer_get_input_format (const RtTrainer *trainer,
                                              RtInputFormat   *format);

/* Known at once but for the times, which rt_trainer_measure() takes by running a few steps on
 * the side (it changes nothing that a run sees); given up in the middle of one where it is
 * cancelled. */
void             rt_trainer_get_cost       (const RtTrainer *trainer,
                                            RtCost          *cost);
gboolean         rt_trainer_measure        (RtTrainer     *trainer,
                                            double         seconds,   /* about, that it may take */
                                            GCancellable  *cancellable,   /* (nullable) */
                                            GError       **error);

typedef enum
{
  RT_TRAINER_FINISHED,
  RT_TRAINER_STOPPED,       /* by rt_control_stop(): the best is kept */
  /* by rt_control_interrupt(), or by a stop in the first epoch, where there is no best yet: to be
   * taken up from its last checkpoint */
  RT_TRAINER_INTERRUPTED,
  RT_TRAINER_FAILED,        /* error is set */
} RtTrainerEnd;

/* Called at the end of each epoch, after its EPOCH event, and when interrupted: the place to
 * save checkpoints. FALSE ends the run as failed. */
typedef gboolean (*RtCheckpointFunc) (RtTrainer  *trainer,
                                      gboolean    best,      /* this epoch is the best so far */
                                      void       *data,
                                      GError    **error);

typedef struct
{
  RtControl        *control;       /* (nullable) */
  RtEventFunc       event;
  RtCheckpointFunc  checkpoint;    /* (nullable) */
  void             *data;
} RtTrainerHooks;

/* Trains to the end, or to where the control says. */
RtTrainerEnd     rt_trainer_run            (RtTrainer             *trainer,
                                            const RtTrainerHooks  *hooks,
                                            GError               **error);

/* The weights of the network as they are now, by the ecosystem's names. (transfer full) */
RtTensorList    *rt_trainer_save_weights   (const RtTrainer *trainer) G_GNUC_WARN_UNUSED_RESULT;

/* Everything needed to go on as if nothing had happened: weights, optimiser, position in the
 * epoch, sums, best so far (best weights included). (transfer full) */
RtTensorList    *rt_trainer_save_state     (const RtTrainer *trainer) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the space of what will be computed once, so that a full disk is told before anything has
 * begun; what is only measured needs none. */
gboolean         rt_trainer_reserve        (RtTrainer           *trainer,
                                            GError             **error);

/* Before rt_trainer_run(): goes on from a state. */
gboolean         rt_trainer_load_state     (RtTrainer           *trainer,
                                            const RtTensorList  *state,
                                            GError             **error);

/* Logits of the validation set by the best epoch so far, or by the weights as they are before there
 * is one, with the teacher's where there is one. (transfer full) */
RtPredictions   *rt_trainer_predict_validation (RtTrainer  *trainer,
                                                GError    **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTrainer, rt_trainer_free)

G_END_DECLS
