/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that is interrupted, and a folder that is not what it was when the run is taken up. */
#include "config.h"

#include "rt-job.h"
#include "rt-split-file.h"

#include "format-files.h"
#include "rt-formats.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_EPOCHS 6

static const char recipe_text[] =
  "{ \"retort\": 1, \"name\": \"Shades\", \"method\": \"scratch\", \"seed\": 3, \"threads\": 1,"
  "  \"task\": { \"dataset\": \"builtin:glyphs/digits\", \"validation\": 0.3,"
  "              \"augment\": \"none\" },"
  "  \"backbone\": { \"network\": \"mlp\", \"hidden\": [8], \"weights\": \"random\" },"
  "  \"train\": { \"epochs\": 6, \"batch_size\": 8, \"optimizer\": \"adamw\","
  "               \"learning_rate\": 0.003 } }";

typedef struct
{
  char    *folder;
  const char *dataset;        /* kind and name: "folder:photos" */
  RtStore *store;
  GString *notes;
  int      n_epochs;          /* seen */
  int      interrupt_after;   /* epochs; 0: never */
  RtControl *control;         /* Borrowed */
} Fixture;

static void
set_up (Fixture    *f,
        const void *data)
{
  g_autofree char *home = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = format_make_folder ();
  f->dataset = "folder:photos";
  home = g_build_filename (f->folder, "home", NULL);
  f->store = rt_store_open (home, &error);
  g_assert_no_error (error);
  f->notes = g_string_new (NULL);
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
make_recipe (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  RtRecipe *recipe = rt_recipe_parse (recipe_text, -1, "test", &error);
  const char *name = strchr (f->dataset, ':') + 1;

  g_assert_no_error (error);
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup_printf ("%.*s%s/%s", (int) (name - f->dataset), f->dataset,
                                          f->folder, name);
  return recipe;
}

static int
add_run (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRecipe) recipe = make_recipe (f);
  int id = rt_store_add_run (f->store, recipe, NULL, &error);

  g_assert_no_error (error);
  return id;
}

static void
event_cb (const RtEvent *event,
          void          *data)
{
  Fixture *f = data;

  if (event->kind == RT_EVENT_NOTE)
    g_string_append_printf (f->notes, "%s\n", event->text);
  if (event->kind == RT_EVENT_EPOCH && ++f->n_epochs == f->interrupt_after)
    rt_control_interrupt (f->control);
}

static RtTrainerEnd
train (Fixture  *f,
       int       id,
       int       interrupt_after,
       GError  **error)
{
  g_autoptr (RtControl) control = rt_control_new ();

  f->control = control;
  f->n_epochs = 0;
  f->interrupt_after = interrupt_after;
  g_string_truncate (f->notes, 0);
  return rt_job_run (f->store, id, control, event_cb, f, error);
}

/* A run of which two epochs are done. */
static int
interrupt (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  int id = add_run (f);

  g_assert_cmpint (train (f, id, 2, &error), ==, RT_TRAINER_INTERRUPTED);
  g_assert_no_error (error);
  return id;
}

static void
take_up (Fixture *f,
         int      id)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (train (f, id, 0, &error), ==, RT_TRAINER_FINISHED);
  g_assert_no_error (error);
  g_assert_cmpint (f->n_epochs, ==, N_EPOCHS - 2);
}

static void
assert_refused (Fixture    *f,
                int         id,
                const char *numbers,
                RtRunState  state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtRun) run = NULL;
  g_autoptr (GArray) epochs = NULL;
  RtResolver resolver;
  g_autoptr (RtBackbone) best = NULL;

  g_assert_cmpint (train (f, id, 0, &error), ==, RT_TRAINER_FAILED);
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_SPLIT);
  g_assert_nonnull (strstr (error->message, numbers));
  g_assert_nonnull (strstr (error->message, "ut the files back"));
  g_assert_nonnull (strstr (error->message, "best epoch"));
  g_clear_error (&error);
  g_assert_cmpint (f->n_epochs, ==, 0);

  run = rt_store_get_run (f->store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (run->state, ==, state);
  g_assert_cmpint (run->epoch, ==, 2);
  epochs = rt_store_get_epochs (f->store, id, &error);
  g_assert_cmpuint (epochs->len, ==, 2);
  rt_store_get_resolver (f->store, &resolver);
  best = resolver.resolve_run (id, 0, resolver.data, &error);
  g_assert_no_error (error);
}

static void
assert_same_losses (Fixture *f,
                    int      a,
                    int      b)
{
  g_autoptr (GArray) x = rt_store_get_epochs (f->store, a, NULL);
  g_autoptr (GArray) y = rt_store_get_epochs (f->store, b, NULL);

  g_assert_cmpuint (x->len, ==, N_EPOCHS);
  g_assert_cmpuint (y->len, ==, N_EPOCHS);
  for (guint i = 0; i < N_EPOCHS; i++)
    g_assert_cmpfloat (g_array_index (x, RtEpochMetrics, i).validation_loss, ==,
                       g_array_index (y, RtEpochMetrics, i).validation_loss);
}

/* Pictures are added to a class, and all of it is dealt out anew: the run stays as it was, and goes
 * on as if nothing had been when they are gone again. */
static void
test_added (Fixture    *f,
            const void *data)
{
  g_autoptr (GError) error = NULL;
  int whole, id;

  format_put_photos (f->folder, "photos", 0, 20);
  whole = add_run (f);
  g_assert_cmpint (train (f, whole, 0, &error), ==, RT_TRAINER_FINISHED);
  g_assert_no_error (error);
  id = interrupt (f);
  for (int i = 0; i < 9; i++)
    {
      g_autofree char *name = g_strdup_printf ("photos/dark/more-%d.png", i);

      format_put_picture (f->folder, name, 60 + i);
    }
  assert_refused (f, id, "28 training, 12 validation samples then; 34, 15 now",
                  RT_RUN_INTERRUPTED);
  assert_refused (f, id, "in another part, 9 new)", RT_RUN_INTERRUPTED);

  for (int i = 0; i < 9; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/photos/dark/more-%d.png", f->folder, i);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  take_up (f, id);
  g_assert_cmpstr (f->notes->str, ==, "");
  assert_same_losses (f, whole, id);
}

/* What a run failed of is what it has failed of afterwards too. */
static void
test_failed (Fixture    *f,
             const void *data)
{
  g_autoptr (RtRun) run = NULL;
  int id;

  format_put_photos (f->folder, "photos", 0, 20);
  id = interrupt (f);
  g_assert_true (rt_store_set_state (f->store, id, RT_RUN_FAILED, "the disk is full", NULL));
  format_put_photos (f->folder, "photos", 20, 5);
  assert_refused (f, id, "10 new", RT_RUN_FAILED);
  run = rt_store_get_run (f->store, id, NULL);
  g_assert_cmpstr (run->message, ==, "the disk is full");
}

/* None of those it was trained on is known any more, so nobody can tell what is new. */
static void
test_renamed (Fixture    *f,
              const void *data)
{
  static const char *const classes[] = { "dark", "light" };
  int id;

  format_put_photos (f->folder, "photos", 0, 20);
  id = interrupt (f);
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 20; i++)
      {
        g_autofree char *was = g_strdup_printf ("%s/photos/%s/%d.png", f->folder, classes[k], i);
        g_autofree char *is = g_strdup_printf ("%s/photos/%s/of-%d.png", f->folder, classes[k], i);

        g_assert_cmpint (g_rename (was, is), ==, 0);
      }
  assert_refused (f, id, "40 new, 40 gone", RT_RUN_INTERRUPTED);
}

/* A folder with parts of its own: what comes and goes moves nothing else, and is said. What was
 * trained on once is known for good. */
static void
test_own_parts (Fixture    *f,
                const void *data)
{
  g_autoptr (RtTensorList) split = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL, *gone = NULL;
  int id;

  format_put_photos (f->folder, "photos/train", 0, 10);
  format_put_photos (f->folder, "photos/val", 0, 4);
  id = interrupt (f);
  format_put_photos (f->folder, "photos/train", 10, 3);
  gone = g_build_filename (f->folder, "photos", "train", "dark", "0.png", NULL);
  g_assert_cmpint (g_remove (gone), ==, 0);
  take_up (f, id);
  g_assert_nonnull (strstr (f->notes->str, "20 training, 8 validation samples then; 25, 8 now: "
                            "6 new, 1 gone"));

  path = rt_store_get_path (f->store, id, RT_SPLIT_FILE);
  split = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rt_shape_count (&rt_tensor_list_find (split, "parts")->shape), ==, 20 + 6 + 8);
}

/* Pictures of 4 x 4 of one shade each, by turns dark and light. */
static void
put_table (Fixture *f,
           int      n_rows)
{
  g_autoptr (GString) table = g_string_new (NULL);

  for (int i = 0; i < n_rows; i++)
    {
      g_string_append (table, i % 2 == 0 ? "dark" : "light");
      for (int pixel = 0; pixel < 16; pixel++)
        g_string_append_printf (table, ",%d", i % 2 * 120 + i);
      g_string_append_c (table, '\n');
    }
  format_write (f->folder, "table.csv", table->str, table->len);
}

/* The samples of one file have no names: they are known by their place among so many. */
static void
test_table (Fixture    *f,
            const void *data)
{
  int id;

  f->dataset = "csv:table.csv";
  put_table (f, 40);
  id = interrupt (f);
  put_table (f, 44);
  assert_refused (f, id, "44 new, 40 gone", RT_RUN_INTERRUPTED);
  put_table (f, 40);
  take_up (f, id);
  g_assert_cmpstr (f->notes->str, ==, "");
}

/* A run of before splits were kept. */
static void
test_unknown (Fixture    *f,
              const void *data)
{
  g_autofree char *path = NULL;
  int id;

  format_put_photos (f->folder, "photos", 0, 20);
  id = interrupt (f);
  path = rt_store_get_path (f->store, id, RT_SPLIT_FILE);
  g_assert_cmpint (g_remove (path), ==, 0);
  format_put_photos (f->folder, "photos", 20, 5);
  take_up (f, id);
  g_assert_cmpstr (f->notes->str, ==, "");
}

static void
test_damaged (Fixture    *f,
              const void *data)
{
  g_autoptr (RtTensorList) nothing = rt_tensor_list_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int id;

  format_put_photos (f->folder, "photos", 0, 20);
  id = interrupt (f);
  path = rt_store_get_path (f->store, id, RT_SPLIT_FILE);
  rt_tensor_list_add (nothing, "parts", &RT_SHAPE_1 (40));
  g_assert_true (rt_safetensors_write (nothing, path, NULL));
  g_assert_cmpint (train (f, id, 0, &error), ==, RT_TRAINER_FAILED);
  g_assert_nonnull (strstr (error->message, RT_SPLIT_FILE));
  g_assert_cmpint (g_remove (path), ==, 0);
  take_up (f, id);
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *path; void (*run) (Fixture *f, const void *data); } tests[] = {
    { "/split/added", test_added },
    { "/split/failed", test_failed },
    { "/split/renamed", test_renamed },
    { "/split/own-parts", test_own_parts },
    { "/split/table", test_table },
    { "/split/unknown", test_unknown },
    { "/split/damaged", test_damaged },
  };

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
