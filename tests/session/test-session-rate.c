/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is tried on the side of the recipe: learning rates, and what fits into minutes. */
#include "config.h"

#include "session-test.h"

#include <math.h>

/* (transfer full) */
static char *
print_recipe (SessionTest *f)
{
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (f->session);

  return rt_recipe_to_json (recipe, TRUE);
}

static gboolean
is_idle (void *session)
{
  int state;

  g_object_get (session, "state", &state, NULL);
  return state == RT_SESSION_IDLE;
}

static gboolean
is_true (void *flag)
{
  return *(gboolean *) flag;
}

/* Learning rates */

typedef struct
{
  RtMeter      *meter;
  GCancellable *cancellable;
  RtRateCurve   curve;
  gboolean      found;
  gboolean      done;
  GError       *error;
} Search;

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  Search *search = data;

  search->found = rt_session_find_rate_finish (RT_SESSION (source), result, &search->curve,
                                               &search->error);
  search->done = TRUE;
}

static void
search_begin (SessionTest *f,
              Search      *search)
{
  *search = (Search) { .meter = rt_meter_new (), .cancellable = g_cancellable_new () };
  rt_session_find_rate_async (f->session, search->meter, search->cancellable, found_cb, search);
}

static void
search_end (Search *search)
{
  session_test_wait (is_true, &search->done);
  rt_meter_unref (search->meter);
  g_object_unref (search->cancellable);
}

static void
test_rate (SessionTest   *f,
           gconstpointer  data)
{
  g_autofree char *before = print_recipe (f);
  g_autofree char *after = NULL;
  Search search;

  search_begin (f, &search);
  session_test_wait (is_true, &search.done);
  g_assert_no_error (search.error);
  g_assert_true (search.found);
  g_assert_cmpint (search.curve.n, >, 50);
  g_assert_cmpfloat (search.curve.suggestion, >, search.curve.rates[0]);
  g_assert_cmpfloat (search.curve.suggestion, <, search.curve.rates[search.curve.n - 1]);
  g_assert_cmpfloat (search.curve.raw[0], ==, search.curve.losses[0]);
  g_assert_cmpfloat (rt_meter_get (search.meter, NULL), >, 0.5);
  after = print_recipe (f);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (g_list_model_get_n_items (rt_library_get_runs (f->library)), ==, 0);
  search_end (&search);
}

static void
test_rate_cancelled (SessionTest   *f,
                     gconstpointer  data)
{
  Search search;

  search_begin (f, &search);
  session_test_iterate (0.05);
  g_cancellable_cancel (search.cancellable);
  search_end (&search);
  g_assert_false (search.found);
  g_assert_error (search.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_error_free (search.error);
}

/* During a run it is refused, in words; so is what cannot be trained. */
static void
test_rate_refused (SessionTest   *f,
                   gconstpointer  data)
{
  Search search;

  g_object_set (f->session, "epochs", 1000, NULL);
  rt_session_train (f->session);
  search_begin (f, &search);
  search_end (&search);
  g_assert_error (search.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&search.error);
  g_assert_false (is_idle (f->session));
  rt_session_stop (f->session);
  session_test_wait (is_idle, f->session);

  g_object_set (f->session, "learning-rate", 0.0, NULL);
  search_begin (f, &search);
  search_end (&search);
  g_assert_error (search.error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&search.error);
}

/* Minutes */

typedef struct
{
  GCancellable *cancellable;
  RtMeter      *meter;
  char         *decided;
  char         *measured;      /* (nullable) last */
  double        fraction;
  gboolean      done;
  GError       *error;
} Fit;

static void
fitted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Fit *fit = data;

  fit->decided = rt_session_fit_finish (RT_SESSION (source), result, &fit->error);
  fit->done = TRUE;
}

static void
fit_run (SessionTest *f,
         Fit         *fit,
         double       seconds,
         gboolean     cancel)
{
  *fit = (Fit) { .cancellable = g_cancellable_new (), .meter = rt_meter_new () };
  rt_session_fit_async (f->session, seconds, fit->meter, fit->cancellable, fitted_cb, fit);
  if (cancel)
    g_cancellable_cancel (fit->cancellable);
  session_test_wait (is_true, &fit->done);
  fit->fraction = rt_meter_get (fit->meter, &fit->measured);
  rt_meter_unref (fit->meter);
  g_object_unref (fit->cancellable);
}

/* What was decided is the recipe, and undone at once. */
static void
test_fit (SessionTest   *f,
          gconstpointer  data)
{
  g_autofree char *before = print_recipe (f);
  g_autofree char *fitted = NULL;
  g_autofree char *after = NULL;
  int epochs;
  Fit fit;

  fit_run (f, &fit, session_test_seconds (60.0), FALSE);
  g_assert_no_error (fit.error);
  g_assert_cmpstr (fit.measured, ==, "Timing the reading of pictures");
  g_assert_cmpfloat (fit.fraction, >=, 0.75);
  g_free (fit.measured);
  g_object_get (f->session, "epochs", &epochs, NULL);
  g_assert_cmpint (epochs, >=, 10);
  g_assert_true (g_str_has_prefix (fit.decided, "nothing frozen, "));
  g_free (fit.decided);
  fitted = print_recipe (f);
  g_assert_cmpstr (before, !=, fitted);
  rt_session_undo (f->session);
  after = print_recipe (f);
  g_assert_cmpstr (before, ==, after);
}

/* Too little time is an error in words; it and a cancelled one leave the recipe as it is. */
static void
test_fit_fails (SessionTest   *f,
                gconstpointer  data)
{
  g_autofree char *before = print_recipe (f);
  g_autofree char *after = NULL;
  gboolean can_undo;
  Fit fit;

  rt_session_undo (f->session);
  rt_session_redo (f->session);
  fit_run (f, &fit, 1e-6, FALSE);
  g_assert_null (fit.decided);
  g_assert_nonnull (fit.error);
  g_clear_error (&fit.error);
  g_free (fit.measured);
  fit_run (f, &fit, 60.0, TRUE);
  g_assert_null (fit.decided);
  g_assert_error (fit.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&fit.error);
  g_free (fit.measured);
  after = print_recipe (f);
  g_assert_cmpstr (before, ==, after);
  g_object_get (f->session, "can-undo", &can_undo, NULL);
  g_assert_true (can_undo);   /* what set_up() did */
}

/* The cost that is shown is never of a network before: seconds and memory go as one is chosen. */
static void
test_stale (SessionTest   *f,
            gconstpointer  data)
{
  const RtCost *cost = rt_session_get_cost (f->session);

  for (int i = 0; i < 500 && !isfinite (cost->seconds_per_epoch); i++)
    session_test_iterate (0.02);
  g_assert_cmpuint (cost->memory_bytes, >, 0);
  g_assert_true (isfinite (cost->seconds_per_epoch));
  g_object_set (f->session, "backbone", "random:resnet50", NULL);
  g_assert_cmpuint (cost->memory_bytes, ==, 0);
  g_assert_true (isnan (cost->seconds_per_epoch));
  g_assert_cmpuint (cost->n_params, >, 20000000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_test_add ("/session-rate/find", "lenet5", test_rate);
  session_test_add ("/session-rate/cancelled", "lenet5", test_rate_cancelled);
  session_test_add ("/session-rate/refused", "lenet5", test_rate_refused);
  session_test_add ("/session-rate/fit", "lenet5", test_fit);
  session_test_add ("/session-rate/fit-fails", "lenet5", test_fit_fails);
  session_test_add ("/session-rate/stale", "lenet5", test_stale);
  return g_test_run ();
}
