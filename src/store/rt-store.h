/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-event.h"
#include "rt-recipe.h"
#include "rt-trainer.h"

G_BEGIN_DECLS

typedef enum
{
  RT_RUN_NEW,
  RT_RUN_RUNNING,       /* a process is training it, and holds its lock */
  RT_RUN_INTERRUPTED,   /* can be taken up */
  RT_RUN_FINISHED,
  RT_RUN_STOPPED,       /* ended early by hand, best kept */
  RT_RUN_FAILED,
} RtRunState;

/* One row of the history. */
typedef struct
{
  int         id;
  char       *name;
  char       *method;
  char       *group;          /* (nullable) what binds the runs of one --baseline or --seeds */
  int         group_runs;     /* of a comparison: planned in all; else 0 */
  gboolean    is_baseline;
  uint64_t    seed;
  RtRunState  state;
  char       *message;        /* (nullable) why it failed */
  /* (nullable) which of the samples that it is judged by were trained on before; for people */
  char       *seen;
  gint64      created;        /* seconds since 1970 */
  int         n_epochs;       /* planned */
  int         epoch;          /* done */
  RtCost      cost;
  RtResult    result;         /* once it has ended; best_epoch 0 before */
} RtRun;

void        rt_run_free            (RtRun *run);

/* "new", "running", "interrupted", "finished", "stopped", "failed" */
const char *rt_run_state_to_string (RtRunState state);

/**
 * RtStore:
 *
 * The history of runs: a SQLite database (WAL) and a folder for each run, in one home. Every write
 * is a transaction or an atomic rename. One store belongs to one thread; several processes and
 * threads may each have their own on the same home.
 */
typedef struct _RtStore RtStore;

/* Creates what is missing, migrates what is older, refuses what is newer (named, with the version).
 * @home NULL: rt_dirs_get_home(). Else RT_STORE_ERROR_NEWER or _HOME. (transfer full) */
RtStore    *rt_store_open          (const char  *home,
                                    GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void        rt_store_close         (RtStore *store);

/* What a new run is one of. A comparison trains a recipe and its baseline for one seed after the
 * other, in that order. */
typedef struct
{
  const char *group;
  int         n_runs;         /* of a comparison: planned in all; 0 of other groups */
  gboolean    is_baseline;
} RtRunSeries;

/* A new run with its recipe kept whole in runs/N/recipe.json; @series is NULL where it stands
 * alone. Returns its number, 0 with @error. */
int         rt_store_add_run       (RtStore            *store,
                                    const RtRecipe     *recipe,
                                    const RtRunSeries  *series,
                                    GError            **error);

/* Newest first. (transfer full): of RtRun. A run whose process is gone is shown (and marked) as
 * interrupted. */
GPtrArray  *rt_store_list_runs     (RtStore  *store,
                                    GError  **error) G_GNUC_WARN_UNUSED_RESULT;
/* RT_STORE_ERROR_NO_RUN names the number and those there are. (transfer full) */
RtRun      *rt_store_get_run       (RtStore  *store,
                                    int       id,
                                    GError  **error) G_GNUC_WARN_UNUSED_RESULT;
RtRecipe   *rt_store_get_recipe    (RtStore  *store,
                                    int       id,
                                    GError  **error) G_GNUC_WARN_UNUSED_RESULT;
/* The runs whose recipes name @id as their backbone or teacher, newest first: without it they are
 * neither taken up nor set beside it. (transfer full): of RtRun */
GPtrArray  *rt_store_list_dependent (RtStore  *store,
                                     int       id,
                                     GError  **error) G_GNUC_WARN_UNUSED_RESULT;
/* Its row, then its folder. RT_STORE_ERROR_BUSY while it is being trained. */
gboolean    rt_store_delete_run    (RtStore  *store,
                                    int       id,
                                    GError  **error);
gboolean    rt_store_rename_run    (RtStore     *store,
                                    int          id,
                                    const char  *name,
                                    GError     **error);

/* (transfer full): of RtEpochMetrics, RtStepMetrics */
GArray     *rt_store_get_epochs    (RtStore  *store,
                                    int       id,
                                    GError  **error) G_GNUC_WARN_UNUSED_RESULT;
GArray     *rt_store_get_steps     (RtStore  *store,
                                    int       id,
                                    GError  **error) G_GNUC_WARN_UNUSED_RESULT;

/* A file of a run: "best.safetensors". (transfer full) */
char       *rt_store_get_path      (RtStore    *store,
                                    int         id,
                                    const char *file) G_GNUC_WARN_UNUSED_RESULT;

/* "run:N" (its best epoch), "run:N@E" (the best and the last epoch are kept) for a trainer. @store
 * must outlive its use. */
void        rt_store_get_resolver  (RtStore    *store,
                                    RtResolver *resolver);

/* Writes, used by rt_job_run(). */
gboolean    rt_store_set_state     (RtStore     *store,
                                    int          id,
                                    RtRunState   state,
                                    const char  *message,
                                    GError     **error);
/* The recipe of a run whose epochs were decided anew. */
gboolean    rt_store_set_recipe    (RtStore         *store,
                                    int              id,
                                    const RtRecipe  *recipe,
                                    GError         **error);
/* What rt_trainer_get_seen() says of the run. */
gboolean    rt_store_set_seen      (RtStore     *store,
                                    int          id,
                                    const char  *seen,
                                    GError     **error);
/* How many epochs the run has is told by it too: they may be decided anew. */
gboolean    rt_store_set_cost      (RtStore       *store,
                                    int            id,
                                    const RtCost  *cost,
                                    GError       **error);
gboolean    rt_store_set_result    (RtStore         *store,
                                    int              id,
                                    const RtResult  *result,
                                    GError         **error);
/* Epochs and steps in one transaction; what was stored of the first of each and of later ones is
 * replaced. */
gboolean    rt_store_add_metrics   (RtStore              *store,
                                    int                   id,
                                    const RtEpochMetrics *epochs,
                                    size_t                n_epochs,
                                    const RtStepMetrics  *steps,
                                    size_t                n_steps,
                                    GError              **error);
/* Forgets the epochs after @epoch and the steps from @step on: what a checkpoint does not have. */
gboolean    rt_store_forget_after  (RtStore   *store,
                                    int        id,
                                    int        epoch,
                                    uint64_t   step,
                                    GError   **error);

#define RT_STORE_ERROR (rt_store_error_quark ())
GQuark rt_store_error_quark (void);

typedef enum
{
  RT_STORE_ERROR_NO_RUN,      /* no run of that number: exit status 2 */
  RT_STORE_ERROR_STATE,       /* it cannot be taken up, or has no weights: exit status 2 */
  /* its samples are in other parts by now, and it is as it was: exit status 2 */
  RT_STORE_ERROR_SPLIT,
  RT_STORE_ERROR_BUSY,        /* another process trains it */
  RT_STORE_ERROR_NEWER,       /* made by a newer version */
  RT_STORE_ERROR_HOME,        /* the runs cannot be opened at all: exit status 2 */
  RT_STORE_ERROR_READ_ONLY,   /* a run's folder may not be written: exit status 2 */
  RT_STORE_ERROR_IO,          /* could not be read or written: full disk, read-only */
} RtStoreError;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtRun, rt_run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtStore, rt_store_close)

G_END_DECLS
