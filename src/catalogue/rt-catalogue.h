/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RT_CATALOGUE_PREFIX "catalogue:"

/* The fewest hexadecimal digits of a SHA-256 that tell one file from another: as many as publishers
 * put into the names of their files. */
#define RT_CATALOGUE_MIN_DIGITS 8

typedef enum
{
  RT_CATALOGUE_DATASET,
  RT_CATALOGUE_WEIGHTS,
} RtCatalogueKind;

/* A file to be fetched, as its publisher gives it. What is not published is not said. */
typedef struct
{
  char    *address;          /* http: or https: */
  char    *name;             /* in the entry's folder */
  guint64  bytes;            /* as it is sent; see @exact */
  gboolean exact;            /* else @bytes is about right, see rt_catalogue_file_get_limits() */
  char    *sha256;           /* (nullable) the whole of it, or how it begins; lower case */
  char    *md5;              /* (nullable) where there is no sha256, or besides */
  guint64  unpacked_bytes;   /* the most that an archive may hold; 0: a file to be kept as it is */
  guint    unpacked_files;   /* the same of its files and folders */
} RtCatalogueFile;

/* Something that can be fetched: a dataset or a file of weights. Counted by references. */
typedef struct
{
  RtCatalogueKind kind;
  char           *name;        /* "mnist" */
  char           *title;       /* "MNIST: handwritten digits", for people */
  char           *opens;       /* "folder:unpacked/photos": what it is, once it is there */
  char           *licence;
  char           *publisher;
  char           *network;     /* (nullable) of weights: whose they are, where known */
  char           *trained_on;  /* (nullable) of weights */
  char           *origin;      /* where addresses, sizes and sums are from */
  GPtrArray      *files;       /* of RtCatalogueFile */
} RtCatalogueEntry;

#define RT_CATALOGUE_ERROR (rt_catalogue_error_quark ())
GQuark rt_catalogue_error_quark (void);

typedef enum
{
  RT_CATALOGUE_ERROR_INVALID,       /* the catalogue is wrong */
  RT_CATALOGUE_ERROR_UNKNOWN,       /* it has no entry of that name, or of another kind */
  RT_CATALOGUE_ERROR_NOT_FETCHED,
} RtCatalogueError;

/* The entries of a catalogue's text, in its order. @name is what messages call it. @length may be
 * -1. (transfer full): of RtCatalogueEntry */
GPtrArray        *rt_catalogue_parse          (const char  *text,
                                               gssize       length,
                                               const char  *name,
                                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those of $RETORT_CATALOGUE, else of the program's own catalogue.json. (transfer full) */
GPtrArray        *rt_catalogue_read           (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One of them, by "mnist" or "catalogue:mnist"; the error says which there are. (transfer full) */
RtCatalogueEntry *rt_catalogue_find           (const char  *name,
                                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;

RtCatalogueEntry *rt_catalogue_entry_ref      (RtCatalogueEntry *entry);
void              rt_catalogue_entry_unref    (RtCatalogueEntry *entry);

/* "catalogue:mnist", as recipes say it. (transfer full) */
char             *rt_catalogue_entry_get_spec (const RtCatalogueEntry *entry)
                                               G_GNUC_WARN_UNUSED_RESULT;

/* What is fetched in all, and whether every size of it is exact. */
guint64           rt_catalogue_entry_get_bytes (const RtCatalogueEntry *entry,
                                                gboolean               *exact);

/* Where it is kept, fetched or not: in the home of the runs. (transfer full) */
char             *rt_catalogue_entry_get_folder (const RtCatalogueEntry *entry)
                                                 G_GNUC_WARN_UNUSED_RESULT;

/* A file of that folder, which also holds what an archive was unpacked to. (transfer full) */
char             *rt_catalogue_entry_get_path (const RtCatalogueEntry *entry,
                                               const char             *name)
                                               G_GNUC_WARN_UNUSED_RESULT;

/* Whether all of it was fetched and checked, and is still there. Looks at sizes, reads nothing. */
gboolean          rt_catalogue_entry_is_fetched (const RtCatalogueEntry *entry);

/* Says so: the last step of a fetch. @sums: the SHA-256 of each file, in the order of the files. */
gboolean          rt_catalogue_entry_set_fetched (const RtCatalogueEntry  *entry,
                                                  const char *const       *sums,
                                                  GError                 **error);

/* From "catalogue:NAME" to what opens it, "idx:FOLDER/". @entry (nullable) gets the entry.
 * (transfer full) */
char             *rt_catalogue_resolve        (const char         *spec,
                                               RtCatalogueKind     kind,
                                               RtCatalogueEntry  **entry,
                                               GError            **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many bytes it may have: the same number twice where the size is exact. */
void              rt_catalogue_file_get_limits (const RtCatalogueFile *file,
                                                guint64               *least,
                                                guint64               *most);

/* Whether it has these sums, as far as they are published. */
gboolean          rt_catalogue_file_check_sums (const RtCatalogueFile *file,
                                                const char            *sha256,
                                                const char            *md5);

/* "SHA-256", "the first 8 digits of the SHA-256": what a fetch is checked by. (transfer
 * full) */
char             *rt_catalogue_file_describe_sums (const RtCatalogueFile *file)
                                                   G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtCatalogueEntry, rt_catalogue_entry_unref)

G_END_DECLS
