/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/* Of a picture that is to be looked at; training says how much it needs. */
#define RT_FOLDER_MIN_SIDE 256

typedef struct
{
  char     *name;      /* relative to the root. Owned */
  int       class_index;
  RtPart    part;
  int       width, height, channels;
} RtFolderFile;

/* A folder of class folders while it is listed. */
typedef struct
{
  const char   *root;
  GCancellable *cancellable;   /* (nullable) */
  GArray       *files;         /* Owned: of RtFolderFile */
  GPtrArray    *classes;       /* Owned: names, sorted */
  GHashTable   *places;        /* Owned: in classes, by the name with its accents composed */
  GPtrArray    *problems;      /* Owned */
  GPtrArray    *notes;         /* Owned */
  GHashTable   *visited;       /* Owned: "device:inode" of the folders of this class */
  gboolean      linked;        /* within a folder that was reached by a link, on this device */
  dev_t         device;
  int           class_index;
  RtPart        part;
} RtFolderWalk;

/* @root and @cancellable (nullable) are borrowed. */
void     rt_folder_walk_init        (RtFolderWalk *walk,
                                     const char   *root,
                                     GCancellable *cancellable);
void     rt_folder_walk_clear       (RtFolderWalk *walk);

/* Fills @walk; FALSE only where it was cancelled. */
gboolean rt_folder_walk_run         (RtFolderWalk  *walk,
                                     GError       **error);

void     rt_folder_walk_add_problem (RtFolderWalk *walk,
                                     const char   *name,
                                     const char   *format,
                                     ...) G_GNUC_PRINTF (3, 4);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtFolderWalk, rt_folder_walk_clear)

G_END_DECLS
