/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/* All that is neither trained nor validated on. */
#define RT_TASK_REST (-1.0)

/* @validation below 1 is a fraction of the samples of each class (0: no validation), from 1 up a
 * number of samples of each class. A dataset with a validation part of its own uses that: all of it
 * for a fraction, at most the number asked for of each class otherwise. @test is for a dataset
 * without a test part: a fraction of the samples of each class (0: none), taken so that it moves
 * neither the validation set nor, but for what it leaves, the training set. */
typedef struct
{
  int       samples_per_class;  /* for training; 0: all */
  double    validation;
  double    test;               /* of each class's samples, or RT_TASK_REST */
  uint64_t  seed;               /* decides the split */
  /* (nullable) ended by NULL: classes with no training sample at all */
  const char *const *leave_out;
} RtTaskOptions;

typedef struct
{
  RtDataset *dataset;       /* Owned */
  size_t    *train;         /* Owned: indices, in ascending order */
  size_t     n_train;
  size_t    *validation;
  size_t     n_validation;
  size_t    *test;          /* for the final figure only */
  size_t     n_test;
} RtTask;

/* A dataset with its split. Stratified and decided by the seed alone: for each class the samples
 * that are not in the dataset's own validation or test part are shuffled by a stream of (seed,
 * class); validation takes the first, training the next, a test part that the dataset has not got
 * the last. So the validation set is the same whatever samples_per_class and @test are, and 20
 * samples are among the 50. Corrections count after that: a mended sample stays in its part, one
 * set aside leaves it, and all others are where they are without it. A class with fewer samples
 * than asked for is trained on what it has; one with no sample at all is passed over. Errors: one
 * class only, a class too small to be split (named), a name in @leave_out that is no class, nothing
 * left to validate on. (transfer full) */
RtTask *rt_task_new  (RtDataset            *dataset,
                      const RtTaskOptions  *options,
                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void    rt_task_free (RtTask *task);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTask, rt_task_free)

G_END_DECLS
