/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of the task: as they lie in it, as the network gets them, as it is trained on them. */
#include "config.h"

#include "rt-formats.h"
#include "rt-recipe-task.h"
#include "session-test.h"

#include <string.h>

#define WIDE   56
#define HEIGHT 28

static void
samples_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr (GError) error = NULL;

  *(GPtrArray **) data = rt_session_load_samples_finish (RT_SESSION (object), result, &error);
  g_assert_no_error (error);
}

static gboolean
is_there (void *data)
{
  return *(GPtrArray **) data != NULL;
}

/* (transfer full) */
static GPtrArray *
load (SessionTest   *test,
      RtSessionLook  look)
{
  GPtrArray *samples = NULL;

  rt_session_load_samples_async (test->session, 30, look, NULL, samples_cb, &samples);
  session_test_wait (is_there, &samples);
  return samples;
}

static const RtSessionSample *
get (GPtrArray *samples,
     guint      i)
{
  return g_ptr_array_index (samples, i);
}

static gboolean
is_same (const RtImage *a,
         const RtImage *b)
{
  return a->width == b->width && a->height == b->height && a->channels == b->channels
         && memcmp (a->pixels, b->pixels, (size_t) a->width * a->height * a->channels) == 0;
}

static void
test_stored (SessionTest   *test,
             gconstpointer  data)
{
  g_autoptr (GPtrArray) samples = load (test, RT_SESSION_LOOK_STORED);

  g_assert_cmpuint (samples->len, ==, 30);
  for (guint i = 0; i < samples->len; i++)
    {
      g_autofree char *expected = g_strdup_printf ("%u", i % 10);

      g_assert_cmpstr (get (samples, i)->class_name, ==, expected);
      g_assert_cmpint (get (samples, i)->n_views, ==, 1);
      for (guint j = 0; j < i; j++)   /* none twice */
        g_assert_false (is_same (get (samples, i)->views[0], get (samples, j)->views[0]));
    }
}

/* What the run's own training would be given of sample @index. (transfer full) */
static RtImage *
make_view (SessionTest *test,
           RtTask      *split,
           size_t       index,
           int          view)
{
  const RtRecipe *recipe = test->session->recipe;
  g_autoptr (RtImage) image = rt_dataset_read_image (split->dataset, index, NULL);
  g_autoptr (RtImage) fitted = NULL;
  RtAugment augment = rt_recipe_get_augment (recipe, split->dataset);
  RtInputFormat format;
  RtRng rng;

  rt_recipe_get_input_format (recipe, NULL, split->dataset, &format);
  fitted = rt_input_format_fit (&format, image);
  rt_augment_init_rng (&rng, recipe->seed, index, view);
  return rt_augment_draw (fitted, &augment, &rng, format.width, format.height, format.mean);
}

static void
test_augmented (SessionTest   *test,
                gconstpointer  data)
{
  RtRecipe *recipe = test->session->recipe;
  g_autoptr (GPtrArray) none = load (test, RT_SESSION_LOOK_AUGMENTED);
  g_autoptr (GPtrArray) fitted = NULL;
  g_autoptr (GPtrArray) augmented = NULL;
  g_autoptr (GPtrArray) other = NULL;
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (RtTask) split = NULL;
  RtDatasetOptions options;
  RtTaskOptions task_options;
  size_t first = 0;

  g_object_set (test->session, "augment", "strong", NULL);
  recipe = test->session->recipe;
  fitted = load (test, RT_SESSION_LOOK_FITTED);
  augmented = load (test, RT_SESSION_LOOK_AUGMENTED);
  g_assert_cmpuint (augmented->len, ==, 30);
  for (guint i = 0; i < augmented->len; i++)
    {
      const RtSessionSample *sample = get (augmented, i);

      g_assert_cmpstr (sample->class_name, ==, get (none, i)->class_name);
      g_assert_cmpint (get (none, i)->n_views, ==, 1);
      g_assert_true (is_same (get (none, i)->views[0], get (fitted, i)->views[0]));
      g_assert_cmpint (sample->n_views, ==, RT_SESSION_VIEWS);
      for (int k = 0; k < sample->n_views; k++)
        {
          g_assert_false (is_same (sample->views[k], get (fitted, i)->views[0]));
          g_assert_false (is_same (sample->views[k], sample->views[(k + 1) % sample->n_views]));
        }
    }

  /* They are those of the run. */
  options = rt_recipe_get_dataset_options (recipe);
  task_options = rt_recipe_get_task_options (recipe);
  dataset = rt_dataset_open (recipe->task.dataset, &options, NULL, NULL);
  split = rt_task_new (dataset, &task_options, NULL);
  while (dataset->labels[split->train[first]] != 0)
    first++;
  for (int k = 0; k < RT_SESSION_VIEWS; k++)
    {
      g_autoptr (RtImage) expected = make_view (test, split, split->train[first], k);

      g_assert_true (is_same (get (augmented, 0)->views[k], expected));
    }

  g_object_set (test->session, "seed", 77, "samples-per-class", 0, NULL);
  other = load (test, RT_SESSION_LOOK_AUGMENTED);
  g_assert_false (is_same (get (augmented, 0)->views[0], get (other, 0)->views[0]));
}

/* Fewer where training goes through fewer. */
static void
test_few_views (SessionTest   *test,
                gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (test->session);
  g_autoptr (GPtrArray) samples = NULL;

  g_free (recipe->task.augment);
  recipe->task.augment = g_strdup ("light");
  recipe->train.views = 2;
  rt_session_set_recipe (test->session, recipe);
  samples = load (test, RT_SESSION_LOOK_AUGMENTED);
  g_assert_cmpint (get (samples, 0)->n_views, ==, 2);
}

/* Dark in the middle, light at both ends. */
static void
put_wide (const char *home,
          const char *class_name,
          int         number)
{
  g_autofree char *path = g_strdup_printf ("%s/wide/%s/%d.png", home, class_name, number);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (RtImage) image = rt_image_new (WIDE, HEIGHT, 3);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  for (int i = 0; i < WIDE * HEIGHT; i++)
    memset (image->pixels + 3 * i, i % WIDE >= 14 && i % WIDE < 42 ? 10 : 250, 3);
  rt_png_write (image, path, &error);
  g_assert_no_error (error);
}

/* In the first of the samples, which is square. */
static int
see (SessionTest *test,
     int          fit,
     int          x,
     int          y)
{
  g_autoptr (GPtrArray) samples = NULL;
  const RtImage *image;

  g_object_set (test->session, "fit", fit, NULL);
  samples = load (test, RT_SESSION_LOOK_FITTED);
  image = get (samples, 0)->views[0];
  g_assert_cmpint (image->width, ==, 28);
  g_assert_cmpint (image->height, ==, 28);
  return image->pixels[(y * 28 + x) * image->channels];
}

static void
test_fit (SessionTest   *test,
          gconstpointer  data)
{
  g_autofree char *spec = g_strconcat ("folder:", test->home, "/wide", NULL);
  g_autoptr (GPtrArray) stored = NULL;
  g_autoptr (GPtrArray) larger = NULL;
  g_autoptr (RtRecipe) recipe = NULL;

  for (int i = 0; i < 5; i++)
    {
      put_wide (test->home, "one", i);
      put_wide (test->home, "two", i);
    }
  g_object_set (test->session, "dataset", spec, "samples-per-class", 0, NULL);
  stored = load (test, RT_SESSION_LOOK_STORED);
  g_assert_cmpint (get (stored, 0)->views[0]->width, ==, WIDE);
  g_assert_cmpint (see (test, RT_PICTURE_FIT_SQUASH, 2, 14), >, 200);
  g_assert_cmpint (see (test, RT_PICTURE_FIT_CROP, 2, 14), <, 50);
  g_assert_cmpint (see (test, RT_PICTURE_FIT_PAD, 2, 2), ==, 128);   /* a bar */
  g_assert_cmpint (see (test, RT_PICTURE_FIT_PAD, 14, 14), <, 50);

  recipe = rt_session_dup_recipe (test->session);
  recipe->backbone.input_size = 40;
  rt_session_set_recipe (test->session, recipe);
  larger = load (test, RT_SESSION_LOOK_FITTED);
  g_assert_cmpint (get (larger, 0)->views[0]->width, ==, 40);
}

/* Weights that are not there are another matter: the pictures are. */
static void
test_no_weights (SessionTest   *test,
                 gconstpointer  data)
{
  g_autoptr (GPtrArray) samples = NULL;

  g_object_set (test->session, "method", RT_METHOD_FINE_TUNE, "backbone", "run:99", NULL);
  samples = load (test, RT_SESSION_LOOK_AUGMENTED);
  g_assert_cmpuint (samples->len, ==, 30);
}

static void
failed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_assert_null (rt_session_load_samples_finish (RT_SESSION (object), result, data));
}

static gboolean
has_error (void *data)
{
  return *(GError **) data != NULL;
}

/* They still say how large they are, which is all that is read when the folder is opened. */
static void
damage (SessionTest *test,
        const char  *class_name)
{
  for (int i = 0; i < 5; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/photos/%s/%d.png", test->home, class_name, i);
      g_autofree char *bytes = NULL;
      g_autoptr (GError) error = NULL;
      size_t n;

      g_assert_true (g_file_get_contents (path, &bytes, &n, &error));
      bytes[n - 20] ^= 0x55;   /* in the pixels: the last chunk has 12 bytes, their check 4 */
      g_assert_true (g_file_set_contents (path, bytes, (gssize) n, &error));
      g_assert_no_error (error);
    }
}

/* Those that can be read are shown; where none can, it is said why. */
static void
test_damaged (SessionTest   *test,
              gconstpointer  data)
{
  g_autofree char *spec = g_strconcat ("folder:", test->home, "/photos", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) samples = NULL;

  session_test_put_photos (test->home, 5);
  damage (test, "dark");
  g_object_set (test->session, "dataset", spec, "samples-per-class", 0, NULL);
  samples = load (test, RT_SESSION_LOOK_STORED);
  g_assert_cmpuint (samples->len, ==, 4);
  for (guint i = 0; i < samples->len; i++)
    g_assert_cmpstr (get (samples, i)->class_name, ==, "light");

  damage (test, "light");
  rt_session_load_samples_async (test->session, 30, RT_SESSION_LOOK_AUGMENTED, NULL, failed_cb,
                                 &error);
  session_test_wait (has_error, &error);
  g_assert_nonnull (strstr (error->message, ".png"));
}

/* A task that is no longer chosen is not read to its end. */
static void
test_cancelled (SessionTest   *test,
                gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  rt_session_load_samples_async (test->session, 30, RT_SESSION_LOOK_AUGMENTED, cancellable,
                                 failed_cb, &error);
  g_cancellable_cancel (cancellable);
  session_test_wait (has_error, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_test_add ("/session-samples/stored", "mlp", test_stored);
  session_test_add ("/session-samples/augmented", "mlp", test_augmented);
  session_test_add ("/session-samples/few-views", "mlp", test_few_views);
  session_test_add ("/session-samples/fit", "mlp", test_fit);
  session_test_add ("/session-samples/no-weights", "mlp", test_no_weights);
  session_test_add ("/session-samples/damaged", "mlp", test_damaged);
  session_test_add ("/session-samples/cancelled", "mlp", test_cancelled);
  return g_test_run ();
}
