/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recipe's fields as JSON and back, by the table of keys: rt_recipe_key_get(),
 * rt_recipe_key_set(), and the words for what is wrong with a value. Nothing is stored before it
 * has been checked whole.
 */
#include "config.h"

#include "rt-recipe-key.h"

#include "rt-json.h"

#include <math.h>
#include <string.h>

#define MAX_SHOWN 60   /* characters of a wrong value in a message */
#define WORD (-1.0)    /* a word in the place of a number */

static gboolean
is_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
is_number (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && (json_node_get_value_type (node) == G_TYPE_INT64 ||
                                          json_node_get_value_type (node) == G_TYPE_DOUBLE);
}

/* NaN is in no range. */
static gboolean
is_in_range (const RtRecipeKey *key,
             JsonNode          *node,
             gboolean           whole)
{
  double value;

  if (!is_number (node))
    return FALSE;
  value = json_node_get_double (node);
  if (whole && value != floor (value))
    return FALSE;
  return (key->above ? value > key->low : value >= key->low) && value <= key->high;
}

static gboolean
is_text (const RtRecipeKey *key,
         JsonNode          *node)
{
  long n;

  if (!is_string (node))
    return FALSE;
  n = g_utf8_strlen (json_node_get_string (node), -1);
  return n >= key->low && n <= key->high;
}

static int
find_word (const RtRecipeKey *key,
           JsonNode          *node)
{
  for (int i = 0; is_string (node) && key->words[i] != NULL; i++)
    if (g_str_equal (key->words[i], json_node_get_string (node)))
      return i;
  return -1;
}

/* "12", or "12@3" */
static gboolean
is_run (const char *text)
{
  for (int part = 0; part < 2; part++)
    {
      size_t n = strspn (text, "0123456789");

      if (n == 0 || n > 9 || *text == '0')
        return FALSE;
      text += n;
      if (*text == '\0')
        return TRUE;
      if (*text++ != '@')
        return FALSE;
    }
  return FALSE;
}

static gboolean
is_spec (const RtRecipeKey *key,
         JsonNode          *node)
{
  const char *text = is_string (node) ? json_node_get_string (node) : "";

  for (int i = 0; key->words[i] != NULL; i++)
    {
      size_t n = strlen (key->words[i]);

      if (key->words[i][n - 1] != ':')
        {
          if (g_str_equal (text, key->words[i]))
            return TRUE;
        }
      else if (strncmp (text, key->words[i], n) == 0 && text[n] != '\0' &&
               strpbrk (text, "\n\r") == NULL)
        return !g_str_equal (key->words[i], "run:") || is_run (text + n);
    }
  return FALSE;
}

static gboolean
is_list (const RtRecipeKey *key,
         JsonNode          *node)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  if (key->kind == RT_KEY_SIZES && json_array_get_length (array) > RT_MAX_HIDDEN)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (key->kind == RT_KEY_SIZES ? !is_in_range (key, item, TRUE) : !is_text (key, item))
        return FALSE;
      for (guint j = 0; key->kind == RT_KEY_STRINGS && j < i; j++)
        if (g_str_equal (json_array_get_string_element (array, j), json_node_get_string (item)))
          return FALSE;
    }
  return TRUE;
}

static gboolean
is_allowed (const RtRecipeKey *key,
            JsonNode          *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return key->nullable;
  switch (key->kind)
    {
    case RT_KEY_ENUM:
    case RT_KEY_WORD:
      return find_word (key, node) >= 0;
    case RT_KEY_STRING:
      return is_text (key, node);
    case RT_KEY_SPEC:
      return is_spec (key, node);
    case RT_KEY_FORMAT:
    case RT_KEY_INT:
    case RT_KEY_UINT64:
      return is_in_range (key, node, TRUE);
    case RT_KEY_NUMBER:
      return is_in_range (key, node, FALSE) || (key->words != NULL && find_word (key, node) >= 0);
    case RT_KEY_BOOLEAN:
      return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN;
    case RT_KEY_STRINGS:
    case RT_KEY_SIZES:
      return is_list (key, node);
    default:
      g_assert_not_reached ();
    }
}

static char **
copy_strings (JsonNode *node)
{
  JsonArray *array = JSON_NODE_HOLDS_NULL (node) ? NULL : json_node_get_array (node);
  guint n = array != NULL ? json_array_get_length (array) : 0;
  char **strings = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    strings[i] = g_strdup (json_array_get_string_element (array, i));
  return strings;
}

static void
store_string (char     **field,
              JsonNode  *node)
{
  char *value = JSON_NODE_HOLDS_NULL (node) ? NULL : g_strdup (json_node_get_string (node));

  g_free (*field);
  *field = value;
}

static void
store_strings (const RtRecipeKey  *key,
               char             ***field,
               JsonNode           *node)
{
  g_strfreev (*field);
  *field = copy_strings (node);
  if (key->nullable && **field == NULL)
    g_clear_pointer (field, g_strfreev);
}

static void
store_sizes (int      *field,
             JsonNode *node)
{
  JsonArray *array = json_node_get_array (node);

  memset (field, 0, RT_MAX_HIDDEN * sizeof *field);
  for (guint i = 0; i < json_array_get_length (array); i++)
    field[i] = (int) json_node_get_double (json_array_get_element (array, i));
}

static void
store (const RtRecipeKey *key,
       RtRecipe          *recipe,
       JsonNode          *node)
{
  void *field = (char *) recipe + key->offset;

  switch (key->kind)
    {
    case RT_KEY_FORMAT:
      break;
    case RT_KEY_ENUM:
      *(int *) field = find_word (key, node);
      break;
    case RT_KEY_WORD:
    case RT_KEY_STRING:
    case RT_KEY_SPEC:
      store_string (field, node);
      break;
    case RT_KEY_INT:
      *(int *) field = (int) json_node_get_double (node);
      break;
    case RT_KEY_UINT64:
      *(uint64_t *) field = (uint64_t) json_node_get_double (node);
      break;
    case RT_KEY_NUMBER:
      *(double *) field = is_number (node) ? json_node_get_double (node) : WORD;
      break;
    case RT_KEY_BOOLEAN:
      *(gboolean *) field = json_node_get_boolean (node);
      break;
    case RT_KEY_STRINGS:
      store_strings (key, field, node);
      break;
    case RT_KEY_SIZES:
      store_sizes (field, node);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
append_range (const RtRecipeKey *key,
              GString           *out)
{
  if (key->above)
    g_string_append (out, "above ");
  rt_json_append_number (out, key->low, FALSE);
  g_string_append (out, key->above ? ", at most " : " to ");
  rt_json_append_number (out, key->high, FALSE);
}

static void
append_words (const RtRecipeKey *key,
              GString           *out)
{
  for (int i = 0; key->words[i] != NULL; i++)
    {
      const char *rest = "";

      if (g_str_equal (key->words[i], "run:"))
        rest = "NUMBER or run:NUMBER@EPOCH";
      else if (g_str_equal (key->words[i], "builtin:")
               || g_str_equal (key->words[i], "catalogue:"))
        rest = "NAME";
      else if (g_str_equal (key->words[i], "idx:"))
        rest = "PATH-PREFIX";
      else if (g_str_has_suffix (key->words[i], ":"))
        rest = "PATH";
      g_string_append_printf (out, "%s%s%s", i > 0 ? ", " : "", key->words[i], rest);
    }
}

char *
rt_recipe_key_allowed (const RtRecipeKey *key)
{
  GString *out = g_string_new (NULL);

  switch (key->kind)
    {
    case RT_KEY_FORMAT:
      g_string_append (out, "1");
      break;
    case RT_KEY_ENUM:
    case RT_KEY_WORD:
    case RT_KEY_SPEC:
      append_words (key, out);
      break;
    case RT_KEY_STRING:
      g_string_append_printf (out, "a text of %.0f to %.0f characters", key->low, key->high);
      break;
    case RT_KEY_BOOLEAN:
      g_string_append (out, "true or false");
      break;
    case RT_KEY_STRINGS:
      g_string_append (out, "a list of different names, as [\"one\", \"two\"]");
      break;
    case RT_KEY_SIZES:
      g_string_append_printf (out, "a list of at most %d whole numbers, each ", RT_MAX_HIDDEN);
      G_GNUC_FALLTHROUGH;
    default:
      append_range (key, out);
      if (key->words != NULL)
        g_string_append_printf (out, ", or \"%s\"", key->words[0]);
      break;
    }
  if (key->nullable)
    g_string_append (out, ", or null");
  return g_string_free (out, FALSE);
}

/* What a range does not say of itself. */
static const char *
get_wanted (const RtRecipeKey *key,
            JsonNode          *node)
{
  gboolean whole = key->kind == RT_KEY_INT || key->kind == RT_KEY_UINT64;

  if (!whole && key->kind != RT_KEY_NUMBER)
    return "";
  if (!is_number (node))
    return whole ? "a whole number, " : "a number, ";
  return whole && json_node_get_double (node) != floor (json_node_get_double (node))
         ? "a whole number, " : "";
}

static gboolean
is_later (const RtRecipeKey *key,
          JsonNode          *node)
{
  for (int i = 0; key->later != NULL && is_string (node) && key->later[i] != NULL; i++)
    if (g_str_equal (json_node_get_string (node), key->later[i]))
      return TRUE;
  return FALSE;
}

char *
rt_recipe_key_describe (const RtRecipeKey *key,
                        JsonNode          *node)
{
  GString *out = g_string_new (key->path);
  g_autoptr (GString) value = g_string_new (NULL);
  g_autofree char *allowed = rt_recipe_key_allowed (key);

  rt_json_append_node (value, node, FALSE);
  if (g_utf8_strlen (value->str, -1) > MAX_SHOWN)
    {
      g_string_truncate (value,
                         (gsize) (g_utf8_offset_to_pointer (value->str, MAX_SHOWN) - value->str));
      g_string_append (value, "...");
    }
  g_string_append_printf (out, " is %s%s; allowed: %s%s", value->str,
                          is_later (key, node) ? ", which is not in this version" : "",
                          get_wanted (key, node), allowed);
  return g_string_free (out, FALSE);
}

gboolean
rt_recipe_key_set (const RtRecipeKey *key,
                   RtRecipe          *recipe,
                   JsonNode          *node,
                   GPtrArray         *problems)
{
  if (!is_allowed (key, node))
    {
      g_ptr_array_add (problems, rt_recipe_key_describe (key, node));
      return FALSE;
    }
  if (recipe != NULL)
    store (key, recipe, node);
  return TRUE;
}

static JsonNode *
make_string (const char *value)
{
  JsonNode *node = json_node_new (value != NULL ? JSON_NODE_VALUE : JSON_NODE_NULL);

  if (value != NULL)
    json_node_set_string (node, value);
  return node;
}

static JsonNode *
make_int (gint64 value)
{
  return json_node_init_int (json_node_alloc (), value);
}

static JsonNode *
make_enum (const RtRecipeKey *key,
           int                value)
{
  for (int i = 0; key->words[i] != NULL; i++)
    if (i == value)
      return make_string (key->words[i]);
  return make_int (value);   /* a value that the check will name */
}

static JsonNode *
make_strings (char **strings)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (int i = 0; strings != NULL && strings[i] != NULL; i++)
    json_array_add_string_element (array, strings[i]);
  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
make_sizes (const int *sizes)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (int i = 0; i < RT_MAX_HIDDEN && sizes[i] != 0; i++)
    json_array_add_int_element (array, sizes[i]);
  return json_node_init_array (json_node_alloc (), array);
}

JsonNode *
rt_recipe_key_get (const RtRecipeKey *key,
                   const RtRecipe    *recipe)
{
  const void *field = (const char *) recipe + key->offset;

  switch (key->kind)
    {
    case RT_KEY_FORMAT:
      return make_int (1);
    case RT_KEY_ENUM:
      return make_enum (key, *(const int *) field);
    case RT_KEY_WORD:
    case RT_KEY_STRING:
    case RT_KEY_SPEC:
      return make_string (*(char *const *) field);
    case RT_KEY_INT:
      return make_int (*(const int *) field);
    case RT_KEY_UINT64:
      return *(const uint64_t *) field > G_MAXINT64
             ? json_node_init_double (json_node_alloc (), (double) *(const uint64_t *) field)
             : make_int ((gint64) *(const uint64_t *) field);
    case RT_KEY_NUMBER:
      if (key->words != NULL && *(const double *) field == WORD)
        return make_string (key->words[0]);
      return json_node_init_double (json_node_alloc (), *(const double *) field);
    case RT_KEY_BOOLEAN:
      return json_node_init_boolean (json_node_alloc (), *(const gboolean *) field);
    case RT_KEY_STRINGS:
      return make_strings (*(char **const *) field);
    case RT_KEY_SIZES:
      return make_sizes (field);
    default:
      g_assert_not_reached ();
    }
}
