/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures in a table, one a line: a label and the pixels of a square picture, 0 to 255, row by row
 * (three channels: red, green, blue of a pixel one after the other). It is the form in which MNIST
 * and its like are passed around:
 *
 *   label,pixel0,pixel1,...,pixel783
 *   5,0,0,...
 *
 * The first line may name the columns; then the one called "label" is the label, else the first is.
 * Labels may be numbers or names. Columns are separated by commas, semicolons or tabs, whichever
 * comes first in the first line.
 *
 * The table is read in one pass, and pixels are kept as they come, so that memory follows what is
 * really there.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-file.h"
#include "rt-pixels.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FIELD 64

typedef struct
{
  const char *name;        /* of the file */
  const char *at;
  const char *end;
  char        separator;
  int         line;        /* 1, 2, ... */
  int         n_columns;
  int         label_column;
  int         side;
  int         channels;
  GByteArray *pixels;      /* Owned */
  GPtrArray  *labels;      /* Owned: one a line, borrowed from by_name */
  GHashTable *by_name;     /* Owned: label to itself */
} RtCsvParser;

static void
clear_parser (RtCsvParser *parser)
{
  g_clear_pointer (&parser->pixels, g_byte_array_unref);
  g_clear_pointer (&parser->labels, g_ptr_array_unref);
  g_clear_pointer (&parser->by_name, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtCsvParser, clear_parser)

/* The end of the line that begins at @at, its \r left out. */
static const char *
find_line_end (const RtCsvParser  *parser,
               const char         *at,
               const char        **next)
{
  const char *end = memchr (at, '\n', parser->end - at);

  *next = end != NULL ? end + 1 : parser->end;
  if (end == NULL)
    end = parser->end;
  return end > at && end[-1] == '\r' ? end - 1 : end;
}

/* The next field of the line: without blanks and quotes around it. FALSE at the end of the line. */
static gboolean
next_field (const RtCsvParser  *parser,
            const char        **at,
            const char         *line_end,
            const char        **field,
            size_t             *n)
{
  const char *end;

  if (*at == NULL)
    return FALSE;
  end = memchr (*at, parser->separator, line_end - *at);
  *field = *at;
  *at = end != NULL ? end + 1 : NULL;
  if (end == NULL)
    end = line_end;
  while (*field < end && (**field == ' ' || **field == '"'))
    (*field)++;
  while (end > *field && (end[-1] == ' ' || end[-1] == '"'))
    end--;
  *n = end - *field;
  return TRUE;
}

/* 0 to 255, also as "255.0"; -1 for all else. */
static int
parse_pixel (const char *field,
             size_t      n)
{
  int value = 0;
  size_t i = 0;

  for (; i < n && i < 4 && g_ascii_isdigit (field[i]); i++)
    value = value * 10 + field[i] - '0';
  if (i == 0 || value > 255)
    return -1;
  if (i < n && field[i] == '.')
    for (i++; i < n && field[i] == '0'; i++)
      ;
  return i == n ? value : -1;
}

static gboolean
find_shape (RtCsvParser  *parser,
            GError      **error)
{
  int n_pixels = parser->n_columns - 1;

  for (parser->channels = 1; parser->channels <= 3; parser->channels += 2)
    {
      parser->side = 1;
      while (parser->side * parser->side * parser->channels < n_pixels)
        parser->side++;
      if (parser->side * parser->side * parser->channels == n_pixels)
        return TRUE;
    }
  return rt_file_set_invalid (error, parser->name, "line %d has %d columns; there must be one for "
                              "the label and one for each pixel of a square picture (785 for "
                              "28 x 28 in grey, 3073 for 32 x 32 in colour)",
                              parser->line, parser->n_columns);
}

/* Counts the columns, and tells a line of names from one of numbers: one of them is "label", or
 * none is a number. */
static gboolean
read_first_line (RtCsvParser  *parser,
                 gboolean     *is_header,
                 GError      **error)
{
  const char *next, *field;
  const char *line_end = find_line_end (parser, parser->at, &next);
  const char *at = parser->at;
  gboolean named = FALSE;
  int n_numbers = 0;
  size_t n;

  parser->separator = ',';
  for (const char *p = at; p < line_end; p++)
    if (*p == ',' || *p == ';' || *p == '\t')
      {
        parser->separator = *p;
        break;
      }
  while (next_field (parser, &at, line_end, &field, &n))
    {
      if (n == strlen ("label") && g_ascii_strncasecmp (field, "label", n) == 0)
        {
          parser->label_column = parser->n_columns;
          named = TRUE;
        }
      n_numbers += parse_pixel (field, n) >= 0;
      if (++parser->n_columns > RT_MAX_IMAGE_SIDE * RT_MAX_IMAGE_SIDE)
        return rt_file_set_invalid (error, parser->name, "line %d has too many columns",
                                    parser->line);
    }
  *is_header = named || n_numbers == 0;
  return find_shape (parser, error);
}

static gboolean
add_label (RtCsvParser  *parser,
           const char   *field,
           size_t        n,
           GError      **error)
{
  char text[MAX_FIELD];
  char *label;

  if (n == 0 || n >= sizeof text || !g_utf8_validate (field, n, NULL))
    return rt_file_set_invalid (error, parser->name, "line %d: the label is %s", parser->line,
                                n == 0 ? "empty" : "too long, or not UTF-8 text");
  memcpy (text, field, n);
  text[n] = '\0';
  label = g_hash_table_lookup (parser->by_name, text);
  if (label == NULL)
    {
      label = g_strdup (text);
      g_hash_table_add (parser->by_name, label);
    }
  g_ptr_array_add (parser->labels, label);
  return TRUE;
}

static gboolean
read_line (RtCsvParser  *parser,
           const char   *line_end,
           GError      **error)
{
  const char *at = parser->at;
  const char *field;
  guint start = parser->pixels->len;
  int column = 0;
  size_t n;

  g_byte_array_set_size (parser->pixels, start + parser->n_columns - 1);
  for (; next_field (parser, &at, line_end, &field, &n); column++)
    {
      int value = 0;

      if (column == parser->n_columns)
        return rt_file_set_invalid (error, parser->name,
                                    "line %d has more columns than the %d of the first line",
                                    parser->line, parser->n_columns);
      if (column == parser->label_column)
        {
          if (!add_label (parser, field, n, error))
            return FALSE;
          continue;
        }
      value = parse_pixel (field, n);
      if (value < 0)
        {
          g_autofree char *text = g_utf8_make_valid (field, MIN (n, MAX_FIELD));

          return rt_file_set_invalid (error, parser->name,
                                      "line %d, column %d: \"%s\" is not a whole number from "
                                      "0 to 255",
                                      parser->line, column + 1, text);
        }
      parser->pixels->data[start + column - (column > parser->label_column)] = value;
    }
  if (column < parser->n_columns)
    return rt_file_set_invalid (error, parser->name,
                                "line %d has %d columns, and the first line %d",
                                parser->line, column, parser->n_columns);
  return TRUE;
}

static gboolean
read_lines (RtCsvParser  *parser,
            GError      **error)
{
  gboolean is_header = FALSE;

  for (parser->line = 1; parser->at < parser->end; parser->line++)
    {
      const char *next;
      const char *line_end = find_line_end (parser, parser->at, &next);
      gboolean is_first = parser->n_columns == 0;

      if (line_end > parser->at)
        {
          if (is_first && !read_first_line (parser, &is_header, error))
            return FALSE;
          if ((uint64_t) parser->pixels->len + parser->n_columns > G_MAXINT)
            return rt_file_set_unsupported (error, parser->name, "holds more than 2 GB of pixels");
          if (!(is_first && is_header) && !read_line (parser, line_end, error))
            return FALSE;
        }
      parser->at = next;
    }
  if (parser->labels->len == 0)
    return rt_file_set_invalid (error, parser->name, "holds no pictures");
  return TRUE;
}

static gboolean
is_number (const char *label)
{
  return strspn (label, "0123456789") == strlen (label) && strlen (label) < 9;
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  return atoi (*(char **) a) - atoi (*(char **) b);
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char **) a, *(char **) b);
}

/* Classes are the labels that occur: in the order of numbers where all are numbers, else of the
 * alphabet. */
static void
name_classes (RtDataset   *dataset,
              RtCsvParser *parser)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GHashTable) indices = g_hash_table_new (NULL, NULL);
  gboolean numbers = TRUE;
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, parser->by_name);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);
  for (guint i = 0; i < names->len; i++)
    numbers = numbers && is_number (names->pdata[i]);
  g_ptr_array_sort (names, compare_texts);
  if (numbers)
    g_ptr_array_sort (names, compare_numbers);
  for (guint i = 0; i < names->len; i++)
    {
      g_ptr_array_add (dataset->class_names, g_strdup (names->pdata[i]));
      g_hash_table_insert (indices, names->pdata[i], GUINT_TO_POINTER (i));
    }
  for (size_t i = 0; i < dataset->n_samples; i++)
    dataset->labels[i] = GPOINTER_TO_UINT (g_hash_table_lookup (indices, parser->labels->pdata[i]));
}

RtDataset *
rt_csv_parse (const char     *spec,
              const uint8_t  *bytes,
              size_t          n_bytes,
              const char     *name,
              GError        **error)
{
  g_auto (RtCsvParser) parser = {
    .name = name, .at = (const char *) bytes, .end = (const char *) bytes + n_bytes,
  };
  g_autofree char *title = g_path_get_basename (name);
  RtDataset *dataset;

  parser.pixels = g_byte_array_new ();
  parser.labels = g_ptr_array_new ();
  parser.by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  /* The mark that some spreadsheets put before UTF-8. */
  if (n_bytes >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    parser.at += 3;
  if (!read_lines (&parser, error))
    return NULL;
  dataset = rt_pixels_new (spec, title, parser.channels == 1 ? "handwriting" : "photo",
                           parser.labels->len,
                           parser.side, parser.side, parser.channels);
  memcpy (rt_pixels_get (dataset, 0), parser.pixels->data, parser.pixels->len);
  name_classes (dataset, &parser);
  return dataset;
}

RtDataset *
rt_csv_open (const char  *spec,
             const char  *path,
             GError     **error)
{
  g_autoptr (GBytes) bytes = rt_gzip_read_file (path, RT_MAX_FILE_BYTES, error);

  if (bytes == NULL)
    return NULL;
  return rt_csv_parse (spec, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), path, error);
}
