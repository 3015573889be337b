/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-dataset.h"
#include "rt-task.h"

#include <string.h>

static RtTask *
make_task (RtDataset *dataset,
           int        samples_per_class,
           double     validation,
           uint64_t   seed)
{
  RtTaskOptions options = {
    .samples_per_class = samples_per_class, .validation = validation, .seed = seed,
  };
  g_autoptr (GError) error = NULL;
  RtTask *task = rt_task_new (dataset, &options, &error);

  g_assert_no_error (error);
  g_assert_nonnull (task);
  return task;
}

static void
assert_refused (RtDataset     *dataset,
                RtTaskOptions  options,
                int            code,
                const char    *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTask) task = rt_task_new (dataset, &options, &error);

  g_assert_null (task);
  g_assert_error (error, RT_DATA_ERROR, code);
  g_assert_nonnull (strstr (error->message, text));
}

static gboolean
contains (const size_t *indices,
          size_t        n,
          size_t        index)
{
  for (size_t i = 0; i < n; i++)
    {
      if (indices[i] == index)
        return TRUE;
    }
  return FALSE;
}

static int
count_class (const RtDataset *dataset,
             const size_t    *indices,
             size_t           n,
             int              label)
{
  int count = 0;

  for (size_t i = 0; i < n; i++)
    count += dataset->labels[indices[i]] == label;
  return count;
}

static void
assert_sound (const RtTask *task)
{
  for (size_t i = 1; i < task->n_train; i++)
    g_assert_cmpuint (task->train[i - 1], <, task->train[i]);
  for (size_t i = 1; i < task->n_validation; i++)
    g_assert_cmpuint (task->validation[i - 1], <, task->validation[i]);
  for (size_t i = 0; i < task->n_train; i++)
    {
      g_assert_false (contains (task->validation, task->n_validation, task->train[i]));
      g_assert_false (contains (task->test, task->n_test, task->train[i]));
    }
  for (size_t i = 0; i < task->n_validation; i++)
    g_assert_false (contains (task->test, task->n_test, task->validation[i]));
}

static void
test_stratified (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (500, 4, 2, 2, 1);
  g_autoptr (RtTask) task = make_task (dataset, 0, 0.2, 1);

  assert_sound (task);
  g_assert_cmpuint (task->n_train, ==, 400);
  g_assert_cmpuint (task->n_validation, ==, 100);
  g_assert_cmpuint (task->n_test, ==, 0);
  for (int label = 0; label < 4; label++)
    {
      g_assert_cmpint (count_class (dataset, task->train, task->n_train, label), ==, 100);
      g_assert_cmpint (count_class (dataset, task->validation, task->n_validation, label), ==, 25);
    }
}

/* Classes are drawn from apart: not every class gives its third, its tenth, ... sample. */
static void
test_streams (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (400, 2, 2, 2, 1);
  g_autoptr (RtTask) task = make_task (dataset, 20, 0.2, 1);
  int alike = 0;

  for (size_t i = 0; i < task->n_train; i++)
    alike += contains (task->train, task->n_train, task->train[i] ^ 1);
  g_assert_cmpint (alike, <, 20);
}

static void
test_nested (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (1000, 5, 2, 2, 1);
  g_autoptr (RtTask) few = make_task (dataset, 20, 0.2, 7);
  g_autoptr (RtTask) more = make_task (dataset, 50, 0.2, 7);
  g_autoptr (RtTask) all = make_task (dataset, 0, 0.2, 7);

  assert_sound (few);
  assert_sound (more);
  g_assert_cmpuint (few->n_train, ==, 100);
  g_assert_cmpuint (more->n_train, ==, 250);
  g_assert_cmpuint (all->n_train, ==, 800);
  for (size_t i = 0; i < few->n_train; i++)
    g_assert_true (contains (more->train, more->n_train, few->train[i]));
  g_assert_cmpmem (few->validation, few->n_validation * sizeof (size_t),
                   more->validation, more->n_validation * sizeof (size_t));
  g_assert_cmpmem (few->validation, few->n_validation * sizeof (size_t),
                   all->validation, all->n_validation * sizeof (size_t));
}

static void
test_seed (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (300, 3, 2, 2, 1);
  g_autoptr (RtTask) a = make_task (dataset, 10, 0.2, 1);
  g_autoptr (RtTask) b = make_task (dataset, 10, 0.2, 1);
  g_autoptr (RtTask) c = make_task (dataset, 10, 0.2, 2);

  g_assert_cmpmem (a->train, a->n_train * sizeof (size_t), b->train, b->n_train * sizeof (size_t));
  g_assert_cmpmem (a->validation, a->n_validation * sizeof (size_t),
                   b->validation, b->n_validation * sizeof (size_t));
  g_assert_cmpuint (a->n_train, ==, c->n_train);
  g_assert_cmpint (memcmp (a->train, c->train, a->n_train * sizeof (size_t)), !=, 0);
  g_assert_cmpint (memcmp (a->validation, c->validation, a->n_validation * sizeof (size_t)), !=, 0);
}

/* A class's split does not depend on the other classes. */
static void
test_classes_apart (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (90, 3, 2, 2, 1);
  g_autoptr (RtTask) before = make_task (dataset, 5, 4, 3);
  g_autoptr (RtTask) after = NULL;

  for (size_t i = 2; i < 45; i += 3)
    dataset->labels[i] = -1;
  after = make_task (dataset, 5, 4, 3);
  for (size_t i = 0; i < before->n_train; i++)
    {
      if (dataset->labels[before->train[i]] == 0)
        g_assert_true (contains (after->train, after->n_train, before->train[i]));
    }
  for (size_t i = 0; i < after->n_train; i++)
    g_assert_cmpint (dataset->labels[after->train[i]], >=, 0);
}

static void
test_counts (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (100, 2, 2, 2, 1);
  g_autoptr (RtTask) counted = make_task (dataset, 0, 12, 1);
  g_autoptr (RtTask) none = make_task (dataset, 0, 0, 1);
  g_autoptr (RtTask) little = make_task (dataset, 0, 0.001, 1);
  g_autoptr (RtTask) short_of = make_task (dataset, 1000, 0.5, 1);

  g_assert_cmpuint (counted->n_validation, ==, 24);
  g_assert_cmpuint (counted->n_train, ==, 76);
  g_assert_cmpuint (none->n_validation, ==, 0);
  g_assert_cmpuint (none->n_train, ==, 100);
  g_assert_cmpuint (little->n_validation, ==, 2);   /* at least one of each class */
  g_assert_cmpuint (short_of->n_train, ==, 50);
}

static void
test_own_parts (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (300, 3, 2, 2, 1);
  g_autoptr (RtTask) all = NULL;
  g_autoptr (RtTask) some = NULL;
  g_autoptr (RtTask) test_only = NULL;

  for (size_t i = 0; i < 300; i++)
    dataset->parts[i] = i < 180 ? RT_PART_TRAIN : i < 240 ? RT_PART_VALIDATION : RT_PART_TEST;
  all = make_task (dataset, 0, 0.2, 1);
  assert_sound (all);
  g_assert_cmpuint (all->n_train, ==, 180);
  g_assert_cmpuint (all->n_validation, ==, 60);
  g_assert_cmpuint (all->n_test, ==, 60);
  for (size_t i = 0; i < 60; i++)
    {
      g_assert_cmpuint (all->validation[i], ==, 180 + i);
      g_assert_cmpuint (all->test[i], ==, 240 + i);
    }

  some = make_task (dataset, 10, 5, 1);
  assert_sound (some);
  g_assert_cmpuint (some->n_train, ==, 30);
  g_assert_cmpuint (some->n_validation, ==, 15);
  g_assert_cmpuint (some->n_test, ==, 60);
  for (size_t i = 0; i < some->n_validation; i++)
    g_assert_cmpint (dataset->parts[some->validation[i]], ==, RT_PART_VALIDATION);

  /* With a test part only, validation is cut from what is to be trained, never from the test. */
  for (size_t i = 0; i < 240; i++)
    dataset->parts[i] = RT_PART_TRAIN;
  test_only = make_task (dataset, 0, 0.25, 1);
  assert_sound (test_only);
  g_assert_cmpuint (test_only->n_validation, ==, 60);
  g_assert_cmpuint (test_only->n_train, ==, 180);
  g_assert_cmpuint (test_only->n_test, ==, 60);
}

static void
test_leave_out (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (100, 5, 2, 2, 1);
  const char *names[6] = { "class 3" };
  RtTaskOptions options = { .validation = 0.2, .seed = 1, .leave_out = names };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTask) whole = make_task (dataset, 0, 0.2, 1);
  g_autoptr (RtTask) task = NULL;

  task = rt_task_new (dataset, &options, &error);
  g_assert_no_error (error);
  assert_sound (task);
  g_assert_cmpint (count_class (dataset, task->train, task->n_train, 3), ==, 0);
  g_assert_cmpint (count_class (dataset, task->train, task->n_train, 2), ==, 16);
  g_assert_cmpmem (task->validation, task->n_validation * sizeof (size_t),
                   whole->validation, whole->n_validation * sizeof (size_t));

  names[1] = "clas 4";
  assert_refused (dataset, options, RT_DATA_ERROR_NOT_FOUND, "\"clas 4\"");
  for (int i = 0; i < 5; i++)
    names[i] = rt_dataset_get_class_name (dataset, i);
  assert_refused (dataset, options, RT_DATA_ERROR_INVALID, "every class");
}

/* A test part of its own making is cut from what is left, and moves nothing else. */
static void
test_rest (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (302, 3, 2, 2, 1);
  RtTaskOptions options = { .samples_per_class = 20, .validation = 0.2, .seed = 1,
                            .test = RT_TASK_REST };
  g_autoptr (RtTask) plain = make_task (dataset, 20, 0.2, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTask) rest = rt_task_new (dataset, &options, &error);
  g_autoptr (RtTask) fraction = NULL;
  g_autoptr (RtTask) large = NULL;

  g_assert_no_error (error);
  assert_sound (rest);
  g_assert_cmpmem (rest->train, rest->n_train * sizeof (size_t),
                   plain->train, plain->n_train * sizeof (size_t));
  g_assert_cmpmem (rest->validation, rest->n_validation * sizeof (size_t),
                   plain->validation, plain->n_validation * sizeof (size_t));
  g_assert_cmpuint (rest->n_train + rest->n_validation + rest->n_test, ==, 302);
  g_assert_cmpuint (rest->n_train, ==, 60);
  g_assert_cmpint (count_class (dataset, rest->test, rest->n_test, 0), ==, 101 - 20 - 20);

  options = (RtTaskOptions) { .validation = 0.2, .seed = 1, .test = 0.3 };
  fraction = rt_task_new (dataset, &options, &error);
  g_assert_no_error (error);
  assert_sound (fraction);
  g_assert_cmpint (count_class (dataset, fraction->test, fraction->n_test, 2), ==, 30);
  g_assert_cmpint (count_class (dataset, fraction->train, fraction->n_train, 2), ==, 50);
  g_assert_cmpmem (fraction->validation, fraction->n_validation * sizeof (size_t),
                   plain->validation, plain->n_validation * sizeof (size_t));

  /* One of each class is always left to train on. */
  options.test = 0.9;
  large = rt_task_new (dataset, &options, &error);
  g_assert_no_error (error);
  assert_sound (large);
  g_assert_cmpint (count_class (dataset, large->train, large->n_train, 1), ==, 1);
}

/* A dataset's own test part is the test part, whatever the option says. */
static void
test_rest_own (void)
{
  g_autoptr (RtDataset) dataset = fake_dataset_new (300, 3, 2, 2, 1);
  RtTaskOptions options = { .samples_per_class = 20, .validation = 0.2, .seed = 1,
                            .test = RT_TASK_REST };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTask) task = NULL;

  for (size_t i = 240; i < 300; i++)
    dataset->parts[i] = RT_PART_TEST;
  task = rt_task_new (dataset, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (task->n_test, ==, 60);
  g_assert_cmpuint (task->test[0], ==, 240);
}

static void
test_refusals (void)
{
  g_autoptr (RtDataset) one_class = fake_dataset_new (10, 1, 2, 2, 1);
  g_autoptr (RtDataset) small = fake_dataset_new (11, 2, 2, 2, 1);
  g_autoptr (RtDataset) unlabelled = fake_dataset_new (10, 2, 2, 2, 1);
  g_autoptr (RtDataset) untrained = fake_dataset_new (10, 2, 2, 2, 1);
  RtTaskOptions fraction = { .validation = 0.2 };
  RtTaskOptions count = { .validation = 5 };

  assert_refused (one_class, fraction, RT_DATA_ERROR_INVALID, "one class only, \"class 0\"");
  assert_refused (small, count, RT_DATA_ERROR_INVALID, "\"class 1\" has 5 samples");

  for (size_t i = 3; i < 11; i += 2)
    small->labels[i] = 0;
  assert_refused (small, fraction, RT_DATA_ERROR_INVALID, "\"class 1\" has a single sample");

  for (size_t i = 0; i < 10; i++)
    unlabelled->labels[i] = -1;
  assert_refused (unlabelled, fraction, RT_DATA_ERROR_INVALID, "no labelled sample");

  for (size_t i = 0; i < 10; i++)
    untrained->parts[i] = i % 2 ? RT_PART_VALIDATION : RT_PART_TRAIN;
  assert_refused (untrained, fraction, RT_DATA_ERROR_INVALID,
                  "\"class 1\" has no sample to train on");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task/stratified", test_stratified);
  g_test_add_func ("/task/streams", test_streams);
  g_test_add_func ("/task/nested", test_nested);
  g_test_add_func ("/task/seed", test_seed);
  g_test_add_func ("/task/classes-apart", test_classes_apart);
  g_test_add_func ("/task/counts", test_counts);
  g_test_add_func ("/task/own-parts", test_own_parts);
  g_test_add_func ("/task/leave-out", test_leave_out);
  g_test_add_func ("/task/rest", test_rest);
  g_test_add_func ("/task/rest-own", test_rest_own);
  g_test_add_func ("/task/refusals", test_refusals);
  return g_test_run ();
}
