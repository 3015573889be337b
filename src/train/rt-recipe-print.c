/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe as text: every key of the table in its order, sections as objects. */
#include "config.h"

#include "rt-recipe-key.h"

#include "rt-dataset.h"
#include "rt-json.h"

#include <string.h>

/* Which specs hold a path. */
static const char *const path_schemes[] = { "idx:", "cifar:", "folder:", "csv:", "file:" };

char *
rt_recipe_resolve_spec (const char *spec,
                        const char *folder)
{
  for (size_t i = 0; i < G_N_ELEMENTS (path_schemes); i++)
    if (g_str_has_prefix (spec, path_schemes[i]))
      {
        const char *path = spec + strlen (path_schemes[i]);
        g_autofree char *whole = rt_dataset_resolve_path (path, folder);
        gboolean cut = g_str_has_suffix (path, "/") && !g_str_has_suffix (whole, "/");

        /* "idx:mnist/" is the prefix of every file in a folder: its last stroke means something. */
        return g_strconcat (path_schemes[i], whole, cut ? "/" : "", NULL);
      }
  return g_strdup (spec);
}

static void
append_value (GString           *out,
              const RtRecipeKey *key,
              const RtRecipe    *recipe,
              gboolean           absolute)
{
  g_autoptr (JsonNode) node = rt_recipe_key_get (key, recipe);

  if (absolute && key->kind == RT_KEY_SPEC && !JSON_NODE_HOLDS_NULL (node))
    {
      g_autofree char *whole = rt_recipe_resolve_spec (json_node_get_string (node), recipe->folder);

      json_node_set_string (node, whole);
    }
  rt_json_append_node (out, node, key->kind == RT_KEY_NUMBER);
}

/* The keys of @section ("" for those of the recipe itself), a line each. */
static void
append_section (GString        *out,
                const char     *section,
                const RtRecipe *recipe,
                gboolean        absolute)
{
  size_t skip = *section != '\0' ? strlen (section) + 1 : 0;
  const char *separator = "";
  int n;
  const RtRecipeKey *keys = rt_recipe_key_list (&n);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *here = rt_recipe_key_get_section (&keys[i]);

      if (!g_str_equal (here, section))
        continue;
      g_string_append_printf (out, "%s\n%s\"%s\": ", separator, skip > 0 ? "    " : "  ",
                              keys[i].path + skip);
      append_value (out, &keys[i], recipe, absolute);
      separator = ",";
    }
}

char *
rt_recipe_to_json (const RtRecipe *recipe,
                   gboolean        absolute)
{
  GString *out = g_string_new ("{");
  int n;
  const char *const *sections = rt_recipe_key_list_sections (&n);

  append_section (out, "", recipe, absolute);
  for (int i = 0; i < n; i++)
    {
      if (g_str_equal (sections[i], "distil") && recipe->method != RT_METHOD_DISTIL)
        continue;
      g_string_append_printf (out, ",\n  \"%s\": {", sections[i]);
      append_section (out, sections[i], recipe, absolute);
      g_string_append (out, "\n  }");
    }
  g_string_append (out, "\n}\n");
  return g_string_free (out, FALSE);
}
