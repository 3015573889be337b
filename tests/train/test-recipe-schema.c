/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * data/recipe.schema.json against the table of keys: for each key the schema is made again from
 * the table, and what the file says must be the same, descriptions and examples left out. So a
 * key, a word or a bound that stands in only one of them fails here.
 */
#include "config.h"

#include "rt-recipe-key.h"

#include "rt-json.h"

#include <string.h>

static void
add_range (JsonObject        *object,
           const RtRecipeKey *key,
           gboolean           whole)
{
  json_object_set_string_member (object, "type", whole ? "integer" : "number");
  json_object_set_double_member (object, key->above ? "exclusiveMinimum" : "minimum", key->low);
  json_object_set_double_member (object, "maximum", key->high);
}

static void
add_text (JsonObject        *object,
          const RtRecipeKey *key)
{
  json_object_set_string_member (object, "type", "string");
  json_object_set_int_member (object, "minLength", (gint64) key->low);
  json_object_set_int_member (object, "maxLength", (gint64) key->high);
}

static void
add_pattern (JsonObject        *object,
             const RtRecipeKey *key)
{
  g_autoptr (GString) pattern = g_string_new ("^(");

  for (int i = 0; key->words[i] != NULL; i++)
    {
      const char *rest = g_str_equal (key->words[i], "run:") ? "[1-9][0-9]{0,8}(@[1-9][0-9]{0,8})?"
                         : g_str_has_suffix (key->words[i], ":") ? "[^\\n\\r]+" : "";

      g_string_append_printf (pattern, "%s%s%s", i > 0 ? "|" : "", key->words[i], rest);
    }
  g_string_append (pattern, ")$");
  json_object_set_string_member (object, "type", "string");
  json_object_set_string_member (object, "pattern", pattern->str);
}

static void
add_words (JsonObject        *object,
           const RtRecipeKey *key)
{
  JsonArray *words = json_array_new ();

  for (int i = 0; key->words[i] != NULL; i++)
    json_array_add_string_element (words, key->words[i]);
  json_object_set_array_member (object, "enum", words);
}

static void
add_list (JsonObject        *object,
          const RtRecipeKey *key)
{
  JsonObject *items = json_object_new ();

  json_object_set_string_member (object, "type", "array");
  if (key->kind == RT_KEY_SIZES)
    {
      add_range (items, key, TRUE);
      json_object_set_int_member (object, "maxItems", RT_MAX_HIDDEN);
    }
  else
    {
      add_text (items, key);
      json_object_set_boolean_member (object, "uniqueItems", TRUE);
    }
  json_object_set_object_member (object, "items", items);
}

static void
add_null (JsonObject *object)
{
  JsonArray *types = json_array_new ();

  json_array_add_string_element (types, json_object_get_string_member (object, "type"));
  json_array_add_string_element (types, "null");
  json_object_set_array_member (object, "type", types);
}

/* The default is what a recipe that says nothing has: none where the key must be said or there
 * is no value. */
static void
add_default (JsonObject        *object,
             const RtRecipeKey *key)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_SCRATCH);
  g_autoptr (JsonNode) node = rt_recipe_key_get (key, recipe);

  if (!key->required && (key->nullable || !JSON_NODE_HOLDS_NULL (node)))
    json_object_set_member (object, "default", g_steal_pointer (&node));
}

static void
add_number_or_word (JsonObject        *object,
                    const RtRecipeKey *key)
{
  JsonArray *choices = json_array_new ();
  JsonObject *number = json_object_new (), *word = json_object_new ();

  add_range (number, key, FALSE);
  json_object_set_string_member (word, "const", key->words[0]);
  json_array_add_object_element (choices, number);
  json_array_add_object_element (choices, word);
  json_object_set_array_member (object, "anyOf", choices);
}

/* (transfer full) */
static JsonObject *
make_schema (const RtRecipeKey *key)
{
  JsonObject *object = json_object_new ();

  switch (key->kind)
    {
    case RT_KEY_FORMAT:
      json_object_set_int_member (object, "const", 1);
      break;
    case RT_KEY_ENUM:
    case RT_KEY_WORD:
      add_words (object, key);
      break;
    case RT_KEY_STRING:
      add_text (object, key);
      break;
    case RT_KEY_SPEC:
      add_pattern (object, key);
      break;
    case RT_KEY_INT:
    case RT_KEY_UINT64:
      add_range (object, key, TRUE);
      break;
    case RT_KEY_NUMBER:
      if (key->words != NULL)
        add_number_or_word (object, key);
      else
        add_range (object, key, FALSE);
      break;
    case RT_KEY_BOOLEAN:
      json_object_set_string_member (object, "type", "boolean");
      break;
    case RT_KEY_STRINGS:
    case RT_KEY_SIZES:
      add_list (object, key);
      break;
    default:
      g_assert_not_reached ();
    }
  if (key->nullable)
    add_null (object);
  add_default (object, key);
  return object;
}

/* Members in the order of the alphabet, numbers by value: equal texts are equal schemas. */
static char *
print_sorted (JsonObject *object)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GList) names = g_list_sort (json_object_get_members (object), (GCompareFunc) strcmp);

  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonNode *value = json_object_get_member (object, l->data);

      if (g_str_equal (l->data, "description") || g_str_equal (l->data, "examples"))
        continue;
      g_string_append_printf (out, "%s=", (const char *) l->data);
      if (JSON_NODE_HOLDS_OBJECT (value))
        {
          g_autofree char *inner = print_sorted (json_node_get_object (value));

          g_string_append_printf (out, "{%s}", inner);
        }
      else if (JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_INT64)
        rt_json_append_number (out, (double) json_node_get_int (value), FALSE);
      else
        rt_json_append_node (out, value, FALSE);
      g_string_append (out, "; ");
    }
  return g_string_free (out, FALSE);
}

static JsonNode *
read_schema (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("RETORT_DATADIR"), "recipe.schema.json",
                                            NULL);
  g_autoptr (GError) error = NULL;
  size_t length;
  g_autofree char *text = rt_json_read_file (path, &length, &error);
  JsonNode *root;

  g_assert_no_error (error);
  root = rt_json_parse (text, (gssize) length, path, NULL, &error);
  g_assert_no_error (error);
  return root;
}

static JsonObject *
find_property (JsonObject *root,
               const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);
  JsonObject *object = root;

  for (int i = 0; parts[i] != NULL; i++)
    {
      object = json_object_get_object_member (object, "properties");
      if (!json_object_has_member (object, parts[i]))
        g_error ("the schema has no %s", path);
      object = json_object_get_object_member (object, parts[i]);
    }
  return object;
}

static void
test_keys (void)
{
  g_autoptr (JsonNode) schema = read_schema ();
  int n;
  const RtRecipeKey *keys = rt_recipe_key_list (&n);

  for (int i = 0; i < n; i++)
    {
      JsonObject *said = find_property (json_node_get_object (schema), keys[i].path);
      g_autoptr (JsonObject) made = make_schema (&keys[i]);
      g_autofree char *said_text = print_sorted (said);
      g_autofree char *made_text = print_sorted (made);

      if (!g_str_equal (said_text, made_text))
        g_error ("%s\nschema: %s\ntable:  %s", keys[i].path, said_text, made_text);
      g_assert_true (json_object_has_member (said, "description"));
    }
}

static gboolean
holds_text (JsonArray  *array,
            const char *text)
{
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (g_str_equal (json_array_get_string_element (array, i), text))
      return TRUE;
  return FALSE;
}

/* An object of the schema holds no key that the table does not, refuses unknown ones, and
 * requires what the table does. */
static void
check_object (JsonObject *object,
              const char *prefix)
{
  JsonObject *properties = json_object_get_object_member (object, "properties");
  g_autoptr (GList) names = json_object_get_members (properties);
  JsonArray *required = json_object_has_member (object, "required")
                        ? json_object_get_array_member (object, "required") : NULL;
  guint n_required = 0;

  g_assert_false (json_object_get_boolean_member_with_default (object, "additionalProperties",
                                                               TRUE));
  g_assert_true (json_object_has_member (object, "description"));
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *path = g_strconcat (prefix, l->data, NULL);
      const RtRecipeKey *key = rt_recipe_key_find (path);
      JsonObject *property = json_object_get_object_member (properties, l->data);

      if (key == NULL)
        {
          g_autofree char *inner = g_strconcat (path, ".", NULL);

          g_assert_cmpstr (prefix, ==, "");
          check_object (property, inner);
          n_required += json_object_has_member (property, "required");
          g_assert_cmpint (holds_text (required, l->data), ==,
                           json_object_has_member (property, "required"));
        }
      else
        {
          n_required += key->required;
          g_assert_cmpint (holds_text (required, l->data), ==, key->required);
        }
    }
  g_assert_cmpuint (required != NULL ? json_array_get_length (required) : 0, ==, n_required);
}

static void
test_nothing_more (void)
{
  g_autoptr (JsonNode) schema = read_schema ();

  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (schema), "$schema"), ==,
                   "https://json-schema.org/draft/2020-12/schema");
  check_object (json_node_get_object (schema), "");
}

/* The words of the table are in the order of the enumerations that their index is kept as. */
static void
test_words (void)
{
  static const struct { const char *path; int value; const char *word; } cases[] = {
    { "method", RT_METHOD_SCRATCH, "scratch" },
    { "method", RT_METHOD_PRETRAIN, "pretrain" },
    { "method", RT_METHOD_FINE_TUNE, "fine-tune" },
    { "method", RT_METHOD_DISTIL, "distil" },
    { "train.optimizer", RT_OPTIMIZER_SGD, "sgd" },
    { "train.optimizer", RT_OPTIMIZER_ADAM, "adam" },
    { "train.optimizer", RT_OPTIMIZER_ADAMW, "adamw" },
    { "train.schedule", RT_SCHEDULE_CONSTANT, "constant" },
    { "train.schedule", RT_SCHEDULE_STEP, "step" },
    { "train.schedule", RT_SCHEDULE_COSINE, "cosine" },
    { "train.schedule", RT_SCHEDULE_ONE_CYCLE, "one-cycle" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (rt_recipe_key_find (cases[i].path)->words[cases[i].value], ==, cases[i].word);
  for (int method = RT_METHOD_SCRATCH; method <= RT_METHOD_DISTIL; method++)
    g_assert_cmpstr (rt_method_to_string (method), ==,
                     rt_recipe_key_find ("method")->words[method]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe-schema/keys", test_keys);
  g_test_add_func ("/recipe-schema/nothing-more", test_nothing_more);
  g_test_add_func ("/recipe-schema/words", test_words);
  return g_test_run ();
}
