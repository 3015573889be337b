/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-image.h"
#include "rt-team.h"

G_BEGIN_DECLS

/* Where a dataset itself puts a sample. RT_PART_ANY: it has no split of its own, the task makes
 * one. */
typedef enum
{
  RT_PART_ANY,
  RT_PART_TRAIN,
  RT_PART_VALIDATION,
  RT_PART_TEST,
} RtPart;

typedef struct _RtDataset RtDataset;

/* rt-corrections.h */
typedef struct _RtCorrections RtCorrections;

/**
 * RtDatasetClass:
 * @read_image: decodes or draws one sample; called from several threads at once (transfer full)
 * @read_reduced: (nullable) the same, but its shorter side need be no longer than @min_side, which
 *   makes a photograph several times cheaper
 * @get_file: (nullable) the file that is the sample and nothing else (transfer full)
 * @get_name: (nullable) the same as it lies in the dataset's folder (transfer none)
 * @free: frees what the kind of dataset added to the struct; the base frees its own fields
 */
typedef struct
{
  size_t    size;      /* of the struct that begins with an RtDataset */
  RtImage *(*read_image) (const RtDataset  *dataset,
                          size_t            index,
                          GError          **error);
  void     (*free)       (RtDataset *dataset);
  RtImage *(*read_reduced) (const RtDataset  *dataset,
                            size_t            index,
                            int               min_side,
                            GError          **error);
  char    *(*get_file)   (const RtDataset *dataset,
                          size_t           index);
  const char *(*get_name) (const RtDataset *dataset,
                           size_t           index);
} RtDatasetClass;

/**
 * RtDataset:
 *
 * Samples with class names. Immutable once made, so that threads share it; images are made when
 * asked for. A sample's identity is its index: the order of samples is the same each time a dataset
 * is opened (folders are sorted by name).
 */
struct _RtDataset
{
  const RtDatasetClass *klass;
  gatomicrefcount       ref_count;

  char       *spec;          /* "builtin:glyphs/digits": what opens it again */
  char       *title;         /* "Glyphs: digits", for people */
  char       *domain;        /* "print", "handwriting", "photo" */
  GPtrArray  *class_names;   /* of char * */

  size_t      n_samples;
  int        *labels;        /* (n_samples) 0 .. classes - 1, or -1: unlabelled */
  uint8_t    *parts;         /* (n_samples) RtPart */
  int         width;         /* of every sample; 0 where they differ */
  int         height;
  int         channels;      /* 1 or 3 */

  /* of char *: "cat/7.png: not a picture ..." : skipped, said, not fatal */
  GPtrArray  *problems;
  /* of char *: how it was read, where a person may have meant it otherwise */
  GPtrArray  *notes;

  /* (nullable) what a person corrected; labels are so already. Owned */
  RtCorrections *corrections;
};

/* What of a dataset a recipe chooses: style and shift of a drawn one, corrections of another. */
typedef struct
{
  const char *style;   /* (nullable) "print", "hand", "street"; "drawn", "photo" */
  double      shift;   /* 0 (the source's look) .. 1 (the target's) */
  const char *folder;  /* (nullable) what relative paths start from */
  /* (nullable) of a set that is not drawn: "latest", as NULL is, "none" or "version:DIGEST" */
  const char *corrections;
} RtDatasetOptions;

/* Opens what @spec names: builtin:NAME, idx:PATH-PREFIX, cifar:FILE, folder:PATH, csv:PATH,
 * catalogue:NAME where that was fetched.
 * @options may be NULL. The error names the file and says what is wrong with it. (transfer full) */
RtDataset  *rt_dataset_open           (const char              *spec,
                                       const RtDatasetOptions  *options,
                                       GCancellable            *cancellable,
                                       GError                 **error) G_GNUC_WARN_UNUSED_RESULT;

/* The path of a spec made absolute: "~/x" is the home folder's, a relative one starts from @folder
 * (nullable: from where the program runs). (transfer full) */
char       *rt_dataset_resolve_path   (const char *path,
                                       const char *folder) G_GNUC_WARN_UNUSED_RESULT;

/* For the kinds of dataset: a zeroed struct of klass->size with the arrays of @n_samples made,
 * labels 0, parts RT_PART_ANY. (transfer full) */
RtDataset  *rt_dataset_new            (const RtDatasetClass *klass,
                                       const char           *spec,
                                       size_t                n_samples) G_GNUC_WARN_UNUSED_RESULT;

RtDataset  *rt_dataset_ref            (RtDataset *dataset);
void        rt_dataset_unref          (RtDataset *dataset);

/* (transfer full) */
RtImage    *rt_dataset_read_image     (const RtDataset  *dataset,
                                       size_t            index,
                                       GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* For people to look at: where both sides are longer than @side, the shorter one becomes it.
 * (transfer full) */
RtImage    *rt_dataset_read_thumbnail (const RtDataset  *dataset,
                                       size_t            index,
                                       int               side,
                                       GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* For who will reduce it to @min_side or less: where the shorter side is longer, it may come
 * reduced already. The same sample and @min_side give the same picture. (transfer full) */
RtImage    *rt_dataset_read_reduced   (const RtDataset  *dataset,
                                       size_t            index,
                                       int               min_side,
                                       GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* The file that holds this sample and nothing else, where there is one. (transfer full)
 * (nullable) */
char       *rt_dataset_get_file       (const RtDataset *dataset,
                                       size_t           index) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a mirrored picture is still one of its class: of writing it is not. */
gboolean    rt_dataset_may_flip       (const RtDataset *dataset);

int         rt_dataset_get_n_classes  (const RtDataset *dataset);
const char *rt_dataset_get_class_name (const RtDataset *dataset,
                                       int              label);

/* -1 where there is none of that name. */
int         rt_dataset_find_class     (const RtDataset *dataset,
                                       const char      *name);

/* The place of @name in @names of classes, or -1. Where none is the same byte for byte, one that
 * reads the same: macOS writes a letter with its accent as two characters, others as one. */
int         rt_class_names_find       (const GPtrArray *names,
                                       const char      *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtDataset, rt_dataset_unref)

G_END_DECLS
