/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-input-format.h"
#include "rt-optimizer.h"
#include "rt-schedule.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The methods of this version; "features", "adapt" and "multi-task" are words of the schema that
 * are refused as not there yet. */
typedef enum
{
  RT_METHOD_SCRATCH,
  RT_METHOD_PRETRAIN,
  RT_METHOD_FINE_TUNE,
  RT_METHOD_DISTIL,
} RtMethod;

/* "task" */
typedef struct
{
  char      *dataset;            /* "builtin:glyphs/digits" */
  char      *style;              /* (nullable) */
  double     shift;              /* 0..1 */
  int        samples_per_class;  /* 0: all */
  double     validation;         /* below 1 a fraction, from 1 samples of each class */
  double     test;               /* of a dataset without a test part: a fraction, RT_TASK_REST */
  RtPictureFit fit;              /* of pictures in another proportion than the input */
  char      *augment;            /* "none", "light", "strong" */
  /* "latest", "none", "version:DIGEST": which of a person's corrections of the dataset */
  char      *corrections;
} RtRecipeTask;

/* "backbone" */
typedef struct
{
  char      *network;            /* "resnet8" */
  int        hidden[RT_MAX_HIDDEN];  /* "hidden": [1200, 1200], mlp only */
  int        input_size;         /* 0: the network's own */
  /* "builtin:NAME", "file:PATH", "run:N", "catalogue:NAME", "random" */
  char      *weights;
  GStrv      frozen;             /* names of blocks */
} RtRecipeBackbone;

/* "auto": of a large pretrained network, and after epochs of the head alone, rates fall to a
 * hundredth of the head's at the lowest block; else they are the same for all. */
#define RT_LAYER_DECAY_AUTO (-1.0)

/* Running statistics of batch norm in blocks that are not frozen: moved by each step, which runs
 * on the batch's own ("update"), or kept as they were pretrained, and run on ("keep"). Scale and
 * shift train either way. */
typedef enum
{
  RT_BATCH_NORM_UPDATE,
  RT_BATCH_NORM_KEEP,
} RtBatchNormKind;

/* "train" */
typedef struct
{
  int             epochs;
  int             batch_size;
  RtOptimizerKind optimizer;      /* "sgd", "adam", "adamw" */
  double          learning_rate;
  double          momentum;       /* sgd; 0.9 */
  gboolean        nesterov;
  RtScheduleKind  schedule;       /* "constant", "step", "cosine", "one-cycle", "flat-cosine" */
  double          warm_up;        /* epochs */
  double          weight_decay;
  double          layer_decay;    /* or RT_LAYER_DECAY_AUTO */
  double          label_smoothing;
  /* weigh classes by the inverse of their number of training samples */
  gboolean        class_weights;
  /* epochs with all but the head frozen before the rest is unfrozen at half the rate; 0: none */
  int             head_first;
  /* early stopping: epochs without a better validation loss; 0: never */
  int             patience;
  /* augmented views of each sample, gone through in turn, so that what is computed once can be
   * kept for each; 0: a new view every epoch, and nothing kept where there is augmentation */
  int             views;
  RtBatchNormKind batch_norm;     /* "update", "keep" */
  /* MB (millions of bytes) that the run may plan with; a batch that takes more goes through the
   * network in parts, and its gradients are added. 0: no limit */
  int             memory;
} RtRecipeTrain;

/* "distil" */
typedef struct
{
  /* (nullable) "builtin:NAME", "run:N", "run:N@E", "file:PATH" */
  char      *teacher;
  char      *teacher_network;    /* (nullable) for "file:", where it cannot be told */
  double     temperature;
  double     alpha;
  GStrv      leave_out;          /* (nullable) class names with no sample in the transfer set */
} RtRecipeDistil;

/**
 * RtRecipe:
 *
 * Everything that determines a run. Read from JSON (`data/recipe.schema.json` is the published
 * schema), written as JSON with every field said.
 */
typedef struct
{
  char            *name;
  RtMethod         method;
  uint64_t         seed;
  int              threads;      /* 0: one for each core */
  RtRecipeTask     task;
  RtRecipeBackbone backbone;
  RtRecipeTrain    train;
  RtRecipeDistil   distil;
  /* (nullable) what its relative paths start from: not written out */
  char            *folder;
} RtRecipe;

/* A recipe of defaults for @method. (transfer full) */
RtRecipe   *rt_recipe_new         (RtMethod method) G_GNUC_WARN_UNUSED_RESULT;
RtRecipe   *rt_recipe_copy        (const RtRecipe *recipe) G_GNUC_WARN_UNUSED_RESULT;
void        rt_recipe_free        (RtRecipe *recipe);

/* Whether its backbone begins with noise: there are no weights to freeze or to change gently. */
gboolean    rt_recipe_is_random   (const RtRecipe *recipe);
/* Whether its network was made for photographs: more than 200 million multiply-adds at the size
 * that is its own, whatever the recipe's is. FALSE where there is no such network. */
gboolean    rt_recipe_is_large    (const RtRecipe *recipe);

/* Errors (RT_RECIPE_ERROR_INVALID) hold a line for every problem: the key ("train.epochs"), its
 * value, what is allowed, and the nearest known key where one is misspelt. @name is what
 * messages call the text. (transfer full) */
RtRecipe   *rt_recipe_parse       (const char  *text,
                                   gssize       length,
                                   const char  *name,
                                   GError     **error) G_GNUC_WARN_UNUSED_RESULT;
RtRecipe   *rt_recipe_read        (const char  *path,
                                   GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* JSON, indented, every field said; paths made absolute where @absolute. (transfer full) */
char       *rt_recipe_to_json     (const RtRecipe *recipe,
                                   gboolean        absolute) G_GNUC_WARN_UNUSED_RESULT;

/* "train.epochs" "20": as `--set`. Lists are typed with commas ("stem,stage1") or as JSON, "" is
 * null. A path starts from the current folder, where it is typed, and is kept absolute. Keys of
 * "distil" are for that method only: set the method first. The recipe is unchanged on error. */
gboolean    rt_recipe_set         (RtRecipe    *recipe,
                                   const char  *key,
                                   const char  *value,
                                   GError     **error);

/* What can be checked without opening anything, every problem in one error: ranges, unknown
 * networks and blocks, a freeze that means nothing (everything frozen; frozen with random
 * weights; scratch with weights), a distillation without a teacher. */
gboolean    rt_recipe_validate    (const RtRecipe  *recipe,
                                   GError         **error);

/* Its twin with one field different, and what differs in words: distil -> the same with alpha 0
 * and the same student (labels only); fine-tune -> scratch (random weights, nothing frozen);
 * scratch and pretrain have none: NULL with @error. (transfer full) */
RtRecipe   *rt_recipe_make_baseline (const RtRecipe  *recipe,
                                     char           **difference,
                                     GError         **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of @n_blocks blocks, the last of them the head: the head's highest rate once all that is not
 * frozen is trained, and a block's over that of the block above it. */
void        rt_recipe_get_rates   (const RtRecipe *recipe,
                                   int             n_blocks,
                                   double         *head,
                                   double         *decay);
/* The layer decay that gives the lowest block a hundredth of the head's rate. */
double      rt_recipe_spread_rates (int n_blocks);

/* Names the corrections that are the latest now, and keeps them, so that the recipe means the same
 * from then on. */
gboolean    rt_recipe_pin_corrections (RtRecipe  *recipe,
                                       GError   **error);

const char *rt_method_to_string   (RtMethod method);

#define RT_RECIPE_ERROR (rt_recipe_error_quark ())
GQuark rt_recipe_error_quark (void);

typedef enum
{
  RT_RECIPE_ERROR_INVALID,    /* the recipe is wrong: exit status 2 */
  RT_RECIPE_ERROR_MISSING,    /* something it names is not there: exit status 2 */
  RT_RECIPE_ERROR_FAILED,     /* the work failed: exit status 1 */
  RT_RECIPE_ERROR_HEADLESS,   /* weights that end below the classes: exit status 2 */
} RtRecipeError;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtRecipe, rt_recipe_free)

G_END_DECLS
