/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * RtZip:
 *
 * The entries of a zip archive in memory. Nothing is ever written to disk, so names are only names.
 */
typedef struct _RtZip RtZip;

/* The bytes must outlive it. @cancellable (nullable) ends the reading of an entry. (transfer
 * full) */
RtZip      *rt_zip_new         (const uint8_t  *bytes,
                                size_t          n_bytes,
                                const char     *name,
                                GCancellable   *cancellable,
                                GError        **error) G_GNUC_WARN_UNUSED_RESULT;
void        rt_zip_free        (RtZip *zip);

/* Of the whole archive. */
size_t      rt_zip_get_n_bytes (const RtZip *zip);

/* The first entry whose name ends so, or NULL. */
const char *rt_zip_find_ending (const RtZip *zip,
                                const char  *ending);
gboolean    rt_zip_has         (const RtZip *zip,
                                const char  *entry);

/* An entry's contents: without a copy where they are stored, else unpacked, as long as all that
 * was unpacked so far is no more than the archive can be worth. (transfer full) */
GBytes     *rt_zip_read        (RtZip       *zip,
                                const char  *entry,
                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtZip, rt_zip_free)

G_END_DECLS
