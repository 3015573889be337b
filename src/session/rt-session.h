/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-library.h"
#include "rt-meter.h"

#include "rt-deployed.h"
#include "rt-export.h"
#include "rt-rate-curve.h"

G_BEGIN_DECLS

#define RT_TYPE_SESSION (rt_session_get_type ())
G_DECLARE_FINAL_TYPE (RtSession, rt_session, RT, SESSION, GObject)

/**
 * RtSession:
 *
 * What the window is about: the recipe being made, what it will cost, and the run under way.
 * Without widgets; windows bind to its properties.
 *
 * Properties, all notified on the main thread:
 *  - `title` (string, rw): the recipe's name
 *  - `dataset`, `style`, `augment`, `backbone`, `teacher` (string, rw): specs and words of the
 *    recipe; setting `backbone` to "random:resnet8" chooses a network with random weights
 *  - `shift`, `temperature`, `alpha`, `learning-rate`, `layer-decay` (double, rw),
 *    `samples-per-class`, `epochs`, `batch-size`, `memory`, `seed`, `head-first`, `patience`,
 *    `n-frozen`, `input-size` (int, rw): layer-decay may be RT_LAYER_DECAY_AUTO; memory is in MB,
 *    0 is no limit; n-frozen counts blocks from the lowest; input-size 0 is the network's own
 *  - `test` (double, rw: a fraction, or RT_TASK_REST), `fit` (RtPictureFit as int, rw)
 *  - `method` (RtMethod as int, rw), `batch-norm` (RtBatchNormKind as int, rw)
 *  - `problem` (string, ro, nullable): why the recipe cannot be trained, in words
 *  - `state` (RtSessionState as int, ro), `fraction` (double 0..1, ro: of the whole run), `status`
 *    (string, ro: "Fine-tune, epoch 3 of 10, 12 s left"), `run` (RtRunItem, ro, nullable: under way
 *    or last; its `activity` is the state)
 *  - `can-undo`, `can-redo` (boolean, ro)
 *
 * Signals: `blocks-changed` (the network is another), `cost-changed`, `step` (a step's metrics
 * came; see rt_session_get_last_step()), `finished` (the RtRunItem, however it ended), `failed` (a
 * message), `note` (a message), `compared` (the RtRunItem that was last: a comparison is over).
 */
RtSession            *rt_session_new           (RtLibrary *library) G_GNUC_WARN_UNUSED_RESULT;

RtLibrary            *rt_session_get_library   (RtSession *self);

/* The recipe as it is. (transfer full) */
RtRecipe             *rt_session_dup_recipe    (RtSession *self) G_GNUC_WARN_UNUSED_RESULT;
void                  rt_session_set_recipe    (RtSession      *self,
                                                const RtRecipe *recipe);
void                  rt_session_undo          (RtSession *self);
void                  rt_session_redo          (RtSession *self);

/* All changes of one property between TRUE and FALSE are undone as one. Turns of a dial in quick
 * succession are one without this. */
void                  rt_session_set_dragging  (RtSession *self,
                                                gboolean   dragging);

/* Blocks of the network that would be trained, lowest first; the last is the head. (transfer
 * none) */
typedef struct
{
  char    *name;       /* "stage1" */
  RtShape  shape;
  size_t   n_params;
  double   rate;       /* the highest that it is trained at, once all are; 0 where it is frozen */
} RtSessionBlock;

const RtSessionBlock *rt_session_get_blocks    (RtSession *self,
                                                int       *n);

/* Counts are there at once, as are the blocks' rates; seconds and memory follow when they were
 * measured (NaN and 0 before). */
const RtCost         *rt_session_get_cost      (RtSession *self);

/* What of its weights, and of its teacher's, nobody says, so that it was guessed; in lines, with
 * how it is settled. Follows when they were opened; NULL before, and where nothing was. */
const char           *rt_session_get_guess     (RtSession *self);

/* Which of the samples that a run of it would be judged by its weights or its teacher were trained
 * on, in lines. Follows as that does; NULL where none were. */
const char           *rt_session_get_seen      (RtSession *self);

/* Of a picture among many: a cell of 64 pixels, drawn at twice its size. */
#define RT_SESSION_THUMBNAIL 128

/* Augmented views of one sample that are shown. */
#define RT_SESSION_VIEWS 3

typedef enum
{
  RT_SESSION_LOOK_STORED,      /* as it lies in the dataset */
  RT_SESSION_LOOK_FITTED,      /* as the recipe's network gets it when it is not augmented */
  RT_SESSION_LOOK_AUGMENTED,   /* as it gets it in training: its first views */
} RtSessionLook;

/* The task as it will be seen: pictures of the chosen dataset, small (transfer full: of
 * RtSessionSample). Answers on the main thread. */
typedef struct
{
  RtImage *views[RT_SESSION_VIEWS];
  int      n_views;   /* 1 unless it is augmented */
  char    *class_name;
} RtSessionSample;

void                  rt_session_load_samples_async  (RtSession           *self,
                                                      int                  n,
                                                      RtSessionLook        look,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);
GPtrArray            *rt_session_load_samples_finish (RtSession     *self,
                                                      GAsyncResult  *result,
                                                      GError       **error);

/* What a file or folder that a person brings is, by its name. */
typedef enum
{
  RT_OPEN_UNKNOWN,
  RT_OPEN_DATASET,
  RT_OPEN_WEIGHTS,
  RT_OPEN_PICTURE,
  RT_OPEN_RECIPE,
} RtOpenKind;

RtOpenKind            rt_session_guess_kind    (const char *path);

/* Opens a dataset that a person chose (a folder, an IDX or CIFAR file) off the main thread, and
 * chooses it. */
void                  rt_session_open_dataset_async  (RtSession           *self,
                                                      const char          *path,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);
/* What was found, for people ("2,062 pictures of 10 classes; 3 could not be read"). (transfer
 * full) */
char                 *rt_session_open_dataset_finish (RtSession     *self,
                                                      GAsyncResult  *result,
                                                      GError       **error);

/* Opens a file of weights (safetensors, PyTorch, Keras, ONNX) off the main thread, keeps it among
 * the user's own backbones by its file's name, and chooses it to be fine-tuned. */
void                  rt_session_open_weights_async  (RtSession           *self,
                                                      const char          *path,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);
/* What it was taken for, for people ("resnet18, 224×224, 1000 classes; kept as “mine”"). NULL
 * without an error where nobody says which inputs it was trained with: @asked is then what it would
 * be kept as, for rt_session_keep_weights_async() when a person has said it. (transfer full) */
char                 *rt_session_open_weights_finish (RtSession     *self,
                                                      GAsyncResult  *result,
                                                      RtBackbone   **asked,
                                                      GError       **error);

/* Keeps and chooses @backbone, from a file, with its format as it is; ends as above. */
void                  rt_session_keep_weights_async  (RtSession           *self,
                                                      const RtBackbone    *backbone,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);

/* The card of the recipe's backbone, which is not random, read off the main thread. */
void                  rt_session_read_backbone_async (RtSession           *self,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);
/* (transfer full) */
RtBackbone           *rt_session_read_backbone_finish (RtSession     *self,
                                                       GAsyncResult  *result,
                                                       GError       **error);

/* The deployment card of a run and of its teacher or backbone, made off the main thread; without
 * latencies while a run is under way. */
void                  rt_session_deploy_async        (RtSession           *self,
                                                      int                  run,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);
/* (transfer full): of RtDeployed, the run first */
GPtrArray            *rt_session_deploy_finish       (RtSession     *self,
                                                      GAsyncResult  *result,
                                                      GError       **error);

/* Writes what a run left to @path, with the form's ending where it has none, off the main
 * thread. */
void                  rt_session_export_run_async    (RtSession           *self,
                                                      int                  run,
                                                      RtExportForm         form,
                                                      const char          *path,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);
/* What was written, for people ("Saved as run-3.onnx"). (transfer full) */
char                 *rt_session_export_run_finish   (RtSession     *self,
                                                      GAsyncResult  *result,
                                                      GError       **error);

/* Labels of the dataset were mended or samples set aside: what follows from it is made anew. */
void                  rt_session_dataset_corrected   (RtSession *self);

/* Tries a hundred learning rates on the recipe, off the main thread; weights and recipe stay as
 * they are. Refused while a run is under way. */
void                  rt_session_find_rate_async     (RtSession           *self,
                                                      RtMeter             *meter,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);
gboolean              rt_session_find_rate_finish    (RtSession     *self,
                                                      GAsyncResult  *result,
                                                      RtRateCurve   *curve,
                                                      GError       **error);

/* Fits the recipe into a budget of time (see rt_recipe_fit()), off the main thread; @meter has what
 * is measured meanwhile. Refused while a run is under way. */
void                  rt_session_fit_async           (RtSession           *self,
                                                      double               seconds,
                                                      RtMeter             *meter,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      void                *data);
/* It is the recipe from here on, and can be undone. What was decided, for people ("2 of 5 blocks
 * frozen, 40 epochs, about 160 s"). (transfer full) */
char                 *rt_session_fit_finish          (RtSession     *self,
                                                      GAsyncResult  *result,
                                                      GError       **error);

/* Chooses what was fetched: as the task, or as the backbone to be fine-tuned. */
void                  rt_session_use_fetched   (RtSession   *self,
                                                RtFetchItem *item);

/* Training. All return at once. */
void                  rt_session_train         (RtSession *self);
/* The recipe and its baseline with each of @n_seeds seeds, seed by seed, so that one that is
 * stopped has whole pairs. Stopping or interrupting ends all of it. */
void                  rt_session_compare       (RtSession *self,
                                                int        n_seeds);
/* Whether the recipe's method has a baseline. */
gboolean              rt_session_can_compare   (RtSession *self);
void                  rt_session_pause         (RtSession *self);
void                  rt_session_resume        (RtSession *self);
void                  rt_session_step          (RtSession *self);
void                  rt_session_stop          (RtSession *self);   /* keeps the best */
/* saves the state, to be taken up */
void                  rt_session_interrupt     (RtSession *self);
void                  rt_session_take_up       (RtSession *self,
                                                RtRunItem *item);
/* Interrupts and waits until the thread is gone: before the program ends. */
void                  rt_session_shutdown      (RtSession *self);

const RtStepMetrics  *rt_session_get_last_step (RtSession *self);   /* NULL before there is one */

/* The loss of distillation as it is to be shown: of a run under way by that run's own recipe, else
 * by the recipe being made. */
typedef struct
{
  double temperature;
  double alpha;
  double kl;           /* of the last step; NaN where none was made with these two */
  double ce;
} RtSessionLoss;

void                  rt_session_get_loss      (RtSession     *self,
                                                RtSessionLoss *loss);

/* Of the run under way or last, as its trainer said when it began; zeros before. */
const RtCost         *rt_session_get_run_cost  (RtSession *self);

G_END_DECLS
