/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an archive: an error and nothing left, or files and folders that keep the limits. */
#include "config.h"

#include "rt-archive.h"

#include <glib/gstdio.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

static void
count (const char *folder,
       guint64    *bytes)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert (dir != NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;

      g_assert (g_lstat (path, &info) == 0);
      g_assert (S_ISREG (info.st_mode) || S_ISDIR (info.st_mode));
      if (S_ISDIR (info.st_mode))
        count (path, bytes);
      else
        *bytes += (guint64) info.st_size;
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  static const RtArchiveLimits limits = { 100000, 20 };
  g_autofree char *folder = g_dir_make_tmp ("retort-fuzz-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "archive", NULL);
  g_autofree char *target = g_build_filename (folder, "target", NULL);
  g_autoptr (GError) error = NULL;
  guint64 unpacked = 0;
  gboolean good;

  g_assert (g_file_set_contents (path, n_bytes > 0 ? (const char *) bytes : "", (gssize) n_bytes,
                                 NULL));
  good = rt_archive_unpack (path, target, &limits, NULL, NULL, NULL, &error);
  if (good == (error != NULL))
    g_error ("unpacked and an error, or neither");
  if (good)
    count (target, &unpacked);
  else
    g_assert (!g_file_test (target, G_FILE_TEST_EXISTS));
  g_assert (unpacked <= limits.bytes);
  g_assert (rt_archive_remove (folder, NULL));
  return 0;
}
