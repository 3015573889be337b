/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"
#include "rt-duplicates.h"
#include "rt-loader.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MANY 10000
/* Seconds for MANY pictures: far more than measured, so that only a listing that decodes fails. */
#define MANY_SECONDS 10.0

static RtDataset *
open_folder (const char *folder)
{
  g_autoptr (GError) error = NULL;
  RtDataset *dataset = rt_folder_open ("folder:x", folder, NULL, &error);

  g_assert_no_error (error);
  return dataset;
}

static void
assert_sample (const RtDataset *dataset,
               size_t           index,
               int              shade,
               const char      *class_name,
               RtPart           part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = rt_dataset_read_image (dataset, index, &error);

  g_assert_no_error (error);
  g_assert_cmpint (image->pixels[0], ==, shade);
  g_assert_cmpint (image->channels, ==, dataset->channels);
  g_assert_cmpstr (rt_dataset_get_class_name (dataset, dataset->labels[index]), ==, class_name);
  g_assert_cmpint (dataset->parts[index], ==, part);
}

static gboolean
has_problem (const RtDataset *dataset,
             const char      *text)
{
  for (guint i = 0; i < dataset->problems->len; i++)
    if (strstr (dataset->problems->pdata[i], text) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_classes (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autoptr (RtDataset) dataset = NULL;

  format_put_picture (folder, "dog/b.png", 30);
  format_put_picture (folder, "cat/2.png", 20);
  format_put_picture (folder, "cat/10.png", 10);
  format_put_picture (folder, "cat/deeper/z.png", 25);
  format_put_picture (folder, "cat/.hidden.png", 99);
  format_put_picture (folder, ".thumbs/x.png", 99);
  format_put_picture (folder, "train/engine.png", 40);
  dataset = open_folder (folder);
  g_assert_cmpuint (dataset->n_samples, ==, 5);
  g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 3);
  g_assert_cmpint (dataset->width, ==, 4);
  g_assert_cmpint (dataset->channels, ==, 3);
  g_assert_cmpuint (dataset->problems->len, ==, 0);
  assert_sample (dataset, 0, 10, "cat", RT_PART_ANY);
  assert_sample (dataset, 1, 20, "cat", RT_PART_ANY);
  assert_sample (dataset, 2, 25, "cat", RT_PART_ANY);
  assert_sample (dataset, 3, 30, "dog", RT_PART_ANY);
  assert_sample (dataset, 4, 40, "train", RT_PART_ANY);
  format_remove (folder);
}

/* What was packed on macOS has its accents apart from their letters: train from there and test from
 * elsewhere have the same classes all the same. */
static void
test_accents (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autoptr (RtDataset) dataset = NULL;

  format_put_picture (folder, "train/L\xc3\xb6we/1.png", 10);
  format_put_picture (folder, "train/L\xc3\xbcwe/2.png", 20);
  format_put_picture (folder, "test/Lo\xcc\x88we/3.png", 30);
  format_put_picture (folder, "test/L\xc3\xbcwe/4.png", 40);
  dataset = open_folder (folder);
  g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 2);
  g_assert_cmpint (rt_dataset_find_class (dataset, "L\xc3\xb6we"), ==,
                   rt_dataset_find_class (dataset, "Lo\xcc\x88we"));
  for (size_t i = 0; i < dataset->n_samples; i++)
    {
      g_autofree char *name = g_path_get_basename (dataset->klass->get_name (dataset, i));
      const char *label = strchr ("13", name[0]) != NULL ? "L\xc3\xb6we" : "L\xc3\xbcwe";

      g_assert_cmpint (dataset->labels[i], ==, rt_dataset_find_class (dataset, label));
    }
  format_remove (folder);
}

static void
test_split (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autoptr (RtDataset) dataset = NULL;

  format_put_picture (folder, "train/cat/a.png", 1);
  format_put_picture (folder, "train/dog/a.png", 2);
  format_put_picture (folder, "valid/dog/a.png", 3);
  format_put_picture (folder, "Test/cat/a.png", 4);
  format_put_picture (folder, "Test/loose.png", 5);
  format_put_picture (folder, "extra/cat/a.png", 6);
  dataset = open_folder (folder);
  g_assert_cmpuint (dataset->n_samples, ==, 4);
  assert_sample (dataset, 0, 4, "cat", RT_PART_TEST);
  assert_sample (dataset, 1, 1, "cat", RT_PART_TRAIN);
  assert_sample (dataset, 2, 2, "dog", RT_PART_TRAIN);
  assert_sample (dataset, 3, 3, "dog", RT_PART_VALIDATION);
  g_assert_true (has_problem (dataset, "extra: "));
  g_assert_true (has_problem (dataset, "Test: "));
  format_remove (folder);
}

static gboolean
has_note (const RtDataset *dataset,
          const char      *text)
{
  for (guint i = 0; i < dataset->notes->len; i++)
    if (strstr (dataset->notes->pdata[i], text) != NULL)
      return TRUE;
  return FALSE;
}

/* The parts of a folder by each of these pairs of names, in which public sets come. */
static void
test_part_names (void)
{
  static const struct { const char *train, *other; RtPart part; } names[] = {
    { "training_set", "test_set", RT_PART_TEST },
    { "seg_train", "seg_test", RT_PART_TEST },
    { "train_set", "val_set", RT_PART_VALIDATION },
    { "trainset", "validation-set", RT_PART_VALIDATION },
    { "images_train", "images_valid", RT_PART_VALIDATION },
    { "Training Data", "Testing Data", RT_PART_TEST },
    { "train2017", "val2017", RT_PART_VALIDATION },
    { "ILSVRC2012_img_train", "ILSVRC2012_img_val", RT_PART_VALIDATION },
    { "training", "evaluation", RT_PART_TEST },
    { "Train", "test_set", RT_PART_TEST },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = format_make_folder ();
      g_autoptr (RtDataset) dataset = NULL;

      for (int k = 0; k < 4; k++)
        {
          g_autofree char *path = g_strdup_printf ("%s/%s/a.png",
                                                   k < 2 ? names[i].train : names[i].other,
                                                   k % 2 == 0 ? "cat" : "dog");

          format_put_picture (folder, path, 1 + k);
        }
      dataset = open_folder (folder);
      g_assert_cmpuint (dataset->n_samples, ==, 4);
      g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 2);
      for (size_t k = 0; k < 4; k++)
        {
          gboolean train = g_str_has_prefix (dataset->klass->get_name (dataset, k), names[i].train);

          g_assert_cmpint (dataset->parts[k], ==, train ? RT_PART_TRAIN : names[i].part);
        }
      g_assert_cmpuint (dataset->notes->len, ==, 0);
      format_remove (folder);
    }
}

/* A scene set as it is unpacked: each part in a folder of its own name, and pictures without labels
 * beside them. */
static void
test_wrapped_parts (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autoptr (RtDataset) dataset = NULL;

  format_put_picture (folder, "seg_pred/seg_pred/7.png", 7);
  format_put_picture (folder, "seg_test/seg_test/forest/1.png", 1);
  format_put_picture (folder, "seg_test/seg_test/sea/2.png", 2);
  format_put_picture (folder, "seg_train/seg_train/forest/3.png", 3);
  format_put_picture (folder, "seg_train/seg_train/sea/4.png", 4);
  dataset = open_folder (folder);
  g_assert_cmpuint (dataset->n_samples, ==, 4);
  assert_sample (dataset, 0, 1, "forest", RT_PART_TEST);
  assert_sample (dataset, 3, 4, "sea", RT_PART_TRAIN);
  g_assert_cmpstr (dataset->klass->get_name (dataset, 3), ==, "seg_train/seg_train/sea/4.png");
  g_assert_true (has_problem (dataset, "seg_pred: is left out"));
  format_remove (folder);
}

/* What parts may be called, as the names of classes: with pictures in them, with another class's
 * folders beside them, or with names that differ in more than the part. */
static void
test_no_parts (void)
{
  static const char *const sets[][6] = {
    { "train/a.png", "car/b.png", "bus/c.png" },
    { "steam_train/a.png", "test_tube/b.png", "car/c.png" },
    { "steam_train/old/a.png", "steam_train/new/b.png", "test_tube/old/c.png",
      "test_tube/new/d.png" },
    { "bike_train/old/a.png", "bike_test/old/b.png", "car/old/c.png" },
    { "train_set/toy/a.png", "test_set/lab/b.png", "car/c.png" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autofree char *folder = format_make_folder ();
      g_autoptr (RtDataset) dataset = NULL;

      for (int k = 0; sets[i][k] != NULL; k++)
        format_put_picture (folder, sets[i][k], 1 + k);
      dataset = open_folder (folder);
      g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, i == 2 ? 2 : 3);
      for (size_t k = 0; k < dataset->n_samples; k++)
        g_assert_cmpint (dataset->parts[k], ==, RT_PART_ANY);
      format_remove (folder);
    }
}

/* Class folders that look as if they were parts are read as before, and it is said. */
static void
test_doubtful_classes (void)
{
  static const struct { const char *files[5], *note; } sets[] = {
    { { "one/cat/a.png", "one/dog/b.png", "two/cat/c.png", "two/dog/d.png" },
      "the folders \"one\" and \"two\" are taken for classes, and each of them holds the same "
      "folders: \"cat\" and \"dog\"" },
    { { "cat/test/a.png", "cat/train/b.png", "dog/test/c.png", "dog/train/d.png" },
      "put them outermost, as train/CLASS and test/CLASS" },
    { { "test_set/a.png", "train_set/b.png" }, "put a folder for each class into them" },
    { { "cat/day/a.png", "cat/night/b.png", "dog/day/c.png" }, NULL },
    { { "cat/old/a.png", "dog/old/b.png" }, NULL },
    { { "test_no/a.png", "test_yes/b.png" }, NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autofree char *folder = format_make_folder ();
      g_autoptr (RtDataset) dataset = NULL;

      for (int k = 0; sets[i].files[k] != NULL; k++)
        format_put_picture (folder, sets[i].files[k], 1 + k);
      dataset = open_folder (folder);
      g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 2);
      g_assert_cmpint (dataset->parts[0], ==, RT_PART_ANY);
      g_assert_cmpuint (dataset->notes->len, ==, sets[i].note != NULL ? 1 : 0);
      if (sets[i].note != NULL)
        g_assert_true (has_note (dataset, sets[i].note));
      format_remove (folder);
    }
}

/* An archive's folders about the classes, or about the parts, are passed through; samples keep
 * their names from the outermost. */
static void
test_wrappers (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *parts = g_build_filename (folder, "parts", NULL);
  g_autofree char *classes = g_build_filename (folder, "classes", NULL);
  g_autoptr (RtDataset) split = NULL;
  g_autoptr (RtDataset) plain = NULL;
  g_autofree char *file = NULL;

  format_put_picture (folder, "parts/archive/data/test/cat/a.png", 1);
  format_put_picture (folder, "parts/archive/data/train/cat/b.png", 2);
  format_put_picture (folder, "parts/__MACOSX/archive/x.png", 9);
  split = open_folder (parts);
  g_assert_cmpuint (split->n_samples, ==, 2);
  assert_sample (split, 0, 1, "cat", RT_PART_TEST);
  assert_sample (split, 1, 2, "cat", RT_PART_TRAIN);
  g_assert_cmpstr (split->klass->get_name (split, 1), ==, "archive/data/train/cat/b.png");
  g_assert_true (has_note (split, "parts: read from \"archive/data\" in it"));

  format_put_picture (folder, "classes/flowers/daisy/a.png", 3);
  format_put_picture (folder, "classes/flowers/rose/b.png", 4);
  format_write (folder, "classes/readme.txt", "flowers", 7);
  plain = open_folder (classes);
  assert_sample (plain, 0, 3, "daisy", RT_PART_ANY);
  assert_sample (plain, 1, 4, "rose", RT_PART_ANY);
  file = rt_dataset_get_file (plain, 1);
  g_assert_true (g_str_has_suffix (file, "/classes/flowers/rose/b.png"));
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  format_remove (folder);
}

/* One class is one class: with pictures of its own, with one folder in it, or reached by a link. */
static void
test_no_wrappers (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *alone = g_build_filename (folder, "alone", NULL);
  g_autofree char *link = g_build_filename (folder, "linked", "link", NULL);
  g_autofree char *linked = g_build_filename (folder, "linked", NULL);
  g_autofree char *deep = g_build_filename (folder, "deep", NULL);
  g_autofree char *file = NULL;
  g_autoptr (RtDataset) one = NULL;
  g_autoptr (RtDataset) two = NULL;
  g_autoptr (RtDataset) three = NULL;

  format_put_picture (folder, "alone/cat/a.png", 1);
  format_put_picture (folder, "alone/cat/old/b.png", 2);
  format_put_picture (folder, "alone/cat/new/c.png", 3);
  one = open_folder (alone);
  assert_sample (one, 0, 1, "cat", RT_PART_ANY);
  g_assert_cmpuint (one->n_samples, ==, 3);
  format_put_picture (folder, "deep/cat/old/a.png", 4);
  two = open_folder (deep);
  assert_sample (two, 0, 4, "cat", RT_PART_ANY);
  g_assert_cmpint (g_mkdir (linked, 0700), ==, 0);
  g_assert_cmpint (symlink ("../alone/cat", link), ==, 0);
  file = rt_dataset_get_file (one, 0);
  g_assert_cmpint (g_unlink (file), ==, 0);
  three = open_folder (linked);
  assert_sample (three, 0, 3, "link", RT_PART_ANY);
  g_assert_cmpuint (one->notes->len + two->notes->len + three->notes->len, ==, 0);
  format_remove (folder);
}

/* Three that cannot be read among others: said by name, and the rest is there. */
static void
test_unreadable (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *locked = g_build_filename (folder, "b", "locked.png", NULL);
  g_autofree char *cut_path = g_build_filename (folder, "a", "0.png", NULL);
  g_autoptr (GBytes) good = NULL;
  g_autoptr (RtDataset) dataset = NULL;

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%d.png", i < 10 ? "a" : "b", i);

      format_put_picture (folder, name, i);
    }
  good = format_load (cut_path);
  format_write (folder, "a/cut.png", g_bytes_get_data (good, NULL), g_bytes_get_size (good) - 20);
  format_write (folder, "a/empty.jpg", "", 0);
  format_write (folder, "b/notes.txt", "notes", 5);
  format_write (folder, "none/readme.md", "no picture", 10);
  g_assert_cmpint (symlink ("nowhere", locked), ==, 0);
  dataset = open_folder (folder);
  g_assert_cmpuint (dataset->n_samples, ==, 20);
  g_assert_cmpint (rt_dataset_get_n_classes (dataset), ==, 2);
  g_assert_cmpuint (dataset->problems->len, ==, 6);
  g_assert_true (has_problem (dataset, "a/cut.png: the PNG picture is cut off"));
  g_assert_true (has_problem (dataset, "a/empty.jpg: the file is empty"));
  g_assert_true (has_problem (dataset, "b/notes.txt: is not a picture"));
  g_assert_true (has_problem (dataset, "b/locked.png: "));
  g_assert_true (has_problem (dataset, "none: has no picture"));
  format_remove (folder);
}

static void
test_links (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *up = g_build_filename (folder, "cat", "up", NULL);
  g_autofree char *self = g_build_filename (folder, "cat", "self", NULL);
  g_autofree char *circle = g_build_filename (folder, "cat", "circle", NULL);
  g_autofree char *alias = g_build_filename (folder, "dog", NULL);
  g_autoptr (RtDataset) dataset = NULL;

  format_put_picture (folder, "cat/a.png", 1);
  format_put_picture (folder, "real/b.png", 2);
  g_assert_cmpint (symlink ("..", up), ==, 0);
  g_assert_cmpint (symlink (".", self), ==, 0);
  g_assert_cmpint (symlink ("circle", circle), ==, 0);
  g_assert_cmpint (symlink ("real", alias), ==, 0);
  dataset = open_folder (folder);
  g_assert_cmpuint (dataset->n_samples, ==, 3);
  assert_sample (dataset, 1, 2, "dog", RT_PART_ANY);
  assert_sample (dataset, 2, 2, "real", RT_PART_ANY);
  g_assert_true (has_problem (dataset, "cat/up: leads back"));
  g_assert_true (has_problem (dataset, "cat/self: leads back"));
  g_assert_true (has_problem (dataset, "cat/circle: "));
  format_remove (folder);
}

/* A link may lead to a tree that has links of its own, and a dataset is in every tree that holds
 * it: /proc/self/root leads to all files there are. */
static void
test_links_out (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *elsewhere = format_make_folder ();
  g_autofree char *out = g_build_filename (folder, "cat", "out", NULL);
  g_autofree char *up = g_build_filename (folder, "cat", "up", NULL);
  g_autofree char *self = g_build_filename (folder, "cat", "self", NULL);
  g_autofree char *inner = g_build_filename (elsewhere, "tree", "inner", NULL);
  g_autofree char *other = g_build_filename (elsewhere, "other", NULL);
  g_autofree char *tree = g_build_filename (elsewhere, "tree", NULL);
  g_autoptr (RtDataset) dataset = NULL;

  format_put_picture (folder, "cat/a.png", 1);
  format_put_picture (elsewhere, "tree/deep/b.png", 2);
  format_put_picture (elsewhere, "other/c.png", 3);
  g_assert_cmpint (symlink (tree, out), ==, 0);
  g_assert_cmpint (symlink (other, inner), ==, 0);
  g_assert_cmpint (symlink (g_get_tmp_dir (), up), ==, 0);
  g_assert_cmpint (symlink ("/proc/self", self), ==, 0);
  dataset = open_folder (folder);
  g_assert_cmpuint (dataset->n_samples, ==, 2);
  g_assert_true (has_problem (dataset, "cat/out/inner: is a link in a folder"));
  g_assert_true (has_problem (dataset, "cat/up: leads back"));
  if (g_file_test ("/proc/self/root", G_FILE_TEST_IS_DIR))
    g_assert_true (has_problem (dataset, "cat/self/root: is a link in a folder"));
  format_remove (folder);
  format_remove (elsewhere);
}

static void
test_errors (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *none = g_build_filename (folder, "none", NULL);
  g_autofree char *file = g_build_filename (folder, "x.png", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (rt_folder_open ("folder:x", folder, NULL, &error));
  format_assert_error (error, folder);
  g_clear_error (&error);
  g_assert_null (rt_folder_open ("folder:x", none, NULL, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  format_put_picture (folder, "x.png", 1);
  g_assert_null (rt_folder_open ("folder:x", folder, NULL, &error));
  format_assert_error (error, "make one folder for each class");
  g_clear_error (&error);
  g_assert_null (rt_folder_open ("folder:x", file, NULL, &error));
  format_assert_error (error, "x.png: is a file");
  g_clear_error (&error);
  format_put_picture (folder, "cat/x.png", 1);
  g_cancellable_cancel (cancellable);
  g_assert_null (rt_folder_open ("folder:x", folder, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  format_remove (folder);
}

static void
test_many (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *first = g_build_filename (folder, "0", "0.png", NULL);
  g_autoptr (RtDataset) dataset = NULL;
  double seconds;

  /* One picture with many names, as it is the listing that is timed. */
  for (int i = 0; i < 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d/%d.png", i, i);

      format_put_picture (folder, name, 1);
    }
  for (int i = 10; i < MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%d/%d.png", folder, i % 10, i);

      g_assert_cmpint (link (first, name), ==, 0);
    }
  g_test_timer_start ();
  dataset = open_folder (folder);
  seconds = g_test_timer_elapsed ();
  g_test_message ("%d pictures listed in %.3f s", MANY, seconds);
  g_assert_cmpuint (dataset->n_samples, ==, MANY);
  g_assert_cmpfloat (seconds, <, MANY_SECONDS);
  format_remove (folder);
}

/* A photograph is decoded at the smallest scale that leaves what is trained on its detail: at 512
 * too, which once was less than that. */
static void
test_reduced (void)
{
  static const struct { int side, width, height; } cases[] = {
    { 32, 200, 150 }, { 96, 200, 150 }, { 224, 400, 300 }, { 512, 800, 600 }, { 600, 1600, 1200 },
  };
  g_autofree char *folder = format_make_folder ();
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 1600, 1200);
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, "cat", "photo.jpg", NULL);
  g_autoptr (RtImage) thumbnail = NULL;
  g_autoptr (RtImage) small = NULL;

  gdk_pixbuf_fill (pixbuf, 0x808080ff);
  format_put_picture (folder, "cat/a.png", 10);
  gdk_pixbuf_save (pixbuf, path, "jpeg", &error, NULL);
  g_assert_no_error (error);
  dataset = open_folder (folder);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RtInputFormat format = { .width = cases[i].side, .height = cases[i].side, .channels = 3 };
      g_autoptr (RtImage) image = rt_dataset_read_reduced (dataset, 1,
                                                           rt_input_format_get_min_side (&format),
                                                           &error);

      g_assert_no_error (error);
      g_assert_cmpint (image->width, ==, cases[i].width);
      g_assert_cmpint (image->height, ==, cases[i].height);
    }
  thumbnail = rt_dataset_read_thumbnail (dataset, 1, 96, &error);
  g_assert_no_error (error);
  g_assert_cmpint (thumbnail->width, ==, 128);
  g_assert_cmpint (thumbnail->height, ==, 96);
  small = rt_dataset_read_thumbnail (dataset, 0, 96, &error);
  g_assert_cmpint (small->width, <, 96);
}

/* The same file in two parts and in two classes is found; in one part of one class it is nobody's
 * business, and neither is another picture of the same length. */
static void
test_duplicates (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autoptr (RtDataset) dataset = NULL;
  g_autoptr (RtTeam) team = rt_team_new (2);
  g_autoptr (GArray) found = NULL;
  g_autoptr (GArray) alone = NULL;
  const RtDuplicate *pairs;
  g_autofree char *text = NULL;

  format_put_picture (folder, "train/cat/1.png", 10);
  format_put_picture (folder, "train/cat/2.png", 20);
  format_put_picture (folder, "train/cat/again.png", 20);
  format_put_picture (folder, "train/dog/3.png", 10);
  format_put_picture (folder, "train/dog/4.png", 40);
  format_put_picture (folder, "test/cat/5.png", 20);
  format_put_picture (folder, "test/dog/6.png", 60);
  dataset = open_folder (folder);
  found = rt_duplicates_find (dataset, NULL, team, NULL);
  alone = rt_duplicates_find (dataset, NULL, NULL, NULL);
  g_assert_cmpmem (found->data, found->len * sizeof (RtDuplicate),
                   alone->data, alone->len * sizeof (RtDuplicate));

  /* test/cat/5, test/dog/6, train/cat/1, 2, again, train/dog/3, 4 */
  g_assert_cmpuint (found->len, ==, 3);
  pairs = &g_array_index (found, RtDuplicate, 0);
  g_assert_cmpuint (pairs[0].first, ==, 0);
  g_assert_cmpuint (pairs[0].second, ==, 3);
  g_assert_cmpint (pairs[0].first_part, ==, RT_PART_TEST);
  g_assert_cmpint (pairs[0].second_part, ==, RT_PART_TRAIN);
  g_assert_cmpuint (pairs[1].second, ==, 4);
  g_assert_cmpuint (pairs[2].first, ==, 2);
  g_assert_cmpuint (pairs[2].second, ==, 5);
  text = rt_duplicate_describe (&pairs[2], dataset);
  g_assert_nonnull (strstr (text, "train/dog/3.png (train, dog) is "));
  g_assert_nonnull (strstr (text, "train/cat/1.png (train, cat) again"));
}

/* By a task's split: what is in no part of it is passed over. Before there is one, all that is
 * there again may come to be in two. */
static void
test_duplicates_of_task (void)
{
  g_autofree char *folder = format_make_folder ();
  g_autoptr (RtDataset) dataset = NULL;
  RtTaskOptions options = { .samples_per_class = 1, .validation = 1, .seed = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTask) task = NULL;
  g_autoptr (GArray) found = NULL;

  for (int i = 0; i < 6; i++)
    {
      g_autofree char *cat = g_strdup_printf ("cat/%d.png", i);
      g_autofree char *dog = g_strdup_printf ("dog/%d.png", i);

      format_put_picture (folder, cat, 10);
      format_put_picture (folder, dog, 100 + i);
    }
  dataset = open_folder (folder);
  task = rt_task_new (dataset, &options, &error);
  g_assert_no_error (error);
  found = rt_duplicates_find (dataset, task, NULL, NULL);
  g_assert_cmpuint (found->len, ==, 1);
  g_array_unref (found);
  found = rt_duplicates_find (dataset, NULL, NULL, NULL);
  g_assert_cmpuint (found->len, ==, 5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folder/classes", test_classes);
  g_test_add_func ("/folder/accents", test_accents);
  g_test_add_func ("/folder/split", test_split);
  g_test_add_func ("/folder/part-names", test_part_names);
  g_test_add_func ("/folder/wrapped-parts", test_wrapped_parts);
  g_test_add_func ("/folder/no-parts", test_no_parts);
  g_test_add_func ("/folder/doubtful-classes", test_doubtful_classes);
  g_test_add_func ("/folder/wrappers", test_wrappers);
  g_test_add_func ("/folder/no-wrappers", test_no_wrappers);
  g_test_add_func ("/folder/unreadable", test_unreadable);
  g_test_add_func ("/folder/reduced", test_reduced);
  g_test_add_func ("/folder/duplicates", test_duplicates);
  g_test_add_func ("/folder/duplicates-of-task", test_duplicates_of_task);
  g_test_add_func ("/folder/links", test_links);
  g_test_add_func ("/folder/links-out", test_links_out);
  g_test_add_func ("/folder/errors", test_errors);
  g_test_add_func ("/folder/many", test_many);
  return g_test_run ();
}
