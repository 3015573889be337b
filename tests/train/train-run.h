/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-trainer.h"

G_BEGIN_DECLS

/**
 * TrainRun:
 *
 * A run of a tiny recipe with everything that came out of it, for tests. A hook can end it or keep
 * states on the way.
 */
typedef struct _TrainRun TrainRun;

struct _TrainRun
{
  RtTrainer   *trainer;      /* Owned */
  RtControl   *control;      /* Owned */
  GArray      *steps;        /* Owned: of RtStepMetrics */
  GArray      *epochs;       /* Owned: of RtEpochMetrics */
  GPtrArray   *notes;        /* Owned: of char * */
  GPtrArray   *states;       /* Owned: of RtTensorList, of each checkpoint */
  RtResult     result;
  gboolean     has_result;
  int          n_starts;
  RtTrainerEnd end;
  GError      *error;        /* Owned */
  size_t       n_test;       /* of the task; the run's own looks at the first few only */
  uint64_t     interrupt_after; /* steps done when it is interrupted; 0: never */
  void       (*on_step)  (TrainRun            *run,
                          const RtStepMetrics *step);
  void       (*on_epoch) (TrainRun            *run);   /* at its checkpoint */
  void       (*on_progress) (TrainRun         *run,
                             const char       *text);
};

/* A backbone that the recipes of a test call "run:N": a network with random weights, or trained
 * for a moment, in a file of the test's own folder. N is the number of classes it has been given
 * the names of: "run:10" knows the digits. */
void       train_run_set_up     (void);
void       train_run_tear_down  (void);
RtResolver train_run_get_resolver (void);

/* Digits, 6 samples a class, 3 epochs of batches of 16 with one thread; network and weights as
 * said ("random", "run:10"). */
RtRecipe  *train_run_recipe     (RtMethod    method,
                                 const char *network,
                                 const char *weights) G_GNUC_WARN_UNUSED_RESULT;

TrainRun  *train_run_new        (const RtRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;
void       train_run_go         (TrainRun *run);
void       train_run_free       (TrainRun *run);

/* Opens and trains to the end, which must be reached. */
TrainRun  *train_run_all        (const RtRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;

/* Twice on one thread, on two and on three: the same to the bit. Returns the first. */
TrainRun  *train_run_threads    (RtRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;

/* A run that is opened anew where @run was when it kept its state number @i, which goes through a
 * file as a store's does; what @run had done by then stands before what is still to be done. */
TrainRun  *train_run_take_up    (const RtRecipe *recipe,
                                 const TrainRun *run,
                                 guint           i) G_GNUC_WARN_UNUSED_RESULT;

char      *train_run_hash       (TrainRun *run,
                                 uint32_t  blocks) G_GNUC_WARN_UNUSED_RESULT;

/* Steps and epochs are equal to the bit, times left out, and so are the weights at the end. */
void       train_run_assert_same_steps (const TrainRun *a,
                                        const TrainRun *b,
                                        gboolean        soft_too);
void       train_run_assert_same (TrainRun *a,
                                  TrainRun *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrainRun, train_run_free)

G_END_DECLS
