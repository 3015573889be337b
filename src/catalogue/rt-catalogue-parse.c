/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The catalogue's text: { "retort_catalogue": 1, "entries": [ ... ] }, described in README.md. It
 * decides what is written where on the user's disk, so nothing in it is taken on trust: names are
 * plain names, addresses are of the web, sizes have bounds, and each file has a sum to be checked
 * by. The first thing that is wrong is the error; keys that are not known are wrong too.
 */
#include "config.h"

#include "rt-catalogue-private.h"

#include "rt-json.h"

#include <string.h>

#define CATALOGUE_KEY "retort_catalogue"
#define MAX_ENTRIES 1000
#define MAX_FILES 100
#define MAX_TEXT 2000
#define MAX_NAME 100
#define MAX_BYTES ((gint64) 64 << 30)
#define MAX_UNPACKED_FILES 1000000

static const char *const entry_keys[] = {
  "name", "kind", "title", "opens", "licence", "publisher", "network", "trained_on",
  "origin", "files", NULL,
};
static const char *const file_keys[] = {
  "address", "name", "bytes", "about_bytes", "sha256", "md5", "unpacked_bytes", "unpacked_files",
  NULL,
};
static const char *const dataset_schemes[] = { "idx:", "cifar:", "folder:", "csv:", NULL };
static const char *const weights_schemes[] = { "file:", NULL };

/* What is read at the moment, for messages. */
typedef struct
{
  const char *path;
  guint       entry;   /* from 1; 0: none yet */
  guint       file;    /* the same, in its entry */
  GError    **error;
} Place;

static gboolean
fail (const Place *place,
      const char  *key,
      const char  *allowed)
{
  g_autoptr (GString) where = g_string_new (place->path);

  if (place->entry > 0)
    g_string_append_printf (where, ", entry %u", place->entry);
  if (place->file > 0)
    g_string_append_printf (where, ", file %u", place->file);
  g_set_error (place->error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_INVALID,
               "%s: \"%s\" must be %s", where->str, key, allowed);
  return FALSE;
}

/* Values */

static gboolean
check_keys (const Place       *place,
            JsonObject        *object,
            const char *const *known)
{
  g_autoptr (GList) keys = json_object_get_members (object);

  for (GList *at = keys; at != NULL; at = at->next)
    if (!g_strv_contains (known, at->data))
      return fail (place, at->data, "left out: there is no such key");
  return TRUE;
}

static gboolean
read_text (const Place *place,
           JsonObject  *object,
           const char  *key,
           gboolean     required,
           char       **text)
{
  JsonNode *node = json_object_get_member (object, key);

  if (node == NULL && !required)
    return TRUE;
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING
      || *json_node_get_string (node) == '\0' || strlen (json_node_get_string (node)) > MAX_TEXT)
    return fail (place, key, "a text");
  *text = g_strdup (json_node_get_string (node));
  return TRUE;
}

static gboolean
read_count (const Place *place,
            JsonObject  *object,
            const char  *key,
            gint64       most,
            guint64     *count)
{
  JsonNode *node = json_object_get_member (object, key);
  g_autofree char *allowed = g_strdup_printf ("a whole number from 1 to %" G_GINT64_FORMAT, most);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64
      || json_node_get_int (node) < 1 || json_node_get_int (node) > most)
    return fail (place, key, allowed);
  *count = (guint64) json_node_get_int (node);
  return TRUE;
}

static gboolean
read_digits (const Place *place,
             JsonObject  *object,
             const char  *key,
             size_t       least,
             size_t       most,
             char       **digits)
{
  g_autofree char *allowed = g_strdup_printf ("%zu to %zu hexadecimal digits in lower case", least,
                                              most);
  size_t n;

  if (!read_text (place, object, key, FALSE, digits))
    return FALSE;
  if (*digits == NULL)
    return TRUE;
  n = strlen (*digits);
  if (n < least || n > most || strspn (*digits, "0123456789abcdef") != n)
    return fail (place, key, allowed);
  return TRUE;
}

/* Letters, digits and what is harmless between them: no path, nothing hidden, no option. */
static gboolean
is_name (const char *text)
{
  size_t n = strlen (text);

  return n <= MAX_NAME && g_ascii_isalnum (*text)
         && strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n
         && !g_str_has_suffix (text, ".part");
}

static gboolean
is_inside (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (int i = 0; parts[i] != NULL; i++)
    if (!is_name (parts[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_address (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  return (g_str_equal (scheme, "https") || g_str_equal (scheme, "http"))
         && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0'
         && g_uri_get_userinfo (uri) == NULL && g_uri_get_fragment (uri) == NULL;
}

/* Files and entries */

static gboolean
read_sizes (const Place     *place,
            JsonObject      *object,
            RtCatalogueFile *file)
{
  guint64 about = 0, n_files = 0;

  if (!read_count (place, object, "bytes", MAX_BYTES, &file->bytes)
      || !read_count (place, object, "about_bytes", MAX_BYTES, &about)
      || !read_count (place, object, "unpacked_bytes", MAX_BYTES, &file->unpacked_bytes)
      || !read_count (place, object, "unpacked_files", MAX_UNPACKED_FILES, &n_files))
    return FALSE;
  if ((file->bytes == 0) == (about == 0))
    return fail (place, "bytes", "there, or else \"about_bytes\"");
  if ((file->unpacked_bytes == 0) != (n_files == 0))
    return fail (place, "unpacked_files", "there where \"unpacked_bytes\" is, and only there");
  file->exact = about == 0;
  file->bytes += about;
  file->unpacked_files = (guint) n_files;
  return TRUE;
}

static gboolean
read_file (const Place     *place,
           JsonNode        *node,
           RtCatalogueFile *file)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (object == NULL)
    return fail (place, "files", "a list of objects");
  if (!check_keys (place, object, file_keys)
      || !read_text (place, object, "address", TRUE, &file->address)
      || !read_text (place, object, "name", TRUE, &file->name)
      || !read_sizes (place, object, file)
      || !read_digits (place, object, "sha256", RT_CATALOGUE_MIN_DIGITS, 64, &file->sha256)
      || !read_digits (place, object, "md5", 32, 32, &file->md5))
    return FALSE;
  if (!is_address (file->address))
    return fail (place, "address", "an address that begins with https:// or http://");
  if (!is_name (file->name) || g_str_equal (file->name, RT_CATALOGUE_UNPACKED))
    return fail (place, "name", "the name of a file: letters, digits, and . _ - after the first");
  if (file->sha256 == NULL && file->md5 == NULL)
    return fail (place, "sha256", "there, or else \"md5\": a file has a sum to be checked by");
  return TRUE;
}

static gboolean
read_files (Place            *place,
            JsonObject       *object,
            RtCatalogueEntry *entry)
{
  JsonNode *node = json_object_get_member (object, "files");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                     : NULL;
  guint n = array != NULL ? json_array_get_length (array) : 0;

  if (n < 1 || n > MAX_FILES)
    return fail (place, "files", "a list of 1 to 100 objects");
  for (guint i = 0; i < n; i++)
    {
      RtCatalogueFile *file = g_new0 (RtCatalogueFile, 1);

      g_ptr_array_add (entry->files, file);
      place->file = i + 1;
      if (!read_file (place, json_array_get_element (array, i), file))
        return FALSE;
      if (n > 1 && file->unpacked_bytes > 0)
        return fail (place, "unpacked_bytes", "left out: an archive is the only file of its entry");
      for (guint j = 0; j < i; j++)
        if (g_str_equal (((RtCatalogueFile *) entry->files->pdata[j])->name, file->name))
          return fail (place, "name", "another than those before it");
    }
  place->file = 0;
  return TRUE;
}

static gboolean
check_opens (const Place            *place,
             const RtCatalogueEntry *entry)
{
  const char *const *schemes = entry->kind == RT_CATALOGUE_WEIGHTS ? weights_schemes
                               : dataset_schemes;

  for (int i = 0; schemes[i] != NULL; i++)
    if (g_str_has_prefix (entry->opens, schemes[i]))
      {
        const char *rest = entry->opens + strlen (schemes[i]);

        if (*rest == '\0' || is_inside (rest))
          return TRUE;
      }
  return fail (place, "opens", entry->kind == RT_CATALOGUE_WEIGHTS
               ? "file:NAME, a file of the entry"
               : "idx:, cifar:, folder: or csv:, and a path inside the entry's folder");
}

static gboolean
read_kind (const Place      *place,
           JsonObject       *object,
           RtCatalogueEntry *entry)
{
  g_autofree char *kind = NULL;

  if (!read_text (place, object, "kind", TRUE, &kind))
    return FALSE;
  entry->kind = g_str_equal (kind, "weights") ? RT_CATALOGUE_WEIGHTS : RT_CATALOGUE_DATASET;
  if (entry->kind == RT_CATALOGUE_DATASET && !g_str_equal (kind, "dataset"))
    return fail (place, "kind", "\"dataset\" or \"weights\"");
  return TRUE;
}

static gboolean
read_entry (Place            *place,
            JsonNode         *node,
            RtCatalogueEntry *entry)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (object == NULL)
    return fail (place, "entries", "a list of objects");
  if (!check_keys (place, object, entry_keys)
      || !read_text (place, object, "name", TRUE, &entry->name)
      || !read_kind (place, object, entry)
      || !read_text (place, object, "title", TRUE, &entry->title)
      || !read_text (place, object, "opens", TRUE, &entry->opens)
      || !read_text (place, object, "licence", TRUE, &entry->licence)
      || !read_text (place, object, "publisher", TRUE, &entry->publisher)
      || !read_text (place, object, "network", FALSE, &entry->network)
      || !read_text (place, object, "trained_on", FALSE, &entry->trained_on)
      || !read_text (place, object, "origin", TRUE, &entry->origin))
    return FALSE;
  if (!is_name (entry->name))
    return fail (place, "name", "letters, digits, and . _ - after the first");
  return check_opens (place, entry) && read_files (place, object, entry);
}

static JsonArray *
find_entries (const Place *place,
              JsonNode    *root)
{
  static const char *const keys[] = { CATALOGUE_KEY, "entries", NULL };
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode *version = object != NULL ? json_object_get_member (object, CATALOGUE_KEY) : NULL;
  JsonNode *entries = object != NULL ? json_object_get_member (object, "entries") : NULL;

  if (version == NULL || !JSON_NODE_HOLDS_VALUE (version)
      || json_node_get_value_type (version) != G_TYPE_INT64 || json_node_get_int (version) != 1)
    {
      fail (place, CATALOGUE_KEY, "1: a catalogue begins with { \"" CATALOGUE_KEY "\": 1");
      return NULL;
    }
  if (!check_keys (place, object, keys))
    return NULL;
  if (entries == NULL || !JSON_NODE_HOLDS_ARRAY (entries)
      || json_array_get_length (json_node_get_array (entries)) > MAX_ENTRIES)
    {
      fail (place, "entries", "a list of at most 1000 objects");
      return NULL;
    }
  return json_node_get_array (entries);
}

GPtrArray *
rt_catalogue_parse (const char  *text,
                    gssize       length,
                    const char  *name,
                    GError     **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) cause = NULL;
  Place place = { .path = name, .error = error };
  JsonArray *array;

  g_return_val_if_fail (text != NULL && name != NULL, NULL);

  root = rt_json_parse (text, length, name, NULL, &cause);
  if (root == NULL)
    {
      g_set_error_literal (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_INVALID, cause->message);
      return NULL;
    }
  array = find_entries (&place, root);
  if (array == NULL)
    return NULL;
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_catalogue_entry_unref);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      RtCatalogueEntry *entry = rt_catalogue_entry_new ();

      g_ptr_array_add (entries, entry);
      place.entry = i + 1;
      if (!read_entry (&place, json_array_get_element (array, i), entry))
        return NULL;
      for (guint j = 0; j < i; j++)
        if (g_str_equal (((RtCatalogueEntry *) entries->pdata[j])->name, entry->name))
          {
            fail (&place, "name", "another than those before it");
            return NULL;
          }
    }
  return g_steal_pointer (&entries);
}
