/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-catalogue.h"

G_BEGIN_DECLS

/**
 * RtPart:
 *
 * A file while it comes in: PATH.part, with its sums so far. Beside it, PATH.part.from says which
 * version of the file on the server it is a part of (its ETag or date), for who goes on with it.
 */
typedef struct _RtPart RtPart;

/* Opens what is there of @path, and reads it for its sums; an empty part where nothing is, or where
 * it is longer than @most. (transfer full) */
RtPart     *rt_part_open          (const char    *path,
                                   guint64        most,
                                   GCancellable  *cancellable,
                                   GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void        rt_part_free          (RtPart *part);

guint64     rt_part_get_bytes     (const RtPart *part);

/* (nullable) The version that it is a part of, as If-Range takes it. */
const char *rt_part_get_version   (const RtPart *part);

/* Empties it, for another version (nullable: not known). */
gboolean    rt_part_restart       (RtPart      *part,
                                   const char  *version,
                                   GError     **error);

gboolean    rt_part_append        (RtPart      *part,
                                   const void  *bytes,
                                   size_t       n_bytes,
                                   GError     **error);

/* Of all that is in it. (transfer full) */
void        rt_part_get_sums      (const RtPart  *part,
                                   char         **sha256,
                                   char         **md5);

/* To the disk, and then in one step to its name without the ending. */
gboolean    rt_part_finish        (RtPart  *part,
                                   GError **error);

/* Takes it away. */
void        rt_part_discard       (RtPart *part);

/* The name of the part of @path. (transfer full) */
char       *rt_part_get_name      (const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPart, rt_part_free)

G_END_DECLS
