/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-recipe.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  RT_KEY_FORMAT,    /* "retort": always 1, kept nowhere */
  RT_KEY_ENUM,      /* one of words, kept as its index (int) */
  RT_KEY_WORD,      /* one of words, kept as char * */
  RT_KEY_STRING,    /* char *, low to high characters */
  RT_KEY_SPEC,      /* char *: one of words, those that end in a colon with something behind */
  RT_KEY_INT,       /* int */
  RT_KEY_UINT64,    /* uint64_t */
  RT_KEY_NUMBER,    /* double; with a word, that word is kept as -1 */
  RT_KEY_BOOLEAN,   /* gboolean */
  RT_KEY_STRINGS,   /* GStrv of distinct texts */
  RT_KEY_SIZES,     /* int[RT_MAX_HIDDEN], 0 ends */
} RtRecipeKeyKind;

/**
 * RtRecipeKey:
 *
 * One key of a recipe. Parsing, printing, `--set` and validation all go through the one table of
 * these; a test holds data/recipe.schema.json against it.
 */
typedef struct
{
  const char        *path;       /* "train.epochs" */
  RtRecipeKeyKind    kind;
  size_t             offset;     /* in RtRecipe */
  double             low;        /* of the value, of each size, of a text's characters */
  double             high;
  gboolean           above;      /* low itself is not allowed */
  gboolean           nullable;
  gboolean           required;
  const char *const *words;
  const char *const *later;      /* (nullable) words that another version will know */
} RtRecipeKey;

/* In the order they are written. */
const RtRecipeKey *rt_recipe_key_list     (int *n);
const RtRecipeKey *rt_recipe_key_find     (const char *path);   /* (nullable) */

/* "task", "backbone", "train", "distil" */
const char *const *rt_recipe_key_list_sections (int *n);

/* "train" of "train.epochs", "" of "name". (transfer full) */
char              *rt_recipe_key_get_section   (const RtRecipeKey *key) G_GNUC_WARN_UNUSED_RESULT;

/* The names of the keys in @section ("": of the recipe itself, sections included). (transfer
 * full) */
char              *rt_recipe_key_join_names    (const char *section) G_GNUC_WARN_UNUSED_RESULT;

/* "train.epoch: no such key; did you mean train.epochs?" (transfer full) */
char              *rt_recipe_key_suggest  (const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Its value as JSON. (transfer full) */
JsonNode          *rt_recipe_key_get      (const RtRecipeKey *key,
                                           const RtRecipe    *recipe) G_GNUC_WARN_UNUSED_RESULT;

/* Checks @node and, where it is right, puts it into @recipe (nullable: checks only). Where it is
 * not, adds what is wrong to @problems and changes nothing. */
gboolean           rt_recipe_key_set      (const RtRecipeKey *key,
                                           RtRecipe          *recipe,
                                           JsonNode          *node,
                                           GPtrArray         *problems);

/* "train.epochs is -3; allowed: 1 to 10000" (transfer full) */
char              *rt_recipe_key_describe (const RtRecipeKey *key,
                                           JsonNode          *node) G_GNUC_WARN_UNUSED_RESULT;

/* What is allowed: "1 to 10000". (transfer full) */
char              *rt_recipe_key_allowed  (const RtRecipeKey *key) G_GNUC_WARN_UNUSED_RESULT;

/* Problems that need more than one key, or the list of networks. @bad (nullable): paths of keys
 * that are wrong already, so that nothing is said of what they would lead to. */
void               rt_recipe_check_rest   (const RtRecipe *recipe,
                                           GHashTable     *bad,
                                           GPtrArray      *problems);

/* One error of all @problems, each a line that begins with @name (nullable). FALSE where there
 * are any. */
gboolean           rt_recipe_take_problems (GPtrArray   *problems,
                                            const char  *name,
                                            GError     **error);

/* What rt-json.h says is wrong becomes an error of a recipe (or card) of the same kind. @error as
 * it came back, may be NULL. */
void               rt_recipe_take_json_error (GError **error);

/* @spec with its path absolute: "idx:", "cifar:", "folder:", "csv:" and "file:" are paths,
 * resolved as rt_dataset_resolve_path() does. (transfer full) */
char              *rt_recipe_resolve_spec (const char *spec,
                                           const char *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
