/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-builtin.h"
#include "rt-rng.h"

G_BEGIN_DECLS

/*
 * What the drawn datasets have in common. Sample i has the class i % classes and is the (i /
 * classes)th of it: the first RT_DRAWN_PER_CLASS of each class are free to be split by a task,
 * the RT_DRAWN_TEST_PER_CLASS after them are the test part. A sample is drawn from streams
 * named by its class's own number and its place in the class, so "A 17" is the same picture in
 * every dataset that has an A, and what is a test sample in one is none but a test sample in
 * another.
 */
#define RT_DRAWN_PER_CLASS 1000
#define RT_DRAWN_TEST_PER_CLASS 200

typedef struct
{
  const RtBuiltinInfo *info;
  const char          *domain;
  const char *const   *class_names;    /* of the whole family */
  const int           *classes;        /* (n_classes) numbers in class_names */
  int                  n_classes;
  int                  style;          /* its place in info->styles */
  float                shift;
  int                  size;           /* of the side of a picture */
} RtDrawnOptions;

typedef struct
{
  RtDataset    base;
  int          style;
  float        shift;    /* 0: the look of the first style */
  const int   *classes;
} RtDrawn;

/* @klass->size may be more than an RtDrawn. (transfer full) */
RtDrawn  *rt_drawn_new       (const RtDatasetClass  *klass,
                              const RtDrawnOptions  *options) G_GNUC_WARN_UNUSED_RESULT;

/* The class's number in its family. */
int       rt_drawn_get_class (const RtDrawn *drawn,
                              size_t         index);
gboolean  rt_drawn_is_test   (const RtDrawn *drawn,
                              size_t         index);

/* The sample's stream for one @purpose: the draws of one purpose do not move those of another. */
void      rt_drawn_init_rng  (const RtDrawn *drawn,
                              size_t         index,
                              uint64_t       purpose,
                              RtRng         *rng);

/* The families. Fail only where a file is missing or damaged. (transfer full) */
RtDataset *rt_glyphs_open    (RtDrawnOptions  *options,
                              GError         **error) G_GNUC_WARN_UNUSED_RESULT;
RtDataset *rt_animals_open   (RtDrawnOptions  *options,
                              GError         **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
