/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"
#include "rt-corrections.h"
#include "rt-task.h"

#include <glib/gstdio.h>
#include <string.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define START "retort-corrections,1\nsample,bytes,sha256,action,label\n"

typedef struct
{
  char *home;     /* Owned */
  char *folder;   /* Owned: of the pictures */
  char *spec;     /* Owned */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->home = format_make_folder ();
  fixture->folder = format_make_folder ();
  fixture->spec = g_strconcat ("folder:", fixture->folder, NULL);
  g_setenv ("RETORT_HOME", fixture->home, TRUE);
  format_put_picture (fixture->folder, "cat/1.png", 10);
  format_put_picture (fixture->folder, "cat/2.png", 20);
  format_put_picture (fixture->folder, "cat/a \"b\",\n3.png", 30);
  format_put_picture (fixture->folder, "dog/4.png", 40);
  format_put_picture (fixture->folder, "dog/5.png", 50);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  format_remove (fixture->home);
  format_remove (fixture->folder);
  g_free (fixture->home);
  g_free (fixture->folder);
  g_free (fixture->spec);
}

static RtDataset *
open_with (const Fixture *fixture,
           const char    *version)
{
  RtDatasetOptions options = { .corrections = version };
  g_autoptr (GError) error = NULL;
  RtDataset *dataset = rt_dataset_open (fixture->spec, &options, NULL, &error);

  g_assert_no_error (error);
  return dataset;
}

static void
assert_labels (const Fixture *fixture,
               const char    *version,
               const int     *labels)
{
  g_autoptr (RtDataset) dataset = open_with (fixture, version);

  g_assert_cmpuint (dataset->n_samples, ==, 5);
  g_assert_cmpmem (dataset->labels, 5 * sizeof (int), labels, 5 * sizeof (int));
}

/* What is kept becomes what the data is. */
static gboolean
replace (RtCorrections  *corrections,
         void           *data,
         GError        **error)
{
  const RtCorrections *with = data;

  while (rt_corrections_get_n (corrections) > 0)
    rt_corrections_remove (corrections, rt_corrections_get (corrections, 0)->sample);
  for (guint i = 0; i < rt_corrections_get_n (with); i++)
    rt_corrections_take (corrections, with, rt_corrections_get (with, i)->sample);
  return TRUE;
}

static void
keep (const Fixture *fixture,
      RtCorrections *corrections)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtCorrections) kept = rt_corrections_change (fixture->spec, replace, corrections,
                                                          &error);

  g_assert_no_error (error);
  g_assert_cmpuint (rt_corrections_get_n (kept), ==, rt_corrections_get_n (corrections));
}

/* The second cat is a dog, the third nothing at all. */
static void
correct_two (const Fixture *fixture)
{
  g_autoptr (RtDataset) dataset = open_with (fixture, NULL);
  g_autoptr (RtCorrections) corrections = rt_corrections_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (rt_corrections_correct (corrections, dataset, 1, "dog", &error));
  g_assert_true (rt_corrections_correct (corrections, dataset, 2, NULL, &error));
  keep (fixture, corrections);
  g_assert_no_error (error);
}

static void
test_applied (Fixture       *fixture,
              gconstpointer  data)
{
  static const int given[] = { 0, 0, 0, 1, 1 }, corrected[] = { 0, 1, -1, 1, 1 };
  RtTaskOptions options = { .seed = 1, .validation = 1 };
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (RtTask) task = NULL;
  g_autofree char *text = NULL;

  assert_labels (fixture, NULL, given);
  correct_two (fixture);
  assert_labels (fixture, NULL, corrected);
  assert_labels (fixture, "latest", corrected);
  assert_labels (fixture, "none", given);

  dataset = open_with (fixture, NULL);
  text = rt_corrections_describe (dataset->corrections);
  g_assert_cmpstr (text, ==, "1 label mended, 1 set aside");
  g_assert_cmpint (rt_dataset_get_given_label (dataset, 1), ==, 0);
  g_assert_cmpint (rt_dataset_get_given_label (dataset, 3), ==, 1);

  /* What is set aside is in no part. */
  format_put_picture (fixture->folder, "cat/0.png", 5);
  g_clear_pointer (&dataset, rt_dataset_unref);
  dataset = open_with (fixture, NULL);
  task = rt_task_new (dataset, &options, NULL);
  g_assert_cmpuint (task->n_train + task->n_validation, ==, 5);
  for (size_t i = 0; i < task->n_train; i++)
    g_assert_cmpuint (task->train[i], !=, 3);
}

/* Twenty pictures of each class in all, and a few of a third. */
static void
put_more (const Fixture *fixture)
{
  for (int i = 0; i < 20; i++)
    for (int c = 0; c < 3; c++)
      {
        g_autofree char *name = g_strdup_printf ("%s/more %d.png",
                                                 c == 0 ? "cat" : c == 1 ? "dog" : "fly", i);

        if (c < 2 || i < 8)
          format_put_picture (fixture->folder, name, (uint8_t) (60 + 3 * i + c));
      }
}

/* 'v', 't', 'e' (for the end) or '-' for each sample. */
static char *
dup_parts (const Fixture        *fixture,
           const char           *version,
           const RtTaskOptions  *options)
{
  g_autoptr (RtDataset) dataset = open_with (fixture, version);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTask) task = rt_task_new (dataset, options, &error);
  char *parts = g_strnfill (dataset->n_samples, '-');

  g_assert_no_error (error);
  for (size_t i = 0; i < task->n_train; i++)
    parts[task->train[i]] = 't';
  for (size_t i = 0; i < task->n_validation; i++)
    parts[task->validation[i]] = 'v';
  for (size_t i = 0; i < task->n_test; i++)
    parts[task->test[i]] = 'e';
  return parts;
}

static void
correct_sample (const Fixture *fixture,
                size_t         index,
                const char    *label)
{
  g_autoptr (RtDataset) dataset = open_with (fixture, "latest");
  g_autoptr (RtCorrections) corrections = rt_corrections_load (fixture->spec, "latest", NULL);

  g_assert_true (rt_corrections_correct (corrections, dataset, index, label, NULL));
  keep (fixture, corrections);
}

/* No correction moves another sample into another part: accuracies before and after it are of the
 * same pictures, and nothing is judged that was trained on before. */
static void
test_split_stays (Fixture       *fixture,
                  gconstpointer  data)
{
  RtTaskOptions options[] = {
    { .seed = 1, .validation = 0.25, .test = 0.25 },
    { .seed = 2, .validation = 3, .test = RT_TASK_REST, .samples_per_class = 6 },
  };

  put_more (fixture);
  correct_sample (fixture, 0, NULL);
  correct_sample (fixture, 9, "dog");
  correct_sample (fixture, 30, "cat");
  correct_sample (fixture, 47, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autofree char *before = dup_parts (fixture, "none", &options[i]);
      g_autofree char *after = dup_parts (fixture, "latest", &options[i]);

      before[0] = before[47] = '-';
      g_assert_cmpstr (after, ==, before);
    }
}

/* A class whose samples are all set aside is no class of the task, be it too small to be split. */
static void
test_class_aside (Fixture       *fixture,
                  gconstpointer  data)
{
  RtTaskOptions options = { .seed = 1, .validation = 0.25 };
  g_autofree char *parts = NULL;

  put_more (fixture);
  format_put_picture (fixture->folder, "zebra/single.png", 200);
  correct_sample (fixture, 53, NULL);
  parts = dup_parts (fixture, "latest", &options);
  g_assert_cmpint (parts[53], ==, '-');

  /* Mended into another class it is one of that. */
  correct_sample (fixture, 53, "fly");
  g_free (parts);
  parts = dup_parts (fixture, "latest", &options);
  g_assert_cmpint (parts[53], ==, 't');
}

static void
test_no_validation_left (Fixture       *fixture,
                         gconstpointer  data)
{
  RtTaskOptions options = { .seed = 1, .validation = 1 };
  g_autofree char *parts = dup_parts (fixture, "none", &options);
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  for (size_t i = 0; parts[i] != '\0'; i++)
    if (parts[i] == 'v')
      correct_sample (fixture, i, NULL);
  dataset = open_with (fixture, "latest");
  g_assert_null (rt_task_new (dataset, &options, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "no sample left to validate on"));
}

/* A sample is known by its name and content: not by its place, and not when it is another file. */
static void
test_identity (Fixture       *fixture,
               gconstpointer  data)
{
  static const int later[] = { 0, 0, 0, 1, 1 };
  g_autoptr (RtDataset) moved = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "cat", "2.png", NULL);
  guint n_mended, n_aside, n_lost;

  correct_two (fixture);
  format_put_picture (fixture->folder, "cat/0.png", 5);
  moved = open_with (fixture, NULL);
  g_assert_cmpint (moved->labels[1], ==, 0);
  g_assert_cmpint (moved->labels[2], ==, 1);
  g_assert_cmpint (moved->labels[3], ==, -1);

  format_put_picture (fixture->folder, "cat/2.png", 21);
  g_clear_pointer (&moved, rt_dataset_unref);
  moved = open_with (fixture, NULL);
  g_assert_cmpint (moved->labels[2], ==, 0);
  rt_corrections_count (moved->corrections, &n_mended, &n_aside, &n_lost);
  g_assert_cmpuint (n_mended, ==, 0);
  g_assert_cmpuint (n_aside, ==, 1);
  g_assert_cmpuint (n_lost, ==, 1);

  /* It is not forgotten: the old file may come back. */
  format_put_picture (fixture->folder, "cat/2.png", 20);
  g_clear_pointer (&moved, rt_dataset_unref);
  moved = open_with (fixture, NULL);
  g_assert_cmpint (moved->labels[2], ==, 1);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_clear_pointer (&moved, rt_dataset_unref);
  moved = open_with (fixture, NULL);
  g_assert_cmpmem (moved->labels + 3, 2 * sizeof (int), later + 3, 2 * sizeof (int));
}

/* Back to what the dataset says is no correction; the folder itself is as it was all the while. */
static void
test_back (Fixture       *fixture,
           gconstpointer  data)
{
  static const int given[] = { 0, 0, 0, 1, 1 };
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (RtCorrections) corrections = NULL;
  g_autoptr (GDir) dir = NULL;

  correct_two (fixture);
  dataset = open_with (fixture, NULL);
  corrections = rt_corrections_load (fixture->spec, "latest", NULL);
  g_assert_true (rt_corrections_correct (corrections, dataset, 1, "cat", NULL));
  g_assert_cmpuint (rt_corrections_get_n (corrections), ==, 1);
  g_assert_false (rt_corrections_remove (corrections, "cat/2.png"));
  g_assert_true (rt_corrections_remove (corrections, "cat/a \"b\",\n3.png"));
  keep (fixture, corrections);
  assert_labels (fixture, NULL, given);
  dir = g_dir_open (fixture->folder, 0, NULL);
  g_assert_nonnull (g_dir_read_name (dir));
  g_assert_nonnull (g_dir_read_name (dir));
  g_assert_null (g_dir_read_name (dir));
}

/* A run names a version, which is what it was whatever is corrected later. */
static void
test_versions (Fixture       *fixture,
               gconstpointer  data)
{
  static const int given[] = { 0, 0, 0, 1, 1 }, corrected[] = { 0, 1, -1, 1, 1 };
  g_autofree char *none = rt_corrections_pin (fixture->spec, NULL);
  g_autofree char *first = NULL, *again = NULL, *slash = g_strconcat (fixture->spec, "/", NULL);
  g_autoptr (RtCorrections) nothing = rt_corrections_new ();
  g_autoptr (RtCorrections) lost = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (none, ==, "none");
  correct_two (fixture);
  first = rt_corrections_pin (fixture->spec, NULL);
  again = rt_corrections_pin (slash, NULL);
  g_assert_cmpstr (first, ==, again);
  g_assert_true (g_str_has_prefix (first, "version:"));
  keep (fixture, nothing);
  assert_labels (fixture, NULL, given);
  assert_labels (fixture, first, corrected);

  lost = rt_corrections_load (fixture->spec, "version:0123456789abcdef", &error);
  g_assert_null (lost);
  format_assert_error (error, "0123456789abcdef");
  g_clear_error (&error);
  lost = rt_corrections_load (fixture->spec, "version:../../../etc/passwd", &error);
  g_assert_null (lost);
  format_assert_error (error, "16 hexadecimal digits");
}

/* A dataset that is not corrected as a person asked is not opened. */
static void
test_damaged (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *corrections = g_build_filename (fixture->home, "corrections", NULL);
  g_autoptr (GDir) dir = NULL;
  g_autofree char *path = NULL;
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  correct_two (fixture);
  dir = g_dir_open (corrections, 0, NULL);
  path = g_build_filename (corrections, g_dir_read_name (dir), "latest.csv", NULL);
  g_assert_true (g_file_set_contents (path, START "x\n", -1, NULL));
  dataset = rt_dataset_open (fixture->spec, NULL, NULL, &error);
  g_assert_null (dataset);
  format_assert_error (error, "latest.csv: line 3");
}

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (RtCorrections) list = rt_corrections_parse ((const char *) bytes, n_bytes, name,
                                                         error);

  return list != NULL;
}

#define N_AT_ONCE 8

typedef struct
{
  const Fixture *fixture;
  char          *sample;
} AtOnce;

/* Slow enough for all of them to be at it at once. */
static gboolean
set_slowly (RtCorrections  *corrections,
            void           *data,
            GError        **error)
{
  g_usleep (10000);
  rt_corrections_set (corrections, ((AtOnce *) data)->sample, 1, DIGEST, NULL);
  return TRUE;
}

static gpointer
set_thread (gpointer data)
{
  AtOnce *one = data;

  return rt_corrections_change (one->fixture->spec, set_slowly, one, NULL);
}

/* Whoever corrects at the same time takes nothing from another. */
static void
test_at_once (Fixture       *fixture,
              gconstpointer  data)
{
  AtOnce all[N_AT_ONCE];
  GThread *threads[N_AT_ONCE];
  g_autoptr (RtCorrections) latest = NULL;

  for (int i = 0; i < N_AT_ONCE; i++)
    {
      all[i] = (AtOnce) { fixture, g_strdup_printf ("cat/%d.png", i) };
      threads[i] = g_thread_new ("corrector", set_thread, &all[i]);
    }
  for (int i = 0; i < N_AT_ONCE; i++)
    {
      g_autoptr (RtCorrections) kept = g_thread_join (threads[i]);

      g_assert_nonnull (rt_corrections_find (kept, all[i].sample));
      g_free (all[i].sample);
    }
  latest = rt_corrections_load (fixture->spec, "latest", NULL);
  g_assert_cmpuint (rt_corrections_get_n (latest), ==, N_AT_ONCE);
}

static void
test_text (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (RtCorrections) one = rt_corrections_new (), two = rt_corrections_new ();
  g_autoptr (RtCorrections) read = NULL;
  g_autofree char *first = NULL, *second = NULL, *third = NULL;
  g_autoptr (GBytes) bytes = NULL;

  rt_corrections_set (one, "b\n\"\xff\",", 12, DIGEST, "a \"class\"");
  rt_corrections_set (one, "a", 0, DIGEST, NULL);
  rt_corrections_set (two, "a", 5, DIGEST, "x");
  rt_corrections_set (two, "b\n\"\xff\",", 12, DIGEST, "a \"class\"");
  rt_corrections_set (two, "a", 0, DIGEST, NULL);
  first = rt_corrections_print (one);
  second = rt_corrections_print (two);
  g_assert_cmpstr (first, ==, second);
  read = rt_corrections_parse (first, strlen (first), "x", NULL);
  third = rt_corrections_print (read);
  g_assert_cmpstr (first, ==, third);
  bytes = g_bytes_new (first, strlen (first));
  format_check_noise (bytes, parse, 2000);
}

static void
test_broken (Fixture       *fixture,
             gconstpointer  data)
{
  static const struct { const char *text, *part; } cases[] = {
    { "", "line 1" },
    { "retort-corrections,2\n", "line 1" },
    { "retort-corrections,1\n", "line 2" },
    { START "a,1", "line 3 has not five fields" },
    { START "a,1," DIGEST ",label,x", "line 3 has not five fields" },
    { START "a,1," DIGEST ",label,x,y\n", "line 3 has not five fields" },
    { START "\"a,1," DIGEST ",label,x\n", "ends within quotation marks" },
    { START "\"a\"b,1," DIGEST ",label,x\n", "line 3 has not five fields" },
    { START ",1," DIGEST ",label,x\n", "names no sample" },
    { START "a,-1," DIGEST ",label,x\n", "how many bytes" },
    { START "a,99999999999999999999," DIGEST ",label,x\n", "how many bytes" },
    { START "a,1,0123,label,x\n", "no SHA-256" },
    { START "a,1,Z" DIGEST ",label,x\n", "no SHA-256" },
    { START "a,1," DIGEST ",rename,x\n", "an action" },
    { START "a,1," DIGEST ",label,\n", "has no label" },
    { START "a,1," DIGEST ",set aside,x\n", "sets a sample aside and labels it too" },
    { START "a,1," DIGEST ",label,\xff\n", "not UTF-8" },
    { START "a,1," DIGEST ",label,x\n\"a\",1," DIGEST ",label,x\n", "line 4 corrects a sample" },
    { START "\n", "line 3" },
  };
  static const char zero[] = START "a\0b,1," DIGEST ",label,x\n";
  g_autoptr (GError) error = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_false (parse ((const uint8_t *) cases[i].text, strlen (cases[i].text), "mine.csv",
                             &error));
      format_assert_error (error, "mine.csv");
      format_assert_error (error, cases[i].part);
      g_clear_error (&error);
    }
  g_assert_false (parse ((const uint8_t *) zero, sizeof zero - 1, "mine.csv", &error));
  format_assert_error (error, "zero byte");
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *name; void (*run) (Fixture *, gconstpointer); } tests[] = {
    { "/corrections/applied", test_applied },
    { "/corrections/split-stays", test_split_stays },
    { "/corrections/class-aside", test_class_aside },
    { "/corrections/no-validation-left", test_no_validation_left },
    { "/corrections/identity", test_identity },
    { "/corrections/back", test_back },
    { "/corrections/versions", test_versions },
    { "/corrections/at-once", test_at_once },
    { "/corrections/damaged", test_damaged },
    { "/corrections/text", test_text },
    { "/corrections/broken", test_broken },
  };

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
