/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-feature-cache.h"
#include "rt-trainer.h"

G_BEGIN_DECLS

/* Samples that a batch is not cut below: batch norm needs some. */
#define RT_MIN_PART 4

/* Files left out that are named; the rest is counted. */
#define MAX_SKIPPED_SHOWN 20

/* A stretch of epochs with one set of frozen blocks: "head first, then unfreeze" has two,
 * everything else one. */
typedef struct
{
  int      first_epoch;      /* 0-based */
  int      n_epochs;
  uint32_t frozen;
  double   learning_rate;    /* peak */
  double   layer_decay;
  RtCycle  cycle;
  int      cut;              /* blocks below it are computed once; 0: none */
  int      part;             /* samples that its plan takes at once: a batch, or a part of one */
  size_t   bytes;            /* that it is planned to take */
} RtPhase;

/* Sums over the steps of the epoch under way. */
typedef struct
{
  double loss;
  double label_part;
  double soft_part;
  double n_correct;
  double n_samples;
} RtEpochSums;

typedef struct
{
  RtNetwork     *network;    /* Owned */
  RtInputFormat  format;
  int           *columns;    /* Owned: (classes) its logit of each of the task's classes */
  RtFeatureCache *logits;    /* Owned: (train samples, views) (nullable): not cached */
  /* Owned: its own look at each batch, or, until the logits are there, at all samples (nullable) */
  RtLoader      *loader;
  RtPlan        *plan;       /* Owned: to compute them */
  int            fill_batch;
  size_t         n_seen;     /* samples of the validation set that it was trained on */
  RtPredictions *validation; /* Owned (nullable): logits of the validation set, computed once */
} RtTeacher;

/* What things take in the run under way, in seconds; see rt-trainer-pace.c. */
typedef struct
{
  double begun;     /* on the trainer's clock */
  double paused;    /* in all */
  double seconds;   /* of the epochs so far, the later ones counting for more */
  double epochs;    /* that these were */
  double view;      /* what is computed once for a view of the training set */
  double sample;    /* a picture, from its file through the whole network */
} RtPace;

struct _RtTrainer
{
  /* What was opened. Owned. */
  RtRecipe      *recipe;
  RtTask        *task;
  /* of char *: what is wrong with samples that the task had chosen, as they are met */
  GPtrArray     *problems;
  gboolean      *unreadable;    /* (samples of the dataset) those that were met */
  GPtrArray     *guesses;       /* of char *: what of the files of weights nobody says */
  char          *seen;          /* (nullable) what its weights and teacher were trained on of it */
  RtNetwork     *network;
  RtInputFormat  format;
  RtTeam        *team;
  RtTeacher     *teacher;       /* (nullable) */
  int            n_classes;
  float         *class_weights; /* (nullable) */

  /* How it is trained. */
  RtPhase        phases[2];
  int            n_phases;
  int            n_views;       /* 0: a new view each epoch, nothing cached */
  int            batch_size;
  size_t         steps_per_epoch;
  RtAugment      augment;

  /* The phase under way. Owned. */
  int            phase;         /* -1 before the first */
  int            cut;           /* blocks below it are computed once; 0: none */
  int            part;          /* samples that the plan takes at once */
  RtPlan        *plan;
  RtPlan        *evaluation;    /* from the cut up */
  RtPlan        *prefix;        /* below the cut (nullable) */
  RtOptimizer   *optimizer;
  RtFeatureCache *features;     /* of the training samples (nullable) */
  RtFeatureCache *validation_features;  /* (nullable) */
  /* of the training samples, where pictures are needed at each step */
  RtLoader      *loader;
  RtLoader      *fill_loader;   /* of the training samples, until all their views are cached */
  RtLoader      *validation_loader;
  int            fill_batch;    /* of what is computed once, and of the validation set */

  /* Buffers of a step. Owned. */
  size_t        *order;         /* (n_train) of the epoch under way */
  float         *batch_features;
  float         *batch_teacher;
  int           *batch_labels;
  size_t        *batch_samples;
  float         *statistics;    /* running ones, as they were before the step */

  /* Where the run is. */
  int            epoch;         /* 0-based: under way */
  size_t         step_in_epoch;
  uint64_t       step;          /* of the run */
  RtEpochSums    sums;
  double         seconds;       /* of training so far */
  double         epoch_seconds; /* of the epoch under way so far */
  int            best_epoch;    /* 1-based; 0: none */
  double         teacher_accuracy; /* on the validation set; NaN before it was asked */
  double         best_accuracy;
  double         best_loss;
  float         *best_values;   /* Owned */
  /* Owned: of the validation set by them (nullable): none yet, or none since it was taken up */
  RtPredictions *best_predictions;
  int            bad_epochs;    /* since the validation loss was last better */
  double         lowest_loss;

  RtPace         pace;
  double       (*now) (void);        /* the clock; rt_clock_now() */
  GCancellable  *cancellable;        /* Borrowed (nullable): of what is under way */
  double         forced_rate;        /* in place of the schedule's; NaN: none */
  double         measured_epoch;     /* predicted seconds; NaN before rt_trainer_measure() */
  double         measured_uncached;
  double         measured_once;
  double         measured_all;
};

/* What one batch is, wherever it comes from. */
typedef struct
{
  const float  *images;   /* or features from the cut */
  const int    *labels;
  const size_t *samples;
  const float  *teacher;  /* (n, classes) (nullable) */
  int           n;
} RtTrainBatch;

/* rt-trainer-phase.c: makes the plans, optimiser, caches and loaders of a phase. */
int      rt_trainer_find_cut      (const RtTrainer *self,
                                   uint32_t         frozen);
gboolean rt_trainer_enter_phase   (RtTrainer  *self,
                                   int         phase,
                                   GError    **error);
void     rt_trainer_leave_phase   (RtTrainer *self);
int      rt_trainer_find_phase    (const RtTrainer *self,
                                   int              epoch);
/* Threads of a loader; the caller of rt_loader_next() helps. */
int      rt_trainer_count_loading (const RtTrainer *self);
/* Steps of @plan, which is the trainer's, are given up in their middle when it is to end. */
void     rt_trainer_heed          (RtTrainer *self,
                                   RtPlan    *plan);
/* In the samples' order, for what is computed once; with @keep pictures are kept for other views
 * and epochs. */
RtLoader *rt_trainer_make_loader  (const RtTrainer     *self,
                                   const size_t        *samples,
                                   size_t               n,
                                   const RtInputFormat *format,
                                   int                  batch_size,
                                   gboolean             train,
                                   gboolean             keep);

/* What steps on the side change, to be put back as it was. */
typedef struct
{
  float        *values;      /* Owned */
  RtTensorList *optimizer;   /* Owned */
  RtEpochSums   sums;
  int           epoch;
  size_t        step_in_epoch;
} RtKept;

/* rt-trainer-state.c; the second frees what the first made. */
void     rt_trainer_keep          (RtTrainer  *self,
                                   RtKept     *kept);
gboolean rt_trainer_put_back      (RtTrainer  *self,
                                   RtKept     *kept,
                                   GError    **error);

/* rt-trainer-seen.c: counts what @spec, the backbone or where @teaches the teacher, was trained on
 * of the task. Returns how many of its validation set. */
size_t   rt_trainer_note_seen     (RtTrainer         *self,
                                   const RtResolver  *resolver,
                                   const char        *spec,
                                   gboolean           teaches);
/* What the teacher gets right of the validation set, for people. (transfer full) */
char    *rt_trainer_describe_teacher (const RtTrainer *self);

/* rt-trainer-cache.c: fills what is computed once for the view of @epoch. Tells @hooks how far
 * it is; FALSE with an error, and without one when the control wants an end. */
gboolean rt_trainer_fill_caches   (RtTrainer             *self,
                                   int                    epoch,
                                   const RtTrainerHooks  *hooks,
                                   GError               **error);
gboolean rt_trainer_fill_validation (RtTrainer             *self,
                                     const RtTrainerHooks  *hooks,
                                     GError               **error);
gboolean rt_trainer_fill_teacher_validation (RtTrainer             *self,
                                             const RtTrainerHooks  *hooks,
                                             GError               **error);

/* rt-trainer-pace.c */
int      rt_trainer_count_views_left (const RtTrainer *self);
void     rt_pace_add_epoch        (RtPace *pace,
                                   double  seconds);
/* After an epoch: decides the number of epochs anew where the control has a deadline. */
void     rt_trainer_replan        (RtTrainer            *self,
                                   const RtTrainerHooks *hooks);
/* Before an epoch: whether there is no time for it. */
gboolean rt_trainer_is_overdue    (const RtTrainer      *self,
                                   const RtTrainerHooks *hooks);

/* rt-trainer-cost.c: seconds of one sample's way through @plan, which takes @batch; 0 where there
 * is none. */
double   rt_trainer_time_forward  (RtPlan *plan,
                                   int     batch);
/* The same through the teacher, which there is. */
double   rt_trainer_time_teacher  (const RtTrainer *self);
/* Seconds in which @loader gives all that it has. */
double   rt_trainer_time_epoch    (RtTrainer *self,
                                   RtLoader  *loader,
                                   int        epoch);
/* Seconds of @computing while pictures are loaded, which on its own takes @loading: the loader's
 * threads and the caller, who helps where it waits, share the cores with the team. */
double   rt_trainer_load_meanwhile (const RtTrainer *self,
                                    double           computing,
                                    double           loading);

/* rt-trainer-batch.c */
int      rt_trainer_get_view      (const RtTrainer *self,
                                   int              epoch);
void     rt_trainer_begin_epoch   (RtTrainer *self);
/* Without those of its pictures that cannot be read: @batch may come out empty. */
void     rt_trainer_next_batch    (RtTrainer            *self,
                                   RtTrainBatch         *batch,
                                   const RtTrainerHooks *hooks);

/* Takes down what of @batch could not be read. What was not known before is told as a NOTE. */
void     rt_trainer_note_unreadable (RtTrainer            *self,
                                     const RtBatch        *batch,
                                     const RtTrainerHooks *hooks);   /* (nullable) */

/* rt-trainer-memory.c: bytes that a run may plan with; without a limit SIZE_MAX. */
size_t   rt_trainer_get_limit     (const RtTrainer *self);
size_t   rt_trainer_get_pictures_limit (const RtTrainer *self);
size_t   rt_trainer_get_features_limit (const RtTrainer *self);
/* How much of a batch fits, and what it then takes: of a phase whose cut is known, or of another
 * plan for half the limit. */
void     rt_trainer_plan_memory   (const RtTrainer *self,
                                   RtPhase         *phase);
int      rt_trainer_choose_part   (const RtTrainer     *self,
                                   const RtPlanOptions *options);

/* rt-trainer-step.c: one step on a batch. FALSE where the control ended it in the middle: then
 * everything is as before it. */
gboolean rt_trainer_train_on      (RtTrainer          *self,
                                   const RtTrainBatch *batch,
                                   RtStepMetrics      *metrics);
/* The learning rate of a step of the epoch under way. */
double   rt_trainer_get_rate      (const RtTrainer    *self,
                                   size_t              step_in_epoch);

/* rt-trainer-evaluate.c: the validation set under the weights as they are; NULL when interrupted.
 * */
RtPredictions *rt_trainer_validate (RtTrainer            *self,
                                    const RtTrainerHooks *hooks);
/* @with_test: on the test set too, which may take as long as an epoch or many. FALSE without an
 * error when interrupted. */
gboolean rt_trainer_make_result   (RtTrainer             *self,
                                   const RtTrainerHooks  *hooks,
                                   gboolean               with_test,
                                   RtResult              *result,
                                   GError               **error);

/* What gives up a step of a run that its control ends; NULL where it has none. */
GCancellable *rt_trainer_get_cancellable (const RtTrainerHooks *hooks);
/* Sends a PROGRESS or NOTE event. */
void     rt_trainer_tell          (const RtTrainerHooks *hooks,
                                   RtEventKind           kind,
                                   double                fraction,
                                   const char           *text);
RtControlState rt_trainer_peek    (const RtTrainerHooks *hooks);

G_END_DECLS
