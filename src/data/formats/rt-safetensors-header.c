/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The JSON of a safetensors header, by a reader of its own: the header is an object of objects of a
 * known form, so that nothing recurses, a name that stands there twice is seen, and what comes from
 * outside passes through few lines.
 *
 *   rt_safetensors_read_header -> read_metadata, or read_entry -> read_field
 *
 * A reader that fails leaves the place where it failed in the scanner, which is what the error
 * says.
 */
#include "config.h"

#include "rt-safetensors-private.h"

#include "rt-file.h"

#include <string.h>

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
} RtJsonScanner;

static void
clear_entry (RtSafetensorsEntry *entry)
{
  g_free (entry->name);
  g_free (entry->type);
}

static void
skip_space (RtJsonScanner *scanner)
{
  while (scanner->at < scanner->end && strchr (" \t\r\n", *scanner->at) != NULL &&
         *scanner->at != '\0')
    scanner->at++;
}

/* Takes @c where it is next, blanks before it left out. */
static gboolean
take (RtJsonScanner *scanner,
      char           c)
{
  skip_space (scanner);
  if (scanner->at == scanner->end || *scanner->at != c)
    return FALSE;
  scanner->at++;
  return TRUE;
}

/* Four hexadecimal digits, or -1. */
static int
read_hex (RtJsonScanner *scanner)
{
  int value = 0;

  for (int i = 0; i < 4; i++)
    {
      int digit = scanner->at < scanner->end ? g_ascii_xdigit_value (*scanner->at) : -1;

      if (digit < 0)
        return -1;
      value = value << 4 | digit;
      scanner->at++;
    }
  return value;
}

/* What follows "\u": one unit of UTF-16, or two that are one character. */
static gboolean
read_unicode (RtJsonScanner *scanner,
              GString       *out)
{
  int high = read_hex (scanner), low;

  if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
    return FALSE;
  if (high < 0xd800 || high > 0xdbff)
    {
      g_string_append_unichar (out, high);
      return TRUE;
    }
  if (scanner->end - scanner->at < 2 || scanner->at[0] != '\\' || scanner->at[1] != 'u')
    return FALSE;
  scanner->at += 2;
  low = read_hex (scanner);
  if (low < 0xdc00 || low > 0xdfff)
    return FALSE;
  g_string_append_unichar (out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
  return TRUE;
}

static gboolean
read_escape (RtJsonScanner *scanner,
             GString       *out)
{
  static const char escapes[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (scanner->at == scanner->end || *scanner->at == '\0')
    return FALSE;
  if (*scanner->at == 'u')
    {
      scanner->at++;
      return read_unicode (scanner, out);
    }
  found = strchr (escapes, *scanner->at++);
  if (found != NULL)
    g_string_append_c (out, meanings[found - escapes]);
  return found != NULL;
}

/* NULL where there is no text. (transfer full) */
static char *
read_text (RtJsonScanner *scanner)
{
  g_autoptr (GString) out = NULL;

  if (!take (scanner, '"'))
    return NULL;
  out = g_string_new (NULL);
  while (scanner->at < scanner->end)
    {
      char c = *scanner->at++;

      if (c == '"')
        return g_string_free (g_steal_pointer (&out), FALSE);
      if ((unsigned char) c < ' ')
        return NULL;
      if (c != '\\')
        g_string_append_c (out, c);
      else if (!read_escape (scanner, out))
        return NULL;
    }
  return NULL;
}

/* A whole number from 0 up. */
static gboolean
read_number (RtJsonScanner *scanner,
             uint64_t      *number)
{
  int n_digits = 0;

  skip_space (scanner);
  for (*number = 0; scanner->at < scanner->end && g_ascii_isdigit (*scanner->at); n_digits++)
    {
      if (n_digits > 18)
        return FALSE;
      *number = *number * 10 + (*scanner->at++ - '0');
    }
  return n_digits > 0;
}

/* Fills in the first @most; how many there are, or -1 where it is no list of numbers. */
static int
read_numbers (RtJsonScanner *scanner,
              uint64_t      *numbers,
              int            most)
{
  int n = 0;

  if (!take (scanner, '['))
    return -1;
  if (take (scanner, ']'))
    return 0;
  do
    {
      uint64_t number;

      if (!read_number (scanner, &number))
        return -1;
      if (n < most)
        numbers[n] = number;
      n++;
    }
  while (take (scanner, ','));
  return take (scanner, ']') ? n : -1;
}

static gboolean
read_metadata (RtJsonScanner *scanner,
               RtTensorList  *list)
{
  if (!take (scanner, '{'))
    return FALSE;
  if (take (scanner, '}'))
    return TRUE;
  do
    {
      g_autofree char *key = read_text (scanner);
      g_autofree char *value = key != NULL && take (scanner, ':') ? read_text (scanner) : NULL;

      if (value == NULL)
        return FALSE;
      rt_tensor_list_set_meta (list, key, value);
    }
  while (take (scanner, ','));
  return take (scanner, '}');
}

/* One of the three things that are said of a tensor, each at most once. */
static gboolean
read_field (RtJsonScanner      *scanner,
            RtSafetensorsEntry *entry)
{
  g_autofree char *key = read_text (scanner);

  if (key == NULL || !take (scanner, ':'))
    return FALSE;
  if (g_str_equal (key, "dtype") && entry->type == NULL)
    {
      entry->type = read_text (scanner);
      return entry->type != NULL;
    }
  if (g_str_equal (key, "shape") && entry->n_dims < 0)
    {
      entry->n_dims = read_numbers (scanner, entry->dims, RT_MAX_DIMS);
      return entry->n_dims >= 0;
    }
  if (g_str_equal (key, "data_offsets") && entry->n_offsets < 0)
    {
      entry->n_offsets = read_numbers (scanner, entry->offsets, 2);
      return entry->n_offsets >= 0;
    }
  return FALSE;
}

static gboolean
read_entry (RtJsonScanner      *scanner,
            RtSafetensorsEntry *entry)
{
  if (!take (scanner, '{'))
    return FALSE;
  do
    {
      if (!read_field (scanner, entry))
        return FALSE;
    }
  while (take (scanner, ','));
  return take (scanner, '}');
}

/* A name and what belongs to it. FALSE where it is not of the form; @twice gets a name that was
 * there before. */
static gboolean
read_member (RtJsonScanner  *scanner,
             GArray         *entries,
             GHashTable     *names,
             RtTensorList   *list,
             char          **twice)
{
  RtSafetensorsEntry entry = { .n_dims = -1, .n_offsets = -1, .order = entries->len };
  gboolean good;

  entry.name = read_text (scanner);
  good = entry.name != NULL && take (scanner, ':');
  if (good && !g_hash_table_add (names, g_strdup (entry.name)))
    {
      *twice = g_steal_pointer (&entry.name);
      return FALSE;
    }
  if (good && g_str_equal (entry.name, "__metadata__"))
    {
      g_free (entry.name);
      return read_metadata (scanner, list);
    }
  good = good && read_entry (scanner, &entry);
  if (good)
    g_array_append_val (entries, entry);
  else
    clear_entry (&entry);
  return good;
}

static gboolean
read_members (RtJsonScanner  *scanner,
              GArray         *entries,
              RtTensorList   *list,
              char          **twice)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!take (scanner, '{'))
    return FALSE;
  if (!take (scanner, '}'))
    {
      do
        {
          if (!read_member (scanner, entries, names, list, twice))
            return FALSE;
        }
      while (take (scanner, ','));
      if (!take (scanner, '}'))
        return FALSE;
    }
  /* Padding to a multiple of 8 follows. */
  skip_space (scanner);
  return scanner->at == scanner->end;
}

GArray *
rt_safetensors_read_header (const char    *text,
                            size_t         n,
                            RtTensorList  *list,
                            const char    *name,
                            GError       **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (RtSafetensorsEntry));
  RtJsonScanner scanner = { text, text, text + n };
  g_autofree char *twice = NULL;

  g_array_set_clear_func (entries, (GDestroyNotify) clear_entry);
  if (!g_utf8_validate (text, n, NULL))
    {
      rt_file_set_invalid (error, name, "its header is not that of a safetensors file");
      return NULL;
    }
  if (read_members (&scanner, entries, list, &twice))
    return g_steal_pointer (&entries);
  if (twice != NULL)
    rt_file_set_invalid (error, name, "its header names %s twice", twice);
  else
    rt_file_set_invalid (error, name, "its header is not that of a safetensors file, or is "
                                      "damaged: what is at byte %zu was not "
                         "expected", (size_t) (scanner.at - scanner.start) + 8);
  return NULL;
}
