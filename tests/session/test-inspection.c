/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a finished run answers, as the inspectors ask it. */
#include "config.h"

#include "session-test.h"

#include "rt-inspection.h"

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

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inspection/images", test_images);
  return g_test_run ();
}
