/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include <string.h>

#define PIXELS 1024

static gboolean
open_cifar (const char  *path,
            GError     **error)
{
  g_autoptr (RtDataset) dataset = rt_cifar_open ("cifar:x", path, error);

  return dataset != NULL;
}

/* @n records with labels @label, @label + 1, ...: red counts pixels, green is the record, blue
 * 7. */
static GByteArray *
make_records (int n,
              int label,
              int n_labels)
{
  GByteArray *records = g_byte_array_new ();

  for (int r = 0; r < n; r++)
    for (int i = -n_labels; i < 3 * PIXELS; i++)
      {
        uint8_t value = i < 0 ? label + r : i < PIXELS ? i : i < 2 * PIXELS ? r : 7;

        g_byte_array_append (records, &value, 1);
      }
  return records;
}

static void
assert_sample (const RtDataset *dataset,
               size_t           index,
               int              record,
               const char      *class_name,
               RtPart           part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = rt_dataset_read_image (dataset, index, &error);

  g_assert_no_error (error);
  g_assert_cmpint (image->width * image->height * image->channels, ==, 3 * PIXELS);
  g_assert_cmpint (image->pixels[3 * 37], ==, 37);
  g_assert_cmpint (image->pixels[3 * 37 + 1], ==, record);
  g_assert_cmpint (image->pixels[3 * 37 + 2], ==, 7);
  g_assert_cmpstr (rt_dataset_get_class_name (dataset, dataset->labels[index]), ==, class_name);
  g_assert_cmpint (dataset->parts[index], ==, part);
}

static void
test_file (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.bin", NULL);
  g_autoptr (GByteArray) records = make_records (3, 5, 1);
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (RtDataset) named = NULL;
  g_autoptr (GError) error = NULL;

  format_write (folder, "x.bin", records->data, records->len);
  dataset = rt_cifar_open ("cifar:x", path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dataset->n_samples, ==, 3);
  g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 10);
  assert_sample (dataset, 0, 0, "dog", RT_PART_ANY);
  assert_sample (dataset, 2, 2, "horse", RT_PART_ANY);

  format_write (folder, "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n", 21);
  named = rt_cifar_open ("cifar:x", path, &error);
  g_assert_no_error (error);
  assert_sample (named, 2, 2, "h", RT_PART_ANY);
  format_remove (folder);
}

static void
test_folder (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autoptr (GByteArray) a = make_records (2, 0, 1);
  g_autoptr (GByteArray) b = make_records (1, 9, 1);
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (open_cifar (folder, &error));
  format_assert_error (error, folder);
  g_clear_error (&error);
  format_write (folder, "data_batch_1.bin", a->data, a->len);
  format_write (folder, "data_batch_2.bin", b->data, b->len);
  format_write (folder, "test_batch.bin", b->data, b->len);
  dataset = rt_cifar_open ("cifar:x", folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dataset->n_samples, ==, 4);
  assert_sample (dataset, 1, 1, "automobile", RT_PART_ANY);
  assert_sample (dataset, 2, 0, "truck", RT_PART_ANY);
  assert_sample (dataset, 3, 0, "truck", RT_PART_TEST);
  format_remove (folder);
}

static void
test_hundred (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autoptr (GByteArray) a = make_records (3, 97, 2);
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  format_write (folder, "train.bin", a->data, a->len);
  dataset = rt_cifar_open ("cifar:x", folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 100);
  assert_sample (dataset, 2, 2, "worm", RT_PART_ANY);
  format_remove (folder);
}

static void
test_broken (void)
{
  g_autoptr (GError) error = NULL;

  format_check_broken ("cifar", open_cifar, 7);
  g_assert_false (open_cifar ("/nowhere/x.bin", &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND);
}

static void
test_real (void)
{
  g_autofree char *path = format_shared ("cifar10/cifar10_train_first4000.bin.gz");
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  dataset = rt_cifar_open ("cifar:x", path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dataset->n_samples, ==, 4000);
  g_assert_cmpstr (rt_dataset_get_class_name (dataset, dataset->labels[0]), ==, "frog");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cifar/file", test_file);
  g_test_add_func ("/cifar/folder", test_folder);
  g_test_add_func ("/cifar/hundred", test_hundred);
  g_test_add_func ("/cifar/broken", test_broken);
  g_test_add_func ("/cifar/real", test_real);
  return g_test_run ();
}
