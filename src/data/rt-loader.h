/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-augment.h"
#include "rt-dataset.h"
#include "rt-input-format.h"

G_BEGIN_DECLS

typedef struct
{
  RtDataset     *dataset;        /* kept by reference */
  const size_t  *samples;        /* copied: which samples */
  size_t         n_samples;
  RtInputFormat  format;
  RtAugment      augment;
  /* 0: a new view each epoch; K: view = epoch modulo K, so that caches can hold them */
  int            n_views;
  uint64_t       seed;           /* decides order and views */
  gboolean       shuffle;
  gboolean       drop_last;      /* leave out a last batch that is not full and not the only */
  int            batch_size;
  int            n_threads;      /* that decode ahead; 0: the caller decodes */
  size_t         cache_bytes;    /* for decoded pictures at training size */
} RtLoaderOptions;

/* One batch; valid until the next call of rt_loader_next() or rt_loader_begin(). */
typedef struct
{
  int           n;         /* samples in it; 0 where none of its pictures could be read */
  const float  *images;    /* (N,H,W,C) */
  const int    *labels;    /* (N) */
  const size_t *samples;   /* (N) indices in the dataset: the identity that caches are keyed by */
  int           view;      /* which augmented view, 0 .. n_views - 1, or the epoch */

  /* Pictures that could not be read and so are not in it, and why. */
  int                n_unreadable;
  const size_t      *unreadable;   /* (n_unreadable) indices in the dataset */
  const char *const *problems;     /* (n_unreadable) */
} RtBatch;

/**
 * RtLoader:
 *
 * Batches of one part of a task, decoded and augmented ahead of training on threads of its own.
 * What comes out depends on the options and the epoch alone: the order on (seed, epoch), a sample's
 * augmentation on (seed, sample, view).
 */
typedef struct _RtLoader RtLoader;

RtLoader      *rt_loader_new           (const RtLoaderOptions *options) G_GNUC_WARN_UNUSED_RESULT;
void           rt_loader_free          (RtLoader *loader);

size_t         rt_loader_get_n_batches (const RtLoader *loader);

/* Of an epoch: without what drop_last leaves out. */
size_t         rt_loader_get_n_samples (const RtLoader *loader);

/* Starts (or starts again) epoch @epoch at its batch @first_batch. Does not wait for what is being
 * decoded: that is abandoned, but for its pictures that go into the cache. */
void           rt_loader_begin         (RtLoader *loader,
                                        int       epoch,
                                        size_t    first_batch);

/* The next batch, or NULL at the end of the epoch. A picture that cannot be read is left out of its
 * batch, in each epoch anew, and changes no other batch. */
const RtBatch *rt_loader_next          (RtLoader *loader);

/* The order in which a shuffling loader visits @samples in epoch @epoch; @order (n) gets them. For
 * those who need the order and no pictures. */
void           rt_loader_get_order     (const size_t *samples,
                                        size_t        n,
                                        uint64_t      seed,
                                        int           epoch,
                                        size_t       *order);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtLoader, rt_loader_free)

G_END_DECLS
