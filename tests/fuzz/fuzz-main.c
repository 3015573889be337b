/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a fuzz target over the files of the folders it is given, so that the same target is an
 * ordinary test where there is no libFuzzer. Each file's bytes stand in memory of exactly their
 * length. A finding ends the program.
 */
#include "config.h"

#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

static int
run_folder (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;
  int n = 0;

  if (dir == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *contents = NULL;
      g_autofree uint8_t *bytes = NULL;
      size_t n_bytes;

      if (!g_file_get_contents (path, &contents, &n_bytes, &error))
        g_error ("%s", error->message);
      bytes = n_bytes > 0 ? g_memdup2 (contents, n_bytes) : g_malloc (1);
      g_print ("# %s\n", name);
      LLVMFuzzerTestOneInput (bytes, n_bytes);
      n++;
    }
  return n;
}

int
main (int    argc,
      char **argv)
{
  int n = 0;

  for (int i = 1; i < argc; i++)
    n += run_folder (argv[i]);
  g_print ("%s 1 - %d files\n1..1\n", n > 0 ? "ok" : "not ok", n);
  return n > 0 ? 0 : 1;
}
