/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a choice does to the rest of the recipe, and to what is in its way. */
#include "config.h"

#include "session-test.h"

#include <math.h>
#include <string.h>

static gboolean
has_problem (void *data)
{
  return ((RtSession *) data)->problem != NULL;
}

static gboolean
is_measured (void *data)
{
  return ((RtSession *) data)->problem != NULL
         || isfinite (rt_session_get_cost (data)->seconds_per_epoch);
}

static void
opened_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;

  *(char **) data = rt_session_open_dataset_finish (RT_SESSION (object), result, &error);
  g_assert_no_error (error);
}

static gboolean
is_opened (void *data)
{
  return *(char **) data != NULL;
}

/* A folder that was not there, and is opened again now that it is. */
static void
test_opened_again (SessionTest   *f,
                   gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (f->home, "photos", NULL);
  g_autofree char *spec = g_strconcat ("folder:", folder, NULL);
  g_autofree char *found = NULL;

  g_object_set (f->session, "dataset", spec, NULL);
  session_test_wait (has_problem, f->session);
  session_test_put_photos (f->home, 10);
  rt_session_open_dataset_async (f->session, folder, NULL, opened_cb, &found);
  session_test_wait (is_opened, &found);
  g_assert_cmpstr (f->session->problem, ==, NULL);
  session_test_wait (is_measured, f->session);
  g_assert_cmpstr (f->session->problem, ==, NULL);
}

/* What is read in a way that may not be meant is told where it is opened. */
static void
test_opened_wrapped (SessionTest   *f,
                     gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (f->home, "wrap", NULL);
  g_autofree char *found = NULL;

  session_test_put_photos (folder, 4);
  rt_session_open_dataset_async (f->session, folder, NULL, opened_cb, &found);
  session_test_wait (is_opened, &found);
  g_assert_nonnull (strstr (found, "8 pictures of 2 classes; note: wrap: read from \"photos\""));
}

/* What goes with a network, a teacher or a dataset alone does not stay when another is chosen. */
static void
test_left_over (SessionTest   *f,
                gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 3);
  g_autoptr (RtRecipe) now = NULL;

  recipe->method = RT_METHOD_DISTIL;
  recipe->backbone.hidden[0] = recipe->backbone.hidden[1] = 1200;
  recipe->distil.teacher = g_strdup ("file:teacher.pth");
  recipe->distil.teacher_network = g_strdup ("resnet20");
  recipe->distil.leave_out = g_strsplit ("3", ",", -1);
  rt_session_set_recipe (f->session, recipe);
  g_assert_cmpstr (f->session->problem, ==, NULL);
  g_object_set (f->session, "backbone", "random:resnet8", "teacher", "builtin:wide14-animals",
                "dataset", "builtin:animals", NULL);
  g_assert_cmpstr (f->session->problem, ==, NULL);
  now = rt_session_dup_recipe (f->session);
  g_assert_null (now->distil.leave_out);

  /* They come back with what they went with. */
  for (int i = 0; i < 3; i++)
    rt_session_undo (f->session);
  rt_recipe_free (g_steal_pointer (&now));
  now = rt_session_dup_recipe (f->session);
  g_assert_cmpint (now->backbone.hidden[1], ==, 1200);
  g_assert_cmpstr (now->distil.teacher_network, ==, "resnet20");
  g_assert_cmpstr (now->distil.leave_out[0], ==, "3");
}

static int
get_n_frozen (SessionTest *f)
{
  int n;

  g_object_get (f->session, "n-frozen", &n, NULL);
  return n;
}

/* Blocks that are frozen by a group's name count as those of the group. */
static void
test_frozen_group (SessionTest   *f,
                   gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("resnet18", 3);
  const RtSessionBlock *blocks;
  size_t n_trainable = 0;
  int n, n_group = 0;

  recipe->method = RT_METHOD_FINE_TUNE;
  g_strfreev (recipe->backbone.frozen);
  recipe->backbone.frozen = g_strsplit ("stem,stage1", ",", -1);
  rt_session_set_recipe (f->session, recipe);
  blocks = rt_session_get_blocks (f->session, &n);
  for (int i = 0; i < n; i++)
    {
      gboolean frozen = g_str_equal (blocks[i].name, "stem")
                        || g_str_has_prefix (blocks[i].name, "stage1.");

      n_group += frozen;
      n_trainable += frozen ? 0 : blocks[i].n_params;
    }
  g_assert_cmpint (n_group, ==, 3);
  g_assert_cmpint (get_n_frozen (f), ==, n_group);
  g_assert_cmpuint (rt_session_get_cost (f->session)->n_trainable, ==, n_trainable);
  g_object_set (f->session, "n-frozen", 2, NULL);
  g_assert_cmpint (get_n_frozen (f), ==, 2);
}

/* Layers' sizes are the network's too. */
static void
test_hidden (SessionTest   *f,
             gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (f->session);
  size_t before = rt_session_get_cost (f->session)->n_params;

  recipe->backbone.hidden[0] = 1200;
  rt_session_set_recipe (f->session, recipe);
  g_assert_cmpuint (rt_session_get_cost (f->session)->n_params, >, 2 * before);
}

/* What each block learns at: what is frozen at nothing, the others at a rate that falls with their
 * distance from the head. */
static void
test_rates (SessionTest   *f,
            gconstpointer  data)
{
  const RtSessionBlock *blocks;
  double rate, decay;
  int n;

  g_object_set (f->session, "backbone", "builtin:resnet8-letters", "n-frozen", 1, NULL);
  g_object_get (f->session, "learning-rate", &rate, NULL);
  blocks = rt_session_get_blocks (f->session, &n);
  g_assert_cmpint (n, ==, 5);
  g_assert_cmpfloat (blocks[0].rate, ==, 0.0);
  for (int i = 1; i < n; i++)
    g_assert_cmpfloat (blocks[i].rate, ==, rate);   /* automatic, and no head first */

  g_object_set (f->session, "head-first", 1, NULL);
  g_assert_cmpfloat (blocks[4].rate, ==, 0.5 * rate);
  for (int i = 1; i < n; i++)
    g_assert_cmpfloat_with_epsilon (blocks[i].rate, 0.5 * rate * pow (0.01, (4 - i) / 4.0), 1e-9);
  g_object_set (f->session, "n-frozen", 3, NULL);
  g_assert_cmpfloat (blocks[2].rate, ==, 0.0);
  g_assert_cmpfloat_with_epsilon (blocks[3].rate, 0.5 * rate * pow (0.01, 0.25), 1e-9);

  g_object_set (f->session, "head-first", 0, "layer-decay", 0.25, "n-frozen", 0, NULL);
  g_assert_cmpfloat (blocks[4].rate, ==, rate);
  g_assert_cmpfloat_with_epsilon (blocks[0].rate, rate / 256.0, 1e-12);

  /* With random weights there is nothing to change gently. */
  g_object_set (f->session, "method", RT_METHOD_SCRATCH, NULL);
  g_object_get (f->session, "layer-decay", &decay, NULL);
  g_assert_cmpfloat (decay, ==, RT_LAYER_DECAY_AUTO);
  blocks = rt_session_get_blocks (f->session, &n);
  g_assert_cmpfloat (blocks[0].rate, ==, rate);
}

/* Another size of the input is another network: its shapes and its cost follow, and go back with
 * it. Another network has its own. */
static void
test_input_size (SessionTest   *f,
                 gconstpointer  data)
{
  const RtSessionBlock *blocks;
  int n, size;

  g_object_set (f->session, "backbone", "random:resnet8", NULL);
  g_object_set (f->session, "input-size", 64, NULL);
  blocks = rt_session_get_blocks (f->session, &n);
  g_assert_cmpint ((int) blocks[0].shape.dims[0], ==, 64);
  rt_session_undo (f->session);
  blocks = rt_session_get_blocks (f->session, &n);
  g_assert_cmpint ((int) blocks[0].shape.dims[0], ==, 32);

  g_object_set (f->session, "input-size", 4, NULL);
  g_assert_nonnull (f->session->problem);
  g_object_set (f->session, "backbone", "random:resnet20", NULL);
  g_object_get (f->session, "input-size", &size, NULL);
  g_assert_cmpint (size, ==, 0);
  g_assert_null (f->session->problem);
}

/* A form that hands in the whole recipe leaves a typed name a typed name. */
static void
test_typed_title (SessionTest   *f,
                  gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = NULL;
  g_autofree char *title = NULL;

  g_object_set (f->session, "title", "Mine", NULL);
  recipe = rt_session_dup_recipe (f->session);
  recipe->train.optimizer = RT_OPTIMIZER_SGD;
  rt_session_set_recipe (f->session, recipe);
  g_object_set (f->session, "dataset", "builtin:animals", NULL);
  g_object_get (f->session, "title", &title, NULL);
  g_assert_cmpstr (title, ==, "Mine");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_test_add ("/session-recipe/opened_again", "mlp", test_opened_again);
  session_test_add ("/session-recipe/opened_wrapped", "mlp", test_opened_wrapped);
  session_test_add ("/session-recipe/left_over", "mlp", test_left_over);
  session_test_add ("/session-recipe/frozen_group", "mlp", test_frozen_group);
  session_test_add ("/session-recipe/hidden", "mlp", test_hidden);
  session_test_add ("/session-recipe/typed_title", "mlp", test_typed_title);
  session_test_add ("/session-recipe/rates", "mlp", test_rates);
  session_test_add ("/session-recipe/input_size", "mlp", test_input_size);
  return g_test_run ();
}
