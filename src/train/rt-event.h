/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* What one training step gave. Losses are means over the batch. */
typedef struct
{
  uint64_t step;          /* of the whole run, 0-based */
  double   loss;          /* what was minimised */
  double   label_part;    /* CE (labels, student), unweighted */
  double   soft_part;     /* T^2 KL (teacher || student), unweighted; NaN without a teacher */
  double   accuracy;      /* on this batch, 0..1 */
  double   learning_rate; /* of the head */
  double   seconds;       /* since the run began, pauses left out */
} RtStepMetrics;

/* What one epoch gave. The fields before `seconds` are equal to the bit whenever the recipe and
 * processor type are. */
typedef struct
{
  int      epoch;                 /* 1-based */
  uint64_t step;                  /* steps done when it ended */
  double   train_loss;
  double   train_label_part;
  double   train_soft_part;       /* NaN without a teacher */
  double   train_accuracy;
  double   validation_loss;       /* cross entropy */
  double   validation_accuracy;
  double   learning_rate;
  /* the best epoch so far: highest validation accuracy, of equals the lower loss, of equals the
   * earlier */
  gboolean best;
  double   seconds;               /* this epoch took, validation included */
} RtEpochMetrics;

/* The end of a run. */
typedef struct
{
  int      best_epoch;            /* 0: none finished */
  double   validation_accuracy;   /* of the best epoch */
  double   validation_loss;
  double   test_accuracy;         /* of the best epoch; NaN where the dataset has no test part */
  double   test_loss;
  double   teacher_accuracy;      /* on the validation set; NaN without a teacher */
  /* on the left-out classes' test (or validation) samples; NaN without */
  double   left_out_accuracy;
  /* the same after the bias of those classes was raised by bias_correction */
  double   left_out_corrected;
  double   bias_correction;       /* chosen on the validation set */
  double   seconds;               /* of training */
} RtResult;

typedef enum
{
  RT_EVENT_START,     /* the run begins (or is taken up): what it will cost */
  RT_EVENT_PROGRESS,  /* something that is done once is under way: fraction and text */
  RT_EVENT_PLAN,      /* the number of epochs was decided anew: what it will cost now */
  RT_EVENT_STEP,
  RT_EVENT_VALIDATING,  /* pictures of the validation set are gone through: fraction */
  RT_EVENT_EPOCH,
  RT_EVENT_NOTE,      /* something the user should know: text */
  RT_EVENT_RESULT,    /* the run is over: finished, or stopped with its best kept */
} RtEventKind;

/* What a run will cost, known before it begins. */
typedef struct
{
  uint64_t n_trainable;           /* parameters */
  uint64_t n_params;
  /* predicted from measured steps, of the last phase; NaN before any was measured */
  double   seconds_per_epoch;
  /* planned: parameters, gradients, optimiser, activations, pictures and features kept, the state
   * as it is saved; not the program itself, nor what its heap keeps of what was freed */
  size_t   memory_bytes;
  size_t   memory_limit;          /* that the recipe allows; SIZE_MAX where it sets none */
  int      batch_size;            /* samples of a step; 0 where not known */
  /* the most of them that memory takes at once: below batch_size a step goes through them in
   * parts, and batch norm's statistics are those of each part */
  int      at_once;
  size_t   disk_bytes;            /* of the weights as a file */
  size_t   n_train;               /* samples */
  size_t   n_validation;
  size_t   n_test;                /* 0 too where not known, as batch_size is then */
  size_t   steps_per_epoch;
  int      n_epochs;
  int      first_cached_block;    /* blocks below this one are computed once; 0: none are */
  double   seconds_uncached;      /* an epoch would take without the cache; NaN where not known */
  /* besides the epochs: frozen blocks and teacher computed once, the test set at the end; NaN where
   * not known (the history does not keep it) */
  double   seconds_once;
  double   seconds_all;           /* the whole run; NaN where not known (nor that) */
} RtCost;

typedef struct
{
  RtEventKind kind;
  int         run;                /* its number; 0 where it has none */
  double      fraction;           /* PROGRESS, VALIDATING: 0 .. 1 */
  const char *text;               /* PROGRESS, NOTE: for people; valid during the call, else NULL */
  union
  {
    RtCost         cost;          /* START, PLAN */
    RtStepMetrics  step;
    RtEpochMetrics epoch;
    RtResult       result;
  };
} RtEvent;

/* Called on the training thread. */
typedef void (*RtEventFunc) (const RtEvent *event,
                             void          *data);

G_END_DECLS
