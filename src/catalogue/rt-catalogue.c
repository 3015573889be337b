/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can be fetched, and where it is once it was.
 *
 * Each entry has a folder of its own, HOME/catalogue/NAME. Its files lie there as they were sent;
 * an archive is unpacked to "unpacked" and then taken away. While a file comes in it is NAME.part.
 * The last thing that a fetch writes is SHA256SUMS, in the form of sha256sum, so that what is there
 * can be checked again with that: an entry counts as fetched where this file agrees with the
 * catalogue and all that it names is there.
 */
#include "config.h"

#include "rt-catalogue-private.h"

#include "rt-dirs.h"
#include "rt-json.h"
#include "rt-quark.h"

#include <glib/gstdio.h>
#include <string.h>

#define SUMS_FILE "SHA256SUMS"

/* Sizes that are published rounded, or computed, are right within this part. */
#define ABOUT 0.05

RT_DEFINE_QUARK (rt-catalogue-error-quark, rt_catalogue_error)

static void
free_file (void *data)
{
  RtCatalogueFile *file = data;

  g_free (file->address);
  g_free (file->name);
  g_free (file->sha256);
  g_free (file->md5);
  g_free (file);
}

RtCatalogueEntry *
rt_catalogue_entry_new (void)
{
  RtCatalogueEntry *entry = g_atomic_rc_box_new0 (RtCatalogueEntry);

  entry->files = g_ptr_array_new_with_free_func (free_file);
  return entry;
}

static void
clear_entry (void *data)
{
  RtCatalogueEntry *entry = data;

  g_free (entry->name);
  g_free (entry->title);
  g_free (entry->opens);
  g_free (entry->licence);
  g_free (entry->publisher);
  g_free (entry->network);
  g_free (entry->trained_on);
  g_free (entry->origin);
  g_ptr_array_unref (entry->files);
}

RtCatalogueEntry *
rt_catalogue_entry_ref (RtCatalogueEntry *entry)
{
  return g_atomic_rc_box_acquire (entry);
}

void
rt_catalogue_entry_unref (RtCatalogueEntry *entry)
{
  g_atomic_rc_box_release_full (entry, clear_entry);
}

GPtrArray *
rt_catalogue_read (GError **error)
{
  const char *other = g_getenv ("RETORT_CATALOGUE");
  g_autofree char *path = other != NULL && *other != '\0' ? g_strdup (other)
                          : rt_dirs_get_data ("catalogue.json");
  g_autoptr (GError) cause = NULL;
  size_t length;
  g_autofree char *text = rt_json_read_file (path, &length, &cause);

  if (text == NULL)
    {
      g_set_error_literal (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_INVALID, cause->message);
      return NULL;
    }
  return rt_catalogue_parse (text, (gssize) length, path, error);
}

RtCatalogueEntry *
rt_catalogue_find (const char  *name,
                   GError     **error)
{
  g_autoptr (GPtrArray) entries = rt_catalogue_read (error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (entries == NULL)
    return NULL;
  if (g_str_has_prefix (name, RT_CATALOGUE_PREFIX))
    name += strlen (RT_CATALOGUE_PREFIX);
  for (guint i = 0; i < entries->len; i++)
    {
      RtCatalogueEntry *entry = entries->pdata[i];

      if (g_str_equal (entry->name, name))
        return rt_catalogue_entry_ref (entry);
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", entry->name);
    }
  g_set_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_UNKNOWN,
               "“%s” is not in the catalogue; there are: %s", name,
               names->len > 0 ? names->str : "none");
  return NULL;
}

char *
rt_catalogue_entry_get_spec (const RtCatalogueEntry *entry)
{
  return g_strconcat (RT_CATALOGUE_PREFIX, entry->name, NULL);
}

guint64
rt_catalogue_entry_get_bytes (const RtCatalogueEntry *entry,
                              gboolean               *exact)
{
  guint64 bytes = 0;

  *exact = TRUE;
  for (guint i = 0; i < entry->files->len; i++)
    {
      const RtCatalogueFile *file = entry->files->pdata[i];

      bytes += file->bytes;
      *exact = *exact && file->exact;
    }
  return bytes;
}

char *
rt_catalogue_entry_get_folder (const RtCatalogueEntry *entry)
{
  g_autofree char *home = rt_dirs_get_home ();

  return g_build_filename (home, "catalogue", entry->name, NULL);
}

char *
rt_catalogue_entry_get_path (const RtCatalogueEntry *entry,
                             const char             *name)
{
  g_autofree char *folder = rt_catalogue_entry_get_folder (entry);

  return g_build_filename (folder, name, NULL);
}

/* Whether SHA256SUMS has a line for @file that agrees with the catalogue. */
static gboolean
find_sum (char *const           *lines,
          const RtCatalogueFile *file)
{
  for (int i = 0; lines[i] != NULL; i++)
    {
      const char *name = strstr (lines[i], "  ");

      if (name != NULL && name - lines[i] == 64 && g_str_equal (name + 2, file->name))
        return file->sha256 == NULL || g_str_has_prefix (lines[i], file->sha256);
    }
  return FALSE;
}

static gboolean
is_there (const RtCatalogueEntry *entry,
          const RtCatalogueFile  *file)
{
  g_autofree char *path = rt_catalogue_entry_get_path (entry, file->unpacked_bytes > 0
                                                       ? RT_CATALOGUE_UNPACKED : file->name);
  guint64 least, most;
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return FALSE;
  if (file->unpacked_bytes > 0)
    return S_ISDIR (info.st_mode);
  rt_catalogue_file_get_limits (file, &least, &most);
  return S_ISREG (info.st_mode) && (guint64) info.st_size >= least
         && (guint64) info.st_size <= most;
}

gboolean
rt_catalogue_entry_is_fetched (const RtCatalogueEntry *entry)
{
  g_autofree char *path = rt_catalogue_entry_get_path (entry, SUMS_FILE);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; i < entry->files->len; i++)
    if (!find_sum (lines, entry->files->pdata[i]) || !is_there (entry, entry->files->pdata[i]))
      return FALSE;
  return TRUE;
}

gboolean
rt_catalogue_entry_set_fetched (const RtCatalogueEntry  *entry,
                                const char *const       *sums,
                                GError                 **error)
{
  g_autofree char *path = rt_catalogue_entry_get_path (entry, SUMS_FILE);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < entry->files->len; i++)
    g_string_append_printf (text, "%s  %s\n", sums[i],
                            ((RtCatalogueFile *) entry->files->pdata[i])->name);
  return g_file_set_contents_full (path, text->str, (gssize) text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0666, error);
}

char *
rt_catalogue_resolve (const char         *spec,
                      RtCatalogueKind     kind,
                      RtCatalogueEntry  **entry,
                      GError            **error)
{
  g_autoptr (RtCatalogueEntry) found = rt_catalogue_find (spec, error);
  g_autofree char *folder = NULL;
  const char *rest;

  if (found == NULL)
    return NULL;
  if (found->kind != kind)
    {
      g_set_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_UNKNOWN,
                   kind == RT_CATALOGUE_DATASET ? "%s is a file of weights, not a dataset"
                   : "%s is a dataset, not a file of weights", spec);
      return NULL;
    }
  if (!rt_catalogue_entry_is_fetched (found))
    {
      g_set_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_NOT_FETCHED,
                   "%s%s is not fetched yet; fetch it with retort-cli fetch %s",
                   RT_CATALOGUE_PREFIX, found->name, found->name);
      return NULL;
    }
  folder = rt_catalogue_entry_get_folder (found);
  rest = strchr (found->opens, ':') + 1;
  if (entry != NULL)
    *entry = rt_catalogue_entry_ref (found);
  return g_strdup_printf ("%.*s%s/%s", (int) (rest - found->opens), found->opens, folder, rest);
}

void
rt_catalogue_file_get_limits (const RtCatalogueFile *file,
                              guint64               *least,
                              guint64               *most)
{
  guint64 margin = file->exact ? 0 : (guint64) ((double) file->bytes * ABOUT);

  *least = file->bytes - margin;
  *most = file->bytes + margin;
}

gboolean
rt_catalogue_file_check_sums (const RtCatalogueFile *file,
                              const char            *sha256,
                              const char            *md5)
{
  return (file->sha256 == NULL || g_str_has_prefix (sha256, file->sha256))
         && (file->md5 == NULL || g_str_equal (md5, file->md5));
}

char *
rt_catalogue_file_describe_sums (const RtCatalogueFile *file)
{
  size_t n = file->sha256 != NULL ? strlen (file->sha256) : 0;

  if (n == 64)
    return g_strdup ("SHA-256");
  if (n > 0)
    return g_strdup_printf ("the first %zu digits of the SHA-256", n);
  return g_strdup ("MD5");
}
