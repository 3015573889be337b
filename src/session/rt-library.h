/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-fetch-item.h"
#include "rt-run-item.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define RT_TYPE_LIBRARY (rt_library_get_type ())
G_DECLARE_FINAL_TYPE (RtLibrary, rt_library, RT, LIBRARY, GObject)

/**
 * RtLibrary:
 *
 * What there is to choose from and what was done: the history of runs, the drawn datasets and those
 * that were opened, the backbones that ship and those that runs have made. Lives on the main thread
 * with a store of its own.
 */

/* @home NULL: the usual one. NULL with @error where the history cannot be opened (newer,
 * damaged, no room). */
RtLibrary    *rt_library_new            (const char  *home,
                                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;

const char   *rt_library_get_home       (RtLibrary *self);
RtStore      *rt_library_get_store      (RtLibrary *self);

/* Of RtRunItem, newest first. (transfer none) */
GListModel   *rt_library_get_runs       (RtLibrary *self);
RtRunItem    *rt_library_find_run       (RtLibrary *self,
                                         int        id);

/* Reads the rows again; items that stay are the same objects. */
gboolean      rt_library_refresh        (RtLibrary  *self,
                                         GError    **error);

/* Loads a run's curves from the store, where they are not there yet. */
gboolean      rt_library_load_curves    (RtLibrary  *self,
                                         RtRunItem  *item,
                                         GError    **error);

gboolean      rt_library_delete_run     (RtLibrary  *self,
                                         RtRunItem  *item,
                                         GError    **error);
gboolean      rt_library_rename_run     (RtLibrary   *self,
                                         RtRunItem   *item,
                                         const char  *name,
                                         GError     **error);

/* One thing to choose: what recipes call it, what people read. */
typedef struct
{
  char *spec;        /* "builtin:glyphs/digits", "folder:PATH", "run:12", "random:resnet8" */
  char *title;       /* "Glyphs: digits" */
  char *detail;      /* (nullable) "ResNet-8, 26 classes, 97.1 %" */
  char *network;     /* backbones only */
  char *dataset;     /* (nullable) what a run was trained on */
} RtChoice;

/* (transfer none): of RtChoice. Datasets: the drawn ones, those fetched, those opened lately.
 * Backbones: shipped ones, those fetched, those opened from files, finished runs, then each
 * network with random weights, its variants after it. Teachers: those of them that name their
 * classes. */
GPtrArray    *rt_library_get_datasets   (RtLibrary *self);
GPtrArray    *rt_library_get_backbones  (RtLibrary *self);
GPtrArray    *rt_library_get_teachers   (RtLibrary *self);

/* What can be fetched: of RtFetchItem, in the catalogue's order. What is fetched is among the
 * choices. NULL with an error where the catalogue cannot be read. (transfer none) */
GListModel   *rt_library_get_catalogue  (RtLibrary  *self,
                                         GError    **error);

/* Remembers a dataset that was opened (a file beside the database). */
void          rt_library_add_dataset    (RtLibrary  *self,
                                         const char *spec,
                                         const char *title);

/* Signals: `choices-changed` (one of the three lists is another), `fetched` (the RtFetchItem: it is
 * among them from now on). */

G_END_DECLS
