/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-dataset.h"

#include <glib/gstdio.h>
#include <string.h>

static void
assert_refused (const char *spec,
                const char *text)
{
  g_autoptr (GError) error = NULL;
  RtDataset *dataset = rt_dataset_open (spec, NULL, NULL, &error);

  g_assert_null (dataset);
  g_assert_nonnull (error);
  g_assert_true (error->domain == RT_DATA_ERROR);
  if (strstr (error->message, text) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, text);
}

static void
test_refusals (void)
{
  static const char *kinds[] = {
    "builtin:NAME", "idx:PATH-PREFIX", "cifar:FILE", "folder:PATH", "csv:PATH",
  };
  g_autofree char *folder = g_dir_make_tmp ("retort-XXXXXX", NULL);
  g_autofree char *hint = g_strdup_printf ("write \"folder:%s\"", folder);

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      assert_refused ("pictures:x", kinds[i]);
      assert_refused ("", kinds[i]);
    }
  assert_refused ("pictures:x", "\"pictures:x\"");
  assert_refused (folder, hint);
  assert_refused ("folder:", "path after \"folder:\" is missing");
  assert_refused ("builtin:no-such-set", "no-such-set");
  assert_refused ("folder:/nowhere/at/all", "/nowhere/at/all");
  assert_refused ("idx:/nowhere/at/all", "/nowhere/at/all");
  assert_refused ("cifar:/nowhere/at/all", "/nowhere/at/all");
  assert_refused ("csv:/nowhere/at/all", "/nowhere/at/all");
  g_rmdir (folder);
}

/* A mirrored letter is none; a mirrored animal is one. */
static void
test_flip (void)
{
  static const char *const specs[] = { "builtin:glyphs/digits", "builtin:animals" };

  for (size_t i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RtDataset) dataset = rt_dataset_open (specs[i], NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (rt_dataset_may_flip (dataset), ==, i == 1);
    }
}

/* A path in a recipe starts from the recipe's folder; the dataset's spec says where that was. */
static void
test_relative (void)
{
  g_autofree char *folder = g_dir_make_tmp ("retort-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "set.bin", NULL);
  g_autofree char *expected = g_strdup_printf ("cifar:%s", path);
  g_autofree char *records = g_malloc0 (3 * 3073);   /* a label and 32x32x3 values each */
  RtDatasetOptions options = { .folder = folder };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (RtDataset) again = NULL;

  records[3073] = 1;
  g_assert_true (g_file_set_contents (path, records, 3 * 3073, NULL));
  dataset = rt_dataset_open ("cifar:./set.bin", &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dataset->n_samples, ==, 3);
  g_assert_cmpint (dataset->labels[1], ==, 1);
  g_assert_cmpstr (dataset->spec, ==, expected);

  again = rt_dataset_open (dataset->spec, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (again->n_samples, ==, 3);
  g_remove (path);
  g_rmdir (folder);
}

static void
test_builtin (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtDataset) dataset = rt_dataset_open ("builtin:glyphs/digits", NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dataset->spec, ==, "builtin:glyphs/digits");
  g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dataset-open/flip", test_flip);
  g_test_add_func ("/dataset-open/refusals", test_refusals);
  g_test_add_func ("/dataset-open/relative", test_relative);
  g_test_add_func ("/dataset-open/builtin", test_builtin);
  return g_test_run ();
}
