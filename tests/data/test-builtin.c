/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-animals.h"
#include "rt-builtin.h"
#include "rt-glyph-sheet.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define PER_CLASS 1000
#define TEST_PER_CLASS 200
#define N_HASHED 120

/* No value of 0 .. 255 moves by more than SMALL_CHANGE when the shift moves by SMALL_STEP; the
 * whole way moves them by more than WHOLE_WAY on average. */
#define SMALL_STEP 0.001
#define SMALL_CHANGE 5
#define WHOLE_WAY 15.0

/* Of a distance field against one that knows whole pixels only. */
#define FIELD_ERROR 0.75f

static RtDataset *
open_builtin (const char *name,
              const char *style,
              double      shift)
{
  const RtDatasetOptions options = { .style = style, .shift = shift };
  g_autoptr (GError) error = NULL;
  RtDataset *dataset = rt_builtin_open (name, &options, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dataset);
  return dataset;
}

static RtImage *
read_sample (const RtDataset *dataset,
             size_t           index)
{
  g_autoptr (GError) error = NULL;
  RtImage *image = rt_dataset_read_image (dataset, index, &error);

  g_assert_no_error (error);
  g_assert_nonnull (image);
  g_assert_cmpint (image->width, ==, dataset->width);
  g_assert_cmpint (image->height, ==, dataset->height);
  g_assert_cmpint (image->channels, ==, dataset->channels);
  return image;
}

static size_t
get_n_values (const RtImage *image)
{
  return (size_t) image->width * image->height * image->channels;
}

/* The mean absolute difference of two samples; the greatest in @most where that is more. */
static double
compare_samples_most (const RtDataset *a,
                      size_t           index_a,
                      const RtDataset *b,
                      size_t           index_b,
                      int             *most)
{
  g_autoptr (RtImage) x = read_sample (a, index_a);
  g_autoptr (RtImage) y = read_sample (b, index_b);
  size_t n = get_n_values (x);
  double sum = 0.0;

  g_assert_cmpuint (n, ==, get_n_values (y));
  for (size_t i = 0; i < n; i++)
    {
      int difference = ABS (x->pixels[i] - y->pixels[i]);

      sum += difference;
      *most = MAX (*most, difference);
    }
  return sum / n;
}

static double
compare_samples (const RtDataset *a,
                 size_t           index_a,
                 const RtDataset *b,
                 size_t           index_b)
{
  int most = 0;

  return compare_samples_most (a, index_a, b, index_b, &most);
}

/* The first and the last samples, so that both the free and the test part are in it. */
static size_t
get_hashed (const RtDataset *dataset,
            size_t           i)
{
  return i < N_HASHED / 2 ? i : dataset->n_samples - 1 - (i - N_HASHED / 2);
}

static char *
hash_samples (const RtDataset *dataset,
              gboolean         backwards)
{
  g_autofree uint8_t *digests = g_new0 (uint8_t, N_HASHED * 20);

  for (size_t i = 0; i < N_HASHED; i++)
    {
      size_t k = backwards ? N_HASHED - 1 - i : i;
      g_autoptr (RtImage) image = read_sample (dataset, get_hashed (dataset, k));
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
      gsize length = 20;

      g_checksum_update (sum, image->pixels, get_n_values (image));
      g_checksum_get_digest (sum, digests + 20 * k, &length);
    }
  return g_compute_checksum_for_data (G_CHECKSUM_SHA1, digests, N_HASHED * 20);
}

static gpointer
hash_backwards (gpointer data)
{
  return hash_samples (data, TRUE);
}

static void
check_same (const char *name,
            const char *style)
{
  g_autoptr (RtDataset) first = open_builtin (name, style, 1.0);
  g_autoptr (RtDataset) second = open_builtin (name, style, 1.0);
  GThread *threads[2];
  g_autofree char *expected = NULL;

  /* Two threads at once over a dataset that nobody has read from, then a second opening. */
  for (int i = 0; i < 2; i++)
    threads[i] = g_thread_new ("hash", hash_backwards, first);
  expected = hash_samples (second, FALSE);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *hash = g_thread_join (threads[i]);

      g_assert_cmpstr (hash, ==, expected);
    }
}

static void
test_determinism (void)
{
  int n;
  const RtBuiltinInfo *infos = rt_builtin_list (&n);

  for (int i = 0; i < n; i++)
    {
      g_auto (GStrv) styles = g_strsplit (infos[i].styles, ",", -1);

      for (int k = 0; styles[k] != NULL; k++)
        check_same (infos[i].name, styles[k]);
    }
}

static void
test_list (void)
{
  static const struct { const char *name; guint n_classes; int size; } expected[] = {
    { "glyphs/digits", 10, 32 }, { "glyphs/letters", 26, 32 }, { "glyphs/all", 36, 32 },
    { "animals", 10, 48 }, { "animals/cat-fox-dog", 3, 48 }, { "animals/source", 7, 48 },
  };
  int n;
  const RtBuiltinInfo *infos = rt_builtin_list (&n);

  g_assert_cmpint (n, ==, G_N_ELEMENTS (expected));
  for (int i = 0; i < n; i++)
    {
      g_autoptr (RtDataset) dataset = rt_builtin_open (infos[i].name, NULL, NULL);
      g_autofree char *spec = g_strconcat ("builtin:", infos[i].name, NULL);

      g_assert_cmpstr (infos[i].name, ==, expected[i].name);
      g_assert_nonnull (dataset);
      g_assert_cmpstr (dataset->spec, ==, spec);
      g_assert_cmpstr (dataset->title, ==, infos[i].title);
      g_assert_cmpuint (dataset->class_names->len, ==, expected[i].n_classes);
      g_assert_cmpint (dataset->width, ==, expected[i].size);
      g_assert_cmpint (dataset->height, ==, expected[i].size);
      g_assert_cmpint (dataset->channels, ==, 3);
    }
}

static void
test_balance (void)
{
  int n;
  const RtBuiltinInfo *infos = rt_builtin_list (&n);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (RtDataset) dataset = open_builtin (infos[i].name, NULL, 0.0);
      int n_classes = (int) dataset->class_names->len;
      g_autofree int *free = g_new0 (int, n_classes);
      g_autofree int *test = g_new0 (int, n_classes);

      for (size_t k = 0; k < dataset->n_samples; k++)
        {
          g_assert_cmpint (dataset->labels[k], >=, 0);
          g_assert_cmpint (dataset->labels[k], <, n_classes);
          g_assert_true (dataset->parts[k] == RT_PART_ANY || dataset->parts[k] == RT_PART_TEST);
          if (dataset->parts[k] == RT_PART_ANY)
            free[dataset->labels[k]]++;
          else
            test[dataset->labels[k]]++;
        }
      for (int k = 0; k < n_classes; k++)
        {
          g_assert_cmpint (free[k], ==, PER_CLASS);
          g_assert_cmpint (test[k], ==, TEST_PER_CLASS);
        }
    }
}

/* No two of these pictures are the same, and each has something in it. */
static void
test_variety (void)
{
  static const char *const names[] = { "glyphs/digits", "animals" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (RtDataset) dataset = open_builtin (names[i], NULL, 0.0);
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      for (size_t k = 0; k < N_HASHED; k++)
        {
          g_autoptr (RtImage) image = read_sample (dataset, get_hashed (dataset, k));
          size_t n = get_n_values (image);
          uint8_t low = 255, high = 0;
          char *hash;

          for (size_t v = 0; v < n; v++)
            {
              low = MIN (low, image->pixels[v]);
              high = MAX (high, image->pixels[v]);
            }
          g_assert_cmpint (high - low, >, 100);
          hash = g_compute_checksum_for_data (G_CHECKSUM_SHA1, image->pixels, n);
          g_assert_true (g_hash_table_add (seen, hash));
        }
    }
}

/* "7" of digits is "7" of all glyphs, and cat 5 is cat 5 wherever there are cats. */
static void
test_shared_samples (void)
{
  g_autoptr (RtDataset) digits = open_builtin ("glyphs/digits", "hand", 1.0);
  g_autoptr (RtDataset) glyphs = open_builtin ("glyphs/all", "hand", 1.0);
  g_autoptr (RtDataset) few = open_builtin ("animals/cat-fox-dog", "photo", 1.0);
  g_autoptr (RtDataset) many = open_builtin ("animals", "photo", 1.0);

  for (size_t place = 0; place < PER_CLASS + TEST_PER_CLASS; place += 111)
    {
      g_assert_cmpfloat (compare_samples (digits, 10 * place + 7, glyphs, 36 * place + 7), ==, 0.0);
      g_assert_cmpfloat (compare_samples (few, 3 * place + 1, many, 10 * place + 1), ==, 0.0);
    }
}

static void
check_shift (const char *name,
             const char *source,
             const char *target)
{
  g_autoptr (RtDataset) plain = open_builtin (name, source, 0.0);
  g_autoptr (RtDataset) start = open_builtin (name, target, 0.0);
  g_autoptr (RtDataset) end = open_builtin (name, target, 1.0);
  const size_t n = 40;
  double whole = 0.0;
  int most = 0;

  for (size_t i = 0; i < n; i++)
    {
      size_t index = i * 131 % plain->n_samples;

      /* At 0 it is the source's look, to the bit. */
      g_assert_cmpfloat (compare_samples (plain, index, start, index), ==, 0.0);
      whole += compare_samples (start, index, end, index) / n;
    }
  for (double shift = 0.0; shift < 1.0; shift += (1.0 - SMALL_STEP) / 12)
    {
      g_autoptr (RtDataset) a = open_builtin (name, target, shift);
      g_autoptr (RtDataset) b = open_builtin (name, target, MIN (shift + SMALL_STEP, 1.0));

      for (size_t i = 0; i < n; i++)
        compare_samples_most (a, i * 131 % a->n_samples, b, i * 131 % a->n_samples, &most);
    }
  g_test_message ("%s to %s: at most %d for a step of %g, %.1f for the whole way",
                  name, target, most, SMALL_STEP, whole);
  g_assert_cmpint (most, >, 0);
  g_assert_cmpint (most, <=, SMALL_CHANGE);
  g_assert_cmpfloat (whole, >, WHOLE_WAY);
}

static void
test_shift (void)
{
  check_shift ("glyphs/all", "print", "hand");
  check_shift ("glyphs/all", "print", "street");
  check_shift ("animals", "drawn", "photo");
}

static void
test_first_style (void)
{
  g_autoptr (RtDataset) at_0 = open_builtin ("glyphs/letters", "print", 0.0);
  g_autoptr (RtDataset) at_1 = open_builtin ("glyphs/letters", "print", 1.0);

  g_assert_cmpfloat (compare_samples (at_0, 5, at_1, 5), ==, 0.0);
}

static void
test_traits (void)
{
  g_autoptr (RtDataset) animals = open_builtin ("animals", "photo", 1.0);
  g_autoptr (RtDataset) few = open_builtin ("animals/cat-fox-dog", "drawn", 0.0);
  g_autoptr (RtDataset) glyphs = open_builtin ("glyphs/digits", NULL, 0.0);
  int moods[RT_N_ANIMAL_MOODS] = { 0 }, n = 2000, n_kin = 0;
  double heading = 0.0, snouts[2] = { 0.0 };
  RtAnimalTraits traits, same;

  for (int i = 0; i < n; i++)
    {
      g_assert_true (rt_animals_get_traits (animals, i, &traits));
      g_assert_cmpint (traits.species, ==, animals->labels[i]);
      g_assert_cmpint (traits.kin, !=, traits.species);
      g_assert_cmpfloat (traits.kinship, >=, 0.0);
      g_assert_cmpfloat (traits.kinship, <, 0.5);
      g_assert_cmpfloat (fabs (traits.heading), <=, 1.0);
      moods[traits.mood]++;
      heading += traits.heading / n;
      n_kin += traits.kinship > 0.0f;
      if (traits.species <= RT_ANIMAL_FOX)
        snouts[traits.species] += traits.values[RT_ANIMAL_SNOUT_LENGTH] * 10 / n;
    }
  for (int i = 0; i < RT_N_ANIMAL_MOODS; i++)
    {
      g_assert_cmpint (moods[i], >, n / 5);
      g_assert_nonnull (rt_animal_mood_to_string (i));
    }
  g_assert_cmpfloat (fabs (heading), <, 0.05);
  g_assert_cmpint (n_kin, >, n / 3);
  g_assert_cmpint (n_kin, <, n / 2);
  g_assert_cmpfloat (snouts[RT_ANIMAL_FOX], >, snouts[RT_ANIMAL_CAT] + 0.3);
  /* The same animal under another look and in another dataset. */
  g_assert_true (rt_animals_get_traits (animals, 10 * 17 + 2, &traits));
  g_assert_true (rt_animals_get_traits (few, 3 * 17 + 2, &same));
  g_assert_cmpmem (&traits, sizeof traits, &same, sizeof same);
  g_assert_false (rt_animals_get_traits (glyphs, 0, &traits));
  g_assert_null (rt_animals_draw (glyphs, 0, 100));
}

/* A sample drawn large, then made small, is the sample. */
static void
test_draw_large (void)
{
  g_autoptr (RtDataset) animals = open_builtin ("animals", "drawn", 0.0);
  const int times = 5;

  for (size_t index = 0; index < 20; index++)
    {
      g_autoptr (RtImage) small = read_sample (animals, index);
      g_autoptr (RtImage) large = rt_animals_draw (animals, index, times * small->width);
      double difference = 0.0;

      g_assert_cmpint (large->width, ==, times * small->width);
      for (int i = 0; i < small->width * small->height; i++)
        {
          int x = i % small->width, y = i / small->width;
          double sum = 0.0;

          for (int k = 0; k < times * times; k++)
            {
              int from = (y * times + k / times) * large->width + x * times + k % times;

              sum += large->pixels[3 * from];
            }
          difference += fabs (sum / (times * times) - small->pixels[3 * i]);
        }
      g_assert_cmpfloat (difference / (small->width * small->height), <, 4.0);
    }
}

static void
test_errors (void)
{
  const RtDatasetOptions no_style = { .style = "hand" };
  const RtDatasetOptions too_far = { .style = "hand", .shift = 1.5 };
  const RtDatasetOptions no_number = { .style = "hand", .shift = NAN };
  g_autoptr (GError) error = NULL;
  int n;
  const RtBuiltinInfo *infos = rt_builtin_list (&n);

  g_assert_null (rt_builtin_open ("glyphs/runes", NULL, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "glyphs/runes"));
  for (int i = 0; i < n; i++)
    g_assert_nonnull (strstr (error->message, infos[i].name));
  g_clear_error (&error);

  g_assert_null (rt_builtin_open ("animals", &no_style, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "\"hand\""));
  g_assert_nonnull (strstr (error->message, "drawn,photo"));
  g_clear_error (&error);

  g_assert_null (rt_builtin_open ("glyphs/digits", &too_far, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "1.5"));
  g_clear_error (&error);

  g_assert_null (rt_builtin_open ("glyphs/digits", &no_number, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID);
}

/* The field of an O against the distance to its outline found by looking at every pixel. */
static void
test_field (void)
{
  const RtGlyphSheet *sheet = rt_glyph_sheet_get (RT_GLYPH_SHEET_PRINT, NULL);
  const int cell = RT_GLYPH_CELL;
  const RtGlyphField *field;
  float most = 0.0f;

  g_assert_nonnull (sheet);
  g_assert_cmpint (rt_glyph_sheet_get_n_fonts (sheet), >=, 20);
  field = rt_glyph_sheet_get_field (sheet, 0, 24);
  g_assert_true (field == rt_glyph_sheet_get_field (sheet, 0, 24));
  for (int i = 0; i < cell * cell; i++)
    {
      gboolean inside = field->distance[i] > 0.0f;
      float nearest = INFINITY;

      for (int k = 0; k < cell * cell; k++)
        if ((field->distance[k] > 0.0f) != inside)
          nearest = MIN (nearest, hypotf (i % cell - k % cell, i / cell - k / cell) - 0.5f);
      most = MAX (most, fabsf (fabsf (field->distance[i]) - nearest));
    }
  g_assert_cmpfloat (most, <, FIELD_ERROR);
  /* The middle of an O and the corner of its cell are paper, its left stroke is ink. */
  g_assert_cmpfloat (rt_glyph_field_sample (field->distance, cell / 2, cell / 2), <, -4.0);
  g_assert_cmpfloat (rt_glyph_field_sample (field->distance, -5.0f, -5.0f), <, -10.0);
  g_assert_cmpfloat (field->half_stroke, >, 1.0);
  g_assert_cmpfloat (field->half_stroke, <, 5.0);
}

static void
test_missing_sheet_child (void)
{
  g_autofree char *folder = g_dir_make_tmp ("retort-XXXXXX", NULL);
  g_autofree char *glyphs = g_build_filename (folder, "glyphs", NULL);
  g_autofree char *sheet = g_build_filename (glyphs, "print.png", NULL);
  g_autoptr (GError) error = NULL;

  g_setenv ("RETORT_DATADIR", folder, TRUE);
  g_assert_null (rt_builtin_open ("glyphs/digits", NULL, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, sheet));
  g_clear_error (&error);

  g_assert_cmpint (g_mkdir (glyphs, 0700), ==, 0);
  g_assert_true (g_file_set_contents (sheet, "not a picture", -1, NULL));
  g_assert_null (rt_builtin_open ("glyphs/digits", NULL, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, sheet));

  g_unlink (sheet);
  g_rmdir (glyphs);
  g_rmdir (folder);
}

/* In a process of its own: the data folder is looked up once. */
static void
test_missing_sheet (void)
{
  g_test_trap_subprocess ("/builtin/missing-sheet/subprocess", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builtin/list", test_list);
  g_test_add_func ("/builtin/balance", test_balance);
  g_test_add_func ("/builtin/determinism", test_determinism);
  g_test_add_func ("/builtin/variety", test_variety);
  g_test_add_func ("/builtin/shared-samples", test_shared_samples);
  g_test_add_func ("/builtin/shift", test_shift);
  g_test_add_func ("/builtin/first-style", test_first_style);
  g_test_add_func ("/builtin/traits", test_traits);
  g_test_add_func ("/builtin/draw-large", test_draw_large);
  g_test_add_func ("/builtin/errors", test_errors);
  g_test_add_func ("/builtin/field", test_field);
  g_test_add_func ("/builtin/missing-sheet", test_missing_sheet);
  g_test_add_func ("/builtin/missing-sheet/subprocess", test_missing_sheet_child);
  return g_test_run ();
}
