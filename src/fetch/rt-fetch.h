/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-catalogue.h"

G_BEGIN_DECLS

typedef enum
{
  RT_FETCH_CONNECTING,
  RT_FETCH_RECEIVING,
  RT_FETCH_CHECKING,
  RT_FETCH_UNPACKING,
} RtFetchStage;

/* How far a fetch is. */
typedef struct
{
  RtFetchStage stage;
  const char  *file;      /* its name */
  guint64      done;      /* bytes of the whole entry that are here; while unpacking, unpacked */
  guint64      total;     /* bytes of the whole entry; may be about right; 0 while unpacking */
  guint64      taken_up;  /* bytes of this file that an earlier fetch had left */
} RtFetchProgress;

/* Called by the thread that fetches, at most about ten times a second and at each new stage. */
typedef void (*RtFetchFunc) (const RtFetchProgress *progress,
                             void                  *data);

typedef struct
{
  guint stall_seconds;   /* with nothing coming in, after which the connection is given up; 0: 30 */
} RtFetchOptions;

#define RT_FETCH_ERROR (rt_fetch_error_quark ())
GQuark rt_fetch_error_quark (void);

typedef enum
{
  RT_FETCH_ERROR_OFFLINE,   /* no way to the server */
  RT_FETCH_ERROR_REFUSED,   /* the server has something else to say than the file */
  RT_FETCH_ERROR_CUT,       /* the connection broke, or stood still, too often */
  RT_FETCH_ERROR_DAMAGED,   /* what came is not what the catalogue says */
  RT_FETCH_ERROR_DISK,
  RT_FETCH_ERROR_BUSY,      /* another program fetches the same */
} RtFetchError;

/* Fetches all files of @entry that are not here yet, checks and unpacks them; blocks, so windows
 * call it in a thread. Takes up what an earlier fetch left, and keeps what has come where it is
 * cancelled or cut. Done at once where all is here. @options and @func may be NULL. */
gboolean rt_fetch_entry (const RtCatalogueEntry  *entry,
                         const RtFetchOptions    *options,
                         RtFetchFunc              func,
                         void                    *data,
                         GCancellable            *cancellable,
                         GError                 **error);

/* How much of @entry an interrupted fetch has left behind. */
guint64  rt_fetch_get_kept_bytes (const RtCatalogueEntry *entry);

G_END_DECLS
