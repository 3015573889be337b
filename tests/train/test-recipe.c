/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-recipe.h"

#include "rt-recipe-key.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MINIMAL \
  "{ \"retort\": 1, \"method\": \"scratch\"," \
  "  \"task\": { \"dataset\": \"builtin:glyphs/digits\" }," \
  "  \"backbone\": { \"network\": \"resnet8\" } }"

/* The example of the design, to the letter. */
#define EXAMPLE \
  "{ \"retort\": 1, \"name\": \"Digits from letters\", \"method\": \"fine-tune\"," \
  "  \"seed\": 1, \"threads\": 2," \
  "  \"task\": { \"dataset\": \"builtin:glyphs/digits\", \"style\": \"hand\", \"shift\": 1.0," \
  "              \"samples_per_class\": 20, \"validation\": 0.2, \"augment\": \"light\" }," \
  "  \"backbone\": { \"network\": \"resnet8\", \"weights\": \"builtin:resnet8-letters\"," \
  "                  \"frozen\": [\"stem\", \"stage1\"] }," \
  "  \"train\": { \"epochs\": 10, \"batch_size\": 32, \"optimizer\": \"adamw\"," \
  "               \"learning_rate\": 0.001, \"schedule\": \"one-cycle\", \"weight_decay\": 0.01," \
  "               \"layer_decay\": 1.0, \"label_smoothing\": 0.0 }," \
  "  \"distil\": { \"teacher\": \"run:12\", \"temperature\": 4.0, \"alpha\": 0.7 } }"

static RtRecipe *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  RtRecipe *recipe = rt_recipe_parse (text, -1, "test.json", &error);

  g_assert_no_error (error);
  g_assert_nonnull (recipe);
  return recipe;
}

static void
assert_refused (const char *text,
                const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) recipe = rt_recipe_parse (text, -1, "test.json", &error);

  g_assert_null (recipe);
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, part));
}

static void
assert_set (RtRecipe   *recipe,
            const char *key,
            const char *value)
{
  g_autoptr (GError) error = NULL;
  gboolean done = rt_recipe_set (recipe, key, value, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_not_set (RtRecipe   *recipe,
                const char *key,
                const char *value,
                const char *message)
{
  g_autofree char *before = rt_recipe_to_json (recipe, FALSE);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_recipe_set (recipe, key, value, &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, message);
  after = rt_recipe_to_json (recipe, FALSE);
  g_assert_cmpstr (before, ==, after);
}

static void
assert_valid (const RtRecipe *recipe)
{
  g_autoptr (GError) error = NULL;
  gboolean valid = rt_recipe_validate (recipe, &error);

  g_assert_no_error (error);
  g_assert_true (valid);
}

static void
test_defaults (void)
{
  g_autoptr (RtRecipe) recipe = parse (MINIMAL);

  g_assert_cmpint (recipe->method, ==, RT_METHOD_SCRATCH);
  g_assert_cmpuint (recipe->seed, ==, 1);
  g_assert_cmpint (recipe->threads, ==, 0);
  g_assert_null (recipe->task.style);
  g_assert_cmpfloat (recipe->task.validation, ==, 0.2);
  g_assert_cmpint (recipe->task.samples_per_class, ==, 0);
  g_assert_cmpstr (recipe->task.augment, ==, "light");
  g_assert_cmpstr (recipe->backbone.weights, ==, "random");
  g_assert_cmpint (recipe->backbone.input_size, ==, 0);
  g_assert_nonnull (recipe->backbone.frozen);
  g_assert_null (recipe->backbone.frozen[0]);
  g_assert_cmpint (recipe->train.epochs, ==, 10);
  g_assert_cmpint (recipe->train.batch_size, ==, 32);
  g_assert_cmpint (recipe->train.optimizer, ==, RT_OPTIMIZER_ADAMW);
  g_assert_cmpint (recipe->train.schedule, ==, RT_SCHEDULE_ONE_CYCLE);
  g_assert_cmpfloat (recipe->train.learning_rate, ==, 0.001);
  g_assert_cmpfloat (recipe->train.momentum, ==, 0.9);
  g_assert_cmpfloat (recipe->train.weight_decay, ==, 0.01);
  g_assert_cmpfloat (recipe->train.layer_decay, ==, RT_LAYER_DECAY_AUTO);
  g_assert_cmpfloat (recipe->train.label_smoothing, ==, 0.0);
  g_assert_cmpint (recipe->train.views, ==, 4);
  g_assert_cmpfloat (recipe->distil.temperature, ==, 4.0);
  g_assert_cmpfloat (recipe->distil.alpha, ==, 0.7);
  g_assert_null (recipe->distil.teacher);
  g_assert_null (recipe->folder);
  assert_valid (recipe);
}

/* A new recipe can be run as it is, but that a distillation needs a teacher. */
static void
test_new (void)
{
  for (int method = RT_METHOD_SCRATCH; method <= RT_METHOD_DISTIL; method++)
    {
      g_autoptr (RtRecipe) recipe = rt_recipe_new (method);

      if (method == RT_METHOD_DISTIL)
        {
          g_autoptr (GError) error = NULL;

          g_assert_false (rt_recipe_validate (recipe, &error));
          g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
          g_assert_true (g_str_has_prefix (error->message, "distil.teacher is missing"));
          assert_set (recipe, "distil.teacher", "run:3@2");
        }
      assert_valid (recipe);
    }
}

static void
test_example (void)
{
  g_autoptr (RtRecipe) recipe = parse (EXAMPLE);

  g_assert_cmpstr (recipe->name, ==, "Digits from letters");
  g_assert_cmpint (recipe->threads, ==, 2);
  g_assert_cmpstr (recipe->task.style, ==, "hand");
  g_assert_cmpint (recipe->task.samples_per_class, ==, 20);
  g_assert_cmpstr (recipe->backbone.weights, ==, "builtin:resnet8-letters");
  g_assert_cmpuint (g_strv_length (recipe->backbone.frozen), ==, 2);
  g_assert_cmpstr (recipe->backbone.frozen[1], ==, "stage1");
  g_assert_cmpstr (recipe->distil.teacher, ==, "run:12");
  assert_valid (recipe);
}

/* Every field away from its default survives being written and read, and a copy is equal and
 * apart. */
static void
test_round_trip (void)
{
  static const char *const values[][2] = {
    { "name", "Größe \"1\"\n\\ 猫" }, { "seed", "9007199254740991" }, { "threads", "3" },
    { "task.style", "street" }, { "task.shift", "0.1" }, { "task.samples_per_class", "7" },
    { "task.validation", "0.333333333333333" }, { "task.test", "rest" },
    { "task.fit", "pad" }, { "task.corrections", "version:0123456789abcdef" },
    { "task.augment", "strong" },
    { "task.dataset", "builtin:glyphs/letters" }, { "backbone.network", "mlp" },
    { "backbone.hidden", "1200,800" }, { "backbone.input_size", "64" },
    { "backbone.weights", "run:3@17" }, { "backbone.frozen", "layer1, layer2" },
    { "train.epochs", "10000" }, { "train.batch_size", "1" }, { "train.optimizer", "sgd" },
    { "train.learning_rate", "3e-07" }, { "train.momentum", "0.95" }, { "train.nesterov", "true" },
    { "train.schedule", "cosine" }, { "train.warm_up", "0.5" }, { "train.weight_decay", "0" },
    { "train.layer_decay", "0.7" }, { "train.label_smoothing", "0.1" },
    { "train.class_weights", "true" }, { "train.head_first", "2" }, { "train.patience", "5" },
    { "train.views", "8" }, { "distil.teacher", "file:/there/teacher.pth" },
    { "distil.teacher_network", "resnet56" }, { "distil.temperature", "20" },
    { "distil.alpha", "1" }, { "distil.leave_out", "[\"3\", \"a, b\"]" },
  };
  g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_DISTIL);
  g_autoptr (RtRecipe) copy = NULL, again = NULL;
  g_autofree char *text = NULL, *second = NULL, *third = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *before = rt_recipe_to_json (recipe, FALSE);
      g_autofree char *after = NULL;

      assert_set (recipe, values[i][0], values[i][1]);
      after = rt_recipe_to_json (recipe, FALSE);
      g_assert_cmpstr (before, !=, after);
    }
  assert_valid (recipe);
  text = rt_recipe_to_json (recipe, FALSE);
  again = parse (text);
  second = rt_recipe_to_json (again, FALSE);
  g_assert_cmpstr (text, ==, second);
  g_assert_cmpuint (again->seed, ==, 9007199254740991u);
  g_assert_cmpfloat (again->train.learning_rate, ==, 3e-07);
  g_assert_cmpint (again->backbone.hidden[1], ==, 800);
  g_assert_cmpint (again->backbone.hidden[2], ==, 0);
  g_assert_cmpstr (again->distil.leave_out[1], ==, "a, b");
  g_assert_cmpstr (again->name, ==, "Größe \"1\"\n\\ 猫");

  copy = rt_recipe_copy (recipe);
  g_clear_pointer (&recipe, rt_recipe_free);
  third = rt_recipe_to_json (copy, FALSE);
  g_assert_cmpstr (text, ==, third);
}

static void
test_print (void)
{
  g_autoptr (RtRecipe) recipe = parse (MINIMAL);
  g_autofree char *text = rt_recipe_to_json (recipe, FALSE);

  g_assert_true (g_str_has_prefix (text, "{\n  \"retort\": 1,\n  \"name\": \"Untitled\",\n  "
                                         "\"method\": \"scratch\","));
  g_assert_nonnull (strstr (text, "\n    \"learning_rate\": 0.001,\n"));
  g_assert_nonnull (strstr (text, "\n    \"layer_decay\": \"auto\",\n"));
  g_assert_nonnull (strstr (text, "\n    \"style\": null,\n"));
  g_assert_null (strstr (text, "distil\""));
  g_assert_true (g_str_has_suffix (text, "\n  }\n}\n"));
}

static void
test_paths (void)
{
  static const struct { const char *spec, *absolute; } cases[] = {
    { "idx:mnist/train", "idx:/recipes/mnist/train" },
    { "idx:mnist/", "idx:/recipes/mnist/" },
    { "folder:../photos", "folder:/photos" },
    { "csv:./a.csv", "csv:/recipes/a.csv" },
    { "cifar:/data/b.bin", "cifar:/data/b.bin" },
    { "builtin:glyphs/digits", "builtin:glyphs/digits" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_SCRATCH);
      g_autoptr (RtRecipe) again = NULL;
      g_autofree char *text = NULL, *plain = NULL;

      g_free (recipe->task.dataset);
      recipe->task.dataset = g_strdup (cases[i].spec);
      recipe->folder = g_strdup ("/recipes");
      plain = rt_recipe_to_json (recipe, FALSE);
      g_assert_nonnull (strstr (plain, cases[i].spec));
      text = rt_recipe_to_json (recipe, TRUE);
      again = parse (text);
      g_assert_cmpstr (again->task.dataset, ==, cases[i].absolute);
    }
}

/* A recipe's "~/" is what a dataset's is. */
static void
test_home_path (void)
{
  g_autofree char *resolved = rt_recipe_resolve_spec ("folder:~/photos/", "/recipes");
  g_autofree char *expected = g_strdup_printf ("folder:%s/photos/", g_get_home_dir ());

  g_assert_cmpstr (resolved, ==, expected);
}

/* What is typed starts from where it is typed. */
static void
test_set_path (void)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_SCRATCH);
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *wanted = g_strdup_printf ("csv:%s/a.csv", here);

  recipe->folder = g_strdup ("/recipes");
  assert_set (recipe, "task.dataset", "csv:a.csv");
  g_assert_cmpstr (recipe->task.dataset, ==, wanted);
}

static void
test_set (void)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_DISTIL);

  assert_set (recipe, "distil.leave_out", "3,5");
  g_assert_cmpstr (recipe->distil.leave_out[1], ==, "5");
  assert_set (recipe, "distil.leave_out", "");
  g_assert_null (recipe->distil.leave_out);
  assert_set (recipe, "task.style", "photo");
  assert_set (recipe, "task.style", "");
  g_assert_null (recipe->task.style);
  assert_set (recipe, "backbone.frozen", "");
  g_assert_nonnull (recipe->backbone.frozen);
  assert_set (recipe, "train.epochs", "2e1");
  g_assert_cmpint (recipe->train.epochs, ==, 20);
  assert_set (recipe, "name", "12");
  g_assert_cmpstr (recipe->name, ==, "12");

  assert_not_set (recipe, "train.epochs", "-3", "train.epochs is -3; allowed: 1 to 10000");
  assert_not_set (recipe, "train.epochs", "",
                  "train.epochs is \"\"; allowed: a whole number, 1 to 10000");
  assert_not_set (recipe, "train.epochs", "3x",
                  "train.epochs is \"3x\"; allowed: a whole number, 1 to 10000");
  assert_not_set (recipe, "train.epochs", "null",
                  "train.epochs is null; allowed: a whole number, 1 to 10000");
  assert_not_set (recipe, "train.epoch", "3",
                  "train.epoch: no such key; did you mean train.epochs?");
  assert_not_set (recipe, "epochs", "3", "epochs: no such key; did you mean train.epochs?");
  assert_not_set (recipe, "trian.epochs", "3",
                  "trian.epochs: no such key; did you mean train.epochs?");
  assert_not_set (recipe, "distil", "3",
                  "distil: a section, not a key; its keys are: teacher, teacher_network, "
                  "temperature, alpha, leave_out");
  assert_not_set (recipe, "train.nesterov", "yes",
                  "train.nesterov is \"yes\"; allowed: true or false");
  assert_not_set (recipe, "name", "\xff", "name is not UTF-8 text");
  assert_not_set (recipe, "retort", "2", "retort is 2; allowed: 1");
  assert_set (recipe, "method", "scratch");
  assert_not_set (recipe, "distil.alpha", "0.5",
                  "distil.alpha is only for the method \"distil\"; set method=distil before it");
}

static void
test_length (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strconcat (MINIMAL, "rubbish", NULL);
  g_autofree char *marked = g_strconcat ("\xef\xbb\xbf", MINIMAL, NULL);
  g_autoptr (RtRecipe) part = rt_recipe_parse (text, (gssize) strlen (MINIMAL), "test.json",
                                               &error);
  g_autoptr (RtRecipe) with_mark = parse (marked);
  g_autofree char *large = g_strnfill (2 * 1024 * 1024, ' ');

  g_assert_no_error (error);
  g_assert_nonnull (part);
  g_assert_cmpint (with_mark->method, ==, RT_METHOD_SCRATCH);
  assert_refused (text, "test.json, line 1, column ");
  assert_refused (large, "longer than 1 MB");
}

static void
test_missing_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rt_recipe_read ("/nowhere/at/all.json", &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_MISSING);
  g_assert_nonnull (strstr (error->message, "/nowhere/at/all.json"));
  g_clear_error (&error);
  g_assert_null (rt_recipe_read ("/", &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_MISSING);
}

/* Values that no file can bring, but a program can. */
static void
test_validate (void)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_SCRATCH);
  g_autoptr (GError) error = NULL;

  recipe->train.learning_rate = NAN;
  recipe->train.optimizer = 17;
  recipe->seed = UINT64_MAX;
  g_clear_pointer (&recipe->task.dataset, g_free);
  g_clear_pointer (&recipe->backbone.network, g_free);
  g_assert_false (rt_recipe_validate (recipe, &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "train.learning_rate is nan; allowed: above 0, at most "
                                            "10"));
  g_assert_nonnull (strstr (error->message, "train.optimizer is 17; allowed: sgd, adam, adamw"));
  g_assert_nonnull (strstr (error->message, "seed is "));
  g_assert_nonnull (strstr (error->message, "task.dataset is null"));
  g_assert_nonnull (strstr (error->message, "backbone.network is null"));
}

/* Automatic rates are one for all, but where the lower blocks would unlearn what they know. */
static void
test_rates (void)
{
  static const struct { const char *network; const char *weights; int head_first; double lowest; }
  cases[] = {
    { "mobile", "run:1", 0, 1.0 }, { "mobile", "run:1", 2, 0.005 },
    { "efficientnet_lite0", "run:1", 0, 0.01 }, { "efficientnet_lite0", "run:1", 2, 0.005 },
    { "efficientnet_lite0", "random", 0, 1.0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtRecipe) recipe = parse (EXAMPLE);
      double head, decay;

      assert_set (recipe, "backbone.network", cases[i].network);
      assert_set (recipe, "backbone.weights", cases[i].weights);
      recipe->train.head_first = cases[i].head_first;
      recipe->train.learning_rate = 1.0;
      recipe->train.layer_decay = RT_LAYER_DECAY_AUTO;
      rt_recipe_get_rates (recipe, 19, &head, &decay);
      g_assert_cmpfloat_with_epsilon (head * pow (decay, 18), cases[i].lowest, 1e-9);
      recipe->train.layer_decay = 0.5;
      rt_recipe_get_rates (recipe, 19, &head, &decay);
      g_assert_cmpfloat (decay, ==, 0.5);
    }
}

static void
test_baseline_fine_tune (void)
{
  g_autoptr (RtRecipe) recipe = parse (EXAMPLE);
  g_autoptr (RtRecipe) twin = NULL;
  g_autofree char *difference = NULL, *expected = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;

  recipe->train.head_first = 3;
  recipe->train.layer_decay = 0.5;
  twin = rt_recipe_make_baseline (recipe, &difference, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (difference, ==, "the same network from scratch: random weights instead of "
                                   "builtin:resnet8-letters, "
                   "nothing frozen");
  assert_valid (twin);

  /* All else is equal. */
  recipe->method = RT_METHOD_SCRATCH;
  recipe->train.head_first = 0;
  recipe->train.layer_decay = 1.0;
  assert_set (recipe, "backbone.weights", "random");
  assert_set (recipe, "backbone.frozen", "");
  assert_set (recipe, "name", "Digits from letters, from scratch");
  expected = rt_recipe_to_json (recipe, FALSE);
  text = rt_recipe_to_json (twin, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_baseline_distil (void)
{
  g_autoptr (RtRecipe) recipe = rt_recipe_new (RT_METHOD_DISTIL);
  g_autoptr (RtRecipe) twin = NULL;
  g_autofree char *difference = NULL, *expected = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;

  assert_set (recipe, "distil.teacher", "run:2");
  assert_set (recipe, "distil.leave_out", "3");
  twin = rt_recipe_make_baseline (recipe, &difference, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (difference, ==, "the same student from labels only (distil.alpha 0 instead of "
                                   "0.7)");
  assert_set (recipe, "distil.alpha", "0");
  assert_set (recipe, "name", "Untitled, labels only");
  expected = rt_recipe_to_json (recipe, FALSE);
  text = rt_recipe_to_json (twin, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_baseline_none (void)
{
  for (int method = RT_METHOD_SCRATCH; method <= RT_METHOD_PRETRAIN; method++)
    {
      g_autoptr (RtRecipe) recipe = rt_recipe_new (method);
      g_autoptr (GError) error = NULL;

      g_assert_null (rt_recipe_make_baseline (recipe, NULL, &error));
      g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
    }
}

/* The first recipe error of a file, of reading or of checking. (transfer full) */
static GError *
find_error (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) recipe = rt_recipe_read (path, &error);

  if (recipe != NULL)
    g_assert_false (rt_recipe_validate (recipe, &error));
  g_assert_nonnull (error);
  return g_steal_pointer (&error);
}

/* tests/train/broken/expected.txt: "FILE: part of its message" a line. A file has as many
 * problems as lines there. */
static void
test_broken (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "train", "broken", NULL);
  g_autofree char *list = g_build_filename (folder, "expected.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_true (g_file_get_contents (list, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (int i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ": ", 2);
      g_autofree char *path = g_build_filename (folder, parts[0], NULL);
      g_autoptr (GError) error = find_error (path);
      int count;

      g_test_message ("%s", error->message);
      g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
      g_assert_nonnull (parts[1]);
      if (strstr (error->message, parts[1]) == NULL)
        g_error ("%s: “%s” is not in “%s”", parts[0], parts[1], error->message);
      count = GPOINTER_TO_INT (g_hash_table_lookup (counts, parts[0]));
      g_hash_table_insert (counts, g_strdup (parts[0]), GINT_TO_POINTER (count + 1));
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        g_autoptr (GError) error = find_error (path);
        g_auto (GStrv) problems = g_strsplit (error->message, "\n", -1);

        if (GPOINTER_TO_INT (g_hash_table_lookup (counts, name)) != (int) g_strv_length (problems))
          g_error ("%s: problems that expected.txt does not know: %s", name, error->message);
      }
}

/* Whatever key would be written is in the file. */
static void
assert_says_all (const char     *path,
                 const RtRecipe *recipe)
{
  g_autofree char *written = rt_recipe_to_json (recipe, FALSE);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = g_strsplit (written, "\n", -1);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (int i = 0; lines[i] != NULL; i++)
    {
      char *colon = strchr (lines[i], ':');

      if (colon == NULL)
        continue;
      *colon = '\0';
      if (strstr (text, g_strstrip (lines[i])) == NULL)
        g_error ("%s does not say %s", path, lines[i]);
    }
}

/* Every recipe that the program brings with it is right, and says every field. */
static void
test_kept (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("RETORT_DATADIR"), "recipes", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        g_autoptr (GError) error = NULL;
        g_autoptr (RtRecipe) recipe = rt_recipe_read (path, &error);

        g_assert_no_error (error);
        g_assert_cmpstr (recipe->folder, ==, folder);
        assert_valid (recipe);
        assert_says_all (path, recipe);
        n++;
      }
  g_assert_cmpint (n, >=, 7);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/defaults", test_defaults);
  g_test_add_func ("/recipe/new", test_new);
  g_test_add_func ("/recipe/example", test_example);
  g_test_add_func ("/recipe/round-trip", test_round_trip);
  g_test_add_func ("/recipe/print", test_print);
  g_test_add_func ("/recipe/paths", test_paths);
  g_test_add_func ("/recipe/set", test_set);
  g_test_add_func ("/recipe/home-path", test_home_path);
  g_test_add_func ("/recipe/set-path", test_set_path);
  g_test_add_func ("/recipe/length", test_length);
  g_test_add_func ("/recipe/missing-file", test_missing_file);
  g_test_add_func ("/recipe/validate", test_validate);
  g_test_add_func ("/recipe/rates", test_rates);
  g_test_add_func ("/recipe/baseline/fine-tune", test_baseline_fine_tune);
  g_test_add_func ("/recipe/baseline/distil", test_baseline_distil);
  g_test_add_func ("/recipe/baseline/none", test_baseline_none);
  g_test_add_func ("/recipe/broken", test_broken);
  g_test_add_func ("/recipe/kept", test_kept);
  return g_test_run ();
}
