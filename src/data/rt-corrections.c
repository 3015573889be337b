/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Corrections as a list and as text.
 *
 *   retort-corrections,1
 *   sample,bytes,sha256,action,label
 *   "cat/7.jpg",48213,9f86d0...,label,"dog"
 *   "cat/9.jpg",1200,60303a...,set aside,""
 *
 * It is a table that any spreadsheet opens: fields are separated by commas and may stand in
 * quotation marks, which are doubled within. Names of files are bytes and may have any but a zero
 * in them, so lines may break within quotation marks. The parser takes nothing else: what is not
 * understood is said with its line, because a correction that is silently passed over would train
 * on the wrong label.
 *
 * The list is kept in the order of the samples' names, so that the same corrections, made in any
 * order, are the same text and have the same digest.
 */
#include "config.h"

#include "rt-corrections.h"

#include "rt-file.h"

#include <string.h>

#define FIRST_LINE  "retort-corrections,1\n"
#define SECOND_LINE "sample,bytes,sha256,action,label\n"
#define N_FIELDS    5
#define DIGEST      64   /* characters */

struct _RtCorrections
{
  GPtrArray *list;   /* Owned: of RtCorrection, by their samples' names */
};

typedef struct
{
  const char *name;
  const char *at;
  const char *end;
  int         line;
  GString    *fields[N_FIELDS];   /* Owned */
} Parser;

static void
clear_parser (Parser *parser)
{
  for (int i = 0; i < N_FIELDS; i++)
    g_string_free (parser->fields[i], TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parser, clear_parser)

static void
correction_free (RtCorrection *correction)
{
  g_free (correction->sample);
  g_free (correction->digest);
  g_free (correction->label);
  g_free (correction);
}

RtCorrections *
rt_corrections_new (void)
{
  RtCorrections *corrections = g_new0 (RtCorrections, 1);

  corrections->list = g_ptr_array_new_with_free_func ((GDestroyNotify) correction_free);
  return corrections;
}

void
rt_corrections_free (RtCorrections *corrections)
{
  if (corrections == NULL)
    return;

  g_ptr_array_unref (corrections->list);
  g_free (corrections);
}

guint
rt_corrections_get_n (const RtCorrections *corrections)
{
  g_return_val_if_fail (corrections != NULL, 0);

  return corrections->list->len;
}

const RtCorrection *
rt_corrections_get (const RtCorrections *corrections,
                    guint                index)
{
  g_return_val_if_fail (corrections != NULL && index < corrections->list->len, NULL);

  return g_ptr_array_index (corrections->list, index);
}

/* The place of @sample in the list, or where it would be. */
static guint
find_place (const RtCorrections *corrections,
            const char          *sample,
            gboolean            *found)
{
  guint low = 0, high = corrections->list->len;

  *found = FALSE;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const RtCorrection *there = g_ptr_array_index (corrections->list, middle);
      int order = strcmp (there->sample, sample);

      if (order == 0)
        {
          *found = TRUE;
          return middle;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

const RtCorrection *
rt_corrections_find (const RtCorrections *corrections,
                     const char          *sample)
{
  gboolean found;
  guint place;

  g_return_val_if_fail (corrections != NULL && sample != NULL, NULL);
  place = find_place (corrections, sample, &found);
  return found ? g_ptr_array_index (corrections->list, place) : NULL;
}

void
rt_corrections_set (RtCorrections *corrections,
                    const char    *sample,
                    uint64_t       bytes,
                    const char    *digest,
                    const char    *label)
{
  RtCorrection *correction;
  gboolean found;
  guint place;

  g_return_if_fail (corrections != NULL && sample != NULL && digest != NULL);

  place = find_place (corrections, sample, &found);
  if (found)
    g_ptr_array_remove_index (corrections->list, place);
  correction = g_new0 (RtCorrection, 1);
  correction->sample = g_strdup (sample);
  correction->bytes = bytes;
  correction->digest = g_strdup (digest);
  correction->label = g_strdup (label);
  g_ptr_array_insert (corrections->list, (int) place, correction);
}

gboolean
rt_corrections_remove (RtCorrections *corrections,
                       const char    *sample)
{
  gboolean found;
  guint place;

  g_return_val_if_fail (corrections != NULL && sample != NULL, FALSE);

  place = find_place (corrections, sample, &found);
  if (found)
    g_ptr_array_remove_index (corrections->list, place);
  return found;
}

void
rt_corrections_remove_all (RtCorrections *corrections)
{
  g_return_if_fail (corrections != NULL);

  g_ptr_array_set_size (corrections->list, 0);
}

void
rt_corrections_take (RtCorrections       *corrections,
                     const RtCorrections *from,
                     const char          *sample)
{
  const RtCorrection *c = rt_corrections_find (from, sample);

  if (c != NULL)
    rt_corrections_set (corrections, sample, c->bytes, c->digest, c->label);
  else
    rt_corrections_remove (corrections, sample);
}

/* Text in */

static gboolean
fail (const Parser  *parser,
      const char    *message,
      GError       **error)
{
  return rt_file_set_invalid (error, parser->name, "line %d %s", parser->line, message);
}

static gboolean
skip_line (Parser      *parser,
           const char  *expected,
           GError     **error)
{
  size_t n = strlen (expected);

  parser->line++;
  if ((size_t) (parser->end - parser->at) < n || memcmp (parser->at, expected, n) != 0)
    return fail (parser, parser->line == 1 ? "is not that of a list of corrections"
                                           : "does not name the five columns", error);
  parser->at += n;
  return TRUE;
}

/* Up to the quotation mark that ends it. */
static gboolean
read_quoted (Parser   *parser,
             GString  *field,
             GError  **error)
{
  parser->at++;
  while (parser->at < parser->end)
    {
      char c = *parser->at++;

      if (c == '"' && (parser->at == parser->end || *parser->at != '"'))
        return TRUE;
      if (c == '"')
        parser->at++;
      if (c == '\n')
        parser->line++;
      g_string_append_c (field, c);
    }
  return fail (parser, "ends within quotation marks", error);
}

static gboolean
read_record (Parser  *parser,
             GError **error)
{
  parser->line++;
  for (int i = 0; i < N_FIELDS; i++)
    {
      GString *field = g_string_truncate (parser->fields[i], 0);
      char after = i + 1 < N_FIELDS ? ',' : '\n';

      if (parser->at < parser->end && *parser->at == '"')
        {
          if (!read_quoted (parser, field, error))
            return FALSE;
        }
      else
        while (parser->at < parser->end && *parser->at != ',' && *parser->at != '\n')
          g_string_append_c (field, *parser->at++);
      if (parser->at == parser->end || *parser->at != after)
        return fail (parser, "has not five fields", error);
      parser->at++;
      if (strlen (field->str) != field->len)
        return fail (parser, "has a zero byte in it", error);
    }
  return TRUE;
}

static gboolean
is_digest (const GString *field)
{
  return field->len == DIGEST && strspn (field->str, "0123456789abcdef") == DIGEST;
}

static gboolean
take_record (Parser         *parser,
             RtCorrections  *corrections,
             GError        **error)
{
  const char *sample = parser->fields[0]->str, *action = parser->fields[3]->str;
  const char *label = parser->fields[4]->str;
  gboolean aside = g_str_equal (action, "set aside");
  guint64 bytes;

  if (*sample == '\0')
    return fail (parser, "names no sample", error);
  if (!g_ascii_string_to_unsigned (parser->fields[1]->str, 10, 0, G_MAXINT64, &bytes, NULL))
    return fail (parser, "does not say how many bytes the sample has", error);
  if (!is_digest (parser->fields[2]))
    return fail (parser, "has no SHA-256 of 64 small hexadecimal digits", error);
  if (!aside && !g_str_equal (action, "label"))
    return fail (parser, "has an action that is neither \"label\" nor \"set aside\"", error);
  if (aside != (*label == '\0'))
    return fail (parser, aside ? "sets a sample aside and labels it too" : "has no label", error);
  if (!g_utf8_validate (label, -1, NULL))
    return fail (parser, "has a label that is not UTF-8", error);
  if (rt_corrections_find (corrections, sample) != NULL)
    return fail (parser, "corrects a sample that was corrected before", error);
  rt_corrections_set (corrections, sample, bytes, parser->fields[2]->str, aside ? NULL : label);
  return TRUE;
}

RtCorrections *
rt_corrections_parse (const char  *text,
                      size_t       length,
                      const char  *name,
                      GError     **error)
{
  g_autoptr (RtCorrections) corrections = rt_corrections_new ();
  g_auto (Parser) parser = { .name = name, .at = text, .end = text + length };

  for (int i = 0; i < N_FIELDS; i++)
    parser.fields[i] = g_string_new (NULL);
  if (!skip_line (&parser, FIRST_LINE, error) || !skip_line (&parser, SECOND_LINE, error))
    return NULL;
  while (parser.at < parser.end)
    if (!read_record (&parser, error) || !take_record (&parser, corrections, error))
      return NULL;
  return g_steal_pointer (&corrections);
}

/* Text out */

static void
append_quoted (GString    *out,
               const char *text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

char *
rt_corrections_print (const RtCorrections *corrections)
{
  GString *out = g_string_new (FIRST_LINE SECOND_LINE);

  g_return_val_if_fail (corrections != NULL, NULL);
  for (guint i = 0; i < corrections->list->len; i++)
    {
      const RtCorrection *c = g_ptr_array_index (corrections->list, i);

      append_quoted (out, c->sample);
      g_string_append_printf (out, ",%" G_GUINT64_FORMAT ",%s,%s,", (guint64) c->bytes, c->digest,
                              c->label != NULL ? "label" : "set aside");
      append_quoted (out, c->label != NULL ? c->label : "");
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}
