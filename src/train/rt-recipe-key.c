/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of a recipe. Everything that reads or writes one goes through this table:
 * rt_recipe_key_get() gives a field as JSON, rt_recipe_key_set() checks JSON and puts it into
 * the field. So parsing is "set each member", printing is "get each key", --set is "set one",
 * and the check of ranges is "get, then set into nothing".
 */
#include "config.h"

#include "rt-recipe-key.h"

#include <string.h>

#define MAX_EXACT 9007199254740991.0   /* 2^53 - 1: what every JSON reader holds exactly */
#define MAX_SHOWN 60                   /* characters of a wrong value in a message */

static const char *const methods[] = { "scratch", "pretrain", "fine-tune", "distil", NULL };
static const char *const methods_later[] = { "features", "adapt", "multi-task", NULL };
static const char *const datasets[] = {
  "builtin:", "idx:", "cifar:", "folder:", "csv:", "catalogue:", NULL,
};
static const char *const weights[] = {
  "random", "builtin:", "file:", "run:", "catalogue:", NULL,
};
static const char *const teachers[] = { "builtin:", "file:", "run:", "catalogue:", NULL };
static const char *const augments[] = { "none", "light", "strong", NULL };
static const char *const tests[] = { "rest", NULL };
static const char *const corrections[] = { "latest", "none", "version:", NULL };
static const char *const optimizers[] = { "sgd", "adam", "adamw", NULL };
static const char *const schedules[] = { "constant", "step", "cosine", "one-cycle", "flat-cosine",
                                         NULL };
static const char *const layer_decays[] = { "auto", NULL };
static const char *const batch_norms[] = { "update", "keep", NULL };

#define AT(field) G_STRUCT_OFFSET (RtRecipe, field)

static const RtRecipeKey keys[] = {
  { "retort", RT_KEY_FORMAT, 0, 1, 1, .required = TRUE },
  { "name", RT_KEY_STRING, AT (name), 1, 200 },
  { "method", RT_KEY_ENUM, AT (method), .words = methods, .later = methods_later,
    .required = TRUE },
  { "seed", RT_KEY_UINT64, AT (seed), 0, MAX_EXACT },
  { "threads", RT_KEY_INT, AT (threads), 0, 256 },

  { "task.dataset", RT_KEY_SPEC, AT (task.dataset), .words = datasets,
    .required = TRUE },
  { "task.style", RT_KEY_STRING, AT (task.style), 1, 40, .nullable = TRUE },
  { "task.shift", RT_KEY_NUMBER, AT (task.shift), 0, 1 },
  { "task.samples_per_class", RT_KEY_INT, AT (task.samples_per_class), 0, 1000000 },
  { "task.validation", RT_KEY_NUMBER, AT (task.validation), 0, 100000, .above = TRUE },
  { "task.test", RT_KEY_NUMBER, AT (task.test), 0, 0.9, .words = tests },
  { "task.fit", RT_KEY_ENUM, AT (task.fit), .words = rt_picture_fit_names },
  { "task.augment", RT_KEY_WORD, AT (task.augment), .words = augments },
  { "task.corrections", RT_KEY_SPEC, AT (task.corrections), .words = corrections },

  { "backbone.network", RT_KEY_STRING, AT (backbone.network), 1, 40, .required = TRUE },
  { "backbone.hidden", RT_KEY_SIZES, AT (backbone.hidden), 1, 4096 },
  { "backbone.input_size", RT_KEY_INT, AT (backbone.input_size), 0, 512 },
  { "backbone.weights", RT_KEY_SPEC, AT (backbone.weights), .words = weights },
  { "backbone.frozen", RT_KEY_STRINGS, AT (backbone.frozen), 1, 40 },

  { "train.epochs", RT_KEY_INT, AT (train.epochs), 1, 10000 },
  { "train.batch_size", RT_KEY_INT, AT (train.batch_size), 1, 4096 },
  { "train.optimizer", RT_KEY_ENUM, AT (train.optimizer), .words = optimizers },
  { "train.learning_rate", RT_KEY_NUMBER, AT (train.learning_rate), 0, 10, .above = TRUE },
  { "train.momentum", RT_KEY_NUMBER, AT (train.momentum), 0, 0.999 },
  { "train.nesterov", RT_KEY_BOOLEAN, AT (train.nesterov) },
  { "train.schedule", RT_KEY_ENUM, AT (train.schedule), .words = schedules },
  { "train.warm_up", RT_KEY_NUMBER, AT (train.warm_up), 0, 1000 },
  { "train.weight_decay", RT_KEY_NUMBER, AT (train.weight_decay), 0, 1 },
  { "train.layer_decay", RT_KEY_NUMBER, AT (train.layer_decay), 0, 1, .above = TRUE,
    .words = layer_decays },
  { "train.label_smoothing", RT_KEY_NUMBER, AT (train.label_smoothing), 0, 0.9 },
  { "train.class_weights", RT_KEY_BOOLEAN, AT (train.class_weights) },
  { "train.head_first", RT_KEY_INT, AT (train.head_first), 0, 1000 },
  { "train.patience", RT_KEY_INT, AT (train.patience), 0, 1000 },
  { "train.views", RT_KEY_INT, AT (train.views), 0, 64 },
  { "train.batch_norm", RT_KEY_ENUM, AT (train.batch_norm), .words = batch_norms },
  { "train.memory", RT_KEY_INT, AT (train.memory), 0, 1000000 },

  { "distil.teacher", RT_KEY_SPEC, AT (distil.teacher), .words = teachers,
    .nullable = TRUE },
  { "distil.teacher_network", RT_KEY_STRING, AT (distil.teacher_network), 1, 40,
    .nullable = TRUE },
  { "distil.temperature", RT_KEY_NUMBER, AT (distil.temperature), 0.1, 100 },
  { "distil.alpha", RT_KEY_NUMBER, AT (distil.alpha), 0, 1 },
  { "distil.leave_out", RT_KEY_STRINGS, AT (distil.leave_out), 1, 200, .nullable = TRUE },
};

static const char *const sections[] = { "task", "backbone", "train", "distil" };

const RtRecipeKey *
rt_recipe_key_list (int *n)
{
  *n = G_N_ELEMENTS (keys);
  return keys;
}

const RtRecipeKey *
rt_recipe_key_find (const char *path)
{
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].path, path))
      return &keys[i];
  return NULL;
}

const char *const *
rt_recipe_key_list_sections (int *n)
{
  *n = G_N_ELEMENTS (sections);
  return sections;
}

char *
rt_recipe_key_get_section (const RtRecipeKey *key)
{
  const char *dot = strchr (key->path, '.');

  return g_strndup (key->path, dot != NULL ? (size_t) (dot - key->path) : 0);
}

char *
rt_recipe_key_join_names (const char *section)
{
  GString *out = g_string_new (NULL);
  size_t skip = *section != '\0' ? strlen (section) + 1 : 0;

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *here = rt_recipe_key_get_section (&keys[i]);

      if (g_str_equal (here, section))
        g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", keys[i].path + skip);
    }
  for (size_t i = 0; skip == 0 && i < G_N_ELEMENTS (sections); i++)
    g_string_append_printf (out, ", %s", sections[i]);
  return g_string_free (out, FALSE);
}

/* Letters to be put in, taken out, changed or swapped with their neighbour (Damerau 1964, the
 * restricted form). */
static int
measure_distance (const char *a,
                  const char *b)
{
  int n = (int) MIN (strlen (a), 63), m = (int) MIN (strlen (b), 63);
  int d[64][64];

  for (int i = 0; i <= n; i++)
    for (int j = 0; j <= m; j++)
      {
        if (i == 0 || j == 0)
          {
            d[i][j] = i + j;
            continue;
          }
        d[i][j] = MIN (d[i - 1][j], d[i][j - 1]) + 1;
        d[i][j] = MIN (d[i][j], d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
          d[i][j] = MIN (d[i][j], d[i - 2][j - 2] + 1);
      }
  return d[n][m];
}

static const char *
get_leaf (const char *path)
{
  const char *dot = strrchr (path, '.');

  return dot != NULL ? dot + 1 : path;
}

/* A key that stands in the wrong section counts as one letter off. */
static int
measure_path (const char *path,
              const char *known)
{
  return MIN (measure_distance (path, known),
              measure_distance (get_leaf (path), get_leaf (known)) + 1);
}

char *
rt_recipe_key_suggest (const char *path)
{
  const char *nearest = NULL;
  int best = MAX (2, (int) strlen (get_leaf (path)) / 3) + 1;
  g_autofree char *shown = g_utf8_make_valid (path, (gssize) MIN (strlen (path), MAX_SHOWN));
  g_autofree char *section = NULL;
  g_autofree char *names = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      int distance = measure_path (path, keys[i].path);

      if (distance < best)
        {
          best = distance;
          nearest = keys[i].path;
        }
    }
  for (size_t i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_str_equal (path, sections[i]))
      {
        names = rt_recipe_key_join_names (path);
        return g_strdup_printf ("%s: a section, not a key; its keys are: %s", path, names);
      }
    else if (measure_distance (path, sections[i]) < best)
      {
        best = measure_distance (path, sections[i]);
        nearest = sections[i];
      }
  if (nearest != NULL)
    return g_strdup_printf ("%s: no such key; did you mean %s?", shown, nearest);
  section = g_strndup (path, (size_t) (get_leaf (path) - path) - (get_leaf (path) > path));
  names = rt_recipe_key_join_names (section);
  return g_strdup_printf ("%s: no such key; there are: %s", shown, names);
}
