/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef void (*RtArchiveFunc) (guint64  bytes,   /* written so far */
                               void    *data);

/**
 * RtArchiveLimits:
 *
 * What an archive says of itself may be a lie, so who unpacks it says what it may hold.
 */
typedef struct
{
  guint64 bytes;
  guint   files;   /* and folders */
} RtArchiveLimits;

/* Unpacks a tar (gzipped or not) or zip file into @folder, which must not be there yet, and is on
 * the disk when this returns; where it fails, nothing of it is left. Files and folders only, each
 * inside @folder: a name that leads out of it, a link or a device is RT_CATALOGUE_ERROR_INVALID and
 * ends it. */
gboolean rt_archive_unpack (const char             *path,
                            const char             *folder,
                            const RtArchiveLimits  *limits,
                            RtArchiveFunc           func,
                            void                   *data,
                            GCancellable           *cancellable,
                            GError                **error);

/* A folder and all that is in it; links are taken away, not followed. Nothing where it is not
 * there. */
gboolean rt_archive_remove (const char  *folder,
                            GError     **error);

G_END_DECLS
