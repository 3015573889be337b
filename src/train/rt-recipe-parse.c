/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recipe from text. The method is read first, since defaults follow from it; then each member
 * is looked up in the table of keys and set. Every problem is gathered: keys that are not known,
 * stand twice or are missing, values that are not allowed, and, for what could be read, what
 * does not fit together (rt-recipe-check.c), so that one look at the message mends the file.
 */
#include "config.h"

#include "rt-recipe-key.h"

#include "rt-json.h"

#include <string.h>

typedef struct
{
  RtRecipe   *recipe;
  GPtrArray  *problems;   /* Owned: of char * */
  GHashTable *given;      /* Owned: paths that were said, right or wrong */
  GHashTable *bad;        /* Owned: paths that are wrong */
} Parse;

static void parse_object (Parse      *parse,
                          const char *section,
                          JsonObject *object);

static gboolean
is_section (const char *name)
{
  int n;
  const char *const *sections = rt_recipe_key_list_sections (&n);

  for (int i = 0; i < n; i++)
    if (g_str_equal (sections[i], name))
      return TRUE;
  return FALSE;
}

static void
parse_section (Parse      *parse,
               const char *name,
               JsonNode   *value)
{
  g_autofree char *known = NULL;

  if (JSON_NODE_HOLDS_OBJECT (value))
    {
      parse_object (parse, name, json_node_get_object (value));
      return;
    }
  known = rt_recipe_key_join_names (name);
  g_ptr_array_add (parse->problems,
                   g_strdup_printf ("%s is not an object; allowed: { } with the keys %s", name,
                                    known));
  g_hash_table_add (parse->bad, g_strdup (name));
}

static void
parse_member (Parse      *parse,
              const char *path,
              JsonNode   *value)
{
  const RtRecipeKey *key = rt_recipe_key_find (path);

  if (key == NULL)
    {
      g_ptr_array_add (parse->problems, rt_recipe_key_suggest (path));
      return;
    }
  g_hash_table_add (parse->given, g_strdup (path));
  if (!rt_recipe_key_set (key, parse->recipe, value, parse->problems))
    g_hash_table_add (parse->bad, g_strdup (path));
}

static void
parse_object (Parse      *parse,
              const char *section,
              JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_autofree char *path = g_strjoin (section != NULL ? "." : "", section != NULL ? section : "",
                                         name, NULL);

      if (section == NULL && is_section (name))
        parse_section (parse, name, value);
      else
        parse_member (parse, path, value);
    }
}

static void
check_missing (Parse *parse)
{
  int n;
  const RtRecipeKey *keys = rt_recipe_key_list (&n);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *allowed = NULL;
      g_autofree char *section = rt_recipe_key_get_section (&keys[i]);

      if (!keys[i].required || g_hash_table_contains (parse->given, keys[i].path) ||
          g_hash_table_contains (parse->bad, section))
        continue;
      allowed = rt_recipe_key_allowed (&keys[i]);
      g_ptr_array_add (parse->problems,
                       g_strdup_printf ("%s is missing; allowed: %s", keys[i].path, allowed));
      g_hash_table_add (parse->bad, g_strdup (keys[i].path));
    }
}

gboolean
rt_recipe_take_problems (GPtrArray   *problems,
                         const char  *name,
                         GError     **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < problems->len; i++)
    g_string_append_printf (text, "%s%s%s%s", i > 0 ? "\n" : "", name != NULL ? name : "",
                            name != NULL ? ": " : "",
                            (const char *) g_ptr_array_index (problems, i));
  if (problems->len > 0)
    g_set_error_literal (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID, text->str);
  return problems->len == 0;
}

/* Only to know the defaults; a method that is wrong is said when its turn comes. */
static RtMethod
find_method (JsonObject *object)
{
  g_autoptr (RtRecipe) probe = rt_recipe_new (RT_METHOD_SCRATCH);
  g_autoptr (GPtrArray) unheard = g_ptr_array_new_with_free_func (g_free);

  if (json_object_has_member (object, "method"))
    rt_recipe_key_set (rt_recipe_key_find ("method"), probe,
                       json_object_get_member (object, "method"),
                       unheard);
  return probe->method;
}

static RtRecipe *
parse_root (JsonObject *object,
            GPtrArray  *problems)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_new (find_method (object));
  g_autoptr (GHashTable) given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) bad = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Parse parse = { recipe, problems, given, bad };

  /* The weights that a new recipe is offered fit its network only; what a file does not say is
   * not guessed. */
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup ("random");
  parse_object (&parse, NULL, object);
  check_missing (&parse);
  if (problems->len > 0)
    rt_recipe_check_rest (recipe, bad, problems);
  return g_steal_pointer (&recipe);
}

RtRecipe *
rt_recipe_parse (const char  *text,
                 gssize       length,
                 const char  *name,
                 GError     **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) twice = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (RtRecipe) recipe = NULL;
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (text != NULL && name != NULL, NULL);
  root = rt_json_parse (text, length, name, twice, error);
  if (root == NULL)
    {
      rt_recipe_take_json_error (error);
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "%s: not a recipe; a recipe is an object that begins with { \"retort\": 1",
                   name);
      return NULL;
    }
  for (guint i = 0; i < twice->len; i++)
    g_ptr_array_add (problems, g_strdup_printf ("%s stands twice; keep one of the two",
                                                (const char *) g_ptr_array_index (twice, i)));
  recipe = parse_root (json_node_get_object (root), problems);
  return rt_recipe_take_problems (problems, name, error) ? g_steal_pointer (&recipe) : NULL;
}

RtRecipe *
rt_recipe_read (const char  *path,
                GError     **error)
{
  size_t length;
  g_autofree char *text = rt_json_read_file (path, &length, error);
  g_autofree char *whole = NULL;
  RtRecipe *recipe;

  if (text == NULL)
    {
      rt_recipe_take_json_error (error);
      return NULL;
    }
  recipe = rt_recipe_parse (text, (gssize) length, path, error);
  if (recipe == NULL)
    return NULL;
  whole = g_canonicalize_filename (path, NULL);
  recipe->folder = g_path_get_dirname (whole);
  return recipe;
}

static JsonNode *
split_list (const char *value,
            gboolean    sizes)
{
  g_autoptr (JsonArray) array = json_array_new ();
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);

  for (int i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]);
      char *end;
      gint64 number = g_ascii_strtoll (part, &end, 10);

      if (sizes && *part != '\0' && *end == '\0')
        json_array_add_int_element (array, number);
      else if (*part != '\0')
        json_array_add_string_element (array, part);
    }
  return json_node_init_array (json_node_alloc (), array);
}

/* A value as it is typed: lists with commas or as JSON, "" for null, texts without quotation
 * marks. What is not of the key's kind becomes a text, for the check to name. */
static JsonNode *
read_typed (const RtRecipeKey *key,
            const char        *value)
{
  gboolean list = key->kind == RT_KEY_STRINGS || key->kind == RT_KEY_SIZES;
  gboolean text = key->kind == RT_KEY_ENUM || key->kind == RT_KEY_WORD
                  || key->kind == RT_KEY_STRING || key->kind == RT_KEY_SPEC;
  JsonNode *node = NULL;

  if (*value == '\0' && key->nullable)
    return json_node_new (JSON_NODE_NULL);
  if (list && *value != '[')
    return split_list (value, key->kind == RT_KEY_SIZES);
  if (!text)
    node = rt_json_parse (value, -1, key->path, NULL, NULL);
  if (node == NULL)
    node = json_node_init_string (json_node_alloc (), value);
  return node;
}

/* A path that is typed starts from where it is typed, not from the recipe's folder. */
static void
make_absolute (JsonNode *node)
{
  g_autofree char *whole = rt_recipe_resolve_spec (json_node_get_string (node), NULL);

  json_node_set_string (node, whole);
}

gboolean
rt_recipe_set (RtRecipe    *recipe,
               const char  *key,
               const char  *value,
               GError     **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  const RtRecipeKey *found;
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (recipe != NULL && key != NULL && value != NULL, FALSE);
  found = rt_recipe_key_find (key);
  if (found == NULL)
    g_ptr_array_add (problems, rt_recipe_key_suggest (key));
  else if (!g_utf8_validate (value, -1, NULL))
    g_ptr_array_add (problems, g_strdup_printf ("%s is not UTF-8 text", key));
  else if (g_str_has_prefix (key, "distil.") && recipe->method != RT_METHOD_DISTIL)
    g_ptr_array_add (problems, g_strdup_printf ("%s is only for the method \"distil\"; set "
                                                "method=distil before it", key));
  else
    {
      node = read_typed (found, value);
      if (rt_recipe_key_set (found, NULL, node, problems))
        {
          if (found->kind == RT_KEY_SPEC)
            make_absolute (node);
          rt_recipe_key_set (found, recipe, node, problems);
        }
    }
  return rt_recipe_take_problems (problems, NULL, error);
}
