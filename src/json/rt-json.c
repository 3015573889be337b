/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON in and out. The tree is json-glib's, but its parser takes more than JSON (comments,
 * assignments, several values one after another), lets the last of two equal keys win without a
 * word, ends the program on half a surrogate pair and follows any depth of brackets down the
 * stack. So a text is first looked through here, in one pass without memory of its own, and only
 * what is JSON to the letter is handed on.
 *
 * look_value() -> look_object(), look_array(), look_string(), look_number(), look_word(): each
 * begins at its first character, ends behind its last, and returns FALSE with reader->fault set.
 */
#include "config.h"

#include "rt-json.h"

#include "rt-quark.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 16
#define MAX_EXACT 9007199254740991.0   /* 2^53 - 1 */

typedef struct
{
  const char *at;
  const char *end;
  const char *fault;      /* what was wrong at `at` */
  GString    *path;       /* "train.epochs" of the value that is looked at */
  GPtrArray  *twice;
  int         depth;
} Reader;

RT_DEFINE_QUARK (rt-json-error-quark, rt_json_error)

static gboolean look_value (Reader *reader);

static gboolean
fail (Reader     *reader,
      const char *fault)
{
  if (reader->fault == NULL)
    reader->fault = fault;
  return FALSE;
}

static int
peek (const Reader *reader)
{
  return reader->at < reader->end ? (unsigned char) *reader->at : -1;
}

static void
skip_space (Reader *reader)
{
  while (reader->at < reader->end && strchr (" \t\r\n", *reader->at) != NULL)
    reader->at++;
}

static gboolean
look_hex (Reader   *reader,
          unsigned *unit)
{
  *unit = 0;
  if (reader->end - reader->at < 4)
    return fail (reader, "the text ends inside \\u");
  for (int i = 0; i < 4; i++, reader->at++)
    {
      if (!g_ascii_isxdigit (*reader->at))
        return fail (reader, "\\u must be followed by four hexadecimal digits");
      *unit = *unit * 16 + (unsigned) g_ascii_xdigit_value (*reader->at);
    }
  return TRUE;
}

/* Behind a backslash. */
static gboolean
look_escape (Reader *reader)
{
  unsigned unit, low;
  int c = peek (reader);

  if (c < 0 || c == 0 || strchr ("\"\\/bfnrtu", c) == NULL)
    return fail (reader, "no such escape; \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX are known");
  reader->at++;
  if (c != 'u')
    return TRUE;
  if (!look_hex (reader, &unit))
    return FALSE;
  if (unit == 0)
    return fail (reader, "\\u0000 cannot stand in a text");
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return fail (reader, "half of a surrogate pair stands alone");
  if (unit < 0xd800 || unit > 0xdbff)
    return TRUE;
  if (reader->end - reader->at < 2 || reader->at[0] != '\\' || reader->at[1] != 'u')
    return fail (reader, "half of a surrogate pair stands alone");
  reader->at += 2;
  if (!look_hex (reader, &low))
    return FALSE;
  if (low < 0xdc00 || low > 0xdfff)
    return fail (reader, "half of a surrogate pair stands alone");
  return TRUE;
}

static gboolean
look_string (Reader *reader)
{
  reader->at++;
  for (;;)
    {
      int c = peek (reader);

      if (c < 0)
        return fail (reader, "the text ends inside a string; is a quotation mark missing?");
      if (c < 0x20)
        return fail (reader, "a line ends inside a string; is a quotation mark missing?");
      reader->at++;
      if (c == '"')
        return TRUE;
      if (c == '\\' && !look_escape (reader))
        return FALSE;
    }
}

static size_t
skip_digits (Reader *reader)
{
  const char *from = reader->at;

  while (reader->at < reader->end && g_ascii_isdigit (*reader->at))
    reader->at++;
  return (size_t) (reader->at - from);
}

static gboolean
look_number (Reader *reader)
{
  const char *from = reader->at;
  gboolean whole = TRUE;

  if (peek (reader) == '-')
    reader->at++;
  if (peek (reader) == '0')
    {
      reader->at++;
      if (g_ascii_isdigit ((char) peek (reader)))
        return fail (reader, "a number must not begin with 0");
    }
  else if (skip_digits (reader) == 0)
    return fail (reader, "a number must begin with a digit");
  if (peek (reader) == '.')
    {
      reader->at++;
      whole = FALSE;
      if (skip_digits (reader) == 0)
        return fail (reader, "a digit must follow the point");
    }
  if (peek (reader) == 'e' || peek (reader) == 'E')
    {
      reader->at++;
      whole = FALSE;
      if (peek (reader) == '+' || peek (reader) == '-')
        reader->at++;
      if (skip_digits (reader) == 0)
        return fail (reader, "a digit must follow the e");
    }
  if (whole && fabs (g_ascii_strtod (from, NULL)) > MAX_EXACT)
    return fail (reader, "the number is too large to be kept exactly");
  return TRUE;
}

static gboolean
look_word (Reader *reader)
{
  static const char *const words[] = { "true", "false", "null" };

  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    {
      size_t n = strlen (words[i]);

      if ((size_t) (reader->end - reader->at) >= n && memcmp (reader->at, words[i], n) == 0)
        {
          reader->at += n;
          if (!g_ascii_isalnum ((char) peek (reader)))
            return TRUE;
        }
    }
  return fail (reader, "a value was expected here: a string, a number, true, false, null, [ or {");
}

/* Behind one element: TRUE where another follows, which a comma says. */
static gboolean
look_comma (Reader     *reader,
            char        close,
            const char *fault,
            gboolean   *more)
{
  skip_space (reader);
  *more = peek (reader) == ',';
  if (!*more && peek (reader) != close)
    return fail (reader, fault);
  reader->at++;
  skip_space (reader);
  return TRUE;
}

static gboolean
look_array (Reader *reader)
{
  gboolean more = TRUE;

  reader->at++;
  skip_space (reader);
  if (peek (reader) == ']')
    {
      reader->at++;
      return TRUE;
    }
  while (more)
    if (!look_value (reader) ||
        !look_comma (reader, ']', "a comma or ] was expected here", &more))
      return FALSE;
  return TRUE;
}

static gboolean
look_member (Reader     *reader,
             GHashTable *seen)
{
  size_t outer = reader->path->len;
  const char *from = reader->at + 1;
  char *key;

  if (peek (reader) != '"')
    return fail (reader, "a key in quotation marks was expected here");
  if (!look_string (reader))
    return FALSE;
  key = g_strndup (from, (size_t) (reader->at - 1 - from));
  g_string_append_printf (reader->path, "%s%s", outer > 0 ? "." : "", key);
  if (*key == '\0')
    fail (reader, "a key must not be empty");
  /* Escapes are compared as they are written; no key that is known needs one. */
  if (!g_hash_table_add (seen, key))
    {
      if (reader->twice != NULL)
        g_ptr_array_add (reader->twice, g_strdup (reader->path->str));
      else
        fail (reader, "the key stands twice in its object");
    }
  skip_space (reader);
  if (reader->fault != NULL)
    return FALSE;
  if (peek (reader) != ':')
    return fail (reader, "a colon was expected here");
  reader->at++;
  skip_space (reader);
  if (!look_value (reader))
    return FALSE;
  g_string_truncate (reader->path, outer);
  return TRUE;
}

static gboolean
look_object (Reader *reader)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean more = TRUE;

  reader->at++;
  skip_space (reader);
  if (peek (reader) == '}')
    {
      reader->at++;
      return TRUE;
    }
  while (more)
    if (!look_member (reader, seen) ||
        !look_comma (reader, '}', "a comma or } was expected here", &more))
      return FALSE;
  return TRUE;
}

static gboolean
look_value (Reader *reader)
{
  gboolean good;
  int c = peek (reader);

  if (reader->depth >= MAX_DEPTH)
    return fail (reader, "brackets are nested too deep; is it the right file?");
  reader->depth++;
  if (c == '{')
    good = look_object (reader);
  else if (c == '[')
    good = look_array (reader);
  else if (c == '"')
    good = look_string (reader);
  else if (c == '-' || (c >= '0' && c <= '9'))
    good = look_number (reader);
  else
    good = look_word (reader);
  reader->depth--;
  return good;
}

static gboolean
check_bytes (const char  *text,
             size_t       length,
             const char  *name,
             GError     **error)
{
  const char *bad;

  if (length > RT_JSON_MAX_LENGTH)
    g_set_error (error, RT_JSON_ERROR, RT_JSON_ERROR_INVALID,
                 "%s: longer than 1 MB; is it the right file?", name);
  else if (memchr (text, 0, length) != NULL)
    g_set_error (error, RT_JSON_ERROR, RT_JSON_ERROR_INVALID,
                 "%s: byte %zu is NUL; this is not a text file: name another", name,
                 (size_t) ((const char *) memchr (text, 0, length) - text));
  else if (!g_utf8_validate_len (text, length, &bad))
    g_set_error (error, RT_JSON_ERROR, RT_JSON_ERROR_INVALID,
                 "%s: byte %zu is not UTF-8; save the file as UTF-8", name, (size_t) (bad - text));
  else
    return TRUE;
  return FALSE;
}

static void
set_fault (GError       **error,
           const char    *name,
           const char    *text,
           const Reader  *reader)
{
  int line = 1;
  const char *from = text;

  for (const char *p = text; p < reader->at; p++)
    if (*p == '\n')
      {
        line++;
        from = p + 1;
      }
  g_set_error (error, RT_JSON_ERROR, RT_JSON_ERROR_INVALID, "%s, line %d, column %ld: %s",
               name, line, g_utf8_strlen (from, reader->at - from) + 1, reader->fault);
}

JsonNode *
rt_json_parse (const char  *text,
               gssize       length,
               const char  *name,
               GPtrArray   *twice,
               GError     **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) cause = NULL;
  g_autofree char *copy = NULL;
  size_t n = length < 0 ? strlen (text) : (size_t) length;
  Reader reader = { .path = path, .twice = twice };

  if (n >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    {
      text += 3;   /* the mark that some editors put before UTF-8 */
      n -= 3;
    }
  if (!check_bytes (text, n, name, error))
    return NULL;
  /* A copy with a NUL behind it: strtod must not read past the end. */
  copy = g_strndup (text, n);
  reader.at = copy;
  reader.end = copy + n;
  skip_space (&reader);
  if (reader.at == reader.end)
    fail (&reader, "there is nothing in it");
  else if (look_value (&reader))
    {
      skip_space (&reader);
      if (reader.at != reader.end)
        fail (&reader, "something follows behind the end; take it out");
    }
  if (reader.fault != NULL)
    {
      set_fault (error, name, copy, &reader);
      return NULL;
    }
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, copy, (gssize) n, &cause))
    {
      g_set_error (error, RT_JSON_ERROR, RT_JSON_ERROR_INVALID, "%s: %s", name, cause->message);
      return NULL;
    }
  return json_node_ref (json_parser_get_root (parser));
}

char *
rt_json_read_file (const char  *path,
                   size_t      *length,
                   GError     **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = g_malloc (RT_JSON_MAX_LENGTH + 2);

  stream = g_file_read (file, NULL, &cause);
  /* One byte more than is allowed, so that a longer file is seen to be one: special files have
   * no size to ask for. */
  if (stream == NULL ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), text, RT_JSON_MAX_LENGTH + 1, length,
                                NULL, &cause))
    {
      g_set_error (error, RT_JSON_ERROR, RT_JSON_ERROR_MISSING, "%s: %s; look at the path",
                   path, cause->message);
      return NULL;
    }
  text[*length] = '\0';
  return g_realloc (g_steal_pointer (&text), *length + 1);
}

void
rt_json_append_number (GString *out,
                       double   value,
                       gboolean fraction)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 1; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  /* 1e+04 is what %g makes of 10000 with one digit. */
  if (strchr (text, 'e') != NULL && fabs (value) >= 1 && fabs (value) < 1e15)
    g_ascii_formatd (text, sizeof text, "%.17g", value);
  g_string_append (out, text);
  if (fraction && strpbrk (text, ".en") == NULL)
    g_string_append (out, ".0");
}

void
rt_json_append_string (GString    *out,
                       const char *value)
{
  g_string_append_c (out, '"');
  for (const char *p = value; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_printf (out, "\\%c", *p);
      else if (*p == '\n')
        g_string_append (out, "\\n");
      else if (*p == '\t')
        g_string_append (out, "\\t");
      else if ((unsigned char) *p < 0x20)
        g_string_append_printf (out, "\\u%04x", (unsigned char) *p);
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
append_array (GString   *out,
              JsonArray *array,
              gboolean   fraction)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      rt_json_append_node (out, json_array_get_element (array, i), fraction);
    }
  g_string_append_c (out, ']');
}

static void
append_object (GString    *out,
               JsonObject *object,
               gboolean    fraction)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &value))
    {
      g_string_append (out, first ? " " : ", ");
      rt_json_append_string (out, key);
      g_string_append (out, ": ");
      rt_json_append_node (out, value, fraction);
      first = FALSE;
    }
  g_string_append (out, first ? "}" : " }");
}

void
rt_json_append_node (GString  *out,
                     JsonNode *node,
                     gboolean  fraction)
{
  if (JSON_NODE_HOLDS_NULL (node))
    g_string_append (out, "null");
  else if (JSON_NODE_HOLDS_OBJECT (node))
    append_object (out, json_node_get_object (node), fraction);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    append_array (out, json_node_get_array (node), fraction);
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    rt_json_append_string (out, json_node_get_string (node));
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (json_node_get_value_type (node) == G_TYPE_INT64)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else
    rt_json_append_number (out, json_node_get_double (node), fraction);
}
