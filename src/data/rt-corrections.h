/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/* A sample whose label is mended, or that is set aside. */
typedef struct
{
  char    *sample;   /* as rt_dataset_dup_sample_name() says it */
  uint64_t bytes;    /* of its file, or of its pixels */
  char    *digest;   /* of its first 65,536 bytes: SHA-256 in hexadecimal */
  char    *label;    /* (nullable) the name of its class; NULL: set aside */

  /* What became of it in a dataset; not kept. */
  gboolean applied;  /* FALSE: the sample or the class is not there, or another than it was */
  size_t   index;
  int      was;      /* the label that the dataset gives */
} RtCorrection;

/*
 * RtCorrections: what a person has corrected of a dataset, at most one correction for each sample,
 * by the samples' names. The dataset's own files are never written to; corrections lie in the
 * program's data folder, in a folder for each dataset, as text that people can read.
 */
RtCorrections      *rt_corrections_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void                rt_corrections_free       (RtCorrections *corrections);

/* The text of a side file; the error names @name and the line. (transfer full) */
RtCorrections      *rt_corrections_parse      (const char  *text,
                                               size_t       length,
                                               const char  *name,
                                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same corrections are the same text. (transfer full) */
char               *rt_corrections_print      (const RtCorrections *corrections)
                                               G_GNUC_WARN_UNUSED_RESULT;

guint               rt_corrections_get_n      (const RtCorrections *corrections);
const RtCorrection *rt_corrections_get        (const RtCorrections *corrections,
                                               guint                index);
/* (nullable) */
const RtCorrection *rt_corrections_find       (const RtCorrections *corrections,
                                               const char          *sample);

/* The label of @sample becomes @label, or it is set aside where @label is NULL. */
void                rt_corrections_set        (RtCorrections *corrections,
                                               const char    *sample,
                                               uint64_t       bytes,
                                               const char    *digest,
                                               const char    *label);
/* FALSE where there is none. */
gboolean            rt_corrections_remove     (RtCorrections *corrections,
                                               const char    *sample);

void                rt_corrections_remove_all (RtCorrections *corrections);

/* @sample becomes what it is in @from, where it may be corrected or not; the rest stays. */
void                rt_corrections_take       (RtCorrections       *corrections,
                                               const RtCorrections *from,
                                               const char          *sample);

/* rt-corrections-apply.c */

/* How a sample is known from one day to the next: its file relative to the dataset's folder, or
 * "#12" where it has no file of its own. (transfer full) */
char               *rt_dataset_dup_sample_name (const RtDataset *dataset,
                                                size_t           index) G_GNUC_WARN_UNUSED_RESULT;

/* The label that the dataset itself gives, whatever was corrected. */
int                 rt_dataset_get_given_label (const RtDataset *dataset,
                                                size_t           index);

/* Corrects the sample @index of @dataset, as it is there now; to the label that the dataset gives,
 * that is no correction. FALSE where it cannot be read. */
gboolean            rt_corrections_correct    (RtCorrections    *corrections,
                                               const RtDataset  *dataset,
                                               size_t            index,
                                               const char       *label,
                                               GError          **error);

/* Once, while @dataset is opened: labels become what they are corrected to, and -1, which is in no
 * part of any task, where a sample is set aside. The dataset owns @corrections from then on. */
void                rt_corrections_apply      (RtCorrections *corrections,
                                               RtDataset     *dataset);

/* How many labels are mended, how many samples set aside, and how many corrections fit nothing any
 * more; each may be NULL. */
void                rt_corrections_count      (const RtCorrections *corrections,
                                               guint               *n_mended,
                                               guint               *n_aside,
                                               guint               *n_lost);

/* "3 labels mended, 2 set aside", for people; NULL where there is nothing to say, or
 * @corrections is NULL. (transfer full) (nullable) */
char               *rt_corrections_describe   (const RtCorrections *corrections)
                                               G_GNUC_WARN_UNUSED_RESULT;

/* Those of the dataset @spec (absolute), from the data folder. @version is "latest", "none" or
 * "version:DIGEST". None at all is no error, but a version that is not kept is. (transfer full) */
RtCorrections      *rt_corrections_load       (const char  *spec,
                                               const char  *version,
                                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Changes @corrections; FALSE where that cannot be done, and nothing of it is then kept. */
typedef gboolean (*RtCorrectionsFunc)         (RtCorrections  *corrections,
                                               void           *data,
                                               GError        **error);

/* Calls @func with the latest of the dataset @spec and keeps what it made of them; whoever else
 * changes them meanwhile, in this program or another, waits for it. What they are then, or NULL
 * where they stayed as they were. (transfer full) */
RtCorrections      *rt_corrections_change     (const char         *spec,
                                               RtCorrectionsFunc   func,
                                               void               *data,
                                               GError            **error)
                                               G_GNUC_WARN_UNUSED_RESULT;

/* Keeps the latest as a version of its own, for a run to name: "none" where there is none.
 * (transfer full) */
char               *rt_corrections_pin        (const char  *spec,
                                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtCorrections, rt_corrections_free)

G_END_DECLS
