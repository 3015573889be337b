/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The deployment card of a run, beside its teacher's or its backbone's. */
#include "config.h"

#include "session-test.h"

#include <math.h>
#include <string.h>

typedef struct
{
  GPtrArray *list;
  GError    *error;
} Answer;

static void
deployed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  Answer *answer = data;

  answer->list = rt_session_deploy_finish (RT_SESSION (source), result, &answer->error);
}

static gboolean
is_answered (void *data)
{
  return ((Answer *) data)->list != NULL || ((Answer *) data)->error != NULL;
}

/* (transfer full) */
static GPtrArray *
deploy (SessionTest  *f,
        int           run,
        GError      **error)
{
  Answer answer = { NULL, NULL };

  rt_session_deploy_async (f->session, run, NULL, deployed_cb, &answer);
  session_test_wait (is_answered, &answer);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.list;
}

static int
train_student (SessionTest *f,
               int          teacher)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);

  recipe->method = RT_METHOD_DISTIL;
  g_free (recipe->distil.teacher);
  recipe->distil.teacher = g_strdup_printf ("run:%d", teacher);
  return session_test_train (rt_library_get_store (f->library), recipe);
}

static void
test_teacher (SessionTest   *f,
              gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 1);
  int teacher = session_test_train (rt_library_get_store (f->library), recipe);
  int student = train_student (f, teacher);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) alone = deploy (f, teacher, &error);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (RtRun) run = NULL;
  const RtDeployed *own, *other;

  g_assert_no_error (error);
  g_assert_cmpuint (alone->len, ==, 1);   /* from scratch: beside nothing */
  list = deploy (f, student, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  own = g_ptr_array_index (list, 0);
  other = g_ptr_array_index (list, 1);
  run = rt_store_get_run (rt_library_get_store (f->library), student, &error);
  g_assert_no_error (error);
  g_assert_cmpint (own->role, ==, RT_DEPLOYED_RUN);
  g_assert_cmpstr (own->network, ==, "mlp");
  g_assert_cmpfloat (own->accuracy, ==, run->result.validation_accuracy);
  g_assert_true (isfinite (run->result.test_accuracy));
  g_assert_cmpfloat (own->test_accuracy, ==, run->result.test_accuracy);
  g_assert_cmpint (other->role, ==, RT_DEPLOYED_TEACHER);
  g_assert_cmpstr (other->network, ==, "lenet5");
  g_assert_cmpfloat (other->accuracy, ==, run->result.teacher_accuracy);
  g_assert_true (isnan (other->test_accuracy));
  for (guint i = 0; i < 2; i++)
    {
      const RtDeployed *deployed = g_ptr_array_index (list, i);

      g_assert_null (deployed->problem);
      g_assert_cmpfloat (deployed->figures.latency, >, 0.0);
      g_assert_cmpuint (deployed->figures.multiply_adds, >, 1000);
      g_assert_cmpuint (deployed->figures.bytes, >=, 4 * deployed->figures.n_params);
    }
}

static gboolean
is_measured (void *data)
{
  return isfinite (rt_session_get_cost (data)->seconds_per_epoch);
}

/* What the next run costs is measured before or after, not beside. */
static void
test_estimate (SessionTest   *f,
               gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 1);
  int run = session_test_train (rt_library_get_store (f->library), recipe);
  Answer answer = { NULL, NULL };

  rt_session_set_recipe (f->session, recipe);
  g_assert_cmpuint (f->session->estimate_timer, !=, 0);
  rt_session_deploy_async (f->session, run, NULL, deployed_cb, &answer);
  g_assert_cmpuint (f->session->estimate_timer, ==, 0);
  session_test_wait (is_answered, &answer);
  g_assert_no_error (answer.error);
  g_ptr_array_unref (answer.list);
  session_test_wait (is_measured, f->session);
}

/* A shipped backbone has figures of its own, and its accuracy is that of its card. */
static void
test_backbone (SessionTest   *f,
               gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("resnet8", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  const RtDeployed *other;

  recipe->method = RT_METHOD_FINE_TUNE;
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup ("builtin:resnet8-letters");
  list = deploy (f, session_test_train (rt_library_get_store (f->library), recipe), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  other = g_ptr_array_index (list, 1);
  g_assert_cmpint (other->role, ==, RT_DEPLOYED_BACKBONE);
  g_assert_cmpstr (other->spec, ==, "builtin:resnet8-letters");
  g_assert_cmpfloat (other->accuracy, >, 0.5);
}

/* A teacher that is gone is said, and the run's own figures stay; a run without weights is an
 * error. */
static void
test_gone (SessionTest   *f,
           gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 1);
  int teacher = session_test_train (rt_library_get_store (f->library), recipe);
  int student = train_student (f, teacher);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  const RtDeployed *other;
  int untrained;

  g_assert_true (rt_store_delete_run (rt_library_get_store (f->library), teacher, &error));
  list = deploy (f, student, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  other = g_ptr_array_index (list, 1);
  g_assert_nonnull (other->problem);
  g_assert_true (isnan (other->figures.latency));
  untrained = rt_store_add_run (rt_library_get_store (f->library), recipe, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (deploy (f, untrained, &error));
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_STATE);
}

static gboolean
is_idle (void *session)
{
  int state;

  g_object_get (session, "state", &state, NULL);
  return state == RT_SESSION_IDLE;
}

/* While a run is under way nothing is timed; the rest is there. */
static void
test_training (SessionTest   *f,
               gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 1);
  g_autoptr (RtRecipe) longer = session_test_recipe ("lenet5", 1000);
  int run = session_test_train (rt_library_get_store (f->library), recipe);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  const RtDeployed *own;

  rt_session_set_recipe (f->session, longer);
  rt_session_train (f->session);
  list = deploy (f, run, &error);
  g_assert_no_error (error);
  g_assert_false (is_idle (f->session));
  own = g_ptr_array_index (list, 0);
  g_assert_true (isnan (own->figures.latency));
  g_assert_cmpuint (own->figures.multiply_adds, >, 1000);
  rt_session_stop (f->session);
  session_test_wait (is_idle, f->session);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_test_add ("/session-deploy/teacher", NULL, test_teacher);
  session_test_add ("/session-deploy/estimate", NULL, test_estimate);
  session_test_add ("/session-deploy/backbone", NULL, test_backbone);
  session_test_add ("/session-deploy/gone", NULL, test_gone);
  session_test_add ("/session-deploy/training", NULL, test_training);
  return g_test_run ();
}
