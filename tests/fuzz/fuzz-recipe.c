/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a recipe. What is refused must say why; what is accepted must be printed, read
 * and printed again to the same text, and may be checked, set and turned into its baseline
 * without harm.
 */
#include "config.h"

#include "rt-recipe.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

static void
check_print (const RtRecipe *recipe)
{
  g_autofree char *text = rt_recipe_to_json (recipe, FALSE);
  g_autofree char *absolute = rt_recipe_to_json (recipe, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) again = rt_recipe_parse (text, -1, "again", &error);
  g_autoptr (RtRecipe) whole = rt_recipe_parse (absolute, -1, "whole", NULL);
  g_autofree char *second = NULL;

  if (again == NULL || whole == NULL)
    g_error ("what was printed is refused: %s", error != NULL ? error->message : absolute);
  second = rt_recipe_to_json (again, FALSE);
  if (!g_str_equal (text, second))
    g_error ("printed twice, two texts:\n%s\n%s", text, second);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL, invalid = NULL, none = NULL;
  const char *text = n_bytes > 0 ? (const char *) bytes : "";
  g_autoptr (RtRecipe) recipe = rt_recipe_parse (text, (gssize) n_bytes, "fuzz", &error);
  g_autoptr (RtRecipe) baseline = NULL;
  g_autofree char *difference = NULL;

  if ((recipe == NULL) == (error == NULL))
    g_error ("a recipe and an error, or neither");
  if (recipe == NULL)
    return 0;
  check_print (recipe);
  if (rt_recipe_validate (recipe, &invalid) != (invalid == NULL))
    g_error ("valid with an error, or not without");
  baseline = rt_recipe_make_baseline (recipe, &difference, &none);
  if ((baseline == NULL) == (none == NULL))
    g_error ("a baseline and an error, or neither");
  return 0;
}
