/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a finished run answers, as the inspectors ask it. */
#include "config.h"

#include "session-test.h"

#include "format-files.h"
#include "rt-formats.h"
#include "rt-inspection.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  RtInspection *inspection;
  GPtrArray    *images;
  GError       *error;
} Answer;

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Answer *answer = data;

  answer->inspection = rt_inspection_load_finish (result, &answer->error);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Answer *answer = data;

  answer->images = rt_inspection_read_images_finish (RT_INSPECTION (source), result,
                                                     &answer->error);
}

static gboolean
is_loaded (void *data)
{
  return ((Answer *) data)->inspection != NULL || ((Answer *) data)->error != NULL;
}

static gboolean
is_read (void *data)
{
  return ((Answer *) data)->images != NULL || ((Answer *) data)->error != NULL;
}

/* The pictures of the rows that were asked for, in their order; none where nobody waits for them
 * any more. */
static void
check_images (RtInspection *inspection)
{
  const RtPredictions *p = rt_inspection_get_predictions (inspection);
  const int rows[] = { 7, 0, 7 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer = { NULL, NULL, NULL };

  rt_inspection_read_images_async (inspection, rows, 3, 96, NULL, read_cb, &answer);
  session_test_wait (is_read, &answer);
  g_assert_no_error (answer.error);
  g_assert_cmpuint (answer.images->len, ==, 3);
  for (int i = 0; i < 3; i++)
    {
      const RtImage *image = g_ptr_array_index (answer.images, i);
      g_autoptr (RtImage) expected = rt_dataset_read_image (rt_inspection_get_dataset (inspection),
                                                            p->samples[rows[i]], NULL);

      g_assert_cmpmem (image->pixels, (size_t) image->width * image->height * image->channels,
                       expected->pixels,
                       (size_t) expected->width * expected->height * expected->channels);
    }
  g_clear_pointer (&answer.images, g_ptr_array_unref);

  rt_inspection_read_images_async (inspection, rows, 3, 96, cancellable, read_cb, &answer);
  g_cancellable_cancel (cancellable);
  session_test_wait (is_read, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (answer.images);
  g_clear_error (&answer.error);
}

static void
test_images (void)
{
  char *home = session_test_make_home ();
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  g_autoptr (GError) error = NULL;
  RtLibrary *library = rt_library_new (NULL, &error);
  Answer answer = { NULL, NULL, NULL };
  int id;

  g_assert_no_error (error);
  id = session_test_train (rt_library_get_store (library), recipe);
  g_assert_true (rt_library_refresh (library, &error));
  rt_inspection_load_async (library, rt_library_find_run (library, id), NULL, loaded_cb, &answer);
  session_test_wait (is_loaded, &answer);
  g_assert_no_error (answer.error);
  check_images (answer.inspection);
  session_test_wait_alone (answer.inspection);
  g_assert_finalize_object (answer.inspection);
  session_test_wait_alone (library);
  g_assert_finalize_object (library);
  session_test_remove_home (home);
}

/* A run on a dataset that people then change. */
typedef struct
{
  char         *home;
  RtLibrary    *library;
  int           id;
  RtInspection *inspection;   /* as the dataset was */
} Changed;

static RtInspection *
inspect (Changed  *c,
         GError  **error)
{
  Answer answer = { NULL, NULL, NULL };

  rt_inspection_load_async (c->library, rt_library_find_run (c->library, c->id), NULL, loaded_cb,
                            &answer);
  session_test_wait (is_loaded, &answer);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.inspection;
}

static void
train_on (Changed    *c,
          const char *spec)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&recipe->task.style, g_free);
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strconcat (spec, c->home, "/photos", NULL);
  c->id = session_test_train (rt_library_get_store (c->library), recipe);
  g_assert_true (rt_library_refresh (c->library, &error));
  c->inspection = inspect (c, &error);
  g_assert_no_error (error);
}

static void
clear_changed (Changed *c)
{
  g_clear_object (&c->inspection);
  session_test_wait_alone (c->library);
  g_assert_finalize_object (c->library);
  session_test_remove_home (c->home);
}

static void
assert_gone (Changed *c)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtInspection) now = inspect (c, &error);

  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "train again"));
}

/* Each row is of the picture that it was of, but for the first @n_gone. */
static void
assert_rows (Changed *c,
             int      n_gone)
{
  const RtPredictions *before = rt_inspection_get_predictions (c->inspection);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtInspection) now = inspect (c, &error);
  const RtPredictions *p;

  g_assert_no_error (error);
  p = rt_inspection_get_predictions (now);
  g_assert_cmpint (p->n, ==, before->n - n_gone);
  for (int i = 0; i < p->n; i++)
    {
      g_autofree char *name = rt_inspection_dup_name (now, i);
      g_autofree char *was = rt_inspection_dup_name (c->inspection, i + n_gone);

      g_assert_cmpstr (name, ==, was);
      g_assert_cmpint (p->labels[i], ==, before->labels[i + n_gone]);
      g_assert_cmpint (rt_inspection_get_predicted (now, i), ==,
                       rt_inspection_get_predicted (c->inspection, i + n_gone));
    }
}

/* Predictions as they were written before they had the samples' names. */
static void
forget_names (Changed *c)
{
  g_autofree char *path = rt_store_get_path (rt_library_get_store (c->library), c->id,
                                             "predictions.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) list = rt_weights_read (path, NULL, &error);
  g_autoptr (RtTensorList) old = rt_tensor_list_new ();

  g_assert_no_error (error);
  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      if (!g_str_equal (tensor->name, "names"))
        memcpy (rt_tensor_list_add (old, tensor->name, &tensor->shape)->data, tensor->data,
                rt_shape_count (&tensor->shape) * sizeof (float));
    }
  g_assert_true (rt_safetensors_write (old, path, &error));
  g_assert_no_error (error);
}

static void
test_files_come_and_go (void)
{
  Changed c = { 0 };
  g_autofree char *name = NULL, *path = NULL;

  c.library = session_test_open (&c.home);
  session_test_put_photos (c.home, 10);
  train_on (&c, "folder:");
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *early = g_strdup_printf ("photos/dark/#%d.png", i);

      format_put_picture (c.home, early, 40);
    }
  assert_rows (&c, 0);
  name = rt_inspection_dup_name (c.inspection, 0);
  path = g_build_filename (c.home, "photos", name, NULL);
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_rows (&c, 1);

  /* Its classes are not those that the logits are of. */
  format_put_picture (c.home, "photos/grey/0.png", 100);
  assert_gone (&c);
  clear_changed (&c);
}

static void
test_old_predictions (void)
{
  Changed c = { 0 };

  c.library = session_test_open (&c.home);
  session_test_put_photos (c.home, 10);
  train_on (&c, "folder:");
  forget_names (&c);
  assert_rows (&c, 0);
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *early = g_strdup_printf ("photos/dark/#%d.png", i);

      format_put_picture (c.home, early, 40);
    }
  assert_gone (&c);
  clear_changed (&c);
}

static void
write_table (const char *home,
             int         per_class)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < 2 * per_class; i++)
    {
      int shade = i < per_class ? 40 + i : 200 + i;

      g_string_append_printf (text, "%s,%d,%d,%d,%d\n", i < per_class ? "dark" : "light", shade,
                              shade, shade, shade);
    }
  format_write (home, "photos", text->str, text->len);
}

/* A picture without a file is known by its place among the others alone. */
static void
test_table_grows (void)
{
  Changed c = { 0 };

  c.library = session_test_open (&c.home);
  write_table (c.home, 10);
  train_on (&c, "csv:");
  assert_rows (&c, 0);
  write_table (c.home, 11);
  assert_gone (&c);
  clear_changed (&c);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inspection/images", test_images);
  g_test_add_func ("/inspection/files-come-and-go", test_files_come_and_go);
  g_test_add_func ("/inspection/old-predictions", test_old_predictions);
  g_test_add_func ("/inspection/table-grows", test_table_grows);
  return g_test_run ();
}
