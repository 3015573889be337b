/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-run-item.h"

#include <math.h>

static RtRunItem *
make (void)
{
  RtRun run = { .id = 12, .name = (char *) "Digits", .method = (char *) "fine-tune",
                .state = RT_RUN_RUNNING, .n_epochs = 10, .epoch = 3 };

  return rt_run_item_new (&run, 5);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    data)
{
  ++*(int *) data;
}

static void
count_changes_cb (RtRunItem *item,
                  gpointer   data)
{
  ++*(int *) data;
}

static void
test_properties (void)
{
  RtRunItem *item = make ();
  g_autofree char *name = NULL;
  g_autofree char *method = NULL;
  int id, state, epoch, n_epochs, colour;
  double accuracy;
  gboolean overlaid;

  g_object_get (item, "id", &id, "name", &name, "method", &method, "state", &state, "epoch", &epoch,
                "n-epochs", &n_epochs, "accuracy", &accuracy, "colour", &colour, "overlaid",
                &overlaid, NULL);
  g_assert_cmpint (id, ==, 12);
  g_assert_cmpstr (name, ==, "Digits");
  g_assert_cmpstr (method, ==, "fine-tune");
  g_assert_cmpint (state, ==, RT_RUN_RUNNING);
  g_assert_cmpint (epoch, ==, 3);
  g_assert_cmpint (n_epochs, ==, 10);
  g_assert_cmpfloat (accuracy, ==, -1.0);
  g_assert_cmpint (colour, ==, 5);
  g_assert_false (overlaid);
  g_assert_finalize_object (item);
}

static void
test_overlaid (void)
{
  RtRunItem *item = make ();
  int n = 0;

  g_signal_connect (item, "notify::overlaid", G_CALLBACK (count_cb), &n);
  g_object_set (item, "overlaid", TRUE, NULL);
  g_assert_cmpint (n, ==, 1);
  g_assert_true (rt_run_item_get_overlaid (item));
  g_object_set (item, "overlaid", TRUE, NULL);
  g_assert_cmpint (n, ==, 1);
  rt_run_item_set_overlaid (item, FALSE);
  g_assert_cmpint (n, ==, 2);
  g_assert_finalize_object (item);
}

static void
test_activity (void)
{
  RtRunItem *item = make ();
  int n = 0, activity;

  g_signal_connect (item, "notify::activity", G_CALLBACK (count_cb), &n);
  rt_run_item_set_activity (item, RT_SESSION_PAUSED);
  rt_run_item_set_activity (item, RT_SESSION_PAUSED);
  g_object_get (item, "activity", &activity, NULL);
  g_assert_cmpint (activity, ==, RT_SESSION_PAUSED);
  g_assert_cmpint (n, ==, 1);
  g_assert_finalize_object (item);
}

static void
test_update (void)
{
  RtRunItem *item = make ();
  RtRun run = { .id = 12, .name = (char *) "Better", .method = (char *) "fine-tune",
                .state = RT_RUN_FINISHED, .n_epochs = 10, .epoch = 10,
                .result = { .best_epoch = 7, .validation_accuracy = 0.75,
                            .test_accuracy = NAN } };
  int names = 0, states = 0, accuracies = 0, tests = 0;
  double test;

  g_signal_connect (item, "notify::name", G_CALLBACK (count_cb), &names);
  g_signal_connect (item, "notify::state", G_CALLBACK (count_cb), &states);
  g_signal_connect (item, "notify::accuracy", G_CALLBACK (count_cb), &accuracies);
  g_signal_connect (item, "notify::test-accuracy", G_CALLBACK (count_cb), &tests);
  rt_run_item_update (item, &run);
  g_assert_cmpint (names, ==, 1);
  g_assert_cmpint (states, ==, 1);
  g_assert_cmpint (accuracies, ==, 1);
  rt_run_item_update (item, &run);   /* nothing new */
  g_assert_cmpint (names, ==, 1);
  g_assert_cmpint (states, ==, 1);
  g_assert_cmpint (accuracies, ==, 1);
  g_assert_cmpstr (rt_run_item_get_name (item), ==, "Better");
  g_assert_cmpint (rt_run_item_get_state (item), ==, RT_RUN_FINISHED);
  g_assert_cmpfloat (rt_run_item_get_accuracy (item), ==, 0.75);

  g_assert_cmpint (tests, ==, 0);   /* the task has no test part */
  run.result.test_accuracy = 0.625;
  rt_run_item_update (item, &run);
  g_object_get (item, "test-accuracy", &test, NULL);
  g_assert_cmpint (tests, ==, 1);
  g_assert_cmpint (accuracies, ==, 1);
  g_assert_cmpfloat (test, ==, 0.625);
  g_assert_finalize_object (item);
}

/* A run that is taken up repeats steps: what was there of them is replaced. */
static void
test_curves (void)
{
  RtRunItem *item = make ();
  RtStepMetrics steps[] = { { .step = 0 }, { .step = 1 }, { .step = 2 }, { .step = 3 } };
  RtStepMetrics again = { .step = 2, .loss = 0.5 };
  RtEpochMetrics epochs[] = { { .epoch = 1, .validation_accuracy = 0.5 },
                              { .epoch = 2, .validation_accuracy = 0.4 } };
  int changes = 0, n_epoch = 0, epoch;

  g_signal_connect (item, "curves-changed", G_CALLBACK (count_changes_cb), &changes);
  g_signal_connect (item, "notify::epoch", G_CALLBACK (count_cb), &n_epoch);
  rt_run_item_add_steps (item, steps, 4);
  rt_run_item_add_steps (item, &again, 1);
  g_assert_cmpuint (rt_run_item_get_steps (item)->len, ==, 3);
  g_assert_cmpfloat (g_array_index (rt_run_item_get_steps (item), RtStepMetrics, 2).loss, ==, 0.5);
  rt_run_item_add_epochs (item, epochs, 2);
  rt_run_item_add_epochs (item, &epochs[1], 1);
  g_assert_cmpuint (rt_run_item_get_epochs (item)->len, ==, 2);
  g_assert_cmpint (changes, ==, 4);
  g_assert_cmpint (n_epoch, ==, 2);
  g_object_get (item, "epoch", &epoch, NULL);
  g_assert_cmpint (epoch, ==, 2);
  g_assert_cmpfloat (rt_run_item_get_accuracy (item), ==, 0.5);

  rt_run_item_set_curves (item, g_array_new (FALSE, FALSE, sizeof (RtEpochMetrics)),
                          g_array_new (FALSE, FALSE, sizeof (RtStepMetrics)));
  g_assert_cmpuint (rt_run_item_get_steps (item)->len, ==, 0);
  g_assert_cmpint (changes, ==, 5);
  g_assert_finalize_object (item);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-item/activity", test_activity);
  g_test_add_func ("/run-item/properties", test_properties);
  g_test_add_func ("/run-item/overlaid", test_overlaid);
  g_test_add_func ("/run-item/update", test_update);
  g_test_add_func ("/run-item/curves", test_curves);
  return g_test_run ();
}
