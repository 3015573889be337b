/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that begin from a run, or are taught by one, that was trained on what they are judged by. */
#include "config.h"

#include "rt-job.h"
#include "rt-split-file.h"

#include "format-files.h"
#include "rt-formats.h"
#include "rt-recipe-task.h"

#include <glib/gstdio.h>
#include <string.h>

static const char recipe_text[] =
  "{ \"retort\": 1, \"name\": \"Shades\", \"method\": \"scratch\", \"seed\": 3, \"threads\": 1,"
  "  \"task\": { \"dataset\": \"builtin:glyphs/digits\", \"validation\": 0.3, \"test\": 0.25,"
  "              \"augment\": \"none\" },"
  "  \"backbone\": { \"network\": \"mlp\", \"hidden\": [8], \"weights\": \"random\" },"
  "  \"train\": { \"epochs\": 1, \"batch_size\": 8, \"optimizer\": \"adamw\","
  "               \"learning_rate\": 0.003 } }";

typedef struct
{
  char    *folder;
  RtStore *store;
  GString *notes;     /* of the run that was trained last */
} Fixture;

static void
set_up (Fixture    *f,
        const void *data)
{
  g_autofree char *home = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = format_make_folder ();
  home = g_build_filename (f->folder, "home", NULL);
  f->store = rt_store_open (home, &error);
  g_assert_no_error (error);
  f->notes = g_string_new (NULL);
  format_put_photos (f->folder, "photos", 0, 20);
}

static void
tear_down (Fixture    *f,
           const void *data)
{
  g_string_free (f->notes, TRUE);
  rt_store_close (f->store);
  format_remove (f->folder);
  g_free (f->folder);
}

static RtRecipe *
make_recipe (Fixture *f,
             int      from,     /* the run that it begins from; 0: none */
             uint64_t seed)
{
  g_autoptr (GError) error = NULL;
  RtRecipe *recipe = rt_recipe_parse (recipe_text, -1, "test", &error);

  g_assert_no_error (error);
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup_printf ("folder:%s/photos", f->folder);
  recipe->seed = seed;
  if (from == 0)
    return recipe;
  recipe->method = RT_METHOD_FINE_TUNE;
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup_printf ("run:%d", from);
  return recipe;
}

static void
event_cb (const RtEvent *event,
          void          *data)
{
  Fixture *f = data;

  if (event->kind == RT_EVENT_NOTE)
    g_string_append_printf (f->notes, "%s\n", event->text);
}

static int
train_recipe (Fixture        *f,
              const RtRecipe *recipe)
{
  g_autoptr (GError) error = NULL;
  int id = rt_store_add_run (f->store, recipe, NULL, &error);

  g_assert_no_error (error);
  g_string_truncate (f->notes, 0);
  g_assert_cmpint (rt_job_run (f->store, id, NULL, event_cb, f, &error), ==, RT_TRAINER_FINISHED);
  g_assert_no_error (error);
  return id;
}

static int
train (Fixture  *f,
       int       from,
       uint64_t  seed)
{
  g_autoptr (RtRecipe) recipe = make_recipe (f, from, seed);

  return train_recipe (f, recipe);
}

static RtTask *
open_task (Fixture  *f,
           uint64_t  seed)
{
  g_autoptr (RtRecipe) recipe = make_recipe (f, 0, seed);
  RtDatasetOptions dataset = rt_recipe_get_dataset_options (recipe);
  RtTaskOptions options = rt_recipe_get_task_options (recipe);
  g_autoptr (RtDataset) photos = rt_dataset_open (recipe->task.dataset, &dataset, NULL, NULL);

  return rt_task_new (photos, &options, NULL);
}

static size_t
count_common (const size_t *a,
              size_t        n_a,
              const size_t *b,
              size_t        n_b)
{
  size_t n = 0;

  for (size_t i = 0; i < n_a; i++)
    for (size_t k = 0; k < n_b; k++)
      n += a[i] == b[k];
  return n;
}

/* "7 of the 12 validation samples and 4 of the 10 test samples", those that seed @then trains on of
 * what seed @now is judged by. */
static char *
describe_common (Fixture  *f,
                 uint64_t  then,
                 uint64_t  now)
{
  g_autoptr (RtTask) a = open_task (f, then);
  g_autoptr (RtTask) b = open_task (f, now);
  size_t n_validation = count_common (a->train, a->n_train, b->validation, b->n_validation);
  size_t n_test = count_common (a->train, a->n_train, b->test, b->n_test);

  g_assert_cmpuint (n_validation, >, 0);
  g_assert_cmpuint (n_test, >, 0);
  return g_strdup_printf ("trained on %zu of the %zu validation samples and %zu of the %zu test "
                          "samples:", n_validation, b->n_validation, n_test, b->n_test);
}

static void
assert_kept (Fixture    *f,
             int         id,
             const char *seen)
{
  g_autoptr (RtRun) run = rt_store_get_run (f->store, id, NULL);

  if (seen == NULL)
    g_assert_null (run->seen);
  else
    g_assert_nonnull (strstr (run->seen, seen));
}

static void
test_seed (Fixture    *f,
           const void *data)
{
  g_autofree char *common = describe_common (f, 3, 4);
  int first = train (f, 0, 3), next;

  g_assert_cmpstr (f->notes->str, ==, "");
  next = train (f, first, 3);
  g_assert_cmpstr (f->notes->str, ==, "");
  assert_kept (f, next, NULL);

  next = train (f, first, 4);
  g_assert_true (g_str_has_prefix (f->notes->str, "run:1 was trained on "));
  g_assert_nonnull (strstr (f->notes->str, common));
  g_assert_nonnull (strstr (f->notes->str, "use its split (seed 3), or other samples\n"));
  assert_kept (f, next, common);
}

/* The seed is the same, but more of each class is validated on. */
static void
test_shares (Fixture    *f,
             const void *data)
{
  int first = train (f, 0, 3);
  g_autoptr (RtRecipe) recipe = make_recipe (f, first, 3);

  recipe->task.validation = 0.5;
  recipe->task.test = 0.2;
  train_recipe (f, recipe);
  g_assert_true (g_str_has_prefix (f->notes->str, "run:1 was trained on "));
  g_assert_nonnull (strstr (f->notes->str, "(task.validation 0.3, task.test 0.25)"));
}

static void
test_teacher (Fixture    *f,
              const void *data)
{
  g_autofree char *common = describe_common (f, 3, 4);
  int teacher = train (f, 0, 3);
  g_autoptr (RtRecipe) recipe = make_recipe (f, 0, 3);

  recipe->method = RT_METHOD_DISTIL;
  recipe->distil.teacher = g_strdup_printf ("run:%d", teacher);
  train_recipe (f, recipe);
  g_assert_null (strstr (f->notes->str, "trained on"));

  recipe->seed = 4;
  train_recipe (f, recipe);
  g_assert_true (g_str_has_prefix (f->notes->str, "run:1, the teacher, was trained on "));
  g_assert_nonnull (strstr (f->notes->str, common));
  g_assert_nonnull (strstr (f->notes->str, "of the validation set right, but was trained on "));
}

/* Run 2 says it of run 1; of run 3, which is judged by run 2's split, neither does, but run 1 was
 * trained on some of it all the same, as long as anybody knows. */
static void
test_chain (Fixture    *f,
            const void *data)
{
  g_autofree char *common = describe_common (f, 3, 4);
  g_autoptr (GError) error = NULL;
  int first = train (f, 0, 3), second = train (f, first, 4);
  g_autoptr (RtRecipe) circle = make_recipe (f, second, 3);

  train (f, second, 4);
  g_assert_true (g_str_has_prefix (f->notes->str, "run:2 and the runs it comes from were "));
  g_assert_nonnull (strstr (f->notes->str, common));
  g_assert_nonnull (strstr (f->notes->str, "only other samples would tell\n"));

  g_assert_true (rt_store_set_recipe (f->store, first, circle, &error));
  train (f, second, 4);
  g_assert_nonnull (strstr (f->notes->str, common));

  g_assert_true (rt_store_delete_run (f->store, first, &error));
  train (f, second, 4);
  g_assert_cmpstr (f->notes->str, ==, "");
}

static void
test_unknown (Fixture    *f,
              const void *data)
{
  g_autoptr (RtTensorList) nothing = rt_tensor_list_new ();
  int first = train (f, 0, 3);
  g_autofree char *path = rt_store_get_path (f->store, first, RT_SPLIT_FILE);

  rt_tensor_list_add (nothing, "parts", &RT_SHAPE_1 (40));
  g_assert_true (rt_safetensors_write (nothing, path, NULL));
  train (f, first, 4);
  g_assert_cmpstr (f->notes->str, ==, "");
  g_assert_cmpint (g_remove (path), ==, 0);
  train (f, first, 4);
  g_assert_cmpstr (f->notes->str, ==, "");
}

/* Pictures of another folder are others, whatever they are called. */
static void
test_other_folder (Fixture    *f,
                   const void *data)
{
  int first = train (f, 0, 3);
  g_autoptr (RtRecipe) recipe = make_recipe (f, first, 4);

  format_put_photos (f->folder, "more", 0, 20);
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup_printf ("folder:%s/more", f->folder);
  train_recipe (f, recipe);
  g_assert_cmpstr (f->notes->str, ==, "");
}

static RtImage *
draw_first (const RtRecipe *recipe)
{
  RtDatasetOptions options = rt_recipe_get_dataset_options (recipe);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtDataset) dataset = rt_dataset_open (recipe->task.dataset, &options, NULL, &error);
  RtImage *image = dataset != NULL ? rt_dataset_read_image (dataset, 0, &error) : NULL;

  g_assert_no_error (error);
  return image;
}

/* One drawn otherwise is another picture: the pictures themselves say whether it is. */
static void
test_drawn (Fixture    *f,
            const void *data)
{
  static const struct { const char *style; double shift; gboolean same; } others[] = {
    { NULL, 0.0, TRUE }, { "print", 0.0, TRUE }, { "hand", 0.0, TRUE }, { "street", 0.0, TRUE },
    { NULL, 0.5, TRUE }, { "print", 0.5, TRUE }, { "hand", 0.5, FALSE }, { "street", 1.0, FALSE },
  };
  g_autoptr (RtRecipe) recipe = rt_recipe_parse (recipe_text, -1, "test", NULL);
  g_autoptr (RtRecipe) other = rt_recipe_copy (recipe);
  g_autoptr (RtImage) drawn = NULL;
  size_t size;

  recipe->task.shift = 0.0;
  drawn = draw_first (recipe);
  size = (size_t) drawn->width * drawn->height * drawn->channels;
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (RtImage) image = NULL;

      g_free (other->task.style);
      other->task.style = g_strdup (others[i].style);
      other->task.shift = others[i].shift;
      image = draw_first (other);
      g_assert_true (rt_recipe_has_same_dataset (recipe, other) == others[i].same);
      g_assert_true (rt_recipe_has_same_dataset (other, recipe) == others[i].same);
      g_assert_true ((memcmp (image->pixels, drawn->pixels, size) == 0) == others[i].same);
    }
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *path; void (*run) (Fixture *f, const void *data); } tests[] = {
    { "/seen/seed", test_seed },
    { "/seen/shares", test_shares },
    { "/seen/teacher", test_teacher },
    { "/seen/chain", test_chain },
    { "/seen/unknown", test_unknown },
    { "/seen/other-folder", test_other_folder },
    { "/seen/drawn", test_drawn },
  };

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
