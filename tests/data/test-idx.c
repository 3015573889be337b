/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include "rt-dataset.h"

#include <string.h>

static const uint8_t images[] = {
  0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 4,
  1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28,
};
static const uint8_t labels[] = { 0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 4 };

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  RtIdx idx;

  return rt_idx_parse (bytes, n_bytes, name, &idx, error);
}

/* Takes either file of a pair for the pair. */
static gboolean
open_idx (const char  *path,
          GError     **error)
{
  g_autoptr (RtDataset) dataset = rt_idx_open ("idx:x", path, error);

  return dataset != NULL;
}

static void
write_pair (const char *folder,
            const char *prefix,
            const char *ending)
{
  g_autofree char *image_name = g_strconcat (prefix, "-images-idx3-ubyte", ending, NULL);
  g_autofree char *label_name = g_strconcat (prefix, "-labels-idx1-ubyte", ending, NULL);

  format_write (folder, image_name, images, sizeof images);
  format_write (folder, label_name, labels, sizeof labels);
}

static void
assert_sample (const RtDataset *dataset,
               size_t           index,
               int              first,
               const char      *class_name,
               RtPart           part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = rt_dataset_read_image (dataset, index, &error);

  g_assert_no_error (error);
  g_assert_cmpint (image->width, ==, 4);
  g_assert_cmpint (image->height, ==, 2);
  g_assert_cmpint (image->channels, ==, 1);
  for (int i = 0; i < 8; i++)
    g_assert_cmpint (image->pixels[i], ==, first + i);
  g_assert_cmpstr (rt_dataset_get_class_name (dataset, dataset->labels[index]), ==, class_name);
  g_assert_cmpint (dataset->parts[index], ==, part);
}

static void
test_open (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *prefix = g_build_filename (folder, "train", NULL);
  g_autofree char *lone = g_build_filename (folder, "t10k", NULL);
  g_autofree char *slash = g_strconcat (folder, "/", NULL);
  const char *specs[] = { folder, slash, prefix };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtDataset) alone = NULL;

  write_pair (folder, "train", "");
  write_pair (folder, "t10k", ".gz");
  for (size_t i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (RtDataset) dataset = rt_idx_open ("idx:here", specs[i], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (dataset->spec, ==, "idx:here");
      g_assert_cmpuint (dataset->n_samples, ==, 6);
      g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 3);
      assert_sample (dataset, 0, 1, "9", RT_PART_ANY);
      assert_sample (dataset, 2, 21, "4", RT_PART_ANY);
      assert_sample (dataset, 4, 11, "0", RT_PART_TEST);
    }
  alone = rt_idx_open ("idx:here", lone, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (alone->n_samples, ==, 3);
  assert_sample (alone, 1, 11, "0", RT_PART_ANY);
  g_assert_false (rt_dataset_may_flip (alone));   /* digits */
  format_remove (folder);
}

static void
test_fashion (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "Fashion-MNIST", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtDataset) dataset = NULL;

  write_pair (folder, "Fashion-MNIST/train", "");
  dataset = rt_idx_open ("idx:x", path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dataset->title, ==, "Fashion-MNIST");
  g_assert_true (rt_dataset_may_flip (dataset));
  assert_sample (dataset, 0, 1, "Ankle boot", RT_PART_ANY);
  assert_sample (dataset, 1, 11, "T-shirt/top", RT_PART_ANY);
  format_remove (folder);
}

static void
test_missing (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "nothing", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (open_idx (path, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND);
  format_assert_error (error, "nothing-images-idx3-ubyte");
  g_clear_error (&error);
  g_assert_false (open_idx (folder, &error));
  format_assert_error (error, "train-images-idx3-ubyte");
  format_remove (folder);
}

/* Every pair is opened by each of its files; the error names one of the two. */
static void
test_broken (void)
{
  g_autofree char *folder = format_made ("broken/idx");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *stem = g_strndup (name, strstr (name, "s-idx") - name - strlen ("-image"));
      g_autoptr (GError) error = NULL;

      if (open_idx (path, &error))
        g_error ("%s was opened", name);
      format_assert_error (error, stem);
      g_test_message ("%s", error->message);
      n++;
    }
  g_assert_cmpint (n, >=, 35);
}

static void
test_damage (void)
{
  g_autoptr (GBytes) good = g_bytes_new_static (images, sizeof images);

  format_check_cuts (good, parse);
  format_check_noise (good, parse, 3000);
}

static void
test_real (void)
{
  static const struct { const char *name; const char *first; int sum; } sets[] = {
    { "mnist", "5", 10 }, { "fashion-mnist", "Ankle boot", 10 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autofree char *path = format_shared (sets[i].name);
      g_autoptr (RtDataset) dataset = NULL;
      g_autoptr (GError) error = NULL;
      size_t n_test = 0;

      if (path == NULL)
        return;
      dataset = rt_idx_open ("idx:x", path, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (dataset->n_samples, ==, 70000);
      g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, sets[i].sum);
      g_assert_cmpstr (rt_dataset_get_class_name (dataset, dataset->labels[0]), ==, sets[i].first);
      for (size_t s = 0; s < dataset->n_samples; s++)
        n_test += dataset->parts[s] == RT_PART_TEST;
      g_assert_cmpuint (n_test, ==, 10000);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/idx/open", test_open);
  g_test_add_func ("/idx/fashion", test_fashion);
  g_test_add_func ("/idx/missing", test_missing);
  g_test_add_func ("/idx/broken", test_broken);
  g_test_add_func ("/idx/damage", test_damage);
  g_test_add_func ("/idx/real", test_real);
  return g_test_run ();
}
