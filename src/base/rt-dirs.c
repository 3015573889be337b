/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-dirs.h"

#define LEVELS_TO_SOURCE 4

/* A program run from its build folder lies a few folders below the source tree. */
static char *
find_source_data (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;

  for (int i = 0; folder != NULL && i < LEVELS_TO_SOURCE; i++)
    {
      g_autofree char *parent = g_path_get_dirname (folder);
      g_autofree char *schema = g_build_filename (parent, "data", "recipe.schema.json", NULL);
      g_autofree char *source = g_build_filename (parent, "meson.build", NULL);

      if (g_file_test (schema, G_FILE_TEST_EXISTS) && g_file_test (source, G_FILE_TEST_EXISTS))
        return g_build_filename (parent, "data", NULL);
      g_free (folder);
      folder = g_steal_pointer (&parent);
    }
  return NULL;
}

static const char *
get_data_dir (void)
{
  static char *dir = NULL;

  if (g_once_init_enter (&dir))
    {
      char *found = g_strdup (g_getenv ("RETORT_DATADIR"));

      if (found == NULL)
        found = find_source_data ();
      if (found == NULL)
        found = g_strdup (RETORT_DATADIR);
      g_once_init_leave (&dir, found);
    }
  return dir;
}

char *
rt_dirs_get_data (const char *name)
{
  return g_build_filename (get_data_dir (), name, NULL);
}

char *
rt_dirs_get_home (void)
{
  const char *home = g_getenv ("RETORT_HOME");

  if (home != NULL && *home != '\0')
    return g_strdup (home);
  return g_build_filename (g_get_user_data_dir (), "retort", NULL);
}
