/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-runner.h"
#include "rt-session.h"

G_BEGIN_DECLS

typedef enum
{
  PROP_0,
  PROP_TITLE,
  PROP_DATASET,
  PROP_STYLE,
  PROP_AUGMENT,
  PROP_BACKBONE,
  PROP_TEACHER,
  PROP_SHIFT,
  PROP_TEMPERATURE,
  PROP_ALPHA,
  PROP_LEARNING_RATE,
  PROP_LAYER_DECAY,
  PROP_SAMPLES_PER_CLASS,
  PROP_EPOCHS,
  PROP_BATCH_SIZE,
  PROP_MEMORY,
  PROP_SEED,
  PROP_HEAD_FIRST,
  PROP_PATIENCE,
  PROP_BATCH_NORM,
  PROP_N_FROZEN,
  PROP_INPUT_SIZE,
  PROP_TEST,
  PROP_FIT,
  PROP_METHOD,
  PROP_PROBLEM,
  PROP_STATE,
  PROP_FRACTION,
  PROP_STATUS,
  PROP_RUN,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  N_PROPS
} RtSessionProperty;

typedef enum
{
  SIGNAL_BLOCKS_CHANGED,
  SIGNAL_COST_CHANGED,
  SIGNAL_STEP,
  SIGNAL_FINISHED,
  SIGNAL_FAILED,
  SIGNAL_NOTE,
  SIGNAL_COMPARED,
  N_SIGNALS
} RtSessionSignal;

extern guint rt_session_signals[N_SIGNALS];

struct _RtSession
{
  GObject         parent_instance;

  /* The recipe. Owned. */
  RtLibrary      *library;
  RtRecipe       *recipe;
  char           *pretrained;     /* (nullable) the backbone before scratch took its weights away */
  char           *problem;        /* (nullable) */
  gboolean        titled;         /* a person typed the recipe's name */
  GPtrArray      *undo;           /* of RtRecipe */
  GPtrArray      *redo;           /* of RtRecipe */
  int             undo_property;  /* that the newest entry was made for, and when */
  gint64          undo_time;
  gboolean        dragging;

  /* What follows from it. Owned. */
  char           *blocks_of;      /* what the blocks were made for */
  char           *guess;          /* (nullable) of its weights, once they were opened */
  char           *seen;           /* (nullable) what they were trained on of its task, then too */
  RtNetwork      *network;        /* (nullable) its blocks, without values */
  RtSessionBlock *blocks;
  int             n_blocks;
  RtCost          cost;
  RtCost          measured;       /* of the last estimate */
  RtCost          counted;        /* of that under way, what is known before it has measured */
  GCancellable   *estimate;       /* (nullable) the one under way */
  gboolean        estimating;     /* a worker is at one, though it may be cancelled */
  gboolean        estimate_waits; /* the next begins when that one is given up */
  guint           estimate_timer;
  guint           stale_timer;

  /* The run. */
  RtRunner       *runner;         /* Owned */
  RtControl      *control;        /* Borrowed from the runner */
  double          deadline;       /* of the run that is started next; 0: none */
  RtRunItem      *run;            /* Owned (nullable) */
  RtSessionState  state;
  char           *status;         /* Owned */
  double          fraction;
  RtStepMetrics   last_step;
  gboolean        has_step;
  GArray         *new_steps;      /* Owned: of RtStepMetrics, that are not shown yet */
  GArray         *new_epochs;     /* Owned: of RtEpochMetrics */
  RtCost          run_cost;
  RtRecipe       *run_recipe;     /* Owned (nullable): of the run, whatever the recipe is now */
  /* of the first step since something was computed once, for the time left; NaN before it */
  double          first_seconds;
  uint64_t        first_step;
  guint           tell_timer;     /* 0: what is told next is told at once */
  gboolean        untold;         /* steps that the status does not have yet */
  double          waiting_since;  /* for the next step, by rt_clock_now(); 0: for none */

  /* A comparison under way: the runs of it, each followed by its baseline. */
  RtRecipe       *series;         /* Owned (nullable): of the first seed */
  char           *series_group;   /* Owned (nullable) */
  int             series_at;      /* runs that have ended */
  int             series_n;       /* runs in all */
};

/* rt-session.c */
void rt_session_notify           (RtSession         *self,
                                  RtSessionProperty  property);

/* rt-session-recipe.c: before and after a change of the recipe, made for @property (PROP_0: for
 * none alone). */
void rt_session_change_begin     (RtSession *self,
                                  int        property);
void rt_session_change_end       (RtSession *self,
                                  int        property);

/* What a choice brings with it in the rest of the recipe. */
void rt_session_choose_dataset   (RtSession  *self,
                                  const char *spec);
void rt_session_choose_backbone  (RtSession  *self,
                                  const char *spec);
/* @spec (nullable) */
void rt_session_choose_teacher   (RtSession  *self,
                                  const char *spec);
void rt_session_choose_frozen    (RtSession *self,
                                  int        n);
void rt_session_choose_method    (RtSession *self,
                                  RtMethod   method);
/* (transfer full) */
RtRecipe *rt_session_make_first_recipe (RtLibrary *library) G_GNUC_WARN_UNUSED_RESULT;

/* rt-session-estimate.c: the recipe has changed: counts now, seconds soon. */
void rt_session_update_blocks    (RtSession *self);
void rt_session_free_blocks      (RtSession *self);
/* Bit i: block i is frozen, by its own name or its group's. */
uint32_t rt_session_get_frozen   (RtSession *self);
void rt_session_update_cost      (RtSession *self);
void rt_session_schedule_estimate (RtSession *self);
void rt_session_cancel_estimate  (RtSession *self);
/* Before a run: what is shown of an earlier recipe goes, too. */
void rt_session_drop_estimate    (RtSession *self);
/* After work that it would have been in the way of: where it is still wanted. */
void rt_session_resume_estimate  (RtSession *self);

/* Where the recipe cannot be tried now (a run is under way, something is missing) @task says so,
 * and TRUE is returned. */
gboolean rt_session_refuse       (RtSession *self,
                                  GTask     *task);

/* rt-session-open.c: what is fetched from now on may be what the recipe lacks. */
void rt_session_watch_fetches    (RtSession *self);

/* rt-session-train.c */
void rt_session_start_runner     (RtSession *self);
void rt_session_end_telling      (RtSession *self);
void rt_session_set_state        (RtSession      *self,
                                  RtSessionState  state);
void rt_session_set_status       (RtSession  *self,
                                  const char *status,
                                  double      fraction);

/* Adds a run and trains it. FALSE where it could not be added: `failed` was emitted. */
gboolean rt_session_begin        (RtSession          *self,
                                  const RtRecipe     *recipe,
                                  const RtRunSeries  *series);
void rt_session_fail             (RtSession  *self,
                                  const char *message);

/* rt-session-compare.c: what comes after a run of a comparison; FALSE where nothing does. */
gboolean rt_session_compare_next (RtSession    *self,
                                  RtTrainerEnd  end);
/* Before @run, which is taken up: where it is one of a comparison, the rest of that follows. */
void rt_session_compare_take_up  (RtSession   *self,
                                  const RtRun *run);
void rt_session_clear_series     (RtSession *self);

/* A backbone's or a network's spec as the property `backbone` has it. (transfer full) */
char *rt_session_dup_backbone    (RtSession *self);

G_END_DECLS
