/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The most bytes that any one file of pictures or weights may have, unpacked. */
#define RT_MAX_FILE_BYTES ((size_t) 4 << 30)

/* The most that packed bytes may unpack to: pictures and weights shrink to a half or a tenth, and
 * what shrinks further is small. A few megabytes that fill the memory are no data but a bomb. */
static inline uint64_t
rt_file_get_most_unpacked (uint64_t n_packed)
{
  return MAX ((uint64_t) 256 << 20, n_packed * 64);
}

/* Sets RT_DATA_ERROR_INVALID to "NAME: message", with NAME made fit to be shown. Returns FALSE, so
 * that a parser can return it. @error as in g_set_error(). */
gboolean rt_file_set_invalid (GError     **error,
                              const char  *name,
                              const char  *format,
                              ...) G_GNUC_PRINTF (3, 4);
gboolean rt_file_set_unsupported (GError     **error,
                                  const char  *name,
                                  const char  *format,
                                  ...) G_GNUC_PRINTF (3, 4);

/* Ends what is said of a damaged or a missing file by what to do next: said once, at the door of a
 * kind of file. An RT_DATA_ERROR_UNSUPPORTED has an advice of its own. @error may be NULL.
 * Returns FALSE. */
gboolean rt_file_add_advice      (GError     **error,
                                  const char  *advice);

/* The whole of an ordinary file, at most @max_bytes. Read and not mapped: a file that is cut short
 * by another program while mapped would end this one. (transfer full) */
GBytes  *rt_file_read        (const char    *path,
                              size_t         max_bytes,
                              GCancellable  *cancellable,
                              GError       **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts a new file over the old in one step, on disk before it returns; else RT_DATA_ERROR_WRITE. */
gboolean rt_file_write       (const char     *path,
                              const uint8_t  *bytes,
                              size_t          n_bytes,
                              GError        **error);

G_END_DECLS
